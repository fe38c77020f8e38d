"""Bundles in a database that several hosts share: what one of them installed, another one can bring to its own disk."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from switchgear.core.errors import InvalidBundle, PluginNotStarted
from switchgear.plugins.archive import BundleLimits
from switchgear.plugins.bundle import keep, pack, unpacked
from switchgear.plugins.shelf import Shelf
from switchgear.state.counters import epoch_ms
from switchgear.store.file_contents import PLUGIN, FileContents

_PIECE: Final = 1 << 20
_OURS: Final = BundleLimits(file_bytes=1 << 30, ratio=10_000)
"""What was let in once is let in again, however much smaller it is packed here."""


class Copies:
    """Keeps bundles in ``contents``, each under its digest. Without ``shared`` nothing is kept: there is one disk."""

    def __init__(self, contents: FileContents, shelf: Shelf, *, shared: bool) -> None:
        self._contents = contents
        self._shelf = shelf
        self._shared = shared

    async def put(self, folder: Path, digest: str) -> None:
        """Keep the bundle that lies unpacked in ``folder``. Raises StoreUnavailable, OSError."""
        if not self._shared or await self._contents.read(PLUGIN + digest, 0, 1):
            return
        place = await asyncio.to_thread(self._shelf.made, self._shelf.staging)
        with tempfile.TemporaryDirectory(dir=place) as temporary:
            file = Path(temporary) / "copy.mcpb"
            await asyncio.to_thread(pack, folder, file, whole=True)
            writer = self._contents.writer(PLUGIN + digest, epoch_ms())
            with await asyncio.to_thread(file.open, "rb") as packed:
                while piece := await asyncio.to_thread(packed.read, _PIECE):
                    await writer.write(piece)
            await writer.finish()

    async def bring(self, plugin: str, digest: str, into: Path) -> None:
        """Unpack the bundle with this digest as the new folder ``into``, unless another process does so first.

        Raises PluginNotStarted where nobody kept it, StoreUnavailable, OSError.
        """
        place = await asyncio.to_thread(self._shelf.made, self._shelf.staging)
        with tempfile.TemporaryDirectory(dir=place) as temporary:
            file = Path(temporary) / "copy.mcpb"
            size = 0
            with await asyncio.to_thread(file.open, "wb") as packed:
                async for piece in self._contents.pieces(PLUGIN + digest):
                    size += len(piece)
                    await asyncio.to_thread(packed.write, piece)
            if not size:
                raise PluginNotStarted(
                    f'The files of plugin "{plugin}" are not on this machine.', plugin=plugin, hint="Install it again."
                )
            await asyncio.to_thread(self._shelf.made, into.parent)
            await asyncio.to_thread(_unpack, file, digest, into)


def _unpack(file: Path, digest: str, into: Path) -> None:
    with unpacked(file, file.parent, _OURS) as bundle:
        if bundle.digest != digest:
            raise InvalidBundle("The bundle in the database is not the one that was installed.")
        try:
            keep(bundle, into)
        except FileExistsError:
            return
