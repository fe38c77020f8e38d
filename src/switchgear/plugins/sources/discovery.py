"""Bundles that lie around: in folders that the operator watches, and in Python packages that say they are plugins.

What is found is only told (its state is ``discovered``); nothing of it is unpacked, imported or run until somebody installs it. The one
exception is a package's entry point, which is code of this gateway's own environment, put there by its operator.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from switchgear.core.errors import InvalidManifest, PluginError
from switchgear.core.structs import Frozen
from switchgear.plugins.archive import USUAL, Archive
from switchgear.plugins.manifest import FILE, LARGEST, Manifest, read_manifest

GROUP: Final = "switchgear.plugins"
_BUNDLES: Final = (".mcpb", ".dxt")
_MOST: Final = 1000
_log = logging.getLogger(__name__)


class Found(Frozen, frozen=True):
    """A bundle that was found. ``source`` is what to install it by; ``mark`` changes when what is there does.

    ``fault`` says why it cannot be installed; ``manifest`` is None then.
    """

    source: str
    mark: str
    manifest: Manifest | None = None
    fault: str = ""

    @property
    def name(self) -> str:
        """The plugin's name, or the file's where there is no manifest that could be read."""
        return self.manifest.plugin if self.manifest is not None else Path(self.source).name


class Change(Frozen, frozen=True):
    """What is there now that was not, or not so (``found``), and sources that are gone."""

    found: tuple[Found, ...]
    gone: tuple[str, ...]


def discover(
    folders: Iterable[Path], known: Mapping[str, Found] | None = None, packages: Iterable[Path] | None = None
) -> dict[str, Found]:
    """The bundles in ``folders`` and of packages in this environment, by their source: files, and folders with a manifest.

    ``packages``: what ``in_packages`` gave, which takes a while and stays the same; it is asked where that is left out. Folders are looked through one level deep. What is as it was in ``known`` is not read again. Blocks; never raises for what it finds.
    """
    before = known or {}
    found: dict[str, Found] = {}
    for place in (*_in_folders(folders), *(in_packages() if packages is None else packages)):
        source, mark = str(place), _mark(place)
        if mark and len(found) < _MOST:
            same = before.get(source)
            found[source] = same if same is not None and same.mark == mark else _looked_at(place, mark)
    return found


def compare(before: Mapping[str, Found], now: Mapping[str, Found]) -> Change:
    """What changed between two looks."""
    return Change(
        tuple(each for source, each in now.items() if before.get(source) != each),
        tuple(source for source in before if source not in now),
    )


def _in_folders(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            _log.warning("Folder %s of plugins cannot be read: %s", folder, error.strerror)
            continue
        yield from (each for each in inside if not each.name.startswith("."))


def _mark(place: Path) -> str:
    """What changes with what is at a place; empty for what is no bundle."""
    try:
        if place.is_dir():
            told = (place / FILE).stat()
            newest = max((each.stat().st_mtime_ns for each in place.iterdir()), default=0)
            return f"{told.st_mtime_ns}-{told.st_size}-{newest}"
        if place.suffix.lower() in _BUNDLES and place.is_file():
            told = place.stat()
            return f"{told.st_mtime_ns}-{told.st_size}"
    except OSError:
        pass
    return ""


def _looked_at(place: Path, mark: str) -> Found:
    try:
        return Found(str(place), mark, read_manifest(_manifest(place)))
    except PluginError as error:
        return Found(str(place), mark, fault=error.message)
    except OSError as error:
        return Found(str(place), mark, fault=f"It cannot be read: {error.strerror}.")


def _manifest(place: Path) -> bytes:
    """The manifest of a folder or a file, which is not unpacked."""
    if place.is_dir():
        with (place / FILE).open("rb") as file:
            return file.read(LARGEST + 1)
    with place.open("rb") as file:
        archive = Archive(file, USUAL)
        entry = next((each for each in archive.entries if each.name == FILE), None)
        if entry is None or entry.size > LARGEST:
            raise InvalidManifest(f"There is no {FILE} in the bundle, or one of more than {LARGEST:,} bytes.")
        return b"".join(archive.content(entry))


# ------------------------------------------------------------ packages of this environment


def in_packages() -> Iterator[Path]:
    """Folders and files that entry points of the group ``switchgear.plugins`` name: a path, or a function that gives one."""
    for point in entry_points(group=GROUP):
        place = _loaded(point)
        if place is not None:
            yield place


def _loaded(point: EntryPoint) -> Path | None:
    try:
        told = point.load()
        told = told() if callable(told) else told
    except Exception as error:  # noqa: BLE001 - somebody else's code; one broken package is no reason not to start
        _log.warning("Entry point %s of plugins failed: %s", point.value, type(error).__name__)
        return None
    if isinstance(told, str | Path) and Path(told).is_absolute():
        return Path(told)
    _log.warning("Entry point %s of plugins gives no absolute path.", point.value)
    return None
