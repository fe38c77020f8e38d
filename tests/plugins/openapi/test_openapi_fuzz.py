"""Sound documents with anything put anywhere: what comes out is valid, or words."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchgear.core.errors import PluginError
from switchgear.plugins.openapi.answers import Reply, result_of, schema_of
from switchgear.plugins.openapi.bodies import body_of
from switchgear.plugins.openapi.choices import Choices
from switchgear.plugins.openapi.document import read_document
from switchgear.plugins.openapi.mistakes import below
from switchgear.plugins.openapi.paging import next_page
from switchgear.plugins.openapi.reach import permissions_of
from switchgear.plugins.openapi.serialising import BadArgument, target_of
from switchgear.plugins.openapi.tools import Tool, tools_of
from switchgear.plugins.permissions import words

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SOUND: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1.2"},
    "servers": [{"url": "https://{zone}.example.com/v1", "variables": {"zone": {"default": "eu", "enum": ["eu", "us"]}}}],
    "security": [{"key": []}, {"oauth": ["read"]}],
    "paths": {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "operationId": "get",
                "tags": ["pets"],
                "parameters": [
                    {"name": "filter", "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object", "properties": {"a": {"type": "string"}}}},
                    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                    {"name": "X-A", "in": "header", "schema": {"type": "array", "items": {"type": "integer", "nullable": True}}},
                    {"name": "c", "in": "cookie", "content": {"application/json": {"schema": {"type": "object"}}}},
                ],
                "responses": {"200": {"$ref": "#/components/responses/Pet"}},
            },
            "put": {"requestBody": {"$ref": "#/components/requestBodies/Pet"}, "responses": {"2XX": {"description": "x"}}, "security": []},
            "post": {
                "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}}}}},
                "responses": {},
            },
            "patch": {
                "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Pet"}, "encoding": {"tags": {"explode": False}}}}},
                "responses": {},
            },
        }
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z]+$"}}},
        "requestBodies": {"Pet": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}},
        "responses": {"Pet": {"description": "x", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}},
        "schemas": {
            "Pet": {
                "type": "object", "required": ["name"], "discriminator": {"propertyName": "kind"},
                "properties": {"name": {"type": "string", "minLength": 1}, "id": {"type": "integer", "readOnly": True, "minimum": 0, "exclusiveMinimum": True},
                               "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}, "mother": {"$ref": "#/components/schemas/Pet"}},
                "oneOf": [{"$ref": "#/components/schemas/Dog"}, {"not": {"required": ["x"]}}],
            },
            "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "additionalProperties": {"type": "number", "nullable": True}}]},
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "x"}}}},
        },
    },
}  # fmt: skip

_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(
        ["object", "array", "string", "query", "path", "", "..", "/", "{id}", "https://x.example/{", "\x1b[2J", "form"]
    )
)
_things = _leaves | st.lists(_leaves, max_size=3) | st.dictionaries(st.text(max_size=4), _leaves, max_size=3)
_changes = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from(["set", "drop", "copy", "refer", "wrap"]), st.integers(0, 10**6), _things),
    min_size=1, max_size=4,
)  # fmt: skip
_json = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def places(node: Any, at: str = "#") -> Iterator[tuple[Any, Any, str]]:
    """Every place below a node: what it is in, under which key, and its pointer."""
    for key, each in list(
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    ):
        where = below(at, key)
        yield node, key, where
        yield from places(each, where)


def changed(changes: list[tuple[int, str, int, Any]]) -> dict[str, Any]:
    document = copy.deepcopy(SOUND)
    for number, how, other, value in changes:
        known = [each for each in places(document) if each[2] != "#/openapi"]
        inside, key, _ = known[number % len(known)]
        there, name, pointer = known[other % len(known)]
        if how == "set":
            inside[key] = value
        elif how == "drop":
            del inside[key]
        elif how == "copy":
            inside[key] = copy.deepcopy(there[name])
        elif how == "refer":
            inside[key] = {"$ref": pointer}
        else:
            inside[key] = [inside[key]]
    return document


def sent(tool: Tool, arguments: dict[str, Any]) -> None:
    """Make the request that a model's arguments ask for, as far as it is made without a network."""
    judge = schema_of(json.dumps(json.loads(tool.definition)["inputSchema"]).encode())
    if judge is not None and judge.complaint(arguments):
        return
    try:
        target = target_of(tool.operation.path, tool.inputs, arguments)
        if tool.operation.body is not None and tool.body in arguments:
            kind, _ = body_of(tool.operation.body, tool.body, json.dumps(arguments[tool.body]).encode(), tool.files)  # type: ignore[arg-type]
            assert kind.isprintable()
    except BadArgument:
        return
    assert f"{target.path}?{target.query}".isascii()
    assert not set(target.path + target.query) & set(" #\r\n")
    for name, value in target.fields:
        assert name.isascii()
        assert value.isprintable()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    _changes,
    st.sampled_from(["3.0.3", "3.1.0", "3.2.0"]),
    st.dictionaries(st.sampled_from(["id", "filter", "body", "X-A", "c"]), _json),
    _json,
)
def test_a_document_with_anything_anywhere_becomes_sound_tools_or_is_refused(
    changes: list[tuple[int, str, int, Any]], version: str, arguments: dict[str, Any], answer: Any
) -> None:
    document = {**changed(changes), "openapi": version}
    try:
        found = read_document(json.dumps(document).encode())
        tools = tools_of(found, Choices(deprecated=True)).tools
    except PluginError:
        return
    with contextlib.suppress(PluginError):
        assert all(each.isprintable() for each in words(permissions_of(found)))
    for tool in tools.values():
        definition = json.loads(tool.definition)
        jsonschema_rs.meta.validate(definition["inputSchema"] | {"$schema": DIALECT})
        assert schema_of(json.dumps(definition["inputSchema"]).encode()) is not None
        if tool.output:
            jsonschema_rs.meta.validate(definition["outputSchema"] | {"$schema": DIALECT})
            judge = schema_of(tool.output)
            assert judge is not None
            reply = Reply(200, "application/json", json.dumps(answer).encode(), "", "", "", "https://x.example")
            result = json.loads(result_of(reply, "GET /", judge, partial(next_page, tool.paging, {}, "")))
            assert not judge.complaint(result["structuredContent"])
        sent(tool, {"id": "a", **arguments})
