"""JSON-RPC 2.0 as the Model Context Protocol uses it: frames read and written without touching what they carry.

Params and results are JSON bytes that pass from one side to the other; only a frame's own fields are decoded, and of params
the ``_meta``. What a hostile server sends becomes a Frame or InvalidFrame, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from switchgear.core.errors import InvalidJSON

METHOD_NOT_FOUND: Final = -32601
INVALID_REQUEST: Final = -32600
INTERNAL_ERROR: Final = -32603
UNSUPPORTED_VERSION: Final = -32022
"""2026-07-28: the server does not speak the revision that a request names; its data names those it speaks."""

MAX_BATCH: Final = 1000
"""Frames of a batch (2025-03-26) that are read; one with more is hostile."""

_EDGE: Final = 512
"""Bytes of either end of an oversized line that are kept to tell which call it answers."""

Id = int | float | str | None
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class InvalidFrame(Exception):
    """Bytes that are no JSON-RPC frame. The message says why and repeats nothing of them."""


class Frame(msgspec.Struct, gc=False):
    """One frame. A request has ``method`` and ``id``, a notification ``method``, an answer ``id`` and ``result`` or ``error``."""

    id: int | float | str | UnsetType | None = UNSET
    method: str = ""
    params: Raw = Raw()
    result: Raw = Raw()
    error: Raw = Raw()


class Fault(msgspec.Struct):
    """A JSON-RPC error object (section 5.1); hostile ones lack fields."""

    code: float = INTERNAL_ERROR
    message: str = ""
    data: Raw = Raw()


class _Given(msgspec.Struct, gc=False):
    """What of a request's params matters on the way."""

    meta: Raw = msgspec.field(name="_meta", default=Raw())
    name: Raw = Raw()
    uri: Raw = Raw()
    task: Raw = msgspec.field(name="taskId", default=Raw())


_frame = msgspec.json.Decoder(Frame)
_batch = msgspec.json.Decoder(list[Raw])
_fault = msgspec.json.Decoder(Fault)
_given = msgspec.json.Decoder(_Given)
_fields = msgspec.json.Decoder(dict[str, Raw])
_text = msgspec.json.Decoder(str)
_id: msgspec.json.Decoder[Id] = msgspec.json.Decoder(int | float | str | None)
_encode = msgspec.json.Encoder().encode

_OWN: Final = (
    "progressToken",
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/clientCapabilities",
)
"""Fields of ``_meta`` that belong to one connection, and are never passed on to another."""

NEWLINES: Final = bytes.maketrans(b"\r\n", b"  ")
"""In valid JSON both can only stand between tokens."""

_HEAD = re.compile(rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*"?(\d{1,15})"?\s*,\s*"(?:result|error)"')
_TAIL = re.compile(rb'[\]}"\w]\s*,\s*"id"\s*:\s*"?(\d{1,15})"?\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$')


# ------------------------------------------------------------ reading


def read(data: bytes) -> Frame:
    """The frame in ``data``. Raises InvalidFrame, also for a batch (``read_batch``)."""
    try:
        if not data.isascii():
            str(data, "utf-8")  # what is passed on unread must be text, too
        return _frame.decode(data)
    except _UNREADABLE as error:
        raise InvalidFrame(_why(error)) from None


def read_batch(data: bytes) -> list[Raw]:
    """The frames of a batch (JSON-RPC section 6), each still to be read; none when ``data`` is no batch. Raises InvalidFrame."""
    if not data.lstrip(b" \t\r\n").startswith(b"["):
        return []
    try:
        found = _batch.decode(data)
    except _UNREADABLE as error:
        raise InvalidFrame(_why(error)) from None
    if len(found) > MAX_BATCH:
        raise InvalidFrame(f"it is a batch of more than {MAX_BATCH}")
    return found


def read_fault(error: Raw) -> Fault:
    """The error object, with what is missing or wrong in it filled in."""
    try:
        fault = _fault.decode(error)
        int(fault.code)
    except (*_UNREADABLE, OverflowError):
        return Fault(INTERNAL_ERROR, "The tool server answered with an error that is no JSON-RPC error object.")
    return fault


def read_fields(value: Raw | bytes) -> dict[str, Raw]:
    """The fields of a JSON object, undecoded. Raises InvalidFrame when it is none."""
    try:
        return _fields.decode(value)
    except _UNREADABLE as error:
        raise InvalidFrame(_why(error)) from None


def read_text(value: Raw | None) -> str:
    """The string in ``value``, empty when it is none."""
    if value is None:
        return ""
    try:
        return _text.decode(value)
    except _UNREADABLE:
        return ""


def read_id(value: Raw) -> Id:
    """The id or progress token in ``value``. Raises InvalidFrame when it is none."""
    try:
        return _id.decode(value)
    except _UNREADABLE as error:
        raise InvalidFrame(_why(error)) from None


def number_of(given: Id | UnsetType) -> int | None:
    """The id of one of our calls in an answer: a whole number, which careless servers turn into text or a float."""
    if type(given) is int:
        return given
    if isinstance(given, str) and given.isdecimal() and len(given) < 16:
        return int(given)
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return None


def answered(head: bytes, tail: bytes) -> int | None:
    """The id of the call that an unreadable answer is for, by its first and last bytes; None when they do not tell.

    JSON inside strings is escaped, so what tools return cannot pass for the end of a frame.
    """
    if (found := _HEAD.match(head)) is not None:
        return int(found[1])
    if b'"method"' not in head[:64] and (found := _TAIL.search(tail[-_EDGE:])) is not None:
        return int(found[1])
    return None


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return "it is not a JSON-RPC frame" if isinstance(error, msgspec.ValidationError) else "it is not JSON"


# ------------------------------------------------------------ writing


def with_meta(params: bytes | Raw, own: bytes) -> tuple[bytes, Raw]:
    """Params whose ``_meta`` has the fields in ``own`` (JSON without braces, or nothing), and the name, URI or task they are about.

    What else a client put there goes along, except what belongs to its own connection. The bytes hold no line ends. Raises
    InvalidJSON when the params are not a JSON object.
    """
    try:
        given = _given.decode(params)
        plain = bytes(params)
        if not plain.isascii():
            str(plain, "utf-8")  # a text stream at the other end would not survive it
    except _UNREADABLE as error:
        raise InvalidJSON(f"The params cannot be passed on: {_params_why(error)}.", param="params") from None
    subject = given.name or given.uri or given.task
    if given.meta:
        plain = _merged(plain, given.meta, own)
    elif own:
        rest = plain.lstrip()[1:]
        plain = b'{"_meta":{%b}%b%b' % (own, b"" if rest.lstrip()[:1] == b"}" else b",", rest)
    if b"\n" in plain or b"\r" in plain:
        plain = plain.translate(NEWLINES)
    return plain, subject


def _params_why(error: Exception) -> str:
    return "they are not a JSON object" if isinstance(error, msgspec.ValidationError) else _why(error)


def _merged(params: bytes, meta: Raw, own: bytes) -> bytes:
    """Params with ``own`` and what of their ``meta`` is passed on; decoded, since a name may be written in escapes or twice."""
    fields = _fields.decode(params)
    del fields["_meta"]
    try:
        kept = _fields.decode(meta)
    except msgspec.ValidationError:  # null, or no object
        kept = {}
    for name in _OWN:
        kept.pop(name, None)
    inside = joined(kept)
    if own:
        inside = b"%b,%b" % (own, inside) if inside else own
    rest = joined(fields)
    if not inside:
        return b"{%b}" % rest
    return b'{"_meta":{%b}%b%b}' % (inside, b"," if rest else b"", rest)


def joined(fields: dict[str, Raw]) -> bytes:
    """JSON fields, without the braces."""
    return b",".join([b"%b:%b" % (_encode(name), value) for name, value in fields.items()])


def request_frame(number: int, method: str, params: bytes) -> bytes:
    """A request, as a line."""
    return b'{"jsonrpc":"2.0","id":%d,"method":%b,"params":%b}\n' % (number, _encode(method), params)


def notification_frame(method: str, params: bytes = b"") -> bytes:
    """A notification, as a line."""
    if not params:
        return b'{"jsonrpc":"2.0","method":%b}\n' % _encode(method)
    return b'{"jsonrpc":"2.0","method":%b,"params":%b}\n' % (_encode(method), params)


def result_frame(number: Id, result: bytes) -> bytes:
    """An answer to a server's request, as a line. ``result`` is a JSON object."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}\n' % (_encode(number), result.translate(NEWLINES))


def error_frame(number: Id, code: int, message: str, data: bytes = b"") -> bytes:
    """An error in answer to a server's request, as a line."""
    more = b',"data":%b' % data.translate(NEWLINES) if data else b""
    return b'{"jsonrpc":"2.0","id":%b,"error":{"code":%d,"message":%b%b}}\n' % (
        _encode(number), code, _encode(message), more,
    )  # fmt: skip


# ------------------------------------------------------------ lines


class LineCutter:
    """Cuts a stream into lines of at most ``limit`` bytes, and never holds more than that.

    ``on_line`` gets each line that is not blank. A longer one is dropped as it comes, and ``on_oversized`` told at once, with the id
    of the call that it answers if its beginning tells; where only its end does, it is told again then. ``dropped`` is how many bytes
    of a line that has not ended are dropped.
    """

    __slots__ = ("_head", "_limit", "_on_line", "_on_oversized", "_rest", "_skipping", "_tail", "_told", "dropped")

    def __init__(
        self, limit: int, on_line: Callable[[bytes], None], on_oversized: Callable[[int | None], None]
    ) -> None:
        self._limit = limit
        self._on_line = on_line
        self._on_oversized = on_oversized
        self._rest = bytearray()
        self._skipping = False
        self._told = False
        self._head = b""
        self._tail = b""
        self.dropped = 0

    @property
    def held(self) -> int:
        """Bytes of an unfinished line that are held."""
        return len(self._rest) + len(self._head) + len(self._tail)

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        end = data.find(b"\n") + 1
        if end == len(data) and end and not self._rest and not self._skipping and end <= self._limit:
            if data[0] == 0x7B or data.strip():  # {
                self._on_line(data)
            return
        start = 0
        while end:
            self._end(data[start : end - 1])
            start = end
            end = data.find(b"\n", start) + 1
        if start < len(data):
            self._keep(data[start:] if start else data)

    def _end(self, piece: bytes) -> None:
        if not self._skipping:
            if len(self._rest) + len(piece) <= self._limit:
                line = piece
                if self._rest:
                    self._rest += piece
                    line = bytes(self._rest)
                    self._rest = bytearray()  # a cleared one would keep its size
                if line.strip():
                    self._on_line(line)
                return
            self._skip(piece)
            self._on_oversized(answered(self._head, self._tail))
        else:
            self._tail = (self._tail + piece)[-_EDGE:]
            if not self._told and (number := answered(self._head, self._tail)) is not None:
                self._on_oversized(number)
        self._skipping = self._told = False
        self._head = self._tail = b""
        self.dropped = 0

    def _keep(self, piece: bytes) -> None:
        if self._skipping:
            self._tail = (self._tail + piece[-_EDGE:])[-_EDGE:]
            self.dropped += len(piece)
        elif len(self._rest) + len(piece) <= self._limit:
            self._rest += piece
        else:
            self._skip(piece)
            number = answered(self._head, b"")
            self._told = number is not None
            self._on_oversized(number)

    def _skip(self, piece: bytes) -> None:
        """Hold no more of the line than its ends."""
        self._skipping = True
        held, self._rest = self._rest, bytearray()
        self._head = bytes(held[:_EDGE]) + piece[: max(_EDGE - len(held), 0)]
        self._tail = (bytes(held[-_EDGE:]) + piece[-_EDGE:])[-_EDGE:]
        self.dropped = len(held) + len(piece)
