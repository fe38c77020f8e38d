"""Sessions as stored: which key each opens, until when. No token itself is ever here."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, and_, delete, insert, select, update

from switchgear.store import sign_in_tables as tables
from switchgear.store.engine import Database

_sessions = tables.sessions.c


class Session(msgspec.Struct, frozen=True):
    """A session. Times are milliseconds; ``hash`` is of its token, ``by`` link, key or oidc; ``agent`` is what the browser says it is."""

    id: str
    hash: bytes
    key_id: str
    user: str
    by: str
    created_at: int
    expires_at: int
    ip: str = ""
    agent: str = ""


class Sessions:
    """Reads and changes sessions; those that are over are forgotten. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Session]:
        """Every session that is kept, oldest first; some may be over."""
        asked = select(tables.sessions).order_by(_sessions.created_at, _sessions.id)
        async with self._database.read() as connection:
            return [_session(row) for row in await connection.execute(asked)]

    async def add(self, session: Session) -> None:
        """Keeps one more."""
        async with self._database.change() as connection:
            await connection.execute(insert(tables.sessions).values(msgspec.structs.asdict(session)))

    async def prolong(self, session_id: str, expires_at: int) -> None:
        """Lets it live until then; nothing happens to one that is over or that lives longer."""
        later = and_(_sessions.id == session_id, _sessions.expires_at < expires_at)
        async with self._database.change() as connection:
            await connection.execute(update(tables.sessions).where(later).values(expires_at=expires_at))

    async def end(self, session_id: str) -> bool:
        """Ends it; whether it was there."""
        async with self._database.change() as connection:
            gone = await connection.execute(delete(tables.sessions).where(_sessions.id == session_id))
            return bool(gone.rowcount)

    async def end_of_key(self, key_id: str) -> int:
        """Ends those that open the key; how many there were."""
        async with self._database.change() as connection:
            return (await connection.execute(delete(tables.sessions).where(_sessions.key_id == key_id))).rowcount

    async def end_of_user(self, user: str) -> int:
        """Ends those of the user; how many there were."""
        async with self._database.change() as connection:
            return (await connection.execute(delete(tables.sessions).where(_sessions.user == user))).rowcount

    async def prune(self, now: int) -> int:
        """Forgets what is over at ``now`` (milliseconds); how many they were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(tables.sessions).where(_sessions.expires_at <= now))).rowcount


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.hash, row.key_id, row.user, row.by, row.created_at, row.expires_at, row.ip, row.agent)
