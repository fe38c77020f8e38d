"""Brings a database's schema to the revision this version works with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.core.errors import StoreUnavailable, StoreUnusable
from switchgear.store import failures, tables
from switchgear.store.engine import Database, connect, current_revision, use_wal

MIGRATIONS = Path(__file__).parent / "migrations"

# Any fixed number: it keeps two processes from migrating one PostgreSQL database at the same time.
_LOCK = 0x5377_6974_6368


async def prepare(database: Database) -> None:
    """Opens the database for the first time in this process and upgrades it if it is behind.

    Raises StoreUnusable, DataFolderUnusable.
    """
    try:
        if database.kind == "sqlite":
            await use_wal(database)
        async with database.engine.connect() as connection:
            found = await current_revision(connection, database.kind)
        if found != tables.HEAD:
            _refuse_unknown(found, database)
            await _upgrade(database)
    except StoreUnavailable as error:  # met inside Database.write, which speaks to requests
        raise failures.unusable(error.__cause__ or error, database.where) from error
    except failures.DRIVER_ERRORS as error:
        raise failures.unusable(error, database.where) from error


async def upgrade(url: str, data_dir: Path) -> str:
    """Upgrades the database at ``url``; the revision it is at then. Raises as ``prepare``, and ExtraMissing."""
    database = connect(url, data_dir)
    try:
        await prepare(database)
    finally:
        await database.close()
    return tables.HEAD


async def current(url: str, data_dir: Path) -> str | None:
    """The revision of the database at ``url`` as it is, None when it is empty. Raises as ``upgrade``."""
    database = connect(url, data_dir)
    try:
        async with database.engine.connect() as connection:
            return await current_revision(connection, database.kind)
    except failures.DRIVER_ERRORS as error:
        raise failures.unusable(error, database.where) from error
    finally:
        await database.close()


def _refuse_unknown(found: str | None, database: Database) -> None:
    if found is not None and found not in tables.REVISIONS:
        raise StoreUnusable(
            f"{database.where} has schema {found}, made by a newer Switchgear; this one knows schemas "
            f"up to {tables.HEAD}.",
            hint="Install the newer Switchgear again, or restore a backup made by this one.",
        )


async def _upgrade(database: Database) -> None:
    """All migrations in one transaction, one process at a time: the others find the work done."""
    async with database.write() as connection:
        if database.kind == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = await current_revision(connection, database.kind)
        if found == tables.HEAD:
            return
        _refuse_unknown(found, database)
        if found is None:
            await _refuse_foreign(connection, database)
        await connection.run_sync(_run_alembic)


async def _refuse_foreign(connection: AsyncConnection, database: Database) -> None:
    present = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    clashes = sorted(present & set(tables.metadata.tables))
    if clashes:
        raise StoreUnusable(
            f'{database.where} holds a table "{clashes[0]}" that Switchgear did not make.',
            hint="Give Switchgear a database of its own in store.url.",
        )


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and not needed by a database at head
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
