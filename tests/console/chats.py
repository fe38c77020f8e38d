"""What the tests of chats share: a chat that is opened, a question that is asked, and answers as they come."""

from __future__ import annotations

import json

from playwright.async_api import Locator, Page, expect

from switchgear.testing import chat_chunk, http1, sse

FIELD = "Message"


async def opened(page: Page, model: str = "fast") -> None:
    """A new chat with one model, whatever was chosen last."""
    await page.goto("/chat")
    put = "(last) => fetch('/api/me/preferences/chat', {method: 'PUT', headers: {'content-type': 'application/json'}, body: last})"
    await page.evaluate(put, json.dumps({"last": {"models": [model]}}))
    await page.reload()
    await expect(page.get_by_role("combobox", name="Model")).to_have_value(model)


async def asked(page: Page, text: str) -> None:
    """A question that was sent by keyboard; the focus stays where one writes."""
    field = page.get_by_role("textbox", name=FIELD)
    await field.fill(text)
    await field.press("Control+Enter")
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()


def answers(page: Page) -> Locator:
    """Everything that models answered."""
    return page.locator("li.chat-message--answer")


def stream(*texts: str) -> bytes:
    """The beginning of a streamed answer, without its end."""
    head = http1.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
    return head + http1.chunk(sse([chat_chunk(text) for text in texts], done=False))
