"""Both engines for real: every test that takes `store` or `url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from switchgear.core.calls import CallRecord, Usage
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that is not there yet."""
    return f"sqlite:{tmp_path}/data/switchgear.db"


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[str]:
    """The URL of a database with nothing in it, on each engine in turn."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    async with request.getfixturevalue("upgraded_postgres")() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
async def bare_url(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[str]:
    """The URL of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    async with request.getfixturevalue("another_postgres")() as made:
        yield made


@pytest.fixture
async def open_store(url: str, tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Store]]]:
    """Opens stores on the test's database and closes them in the end."""
    opened: list[Store] = []

    async def make(durability: str = "batched", secret: bytes = SECRET) -> Store:
        store = await Store.open(url, tmp_path, secret=secret, durability=durability)
        opened.append(store)
        return store

    yield make
    for store in opened:
        await store.close(deadline=1)


@pytest.fixture
async def store(open_store: Callable[..., Awaitable[Store]]) -> Store:
    return await open_store()


@pytest.fixture
def record() -> Callable[..., CallRecord]:
    """Makes records of calls: ordinary but for what is given."""
    counter = iter(range(10**9))

    def make(**changes: object) -> CallRecord:
        number = next(counter)
        values: dict[str, object] = {
            "id": f"req_{number:022d}",
            "at": 1_790_000_000_000 + number,
            "key_id": "key_a",
            "endpoint": "/v1/chat/completions",
            "model": "fast",
            "provider": "openai",
            "deployment": "openai/gpt-5-mini",
            "streamed": False,
            "outcome": "ok",
            "status": 200,
            "error": "",
            "usage": Usage(prompt_tokens=10, completion_tokens=5),
            "cost": 1_000,
            "latency_ms": 20.0,
            "first_token_ms": None,
        }
        return CallRecord(**(values | changes))  # type: ignore[arg-type]

    return make
