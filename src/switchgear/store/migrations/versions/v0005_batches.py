"""Batches and the files they are made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the content of files, batches, what is left to do of them, and their finished lines."""
    _create_chunks()
    _create_batches()
    op.create_table(
        "batch_parts",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("first", sa.Integer, primary_key=True),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
    )
    op.create_index("batch_parts_by_worker", "batch_parts", ["worker"])
    op.create_table(
        "batch_lines",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("ok", sa.Boolean, nullable=False),
        sa.Column("line", sa.LargeBinary, nullable=False),
    )
    op.create_index("batch_lines_in_order", "batch_lines", ["batch_id", "ok", "number"])


def _create_chunks() -> None:
    op.create_table(
        "file_chunks",
        sa.Column("file_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "file_chunks_first",
        "file_chunks",
        ["created_at"],
        sqlite_where=sa.text("number = 0"),
        postgresql_where=sa.text("number = 0"),
    )


def _create_batches() -> None:
    texts = ("key_id", "endpoint", "input_file_id", "model", "status", "runner", "metadata")
    said = ("errors", "stop", "reason")
    counts = ("output_bytes", "error_bytes", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")
    op.create_table(
        "batches",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("output_seconds", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        *(sa.Column(f"{name}_at", sa.BigInteger) for name in ("in_progress", "finalizing", "cancelling", "ended")),
        sa.Column("output_file_id", sa.Text),
        sa.Column("error_file_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in said),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("total", "completed", "failed")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in (*counts, "cost")),
        sa.Column("native", sa.Text, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
    )
    op.create_index("batches_by_key", "batches", ["key_id", "created_at"])
    op.create_index(
        "batches_unfinished",
        "batches",
        ["created_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
