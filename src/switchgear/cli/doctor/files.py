"""Examines what lies on the disk: the configuration, the data folder and the secrets in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from switchgear.cli import tables
from switchgear.cli.doctor.finding import Finding, broken, doubt, ok
from switchgear.cli.stored import checked
from switchgear.cli.where import Where
from switchgear.config import paths
from switchgear.config.load import Loaded
from switchgear.core.errors import ConfigInvalid, DataFolderUnusable
from switchgear.store.spool import FOLDER

_MIB: Final = 1024 * 1024
_FULL: Final = 50 * _MIB
_NEARLY_FULL: Final = 500 * _MIB


async def configuration(where: Where) -> tuple[Loaded | None, list[Finding]]:
    """The configuration when it is right, and what is to be said of it."""
    file = where.file()
    try:
        found = await checked(where)
    except ConfigInvalid as error:
        count = len(error.problems)
        first = error.problems[0].message if error.problems else error.message
        more = f" And {count - 1} more." if count > 1 else ""
        return None, [
            broken("configuration", f"{file or 'The environment'} has mistakes: {first}{more}", "switchgear check")
        ]
    loaded = found.loaded
    providers = len(loaded.settings.providers)
    text = f"{file or 'no file, the defaults hold'}; {providers} provider{'' if providers == 1 else 's'}"
    return loaded, [
        ok("configuration", text),
        *(ok("found", f'{each.variable} → provider "{each.name}"') for each in loaded.found),
        *(doubt("configuration", note, "Rename one of the two if that is not meant.") for note in loaded.notes),
    ]


def data_folder(folder: Path) -> Iterator[Finding]:
    """Whether the folder can hold what it must, and only for its owner."""
    if not folder.exists():
        yield _not_there_yet(folder)
        return
    try:
        paths.open_data_folder(folder)
    except DataFolderUnusable as error:
        yield broken("data folder", error.message, error.advice)
        return
    yield ok("data folder", str(folder))
    loose = paths.loose_permissions(folder)
    if loose:
        yield doubt("data folder", *_split(loose))
    yield _space(folder)
    yield from _spooled(folder / FOLDER)


def secrets(folder: Path, *, override: bool) -> Iterator[Finding]:
    """Whether the secrets in the folder are whole and private. ``override``: server.secret takes secret.key's place."""
    secret, key = folder / paths.SECRET_FILE, folder / "cli.key"
    if override:
        yield ok("secret", "server.secret of the configuration")
    elif not secret.exists():
        if (folder / "switchgear.db").exists():
            yield broken(
                "secret.key",
                f"{secret} is missing beside a database that was made with it.",
                "Bring it back from a backup: without it no key is recognised and no stored secret can be read.",
            )
    else:
        yield from _private("secret.key", secret, check=True)
    if key.exists():
        yield from _private("cli.key", key, check=False)


def _private(area: str, path: Path, *, check: bool) -> Iterator[Finding]:
    loose = paths.loose_permissions(path)
    try:
        if check:
            paths.load_secret(path.parent, warn=lambda _: None)
        else:
            path.read_bytes()
    except DataFolderUnusable as error:
        yield broken(area, error.message, error.advice)
    except OSError as error:
        yield broken(
            area, f"{path} cannot be read: {(error.strerror or '').lower()}.", "Run this as the gateway's user."
        )
    else:
        yield doubt(area, *_split(loose)) if loose else ok(area, "private")


def _not_there_yet(folder: Path) -> Finding:
    parent = next((each for each in folder.parents if each.exists()), folder)
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return ok("data folder", f"{folder} is not there yet; the first start makes it")
    return broken(
        "data folder", f"{folder} cannot be made: {parent} cannot be written.", "Choose another with --data-dir."
    )


def _spooled(folder: Path) -> Iterator[Finding]:
    """Usage records that wait on disk for the database."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size:
        yield doubt(
            "usage",
            f"{tables.size(size)} of usage records wait in {folder} for the database.",
            "A gateway that serves this data folder brings them there when the database can be reached.",
        )


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{tables.size(free)} free"
    if free < _FULL:
        return broken("space", f"Only {text} where {folder} lies: records of calls cannot be kept.", "Make room.")
    if free < _NEARLY_FULL:
        return doubt("space", f"Only {text} where {folder} lies.", "Make room before it is full.")
    return ok("space", text)


def _split(sentence: str) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    text, _, advice = sentence.partition(". ")
    return f"{text}.", advice
