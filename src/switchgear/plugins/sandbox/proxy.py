"""The only way out of a sandbox: an HTTP proxy on a socket inside it, served from here (RFC 9110 section 9.3.6, RFC 9112 section 3.2.2).

It opens tunnels (CONNECT) and passes plain HTTP on, one request a connection, to what ``Egress`` allows. It sees no names but those asked
for, reads nothing that passes, and holds back a sender whose receiver is slow.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

from switchgear.plugins.sandbox.egress import Egress, EgressRefused

PORT: Final = 3128
_CONNECTIONS: Final = 64
"""At a time, for one plugin."""
_PACE: Final = 100
"""Connections that a plugin may open in a second."""
_HEAD: Final = 16 * 1024
_HEAD_SECONDS: Final = 30.0
_DIAL_SECONDS: Final = 10.0
_PIECE: Final = 64 * 1024
_HOP_BY_HOP: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-authorization", b"proxy-connection", b"te", b"upgrade", b"host"}
)


class _Answer(Exception):
    """The request ends with ``status`` and a line of text."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status


class Proxy:
    """Serves one plugin. Made by ``serve``; ``close`` ends it with every connection."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._accepting: asyncio.Task[None] | None = None
        self._slots = asyncio.Semaphore(_CONNECTIONS)
        self._connections: set[asyncio.Task[None]] = set()

    def serve(self, listener: socket.socket) -> None:
        """Accept connections on a listening socket that does not block; it is closed with the proxy."""
        self._accepting = asyncio.get_running_loop().create_task(self._accept(listener))

    async def close(self) -> None:
        """End it."""
        tasks = [*self._connections, *([self._accepting] if self._accepting is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        """Take connections at a pace that a plugin cannot raise; the others wait with the kernel, and cost the gateway nothing."""
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                second = loop.time() + 1.0
                for _ in range(_PACE):
                    await self._slots.acquire()
                    try:
                        connection, _ = await loop.sock_accept(listener)
                    except OSError:  # it was given up meanwhile, or descriptors have run out
                        self._slots.release()
                        await asyncio.sleep(0.1)
                        continue
                    task = loop.create_task(self._served(connection))
                    self._connections.add(task)
                    task.add_done_callback(functools.partial(self._finished, connection))
                await asyncio.sleep(max(0.0, second - loop.time()))

    def _finished(self, connection: socket.socket, task: asyncio.Task[None]) -> None:
        if task.cancelled():  # perhaps before it had begun
            connection.close()
        self._connections.discard(task)
        self._slots.release()

    async def _served(self, connection: socket.socket) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=connection, limit=_PIECE)
        except OSError:  # whoever asked is gone
            connection.close()
            return
        try:
            await self._answered(reader, writer)
        finally:
            writer.transport.abort()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._request(reader, writer)
        except _Answer as answer:
            body = f"{answer}\n".encode()
            head = f"HTTP/1.1 {answer.status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            with contextlib.suppress(OSError):
                writer.write(head.encode() + body)
                async with asyncio.timeout(_HEAD_SECONDS):
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError):  # whoever asked is gone
            pass

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, fields = await _head(reader)
        method, _, rest = line.partition(b" ")
        target, _, version = rest.rpartition(b" ")
        if not version.startswith(b"HTTP/1.") or not method.isalpha() or not target:
            raise _Answer("400 Bad Request", "this is no HTTP/1.1 request")
        text = target.decode("latin-1")
        if method == b"CONNECT":
            host, port = _authority(text)
            upstream = await self._dial(host, port)
            first = b""
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            url = _url(text)
            host, port = _authority(url.netloc if url.port is not None else f"{url.netloc}:80")
            upstream = await self._dial(host, port)
            first = _forwarded(method, url, fields)
        try:
            await _relay((reader, writer), upstream, first)
        finally:
            upstream[1].transport.abort()

    async def _dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first address that answers. Raises _Answer."""
        try:
            addresses = await self._egress.addresses(host, port)
        except EgressRefused as refused:
            raise _Answer("403 Forbidden", f"{host}:{port}: {refused}") from refused
        except OSError as error:
            raise _Answer("502 Bad Gateway", f"{host} has no address: {error.strerror or error}") from error
        failed: OSError | None = None
        for address in addresses:
            try:
                async with asyncio.timeout(_DIAL_SECONDS):
                    return await asyncio.open_connection(address, port, limit=_PIECE)
            except OSError as error:  # TimeoutError too
                failed = error
        raise _Answer(
            "502 Bad Gateway", f"{host}:{port} does not answer: {getattr(failed, 'strerror', None) or 'timed out'}"
        )


async def _head(reader: asyncio.StreamReader) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The request line, and the fields as they were written. Raises _Answer and IncompleteReadError."""
    try:
        async with asyncio.timeout(_HEAD_SECONDS):
            data = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise _Answer("431 Request Header Fields Too Large", f"the head has more than {_HEAD} bytes") from error
    except TimeoutError as error:
        raise _Answer("408 Request Timeout", "no whole request came") from error
    if len(data) > _HEAD:
        raise _Answer("431 Request Header Fields Too Large", f"the head has more than {_HEAD} bytes")
    line, *others = data[:-4].split(b"\r\n")
    fields = []
    for other in others:
        name, colon, value = other.partition(b":")
        if not colon or not name or name != name.strip() or b"\n" in other or b"\r" in other or b"\0" in other:
            raise _Answer("400 Bad Request", "a header field makes no sense")
        fields.append((name, value.strip()))
    return line, fields


def _authority(text: str) -> tuple[str, int]:
    """Host and port of ``host:port`` or ``[address]:port``. Raises _Answer."""
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    sound = host.isascii() and host.isprintable() and not set(host) & set(" /@[]%") and (bracketed or ":" not in host)
    if (
        not host
        or len(host) > 253
        or not sound
        or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536)
    ):
        raise _Answer("400 Bad Request", "the target must be a host and a port")
    return host, int(port)


def _url(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        sound = (
            url.scheme == "http" and url.port != 0 and "@" not in url.netloc and text.isascii() and text.isprintable()
        )
    except ValueError:
        sound = False
    if not sound:
        raise _Answer("400 Bad Request", "ask for http://host/path, or for a tunnel with CONNECT")
    return urlsplit(text)


def _forwarded(method: bytes, url: SplitResult, fields: list[tuple[bytes, bytes]]) -> bytes:
    """The head as the server gets it: for its own path, with the host that was dialled, and with an end after the answer."""
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [method + b" " + path.encode() + b" HTTP/1.1", b"host: " + url.netloc.encode(), b"connection: close"]
    lines += [name + b": " + value for name, value in fields if name.lower() not in _HOP_BY_HOP]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def _relay(
    inner: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    outer: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    first: bytes,
) -> None:
    """Pass bytes both ways until both sides have ended, or one is broken."""
    outer[1].write(first)
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_copy(inner[0], outer[1]))
            both.create_task(_copy(outer[0], inner[1]))
    except* OSError:
        pass


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
