"""Errors in groups of one fingerprint: what they are, since when, whom they met, and one of them as an example.

How often a group's errors came, and when, is in the roll-ups (view ``error``); here is what does not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Row, bindparam, delete, desc, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import NotFound
from switchgear.store import tables
from switchgear.store.engine import Database

MOST_GROUPS: Final = 5_000
"""Groups that are kept; beyond, those that were not met for the longest time are forgotten."""

MOST_KEYS: Final = 100
"""Keys that a group remembers as affected."""

_CHUNK: Final = 500
_columns = tables.error_groups.c
_names: Final = [column.name for column in _columns]
_keys: Final = msgspec.json.Decoder(tuple[str, ...])


class ErrorGroup(msgspec.Struct, frozen=True):
    """Errors of one fingerprint. Times are milliseconds; ``keys`` are the ids of the keys they met, at most MOST_KEYS.

    ``pattern`` is what their messages have in common; ``example`` the whole message of the call ``example_id``, the newest.
    """

    fingerprint: str
    code: str
    status: int
    provider: str
    deployment: str
    endpoint: str
    pattern: str
    first_seen: int
    last_seen: int
    keys: tuple[str, ...]
    example_id: str
    example: str

    def with_more(self, other: ErrorGroup) -> ErrorGroup:
        """The group with what another part of it knows. Adding the same part again changes nothing."""
        newer = other if (other.last_seen, other.example_id) > (self.last_seen, self.example_id) else self
        return msgspec.structs.replace(
            newer,
            first_seen=min(self.first_seen, other.first_seen),
            keys=tuple(dict.fromkeys((*self.keys, *other.keys)))[:MOST_KEYS],
        )


SHORT: Final = 8
"""Characters of a fingerprint that are enough to find its group."""


class ErrorGroups:
    """Reads error groups, and forgets old ones. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, since: int | None = None, until: int | None = None) -> list[ErrorGroup]:
        """The groups met in ``[since, until)`` or around it, the last met first; at most MOST_GROUPS."""
        asked = select(tables.error_groups).order_by(desc(_columns.last_seen), _columns.fingerprint).limit(MOST_GROUPS)
        if since is not None:
            asked = asked.where(_columns.last_seen >= since)
        if until is not None:
            asked = asked.where(_columns.first_seen < until)
        async with self._database.read() as connection:
            return [_group(row) for row in await connection.execute(asked)]

    async def get(self, fingerprint: str) -> ErrorGroup:
        """The group whose fingerprint this is, or begins so with SHORT characters or more. Raises NotFound."""
        begins = _columns.fingerprint.startswith(fingerprint, autoescape=True)
        which = begins if len(fingerprint) >= SHORT else _columns.fingerprint == fingerprint
        async with self._database.read() as connection:
            rows = (await connection.execute(select(tables.error_groups).where(which).limit(2))).all()
        if not rows:
            raise NotFound(f'No errors have the fingerprint "{fingerprint}".', hint="GET /api/errors lists them.")
        if len(rows) > 1:
            raise NotFound(f'Several fingerprints begin with "{fingerprint}".', hint="GET /api/errors has them whole.")
        return _group(rows[0])

    async def forget(self, before: int) -> int:
        """Forgets the groups last met before ``before`` (milliseconds), and the oldest over MOST_GROUPS; how many they were."""
        newest = select(_columns.last_seen).order_by(desc(_columns.last_seen)).offset(MOST_GROUPS).limit(1)
        async with self._database.write() as connection:
            bound = (await connection.execute(newest)).scalar()
            before = before if bound is None else max(before, bound + 1)
            return (await connection.execute(delete(tables.error_groups).where(_columns.last_seen < before))).rowcount


async def merge(connection: AsyncConnection, groups: Sequence[ErrorGroup]) -> None:
    """Adds what was learnt of ``groups``, each of another fingerprint, inside a transaction."""
    ordered = sorted(groups, key=lambda group: group.fingerprint)  # one order for all, so that none wait for each other
    # Spelt the same on both engines; SQLAlchemy's own would import the dialect that is not in use.
    made = insert(tables.error_groups).compile(dialect=connection.dialect)
    rows = [_row(group) for group in ordered]
    await connection.exec_driver_sql(
        f"{made} ON CONFLICT DO NOTHING", [tuple(row[name] for name in _names) for row in rows]
    )
    for start in range(0, len(ordered), _CHUNK):
        part = {group.fingerprint: group for group in ordered[start : start + _CHUNK]}
        locked = select(tables.error_groups).where(_columns.fingerprint.in_(part)).order_by(_columns.fingerprint)
        kept = [_group(row) for row in await connection.execute(locked.with_for_update())]
        merged = [one.with_more(part[one.fingerprint]) for one in kept]
        changed = [_row(after) for before, after in zip(kept, merged, strict=True) if before != after]
        if changed:
            await connection.execute(_CHANGE, [{f"to_{name}": value for name, value in row.items()} for row in changed])


_CHANGE: Final = (
    update(tables.error_groups)
    .where(_columns.fingerprint == bindparam("to_fingerprint"))
    .values({name: bindparam(f"to_{name}") for name in _names if name != "fingerprint"})
)


def _row(group: ErrorGroup) -> dict[str, Any]:
    return msgspec.structs.asdict(group) | {"keys": msgspec.json.encode(group.keys).decode()}


def _group(row: Row[Any]) -> ErrorGroup:
    return ErrorGroup(**row._asdict() | {"keys": _keys.decode(row.keys)})
