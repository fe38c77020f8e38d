"""Backup and restore: a consistent copy of everything, the same file from and for either engine.

The file is a zip: one ``TABLE.jsonl`` (one row a line, bytes in base64) for each table, then ``manifest.json``,
which holds their row counts and sha256. Rows pass through in pieces; nothing is held in memory whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import struct
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import msgspec
from sqlalchemy import Table, delete, insert, literal, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import StoreUnavailable, StoreUnusable, UsageError
from switchgear.store import backup_rows, conversation_tables, failures, partitions, stale, tables, upgrade
from switchgear.store.batch_lines import LARGEST_LINE
from switchgear.store.conversation_images import LARGEST_IMAGE
from switchgear.store.conversation_messages import LARGEST_MESSAGE
from switchgear.store.engine import Database, connect
from switchgear.store.responses import LARGEST_RESPONSE
from switchgear.store.sealing import fingerprint

FORMAT = 1
_PIECE = 1_000
_PIECE_BYTES = 4 << 20
# Twice what the longest row can be: a document comes over the admin API, which takes 1 MiB, and is escaped in its row.
_LONGEST_LINE = 4 << 20
# Kept responses, lines and pieces of files may be longer than other rows, so fewer of them are in memory at once.
_LONGEST_LINES = {
    tables.responses.name: 2 * LARGEST_RESPONSE + _LONGEST_LINE,
    tables.batch_lines.name: 2 * LARGEST_LINE,
    conversation_tables.messages.name: 2 * LARGEST_MESSAGE + _LONGEST_LINE,
    conversation_tables.images.name: 2 * LARGEST_IMAGE,
}
_PIECES = {tables.responses.name: 2, tables.batch_lines.name: 8, tables.file_chunks.name: 8}
_PIECES |= {conversation_tables.messages.name: 16, conversation_tables.images.name: 4}
_LONGEST_MANIFEST = 1 << 20
_READ_BYTES = 1 << 20
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# What zipfile is known to raise on damage, and msgspec on lines that are not rows. RuntimeError stands for a set
# encryption bit, OSError for an offset outside the file, SQLAlchemyError for values that fit no column.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    msgspec.MsgspecError,
    SQLAlchemyError,
)
P = ParamSpec("P")
T = TypeVar("T")
_OF_THE_MOMENT = {tables.revision.name, tables.leases.name, "sessions", "sign_in_links"}
"""What a restored database begins without: nobody is signed in there by what was ended since."""
_TABLES = [table for table in tables.metadata.sorted_tables if table.name not in _OF_THE_MOMENT]


class TableCopy(msgspec.Struct, frozen=True):
    """One table in a backup."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself. ``created_at`` is milliseconds, ``schema`` the revision it was taken at.

    ``secret`` is a fingerprint of the installation's secret, which is not in the backup itself.
    """

    product: str
    format: int
    schema: str
    secret: str
    created_at: int
    tables: dict[str, TableCopy]


class _Head(msgspec.Struct, frozen=True):
    """The part of every manifest, of any version, that tells whether the rest can be read."""

    product: str
    format: int
    schema: str


class Restored(msgspec.Struct, frozen=True):
    """What a restore did. ``secret_differs``: no key of it opens anything here, and no stored secret is readable,
    until the secret.key of the time of the backup is brought back."""

    rows: dict[str, int]
    created_at: int
    secret_differs: bool


async def backup(url: str, data_dir: Path, file: Path, *, secret: bytes) -> Manifest:
    """Writes the whole database at ``url`` to the new file ``file``, as of one moment, while others go on.

    Raises UsageError when the file exists or cannot be written, and as Store.open does.
    """
    _refuse_existing(file)
    database = connect(url, data_dir)
    # A name nobody can have put a link under, in a folder that others may write too.
    part = file.with_name(f".switchgear-{secrets.token_hex(16)}.part")
    try:
        await upgrade.prepare(database)
        manifest = await _write(database, part, file, secret)
        part.replace(file)
    except StoreUnavailable as error:
        raise failures.unusable(error.__cause__ or error, database.where) from error
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        await database.close()
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return manifest


async def restore(url: str, data_dir: Path, file: Path, *, secret: bytes, force: bool = False) -> Restored:
    """Replaces the database at ``url`` with the backup ``file``, whole or not at all.

    Raises UsageError when there is no such file or when the database has content and ``force`` is not set;
    StoreUnusable for a file that is damaged, no backup, or from a newer version; and as Store.open does.
    """
    manifest = await asyncio.to_thread(_check, file)
    database = connect(url, data_dir)
    try:
        await upgrade.prepare(database)
        async with database.write() as connection:
            await _make_room(connection, database, force=force)
            with _opened(file) as archive:
                for table in _TABLES:
                    if table.name in manifest.tables:
                        await _fill(connection, table, _pieces(table, archive, file), database)
            if tables.rollups.name not in manifest.tables:  # made before there were any
                await stale.mark_all(connection)
            await connection.execute(update(tables.revision).values(value=tables.revision.c.value + 1))
            if database.kind == "postgresql":
                await partitions.ensure(connection, time.time_ns() // 1_000_000)
    except StoreUnavailable as error:
        raise failures.unusable(error.__cause__ or error, database.where) from error
    finally:
        await database.close()
    return Restored(
        rows={name: table.rows for name, table in manifest.tables.items()},
        created_at=manifest.created_at,
        secret_differs=manifest.secret != fingerprint(secret),
    )


def read_manifest(file: Path) -> Manifest:
    """What the backup says of itself, unchecked against its content. Raises UsageError, StoreUnusable."""
    with _opened(file) as archive:
        return _manifest(archive, file)


# ---------------------------------------------------------------- writing


def _refuse_existing(file: Path) -> None:
    if os.path.lexists(file):
        raise UsageError(f"{file} exists already.", hint="Choose another name, or move it away.")


class _Archive:
    """The zip as it grows: rows in, counts and checksums out."""

    def __init__(self, file: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._handle = os.fdopen(os.open(file, flags, 0o600), "w+b")
        self._zip = zipfile.ZipFile(self._handle, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._entry: IO[bytes] | None = None
        self._encoder = msgspec.json.Encoder()
        self._digest = hashlib.sha256()
        self._rows = 0

    def begin(self, table: str) -> None:
        """The rows to come are those of ``table``."""
        self._entry = self._zip.open(f"{table}.jsonl", "w", force_zip64=True)
        self._digest = hashlib.sha256()
        self._rows = 0

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Adds rows to the table."""
        lines = self._encoder.encode_lines(rows)
        self._digest.update(lines)
        self._rows += len(rows)
        if self._entry is not None:
            self._entry.write(lines)

    def end(self) -> TableCopy:
        """Ends the table."""
        if self._entry is not None:
            self._entry.close()
            self._entry = None
        return TableCopy(self._rows, self._digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest and makes the file last."""
        self._zip.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
        self._zip.close()
        self._handle.flush()
        os.fsync(self._handle.fileno())

    def close(self) -> None:
        """Lets the file go, finished or not."""
        with suppress(OSError, ValueError):
            self.end()
        with suppress(OSError, ValueError):
            self._zip.close()
        with suppress(OSError):
            self._handle.close()


async def _write(database: Database, part: Path, file: Path, secret: bytes) -> Manifest:
    """Writes to ``part``; ``file``, which it becomes, is what errors name."""
    archive: _Archive | None = None
    try:
        archive = await asyncio.to_thread(_Archive, part)
        copies: dict[str, TableCopy] = {}
        async with database.snapshot() as connection:
            for table in _TABLES:
                archive.begin(table.name)
                async for rows in _rows(connection, table):
                    await _to_file(file, archive.write, rows)
                copies[table.name] = await _to_file(file, archive.end)
        manifest = Manifest("switchgear", FORMAT, tables.HEAD, fingerprint(secret), time.time_ns() // 1_000_000, copies)
        await _to_file(file, archive.finish, manifest)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        if archive is not None:
            archive.close()
    return manifest


async def _to_file(file: Path, write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs ``write`` on a thread; the file's errors must not pass for the database's around it."""
    try:
        return await asyncio.to_thread(write, *args, **kwargs)
    except OSError as error:
        raise _unwritable(file, error) from error


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    asked = (
        select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_PIECES.get(table.name, _PIECE))
    )
    result = await connection.stream(asked)
    async for piece in result.mappings().partitions():
        yield [dict(row) for row in piece]


def _unwritable(file: Path, error: OSError) -> UsageError:
    reason = (error.strerror or "an error of the disk").lower()
    return UsageError(f"The backup cannot be written to {file}: {reason}.", cause=repr(error))


# ---------------------------------------------------------------- reading


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """The backup, open for reading; what goes wrong inside is told as damage."""
    try:
        handle = file.open("rb")
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {file}.") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or 'an error of the disk').lower()}.") from error
    with handle:
        try:
            with zipfile.ZipFile(handle) as archive:
                yield archive
        except _DAMAGE as error:
            raise _damaged(file, error) from error


def _damaged(file: Path, error: Exception | None = None) -> StoreUnusable:
    return StoreUnusable(
        f"{file} is damaged, cut short or no Switchgear backup. Nothing was changed.",
        hint="Use another backup.",
        cause=repr(error) if error else None,
    )


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    with _entry(archive, "manifest.json", file) as entry:
        text = entry.read(_LONGEST_MANIFEST + 1)
    if len(text) > _LONGEST_MANIFEST:
        raise _damaged(file)
    head = msgspec.json.decode(text, type=_Head)
    if head.product != "switchgear":
        raise _damaged(file)
    if head.format > FORMAT or head.schema not in tables.REVISIONS:
        raise StoreUnusable(
            f"{file} was made by a newer Switchgear (format {head.format}, schema {head.schema}). Nothing was changed.",
            hint="Restore it with that version.",
        )
    return msgspec.json.decode(text, type=Manifest)


def _entry(archive: zipfile.ZipFile, name: str, file: Path) -> IO[bytes]:
    """The entry of this name, compressed in a way whose memory is bounded. ``zipfile`` reads no more of it than it
    declares."""
    info = archive.getinfo(name)
    if info.compress_type not in _COMPRESSIONS:
        raise _damaged(file)
    return archive.open(info)


def _check(file: Path) -> Manifest:
    """Reads the whole backup once before anything is touched: sizes, checksums, known tables."""
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        if not set(manifest.tables) <= {table.name for table in _TABLES}:
            raise _damaged(file)
        for name, copy in manifest.tables.items():
            with _entry(archive, f"{name}.jsonl", file) as entry:
                if _measured(entry, file, _longest(name)) != copy:
                    raise _damaged(file)
    return manifest


def _longest(table: str) -> int:
    return _LONGEST_LINES.get(table, _LONGEST_LINE)


def _measured(entry: IO[bytes], file: Path, longest: int) -> TableCopy:
    """Rows and checksum of a table as it is in the file. Raises StoreUnusable for a line too long to be a row."""
    digest, rows, begun = hashlib.sha256(), 0, 0
    while piece := entry.read(_READ_BYTES):
        digest.update(piece)
        rows += piece.count(b"\n")
        end = piece.rfind(b"\n")
        begun = begun + len(piece) if end < 0 else len(piece) - end - 1
        if begun > longest:
            raise _damaged(file)
    return TableCopy(rows, digest.hexdigest())


async def _make_room(connection: AsyncConnection, database: Database, *, force: bool) -> None:
    for table in reversed(_TABLES):
        if not force and (await connection.execute(select(literal(1)).select_from(table).limit(1))).first():
            raise UsageError(
                f"{database.where} is not empty. Nothing was changed.", hint="Add --force to replace its content."
            )
        await connection.execute(delete(table))


def _pieces(table: Table, archive: zipfile.ZipFile, file: Path) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    size = 0
    with _entry(archive, f"{table.name}.jsonl", file) as entry:
        # A line is one piece longer at most than what was measured of it.
        while line := entry.readline(_longest(table.name) + _READ_BYTES):
            rows.append(backup_rows.read(table.name, line))
            size += len(line)
            if len(rows) == _PIECE or size > _PIECE_BYTES:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows


async def _fill(
    connection: AsyncConnection, table: Table, pieces: Iterator[list[dict[str, Any]]], database: Database
) -> None:
    for rows in pieces:
        try:
            await connection.execute(insert(table), rows)
        except failures.DRIVER_ERRORS as error:
            if failures.understand(error, database.where).data:
                raise  # rows no backup of ours has: damage, as the caller understands it
            raise database.unavailable(error) from error
