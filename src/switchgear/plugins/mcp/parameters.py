"""Arguments of a tool that its server wants to see in HTTP fields too (MCP 2026-07-28, Transports, ``x-mcp-header``).

A property of the tool's input schema names its field; servers refuse calls in which the two differ. A schema that names them wrongly
makes the tool one that cannot be offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import ToolAnswerInvalid

Named = tuple[tuple[tuple[str, ...], str], ...]
"""Where in the arguments a value is, and the field it goes into."""

_KEY: Final = "x-mcp-header"
_PREFIX: Final = "Mcp-Param-"
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_TYPES: Final = frozenset({"string", "integer", "boolean"})
_SCHEMAS: Final = frozenset(
    {
        "items", "contains", "unevaluatedItems", "additionalProperties", "propertyNames", "unevaluatedProperties",
        "not", "if", "then", "else", "contentSchema",
    }
)  # fmt: skip
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS: Final = frozenset({"patternProperties", "dependentSchemas", "$defs", "definitions"})


def named_fields(plugin: str, tool: str, schema: Any) -> Named:
    """The fields that a tool's input schema (decoded JSON) names; mostly none. Raises ToolAnswerInvalid when it names one wrongly."""
    found: list[tuple[tuple[str, ...], str]] = []
    names: set[str] = set()
    for path, node in _positions(schema):
        if _KEY not in node:
            continue
        name, kind = node[_KEY], node.get("type")
        good = path and isinstance(name, str) and _TOKEN.fullmatch(name) and isinstance(kind, str) and kind in _TYPES
        if not good or str(name).lower() in names:
            said = f'Plugin {plugin} has a tool "{tool[:100]}" whose input schema names an HTTP field wrongly ({_KEY}).'
            raise ToolAnswerInvalid(said, plugin=plugin, hint="The plugin's author has to mend this.")
        names.add(str(name).lower())
        found.append((path or (), _PREFIX + str(name)))
    return tuple(found)


def fields_of(named: Named, arguments: Raw | bytes) -> tuple[tuple[str, str], ...]:
    """The fields for a call with these arguments (a JSON object); a value that is absent, null or no scalar has none."""
    if not named:
        return ()
    try:
        decoded = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ()  # the server tells what is wrong with them
    fields = []
    for path, name in named:
        value = decoded
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, bool):
            fields.append((name, "true" if value else "false"))
        elif isinstance(value, str | int | float):
            fields.append((name, value if isinstance(value, str) else msgspec.json.encode(value).decode()))
    return tuple(fields)


def _positions(schema: Any) -> Iterator[tuple[tuple[str, ...] | None, dict[str, Any]]]:
    """Every schema inside a schema, with its path of properties, or None where it is reached in another way."""
    left: list[tuple[tuple[str, ...] | None, Any]] = [((), schema)]
    while left:
        path, node = left.pop()
        if not isinstance(node, dict):
            continue
        yield path, node
        for key, inside in node.items():
            if key == "properties" and isinstance(inside, dict):
                left += [(None if path is None else (*path, name), each) for name, each in inside.items()]
            elif key in _SCHEMAS:
                left.append((None, inside))
            elif key in _LISTS and isinstance(inside, list):
                left += [(None, each) for each in inside]
            elif key in _MAPS and isinstance(inside, dict):
                left += [(None, each) for each in inside.values()]
