"""HTTP fields that repeat what a message says, so that those on the way can route by it, and have to agree with it.

MCP 2026-07-28, Streamable HTTP: Standard headers, Header encoding.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

VERSION: Final = b"mcp-protocol-version"
METHOD: Final = b"mcp-method"
NAME: Final = b"mcp-name"
_ROUTING: Final = (VERSION, METHOD, NAME)

_BEGINS: Final = "=?base64?"
_ENDS: Final = "?="


def routing_fields(headers: Sequence[tuple[bytes, bytes]]) -> tuple[dict[bytes, bytes], bytes]:
    """The fields that messages are routed by, and the name of one that comes twice (then nobody can tell which of them counts)."""
    found: dict[bytes, bytes] = {}
    twice = b""
    for name, value in headers:
        if name in _ROUTING:
            if name in found:
                twice = name
            found[name] = value.strip(b" \t")  # RFC 9110 section 5.5
    return found, twice


def decoded(value: bytes) -> str | None:
    """What a field says, with base64 undone where it is marked; None for what is not what any sender writes."""
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        return None
    if not (text.startswith(_BEGINS) and text.endswith(_ENDS) and len(text) >= len(_BEGINS) + len(_ENDS)):
        return text
    payload = text[len(_BEGINS) : -len(_ENDS)]
    try:
        plain = base64.b64decode(payload, validate=True)
        if base64.b64encode(plain).decode() != payload:  # two spellings of one name would pass for two
            return None
        return plain.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
