"""Providers made at run time, beside those of the configuration file."""

from __future__ import annotations

from switchgear.store import tables
from switchgear.store.documents import Documents
from switchgear.store.engine import Database


class Providers(Documents):
    """Stored providers; a document has the shape of ``[providers.NAME]``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.providers, "provider")
