"""What deployments went through, and what was learned of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables."""
    op.create_table(
        "health_events",
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("deployment", sa.Text, nullable=False),
        sa.Column("was", sa.Text, nullable=False),
        sa.Column("became", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("wait_ms", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("health_events_by_deployment", "health_events", ["deployment", "at"])
    op.create_table(
        "opinions",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("opinions_by_age", "opinions", ["at"])
    op.create_table(
        "auto_scores",
        sa.Column("deployment", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, primary_key=True),
        sa.Column("good", sa.Double, nullable=False),
        sa.Column("bad", sa.Double, nullable=False),
    )
