"""Plugins in the console: installed with consent, tried, approved, changed and removed, and harmless whatever they say."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect
from visits import Told, Visits
from weather_plugin import install_weather, weather_folder

from switchgear.testing import served

SLOW = 60_000
"""Milliseconds that what the gateway and a plugin do together may take on a busy machine."""


@pytest.fixture
def weather(gateway: served) -> served:
    """The gateway, with the plugin ``weather``."""
    install_weather(gateway)
    return gateway


async def press(page: Page, role: str, name: str, key: str = "Enter") -> None:
    """Press what has this name, by its key."""
    await page.get_by_role(role, name=name, exact=True).first.press(key)  # type: ignore[arg-type]


async def test_a_plugin_is_installed_from_a_folder_granted_a_part_tried_and_removed(
    page: Page, gateway: served, tmp_path: Path
) -> None:
    install_weather(gateway)  # skips where there is no sandbox
    await page.goto("/plugins")
    await press(page, "link", "Install a plugin")
    await expect(page.get_by_role("heading", name="Install a plugin")).to_be_focused()
    async with page.expect_file_chooser() as chooser:
        await press(page, "button", "Choose a folder")
    await (await chooser.value).set_files(weather_folder(tmp_path, "tempest"))
    await expect(page.get_by_role("heading", name="Install tempest")).to_be_visible()
    install = page.get_by_role("button", name="Install it", exact=True)
    await expect(install).to_be_disabled()
    await page.get_by_role("checkbox", name="Reach b.example.com on port 443.").press("Space")
    await page.get_by_role("checkbox", name="Nobody I trust signed it.").press("Space")
    await page.get_by_role("textbox", name="Token").fill("a-secret-of-a-test")
    await install.press("Enter")
    await expect(page.get_by_role("heading", name="What to do next")).to_be_visible(timeout=SLOW)
    await press(page, "link", "Try a tool")
    await page.get_by_role("grid", name="Tools").get_by_text("forecast", exact=True).click()
    await page.get_by_label("City").fill("Oslo")
    await press(page, "button", "Call it")
    await expect(page.get_by_text('forecast: {"days": 3, "city": "Oslo"}')).to_be_visible(timeout=SLOW)
    await page.get_by_role("tab", name="Permissions").click()
    granted = page.get_by_role("region", name="What holds now")
    await expect(granted).to_contain_text("api.example.com")
    await expect(granted).not_to_contain_text("b.example.com")
    await page.get_by_role("tab", name="Configuration").click()
    token = page.get_by_role("textbox", name="Token")
    await expect(token).to_have_value("")
    await expect(page.get_by_text("A secret that has a value")).to_be_visible()
    await press(page, "button", "More")
    await press(page, "menuitem", "Remove the plugin")
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove plugin").press("Enter")
    await expect(page.get_by_role("heading", name="Plugins", exact=True)).to_be_visible()
    await expect(page.get_by_role("grid", name="Plugins").get_by_text("tempest")).to_have_count(0)


async def test_what_a_tool_says_is_text_whatever_it_is(page: Page, weather: served) -> None:
    await page.goto("/plugins/weather?tab=tools&tool=hostile")
    await expect(page.get_by_role("heading", name="safe\\u{202E}gnp.exe\\u{200B}")).to_be_visible()
    await press(page, "button", "Call it")
    answer = page.get_by_role("region", name="Answer")
    await expect(answer.get_by_text("<img src=x onerror").first).to_be_visible()
    await expect(answer.get_by_text("Show all 300,000 characters")).to_be_visible()
    await expect(answer.get_by_role("img", name="An image that the tool answered")).to_have_count(1)
    await expect(answer.get_by_text("image/svg+xml")).to_be_visible()
    assert await answer.locator("a").evaluate_all("links => links.map(link => link.protocol)") == ["https:"]
    assert await page.evaluate("window.__hacked") is None
    text = await answer.inner_text()
    assert "\u202e" not in text
    assert "\u200b" not in text
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.goto("/plugins/weather?tab=log")
    await expect(page.get_by_text("weather is ready <img").first).to_be_visible()


async def test_a_form_is_made_of_the_schema_and_json_is_the_way_out(page: Page, weather: served) -> None:
    await page.goto("/plugins/weather?tab=tools&tool=forecast")
    await page.get_by_label("City").fill("Bergen")
    await press(page, "button", "Add to tags")
    await page.get_by_label("tags 1").first.fill("rain, or snow")
    await page.get_by_role("textbox", name="km").fill("2.5")
    await page.get_by_role("radio", name="JSON").press("Space")
    sent = json.loads(await page.get_by_label("Arguments", exact=True).input_value())
    assert sent == {"city": "Bergen", "days": 3, "tags": ["rain, or snow"], "near": {"km": 2.5}}
    await page.get_by_label("Arguments", exact=True).fill("[1]")
    await expect(page.get_by_role("button", name="Call it")).to_be_disabled()
    await page.get_by_label("Arguments", exact=True).fill('{"city": "Voss", "odd": {"a": [1]}}')
    await press(page, "button", "Call it")
    await expect(page.get_by_text('forecast: {"city": "Voss", "odd": {"a": [1]}}')).to_be_visible()
    await page.goto("/plugins/weather?tab=tools&tool=slow")
    await page.get_by_role("textbox", name="steps").fill("200")
    await press(page, "button", "Call it")
    await expect(page.get_by_text("of 200").first).to_be_visible()
    await press(page, "button", "Cancel")
    await expect(page.get_by_text("cancelled", exact=True)).to_be_visible()
    await page.goto("/tool-calls?tool=slow")
    await expect(page.get_by_role("grid", name="Calls of plugins").get_by_text("abandoned").first).to_be_visible()


async def test_a_call_waits_and_is_approved_by_keyboard(visits: Visits, page: Page, weather: served) -> None:
    await page.goto("/plugins/weather?tab=tools&tool=wipe")
    await page.get_by_label("path").fill("/srv/<b>reports</b>")
    await press(page, "button", "Call it")
    await expect(
        page.get_by_text("Waits for a person").or_(page.get_by_text("waiting for an answer")).first
    ).to_be_visible()
    other = await visits.page()
    await other.goto("/approvals")
    waiting = other.get_by_role("region", name="Waiting now")
    await expect(other.get_by_role("link", name="Approvals")).to_contain_text("1 waiting")
    await expect(waiting).to_contain_text('"path": "/srv/<b>reports</b>"')
    await waiting.get_by_label("Reason").fill("fine")
    await waiting.get_by_role("button", name="Approve", exact=True).press("Enter")
    await expect(other.get_by_text("Nothing waits")).to_be_visible(timeout=SLOW)
    await expect(page.get_by_role("region", name="Answer")).to_contain_text("wipe: ", timeout=SLOW)
    await expect(other.get_by_role("grid", name="Approvals so far").get_by_text("weather__wipe").first).to_be_visible()


async def test_watching_frames_is_asked_for_and_in_the_audit_log(page: Page, weather: served) -> None:
    await page.goto("/plugins/weather?tab=traffic")
    await press(page, "button", "Watch")
    await expect(page.get_by_text("No frame has passed yet.")).to_be_visible()
    headers = {"authorization": f"Bearer {weather.key}"}
    async with httpx.AsyncClient(base_url=weather.url, headers=headers, timeout=30) as api:
        frames = page.get_by_role("grid", name="Frames")
        for _ in range(20):
            await api.post("/api/plugins/weather/tools/forecast/call", json={"arguments": {"city": "Oslo"}})
            if await frames.get_by_text("tools/call").count():
                break
        await expect(frames.get_by_text("tools/call").first).to_be_visible()
        entries = (await api.get("/api/audit")).json()["data"]
    assert any((entry["action"], entry["target"]) == ("plugin.watch", "weather") for entry in entries)
    await page.get_by_label("Kind").click()
    await page.get_by_role("option", name="Errors").click()
    await expect(frames.get_by_text("tools/call")).to_have_count(0)


async def test_a_viewer_looks_and_changes_nothing(visits: Visits, told: Told, weather: served) -> None:
    page = await visits.page("viewer")
    await page.goto("/plugins/weather?tab=permissions")
    await expect(page.get_by_role("button", name="Save permissions")).to_be_disabled()
    await expect(page.get_by_role("button", name="More")).to_have_count(0)
    await page.goto("/plugins/weather?tab=tools&tool=forecast")
    await expect(page.get_by_text("Your role does not call tools")).to_be_visible()
    told.expect("403")
    refused = await page.evaluate(
        "fetch('/api/plugins/weather/tools/forecast/call', {method: 'POST', body: '{}', headers: {'content-type': 'application/json'}})"
        ".then(answer => answer.status)"
    )
    assert refused == 403
