"""What is kept for a time only is forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from switchgear.app.retention import Retention, usage_retention
from switchgear.config.schema import StoreSettings
from switchgear.core.calls import CallRecord, Usage
from switchgear.core.errors import NotFound
from switchgear.events.duty import Duty
from switchgear.observe.rollups import Rollups
from switchgear.store.files import KeptFile
from switchgear.store.responses import KeptResponse
from switchgear.store.store import Store

NOW = time.time_ns() // 1_000_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open("sqlite:", tmp_path, secret=b"s" * 32)
    yield opened
    await opened.close()


def kept(name: str, expires_at: int) -> KeptResponse:
    return KeptResponse(name, "key", None, NOW, expires_at, "completed", "m", b"[]", b"{}")


async def test_expired_responses_are_deleted_again_and_again(store: Store) -> None:
    await store.responses.keep(kept("resp_new", NOW + 3_600_000))
    await store.responses.keep(kept("resp_old", NOW - 1))
    duty = Duty(store.leases, "retention", Retention(store.responses).forget, every=0.01, holder="me")
    duty.start()
    try:
        for name in ("resp_old", "resp_older"):
            async with asyncio.timeout(10):
                while await found(store, name):
                    await asyncio.sleep(0.01)
            if name == "resp_old":
                await store.responses.keep(kept("resp_older", NOW - 2))
    finally:
        await duty.close()
    assert await found(store, "resp_new")


async def test_files_that_have_expired_are_forgotten_too(store: Store) -> None:
    for name, expires_at in (("file-old", NOW - 1), ("file-new", NOW + 3_600_000)):
        await store.files.keep(KeptFile(name, "p", "key", "a", "batch", 1, NOW, expires_at))
    assert await Retention(store.responses, store.files).forget() == 1
    assert (await store.files.get("file-new", "key", NOW)).id == "file-new"


async def found(store: Store, name: str) -> bool:
    try:
        await store.responses.get(name, "key", 0)
    except NotFound:
        return False
    return True


async def test_usage_is_kept_for_whole_days_and_its_sums_for_longer(store: Store) -> None:
    day = 86_400_000
    today = NOW // day * day
    settings = StoreSettings(usage_days=32, minute_days=1, hour_days=40, day_days=100, error_days=50)
    for number, at in enumerate((today - 200 * day, today - 45 * day, today - 33 * day, today - 32 * day, today - 1)):
        store.writer.add(call(number, at))
    await store.writer.committed()
    await Rollups(store.rollups).catch_up(share=1)
    assert await Retention(*usage_retention(store, settings)).forget() > 0
    assert sorted(one.id for one in (await store.usage.list()).calls) == ["req_3", "req_4"]
    left = {granularity: await starts(store, granularity) for granularity in ("minute", "hour", "day")}
    assert left["minute"] == {today - 60_000}
    assert {start // day for start in left["hour"]} == {today // day - days for days in (33, 32, 1)}
    assert {start // day for start in left["day"]} == {today // day - days for days in (45, 33, 32, 1)}
    assert [group.last_seen for group in await store.errors.list()] == [
        today - 1,
        today - 32 * day,
        today - 33 * day,
        today - 45 * day,
    ]
    assert await Retention(*usage_retention(store, settings)).forget() == 0


def call(number: int, at: int) -> CallRecord:
    return CallRecord(
        f"req_{number}", at, "key", "chat/completions", "m", "p", "d", False, "failed", 502, f"error_{number}", Usage(), None, 1.0, None
    )  # fmt: skip


async def starts(store: Store, granularity: Any) -> set[int]:
    return {one.start async for part in store.rollups.parts(granularity, 0, 2**62) for one in part}
