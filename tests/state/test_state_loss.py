"""Valkey goes and comes back: nothing hangs, nothing is let through twice, and nothing is forgotten."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from state_engines import MINUTE, PATIENT, answered, ask, until

from switchgear.core.errors import StateUnavailable
from switchgear.state.base import Change, Check, State, StateLost, StateRecovered, Verdict
from switchgear.state.state import StateOptions, open_state
from valkey_server import Valkey, valkey_server

SOON = 0.5
END = int(time.time() * 1000) + 60 * MINUTE


def rpm(limit: int, amount: int = 1) -> Check:
    return Check("key:k_1", "rpm", "window", limit, amount, MINUTE)


def usd(limit: int, amount: int) -> Check:
    return Check("team:search", "usd", "period", limit, amount, END)


def lease(limit: int, amount: int = 1) -> Check:
    return Check("key:k_1", "concurrency", "lease", limit, amount, MINUTE)


def given_back() -> list[Change]:
    return [Change("key:k_1", "concurrency", "lease", -1, 0, MINUTE)]


@pytest.fixture
def server() -> Iterator[Valkey]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def events() -> list[object]:
    return []


@pytest.fixture
async def lossy(server: Valkey, events: list[object]) -> AsyncIterator[State]:
    """A state that notices soon what happens to its server."""
    state = await open_state(server.url, StateOptions(timeout=SOON), publish=events.append)
    state.start()
    yield state
    await state.close()


@pytest.fixture
async def other(server: Valkey) -> AsyncIterator[State]:
    """Another process's state, as it would see the same server."""
    state = await open_state(server.url, StateOptions(timeout=PATIENT))
    state.start()
    yield state
    await state.close()


async def lost(state: State) -> None:
    await until(lambda: state.health.state == "degraded")


async def found(state: State) -> None:
    await until(lambda: state.health.state == "ok")


async def used(state: State, *checks: Check) -> list[int]:
    return [one.used for one in (await ask(state, "look", checks)).standings]


async def test_a_killed_server_is_told_once_and_so_is_its_return(
    lossy: State, server: Valkey, events: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        server.kill()
        await lost(lossy)
        for _ in range(3):
            assert (await ask(lossy, "t", [rpm(100)])).allowed
        assert lossy.health.reason.startswith(f"Valkey at 127.0.0.1:{server.port}: it ")
        server.start()
        await found(lossy)
    went, came = events
    assert isinstance(went, StateLost)
    assert isinstance(came, StateRecovered)
    assert went.on_loss == "local"
    assert came.seconds > 0
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "is lost: it" in told[0]
    assert "is back after" in told[1]


async def five_calls(state: State) -> None:
    """Three of them end while the server is lost."""
    for number in range(5):
        now = time.time_ns() // 1_000_000
        verdict = state.counters.take(f"t{number}", [rpm(100), usd(1000, 10)], now)
        assert isinstance(verdict, Verdict), "it was asked although it is lost"
        assert verdict.allowed
        if number < 3:
            change = Change("team:search", "usd", "period", -4, verdict.at_ms, END)
            state.counters.settle(f"t{number}", [change])


def ended(*tokens: str) -> list[tuple[str, list[Change]]]:
    return [(token, [Change("team:search", "usd", "period", -4, 0, END)]) for token in tokens]


async def test_a_server_that_comes_back_is_told_what_was_taken_and_settled_meanwhile(
    lossy: State, server: Valkey
) -> None:
    await ask(lossy, "before", [rpm(100), usd(1000, 10)])
    server.freeze()
    await lost(lossy)
    await five_calls(lossy)
    server.thaw()
    await found(lossy)
    assert await used(lossy, rpm(100, 0), usd(1000, 0)) == [6, 10 + 3 * 6 + 2 * 10]
    for token, changes in ended("before", "t3", "t4"):
        lossy.counters.settle(token, changes)
    assert await used(lossy, usd(1000, 0)) == [6 * 6]


async def test_a_server_that_forgot_is_told_what_is_open_for_the_books_know_the_rest(
    lossy: State, server: Valkey
) -> None:
    for token in ("over", "before"):
        await ask(lossy, token, [rpm(100), usd(1000, 10)])
    lossy.counters.settle(*ended("over")[0])
    server.kill()
    await lost(lossy)
    await five_calls(lossy)
    server.start()
    await found(lossy)
    assert await used(lossy, rpm(100, 0), usd(1000, 0)) == [5, 3 * 10]
    lossy.counters.seed("team:search", "usd", 4 * 6, END)
    for token, changes in ended("before", "t3", "t4"):
        lossy.counters.settle(token, changes)
    assert await used(lossy, usd(1000, 0)) == [7 * 6]


async def test_what_was_settled_while_it_was_lost_is_not_given_back_once_more(lossy: State, server: Valkey) -> None:
    """A call that is settled while the server is away is held by nobody, although the server could not be told."""
    first = await ask(lossy, "first", [usd(1000, 60)])
    server.freeze()
    await lost(lossy)
    lossy.counters.settle("first", [Change("team:search", "usd", "period", -50, first.at_ms, END)])
    server.thaw()
    await found(lossy)
    assert await used(lossy, usd(1000, 0)) == [10]
    with server.client() as client:
        assert [key for key in client.keys("*") if key.endswith(b":o")] == []


async def test_a_frozen_server_delays_takes_no_longer_than_its_time(lossy: State, server: Valkey) -> None:
    server.freeze()
    began = time.monotonic()
    verdicts = await asyncio.gather(*(ask(lossy, f"t{number}", [rpm(100)]) for number in range(40)))
    assert all(one.allowed for one in verdicts)
    assert lossy.health.state == "degraded"
    assert lossy.health.reason.endswith("it does not answer.")
    assert time.monotonic() - began < 20 * SOON


async def test_what_a_frozen_server_finds_in_its_socket_is_not_done_again(lossy: State, server: Valkey) -> None:
    await ask(lossy, "first", [rpm(1000), usd(1000, 10)])
    server.freeze()
    for number in range(20):
        assert (await ask(lossy, f"t{number}", [rpm(1000), usd(1000, 10)])).allowed
    server.thaw()
    await found(lossy)
    assert await used(lossy, rpm(1000, 0), usd(1000, 0)) == [21, 210]


async def test_what_is_settled_while_it_is_lost_is_settled_when_it_is_back(lossy: State, server: Valkey) -> None:
    first = await ask(lossy, "first", [rpm(100, 50), usd(1000, 60)])
    server.freeze()
    await lost(lossy)
    changes = [
        Change("key:k_1", "rpm", "window", -20, first.at_ms, MINUTE),
        Change("team:search", "usd", "period", -50, first.at_ms, END),
    ]
    lossy.counters.settle("first", changes)
    server.thaw()
    await found(lossy)
    assert await used(lossy, rpm(100, 0), usd(1000, 0)) == [30, 10]


async def test_leases_are_held_again_on_a_server_that_forgot_them(lossy: State, server: Valkey, other: State) -> None:
    assert (await ask(lossy, "mine", [lease(1)])).allowed
    server.kill()
    await lost(lossy)
    assert not (await ask(lossy, "second", [lease(1)])).allowed
    server.start()
    await found(lossy)
    await found(other)
    assert not (await ask(other, "theirs", [lease(1)])).allowed
    lossy.counters.settle("mine", given_back())
    assert await used(lossy, lease(1, 0)) == [0]
    assert (await ask(other, "theirs", [lease(1)])).allowed


async def test_a_lease_given_back_while_it_is_lost_is_free_everywhere_afterwards(lossy: State, server: Valkey) -> None:
    assert (await ask(lossy, "mine", [lease(1)])).allowed
    server.freeze()
    await lost(lossy)
    lossy.counters.settle("mine", given_back())
    assert (await ask(lossy, "second", [lease(1)])).allowed
    lossy.counters.settle("second", given_back())
    server.thaw()
    await found(lossy)
    assert (await ask(lossy, "third", [lease(1)])).allowed


async def test_while_it_is_lost_each_process_has_its_part_of_the_limits(
    lossy: State, server: Valkey, other: State
) -> None:
    lossy.members.join("a", {})
    other.members.join("b", {})
    await until(lambda: lossy.members.count == 2)
    await ask(lossy, "first", [usd(100, 60)])
    server.freeze()
    await lost(lossy)

    async def let_through(check: Check) -> int:
        verdicts = [await ask(lossy, f"{check.name}{number}", [check]) for number in range(20)]
        return sum(one.allowed for one in verdicts)

    assert await let_through(rpm(10)) == 5
    assert await let_through(Check("key:k_1", "rare", "window", 1, 1, MINUTE)) == 1
    assert await let_through(Check("key:k_1", "none", "window", 0, 1, MINUTE)) == 0
    assert await let_through(lease(4)) == 2
    assert await let_through(usd(100, 5)) == 4  # half of the forty that were left


async def test_seeds_hold_while_it_is_lost(lossy: State, server: Valkey) -> None:
    server.kill()
    await lost(lossy)
    lossy.counters.seed("team:search", "usd", 90, END)
    assert not (await ask(lossy, "a", [usd(100, 20)])).allowed
    assert (await ask(lossy, "a", [usd(100, 10)])).allowed
    server.start()
    await found(lossy)
    standing = (await ask(lossy, "look", [usd(100, 0)])).standings[0]
    assert (standing.used, standing.seeded) == (10, False), "an empty server has to be seeded again"


async def test_of_a_seeded_budget_each_process_has_its_part_of_what_is_left(
    lossy: State, server: Valkey, other: State
) -> None:
    lossy.members.join("a", {})
    other.members.join("b", {})
    await until(lambda: lossy.members.count == 2)
    server.kill()
    await lost(lossy)
    lossy.counters.seed("team:search", "usd", 80, END)
    assert not (await ask(lossy, "a", [usd(100, 11)])).allowed
    assert (await ask(lossy, "a", [usd(100, 10)])).allowed


async def test_where_calls_need_it_they_are_refused_until_it_is_back(server: Valkey) -> None:
    state = await open_state(server.url, StateOptions("refuse", timeout=SOON))
    state.start()
    server.freeze()
    with pytest.raises(StateUnavailable) as caught:
        await ask(state, "t", [rpm(100)])
    assert (caught.value.status, caught.value.retry_after) == (503, 1.0)
    with pytest.raises(StateUnavailable):
        state.counters.take("t", [rpm(100)], 0)
    server.thaw()
    await found(state)
    assert await used(state, rpm(100, 0)) == [0]
    await state.close()


async def test_nothing_else_hangs_or_fails_while_it_is_lost(lossy: State, server: Valkey) -> None:
    heard: list[bytes] = []
    lossy.channels.subscribe("keys", heard.append)
    assert await answered(lossy.blobs.get("a")) is None
    server.freeze()
    assert not await answered(lossy.locks.try_acquire("sweep", "t", 10))
    lossy.locks.release("sweep", "t")
    lossy.blobs.set("a", b"x", 10)
    assert await answered(lossy.blobs.get("a")) is None
    assert await answered(lossy.blobs.delete(["a"])) == 0
    assert await answered(lossy.blobs.clear("a")) == 0
    await lost(lossy)
    lossy.channels.publish("keys", b"to myself")
    await until(lambda: heard == [b"to myself"])


async def test_listeners_are_told_that_they_may_have_missed_something(lossy: State, server: Valkey) -> None:
    heard: list[bytes] = []
    gaps: list[bool] = []
    lossy.channels.subscribe("keys", heard.append, lambda: gaps.append(True))

    async def until_heard(message: bytes) -> None:
        async with asyncio.timeout(20):
            while message not in heard:
                lossy.channels.publish("keys", message)
                await asyncio.sleep(0.01)

    await until_heard(b"before")
    assert not gaps
    server.kill()
    await lost(lossy)
    server.start()
    await found(lossy)
    await until(lambda: gaps)
    await until_heard(b"after")
    assert gaps == [True]


async def test_a_server_that_ends_connections_is_not_stormed() -> None:
    """However many calls there are, only one looks for it, ever more seldom."""
    came = 0

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        state = await open_state(f"valkey://127.0.0.1:{port}", StateOptions(timeout=SOON))
        state.start()
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            assert (await ask(state, "t", [rpm(10**9)])).allowed
            await asyncio.sleep(0)
        assert 1 <= came <= 12
        await state.close()


async def test_closing_ends_soon_also_when_nothing_answers(server: Valkey) -> None:
    state = await open_state(server.url, StateOptions(timeout=PATIENT))
    state.start()
    state.members.join("a", {})
    server.freeze()
    async with asyncio.timeout(10):
        await state.close()


async def test_a_call_whose_client_left_while_it_asked_has_taken_nothing(lossy: State) -> None:
    checks = [rpm(100), usd(1000, 10), lease(50)]
    for turns in range(40):
        asking = asyncio.ensure_future(ask(lossy, f"t{turns}", checks))
        for _ in range(turns % 10):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        if not asking.cancelled():
            back = [
                Change(one.scope, one.name, one.kind, -one.amount, asking.result().at_ms, one.span_ms) for one in checks
            ]
            lossy.counters.settle(f"t{turns}", back)
    async with asyncio.timeout(20):
        while any(await used(lossy, rpm(100, 0), usd(1000, 0), lease(50, 0))):
            await asyncio.sleep(0.01)
