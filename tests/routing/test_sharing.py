"""Breakers of several processes stand alike, and what is told wrongly does no harm."""

from __future__ import annotations

import asyncio
import time
from random import Random

import msgspec
import pytest

from switchgear.core.errors import ProviderRateLimited, ProviderTimeout
from switchgear.core.health import BreakerChanged, BreakerState
from switchgear.routing.board import Board
from switchgear.routing.breaker import BreakerRules
from switchgear.routing.health import DeploymentHealth
from switchgear.routing.sharing import CHANNEL, Notice, SharedHealth
from switchgear.state.memory import MemoryBlobs, MemoryChannels

NAME = "openai/gpt-5-mini"


class Shared:
    """Processes on one state, on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.channels = MemoryChannels()
        self.blobs = MemoryBlobs(clock=lambda: self.now)
        self.processes: list[SharedHealth] = []

    def process(self, skew: float = 0.0, rules: BreakerRules | None = None) -> DeploymentHealth:
        board = Board(
            rules or BreakerRules(), lambda: self.now, Random(len(self.processes)), wall=lambda: self.now + skew
        )
        health = board.of(NAME)
        health.noted = True
        shared = SharedHealth(
            board, self.channels, self.blobs, f"node_{len(self.processes)}", wall=lambda: self.now + skew
        )
        shared.start()
        self.processes.append(shared)
        return health

    async def settled(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    def send(self, **fields: object) -> None:
        notice = {
            "deployment": NAME, "state": "open", "reason": "told", "wait": 60.0, "limited": False,
            "at": round(self.now * 1000), "node": "somebody",
        }  # fmt: skip
        self.channels.publish(CHANNEL, msgspec.json.encode(notice | fields))


@pytest.fixture
async def shared():
    made = Shared()
    yield made
    for each in made.processes:
        await each.close()


def fail(health: DeploymentHealth, now: float, times: int = 5) -> None:
    for _ in range(times):
        health.failed(now, ProviderTimeout("No."), health.started(now))


async def test_a_breaker_that_opens_in_one_process_opens_in_all_and_comes_back_in_all(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    fail(one, shared.now)
    await shared.settled()
    assert (other.state, other.retry_at, other.reason) == ("open", one.retry_at, one.reason)
    shared.now = one.retry_at
    probe = one.started(shared.now)
    await shared.settled()
    assert other.state == "half_open"
    assert not other.admits(shared.now)
    one.succeeded(shared.now, 1.0, 10, probe)
    await shared.settled()
    assert (one.state, other.state) == ("recovering", "recovering")
    shared.now += 10.0
    one.breaker.settle(shared.now)
    await shared.settled()
    assert (one.state, other.state) == ("closed", "closed")


async def test_a_limit_holds_in_all_processes_to_the_second(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    one.failed(shared.now, ProviderRateLimited("Slow down.", retry_after=17.0), one.started(shared.now))
    await shared.settled()
    assert other.retry_at == shared.now + 17.0
    assert not other.admits(shared.now + 16.9)
    assert other.available(shared.now + 17.0)
    assert other.state == "recovering"


async def test_only_who_saw_it_tells_of_it(shared: Shared) -> None:
    told: list[bytes] = []
    shared.channels.subscribe(CHANNEL, told.append)
    one = shared.process()
    for _ in range(3):
        shared.process()
    await shared.settled()
    fail(one, shared.now)
    await shared.settled()
    assert len(told) == 1


async def test_a_process_that_starts_later_knows_what_was_told(shared: Shared) -> None:
    one = shared.process()
    fail(one, shared.now)
    await shared.settled()
    shared.now += 0.25
    late = shared.process()
    await shared.settled()
    assert late.state == "open"
    assert late.retry_at == pytest.approx(one.retry_at, abs=0.002)


async def test_a_deployment_that_is_named_later_is_known_too(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    health = one._clock and shared.processes[0]._board.of("claude/haiku")
    health.noted = True
    fail(health, shared.now)
    await shared.settled()
    named = shared.processes[1]._board.of("claude/haiku")
    await shared.settled()
    assert named.state == "open"
    assert other.state == "closed"


async def test_what_is_over_is_not_taken_for_the_present(shared: Shared) -> None:
    one = shared.process()
    fail(one, shared.now)
    shared.now = one.retry_at + 100.0
    late = shared.process()
    await shared.settled()
    assert late.admits(shared.now)
    assert late.state == "open"  # and its next call is the probe
    one.succeeded(shared.now, 1.0, 10, one.started(shared.now))
    shared.now += 10.0
    one.breaker.settle(shared.now)
    assert shared.process().state == "closed"


async def test_after_a_gap_what_was_missed_is_read(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    await shared.settled()
    unsubscribe = shared.processes[1]._unsubscribe
    assert unsubscribe is not None
    unsubscribe()
    fail(one, shared.now)
    await shared.settled()
    assert other.state == "closed"
    shared.processes[1].catch_up()
    await shared.settled()
    assert other.state == "open"


async def test_what_was_told_to_nobody_is_told_again_after_a_gap(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    await shared.settled()
    heard, shared.channels._subscriptions._by_channel = shared.channels._subscriptions._by_channel, {}
    fail(one, shared.now)
    await shared.settled()
    shared.blobs.clear("health:")
    shared.channels._subscriptions._by_channel = heard
    shared.now += 0.25
    shared.processes[0].catch_up()
    await shared.settled()
    assert (other.state, other.reason) == ("open", one.reason)
    assert other.retry_at == pytest.approx(one.retry_at, abs=0.002)


async def test_what_is_told_again_changes_nothing_where_it_is_known(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    await shared.settled()
    fail(one, shared.now)
    await shared.settled()
    changes: list[BreakerChanged] = []
    shared.processes[1]._board.changed.append(changes.append)
    before = other.retry_at
    for _ in range(3):
        shared.now += 0.1
        shared.processes[0].catch_up()
        await shared.settled()
    assert (changes, other.retry_at, other.breaker._openings) == ([], before, 1)


async def test_a_probe_of_a_process_that_died_does_not_keep_others_from_probing_for_ever(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    fail(one, shared.now)
    shared.now = one.retry_at
    one.started(shared.now)
    await shared.settled()
    assert not other.admits(shared.now + 29.0)
    assert other.admits(shared.now + 31.0)


@pytest.mark.parametrize("skew", [-30.0, 30.0])
async def test_clocks_that_differ_do_no_harm(shared: Shared, skew: float) -> None:
    one, other = shared.process(), shared.process(skew=skew)
    await shared.settled()
    for first, second in ((one, other), (other, one), (one, other)):
        fail(first, shared.now)
        await shared.settled()
        assert second.state == "open"
        assert second.retry_at == pytest.approx(first.retry_at, abs=0.002)
        second.succeeded(shared.now, 1.0, 10, second.started(shared.now))
        shared.now += 10.0
        second.breaker.settle(shared.now)
        await shared.settled()
        assert (first.state, second.state) == ("closed", "closed")


async def test_a_reset_holds_in_all_processes(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    fail(one, shared.now)
    await shared.settled()
    other.breaker.reset(shared.now, "reset by an administrator")
    await shared.settled()
    assert (one.state, other.state) == ("closed", "closed")


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "broken"},
        {"wait": -1.0},
        {"wait": 1e12},
        {"wait": "60"},
        {"wait": None},
        {"at": -1},
        {"at": 1 << 60},
        {"at": 1_000_000 + 61_000},
        {"deployment": "somebody/else"},
        {"deployment": "x" * 600},
        {"reason": "x" * 301},
        {"reason": 7},
        {"node": "node_0"},
        {"limited": "yes"},
    ],
)
async def test_a_message_that_cannot_be_is_passed_over(shared: Shared, fields: dict[str, object]) -> None:
    health = shared.process()
    shared.send(**fields)
    await shared.settled()
    assert health.state == "closed"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"x" * 100_000, b"[" * 4000])
async def test_bytes_that_are_no_message_are_passed_over(shared: Shared, body: bytes) -> None:
    health = shared.process()
    shared.channels.publish(CHANNEL, body)
    shared.blobs.set(f"health:{NAME}", body, 60.0)
    shared.processes[0].catch_up()
    await shared.settled()
    assert health.state == "closed"


async def test_an_older_message_changes_nothing(shared: Shared) -> None:
    one, other = shared.process(), shared.process()
    fail(one, shared.now)
    await shared.settled()
    shared.send(state="closed", at=round(shared.now * 1000) - 1)
    await shared.settled()
    assert (one.state, other.state) == ("open", "open")


async def test_a_message_that_comes_late_holds_no_longer_than_it_said(shared: Shared) -> None:
    health = shared.process()
    shared.send(at=round(shared.now * 1000) - 90_000, wait=100.0)
    await shared.settled()
    assert health.retry_at == pytest.approx(shared.now + 10.0)


async def test_nobody_can_shut_a_deployment_for_longer_than_the_longest_pause(shared: Shared) -> None:
    health = shared.process(rules=BreakerRules(longest_pause=40.0))
    shared.send(wait=86_400.0)
    await shared.settled()
    assert health.retry_at == shared.now + 40.0


async def test_what_others_tell_is_shown_without_control_characters(shared: Shared) -> None:
    health = shared.process()
    shared.send(reason="\x1b[2Jgone\n")
    await shared.settled()
    assert health.reason == "\ufffd[2Jgone\ufffd"


async def test_a_flood_of_messages_leaves_little_behind(shared: Shared) -> None:
    shared.process()
    process = shared.processes[0]
    for number in range(20_000):
        process.hear(
            msgspec.json.encode(Notice(f"a/{number}", "open", "", 1.0, False, round(shared.now * 1000), "somebody"))
        )
    assert len(process._newest) <= 1


@pytest.mark.parametrize("state", ["open", "half_open", "recovering", "closed"])
async def test_names_that_are_too_long_to_be_told_do_not_disturb(shared: Shared, state: BreakerState) -> None:
    shared.process()
    shared.processes[0].tell(BreakerChanged(round(time.time() * 1000), "x" * 5000, "closed", state, "y" * 5000))
