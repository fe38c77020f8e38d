"""The audit log: who changed what, appended and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, and_, desc, insert, literal, select, tuple_

from switchgear.core.ids import RequestIds
from switchgear.store import tables
from switchgear.store.engine import Database
from switchgear.store.pages import cursor_of, position

_columns = tables.audit.c


class AuditEntry(msgspec.Struct, frozen=True):
    """One action. ``at`` is milliseconds, ``actor`` the id of the key that acted, ``detail`` what there is to say."""

    id: str
    at: int
    actor: str
    action: str
    target: str
    detail: dict[str, Any]
    ip: str


class AuditPage(msgspec.Struct, frozen=True):
    """Entries, newest first; ``before`` is the cursor of the next, older page, or None at the end."""

    entries: list[AuditEntry]
    before: str | None


class AuditFilter(msgspec.Struct, frozen=True):
    """Which entries: of a ``target``, by one of ``actors``, an ``action`` (``key.create``, or ``key.`` for all of a kind), of ``since`` until ``until`` (milliseconds)."""

    target: str | None = None
    actors: tuple[str, ...] | None = None
    action: str | None = None
    since: int | None = None
    until: int | None = None


EVERYTHING = AuditFilter()


class Audit:
    """Appends to the log and reads it. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids = RequestIds()

    async def append(
        self, *, at: int, actor: str, action: str, target: str, detail: Mapping[str, Any] | None = None, ip: str = ""
    ) -> AuditEntry:
        """Adds an entry; ``action`` is a word like ``key.create``, ``target`` the id or name acted on."""
        entry = AuditEntry(
            self._ids.next().replace("req_", "aud_", 1), at, actor, action, target, dict(detail or {}), ip
        )
        row = msgspec.structs.asdict(entry) | {"detail": msgspec.json.encode(entry.detail).decode()}
        async with self._database.write() as connection:
            await connection.execute(insert(tables.audit).values(row))
        return entry

    async def list(self, *, limit: int = 100, before: str | None = None, of: AuditFilter = EVERYTHING) -> AuditPage:
        """Up to ``limit`` entries, newest first, older than the cursor ``before``. Raises RequestError for a bad one."""
        conditions = _conditions(of)
        if before is not None:
            at, entry_id = position(before)
            conditions.append(tuple_(_columns.at, _columns.id) < tuple_(literal(at, BigInteger), literal(entry_id)))
        asked = (
            select(tables.audit)
            .where(and_(True, *conditions))
            .order_by(desc(_columns.at), desc(_columns.id))
            .limit(limit + 1)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        entries = [
            AuditEntry(row.id, row.at, row.actor, row.action, row.target, msgspec.json.decode(row.detail), row.ip)
            for row in rows[:limit]
        ]
        more = len(rows) > limit and entries
        return AuditPage(entries, cursor_of(entries[-1].at, entries[-1].id) if more else None)


def _conditions(of: AuditFilter) -> list[ColumnElement[bool]]:
    found = [
        None if of.target is None else _columns.target == of.target,
        None if of.actors is None else _columns.actor.in_(of.actors),
        None if of.since is None else _columns.at >= of.since,
        None if of.until is None else _columns.at < of.until,
    ]
    if of.action is not None:
        kind = of.action.endswith(".")
        found.append(_columns.action.startswith(of.action, autoescape=True) if kind else _columns.action == of.action)
    return [condition for condition in found if condition is not None]
