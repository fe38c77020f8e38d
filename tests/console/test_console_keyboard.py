"""The main tasks without a mouse: by keys alone, and at each stop one sees where one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from keyboard import arrived, come, go, seen, to, type_into, use
from playwright.async_api import Locator, Page, expect
from visits import Told, Visits
from weather_plugin import weather_folder

from switchgear.testing import Close, Gate, ReadBody, ScriptedProvider, Send, chat_chunk, http1, served, sse

PROVIDER_KEY = "the-provider's-own-key"
NAME = "walked"


@pytest.fixture
def admin(gateway: served) -> Iterator[httpx.Client]:
    """The admin API; what a walk has made under its name is gone afterwards."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client
        for place in ("models", "providers", "limits"):
            client.delete(f"/api/{place}/{NAME}")
        for preference in ("chat", "appearance"):
            client.delete(f"/api/me/preferences/{preference}")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=name, exact=True).first


def field(page: Page, label: str) -> Locator:
    """The field with that label, whether or not it is required."""
    named = page.get_by_label(re.compile(rf"^{label}( \(required\))?$"))
    return named.and_(page.locator("main input, main textarea")).first


async def confirm(page: Page, deed: str) -> None:
    """Say yes to the question that is asked."""
    question = page.locator(".dialog__content")
    await expect(question).to_be_visible()
    await use(page, question.get_by_role("button", name=deed, exact=True))
    await expect(question).to_have_count(0)


async def test_one_signs_in_by_a_link_and_by_a_key(
    visits: Visits, told: Told, admin: httpx.Client, gateway: served
) -> None:
    told.expect("401")
    address = admin.post("/api/sign-in/links", json={}).json()["url"]
    page = await visits.page(None)
    await come(page, address)
    await use(page, page.get_by_role("button", name="Skip to the page"))
    await expect(page.get_by_role("main")).to_be_focused()

    other = await visits.page(None)
    await other.goto(address)
    await expect(other.get_by_role("alert")).to_contain_text("used already")
    await type_into(other, other.get_by_role("textbox", name="Key"), gateway.key)
    await other.keyboard.press("Enter")
    await expect(other.get_by_role("heading", level=1, name="Overview")).to_be_visible()


async def test_one_chats_and_stops_an_answer(page: Page, admin: httpx.Client, provider: Any) -> None:
    me = await page.context.request.put(
        "/api/me/preferences/chat",
        data={"last": {"models": ["fast"]}},
        headers={"origin": str(admin.base_url).rstrip("/")},
    )
    assert me.ok
    gate = Gate()
    head = http1.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
    begun = head + http1.chunk(sse([chat_chunk(text) for text in ("One ", "two ")], done=False))
    provider.plan(ReadBody(), Send(begun), gate, Close(), model="alpha")
    await come(page)
    await expect(page.get_by_role("navigation").get_by_role("link", name="Chat", exact=True)).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("fast")
    message = page.get_by_role("textbox", name="Message")
    if not await message.evaluate("field => field === document.activeElement"):
        await to(page, message)
    await seen(page)
    await page.keyboard.type("Count")
    await page.keyboard.press("Control+Enter")
    answer = page.locator("li.chat-message--answer")
    await expect(answer).to_contain_text("One two")
    await expect(message).to_be_focused()
    await page.keyboard.press("Escape")
    gate.open()
    await expect(answer).to_contain_text("Stopped")


async def test_one_finds_out_why_a_call_failed(page: Page, admin: httpx.Client, provider: ScriptedProvider) -> None:
    provider.fail(400, {"error": {"message": "The river is too long."}})
    body = {"model": "fast", "messages": [{"role": "user", "content": "Name a river"}]}
    answer = admin.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400
    call = answer.headers["x-request-id"]
    await go(page, "l", "Calls")
    first = page.get_by_role("grid").get_by_role("row").nth(1)
    await expect(first.locator(f"a[href$='/{call}']")).to_be_visible()
    await to(page, page.get_by_role("columnheader", name="Began"))
    await page.keyboard.press("ArrowDown")
    await seen(page)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/calls/{call}$"))
    await expect(page.get_by_role("region", name="What went wrong")).to_contain_text("The river is too long.")
    await expect(page.get_by_role("region", name="Why it went there")).to_contain_text("scripted/alpha")
    await expect(page.get_by_role("list", name="What happened").get_by_role("listitem").last).to_contain_text("failed")
    await expect(page.get_by_role("region", name="Bodies")).to_contain_text("Not kept")


async def test_one_makes_a_key(page: Page, admin: httpx.Client) -> None:
    await go(page, "k", "Keys")
    await use(page, link(page, "New key"))
    await arrived(page, "New key")
    await type_into(page, field(page, "Name"), "by keyboard")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="The key by keyboard is made")).to_be_focused()
    made = (await page.locator(".key-shown code").inner_text()).strip()
    assert admin.get("/v1/models", headers={"authorization": f"Bearer {made}"}).status_code == 200
    await use(page, link(page, "Open the key"))
    await arrived(page, "by keyboard")


async def test_one_rotates_and_revokes_a_key(page: Page, admin: httpx.Client) -> None:
    made = admin.post("/api/keys", json={"name": "turned by keyboard"}).json()
    first = made["key"]

    def status(key: str) -> int:
        return admin.get("/v1/models", headers={"authorization": f"Bearer {key}"}).status_code

    await come(page, f"/keys/{made['id']}", "turned by keyboard")
    await use(page, button(page, "Rotate"))
    await expect(page.get_by_role("dialog")).to_contain_text("shown once")
    await confirm(page, "Rotate key")
    await expect(page.get_by_role("heading", name="The new secret of turned by keyboard")).to_be_visible()
    second = (await page.locator(".key-shown code").inner_text()).strip()
    assert (first != second, status(first), status(second)) == (True, 200, 200)
    await use(page, button(page, "Revoke"))
    await confirm(page, "Revoke key")
    await expect(page.get_by_text("revoked", exact=True).first).to_be_visible()
    assert status(second) == 401


async def test_one_tests_and_adds_a_provider_and_removes_it(
    page: Page, admin: httpx.Client, provider: ScriptedProvider
) -> None:
    await go(page, "p", "Providers")
    await use(page, link(page, "Add provider"))
    await arrived(page, "New provider")
    await type_into(page, field(page, "Name"), NAME)
    await type_into(page, field(page, "Address"), provider.base_url)
    await type_into(page, field(page, "The key itself"), PROVIDER_KEY)
    await use(page, button(page, "Test"))
    await expect(page.get_by_text("It answered")).to_be_visible()
    await use(page, button(page, "Add provider"))
    await arrived(page, NAME)
    assert admin.get(f"/api/providers/{NAME}").json()["state"] == "ready"
    await use(page, button(page, "Remove"))
    await confirm(page, "Remove provider")
    await arrived(page, "Providers")


async def test_one_adds_an_alias_with_a_fallback_and_it_answers(page: Page, admin: httpx.Client) -> None:
    await go(page, "m", "Models")
    await use(page, link(page, "Add alias"))
    await arrived(page, "New alias")
    await type_into(page, field(page, "Name"), NAME)
    await use(page, page.get_by_role("main").get_by_role("button", name=re.compile("Provider")))
    await expect(page.get_by_role("option", name="scripted")).to_be_visible()
    await page.keyboard.type("scri")
    await expect(page.get_by_role("option", name="scripted")).to_be_focused()
    await page.keyboard.press("Enter")
    await type_into(page, page.get_by_role("combobox", name=re.compile("Model")), "beta")
    await page.keyboard.press("Escape")
    await type_into(page, field(page, "Fallbacks"), "fast")
    await page.keyboard.press("Enter")
    await use(page, button(page, "Add alias"))
    await arrived(page, NAME)
    await expect(page.get_by_text("scripted/beta")).to_be_visible()
    await use(page, button(page, "Test"))
    await expect(page.get_by_text("It answered")).to_be_visible()
    assert admin.get(f"/api/models/{NAME}").json()["settings"]["fallbacks"] == ["fast"]


async def test_one_sets_a_limit_and_reads_how_it_stands_in_words(page: Page, admin: httpx.Client) -> None:
    await go(page, "t", "Limits & budgets")
    await use(page, link(page, "New limits"))
    await arrived(page, "New limits")
    await type_into(page, field(page, "Name"), NAME)
    await type_into(page, field(page, "Calls a minute"), "5")
    await type_into(page, field(page, "Budget in dollars"), "2.5")
    await use(page, button(page, "Make limits"))
    await arrived(page, NAME)
    await expect(page.get_by_text("5 calls/min · $2.50 a month")).to_be_visible()
    made = admin.post("/api/keys", json={"name": "limited", "limits": NAME}).json()
    await page.goto(f"/keys/{made['id']}")
    await expect(page.get_by_role("meter", name="Calls a minute")).to_be_attached()
    await expect(page.get_by_text("0 of 5")).to_be_visible()
    admin.patch(f"/api/keys/{made['id']}", json={"limits": ""}).raise_for_status()


async def test_one_installs_a_plugin_from_a_folder(page: Page, admin: httpx.Client, tmp_path: Path) -> None:
    await go(page, "i", "Plugins")
    await use(page, link(page, "Install a plugin"))
    await arrived(page, "Install a plugin")
    async with page.expect_file_chooser() as chooser:
        await use(page, button(page, "Choose a folder"))
    await (await chooser.value).set_files(weather_folder(tmp_path, "gale"))  # the system's own window
    await expect(page.get_by_role("heading", name="Install gale")).to_be_visible()
    await use(page, page.get_by_role("checkbox", name="Nobody I trust signed it."), "Space")
    await type_into(page, field(page, "Token"), "a-secret-of-a-test")
    install = button(page, "Install it")
    await expect(install).to_be_enabled()
    await use(page, install)
    done = page.get_by_role("heading", name="What to do next")
    refused = page.get_by_role("alert").filter(has_text="sandbox")
    await expect(done.or_(refused).first).to_be_visible(timeout=60_000)
    if await refused.count():
        pytest.skip(f"No plugin runs on this machine: {await refused.first.inner_text()}")
    admin.delete("/api/plugins/gale").raise_for_status()


async def test_one_changes_the_theme(page: Page, admin: httpx.Client) -> None:
    await come(page)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog", name="Find a page or an action")).to_be_visible()
    await page.keyboard.type("appear")
    await expect(page.get_by_role("menuitem")).to_have_text([re.compile("Appearance")])
    await page.keyboard.press("Enter")
    await arrived(page, "Appearance")
    themes = page.get_by_role("radiogroup", name="Theme")
    chosen = themes.get_by_role("radio", checked=True)
    await expect(chosen).to_have_count(1)
    before = await page.locator("html").get_attribute("data-theme")
    await to(page, chosen)
    async with page.expect_response(lambda answer: "/preferences/appearance" in answer.url):
        await page.keyboard.press("ArrowDown")
    await seen(page)
    await expect(page.locator("html")).not_to_have_attribute("data-theme", before or "")
