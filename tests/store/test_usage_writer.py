"""The usage writer: batches, group commit, once each, and bad days."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, text

from switchgear.core.calls import Attempt, CallRecord, Route, Step, Usage
from switchgear.core.errors import StoreUnavailable
from switchgear.store.store import Store
from switchgear.store.usage_writer import UsageWriter

Make = Callable[..., CallRecord]


async def ids(store: Store) -> list[str]:
    async with store._database.read() as connection:
        return list((await connection.execute(text("SELECT id FROM usage ORDER BY at, id"))).scalars())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_records_are_committed_without_anybody_waiting(store: Store, record: Make) -> None:
    made = [record() for _ in range(120)]
    for one in made:
        store.writer.add(one)
    assert store.writer.health.pending == 120
    await until(lambda: store.writer.health.pending == 0)
    assert await ids(store) == [one.id for one in made]


async def test_every_field_arrives(store: Store, record: Make) -> None:
    store.writer.add(
        record(
            id="req_x",
            at=1_790_000_000_123,
            streamed=True,
            outcome="cut",
            status=502,
            error="provider_disconnected",
            usage=Usage(1, 2, 3, 4, 5, estimated=True),
            cost=None,
            latency_ms=1.5,
            first_token_ms=0.25,
            attempts=2,
            trace="abc",
            team="search",
            user="ann",
            cache="hit",
            message="It broke.",
            route=Route((Step("key", 0.12345, "allowed"),), (Attempt("openai", "gpt", 0.2, usage=Usage(1, 2)),)),
            saved=7,
        )
    )
    await store.writer.committed()
    async with store._database.read() as connection:
        row = (await connection.execute(text("SELECT * FROM usage"))).one()._asdict()
    assert row == {
        "id": "req_x",
        "at": 1_790_000_000_123,
        "key_id": "key_a",
        "endpoint": "/v1/chat/completions",
        "model": "fast",
        "provider": "openai",
        "deployment": "openai/gpt-5-mini",
        "streamed": True,
        "outcome": "cut",
        "status": 502,
        "error": "provider_disconnected",
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "cached_tokens": 3,
        "reasoning_tokens": 4,
        "cache_write_tokens": 5,
        "estimated": True,
        "cost": None,
        "latency_ms": 1.5,
        "first_token_ms": 0.25,
        "attempts": 2,
        "trace": "abc",
        "team": "search",
        "user": "ann",
        "cache": "hit",
        "message": "It broke.",
        "route": '[[[123,"key","allowed"]],[["openai","gpt",200,0,null,"ok",200,"","",[1,2,0,0,0,false],null,"",0]]]',
        "saved": 7,
    }


async def test_a_batch_sent_twice_is_kept_once(store: Store, record: Make) -> None:
    made = [record() for _ in range(60)]
    for one in made + made:
        store.writer.add(one)
    await store.writer.committed()
    for one in made:
        store.writer.add(one)
    await store.writer.committed()
    assert await ids(store) == [one.id for one in made]


@pytest.mark.parametrize("durability", ["batched", "strict"])
async def test_whoever_waits_finds_its_record_committed(
    open_store: Callable[..., Awaitable[Store]], record: Make, durability: str
) -> None:
    store = await open_store(durability)

    async def call() -> bool:
        one = record()
        store.writer.add(one)
        await store.writer.committed()
        return one.id in await ids(store)

    assert all(await asyncio.gather(*[call() for _ in range(40)]))


async def test_many_waiters_share_transactions(store: Store, record: Make) -> None:
    commits = 0
    real = store.writer._rows.insert

    async def counted(records: list[CallRecord]) -> None:
        nonlocal commits
        commits += 1
        await real(records)

    store.writer._rows.insert = counted  # type: ignore[method-assign,assignment]

    async def call() -> None:
        store.writer.add(record())
        await store.writer.committed()

    await asyncio.gather(*[call() for _ in range(200)])
    assert commits <= 2


async def test_waiting_with_nothing_added_returns(store: Store) -> None:
    await store.writer.committed()
    await store.writer.flush()


async def test_closing_commits_what_is_pending(url: str, tmp_path: Path, record: Make) -> None:
    store = await Store.open(url, tmp_path, secret=b"x" * 32)
    made = [record() for _ in range(5000)]
    for one in made:
        store.writer.add(one)
    await store.close()
    again = await Store.open(url, tmp_path, secret=b"x" * 32)
    assert len(await ids(again)) == 5000
    await again.close()


async def test_a_record_the_database_cannot_take_is_mended_and_holds_nothing_up(store: Store, record: Make) -> None:
    good, bad = record(), record(model="a\0b\ud800", usage=Usage(prompt_tokens=10**30), latency_ms=float("nan"))
    store.writer.add(good)
    store.writer.add(bad)
    await store.writer.committed()
    assert await ids(store) == [good.id, bad.id]
    assert store.writer.health.lost == 0


async def test_a_record_beyond_mending_loses_only_itself(store: Store, record: Make) -> None:
    good, bad = record(), record(cost=object())
    store.writer.add(bad)
    lost = asyncio.ensure_future(store.writer.committed())
    await asyncio.sleep(0)
    store.writer.add(good)
    await store.writer.committed()
    with pytest.raises(StoreUnavailable):
        await lost
    assert await ids(store) == [good.id]
    assert store.writer.health.lost == 1


async def test_a_locked_database_degrades_the_writer_and_loses_nothing(
    sqlite_url: str, tmp_path: Path, record: Make
) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=b"x" * 32)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    one = record()
    store.writer.add(one)
    with pytest.raises(StoreUnavailable, match="locked by another process"):
        await store.writer.committed()
    health = store.writer.health
    assert (health.state, health.pending, health.lost) == ("degraded", 1, 0)
    assert "locked by another process" in health.reason
    other.execute("ROLLBACK")
    other.close()
    await until(lambda: store.writer.health.state == "ok")
    assert await ids(store) == [one.id]
    await store.close()


async def test_a_full_disk_degrades_the_writer_until_there_is_room(
    sqlite_url: str, tmp_path: Path, record: Make
) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=b"x" * 32)
    full = [True]

    def limit(connection: sqlite3.Connection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count={30 if full[0] else 100_000}")
        cursor.close()

    event.listen(store._database.engine.sync_engine, "connect", limit)
    await store._database.engine.dispose()  # those that are open have no limit
    for _ in range(3000):
        store.writer.add(record())
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        await store.writer.committed()
    assert store.writer.health.pending == 3000
    full[0] = False
    await until(lambda: store.writer.health.state == "ok" and not store.writer.health.pending)
    assert len(await ids(store)) == 3000
    await store.close()


async def test_a_server_that_drops_every_connection_costs_no_record(
    postgres_url: str, tmp_path: Path, record: Make
) -> None:
    store = await Store.open(postgres_url, tmp_path, secret=b"x" * 32)
    store.writer.add(record())
    await store.writer.committed()
    others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    async with store._database.engine.connect() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        while (await connection.execute(text(f"SELECT count(*) {others}"))).scalar():
            await connection.rollback()
    store.writer.add(record())
    with suppress(StoreUnavailable):  # told to whoever meets a dead connection, which the pool may have found before
        await store.writer.committed()
    await until(lambda: store.writer.health.state == "ok" and not store.writer.health.pending)
    assert len(await ids(store)) == 2
    await store.close()


async def test_beyond_the_bound_the_oldest_go_and_are_counted(sqlite_url: str, tmp_path: Path, record: Make) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=b"x" * 32)
    writer = UsageWriter(store._database, "batched", bound=10)
    made = [record() for _ in range(25)]
    for one in made:
        writer.add(one)
    assert writer.health.lost == 15
    await writer.committed()
    assert await ids(store) == [one.id for one in made[15:]]
    await writer.close()
    await store.close()


async def test_closing_gives_up_at_its_deadline_and_says_what_was_lost(
    sqlite_url: str, tmp_path: Path, record: Make
) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=b"x" * 32)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.writer.add(record())
    waiting = asyncio.ensure_future(store.writer.committed())
    await asyncio.sleep(0)
    await store.close(deadline=0.2)
    with pytest.raises(StoreUnavailable):
        await waiting
    assert store.writer.health.lost == 1
    other.close()


async def test_a_database_without_its_table_keeps_records_instead_of_blaming_them(store: Store, record: Make) -> None:
    async with store._database.write() as connection:
        await connection.execute(text("ALTER TABLE usage RENAME TO elsewhere"))
    one = record()
    store.writer.add(one)
    with pytest.raises(StoreUnavailable):
        await store.writer.committed()
    assert (store.writer.health.pending, store.writer.health.lost) == (1, 0)
    async with store._database.write() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO usage"))
    await until(lambda: not store.writer.health.pending)
    assert await ids(store) == [one.id]


async def test_a_record_after_the_end_is_counted_as_lost(store: Store, record: Make) -> None:
    await store.close()
    store.writer.add(record())
    assert store.writer.health.lost == 1
    with pytest.raises(StoreUnavailable):
        await store.writer.committed()


@pytest.mark.parametrize(("durability", "sqlite", "postgresql"), [("batched", 1, "off"), ("strict", 2, "on")])
async def test_durability_sets_when_the_disk_has_it(
    open_store: Callable[..., Awaitable[Store]], record: Make, durability: str, sqlite: int, postgresql: str
) -> None:
    store = await open_store(durability)
    store.writer.add(record())
    await store.writer.committed()
    connection = await store.writer._rows._open()
    if store._database.kind == "sqlite":
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == sqlite
    else:
        assert (await connection.execute(text("SHOW synchronous_commit"))).scalar() == postgresql
    await connection.rollback()


async def test_partitions_that_cannot_be_made_do_not_hold_records_up(
    postgres_url: str, tmp_path: Path, record: Make
) -> None:
    store = await Store.open(postgres_url, tmp_path, secret=b"x" * 32)
    async with store._database.write() as connection:
        await connection.execute(
            text("CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE disk_full; END'")
        )
        await connection.execute(
            text("CREATE EVENT TRIGGER no ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no()")
        )
    one = record()
    store.writer.add(one)
    await store.writer.committed()
    assert await ids(store) == [one.id]
    await store.close()
