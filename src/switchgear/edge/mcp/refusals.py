"""What a client is told whose message cannot be taken: a JSON-RPC error and a status.

MCP 2026-07-28, Streamable HTTP and Basic protocol; JSON-RPC 2.0 section 5.1.
"""

from __future__ import annotations

from typing import Final

import msgspec

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
HEADER_MISMATCH: Final = -32020
MISSING_CAPABILITY: Final = -32021
UNSUPPORTED_VERSION: Final = -32022

_STATUS: Final = {METHOD_NOT_FOUND: 404}
_NO_ID: Final = b"null"
_encode = msgspec.json.Encoder().encode


class Refusal(Exception):
    """A message that is not served. ``id`` is the JSON of the request's own, ``data`` JSON that goes with the error."""

    def __init__(self, code: int, message: str, *, id: bytes = _NO_ID, data: bytes = b"") -> None:  # noqa: A002 - the field's name
        super().__init__(message)
        self.code = code
        self.message = message
        self.id = id
        self.data = data

    @property
    def status(self) -> int:
        """The HTTP status that the error is sent with."""
        return _STATUS.get(self.code, 400)

    @property
    def document(self) -> bytes:
        """The error as a JSON-RPC answer."""
        return error_document(self.id, self.code, self.message, self.data)


def error_document(number: bytes, code: int, message: str, data: bytes = b"") -> bytes:
    """An error in answer to the request whose id is the JSON in ``number``."""
    more = b',"data":%b' % data if data else b""
    return b'{"jsonrpc":"2.0","id":%b,"error":{"code":%d,"message":%b%b}}' % (number, code, _encode(message), more)


def result_document(number: bytes, result: bytes) -> bytes:
    """A result, a JSON object, in answer to the request whose id is the JSON in ``number``."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (number, result)
