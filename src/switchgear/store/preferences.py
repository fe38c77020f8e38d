"""What people like: a JSON document by owner and name, which nobody but them reads."""

from __future__ import annotations

import time

from sqlalchemy import and_, delete, func, insert, select, update

from switchgear.core.errors import Conflict, NotFound
from switchgear.store import sign_in_tables as tables
from switchgear.store.engine import Database

MOST = 200
"""Documents of one owner."""
_columns = tables.preferences.c


class Preferences:
    """Reads and changes them. ``owner`` is ``user:NAME`` or ``key:ID``. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, owner: str) -> dict[str, str]:
        """All documents of an owner, as JSON text, by name."""
        asked = select(_columns.name, _columns.document).where(_columns.owner == owner).order_by(_columns.name)
        async with self._database.read() as connection:
            return {row.name: row.document for row in await connection.execute(asked)}

    async def get(self, owner: str, name: str) -> str | None:
        """One document, as JSON text; None where there is none."""
        asked = select(_columns.document).where(and_(_columns.owner == owner, _columns.name == name))
        async with self._database.read() as connection:
            row = (await connection.execute(asked)).first()
        return None if row is None else str(row.document)

    async def put(self, owner: str, name: str, document: str) -> None:
        """Keeps ``document``, JSON text, instead of what was there. Raises Conflict where the owner has too many."""
        one = and_(_columns.owner == owner, _columns.name == name)
        values = {"document": document, "updated_at": time.time_ns() // 1_000_000}
        counted = select(func.count()).select_from(tables.preferences).where(_columns.owner == owner)
        async with self._database.write() as connection:
            if (await connection.execute(update(tables.preferences).where(one).values(values))).rowcount:
                return
            if (await connection.execute(counted)).scalar_one() >= MOST:
                raise Conflict(f"There are {MOST} preferences already.", hint="Delete one first.")
            await connection.execute(insert(tables.preferences).values(owner=owner, name=name, **values))

    async def delete(self, owner: str, name: str) -> None:
        """Forgets one. Raises NotFound."""
        one = and_(_columns.owner == owner, _columns.name == name)
        async with self._database.write() as connection:
            if not (await connection.execute(delete(tables.preferences).where(one))).rowcount:
                raise _missing(name)

    async def forget_of(self, owner: str) -> None:
        """Forgets all of an owner's."""
        async with self._database.write() as connection:
            await connection.execute(delete(tables.preferences).where(_columns.owner == owner))


def _missing(name: str) -> NotFound:
    return NotFound(f'Nothing is kept under the name "{name}".', hint="GET /api/me/preferences lists what is kept.")
