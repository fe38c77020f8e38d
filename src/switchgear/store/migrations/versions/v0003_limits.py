"""Limits, teams and users, and the keys that belong to them."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Changes nothing yet."""
