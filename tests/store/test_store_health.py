"""The history of deployments' health, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchgear.core.errors import RequestError, StoreUnavailable
from switchgear.core.health import BreakerChanged
from switchgear.store.backup import backup, restore
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."


def change(at: int, deployment: str = "openai/gpt-5-mini", reason: str = "5 failures in a row") -> BreakerChanged:
    return BreakerChanged(at, deployment, "closed", "open", reason, 4.25)


async def test_changes_come_back_newest_first_page_by_page(store: Store) -> None:
    for number in range(7):
        store.health.add(change(1000 + number // 3))
        store.health.add(change(1000, "claude/haiku"))
    await store.health.flush()
    page = await store.health.list("openai/gpt-5-mini", limit=4)
    older = await store.health.list("openai/gpt-5-mini", limit=4, before=page.before)
    events = [*page.events, *older.events]
    assert older.before is None
    assert [event.at for event in events] == [1002, 1001, 1001, 1001, 1000, 1000, 1000]
    assert len({event.id for event in events}) == 7
    first = events[0]
    assert (first.was, first.became, first.reason, first.wait_ms) == ("closed", "open", "5 failures in a row", 4250)


async def test_what_is_added_is_written_in_the_background(store: Store) -> None:
    store.health.add(change(1000))
    async with asyncio.timeout(10):
        while not (await store.health.list("openai/gpt-5-mini")).events:
            await asyncio.sleep(0.01)


async def test_several_who_write_at_once_write_each_change_once(store: Store) -> None:
    for number in range(600):
        store.health.add(change(number))
    await asyncio.gather(*(store.health.flush() for _ in range(5)))
    assert len((await store.health.list("openai/gpt-5-mini", limit=1000)).events) == 600


async def test_what_is_pending_at_the_end_is_written(open_store: Callable[..., Awaitable[Store]]) -> None:
    store = await open_store()
    store.health.add(change(1000))
    await store.close()
    assert len((await (await open_store()).health.list("openai/gpt-5-mini")).events) == 1


async def test_what_is_old_is_forgotten(store: Store) -> None:
    for at in (1000, 2000, 3000):
        store.health.add(change(at))
    await store.health.flush()
    assert await store.health.prune(2500) == 2
    assert [event.at for event in (await store.health.list("openai/gpt-5-mini")).events] == [3000]


async def test_names_that_no_database_takes_cost_nobody_else_their_history(store: Store) -> None:
    for name in ("a/\0", "a/\ud800", "a/fine"):
        store.health.add(change(1000, name, reason=f"\0{name}"))
    await store.health.flush()
    for name in ("a/\0", "a/\ud800", "a/fine"):
        assert len((await store.health.list(name)).events) == 1


async def test_a_cursor_that_is_none_is_a_mistake_of_the_request(store: Store) -> None:
    with pytest.raises(RequestError):
        await store.health.list("a/b", before="yesterday")


async def test_changes_wait_in_memory_while_the_store_takes_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable() -> None:
        raise StoreUnavailable("Gone.")

    with monkeypatch.context() as patch:
        patch.setattr(store.health._database, "write", unavailable)
        store.health.add(change(1000))
        with pytest.raises(StoreUnavailable):
            await store.health.flush()
    await store.health.flush()
    assert len((await store.health.list("openai/gpt-5-mini")).events) == 1


async def test_a_backup_has_the_history(store: Store, url: str, tmp_path: Path) -> None:
    store.health.add(change(1000))
    await store.health.flush()
    manifest = await backup(url, tmp_path, tmp_path / "backup.zip", secret=SECRET)
    assert manifest.tables["health_events"].rows == 1
    elsewhere = f"sqlite:{tmp_path}/elsewhere/switchgear.db"
    await restore(elsewhere, tmp_path, tmp_path / "backup.zip", secret=SECRET)
    other = await Store.open(elsewhere, tmp_path, secret=SECRET)
    try:
        assert (await other.health.list("openai/gpt-5-mini")).events == (
            await store.health.list("openai/gpt-5-mini")
        ).events
    finally:
        await other.close()
