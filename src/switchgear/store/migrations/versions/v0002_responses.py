"""Responses that are kept, files at providers, and tokens written to a provider's cache."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column to usage, which its partitions get too, and two tables."""
    op.add_column("usage", sa.Column("cache_write_tokens", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "responses",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("previous_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("alive_until", sa.BigInteger),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("responses_by_expiry", "responses", ["expires_at"])
    op.create_index(
        "responses_under_way",
        "responses",
        ["alive_until"],
        sqlite_where=sa.text("alive_until IS NOT NULL"),
        postgresql_where=sa.text("alive_until IS NOT NULL"),
    )
    op.create_table(
        "response_items",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column(
            "response_id",
            sa.Text,
            sa.ForeignKey("responses.id", name="response_items_response", ondelete="CASCADE"),
            nullable=False,
        ),
    )
    op.create_index("response_items_by_response", "response_items", ["response_id"])
    op.create_table(
        "files",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
    )
    op.create_index("files_by_key", "files", ["key_id", "created_at"])
