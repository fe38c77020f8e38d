"""Responses that are kept: what was asked, what was answered, and how they follow one another.

A row holds the items of its own request only; those before it are in the rows that ``previous_id`` leads to. Everything is asked for
with the key it belongs to: another key's response is not found, as one that never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Row, Select, and_, delete, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import Conflict, NotFound, RequestTooLarge
from switchgear.store import tables
from switchgear.store.engine import Database

LARGEST_RESPONSE: Final = 64 << 20
"""Bytes of JSON that one kept response may hold at most, request and answer together: what a backup takes as a row."""

LARGEST_CHAIN: Final = 64 << 20
"""Bytes of JSON that a response and all before it may hold together."""

LONGEST_CHAIN: Final = 10_000
"""Responses that may follow one another."""

_CHUNK: Final = 200
_LONGEST_ID: Final = 128
_columns = tables.responses.c
_item_columns = tables.response_items.c
# Spelt the same on both engines; SQLAlchemy's own would import the dialect that is not in use.
_UPSERT: Final = text(
    "INSERT INTO response_items (key_id, item_id, response_id) VALUES (:key_id, :item_id, :response_id)"
    " ON CONFLICT (key_id, item_id) DO UPDATE SET response_id = excluded.response_id"
)


class KeptResponse(msgspec.Struct, frozen=True):
    """A response as it is kept. Times are milliseconds since the epoch.

    ``input`` is a JSON array, the items of the request itself; ``document`` a JSON object, the response as clients see it.
    ``alive_until`` is set while a process works on it and is moved on by that process: past that moment nobody does any more.
    """

    id: str
    key_id: str
    previous_id: str | None
    created_at: int
    expires_at: int
    status: str
    model: str
    input: bytes
    document: bytes
    alive_until: int | None = None

    @property
    def size(self) -> int:
        """Bytes it takes; at most LARGEST_RESPONSE can be kept."""
        return len(self.input) + len(self.document)


class Responses:
    """Keeps responses until they expire. Every method raises StoreUnavailable; ``now`` is milliseconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, kept: KeptResponse, items: Sequence[str] = ()) -> None:
        """Adds a response, and the ids of ``items`` that it holds.

        Raises RequestTooLarge for one over LARGEST_RESPONSE, Conflict for an id that is taken.
        """
        _check_size(kept)
        row = msgspec.structs.asdict(kept) | {"input": kept.input.decode(), "document": kept.document.decode()}
        async with self._database.write() as connection:
            try:
                await connection.execute(insert(tables.responses).values(row))
                await _index(connection, kept, items)
            except IntegrityError as error:
                raise Conflict(f'A response with the id "{kept.id}" exists already.') from error

    async def get(self, response_id: str, key_id: str, now: int) -> KeptResponse:
        """The response with this id. Raises NotFound: unknown, expired, deleted, or another key's."""
        row = None
        if _possible(response_id):
            async with self._database.read() as connection:
                row = (await connection.execute(_of(select(tables.responses), response_id, key_id, now))).first()
        if row is None:
            raise _not_found(response_id)
        return _kept(row)

    async def chain(self, response_id: str, key_id: str, now: int) -> list[KeptResponse]:
        """The response and all those before it, oldest first.

        Raises NotFound when one of them is not kept any more, RequestTooLarge over LARGEST_CHAIN or LONGEST_CHAIN.
        """
        if not _possible(response_id):
            raise _not_found(response_id)
        async with self._database.read() as connection:
            steps = (await connection.execute(_steps(response_id, key_id, now))).all()
            if not steps:
                raise _not_found(response_id)
            if len(steps) > LONGEST_CHAIN or sum(step.size for step in steps) > LARGEST_CHAIN:
                raise RequestTooLarge(
                    f'The conversation before "{response_id}" is over the limit of {LARGEST_CHAIN} bytes.',
                    param="previous_response_id",
                    hint="Begin a new one, with what still matters as its input.",
                )
            if steps[-1].previous_id is not None:
                raise _not_found(steps[-1].previous_id, of=response_id)
            rows: dict[str, KeptResponse] = {}
            for start in range(0, len(steps), _CHUNK):
                ids = [step.id for step in steps[start : start + _CHUNK]]
                found = await connection.execute(select(tables.responses).where(_columns.id.in_(ids)))
                rows |= {row.id: _kept(row) for row in found}
        return [rows[step.id] for step in reversed(steps)]

    async def holding(self, item_ids: Sequence[str], key_id: str, now: int) -> dict[str, KeptResponse]:
        """For those of the items that are kept for the key, the response that holds each."""
        asked = list(dict.fromkeys(one for one in item_ids if _possible(one)))
        found: dict[str, KeptResponse] = {}
        known: dict[str, KeptResponse] = {}
        for start in range(0, len(asked), _CHUNK):
            wanted = _item_columns.item_id.in_(asked[start : start + _CHUNK])
            async with self._database.read() as connection:
                places = await connection.execute(
                    select(_item_columns.item_id, _item_columns.response_id).where(
                        and_(_item_columns.key_id == key_id, wanted)
                    )
                )
                where = {row.item_id: row.response_id for row in places}
                new = {response_id for response_id in where.values() if response_id not in known}
                rows = await connection.execute(
                    select(tables.responses).where(and_(_columns.id.in_(new), _columns.expires_at > now))
                )
                known |= {row.id: _kept(row) for row in rows}
            found |= {item: known[response] for item, response in where.items() if response in known}
        return found

    async def delete(self, response_id: str, key_id: str, now: int) -> None:
        """Forgets the response at once. Raises NotFound."""
        gone = 0
        if _possible(response_id):
            async with self._database.write() as connection:
                gone = (await connection.execute(_of(delete(tables.responses), response_id, key_id, now))).rowcount
        if not gone:
            raise _not_found(response_id)

    # ------------------------------------------------------------ those that are worked on

    async def settle(self, kept: KeptResponse, items: Sequence[str] = ()) -> bool:
        """Replaces status and document of a response that is worked on; with ``alive_until`` None it is finished.

        ``items`` are the ids of items that it holds now.

        False, and nothing changed, when it was deleted or finished meanwhile, by whomever. Raises RequestTooLarge.
        """
        _check_size(kept)
        async with self._database.write() as connection:
            done = await connection.execute(
                update(tables.responses)
                .where(and_(_columns.id == kept.id, _columns.alive_until.is_not(None)))
                .values(status=kept.status, document=kept.document.decode(), alive_until=kept.alive_until)
            )
            if done.rowcount:
                await _index(connection, kept, items)
        return bool(done.rowcount)

    async def touch(self, response_id: str, alive_until: int) -> bool:
        """Says that a response is still worked on. False when it was deleted or finished meanwhile."""
        async with self._database.write() as connection:
            done = await connection.execute(
                update(tables.responses)
                .where(and_(_columns.id == response_id, _columns.alive_until.is_not(None)))
                .values(alive_until=alive_until)
            )
        return bool(done.rowcount)

    async def orphans(self, before: int, *, limit: int = 100) -> list[KeptResponse]:
        """Responses that a process began and let go of before ``before``, longest ago first."""
        asked = (
            select(tables.responses).where(_columns.alive_until < before).order_by(_columns.alive_until).limit(limit)
        )
        async with self._database.read() as connection:
            return [_kept(row) for row in (await connection.execute(asked)).all()]

    async def prune(self, now: int) -> int:
        """Forgets what has expired; how many they were. Other writers get their turn in between."""
        count = 0
        oldest = select(_columns.id).where(_columns.expires_at <= now).order_by(_columns.expires_at).limit(_CHUNK)
        while True:
            async with self._database.write() as connection:
                gone = await connection.execute(delete(tables.responses).where(_columns.id.in_(oldest)))
            count += gone.rowcount
            if gone.rowcount < _CHUNK:
                return count


async def _index(connection: AsyncConnection, kept: KeptResponse, items: Sequence[str]) -> None:
    ids = [one for one in dict.fromkeys(items) if _possible(one)]
    if ids:
        rows = [{"key_id": kept.key_id, "item_id": one, "response_id": kept.id} for one in ids]
        await connection.execute(_UPSERT, rows)


def _check_size(kept: KeptResponse) -> None:
    if kept.size > LARGEST_RESPONSE:
        raise RequestTooLarge(
            f"The response is too large to be kept: {kept.size} bytes, and the limit is {LARGEST_RESPONSE}.",
            param="store",
            hint="Send it with store: false.",
        )


def _possible(response_id: str) -> bool:
    """Whether it can be an id at all; PostgreSQL takes no NUL."""
    return len(response_id) <= _LONGEST_ID and "\0" not in response_id


def _of(statement: Any, response_id: str, key_id: str, now: int) -> Any:
    """The statement about the one response with this id that the key may see."""
    return statement.where(and_(_columns.id == response_id, _columns.key_id == key_id, _columns.expires_at > now))


def _steps(response_id: str, key_id: str, now: int) -> Select[Any]:
    """Ids and sizes of a response and those before it, newest first; one more than may be, where there are more."""
    size = func.length(_columns.input) + func.length(_columns.document)
    first = _of(
        select(_columns.id, _columns.previous_id, size.label("size"), literal(1).label("place")),
        response_id,
        key_id,
        now,
    )
    chain = first.cte("chain", recursive=True)
    before = select(_columns.id, _columns.previous_id, size, chain.c.place + 1).where(
        and_(
            _columns.id == chain.c.previous_id,
            _columns.key_id == key_id,
            _columns.expires_at > now,
            chain.c.place <= LONGEST_CHAIN,
        )
    )
    chain = chain.union_all(before)
    return select(chain).order_by(chain.c.place)


def _not_found(response_id: str, of: str | None = None) -> NotFound:
    name = response_id if len(response_id) <= _LONGEST_ID else f"{response_id[:_LONGEST_ID]}…"
    if of is not None:
        return NotFound(
            f'The response "{name}", which the conversation before "{of}" goes back to, is not kept any more.',
            param="previous_response_id",
            hint="Begin a new one, with what still matters as its input.",
        )
    return NotFound(
        f'No response has the id "{name}".',
        hint="Responses are kept unless store is false, until they expire, for the key that made them.",
    )


def _kept(row: Row[Any]) -> KeptResponse:
    return KeptResponse(
        id=row.id,
        key_id=row.key_id,
        previous_id=row.previous_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        status=row.status,
        model=row.model,
        input=row.input.encode(),
        document=row.document.encode(),
        alive_until=row.alive_until,
    )
