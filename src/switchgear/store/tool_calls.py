"""Calls of plugins as they are kept: written in groups, read newest first.

``ToolCallWriter.add`` costs an append. While the database takes nothing, records wait in memory up to a bound.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    and_,
    case,
    delete,
    desc,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from switchgear.core.errors import NotFound, StoreUnavailable
from switchgear.core.tool_calls import ToolOutcome, ToolRecord
from switchgear.store import plugin_tables
from switchgear.store.engine import Database
from switchgear.store.pages import cursor_of, position

INTERVAL_SECONDS: Final = 0.1
AGAIN_SECONDS: Final = 1.0
BOUND: Final = 100_000
BATCH: Final = 1_000
LONGEST_NAME: Final = 500
"""Characters that are kept of what was called."""
_CHUNK: Final = 5_000
_MOST_SUMS: Final = 1_000
_log = logging.getLogger(__name__)
_table = plugin_tables.tool_calls
_columns = _table.c


class ToolCallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls: those that match everything given. ``since`` is included, ``until`` is not; milliseconds."""

    since: int | None = None
    until: int | None = None
    key_id: str | None = None
    team: str | None = None
    user: str | None = None
    plugin: str | None = None
    tool: str | None = None
    parent: str | None = None
    outcomes: tuple[ToolOutcome, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter in SQL."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(_columns.at >= self.since)
        if self.until is not None:
            found.append(_columns.at < self.until)
        for name in ("key_id", "team", "user", "plugin", "tool", "parent"):
            value = getattr(self, name)
            if value is not None:
                found.append(_columns[name] == value)
        if self.outcomes:
            found.append(_columns.outcome.in_(self.outcomes))
        return found


class ToolCallPage(msgspec.Struct, frozen=True):
    """Calls, newest first; ``before`` is the cursor of the next, older page, or None at the end."""

    calls: list[ToolRecord]
    before: str | None


class ToolCallSums(msgspec.Struct, frozen=True):
    """The calls of one plugin, or of one of its tools: how many, how many of them failed or said so, and were refused.

    ``ms`` is the mean of those that were made, ``last`` when the newest began (ms since 1970).
    """

    plugin: str
    tool: str
    calls: int
    errors: int
    refused: int
    ms: float
    last: int


_NO_FILTER: Final = ToolCallFilter()


class ToolCallLog:
    """Reads records of calls, and forgets old ones. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self, which: ToolCallFilter = _NO_FILTER, *, limit: int = 100, before: str | None = None
    ) -> ToolCallPage:
        """Up to ``limit`` calls, newest first, older than the cursor ``before``. Raises RequestError for a bad cursor."""
        conditions = which.conditions()
        if before is not None:
            at, call_id = position(before)
            conditions.append(tuple_(_columns.at, _columns.id) < tuple_(literal(at, BigInteger), literal(call_id)))
        asked = (
            select(_table)
            .where(and_(True, *conditions))
            .order_by(desc(_columns.at), desc(_columns.id))
            .limit(limit + 1)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        calls = [_record(row) for row in rows[:limit]]
        return ToolCallPage(calls, cursor_of(calls[-1].at, calls[-1].id) if len(rows) > limit and calls else None)

    async def get(self, call_id: str) -> ToolRecord:
        """One call. Raises NotFound."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(_table).where(_columns.id == call_id))).first()
        if row is None:
            raise NotFound(
                f'No call of a plugin has the id "{call_id}".', hint="Records appear up to 250 ms after a call ended."
            )
        return _record(row)

    async def sums(self, which: ToolCallFilter = _NO_FILTER, *, by_tool: bool = False) -> Sequence[ToolCallSums]:
        """The calls summed up by plugin, or by tool, those with most calls first; at most 1,000 lines."""
        tool = _columns.tool if by_tool else literal("")
        failed = or_(_columns.outcome == "failed", _columns.is_error.is_(True))
        calls = func.count().label("calls")
        made = case((_columns.outcome != "refused", _columns.ms))
        asked = (
            select(
                _columns.plugin,
                tool.label("tool"),
                calls,
                func.sum(case((failed, 1), else_=0)).label("errors"),
                func.sum(case((_columns.outcome == "refused", 1), else_=0)).label("refused"),
                func.coalesce(func.avg(made), 0.0).label("ms"),
                func.max(_columns.at).label("last"),
            )
            .where(and_(True, *which.conditions()))
            .group_by(_columns.plugin, *([_columns.tool] if by_tool else []))
            .order_by(desc(calls), _columns.plugin)
            .limit(_MOST_SUMS)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        return [
            ToolCallSums(row.plugin, row.tool, row.calls, int(row.errors), int(row.refused), float(row.ms), row.last)
            for row in rows
        ]

    async def prune(self, before: int) -> int:
        """Forgets the calls from before ``before`` (milliseconds), piece by piece; how many they were."""
        oldest = select(_columns.at, _columns.id).where(_columns.at < before).order_by(_columns.at).limit(_CHUNK)
        count = 0
        while True:
            async with self._database.write() as connection:
                gone = await connection.execute(delete(_table).where(tuple_(_columns.at, _columns.id).in_(oldest)))
            count += gone.rowcount
            if gone.rowcount < _CHUNK:
                return count


class ToolCallWriter:
    """Collects records and writes them in groups, from one event loop. The task starts with the first record."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: deque[ToolRecord] = deque()
        self._some = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self._lost = 0

    def add(self, record: ToolRecord) -> None:
        """Takes a record to be written soon. Never blocks, never raises."""
        pending = self._pending
        pending.append(record)
        if len(pending) > BOUND:
            pending.popleft()
            self._lost += 1
        if not self._some.is_set():
            self._some.set()
            self._idle.clear()
            if self._task is None:
                self._task = asyncio.get_running_loop().create_task(self._run(), name="tool-call-writer")

    async def committed(self, deadline: float = 5.0) -> None:
        """Returns once everything added before is written, or time is up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), deadline)

    async def close(self) -> None:
        """Writes what is pending, and stops."""
        if self._task is None:
            return
        await self.committed(10.0)
        self._task.cancel()
        await asyncio.wait([self._task])
        if self._pending or self._lost:
            _log.error("%d records of calls of plugins are lost", len(self._pending) + self._lost)

    async def _run(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await self._write()
            except StoreUnavailable as error:
                _log.warning("Records of calls of plugins wait for the database: %s", error.message)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _write(self) -> None:
        pending = self._pending
        while pending:
            some = [pending[index] for index in range(min(len(pending), BATCH))]
            lost = self._lost
            async with self._database.write() as connection:
                await connection.execute(insert(_table), [_row(record) for record in some])
            for _ in range(len(some) - (self._lost - lost)):  # those that were pushed out meanwhile are not there
                pending.popleft()
        self._some.clear()
        self._idle.set()


def _row(record: ToolRecord) -> Mapping[str, Any]:
    row = msgspec.structs.asdict(record)
    row["tool"] = _plain(record.tool)
    row["trace"] = _plain(record.trace)
    return row


def _plain(text: str) -> str:
    """Text that every database takes."""
    short = text[:LONGEST_NAME]
    return short if short.isprintable() else short.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _record(row: Row[Any]) -> ToolRecord:
    return ToolRecord(**row._asdict())
