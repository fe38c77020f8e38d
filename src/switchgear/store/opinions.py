"""What people thought of answers: each opinion once a call, and their sums by deployment and level."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.opinions import MOST_OPINIONS, Opinion
from switchgear.store import tables
from switchgear.store.engine import Database

_KEPT_MS: Final = 90 * 86_400_000
_given = tables.opinions.c
_sums = tables.auto_scores.c


class Opinions:
    """Keeps opinions. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, call_id: str, key_id: str, score: float) -> float | None:
        """Keep what a key says of its call, in place of what it said before; that, or None for its first word."""
        row = {"call_id": call_id, "key_id": key_id, "score": score, "at": time.time_ns() // 1_000_000}
        asked = select(_given.score).where(_given.call_id == call_id).with_for_update()
        async with self._database.write() as connection:
            before: float | None = (await connection.execute(asked)).scalar()
            if before is None and await _inserted(connection, tables.opinions, row):
                return None
            if before is None:  # another process was first
                before = (await connection.execute(asked)).scalar_one()
            await connection.execute(update(tables.opinions).where(_given.call_id == call_id).values(row))
        return before

    async def add(self, opinions: Sequence[Opinion]) -> None:
        """Add to the sums. Where there are many, the old ones weigh less by as much."""
        if not opinions:
            return
        async with self._database.write() as connection:
            for one in opinions:
                row = {"deployment": one.deployment, "level": one.level, "good": 0.0, "bad": 0.0}
                place = and_(_sums.deployment == one.deployment, _sums.level == one.level)
                change = update(tables.auto_scores).where(place).values(self._changed(one))
                if not (await connection.execute(change)).rowcount:
                    await _inserted(connection, tables.auto_scores, row)
                    await connection.execute(change)

    async def all(self) -> list[Opinion]:
        """The sums."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(tables.auto_scores))).all()
        return [Opinion(row.deployment, row.level, row.good, row.bad) for row in rows]

    async def prune(self, now: int) -> int:
        """Forgets who said what, after 90 days; what was learned of it stays. How many they were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(tables.opinions).where(_given.at <= now - _KEPT_MS))).rowcount

    def _changed(self, one: Opinion) -> dict[str, ColumnElement[float]]:
        larger = func.greatest if self._database.kind == "postgresql" else func.max
        good, bad = larger(_sums.good + one.good, 0.0), larger(_sums.bad + one.bad, 0.0)
        share = case((good + bad > MOST_OPINIONS, MOST_OPINIONS / (good + bad)), else_=1.0)
        return {"good": good * share, "bad": bad * share}


async def _inserted(connection: AsyncConnection, table: Table, row: dict[str, object]) -> bool:
    """Whether the row was not there yet, and now is."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(table).values(row))
    except IntegrityError:
        return False
    return True
