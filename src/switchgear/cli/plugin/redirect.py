"""Where a browser comes back to on this machine after a person signed in (RFC 8252 section 7.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from switchgear.core.errors import PortTaken

PATH: Final = "/oauth/callback"
_LONGEST_HEAD: Final = 32 * 1024
_SECONDS: Final = 10.0
_PAGE: Final = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Switchgear</title>"
    b"<h1>Thank you</h1><p>Go back to the terminal; it says whether that worked."
)
_SAFE: Final = (
    b"content-type: text/html; charset=utf-8\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\n"
    b"content-security-policy: default-src 'none'; frame-ancestors 'none'\r\nconnection: close\r\n"
)


class Redirected:
    """Takes one address. ``url`` is where the browser is to be sent."""

    def __init__(self) -> None:
        self.url = ""
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer(self, seconds: float) -> str:
        """The address that the browser came with. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            return await self._answer

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        try:
            async with asyncio.timeout(_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
            target = rest.partition(" ")[0]
            if method != "GET" or not target.startswith(f"{PATH}?"):  # a browser asks for an icon, too
                writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (_SAFE, len(_PAGE), _PAGE))
                if not self._answer.done():
                    self._answer.set_result(f"{self.url}{target.removeprefix(PATH)}")
            await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            pass  # no browser, or one that left
        finally:
            writer.close()


@asynccontextmanager
async def redirected(ports: Sequence[int]) -> AsyncIterator[Redirected]:
    """Listens on the first of these ports of 127.0.0.1 that is free; 0 is any. Raises PortTaken."""
    made = Redirected()
    server = await _listening(made, ports)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PATH}"
    try:
        yield made
    finally:
        server.close()


async def _listening(made: Redirected, ports: Sequence[int]) -> asyncio.Server:
    for port in ports:
        try:
            return await asyncio.start_server(made.connected, "127.0.0.1", port, limit=_LONGEST_HEAD)
        except OSError:
            continue
    raise PortTaken(f"Port {ports[0]} of 127.0.0.1 cannot be listened on.", hint="Say another --port.")
