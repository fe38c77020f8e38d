"""Named JSON documents: the form in which providers and models are stored."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, Table, delete, insert, select, update

from switchgear.core.errors import NotFound
from switchgear.store.engine import Database


class Document(msgspec.Struct, frozen=True):
    """One stored definition: ``content`` has the shape it has in the configuration file. Times are milliseconds."""

    name: str
    content: dict[str, Any]
    created_at: int
    updated_at: int


class Documents:
    """Reads and changes the documents of one table. Every method raises StoreUnavailable.

    ``noun`` is what one of them is called in messages.
    """

    def __init__(self, database: Database, table: Table, noun: str) -> None:
        self._database = database
        self._table = table
        self._noun = noun

    async def all(self) -> list[Document]:
        """Every document, by name."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(self._table))
            return sorted((_document(row) for row in rows), key=lambda document: document.name)

    async def get(self, name: str) -> Document:
        """The document of this name. Raises NotFound."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(self._table).where(self._table.c.name == name))).first()
        if row is None:
            raise self._missing(name)
        return _document(row)

    async def put(self, name: str, content: Mapping[str, Any]) -> Document:
        """Keeps ``content`` under ``name``, instead of what was there."""
        now = time.time_ns() // 1_000_000
        text = msgspec.json.encode(content).decode()
        table = self._table
        async with self._database.change() as connection:
            changed = await connection.execute(
                update(table).where(table.c.name == name).values(document=text, updated_at=now)
            )
            if not changed.rowcount:
                await connection.execute(insert(table).values(name=name, document=text, created_at=now, updated_at=now))
            return _document((await connection.execute(select(table).where(table.c.name == name))).one())

    async def delete(self, name: str) -> None:
        """Forgets the document. Raises NotFound."""
        async with self._database.change() as connection:
            gone = await connection.execute(delete(self._table).where(self._table.c.name == name))
            if not gone.rowcount:
                raise self._missing(name)

    def _missing(self, name: str) -> NotFound:
        return NotFound(f'No stored {self._noun} is named "{name}".', hint=f"List the stored {self._noun}s first.")


def _document(row: Row[Any]) -> Document:
    return Document(row.name, msgspec.json.decode(row.document), row.created_at, row.updated_at)
