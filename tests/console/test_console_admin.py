"""What an administrator does in the console: keys, providers, aliases, limits; and what others may not."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.async_api import Locator, Page, expect

from switchgear.testing import ScriptedProvider, served

PROVIDER_KEY = "the-provider's-own-key"


async def begin(page: Page, letter: str, title: str) -> None:
    """Go to a page by its letter."""
    await page.goto("/keys" if letter != "k" else "/limits")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("navigation").get_by_role("link", name=title)).to_be_visible()
    await page.locator("h1").focus()
    await page.keyboard.press("g")
    await page.keyboard.press(letter)
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


async def press(page: Page, role: Any, name: str, key: str = "Enter") -> None:
    """Press a key on what is named; it has to be reachable by the keyboard."""
    found = page.get_by_role(role, name=name, exact=True).first
    await expect(found).to_be_visible()
    await found.focus()
    await expect(found).to_be_focused()
    await page.keyboard.press(key)


def labelled(page: Page, label: str) -> Locator:
    """The field of a form with that label, whether or not it is required."""
    return (
        page.locator("main form")
        .get_by_label(re.compile(rf"^{label}( \(required\))?$"))
        .and_(page.locator("input, textarea"))
    )


async def fill(page: Page, label: str, text: str) -> None:
    """Type into a field, after what is there was taken away."""
    field = labelled(page, label)
    await field.focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)


def api(gateway: served, key: str | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url, headers={"authorization": f"Bearer {key or gateway.key}"})


async def test_the_key_just_made_fills_in_the_quick_start_and_is_gone_after_a_reload(page: Page) -> None:
    await page.goto("/keys/new")
    await page.get_by_role("textbox", name=re.compile("Name")).fill("quick")
    await page.keyboard.press("Enter")
    key = (await page.locator(".key-shown code").inner_text()).strip()
    await press(page, "link", "Use it: quick start")
    await expect(page.get_by_role("tabpanel")).to_contain_text(key)
    await page.reload()
    await expect(page.get_by_role("tabpanel")).to_contain_text("YOUR_KEY")
    assert key not in await page.content()


async def test_a_provider_is_tested_before_it_is_added_and_its_key_is_a_secret(
    page: Page, gateway: served, provider: ScriptedProvider
) -> None:
    await begin(page, "p", "Providers")
    await press(page, "link", "Add provider")
    await fill(page, "Name", "mine")
    await fill(page, "Address", provider.base_url)
    await fill(page, "The key itself", "wrong")
    await press(page, "button", "Test")
    await expect(page.get_by_text("It did not work")).to_be_visible()
    await expect(labelled(page, "Address")).to_have_value(provider.base_url)
    await fill(page, "The key itself", PROVIDER_KEY)
    await press(page, "button", "Test")
    await expect(page.get_by_text("It answered")).to_be_visible()
    await press(page, "button", "List them all")
    await press(page, "button", "Add provider")
    await expect(page.get_by_role("heading", level=1, name="mine")).to_be_visible()
    async with api(gateway) as client:
        told = (await client.get("/api/providers/mine")).json()
        assert (told["state"], told["api_key"], told["settings"]["models"]) == (
            "ready",
            "secret:provider.mine",
            ["alpha", "beta"],
        )
    await press(page, "button", "Remove")
    await press(page, "button", "Remove provider")
    await expect(page.get_by_role("heading", level=1, name="Providers")).to_be_visible()


async def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(page: Page, told: Any) -> None:
    told.expect("status of 400", "status of 409")
    await page.goto("/providers/new")
    await fill(page, "Name", "scripted")
    await fill(page, "Address", "https://user:pw@example.com/v1")
    await press(page, "button", "Add provider")
    await expect(page.get_by_text("must not hold a user name or password")).to_be_visible()
    await expect(labelled(page, "Name")).to_have_value("scripted")
    await fill(page, "Address", "https://example.com/v1")
    await press(page, "button", "Add provider")
    await expect(page.get_by_role("alert")).to_contain_text("defined in the configuration file")
    await expect(labelled(page, "Address")).to_have_value("https://example.com/v1")


async def test_every_kind_of_provider_has_its_own_fields(page: Page) -> None:
    await page.goto("/providers/new")
    kind = page.get_by_role("button", name=re.compile("Kind"))
    await kind.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("option", name=re.compile("Azure")).press("Enter")
    await page.locator("summary", has_text="More settings").press("Enter")
    await expect(page.get_by_label("API version")).to_be_visible()
    await kind.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("option", name=re.compile("Another")).press("Enter")
    await page.get_by_role("combobox", name=re.compile("Provider")).fill("bedrock")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It cannot do without")).to_contain_text("aws_region_name")


async def test_the_request_builder_streams_an_answer_as_the_reader(page: Page, provider: ScriptedProvider) -> None:
    await page.goto("/developer")
    await expect(page.get_by_role("heading", name="Request builder")).to_be_visible()
    body = labelled(page, "Body")
    await body.fill(
        '{"model": "scripted/alpha", "stream": true, "messages": [{"role": "user", "content": "hello there"}]}'
    )
    await press(page, "button", "Send")
    await expect(page.get_by_text("The answer is complete.")).to_be_visible()
    await expect(page.locator(".developer-came")).to_contain_text("data: [DONE]")
    await page.locator("summary", has_text="Headers").press("Enter")
    await expect(page.get_by_role("rowheader", name="x-request-id")).to_be_visible()
    await body.fill("{not json")
    await expect(page.get_by_text("This is not JSON")).to_be_visible()


async def test_a_viewer_is_offered_nothing_that_would_be_refused(visits: Any) -> None:
    page = await visits.page("viewer")
    for path, deed in (
        ("/keys", "New key"),
        ("/providers", "Add provider"),
        ("/models", "Add alias"),
        ("/limits", "New limits"),
    ):
        await page.goto(path)
        await expect(page.get_by_role("grid")).to_be_visible()
        await expect(page.get_by_role("link", name=deed)).to_have_count(0)
    await page.goto("/secrets")
    await expect(page.get_by_text("An administrator can.")).to_be_visible()


async def test_a_setting_tells_where_its_value_comes_from(page: Page) -> None:
    await page.goto("/settings?search=retry.attempts")
    row = page.get_by_role("row", name=re.compile("retry.attempts"))
    await expect(row).to_contain_text("file, line")
    await press(page, "button", "Reload the file")
    await expect(page.get_by_text(re.compile("Nothing that is in force is different|In force now"))).to_be_visible()


async def test_a_developer_makes_a_key_of_their_own_which_calls(visits: Any, gateway: served) -> None:
    page = await visits.page("developer")
    await page.goto("/keys/new")
    await fill(page, "Name", "my notebook")
    await expect(page.get_by_text("A key of your own")).to_be_visible()
    await expect(labelled(page, "User")).to_have_count(0)
    await press(page, "button", "Make key")
    key = (await page.locator(".key-shown code").inner_text()).strip()
    async with api(gateway, key) as client:
        assert (await client.get("/v1/models")).status_code == 200
        assert (await client.get("/api/keys")).status_code == 403
