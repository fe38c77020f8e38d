"""The hot path in C: which modules mypyc has compiled, and when their sources are imported all the same.

A wheel brings them compiled; in a checkout ``make compile`` puts them beside their sources, with a stamp that tells of what they were
made. The sources are imported where nothing is compiled, where one was changed since, and with ``SWITCHGEAR_PURE=1``: they do the
same, in more time. The decision and its measurement: docs/decisions/031-compiled-hot-path.md.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parent
STAMP = PACKAGE / ".compiled"
"""In a checkout: the digest of the sources that were compiled, then their names, a line each."""


class _Sources:
    """Finds the modules of this package as sources alone."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 - the import system's
    ) -> ModuleSpec | None:
        """The specification of a module (importlib.abc.MetaPathFinder)."""
        if path is None or not fullname.startswith("switchgear."):
            return None
        return next(filter(None, (_finder(folder).find_spec(fullname) for folder in path)), None)


@cache
def _finder(folder: str) -> FileFinder:
    """The one finder of a folder, which has read what is in it."""
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


def choose() -> None:
    """Have the sources imported from here on, where that is wanted or what was compiled is not of them."""
    if os.environ.get("SWITCHGEAR_PURE", "") not in {"", "0"} or outdated():
        sys.meta_path.insert(0, _Sources())


def compiled() -> bool:
    """Whether what is imported here is compiled."""
    found = find_spec("switchgear.routing.turns")
    return found is not None and not str(found.origin).endswith(tuple(SOURCE_SUFFIXES))


def digest(names: Iterable[str]) -> str:
    """What the sources are known by; names are relative to the package. Raises OSError."""
    told = hashlib.blake2b(digest_size=16)
    for name in names:
        told.update(f"{name}\0".encode())
        told.update((PACKAGE / name).read_bytes())
    return told.hexdigest()


def outdated() -> bool:
    """Whether what is compiled here is of other sources than those that are here."""
    try:
        made, *names = STAMP.read_text("utf-8").splitlines()
        return digest(names) != made
    except FileNotFoundError:
        return STAMP.is_file()  # without one nothing is compiled here, or a wheel brought it
    except (OSError, ValueError):
        return True
