"""JSON Schemas as Gemini takes them in ``parametersJsonSchema`` and ``responseJsonSchema``.

Both take JSON Schema and ignore the keywords they do not hold an answer to
(https://ai.google.dev/api/generate-content#FunctionDeclaration, #GenerationConfig). What they refuse is put so that it means
the same: a ``$ref`` with others beside it, definitions under their old name, ``const``, a root that is no object.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.errors import RequestError

_encode = msgspec.json.Encoder().encode
_SUSPECTS = (b'"$ref"', b'"const"', b'"definitions"')
_OLD_DEFINITIONS = "#/definitions/"
_EMPTY_KEYS = frozenset({"type", "properties", "required", "title", "description", "additionalProperties", "$schema"})
_MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLES = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def schema_json(schema: dict[str, Any], path: str) -> msgspec.Raw:
    """``schema`` encoded. Raises RequestError, with ``path`` as its param, for one that is nested too deeply."""
    try:
        if "$schema" in schema:
            schema = {key: value for key, value in schema.items() if key != "$schema"}
        encoded = _encode(schema)
        if any(
            suspect in encoded for suspect in _SUSPECTS
        ):  # most schemas hold none of them, and are not walked through
            encoded = _encode(_put(schema))
    except RecursionError as error:
        raise RequestError(f"{path} is nested too deeply.", param=path) from error
    return msgspec.Raw(encoded)


def parameters_json(schema: dict[str, Any] | None, path: str) -> msgspec.Raw | None:
    """The parameters of a function, None for one that takes none. Raises RequestError as ``schema_json``."""
    if not schema or (
        not schema.get("properties") and schema.keys() <= _EMPTY_KEYS and not schema.get("additionalProperties")
    ):
        return None
    return schema_json(schema if "type" in schema else {"type": "object", **schema}, path)


def _put(schema: Any) -> Any:
    """A schema, and what is in it, in Gemini's words."""
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for key in _MAPS:
        if isinstance(inner := made.get(key), dict):
            made[key] = {name: _put(value) for name, value in inner.items()}
    for key in _LISTS:
        if isinstance(inner := made.get(key), list):
            made[key] = [_put(value) for value in inner]
    for key in _SINGLES:
        if isinstance(inner := made.get(key), dict):
            made[key] = _put(inner)
    if isinstance(old := made.pop("definitions", None), dict):
        made["$defs"] = {**old, **made.get("$defs", {})}
    if isinstance(made.get("const"), str | int | float) and not isinstance(made["const"], bool):
        made.setdefault("enum", [made.pop("const")])
    return _referring(made)


def _referring(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    if reference.startswith(_OLD_DEFINITIONS):
        reference = "#/$defs/" + reference.removeprefix(_OLD_DEFINITIONS)
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    if all(key.startswith("$") for key in beside):
        return {**beside, "$ref": reference}
    inner = {"$ref": reference}
    # one alternative is no choice: the reference holds, and so does what stood beside it
    return {**beside, "anyOf": [inner]} if "anyOf" not in beside else {**beside, "allOf": [inner]}
