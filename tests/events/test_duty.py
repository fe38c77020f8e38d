"""Duties: done once a period, in one process of all that share a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from switchgear.events.duty import Duty
from switchgear.store.leases import Turn
from switchgear.store.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Two connections to one database, as two processes have them."""
    if request.param == "sqlite":
        async with two(f"sqlite:{tmp_path}/db", tmp_path) as made:
            yield made
        return
    another: Callable[[], AbstractAsyncContextManager[str]] = request.getfixturevalue("another_postgres")
    async with another() as url, two(url, tmp_path) as made:
        yield made


class two:
    def __init__(self, url: str, folder: Path) -> None:
        self._where = (url, folder)

    async def __aenter__(self) -> tuple[Store, Store]:
        self._made = (await self._open(), await self._open())
        return self._made

    async def _open(self) -> Store:
        return await Store.open(*self._where, secret=b"s" * 32)

    async def __aexit__(self, *_: object) -> None:
        for store in self._made:
            await store.close()


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.01)


async def nothing() -> None:
    return


def counted(seen: list[str], who: str) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        seen.append(who)

    return work


async def test_a_turn_is_had_by_one_and_the_next_comes_a_period_later(stores: tuple[Store, Store]) -> None:
    seen: list[str] = []
    duties = [
        Duty(store.leases, "count", counted(seen, who), every=60, holder=who)
        for store, who in zip(stores, ("one", "other"), strict=True)
    ]
    waits = await asyncio.gather(*(duty.turn() for duty in duties), *(duty.turn() for duty in duties))
    assert len(seen) == 1
    assert all(0 < wait <= 60 for wait in waits)


async def test_many_processes_share_periods_and_never_work_at_once(stores: tuple[Store, Store]) -> None:
    at_work = worst = times = 0

    async def work() -> None:
        nonlocal at_work, worst, times
        at_work += 1
        worst = max(worst, at_work)
        await asyncio.sleep(0.01)
        at_work -= 1
        times += 1

    duties = [Duty(stores[n % 2].leases, "busy", work, every=0.02, holder=str(n)) for n in range(4)]
    for duty in duties:
        duty.start()
    await until(lambda: times >= 20)
    await asyncio.gather(*(duty.close() for duty in duties))
    assert worst == 1


async def test_long_work_keeps_its_lease(stores: tuple[Store, Store]) -> None:
    end = asyncio.Event()
    duty = Duty(stores[0].leases, "long", end.wait, every=60, holder="one", lease=0.3)
    turn = asyncio.create_task(duty.turn())
    async with asyncio.timeout(20):
        while (await stores[1].leases.take("long", "other", every=60, seconds=9)).wait > 1:
            await asyncio.sleep(0.01)
        for _ in range(10):  # longer than the lease, all in all
            await asyncio.sleep(0.06)
            assert not (await stores[1].leases.take("long", "other", every=60, seconds=9)).mine
    end.set()
    assert 0 < await turn <= 60


async def test_work_of_a_process_that_died_is_taken_over_when_its_lease_has_lapsed(stores: tuple[Store, Store]) -> None:
    assert await stores[0].leases.take("left", "dead", every=60, seconds=0.2) == Turn(mine=True)
    seen: list[str] = []
    duty = Duty(stores[1].leases, "left", counted(seen, "heir"), every=60, holder="heir")
    wait = await duty.turn()
    assert 0 < wait <= 0.2 or seen
    duty.start()
    await until(lambda: seen == ["heir"])
    await duty.close()


async def test_a_process_that_ends_leaves_its_work_to_another_at_once(stores: tuple[Store, Store]) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    duty = Duty(stores[0].leases, "given", work, every=60, holder="one")
    duty.start()
    await asyncio.wait_for(begun.wait(), 20)
    await duty.close()
    assert (await stores[1].leases.take("given", "other", every=60, seconds=9)).mine


async def test_who_lost_the_lease_is_cancelled_and_leaves_the_other_alone(stores: tuple[Store, Store]) -> None:
    cancelled = begun = False

    async def work() -> None:
        nonlocal cancelled, begun
        begun = True
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled = True
            raise

    duty = Duty(stores[0].leases, "lost", work, every=60, holder="slow", lease=0.3)
    turn = asyncio.create_task(duty.turn())
    await until(lambda: begun)
    await stores[1].leases.give_back("lost", "slow")  # as if it had lapsed
    assert (await stores[1].leases.take("lost", "quick", every=60, seconds=9)).mine
    await turn
    assert cancelled
    assert await stores[1].leases.renew("lost", "quick", seconds=9)


async def test_work_that_fails_is_logged_and_due_again(
    stores: tuple[Store, Store], caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        raise ValueError("broken")

    duty = Duty(stores[0].leases, "broken", work, every=5, holder="one")
    assert await duty.turn() == 5
    assert "Duty broken failed" in caplog.text
    assert (await stores[1].leases.take("broken", "other", every=5, seconds=9)).mine


async def test_a_store_that_is_away_is_asked_again(
    stores: tuple[Store, Store], caplog: pytest.LogCaptureFixture
) -> None:
    duty = Duty(stores[0].leases, "away", nothing, every=5, holder="one")
    async with stores[0]._database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE leases RENAME TO elsewhere")
    assert [await duty.turn(), await duty.turn()] == [5, 5]
    assert caplog.text.count("waits for the store") == 1
    async with stores[0]._database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO leases")
    await duty.turn()
    assert not (await stores[1].leases.take("away", "other", every=5, seconds=9)).mine
