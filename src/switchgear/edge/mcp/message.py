"""One message of a client: which revision it is of, what it asks, and whether its HTTP fields agree with it.

Params stay bytes; of them only ``_meta`` and what names a thing are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.structs import Frozen
from switchgear.edge.mcp.mirrored import METHOD, NAME, VERSION, decoded, routing_fields
from switchgear.edge.mcp.refusals import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    UNSUPPORTED_VERSION,
    Refusal,
)
from switchgear.plugins.mcp.frames import InvalidFrame, read_fields, read_text
from switchgear.plugins.mcp.revisions import HANDSHAKE, MODERN

ASSUMED: Final = "2025-03-26"
"""The revision of a message that names none (2025-11-25, Streamable HTTP: Protocol version header)."""

NAMED_BY: Final = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""Methods whose params name one thing, and the field that does."""
_TASKS: Final = {"tasks/get": "taskId", "tasks/update": "taskId", "tasks/cancel": "taskId"}
"""The same of the Tasks extension, whose clients do not all send the field."""

_META: Final = "io.modelcontextprotocol/"
_PROTOCOL_VERSION: Final = _META + "protocolVersion"
_CAPABILITIES: Final = _META + "clientCapabilities"
_NOTHING: Final = Raw(b"{}")
QUOTE: Final = 0x22
"""What a JSON string begins with."""
_ID_BEGINS: Final = b'"-0123456789'


class _Envelope(msgspec.Struct, gc=False):
    """The fields of a JSON-RPC message, as far as they decide what it is."""

    jsonrpc: str = ""
    id: Raw = Raw()
    method: str | None = None
    params: Raw = Raw()
    result: Raw = Raw()
    error: Raw = Raw()


_envelope = msgspec.json.Decoder(_Envelope)


class Message(Frozen, frozen=True):
    """A request, a notification (no ``id``), or an answer of the client (no ``method``, but ``result`` or ``error``).

    ``id`` and ``progress_token`` are JSON as the client wrote it, empty where there is none. ``params`` is a JSON object, ``fields`` are its
    fields and ``meta`` those of its ``_meta``; ``capabilities`` is what the client says it can do: with each request in 2026-07-28, else
    empty.
    """

    revision: str
    method: str = ""
    id: bytes = b""
    params: Raw = _NOTHING
    result: Raw = Raw()
    error: Raw = Raw()
    progress_token: bytes = b""
    capabilities: bytes = b""
    fields: Mapping[str, Raw] = {}
    meta: Mapping[str, Raw] = {}

    @property
    def modern(self) -> bool:
        """Whether it stands for itself, without a session."""
        return self.revision == MODERN


def read_message(body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Message:
    """The message in ``body``, which came with ``headers`` (lower-case names). Raises Refusal."""
    envelope = _read(body)
    number = bytes(envelope.id)
    fields = _params(envelope, number)
    meta = _meta(fields)
    routing, twice = routing_fields(headers)
    said = routing.get(VERSION)
    if twice:
        raise Refusal(HEADER_MISMATCH, f"The {twice.decode()} header appears more than once.", id=number or b"null")
    token = bytes(meta.get("progressToken", b""))
    if said == MODERN.encode() or _PROTOCOL_VERSION in meta:
        return _modern(envelope, fields, meta, routing)
    revision = ASSUMED if said is None else said.decode("latin-1")
    if revision not in HANDSHAKE:
        raise _unsupported(revision, number)
    return Message(
        revision,
        envelope.method or "",
        number,
        envelope.params or _NOTHING,
        envelope.result,
        envelope.error,
        progress_token=token,
        fields=fields,
        meta=meta,
    )


def _read(body: bytes) -> _Envelope:
    try:
        envelope = _envelope.decode(body)
        if not body.isascii():
            str(body, "utf-8")
    except msgspec.ValidationError:
        raise Refusal(
            INVALID_REQUEST, "The body must be one JSON-RPC message, an object with the fields of one."
        ) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Refusal(PARSE_ERROR, "The body is not JSON.") from None
    number = bytes(envelope.id)
    right = envelope.jsonrpc == "2.0" and (not number or number[0] in _ID_BEGINS)
    if envelope.method is None:
        right = right and bool(number) and bool(envelope.result) != bool(envelope.error)
    elif envelope.result or envelope.error or not envelope.method:
        right = False
    if not right:
        raise Refusal(INVALID_REQUEST, "The body must be a JSON-RPC 2.0 request, notification or answer.")
    return envelope


def _params(envelope: _Envelope, number: bytes) -> dict[str, Raw]:
    if not envelope.params:
        return {}
    try:
        return read_fields(envelope.params)
    except InvalidFrame:
        raise Refusal(INVALID_PARAMS, "params must be an object.", id=number or b"null") from None


def _meta(fields: Mapping[str, Raw]) -> dict[str, Raw]:
    try:
        return read_fields(fields["_meta"]) if "_meta" in fields else {}
    except InvalidFrame:
        return {}  # what must be in it is missed below


def _modern(
    envelope: _Envelope, fields: Mapping[str, Raw], meta: Mapping[str, Raw], routing: Mapping[bytes, bytes]
) -> Message:
    """A message of 2026-07-28, which says everything with each request (Basic protocol: Per-request fields)."""
    number = bytes(envelope.id)
    method = envelope.method
    if method is None:
        raise Refusal(INVALID_REQUEST, "This revision has no requests of the server that a client could answer.")
    if number:
        missing = [name for name in (_PROTOCOL_VERSION, _CAPABILITIES) if name not in meta]
        if missing:
            said = f"params._meta lacks {' and '.join(missing)}, which this revision needs in every request."
            raise Refusal(INVALID_PARAMS, said, id=number)
        _agreement(method, fields, read_text(meta[_PROTOCOL_VERSION]), routing, number)
        capabilities = bytes(meta[_CAPABILITIES])
    else:
        capabilities = b""
        if routing.get(VERSION) != MODERN.encode():
            raise Refusal(HEADER_MISMATCH, "The mcp-protocol-version header does not name the revision of the message.")
    token = bytes(meta.get("progressToken", b""))
    params = envelope.params or _NOTHING
    return Message(
        MODERN, method, number, params, progress_token=token, capabilities=capabilities, fields=fields, meta=meta
    )


def _agreement(
    method: str, fields: Mapping[str, Raw], revision: str, routing: Mapping[bytes, bytes], number: bytes
) -> None:
    """Refuse a message whose HTTP fields say something else than it does, or that is of a revision nobody speaks."""
    wrong = ""
    if not revision or routing.get(VERSION, b"").decode("latin-1") != revision:
        wrong = "mcp-protocol-version header does not name the revision that params._meta names"
    elif routing.get(METHOD, b"").decode("latin-1") != method:
        wrong = "mcp-method header does not name the method of the body"
    elif (field := NAMED_BY.get(method)) is not None and memoryview(fields.get(field, _NOTHING))[0] == QUOTE:
        given = routing.get(NAME)
        if given is None or decoded(given) != read_text(fields[field]):
            wrong = f"mcp-name header does not say what params.{field} says"
    elif method in _TASKS and NAME in routing and decoded(routing[NAME]) != read_text(fields.get(_TASKS[method])):
        wrong = f"mcp-name header does not say what params.{_TASKS[method]} says"
    if wrong:
        raise Refusal(HEADER_MISMATCH, f"The {wrong}.", id=number)
    if revision != MODERN:
        raise _unsupported(revision, number)


def _unsupported(revision: str, number: bytes) -> Refusal:
    data = msgspec.json.encode({"supported": [*HANDSHAKE, MODERN], "requested": revision[:100]})
    said = f"Revision {revision[:100]!r} of the Model Context Protocol is not spoken here."
    return Refusal(UNSUPPORTED_VERSION, said, id=number or b"null", data=data)
