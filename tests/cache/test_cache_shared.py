"""Answers that processes share over a real Valkey: each ``Answers`` here stands for a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from switchgear.cache.exact import Answers
from switchgear.cache.kept import Kept
from switchgear.cache.shared import SharedAnswers
from switchgear.config.cache import CacheSettings
from switchgear.core.calls import Usage
from switchgear.state.base import State
from switchgear.state.state import open_state
from valkey_server import Valkey, valkey_server

NAME, PLACE = b"n" * 24, b"n" * 24 + b"+"
NOW = 1_800_000_000.0


def answer(text: bytes = b"Paris", tenant: str = "key:a", model: str = "fast", asked: float = NOW - 1) -> Kept:
    return Kept(tenant, model, asked, asked + 0.5, 60.0, 600.0, Usage(1, 2), 3, 0, {b"": text})


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not look():
            await asyncio.sleep(0.002)


class Process:
    """One process with its cache; ``now`` is its clock."""

    def __init__(self, state: State, wait: float = 20.0) -> None:
        self.now = NOW
        self.state = state
        self.answers = Answers(CacheSettings(wait=wait), state, lambda: self.now)

    @property
    def shared(self) -> SharedAnswers:
        assert self.answers.shared is not None
        return self.answers.shared

    async def fetch(self, name: bytes = NAME, tenant: str = "key:a") -> Kept | None:
        return await self.answers.fetch(name, self.now, tenant)

    async def ready(self) -> None:
        await until(lambda: self.shared._ready)


@pytest.fixture(params=["valkey", "cluster"])
async def start(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    server = request.getfixturevalue(request.param)
    async with AsyncExitStack() as stack:

        async def make(wait: float = 20.0) -> Process:
            state = await open_state(server.url)
            state.start()
            stack.push_async_callback(state.close)
            made = Process(state, wait)
            made.answers.start()
            stack.push_async_callback(made.answers.close)
            await made.ready()
            return made

        yield make


async def kept_by(process: Process, kept: Kept, name: bytes = NAME) -> None:
    """Keep an answer, and wait until others can have it."""
    assert process.answers.keep(name, kept)
    async with asyncio.timeout(10):
        while await process.shared.get(name, kept.tenant) is None:
            await asyncio.sleep(0.002)


async def test_what_one_keeps_another_gives(start) -> None:
    one, other = await start(), await start()
    await kept_by(one, answer())
    assert other.answers.find(NAME, NOW) is None
    assert await other.fetch() == answer()
    assert other.answers.find(NAME, NOW) == answer()  # from now on without asking
    assert await other.fetch(tenant="key:b") is None


async def test_an_answer_is_gone_with_its_time(start) -> None:
    one, other = await start(), await start()
    await kept_by(one, answer())
    other.now += 700
    assert await other.fetch() is None


async def test_what_is_written_anew_is_forgotten_by_the_others(start) -> None:
    one, other = await start(), await start()
    await kept_by(one, answer(b"old"))
    await other.fetch()
    one.answers.rewritten(NAME)
    one.answers.keep(NAME, answer(b"new"))
    await until(lambda: other.answers.find(NAME, NOW) is None)
    assert one.answers.find(NAME, NOW) == answer(b"new")  # who wrote it keeps it


@pytest.mark.parametrize(
    ("model", "tenant", "gone"),
    [("", "", True), ("fast", "", True), ("", "key:a", True), ("fast", "key:b", False), ("slow", "", False)],
)
async def test_a_purge_reaches_every_process_and_those_to_come(start, model: str, tenant: str, gone: bool) -> None:
    one, other = await start(), await start()
    await kept_by(one, answer())
    await other.fetch()
    await one.answers.purge(model, tenant)
    if gone:
        await until(lambda: other.answers.find(NAME, NOW) is None)
        assert await other.fetch() is None
    late = await start()
    found = await late.fetch()
    assert (found is None) == gone
    assert one.answers.keep(NAME, answer()) != gone  # it was asked for before the purge
    assert one.answers.keep(NAME, answer(asked=NOW + 1))


async def test_one_process_leads_and_the_others_get_its_answer(start) -> None:
    one, two, three = await start(), await start(), await start()
    assert await one.shared.lead(PLACE)
    assert not await two.shared.lead(PLACE)
    waiting = [asyncio.create_task(each.shared.wait(PLACE, NAME, "key:a", lambda _: True)) for each in (two, three)]
    await until(lambda: one.shared._leading[PLACE])
    one.answers.keep(NAME, answer())
    one.shared.release(PLACE, "made", answer())
    assert await asyncio.gather(*waiting) == [("made", answer())] * 2
    assert await two.shared.lead(PLACE)


async def test_who_asks_while_the_answer_comes_is_told_all_the_same(start) -> None:
    one, two = await start(), await start()
    assert await one.shared.lead(PLACE)
    assert not await two.shared.lead(PLACE)
    one.answers.keep(NAME, answer())
    one.shared.release(PLACE, "made", answer())  # nobody was known to wait
    assert await two.shared.wait(PLACE, NAME, "key:a", lambda _: True) == ("made", answer())


@pytest.mark.parametrize("became", ["failed", "unmade"])
async def test_who_waits_is_told_when_there_is_no_answer(start, became) -> None:
    one, two = await start(), await start()
    await one.shared.lead(PLACE)
    waiting = asyncio.create_task(two.shared.wait(PLACE, NAME, "key:a", lambda _: True))
    await until(lambda: one.shared._leading.get(PLACE))
    one.shared.release(PLACE, became)
    assert await waiting == (became, None)
    assert await two.shared.lead(PLACE)


async def test_nobody_waits_for_a_process_that_is_gone_longer_than_the_bound(start) -> None:
    one, two = await start(), await start(wait=0.2)
    await one.shared.lead(PLACE)
    assert not await two.shared.lead(PLACE)
    assert await two.shared.wait(PLACE, NAME, "key:a", lambda _: True) == ("late", None)


async def test_the_lead_of_a_process_that_is_gone_is_taken_by_one_that_waits(start) -> None:
    one, two = await start(), await start(wait=60.0)
    await one.shared.lead(PLACE)
    await one.state.close()  # from now on it says nothing, as if it were killed
    assert await two.shared.wait(PLACE, NAME, "key:a", lambda _: True) == ("failed", None)
    assert PLACE in two.shared._leading


async def test_a_lead_is_kept_for_as_long_as_the_answer_takes(start) -> None:
    one, two = await start(), await start(wait=5.0)
    await one.shared.lead(PLACE)
    assert await two.shared.wait(PLACE, NAME, "key:a", lambda _: True) == ("late", None)
    assert not await two.shared.lead(PLACE)
    one.shared.release(PLACE)
    async with asyncio.timeout(10):
        while not await two.shared.lead(PLACE):
            await asyncio.sleep(0.01)


async def test_an_answer_that_has_expired_ends_no_wait(start) -> None:
    one, two = await start(), await start(wait=0.3)
    await kept_by(one, answer(asked=NOW - 100))
    await one.shared.lead(PLACE)
    fresh = await two.shared.wait(PLACE, NAME, "key:a", lambda kept: kept.fresh(NOW))
    assert fresh == ("late", None)


async def test_a_large_answer_is_fetched_and_not_told(start) -> None:
    one, two = await start(), await start()
    large = answer(b"x" * 200_000)
    await one.shared.lead(PLACE)
    waiting = asyncio.create_task(two.shared.wait(PLACE, NAME, "key:a", lambda _: True))
    await until(lambda: one.shared._leading.get(PLACE))
    await kept_by(one, large)
    one.shared.release(PLACE, "made", large)
    assert await waiting == ("made", large)


async def test_questions_are_told_to_the_others_alone(start) -> None:
    one, two = await start(), await start()
    heard: dict[str, list[bytes]] = {"one": [], "two": []}
    one.shared.on_question, two.shared.on_question = heard["one"].append, heard["two"].append
    one.shared.tell_question(b"q1")
    two.shared.tell_question(b"q2")
    await until(lambda: heard["one"] and heard["two"])
    assert heard == {"one": [b"q2"], "two": [b"q1"]}


async def test_nonsense_on_the_channel_is_passed_over(start) -> None:
    one, two = await start(), await start()
    await kept_by(one, answer())
    await two.fetch()
    for message in (b"", b"\xff" * 9, b"\x93\xa4oops\xc4\x00\xc4\x00", b"\x93\xa5purge\xc4\x00\xc4\x01x"):
        one.state.channels.publish("cache", message)
    one.shared.rewritten(b"other")
    one.shared.tell_question(b"")
    one.shared.rewritten(NAME)
    await until(lambda: two.answers.find(NAME, NOW) is None)


async def test_nonsense_in_the_state_is_a_miss(start) -> None:
    one = await start()
    await kept_by(one, answer())
    from switchgear.cache.shared import _key

    two = await start()
    one.state.blobs.set(_key(NAME, "key:a"), b"nonsense", 60)
    one.state.blobs.set("cache-purges", b"\xc1", 60)
    async with asyncio.timeout(10):
        while await two.fetch() is not None:
            two.answers.forget(NAME)
            await asyncio.sleep(0.002)


async def test_with_the_state_gone_memory_goes_on() -> None:
    with valkey_server() as server:
        await lose_and_find(server)


async def lose_and_find(server: Valkey) -> None:
    state = await open_state(server.url)
    state.start()
    process = Process(state)
    process.answers.start()
    await process.ready()
    await kept_by(process, answer())
    server.kill()
    await until(lambda: state.health.state == "degraded")
    assert process.answers.find(NAME, NOW) == answer()
    other = b"o" * 24
    assert await process.fetch(other) is None
    assert await process.shared.lead(PLACE)
    assert process.answers.keep(other, answer())
    process.shared.release(PLACE, "made", answer())
    assert process.answers.find(other, NOW) is not None
    server.start()
    await until(lambda: state.health.state == "ok")
    await process.ready()
    await kept_by(process, answer(), b"m" * 24)
    await process.answers.close()
    await state.close()
