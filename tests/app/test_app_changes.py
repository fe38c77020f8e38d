"""What other processes changed in the store: keys are taken over first, whatever the rest does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from switchgear.app.changes import CHANNEL, StoreWatch
from switchgear.core.errors import StoreUnavailable
from switchgear.state.memory import MemoryState


class Kept:
    """A store with a revision, and what was taken over of it."""

    def __init__(self) -> None:
        self.revision = 1
        self.keys = 0
        self.rest = 0
        self.away = False
        self.looks = 0
        self.compiling = asyncio.Event()
        self.compiling.set()

    async def read_revision(self) -> int:
        self.looks += 1
        if self.away:
            raise StoreUnavailable("It is away.")
        return self.revision

    async def take_keys(self) -> None:
        self.keys = self.revision

    async def take_rest(self) -> None:
        revision = self.revision
        await self.compiling.wait()
        if self.away:
            raise StoreUnavailable("It is away.")
        self.rest = revision


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def state() -> AsyncIterator[MemoryState]:
    made = MemoryState()
    made.start()
    yield made
    await made.close()


async def watching(kept: Kept, state: MemoryState, every: float) -> StoreWatch:
    watch = StoreWatch(kept.read_revision, kept.take_keys, kept.take_rest, state.channels, every=every)
    await watch.take_over()
    watch.start()
    return watch


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not look():
            await asyncio.sleep(0.005)


async def test_a_change_is_found_by_looking(kept: Kept, state: MemoryState) -> None:
    watch = await watching(kept, state, 0.01)
    kept.revision = 2
    await until(lambda: (kept.keys, kept.rest) == (2, 2))
    await watch.close()


async def test_a_change_that_is_told_is_found_without_waiting(kept: Kept, state: MemoryState) -> None:
    watch = await watching(kept, state, 3600)
    kept.revision = 2
    state.channels.publish(CHANNEL, b"")
    await until(lambda: (kept.keys, kept.rest) == (2, 2))
    await watch.close()


async def test_keys_do_not_wait_for_a_compilation_that_takes_long(kept: Kept, state: MemoryState) -> None:
    watch = await watching(kept, state, 0.01)
    kept.compiling.clear()
    kept.revision = 2
    await until(lambda: kept.keys == 2)
    kept.revision = 3
    await until(lambda: kept.keys == 3)
    assert kept.rest == 1
    kept.compiling.set()
    await until(lambda: kept.rest == 3)
    await watch.close()


async def test_a_store_that_is_away_is_told_of_once_and_its_changes_are_found_when_it_is_back(
    kept: Kept, state: MemoryState, caplog: pytest.LogCaptureFixture
) -> None:
    watch = await watching(kept, state, 0.005)
    kept.away = True
    looks = kept.looks
    await until(lambda: kept.looks > looks + 5)
    kept.revision = 2
    kept.away = False
    await until(lambda: (kept.keys, kept.rest) == (2, 2))
    assert caplog.text.count("serving goes on with what is known") == 1
    await watch.close()


async def test_what_could_not_be_taken_over_is_tried_again(kept: Kept, state: MemoryState) -> None:
    watch = await watching(kept, state, 0.005)
    kept.compiling.clear()
    kept.revision = 2
    await until(lambda: kept.keys == 2)
    kept.away = True
    kept.compiling.set()
    await asyncio.sleep(0)
    kept.away = False
    await until(lambda: kept.rest == 2)
    await watch.close()


async def test_nothing_is_taken_over_while_nothing_changes(kept: Kept, state: MemoryState) -> None:
    watch = await watching(kept, state, 0.005)
    kept.keys = kept.rest = 0
    looks = kept.looks
    await until(lambda: kept.looks > looks + 5)
    assert (kept.keys, kept.rest) == (0, 0)
    await watch.close()
