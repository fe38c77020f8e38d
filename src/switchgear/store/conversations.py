"""Conversations: whose they are, what they are called, how they are set up. Their messages are beside, in ``messages``.

Everything is asked for with its owner: another's conversation is not found, as one that never was. Times are milliseconds.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import BigInteger, ColumnElement, and_, delete, desc, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import Conflict, NotFound
from switchgear.store import conversation_tables as tables
from switchgear.store.conversation_content import text_of
from switchgear.store.conversation_search import (
    Snippet,
    asked_words,
    in_messages,
    in_title,
    snippet,
    words_of,
)
from switchgear.store.engine import Database
from switchgear.store.pages import cursor_of, position

MOST_CONVERSATIONS: Final = 10_000
"""Conversations of one owner."""
_CHUNK: Final = 100
_columns = tables.conversations.c
_messages = tables.messages.c


class Conversation(msgspec.Struct, frozen=True):
    """A conversation. ``settings`` is a JSON object; ``bytes`` is what its messages and images take.

    ``leaf`` is the last message of the branch that is shown.
    """

    id: str
    owner: str
    title: str
    pinned: bool
    settings: bytes
    leaf: str | None
    messages: int
    bytes: int
    created_at: int
    updated_at: int


class Hit(msgspec.Struct, frozen=True):
    """A message that has what was searched for."""

    message_id: str
    snippet: Snippet


class ConversationPage(msgspec.Struct, frozen=True):
    """Conversations, changed last first, where one was found by its messages with the last of those, and the next page's cursor."""

    conversations: list[Conversation]
    hits: dict[str, Hit]
    before: str | None


class Conversations:
    """Reads and changes conversations. Every method raises StoreUnavailable; one that names a conversation also NotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, made: Conversation) -> None:
        """Adds a conversation. Raises Conflict where its owner has too many."""
        counted = select(func.count()).select_from(tables.conversations).where(_columns.owner == made.owner)
        row = msgspec.structs.asdict(made) | {"settings": made.settings.decode(), "words": words_of(made.title)}
        async with self._database.write() as connection:
            if (await connection.execute(counted)).scalar_one() >= MOST_CONVERSATIONS:
                raise Conflict(
                    f"There are {MOST_CONVERSATIONS} conversations already.", hint="Delete those you do not need."
                )
            await connection.execute(insert(tables.conversations).values(row))

    async def get(self, owner: str, conversation_id: str) -> Conversation:
        """The conversation with this id."""
        async with self._database.read() as connection:
            return await found(connection, owner, conversation_id)

    async def list(
        self, owner: str, *, pinned: bool | None = None, search: str = "", limit: int = 50, before: str | None = None
    ) -> ConversationPage:
        """Up to ``limit`` conversations, changed last first, that have all words of ``search`` in their title or in one message.

        Raises RequestError for a bad cursor.
        """
        conditions: list[ColumnElement[bool]] = [_columns.owner == owner]
        if pinned is not None:
            conditions.append(_columns.pinned == pinned)
        if before is not None:
            at, last = position(before)
            place = tuple_(_columns.updated_at, _columns.id)
            conditions.append(place < tuple_(literal(at, BigInteger), literal(last)))
        words = asked_words(search)
        async with self._database.read() as connection:
            told = await in_messages(connection, words) if words else None
            if told is not None:
                conditions.append(or_(in_title(words), _columns.id.in_(_having(told, owner))))
            elif search.strip():
                conditions.append(literal(False))
            asked = select(tables.conversations).where(*conditions)
            ordered = asked.order_by(desc(_columns.updated_at), desc(_columns.id)).limit(limit + 1)
            rows = [_read(row) for row in (await connection.execute(ordered)).all()]
            page = rows[:limit]
            hits = {} if told is None else await _hits(connection, [one.id for one in page], told, words)
        more = len(rows) > limit and page
        return ConversationPage(page, hits, cursor_of(page[-1].updated_at, page[-1].id) if more else None)

    async def change(
        self,
        owner: str,
        conversation_id: str,
        *,
        now: int,
        title: str | UnsetType = UNSET,
        pinned: bool | UnsetType = UNSET,
        settings: bytes | UnsetType = UNSET,
    ) -> Conversation:
        """Changes what is given; a new title or a pin does not move it in the list."""
        values: dict[str, Any] = {}
        if not isinstance(title, UnsetType):
            values |= {"title": title, "words": words_of(title)}
        if not isinstance(pinned, UnsetType):
            values["pinned"] = pinned
        if not isinstance(settings, UnsetType):
            values |= {"settings": settings.decode(), "updated_at": now}
        async with self._database.write() as connection:
            if values:
                await connection.execute(
                    update(tables.conversations).where(owned(owner, conversation_id)).values(values)
                )
            return await found(connection, owner, conversation_id)

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Forgets a conversation with its messages and images."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(tables.conversations).where(owned(owner, conversation_id)))
        if not gone.rowcount:
            raise not_found(conversation_id)

    async def forget_of(self, owner: str) -> int:
        """Forgets all of an owner's, with messages and images; how many they were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(tables.conversations).where(_columns.owner == owner))).rowcount

    async def kept_bytes(self, owner: str) -> int:
        """Bytes of all that the owner's conversations hold."""
        async with self._database.read() as connection:
            return await bytes_of(connection, owner)

    async def prune(self, before: int) -> int:
        """Forgets those that nobody has changed since ``before`` and that are not pinned; how many they were."""
        oldest = select(_columns.id).where(_columns.updated_at < before, _columns.pinned.is_(False)).limit(_CHUNK)
        count = 0
        while True:
            async with self._database.write() as connection:
                gone = await connection.execute(delete(tables.conversations).where(_columns.id.in_(oldest)))
            count += gone.rowcount
            if gone.rowcount < _CHUNK:
                return count


def owned(owner: str, conversation_id: str) -> ColumnElement[bool]:
    """That a row is this conversation of this owner's."""
    return and_(_columns.id == conversation_id, _columns.owner == owner)


async def found(connection: AsyncConnection, owner: str, conversation_id: str, *, locked: bool = False) -> Conversation:
    """The conversation, ``locked`` against other writers until the transaction ends. Raises NotFound."""
    asked = select(tables.conversations).where(owned(owner, conversation_id))
    row = (await connection.execute(asked.with_for_update() if locked else asked)).first()
    if row is None:
        raise not_found(conversation_id)
    return _read(row)


async def bytes_of(connection: AsyncConnection, owner: str) -> int:
    """Bytes of all that the owner's conversations hold."""
    asked = select(func.coalesce(func.sum(_columns.bytes), 0)).where(_columns.owner == owner)
    return int((await connection.execute(asked)).scalar_one())


def not_found(conversation_id: str) -> NotFound:
    """The error for a conversation that is not there, or another's."""
    return NotFound(
        f'No conversation of yours has the id "{conversation_id[:64]}".', hint="GET /api/conversations lists them."
    )


def _having(told: ColumnElement[bool], owner: str) -> Any:
    join = tables.messages.join(tables.conversations, _messages.conversation_id == _columns.id)
    return select(_messages.conversation_id).select_from(join).where(told, _columns.owner == owner)


async def _hits(
    connection: AsyncConnection, ids: list[str], told: ColumnElement[bool], words: list[str]
) -> dict[str, Hit]:
    """The last message that was found of each of the conversations."""
    last = (
        select(_messages.conversation_id, func.max(_messages.position).label("position"))
        .where(_messages.conversation_id.in_(ids), told)
        .group_by(_messages.conversation_id)
        .subquery()
    )
    same = and_(_messages.conversation_id == last.c.conversation_id, _messages.position == last.c.position)
    asked = select(_messages.conversation_id, _messages.id, _messages.content).join(last, same)
    rows = (await connection.execute(asked)).all()
    return {row.conversation_id: Hit(row.id, snippet(text_of(row.content), words)) for row in rows}


def _read(row: Any) -> Conversation:
    return Conversation(
        id=row.id,
        owner=row.owner,
        title=row.title,
        pinned=row.pinned,
        settings=row.settings.encode(),
        leaf=row.leaf,
        messages=row.messages,
        bytes=row.bytes,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
