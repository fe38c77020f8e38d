"""Files that were uploaded through the gateway: whose they are and where they lie.

What lies at a provider is not kept here. A file whose provider is ``""`` is the gateway's own: its content is in
``file_contents``, or in ``batch_lines`` where it is a batch's output.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select

from switchgear.core.errors import NotFound, RequestError
from switchgear.store import tables
from switchgear.store.engine import Database

OUTPUT_PURPOSE: Final = "batch_output"
_LONGEST_ID: Final = 256
_MOST_AT_ONCE: Final = 500
_columns = tables.files.c


class KeptFile(msgspec.Struct, frozen=True):
    """A file. ``id`` is the one its provider gave; times are milliseconds since the epoch, ``bytes`` its size."""

    id: str
    provider: str
    key_id: str
    filename: str
    purpose: str
    bytes: int
    created_at: int
    expires_at: int | None = None


class FilePage(msgspec.Struct, frozen=True):
    """A part of a list, and whether more follows."""

    files: list[KeptFile]
    more: bool


class Files:
    """Knows the files. Every method raises StoreUnavailable.

    ``key_id`` is the key a file must belong to, None for whoever may see all; ``now`` is milliseconds, and a file that has
    expired by then is not there. A provider may give two keys the same id, for files it takes for one: each key has it listed,
    and whoever may see all sees what was listed last.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, kept: KeptFile) -> None:
        """Adds a file. One that the key has of the provider under the same id is replaced."""
        row = msgspec.structs.asdict(kept)
        async with self._database.write() as connection:
            await connection.execute(
                delete(tables.files).where(_is(kept.id, kept.provider), _columns.key_id == kept.key_id)
            )
            await connection.execute(insert(tables.files).values(row))

    async def get(self, file_id: str, key_id: str | None, now: int, *, provider: str = "") -> KeptFile:
        """The file with this id, of ``provider`` where one is given.

        Raises NotFound: unknown, expired or another key's; RequestError when several providers have one with this id.
        """
        rows: Sequence[Any] = []
        if _possible(file_id) and _possible(provider):
            asked = select(tables.files).where(_columns.id == file_id, *_visible(key_id, now))
            if provider:
                asked = asked.where(_columns.provider == provider)
            async with self._database.read() as connection:
                rows = (await connection.execute(asked.order_by(_columns.provider))).all()
        if not rows:
            raise _not_found(file_id)
        if len(rows) > 1:
            names = ", ".join(row.provider for row in rows)
            raise RequestError(
                f'The id "{file_id}" is that of a file at each of {names}.',
                param="provider",
                hint="Name the provider in the header x-switchgear-provider or the query field provider.",
            )
        return _kept(rows[0])

    async def list(
        self,
        key_id: str | None,
        now: int,
        *,
        limit: int,
        after: str = "",
        order: Literal["asc", "desc"] = "desc",
        purpose: str = "",
        provider: str = "",
    ) -> FilePage:
        """Files by the time they were made, those that follow ``after`` (a file's id) in that order.

        Raises NotFound when ``after`` is no file that the key may see.
        """
        wanted = _visible(key_id, now)
        if purpose:
            wanted.append(_columns.purpose == purpose)
        if provider:
            wanted.append(_columns.provider == provider)
        place = (_columns.created_at, _columns.id, _columns.provider)
        asked = select(tables.files)
        if after:
            wanted.append(_beyond(await self.get(after, key_id, now, provider=provider), order))
        ordered = asked.where(*wanted).order_by(*(one.asc() if order == "asc" else one.desc() for one in place))
        async with self._database.read() as connection:
            rows = (await connection.execute(ordered.limit(limit + 1))).all()
        return FilePage([_kept(row) for row in rows[:limit]], len(rows) > limit)

    async def forget(self, file_id: str, provider: str) -> None:
        """The provider does not have the file any more."""
        async with self._database.write() as connection:
            await connection.execute(delete(tables.files).where(_is(file_id, provider)))

    async def release(self, file_id: str, provider: str, key_id: str) -> bool:
        """Takes a file off a key's list if other keys have it on theirs; whether they have.

        Of several keys that do this at once, the last one is told that no other has it.
        """
        async with self._database.write() as connection:
            listed = select(_columns.key_id).where(_is(file_id, provider)).with_for_update()
            others = any(row.key_id != key_id for row in (await connection.execute(listed)).all())
            if others:
                await connection.execute(delete(tables.files).where(_is(file_id, provider), _columns.key_id == key_id))
            return others

    async def another_keys(self, file_ids: Collection[str], provider: str, key_id: str) -> str | None:
        """The first of the ids that is known as a file of other keys at the provider, and not as one of this key."""
        possible = [one for one in file_ids if _possible(one)]
        owners: dict[str, set[str]] = {}
        async with self._database.read() as connection:
            for place in range(0, len(possible), _MOST_AT_ONCE):
                some = possible[place : place + _MOST_AT_ONCE]
                asked = select(_columns.id, _columns.key_id).where(_columns.id.in_(some), _columns.provider == provider)
                for row in (await connection.execute(asked)).all():
                    owners.setdefault(row.id, set()).add(row.key_id)
        return next((one for one in possible if one in owners and key_id not in owners[one]), None)

    async def kept_bytes(self, key_id: str) -> int:
        """Bytes of the input files that the gateway keeps for a key."""
        own = and_(_columns.key_id == key_id, _columns.provider == "", _columns.purpose != OUTPUT_PURPOSE)
        async with self._database.read() as connection:
            return int(
                (await connection.execute(select(func.coalesce(func.sum(_columns.bytes), 0)).where(own))).scalar_one()
            )

    async def prune(self, now: int) -> int:
        """Forgets what has expired, but for the input of batches that have not ended; how many they were."""
        batches = tables.batches.c
        needed = exists(batches.id).where(batches.input_file_id == _columns.id, batches.ended_at.is_(None))
        expired = and_(_columns.expires_at <= now, or_(_columns.provider != "", ~needed))
        async with self._database.write() as connection:
            return (await connection.execute(delete(tables.files).where(expired))).rowcount


def _visible(key_id: str | None, now: int) -> list[ColumnElement[bool]]:
    alive = _alive(_columns, now)
    if key_id is not None:
        return [alive, _columns.key_id == key_id]
    other = tables.files.alias().c
    later = or_(
        other.created_at > _columns.created_at,
        and_(other.created_at == _columns.created_at, other.key_id > _columns.key_id),
    )
    same = and_(other.id == _columns.id, other.provider == _columns.provider)
    return [alive, ~exists(other.id).where(same, later, _alive(other, now))]


def _alive(columns: Any, now: int) -> ColumnElement[bool]:
    return or_(columns.expires_at.is_(None), columns.expires_at > now)


def _is(file_id: str, provider: str) -> ColumnElement[bool]:
    return and_(_columns.id == file_id, _columns.provider == provider)


def _beyond(found: KeptFile, order: Literal["asc", "desc"]) -> ColumnElement[bool]:
    """What follows ``found``."""
    at, name, owner = _columns.created_at, _columns.id, _columns.provider
    if order == "asc":
        same_time = or_(name > found.id, and_(name == found.id, owner > found.provider))
        return or_(at > found.created_at, and_(at == found.created_at, same_time))
    same_time = or_(name < found.id, and_(name == found.id, owner < found.provider))
    return or_(at < found.created_at, and_(at == found.created_at, same_time))


def _possible(text: str) -> bool:
    """Whether it can be kept at all; PostgreSQL takes no NUL, and half a surrogate pair is no text."""
    return len(text) <= _LONGEST_ID and not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)


def _not_found(file_id: str) -> NotFound:
    name = file_id if len(file_id) <= _LONGEST_ID else f"{file_id[:_LONGEST_ID]}…"
    return NotFound(
        f'No file has the id "{name}".',
        hint="GET /v1/files lists the files that were uploaded with this key.",
    )


def _kept(row: Any) -> KeptFile:
    return KeptFile(
        id=row.id,
        provider=row.provider,
        key_id=row.key_id,
        filename=row.filename,
        purpose=row.purpose,
        bytes=row.bytes,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
