"""Tells when the configuration file changed, for ``serve --dev``."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import Change, awatch

from switchgear.core.errors import StartupError


async def changes(path: Path, stop: asyncio.Event) -> AsyncIterator[None]:
    """Yields each time the contents of ``path`` became different and some 50 ms passed without another change.

    The folder is watched, not the file, because editors write a new file and rename it over the old one; a file that is
    missing in between is waited for. A file that is written again with the same contents is no change. Ends when
    ``stop`` is set. Raises StartupError when the system refuses to watch.
    """
    folders, names = _watched(path)

    def concerns(_change: Change, changed: str) -> bool:
        return changed.rpartition("/")[2] in names

    seen = _digest(path)
    try:
        watcher = awatch(*folders, watch_filter=concerns, debounce=400, step=50, stop_event=stop, recursive=False)
        async for _ in watcher:
            now = _digest(path)
            if now is not None and now != seen:
                seen = now
                yield
    except OSError as error:
        raise StartupError(
            f"{path.parent} cannot be watched for changes: {error.strerror or error}.",
            hint="Start without --dev, and reload with SIGHUP.",
        ) from None


def _watched(path: Path) -> tuple[set[Path], set[str]]:
    """The folders to watch, and the names in them that matter: of the file, and of what it links to."""
    link, target = path.absolute(), path.resolve()
    return {link.parent, target.parent}, {link.name, target.name, "..data"}  # ..data: Kubernetes swaps it on a mount


def _digest(path: Path) -> bytes | None:
    """What the file holds, as a hash; ``None`` while it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return None
