"""Images that were sent in conversations. They go with their conversation, and their bytes count as its."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import and_, delete, func, insert, select, update

from switchgear.core.errors import NotFound, RequestTooLarge
from switchgear.store import conversation_tables as tables
from switchgear.store.conversation_messages import check_room
from switchgear.store.conversations import found, owned
from switchgear.store.engine import Database

LARGEST_IMAGE: Final = 5 << 20
"""Bytes of one image."""
_columns = tables.images.c
_bytes = tables.conversations.c.bytes


class Image(msgspec.Struct, frozen=True):
    """An image. ``created_at`` is milliseconds."""

    id: str
    conversation_id: str
    media_type: str
    data: bytes
    created_at: int


class ConversationImages:
    """Keeps images. Every method raises StoreUnavailable, and NotFound for what the owner does not have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, owner: str, image: Image, most_bytes: int) -> None:
        """Adds an image. Raises RequestTooLarge for one over LARGEST_IMAGE, or when the owner would have over ``most_bytes``."""
        if len(image.data) > LARGEST_IMAGE:
            raise RequestTooLarge(
                f"The image is over the limit of {LARGEST_IMAGE} bytes.", param="data", hint="Send a smaller one."
            )
        async with self._database.write() as connection:
            held = await found(connection, owner, image.conversation_id, locked=True)
            await check_room(connection, held, len(image.data), most_bytes)
            await connection.execute(insert(tables.images).values(msgspec.structs.asdict(image)))
            grown = update(tables.conversations).where(owned(owner, held.id))
            await connection.execute(grown.values(bytes=_bytes + len(image.data)))

    async def get(self, owner: str, conversation_id: str, image_id: str) -> Image:
        """One image."""
        asked = select(tables.images).where(_columns.id == image_id, _columns.conversation_id == conversation_id)
        async with self._database.read() as connection:
            await found(connection, owner, conversation_id)
            row = (await connection.execute(asked)).first()
        if row is None:
            raise _missing(image_id)
        return Image(row.id, row.conversation_id, row.media_type, bytes(row.data), row.created_at)

    async def delete(self, owner: str, conversation_id: str, image_id: str) -> None:
        """Forgets one."""
        one = and_(_columns.id == image_id, _columns.conversation_id == conversation_id)
        async with self._database.write() as connection:
            held = await found(connection, owner, conversation_id, locked=True)
            size = (await connection.execute(select(func.length(_columns.data)).where(one))).scalar()
            if size is None:
                raise _missing(image_id)
            await connection.execute(delete(tables.images).where(one))
            shrunk = update(tables.conversations).where(owned(owner, held.id))
            await connection.execute(shrunk.values(bytes=_bytes - size))


def _missing(image_id: str) -> NotFound:
    return NotFound(f'The conversation has no image "{image_id[:64]}".')
