"""Requests whose body is sent as it comes, never held whole.

The body is taken piece by piece at the pace at which the provider takes it. An answer that comes before the body is through
and is no 2xx ends the sending; what goes wrong with the body's source ends the exchange, and the provider sees it cut off.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial

from switchgear.core.errors import InternalError, ProviderTimeout
from switchgear.providers.base import Upload
from switchgear.providers.connection import Connection, Timeouts

REPLAYED = 256 * 1024
"""Bytes of a body that are remembered, so that a kept connection which turns out to be closed costs no call."""


class Sending:
    """One request on its way, over one connection or, after a stale one, over another.

    ``head`` ends before the field that says how the body is framed. The limits of ``timeouts`` count from the moment the body
    is through; until then the provider has ``between_bytes`` to take more of it.
    """

    def __init__(self, head: bytes, body: Upload, timeouts: Timeouts) -> None:
        self._chunked = body.length is None
        framing = b"transfer-encoding: chunked" if body.length is None else b"content-length: %d" % body.length
        self._head = b"%b%b\r\n\r\n" % (head, framing)
        self._body = body
        self._timeouts = timeouts
        self._connection: Connection
        self._kept: list[bytes] | None = []
        self._size = 0
        self._pressed = False
        self._waiter: asyncio.Future[None] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._through = False

    def over(self, connection: Connection, limit: int) -> None:
        """Send over ``connection``, from the beginning. ``limit`` caps the answer's body."""
        connection.begin(self._head, self._timeouts, limit)
        connection.hold()
        self._connection = connection
        connection.on_pressure = partial(self._on_pressure, connection)
        self._on_pressure(connection, False)  # what the connection before said is over; this one may press at once
        for piece in self._kept or ():
            connection.transport.write(piece)
        if self._through:
            connection.go_on(whole=True)
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())
            self._pump.add_done_callback(self._ended)

    @property
    def again(self) -> bool:
        """Whether it can be sent over another connection: all that was taken of the body is still here."""
        return self._kept is not None

    async def answered(self) -> None:
        """To be called when the head of an answer is there: a good one waits until the body is through, another ends it.

        Raises what went wrong with the body.
        """
        self._kept = None
        if self._pump is not None and 200 <= self._connection.status < 300:
            await self._pump
        await self.close()
        self._connection.go_on(whole=self._through)

    async def close(self) -> None:
        """Stop, and let go of the body's source."""
        if self._pump is None:
            return
        self._connection.on_pressure = None
        if not self._pump.done():
            self._pump.cancel()
            await asyncio.wait([self._pump])

    async def _run(self) -> None:
        sent = 0
        async with aclosing(self._body.pieces()) as pieces:
            async for piece in pieces:
                if not piece:
                    continue
                sent += len(piece)
                if not self._chunked and sent > (self._body.length or 0):
                    break
                self._write(b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece)
                while self._pressed or self._gone:
                    if self._gone and not self.again:
                        return
                    await self._drained()
        if self._chunked:
            self._write(b"0\r\n\r\n")
        elif sent != self._body.length:
            cause = f"a body of {self._body.length} bytes has {sent}"
            raise InternalError("The gateway met a defect of its own.", cause=cause)
        self._through = True
        self._connection.go_on(whole=True)

    @property
    def _gone(self) -> bool:
        return self._connection.transport.is_closing()

    def _write(self, data: bytes) -> None:
        if not self._gone:
            self._connection.transport.write(data)
        if self._kept is not None:
            self._kept.append(data)
            self._size += len(data)
            if self._size > REPLAYED:
                self._kept = None

    def _on_pressure(self, connection: Connection, pressed: bool) -> None:
        if connection is not self._connection:
            return
        self._pressed = pressed
        if not pressed and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _drained(self) -> None:
        """Wait until the provider took nearly all that was written, or another connection is there.

        Raises ProviderTimeout when it takes nothing more.
        """
        seconds = self._timeouts.between_bytes
        left = self._connection.transport.get_write_buffer_size()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._waiter
        except TimeoutError as error:
            if self._connection.transport.get_write_buffer_size() >= left and not self._gone:
                name = self._connection.provider
                raise ProviderTimeout(
                    f"Provider {name} took nothing more of the request for {seconds:g} s (between_bytes).",
                    provider=name,
                ) from error
        finally:
            self._waiter = None

    def _ended(self, pump: asyncio.Task[None]) -> None:
        """Called when the body is through, or failed: then the exchange fails with the same."""
        if not pump.cancelled() and isinstance(error := pump.exception(), Exception):
            self._connection.fail(error)
