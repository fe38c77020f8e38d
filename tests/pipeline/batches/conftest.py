"""A store on each engine, and processes that work on the batches in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from batch_process import Batching, Caller

from switchgear.store.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/switchgear.db"
        return
    async with request.getfixturevalue("another_postgres")() as made:
        yield made


@pytest.fixture
async def batching(url: str, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Makes processes that work on the batches of one database; they share a caller unless told otherwise."""
    caller = Caller()
    opened: list[Batching] = []

    async def make(*, start: bool = True, own: Caller | None = None, **settings: Any) -> Batching:
        store = await Store.open(url, tmp_path, secret=b"s" * 32)
        made = Batching(store, own or caller, f"w{len(opened)}", **settings)
        opened.append(made)
        if start:
            made.work.start()
        return made

    yield make
    caller.gate.set()
    for one in opened:
        await one.work.close()
        await one.store.close(deadline=1)
