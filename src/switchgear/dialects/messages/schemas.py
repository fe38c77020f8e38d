"""JSON schemas as Anthropic compiles them.

Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs ("JSON Schema limitations"): every object is
closed, and bounds on numbers, lengths and counts are not taken. What is left out here the gateway checks in the answer.
"""

from __future__ import annotations

from typing import Any

_UNCOMPILED = frozenset(
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    }
)  # fmt: skip
_NAMED = ("properties", "$defs", "definitions")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")


def compilable(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema with closed objects and without what is not compiled; None if that would forbid what it allows."""
    try:
        return _closed(schema)
    except (_OpenObjectError, RecursionError):
        return None


class _OpenObjectError(Exception):
    """An object takes properties that are not named."""


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if name in _UNCOMPILED or (name == "minItems" and value not in (0, 1)):
            continue
        if name in _NAMED and isinstance(value, dict):
            found[name] = {key: _inner(one) for key, one in value.items()}
        elif name in _LISTED and isinstance(value, list):
            found[name] = [_inner(one) for one in value]
        elif name == "items":
            found[name] = _inner(value)
        else:
            found[name] = value
    if found.get("type") == "object" or "properties" in found:
        if found.setdefault("additionalProperties", False) is not False:
            raise _OpenObjectError
        if not found.get("properties"):
            raise _OpenObjectError
    return found


def _inner(schema: Any) -> Any:
    return _closed(schema) if isinstance(schema, dict) else schema
