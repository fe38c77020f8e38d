"""What each role may do with plugins: pages offer nothing else, and the gateway refuses it from the same browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from visits import Told, Visits, settled
from weather_plugin import install_weather

from switchgear.testing import served

CHANGES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/api/plugins/proposals", {"source": "pypi:nothing"}),
    ("POST", "/api/plugins/proposals/bundle", "bytes"),
    ("POST", "/api/plugins/proposals/openapi", "{}"),
    ("DELETE", "/api/plugins/proposals/nothing", None),
    ("POST", "/api/plugins/proposals/nothing/install", {}),
    ("POST", "/api/plugins/weather/enable", {}),
    ("POST", "/api/plugins/weather/disable", {}),
    ("POST", "/api/plugins/weather/restart", {}),
    ("POST", "/api/plugins/weather/clear", {}),
    ("POST", "/api/plugins/weather/use", {"version": "1.0.0"}),
    ("POST", "/api/plugins/weather/configure", {"settings": {"units": "x"}}),
    ("POST", "/api/plugins/weather/grant", {"permissions": {}}),
    ("POST", "/api/plugins/weather/accept", {"digest": "x"}),
    ("POST", "/api/plugins/weather/frames", {}),
    ("DELETE", "/api/plugins/weather", None),
    ("POST", "/api/plugins/weather/login", {}),
    ("POST", "/api/plugins/weather/login/finish", {"answer": "x"}),
    ("DELETE", "/api/plugins/weather/login", None),
    ("POST", "/api/approvals/nothing/approve", {}),
    ("POST", "/api/approvals/nothing/deny", {}),
)
TRUST: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/api/plugins/trust", {"key": "ed25519:x"}),
    ("DELETE", "/api/plugins/trust/nothing", None),
    ("POST", "/api/plugins/trust/nothing/revoke", {}),
)
CALL = ("POST", "/api/plugins/weather/tools/forecast/call", {"arguments": {"city": "Oslo"}})
ASK = """async changes => {
  const statuses = [];
  for (const [method, path, body] of changes) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method, ...(body === null ? {} : { headers, body: JSON.stringify(body) }) });
    statuses.push(`${method} ${path} ${answer.status}`);
    await answer.body?.cancel();
  }
  return statuses;
}"""
DEEDS = re.compile(
    "^(Save|Take|Restart|More|Enable|Disable|Upgrade|Go back|Accept|Watch|Install|Trust|Sign|Approve|Deny|Look)"
)
TABS = ("overview", "tools", "permissions", "configuration", "versions", "review", "log", "traffic")


@pytest.fixture
def weather(gateway: served) -> served:
    """The gateway, with the plugin ``weather``."""
    install_weather(gateway)
    return gateway


async def nothing_to_do(page: Page) -> None:
    """The page is there, and nothing on it changes anything."""
    await settled(page)
    main = page.get_by_role("main")
    await expect(main.get_by_role("button", name=DEEDS, disabled=False)).to_have_count(0)
    await expect(main.get_by_role("link", name=DEEDS)).to_have_count(0)


async def refused(page: Page, changes: tuple[tuple[str, str, Any], ...]) -> None:
    """The gateway refuses all of them to who is signed in."""
    statuses = await page.evaluate(ASK, changes)
    assert [each for each in statuses if not each.endswith(" 403")] == []


@pytest.mark.parametrize("role", ["viewer", "developer"])
async def test_who_may_look_changes_no_plugin(role: str, visits: Visits, told: Told, weather: served) -> None:
    told.expect("403")
    page = await visits.page(role)
    for tab in TABS:
        await page.goto(f"/plugins/weather?tab={tab}")
        await expect(page.get_by_role("tabpanel")).to_be_visible()
        await nothing_to_do(page)
    for path in ("/plugins", "/plugins/install", "/plugins/trust", "/approvals"):
        await page.goto(path)
        await nothing_to_do(page)
    await page.goto("/plugins/install")
    await expect(page.get_by_text("Your role does not install plugins")).to_be_visible()
    await page.goto("/plugins/weather?tab=tools&tool=forecast")
    call = page.get_by_role("button", name="Call it")
    await refused(page, (*CHANGES, *TRUST))
    if role == "viewer":
        await expect(call).to_be_disabled()
        await refused(page, (CALL,))
    else:
        await page.get_by_label("City").fill("Oslo")
        await call.click()
        await expect(page.get_by_role("region", name="Answer")).to_contain_text("Oslo", timeout=60_000)


async def test_an_administrator_does_all_but_trust_publishers(visits: Visits, told: Told, weather: served) -> None:
    told.expect("403")
    page = await visits.page("admin")
    await page.goto("/plugins/trust")
    await nothing_to_do(page)
    await refused(page, TRUST)
    await page.goto("/plugins/weather?tab=permissions")
    await expect(page.get_by_role("button", name="Save permissions")).to_be_enabled()
