"""Chats with a plugin's tools: calls are seen as they are, decided on where they wait, and kept with what they answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from console_bundles import CHAT_TOOLS, api_of, bundle, install, removed
from playwright.async_api import Locator, Page, expect
from visits import Told
from weather_plugin import install_weather

from switchgear.testing import ScriptedProvider, served, tool_call

DESK = "desk"
SLOW = 60_000
"""Milliseconds that what the gateway and a plugin do together may take on a busy machine."""


@pytest.fixture(scope="module")
def desk(gateway: served) -> Iterator[served]:
    """The gateway, with the plugin ``desk``."""
    install(gateway, bundle(DESK, CHAT_TOOLS))
    yield gateway
    removed(gateway, DESK)


@pytest.fixture
def weather(gateway: served) -> served:
    """The gateway, with the plugin ``weather``, whose tool ``wipe`` an operator has to approve."""
    install_weather(gateway)
    return gateway


async def opened(page: Page, *tools: str, approval: str = "ask") -> None:
    """A new chat with the tools of these plugins."""
    await page.goto("/chat")
    put = "(last) => fetch('/api/me/preferences/chat', {method: 'PUT', headers: {'content-type': 'application/json'}, body: last})"
    last = {"models": ["fast"], "tools": tools, "approval": approval}
    await page.evaluate(put, json.dumps({"last": last}))
    await page.reload()
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("fast")


async def asked(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Message")
    await field.fill(text)
    await field.press("Control+Enter")
    await expect(page.locator(".chat-question__text").last).to_have_text(text)


def answers(page: Page) -> Locator:
    return page.locator("li.chat-message--answer")


def call_of(page: Page, tool: str) -> Locator:
    return page.get_by_role("group", name=f"Call of {tool}", exact=True)


async def laid_open(call: Locator) -> None:
    """Show what it was called with, and what it answered."""
    await call.locator("summary").click()
    await expect(call.get_by_role("group", name="Arguments")).to_be_visible()


def calls(*made: tuple[str, Any]) -> list[dict[str, Any]]:
    return [tool_call(name, arguments, id=f"call_{place}") for place, (name, arguments) in enumerate(made)]


async def test_calls_are_seen_with_what_they_took_and_gave_and_are_kept(
    page: Page, provider: ScriptedProvider, desk: served
) -> None:
    await opened(page)
    await page.get_by_role("button", name="Settings", exact=True).click()
    drawer = page.get_by_role("dialog", name="Settings of this chat")
    await drawer.get_by_text(DESK, exact=True).click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Settings, tools of 1 plugin")).to_be_visible()
    made = [("add", {"a": 2, "b": 3}), ("meet", {}), ("meet", {}), ("broken", {}), ("long", {"characters": 5000})]
    provider.reply("Let me see.", tool_calls=calls(*((f"desk__{name}", given) for name, given in made)), model="alpha")
    provider.reply("They met, and it is 5.", model="alpha")
    await asked(page, "Do all of it")
    await expect(answers(page)).to_contain_text("They met, and it is 5.", timeout=SLOW)
    for _ in ("as it came", "as it is kept"):
        await expect(page.locator(".chat-tool")).to_have_count(5)
        add = call_of(page, "desk__add")
        await expect(add.locator("summary")).to_contain_text(re.compile(r"Done.*[0-9] (ms|s)"))
        await laid_open(add)
        await expect(add.get_by_role("group", name="Arguments")).to_have_text('{\n  "a": 2,\n  "b": 3\n}')
        await expect(add.get_by_role("group", name="Result")).to_have_text("5")
        await expect(call_of(page, "desk__meet").locator("summary")).to_have_text([re.compile("Done")] * 2)
        broken = call_of(page, "desk__broken")
        await expect(broken.locator("summary")).to_contain_text("Failed")
        await laid_open(broken)
        await expect(broken.get_by_role("group", name="Result")).to_have_text("the disk is full")
        await laid_open(call_of(page, "desk__long"))
        await expect(call_of(page, "desk__long").get_by_role("group", name="Result")).to_have_text("x" * 5000)
        await page.reload()
        await expect(page.get_by_role("combobox", name="Model")).to_have_value("fast")
    await asked(page, "And then?")
    await expect(answers(page).last).to_contain_text("And then?")
    sent = provider.requests[-1].json["messages"]
    assert [one["role"] for one in sent] == ["user", "assistant", *["tool"] * 5, "assistant", "user"]
    assert sent[2]["content"] == "5"


async def test_a_call_that_waits_is_approved_after_a_reload(
    page: Page, provider: ScriptedProvider, desk: served
) -> None:
    await opened(page, DESK)
    provider.reply(
        "I shall.",
        tool_calls=calls(("desk__delete", {"path": "/reports\u202egnp", "deep": ["x" * 3000]})),
        model="alpha",
    )
    await asked(page, "Delete it")
    for _ in ("as it came", "as it is kept"):
        call = call_of(page, "desk__delete")
        await expect(call.locator("summary")).to_contain_text("Waits for approval")
        given = call.get_by_role("group", name="Arguments")
        await expect(given).to_contain_text('"path": "/reports\\u{202E}gnp"')
        await expect(given).to_contain_text("x" * 3000)
        await expect(answers(page)).not_to_contain_text("Stopped")
        await expect(call.get_by_role("button", name="Deny")).to_be_visible()
        await page.reload()
    provider.reply("It is gone.", model="alpha")
    await page.get_by_role("button", name="Approve").click()
    await expect(answers(page).last).to_contain_text("It is gone.", timeout=SLOW)
    await page.reload()
    await expect(answers(page)).to_have_count(2)
    await expect(page.get_by_text("Waits for approval")).to_have_count(0)
    done = answers(page).last.get_by_role("group", name="Call of desk__delete")
    await laid_open(done)
    await expect(done.get_by_role("group", name="Result")).to_contain_text("is gone")


async def test_of_two_calls_one_is_refused_and_the_model_is_told(
    page: Page, provider: ScriptedProvider, desk: served
) -> None:
    await opened(page, DESK)
    made = calls(("desk__delete", {"path": "/kept-by-test"}), ("desk__delete", {"path": "/refused-by-test"}))
    provider.reply(tool_calls=made, model="alpha")
    await asked(page, "Delete both")
    waiting = call_of(page, "desk__delete")
    await expect(waiting).to_have_count(2)
    await waiting.nth(1).get_by_role("button", name="Deny").click()
    await expect(waiting.nth(1).locator("summary")).to_contain_text("Declined")
    provider.reply("One of them is gone.", model="alpha")
    await waiting.nth(0).get_by_role("button", name="Approve").click()
    await expect(answers(page).last).to_contain_text("One of them is gone.", timeout=SLOW)
    told = [one["content"] for one in provider.requests[-1].json["messages"] if one["role"] == "tool"]
    assert told == ["/kept-by-test is gone", "The user declined this call."]
    await expect(answers(page).last.locator(".chat-tool summary")).to_have_text(
        [re.compile("Done"), re.compile("Declined")]
    )


async def test_an_operator_decides_on_the_very_call_that_is_shown(
    page: Page, provider: ScriptedProvider, weather: served
) -> None:
    await opened(page, "weather", approval="auto")
    made = calls(("weather__wipe", {"path": "/granted-by-test"}), ("weather__wipe", {"path": "/denied-by-test"}))
    provider.reply(tool_calls=made, model="alpha")
    provider.reply("One was wiped.", model="alpha")
    await asked(page, "Wipe both")
    running = call_of(page, "weather__wipe")
    await expect(running).to_have_count(2)
    await running.nth(0).get_by_role("button", name="Approve").click(timeout=SLOW)
    await expect(running.nth(0).locator("summary")).to_contain_text("Done")
    await running.nth(1).get_by_role("button", name="Deny").click(timeout=SLOW)
    await expect(answers(page)).to_contain_text("One was wiped.", timeout=SLOW)
    await expect(running.nth(1).locator("summary")).to_contain_text("Failed")
    told = [one["content"] for one in provider.requests[-1].json["messages"] if one["role"] == "tool"]
    assert "/granted-by-test" in told[0]
    assert "A person decided against this call" in told[1]


async def test_a_chat_that_is_left_while_an_operator_is_asked_is_taken_up_again(
    page: Page, provider: ScriptedProvider, told: Told, weather: served
) -> None:
    await opened(page, "weather", approval="auto")
    made = calls(("weather__wipe", {"path": "/left-by-test"}))
    provider.reply("I ask.", tool_calls=made, model="alpha")
    await asked(page, "Wipe it")
    await expect(page.get_by_role("button", name="Approve")).to_be_visible(timeout=SLOW)
    await page.reload()
    await expect(answers(page)).to_contain_text("Cut off")
    left = call_of(page, "weather__wipe")
    await expect(left.locator("summary")).to_contain_text("Broken off")
    await expect(left.get_by_role("button")).to_have_count(0)  # what nobody waits for any more is not asked about
    with api_of(weather) as api:
        pending = api.get("/api/approvals", params={"state": "pending"}).json()["data"]
        mine = [one["id"] for one in pending if one["arguments"] == '{"path":"/left-by-test"}']
        assert len(mine) == 1
        api.post(f"/api/approvals/{mine[0]}/approve", json={}).raise_for_status()
    provider.reply("I ask again.", tool_calls=made, model="alpha")
    provider.reply("It is wiped.", model="alpha")
    await page.get_by_role("button", name="Try again").first.click()
    await expect(answers(page)).to_contain_text("It is wiped.", timeout=SLOW)
    await expect(left.locator("summary")).to_contain_text("Done")


async def test_a_call_that_an_operator_decided_on_meanwhile_is_made_again(
    page: Page, provider: ScriptedProvider, desk: served
) -> None:
    await opened(page, DESK)
    made = tool_call("desk__add", {"a": 20, "b": 22}, id="call_late")
    parts = [
        {
            "type": "tool",
            "id": "call_late",
            "name": "desk__add",
            "arguments": "{}",
            "result": "",
            "status": "waiting",
            "ms": 3,
        }
        | {"approval": "apr_that_is_no_more"},
        {"type": "said", "messages": [{"role": "assistant", "content": None, "tool_calls": [made]}]},
    ]
    kept = """async (parts) => {
      const send = async (path, body) => (await fetch("/api/conversations" + path, { method: "POST",
        headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
      const { id } = await send("", { title: "late", settings: { models: ["fast"], tools: ["desk"] } });
      const asked = await send(`/${id}/messages`, { role: "user", content: [{ type: "text", text: "add" }] });
      await send(`/${id}/messages`, { role: "assistant", state: "waiting", model: "fast", parent_id: asked.id, content: parts });
      return id;
    }"""
    await page.goto(f"/chat/{await page.evaluate(kept, parts)}")
    call = call_of(page, "desk__add")
    await expect(call).to_contain_text("It waits no more: it was decided on, or nobody did in time.")
    await expect(call.get_by_role("group", name="Arguments")).to_contain_text('"b": 22')
    provider.reply("It is 42.", model="alpha")
    await call.get_by_role("button", name="Call it again").click()
    await expect(answers(page).last).to_contain_text("It is 42.", timeout=SLOW)
    assert provider.requests[-1].json["messages"][-1]["content"] == "42"
