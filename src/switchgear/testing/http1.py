"""HTTP/1.1 answers as bytes (RFC 9112), right or deliberately wrong: nothing here checks what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.client import responses
from typing import Any

import msgspec

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

LAST_CHUNK = b"0\r\n\r\n"


def head(status: int = 200, headers: Headers = (), *, version: str = "1.1", reason: str | None = None) -> bytes:
    """Status line, headers in the given order and the blank line."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    return f"HTTP/{version} {status} {reason or responses.get(status, 'Unknown')}\r\n{lines}\r\n".encode("latin-1")


def chunk(data: bytes, *, extension: str = "") -> bytes:
    """One chunk of chunked framing; ``extension`` comes after the size, its semicolon included."""
    return f"{len(data):x}{extension}\r\n".encode("latin-1") + data + b"\r\n"


def last_chunk(trailers: Headers = ()) -> bytes:
    """The chunk that ends chunked framing, with trailers."""
    pairs = trailers.items() if isinstance(trailers, Mapping) else trailers
    return b"0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in pairs).encode("latin-1") + b"\r\n"


def response(
    body: bytes | str | Any, status: int = 200, headers: Mapping[str, str] | None = None, *, version: str = "1.1"
) -> bytes:
    """A whole answer with ``content-length``. A body that is neither bytes nor text is encoded as JSON."""
    data = encode_body(body)
    kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
    fields = {"content-type": kind, "content-length": str(len(data))} | {
        name.lower(): value for name, value in (headers or {}).items()
    }
    return head(status, fields, version=version) + data


def encode_body(body: bytes | str | Any) -> bytes:
    """Bytes as they are, text as UTF-8, anything else as JSON."""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)
