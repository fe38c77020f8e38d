"""One data-plane request and its answer, written to the socket without ASGI in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

ResponseHeaders = list[tuple[bytes, bytes]]


class ClientConnection(Protocol):
    """What an exchange needs of the connection it is on."""

    def close_gently(self, *, unread: bool) -> None:
        """Close after what was written."""


class ClientGoneError(Exception):
    """The client closed the connection before its answer was complete."""


class Exchange:
    """One data-plane request and its answer.

    The answer is started once, written any number of times and ended once. ``write`` never waits; a
    producer that can be made to wait gives ``on_pressure`` and is told when to stop and when to go on. ``outlives`` is asked, when the
    client leaves, whether what works for it is to go on.
    """

    __slots__ = (
        "_chunked",
        "_connection",
        "_cycle",
        "_transport",
        "deadline",
        "gone",
        "headers",
        "method",
        "on_pressure",
        "outlives",
        "path",
        "query",
        "started",
    )  # fmt: skip

    def __init__(self, connection: ClientConnection, cycle: RequestResponseCycle) -> None:
        scope = cycle.scope
        self._connection = connection
        self._cycle = cycle
        self._transport = cycle.transport
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: ResponseHeaders = scope["headers"]  # type: ignore[assignment]  # uvicorn's is a list of pairs
        self.started = False
        self.gone = False
        self.on_pressure: Callable[[bool], None] | None = None
        self.outlives: Callable[[], bool] | None = None
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

    @property
    def here(self) -> bytearray | None:
        """The whole request body where all of it has come; None while there is more."""
        cycle = self._cycle
        return None if cycle.more_body else cycle.body

    @property
    def come(self) -> int:
        """How many bytes of the request body wait to be taken."""
        return len(self._cycle.body)

    def receive(self) -> Awaitable[Any]:
        """The next of the request body: an ASGI message."""
        return self._cycle.receive()

    def drain(self) -> Awaitable[None]:
        """Wait until the client has taken what was written, or has left."""
        return self._cycle.flow.drain()

    def close_after(self) -> None:
        """Close the connection after the answer."""
        self._cycle.keep_alive = False

    @property
    def declared_length(self) -> int | None:
        """How long the body is going to be; None when the client does not say."""
        declared = self.header(b"content-length")
        return int(declared) if declared.isdigit() else None

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
        if not cycle.keep_alive or cycle.more_body:
            cycle.keep_alive = False
            framing += b"connection: close\r\n"
        if not self.gone:
            self._transport.write(b"%b%b%b\r\n" % (STATUS_LINE[status], headers, framing))

    def reply(self, status: int, headers: bytes, body: bytes) -> None:
        """Send a whole answer in one write."""
        cycle = self._cycle
        self.started = cycle.response_started = True
        if self.gone:
            return
        close = b""
        if not cycle.keep_alive or cycle.more_body:  # what of the request is unread is not waited for
            cycle.keep_alive = False
            close = b"connection: close\r\n"
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

    def _finish(self) -> None:
        cycle = self._cycle
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive or cycle.more_body:
            self._connection.close_gently(unread=cycle.more_body)
        cycle.on_response()


Endpoint = Callable[[Exchange], Awaitable[None]]
"""Answers requests."""
