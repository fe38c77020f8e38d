"""The HTTP server: uvicorn's protocol, with what a gateway open to the world needs on top.

Added to uvicorn: limits on the size and the time of a request's head, and a direct road for data-plane
paths. A request for one of those is handed to its endpoint as an ``Exchange``, which writes to the socket
without a dictionary per chunk and knows at once when the client leaves; every other path is plain ASGI.
The decision and its measurement: docs/decisions/002-direct-exchange.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from switchgear.core.errors import RequestTimeout, RequestTooLarge

MAX_HEAD_BYTES = 64 * 1024
SLOWEST_BODY = 16 * 1024  # bytes a second; who sends slower holds a connection and little else
LINGER_SECONDS = 2.0
LINGER_BYTES = 1024 * 1024

ResponseHeaders = list[tuple[bytes, bytes]]


class ClientGoneError(Exception):
    """The client closed the connection before its answer was complete."""


class Exchange:
    """One data-plane request and its answer.

    The answer is started once, written any number of times and ended once. ``write`` never waits; a
    producer that can be made to wait gives ``on_pressure`` and is told when to stop and when to go on.
    """

    __slots__ = (
        "_chunked", "_cycle", "_protocol", "_transport", "deadline", "gone", "headers", "method", "on_pressure",
        "path", "query", "started",
    )  # fmt: skip

    def __init__(self, protocol: GatewayProtocol, cycle: RequestResponseCycle) -> None:
        scope = cycle.scope
        self._protocol = protocol
        self._cycle = cycle
        self._transport = cycle.transport
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: ResponseHeaders = scope["headers"]  # type: ignore[assignment]  # uvicorn's is a list of pairs
        self.started = False
        self.gone = False
        self.on_pressure: Callable[[bool], None] | None = None
        self._chunked = False

    def header(self, name: bytes) -> bytes:
        """The first request field of that (lower-case) name, or nothing."""
        for key, value in self.headers:
            if key == name:
                return value
        return b""

    @property
    def client(self) -> str:
        """The address the connection comes from."""
        client = self._cycle.scope["client"]
        return client[0] if client else ""

    async def body(self, limit: int, seconds: float) -> bytes:
        """The whole request body.

        Raises RequestTooLarge past ``limit`` bytes (at once if the length is declared), RequestTimeout when
        it is not here after ``seconds`` and one more for every 16 KiB of it, ClientGoneError when the client
        leaves.
        """
        cycle = self._cycle
        if not cycle.more_body and len(cycle.body) <= limit:
            return bytes(cycle.body)
        declared = self.header(b"content-length")
        if (declared.isdigit() and int(declared) > limit) or len(cycle.body) > limit:
            raise self._too_large(limit)
        try:
            async with asyncio.timeout(seconds) as clock:
                return await self._collect(limit, clock)
        except TimeoutError as error:
            self._cycle.keep_alive = False
            raise RequestTimeout(f"The request body was not complete after {seconds:g} s.") from error

    async def _collect(self, limit: int, clock: asyncio.Timeout) -> bytes:
        parts: list[bytes] = []
        size = 0
        due = clock.when() or 0.0
        more = True
        while more:
            message: Any = await self._cycle.receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            parts.append(message["body"])
            size += len(message["body"])
            if size > limit:
                raise self._too_large(limit)
            clock.reschedule(due + size / SLOWEST_BODY)
            more = message["more_body"]
        return b"".join(parts)

    def _too_large(self, limit: int) -> RequestTooLarge:
        self._cycle.keep_alive = False
        return RequestTooLarge(f"The request body is over the limit of {limit} bytes.")

    def start(self, status: int, headers: bytes, *, length: int | None = None) -> None:
        """Send the head. ``headers`` are whole field lines; without ``length`` the body's end is marked by framing."""
        cycle = self._cycle
        self.started = cycle.response_started = True
        framing = b""
        if length is not None:
            framing = b"content-length: %d\r\n" % length
        elif cycle.scope["http_version"] == "1.1":
            self._chunked = True
            framing = b"transfer-encoding: chunked\r\n"
        else:
            cycle.keep_alive = False  # HTTP/1.0 knows no chunks: the end of the connection ends the body
        if not cycle.keep_alive:
            framing += b"connection: close\r\n"
        if not self.gone:
            self._transport.write(b"%b%b%b\r\n" % (STATUS_LINE[status], headers, framing))

    def reply(self, status: int, headers: bytes, body: bytes) -> None:
        """Send a whole answer in one write."""
        cycle = self._cycle
        self.started = cycle.response_started = True
        if self.gone:
            return
        close = b"" if cycle.keep_alive else b"connection: close\r\n"
        length = len(body)
        if cycle.scope["method"] == "HEAD":
            body = b""
        self._transport.write(
            b"%b%bcontent-length: %d\r\n%b\r\n%b" % (STATUS_LINE[status], headers, length, close, body)
        )
        self._finish()

    def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        if self.gone:
            return
        if self._chunked:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        else:
            self._transport.write(data)

    def end(self, data: bytes = b"") -> None:
        """Send the last piece of the body and end the answer."""
        if self.gone:
            return
        if not self._chunked:
            if data:
                self._transport.write(data)
        elif data:
            self._transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))
        else:
            self._transport.write(b"0\r\n\r\n")
        self._finish()

    def abort(self) -> None:
        """End the connection without ending the answer, where no other way to say that it failed is left."""
        self._transport.abort()

    @property
    def complete(self) -> bool:
        """Whether the answer was ended."""
        return self._cycle.response_complete

    @property
    def under_pressure(self) -> bool:
        """Whether what was written waits for the client to read it."""
        return self._cycle.flow.write_paused

    async def drained(self) -> None:
        """Wait until the client has taken what was written, or has left."""
        if self._cycle.flow.write_paused:
            await self._cycle.flow.drain()

    def _finish(self) -> None:
        cycle = self._cycle
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive or cycle.more_body:
            self._protocol.close_gently(unread=cycle.more_body)
        cycle.on_response()


Endpoint = Callable[[Exchange], Awaitable[None]]


class GatewayProtocol(HttpToolsProtocol):
    """One client connection. ``endpoints`` maps data-plane paths; what is not there goes to the ASGI application."""

    def __init__(self, endpoints: Mapping[str, Endpoint], header_timeout: float, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._endpoints = endpoints
        self._header_timeout = header_timeout
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0
        self._framing_bytes = 0
        self._body_bytes = 0
        self._lingering = False
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None
        self._exchange: Exchange | None = None

    # ------------------------------------------------------------ limits on the request's head

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        """Called by the event loop."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self._header_timeout, self._head_too_slow)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with bytes from the client."""
        if self._lingering:
            self._head_bytes += len(data)
            if self._head_bytes > LINGER_BYTES:
                self.transport.abort()
            return
        super().data_received(data)
        if self._in_head or getattr(self.cycle, "response_complete", True):
            self._head_bytes += len(data)
            if self._head_timer is None and not self.transport.is_closing():
                self._head_timer = self.loop.call_later(self._header_timeout, self._head_too_slow)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431, b"headers_too_large", b"The request's headers are over the limit of 65536 bytes.")
        elif self.cycle.more_body:
            self._framing_bytes += len(data)
            if self._framing_bytes > MAX_HEAD_BYTES + 16 * self._body_bytes:
                self.transport.abort()  # chunk extensions or trailers without end: the body itself has its own limit

    def on_message_begin(self) -> None:
        """Called by the parser when a request starts."""
        self._in_head = True
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Called by the parser with a piece of a request's body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Called by the parser when a request's head is whole."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        self._in_head = False
        self._head_bytes = self._framing_bytes = self._body_bytes = 0
        super().on_headers_complete()

    def _head_too_slow(self) -> None:
        self._head_timer = None
        if not self._head_bytes:
            self.transport.close()
            return
        self._refuse(
            408, b"request_timeout", b"The request's headers were not complete after %g s." % self._header_timeout
        )

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP (called by uvicorn, whose ``msg`` says less)."""
        del msg
        if not getattr(self.cycle, "response_complete", True):
            self.transport.abort()  # an answer is on its way: another one in the middle of it would corrupt it
            return
        self._refuse(400, b"invalid_request", b"That is not a valid HTTP/1.1 request.")

    def _refuse(self, status: int, code: bytes, message: bytes) -> None:
        """Answer before there is a request to route, and close."""
        body = b'{"error":{"message":"%b","type":"invalid_request_error","param":null,"code":"%b"}}' % (message, code)
        self.transport.write(
            b"%bcontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (STATUS_LINE[status], len(body), body)
        )
        self.close_gently(unread=True)

    def close_gently(self, *, unread: bool) -> None:
        """Close after what was written; with ``unread`` input wait a little, so that a reset does not eat the answer.

        RFC 9112 section 9.6: close the sending half first and read on until the client closes or time is up.
        """
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        if not unread or self.transport.is_closing() or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._lingering = True
        self._head_bytes = 0
        self.transport.write_eof()
        self.flow.resume_reading()
        self._head_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    # ------------------------------------------------------------ the direct road

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        path = cycle.scope["path"]
        endpoint = self._endpoints.get(path)
        if endpoint is None and path.startswith("/v1/"):
            endpoint = self._endpoints.get("/v1/*")
        if endpoint is None:
            super()._start_asgi_task(cycle, app)
            return
        self._exchange = exchange = Exchange(self, cycle)
        self._running = task = self.loop.create_task(self._run(endpoint, exchange))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, endpoint: Endpoint, exchange: Exchange) -> None:
        try:
            await endpoint(exchange)
        except ClientGoneError:
            pass
        finally:
            if self._exchange is exchange:  # a pipelined request may have taken its place already
                self._exchange = None
            if not exchange.complete and not exchange.gone:
                exchange.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the client is gone: what works for it is cancelled."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        super().connection_lost(exc)
        exchange = self._exchange
        if exchange is not None and not exchange.complete:
            exchange.gone = True
            if self._running is not None:
                self._running.cancel()

    def on_response_complete(self) -> None:
        """Called when an answer was ended. As uvicorn's, with one idle timer a connection in place of one a request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._check_idle)

    def _check_idle(self) -> None:
        self._idle_timer = None
        if not self.cycle.response_complete or self._head_timer is not None:
            return  # busy: the next answer's end, or the limit on the head, takes over
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._check_idle)
        elif self.transport.get_write_buffer_size():
            self.transport.abort()  # a client that does not read its answer is not waited for
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """Called by the transport when the client reads slower than we write."""
        super().pause_writing()
        if self._exchange is not None and self._exchange.on_pressure is not None:
            self._exchange.on_pressure(True)

    def resume_writing(self) -> None:
        """Called by the transport when the client caught up."""
        super().resume_writing()
        if self._exchange is not None and self._exchange.on_pressure is not None:
            self._exchange.on_pressure(False)


def protocol_factory(endpoints: Mapping[str, Endpoint], header_timeout: float) -> type[asyncio.Protocol]:
    """The class uvicorn makes its connections of."""

    class Bound(GatewayProtocol):
        def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], **kwargs: Any) -> None:
            super().__init__(
                endpoints, header_timeout, config=config, server_state=server_state, app_state=app_state, **kwargs
            )

    return Bound


__all__ = ["ClientGoneError", "Endpoint", "Exchange", "GatewayProtocol", "protocol_factory"]
