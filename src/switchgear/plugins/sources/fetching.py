"""What a source names, brought here: a bundle in a folder of its own, or a remote server to be asked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from switchgear.core.errors import InvalidSource, PluginNotInstalled, UnfetchableURL
from switchgear.core.structs import Frozen
from switchgear.plugins.archive import USUAL
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.installing import CEILINGS, Site
from switchgear.plugins.building.prepare import PART
from switchgear.plugins.bundle import Bundle, pack, read_folder, unpacked
from switchgear.plugins.sandbox.sandbox import Sandbox
from switchgear.plugins.shelf import remove_tree
from switchgear.plugins.sources.grammar import Source
from switchgear.plugins.sources.making import NO_WISHES, Wishes, merged, short_name
from switchgear.plugins.sources.node_package import node_bundle
from switchgear.plugins.sources.python_package import LOCK, python_bundle
from switchgear.plugins.sources.registry import Download, Published, Registry, RemoteServer, read_server
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import Resolve

_SECONDS: Final = 300.0
_LARGEST_DOCUMENT: Final = 1 << 20


class Means(Frozen, frozen=True):
    """What fetching is done with. ``guard`` judges addresses that are dialled for downloads and the registry at ``registry``.

    ``told`` gets lines on what is going on, for a person; ``accepted`` are layers of the sandbox to do without where they are absent.
    """

    sandbox: Sandbox
    indexes: Indexes
    guard: Resolve
    registry: str
    told: Callable[[str], None]
    accepted: frozenset[str] = frozenset()
    seconds: float = CEILINGS.seconds


@asynccontextmanager
async def fetched(
    source: Source, beside: Path, means: Means, wishes: Wishes = NO_WISHES
) -> AsyncIterator[Bundle | RemoteServer]:
    """What ``source`` names. A bundle lies in a folder in ``beside``, which is gone afterwards unless it was kept (``bundle.keep``).

    Raises InvalidSource, PluginNotInstalled, SandboxUnavailable, InvalidBundle, InvalidManifest, OSError.
    """
    folder = beside / f"{PART}{secrets.token_hex(16)}"
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, _made, folder)
    try:
        yield await _Fetch(folder, means).fetch(source, wishes)
    finally:
        await loop.run_in_executor(None, remove_tree, folder)


class _Fetch:
    """One fetch, in a folder of its own."""

    def __init__(self, folder: Path, means: Means) -> None:
        self._folder = folder
        self._means = means
        self._loop = asyncio.get_running_loop()

    async def fetch(self, source: Source, wishes: Wishes) -> Bundle | RemoteServer:
        if source.kind in {"pypi", "npm"}:
            return await self._package(source, wishes)
        if source.kind == "remote":
            return RemoteServer(source.name, "", title=wishes.title, description=wishes.description)
        if source.kind == "download":
            return await self._download(Download(source.name))
        if source.kind == "registry":
            registry = Registry(self._means.registry, self._means.guard)
            return await self._published(await registry.find(source), wishes)
        if source.kind == "document":
            found = await self._loop.run_in_executor(None, _document, source.name)
            return await self._published(found, wishes)
        return await self._loop.run_in_executor(None, self._local, source.name)

    async def _published(self, published: Published, wishes: Wishes) -> Bundle | RemoteServer:
        for line in published.notes:
            self._means.told(line)
        chosen = published.chosen
        if isinstance(chosen, RemoteServer):
            return chosen
        if isinstance(chosen, Download):
            return await self._download(chosen)
        bundle = await self._package(chosen.source, merged(chosen.wishes, wishes))
        if chosen.sha256 and chosen.source.kind == "pypi":
            lock = await self._loop.run_in_executor(None, (bundle.folder / LOCK).read_text)
            if f" --hash=sha256:{chosen.sha256}\n" not in lock:
                raise PluginNotInstalled(
                    f"The file of {chosen.source} is not what the registry says, whose sha256 is {chosen.sha256}.",
                    hint="Do not install it.",
                )
        return bundle

    async def _package(self, source: Source, wishes: Wishes) -> Bundle:
        means = self._means
        work, into = self._folder / "work", self._folder / "bundle"
        limits = replace(CEILINGS, seconds=means.seconds)
        site = Site(
            short_name(source.name.partition("[")[0]) or "package",
            self._folder / "nothing",
            work,
            means.sandbox,
            means.indexes.cache,
            means.told,
            means.accepted,
            limits,
        )
        make = python_bundle if source.kind == "pypi" else node_bundle
        async with means.indexes.in_use():
            await make(source, site, means.indexes, wishes, into)
        await self._loop.run_in_executor(None, remove_tree, work)
        return await self._loop.run_in_executor(None, read_folder, into)

    async def _download(self, download: Download) -> Bundle:
        fetcher = Fetcher(self._means.guard, USUAL.file_bytes, _SECONDS)
        try:
            found = await fetcher.fetch(download.url, "source")
        except UnfetchableURL as error:
            raise PluginNotInstalled(error.message) from error
        digest = hashlib.sha256(found.data).hexdigest()
        if download.sha256 and not hmac.compare_digest(digest, download.sha256):
            raise PluginNotInstalled(
                f"{download.url} is not what the registry says: its sha256 is {digest}, and should be {download.sha256}.",
                hint="Do not install it.",
            )
        return await self._loop.run_in_executor(None, self._unpacked, found.data)

    def _local(self, name: str) -> Bundle:
        """A folder is packed first, so that both are held to the same rules and nothing stays behind that a bundle leaves out."""
        path = Path(name).expanduser()
        if path.is_dir():
            packed = self._folder / "packed.mcpb"
            pack(path, packed)
            return self._unpacked(packed)
        if not path.exists():
            raise InvalidSource(f"There is nothing at {path}.")
        if not path.is_file():
            raise InvalidSource(f"{path} is neither a folder nor a file.")
        return self._unpacked(path)

    def _unpacked(self, source: Path | bytes) -> Bundle:
        with unpacked(source, self._folder) as bundle:
            into = self._folder / "bundle"
            bundle.folder.rename(into)
            return replace(bundle, folder=into)


def _made(folder: Path) -> None:
    (folder / "work" / "deps").mkdir(parents=True, mode=0o700)
    (folder / "nothing").mkdir()


def _document(name: str) -> Published:
    """A server.json of this machine."""
    file = Path(name).expanduser()
    try:
        with file.open("rb") as content:
            data = content.read(_LARGEST_DOCUMENT + 1)
    except OSError as error:
        raise InvalidSource(f"{file} cannot be read: {error.strerror}.") from error
    return read_server(data)
