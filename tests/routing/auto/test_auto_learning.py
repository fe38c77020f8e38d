"""Opinions on answers: from the key that asked, through the store, to every process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from switchgear.core.calls import Attempt, CallRecord, Route, Usage
from switchgear.core.errors import NotFound, StoreUnavailable
from switchgear.routing.auto.learning import Feedback, Learning, level_in
from switchgear.routing.auto.memory import Choice, Choices
from switchgear.routing.auto.scores import Scores
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open("sqlite:", tmp_path, secret=SECRET)
    yield opened
    await opened.close(deadline=1)


class Process:
    """What one process has of it."""

    def __init__(self, store: Store) -> None:
        self.now = 0.0
        self.scores, self.choices = Scores(), Choices(lambda: self.now)
        self.feedback = Feedback(self.scores, self.choices, store.opinions, store.usage, lambda: self.now)
        self.learning = Learning(self.scores, store.opinions)

    def answered(self, record: CallRecord) -> None:
        self.choices.begun(record.id, Choice(record.key_id, "hard", frozenset({1})))
        self.choices.finished(record)


def call(
    call_id: str = "req_1", why: str = "auto: hard (0.91), needs 0.70: a 0.9 $1 → a", **changes: Any
) -> CallRecord:
    values: dict[str, Any] = {
        "id": call_id, "at": 1_700_000_000_000, "key_id": "k_1", "endpoint": "chat/completions", "model": "any", "provider": "a",
        "deployment": "m", "streamed": False, "outcome": "ok", "status": 200, "error": "", "usage": Usage(), "cost": None,
        "latency_ms": 1.0, "first_token_ms": None, "route": Route((), (Attempt("a", "m", 0.0, why=why),)),
    }  # fmt: skip
    return CallRecord(**{**values, **changes})


async def test_an_opinion_is_learned_from_once(store: Store) -> None:
    process = Process(store)
    process.answered(call())
    assert (await process.feedback.give("req_1", "k_1", 1.0)).learned
    assert not (await process.feedback.give("req_1", "k_1", 1.0)).learned
    assert process.scores.of("a/m", "hard") == (1.0, 0.0)


async def test_a_change_of_mind_replaces_what_was_learned(store: Store) -> None:
    process = Process(store)
    process.answered(call())
    await process.feedback.give("req_1", "k_1", 1.0)
    await process.feedback.give("req_1", "k_1", 0.25)
    assert process.scores.of("a/m", "hard") == (0.25, 0.75)


async def test_another_process_learns_of_a_call_from_its_record(store: Store) -> None:
    store.writer.add(call())
    await store.writer.committed()
    given = await Process(store).feedback.give("req_1", "k_1", 0.0)
    assert (given.deployment, given.learned) == ("a/m", True)


async def test_a_call_that_the_policy_did_not_choose_for_is_noted_and_no_more(store: Store) -> None:
    store.writer.add(call(why="latency: a 240 ms → a"))
    await store.writer.committed()
    process = Process(store)
    assert not (await process.feedback.give("req_1", "k_1", 0.0)).learned
    assert process.scores.taken() == []


@pytest.mark.parametrize(("call_id", "key_id"), [("req_2", "k_1"), ("req_1", "k_2"), ("", "k_1"), ("req_3", "k_1")])
async def test_a_call_that_is_not_known_or_another_key_s_is_not_there(store: Store, call_id: str, key_id: str) -> None:
    store.writer.add(call())
    store.writer.add(call("req_3", outcome="refused"))
    await store.writer.committed()
    process = Process(store)
    process.answered(call())
    with pytest.raises(NotFound):
        await process.feedback.give(call_id, key_id, 1.0)


async def test_one_key_does_not_decide_for_all(store: Store) -> None:
    process = Process(store)
    for number in range(130):
        process.answered(call(f"req_{number}"))
    learned = [(await process.feedback.give(f"req_{number}", "k_1", 0.0)).learned for number in range(130)]
    assert (learned.count(True), learned[0], learned[-1]) == (120, True, False)
    process.now += 3601
    process.answered(call("req_later"))
    assert (await process.feedback.give("req_later", "k_1", 0.0)).learned


async def test_what_one_process_learned_another_knows(store: Store) -> None:
    one, other = Process(store), Process(store)
    one.scores.add("a/m", "hard", 3.0, 1.0)
    other.scores.add("a/m", "hard", 1.0, 0.0)
    await one.learning.exchange()
    await other.learning.exchange()
    await one.learning.exchange()
    assert one.scores.of("a/m", "hard") == other.scores.of("a/m", "hard") == (4.0, 1.0)


async def test_what_cannot_be_kept_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(store)
    process.scores.add("a/m", "hard", 1.0, 0.0)

    async def lost(_: object) -> None:
        raise StoreUnavailable("lost")

    with monkeypatch.context() as patch:
        patch.setattr(store.opinions, "add", lost)
        with pytest.raises(StoreUnavailable):
            await process.learning.exchange()
    await process.learning.exchange()
    assert [one.good for one in await store.opinions.all()] == [1.0]


async def test_what_was_learned_last_is_kept_at_the_end(store: Store) -> None:
    process = Process(store)
    process.learning.start(lambda: False)
    process.scores.add("a/m", "hard", 1.0, 0.0)
    await process.learning.close()
    assert len(await store.opinions.all()) == 1


@pytest.mark.parametrize(
    ("why", "level"),
    [("auto: hard (0.9), needs 0.7", "hard"), ("auto: simple (0.1, by features)", "simple"), ("auto: unsure, x: latency", None),
     ("latency: a", None), ("", None), ("after provider_timeout", None)],
)  # fmt: skip
def test_the_level_is_read_from_what_the_policy_told(why: str, level: str | None) -> None:
    assert level_in(why) == level
