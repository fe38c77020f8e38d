"""Whose plugins are trusted: keys of publishers, which key came after which, and the versions that were installed once.

What follows from these is decided in ``plugins.trust``; here they are kept. Times are milliseconds since the epoch, ids of keys and
digests sha256 in hex.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from switchgear.core.errors import Conflict, NotFound
from switchgear.store import plugin_tables
from switchgear.store.engine import Database


class PublisherKey(msgspec.Struct, frozen=True):
    """A key of a publisher. ``plugins`` are patterns of the names that it may sign for.

    ``revoked_from`` is set when it was revoked: what it signed from then on is not trusted any more, 0 stands for everything. A key that
    is not ``trusted`` never was by a person, only revoked.
    """

    id: str
    public_key: str
    name: str
    plugins: tuple[str, ...]
    created_at: int
    created_by: str
    trusted: bool = True
    revoked_at: int | None = None
    revoked_from: int | None = None
    reason: str = ""


class Succession(msgspec.Struct, frozen=True):
    """That ``successor_id`` came after ``key_id`` at ``at``, as that key signed it: ``envelope`` is the JSON of its statement."""

    key_id: str
    successor_id: str
    at: int
    envelope: str


class Seen(msgspec.Struct, frozen=True):
    """A version of a plugin that was installed once. ``key_id`` signed it; empty for nobody."""

    plugin: str
    version: str
    digest: str
    key_id: str
    at: int


class Trust:
    """Reads and changes what is trusted. Every method raises StoreUnavailable; one that names a key also NotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keys(self) -> list[PublisherKey]:
        """Every key, revoked ones too, oldest first."""
        table = plugin_tables.publisher_keys
        async with self._database.read() as connection:
            rows = await connection.execute(select(table).order_by(table.c.created_at, table.c.id))
            return [_key(row) for row in rows]

    async def get(self, key_id: str) -> PublisherKey:
        """The key with this id."""
        async with self._database.read() as connection:
            asked = select(plugin_tables.publisher_keys).where(plugin_tables.publisher_keys.c.id == key_id)
            row = (await connection.execute(asked)).first()
        if row is None:
            raise _missing(key_id)
        return _key(row)

    async def add(self, key: PublisherKey) -> PublisherKey:
        """Trust ``key``. Raises Conflict for one that is known already: a revoked one has to be removed first."""
        row = msgspec.structs.asdict(key) | {"plugins": msgspec.json.encode(key.plugins).decode()}
        async with self._database.write() as connection:
            try:
                await connection.execute(insert(plugin_tables.publisher_keys).values(row))
            except IntegrityError as error:
                raise Conflict(
                    "This key is known already.",
                    hint="switchgear plugin trust list shows it; remove it first to change it.",
                ) from error
        return key

    async def remove(self, key_id: str) -> None:
        """Forget the key, what it was revoked for, and which key came after it."""
        async with self._database.write() as connection:
            table = plugin_tables.publisher_keys
            gone = await connection.execute(delete(table).where(table.c.id == key_id))
            if not gone.rowcount:
                raise _missing(key_id)
            followed = plugin_tables.publisher_successions
            await connection.execute(delete(followed).where(followed.c.key_id == key_id))

    async def revoke(self, key_id: str, at: int, since: int, reason: str, *, public_key: str = "") -> PublisherKey:
        """Take trust from what the key signed from ``since`` on. A revocation is widened by another one, never narrowed.

        A key that is not known is entered as revoked, if its ``public_key`` is given.
        """
        table = plugin_tables.publisher_keys
        async with self._database.write() as connection:
            revoked = {"revoked_at": at, "revoked_from": since, "reason": reason}
            await connection.execute(
                update(table)
                .where(table.c.id == key_id, or_(table.c.revoked_from.is_(None), table.c.revoked_from > since))
                .values(revoked)
            )
            row = (await connection.execute(select(table).where(table.c.id == key_id))).first()
            if row is None and public_key:
                key = {"id": key_id, "public_key": public_key, "name": "", "plugins": "[]", "trusted": False}
                await connection.execute(insert(table).values(key | {"created_at": at, "created_by": ""} | revoked))
                row = (await connection.execute(select(table).where(table.c.id == key_id))).one()
        if row is None:
            raise _missing(key_id)
        return _key(row)

    async def successions(self) -> list[Succession]:
        """Which key came after which, oldest first."""
        table = plugin_tables.publisher_successions
        async with self._database.read() as connection:
            rows = await connection.execute(select(table).order_by(table.c.at, table.c.key_id))
            return [Succession(row.key_id, row.successor_id, row.at, row.envelope) for row in rows]

    async def learn(self, succession: Succession) -> None:
        """Keep which key came after another. The first word of a key on that holds: Conflict for another one."""
        table = plugin_tables.publisher_successions
        async with self._database.write() as connection:
            known = (await connection.execute(select(table).where(table.c.key_id == succession.key_id))).first()
            if known is None:
                await connection.execute(insert(table).values(msgspec.structs.asdict(succession)))
            elif known.successor_id != succession.successor_id:
                raise Conflict("Another key was named as the successor of this one before.")

    async def seen(self, plugin: str) -> list[Seen]:
        """The versions of a plugin that were installed once, oldest first."""
        table = plugin_tables.plugin_versions_seen
        async with self._database.read() as connection:
            asked = select(table).where(table.c.plugin == plugin).order_by(table.c.at, table.c.version)
            return [Seen(*row) for row in await connection.execute(asked)]

    async def remember(self, seen: Seen) -> None:
        """Keep that a version was installed, instead of what was known of it."""
        table = plugin_tables.plugin_versions_seen
        async with self._database.write() as connection:
            await connection.execute(
                delete(table).where(table.c.plugin == seen.plugin, table.c.version == seen.version)
            )
            await connection.execute(insert(table).values(msgspec.structs.asdict(seen)))


def _missing(key_id: str) -> NotFound:
    return NotFound(f'No publisher\'s key has the id "{key_id}".', hint="switchgear plugin trust list shows every one.")


def _key(row: Row[tuple[object, ...]]) -> PublisherKey:
    return PublisherKey(
        id=row.id,
        public_key=row.public_key,
        name=row.name,
        plugins=msgspec.json.decode(row.plugins, type=tuple[str, ...]),
        created_at=row.created_at,
        created_by=row.created_by,
        trusted=row.trusted,
        revoked_at=row.revoked_at,
        revoked_from=row.revoked_from,
        reason=row.reason,
    )
