"""From when on what is kept for a time is whole: what is older was forgotten, or some of it."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.store import tables

_columns = tables.kept_since.c


async def move(connection: AsyncConnection, name: str, at: int) -> None:
    """What is older than ``at`` (milliseconds) will be forgotten of ``name``, inside the transaction that begins with it."""
    found = (await connection.execute(select(_columns.at).where(_columns.name == name).with_for_update())).scalar()
    if found is None:
        await connection.execute(insert(tables.kept_since).values(name=name, at=at))
    elif found < at:
        await connection.execute(update(tables.kept_since).where(_columns.name == name).values(at=at))


async def all_of(connection: AsyncConnection) -> dict[str, int]:
    """The moment for each name of which something was ever forgotten, in milliseconds."""
    return {row.name: row.at for row in await connection.execute(select(tables.kept_since))}
