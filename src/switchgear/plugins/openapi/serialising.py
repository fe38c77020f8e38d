"""Arguments as parts of a URL, header fields and cookies (OpenAPI 3.2, section 4.12.2; RFC 6570).

What is put into a URL is percent-encoded, so that no argument can change which operation is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.operations import Parameter, steps_out
from switchgear.plugins.openapi.tools import Input

_RESERVED: Final = "!$&'()*+,;:@/?"
"""Characters that allowReserved leaves as they are (RFC 3986 section 2.2), less those that would end a query or begin an escape."""
_FORM_RESERVED: Final = _RESERVED.replace("&", "").replace("+", "")
_TEMPLATE: Final = re.compile(r"\{([^{}]*)\}")
_DELIMITERS: Final = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_DEEPEST: Final = 16
_EXACT: Final = 1 << 53

Pairs = list[tuple[str, str]]


class BadArgument(Exception):
    """An argument that cannot be sent. The message begins with its name."""


class Target(Frozen, frozen=True):
    """Where a request goes and what it says around its body: the target behind the base URL, header fields, the cookies."""

    path: str
    query: str
    fields: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]


def target_of(path: str, inputs: Sequence[Input], arguments: Mapping[str, Any]) -> Target:
    """The request that ``arguments``, which meet the tool's schema, ask for. Raises BadArgument."""
    parts: dict[str, str] = {}
    query: list[str] = []
    fields: list[tuple[str, str]] = []
    cookies: list[str] = []
    for each in inputs:
        if each.argument not in arguments:
            continue
        parameter, value = each.parameter, arguments[each.argument]
        if parameter.where == "path":
            parts[parameter.name] = _in_path(each.argument, parameter, value)
        elif value is None:
            continue
        elif parameter.where == "query":
            query += _in_query(parameter, value)
        elif parameter.where == "querystring":
            query.append(_whole_query(parameter, value))
        elif parameter.where == "header":
            fields.append((parameter.name, _in_header(each.argument, parameter, value)))
        else:
            cookies += _in_cookie(parameter, value)
    filled = _TEMPLATE.sub(lambda found: parts.get(found[1], ""), quote(path, safe="/{}!$&'()*+,;:@=%~"))
    if steps_out(filled):  # put together of several
        raise BadArgument("The path's parts: a path that steps up or stays, with . or .., is not sent")
    return Target(filled, "&".join(each for each in query if each), tuple(fields), tuple(cookies))


def text(value: object) -> str:
    """A value as it is written where there is no JSON around it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))  # 5.0 is a whole number to JSON Schema, and none to most servers
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoded(value: object, *, reserved: bool = False) -> str:
    """A value as a part of a URL."""
    return quote(text(value), safe=_FORM_RESERVED if reserved else "")


# ------------------------------------------------------------ path


def _in_path(argument: str, parameter: Parameter, value: Any) -> str:
    told = _path_part(parameter, value)
    if not told or value == "":
        raise BadArgument(f"{argument}: is empty, and a part of the path")
    if steps_out(told) or steps_out(text(value)):
        raise BadArgument(f"{argument}: a path that steps up or stays, with . or .., is not sent")
    return told


def _path_part(parameter: Parameter, value: Any) -> str:
    if value in ([], {}):
        return ""
    if parameter.media_type:
        return quote(_document(value), safe="")
    name = quote(parameter.name, safe="")
    if parameter.style == "matrix":
        return _matrix(name, parameter.explode, value)
    prefix = "." if parameter.style == "label" else ""
    between = "." if parameter.style == "label" and parameter.explode else ","
    return prefix + between.join(_simple(value, explode=parameter.explode, escape=True))


def _matrix(name: str, explode: bool, value: Any) -> str:
    if isinstance(value, list):
        return (
            "".join(f";{name}={encoded(each)}" for each in value)
            if explode
            else f";{name}=" + ",".join(encoded(each) for each in value)
        )
    if isinstance(value, dict):
        if explode:
            return "".join(f";{encoded(each)}={encoded(one)}" for each, one in value.items())
        return f";{name}=" + ",".join(_simple(value, explode=False, escape=True))
    return f";{name}={encoded(value)}"


def _simple(value: Any, *, explode: bool, escape: bool) -> list[str]:
    """The pieces of a value in the style ``simple``."""
    write = encoded if escape else text
    if isinstance(value, list):
        return [write(each) for each in value]
    if isinstance(value, dict):
        if explode:
            return [f"{write(name)}={write(each)}" for name, each in value.items()]
        return [write(each) for pair in value.items() for each in pair]
    return [write(value)]


# ------------------------------------------------------------ query


def _in_query(parameter: Parameter, value: Any) -> list[str]:
    if parameter.media_type:
        return [f"{encoded(parameter.name)}={encoded(_document(value))}"]
    return pieces(parameter.name, value, parameter.style, explode=parameter.explode, reserved=parameter.reserved)


def pieces(name: str, value: Any, style: str, *, explode: bool, reserved: bool = False) -> list[str]:
    """The ``name=value`` pieces of a query or form, percent-encoded."""
    key = encoded(name)
    if style == "deepObject" and isinstance(value, dict | list):
        return [f"{encoded(each)}={encoded(one, reserved=reserved)}" for each, one in _deep(name, value, 0)]
    if isinstance(value, list):
        parts = [encoded(each, reserved=reserved) for each in value]
        if explode:
            return [f"{key}={each}" for each in parts]
        return [f"{key}={_DELIMITERS.get(style, ',').join(parts)}"] if parts else []
    if isinstance(value, dict):
        if explode and style not in _DELIMITERS:
            return [f"{encoded(each)}={encoded(one, reserved=reserved)}" for each, one in value.items()]
        parts = [encoded(each, reserved=reserved) for pair in value.items() for each in pair]
        return [f"{key}={_DELIMITERS.get(style, ',').join(parts)}"] if parts else []
    return [f"{key}={encoded(value, reserved=reserved)}"]


def _deep(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """``name[inner]=value``; the specification knows one step, servers more, with ``name[]`` for lists as most of them have it."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for each, one in value.items():
            yield from _deep(f"{name}[{each}]", one, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for each in value:
            yield from _deep(f"{name}[]", each, depth + 1)
    else:
        yield name, value


def _whole_query(parameter: Parameter, value: Any) -> str:
    if isinstance(value, dict) and parameter.media_type in ("", "application/x-www-form-urlencoded"):
        pairs = [
            (name, text(one)) for name, each in value.items() for one in (each if isinstance(each, list) else [each])
        ]
        return urlencode(pairs, quote_via=quote)
    return encoded(_document(value))


# ------------------------------------------------------------ header fields and cookies


def _in_header(argument: str, parameter: Parameter, value: Any) -> str:
    told = (
        _document(value) if parameter.media_type else ",".join(_simple(value, explode=parameter.explode, escape=False))
    )
    if not told.isascii() or not told.isprintable():
        raise BadArgument(f"{argument}: a header field takes ASCII characters on one line")
    return told


def _in_cookie(parameter: Parameter, value: Any) -> list[str]:
    if parameter.media_type:
        return [f"{encoded(parameter.name)}={encoded(_document(value))}"]
    return pieces(parameter.name, value, "form", explode=parameter.explode)


def _document(value: Any) -> str:
    """A value as a text of its own: JSON, which is the only thing it can be where it is no text already."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
