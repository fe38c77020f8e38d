"""Limits, teams and users made at run time, beside those of the configuration file."""

from __future__ import annotations

from switchgear.store import tables
from switchgear.store.documents import Documents
from switchgear.store.engine import Database


class Limits(Documents):
    """Stored limits; a document has the shape of ``[limits.NAME]``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.limits, "limit")


class Teams(Documents):
    """Stored teams; a document has the shape of ``[teams.NAME]``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.teams, "team")


class Users(Documents):
    """Stored users; a document has the shape of ``[users.NAME]``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.users, "user")
