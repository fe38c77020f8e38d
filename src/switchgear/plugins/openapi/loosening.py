"""A schema of answers that real answers meet.

Clients hold what a tool returns to its ``outputSchema`` (MCP 2026-07-28, Tools: Output schema), and APIs do not hold theirs: they leave
fields out, add some, and send null. What is told of the shape stays; what would make a whole answer unusable goes. Of an answer that
does not even meet that, the fields at fault are left out; ``{}`` meets every loosened schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_STRICT: Final = frozenset(
    {"required", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "not", "if", "then", "else", "propertyNames",
     "unevaluatedProperties", "unevaluatedItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems",
     "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "const", "default",
     "examples", "$defs"}
)  # fmt: skip


def loosened(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object, with its definitions, as one that is met by whatever has the same shape."""
    found = {name: value for name, each in schema.items() for name, value in _keyword(name, each)}
    found["type"] = "object"
    if "$defs" in schema:
        found["$defs"] = {name: _loose(each) for name, each in schema["$defs"].items()}
    return found


def _loose(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    return {name: value for name, each in schema.items() for name, value in _keyword(name, each)}


def _keyword(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What a keyword becomes, if it stays."""
    if name in _STRICT or (name == "additionalProperties" and value is False):
        return
    if name in ("properties", "patternProperties"):
        yield name, {each: _loose(one) or {} for each, one in value.items()}
    elif name in ("allOf", "anyOf", "oneOf", "prefixItems"):
        yield "anyOf" if name == "oneOf" else name, [_loose(each) for each in value]
    elif name in ("items", "additionalProperties"):
        yield name, _loose(value)
    elif name == "type":
        types = value if isinstance(value, list) else [value]
        yield name, types if "null" in types else [*types, "null"]
    elif name == "enum":
        yield name, value if None in value else [*value, None]
    else:
        yield name, value
