"""What an operation is sent: the argument ``body`` in the media type that the document names."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.plugins.openapi.operations import Body
from switchgear.plugins.openapi.serialising import BadArgument, pieces, text

_STYLES: Final = frozenset({"form", "spaceDelimited", "pipeDelimited", "deepObject"})
_PRINTABLE: Final = frozenset(chr(each) for each in range(0x20, 0x7F)) - {'"', "\\"}


def body_of(body: Body, argument: str, given: Raw, files: frozenset[str]) -> tuple[str, bytes]:
    """The media type and the bytes of a body. ``given`` is the JSON of the argument, which meets its schema. Raises BadArgument."""
    if body.form == "json":
        return (body.media_type if "*" not in body.media_type else "application/json"), bytes(given)
    value = msgspec.json.decode(given)
    if body.form == "text":
        return f"{body.media_type.replace('*', 'plain')}; charset=utf-8", text(value).encode()
    if body.form == "binary":
        return body.media_type if "*" not in body.media_type else "application/octet-stream", decoded(argument, value)
    if not isinstance(value, dict):
        raise BadArgument(f"{argument}: is no object")
    if body.form == "form":
        return "application/x-www-form-urlencoded", "&".join(_form(value, body.encoding)).encode()
    return _multipart(argument, value, body.encoding, files)


def decoded(argument: str, value: object) -> bytes:
    """The bytes that base64 stands for. Raises BadArgument."""
    try:
        return base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadArgument(f"{argument}: is not base64") from error


def _form(value: Mapping[str, Any], encoding: Mapping[str, Any]) -> Iterator[str]:
    for name, each in value.items():
        if each is None:
            continue
        said = encoding.get(name)
        said = said if isinstance(said, dict) else {}
        told = said.get("style")
        style = told if isinstance(told, str) else ""
        if style not in _STYLES and isinstance(each, dict):
            each = json.dumps(each, ensure_ascii=False, separators=(",", ":"))  # noqa: PLW2901 - an object is JSON there, unless a style is said
        explode = said.get("explode")
        style = style if style in _STYLES else "form"
        yield from pieces(name, each, style, explode=explode if isinstance(explode, bool) else style == "form")


def _multipart(
    argument: str, value: Mapping[str, Any], encoding: Mapping[str, Any], files: frozenset[str]
) -> tuple[str, bytes]:
    """A form with files (RFC 7578)."""
    parts: list[bytes] = []
    for name, each in value.items():
        said = encoding.get(name)
        told = said.get("contentType") if isinstance(said, dict) else None
        kind = _media_type(told.partition(",")[0].strip()) if isinstance(told, str) else ""
        write = _file_part if name in files else _part
        several = each if isinstance(each, list) else [each]
        parts += [write(f"{argument}.{name}", name, one, kind) for one in several if one is not None]
    while True:
        boundary = secrets.token_hex(16).encode()
        if not any(boundary in each for each in parts):
            break
    data = b"".join(b"--%b\r\n%b\r\n" % (boundary, each) for each in parts)
    return f"multipart/form-data; boundary={boundary.decode()}", b"%b--%b--\r\n" % (data, boundary)


def _file_part(argument: str, name: str, value: Any, kind: str) -> bytes:
    """A part with a file in it: its own media type, or the one that the document names."""
    told = value if isinstance(value, dict) else {}
    if "data" not in told and "text" not in told:
        raise BadArgument(f"{argument}: has neither data nor text")
    data = decoded(f"{argument}.data", told["data"]) if "data" in told else str(told["text"]).encode()
    kind = _media_type(str(told.get("type") or "")) or kind or "application/octet-stream"
    file_name = _quoted(str(told.get("name") or name))
    return b'content-disposition: form-data; name="%b"; filename="%b"\r\ncontent-type: %b\r\n\r\n%b' % (
        _quoted(name).encode(), file_name.encode(), kind.encode(), data,
    )  # fmt: skip


def _part(argument: str, name: str, value: Any, kind: str) -> bytes:  # noqa: ARG001 - as of a file
    """Any other part: JSON for what is an object, text for the rest."""
    if isinstance(value, dict | list):
        kind = kind or "application/json"
    field = b"content-type: %b\r\n" % kind.encode() if kind else b""
    return b'content-disposition: form-data; name="%b"\r\n%b\r\n%b' % (
        _quoted(name).encode(),
        field,
        text(value).encode(),
    )


def _quoted(name: str) -> str:
    """A name inside quotes, as browsers write it (WHATWG HTML, section 4.10.21.8)."""
    return "".join(
        sign if sign in _PRINTABLE or sign > "\x7f" else f"%{ord(sign):02X}" if sign in '"\r\n' else "_"
        for sign in name
    )


def _media_type(kind: str) -> str:
    """A media type that can stand in a header field; empty for what is none."""
    sound = kind.isascii() and kind.isprintable() and "/" in kind and "*" not in kind and len(kind) <= 200
    return kind if sound else ""
