"""The daily partitions of usage on PostgreSQL: made ahead, filled from the default one, dropped when old.

A partition is named after its day in UTC, ``usage_p20261103``, and holds ``[day, day + 1)`` in milliseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

DAY = 86_400_000
AHEAD = 7
_BEHIND = 400
_PREFIX = "usage_p"
# Any fixed number: two processes do not make the same partition at once.
_LOCK = 0x5377_5061_7274


def name(day: int) -> str:
    """The partition for ``day``, counted from the epoch."""
    return _PREFIX + datetime.fromtimestamp(day * DAY / 1000, UTC).strftime("%Y%m%d")


async def ensure(connection: AsyncConnection, now: int) -> None:
    """Makes the partitions from yesterday to a week ahead of ``now`` (milliseconds), inside a transaction.

    Days that have rows in the default partition, because none was there in time or they were restored, get one
    too and their rows move into it, unless they lie more than 400 days back (a wrong clock, not data).
    """
    await _lock(connection)
    today = now // DAY
    stray = await connection.execute(text(f"SELECT DISTINCT at / {DAY} FROM usage_default"))  # noqa: S608 - a number
    strays = {int(found) for found in stray.scalars() if today - _BEHIND <= found <= today + AHEAD}
    wanted = strays | set(range(today - 1, today + AHEAD + 1))
    present = set(await existing(connection))
    for day in sorted(wanted - present):
        await _make(connection, day, move=day in strays)


async def _lock(connection: AsyncConnection) -> None:
    """One process at a time; and none waits long behind a reader, for every other writer would wait behind it."""
    await connection.execute(text("SET LOCAL lock_timeout = '3s'"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def existing(connection: AsyncConnection) -> list[int]:
    """The days that have a partition."""
    rows = await connection.execute(
        text(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " WHERE inhparent = 'usage'::regclass"
        )
    )
    return [_day(found) for found in rows.scalars() if found.startswith(_PREFIX)]


def _day(partition: str) -> int:
    date = datetime.strptime(partition.removeprefix(_PREFIX), "%Y%m%d").replace(tzinfo=UTC)
    return int(date.timestamp() * 1000) // DAY


async def _make(connection: AsyncConnection, day: int, *, move: bool) -> None:
    low, high, table = day * DAY, (day + 1) * DAY, name(day)
    if not move:
        await connection.execute(
            text(f"CREATE TABLE {table} PARTITION OF usage FOR VALUES FROM ('{low}') TO ('{high}')")
        )
        return
    # PostgreSQL refuses a partition whose rows lie in the default one, so they move before it is attached.
    await connection.execute(text(f"CREATE TABLE {table} (LIKE usage INCLUDING ALL)"))
    await connection.execute(
        text(
            f"WITH moved AS (DELETE FROM usage_default WHERE at >= {low} AND at < {high} RETURNING *)"  # noqa: S608 - numbers
            f" INSERT INTO {table} SELECT * FROM moved"
        )
    )
    await connection.execute(
        text(f"ALTER TABLE usage ATTACH PARTITION {table} FOR VALUES FROM ('{low}') TO ('{high}')")
    )


async def drop_before(connection: AsyncConnection, before: int) -> int:
    """Drops the partitions that end at or before ``before`` (milliseconds); the number of rows they held."""
    await _lock(connection)
    count = 0
    for day in sorted(await existing(connection)):
        if (day + 1) * DAY <= before:
            table = name(day)
            count += int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608 - made here
            await connection.execute(text(f"DROP TABLE {table}"))
    return count
