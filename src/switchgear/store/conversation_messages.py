"""Messages of conversations. They form a tree: who asks again from an earlier message begins another branch there.

Times are milliseconds, money is nano-dollars. Everything is asked for with the conversation's owner.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import Conflict, NotFound, RequestTooLarge
from switchgear.store import conversation_tables as tables
from switchgear.store.conversation_content import text_of
from switchgear.store.conversation_search import words_of
from switchgear.store.conversations import Conversation, bytes_of, found, owned
from switchgear.store.engine import Database

MOST_MESSAGES: Final = 10_000
"""Messages of one conversation, all branches together."""
LARGEST_MESSAGE: Final = 4 << 20
"""Bytes of JSON that the content of one message may be."""
_CHUNK: Final = 500
_columns = tables.messages.c


class Message(msgspec.Struct, frozen=True):
    """A message. ``content``, ``params``, ``usage`` and ``timings`` are JSON: an array of parts, and objects.

    ``beside`` is one word for the answers that several models gave to one question, empty for others.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: str
    state: str
    content: bytes
    model: str
    params: bytes
    usage: bytes
    timings: bytes
    cost: int | None
    call_id: str
    beside: str
    created_at: int
    updated_at: int
    position: int = 0

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.content) + len(self.params) + len(self.usage) + len(self.timings)


class Place(msgspec.Struct, frozen=True):
    """Where a message stands in its tree, for those that lead to others."""

    id: str
    parent_id: str | None
    position: int
    beside: str


class Branch(msgspec.Struct, frozen=True):
    """A piece of one branch, oldest first.

    ``siblings`` has for each of its messages all that follow the same one, it among them; ``others`` are the whole messages that were
    answered beside one of the piece. ``more`` says that older ones are there.
    """

    messages: list[Message]
    siblings: dict[str, list[str]]
    others: list[Message]
    more: bool


class ConversationMessages:
    """Reads and changes messages. Every method raises StoreUnavailable, and NotFound for what the owner does not have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, owner: str, message: Message, most_bytes: int) -> Message:
        """Adds a message; the branch that is shown ends in it.

        Raises RequestTooLarge for one over LARGEST_MESSAGE or when the owner would have over ``most_bytes``, Conflict for an id that is
        taken and where there are too many.
        """
        _check_size(message.content)
        async with self._database.write() as connection:
            held = await found(connection, owner, message.conversation_id, locked=True)
            if message.parent_id is not None:
                await _one(connection, message.conversation_id, message.parent_id)
            await check_room(connection, held, message.size, most_bytes)
            last = select(func.max(_columns.position)).where(_columns.conversation_id == message.conversation_id)
            if held.messages >= MOST_MESSAGES:
                raise Conflict(f"The conversation has {MOST_MESSAGES} messages.", hint="Begin another one.")
            placed = msgspec.structs.replace(
                message, position=int((await connection.execute(last)).scalar_one() or 0) + 1
            )
            try:
                await connection.execute(insert(tables.messages).values(_row(placed)))
            except IntegrityError as error:
                raise Conflict(f'A message has the id "{message.id}" already.', param="id") from error
            await _grow(connection, held, 1, message.size, leaf=message.id, updated_at=message.updated_at)
        return placed

    async def branch(
        self, owner: str, conversation_id: str, *, limit: int, end: str | None = None, before: str | None = None
    ) -> Branch:
        """The last ``limit`` messages of the branch that ends in ``end``, or in what is shown; those before ``before`` where that is given."""
        async with self._database.read() as connection:
            held = await found(connection, owner, conversation_id)
            last = held.leaf if end is None else end
            if before is not None:
                last = (await _one(connection, conversation_id, before)).parent_id
            elif end is not None:
                await _one(connection, conversation_id, end)
            if last is None:
                return Branch([], {}, [], False)
            ids = await _upwards(connection, conversation_id, last, limit + 1)
            rows = await _these(connection, conversation_id, ids[:limit])
            messages = [rows[one] for one in reversed(ids[:limit]) if one in rows]
            siblings = await _siblings(connection, conversation_id, messages)
            others = await _beside(connection, conversation_id, messages)
        return Branch(messages, siblings, others, len(ids) > limit)

    async def get(self, owner: str, conversation_id: str, message_id: str) -> Message:
        """One message."""
        async with self._database.read() as connection:
            await found(connection, owner, conversation_id)
            return await _one(connection, conversation_id, message_id)

    async def all(self, owner: str, conversation_id: str) -> list[Message]:
        """Every message of all branches, as they came."""
        asked = select(tables.messages).where(_columns.conversation_id == conversation_id).order_by(_columns.position)
        async with self._database.read() as connection:
            await found(connection, owner, conversation_id)
            return [_read(row) for row in (await connection.execute(asked)).all()]

    async def edit(
        self, owner: str, conversation_id: str, message_id: str, content: bytes, *, now: int, most_bytes: int
    ) -> Message:
        """Puts other content in the place of a message's. Raises RequestTooLarge."""
        _check_size(content)
        async with self._database.write() as connection:
            held = await found(connection, owner, conversation_id, locked=True)
            before = await _one(connection, conversation_id, message_id)
            more = len(content) - len(before.content)
            await check_room(connection, held, more, most_bytes)
            after = msgspec.structs.replace(before, content=content, updated_at=now)
            words = words_of(text_of(content))
            values = {"content": content.decode(), "words": words, "size": after.size, "updated_at": now}
            await connection.execute(update(tables.messages).where(_columns.id == message_id).values(values))
            await _grow(connection, held, 0, more, updated_at=now)
        return after

    async def show(self, owner: str, conversation_id: str, message_id: str) -> None:
        """Lets the branch that is shown be the newest that goes through a message."""
        async with self._database.write() as connection:
            held = await found(connection, owner, conversation_id, locked=True)
            await _one(connection, conversation_id, message_id)
            below = await _below(connection, conversation_id, message_id)
            await connection.execute(
                update(tables.conversations).where(owned(owner, held.id)).values(leaf=_newest(below, message_id))
            )

    async def delete(self, owner: str, conversation_id: str, message_id: str, now: int) -> int:
        """Forgets a message and all that follows it; how many they were. What is shown is the newest branch that is left beside it."""
        async with self._database.write() as connection:
            held = await found(connection, owner, conversation_id, locked=True)
            gone = await _one(connection, conversation_id, message_id)
            below = await _below(connection, conversation_id, message_id)
            ids = [gone.id, *(one.id for one in below)]
            size = 0
            for start in range(0, len(ids), _CHUNK):
                some = _columns.id.in_(ids[start : start + _CHUNK])
                taken = select(func.coalesce(func.sum(_columns.size), 0)).where(some)
                size += int((await connection.execute(taken)).scalar_one())
                await connection.execute(delete(tables.messages).where(some))
            leaf = held.leaf
            if leaf in set(ids):
                top = gone.parent_id
                rest = await _below(connection, conversation_id, top)
                leaf = _newest(rest, top)
            await _grow(connection, held, -len(ids), -size, leaf=leaf, updated_at=now)
        return len(ids)


async def check_room(connection: AsyncConnection, held: Conversation, more: int, most_bytes: int) -> None:
    """Raise RequestTooLarge when the owner would have over ``most_bytes`` with ``more``."""
    if more > 0 and await bytes_of(connection, held.owner) + more > most_bytes:
        raise RequestTooLarge(
            f"With this your conversations would take over {most_bytes} bytes.",
            hint="Delete conversations that you do not need, or have conversations.max_bytes raised.",
        )


def _check_size(content: bytes) -> None:
    if len(content) > LARGEST_MESSAGE:
        raise RequestTooLarge(
            f"The message is over the limit of {LARGEST_MESSAGE // 2**20} MiB.",
            param="content",
            hint="Divide it, or leave something out.",
        )


async def _grow(connection: AsyncConnection, held: Conversation, messages: int, size: int, **values: Any) -> None:
    columns = tables.conversations.c
    counted = {"messages": columns.messages + messages, "bytes": columns.bytes + size}
    await connection.execute(update(tables.conversations).where(owned(held.owner, held.id)).values(counted | values))


async def _one(connection: AsyncConnection, conversation_id: str, message_id: str) -> Message:
    rows = await _these(connection, conversation_id, [message_id])
    if message_id not in rows:
        raise NotFound(
            f'The conversation has no message "{message_id[:64]}".',
            hint="GET /api/conversations/ID/messages lists them.",
        )
    return rows[message_id]


async def _these(connection: AsyncConnection, conversation_id: str, ids: Sequence[str]) -> dict[str, Message]:
    rows: dict[str, Message] = {}
    for start in range(0, len(ids), _CHUNK):
        some = and_(_columns.conversation_id == conversation_id, _columns.id.in_(ids[start : start + _CHUNK]))
        rows |= {row.id: _read(row) for row in await connection.execute(select(tables.messages).where(some))}
    return rows


async def _upwards(connection: AsyncConnection, conversation_id: str, last: str, most: int) -> list[str]:
    """The ids of a message and those before it, newest first, at most so many."""
    steps = (
        select(_columns.id, _columns.parent_id, literal(1).label("place"))
        .where(_columns.id == last, _columns.conversation_id == conversation_id)
        .cte("steps", recursive=True)
    )
    steps = steps.union_all(
        select(_columns.id, _columns.parent_id, steps.c.place + 1).where(
            _columns.id == steps.c.parent_id, _columns.conversation_id == conversation_id, steps.c.place < most
        )
    )
    return list((await connection.execute(select(steps.c.id).order_by(steps.c.place))).scalars())


async def _siblings(
    connection: AsyncConnection, conversation_id: str, messages: Sequence[Message]
) -> dict[str, list[str]]:
    parents = {one.parent_id for one in messages}
    named = [one for one in parents if one is not None]
    by_parent: dict[str | None, list[str]] = {}
    for start in range(0, max(len(named), 1), _CHUNK):
        among: ColumnElement[bool] = _columns.parent_id.in_(named[start : start + _CHUNK])
        if start == 0 and None in parents:
            among = or_(among, _columns.parent_id.is_(None))
        asked = select(_columns.id, _columns.parent_id).where(_columns.conversation_id == conversation_id, among)
        for row in await connection.execute(asked.order_by(_columns.position)):
            by_parent.setdefault(row.parent_id, []).append(row.id)
    return {one.id: by_parent.get(one.parent_id, [one.id]) for one in messages}


async def _beside(connection: AsyncConnection, conversation_id: str, messages: Sequence[Message]) -> list[Message]:
    groups = [one.beside for one in messages if one.beside]
    if not groups:
        return []
    known = {one.id for one in messages}
    asked = select(tables.messages).where(
        _columns.conversation_id == conversation_id, _columns.beside.in_(groups[:_CHUNK])
    )
    rows = await connection.execute(asked.order_by(_columns.position))
    return [_read(row) for row in rows if row.id not in known]


async def _below(connection: AsyncConnection, conversation_id: str, top: str | None) -> list[Place]:
    """All that follows a message, or the whole tree, as it came."""
    asked = select(_columns.id, _columns.parent_id, _columns.position, _columns.beside).where(
        _columns.conversation_id == conversation_id
    )
    rows = await connection.execute(asked.order_by(_columns.position))
    kept: list[Place] = []
    inside = {top}
    for row in rows:
        if row.parent_id in inside:
            inside.add(row.id)
            kept.append(Place(row.id, row.parent_id, row.position, row.beside))
    return kept


def _newest(below: Sequence[Place], top: str | None) -> str | None:
    """The end of the branch that one comes to from ``top`` by the newest of each step."""
    children: dict[str | None, str] = {one.parent_id: one.id for one in below}
    last = top
    while last in children:
        last = children[last]
    return last


def _row(message: Message) -> dict[str, Any]:
    texts = {name: getattr(message, name).decode() for name in ("content", "params", "usage", "timings")}
    return {
        **msgspec.structs.asdict(message),
        **texts,
        "words": words_of(text_of(message.content)),
        "number": secrets.randbits(62),
        "size": message.size,
    }


def _read(row: Any) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        role=row.role,
        state=row.state,
        content=row.content.encode(),
        model=row.model,
        params=row.params.encode(),
        usage=row.usage.encode(),
        timings=row.timings.encode(),
        cost=row.cost,
        call_id=row.call_id,
        beside=row.beside,
        created_at=row.created_at,
        updated_at=row.updated_at,
        position=row.position,
    )
