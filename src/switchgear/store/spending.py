"""What was spent, by the records of calls: the truth that budgets are measured by."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from sqlalchemy import BigInteger, and_, cast, func, select

from switchgear.store import tables
from switchgear.store.engine import Database

By = Literal["key", "user", "team", "model", "endpoint"]

_columns = tables.usage.c
_COLUMNS: Final[dict[By, str]] = {
    "key": "key_id",
    "user": "user",
    "team": "team",
    "model": "model",
    "endpoint": "endpoint",
}


class Spent(msgspec.Struct, frozen=True):
    """Tokens of prompts and answers, and nano-dollars."""

    tokens: int = 0
    cost: int = 0


class Spending:
    """Sums of the records of calls. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, by: By, since: int, until: int | None = None) -> dict[str, Spent]:
        """What each key (by id), user, team, model or endpoint spent in calls that began from ``since`` to before ``until`` (ms)."""
        column = _columns[_COLUMNS[by]]
        tokens = cast(func.sum(_columns.prompt_tokens) + func.sum(_columns.completion_tokens), BigInteger)
        cost = cast(func.coalesce(func.sum(_columns.cost), 0), BigInteger)
        conditions = [_columns.at >= since, column != ""]
        if until is not None:
            conditions.append(_columns.at < until)
        asked = select(column, tokens, cost).where(and_(*conditions)).group_by(column)
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        return {row[0]: Spent(row[1], row[2]) for row in rows}
