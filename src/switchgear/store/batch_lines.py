"""The lines of batches: pieces of the input that workers take, and finished lines, each of which counts once.

A line's result is committed in the transaction that counts it, while the batch's row is locked; one that is there already stays as
it is. So a line that two workers answered, because one of them was thought dead, is in the output once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.batches import BatchCounts, BatchStatus
from switchgear.core.calls import Usage
from switchgear.store import tables
from switchgear.store.batches import Part, locked
from switchgear.store.engine import Database

LARGEST_LINE: Final = 64 << 20
"""Bytes of a finished line that are kept at most."""
_PAGE_BYTES: Final = 1 << 20
_LONGEST_PAGE: Final = 2000
_batches = tables.batches.c
_parts = tables.batch_parts.c
_lines = tables.batch_lines.c


class FinishedLine(msgspec.Struct, frozen=True):
    """A line that is answered (``ok``) or given up, as it stands in the file; what it used, and its cost in nano-dollars."""

    number: int
    ok: bool
    line: bytes
    usage: Usage = Usage()
    cost: int | None = None


class Progress(msgspec.Struct, frozen=True):
    """How far a batch is after a commit, and ``added``, the lines that were not there before."""

    status: BatchStatus
    counts: BatchCounts
    added: Sequence[FinishedLine]
    stopped: bool


class BatchLines:
    """Takes and finishes lines. Every method raises StoreUnavailable; times are milliseconds since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, batch_id: str, worker: str, now: int, until: int, limit: int) -> list[Part]:
        """Takes up to ``limit`` parts that no living worker has, in order."""
        free = (
            select(_parts.first, _parts.lines, _parts.start, _parts.size, _parts.tries)
            .where(and_(_parts.batch_id == batch_id, _parts.leased_until <= now))
            .order_by(_parts.first)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self._database.write() as connection:
            found = [Part(*row) for row in (await connection.execute(free)).all()]
            if found:
                mine = and_(_parts.batch_id == batch_id, _parts.first.in_([part.first for part in found]))
                taken = {"worker": worker, "leased_until": until, "tries": _parts.tries + 1}
                await connection.execute(update(tables.batch_parts).where(mine).values(taken))
        return found

    async def parts(self, batch_id: str) -> list[Part]:
        """All parts that are not finished, in order, whoever has them."""
        asked = select(_parts.first, _parts.lines, _parts.start, _parts.size, _parts.tries)
        ordered = asked.where(_parts.batch_id == batch_id).order_by(_parts.first)
        async with self._database.read() as connection:
            return [Part(*row) for row in (await connection.execute(ordered)).all()]

    async def left(self, batch_id: str, now: int) -> tuple[int, int]:
        """How many parts are not finished, and how many of them a living worker has."""
        asked = select(
            func.count(),
            func.count().filter(_parts.leased_until > now),
        ).where(_parts.batch_id == batch_id)
        async with self._database.read() as connection:
            row = (await connection.execute(asked)).one()
        return int(row[0]), int(row[1])

    async def finished(self, batch_id: str, first: int, before: int) -> set[int]:
        """The numbers of the finished lines from ``first`` up to ``before``."""
        asked = select(_lines.number).where(
            and_(_lines.batch_id == batch_id, _lines.number >= first, _lines.number < before)
        )
        async with self._database.read() as connection:
            return set((await connection.execute(asked)).scalars().all())

    async def finish(self, batch_id: str, lines: Sequence[FinishedLine], parts: Sequence[int] = ()) -> Progress | None:
        """Commits finished lines, counts them, and lets go of the ``parts`` (by their first lines) that are done with.

        None for a batch that has ended, to which nothing is added.
        """
        async with self._database.write() as connection:
            row = await locked(connection, batch_id)
            if row is None or row.ended_at is not None:
                return None
            added = await self._add(connection, batch_id, lines)
            if parts:
                done = and_(_parts.batch_id == batch_id, _parts.first.in_(parts))
                await connection.execute(delete(tables.batch_parts).where(done))
            sums = _sums(row, added)
            if added:
                await connection.execute(update(tables.batches).where(_batches.id == batch_id).values(sums))
        counts = BatchCounts(row.total, sums["completed"], sums["failed"])
        return Progress(row.status, counts, added, bool(row.stop))

    async def _add(
        self, connection: AsyncConnection, batch_id: str, lines: Sequence[FinishedLine]
    ) -> list[FinishedLine]:
        if not lines:
            return []
        numbers = [one.number for one in lines]
        asked = select(_lines.number).where(and_(_lines.batch_id == batch_id, _lines.number.in_(numbers)))
        there = set((await connection.execute(asked)).scalars().all())
        added = [one for one in {one.number: one for one in lines}.values() if one.number not in there]
        if added:
            rows = [{"batch_id": batch_id, "number": one.number, "ok": one.ok, "line": one.line} for one in added]
            await connection.execute(insert(tables.batch_lines), rows)
        return added

    async def content(self, batch_id: str, *, ok: bool) -> AsyncGenerator[bytes]:
        """The output file (``ok``) or the error file of a batch, its lines in the order of the input, in pieces."""
        number, page = 0, 1  # lines may be long: how many fit is learned from those before
        while True:
            asked = (
                select(_lines.number, _lines.line)
                .where(and_(_lines.batch_id == batch_id, _lines.ok.is_(ok), _lines.number > number))
                .order_by(_lines.number)
                .limit(page)
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(asked)).all()
            if not rows:
                return
            piece = b"".join([b"%b\n" % bytes(row.line) for row in rows])
            yield piece
            number = rows[-1].number
            page = max(1, min(_LONGEST_PAGE, len(rows) * _PAGE_BYTES // len(piece), page * 4))


def _sums(row: Any, added: Sequence[FinishedLine]) -> dict[str, int]:
    good = [one for one in added if one.ok]
    bad = [one for one in added if not one.ok]
    return {
        "completed": row.completed + len(good),
        "failed": row.failed + len(bad),
        "output_bytes": row.output_bytes + sum(len(one.line) + 1 for one in good),
        "error_bytes": row.error_bytes + sum(len(one.line) + 1 for one in bad),
        "prompt_tokens": row.prompt_tokens + sum(one.usage.prompt_tokens for one in added),
        "cached_tokens": row.cached_tokens + sum(one.usage.cached_tokens for one in added),
        "completion_tokens": row.completion_tokens + sum(one.usage.completion_tokens for one in added),
        "reasoning_tokens": row.reasoning_tokens + sum(one.usage.reasoning_tokens for one in added),
        "cost": row.cost + sum(one.cost or 0 for one in added),
    }
