"""What may be installed, looked at before it is: unpacked in a folder of its own, judged, and told in words. Nothing of it runs.

A proposal lies on the disk and not in memory, so that whichever process of this host is asked next can go on with it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from switchgear.core.errors import DowngradeRefused, NotFound, UntrustedBundle
from switchgear.core.structs import Frozen
from switchgear.plugins.bundle import Bundle, open_bundle, pack, read_folder
from switchgear.plugins.installed import Installed, PluginKind, Setup
from switchgear.plugins.manifest import Manifest, Setting
from switchgear.plugins.permissions import NOTHING, Permissions, joined, words
from switchgear.plugins.restoring import asked_settings
from switchgear.plugins.shelf import Shelf
from switchgear.plugins.trust import Accepted, judged
from switchgear.store.trust import Trust

_FILE: Final = "proposal.json"
_BUNDLE: Final = "bundle"
_ID_BYTES: Final = 16
_EVERYTHING_ACCEPTED: Final = Accepted(unsigned=True, downgrade=True, publisher=True)

T = TypeVar("T")
Flag = Literal["unsigned", "downgrade", "publisher"]


class Proposed(Frozen, frozen=True):
    """What is kept of a proposal beside its bundle. ``document`` describes what has none; ``setup`` is what follows from the source.

    ``operations`` are methods and paths of an API, by the names of the tools that they may become.
    """

    id: str
    kind: PluginKind
    source: str
    name: str = ""
    version: str = ""
    title: str = ""
    description: str = ""
    document: str = ""
    setup: Setup = Setup()
    asked: Permissions = NOTHING
    secrets: Mapping[str, str] = {}
    wanted: tuple[str, ...] = ()
    signs_in: bool = False
    operations: Mapping[str, str] = {}


class Verdict(Frozen, frozen=True):
    """Whether it may be installed: in ``words``, and which of the ``flags`` have to be said for it."""

    words: str
    flags: tuple[Flag, ...] = ()


class Proposal(Frozen, frozen=True):
    """Something that may be installed. ``bundle`` is None where there is none."""

    kept: Proposed
    bundle: Bundle | None
    verdict: Verdict

    @property
    def name(self) -> str:
        """What the plugin is going to be called."""
        return self.bundle.manifest.plugin if self.bundle is not None else self.kept.name

    @property
    def version(self) -> str:
        """Its version."""
        return self.bundle.manifest.version if self.bundle is not None else self.kept.version

    @property
    def asks(self) -> Mapping[str, Setting]:
        """What a person may fill in."""
        return asked_settings(self.kept.kind, self.manifest, self.kept.secrets)

    @property
    def manifest(self) -> Manifest | None:
        """The manifest of its bundle."""
        return self.bundle.manifest if self.bundle is not None else None

    def granted(self, before: Installed | None) -> Permissions:
        """What it has when all that it asks for is granted, besides what was granted to the one that is installed."""
        return self.asked if before is None else joined(before.setup.granted, self.asked)

    @property
    def asked(self) -> Permissions:
        """What it asks for."""
        return self.bundle.manifest.permissions if self.bundle is not None else self.kept.asked


class Proposals:
    """Keeps proposals on ``shelf``."""

    def __init__(self, shelf: Shelf, trust: Trust) -> None:
        self._shelf = shelf
        self._trust = trust

    async def bundle(self, content: Path | bytes, source: str, at: int, setup: Setup | None = None) -> Proposal:
        """Look at a bundle: a folder, or a file. Raises InvalidBundle, InvalidManifest, InvalidSignature, UntrustedBundle, OSError."""
        folder = await asyncio.to_thread(self._new)
        await self._or_nothing(folder, asyncio.to_thread(_unpack, content, folder))
        return await self.kept(folder, Proposed(folder.name, "bundle", source, setup=setup or Setup()), at)

    async def place(self) -> Path:
        """A new folder for a proposal whose bundle somebody else puts into it, as ``bundle``; then ``kept`` it, or ``drop`` it."""
        return await asyncio.to_thread(self._new)

    async def kept(self, folder: Path, proposed: Proposed, at: int) -> Proposal:
        """Keep a proposal whose bundle, if it is to have one, is in ``folder``. Raises as ``bundle``."""
        proposed = msgspec.structs.replace(proposed, id=folder.name)
        await asyncio.to_thread((folder / _FILE).write_bytes, msgspec.json.encode(proposed))
        return await self._or_nothing(folder, self._looked_at(folder, proposed, at))

    async def described(self, proposed: Proposed, at: int) -> Proposal:
        """Keep one that has no bundle."""
        return await self.kept(await self.place(), proposed, at)

    async def get(self, proposal_id: str, at: int) -> Proposal:
        """The proposal with this id, looked at anew. Raises NotFound, and as ``bundle``."""
        folder = self._shelf.staging / proposal_id
        if len(proposal_id) != 2 * _ID_BYTES or not proposal_id.isalnum() or not folder.is_dir():
            raise NotFound(
                "What was to be installed is not here any more.", hint="Name its source again; it waits for an hour."
            )
        proposed = msgspec.json.decode(await asyncio.to_thread((folder / _FILE).read_bytes), type=Proposed)
        return await self._looked_at(folder, proposed, at)

    async def drop(self, proposal_id: str) -> None:
        """Forget a proposal."""
        await asyncio.to_thread(self._shelf.remove, self._shelf.staging / proposal_id)

    def _new(self) -> Path:
        folder = self._shelf.made(self._shelf.staging) / secrets.token_hex(_ID_BYTES)
        folder.mkdir(mode=0o700)
        return folder

    async def _looked_at(self, folder: Path, proposed: Proposed, at: int) -> Proposal:
        if proposed.kind != "bundle":
            return Proposal(proposed, None, Verdict("Runs elsewhere; nothing of it can be signed."))
        bundle = await asyncio.to_thread(read_folder, folder / _BUNDLE)
        return Proposal(proposed, bundle, await self._verdict(bundle, at))

    async def _verdict(self, bundle: Bundle, at: int) -> Verdict:
        """Raises what is never accepted: a signature that is not genuine, a key that was revoked."""
        flags: list[Flag] = []
        reasons: list[str] = []
        accepted = Accepted()
        for flag in (
            "publisher",
            "downgrade",
            "unsigned",
        ):  # each without itself, so that all that are needed are known
            without = msgspec.structs.replace(_EVERYTHING_ACCEPTED, **{flag: False})
            try:
                await judged(self._trust, bundle, at, without)
            except (UntrustedBundle, DowngradeRefused) as error:
                flags.append(flag)
                reasons.append(error.message)
                accepted = msgspec.structs.replace(accepted, **{flag: True})
        found = await judged(self._trust, bundle, at, accepted)
        return Verdict(" ".join(reasons) or found.words, tuple(flags))

    async def _or_nothing(self, folder: Path, work: Awaitable[T]) -> T:
        """The result of ``work``; ``folder`` is gone when there is none."""
        try:
            return await work
        except BaseException:
            await asyncio.to_thread(self._shelf.remove, folder)
            raise


def _unpack(content: Path | bytes, folder: Path) -> None:
    if isinstance(content, Path) and content.is_dir():
        packed = folder / "packed.mcpb"
        pack(content, packed)
        open_bundle(packed, folder / _BUNDLE)
        packed.unlink()
    else:
        open_bundle(content, folder / _BUNDLE)


def asks_more(asked: Permissions, before: Installed | None) -> list[str]:
    """In words, what is asked for that was not granted to what is installed."""
    if before is None:
        return words(asked)
    had = words(before.setup.granted)
    return [each for each in words(asked) if each not in had]


def check_place(before: Installed, proposal: Proposal) -> None:
    """Raise UntrustedBundle for what comes from elsewhere than what has its name: a remote server is who it is by its origin."""
    here = _place_of(before.kind, before.setup.url)
    there = _place_of(proposal.kept.kind, proposal.kept.setup.url)
    if here != there:
        raise UntrustedBundle(
            f'"{before.name}" is {here}, and this is {there}.',
            hint="Say --new-publisher if the plugin moved, or give this one another name.",
        )


def _place_of(kind: PluginKind, url: str) -> str:
    if kind != "remote":
        return "a bundle" if kind == "bundle" else "an API"
    parts = urlsplit(url)
    return f"the server at {parts.scheme}://{parts.netloc}"
