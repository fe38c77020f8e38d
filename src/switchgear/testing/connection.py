"""The server's side of one TCP connection, seen byte by byte: what the kit's servers are made of.

It reads requests (RFC 9112, strictly), writes whatever it is told to, and notes when the peer left and how.
Times are ``time.monotonic()`` seconds, so they compare across threads and event loops.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Coroutine
from typing import Any, cast

from .request import BadRequest, Request, parse_head

_READ_AHEAD = 65_536
_MAX_HEAD = 1 << 20


class PeerGone(Exception):
    """The peer closed or reset the connection: a plan that meets this ends."""


class Connection(asyncio.Protocol):
    """One accepted connection and the record of it.

    ``requests`` are those whose head arrived here. ``bytes_received`` counts what the peer sent (after TLS).
    ``peer_closed_at`` is when the peer closed (or reset, then ``peer_reset`` is true) and ``None`` while it has
    not; ``closed_at`` is when the connection was over for both. At most 64 KiB are read ahead of what a plan
    asks for, so a plan that does not read makes the peer wait; a close is not noticed while that is full.
    """

    def __init__(self, serve: Any, *, socket_buffer: int | None = None) -> None:
        self.requests: list[Request] = []
        self.opened_at = time.monotonic()
        self.bytes_received = 0
        self.peer_closed_at: float | None = None
        self.peer_reset = False
        self.closed_at: float | None = None
        self.task: asyncio.Task[None] | None = None
        self._serve = serve
        self._socket_buffer = socket_buffer
        self._transport: asyncio.Transport | None = None
        self._tls = False
        self._written = 0
        self._buffer = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._gone = asyncio.Event()
        self._lost = asyncio.Event()
        self._ours = False

    # ------------------------------------------------------------ what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to serve."""
        self._transport = cast("asyncio.Transport", transport)  # by contract; uvloop's are not of the class
        self._tls = transport.get_extra_info("ssl_object") is not None
        # asyncio's TLS pauses at a limit of 0 even when nothing waits, and then never resumes
        self._transport.set_write_buffer_limits(high=1 if self._tls else 0, low=0)
        if self._socket_buffer is not None:
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._socket_buffer)
        work: Coroutine[Any, Any, None] = self._serve(self)
        self.task = asyncio.get_running_loop().create_task(work)

    def data_received(self, data: bytes) -> None:
        """Keep the bytes until a plan asks for them."""
        self.bytes_received += len(data)
        self._buffer += data
        if len(self._buffer) > _READ_AHEAD and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Note that the peer will send no more; what we send may still be wanted."""
        self._leave()
        return not self._tls

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end, and whether it was a reset."""
        self.closed_at = time.monotonic()
        if isinstance(exc, ConnectionError):
            self.peer_reset = True
        if not self._ours:
            self._leave()
        self._gone.set()
        self._lost.set()
        self._writable.set()
        self._wake()

    def refused(self) -> None:
        """Note that the TLS handshake failed: nothing was served."""
        self.connection_lost(None)

    def pause_writing(self) -> None:
        """Hold writers until the kernel took what they wrote."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    # ------------------------------------------------------------ reading

    async def read_head(self) -> Request | None:
        """The next request's head, recorded; ``None`` when the peer closed instead. Raises ``BadRequest``."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise BadRequest("the head is longer than 1 MiB")
            try:
                await self._more()
            except PeerGone:
                if self._buffer:
                    raise
                return None
        request = parse_head(self._take(end + 4))
        self.requests.append(request)
        return request

    async def read_body(self, limit: int | None = None) -> bytes:
        """What remains of the last request's body, or at most ``limit`` bytes of it, added to its record.

        Raises ``PeerGone`` when the peer leaves before its end and ``BadRequest`` for broken chunked framing.
        """
        request = self.requests[-1]
        start = len(request.content)
        while not request.complete and (limit is None or len(request.content) - start < limit):
            if request.left == 0 and request.chunked:
                await self._chunk_head(request)
                continue
            if not self._buffer:
                await self._more()
            most = request.left if limit is None else min(request.left, limit - (len(request.content) - start))
            data = self._take(most)
            request.content += data
            request.left -= len(data)
            if request.left == 0:
                await self._piece_done(request)
        return bytes(request.content[start:])

    async def read_some(self) -> bytes:
        """Whatever bytes come next, at least one, taken as no part of a request. Raises ``PeerGone``."""
        if not self._buffer:
            await self._more()
        return self._take(len(self._buffer))

    async def _piece_done(self, request: Request) -> None:
        if not request.chunked:
            request.complete = True
        elif await self._line() != b"":
            raise BadRequest("a chunk is longer than its size says")

    async def _chunk_head(self, request: Request) -> None:
        size = (await self._line()).split(b";")[0].strip()
        try:
            request.left = int(size, 16)
        except ValueError:
            raise BadRequest(f"{size!r} is no chunk size") from None
        if request.left == 0:
            while await self._line():
                pass
            request.complete = True

    async def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            await self._more()
        return self._take(end + 2)[:-2]

    async def _more(self) -> None:
        """Wait for bytes that were not there yet."""
        if self._gone.is_set():
            raise PeerGone
        if self._transport is not None:
            self._transport.resume_reading()
        self._waiter = asyncio.get_running_loop().create_future()
        before = self.bytes_received
        await self._waiter
        if self.bytes_received == before and self._gone.is_set():
            raise PeerGone

    def _take(self, most: int) -> bytes:
        data = bytes(self._buffer[:most])
        del self._buffer[:most]
        if len(self._buffer) <= _READ_AHEAD and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        return data

    # ------------------------------------------------------------ writing and leaving

    @property
    def bytes_sent(self) -> int:
        """Bytes of answers (before TLS) that the kernel has taken so far, of all that was written."""
        waiting = 0
        if self._transport is not None and self.closed_at is None:
            waiting = self._transport.get_write_buffer_size()
        return max(0, self._written - waiting)

    async def write(self, data: bytes) -> None:
        """Send ``data`` and wait until the kernel took all of it. Raises ``PeerGone``."""
        if self._transport is None or self._lost.is_set() or self._transport.is_closing():
            raise PeerGone
        if data:
            self._transport.write(data)
            self._written += len(data)
        await self._writable.wait()
        if self._lost.is_set():
            raise PeerGone

    async def pause(self, seconds: float | None) -> None:
        """Do nothing for ``seconds``, or for ever. Raises ``PeerGone`` as soon as the peer leaves."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._gone.wait()
                raise PeerGone

    @property
    def closing(self) -> bool:
        """Whether this side has closed or is about to."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Send what is waiting, then close (FIN; the kernel makes it a RST if unread bytes are left)."""
        self._ours = True
        if self._transport is not None:
            self._transport.close()

    def half_close(self) -> None:
        """Send FIN and go on reading; over TLS, where there is no such thing, close."""
        if self._transport is not None and self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self.close()

    def reset(self) -> None:
        """Close at once with RST; bytes not yet delivered may be lost."""
        self._ours = True
        if self._transport is not None and self.closed_at is None:
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the connection is over for both sides."""
        await self._lost.wait()

    def _socket(self) -> socket.socket:
        assert self._transport is not None  # noqa: S101 - set before anything else runs
        sock: socket.socket = self._transport.get_extra_info("socket")
        return sock

    def _leave(self) -> None:
        if self.peer_closed_at is None:
            self.peer_closed_at = time.monotonic()
        self._gone.set()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
