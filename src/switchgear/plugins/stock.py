"""Versions of plugins on this host's disk, ready to be started: put there when they are installed, or brought from where others did so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from switchgear.plugins.bundle import Bundle, keep, read_folder
from switchgear.plugins.copies import Copies
from switchgear.plugins.installed import Installed
from switchgear.plugins.shelf import Shelf

Prepare = Callable[[Bundle, Path, Callable[[str], None]], Awaitable[object]]
"""Installs what a bundle needs as a new folder. Raises PluginError, OSError."""


class Stock:
    """What lies on ``shelf``. ``copies`` are shared with other hosts."""

    def __init__(self, shelf: Shelf, copies: Copies, prepare: Prepare) -> None:
        self._shelf = shelf
        self._copies = copies
        self._prepare = prepare
        self._bringing = asyncio.Lock()

    async def take_in(self, bundle: Bundle, folder: Path, told: Callable[[str], None]) -> None:
        """Make ``folder`` the version's own, with the bundle and what it needs; what was there half is made anew.

        Raises PluginError, StoreUnavailable, OSError.
        """
        place = folder / "bundle"

        def moved() -> None:
            self._shelf.made(folder)
            if not place.is_dir():
                keep(bundle, place)

        await asyncio.to_thread(moved)
        await self._readied(replace(bundle, folder=place), folder / "deps", told)
        await self._copies.put(place, bundle.digest)

    async def at_hand(self, installed: Installed) -> None:
        """Have a version on this host's disk that another host installed. Raises PluginError, StoreUnavailable, OSError."""
        place, deps = installed.folder / "bundle", installed.folder / "deps"
        if await asyncio.to_thread(lambda: place.is_dir() and deps.is_dir()):
            return
        async with self._bringing:
            if not await asyncio.to_thread(place.is_dir):
                await self._copies.bring(installed.name, installed.digest, place)
            bundle = await asyncio.to_thread(read_folder, place)
            await self._readied(bundle, deps, lambda _line: None)

    async def _readied(self, bundle: Bundle, deps: Path, told: Callable[[str], None]) -> None:
        if not await asyncio.to_thread(deps.is_dir):
            with suppress(FileExistsError):  # another process of this host was faster
                await self._prepare(bundle, deps, told)
