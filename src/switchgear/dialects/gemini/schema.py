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
_OLD_DEFINITIONS = "#/definitions/"
_EMPTY_KEYS = frozenset({"type", "properties", "required", "title", "description", "additionalProperties", "$schema"})
_MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLES = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def functions_json(functions: list[dict[str, Any]]) -> msgspec.Raw:
    """Function declarations encoded, their ``parametersJsonSchema`` in Gemini's words. Raises RequestError."""
    try:
        encoded = _encode(functions)
        if _suspect(encoded):  # most schemas hold nothing to be put otherwise, and are not walked through
            encoded = _encode([_with_put(function, "parametersJsonSchema") for function in functions])
    except RecursionError as error:
        raise RequestError("A tool's parameters are nested too deeply.", param="tools") from error
    return msgspec.Raw(encoded)


def format_json(schema: dict[str, Any]) -> msgspec.Raw:
    """The schema of an answer, encoded. Raises RequestError."""
    try:
        encoded = _encode(_root(schema))
        if _suspect(encoded):
            encoded = _encode(_put(_root(schema)))
    except RecursionError as error:
        raise RequestError("The schema of the answer is nested too deeply.", param="response_format") from error
    return msgspec.Raw(encoded)


def parameters(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """The parameters of a function as they may be sent, None for a function that takes none."""
    if not schema:
        return None
    if not schema.get("properties") and schema.keys() <= _EMPTY_KEYS and not schema.get("additionalProperties"):
        return None
    schema = _root(schema)
    return schema if "type" in schema else {"type": "object", **schema}


def _root(schema: dict[str, Any]) -> dict[str, Any]:
    if "$schema" not in schema:
        return schema
    schema = schema.copy()
    del schema["$schema"]
    return schema


def _suspect(encoded: bytes) -> bool:
    return b'"$ref"' in encoded or b'"const"' in encoded or b'"definitions"' in encoded


def _with_put(function: dict[str, Any], field: str) -> dict[str, Any]:
    return {**function, field: _put(function[field])} if field in function else function


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
