"""Chats: asked, stopped, branched, compared, found again; whatever comes, and on bad days; by keyboard."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

import pytest
from chats import FIELD, answers, asked, opened, stream
from playwright.async_api import Page, expect

from switchgear.testing import Close, Gate, ReadBody, Send


async def test_a_question_is_answered_and_the_chat_is_found_again(page: Page) -> None:
    await opened(page)
    await asked(page, "Which lake lies at Konstanz?")
    await expect(answers(page)).to_contain_text("Which lake lies at Konstanz?")
    await expect(page).to_have_url(re.compile("/chat/conv_"))
    figures = answers(page).get_by_role("definition")
    await expect(figures.nth(2)).to_have_text("5")
    log = page.locator("[role=log][aria-label='Answers as they end']")
    await expect(log).to_contain_text("fast has answered. Which lake lies at Konstanz?")
    await page.reload()
    await expect(answers(page)).to_contain_text("Which lake lies at Konstanz?")
    search = page.get_by_role("searchbox", name="Search chats")
    await search.fill("konst lak")
    await expect(page.locator(".chat-list__hit mark").first).to_have_text(re.compile("lake|Konstanz"))


async def test_an_answer_is_stopped_and_what_came_is_kept_and_asked_for_again(page: Page, provider: Any) -> None:
    await opened(page)
    gate = Gate()
    provider.plan(ReadBody(), Send(stream("One ", "two ")), gate, Close(), model="alpha")
    await asked(page, "Count")
    await expect(answers(page)).to_contain_text("One two")
    await page.keyboard.press("Escape")
    gate.open()
    await expect(answers(page)).to_contain_text("Stopped")
    await page.reload()
    await expect(answers(page)).to_contain_text("One two")
    await page.get_by_role("button", name="Try again").first.click()
    await expect(answers(page)).to_contain_text("Count")
    await expect(page.get_by_role("group", name="Branches")).to_contain_text("2 of 2")


async def test_an_answer_that_breaks_off_is_kept_marked_and_goes_on(page: Page, provider: Any) -> None:
    await opened(page)
    provider.plan(ReadBody(), Send(stream("The beginning, ")), Close(), model="alpha")
    await asked(page, "Tell")
    await expect(answers(page)).to_contain_text("Cut off")
    await expect(page.get_by_role("alert").filter(has_text="was cut off")).to_have_count(1)
    provider.reply("and the end.", model="alpha")
    await page.get_by_role("button", name="Go on from here").click()
    await expect(answers(page)).to_contain_text("The beginning, and the end.")
    sent = provider.requests[-1].json["messages"]
    assert [one["role"] for one in sent] == ["user", "assistant", "user"]


async def test_a_question_is_edited_and_both_branches_can_be_seen(page: Page) -> None:
    await opened(page)
    await asked(page, "first words")
    await expect(answers(page)).to_contain_text("first words")
    await page.get_by_role("button", name="Edit and ask anew").click()
    await page.get_by_role("textbox", name="Your question").fill("second words")
    await page.keyboard.press("Control+Enter")
    await expect(answers(page)).to_contain_text("second words")
    await page.get_by_role("button", name="Previous branch").first.click()
    await expect(answers(page)).to_contain_text("first words")


async def test_models_answer_side_by_side_and_one_goes_on_from_one_of_them(page: Page, provider: Any) -> None:
    await opened(page)
    await page.get_by_role("button", name="Compare").click()
    second = page.get_by_role("combobox", name="Model 2")
    await second.fill("beta")
    await second.press("ArrowDown")
    await second.press("Enter")
    await expect(second).to_have_value("scripted/beta")
    provider.reply("From alpha.", model="alpha")
    provider.reply("From beta.", model="beta")
    await asked(page, "Who are you?")
    columns = page.get_by_role("region", name=re.compile("^Answer of"))
    await expect(columns).to_have_count(2)
    await expect(columns.nth(0)).to_contain_text("From alpha.")
    await expect(columns.nth(0)).to_contain_text("You go on from this one")
    await columns.nth(1).get_by_role("button", name="Go on from this one").click()
    await expect(columns.nth(1)).to_contain_text("You go on from this one")
    await page.get_by_role("button", name="Without scripted/beta").click()
    await asked(page, "And then?")
    await expect(answers(page)).to_contain_text("And then?")
    assert provider.requests[-1].json["messages"][1]["content"] == "From beta."


HOSTILE = """<script>document.title = "owned"</script>
<img src=x onerror="document.title='owned'">[click](javascript:document.title='owned')
<iframe src="https://evil.example"></iframe> <style>* { display: none }</style>

| a | b |
|---|---|
""" + "\n".join(f"| {number} | شرق |" for number in range(200))


async def test_hostile_markdown_is_text_and_nothing_more(page: Page, provider: Any, told: Any) -> None:
    told.expect("Applying inline style")  # the policy says that it stopped what was parsed to be cleaned
    await opened(page)
    provider.reply(HOSTILE, model="alpha")
    await asked(page, "مرحبا e\u0301")
    await expect(answers(page).get_by_role("table")).to_have_count(1)
    assert await page.title() != "owned"
    assert await page.locator(".chat-message script, .chat-message iframe, .chat-message style").count() == 0
    assert await page.locator(".chat-message [onerror], .chat-message a[href^=javascript]").count() == 0
    question = page.locator(".chat-question__text")
    assert await question.evaluate("one => getComputedStyle(one).direction") == "rtl"


async def test_two_megabytes_are_sent_and_shown_in_part(page: Page, provider: Any) -> None:
    await opened(page)
    provider.reply("Long.", model="alpha")
    field = page.get_by_role("textbox", name=FIELD)
    await field.evaluate("(one, text) => { one.value = text }", ("many words " * 9 + "\n") * 21_000)
    await field.press("Control+Enter")
    await expect(answers(page)).to_contain_text("Long.")
    await expect(page.get_by_role("button", name="Show all 2.1 million characters")).to_be_visible()
    assert len(provider.requests[-1].json["messages"][0]["content"]) > 2_000_000


async def test_what_was_typed_is_there_after_a_reload_and_when_nothing_can_be_sent(page: Page, told: Any) -> None:
    await opened(page)
    field = page.get_by_role("textbox", name=FIELD)
    await field.fill("half a thought")
    await page.reload()
    await expect(field).to_have_value("half a thought")
    await expect(page.get_by_role("combobox", name="Model")).to_have_value(
        "fast"
    )  # before, there is nobody to send it to
    told.expect("503", "Failed to load resource")
    await page.route(
        "**/api/conversations",
        lambda route: route.fulfill(status=503, json={"detail": "The store is away.", "code": "x"}),
    )
    await field.press("Control+Enter")
    await expect(page.get_by_role("alert").filter(has_text="was not sent")).to_contain_text("The store is away.")
    await expect(field).to_have_value("half a thought")
    await page.unroute("**/api/conversations")
    await field.press("Control+Enter")
    await expect(answers(page)).to_contain_text("half a thought")


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


async def test_a_picture_is_pasted_described_and_sent(page: Page, provider: Any) -> None:
    await opened(page)
    chooser = page.locator("input[type=file]")
    dot = {"name": "dot.png", "mimeType": "image/png", "buffer": b64decode(PNG)}
    await chooser.set_input_files([dot, {"name": "no.txt", "mimeType": "text/plain", "buffer": b"x"}])
    await expect(page.get_by_role("alert").filter(has_text="no.txt is no PNG")).to_have_count(1)
    await page.get_by_role("textbox", name="What it shows").fill("a red dot")
    provider.reply("Red.", model="alpha")
    await asked(page, "Which colour?")
    await expect(page.get_by_role("img", name="a red dot")).to_be_visible()
    await expect(answers(page)).to_contain_text("Red.")
    content = provider.requests[-1].json["messages"][0]["content"]
    assert content[1]["image_url"]["url"].startswith("data:image/png;base64,")


async def test_one_walks_through_the_messages_and_back_without_a_mouse(page: Page) -> None:
    await opened(page)
    await asked(page, "one")
    await expect(answers(page)).to_have_count(1)
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(answers(page)).to_be_focused()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator("li.chat-message--question")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("textbox", name=FIELD)).to_be_focused()


async def test_the_request_is_seen_as_code_with_this_address(page: Page) -> None:
    await opened(page)
    await page.get_by_role("textbox", name=FIELD).fill("it's me")
    await page.get_by_role("button", name="More of this chat").click()
    await page.get_by_role("menuitem", name="View as code").click()
    dialog = page.get_by_role("dialog", name="View as code")
    await expect(dialog).to_contain_text(page.url.partition("/chat")[0] + "/v1/chat/completions")
    await dialog.get_by_role("tab", name="Python").click()
    await expect(dialog).to_contain_text('model="fast"')


async def test_a_viewer_is_told_why_they_cannot_ask(visits: Any) -> None:
    page = await visits.page("viewer")
    visits.told.expect("403")
    await page.goto("/chat")
    await expect(page.get_by_text("Your role may look at models, but not call them.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
async def test_nothing_is_wider_than_the_window(visits: Any, width: int) -> None:
    page = await visits.page(viewport={"width": width, "height": 800})
    await page.goto("/chat")
    await expect(page.get_by_role("textbox", name=FIELD)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert json.loads(await page.evaluate("JSON.stringify([...document.querySelectorAll('h1')].length)")) == 1


async def test_what_tools_say_is_text_and_a_call_that_waits_is_decided_on_in_place(page: Page, provider: Any) -> None:
    await opened(page)
    tool = {"type": "tool", "name": "files__delete", "arguments": '{"path":"/a"}', "result": "", "ms": 3}
    parts = [
        {
            **tool,
            "id": "call_1",
            "status": "completed",
            "result": "<img src=x onerror=alert(1)>\u202e[a](javascript:1)",
        },
        {**tool, "id": "call_2", "status": "waiting", "approval": "client"},
        {"type": "said", "messages": [{"role": "assistant", "content": "Let me see."}]},
    ]
    made = """async (parts) => {
      const send = async (path, body) => (await fetch("/api/conversations" + path, { method: "POST",
        headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
      const { id } = await send("", { title: "tools", settings: { models: ["fast"] } });
      const asked = await send(`/${id}/messages`, { role: "user", content: [{ type: "text", text: "delete it" }] });
      await send(`/${id}/messages`, { role: "assistant", state: "waiting", model: "fast", parent_id: asked.id, content: parts });
      return id;
    }"""
    await page.goto(f"/chat/{await page.evaluate(made, parts)}")
    await page.get_by_text("files__delete").first.click()
    await expect(page.locator(".chat-tool").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert await page.locator(".chat-tool img, .chat-tool a").count() == 0
    provider.reply("As you like.", model="alpha")
    await page.get_by_role("button", name="Deny").click()
    await expect(answers(page).last).to_contain_text("As you like.")
    await expect(page.locator(".chat-tool").nth(1)).to_contain_text("Declined")
