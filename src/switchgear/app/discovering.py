"""The folders of bundles, watched: what appears there is published as discovered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from switchgear.events.plugins import PluginChanged
from switchgear.plugins.sources.discovery import Found, discover
from switchgear.state.counters import epoch_ms

_log = logging.getLogger(__name__)


class Discovering:
    """Knows the bundles in ``folders``, which gives those that are configured now, and publishes those that appear or change."""

    def __init__(self, folders: Callable[[], tuple[Path, ...]], publish: Callable[[object], None]) -> None:
        self._folders = folders
        self._publish = publish
        self._known: dict[str, Found] = {}
        self._watched: tuple[Path, ...] = ()
        self._stop = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def found(self) -> Mapping[str, Found]:
        """The bundles that are there now, by their source."""
        self._known = await asyncio.to_thread(discover, self._folders(), self._known)
        return self._known

    def start(self) -> None:
        """Watch the folders that are configured now, instead of those that were."""
        folders = self._folders()
        if folders == self._watched and self._watching is not None:
            return
        self._stop.set()
        self._watched, self._stop = folders, asyncio.Event()
        if folders:
            self._watching = asyncio.create_task(self._watch(folders, self._stop), name="folders of bundles")

    async def close(self) -> None:
        """Watch no more."""
        self._stop.set()
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self, folders: tuple[Path, ...], stop: asyncio.Event) -> None:
        from switchgear.plugins.sources.watching import watch  # noqa: PLC0415 - watchfiles is loaded only where folders are watched

        known = self._known or await self.found()
        try:
            async for change in watch(folders, known, stop):
                for each in change.found:
                    self._tell(each)
        except OSError as error:
            _log.warning("Folders of plugins are not watched: %s", error)

    def _tell(self, found: Found) -> None:
        version = found.manifest.version if found.manifest is not None else ""
        now = epoch_ms()
        self._publish(PluginChanged(found.name, version, "discovered", found.fault or found.source, now))
