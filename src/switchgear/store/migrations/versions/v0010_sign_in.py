"""Sessions, one-time links, what people like; the console's own keys; and the first keys are owners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_IN_USE = sa.text("revoked_at IS NULL AND kind = 'key'")


def upgrade() -> None:
    """Adds tables, to keys what kind they are, and the scope ``owner`` to the keys of a first start."""
    op.add_column("keys", sa.Column("kind", sa.Text, nullable=False, server_default="key"))
    op.drop_index("keys_name_in_use", "keys")
    op.create_index("keys_name_in_use", "keys", ["name"], unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE)
    keys = sa.table("keys", sa.column("scopes", sa.Text), sa.column("created_by", sa.Text))
    op.execute(
        sa.update(keys)
        .where(sa.and_(keys.c.created_by == "first start", keys.c.scopes == '["call","admin"]'))
        .values(scopes='["call","owner"]')
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ip", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
    )
    op.create_index("sessions_by_key", "sessions", ["key_id"])
    op.create_table(
        "sign_in_links",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_table(
        "preferences",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
