"""One-time links as stored: whom each signs in. No token itself is ever here."""

from __future__ import annotations

import msgspec
from sqlalchemy import and_, delete, insert, select

from switchgear.store import sign_in_tables as tables
from switchgear.store.engine import Database

_links = tables.sign_in_links.c


class SignInLink(msgspec.Struct, frozen=True):
    """A link, by its token's ``hash``. Times are milliseconds; without a ``user`` its holder is ``role`` and nobody by name."""

    hash: bytes
    user: str
    role: str
    created_at: int
    expires_at: int
    created_by: str


class SignInLinks:
    """Keeps links until they are used. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: SignInLink) -> None:
        """Keeps one more."""
        async with self._database.write() as connection:
            await connection.execute(insert(tables.sign_in_links).values(msgspec.structs.asdict(link)))

    async def take(self, token: bytes, now: int) -> SignInLink | None:
        """The link with this hash, which is used up by it; None where there is none, or it was used, or is too old."""
        one = _links.hash == token
        async with self._database.write() as connection:
            row = (await connection.execute(select(tables.sign_in_links).where(one))).first()
            if row is None or not (await connection.execute(delete(tables.sign_in_links).where(one))).rowcount:
                return None  # another process was first
        link = SignInLink(row.hash, row.user, row.role, row.created_at, row.expires_at, row.created_by)
        return link if link.expires_at > now else None

    async def forget_of_user(self, user: str) -> None:
        """Forgets those that would sign the user in."""
        async with self._database.write() as connection:
            await connection.execute(delete(tables.sign_in_links).where(and_(_links.user == user, _links.user != "")))

    async def prune(self, now: int) -> int:
        """Forgets what nobody can use any more at ``now`` (milliseconds); how many they were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(tables.sign_in_links).where(_links.expires_at <= now))).rowcount
