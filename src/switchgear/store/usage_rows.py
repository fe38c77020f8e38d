"""Usage rows on the wire to the database: one INSERT, compiled once, run by the driver itself."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.calls import CallRecord
from switchgear.store import failures, partitions, routes, tables
from switchgear.store.engine import Database, Durability
from switchgear.store.stale import StaleMarks

# Rows in one statement on SQLite. sqlite3 gives up the interpreter's lock once a statement, which under load
# costs more than the row does; 50 are enough for that not to show.
_GROUP = 50
_BUSY_MS = 1000
_TEXTS = ("id", "key_id", "endpoint", "model", "provider", "deployment", "error", "trace", "team", "user", "message")
LONGEST_MESSAGE = 500
"""Characters that are kept of an error's message."""
_PATIENCE_SECONDS = 10.0


def row(record: CallRecord) -> tuple[Any, ...]:
    """The values of ``record`` in the order of the table's columns."""
    usage = record.usage
    return (
        record.at,
        record.id,
        record.key_id,
        record.endpoint,
        record.model,
        record.provider,
        record.deployment,
        record.streamed,
        record.outcome,
        record.status,
        record.error,
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.cached_tokens,
        usage.reasoning_tokens,
        usage.estimated,
        record.cost,
        record.latency_ms,
        record.first_token_ms,
        record.attempts,
        record.trace,
        usage.cache_write_tokens,
        record.team,
        record.user,
        record.cache,
        record.message[:LONGEST_MESSAGE],
        routes.written(record.route),
        record.saved,
    )


def scrubbed(record: CallRecord) -> CallRecord:
    """``record`` with what no database takes replaced: NUL, lone surrogates, numbers out of range."""
    texts = {
        name: value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
        for name in _TEXTS
        if isinstance(value := getattr(record, name), str)
    }
    usage = record.usage
    return msgspec.structs.replace(
        record,
        **texts,
        usage=msgspec.structs.replace(
            usage,
            prompt_tokens=_within(usage.prompt_tokens, 31),
            completion_tokens=_within(usage.completion_tokens, 31),
            cached_tokens=_within(usage.cached_tokens, 31),
            reasoning_tokens=_within(usage.reasoning_tokens, 31),
            cache_write_tokens=_within(usage.cache_write_tokens, 31),
        ),
        at=_within(record.at, 63),
        status=_within(record.status, 15),
        attempts=_within(record.attempts, 15),
        cost=None if record.cost is None else _within(record.cost, 63),
        saved=None if record.saved is None else _within(record.saved, 63),
        latency_ms=0.0 if math.isnan(record.latency_ms) else record.latency_ms,
        route=routes.scrubbed(record.route),
    )


def _within(number: int, bits: int) -> int:
    return max(-(1 << bits), min((1 << bits) - 1, number))


class RowWriter:
    """Holds a connection of its own, set up for ``durability``, and commits batches of records over it.

    Methods raise what the driver raises (``failures.DRIVER_ERRORS``), or ValueError and OverflowError for values
    that the driver cannot take; after an error call ``reset``.
    """

    def __init__(self, database: Database, durability: Durability) -> None:
        self._database = database
        self._durability = durability
        self._connection: AsyncConnection | None = None
        self._stale = StaleMarks(database)
        statement = insert(tables.usage).compile(dialect=database.engine.sync_engine.dialect)
        head, _, values = str(statement).partition(" VALUES ")
        # Spelt the same on both engines; SQLAlchemy's own would import the dialect that is not in use.
        self._one = f"{head} VALUES {values} ON CONFLICT DO NOTHING"
        self._group = f"{head} VALUES {', '.join([values] * _GROUP)} ON CONFLICT DO NOTHING"

    async def insert(self, records: Sequence[CallRecord]) -> None:
        """Commits ``records`` in one transaction; those that are there already stay as they are."""
        connection = await self._open()
        if self._database.kind == "sqlite":
            await self._insert_sqlite(connection, records)
        else:
            # A server that vanished without a word would otherwise be waited for until TCP gives up, in hours.
            async with asyncio.timeout(_PATIENCE_SECONDS), connection.begin():
                await connection.exec_driver_sql(self._one, [row(record) for record in records])
                await connection.exec_driver_sql(self._stale.statement, self._stale.rows(records))

    async def _insert_sqlite(self, connection: AsyncConnection, records: Sequence[CallRecord]) -> None:
        rows, stale = [row(record) for record in records], self._stale.rows(records)
        driver: Any = (await connection.get_raw_connection()).driver_connection
        whole = len(rows) - len(rows) % _GROUP
        groups = [tuple(chain.from_iterable(rows[i : i + _GROUP])) for i in range(0, whole, _GROUP)]
        async with self._database.writing():
            await driver.execute("BEGIN IMMEDIATE")
            try:
                if groups:
                    await driver.executemany(self._group, groups)
                if whole < len(rows):
                    await driver.executemany(self._one, rows[whole:])
                await driver.executemany(self._stale.statement, stale)
                await driver.execute("COMMIT")
            finally:
                if driver.in_transaction:
                    await driver.execute("ROLLBACK")

    async def maintain(self, now: int) -> None:
        """Makes the partitions of the coming days; ``now`` is milliseconds since the epoch."""
        if self._database.kind == "postgresql":
            connection = await self._open()
            async with asyncio.timeout(_PATIENCE_SECONDS), connection.begin():
                await partitions.ensure(connection, now)

    async def probe(self) -> None:
        """Raises when the database cannot be reached or has no table for usage."""
        connection = await self._open()
        async with asyncio.timeout(_PATIENCE_SECONDS), connection.begin():
            await connection.execute(select(tables.usage).limit(0))

    async def reset(self) -> None:
        """Gives the connection up; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*failures.DRIVER_ERRORS):
                await connection.invalidate()
            with suppress(*failures.DRIVER_ERRORS):
                await connection.close()

    async def close(self) -> None:
        """Closes the connection, whose settings the pool's others do not have."""
        await self.reset()

    async def _open(self) -> AsyncConnection:
        if self._connection is None:
            connection = await self._database.engine.connect()
            self._connection = connection
            driver: Any = (await connection.get_raw_connection()).driver_connection
            batched = self._durability == "batched"
            if self._database.kind == "sqlite":
                await driver.execute(f"PRAGMA synchronous={'NORMAL' if batched else 'FULL'}")
                await driver.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
            elif batched:
                await driver.execute("SET synchronous_commit = off")
        return self._connection
