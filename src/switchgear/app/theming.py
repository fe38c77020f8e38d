"""The themes of a running gateway: read when they are first looked at, watched from then on."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from switchgear.events.themes import ThemeChanged, ThemeInvalid, ThemeProblem
from switchgear.themes.css import Sheet
from switchgear.themes.drafts import SYSTEM
from switchgear.themes.shelf import FOLDER, Shelf, Shelved, check_chosen, named, read_shelf

_log = logging.getLogger(__name__)
_LOOK_MS: Final = 2000
_OLD_SHEETS: Final = 64
_Marks = tuple[tuple[str, int, int, int], ...]


class ThemeService:
    """Themes of the package and of ``data_dir``. ``chosen`` gives the name of the one for those who chose none.

    Every worker watches the folder itself. Raises ConfigInvalid when no theme has the name chosen.
    """

    def __init__(self, data_dir: Path, chosen: Callable[[], str], publish: Callable[[object], None]) -> None:
        self._data_dir = data_dir
        self._folder = data_dir / FOLDER
        self._chosen = chosen
        self._publish = publish
        self._shelf: Shelf | None = None
        self._marks: _Marks = ()
        self._sheets: dict[str, Sheet] = {}
        self._reading = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        check_chosen(chosen(), data_dir)

    @property
    def chosen(self) -> str:
        """The theme of those who chose none."""
        return self._chosen()

    async def shelf(self) -> Shelf:
        """All themes. The first time they are read, and the folder is watched from then on."""
        if self._shelf is None:
            await self._read()
        if self._watching is None and not self._stop.is_set():
            self._watching = asyncio.create_task(self._watch(), name="themes watch")
        assert self._shelf is not None  # noqa: S101 - it was read
        return self._shelf

    async def sheet(self, name: str) -> Sheet:
        """The style sheet of a theme, or of the one for those who chose none where there is none of that name."""
        shelf = await self.shelf()
        for each in (name, self._chosen(), SYSTEM):
            found = named(shelf, each)
            if found is not None and found.sheet is not None:
                return found.sheet
        raise LookupError(SYSTEM)  # a package without its own themes

    async def served(self, name: str, digest: str) -> tuple[Sheet, bool] | None:
        """The style sheet that an address names, and whether it is exactly that: of a theme, any is better than none."""
        shelf = await self.shelf()
        if (kept := self._sheets.get(f"/themes/{name}-{digest}.css")) is not None:
            return kept, True
        found = named(shelf, name)
        return (found.sheet, False) if found is not None and found.sheet is not None else None

    async def close(self) -> None:
        """End the watch."""
        self._stop.set()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _read(self) -> None:
        async with self._reading:
            before = self._shelf
            marks = await asyncio.to_thread(_marks, self._folder)
            if before is not None and marks == self._marks:
                return
            shelf = await asyncio.to_thread(read_shelf, self._data_dir, before)
            self._marks, self._shelf = marks, shelf
        for one in shelf.values():
            if one.sheet is not None:
                self._sheets.pop(one.sheet.href, None)
                self._sheets[one.sheet.href] = one.sheet
        while len(self._sheets) > _OLD_SHEETS + len(shelf):
            del self._sheets[next(iter(self._sheets))]
        self._tell(before or {}, shelf, first=before is None)

    def _tell(self, before: Shelf, after: Shelf, *, first: bool) -> None:
        for name, one in after.items():
            old = before.get(name)
            if one.problems and (old is None or old.problems != one.problems):
                self._tell_mistakes(one)
            elif not first and not one.problems and one.sheet is not None and (old is None or old is not one):
                self._publish(ThemeChanged(name, one.theme.title if one.theme else name, one.sheet.href))
        for name in before.keys() - after.keys():
            self._publish(ThemeChanged(name, name, None))

    def _tell_mistakes(self, one: Shelved) -> None:
        for problem in one.problems:
            line = f":{problem.line}" if problem.line else ""
            _log.warning("%s%s: %s %s", problem.file, line, problem.message, problem.suggestion)
        told = tuple(
            ThemeProblem(each.file, each.line, each.path, each.message, each.suggestion) for each in one.problems
        )
        self._publish(ThemeInvalid(one.name, told))

    async def _watch(self) -> None:
        """Read again whenever the folder became different: when the system says so, and every two seconds to be sure."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
        async for _ in _looks(self._folder, self._stop):
            await self._read()


async def _looks(folder: Path, stop: asyncio.Event) -> AsyncIterator[None]:
    from watchfiles import awatch  # noqa: PLC0415 - most gateways are not looked at

    try:
        watcher = awatch(
            folder,
            debounce=400,
            step=50,
            stop_event=stop,
            recursive=False,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
        )
        async for _ in watcher:
            yield
    except OSError as error:
        _log.warning("%s cannot be watched, and is looked at every two seconds: %s", folder, error.strerror or error)
    while not stop.is_set():
        yield
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_MS / 1000)


def _marks(folder: Path) -> _Marks:
    """What tells whether any file of the folder was written since."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                status = entry.stat()
                found.append((entry.name, status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(sorted(found))
