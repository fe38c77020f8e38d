"""A real PostgreSQL and a real Valkey for whatever test asks for one."""

from __future__ import annotations

import os

# Tests that reach inside have the sources; the gateways that they start, what is compiled.
os.environ["SWITCHGEAR_PURE"] = "1"
import switchgear  # noqa: F401 - chooses as it is imported

del os.environ["SWITCHGEAR_PURE"]

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import pytest

from postgres_server import postgres_server
from valkey_server import Valkey, ValkeyCluster, valkey_cluster, valkey_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this worker's own, as a URL with ``{name}`` for the database."""
    with postgres_server() as url:
        yield url


@asynccontextmanager
async def empty_database(postgres: str) -> AsyncIterator[str]:
    """The URL of a new database on the server, gone afterwards."""
    name = f"t_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.format(name="postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield postgres.format(name=name)
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
def another_postgres(postgres: str) -> Callable[[], AbstractAsyncContextManager[str]]:
    """Makes empty PostgreSQL databases."""
    return lambda: empty_database(postgres)


@pytest.fixture
async def postgres_url(postgres: str) -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    async with empty_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def _valkey() -> Iterator[Valkey]:
    with valkey_server() as server:
        yield server


@pytest.fixture(scope="session")
def _valkey_cluster() -> Iterator[ValkeyCluster]:
    with valkey_cluster() as cluster:
        yield cluster


@pytest.fixture
def valkey(_valkey: Valkey) -> Valkey:
    """An empty Valkey server. Whoever kills or freezes it takes one of its own: ``valkey_server``."""
    _valkey.empty()
    return _valkey


@pytest.fixture
def valkey_url(valkey: Valkey) -> str:
    """The URL of an empty Valkey server."""
    return valkey.url


@pytest.fixture
def cluster(_valkey_cluster: ValkeyCluster) -> ValkeyCluster:
    """An empty Valkey cluster of three nodes."""
    _valkey_cluster.empty()
    return _valkey_cluster
