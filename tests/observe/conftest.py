"""A store on each engine, for what is observed and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
async def store(url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(url, tmp_path, secret=b"s" * 32)
    yield opened
    await opened.close(deadline=1)
