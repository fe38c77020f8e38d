"""Reading and writing of ``multipart/form-data`` (RFC 7578), piece by piece.

What is sent on is written anew, never copied: part heads in one form and a boundary the client cannot know, so that a provider
which reads such bodies in another way than we do cannot be made to see other fields than we did.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from switchgear.core.errors import RequestError, UnsupportedMediaType

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_PARTS = 256
MAX_HEADERS = 8
MAX_HEADER_BYTES = 4096
_LONGEST_NAME = 128
_LONGEST_FILENAME = 255

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
"""RFC 2046 section 5.1.1."""
_PARAMETER = re.compile(
    rb"""[ \t]*;[ \t]*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^;"\s]*))"""
)
_TYPE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*;[ \t]*[\x20-\x7e]*)?")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_SILENT = logging.getLogger(f"{__name__}.silent")
"""In place of the parser's own, which warns of every malformed form: that is for the client to know."""
_SILENT.disabled = True
_HINT = "Send it as multipart/form-data (RFC 7578), as the openai client does."


@dataclass(frozen=True, slots=True)
class PartBegin:
    """A part begins. ``filename`` is None for a plain field; ``content_type`` is empty where none was given."""

    name: str
    filename: bytes | None
    content_type: bytes


@dataclass(frozen=True, slots=True)
class PartData:
    """More of the part's content. ``offset`` is where it stood in the body."""

    data: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part is whole."""


@dataclass(frozen=True, slots=True)
class FormEnd:
    """The form is whole; what follows is not part of it."""


FormEvent = PartBegin | PartData | PartEnd | FormEnd


def boundary_of(content_type: bytes) -> bytes:
    """The boundary in a content type. Raises UnsupportedMediaType, or RequestError for one that cannot be."""
    kind, _, _ = content_type.partition(b";")
    if kind.strip().lower() != b"multipart/form-data":
        shown = kind[:60].decode("latin-1").strip() or "no content type"
        raise UnsupportedMediaType(f"The body is {shown}, not multipart/form-data.", hint=_HINT)
    found = _parameters(content_type[len(kind) :]).get(b"boundary", b"")
    if _BOUNDARY.fullmatch(found) is None:
        raise RequestError("The content type has no boundary that could be one (RFC 2046 section 5.1.1).", hint=_HINT)
    return found


class FormParser:
    """Takes a form in pieces and tells what is in it. The boundary is at most 70 bytes, the heads of parts are bounded."""

    def __init__(self, boundary: bytes) -> None:
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        self._parser = MultipartParser(
            boundary, callbacks, max_header_count=MAX_HEADERS, max_header_size=MAX_HEADER_BYTES
        )
        self._parser.logger = _SILENT
        self._events: list[FormEvent] = []
        self._piece = b""
        self._fed = 0
        self._parts = 0
        self._headers: dict[bytes, bytes] = {}
        self._field = self._value = b""
        self._ended = False

    def feed(self, piece: bytes) -> list[FormEvent]:
        """What the piece tells. Raises RequestError for what is no form."""
        self._piece = piece
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise RequestError(f"The body is not a form: {_reason(error)}.", hint=_HINT) from error
        self._fed += len(piece)
        events, self._events = self._events, []
        return events

    def finish(self) -> None:
        """To be called when the body is through. Raises RequestError when the form is not."""
        if not self._ended:
            raise RequestError("The form ends before its last boundary.", hint=_HINT)

    # ------------------------------------------------------------ callbacks of the parser

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise RequestError(f"The form has more than {MAX_PARTS} parts.", hint="Send fewer fields and files.")
        self._headers = {}

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        name = self._field.lower()
        if name in self._headers:
            raise RequestError("A part of the form has a header twice.", hint=_HINT)
        self._headers[name] = self._value
        self._field = self._value = b""

    def _on_headers_finished(self) -> None:
        self._events.append(_begin(self._headers))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        # what looked like a boundary at the end of the piece before and was none comes from the parser's own copy
        offset = self._fed + start if data is self._piece else self._fed - (end - start)
        self._events.append(PartData(data[start:end], offset))

    def _on_part_end(self) -> None:
        self._events.append(PartEnd())

    def _on_end(self) -> None:
        self._ended = True
        self._events.append(FormEnd())


def part_head(name: str, filename: bytes | None, content_type: bytes) -> bytes:
    """The head of a part as every reader understands it, with the empty line that ends it (RFC 7578 section 4.2)."""
    lines = b'content-disposition: form-data; name="%b"' % _escaped(name.encode())
    if filename is not None:
        lines += b'; filename="%b"' % _escaped(filename)
    if content_type:
        lines += b"\r\ncontent-type: " + content_type
    return lines + b"\r\n\r\n"


def _begin(headers: dict[bytes, bytes]) -> PartBegin:
    disposition = headers.get(b"content-disposition", b"")
    kind, _, _ = disposition.partition(b";")
    if kind.strip().lower() != b"form-data":
        raise RequestError("A part of the form has no content-disposition: form-data.", hint=_HINT)
    encoding = headers.get(b"content-transfer-encoding", b"binary").strip().lower()
    if encoding not in (b"binary", b"8bit", b"7bit"):
        raise RequestError("A part of the form has a content-transfer-encoding (RFC 7578 section 4.7).", hint=_HINT)
    parameters = _parameters(disposition[len(kind) :])
    name = parameters.get(b"name")
    if name is None or not 0 < len(name) <= _LONGEST_NAME or _CONTROL.search(name):
        raise RequestError("A part of the form has no name that could be one.", hint=_HINT)
    filename = parameters.get(b"filename")
    if filename is None and (extended := parameters.get(b"filename*")) is not None:
        filename = unquote_to_bytes(extended.rpartition(b"'")[2])  # RFC 7578 section 4.2 forbids it, some send it
    content_type = headers.get(b"content-type", b"").strip()
    if _TYPE.fullmatch(content_type) is None or len(content_type) > _LONGEST_NAME:
        content_type = b""
    return PartBegin(_text(name), None if filename is None else plain_name(filename), content_type)


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError as error:
        raise RequestError("A part of the form has a name that is not UTF-8.", hint=_HINT) from error


def _parameters(text: bytes) -> dict[bytes, bytes]:
    """Parameters of a header field, names in lower case. Raises RequestError for two of one name or what are none."""
    found: dict[bytes, bytes] = {}
    at, end = 0, len(text.rstrip(b" \t;"))
    while at < end:
        match = _PARAMETER.match(text, at)
        if match is None:
            raise RequestError("A header of the form cannot be read.", hint=_HINT)
        name = match["name"].lower()
        if name in found:
            raise RequestError("A header of the form has a parameter twice.", hint=_HINT)
        quoted = match["quoted"]
        found[name] = match["token"] if quoted is None else quoted.replace(b'\\"', b'"').replace(b"\\\\", b"\\")
        at = match.end()
    return found


def plain_name(filename: bytes) -> bytes:
    """A file's name without folders and control characters, and not longer than a file system takes; its suffix stays."""
    name = _CONTROL.sub(b"", filename.replace(b"\\", b"/").rpartition(b"/")[2]).strip()
    if len(name) > _LONGEST_FILENAME:
        stem, dot, suffix = name.rpartition(b".")
        keep = _LONGEST_FILENAME - len(suffix) - 1
        name = stem[:keep] + dot + suffix if dot and keep > 0 else name[:_LONGEST_FILENAME]
    return name or b"file"


def _escaped(text: bytes) -> bytes:
    """As WHATWG HTML section 4.10.22.8 has it: what could end the quoted string is percent-encoded."""
    return text.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")


def _reason(error: FormParserError) -> str:
    said = str(error).partition(" at ")[0].partition(" (")[0]
    return said[:1].lower() + said[1:] if said else "it is malformed"
