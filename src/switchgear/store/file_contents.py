"""The content of files that the gateway keeps itself, in pieces: nothing is held in memory whole, on either engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from sqlalchemy import and_, delete, exists, insert, literal, select

from switchgear.store import plugin_tables, tables
from switchgear.store.engine import Database

PLUGIN: Final = "plugin:"
"""Before the digest of a plugin's bundle, as the id of its content."""
CHUNK_BYTES: Final = 256 * 1024
_AT_ONCE: Final = 16
_DAY: Final = 86_400_000
_ORPHANS: Final = 16
_columns = tables.file_chunks.c


class ContentWriter:
    """Writes one file's content. At most four MiB are in memory and in one transaction."""

    def __init__(self, database: Database, file_id: str, now: int) -> None:
        self._database = database
        self._file_id = file_id
        self._now = now
        self._held = bytearray()
        self._chunks: list[bytes] = []
        self._number = 0
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Adds ``data``. Raises StoreUnavailable."""
        self.size += len(data)
        self._held += data
        while len(self._held) >= CHUNK_BYTES:
            self._chunks.append(bytes(self._held[:CHUNK_BYTES]))
            del self._held[:CHUNK_BYTES]
            if len(self._chunks) == _AT_ONCE:
                await self._commit()

    async def finish(self) -> None:
        """Commits the rest. Raises StoreUnavailable."""
        if self._held or (not self._chunks and self._number == 0):
            self._chunks.append(bytes(self._held))
            self._held.clear()
        await self._commit()

    async def _commit(self) -> None:
        if not self._chunks:
            return
        rows = [
            {"file_id": self._file_id, "number": self._number + at, "data": data, "created_at": self._now}
            for at, data in enumerate(self._chunks)
        ]
        async with self._database.write() as connection:
            await connection.execute(insert(tables.file_chunks), rows)
        self._number += len(rows)
        self._chunks.clear()


class FileContents:
    """Reads and writes content by the file's id. Every method raises StoreUnavailable; ``now`` is milliseconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def writer(self, file_id: str, now: int) -> ContentWriter:
        """To write a new file's content. It is nobody's until the file is kept, and is forgotten after a day if it never is."""
        return ContentWriter(self._database, file_id, now)

    async def pieces(self, file_id: str, start: int = 0, size: int | None = None) -> AsyncGenerator[bytes]:
        """The content from byte ``start`` on, at most ``size`` bytes; nothing of a file without content."""
        number, skip = divmod(start, CHUNK_BYTES)
        left = size
        while left is None or left > 0:
            asked = select(_columns.data).where(and_(_columns.file_id == file_id, _columns.number == number))
            async with self._database.read() as connection:
                data = (await connection.execute(asked)).scalar()
            if data is None:
                return
            piece = bytes(data)[skip:] if left is None else bytes(data)[skip : skip + left]
            if piece:
                yield piece
            if left is not None:
                left -= len(piece)
            number, skip = number + 1, 0

    async def read(self, file_id: str, start: int, size: int) -> bytes:
        """``size`` bytes from ``start`` on, or as many as there are."""
        return b"".join([piece async for piece in self.pieces(file_id, start, size)])

    async def delete(self, file_id: str) -> None:
        """Forgets the content."""
        async with self._database.write() as connection:
            await connection.execute(delete(tables.file_chunks).where(_columns.file_id == file_id))

    async def prune(self, now: int) -> int:
        """Forgets content whose file is not kept any more, or never came to be within a day; how many they were."""
        count = 0
        files = tables.files.c
        kept = exists(files.id).where(and_(files.id == _columns.file_id, files.provider == ""))
        versions = plugin_tables.plugin_versions.c
        installed = exists(versions.digest).where(literal(PLUGIN) + versions.digest == _columns.file_id)
        orphans = (
            select(_columns.file_id)
            .where(and_(_columns.number == 0, _columns.created_at <= now - _DAY, ~kept, ~installed))
            .limit(_ORPHANS)
        )
        while True:
            async with self._database.read() as connection:
                found = (await connection.execute(orphans)).scalars().all()
            for file_id in found:
                await self.delete(file_id)
            count += len(found)
            if len(found) < _ORPHANS:
                return count
