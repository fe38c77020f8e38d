"""The HTTP server: uvicorn's protocol, with what a gateway open to the world needs on top.

Added to uvicorn: limits on the size and the time of a request's head, on pipelining and on clients that do not
read; strictness about fields that decide who calls; and a direct road for data-plane paths. A request for one of
those is handed to its endpoint as an ``Exchange``; every other path is plain ASGI.
The decision and its measurement: docs/decisions/002-direct-exchange.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from switchgear.core.structs import Frozen
from switchgear.edge.bodies import run
from switchgear.edge.exchange import Endpoint, Exchange

MAX_HEAD_BYTES = 64 * 1024
MAX_PIPELINED = 16
LINGER_SECONDS = 2.0
LINGER_BYTES = 1024 * 1024
_ONCE = frozenset({b"host", b"authorization", b"x-api-key", b"api-key", b"origin"})
"""Fields that decide who calls and whereto: given twice, two readers could see two requests (RFC 9110 section 5.3)."""


class ServerLimits(Frozen, frozen=True):
    """``header_timeout`` is seconds for a request's head; ``connections`` is how many clients at once."""

    header_timeout: float
    connections: int


class _RefusedError(Exception):
    """A request that is refused while its head is parsed."""

    def __init__(self, status: int, code: bytes, message: bytes) -> None:
        super().__init__(message)
        self.answer = (status, code, message)


_HEAD_TOO_LARGE = (431, b"headers_too_large", b"The request's headers are over the limit of 65536 bytes.")


class _PassedOver:
    """Takes the body of a request with an Upgrade field, which llhttp passes over, and hands it to the connection."""

    def __init__(self, protocol: GatewayProtocol) -> None:
        self._protocol = protocol
        self._whole = False

    def on_body(self, body: bytes) -> None:
        if not self._whole:
            self._protocol.on_body(body)

    def on_message_complete(self) -> None:
        if not self._whole:
            self._whole = True
            self._protocol.on_message_complete()


class GatewayProtocol(HttpToolsProtocol):
    """One client connection.

    ``endpoints`` maps data-plane paths, ``/v1/name/*`` and ``/mcp/*`` those below a name; what is not there goes to the ASGI application.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint], limits: ServerLimits, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._endpoints = endpoints
        self._limits = limits
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._url = b""
        self._reading = 0
        self._head_bytes = 0
        self._framing_bytes = 0
        self._body_bytes = 0
        self._deaf = False
        self._lingering = False
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._stuck_timer: asyncio.TimerHandle | None = None
        self._unread = 0
        self._active: RequestResponseCycle | None = None
        self._running: asyncio.Task[None] | None = None
        self._exchange: Exchange | None = None
        self._ending = False

    # ------------------------------------------------------------ what comes in

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        """Called by the event loop."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.close()
            return
        self._head_timer = self.loop.call_later(self._limits.header_timeout, self._head_too_slow)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with bytes from the client."""
        if self._lingering or self._deaf:
            self._head_bytes += len(data)
            if self._head_bytes > LINGER_BYTES:
                self.transport.abort()
            return
        self._reading = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError as error:
            self._refuse_unparsed(error)
            return
        if self._in_head or getattr(self.cycle, "response_complete", True):
            self._head_bytes += len(data)
            if self._head_timer is None and not self.transport.is_closing():
                self._head_timer = self.loop.call_later(self._limits.header_timeout, self._head_too_slow)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(*_HEAD_TOO_LARGE)
        elif self.cycle.more_body:
            self._framing_bytes += len(data)
            if self._framing_bytes > MAX_HEAD_BYTES + 16 * self._body_bytes:
                self.transport.abort()  # chunk extensions or trailers without end: the body itself has its own limit

    def on_message_begin(self) -> None:
        """Called by the parser when a request starts."""
        self._in_head = True
        self._url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_url(self, url: bytes) -> None:
        """Called by the parser with a piece of the request's target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser with a field; those after the body (trailers) decide nothing (RFC 9110 section 6.5.1)."""
        if not self._in_head:
            return
        name = name.lower()
        headers = self.headers
        if name in _ONCE:
            for known, _ in headers:
                if known == name:
                    raise _RefusedError(400, b"invalid_request", b"The header %b is given twice." % name)
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Called by the parser when a request's head is whole."""
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        self._in_head = False
        seen = self._head_bytes + self._reading
        self._head_bytes = self._framing_bytes = self._body_bytes = 0
        parser = self.parser
        version, method = parser.get_http_version(), parser.get_method()
        self._check_head(seen, version, method)
        path, raw_path, query = _target(self._url)
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "root_path": "",
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": method.decode("ascii"),
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
        }
        before: RequestResponseCycle | None = self.cycle
        self.cycle = cycle = RequestResponseCycle(
            self.scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            False,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            version != "1.0" and parser.should_keep_alive(),
            self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _check_head(self, seen: int, version: str, method: bytes) -> None:
        """Raise for a head that is not served; ``seen`` is how many bytes came with it, at most those and others."""
        if seen > MAX_HEAD_BYTES and sum(len(k) + len(v) for k, v in self.headers) > MAX_HEAD_BYTES:
            raise _RefusedError(*_HEAD_TOO_LARGE)
        if method == b"CONNECT":
            raise _RefusedError(405, b"method_not_allowed", b"This is a gateway to models, not a proxy.")
        if version == "1.1" and not any(name == b"host" for name, _ in self.headers):
            raise _RefusedError(400, b"invalid_request", b"The request has no host header (RFC 9112 section 3.2).")
        if len(self.pipeline) >= MAX_PIPELINED:
            raise _RefusedError(400, b"invalid_request", b"Too many requests were sent ahead of their answers.")

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Serve a request that asks for another protocol in this one (RFC 9110 section 7.8), and close after it.

        llhttp takes what follows the head for the other protocol; a declared body is parsed after all.
        """
        cycle = self.cycle
        cycle.keep_alive = False
        framing = [(k, v) for k, v in cycle.scope["headers"] if k in (b"content-length", b"transfer-encoding")]
        if not framing or dict(framing).get(b"content-length") == b"0":
            self._deaf = True
            return
        cycle.more_body = True
        cycle.message_event.clear()
        self.parser = httptools.HttpRequestParser(_PassedOver(self))
        head = b"".join(b"%b: %b\r\n" % field for field in framing)
        self.data_received(b"POST / HTTP/1.1\r\n%b\r\n%b" % (head, rest))

    def on_body(self, body: bytes) -> None:
        """Called by the parser with a piece of a request's body."""
        self._body_bytes += len(body)
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Called by the parser when a request's body is whole."""
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()

    def _head_too_slow(self) -> None:
        self._head_timer = None
        if not self._head_bytes:
            self.transport.close()
            return
        seconds = self._limits.header_timeout
        self._refuse(408, b"request_timeout", b"The request's headers were not complete after %g s." % seconds)

    def _refuse_unparsed(self, error: httptools.HttpParserError) -> None:
        """Answer what is not HTTP, or not HTTP that is served here."""
        self._in_head = False
        if not getattr(self.cycle, "response_complete", True):
            self.transport.abort()  # an answer is on its way: another one in the middle of it would corrupt it
            return
        cause = error.__context__
        if isinstance(cause, _RefusedError):
            self._refuse(*cause.answer)
        else:
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
        self._active = cycle
        if self._ending:
            cycle.keep_alive = False
        path = cycle.scope["path"]
        endpoint = self._endpoints.get(path)
        if endpoint is None and path.startswith("/v1/"):
            below = path.find("/", 4)
            endpoint = self._endpoints.get(f"{path[:below]}/*") if below > 0 else None
            endpoint = endpoint or self._endpoints.get("/v1/*")
        elif endpoint is None and path.startswith("/mcp/"):
            endpoint = self._endpoints.get("/mcp/*")
        elif endpoint is None and path.startswith("/.well-known/"):
            endpoint = self._endpoints.get("/.well-known/*")
        if endpoint is None:
            super()._start_asgi_task(cycle, app)
            return
        self._exchange = exchange = Exchange(self, cycle)
        self._running = task = self.loop.create_task(run(endpoint, exchange, self.ran))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def ran(self, exchange: Exchange) -> None:
        """Called when the endpoint of ``exchange`` is done, however that was."""
        if self._exchange is exchange:  # a pipelined request may have taken its place already
            self._exchange = None
        if not exchange.complete and not exchange.gone:
            exchange.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the client is gone: what works for it is cancelled."""
        for timer in (self._head_timer, self._idle_timer, self._stuck_timer):
            if timer is not None:
                timer.cancel()
        self._head_timer = self._idle_timer = self._stuck_timer = None
        self.pipeline.clear()
        super().connection_lost(exc)
        exchange = self._exchange
        if exchange is not None and not exchange.complete:
            exchange.gone = True
            if self._running is not None and not (exchange.outlives is not None and exchange.outlives()):
                self._running.cancel()

    def on_response_complete(self) -> None:
        """Called when an answer was ended. As uvicorn's, with one idle timer a connection in place of one a request."""
        self.server_state.total_requests += 1
        self._active = None
        if self.transport.is_closing() or self._lingering:
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._check_idle)
        if not self.flow.write_paused:  # a client that does not read its answers is not served the next
            self._go_on()

    def _go_on(self) -> None:
        """Serve the next pipelined request, or read on when there is none."""
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        else:
            self.flow.resume_reading()

    def _check_idle(self) -> None:
        self._idle_timer = None
        if self._active is not None or self._head_timer is not None:
            return  # busy: the next answer's end, or the limit on the head, takes over
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._check_idle)
        else:
            self.transport.close()

    def shutdown(self) -> None:
        """Called when the gateway is ending: this answer, or the next, is the last one and says so."""
        self._ending = True
        if self._active is not None:
            self._active.keep_alive = False

    def close_if_idle(self) -> None:
        """Close unless a request is under way; what was written is sent first."""
        if self._active is None:
            self.transport.close()

    # ------------------------------------------------------------ clients that read slowly

    def pause_writing(self) -> None:
        """Called by the transport when the client reads slower than we write."""
        super().pause_writing()
        self._unread = self.transport.get_write_buffer_size()
        if self._stuck_timer is None:
            self._stuck_timer = self.loop.call_later(self.timeout_keep_alive, self._check_stuck)
        if self._exchange is not None and self._exchange.on_pressure is not None:
            self._exchange.on_pressure(True)

    def resume_writing(self) -> None:
        """Called by the transport when the client caught up."""
        super().resume_writing()
        if self._stuck_timer is not None:
            self._stuck_timer.cancel()
            self._stuck_timer = None
        if self.transport.is_closing():
            return
        if self._exchange is not None and self._exchange.on_pressure is not None:
            self._exchange.on_pressure(False)
        if self._active is None and not self._lingering:
            self._go_on()

    def _check_stuck(self) -> None:
        """End a connection whose client has read nothing for as long as an idle one may live."""
        self._stuck_timer = None
        unread = self.transport.get_write_buffer_size()
        if unread >= self._unread:
            self.transport.abort()
            return
        self._unread = unread
        self._stuck_timer = self.loop.call_later(self.timeout_keep_alive, self._check_stuck)


def _target(url: bytes) -> tuple[str, bytes, bytes]:
    """Path, path as it was sent, and query of a request's target (RFC 9112 section 3.2)."""
    if url.startswith(b"/") and b"?" not in url and b"#" not in url:
        raw, query = url, b""
    else:
        parsed = httptools.parse_url(url)
        raw, query = parsed.path, parsed.query or b""
    path = raw.decode("ascii")
    return (unquote(path) if "%" in path else path), raw, query


def protocol_factory(endpoints: Mapping[str, Endpoint], limits: ServerLimits) -> Callable[..., asyncio.Protocol]:
    """What uvicorn makes its connections with."""
    return partial(GatewayProtocol, endpoints, limits)
