"""Folders of bundles, watched while the gateway runs. Loads the watcher's library, and so is imported where folders are watched alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from watchfiles import awatch

from switchgear.plugins.sources.discovery import Change, Found, compare, discover, in_packages


async def watch(
    folders: Sequence[Path], known: Mapping[str, Found], stop: asyncio.Event, *, quiet_ms: int = 400
) -> AsyncIterator[Change]:
    """Each change in ``folders``, from ``known`` on, until ``stop`` is set. Folders that are not there are not watched."""
    loop = asyncio.get_running_loop()
    state = dict(known)
    there = await loop.run_in_executor(None, lambda: [folder for folder in folders if folder.is_dir()])
    if not there:
        return
    packages = await loop.run_in_executor(None, lambda: [*in_packages()])
    async for _ in awatch(*there, debounce=quiet_ms, stop_event=stop, recursive=True, yield_on_timeout=True):
        now = await loop.run_in_executor(None, discover, folders, state, packages)
        change = compare(state, now)
        state = now
        if change.found or change.gone:
            yield change
