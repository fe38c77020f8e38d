"""The rows of conversations in a backup."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from switchgear.store.backup_row import OBJECT, OBJECTS, Long, Row


class ConversationRow(Row):
    """Of ``conversations``."""

    id: str
    owner: str
    title: str
    words: str
    pinned: bool
    settings: str
    leaf: str | None
    messages: Long
    bytes: Long
    created_at: Long
    updated_at: Long

    def check(self) -> None:
        """Raise msgspec.MsgspecError when JSON in a column is not of the shape its readers expect."""
        OBJECT.decode(self.settings)


class ConversationMessageRow(Row):
    """Of ``conversation_messages``."""

    id: str
    conversation_id: str
    parent_id: str | None
    position: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    number: Long
    role: str
    state: str
    content: str
    words: str
    model: str
    params: str
    usage: str
    timings: str
    cost: Long | None
    size: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    call_id: str
    beside: str
    created_at: Long
    updated_at: Long

    def check(self) -> None:
        """Raise msgspec.MsgspecError when JSON in a column is not of the shape its readers expect."""
        OBJECTS.decode(self.content)
        for document in (self.params, self.usage, self.timings):
            OBJECT.decode(document)


class ConversationImageRow(Row):
    """Of ``conversation_images``."""

    id: str
    conversation_id: str
    media_type: str
    data: bytes
    created_at: Long
