"""Forms with files on their way to a provider: streamed on as they come, or over a file on disk where that cannot be.

A form can be streamed on when the model is named before the first file, as OpenAI's Python client does, and its length is known.
Otherwise its files are written, once there is a megabyte of them, to a nameless temporary file, which is gone when it is closed,
whatever happens. In memory is at most that megabyte, a piece that came and the plain fields.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import IO, Final

from switchgear.core.errors import GatewayError, RequestError
from switchgear.edge.openai.multipart import FormEnd, FormEvent, FormParser, PartBegin, PartData, PartEnd, part_head

MAX_FIELD_BYTES: Final = 1024 * 1024
"""All plain fields together: a prompt may be long, a file is none."""
_SHORTEST_BOUNDARY = 20
"""Below this one of the same length could be guessed, and so made part of a file."""
_PIECE = 1024 * 1024
_LONGEST_EPILOGUE = 64 * 1024
_DECIDING = frozenset({"model", "stream", "models", "fallbacks", "route"})
"""Fields that decide where a form goes: they are no use after it has gone there."""


class IncomingForm:
    """A form that a client is sending. ``read`` takes as much of it as has to be known first, ``close`` lets go of it.

    ``pieces`` is the request's body, ``length`` its length where that is declared. ``folder`` is where files are kept that cannot be
    streamed. ``decisive`` names the field without which it cannot be sent, if there is one. After ``read`` it is an ``Upload``;
    ``replace`` gives a plain field another value before it is sent.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes],
        boundary: bytes,
        length: int | None,
        folder: Path,
        *,
        decisive: str = "model",
    ) -> None:
        self._source = pieces
        self._parser = FormParser(boundary)
        self._declared = length
        self._folder = folder
        self._decisive = decisive
        self.fields: list[tuple[str, bytes]] = []
        self.filename = b""
        self._field: tuple[str, bytearray] | None = None
        self._field_bytes = 0
        self._first: PartBegin | None = None
        self._unfilled: PartBegin | None = None
        self._offset = 0
        self._waiting: Sequence[FormEvent] = ()
        self._spool: IO[bytes] | None = None
        self._spooled = 0
        self._tail: bytes | None = None
        streamable = length is not None and len(boundary) >= _SHORTEST_BOUNDARY
        self._own = secrets.token_hex(35)[: len(boundary) if streamable else 32].encode()
        self._end = b"\r\n--%b--" % self._own
        self._ended = False
        self._streamable = streamable

    # ------------------------------------------------------------ what it says

    def value(self, name: str) -> bytes | None:
        """A plain field's value; those after the first file are not known while it is streamed."""
        return next((value for known, value in self.fields if known == name), None)

    def replace(self, name: str, value: bytes) -> None:
        """Send another value of a plain field."""
        self.fields = [(known, value if known == name else was) for known, was in self.fields]

    # ------------------------------------------------------------ reading

    async def read(self) -> None:
        """Read up to the first file, or all of it where it cannot be streamed.

        Raises RequestError for what is no form, has no file or too much beside it, and what reading the body raises.
        """
        async for piece in self._source:
            events = self._parser.feed(piece)
            for at, event in enumerate(events):
                if self._read_one(event):
                    self._waiting = events[at:]
                    break
            if self._waiting:
                break
        if self._first is None:
            self._parser.finish()
            raise RequestError("The form has no file.", hint="Send the file as a part with a filename.")
        decided = not self._decisive or self.value(self._decisive) is not None
        if not (self._streamable and decided):
            await self._keep(self._first)

    def _read_one(self, event: FormEvent) -> bool:
        """Take one event; whether it is the first of a file's content."""
        if isinstance(event, PartBegin):
            self._begin(event)
            if event.filename is not None:
                self._first = event
                self.filename = event.filename
        elif isinstance(event, PartData):
            if self._field is None:
                self._offset = event.offset
                return True
            self._more_of_field(event.data)
        elif isinstance(event, PartEnd):
            self._end_part()
        return False

    def _begin(self, begin: PartBegin) -> None:
        name = begin.name
        plain = _plain_name(name)
        if plain in _DECIDING:
            if name != plain:
                raise RequestError(f"{name[:40]} is not a field; it is spelt {plain}.", param=name[:40])
            if begin.filename is not None:
                raise RequestError(f"{name} is a field, not a file.", param=name)
            if self.value(name) is not None:
                raise RequestError(f"The form has {name} twice.", param=name)
        self._unfilled = begin
        self._field = (name, bytearray()) if begin.filename is None else None

    def _more_of_field(self, data: bytes) -> None:
        assert self._field is not None  # noqa: S101 - told by the caller
        self._field_bytes += len(data)
        if self._field_bytes > MAX_FIELD_BYTES:
            raise RequestError(
                f"The form's fields are over the limit of {MAX_FIELD_BYTES} bytes.",
                param=self._field[0],
                hint="Send a file as a part with a filename.",
            )
        self._field[1].extend(data)

    def _end_part(self) -> None:
        if self._field is not None:
            name, value = self._field
            self._field = None
            self.fields.append((name, bytes(value)))
        elif self._unfilled is not None:
            name = self._unfilled.name[:40]
            raise RequestError(f"The file {name} is empty.", param=name)

    # ------------------------------------------------------------ keeping on disk

    async def _keep(self, first: PartBegin) -> None:
        """Read the rest, the files to disk and the fields to memory."""
        held = [self._delimiter(first)]
        held += self._kept(self._waiting)
        self._waiting = ()
        async for piece in self._source:
            held += self._kept(self._parser.feed(piece))
            if sum(map(len, held)) >= _PIECE:
                await self._write(b"".join(held))
                held.clear()
        self._parser.finish()
        self._tail = b"".join(held) + self._end + b"\r\n"

    async def _write(self, data: bytes) -> None:
        """Write to the file on disk, which is made at the first need. Raises GatewayError when it cannot be."""
        try:
            await asyncio.to_thread(self._append, data)
            self._spooled += len(data)
        except OSError as error:
            reason = (error.strerror or "an error of the disk").lower()
            raise GatewayError(
                f"The upload cannot be kept until its model is known: {reason}.",
                hint=f"Send {self._decisive} before the file, so that it need not be kept.",
                cause=repr(error),
            ) from error

    def _append(self, data: bytes) -> None:
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - close() closes it
        self._spool.write(data)

    def _kept(self, events: Sequence[FormEvent]) -> list[bytes]:
        """What of the events goes to disk; fields are taken."""
        out: list[bytes] = []
        for event in events:
            if isinstance(event, PartBegin):
                self._begin(event)
                if event.filename is not None:
                    out.append(self._delimiter(event))
            elif isinstance(event, PartData):
                if self._field is not None:
                    self._more_of_field(event.data)
                else:
                    self._unfilled = None
                    out.append(event.data)
            elif isinstance(event, PartEnd):
                self._end_part()
        return out

    # ------------------------------------------------------------ sending

    @property
    def content_type(self) -> str:
        """As it is sent."""
        return f"multipart/form-data; boundary={self._own.decode()}"

    @property
    def length(self) -> int | None:
        """Bytes of it as it is sent."""
        if self._tail is not None:
            return len(self._plain()) + self._spooled + len(self._tail) - self._leading
        assert self._declared is not None  # noqa: S101 - only such forms are streamed
        return len(self._plain() + self._first_head()) + self._declared - self._offset

    @property
    def _leading(self) -> int:
        """Bytes of what was kept that are not sent: a line break with nothing before it."""
        return 0 if self.fields else 2

    def _plain(self) -> bytes:
        """All plain fields that are known, as parts, without the line break before the next delimiter."""
        parts = [self._delimiter(PartBegin(name, None, b"")) + value for name, value in self.fields]
        return b"".join(parts)[2:] if parts else b""

    def _first_head(self) -> bytes:
        assert self._first is not None  # noqa: S101 - read found it
        head = self._delimiter(self._first)
        return head if self.fields else head[2:]

    def _delimiter(self, begin: PartBegin) -> bytes:
        """The line between two parts and the head of the next (RFC 2046 section 5.1.1)."""
        return b"\r\n--%b\r\n%b" % (self._own, part_head(begin.name, begin.filename, begin.content_type))

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The form, written anew. Raises RequestError for what turns out to be wrong with the rest of it."""
        if self._tail is not None:
            yield self._plain()
            if self._spool is not None:
                await asyncio.to_thread(self._spool.seek, self._leading)
                while piece := await asyncio.to_thread(self._spool.read, _PIECE):
                    yield piece
            yield self._tail[self._leading if self._spool is None else 0 :]
            return
        left = self.length or 0
        async with aclosing(self._rewritten()) as pieces:
            async for piece in pieces:
                left -= len(piece)
                if left >= (0 if self._ended else len(self._end)):  # until its end is seen, there is room for that
                    yield piece
        if left < 0:
            raise RequestError("The form cannot be streamed on.", hint="Send the fields before the files.")
        if left > _LONGEST_EPILOGUE:
            raise RequestError("The body goes on after the end of the form.")
        yield b"\r\n"[: 2 if left > 1 else 0] + b" " * (left - 2 if left > 1 else left)  # an epilogue, read by nobody

    async def _rewritten(self) -> AsyncGenerator[bytes]:
        yield self._plain() + self._first_head()
        yield self._passed(self._waiting)
        self._waiting = ()
        async for piece in self._source:
            yield self._passed(self._parser.feed(piece))
        self._parser.finish()

    def _passed(self, events: Sequence[FormEvent]) -> bytes:
        out: list[bytes] = []
        for event in events:
            if isinstance(event, PartData):
                out.append(event.data)
            elif isinstance(event, PartBegin):
                if _plain_name(event.name) in _DECIDING:
                    raise RequestError(
                        f"The form has {event.name[:40]} after its file.",
                        param=event.name[:40],
                        hint="Send it once, before the file.",
                    )
                out.append(self._delimiter(event))
            elif isinstance(event, FormEnd):
                self._ended = True
                out.append(self._end)
        return out[0] if len(out) == 1 else b"".join(out)

    async def close(self) -> None:
        """Let go of the body and of what is on disk."""
        if self._spool is not None:
            await asyncio.to_thread(self._spool.close)  # giving back the space of a large file takes a while
        await self._source.aclose()


def _plain_name(name: str) -> str:
    """A field's name as a careless reader takes it."""
    return name.casefold().partition("[")[0].strip()
