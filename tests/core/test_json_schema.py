"""JSON Schemas of clients: judged before use, never a reason to fetch, never a loop."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.core.errors import RequestError
from switchgear.core.json_schema import Schema, parsed, unfenced, without_root_references

NODE: dict[str, Any] = {
    "type": "object",
    "properties": {"value": {"type": "integer"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}},
    "required": ["value"],
    "additionalProperties": False,
}


def test_a_value_that_fits_has_nothing_wrong() -> None:
    assert Schema(NODE, "schema").complaint({"value": 1, "next": {"value": 2, "next": None}}) == ""


def test_what_is_wrong_is_told_with_its_place() -> None:
    wrong = Schema(NODE, "schema").complaint({"value": 1, "next": {"value": "two"}})
    assert "$.next" in wrong
    assert Schema(NODE, "schema").complaint({}) == '$: "value" is a required property'


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {"allOf": [{"$ref": "#"}]},
        {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
    ],
)
def test_references_that_go_round_and_describe_nothing_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="leads back to itself") as refused:
        Schema(schema, "tools[0].function.parameters")
    assert refused.value.param == "tools[0].function.parameters"


@pytest.mark.parametrize("reference", ["http://127.0.0.1:1/x", "file:///etc/passwd", "other.json", "//host/x"])
def test_nothing_outside_a_schema_is_fetched(reference: str) -> None:
    with pytest.raises(RequestError, match="outside of it"):
        Schema({"properties": {"a": {"$ref": reference}}}, "schema")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 12},
        {"type": "strin"},
        {"$ref": "#/$defs/nowhere"},
        {"properties": []},
        {"$dynamicRef": "http://127.0.0.1:1/x#a"},
    ],
)
def test_what_is_no_schema_is_refused_with_a_reason(schema: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="not a valid JSON Schema"):
        Schema(schema, "schema")


def test_a_schema_that_is_too_deep_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(1000):
        schema = {"items": schema}
    with pytest.raises(RequestError, match="nested too deeply"):
        Schema(schema, "schema")


def test_a_pattern_that_would_take_forever_does_not() -> None:
    assert Schema({"pattern": "(a+)+$"}, "schema").complaint("a" * 5000 + "b") != ""


def test_references_to_the_root_become_references_to_a_definition() -> None:
    schema = NODE | {"$defs": {"root": {"type": "string"}, "other": {"$ref": "#/properties/value"}}}
    rooted = without_root_references(schema)
    assert rooted["$ref"] == "#/$defs/root_"
    assert rooted["$defs"]["root_"]["properties"]["next"]["anyOf"][1] == {"$ref": "#/$defs/root_"}
    assert rooted["$defs"]["other"] == {"$ref": "#/$defs/root_/properties/value"}
    assert Schema(rooted, "schema").complaint({"value": 1, "next": {"value": 2}}) == ""
    assert Schema(rooted, "schema").complaint({"value": 1, "next": 2}) != ""


def test_a_schema_without_such_references_stays_as_it_is() -> None:
    schema = {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {}}}
    assert without_root_references(schema) is schema


@pytest.mark.parametrize("text", ['{"a": 1}', '```json\n{"a": 1}\n```', ' ```\n{"a": 1}```\n'])
def test_json_is_read_with_and_without_a_fence(text: str) -> None:
    assert parsed(text) == {"a": 1}
    assert unfenced(text).strip() == '{"a": 1}'


def test_what_is_not_json_is_told() -> None:
    with pytest.raises(ValueError, match="malformed"):
        parsed("Sure! {")


def _doubling(levels: int, name: str) -> dict[str, Any]:
    def one(level: int) -> dict[str, Any]:
        if level == levels:
            return {"type": "object"}
        other = {"$ref": f"#/$defs/a{level + 1}"}
        return {"if": other, "then": other, "else": other} if name == "if" else {name: [other, other]}

    return {"$defs": {f"a{level}": one(level) for level in range(levels + 1)}, "$ref": "#/$defs/a0"}


@pytest.mark.parametrize("name", ["allOf", "anyOf", "oneOf", "if"])
@pytest.mark.parametrize("levels", [18, 40, 60])
def test_alternatives_that_multiply_are_refused(name: str, levels: int) -> None:
    with pytest.raises(RequestError, match="alternatives at one place"):
        Schema(_doubling(levels, name), "schema")


def test_a_few_of_them_are_not() -> None:
    assert Schema(_doubling(5, "allOf"), "schema").complaint([]) != ""


def test_a_schema_of_very_many_parts_is_refused() -> None:
    with pytest.raises(RequestError, match="parts"):
        Schema({"properties": {f"p{number}": {} for number in range(30_000)}}, "schema")


def test_many_references_to_one_place_are_followed_once() -> None:
    many = [{"const": number} for number in range(900)]
    schema = {"$defs": {"a": {"anyOf": many}}, "properties": {f"p{n}": {"$ref": "#/$defs/a"} for n in range(1500)}}
    assert Schema(schema, "schema").complaint({"p1": -1}) != ""


def test_a_value_too_large_to_judge_passes() -> None:
    schema = Schema({"items": {"allOf": [{"type": "string"}] * 300}}, "schema")
    assert schema.complaint([0] * 100) != ""
    assert schema.complaint([0] * 300_000) == ""
