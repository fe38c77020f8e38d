"""Examines the database: there, in reach, at the schema this version works with, undamaged."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from switchgear.cli.doctor.finding import Finding, broken, doubt, ok
from switchgear.cli.located import Located
from switchgear.core.errors import StartupError
from switchgear.store import upgrade
from switchgear.store.tables import HEAD, REVISIONS


async def examine(located: Located) -> AsyncIterator[Finding]:
    """Everything about the database."""
    if not located.exists:
        yield ok("database", f"{located.words} is not there yet; the first start makes it")
        return
    if located.file is not None:
        damage = await asyncio.to_thread(_damage, located.file)
        if damage is not None:
            yield damage
            return
    try:
        found = await upgrade.current(located.url, located.folder)
    except StartupError as error:
        yield broken("database", error.message, error.advice)
        return
    yield _schema(located.words, found)


def _schema(words: str, found: str | None) -> Finding:
    if found == HEAD:
        return ok("database", f"{words}, schema {HEAD}")
    if found is None:
        return ok("database", f"{words} is empty; the first start fills it")
    if found in REVISIONS:
        return doubt(
            "database",
            f"{words} has schema {found}, this version works with {HEAD}.",
            "The next start upgrades it, or: switchgear db upgrade",
        )
    return broken(
        "database",
        f"{words} has schema {found}, made by a newer Switchgear; this one knows schemas up to {HEAD}.",
        "Install the newer Switchgear again, or restore a backup made by this one.",
    )


def _damage(file: Path) -> Finding | None:
    """What SQLite's own check finds (https://www.sqlite.org/pragma.html#pragma_quick_check); nothing is written."""
    advice = "Stop the gateway, then: switchgear db restore FILE --force"
    try:
        connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error as error:
        return broken("database", f"{file} cannot be opened: {error}.", "Check who owns it and its folder.")
    try:
        rows = connection.execute("PRAGMA quick_check(3)").fetchall()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            return doubt("database", f"{file} is locked by another process.", "Look for it with: fuser -v " + str(file))
        return broken("database", f"{file} is damaged: {error}.", advice)
    finally:
        connection.close()
    if rows and rows[0][0] != "ok":
        return broken("database", f"{file} is damaged: {rows[0][0]}.", advice)
    return None
