"""Periods whose roll-ups are out of date, marked by whoever adds to them and taken away by whoever computes them.

A mark is set in the transaction that makes it true, so none is lost when a process is killed. Each writer has rows of its own, so that
writers do not wait for one another, and marks with numbers that only grow: whoever computed a period takes away exactly what it saw,
and what was added meanwhile stays marked.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from sqlalchemy import BigInteger, and_, delete, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.calls import CallRecord
from switchgear.store import tables
from switchgear.store.engine import Database

Granularity = Literal["minute", "hour", "day"]

LENGTHS: Final[dict[Granularity, int]] = {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
"""Milliseconds of a period. Periods are those of UTC."""

_columns = tables.stale_periods.c


class Mark(msgspec.Struct, frozen=True):
    """One writer's mark on a period."""

    writer: str
    number: int


class Stale(msgspec.Struct, frozen=True):
    """A period to be computed, ``start`` in milliseconds, and the marks that were seen on it."""

    granularity: Granularity
    start: int
    marks: tuple[Mark, ...]


class StaleMarks:
    """One writer's marks, as rows for ``statement``, which is for the database's own driver."""

    def __init__(self, database: Database) -> None:
        self._writer = secrets.token_hex(6)
        self._last = 0
        made = insert(tables.stale_periods).compile(dialect=database.engine.sync_engine.dialect)
        # Spelt the same on both engines; SQLAlchemy's own would import the dialect that is not in use.
        self.statement = f"{made} ON CONFLICT (granularity, start, writer) DO UPDATE SET mark = excluded.mark"

    def rows(self, records: Iterable[CallRecord]) -> list[tuple[str, int, str, int]]:
        """Marks on the minutes of ``records``, in one order, so that two writers cannot wait for each other."""
        length = LENGTHS["minute"]
        return self.of("minute", {record.at - record.at % length for record in records if record.at >= 0})

    def of(self, granularity: Granularity, starts: Iterable[int]) -> list[tuple[str, int, str, int]]:
        """Marks on periods."""
        self._last = max(self._last + 1, time.time_ns())
        return [(granularity, start, self._writer, self._last) for start in sorted(starts)]


async def waiting(
    connection: AsyncConnection, granularity: Granularity, most: int, before: int | None = None
) -> list[Stale]:
    """Up to ``most`` stale periods that begin before ``before``, the newest first: what is looked at is mostly of now."""
    asked = select(_columns.start).where(_columns.granularity == granularity).distinct().order_by(_columns.start.desc())
    if before is not None:
        asked = asked.where(_columns.start < before)
    starts = list((await connection.execute(asked.limit(most))).scalars())
    if not starts:
        return []
    found: dict[int, list[Mark]] = {start: [] for start in starts}
    marks = select(tables.stale_periods).where(
        _columns.granularity == granularity, _columns.start >= min(starts), _columns.start <= max(starts)
    )
    for row in await connection.execute(marks):
        if row.start in found:
            found[row.start].append(Mark(row.writer, row.mark))
    return [Stale(granularity, start, tuple(found[start])) for start in starts]


async def take_away(connection: AsyncConnection, stale: Stale) -> bool:
    """Inside the transaction that writes the period: removes the marks that were seen; whether it may be written.

    It may not when a mark is gone: somebody else computed the period meanwhile, from what is newer perhaps. A mark that was
    set again stays, and with it the period stays stale.
    """
    place = and_(_columns.granularity == stale.granularity, _columns.start == stale.start)
    locked = select(_columns.writer, _columns.mark).where(place).order_by(_columns.writer).with_for_update()
    now: dict[str, int] = {row.writer: row.mark for row in await connection.execute(locked)}
    if any(now.get(mark.writer, -1) < mark.number for mark in stale.marks):
        return False
    seen = [mark.writer for mark in stale.marks if now[mark.writer] == mark.number]
    if seen:
        await connection.execute(delete(tables.stale_periods).where(place, _columns.writer.in_(seen)))
    return True


async def mark(connection: AsyncConnection, marks: StaleMarks, granularity: Granularity, start: int) -> None:
    """Marks a period, inside the transaction that changes what it is made of."""
    await connection.exec_driver_sql(marks.statement, marks.of(granularity, (start,)))


async def mark_all(connection: AsyncConnection) -> None:
    """Marks every minute of which there is usage."""
    at = tables.usage.c.at
    minutes = select(literal("minute"), at - at % LENGTHS["minute"], literal(""), literal(0, BigInteger)).distinct()
    names = ["granularity", "start", "writer", "mark"]
    await connection.execute(insert(tables.stale_periods).from_select(names, minutes.where(at >= 0)))
