"""Conversations: messages as trees, their images, and an index of their words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables, and on SQLite with FTS5 a full-text index that triggers keep; on PostgreSQL an index does."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("leaf", sa.Text),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("conversations_by_owner", "conversations", ["owner", "updated_at"])
    _messages()
    op.create_table(
        "conversation_images",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, _belongs("conversation_images_conversation"), nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("conversation_images_by_conversation", "conversation_images", ["conversation_id"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX conversation_search ON conversation_messages USING gin (to_tsvector('simple'::regconfig, words))"
        )
    elif op.get_bind().execute(sa.text("SELECT sqlite_compileoption_used('ENABLE_FTS5')")).scalar():
        _index_of_sqlite()


def _belongs(name: str) -> sa.ForeignKey:
    return sa.ForeignKey("conversations.id", name=name, ondelete="CASCADE")


def _messages() -> None:
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, _belongs("conversation_messages_conversation"), nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("usage", sa.Text, nullable=False),
        sa.Column("timings", sa.Text, nullable=False),
        sa.Column("cost", sa.BigInteger),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("beside", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    table = "conversation_messages"
    op.create_index("conversation_messages_in_order", table, ["conversation_id", "position"], unique=True)
    op.create_index("conversation_messages_by_parent", table, ["conversation_id", "parent_id"])
    op.create_index("conversation_messages_by_number", table, ["number"], unique=True)


def _index_of_sqlite() -> None:
    """The words stand in the table alone; the index has places only (https://www.sqlite.org/fts5.html, 4.4.3)."""
    op.execute(
        "CREATE VIRTUAL TABLE conversation_search USING fts5"
        "(words, content='conversation_messages', content_rowid='number', prefix='2 3', tokenize='unicode61 remove_diacritics 0')"
    )
    add = "INSERT INTO conversation_search (rowid, words) VALUES (new.number, new.words);"
    remove = (
        "INSERT INTO conversation_search (conversation_search, rowid, words) VALUES ('delete', old.number, old.words);"
    )
    on = "ON conversation_messages BEGIN"
    op.execute(f"CREATE TRIGGER conversation_search_added AFTER INSERT {on} {add} END")
    op.execute(f"CREATE TRIGGER conversation_search_removed AFTER DELETE {on} {remove} END")
    op.execute(f"CREATE TRIGGER conversation_search_changed AFTER UPDATE OF words {on} {remove} {add} END")
