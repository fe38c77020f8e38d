"""Schemas of documents as JSON Schema 2020-12 that stands by itself."""

from __future__ import annotations

import json
import time
from typing import Any

import jsonschema_rs
import pytest
from api_server import Answered, api, api_server, called, listed, session_with

from switchgear.core.json_schema import Schema
from switchgear.plugins.openapi.choices import Choices
from switchgear.plugins.openapi.document import read_document
from switchgear.plugins.openapi.tools import Toolset, tools_of

WELL: dict[str, Any] = {"responses": {"200": {"description": "Well."}}}


def tools(document: Any) -> Toolset:
    return tools_of(read_document(json.dumps(document).encode()), Choices())


def body_schema(schema: Any, version: str = "3.0.3", **schemas: Any) -> tuple[Any, dict[str, Any]]:
    """A schema as it is told of a body, and the definitions with it."""
    document = api(
        {
            "/a": {
                "post": {
                    "operationId": "a",
                    "requestBody": {"content": {"application/json": {"schema": schema}}},
                    **WELL,
                }
            }
        },
        version,
        components={"schemas": schemas},
    )
    found = json.loads(tools(document).tools["a"].definition)["inputSchema"]
    Schema(found, "schema")  # is one, and goes round in no circle
    return found["properties"]["body"], found.get("$defs", {})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 1}),
        ({"type": "integer", "maximum": 9, "exclusiveMaximum": False}, {"type": "integer", "maximum": 9}),
        ({"allOf": [{"type": "object"}], "nullable": True, "description": "d"}, {"description": "d", "anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]}),
        ({"type": "string", "example": "x", "xml": {}, "x-own": 1, "externalDocs": {}}, {"type": "string", "examples": ["x"]}),
        ({"type": "object", "additionalProperties": True}, {"type": "object", "additionalProperties": True}),
        ({"type": "object", "required": ["a", "id", "a"], "properties": {"a": {}, "id": {"readOnly": True}}}, {"type": "object", "properties": {"a": {}}, "required": ["a"]}),
        ({"type": "object", "properties": {"w": {"writeOnly": True}}}, {"type": "object", "properties": {"w": {}}}),
        ({"type": "nonsense", "required": True, "minLength": -1, "enum": [], "items": 1}, {"items": {}}),
        ({"type": "array", "items": [{"type": "string"}]}, {"type": "array", "prefixItems": [{"type": "string"}]}),
    ],
)  # fmt: skip
def test_3_0_becomes_2020_12(old: Any, new: Any) -> None:
    assert body_schema(old)[0] == new


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"type": ["string", "null"], "const": "a"}, {"type": ["string", "null"], "const": "a"}),
        ({"exclusiveMinimum": 1, "examples": [1, 2]}, {"exclusiveMinimum": 1, "examples": [1, 2]}),
        ({"$id": "https://x", "$anchor": "a", "$comment": "c", "$schema": "s", "if": {}, "then": True}, {"if": {}, "then": True}),
        (True, {}),
        (False, {"not": {}}),
        ({"dependentRequired": {"a": ["b"], "c": 1}, "unevaluatedProperties": False}, {"dependentRequired": {"a": ["b"]}, "unevaluatedProperties": False}),
    ],
)  # fmt: skip
def test_3_1_stays_what_it_is(given: Any, told: Any) -> None:
    assert body_schema(given, "3.1.0")[0] == told


def test_a_reference_may_have_words_and_more_of_its_own() -> None:
    reference = {"$ref": "#/components/schemas/A", "description": "One.", "maxLength": 3}
    assert body_schema(reference, A={"type": "string"})[0] == {"$ref": "#/$defs/A", "description": "One."}
    assert body_schema(reference, "3.1.0", A={"type": "string"})[0] == {
        "$ref": "#/$defs/A",
        "description": "One.",
        "maxLength": 3,
    }


def test_a_tree_refers_to_itself_and_is_held_to() -> None:
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    }
    body, definitions = body_schema({"$ref": "#/components/schemas/Node"}, Node=node)
    assert body == {"$ref": "#/$defs/Node"}
    assert definitions["Node"]["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    judge = jsonschema_rs.validator_for({**body, "$defs": definitions})
    assert judge.is_valid({"name": "a", "children": [{"name": "b", "children": []}]})
    assert not judge.is_valid({"name": "a", "children": [{"name": 1}]})


REF = "#/components/schemas/"


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"$ref": REF + "A"}},
        {"A": {"$ref": REF + "B"}, "B": {"$ref": REF + "A"}},
        {"A": {"allOf": [{"$ref": REF + "A"}, {"type": "object"}]}},
        {"A": {"oneOf": [{"$ref": REF + "B"}], "type": "object", "discriminator": {"propertyName": "t"}}, "B": {"allOf": [{"$ref": REF + "A"}, {"properties": {"b": {}}}]}},
        {"A": {"anyOf": [{"$ref": REF + "B"}]}, "B": {"not": {"$ref": REF + "C"}}, "C": {"if": {"$ref": REF + "A"}}},
        {"A": {"allOf": [{"anyOf": [{"oneOf": [{"$ref": REF + "A"}]}]}]}},
    ],
)  # fmt: skip
def test_a_circle_with_nothing_in_it_is_broken_and_told(schemas: dict[str, Any]) -> None:
    body_schema({"$ref": REF + "A"}, **schemas)
    body_schema({"$ref": REF + "A"}, "3.1.0", **schemas)
    document = api(
        {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": REF + "A"}}}}, **WELL}}},
        components={"schemas": schemas},
    )
    assert any("is reached from there again" in each for each in tools(document).faults)


def test_references_to_any_place_are_followed() -> None:
    document = api(
        {
            "/a": {"post": {"operationId": "a", "requestBody": {"$ref": "#/components/requestBodies/B"}, **WELL}},
            "/b": {"post": {"operationId": "b", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/paths/~1a/post/x-own/deep%20place/0"}}}}, **WELL}},
        },
        components={"requestBodies": {"B": {"content": {"application/json": {"schema": {"$ref": REF + "A/properties/inner"}}}}},
                    "schemas": {"A": {"properties": {"inner": {"type": "integer"}}}}},
    )  # fmt: skip
    document["paths"]["/a"]["post"]["x-own"] = {"deep place": [{"type": "boolean"}]}
    found = tools(document).tools
    assert json.loads(found["a"].definition)["inputSchema"]["$defs"] == {"inner": {"type": "integer"}}
    assert json.loads(found["b"].definition)["inputSchema"]["$defs"] == {"0": {"type": "boolean"}}


def test_definitions_of_the_same_name_are_told_apart() -> None:
    body, definitions = body_schema(
        {"properties": {"a": {"$ref": REF + "A/properties/x"}, "b": {"$ref": REF + "B/properties/x"}}},
        A={"properties": {"x": {"type": "string"}}}, B={"properties": {"x": {"type": "integer"}}},
    )  # fmt: skip
    found = [definitions[each["$ref"].removeprefix("#/$defs/")] for each in body["properties"].values()]
    assert found == [{"type": "string"}, {"type": "integer"}]


def test_a_schema_that_is_too_large_is_cut_where_it_is_farthest() -> None:
    schemas = {
        f"S{n}": {"type": "object", "description": "x" * 900, "properties": {"next": {"$ref": f"{REF}S{n + 1}"}}}
        for n in range(200)
    }
    schemas["S200"] = {"type": "string"}
    _, definitions = body_schema({"$ref": REF + "S0"}, **schemas)
    assert definitions["S0"]["type"] == "object"
    assert len(json.dumps(definitions)) < 30_000
    assert "too long" in definitions[list(definitions)[-1]]["description"]
    wide = {"type": "object", "properties": {f"p{n}": {"type": "string", "description": "x" * 500} for n in range(500)}}
    assert "too long" in body_schema(wide)[0]["description"]


async def test_a_pattern_that_cannot_be_checked_is_not() -> None:
    parameter = {"name": "a", "in": "query", "schema": {"type": "string", "pattern": "^(?!x)a$", "maxLength": 3}}
    document = api({"/a": {"get": {"operationId": "a", "parameters": [parameter], **WELL}}})
    async with api_server({"GET /a": Answered(200, {})}) as server, session_with(document, server) as session:
        assert not (await called(session, "a", a="xyz")).get("isError")
        assert (await called(session, "a", a="xyzz"))["isError"]


def test_names_are_those_that_clients_take() -> None:
    long = "x" * 100
    found = tools(api({"/a": {"get": {"operationId": "get things/of: ünits", **WELL}, "put": {"operationId": long, **WELL}, "post": {"operationId": "get.things", **WELL},
                              "patch": {"operationId": "get-things", **WELL}, "delete": {"operationId": "get things of nits", **WELL}},
                       "/": {"get": WELL}, "/b/{c}-{d}.json": {"get": WELL}}))  # fmt: skip
    names = list(found.tools)
    assert (
        names[:5] == ["get_things_of_nits", names[1], "get_things", "get-things", "get_things_of_nits_2"]
        or len(names) == 7
    )
    assert len(set(names)) == 7
    assert all(
        len(name) <= 64 and name.replace("_", "").replace("-", "").isalnum() and name.isascii() for name in names
    )
    assert {"get", "get_b_c_d_json"} <= set(names)


def test_arguments_have_names_that_clients_take() -> None:
    parameters = [
        {"name": "id", "in": "path", "required": True}, {"name": "id", "in": "query"}, {"name": "filter[name]", "in": "query"},
        {"name": "filter(name)", "in": "query"}, {"name": "body", "in": "query"}, {"name": "$top", "in": "query"}, {"name": "日", "in": "query"},
        {"name": "Accept", "in": "header"}, {"name": "Host", "in": "header"},
    ]  # fmt: skip
    body = {"content": {"application/json": {}}}
    found = tools(api({"/{id}": {"post": {"operationId": "a", "parameters": parameters, "requestBody": body, **WELL}}}))
    names = list(json.loads(found.tools["a"].definition)["inputSchema"]["properties"])
    assert names == ["id", "id_query", "filter_name", "filter_name_query", "body", "top", "query", "body_2"]
    assert found.tools["a"].body == "body_2"


async def test_a_thousand_operations_become_tools_quickly_and_are_listed_in_pages() -> None:
    schemas = {
        f"S{n}": {"type": "object", "properties": {"id": {"type": "integer"}, "next": {"$ref": f"{REF}S{(n + 1) % 300}"}, "name": {"type": "string", "description": "Its name. " * 10}}}
        for n in range(300)
    }  # fmt: skip
    answer = {"200": {"description": "x", "content": {"application/json": {"schema": {"$ref": REF + "S0"}}}}}
    paths = {
        f"/things{n}/{{id}}": {
            "get": {"summary": f"Get {n}", "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}], "responses": answer},
            "post": {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                     "requestBody": {"content": {"application/json": {"schema": {"$ref": f"{REF}S{n % 300}"}}}}, "responses": answer},
        }
        for n in range(500)
    }  # fmt: skip
    document = api(paths, "3.0.3", components={"schemas": schemas}, servers=[{"url": "http://127.0.0.1:1"}])
    began = time.process_time()
    found = tools(document)
    spent = time.process_time() - began
    assert len(found.tools) == 1_000
    assert found.faults == ()
    assert spent < 60  # some tenths of a second; quadratic it would be minutes
    assert max(len(tool.definition) for tool in found.tools.values()) < 50_000
    async with session_with(document) as session:
        assert list(await listed(session)) == list(found.tools)
