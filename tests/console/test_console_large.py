"""What is large in a chat: texts of megabytes, pictures, tables of thousands of rows. One goes on writing, and nothing is lost."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from chats import FIELD, answers, asked, opened
from playwright.async_api import Locator, Page, expect

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
GIVE = """(target, {kind, files, text}) => {
  const held = new DataTransfer();
  for (const {name, type, base64, size} of files ?? []) {
    const bytes = base64 === undefined ? new Uint8Array(size) : Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    held.items.add(new File([bytes], name, { type }));
  }
  if (text !== undefined) held.setData("text/plain", text);
  const same = { bubbles: true, cancelable: true };
  target.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", { ...same, clipboardData: held })
    : new DragEvent(kind, { ...same, dataTransfer: held }));
}"""
"""Pastes or drops, as a person's clipboard or hand would."""
DOT = {"name": "dot.png", "type": "image/png", "base64": PNG}


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name=FIELD)


def texts(page: Page) -> Locator:
    return page.get_by_role("list", name="Pasted texts").get_by_role("listitem")


def pictures(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures").get_by_role("listitem")


async def keeps(page: Page, *, pasted: int = 0, described: tuple[str, ...] = ()) -> None:
    """Wait until the browser keeps so many texts, and pictures with these words: what is closed sooner loses its last moment."""
    look = """([pasted, described]) => new Promise((told) => {
      const opening = indexedDB.open("switchgear.chat", 1);
      opening.onsuccess = () => {
        const all = opening.result.transaction("attached").objectStore("attached").getAll();
        all.onsuccess = () => {
          opening.result.close();
          told(all.result.some((one) => one.pasted.length === pasted && one.pictures.map((each) => each.alt).join() === described));
        };
      };
    })"""
    await page.wait_for_function(look, arg=[pasted, ",".join(described)])


async def paste_text(page: Page, make: str) -> None:
    """Paste the text that an expression makes; it need not travel to the browser."""
    give = f"(target, given) => ({GIVE})(target, {{ ...given, text: {make} }})"
    await field(page).evaluate(give, {"kind": "paste"})


async def test_two_megabytes_are_pasted_in_one_line_or_many_and_one_writes_on(page: Page, provider: Any) -> None:
    await opened(page)
    await field(page).fill("Sum this up:")
    await paste_text(page, '"x".repeat(2_000_000)')
    await paste_text(page, '"a line of words\\n".repeat(60_000)')
    await expect(texts(page)).to_have_count(2)
    await expect(texts(page).nth(0)).to_contain_text("Pasted text, 2.0 million characters")
    await expect(texts(page).nth(1)).to_contain_text("Pasted text, 960 thousand characters")
    await expect(field(page)).to_have_value("Sum this up:")
    await page.get_by_role("button", name="Remove the pasted text of 960 thousand characters").click()
    await expect(texts(page)).to_have_count(1)
    await texts(page).get_by_text("Pasted text").click()
    await expect(texts(page).get_by_text("xxxx")).to_be_visible()
    await field(page).press_sequentially(" please")
    await keeps(page, pasted=1)
    await page.reload()
    await expect(texts(page)).to_have_count(1)
    await expect(field(page)).to_have_value("Sum this up: please")
    await expect(page.get_by_role("combobox", name="Model")).to_have_value(
        "fast"
    )  # before, there is nobody to send it to
    provider.reply("Many x.", model="alpha")
    await field(page).press("Control+Enter")
    await expect(answers(page)).to_contain_text("Many x.")
    await expect(texts(page)).to_have_count(0)
    assert provider.requests[-1].json["messages"][0]["content"] == "Sum this up: please\n\n" + "x" * 2_000_000
    question = page.locator("li.chat-message--question")
    await expect(question.get_by_text("Sum this up: please")).to_be_visible()
    await question.get_by_role("button", name="Show all 2.0 million characters").press("Enter")
    await question.get_by_role("button", name="Show less").press("Enter")
    await expect(question.get_by_role("button", name="Show all 2.0 million characters")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    await page.get_by_role("button", name="Edit and ask anew").press("Enter")
    await expect(page.get_by_text("The pasted text of 2.0 million characters stays with it.")).to_be_visible()
    provider.reply("As many.", model="alpha")
    await page.get_by_role("textbox", name="Your question").fill("Count this")
    await page.keyboard.press("Control+Enter")
    await expect(answers(page)).to_contain_text("As many.")
    assert provider.requests[-1].json["messages"][0]["content"] == "Count this\n\n" + "x" * 2_000_000


async def test_more_than_a_message_may_have_is_refused_in_words_and_still_there(page: Page, told: Any) -> None:
    told.expect("413")
    await opened(page)
    await paste_text(page, '"x".repeat(5_000_000)')
    await field(page).press("Control+Enter")
    refused = page.get_by_role("alert").filter(has_text="It was not sent, and is still here.")
    await expect(refused).to_contain_text("is over the limit of 4 MiB")
    await expect(texts(page)).to_have_count(1)
    await page.get_by_role("button", name="Remove the pasted text of 5.0 million characters").click()
    await expect(refused).to_have_count(0)


async def test_pictures_come_by_paste_and_drop_stay_over_a_reload_and_are_sent(page: Page, provider: Any) -> None:
    await opened(page)
    await field(page).evaluate(GIVE, {"kind": "paste", "files": [DOT]})
    await expect(pictures(page)).to_have_count(1)
    await expect(pictures(page).get_by_role("img", name="dot")).to_have_js_property("naturalWidth", 1)
    dropped = {"kind": "drop", "files": [{**DOT, "name": "drop.png"}, {**DOT, "name": "third.png"}]}
    await page.get_by_role("heading", level=1).evaluate(GIVE, dropped)
    await expect(pictures(page)).to_have_count(3)
    await page.get_by_role("button", name="Remove drop").click()
    await pictures(page).nth(0).get_by_role("textbox", name="What it shows").fill("a red dot")
    await keeps(page, described=("a red dot", "third"))
    await page.reload()
    await expect(pictures(page)).to_have_count(2)
    await expect(pictures(page).get_by_role("img", name="a red dot")).to_have_js_property("naturalWidth", 1)
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("fast")
    provider.reply("Two dots.", model="alpha")
    await asked(page, "What is this?")
    await expect(answers(page)).to_contain_text("Two dots.")
    await expect(pictures(page)).to_have_count(0)
    content = provider.requests[-1].json["messages"][0]["content"]
    assert [one["type"] for one in content] == ["text", "image_url", "image_url"]
    assert b64decode(content[1]["image_url"]["url"].removeprefix("data:image/png;base64,")) == b64decode(PNG)
    await page.reload()
    await expect(answers(page)).to_contain_text("Two dots.")
    await expect(pictures(page)).to_have_count(0)


async def test_what_is_no_picture_or_too_much_is_refused_in_words(page: Page) -> None:
    await opened(page)
    said = page.get_by_role("alert")
    for file, why in [
        ({"name": "notes.pdf", "type": "application/pdf", "size": 9}, "notes.pdf is no PNG, JPEG, WebP or GIF."),
        ({"name": "fake.png", "type": "image/png", "size": 9}, "fake.png cannot be read as a picture."),
        ({"name": "huge.png", "type": "image/png", "size": 6_000_000}, "huge.png cannot be read as a picture."),
    ]:
        await page.get_by_role("heading", level=1).evaluate(GIVE, {"kind": "drop", "files": [file]})
        await expect(said.filter(has_text=why)).to_be_visible()
    await field(page).evaluate(
        GIVE, {"kind": "paste", "files": [{**DOT, "name": f"{place}.png"} for place in range(9)]}
    )
    await expect(said.filter(has_text="A question takes up to 8 pictures. 8.png was left out.")).to_be_visible()
    await expect(pictures(page)).to_have_count(8)
    # words that bring a portrait of themselves, as a copied table does, are words
    await field(page).evaluate(GIVE, {"kind": "paste", "files": [DOT], "text": "a\tb"})
    await expect(pictures(page)).to_have_count(8)
    for place in range(8):
        await page.get_by_role("button", name=f"Remove {place}", exact=True).click()
    await expect(pictures(page)).to_have_count(0)


async def test_a_table_of_thousands_of_rows_is_there_whole_and_one_writes_on(page: Page, provider: Any) -> None:
    await opened(page)
    rows = "".join(f"| {row} | lake {row} | **{row * 3}** m |\n" for row in range(5_000))
    provider.reply(
        chunks=[
            "| nr | name | depth |\n|---|---|---|\n",
            *(rows[at : at + 4_000] for at in range(0, len(rows), 4_000)),
        ],
        model="alpha",
    )
    await asked(page, "All lakes")
    await expect(page).to_have_url(re.compile("/chat/conv_"))
    await expect(field(page)).to_be_focused()
    await field(page).press_sequentially("written meanwhile")
    await expect(answers(page)).to_contain_text("lake 4999", timeout=30_000)
    await expect(answers(page).locator("tbody tr")).to_have_count(5_000, timeout=30_000)
    await expect(field(page)).to_have_value("written meanwhile")
    await page.reload()
    await expect(answers(page).locator("tbody tr")).to_have_count(5_000, timeout=30_000)
    await field(page).fill("")
