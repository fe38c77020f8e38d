"""JSON Schemas as Gemini takes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import RequestError
from switchgear.dialects.gemini.schema import format_json, functions_json, parameters


def put(schema: dict[str, Any]) -> Any:
    return json.loads(bytes(format_json(schema)))


def test_a_plain_schema_is_sent_as_it_is() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}, "b": {"oneOf": [{"type": "integer"}, {"enum": ["x"]}]}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert put(schema) == schema


def test_references_and_definitions_are_kept() -> None:
    schema = {
        "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
        "$ref": "#/$defs/node",
    }
    assert put(schema) == schema


def test_definitions_have_their_new_name() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/definitions/x"}, "b": {"type": "array", "items": {"$ref": "#/definitions/x"}}},
        "definitions": {"x": {"type": "string", "const": "one"}},
    }
    assert put(schema) == {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/x"}, "b": {"type": "array", "items": {"$ref": "#/$defs/x"}}},
        "$defs": {"x": {"type": "string", "enum": ["one"]}},
    }


def test_what_stands_beside_a_reference_still_holds() -> None:
    assert put({"anyOf": [{"$ref": "#/$defs/x", "description": "An x.", "default": None}, {"type": "null"}]}) == {
        "anyOf": [{"anyOf": [{"$ref": "#/$defs/x"}], "description": "An x.", "default": None}, {"type": "null"}]
    }
    assert put({"$ref": "#/$defs/x", "anyOf": [{"minimum": 1}]}) == {
        "allOf": [{"$ref": "#/$defs/x"}],
        "anyOf": [{"minimum": 1}],
    }


def test_a_property_may_be_called_like_a_keyword() -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}, "const": {"type": "string"}}}
    assert put(schema) == schema


def test_constants_of_other_types_are_kept() -> None:
    assert put({"properties": {"a": {"const": True}, "b": {"const": 3}}}) == {
        "properties": {"a": {"const": True}, "b": {"enum": [3]}}
    }


def test_the_schema_given_is_not_changed() -> None:
    schema = {"$schema": "x", "properties": {"a": {"$ref": "#/definitions/x", "title": "A"}}, "definitions": {"x": {}}}
    before = json.dumps(schema)
    put(schema)
    assert json.dumps(schema) == before


@pytest.mark.parametrize(
    "schema",
    [None, {}, {"type": "object"}, {"type": "object", "properties": {}, "additionalProperties": False, "$schema": "x"}],
)
def test_a_function_without_parameters_has_no_schema(schema: dict[str, Any] | None) -> None:
    assert parameters(schema) is None


def test_parameters_are_an_object_without_the_schemas_address() -> None:
    assert parameters({"$schema": "x", "properties": {"a": {}}}) == {"type": "object", "properties": {"a": {}}}
    free = {"type": "object", "additionalProperties": {"type": "string"}}
    assert parameters(free) == free


@pytest.mark.parametrize("end", [{}, {"$ref": "#/$defs/x", "title": "T"}])
def test_a_schema_nested_too_deeply_is_refused(end: dict[str, Any]) -> None:
    schema: dict[str, Any] = end
    for _ in range(5000):
        schema = {"type": "array", "items": schema}
    with pytest.raises(RequestError, match="nested too deeply"):
        format_json(schema)
    with pytest.raises(RequestError, match="nested too deeply"):
        functions_json([{"name": "f", "parametersJsonSchema": schema}])


def test_only_the_functions_that_need_it_are_put_otherwise() -> None:
    plain = {"name": "a", "parametersJsonSchema": {"type": "object", "properties": {"x": {"type": "string"}}}}
    const = {"name": "b", "parametersJsonSchema": {"type": "object", "properties": {"x": {"const": "y"}}}}
    assert json.loads(bytes(functions_json([plain, const, {"name": "c"}]))) == [
        plain,
        {"name": "b", "parametersJsonSchema": {"type": "object", "properties": {"x": {"enum": ["y"]}}}},
        {"name": "c"},
    ]
