"""The tables of conversations: what people ask models in the console, and what those answer."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from switchgear.store.metadata import metadata

# `owner` is `user:NAME` or `key:ID`. `leaf` is the last message of the branch that is shown, `words` the title as it is searched.
conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("settings", Text, nullable=False),
    Column("leaf", Text),
    Column("messages", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("conversations_by_owner", conversations.c.owner, conversations.c.updated_at)

# A tree: messages of one parent are branches of each other, those of one `beside` were answered next to each other. `position` counts within
# the conversation. `number` is what the full-text index of SQLite knows a message by, and `words` what is searched.
messages = Table(
    "conversation_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "conversation_id",
        Text,
        ForeignKey("conversations.id", name="conversation_messages_conversation", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("parent_id", Text),
    Column("position", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("params", Text, nullable=False),
    Column("usage", Text, nullable=False),
    Column("timings", Text, nullable=False),
    Column("cost", BigInteger),
    Column("size", Integer, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("beside", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("conversation_messages_in_order", messages.c.conversation_id, messages.c.position, unique=True)
Index("conversation_messages_by_parent", messages.c.conversation_id, messages.c.parent_id)
Index("conversation_messages_by_number", messages.c.number, unique=True)

images = Table(
    "conversation_images",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "conversation_id",
        Text,
        ForeignKey("conversations.id", name="conversation_images_conversation", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
Index("conversation_images_by_conversation", images.c.conversation_id)
