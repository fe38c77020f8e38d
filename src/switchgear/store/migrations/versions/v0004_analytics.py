"""The routes of calls, their roll-ups, and errors in groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COUNTS = (
    "count",
    "ok",
    "failed",
    "cut",
    "abandoned",
    "refused",
    "lost",
    "skipped",
    "attempts",
    "fallbacks",
    "cache_hits",
    "cache_misses",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost",
    "unpriced",
    "saved",
)


def upgrade() -> None:
    """Adds columns to usage, which its partitions get too, and four tables; all minutes there are wait to be rolled up."""
    for name in ("team", "user", "cache", "message"):
        op.add_column("usage", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("usage", sa.Column("route", sa.Text))
    op.add_column("usage", sa.Column("saved", sa.BigInteger))
    _create_rollups()
    op.create_table(
        "error_groups",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("deployment", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("example_id", sa.Text, nullable=False),
        sa.Column("example", sa.Text, nullable=False),
    )
    op.create_index("error_groups_by_time", "error_groups", ["last_seen"])
    op.execute(
        "INSERT INTO stale_periods (granularity, start, writer, mark)"
        " SELECT DISTINCT 'minute', at - at % 60000, '', 0 FROM usage WHERE at >= 0"
    )


def _create_rollups() -> None:
    op.create_table(
        "rollups",
        sa.Column("granularity", sa.Text, primary_key=True),
        sa.Column("view", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True),
        *(
            sa.Column(name, sa.Text, primary_key=True)
            for name in ("provider", "deployment", "model", "key_id", "team", "error")
        ),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _COUNTS),
        sa.Column("writing_ms", sa.Double, nullable=False),
        sa.Column("latency", sa.LargeBinary, nullable=False),
        sa.Column("first_token", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stale_periods",
        sa.Column("granularity", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True),
        sa.Column("writer", sa.Text, primary_key=True),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_since",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
