"""The log of calls, one call, errors, usage and the overview: what a person finds out there, in a real browser."""

from __future__ import annotations

import re

import httpx
from playwright.async_api import Locator, Page, expect
from visits import Told

from switchgear.testing import ScriptedProvider, served


async def called(gateway: served, model: str = "fast", status: int = 200) -> str:
    """Make a call; its id."""
    async with httpx.AsyncClient(base_url=gateway.url, headers={"authorization": f"Bearer {gateway.key}"}) as client:
        body = {"model": model, "messages": [{"role": "user", "content": "Name a river"}]}
        answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code == status, answer.text
    return answer.headers["x-request-id"]


async def failed(gateway: served, provider: ScriptedProvider) -> str:
    provider.fail(400, {"error": {"message": "The river is too long."}})
    return await called(gateway, status=400)


def first_row(page: Page) -> Locator:
    return page.get_by_role("grid").get_by_role("row").nth(1)


async def test_calls_come_into_the_log_by_themselves_until_it_is_paused(page: Page, gateway: served) -> None:
    before = await called(gateway)
    await page.goto("/calls?model=beta-live")
    await expect(page.get_by_text("No calls like these")).to_be_visible()
    await page.goto("/calls?model=fast&outcome=ok")
    await expect(first_row(page).locator(f'a[href$="/{before}"]')).to_be_visible()
    after = await called(gateway)
    await expect(first_row(page).locator(f'a[href$="/{after}"]')).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("button", name="Go on")).to_be_visible()


async def test_errors_are_told_in_groups_with_an_example_and_the_way_to_their_calls(
    page: Page, gateway: served, provider: ScriptedProvider
) -> None:
    call = await failed(gateway, provider)
    await page.goto("/errors")
    row = page.get_by_role("row").filter(has_text="The river is too long.").first
    await row.get_by_role("rowheader").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("How often")
    assert "show=" in page.url
    await drawer.get_by_role("link", name="Open the newest call").click()
    await expect(page).to_have_url(re.compile(f"/calls/{call}$"))
    await page.go_back()
    await drawer.get_by_role("link", name="All calls that ended so").click()
    await expect(page).to_have_url(re.compile("/calls.*error="))
    await expect(page.get_by_role("grid").locator(f"a[href$='/calls/{call}']")).to_be_visible()


async def test_a_chart_is_read_by_keyboard_and_as_a_table_and_leads_to_its_calls(page: Page, gateway: served) -> None:
    await called(gateway)
    await page.goto("/usage?by=model&since=1h")
    await expect(page.get_by_role("grid", name="Usage by model")).to_contain_text("fast")
    chart = page.get_by_role("figure", name="Calls", exact=True)
    cursor = chart.get_by_role("slider")
    await expect(cursor).to_have_attribute("aria-valuetext", re.compile("fast"))
    told = await cursor.get_attribute("aria-valuetext")
    await cursor.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(cursor).not_to_have_attribute("aria-valuetext", told or "")
    await chart.get_by_role("button", name="As a table").click()
    await expect(chart.get_by_role("grid")).to_be_visible()
    await chart.get_by_role("button", name="As a chart").click()
    await cursor.focus()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/calls.*since="))
    await expect(page.get_by_role("heading", level=1, name="Calls")).to_be_visible()


INKED = """([title, least]) => {
  const chart = [...document.querySelectorAll("figure.chart")].find((one) => one.querySelector("figcaption").textContent === title);
  const canvas = chart?.querySelector("canvas");
  if (!canvas || !canvas.width) return false;
  const probe = document.createElement("span");
  probe.style.color = "var(--series-1-color)";
  document.body.append(probe);
  const paint = document.createElement("canvas").getContext("2d");
  paint.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  paint.fillRect(0, 0, 1, 1);
  const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data;
  const drawn = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let inked = 0;
  for (let at = 0; at < drawn.length; at += 4)
    if (drawn[at + 3] > 200 && Math.abs(drawn[at] - red) + Math.abs(drawn[at + 1] - green) + Math.abs(drawn[at + 2] - blue) < 24) inked += 1;
  return inked >= least;
}"""
"""Whether a chart has so many pixels of its first series' colour."""


async def test_values_that_stand_alone_are_seen_in_charts(page: Page) -> None:
    await page.goto("/kit")
    dot = 25  # pixels of one marker
    for title, least in (
        ("A single moment", dot),
        ("A single moment, as a bar", 4 * dot),
        ("Moments that stand alone", 3 * dot),
    ):
        chart = page.get_by_role("figure", name=title, exact=True)
        await chart.scroll_into_view_if_needed()
        await page.wait_for_function(INKED, arg=[title, least])
    await expect(page.get_by_role("figure", name="A single moment", exact=True)).to_contain_text("p95 138.")


async def test_a_single_call_is_seen_in_the_usage_and_leads_to_its_timeline(page: Page, gateway: served) -> None:
    call = await called(gateway, "scripted/usage-of-one")
    await page.goto("/usage?model=scripted/usage-of-one&since=1h")
    chart = page.get_by_role("figure", name="Latency", exact=True)
    await expect(chart).to_contain_text(re.compile("p95 .* ms, once"))
    await chart.get_by_role("slider").focus()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/calls.*since="))
    await expect(page.get_by_role("grid", name="Calls")).to_have_attribute("aria-rowcount", "2")
    await page.get_by_role("columnheader", name="Began").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/calls/{call}$"))
    steps = page.get_by_role("list", name="What happened").get_by_role("listitem")
    await expect(steps.last).to_contain_text("scripted/usage-of-one")


async def test_a_hundred_thousand_rows_are_walked_by_keyboard_and_few_are_in_the_document(page: Page) -> None:
    await page.goto("/kit")
    grid = page.get_by_role("grid", name="A hundred thousand rows")
    await expect(grid).to_have_attribute("aria-rowcount", "100001")
    header = grid.get_by_role("columnheader", name="Name")
    await header.focus()
    await page.keyboard.press("Enter")
    await expect(header).to_have_attribute("aria-sort", "ascending")
    await page.keyboard.press("Control+End")
    last = grid.get_by_role("row", name=re.compile("Row 99999"))
    await expect(last).to_have_attribute("aria-rowindex", "100001")
    assert await page.evaluate("document.activeElement.getAttribute('role')") in {"gridcell", "rowheader"}
    assert await grid.get_by_role("row").count() < 120


HOSTILE = """# Head

<script>window.harmed = 1</script><img src=x onerror="window.harmed = 2"><svg onload="window.harmed = 3"></svg>
<style>body { display: none }</style><form action="/api/sign-out"><input name="x"><button>Sign out</button></form>

[a](javascript:window.harmed=4) [b](https://example.org/path "t") ![A cat](https://example.org/cat.png) [c](/api/sign-out)

<a id="root" name="root" href="data:text/html,x" onclick="window.harmed = 5" style="position:fixed">d</a>

$\\href{javascript:alert(1)}{x}$ and $\\frac{1}{2}$

שלום עולם
"""


async def test_hostile_markdown_is_harmless_and_long_markdown_does_not_stop_the_page(page: Page, told: Told) -> None:
    told.expect("Content Security Policy")  # the browser says so of the inert document that is sanitised
    await page.goto("/kit")
    field = page.get_by_role("textbox", name="Markdown")
    reader = page.locator("[data-reader]")
    await field.fill(HOSTILE)
    await page.get_by_role("button", name="Read it").click()
    await expect(reader.get_by_role("link", name=re.compile("Image: A cat"))).to_have_attribute(
        "rel", re.compile("noopener")
    )
    await expect(reader.locator("math").last).to_be_visible()
    await expect(
        reader.locator("script, style, form, input, button, svg:not(.icon), img, [style], [id], [onclick]")
    ).to_have_count(0)
    assert await reader.locator("a[href]").evaluate_all("all => all.map((each) => each.protocol)") == [
        "https:",
        "https:",
    ]
    assert await reader.locator("p", has_text="שלום").get_attribute("dir") == "auto"
    assert await page.evaluate("window.harmed") is None
    await page.get_by_role("button", name="Read two megabytes").click()
    await expect(reader.locator(".markdown__group").nth(3)).to_be_attached()
    await field.fill("Short again.")
    await page.get_by_role("button", name="Read it").click()
    await expect(reader).to_have_text("Short again.")
