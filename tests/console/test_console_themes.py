"""The console in its themes: worn from the first moment, chosen, and followed while a file changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect
from visits import Visits

from switchgear.testing import served

GROUND = "getComputedStyle(document.documentElement).getPropertyValue('--surface-base')"
LIVE = "getComputedStyle(document.documentElement).getPropertyValue('--signal-live')"


def theme(lightness: float) -> str:
    live = {"$value": {"colorSpace": "oklch", "components": [lightness, 0, 0]}}
    return json.dumps(
        {"$extensions": {"dev.switchgear": {"parent": "dark", "title": "Night shift"}}, "signal": {"live": live}}
    )


@pytest.fixture
def file(gateway: served) -> Path:
    folder = gateway.data_dir / "themes"
    folder.mkdir(exist_ok=True)
    return folder / "night.json"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_kept(visits: Visits, gateway: served) -> AsyncIterator[None]:
    yield
    context = await visits.context()
    answer = await context.request.delete("/api/me/preferences/appearance", headers={"origin": gateway.url})
    assert answer.status in {204, 404}, await answer.text()


async def test_a_theme_that_is_chosen_holds_at_once_and_the_next_time_from_the_first_moment(page: Page) -> None:
    await page.goto("/settings/appearance")
    await page.get_by_text("Warm", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "warm")
    ground = await page.evaluate(GROUND)
    await page.get_by_role("slider", name="Text size").press("End")
    await page.get_by_text("Comfortable", exact=True).click()
    async with page.expect_response(lambda answer: '"contrast":"more"' in (answer.request.post_data or "")):
        await page.get_by_text("More", exact=True).first.click()
    html = await (await page.request.get("/keys", headers={"accept": "text/html"})).text()
    assert '<html lang="en" data-theme="warm">' in html
    assert '<link rel="stylesheet" href="/themes/warm-' in html
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Appearance")
    assert await page.evaluate(GROUND) == ground
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert await page.evaluate("document.documentElement.dataset.contrast") == "more"
    assert await page.evaluate("document.documentElement.dataset.density") == "comfortable"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_file_that_is_written_is_seen_in_the_open_page(page: Page, file: Path) -> None:
    file.write_text(theme(0.8))
    await page.goto("/settings/appearance")
    async with page.expect_response(lambda answer: '"theme":"night"' in (answer.request.post_data or "")):
        await page.get_by_text("Night shift", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "night")
    before = await page.evaluate(LIVE)
    sheet = page.locator('link[href^="/themes/"]')
    worn = await sheet.get_attribute("href")
    file.write_text(theme(0.9))
    await expect(page.locator(f'link[href="{worn}"]')).to_have_count(0)  # two stand there while the next one comes
    file.write_text('{\n  "signal": 3\n}')
    await expect(page.get_by_text("themes/night.json:2").first).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("data-theme", "night")
    await page.wait_for_function(f"before => {LIVE} !== before", arg=before)


async def test_what_is_chosen_before_it_is_known_what_was_kept_takes_nothing_back(page: Page, gateway: served) -> None:
    kept = {"theme": "warm", "scale": 1.25}
    address, headers = "/api/me/preferences/appearance", {"origin": gateway.url}
    assert (await page.request.put(address, data=kept, headers=headers)).ok
    answered = asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await answered.wait()
        await route.fulfill(response=answer)

    await page.route("**/api/me/preferences", late)
    await page.goto("/settings/appearance")
    await page.get_by_role("button", name="You and this console").click()
    await page.get_by_role("menuitem", name="Dark", exact=True).click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    async with page.expect_response(lambda answer: '"theme":"dark"' in (answer.request.post_data or "")) as saved:
        answered.set()
    assert json.loads((await saved.value).request.post_data or "")["scale"] == 1.25
    await expect(page.get_by_role("slider", name="Text size")).to_have_value("1.25")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_the_report_card_tells_every_pair_of_the_theme_that_is_worn(page: Page) -> None:
    await page.goto("/settings/appearance")
    table = page.get_by_role("table", name="Contrast of the theme")
    await expect(table.get_by_role("row")).to_have_count(13)
    await page.get_by_role("button", name="Show all").click()
    await expect(table.get_by_role("row").nth(100)).to_be_visible()
    await expect(table.get_by_text("fails")).to_have_count(0)


@pytest.mark.parametrize(
    "preference", [{"contrast": "more"}, {"forced_colors": "active"}, {"reduced_motion": "reduce"}]
)
async def test_what_the_system_asks_for_is_followed(visits: Visits, preference: dict[str, str]) -> None:
    page = await visits.page(**preference)
    await page.goto("/settings/appearance")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    read = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    if "contrast" in preference:
        plain = await visits.page()
        await plain.goto("/settings/appearance")
        assert await plain.evaluate(read, "--text-faint") != await page.evaluate(read, "--text-faint")
    elif "forced_colors" in preference:
        assert await page.evaluate(read, "--border-default") == "CanvasText"
    else:
        assert float((await page.evaluate(read, "--motion-duration-slow")).rstrip("ms")) < 1
