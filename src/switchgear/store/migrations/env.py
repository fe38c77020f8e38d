"""Alembic's entry: runs the migrations in the transaction that `store.upgrade` has open."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
