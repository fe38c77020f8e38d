"""One HTTP/1.1 connection to a provider, as an asyncio protocol on llhttp's parser.

A connection carries one exchange at a time. The answer's body is either collected (``body``) or handed to a
sink as it arrives (``pipe``), in the order it came and without a task switch per piece. Message framing
follows RFC 9112 sections 6 and 7; what llhttp accepts is decided by llhttp, the sizes and the times are ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools
import msgspec

from switchgear.core.errors import (
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderResponseTooLarge,
    ProviderTimeout,
)
from switchgear.providers.inflate import Inflater

MAX_HEAD_BYTES = 64 * 1024
HIGH_WATER = 256 * 1024
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"content-encoding"})

Sink = Callable[[bytes], None]
Headers = list[tuple[bytes, bytes]]


class Timeouts(msgspec.Struct, frozen=True):
    """The four time limits of an exchange, in seconds."""

    connect: float = 5.0
    first_byte: float = 60.0
    between_bytes: float = 30.0
    total: float = 600.0


class StaleConnectionError(Exception):
    """A kept connection turned out to be closed before a byte was answered; the request may be sent again."""


class Connection(asyncio.Protocol):
    """A connection to one origin. ``begin`` sends a request; the rest of the class is about its answer.

    ``on_idle_closed`` is called when the connection ends while no exchange is on it.
    """

    __slots__ = (
        "_body_bytes",
        "_close_delimited",
        "_declared",
        "_done",
        "_error",
        "_fed",
        "_first_byte_by",
        "_head",
        "_inflate",
        "_last",
        "_limit",
        "_loop",
        "_parser",
        "_partial",
        "_parts",
        "_paused_by_sink",
        "_paused_by_size",
        "_reusable",
        "_sink",
        "_size",
        "_timeouts",
        "_timer",
        "_total_by",
        "_unsent",
        "_waiter",
        "headers",
        "idle_since",
        "on_idle_closed",
        "on_pressure",
        "provider",
        "status",
        "transport",
        "used",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, provider: str, on_idle_closed: Callable[[Connection], None]
    ) -> None:
        self._loop = loop
        self.provider = provider
        self.on_idle_closed = on_idle_closed
        self.transport: asyncio.Transport
        self.used = 0
        self.idle_since = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._done = True
        self._reusable = True
        self.on_pressure: Callable[[bool], None] | None = None
        self._reset()

    def _reset(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self._head = False
        self._parts: list[bytes] = []
        self._size = 0
        self._body_bytes = 0
        self._fed = 0
        self._sink: Sink | None = None
        self._inflate: Inflater | None = None
        self._declared = 0
        self._close_delimited = True
        self._paused_by_size = False
        self._paused_by_sink = False
        self._unsent = 0
        self._partial = False

    # ------------------------------------------------------------ the request

    def begin(self, request: bytes, timeouts: Timeouts, limit: int) -> None:
        """Send ``request`` (head and body as bytes) and start the clocks. ``limit`` caps the answer's body."""
        self._reset()
        self._error = None
        self._done = False
        self._reusable = False
        self.used += 1
        self._limit = limit
        self._timeouts = timeouts
        now = self._loop.time()
        self._last = now
        self._first_byte_by = now + timeouts.first_byte
        self._total_by = now + timeouts.total
        self._timer = self._loop.call_later(self._soonest(timeouts), self._check_clocks)
        self.transport.write(request)

    def hold(self) -> None:
        """Stop the clocks: more of the request follows, and who sends it looks after the time until ``go_on``."""
        self._partial = True
        self._stop_clock()

    def go_on(self, *, whole: bool) -> None:
        """Start the clocks: the answer is what is waited for now. Unless the request is ``whole``, no other follows it."""
        self._partial = not whole
        if self._timer is None and not self._done and self._error is None:
            self._last = now = self._loop.time()
            self._first_byte_by = now + self._timeouts.first_byte
            self._total_by = now + self._timeouts.total
            self._timer = self._loop.call_later(self._soonest(self._timeouts), self._check_clocks)

    @staticmethod
    def _soonest(timeouts: Timeouts) -> float:
        """Seconds until a limit can first have passed: one timer an exchange, armed again only when it fires."""
        return min(timeouts.first_byte, timeouts.between_bytes, timeouts.total)

    def _check_clocks(self) -> None:
        """Run when a limit may have passed; arms itself again while none has."""
        self._timer = None
        if self._done or self._error is not None:
            return
        now = self._loop.time()
        if now >= self._total_by:
            self._fail_timeout("total", self._timeouts.total)
            return
        if not self._head:
            if self._unsent and (unsent := self.transport.get_write_buffer_size()) < self._unsent:
                self._unsent = unsent or 1  # a large body is still on its way: it counts as progress
                self._first_byte_by = now + self._timeouts.first_byte
            if now >= self._first_byte_by:
                self._fail_timeout("first_byte", self._timeouts.first_byte)
                return
            due = self._first_byte_by
        else:
            if self._paused_by_sink or self._paused_by_size:
                self._last = now  # we asked it to wait
            due = self._last + self._timeouts.between_bytes
            if now >= due:
                self._fail_timeout("between_bytes", self._timeouts.between_bytes)
                return
        self._timer = self._loop.call_at(min(due, self._total_by), self._check_clocks)

    def _fail_timeout(self, which: str, seconds: float) -> None:
        said = "sent nothing more for" if which == "between_bytes" else "did not answer within"
        if which == "total":
            said = "was not done within"
        self.fail(ProviderTimeout(f"Provider {self.provider} {said} {seconds:g} s ({which}).", provider=self.provider))

    # ------------------------------------------------------------ the answer

    async def head(self) -> None:
        """Wait until ``status`` and ``headers`` are there. Raises ProviderError or StaleConnectionError.

        What goes wrong after the head is raised by ``body`` and ``pipe``, also if it came with the head.
        """
        while not self._head:
            await self._wait()

    async def body(self) -> bytes:
        """The whole decoded body. Raises ProviderError."""
        if self._paused_by_sink:
            self.resume()
        self._collect_freely()
        while not self._done:
            await self._wait()
        if self._error is not None:
            raise self._error
        parts = self._parts
        self._parts = []
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def pipe(self, sink: Sink) -> None:
        """Hand the body to ``sink`` piece by piece until it ends. Raises ProviderError, or what the sink raised.

        The sink runs inside the event loop's read callback: it must be quick and must not block. It may
        raise a SwitchgearError to end the exchange.
        """
        for part in self._parts:
            sink(part)
        self._parts = []
        self._sink = sink
        self._collect_freely()
        while not self._done:
            await self._wait()
        if self._error is not None:
            raise self._error

    def hurry(self, seconds: float) -> None:
        """Give the answer at most this long to end: all that mattered of it has arrived."""
        self._total_by = min(self._total_by, self._loop.time() + seconds)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = self._loop.call_at(self._total_by, self._check_clocks)

    def _collect_freely(self) -> None:
        self._size = 0
        if self._paused_by_size:
            self._paused_by_size = False
            self._resume_if_free()

    def pause(self) -> None:
        """Stop reading from the provider; its kernel buffers fill and it has to wait.

        Without effect once the answer is whole: the connection may serve another call by then.
        """
        if not self._paused_by_sink and not self._done:
            self._paused_by_sink = True
            if not self._paused_by_size and not self.transport.is_closing():
                self.transport.pause_reading()

    def resume(self) -> None:
        """Read again after ``pause``."""
        if self._paused_by_sink:
            self._paused_by_sink = False
            self._resume_if_free()

    def _resume_if_free(self) -> None:
        if not self._paused_by_sink and not self._paused_by_size and not self.transport.is_closing():
            self._last = self._loop.time()
            self.transport.resume_reading()

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    @property
    def finished(self) -> bool:
        """Whether the answer arrived whole."""
        return self._done and self._error is None

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent: answer whole, request sent whole, and the peer keeps the connection."""
        return (
            self._reusable
            and self._error is None
            and not self.transport.is_closing()
            and self.transport.get_write_buffer_size() == 0
        )

    def abort(self) -> None:
        """Close at once; the provider sees the call end."""
        self._stop_clock()
        self.transport.abort()

    def _stop_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def fail(self, error: Exception) -> None:
        """End the exchange, and the connection, with ``error``."""
        if self._error is None and not self._done:
            self._error = error
        self._stop_clock()
        self.transport.abort()
        self._wake()

    # ------------------------------------------------------------ asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self.transport = cast("asyncio.Transport", transport)  # what TCP and TLS give; uvloop's has no common base

    def pause_writing(self) -> None:
        """Called by the event loop when a large request waits for the provider to take it."""
        self._unsent = self.transport.get_write_buffer_size()
        if self.on_pressure is not None:
            self.on_pressure(True)

    def resume_writing(self) -> None:
        """Called by the event loop when the provider took nearly all of it: the wait for an answer starts here."""
        self._unsent = 0
        if not self._done:
            self._first_byte_by = self._loop.time() + self._timeouts.first_byte
        if self.on_pressure is not None:
            self.on_pressure(False)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with bytes from the provider."""
        if self._done:
            self._reusable = False
            self.transport.abort()  # nobody asked: not a connection to send a request on
            return
        self._last = self._loop.time()
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.fail(self._translate(error))
            return
        if self._fed > MAX_HEAD_BYTES + 16 * self._body_bytes and not self._done:
            self.fail(self._invalid(f"sent more than {MAX_HEAD_BYTES} bytes of headers or framing"))

    def _translate(self, error: httptools.HttpParserError) -> Exception:
        cause = error.__context__
        if isinstance(error, httptools.HttpParserCallbackError) and isinstance(cause, Exception):
            return cause  # what a callback raised: ours, or a defect of the sink, which is not the provider's fault
        return self._invalid("did not answer in valid HTTP", cause=str(error))

    def _invalid(self, what: str, cause: str | None = None) -> ProviderError:
        return ProviderInvalidResponse(f"Provider {self.provider} {what}.", provider=self.provider, cause=cause)

    def eof_received(self) -> bool:
        """Called by the event loop when the provider sends no more."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the connection is gone."""
        self._stop_clock()
        if self._done:
            self._reusable = False
            self.on_idle_closed(self)
            return
        if self._error is None:
            if self._head and self._close_delimited and exc is None:
                self._complete()
            elif self.used > 1 and not self._fed:
                self._error = StaleConnectionError()
            else:
                when = "before its answer was complete" if self._head else "without an answer"
                self._error = ProviderDisconnected(
                    f"Provider {self.provider} closed the connection "
                    f"{'before it had the whole request' if self._partial and not self._head else when}.",
                    provider=self.provider,
                    cause=str(exc) if exc else None,
                )
        if self.on_pressure is not None:  # who waits until more of a body is taken waits for nothing now
            self.on_pressure(False)
        self._wake()

    # ------------------------------------------------------------ httptools callbacks

    def on_message_begin(self) -> None:
        """A message starts; a second final answer to one request is not one."""
        if self._done:
            self._reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field; those after the body (trailers) are dropped."""
        if self._head:
            return
        name = name.lower()
        self.headers.append((name, value))
        if name in _FRAMING:
            if name != b"content-encoding":
                self._close_delimited = False
                if name == b"content-length":
                    self._declared = int(value) if value.isdigit() else 0
            elif value.strip().lower() not in (b"identity", b""):
                if self._inflate is not None:
                    raise self._invalid("answered in two content-encodings, which was not asked for")
                self._inflate = Inflater(value.strip().lower(), self._invalid)

    def on_headers_complete(self) -> None:
        """The head is there; 1xx heads are interim and are dropped (RFC 9110 section 15.2)."""
        if self._done:
            return
        status = self._parser.get_status_code()
        if status < 200:
            if status < 100 or status == 101:  # nobody asked to switch protocols
                raise self._invalid(f"answered with status {status}, which is no answer to a request")
            self.headers = []
            self._inflate = None
            self._declared = 0
            self._close_delimited = True
            return
        self.status = status
        self._head = True
        if status in (204, 304):
            self._close_delimited = False
        elif self._declared > self._limit:
            raise self._too_large()  # the head counts all the same: ``body`` and ``pipe`` raise it
        self._wake()

    def on_body(self, part: bytes) -> None:
        """A piece of the body, still encoded."""
        if self._done:
            return
        self._body_bytes += len(part)
        if self._body_bytes > self._limit:
            raise self._too_large()
        if self._inflate is not None:
            self._take_inflated(self._inflate, part)
            return
        sink = self._sink
        if sink is not None:
            sink(part)
            return
        self._keep(part)

    def _keep(self, part: bytes) -> None:
        """Collect a decoded piece for ``body``, and make the provider wait when nobody asks for it yet."""
        self._parts.append(part)
        self._size += len(part)
        if self._size > HIGH_WATER and self._waiter is None and not self._paused_by_size:
            self._paused_by_size = True
            if not self._paused_by_sink:
                self.transport.pause_reading()

    def _too_large(self) -> ProviderError:
        return ProviderResponseTooLarge(
            f"Provider {self.provider} answered with more than {self._limit} bytes.", provider=self.provider
        )

    def _take_inflated(self, inflate: Inflater, part: bytes) -> None:
        """Hand the part on decoded, in pieces of bounded size.

        The sizes of compressed and decoded bytes both count, whichever is more.
        """
        counted, plain = len(part), 0
        take = self._sink or self._keep
        for piece in inflate.pieces(part):
            plain += len(piece)
            if plain > counted:
                self._body_bytes += plain - counted
                counted = plain
                if self._body_bytes > self._limit:
                    raise self._too_large()
            take(piece)

    def on_message_complete(self) -> None:
        """The message ends; interim ones do not end the exchange."""
        if self._head and not self._done:
            self._reusable = self._parser.should_keep_alive() and not self._partial
            self._complete()

    def _complete(self) -> None:
        if self._inflate is not None and not self._inflate.whole and self._body_bytes:
            self._error = self._invalid("ended its compressed body early")
            self._reusable = False
        self._done = True
        if self._paused_by_sink or self._paused_by_size:  # or the next call on this connection would wait for ever
            self._paused_by_sink = self._paused_by_size = False
            self._resume_if_free()
        self._stop_clock()
        self._wake()
