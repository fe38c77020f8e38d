"""The writer with a spool: records that the database does not take are durable all the same, and reach it in order, once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from switchgear.core.calls import CallRecord
from switchgear.core.errors import StoreUnavailable
from switchgear.store.spool import Spool
from switchgear.store.store import Store
from switchgear.store.usage import UsageFilter
from switchgear.store.usage_rows import RowWriter
from switchgear.store.usage_writer import BATCH

Make = Callable[..., CallRecord]
MUCH = 1 << 30


class Away:
    """A database that another process has locked, until it is ``back``."""

    def __init__(self, url: str) -> None:
        self._other = sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")

    def back(self) -> None:
        self._other.execute("ROLLBACK")
        self._other.close()


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not look():
            await asyncio.sleep(0.01)


async def ids(store: Store) -> list[str]:
    return [one.id for one in reversed((await store.usage.list(UsageFilter(), limit=1000)).calls)]


async def count(store: Store) -> int:
    async with store._database.read() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM usage")).scalar_one())


async def arrive(store: Store, records: Sequence[CallRecord]) -> None:
    """Returns when exactly ``records`` are in the database, in order, and nothing more is on disk."""
    expected = [one.id for one in records]
    async with asyncio.timeout(60):
        while await ids(store) != expected or store.writer.health.spooled:
            await asyncio.sleep(0.01)


async def opened(url: str, folder: Path, *, most: int = MUCH, durability: str = "strict") -> Store:
    store = await Store.open(url, folder, secret=b"x" * 32, durability=durability)  # type: ignore[arg-type]
    store.writer.start(Spool(folder, most))
    return store


@pytest.fixture
async def store(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    made = await opened(sqlite_url, tmp_path)
    yield made
    await made.close(deadline=2)


async def test_whoever_waits_finds_its_record_durable_while_the_database_is_away(
    store: Store, sqlite_url: str, record: Make
) -> None:
    away = Away(sqlite_url)
    made = [record() for _ in range(20)]
    for one in made:
        store.writer.add(one)
        await store.writer.committed()
    health = store.writer.health
    assert (health.state, health.pending, health.spooled, health.lost) == ("spooling", 0, 20, 0)
    assert health.spool_bytes > 0
    assert "locked by another process" in health.reason
    away.back()
    await until(lambda: store.writer.health.state == "ok")
    assert await ids(store) == [one.id for one in made]
    assert store.writer.health.spool_bytes == 0


async def test_those_who_come_while_it_is_away_wait_for_the_disk_alone(
    store: Store, sqlite_url: str, record: Make
) -> None:
    away = Away(sqlite_url)
    store.writer.add(record())
    await store.writer.committed()  # this one waited for the database to say no
    for _ in range(100):
        store.writer.add(record())
        await asyncio.wait_for(store.writer.committed(), 60)
    away.back()
    await until(lambda: store.writer.health.state == "ok")
    assert len(await ids(store)) == 101


async def test_those_who_come_while_it_hangs_wait_for_the_disk_alone(
    store: Store, sqlite_url: str, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not say no but nothing at all is waited for by nobody once it is known to be away."""
    away = Away(sqlite_url)
    made = [record() for _ in range(101)]
    store.writer.add(made[0])
    await store.writer.committed()
    asked, goes_on, insert = asyncio.Event(), asyncio.Event(), RowWriter.insert

    async def hang(rows: RowWriter, records: Sequence[CallRecord]) -> None:
        asked.set()
        await goes_on.wait()
        await insert(rows, records)

    monkeypatch.setattr(RowWriter, "insert", hang)
    await asked.wait()
    for one in made[1:]:
        store.writer.add(one)
        await store.writer.committed()
    assert store.writer.health.spooled == 101
    away.back()
    goes_on.set()
    await arrive(store, made)


async def test_what_comes_while_much_is_given_back_does_not_pile_up_in_memory(
    sqlite_url: str, tmp_path: Path, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Spool(tmp_path, MUCH)
    left.append([record()], durable=False)
    left.close()
    goes_on, insert = asyncio.Event(), RowWriter.insert

    async def hang(rows: RowWriter, records: Sequence[CallRecord]) -> None:
        await goes_on.wait()
        await insert(rows, records)

    monkeypatch.setattr(RowWriter, "insert", hang)
    store = await opened(sqlite_url, tmp_path, durability="batched")
    await until(lambda: store.writer.health.spooled == 1)
    for _ in range(BATCH):
        store.writer.add(record())
    await until(lambda: store.writer.health.pending == 0)
    assert store.writer.health.spooled == BATCH + 1
    goes_on.set()
    await until(lambda: store.writer.health.state == "ok" and not store.writer.health.spooled)
    assert await count(store) == BATCH + 1
    await store.close()


async def test_what_is_on_disk_when_a_process_ends_reaches_the_database_with_the_next(
    sqlite_url: str, tmp_path: Path, record: Make
) -> None:
    first = await opened(sqlite_url, tmp_path)
    away = Away(sqlite_url)
    made = [record() for _ in range(5)]
    for one in made:
        first.writer.add(one)
    await first.writer.committed()
    first.writer.add(last := record())
    with capture_logs() as logs:
        await first.close(deadline=0.3)
    assert not any("written again" in line["event"] for line in logs)
    assert first.writer.health.lost == 0
    away.back()
    second = await opened(sqlite_url, tmp_path)
    await arrive(second, [*made, last])
    await second.close()


async def test_records_that_are_in_the_database_already_are_not_doubled(
    sqlite_url: str, tmp_path: Path, record: Make
) -> None:
    """A process that was killed between the commit and the removal of the file gives the same records back again."""
    made = [record() for _ in range(5)]
    spool = Spool(tmp_path, MUCH)
    spool.append(made, durable=True)
    store = await Store.open(sqlite_url, tmp_path, secret=b"x" * 32)
    for one in made[:3]:
        store.writer.add(one)
    await store.writer.committed()
    spool.close()
    store.writer.start(Spool(tmp_path, MUCH))  # after its first records: what is on disk is found all the same
    await arrive(store, made)
    await until(lambda: not list((tmp_path / "spool").rglob("*")))  # the file goes after the records have arrived
    await store.close()


async def test_records_of_now_are_kept_behind_those_of_before(sqlite_url: str, tmp_path: Path, record: Make) -> None:
    before = [record() for _ in range(5000)]
    left = Spool(tmp_path, MUCH)
    left.append(before, durable=False)
    left.close()
    store = await opened(sqlite_url, tmp_path)
    store.writer.add(now := record())
    await store.writer.committed()
    await until(lambda: store.writer.health.state == "ok" and not store.writer.health.spooled)
    found = await store.usage.get(now.id)
    assert found.id == now.id
    assert await count(store) == 5001
    await store.close()


async def test_a_full_spool_fails_who_waits_and_keeps_the_records_in_memory(
    sqlite_url: str, tmp_path: Path, record: Make
) -> None:
    store = await opened(sqlite_url, tmp_path, most=100)
    away = Away(sqlite_url)
    store.writer.add(one := record())
    with pytest.raises(StoreUnavailable, match="locked by another process"):
        await store.writer.committed()
    health = store.writer.health
    assert (health.state, health.pending, health.spooled, health.lost) == ("degraded", 1, 0, 0)
    away.back()
    await until(lambda: store.writer.health.state == "ok")
    assert await ids(store) == [one.id]
    await store.close()


async def test_a_disk_that_takes_nothing_either_is_told_once_and_loses_nothing(
    sqlite_url: str, tmp_path: Path, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(sqlite_url, tmp_path)
    away = Away(sqlite_url)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Spool, "append", refuse)
        made = [record() for _ in range(3)]
        for one in made:
            store.writer.add(one)
        with pytest.raises(StoreUnavailable):
            await store.writer.committed()
        assert store.writer.health.state == "degraded"
    away.back()
    await until(lambda: store.writer.health.state == "ok")
    assert await ids(store) == [one.id for one in made]
    await store.close()


async def test_a_record_that_nothing_can_write_costs_only_itself(store: Store, sqlite_url: str, record: Make) -> None:
    away = Away(sqlite_url)
    good, bad, mended = record(), record(cost=object()), record(cost=10**40)
    for one in (good, bad, mended):
        store.writer.add(one)
    await store.writer.committed()
    assert store.writer.health.lost == 1
    away.back()
    await until(lambda: store.writer.health.state == "ok")
    assert await ids(store) == [good.id, mended.id]


async def test_in_batched_mode_records_go_to_disk_too(sqlite_url: str, tmp_path: Path, record: Make) -> None:
    store = await opened(sqlite_url, tmp_path, durability="batched")
    away = Away(sqlite_url)
    made = [record() for _ in range(3000)]
    for one in made:
        store.writer.add(one)
    await until(lambda: store.writer.health.spooled == 3000)
    away.back()
    await until(lambda: store.writer.health.state == "ok")
    assert (store.writer.health.pending, store.writer.health.lost) == (0, 0)
    await store.close()
