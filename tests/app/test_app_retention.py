"""What is kept for a time only is forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switchgear.app.retention import Retention
from switchgear.core.errors import NotFound
from switchgear.events.duty import Duty
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
