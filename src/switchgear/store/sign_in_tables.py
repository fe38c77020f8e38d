"""The tables of people who sign in: sessions, one-time links, and what each likes. As in ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from switchgear.store.metadata import metadata

# A session opens a key for a time: the one that somebody signed in with, or the console's own for a user. `hash` is its token's, as a
# secret's of a key. `by` is how it began: link, key or oidc.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("key_id", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ip", Text, nullable=False),
    Column("agent", Text, nullable=False),
)
Index("sessions_by_key", sessions.c.key_id)

# Links that sign somebody in once. `user` is empty for one that makes its holder `role` and nobody by name.
sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("user", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
)

# What somebody likes: JSON by owner (`user:NAME` or `key:ID`) and name.
preferences = Table(
    "preferences",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
