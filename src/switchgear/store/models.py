"""Models (aliases) made at run time, beside those of the configuration file."""

from __future__ import annotations

from switchgear.store import tables
from switchgear.store.documents import Documents
from switchgear.store.engine import Database


class Models(Documents):
    """Stored models; a document has the shape of ``[models.NAME]``."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.models, "model")
