"""``switchgear db``: the database itself, without a gateway between."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from switchgear.cli import progress, screen, tables
from switchgear.cli.client import noticed
from switchgear.cli.located import Located, locate
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import Conflict, StoreUnusable, UsageError
from switchgear.store import backup as copies
from switchgear.store import upgrade as schema
from switchgear.store.tables import HEAD, REVISIONS

app = App(name="db", help="Upgrade, back up and restore the database.", help_epilogue="")


@app.command(help_epilogue="Examples\n  switchgear db status --json")
async def status(*, as_json: AsJson = False, where: Where = HERE) -> int:
    """Tell where the database is, how large, and whether its schema is the one this version works with."""
    located = locate(where)
    found = await schema.current(located.url, located.folder) if located.exists else None
    state = _state(found, exists=located.exists)
    if as_json:
        screen.show_json(
            {"database": located.words, "schema": found, "head": HEAD, "state": state, "bytes": _bytes(located)}
        )
        return 0
    weighs = f", {tables.size(_bytes(located) or 0)}" if located.file and located.exists else ""
    screen.say(f"{located.words}{weighs}")
    advice = {
        "missing": "It is not there yet; the first start makes it.",
        "empty": f"It is empty; the next start, or switchgear db upgrade, brings it to schema {HEAD}.",
        "behind": f"It is at schema {found}; the next start, or switchgear db upgrade, brings it to {HEAD}.",
        "newer": f"It is at schema {found}, made by a newer Switchgear; this one knows schemas up to {HEAD}.",
    }
    screen.say(advice.get(state, f"It is at schema {HEAD}, the one this version works with."))
    return StoreUnusable.exit_code if state == "newer" else 0


@app.command(help_epilogue="The gateway does the same when it starts.\n\nExamples\n  switchgear db upgrade")
async def upgrade(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """Bring the database's schema to the one this version works with."""
    located = locate(where)
    before = await schema.current(located.url, located.folder) if located.exists else None
    with progress.spinner("Upgrading"):
        after = await schema.upgrade(located.url, located.folder)
    if as_json:
        screen.show_json({"database": located.words, "before": before, "after": after})
    elif before == after:
        screen.say(f"{located.words} is at schema {after} already.")
    else:
        screen.say(f"{located.words} is at schema {after} now{f', it was at {before}' if before else ''}.")


@app.command(
    help_epilogue="""\
It is a copy as of one moment, while the gateway goes on; it can be restored to SQLite and to PostgreSQL alike.
secret.key is not in it: keep a copy of that too, or no key and no secret of the backup can be used.

Examples
  switchgear db backup
  switchgear db backup /backups/switchgear.zip"""
)
async def backup(
    file: Annotated[Path | None, Parameter(name="FILE", help="A new file. [switchgear-DATE.zip here]")] = None,
    /,
    *,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Copy everything that is kept into one file."""
    located = locate(where)
    if not located.exists:
        raise UsageError(f"There is no database {located.words} yet.", hint="The first start makes it.")
    target = file or Path(f"switchgear-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.zip")
    if not target.absolute().parent.is_dir():
        raise UsageError(
            f"{target} cannot be written: there is no folder {target.parent}.",
            hint=f"Make it with: mkdir -p {shlex.quote(str(target.parent))}",
        )
    with progress.spinner("Backing up"):
        manifest = await copies.backup(located.url, located.folder, target, secret=located.secret())
    rows = {name: table.rows for name, table in manifest.tables.items()}
    if as_json:
        screen.show_json({"file": str(target), "schema": manifest.schema, "rows": rows, "bytes": target.stat().st_size})
        return
    screen.say(f"Wrote {target} ({tables.size(target.stat().st_size)}, {sum(rows.values()):,} rows).")
    screen.note("secret.key is not in it: keep a copy of that in another safe place.")


@app.command(
    help_epilogue="""\
It replaces all that is there, whole or not at all. Stop the gateway first.

Examples
  switchgear db restore switchgear-2026-11-22.zip
  switchgear db restore switchgear-2026-11-22.zip --force"""
)
async def restore(
    file: Annotated[Path, Parameter(name="FILE", help="A backup.")],
    /,
    *,
    force: Annotated[bool, Parameter(negative="", help="Replace what is there.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Bring back a backup."""
    located = locate(where)
    if (gateway := noticed(where)) is not None:
        raise Conflict(
            f"A gateway runs on this data folder (pid {gateway.pid}, {gateway.url}).",
            hint="Stop it first: what it still holds in memory would be written over the backup.",
        )
    secret = located.secret()
    with progress.spinner("Restoring"):
        restored = await copies.restore(located.url, located.folder, file, secret=secret, force=force)
    if as_json:
        screen.show_json({"database": located.words, "rows": restored.rows, "secret_differs": restored.secret_differs})
        return
    taken = datetime.fromtimestamp(restored.created_at / 1000, UTC).astimezone()
    screen.say(f"{located.words} is as it was on {taken:%Y-%m-%d %H:%M} ({sum(restored.rows.values()):,} rows).")
    if restored.secret_differs:
        screen.note(
            f"It was made under another secret.key. Put that one into {located.folder}: until then no key of the\n"
            "backup opens anything and no stored secret can be read."
        )


def _state(found: str | None, *, exists: bool) -> str:
    if not exists:
        return "missing"
    if found is None:
        return "empty"
    return "ready" if found == HEAD else "behind" if found in REVISIONS else "newer"


def _bytes(located: Located) -> int | None:
    """The size of SQLite's file with its write-ahead log."""
    if located.file is None or not located.exists:
        return None
    beside = [located.file, located.file.with_name(located.file.name + "-wal")]
    return sum(path.stat().st_size for path in beside if path.exists())
