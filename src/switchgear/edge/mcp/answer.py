"""The answer to one POST: a JSON document, or a stream of events once something is to be said before it.

MCP 2025-11-25 and 2026-07-28, Streamable HTTP: Sending messages to the server.
"""

from __future__ import annotations

import asyncio
from typing import Final

from switchgear.edge.exchange import Exchange
from switchgear.plugins.mcp.frames import NEWLINES

KEEP_ALIVE_SECONDS: Final = 15.0
"""After so long without a word a stream says that it is there, so that nobody on the way takes it for dead."""

JSON: Final = b"content-type: application/json\r\n"
EVENTS: Final = b"content-type: text/event-stream\r\ncache-control: no-cache, no-transform\r\nx-accel-buffering: no\r\n"
_COMMENT: Final = b": still here\r\n\r\n"


def event(frame: bytes) -> bytes:
    """A JSON-RPC message as an event of a stream."""
    if b"\n" in frame or b"\r" in frame:
        frame = frame.translate(NEWLINES)
    return b"event: message\r\ndata: %b\r\n\r\n" % frame


class Answer:
    """Writes one answer. ``streams`` is whether the client takes events; ``headers`` are field lines that every answer has."""

    __slots__ = ("_beat", "_exchange", "_over", "_timer", "begun", "headers", "streams")

    def __init__(self, exchange: Exchange, *, streams: bool) -> None:
        self._exchange = exchange
        self._timer: asyncio.TimerHandle | None = None
        self._beat = KEEP_ALIVE_SECONDS
        self._over = False
        self.streams = streams
        self.begun = False
        self.headers = b""

    @property
    def under_pressure(self) -> bool:
        """Whether the client does not read what it was sent."""
        return self._exchange.under_pressure

    def expect_silence(self) -> None:
        """The answer may take long: become a stream then."""
        if self.streams and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._beat, self._still_here)

    def push(self, frame: bytes) -> bool:
        """Say something before the answer; whether the client takes that."""
        if not self.streams or self._over or self._exchange.gone:
            return False
        if not self.begun:
            self.begin()
        self._exchange.write(event(frame))
        return True

    def begin(self) -> None:
        """Be a stream from here on."""
        self.begun = True
        self._exchange.start(200, EVENTS + self.headers)

    def end(self, status: int, document: bytes) -> None:
        """The answer. ``status`` is told where it is the first word."""
        self._rest()
        if self.begun:
            self._exchange.end(event(document))
        else:
            self._exchange.reply(status, JSON + self.headers, document)

    def end_without(self) -> None:
        """There is no answer: to what was cancelled, or what is none to be."""
        self._rest()
        if self.begun:
            self._exchange.end()
        else:
            self._exchange.reply(202, self.headers, b"")

    def leave(self) -> None:
        """The client is gone."""
        self._rest()

    def _rest(self) -> None:
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _still_here(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._beat, self._still_here)
        if self._exchange.gone:
            return
        if not self.begun:
            self.begin()
        if not self._exchange.under_pressure:
            self._exchange.write(_COMMENT)
