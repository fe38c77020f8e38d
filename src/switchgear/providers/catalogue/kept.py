"""A map that was fetched, as it is kept in the data folder in the place of the packaged one."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from switchgear.core.errors import DataFolderUnusable

KEPT_FILE: Final = "catalogue.json"


class Kept(msgspec.Struct, frozen=True):
    """A map as it came: where from, when (ISO 8601), and its entries by name."""

    source: str
    at: str
    models: dict[str, msgspec.Raw]


def taken(source: str, models: dict[str, msgspec.Raw]) -> Kept:
    """A map that came just now."""
    return Kept(source, datetime.now(UTC).isoformat(timespec="seconds"), models)


def read_kept(folder: Path) -> Kept:
    """The map that ``folder`` keeps. Raises OSError and msgspec.DecodeError."""
    return msgspec.json.decode((folder / KEPT_FILE).read_bytes(), type=Kept)


def keep(folder: Path, kept: Kept) -> None:
    """Keep a map in ``folder`` in the place of the one before: whole or not at all. Raises DataFolderUnusable."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{KEPT_FILE}.", delete=False) as file:
            try:
                file.write(msgspec.json.encode(kept))
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(folder / KEPT_FILE)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise DataFolderUnusable(f"The catalogue cannot be kept in {folder}: {error.strerror or error}.") from error


def forget(folder: Path) -> bool:
    """Give up the map that ``folder`` keeps; whether there was one. Raises DataFolderUnusable."""
    try:
        (folder / KEPT_FILE).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DataFolderUnusable(f"{folder / KEPT_FILE} cannot be removed: {error.strerror or error}.") from error
    return True
