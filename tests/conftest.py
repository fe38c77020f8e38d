"""A real PostgreSQL, a real Valkey and real clients for whatever test asks for one."""

from __future__ import annotations

import os

# Tests that reach inside have the sources; the gateways that they start, what is compiled.
os.environ["SWITCHGEAR_PURE"] = "1"
import switchgear  # noqa: F401 - chooses as it is imported

del os.environ["SWITCHGEAR_PURE"]

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import pytest

from client_environment import Environment, NotMade, client_environment
from postgres_server import postgres_server
from switchgear.store.upgrade import upgrade
from valkey_server import Valkey, ValkeyCluster, valkey_cluster, valkey_server


@pytest.fixture(scope="session")
def clients() -> Environment:
    """The environment of the real clients, made when it is missing."""
    try:
        return client_environment()
    except NotMade as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this worker's own, as a URL with ``{name}`` for the database."""
    with postgres_server() as url:
        yield url


@asynccontextmanager
async def new_database(postgres: str, template: str = "template1") -> AsyncIterator[str]:
    """The URL of a new database on the server, empty but for what ``template`` has, gone afterwards."""
    name = f"t_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres.format(name="postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield postgres.format(name=name)
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
def another_postgres(postgres: str) -> Callable[[], AbstractAsyncContextManager[str]]:
    """Makes empty PostgreSQL databases."""
    return lambda: new_database(postgres)


@pytest.fixture(scope="session")
def _upgraded_template(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the newest schema and nothing in it: a copy is made sooner than the schema."""

    async def make(name: str) -> str:
        admin = await asyncpg.connect(postgres.format(name="postgres"))
        try:
            await admin.execute(f"CREATE DATABASE {name}")
        finally:
            await admin.close()
        await upgrade(postgres.format(name=name), tmp_path_factory.mktemp("upgraded"))
        return name

    with ThreadPoolExecutor(1) as aside:  # a loop may run here already
        return aside.submit(asyncio.run, make("upgraded")).result()


@pytest.fixture
def upgraded_postgres(postgres: str, _upgraded_template: str) -> Callable[[], AbstractAsyncContextManager[str]]:
    """Makes PostgreSQL databases with the newest schema and nothing in it."""
    return lambda: new_database(postgres, _upgraded_template)


@pytest.fixture
async def postgres_url(postgres: str) -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    async with new_database(postgres) as url:
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
