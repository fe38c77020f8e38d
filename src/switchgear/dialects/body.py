"""Reading the JSON body of a request, with the same words in every dialect for what is wrong with it and where.

A decoder of ``msgspec`` says what is wanted; what it refuses becomes ``InvalidJSON`` (no JSON at all) or ``RequestError``
(JSON, but not what is wanted) with the field's path as in ``messages[3].content[0].type``. A key given twice counts with
its last value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import Any, TypeVar

import msgspec

from switchgear.core.errors import InvalidJSON, RequestError

T = TypeVar("T")

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_anything = msgspec.json.Decoder()

_PATH = re.compile(r" - at `\$\.?(?P<path>.*)`$")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")
_BYTE = re.compile(r" \(byte (\d+)\)$")


def decode(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw, at: str = "") -> T:
    """What ``body`` says, as ``decoder`` wants it. ``at`` is the path of a part that is decoded on its own.

    Raises InvalidJSON, or RequestError naming the field.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong_type(str(error), at) from error
    except msgspec.DecodeError as error:
        raise InvalidJSON(f"The body is not JSON: {_place(str(error), bytes(body))}.") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(bytes(body), error) from error
    except RecursionError as error:
        raise InvalidJSON("The body is nested too deeply.", hint="Send flatter JSON.") from error


def fields_of(body: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The top-level fields of a JSON object, still encoded. Raises InvalidJSON, also for bytes that are not UTF-8 in
    fields that nothing decodes, and RequestError."""
    raw = bytes(body)
    if not raw.isascii():
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _not_utf8(raw, error) from error
    return decode(_fields, raw)


def other_fields(body: bytes, known: Set[str]) -> dict[str, Any]:
    """The top-level fields that are not in ``known``, decoded: what a front half keeps in ``Call.extra``.

    Fields that are null say nothing and are left out. Raises InvalidJSON, RequestError.
    """
    fields = fields_of(body)
    if fields.keys() <= known:
        return {}
    others = {name: decode(_anything, raw, name) for name, raw in fields.items() if name not in known}
    return {name: value for name, value in others.items() if value is not None}


def check_spelling(names: Iterable[str], read: Set[str]) -> None:
    """Refuse a second spelling of a field we read: a provider that ignores case would take that one."""
    for name in names:
        if name not in read and name.casefold() in read:
            raise RequestError(f"{name[:40]} is not a field; it is spelt {name.casefold()}.", param=name[:40])


def wrong(path: str, what: str, hint: str | None = None) -> RequestError:
    """The error for the field at ``path``, in the words that decoding uses: ``what`` is a sentence without its stop."""
    return RequestError(f"{path}: {what}.", param=path, hint=hint)


def _not_utf8(body: bytes, error: UnicodeDecodeError) -> InvalidJSON:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as whole:  # the decoder counts from the start of a string, this from the body's
        error = whole
    return InvalidJSON(f"The body is not UTF-8: invalid byte 0x{error.object[error.start]:02x} at {error.start}.")


def _wrong_type(said: str, at: str) -> RequestError:
    """msgspec's ``Expected `str`, got `int` - at `$.model` `` as a sentence with the field's name."""
    found = _PATH.search(said)
    path = _joined(at, found["path"]) if found else at
    what = said[: found.start()] if found else said
    missing = _MISSING.search(what)
    if missing is not None:
        path = _joined(path, missing["field"])
        return RequestError(f"{path} is missing.", param=path)
    return RequestError(f"{path or 'The body'}: {what[:1].lower()}{what[1:]}.", param=path or None)


def _joined(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path and inner and not inner.startswith("[") else path + inner


def _place(said: str, body: bytes) -> str:
    """The decoder's reason, with line and column added to its byte position."""
    if not body.strip():
        return "it is empty"
    if body.startswith(b"\xef\xbb\xbf"):
        return "it begins with a byte order mark"
    reason = said.removeprefix("JSON is malformed: ").replace("Input data was truncated", "it ends too early")
    found = _BYTE.search(reason)
    if found is None:
        return reason
    offset = int(found[1])
    line = body.count(b"\n", 0, offset) + 1
    column = offset - body.rfind(b"\n", 0, offset)
    return f"{reason[: found.start()]} at line {line}, column {column}"
