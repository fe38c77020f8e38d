"""Roll-ups of usage: sums and sketches for periods of a minute, an hour and a day, and which of them are out of date.

What a period's roll-ups are, is computed by ``observe.rollups``; here they are replaced whole, in one transaction with the marks that
said they were stale, so that a process may be killed at any moment and two may do the same work.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, cast, delete, desc, func, insert, select, tuple_

from switchgear.core.calls import CallRecord
from switchgear.core.sketch import Sketch
from switchgear.store import kept_since, stale, tables
from switchgear.store.engine import Database
from switchgear.store.error_groups import ErrorGroup, merge
from switchgear.store.stale import LENGTHS, Granularity, Stale, StaleMarks
from switchgear.store.usage import record_of

View = Literal[
    "all", "model", "key", "team", "key_model", "team_model", "provider", "deployment", "deployment_model", "error"
]
"""By what a roll-up counts. Those up to ``team_model`` count calls, the next three attempts, ``error`` failures."""

Dimension = Literal["provider", "deployment", "model", "key_id", "team", "error"]

FINER: Final[dict[Granularity, Granularity]] = {"hour": "minute", "day": "hour"}
COARSER: Final[dict[Granularity, Granularity]] = {"minute": "hour", "hour": "day"}
_CHUNK: Final = 50
_table = tables.rollups
_columns = tables.rollups.c


class Numbers(msgspec.Struct):
    """What is counted of calls or attempts. ``cost`` and ``saved`` are nano-dollars, ``writing_ms`` the time from first tokens to ends.

    ``count`` is of calls, attempts or failures, as the view has it; of failures ``ok`` are those whose call was answered all the same.
    """

    count: int = 0
    ok: int = 0
    failed: int = 0
    cut: int = 0
    abandoned: int = 0
    refused: int = 0
    lost: int = 0
    skipped: int = 0
    attempts: int = 0
    fallbacks: int = 0
    cache_hits: int = 0
    cache_misses: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost: int = 0
    unpriced: int = 0
    saved: int = 0
    writing_ms: float = 0.0
    latency: Sketch = msgspec.field(default_factory=Sketch)
    first_token: Sketch = msgspec.field(default_factory=Sketch)

    def merge(self, other: Numbers) -> None:
        """Count all that ``other`` has counted."""
        for name in SUMS:
            if value := getattr(other, name):
                setattr(self, name, getattr(self, name) + value)
        self.latency.merge(other.latency)
        self.first_token.merge(other.first_token)


SUMS: Final = (*tables.COUNTS, "writing_ms")
"""The numbers that add up; sketches merge."""


class Cell(NamedTuple):
    """What numbers belong to, apart from their period; what a view is not by is empty."""

    view: View
    provider: str = ""
    deployment: str = ""
    model: str = ""
    key_id: str = ""
    team: str = ""
    error: str = ""


Cells = Mapping[Cell, Numbers]
Rows = Sequence[Mapping[str, Any]]
"""Numbers with their cells, as columns; made by ``encoded``."""


class Rolled(NamedTuple):
    """The numbers of a cell in the period that begins at ``start`` (milliseconds)."""

    start: int
    cell: Cell
    numbers: Numbers


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which roll-ups: of periods that begin in ``[since, until)``, with these values of dimensions."""

    view: View
    granularity: Granularity
    since: int
    until: int
    where: Mapping[Dimension, str] = {}


class RollupStore:
    """Reads and writes roll-ups. Every method raises StoreUnavailable.

    Those that give rows a few at a time hold a connection until they are closed: use ``contextlib.aclosing``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marks = StaleMarks(database)

    # ------------------------------------------------------------ computing

    async def waiting(self, granularity: Granularity, most: int, before: int | None = None) -> list[Stale]:
        """Up to ``most`` periods that are out of date and begin before ``before`` (milliseconds), newest first."""
        async with self._database.read() as connection:
            return await stale.waiting(connection, granularity, most, before)

    async def kept_since(self) -> dict[str, int]:
        """From when on ``usage`` and the roll-ups of each granularity are whole (milliseconds), where some was forgotten."""
        async with self._database.read() as connection:
            return await kept_since.all_of(connection)

    async def records(self, start: int, end: int) -> AsyncGenerator[list[CallRecord], None]:
        """The calls that began in ``[start, end)``, with their routes, a few at a time."""
        at = tables.usage.c.at
        asked = select(tables.usage).where(at >= start, at < end).execution_options(yield_per=_CHUNK)
        async with self._database.read() as connection:
            result = await connection.stream(asked)
            async for rows in result.partitions(_CHUNK):
                yield [record_of(row) for row in rows]

    async def write(
        self, period: Stale, rows: Rows | None, kept: Mapping[str, int], errors: Sequence[ErrorGroup] = ()
    ) -> bool:
        """Replaces the roll-ups of a period, or leaves them for ``None``, and marks the longer period that it is part of.

        ``kept`` is what ``kept_since`` said before they were computed. False, and nothing is written, when somebody else
        computed the period meanwhile, or forgot what it may be made of.
        """
        async with self._database.write() as connection:
            now = await kept_since.all_of(connection)
            forgotten = any(kept.get(name, 0) <= period.start < at for name, at in now.items())
            if forgotten or not await stale.take_away(connection, period):
                return False
            if rows is not None:
                await connection.execute(delete(_table).where(_all(period.granularity), _columns.start == period.start))
                if rows:
                    place = {"granularity": period.granularity, "start": period.start}
                    await connection.execute(insert(_table), [{**row, **place} for row in rows])
            if errors:
                await merge(connection, errors)
            coarser = COARSER.get(period.granularity)
            if coarser is not None:
                start = period.start - period.start % LENGTHS[coarser]
                await stale.mark(connection, self._marks, coarser, start)
            return True

    # ------------------------------------------------------------ reading

    async def rolled(
        self, asked: Asked, by: Sequence[Dimension] = (), only: Sequence[tuple[str, ...]] = ()
    ) -> AsyncGenerator[list[Rolled], None]:
        """The roll-ups that are asked for, a few at a time; with ``by``, those alone whose values of these are in ``only``."""
        rows = _of(select(_table), asked).order_by(_columns.start).execution_options(yield_per=_CHUNK)
        if by:
            rows = rows.where(tuple_(*(_columns[name] for name in by)).in_(only))
        async with self._database.read() as connection:
            result = await connection.stream(rows)
            async for part in result.partitions(_CHUNK):
                yield [_rolled(row) for row in part]

    async def parts(self, granularity: Granularity, since: int, until: int) -> AsyncGenerator[list[Rolled], None]:
        """All roll-ups of a granularity, of every view, for periods that begin in ``[since, until)``, a few at a time."""
        rows = select(_table).where(_all(granularity), _columns.start >= since, _columns.start < until)
        async with self._database.read() as connection:
            result = await connection.stream(rows.execution_options(yield_per=_CHUNK))
            async for part in result.partitions(_CHUNK):
                yield [_rolled(row) for row in part]

    async def largest(self, asked: Asked, by: Sequence[Dimension], most: int) -> tuple[list[tuple[str, ...]], int]:
        """The values of dimensions with the highest counts, at most ``most``, and how many there are in all."""
        names = [_columns[name] for name in by]
        total = func.sum(_columns.count)
        groups = _of(select(*names, total.label("total")), asked).group_by(*names)
        async with self._database.read() as connection:
            rows = await connection.execute(groups.order_by(desc("total"), *names).limit(most))
            found = [tuple(row[:-1]) for row in rows]
            if len(found) < most:
                return found, len(found)
            whole = select(func.count()).select_from(groups.subquery())
            return found, int((await connection.execute(whole)).scalar_one())

    async def totals(self, asked: Asked, by: Sequence[Dimension]) -> dict[tuple[str, ...], tuple[int, int]]:
        """Count and, of these, ``ok`` for every value of dimensions."""
        names = [_columns[name] for name in by]
        sums = [cast(func.sum(_columns[name]), BigInteger) for name in ("count", "ok")]
        rows = _of(select(*names, *sums), asked).group_by(*names)
        async with self._database.read() as connection:
            return {tuple(row[:-2]): (row[-2], row[-1]) for row in await connection.execute(rows)}

    # ------------------------------------------------------------ forgetting

    async def forget(self, granularity: Granularity, before: int) -> int:
        """Forgets the periods of a granularity that begin before ``before`` (milliseconds); how many roll-ups they had."""
        old = and_(_all(granularity), _columns.start < before)
        async with self._database.write() as connection:
            await kept_since.move(
                connection, granularity, before
            )  # first: what was forgotten half is not whole any more
        count = 0
        while True:
            async with self._database.write() as connection:
                start = (await connection.execute(select(func.min(_columns.start)).where(old))).scalar()
                if start is None:
                    return count
                gone = await connection.execute(delete(_table).where(old, _columns.start < start + _step(granularity)))
                count += gone.rowcount


def _all(granularity: Granularity) -> ColumnElement[bool]:
    """Every view of a granularity, named, so that the index finds periods by their start."""
    return and_(_columns.granularity == granularity, _columns.view.in_(get_args(View)))


def _step(granularity: Granularity) -> int:
    """How much is forgotten at once, so that writers get their turn."""
    return LENGTHS[granularity] * 60


def _of(rows: Select[Any], asked: Asked) -> Select[Any]:
    return rows.where(
        _columns.granularity == asked.granularity,
        _columns.view == asked.view,
        _columns.start >= asked.since,
        _columns.start < asked.until,
        *(_columns[name] == value for name, value in asked.where.items()),
    )


def encoded(cells: Cells) -> Rows:
    """Numbers as they are kept."""
    rows = []
    for cell, numbers in cells.items():
        row: dict[str, Any] = {name: getattr(numbers, name) for name in SUMS} | cell._asdict()
        row["latency"], row["first_token"] = numbers.latency.encode(), numbers.first_token.encode()
        rows.append(row)
    return rows


def _rolled(row: Row[Any]) -> Rolled:
    cell = Cell(row.view, row.provider, row.deployment, row.model, row.key_id, row.team, row.error)
    sums = {name: getattr(row, name) for name in SUMS}
    return Rolled(row.start, cell, Numbers(**sums, latency=_sketch(row.latency), first_token=_sketch(row.first_token)))


def _sketch(data: bytes) -> Sketch:
    try:
        return Sketch.decode(data)
    except msgspec.MsgspecError:  # a damaged row must not keep everybody from the others
        return Sketch()
