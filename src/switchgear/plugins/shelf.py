"""Where plugins lie on the disk: each version in a folder that its content names, each plugin's data beside them.

Under ``plugins`` in the data folder: ``versions/NAME/VERSION-DIGEST/{bundle,deps}``, ``data/NAME``, and ``staging`` for what is looked at
before it is installed. Everything here blocks; run it in a thread.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9.+-]+")
STAGED_SECONDS: Final = 3600.0
"""How long something waits to be installed."""
_DIGITS: Final = 16


class Shelf:
    """The folders of plugins below ``root``, which is made when it is needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def staging(self) -> Path:
        """Where things wait to be installed."""
        return self.root / "staging"

    def version(self, name: str, version: str, digest: str) -> Path:
        """The folder of a version with this content."""
        return self.root / "versions" / name / f"{_plain(version)}-{digest[:_DIGITS]}"

    def data(self, name: str) -> Path:
        """What a plugin keeps, whichever version it is."""
        return self.root / "data" / name

    def made(self, folder: Path) -> Path:
        """``folder``, made with those it lies in; nobody else may look into them."""
        if not folder.is_dir():
            if folder != self.root:
                self.made(folder.parent)
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700, parents=folder == self.root)
        return folder

    def remove(self, folder: Path) -> None:
        """Remove a folder below ``root`` that nothing uses. What cannot be removed stays, out of the way."""
        if folder.is_dir() and folder.is_relative_to(self.root):
            remove_tree(folder)

    def sweep(self, kept: Collection[Path], *, older_than: float = STAGED_SECONDS) -> None:
        """Remove versions that are not ``kept`` and what waited for too long, both only when they have not been touched for a while."""
        before = time.time() - older_than
        left = [each for each in _folders(self.staging) if _touched(each) < before]
        for plugin in _folders(self.root / "versions"):
            left += [each for each in _folders(plugin) if each not in kept and _touched(each) < before]
        for each in left:
            self.remove(each)

    def forget(self, name: str, *, data: bool) -> None:
        """Remove all versions of a plugin, and with ``data`` what it kept."""
        self.remove(self.root / "versions" / name)
        if data:
            self.remove(self.data(name))


def _plain(version: str) -> str:
    return _NOT_PLAIN.sub("_", version)[:80]


def _folders(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.is_dir() and not each.is_symlink()]
    except FileNotFoundError:
        return []


def remove_tree(folder: Path) -> None:
    """Remove a folder, whatever modes a package's own build left in it; links are not followed."""
    for inside, folders, _ in os.walk(folder):
        for name in folders:
            place = Path(inside, name)
            if not place.is_symlink():
                place.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _touched(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return float("inf")
