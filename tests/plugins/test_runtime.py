"""The runtime: one process for each plugin in use, started once, stopped when idle, started again later and later when it fails."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psutil
import pytest
from tool_servers import call, server_channel, until

from switchgear.core.errors import PluginUnauthorized, PluginUnavailable, ServerGone, ShuttingDown
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.session import Terms
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.runtime import Runtime
from switchgear.plugins.unit import RunStatus, RuntimeRules

BOTH_LOOPS = True

QUICK = RuntimeRules(first_wait=0.001, longest_wait=0.01, grace=0.5)


class _Bench:
    """A runtime over fixture servers, and what it started and told."""

    def __init__(self, rules: RuntimeRules) -> None:
        self.started: list[tuple[str, str]] = []
        self.told: list[RunStatus] = []
        self.arguments: tuple[str, ...] = ("2025-11-25",)
        self.remote = False
        self.hold: Callable[[], Awaitable[object]] | None = None
        self.runtime = Runtime(self.start, self.terms, rules, self.told.append)

    async def start(self, plugin: str, version: str) -> Channel:
        self.started.append((plugin, version))
        if self.hold is not None:
            await self.hold()
        return await server_channel(*self.arguments)

    def terms(self, plugin: str, version: str) -> Terms:
        return Terms(plugin, PluginLimits(seconds=20), remote=self.remote)

    @property
    def states(self) -> list[str]:
        return [status.state for status in self.told]


@asynccontextmanager
async def bench(rules: RuntimeRules = QUICK) -> AsyncIterator[_Bench]:
    made = _Bench(rules)
    try:
        yield made
    finally:
        await made.runtime.close()
        assert all(status.state in ("stopped", "failed") for status in made.runtime.statuses())


def _children() -> int:
    return sum(
        each.is_running() and each.status() != psutil.STATUS_ZOMBIE
        for each in psutil.Process().children(recursive=True)
    )


async def test_what_nobody_calls_does_not_run() -> None:
    async with bench() as b:
        before = _children()
        sessions = [await b.runtime.acquire(f"plugin{each}", "1") for each in (3, 7)]
        assert _children() == before + 2
        assert b.runtime.running("plugin4", "1") is None
        assert b.runtime.running("plugin3", "1") is sessions[0]
        assert [status.plugin for status in b.runtime.statuses()] == ["plugin3", "plugin7"]
    assert _children() == before


async def test_one_start_serves_all_who_wait_and_whoever_leaves_stops_nothing() -> None:
    async with bench() as b:
        gate = asyncio.Event()
        b.hold = gate.wait
        waiting = [asyncio.ensure_future(b.runtime.acquire("p", "1")) for _ in range(20)]
        await until(lambda: b.started)
        waiting.pop(0).cancel()
        gate.set()
        sessions = await asyncio.gather(*waiting)
        assert len(set(map(id, sessions))) == 1
        assert b.started == [("p", "1")]
        assert b.states == ["starting", "running"]


async def test_an_idle_one_is_stopped_and_started_again_when_it_is_called() -> None:
    async with bench(RuntimeRules(idle=0.2, grace=0.5)) as b:
        session = await b.runtime.acquire("p", "1")
        first = await call(session, "pid")
        await until(lambda: session.gone and b.states[-1] == "stopped")
        again = await b.runtime.acquire("p", "1")
        assert await call(again, "pid") != first
        assert b.runtime.statuses()[0].failures == 0


async def test_one_that_works_or_is_watched_is_not_idle() -> None:
    async with bench(RuntimeRules(idle=0.05, grace=0.5)) as b:
        session = await b.runtime.acquire("p", "1")
        assert await call(session, "sleep", seconds=0.4) == "slept"
        await session.watch.subscribe("file:///a")
        await asyncio.sleep(0.3)
        assert not session.gone
        await session.watch.unsubscribe("file:///a")
        await until(lambda: session.gone)


async def test_one_that_dies_in_use_is_started_again_and_its_last_words_are_kept() -> None:
    async with bench() as b:
        session = await b.runtime.acquire("p", "1")
        with pytest.raises(ServerGone):
            await call(session, "leave")
        ended = next(status for status in b.told if status.failures)
        assert ended.reason == "its process ended with status 3"
        assert ended.words == ("ready", "I am leaving now")
        await until(lambda: b.runtime.running("p", "1"))
        assert await call(await b.runtime.acquire("p", "1"), "echo", a=1) == {"a": 1}


async def test_one_that_keeps_dying_has_failed_until_it_is_forgiven() -> None:
    async with bench() as b:
        b.arguments = ("2025-11-25", "dies-at-start")
        for _ in range(QUICK.most_failures):
            with pytest.raises(ServerGone, match="status 7"):
                await b.runtime.acquire("p", "1")
        with pytest.raises(PluginUnavailable, match=r"failed 5 times in a row.*status 7"):
            await b.runtime.acquire("p", "1")
        assert len(b.started) == QUICK.most_failures
        status = b.runtime.statuses()[0]
        assert (status.state, status.failures, status.words) == ("failed", 5, ("ready",))
        b.arguments = ("2025-11-25",)
        b.runtime.forgive("p", "1")
        assert await call(await b.runtime.acquire("p", "1"), "echo", a=1) == {"a": 1}


async def test_one_that_runs_elsewhere_is_tried_again_however_often_it_failed() -> None:
    async with bench() as b:
        b.remote = True
        b.arguments = ("2025-11-25", "dies-at-start")
        for _ in range(QUICK.most_failures + 2):
            with pytest.raises(ServerGone):
                await b.runtime.acquire("p", "1")
        b.arguments = ("2025-11-25",)
        assert await call(await b.runtime.acquire("p", "1"), "echo", a=1) == {"a": 1}


async def test_one_that_wants_a_person_to_sign_in_has_not_failed() -> None:
    async with bench() as b:

        async def refuses() -> None:
            raise PluginUnauthorized("sign in")

        b.hold = refuses
        for _ in range(QUICK.most_failures + 2):
            with pytest.raises(PluginUnauthorized):
                await b.runtime.acquire("p", "1")
        assert b.runtime.statuses()[0].failures == 0


async def test_one_that_dies_while_it_is_drained_stays_away() -> None:
    async with bench() as b:
        session = await b.runtime.acquire("p", "1")
        running = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: session.busy)
        stopping = asyncio.ensure_future(b.runtime.stop("p", "1", drain_seconds=20))
        await until(lambda: "draining" in b.states)
        with pytest.raises(ServerGone):
            await call(session, "leave")
        with pytest.raises(ServerGone):
            await running
        await stopping
        assert len(b.started) == 1
        assert b.runtime.statuses() == []


async def test_a_call_does_not_sit_out_a_long_wait() -> None:
    async with bench(RuntimeRules(first_wait=1e9, longest_wait=1e9, grace=0.5)) as b:
        b.arguments = ("2025-11-25", "dies-at-start")
        with pytest.raises(ServerGone):
            await b.runtime.acquire("p", "1")
        with pytest.raises(PluginUnavailable, match="later") as caught:
            await b.runtime.acquire("p", "1")
        assert caught.value.retry_after
        assert len(b.started) == 1


async def test_what_start_itself_raises_reaches_the_caller_and_counts() -> None:
    async with bench() as b:

        async def broken() -> None:
            raise OSError("no such thing")

        b.hold = broken
        with pytest.raises(OSError, match="no such thing"):
            await b.runtime.acquire("p", "1")
        assert b.runtime.statuses()[0].reason == "it cannot be started (OSError)"


async def test_an_upgrade_loses_no_call() -> None:
    async with bench() as b:
        old = await b.runtime.acquire("p", "1")
        running = [asyncio.ensure_future(call(old, "sleep", seconds=0.3)) for _ in range(5)]
        await until(lambda: old.busy == 5)
        new = await b.runtime.acquire("p", "2")
        stopping = asyncio.ensure_future(b.runtime.stop("p", "1", drain_seconds=20))
        await until(lambda: "draining" in b.states)
        late = asyncio.ensure_future(call(await b.runtime.acquire("p", "1"), "echo", late=1))
        assert await call(new, "echo", new=1) == {"new": 1}
        assert await asyncio.gather(*running, late) == ["slept"] * 5 + [{"late": 1}]
        await stopping
        assert old.gone
        assert [status.version for status in b.runtime.statuses()] == ["2"]


async def test_a_drain_ends_when_its_time_is_up() -> None:
    async with bench() as b:
        session = await b.runtime.acquire("p", "1")
        running = asyncio.ensure_future(call(session, "sleep"))
        await until(lambda: session.busy)
        await b.runtime.stop("p", "1", drain_seconds=0.1)
        with pytest.raises(ServerGone):
            await running


async def test_one_that_is_starting_can_be_stopped() -> None:
    async with bench() as b:
        b.hold = asyncio.Event().wait
        waiting = asyncio.ensure_future(b.runtime.acquire("p", "1"))
        await until(lambda: b.started)
        await b.runtime.stop("p", "1")
        with pytest.raises(PluginUnavailable, match="it was stopped"):
            await waiting
        assert b.runtime.statuses() == []


async def test_nothing_is_started_after_the_end() -> None:
    async with bench() as b:
        session = await b.runtime.acquire("p", "1")
        await b.runtime.close()
        assert session.gone
        with pytest.raises(ShuttingDown):
            await b.runtime.acquire("p", "1")


async def test_rounds_of_use_leave_nothing_behind() -> None:
    rounds = int(os.environ.get("SWITCHGEAR_ROUNDS", "300"))
    async with bench() as b:
        await call(await b.runtime.acquire("p0", "1"), "echo")
        process = psutil.Process()
        for plugin in range(4):
            await b.runtime.acquire(f"p{plugin}", "1")
        descriptors, children, memory = process.num_fds(), _children(), process.memory_info().rss
        for each in range(rounds):
            session = await b.runtime.acquire(f"p{each % 4}", "1")
            assert await call(session, "echo", n=each) == {"n": each}
            if each % (rounds // 5) == 0:  # now and then one is stopped, and comes again
                await b.runtime.stop(f"p{each % 4}", "1")
        for plugin in range(4):
            await b.runtime.acquire(f"p{plugin}", "1")
        assert process.num_fds() == descriptors
        assert _children() == children
        assert process.memory_info().rss - memory < 32 * 1024 * 1024
