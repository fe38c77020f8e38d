"""Conversations: trees of messages, whose they are, how they are found, and what they may take."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from switchgear.core.errors import Conflict, NotFound, RequestError, RequestTooLarge
from switchgear.core.ids import new_id
from switchgear.store.backup import backup, restore
from switchgear.store.conversation_images import Image
from switchgear.store.conversation_messages import LARGEST_MESSAGE, Message
from switchgear.store.conversation_search import asked_words, snippet
from switchgear.store.conversations import Conversation
from switchgear.store.store import Store

ANN, BOB = "user:ann", "user:bob"
MOST = 1 << 30
SECRET = b"s" * 32


async def begun(store: Store, title: str = "", owner: str = ANN, at: int = 1, **changes: object) -> str:
    made = Conversation(new_id("conv"), owner, title, False, b"{}", None, 0, 0, at, at)
    made = msgspec.structs.replace(made, **changes)
    await store.conversations.create(made)
    return made.id


def message(conversation: str, text: str, parent: str | None = None, **changes: object) -> Message:
    content = json.dumps([{"type": "text", "text": text}]).encode()
    role = "assistant" if parent else "user"
    made = Message(
        new_id("msg"), conversation, parent, role, "complete", content, "", b"{}", b"{}", b"{}", None, "", "", 1, 1
    )
    return msgspec.structs.replace(made, **changes)


async def say(store: Store, conversation: str, text: str, parent: str | None = None, **changes: object) -> str:
    return (await store.messages.add(ANN, message(conversation, text, parent, **changes), MOST)).id


async def shown(store: Store, conversation: str, **asked: object) -> list[str]:
    branch = await store.messages.branch(ANN, conversation, **({"limit": 100} | asked))
    return [json.loads(one.content)[0]["text"] for one in branch.messages]


async def test_a_question_that_is_asked_anew_is_a_branch_and_both_can_be_shown(store: Store) -> None:
    one = await begun(store)
    hello = await say(store, one, "hello")
    first = await say(store, one, "hi", hello)
    old = await say(store, one, "old question", first)
    await say(store, one, "old answer", old)
    new = await say(store, one, "new question", first)
    await say(store, one, "new answer", new)
    assert await shown(store, one) == ["hello", "hi", "new question", "new answer"]
    branch = await store.messages.branch(ANN, one, limit=100)
    assert branch.siblings[new] == [old, new]
    assert branch.siblings[hello] == [hello]
    await store.messages.show(ANN, one, old)
    assert await shown(store, one) == ["hello", "hi", "old question", "old answer"]


async def test_a_long_branch_is_read_from_its_end_in_pieces(store: Store) -> None:
    one = await begun(store)
    last = None
    for number in range(7):
        last = await say(store, one, f"{number}", last)
    page = await store.messages.branch(ANN, one, limit=3)
    assert ([json.loads(m.content)[0]["text"] for m in page.messages], page.more) == (["4", "5", "6"], True)
    page = await store.messages.branch(ANN, one, limit=4, before=page.messages[0].id)
    assert ([json.loads(m.content)[0]["text"] for m in page.messages], page.more) == (["0", "1", "2", "3"], False)


async def test_answers_beside_each_other_come_together(store: Store) -> None:
    one = await begun(store)
    asked = await say(store, one, "which?")
    await say(store, one, "a", asked, beside="x", model="a")
    await say(store, one, "b", asked, beside="x", model="b")
    branch = await store.messages.branch(ANN, one, limit=10)
    assert [m.model for m in branch.messages] == ["", "b"]
    assert [m.model for m in branch.others] == ["a"]


async def test_what_is_deleted_takes_what_follows_and_gives_its_room_back(store: Store) -> None:
    one = await begun(store)
    hello = await say(store, one, "hello")
    before = (await store.conversations.get(ANN, one)).bytes
    gone = await say(store, one, "hi — 漢字", hello)
    await say(store, one, "more", gone)
    assert await store.messages.delete(ANN, one, gone, 5) == 2
    held = await store.conversations.get(ANN, one)
    assert (held.leaf, held.messages, held.bytes) == (hello, 1, before)
    await store.messages.delete(ANN, one, hello, 5)
    held = await store.conversations.get(ANN, one)
    assert (held.leaf, held.messages, held.bytes) == (None, 0, 0)


async def test_another_persons_conversation_is_not_there(store: Store) -> None:
    one = await begun(store)
    hello = await say(store, one, "hello")
    image = Image("img_1", one, "image/png", b"x", 1)
    await store.images.add(ANN, image, MOST)
    for refused in (
        store.conversations.get(BOB, one),
        store.conversations.change(BOB, one, now=2, title="mine"),
        store.conversations.delete(BOB, one),
        store.messages.branch(BOB, one, limit=1),
        store.messages.all(BOB, one),
        store.messages.get(BOB, one, hello),
        store.messages.add(BOB, message(one, "x"), MOST),
        store.messages.edit(BOB, one, hello, b"[]", now=2, most_bytes=MOST),
        store.messages.show(BOB, one, hello),
        store.messages.delete(BOB, one, hello, 2),
        store.images.add(BOB, image, MOST),
        store.images.get(BOB, one, "img_1"),
        store.images.delete(BOB, one, "img_1"),
    ):
        with pytest.raises(NotFound):
            await refused
    assert (await store.conversations.list(BOB, search="hello")).conversations == []
    other = await begun(store)
    with pytest.raises(NotFound):
        await say(store, other, "grafted", hello)
    with pytest.raises(NotFound):
        await store.messages.edit(ANN, other, hello, b"[]", now=2, most_bytes=MOST)
    with pytest.raises(NotFound):
        await store.images.get(ANN, other, "img_1")
    with pytest.raises(Conflict):
        await say(store, other, "the same id", id=hello)


@pytest.mark.parametrize(
    ("search", "there"),
    [
        ("zurich", True),
        ("ZÜR", True),
        ("trains zur", True),
        ("train 東", True),
        ("zurich boats", False),
        ("rich", False),
        ("title", True),
        ('"trains" OR *', False),
        ("') --", False),
        ("  ", True),
        ("!!", False),
        ("o'brien", True),
    ],
)
async def test_all_words_are_searched_by_their_beginnings_without_case_and_accents(
    store: Store, search: str, there: bool
) -> None:
    one = await begun(store, "A title")
    await say(store, one, "Trains to Zürich, 東京 and O'Brien_s")
    other = await begun(store, "other")
    await say(store, other, "Boats")
    found = await store.conversations.list(ANN, search=search)
    assert (one in [each.id for each in found.conversations]) == there


async def test_what_was_found_is_told_with_the_place(store: Store) -> None:
    one = await begun(store)
    at = await say(store, one, "word " * 100 + "the Zürich lake " + "word " * 100)
    hit = (await store.conversations.list(ANN, search="zurich")).hits[one]
    assert hit.message_id == at
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.marks] == ["Zürich"]
    assert len(hit.snippet.text) <= 200


async def test_the_index_follows_what_is_edited_and_deleted(store: Store) -> None:
    one = await begun(store)
    at = await say(store, one, "apples")
    content = b'[{"type":"text","text":"pears"}]'
    await store.messages.edit(ANN, one, at, content, now=2, most_bytes=MOST)
    assert [await found(store, word) for word in ("apples", "pears")] == [False, True]
    await store.conversations.delete(ANN, one)
    assert not await found(store, "pears")
    again = await begun(store)
    await say(store, again, "pears")
    assert await found(store, "pears")


async def found(store: Store, search: str) -> bool:
    return bool((await store.conversations.list(ANN, search=search)).conversations)


async def test_a_list_goes_on_where_it_ended_and_pins_are_a_filter(store: Store) -> None:
    made = [await begun(store, str(at), at=at) for at in range(5)]
    await store.conversations.change(ANN, made[0], now=9, pinned=True, title="renamed")
    page = await store.conversations.list(ANN, limit=3)
    assert [one.title for one in page.conversations] == ["4", "3", "2"]
    page = await store.conversations.list(ANN, limit=3, before=page.before)
    assert ([one.title for one in page.conversations], page.before) == (["1", "renamed"], None)
    assert [one.id for one in (await store.conversations.list(ANN, pinned=True)).conversations] == [made[0]]
    with pytest.raises(RequestError):
        await store.conversations.list(ANN, before="nonsense")


async def test_sizes_are_held(store: Store) -> None:
    one = await begun(store)
    with pytest.raises(RequestTooLarge):
        await say(store, one, "x" * LARGEST_MESSAGE)
    with pytest.raises(RequestTooLarge, match="over 100 bytes"):
        await store.messages.add(ANN, message(one, "x" * 200), 100)
    with pytest.raises(RequestTooLarge):
        await store.images.add(ANN, Image("img_1", one, "image/png", b"x" * 101, 1), 100)
    await say(store, one, "long words " * 180_000)
    assert await found(store, "long")
    assert (await store.conversations.kept_bytes(ANN)) > 1_900_000


async def test_images_are_kept_with_their_conversation(store: Store) -> None:
    one = await begun(store)
    await store.images.add(ANN, Image("img_1", one, "image/png", b"\x00\xff", 1), MOST)
    await store.images.add(ANN, Image("img_2", one, "image/png", b"abc", 1), MOST)
    assert (await store.images.get(ANN, one, "img_1")).data == b"\x00\xff"
    await store.images.delete(ANN, one, "img_1")
    assert (await store.conversations.get(ANN, one)).bytes == 3
    await store.conversations.delete(ANN, one)
    with pytest.raises(NotFound):
        await store.images.get(ANN, one, "img_2")


async def test_what_nobody_touched_for_long_is_forgotten_unless_it_is_pinned(store: Store) -> None:
    old, pinned, new = [await begun(store, at=at) for at in (10, 10, 30)]
    await store.conversations.change(ANN, pinned, now=40, pinned=True)
    assert await store.conversations.prune(20) == 1
    assert {one.id for one in (await store.conversations.list(ANN)).conversations} == {pinned, new}
    assert old not in {pinned, new}


async def test_a_backup_brings_conversations_back_and_they_are_found(store: Store, url: str, tmp_path: Path) -> None:
    one = await begun(store, "kept")
    await say(store, one, "Zürich " + "\\" * 100)
    await store.images.add(ANN, Image("img_1", one, "image/png", b"\x00\xff", 1), MOST)
    await store.close()
    await backup(url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    await restore(url, tmp_path, tmp_path / "b.zip", secret=SECRET, force=True)
    again = await Store.open(url, tmp_path, secret=SECRET)
    try:
        assert await found(again, "zurich")
        assert (await again.images.get(ANN, one, "img_1")).data == b"\x00\xff"
    finally:
        await again.close()


def test_a_search_is_no_more_than_a_dozen_words() -> None:
    assert len(asked_words(" ".join(str(number) for number in range(100)))) == 12
    assert snippet("", ["x"]).text == ""
