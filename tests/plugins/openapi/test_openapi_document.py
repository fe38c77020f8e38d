"""Documents as they are read: three versions, two notations, and every mistake named by its place."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from api_server import api
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchgear.core.errors import InvalidApiDocument, InvalidSettings, PluginError
from switchgear.plugins.openapi.choices import SETTINGS, Choices, Selection, read_settings, secrets_of
from switchgear.plugins.openapi.document import ApiDocument, read_document
from switchgear.plugins.openapi.loading import load
from switchgear.plugins.openapi.reach import permissions_of
from switchgear.plugins.openapi.tools import tools_of
from switchgear.plugins.permissions import words

GET: dict[str, Any] = {"responses": {"200": {"description": "Well."}}}


def read(document: Any) -> ApiDocument:
    return read_document(document if isinstance(document, bytes) else json.dumps(document).encode())


def mistakes_of(document: Any) -> list[str]:
    return [str(each) for each in read(document).mistakes]


# ------------------------------------------------------------ notation


def test_yaml_is_read_as_its_core_schema_says() -> None:
    found = load(
        b"""
        text: yes
        version: 3.0
        number: 0x1F
        octal: 0o17
        none: ~
        list: [null, true, 1.5e3, .nan, 2020-01-01, "12"]
        200: key
        base: &base {a: 1, b: 2}
        merged: {<<: *base, b: 3}
        block: |
          one
          two
        """
    )
    assert found == {
        "text": "yes", "version": 3.0, "number": 31, "octal": 15, "none": None,
        "list": [None, True, 1500.0, ".nan", "2020-01-01", "12"], "200": "key",
        "base": {"a": 1, "b": 2}, "merged": {"a": 1, "b": 3}, "block": "one\ntwo\n",
    }  # fmt: skip


LAUGHS = "\n".join(
    ["a0: &a0 [1,2,3,4,5,6,7,8,9]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
)
CHAIN = "\n".join(["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 300))])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (LAUGHS, "more than 2,000,000 values"),
        (CHAIN, "nested more than 128 deep"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 500 + "]" * 500, "nested more than 128 deep"),
        ("a: " + "[" * 5000, "nested more than 128 deep"),
        ("a: !!python/object/apply:os.system [id]", "has the tag .*, which is not known"),
        ("a: !include x", "has the tag !include, which is not known"),
        ("a: &x [*x]", "names \\*x where there is no such thing yet"),
        ("a: *x", "names \\*x"),
        ("a: 1\na: 2", "in line 2 says a twice"),
        ("? [a]\n: 1", "a name that is no text"),
        ("a: 1\n---\nb: 2", "begins a second document"),
        ("a: [", "neither JSON nor YAML"),
        ("a: \x07", "neither JSON nor YAML"),
        ("a: {<<: 1}", "merges what is no mapping"),
        ('{"a": 1, "a": 2}', "a stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1e999}', "1e999 is no number"),
        ('{"a": "\\ud800"}', "is not JSON"),
        ('{"a": 1', "is not JSON: .* \\(line 1, column 8\\)"),
        ("- 1", "is no object"),
        ("", "is no object"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b" " * (16 << 20) + b"{}", "at most 16,777,216 bytes"),
        (b"#" * (9 << 20), "in YAML of at most"),
        (b'{"a": [' + b"[]," * 2_000_001 + b"1]}", "more than 2,000,000 values"),
    ],
)
def test_what_is_no_document_is_refused_in_words(data: str | bytes, why: str) -> None:
    with pytest.raises(InvalidApiDocument, match=why):
        load(data.encode() if isinstance(data, str) else data)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_refused(data: bytes) -> None:
    with contextlib.suppress(InvalidApiDocument):
        read_document(data)


@given(st.text(alphabet="{}[]&*!|>-:,?'\"# \n\tab1<~%@`", max_size=80))
def test_any_yaml_is_a_document_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidApiDocument):
        load(text.encode())


# ------------------------------------------------------------ versions


def test_swagger_2_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidApiDocument, match="Swagger 2, which is not read; convert it"):
        read({"swagger": "2.0", "paths": {}})


@pytest.mark.parametrize("version", ["2.0", "4.0.0", "3.3.0", "latest", "", None])
def test_another_version_is_refused(version: Any) -> None:
    with pytest.raises(InvalidApiDocument, match="#/openapi"):
        read(api({"/": {"get": GET}}, version=version))


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.2", "3.2.0", "3.0", "3.1", "3.2"])
def test_three_versions_are_read(version: str) -> None:
    assert read(api({"/": {"get": GET}}, version=version)).version == version[:3]


def test_what_3_2_added_is_read() -> None:
    found = read(
        api(
            {
                "/items": {
                    "query": {"operationId": "search", **GET},
                    "additionalOperations": {"COPY": {"operationId": "copy", **GET}, "CONNECT": GET},
                    "parameters": [
                        {"name": "q", "in": "querystring", "content": {"application/x-www-form-urlencoded": {"schema": {}}}}
                    ],
                },
                "/own": {"$ref": "https://api.example.com/doc.json#/paths/~1items"},
            },
            version="3.2.0",
            **{"$self": "https://api.example.com/doc.json"},
        )
    )  # fmt: skip
    assert [each.words for each in found.operations] == ["QUERY /items", "COPY /items", "QUERY /own", "COPY /own"]
    assert any("CONNECT" in str(each) for each in found.mistakes)
    assert {tool.name: json.loads(tool.definition)["annotations"]["readOnlyHint"] for tool in tools_of(found, Choices()).tools.values()} == {
        "search": True, "copy": False, "search_2": True, "copy_2": False,
    }  # fmt: skip


# ------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("operation", "mistake"),
    [
        ({"parameters": 1}, "#/paths/~1bad/get/parameters is no list."),
        ({"parameters": [1]}, "#/paths/~1bad/get/parameters/0 is no object."),
        ({"parameters": [{"in": "query"}]}, "#/paths/~1bad/get/parameters/0 has no name."),
        ({"parameters": [{"name": "a", "in": "body"}]}, "#/paths/~1bad/get/parameters/0 is in none of path, query"),
        (
            {"parameters": [{"name": "a", "in": "query", "style": "simple"}]},
            "parameters/0/style is none of those for a parameter in query",
        ),
        (
            {"parameters": [{"name": "a", "in": "query", "content": {}}]},
            "parameters/0/content has to have exactly one media type",
        ),
        ({"parameters": [{"name": "a b", "in": "header"}]}, "a name that no header field can have"),
        ({"parameters": [{"$ref": "other.yaml#/a"}]}, 'refers to "other.yaml#/a", which is outside of the document'),
        ({"parameters": [{"$ref": "#/components/parameters/None"}]}, "which is not there"),
        ({"parameters": [{"$ref": "#/components/parameters/Round"}]}, "refers to itself"),
        ({"requestBody": {}}, "#/paths/~1bad/get/requestBody has no content"),
        ({"requestBody": {"content": {"nonsense": {}}}}, "has no media type that can be sent"),
        ({"security": [{"none": []}]}, "#/paths/~1bad/get/security names no way in that can be used"),
        (
            {"requestBody": {"content": {"application/json": {"schema": {"$ref": "http://x/y"}}}}},
            'refers to "http://x/y"',
        ),
    ],
)
def test_an_operation_with_a_mistake_is_left_out_and_told(operation: dict[str, Any], mistake: str) -> None:
    document = api(
        {"/bad": {"get": {"operationId": "bad", **GET, **operation}}, "/good": {"get": {"operationId": "good", **GET}}},
        components={"parameters": {"Round": {"$ref": "#/components/parameters/Round"}}},
    )
    found = tools_of(read(document), Choices())
    assert list(found.tools) == ["good"]
    assert any(mistake in each for each in found.faults), found.faults


def test_a_document_without_anything_to_call_is_refused_with_every_mistake() -> None:
    document = api({"/a": {"get": 1}, "b": {"get": GET}, "/c": {"get": {"parameters": 7}}, "/a/%2e./b": {"get": GET}})
    with pytest.raises(InvalidApiDocument) as refused:
        read(document)
    assert str(refused.value).splitlines() == [
        "The OpenAPI document cannot be used: #/paths/~1a/get is no object.",
        "#/paths/b is no path: it begins with / and has no ? or #.",
        "#/paths/~1c/get/parameters is no list.",
        "#/paths/~1a~1%2e.~1b has a step that is . or ...",
    ]
    assert refused.value.param == "#/paths/~1a/get"


def test_references_inside_examples_are_no_references() -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}, "example": {"$ref": "nowhere"}}
    document = api({"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, **GET}}})
    assert mistakes_of(document) == []


def test_lesser_mistakes_are_told_and_lived_with() -> None:
    found = read(api({"/a/{id}": {"get": GET}}, servers=[{"url": 1}, {"url": "https://{x}.example.com"}]))
    assert len(found.operations) == 1
    assert found.operations[0].parameters[0].name == "id"
    assert [each.place for each in found.mistakes] == [
        "#/servers/0/url",
        "#/servers/1/variables/x",
        "#/paths/~1a~1{id}/get",
    ]


_names = st.sampled_from(
    ["get", "post", "parameters", "requestBody", "content", "application/json", "schema", "$ref", "name", "in", "type", "properties", "items",
     "allOf", "oneOf", "required", "enum", "security", "servers", "url", "responses", "200", "nullable", "style", "explode", "variables"]
) | st.text(max_size=5)  # fmt: skip
_leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    ["#/components/schemas/A", "#/components/schemas/B", "#", "query", "path", "object", "array", "string", "https://x.example", "simple", "deepObject"]
) | st.text(max_size=6)  # fmt: skip
_things = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4), max_leaves=25
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_things, _things, _things, _things)
def test_any_document_becomes_tools_with_valid_schemas_or_is_refused(
    item: Any, one: Any, other: Any, operation: Any
) -> None:
    import jsonschema_rs

    get = {**GET, **operation} if isinstance(operation, dict) else GET
    document = api(
        {
            "/a": item,
            "/b/{c}": {
                "post": {
                    **get,
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}},
                    "responses": {
                        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}}
                    },
                }
            },
        },
        components={"schemas": {"A": one, "B": other}},
    )
    for version in ("3.0.3", "3.1.0"):
        try:
            tools = tools_of(read({**document, "openapi": version}), Choices(deprecated=True)).tools
        except PluginError:
            continue
        for tool in tools.values():
            definition = json.loads(tool.definition)
            for name in ("inputSchema", "outputSchema"):
                if name in definition:
                    jsonschema_rs.meta.validate(
                        definition[name] | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
                    )
                    assert definition[name]["type"] == "object"
            if "outputSchema" in definition:
                assert jsonschema_rs.validator_for(definition["outputSchema"], validate_formats=False).is_valid({})


# ------------------------------------------------------------ choices


MANY = api(
    {
        "/pets": {
            "get": {"operationId": "listPets", "tags": ["pets"], **GET},
            "post": {"operationId": "addPet", "tags": ["pets"], **GET},
        },
        "/pets/{id}": {"delete": {"operationId": "dropPet", "tags": ["pets", "admin"], **GET}},
        "/old": {"get": {"operationId": "old", "deprecated": True, **GET}},
        "/users": {"get": {"tags": ["users"], **GET}},
    }
)


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        (Choices(), ["listPets", "addPet", "dropPet", "get_users"]),
        (Choices(deprecated=True), ["listPets", "addPet", "dropPet", "old", "get_users"]),
        (Choices(Selection(tags=("pets",), methods=("get",))), ["listPets"]),
        (Choices(Selection(operations=("*Pet", "GET /users"))), ["addPet", "dropPet", "get_users"]),
        (Choices(Selection(paths=("/pets*",)), Selection(tags=("admin",), methods=("POST",))), ["listPets"]),
        (Choices(names={"listPets": "pets", "GET /users": "users"}), ["pets", "addPet", "dropPet", "users"]),
        (Choices(names={"addPet": "listPets"}), ["listPets_2", "listPets", "dropPet", "get_users"]),
        (Choices(most=2), ["listPets", "addPet"]),
    ],
)
def test_operations_are_chosen(choices: Choices, names: list[str]) -> None:
    assert list(tools_of(read(MANY), choices).tools) == names


def test_what_is_cut_is_told() -> None:
    assert tools_of(read(MANY), Choices(most=1)).faults[-1:] == ("4 operations are chosen; the first 1 are offered.",)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"tags": ("nothing",)}, "None of the API's 5 operations is chosen"),
        ({"names": ("listPet=x",)}, 'Did you mean "listPets"'),
        ({"names": ("listPets=no good",)}, "is taken, or no name"),
        ({"names": ("listPets",)}, "NAME=VALUE"),
        ({"most": 0}, "from 1 to 5,000"),
        ({"deprecated": "yes"}, "true or false"),
        ({"base_url": 1.0}, "has to be text"),
        ({"tags": (1,)}, "list of texts"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(given: Any, why: str) -> None:
    with pytest.raises(InvalidSettings, match=why):
        tools_of(read(MANY), read_settings(given).choices)


def test_settings_are_read_and_secrets_asked_for() -> None:
    found = read_settings(
        {
            "tags": ["a", "b"],
            "without_methods": "POST",
            "descriptions": {"listPets": "All."},
            "deprecated": True,
            "most": 5.0,
        }
    )
    assert found.choices == Choices(
        Selection(tags=("a", "b")), Selection(methods=("POST",)), {}, {"listPets": "All."}, 5, True
    )
    described = tools_of(read(MANY), Choices(descriptions={"listPets": "All."})).tools["listPets"]
    assert json.loads(described.definition)["description"] == "All."
    schemes = {"components": {"securitySchemes": {"My key!": {"type": "apiKey", "in": "header", "name": "X-Key"}}}}
    assert secrets_of(read({**MANY, **schemes})) == {"My_key": "For the API's security scheme My key!."}
    assert "base_url" in SETTINGS


# ------------------------------------------------------------ places and permissions


SECURED = api(
    {"/a": {"get": GET}, "/open": {"get": {**GET, "security": []}}, "/b": {"get": {**GET, "security": [{"basic": []}]}, "servers": [{"url": "https://b.example.com:8443/v2"}]}},
    servers=[{"url": "https://{region}.api.example.com/v1", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}}],
    security=[{"oauth": ["read"]}],
    components={
        "securitySchemes": {
            "basic": {"type": "http", "scheme": "Basic"},
            "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://login.example.com/token", "scopes": {}}}},
            "unused": {"type": "apiKey", "in": "query", "name": "k"},
        }
    },
)  # fmt: skip


def test_what_a_document_needs_is_said_in_words() -> None:
    asked = permissions_of(read(SECURED))
    assert asked.network == ("eu.api.example.com:443", "b.example.com:8443", "login.example.com:443")
    assert asked.secrets == ("basic_username", "basic_password", "oauth_client_id", "oauth_client_secret")
    assert words(asked)[0] == "Reach eu.api.example.com on port 443."
    assert permissions_of(read(SECURED), variables={"region": "us"}).network[0] == "us.api.example.com:443"
    assert permissions_of(read(SECURED), "http://10.0.0.7:8080/x").network == ("10.0.0.7:8080", "login.example.com:443")


def test_only_what_is_chosen_is_asked_for() -> None:
    document = read(SECURED)
    chosen = [each for each in document.operations if each.path == "/open"]
    asked = permissions_of(document, chosen=chosen)
    assert (asked.network, asked.secrets) == (("eu.api.example.com:443",), ())


@pytest.mark.parametrize(
    ("servers", "given", "document_url", "place"),
    [
        (None, "", "https://x.example.com/docs/api.json", "x.example.com:443"),
        ([{"url": "/v1"}], "", "http://x.example.com:81/docs/api.json", "x.example.com:81"),
        ([{"url": "//y.example.com/v1"}], "", "https://x.example.com/", "y.example.com:443"),
        ([{"url": "/v1"}], "https://[2001:db8::1]:8443", "", "[2001:db8::1]:8443"),
    ],
)
def test_a_relative_server_is_one_of_the_documents_host(
    servers: Any, given: str, document_url: str, place: str
) -> None:
    document = read(api({"/a": {"get": GET}}, **({"servers": servers} if servers else {})))
    assert permissions_of(document, given, document_url=document_url).network == (place,)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/v1",
        "ftp://x.example",
        "https://user:pw@x.example",
        "https://",
        "https://x.example:0",
        "https://ex ample",
        "http://EXAMPLE\u0301.com",
        "https://*:443",
        "http://0x7f.1/",
    ],
)
def test_an_api_at_no_usable_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match=r"he API is at"):
        permissions_of(read(api({"/a": {"get": GET}}, servers=[{"url": "/x"}])), url)


def test_a_variable_is_one_of_its_choices() -> None:
    with pytest.raises(InvalidSettings, match='region = "cn" is not possible'):
        permissions_of(read(SECURED), variables={"region": "cn"})
