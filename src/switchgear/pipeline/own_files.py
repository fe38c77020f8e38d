"""Files that the gateway keeps itself: the input of batches, and their output."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from typing import Final

import msgspec

from switchgear.access.keys import Key
from switchgear.config.batches import BatchSettings
from switchgear.core.errors import Conflict, RequestTooLarge
from switchgear.core.ids import new_id
from switchgear.store.file_contents import FileContents
from switchgear.store.files import OUTPUT_PURPOSE, Files, KeptFile
from switchgear.store.store import Store

BATCH_PURPOSE: Final = "batch"
_DAY_MS: Final = 86_400_000
_encode = msgspec.json.Encoder().encode


class OwnFiles:
    """Keeps files in the store. ``settings`` gives the limits as they are now. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, settings: Callable[[], BatchSettings]) -> None:
        self._files: Files = store.files
        self._contents: FileContents = store.contents
        self._batches = store.batches
        self._lines = store.batch_lines
        self._settings = settings

    async def keep(
        self, key: Key, filename: str, content: AsyncIterable[bytes], expires_after: Callable[[], int | None]
    ) -> KeptFile:
        """Keep a batch's input. ``expires_after`` is asked when the content is through: seconds, or None for the usual.

        Raises RequestTooLarge, and whatever ``content`` raises; nothing is kept then.
        """
        limits = self._settings()
        before = await self._files.kept_bytes(key.id)
        now = _now()
        file_id = f"file-{new_id('batch').partition('_')[2]}"
        writer = self._contents.writer(file_id, now)
        try:
            async for piece in content:
                await writer.write(piece)
                _check(writer.size, before, limits)
            await writer.finish()
            seconds = expires_after()
            life = limits.retention_days * _DAY_MS if seconds is None else seconds * 1000
            kept = KeptFile(file_id, "", key.id, filename, BATCH_PURPOSE, writer.size, now, now + life)
            await self._files.keep(kept)
        except BaseException:  # also when the client left: what came of it is of no use to anybody
            await self._contents.delete(file_id)
            raise
        return kept

    def content(self, kept: KeptFile) -> StoredAnswer:
        """A file's content, as an answer to pass on."""
        return StoredAnswer(self._pieces(kept))

    async def _pieces(self, kept: KeptFile) -> AsyncGenerator[bytes]:
        found = await self._batches.of_file(kept.id) if kept.purpose == OUTPUT_PURPOSE else None
        pieces = self._contents.pieces(kept.id) if found is None else self._lines.content(found[0], ok=found[1])
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def delete(self, kept: KeptFile) -> None:
        """Forget a file and its content. Raises Conflict while a batch reads it."""
        user = await self._batches.uses(kept.id)
        if user is not None:
            raise Conflict(
                f'The file "{kept.id}" is the input of the batch {user}, which has not ended.',
                hint="Cancel the batch first, or wait for its end.",
            )
        found = await self._batches.of_file(kept.id) if kept.purpose == OUTPUT_PURPOSE else None
        await self._files.forget(kept.id, "")
        if found is not None:
            await self._batches.drop_lines(found[0], ok=found[1])
        await self._contents.delete(kept.id)


class StoredAnswer:
    """Content of the store, passed on piece by piece as a provider's answer is; the next is read when the last was taken."""

    status = 200

    def __init__(self, pieces: AsyncGenerator[bytes]) -> None:
        self._pieces = pieces
        self._going = asyncio.Event()
        self._going.set()

    def header(self, name: bytes) -> bytes:
        """The content type, and nothing of any other name."""
        return b"application/jsonl" if name == b"content-type" else b""

    async def body(self) -> bytes:
        """The whole of it."""
        parts: list[bytes] = []
        await self.pipe(parts.append)
        return b"".join(parts)

    async def pipe(self, sink: Callable[[bytes], None]) -> None:
        """Hand the content to ``sink``, piece by piece. Raises StoreUnavailable."""
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                sink(piece)
                await self._going.wait()

    def pause(self) -> None:
        """Read no more for now."""
        self._going.clear()

    def resume(self) -> None:
        """Read on."""
        self._going.set()

    def hurry(self, seconds: float) -> None:
        """The store keeps nobody waiting."""

    def close(self) -> None:
        """Nothing is held between two pieces."""

    def __enter__(self) -> StoredAnswer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def file_object(kept: KeptFile) -> dict[str, object]:
    """A file as OpenAI's Files API shows it (https://platform.openai.com/docs/api-reference/files/object)."""
    shown: dict[str, object] = {
        "id": kept.id,
        "object": "file",
        "bytes": kept.bytes,
        "created_at": kept.created_at // 1000,
        "filename": kept.filename,
        "purpose": kept.purpose,
        "status": "processed",
    }
    if kept.expires_at is not None:
        shown["expires_at"] = kept.expires_at // 1000
    return shown


def _check(size: int, before: int, limits: BatchSettings) -> None:
    if size > limits.max_file_bytes:
        raise RequestTooLarge(
            f"The file is over the limit of {limits.max_file_bytes} bytes.",
            param="file",
            hint="Divide it, or raise batches.max_file_bytes.",
        )
    if before + size > limits.max_kept_bytes:
        raise RequestTooLarge(
            f"With this file the key would have over {limits.max_kept_bytes} bytes kept.",
            param="file",
            hint="Delete files that are not needed any more: GET /v1/files lists them.",
        )


def _now() -> int:
    return time.time_ns() // 1_000_000
