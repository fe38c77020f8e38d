"""Batches at providers that have an API of their own for them: what every such API is to the pipeline."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import IO, Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from switchgear.core.batches import LineMistake
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.providers.base import Answer, Outgoing, Provider

_PIECE = 1024 * 1024
T = TypeVar("T")
LARGEST_RESULTS = 8 << 30
"""Bytes of results that are taken at most."""


class NativeBatch(msgspec.Struct, frozen=True):
    """A batch as its provider tells of it. ``mistakes`` count the lines of what was sent, from 1.

    ``state``: ``running`` until there is nothing more to come; ``failed`` when its lines were refused as a whole; ``ended`` when there
    are results, of all lines unless it was cancelled or expired. ``results`` are where those are, in the provider's own terms.
    """

    id: str
    state: Literal["running", "ended", "failed"]
    how: Literal["", "expired", "cancelled"] = ""
    completed: int = 0
    failed: int = 0
    results: tuple[str, ...] = ()
    mistakes: tuple[LineMistake, ...] = ()


class NativeResult(msgspec.Struct, frozen=True):
    """What became of one line, by the name it was sent under.

    ``status`` is 200 for an answer, another for an error with its ``body``, and 0 for a line that was not called, for the reason in
    ``code``.
    """

    name: str
    status: int
    body: bytes = b""
    code: str = ""


class Spool:
    """Lines on disk, in a nameless file that is gone when it is closed. ``before``, ``between`` and ``after`` frame them."""

    def __init__(self, folder: Path, before: bytes = b"", between: bytes = b"\n", after: bytes = b"") -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - close() closes it
        self._frame = (before, between, after)
        self.lines = 0
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of it, framed."""
        before, _, after = self._frame
        return len(before) + self._size + len(after)

    async def add(self, lines: list[bytes]) -> None:
        """Add lines."""
        between = self._frame[1]
        data = b"".join(between + line if self.lines or place else line for place, line in enumerate(lines))
        self.lines += len(lines)
        self._size += len(data)
        await asyncio.to_thread(self._file.write, data)

    def take(self, data: bytes) -> None:
        """Add bytes as they come."""
        self._size += len(data)
        self._file.write(data)

    async def pieces(self) -> AsyncGenerator[bytes]:
        """All of it, from the beginning."""
        before, _, after = self._frame
        await asyncio.to_thread(self._file.seek, 0)
        if before:
            yield before
        while piece := await asyncio.to_thread(self._file.read, _PIECE):
            yield piece
        if after:
            yield after

    async def close(self) -> None:
        """Let go of it."""
        await asyncio.to_thread(self._file.close)  # giving back the space of a large file takes a while


class SpooledBody:
    """A spool as the body of a request. It can be sent several times."""

    def __init__(self, spool: Spool, content_type: str) -> None:
        self._spool = spool
        self.content_type = content_type

    @property
    def length(self) -> int | None:
        """Bytes of it."""
        return self._spool.size

    def pieces(self) -> AsyncGenerator[bytes]:
        """The body."""
        return self._spool.pieces()


class SpooledForm:
    """A spool as the file of a form with some plain fields (RFC 7578)."""

    def __init__(self, spool: Spool, fields: dict[str, str], filename: str) -> None:
        self._spool = spool
        boundary = secrets.token_hex(32)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        parts = [
            f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="{filename}"\r\n'
        self._head = ("".join(parts) + head + "content-type: application/jsonl\r\n\r\n").encode()
        self._end = f"\r\n--{boundary}--\r\n".encode()

    @property
    def length(self) -> int | None:
        """Bytes of it."""
        return len(self._head) + self._spool.size + len(self._end)

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The form."""
        yield self._head
        async for piece in self._spool.pieces():
            yield piece
        yield self._end


class BatchAPI(Protocol):
    """A provider's API for batches. Methods that ask it raise ProviderError.

    ``frame`` is what stands before, between and after the lines of what is sent.
    """

    frame: tuple[bytes, bytes, bytes]

    def takes(self, outgoing: Outgoing) -> bool:
        """Whether lines may ask for this."""
        ...

    def line(self, name: str, outgoing: Outgoing) -> bytes:
        """One line of what is sent."""
        ...

    async def upload(self, spool: Spool) -> str:
        """Send the lines where they are sent before the batch is made; the provider's name for them, or nothing."""
        ...

    async def create(self, spool: Spool | None, upload: str, outgoing: Outgoing, token: str) -> NativeBatch:
        """Make a batch of what was uploaded, or of ``spool``. ``outgoing`` is any of its requests, ``token`` names the batch here."""
        ...

    async def find(self, upload: str, token: str, since: float, lines: int) -> list[NativeBatch]:
        """Batches that ``create`` may have made since then (seconds), when it is not known whether it did."""
        ...

    async def get(self, batch_id: str) -> NativeBatch:
        """How the batch is now."""
        ...

    async def cancel(self, batch_id: str) -> None:
        """Ask for its end."""
        ...

    async def fetch(self, where: str) -> Answer:
        """The results at one of ``NativeBatch.results``, one a line."""
        ...

    def result(self, line: bytes) -> NativeResult | None:
        """What a line of results says; None for one that says nothing. Raises ProviderInvalidResponse."""
        ...

    async def forget(self, upload: str, batch: NativeBatch) -> None:
        """Delete what was sent and what came of it, where that is the sender's to do."""
        ...


@runtime_checkable
class RunsBatches(Provider, Protocol):
    """A provider that may have an API for batches."""

    batches: BatchAPI | None


def read_told(decode: Callable[[bytes], T], body: bytes, provider: str, whose: str) -> T:
    """What a provider tells of a batch, in the form that is ``whose`` ("OpenAI's"). Raises ProviderInvalidResponse."""
    try:
        return decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderInvalidResponse(
            f"Provider {provider} told of a batch in a form that is not {whose}.", provider=provider, cause=str(error)
        ) from error
