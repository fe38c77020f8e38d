"""Connections: one `Database` for SQLite or PostgreSQL, with one way to read and one way to write."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from weakref import WeakSet

import aiosqlite
from sqlalchemy import event, text, update
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from switchgear.core.errors import DataFolderUnusable, ExtraMissing, StoreUnavailable, StoreUnusable
from switchgear.store import failures, tables

Durability = Literal["batched", "strict"]
"""``batched``: a call's record is committed within 250 ms. ``strict``: before the last byte of its answer."""

BUSY_SECONDS = 5.0
CONNECT_SECONDS = 5.0


class _Connection(sqlite3.Connection):
    """Ends its transaction when it is closed.

    SQLite keeps a closed connection, and the lock of its transaction, for as long as a statement of it lives; one that was
    cancelled lives until the garbage collector comes by (https://www.sqlite.org/c3ref/close.html).
    """

    def close(self) -> None:
        """Roll back what was not committed, and close."""
        with suppress(sqlite3.Error):  # it is closed already
            if self.in_transaction:
                self.rollback()
        super().close()


class Database:
    """A pool of connections to one database.

    ``kind`` is the engine, ``where`` names the database in sentences, without its password.
    SQLite takes one writer at a time: in this process a lock queues them, between processes BEGIN IMMEDIATE
    with a busy timeout does, so that a transaction never has to turn from reader to writer and deadlock.
    """

    def __init__(
        self,
        kind: Literal["sqlite", "postgresql"],
        where: str,
        engine: AsyncEngine,
        threads: Collection[threading.Thread] = (),
    ) -> None:
        self.kind: Literal["sqlite", "postgresql"] = kind
        self.where = where
        self.engine = engine
        self._threads = threads
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a read transaction. Raises StoreUnavailable."""
        async with self.translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one moment of the whole database, however long it reads."""
        async with self.translated(), self.engine.connect() as connection:
            if self.kind == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a write transaction, committed at the end. Raises StoreUnavailable."""
        async with self.writing(), self.translated(), self.engine.connect() as connection:
            if self.kind == "sqlite":
                await connection.execution_options(switchgear_write=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """As ``write``, and moves the catalogue's revision on in the same transaction.

        The row is taken first, so changes of the catalogue follow one another on both engines.
        """
        async with self.write() as connection:
            await connection.execute(
                update(tables.revision)
                .where(tables.revision.c.name == "catalogue")
                .values(value=tables.revision.c.value + 1)
            )
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Holds this process's turn to write on SQLite; PostgreSQL needs none."""
        if self.kind == "postgresql":
            yield
            return
        async with self._writer:
            yield

    @asynccontextmanager
    async def translated(self) -> AsyncIterator[None]:
        """Turns what a driver raises inside into StoreUnavailable."""
        try:
            yield
        except failures.DRIVER_ERRORS as error:
            raise self.unavailable(error) from error

    def unavailable(self, error: BaseException) -> StoreUnavailable:
        """The error for a request that met ``error``."""
        return failures.unavailable(error, self.where)

    async def close(self) -> None:
        """Closes every connection that is back in the pool, and waits until their threads have ended.

        A query or a connect that was cancelled still runs in its thread, which would report to an event loop that is gone.
        """
        await self.engine.dispose()
        for thread in list(self._threads):
            await asyncio.to_thread(thread.join, BUSY_SECONDS)


def connect(url: str, data_dir: Path) -> Database:
    """The database at ``url``: ``sqlite:`` (in the data folder), ``sqlite:PATH`` or ``postgresql://…``.

    Nothing is connected yet, but SQLite's folder and file are made, readable by their owner alone. Raises
    DataFolderUnusable, ExtraMissing, StoreUnusable.
    """
    if url.startswith("sqlite:"):
        return _sqlite(sqlite_path(url, data_dir))
    if url.startswith(("postgresql://", "postgres://")):
        return _postgresql(url)
    raise StoreUnusable(
        f'No database is reached by store.url "{url.partition(":")[0]}:…".',
        hint="Use sqlite:, sqlite:/path/to/file or postgresql://user@host/database.",
    )


def sqlite_path(url: str, data_dir: Path) -> Path:
    """The file that a ``sqlite:`` URL names; ``sqlite:`` alone is switchgear.db in the data folder."""
    name = url.removeprefix("sqlite:").removeprefix("//")  # other tools write three slashes
    return Path(name).expanduser().absolute() if name else data_dir / "switchgear.db"


def _sqlite(path: Path) -> Database:
    _make_file(path)
    threads: WeakSet[threading.Thread] = WeakSet()

    async def connect_one() -> aiosqlite.Connection:
        connecting = aiosqlite.connect(str(path), timeout=BUSY_SECONDS, factory=_Connection)
        threads.add(connecting._thread)  # noqa: SLF001 - its own, and aiosqlite does not hand it out
        return await connecting

    engine = create_async_engine(
        make_url("sqlite+aiosqlite://").set(database=str(path)),
        async_creator=connect_one,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=4,
        max_overflow=4,
    )
    database = Database("sqlite", f"The database {path}", engine, threads)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return database


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise DataFolderUnusable(f"The database {path} cannot be opened: {reason}.", cause=repr(error)) from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where sqlite3 guesses
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()
    except sqlite3.Error:
        connection.close()  # the pool does not know it yet, and its thread would stay
        raise


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("switchgear_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


async def use_wal(database: Database) -> None:
    """Puts a SQLite file in WAL mode, which stays; waits its turn behind another process that does the same."""
    deadline = asyncio.get_running_loop().time() + BUSY_SECONDS
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        while True:
            try:
                rows = await driver.execute_fetchall("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            else:
                if rows[0][0] == "wal":
                    return
                raise StoreUnusable(f"{database.where} lies on a file system that does not allow SQLite's WAL mode.")
            await asyncio.sleep(0.05)


def _postgresql(url: str) -> Database:
    if importlib.util.find_spec("asyncpg") is None:
        raise ExtraMissing('PostgreSQL needs the package asyncpg: pip install "switchgear[postgres]"')
    import asyncpg  # noqa: PLC0415 - an optional engine

    async def connect_one() -> Any:
        # asyncpg reads the URL itself, so that every parameter PostgreSQL's own tools know works.
        try:
            return await asyncpg.connect(
                url, timeout=CONNECT_SECONDS, server_settings={"application_name": "switchgear"}
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
            raise failures.ConnectFailed from error

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect_one,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
    )
    return Database("postgresql", describe_postgresql(url), engine)


def describe_postgresql(url: str) -> str:
    """The server and database of a URL in words, without user and password. Raises StoreUnusable."""
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", ["localhost"])[0]
    except ValueError as error:
        raise StoreUnusable("store.url is not a valid postgresql:// URL.") from error
    name = unquote(parts.path.lstrip("/")) or "postgres"
    return f'The PostgreSQL database "{name}" at {hosts}'


async def current_revision(connection: AsyncConnection, kind: str) -> str | None:
    """The schema revision the database is at; None where no migration ever ran."""
    if kind == "sqlite":
        probe = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    else:
        probe = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'alembic_version'"
    if not (await connection.execute(text(probe))).scalar():
        return None
    found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return None if found is None else str(found)
