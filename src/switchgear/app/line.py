"""The line between the supervisor and a worker: questions and answers, both ways, over a pair of sockets.

A frame is a head (what it is, its number, the lengths of name and body), the name and the body. Only the standard
library is used here: the supervisor is meant to stay small.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

_log = logging.getLogger(__name__)
_HEAD = struct.Struct("!BIII")
_TELL, _ASK, _ANSWER, _FAILED = range(4)
ANSWER_SECONDS = 2.0

Answer = Callable[[str, bytes], Awaitable[bytes]]
"""Answers what the other side asks or tells, by its name and body."""


class LineFailed(Exception):
    """The other side is gone, did not answer in time, or failed while it answered."""


class Line:
    """One end. Both ends ask and tell; ``answer`` answers the other one, each question in a task of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._next = 0
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.gone = False

    @classmethod
    async def over(cls, end: socket.socket, answer: Answer) -> Line:
        """The line over one end of a socket pair, which is its own from now on."""
        reader, writer = await asyncio.open_unix_connection(sock=end)
        return cls(reader, writer, answer)

    async def run(self) -> None:
        """Read until the other side is gone."""
        try:
            while True:
                what, number, name_length, length = _HEAD.unpack(await self._reader.readexactly(_HEAD.size))
                name = (await self._reader.readexactly(name_length)).decode()
                self._take(what, number, name, await self._reader.readexactly(length))
        except (OSError, EOFError):
            return
        finally:
            self._end()

    def tell(self, name: str, body: bytes = b"") -> None:
        """Say something that needs no answer."""
        self._send(_TELL, 0, name, body)

    async def ask(self, name: str, body: bytes = b"", *, seconds: float = ANSWER_SECONDS) -> bytes:
        """The answer of the other side. Raises LineFailed."""
        if self.gone:
            raise LineFailed("it is gone")
        self._next += 1
        number = self._next
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        self._send(_ASK, number, name, body)
        try:
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            raise LineFailed(f"no answer within {seconds:g} s") from None
        finally:
            self._waiting.pop(number, None)

    async def sent(self) -> None:
        """Wait until what was said has left this process."""
        with suppress(OSError):
            self._writer.transport.set_write_buffer_limits(0)
            await self._writer.drain()

    def close(self) -> None:
        """Hang up."""
        self._end()

    def _send(self, what: int, number: int, name: str, body: bytes) -> None:
        if not self.gone:
            encoded = name.encode()
            self._writer.write(_HEAD.pack(what, number, len(encoded), len(body)) + encoded + body)

    def _take(self, what: int, number: int, name: str, body: bytes) -> None:
        if what in (_ANSWER, _FAILED):
            waiting = self._waiting.get(number)
            if waiting is None or waiting.done():
                return
            if what == _ANSWER:
                waiting.set_result(body)
            else:
                waiting.set_exception(LineFailed(body.decode()))
            return
        task = asyncio.create_task(self._serve(number if what == _ASK else None, name, body), name=f"line {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, number: int | None, name: str, body: bytes) -> None:
        try:
            answer = await self._answer(name, body)
        except Exception as error:  # noqa: BLE001 - the other side is told, whatever it is
            _log.exception("What the other process asked failed: %s", name)
            if number is not None:
                self._send(_FAILED, number, "", f"{type(error).__name__}: {error}".encode())
        else:
            if number is not None:
                self._send(_ANSWER, number, "", answer)

    def _end(self) -> None:
        if self.gone:
            return
        self.gone = True
        self._writer.close()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LineFailed("it is gone"))
