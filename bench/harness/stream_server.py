"""The streaming upstream: as little as can be between a timer and a socket.

Run as ``python -m harness.stream_server PORT``. One process, uvloop, one protocol object a connection; the events of a
shape are encoded once and written one by one, each at its own time counted from the start of the answer, so that a
late chunk does not delay the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import sys
from typing import cast

import httptools
import uvloop

from harness.traffic import StreamShape, message_events, stream_events

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
_REFUSAL = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"
_WANTS_USAGE = re.compile(rb'"include_usage"\s*:\s*true')


class Answers:
    """Encoded answers by shape: the writes of one stream, already framed as HTTP chunks."""

    def __init__(self) -> None:
        self._ready: dict[tuple[StreamShape, bool, bool], list[bytes]] = {}

    def writes(self, shape: StreamShape, usage: bool, *, messages: bool = False) -> list[bytes]:
        """One write a tick; the last one ends the response. ``messages``: in Anthropic's form."""
        found = self._ready.get((shape, usage, messages))
        if found is None:
            events = message_events(shape) if messages else stream_events(shape, usage=usage)
            found = [b"%x\r\n%b\r\n" % (len(event), event) for event in events]
            found[-1] += b"0\r\n\r\n"
            self._ready[shape, usage, messages] = found
        return found


class Upstream(asyncio.Protocol):
    """One connection, kept alive; one answer at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answers: Answers) -> None:
        self._loop = loop
        self._answers = answers
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""
        self._path = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def on_message_begin(self) -> None:
        self._path = b""

    def on_url(self, part: bytes) -> None:
        self._path += part

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        body, self._body = self._body, b""
        shape = StreamShape.asked_for(body)
        if shape is None or shape.chunks == 0:
            self._transport.write(_REFUSAL)
            return
        self._transport.write(_HEAD)
        messages = self._path.endswith(b"/messages")
        writes = self._answers.writes(shape, bool(_WANTS_USAGE.search(body)), messages=messages)
        self._tick(writes, 0, self._loop.time(), shape.every_ms / 1000)

    def _tick(self, writes: list[bytes], number: int, start: float, every: float) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(writes[number])
        number += 1
        if number < len(writes):
            self._timer = self._loop.call_at(start + number * every, self._tick, writes, number, start, every)


async def serve(port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop, answers, stop = asyncio.get_running_loop(), Answers(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Upstream(loop, answers), "127.0.0.1", port, backlog=4096)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(int(sys.argv[1])))
