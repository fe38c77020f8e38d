"""A CONNECT tunnel through an HTTP proxy (RFC 9110 section 9.3.6)."""

from __future__ import annotations

import asyncio
import ssl

_MAX_HEAD_BYTES = 16 * 1024


class ProxyRefusedError(ConnectionError):
    """The proxy answered CONNECT with something other than success."""


class _Handshake(asyncio.Protocol):
    """Collects the proxy's answer up to the empty line; nothing of the tunnel itself is read."""

    def __init__(self, answered: asyncio.Future[bytes]) -> None:
        self._answered = answered
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._answered.done():
            return
        if b"\r\n\r\n" in self._received:
            self._answered.set_result(self._received)
        elif len(self._received) > _MAX_HEAD_BYTES:
            self._answered.set_exception(ProxyRefusedError("the proxy's answer has no end"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self._answered.done():
            self._answered.set_exception(ProxyRefusedError("the proxy closed the connection"))


async def open_tunnel(
    loop: asyncio.AbstractEventLoop,
    proxy: tuple[str, int, ssl.SSLContext | None],
    authority: str,
    authorization: bytes,
) -> asyncio.Transport:
    """A transport whose bytes reach ``authority`` (host:port) through ``proxy``. Raises OSError."""
    host, port, context = proxy
    answered: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_connection(lambda: _Handshake(answered), host, port, ssl=context)
    try:
        target = authority.encode()
        transport.write(b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n%b\r\n" % (target, target, authorization))
        head = await answered
        status_line = head.split(b"\r\n", 1)[0].decode("latin-1")
        version, _, rest = status_line.partition(" ")
        if not version.startswith("HTTP/1.") or not rest.startswith("2"):
            raise ProxyRefusedError(f"the proxy refused the tunnel: {rest[:80] or 'no HTTP answer'}")
        if not head.endswith(b"\r\n\r\n"):
            raise ProxyRefusedError("the proxy sent bytes of its own into the tunnel")
    except BaseException:  # no half-open tunnel is left behind, whatever happened
        transport.abort()
        raise
    return transport
