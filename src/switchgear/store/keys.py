"""Keys as stored: what each may do and the hashes of its secrets. No secret itself is ever here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypedDict, Unpack

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.calls import Priority
from switchgear.core.errors import Conflict, NotFound
from switchgear.store import tables
from switchgear.store.engine import Database


class KeySecret(msgspec.Struct, frozen=True):
    """One secret that opens a key: ``hash`` is its HMAC-SHA256 (32 bytes), ``hint`` its last four characters.

    ``expires_at`` is set when the secret was replaced: until then the old one and the new one both work.
    """

    hash: bytes
    hint: str
    created_at: int
    expires_at: int | None = None


class Key(msgspec.Struct, frozen=True):
    """A key. Times are milliseconds since the epoch; ``models`` and ``tools`` are glob patterns; ``secrets`` oldest first.

    Scopes are ``call``, ``admin:read``, ``own``, ``admin`` and ``owner``. ``created_by`` is the id of the key that made it, or a
    word for who else did. ``team`` and ``user`` say whose it is, ``limits`` names the limits it has; empty where none.
    ``console`` marks what sessions of a user open: nobody presents it, it has no secrets and is in no list of keys.
    """

    id: str
    name: str
    models: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    created_by: str
    secrets: tuple[KeySecret, ...]
    team: str = ""
    user: str = ""
    priority: Priority = Priority.NORMAL
    limits: str = ""
    tools: tuple[str, ...] = ("*",)
    console: bool = False


class KeyChanges(TypedDict, total=False):
    """What to change of a key; what is left out, or UNSET, stays."""

    name: str | UnsetType
    models: tuple[str, ...] | UnsetType
    scopes: tuple[str, ...] | UnsetType
    expires_at: int | UnsetType | None
    team: str | UnsetType
    user: str | UnsetType
    priority: Priority | UnsetType
    limits: str | UnsetType
    tools: tuple[str, ...] | UnsetType


class Keys:
    """Reads and changes keys. Every method raises StoreUnavailable; one that names a key also NotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, *, consoles: bool = False) -> list[Key]:
        """Every key, revoked and expired ones too, oldest first; with ``consoles`` also what sessions of users open."""
        async with self._database.read() as connection:
            return await _load(connection, None, consoles=consoles)

    async def get(self, key_id: str) -> Key:
        """The key with this id."""
        async with self._database.read() as connection:
            return await _load_one(connection, key_id)

    async def create(self, key: Key) -> Key:
        """Adds ``key`` with its secrets. Raises Conflict when a key not revoked has its name."""
        row = _row(key)
        async with self._database.change() as connection:
            await _refuse_name(connection, key.name, key.id)
            try:
                await connection.execute(insert(tables.keys).values(row))
                for secret in key.secrets:
                    await _add_secret(connection, key.id, secret)
            except IntegrityError as error:
                raise Conflict(f'The key "{key.name}" or one of its secrets exists already.') from error
        return key

    async def console(self, key: Key) -> None:
        """Makes sure that there is this key for sessions, by its id."""
        there = select(tables.keys.c.id).where(tables.keys.c.id == key.id)
        async with self._database.change() as connection:
            if (await connection.execute(there)).first() is None:
                await connection.execute(insert(tables.keys).values(_row(key)))

    async def rotate(self, key_id: str, secret: KeySecret, *, overlap_until: int) -> Key:
        """Adds ``secret``; those that open the key now stop at ``overlap_until``, or earlier if they did already.

        Raises Conflict for a revoked key.
        """
        held = tables.key_secrets.c
        async with self._database.change() as connection:
            key = await _load_one(connection, key_id)
            if key.revoked_at is not None:
                raise Conflict(f'The key "{key.name}" is revoked and cannot be rotated.', hint="Create a new key.")
            await connection.execute(
                update(tables.key_secrets)
                .where(and_(held.key_id == key_id, or_(held.expires_at.is_(None), held.expires_at > overlap_until)))
                .values(expires_at=overlap_until)
            )
            try:
                await _add_secret(connection, key_id, secret)
            except IntegrityError as error:
                raise Conflict("The secret is in use already.") from error
            return await _load_one(connection, key_id)

    async def revoke(self, key_id: str, at: int) -> Key:
        """Ends the key at ``at``; its name is free again. A key revoked before keeps its first time."""
        async with self._database.change() as connection:
            await connection.execute(
                update(tables.keys)
                .where(and_(tables.keys.c.id == key_id, tables.keys.c.revoked_at.is_(None)))
                .values(revoked_at=at)
            )
            return await _load_one(connection, key_id)

    async def update(self, key_id: str, **changes: Unpack[KeyChanges]) -> Key:
        """Changes what is given and leaves the rest. Raises Conflict for a name in use or a revoked key."""
        given = {name: value for name, value in changes.items() if value is not UNSET}
        values = {name: _FORMS[name](value) if name in _FORMS else value for name, value in given.items()}
        name = changes.get("name", UNSET)
        async with self._database.change() as connection:
            key = await _load_one(connection, key_id)
            if key.revoked_at is not None:
                raise Conflict(f'The key "{key.name}" is revoked and cannot be changed.', hint="Create a new key.")
            if name is not UNSET:
                await _refuse_name(connection, name, key_id)
            if values:
                await connection.execute(update(tables.keys).where(tables.keys.c.id == key_id).values(values))
            return await _load_one(connection, key_id)


def _row(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "models": _join(key.models),
        "scopes": _join(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "created_by": key.created_by,
        "team": key.team,
        "user": key.user,
        "priority": _word(key.priority),
        "limits": key.limits,
        "tools": _join(key.tools),
        "kind": "console" if key.console else "key",
    }


def _join(words: tuple[str, ...]) -> str:
    return msgspec.json.encode(words).decode()


def _word(priority: Priority) -> str:
    return priority.name.lower()


_FORMS: Final[dict[str, Callable[[Any], str]]] = {"models": _join, "scopes": _join, "tools": _join, "priority": _word}
"""How what is not a column's own type is written."""


def _split(words: str) -> tuple[str, ...]:
    return msgspec.json.decode(words, type=tuple[str, ...])


async def _refuse_name(connection: AsyncConnection, name: str, key_id: str) -> None:
    keys = tables.keys.c
    used = and_(keys.name == name, keys.revoked_at.is_(None), keys.kind == "key")
    taken = select(keys.id).where(and_(used, keys.id != key_id))
    if (await connection.execute(taken)).first() is not None:
        raise Conflict(f'A key named "{name}" exists already.', hint="Choose another name, or revoke that key first.")


async def _add_secret(connection: AsyncConnection, key_id: str, secret: KeySecret) -> None:
    await connection.execute(
        insert(tables.key_secrets).values(
            hash=secret.hash,
            key_id=key_id,
            hint=secret.hint,
            created_at=secret.created_at,
            expires_at=secret.expires_at,
        )
    )


async def _load_one(connection: AsyncConnection, key_id: str) -> Key:
    found = await _load(connection, key_id, consoles=False)
    if not found:
        raise NotFound(f'No key has the id "{key_id}".', hint="switchgear keys list shows every key.")
    return found[0]


async def _load(connection: AsyncConnection, key_id: str | None, *, consoles: bool) -> list[Key]:
    keys = select(tables.keys).order_by(tables.keys.c.created_at, tables.keys.c.id)
    if not consoles:
        keys = keys.where(tables.keys.c.kind == "key")
    held = select(tables.key_secrets).order_by(tables.key_secrets.c.created_at, tables.key_secrets.c.hash)
    if key_id is not None:
        keys = keys.where(tables.keys.c.id == key_id)
        held = held.where(tables.key_secrets.c.key_id == key_id)
    secrets: dict[str, list[KeySecret]] = {}
    # Keys first: on PostgreSQL the two statements may see a rotation between them, never a key without secrets.
    rows = (await connection.execute(keys)).all()
    for row in await connection.execute(held):
        secrets.setdefault(row.key_id, []).append(KeySecret(row.hash, row.hint, row.created_at, row.expires_at))
    return [_key(row, tuple(secrets.get(row.id, ()))) for row in rows]


def _key(row: Row[tuple[object, ...]], secrets: tuple[KeySecret, ...]) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        models=_split(row.models),
        scopes=_split(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        created_by=row.created_by,
        secrets=secrets,
        team=row.team,
        user=row.user,
        priority=Priority[row.priority.upper()],
        limits=row.limits,
        tools=_split(row.tools),
        console=row.kind == "console",
    )
