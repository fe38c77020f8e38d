"""Puts a key on every request on its way to the gateway: the suite has no option for one. Nothing else is touched, Host and Origin included."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def keyed(port: int, key: str) -> Iterator[int]:
    """The port on 127.0.0.1 of a relay to ``port``, in a thread of its own, until the end."""
    loop = asyncio.new_event_loop()
    relay = _Relay(port, f"authorization: Bearer {key}\r\n".encode())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(relay.start(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(relay.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Relay:
    def __init__(self, port: int, line: bytes) -> None:
        self._port = port
        self._line = line
        self._server: asyncio.Server | None = None
        self._pairs: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, limit=1 << 24)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for pair in self._pairs:
            pair.cancel()
        if self._pairs:
            await asyncio.wait(self._pairs)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = asyncio.ensure_future(self._join(reader, writer))
        self._pairs.add(pair)
        pair.add_done_callback(self._pairs.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass requests one way and whatever comes the other, until either side hangs up."""
        there, to_there = await asyncio.open_connection("127.0.0.1", self._port)
        ways = {asyncio.ensure_future(self._requests(reader, to_there)), asyncio.ensure_future(_copy(there, writer))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            for side in (writer, to_there):
                side.close()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
                first, _, rest = head.partition(b"\r\n")
                writer.write(first + b"\r\n" + self._line + rest + await reader.readexactly(int(length or 0)))
                await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
