"""A request as it arrived: what the kit's servers record of each."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httptools
import msgspec


class BadRequest(Exception):
    """The peer sent something that is not an HTTP/1.1 request (RFC 9112)."""


class Request:
    """One recorded request. ``body`` is what was read of it so far, with chunked framing removed.

    ``target`` is the request target as sent, ``path`` its path alone; ``headers`` are ``(name, value)`` pairs in
    order, names in lower case; ``raw_head`` is the head's exact bytes; ``at`` is when the head was complete
    (``time.monotonic()`` seconds); ``complete`` tells whether the whole body has been read.
    """

    def __init__(self, raw_head: bytes) -> None:
        self.raw_head = raw_head
        self.method = ""
        self.target = ""
        self.version = "1.1"
        self.headers: list[tuple[str, str]] = []
        self.at = time.monotonic()
        self.content = bytearray()
        self.complete = False
        self.chunked = False
        self.left = 0

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.target} {len(self.content)} bytes>"

    # httptools calls these two
    def on_url(self, url: bytes) -> None:
        """Keep the target."""
        self.target += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header."""
        self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    @property
    def path(self) -> str:
        """The path of the target, without its query."""
        return urlsplit(self.target).path

    @property
    def body(self) -> bytes:
        """The body as far as it was read."""
        return bytes(self.content)

    @property
    def json(self) -> Any:
        """The body decoded as JSON. Raises ``msgspec.DecodeError`` when it is not."""
        return msgspec.json.decode(bytes(self.content))

    def header(self, name: str) -> str | None:
        """The first header of this name, or ``None``."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def keep_alive(self) -> bool:
        """Whether the peer means to use the connection again (RFC 9112 section 9.3)."""
        options = [value.strip() for value in (self.header("connection") or "").lower().split(",")]
        return "close" not in options and (self.version == "1.1" or "keep-alive" in options)


def parse_head(raw: bytes) -> Request:
    """The request whose head is ``raw``, blank line included. Raises ``BadRequest``."""
    request = Request(raw)
    parser = httptools.HttpRequestParser(request)
    try:
        parser.feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass  # CONNECT and upgrades: what follows is not HTTP, the head is
    except httptools.HttpParserError as error:
        raise BadRequest(str(error)) from None
    request.method = parser.get_method().decode("latin-1")
    request.version = parser.get_http_version()
    request.chunked = (request.header("transfer-encoding") or "").lower().endswith("chunked")
    if not request.chunked:
        request.left = int(request.header("content-length") or "0")
    request.complete = not request.chunked and request.left == 0
    return request
