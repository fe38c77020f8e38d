"""The log of calls, one call, errors, usage and the overview: what a person finds out there, in a real browser."""

from __future__ import annotations

import re

import httpx
from playwright.async_api import Locator, Page, expect
from visits import Told, settled

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


async def test_why_a_call_failed_is_found_without_a_mouse(
    page: Page, gateway: served, provider: ScriptedProvider
) -> None:
    call = await failed(gateway, provider)
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    await expect(page.get_by_role("navigation").get_by_role("link", name="Calls", exact=True)).to_be_visible()
    await settled(page)
    await page.keyboard.press("g")
    await page.keyboard.press("l")
    await expect(first_row(page)).to_contain_text("failed")
    await page.get_by_role("columnheader", name="Began").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/calls/{call}$"))
    await expect(page.get_by_role("region", name="What went wrong")).to_contain_text("The river is too long.")
    await expect(page.get_by_role("region", name="Why it went there")).to_contain_text("scripted/alpha")
    await expect(page.get_by_role("list", name="What happened").get_by_role("listitem").last).to_contain_text("failed")
    await expect(page.get_by_role("region", name="Bodies")).to_contain_text("Not kept")


async def test_calls_come_into_the_log_by_themselves_until_it_is_paused(page: Page, gateway: served) -> None:
    await called(gateway)
    await page.goto("/calls?model=beta-live")
    await expect(page.get_by_text("No calls like these")).to_be_visible()
    await page.goto("/calls?model=fast&outcome=ok")
    grid = page.get_by_role("grid", name="Calls")
    await expect(first_row(page)).to_contain_text("fast")
    before = int(await grid.get_attribute("aria-rowcount") or "0")
    await called(gateway)
    await expect(grid).to_have_attribute("aria-rowcount", str(before + 1))
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


async def test_a_chart_is_read_by_keyboard_and_as_a_table_and_leads_to_its_calls(page: Page, gateway: served) -> None:
    await called(gateway)
    await page.goto("/usage?by=model&since=1h")
    await expect(page.get_by_role("grid", name="Usage by model")).to_contain_text("fast")
    chart = page.get_by_role("figure", name="Requests", exact=True)
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
