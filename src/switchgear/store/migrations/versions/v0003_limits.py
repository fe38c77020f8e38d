"""Limits, teams and users, and the keys that belong to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds columns to keys, with what keys had until now, and three tables of documents."""
    for name, kept in (("team", ""), ("user", ""), ("priority", "normal"), ("limits", "")):
        op.add_column("keys", sa.Column(name, sa.Text, nullable=False, server_default=kept))
    for table in ("limits", "teams", "users"):
        op.create_table(
            table,
            sa.Column("name", sa.Text, primary_key=True),
            sa.Column("document", sa.Text, nullable=False),
            sa.Column("created_at", sa.BigInteger, nullable=False),
            sa.Column("updated_at", sa.BigInteger, nullable=False),
        )
