"""How much a plugin's data folder holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from switchgear.plugins.sandbox import processes

_SMALLEST: Final = 4096
"""Bytes that a name is counted as, so that there is an end to empty files too."""


class Unreadable(Exception):
    """A folder in it cannot be looked into, so that what it holds is not known. The message is its path."""


def measure(folder: Path, stop_at: int, first: int | None = None) -> int:
    """Bytes on disk in ``folder``; of a running plugin with the first process ``first`` also of deleted files that it holds open.

    Counting ends once there are ``stop_at``. Links are not followed. Raises Unreadable.
    """
    size = 0
    seen: set[int] = set()
    left = [str(folder)]
    while left and size < stop_at:
        place = left.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    size += _count(entry, seen)
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                    if size >= stop_at:
                        break
        except FileNotFoundError:  # deleted meanwhile
            continue
        except OSError as error:
            raise Unreadable(place[len(str(folder)) :].lstrip("/")[:200] or "/") from error
    if first is None or size >= stop_at:
        return size
    open_ones = processes.deleted_files(processes.tree(first), folder.stat().st_dev)
    return size + sum(dict(open_ones).values())


def _count(entry: os.DirEntry[str], seen: set[int]) -> int:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return 0
    if found.st_nlink > 1 and not entry.is_dir(follow_symlinks=False):
        if found.st_ino in seen:
            return _SMALLEST
        seen.add(found.st_ino)
    return max(_SMALLEST, found.st_blocks * 512)
