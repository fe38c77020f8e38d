"""The kit and the shell: what every page stands on, done by keyboard and by pointer in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import Locator, Page, expect
from visits import Told, Visits


async def kit(page: Page) -> Page:
    """The kit's page, ready."""
    await page.goto("/kit")
    await expect(page.get_by_role("heading", level=1, name="Kit")).to_be_visible()
    return page


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


async def width(what: Locator) -> float:
    box = await what.bounding_box()
    assert box is not None
    return box["width"]


async def in_order(page: Page, within: str, expected: list[str]) -> None:
    """Wait until the panels within an element stand so."""
    for place, name in enumerate(expected):
        await expect(page.locator(f"{within} [data-part]").nth(place)).to_have_attribute("aria-label", name)


async def test_palette_help_and_letters_lead_everywhere_and_can_be_turned_off(page: Page) -> None:
    await kit(page)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog", name="Find a page or an action")).to_be_visible()
    await page.keyboard.type("overv")
    await page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1, name="Overview")
    await expect(heading).to_be_focused()

    await kit(page)
    await page.keyboard.press("g")
    await page.keyboard.press("o")
    await expect(heading).to_be_visible()

    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    await expect(dialog.get_by_text("Find a page or an action")).to_be_visible()
    await dialog.get_by_role("switch", name="Keys of a single letter").focus()
    async with page.expect_response(lambda answer: "/preferences/shortcuts" in answer.url):
        await page.keyboard.press("Space")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.keyboard.press("?")
    await page.keyboard.press("Control+k")  # what came after it shows that the letter did nothing
    await expect(page.get_by_role("dialog", name="Find a page or an action")).to_be_visible()
    await expect(dialog).to_have_count(0)
    await page.evaluate("fetch('/api/me/preferences/shortcuts', {method: 'DELETE'})")  # others share this user


async def test_f6_goes_round_the_landmarks_and_the_first_tab_skips_to_the_page(page: Page) -> None:
    await kit(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Skip to the page")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    seen = []
    for _ in range(3):
        await page.keyboard.press("F6")
        seen.append(await page.evaluate("document.activeElement.closest('header, nav, main').tagName"))
    assert sorted(seen) == ["HEADER", "MAIN", "NAV"]


async def test_panels_are_resized_moved_and_collapsed_without_dragging_and_stay_so(page: Page) -> None:
    await kit(page)
    chat, border = panel(page, "Chat"), page.get_by_role("separator", name="Border of Conversations and Chat")
    before = await width(chat)
    await border.focus()
    await page.keyboard.press("ArrowLeft")
    wider = await width(chat)
    assert wider > before
    await chat.get_by_role("button", name="Arrange Chat").click()
    await page.get_by_role("menuitem", name="Narrower").click()
    await chat.get_by_role("button", name="Move Chat").focus()
    said = page.locator(".split > [role=status]")
    for key, place in (("ArrowRight", "3 of 3"), ("ArrowLeft", "2 of 3"), ("ArrowLeft", "1 of 3")):
        await page.keyboard.press(key)
        await expect(said).to_have_text(f"Chat: place {place}")
        await expect(chat.get_by_role("button", name="Move Chat")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(said).to_have_text("Chat: place 1 of 3, as far as it goes")
    await in_order(page, ".split", ["Chat", "Conversations", "Parameters"])
    await panel(page, "Parameters").get_by_role("button", name="Arrange Parameters").press("Enter")
    async with page.expect_response(lambda answer: "/preferences/layout.kit-split" in answer.url):
        await page.get_by_role("menuitem", name="Collapse").press("Enter")
    await expect(page.get_by_role("button", name="Open Parameters")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Move Parameters")).to_be_focused()
    await panel(page, "Parameters").get_by_role("button", name="Arrange Parameters").press("Enter")
    async with page.expect_response(lambda answer: "/preferences/layout.kit-split" in answer.url):
        await page.get_by_role("menuitem", name="Collapse").press("Enter")

    await page.reload()
    await expect(page.get_by_role("button", name="Open Parameters")).to_be_visible()
    await in_order(page, ".split", ["Chat", "Conversations", "Parameters"])
    await panel(page, "Chat").get_by_role("button", name="Arrange Chat").click()
    async with page.expect_response(lambda answer: "/preferences/layout.kit-split" in answer.url):
        await page.get_by_role("menuitem", name="Reset panels").click()
    await expect(page.get_by_role("separator", name="Border of Chat and Parameters")).to_be_visible()


async def test_a_panel_is_dragged_to_another_place(page: Page) -> None:
    await kit(page)
    handle = panel(page, "Conversations").get_by_role("button", name="Move Conversations")
    await handle.scroll_into_view_if_needed()
    start, end = await handle.bounding_box(), await panel(page, "Parameters").bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 8, start["y"] + 8)
    await page.mouse.down()
    await page.mouse.move(end["x"] + 60, end["y"] + 60, steps=4)
    await page.mouse.up()
    await expect(page.locator(".split [data-part]").last).to_have_attribute("aria-label", "Conversations")


async def test_a_layout_is_taken_along_as_a_file_and_another_pages_file_is_refused(page: Page, tmp_path: Path) -> None:
    await kit(page)
    await panel(page, "Calls").get_by_role("button", name="Arrange Calls").click()
    await page.get_by_role("menuitem", name="Move up").click()
    moved = ["Health", "Cost", "Calls", "Errors"]
    await in_order(page, ".layout", moved)
    menu = page.get_by_role("main").get_by_role("button", name="Layout", exact=True)
    await menu.click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name="Export to a file").click()
    file = tmp_path / "layout.json"
    await (await download.value).save_as(file)
    await menu.click()
    await page.get_by_role("menuitem", name="Reset").click()
    await expect(page.locator(".layout [data-part]").nth(2)).to_have_attribute("aria-label", "Errors")

    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_text("Layout taken from the file")).to_be_visible()
    await in_order(page, ".layout", moved)
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(file.read_text()) | {"layout": "overview"}))
    await page.locator("input[type=file]").set_input_files(other)
    await expect(page.get_by_text("The file is a layout of “overview”")).to_be_visible()
    await in_order(page, ".layout", moved)


async def test_the_width_of_a_column_is_kept_for_the_user(page: Page) -> None:
    await kit(page)
    head = page.get_by_role("grid", name="Calls", exact=True).get_by_role("columnheader", name="Model")
    before = await width(head)
    await head.focus()
    for _ in range(3):
        async with page.expect_response(lambda answer: "/preferences/table.kit" in answer.url):
            await page.keyboard.press("Shift+ArrowRight")
    await page.evaluate("localStorage.clear()")
    await page.reload()
    await expect(head).to_be_visible()
    await page.wait_for_function(
        "([one, before]) => one.getBoundingClientRect().width > before + 20", arg=[await head.element_handle(), before]
    )
    await page.request.delete("/api/me/preferences/table.kit", headers={"origin": page.url.removesuffix("/kit")})


async def test_a_refused_form_tells_each_field_and_a_question_waits_for_the_name(page: Page) -> None:
    await kit(page)
    await page.get_by_role("button", name="Save, and be refused").click()
    name = page.get_by_label("Name (required)").first
    await expect(page.get_by_text("A key named “ci” is there already.")).to_be_visible()
    await expect(name).to_be_focused()
    await expect(name).to_have_attribute("aria-invalid", "true")

    opener = page.get_by_role("button", name="Question")
    await opener.click()
    dialog = page.get_by_role("alertdialog", name="Revoke the key ci?")
    await expect(dialog.get_by_role("button", name="Revoke key")).to_be_disabled()
    await dialog.get_by_role("textbox").fill("ci")
    await dialog.get_by_role("button", name="Revoke key").click()
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_on_a_small_screen_the_pages_are_in_a_drawer_and_nothing_is_cut_off(visits: Visits) -> None:
    page = await kit(await visits.page(viewport={"width": 320, "height": 640}, has_touch=True))
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.get_by_role("button", name="Pages").click()
    await page.get_by_role("dialog", name="Pages").get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("heading", level=1, name="Overview")).to_be_focused()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_an_unknown_address_and_a_gateway_that_is_away_are_told_in_words(page: Page, told: Told) -> None:
    await page.goto("/nowhere")
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert await page.title() == "There is no such page · Switchgear"

    told.expect("Failed to load resource", "ERR_FAILED")
    await page.route("**/healthz", lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_text("The gateway cannot be reached.")).to_be_visible()
    await page.unroute("**/healthz")
    await page.get_by_role("button", name="Try now").click()
    await expect(page.get_by_text("The gateway cannot be reached.")).to_have_count(0)
