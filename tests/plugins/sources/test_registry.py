"""Entries of the MCP registry: which of their packages and servers is taken, and what they want to be told."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import InvalidSource
from switchgear.plugins.manifest import read_manifest
from switchgear.plugins.sources.making import Described, manifest_of
from switchgear.plugins.sources.registry import Download, Package, Published, RemoteServer, read_server


def server(**fields: Any) -> dict[str, Any]:
    return {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": "io.github.ann/weather",
        "description": "Forecasts.",
        "version": "1.0.0",
    } | fields


def package(**fields: Any) -> dict[str, Any]:
    return {"registryType": "npm", "identifier": "weather", "version": "1.0.0", "transport": {"type": "stdio"}} | fields


def read(**fields: Any) -> Published:
    return read_server(json.dumps(server(**fields)).encode())


REMOTE = {"type": "streamable-http", "url": "https://example.com/mcp"}


def test_a_package_that_runs_here_comes_before_a_server_elsewhere() -> None:
    found = read(packages=[package(registryType="oci", identifier="x"), package()], remotes=[REMOTE])
    assert isinstance(found.chosen, Package)
    assert str(found.chosen.source) == "npm:weather@1.0.0"
    assert found.chosen.wishes.name == "weather"


def test_a_bundle_comes_first_and_with_its_hash() -> None:
    bundle = package(registryType="mcpb", identifier="https://example.com/w.mcpb", fileSha256="ab" * 32)
    assert read(packages=[package(), bundle]).chosen == Download("https://example.com/w.mcpb", "ab" * 32)


def test_a_bundle_without_a_hash_is_passed_over() -> None:
    bundle = package(registryType="mcpb", identifier="https://example.com/w.mcpb")
    assert isinstance(read(packages=[bundle, package()]).chosen, Package)


def test_a_server_elsewhere_is_taken_with_the_headers_that_it_wants() -> None:
    headers = [{"name": "X-API-Key", "description": "A key.", "isRequired": True, "isSecret": True}]
    found = read(remotes=[{"type": "sse", "url": "https://example.com/sse"}, REMOTE | {"headers": headers}]).chosen
    assert isinstance(found, RemoteServer)
    assert (found.url, found.transport, found.name) == ("https://example.com/mcp", "http", "weather")
    assert found.headers == {"X-API-Key": "x-api-key"}
    assert found.settings["x-api-key"]["sensitive"] is True
    assert found.settings["x-api-key"]["required"] is True


def test_the_answer_of_a_registry_is_read_with_its_status() -> None:
    official = "io.modelcontextprotocol.registry/official"

    def answer(status: str) -> bytes:
        return json.dumps({"server": server(remotes=[REMOTE]), "_meta": {official: {"status": status}}}).encode()

    assert read_server(answer("active")).notes == ()
    assert "deprecated" in read_server(answer("deprecated")).notes[0]
    with pytest.raises(InvalidSource, match="deleted"):
        read_server(answer("deleted"))


def test_arguments_and_variables_become_settings_of_the_manifest() -> None:
    arguments = [
        {"type": "positional", "value": "serve"},
        {"type": "named", "name": "--root", "value": "{root}/x", "variables": {"root": {"format": "filepath"}}},
        {"type": "named", "name": "--depth", "format": "number", "default": "3", "description": "How deep."},
        {"type": "positional", "valueHint": "folders", "format": "filepath", "isRepeated": True, "isRequired": True},
    ]
    variables = [{"name": "TOKEN", "isSecret": True, "isRequired": True, "default": "nope"}, {"name": "not a name"}]
    found = read(packages=[package(packageArguments=arguments, environmentVariables=variables)]).chosen
    assert isinstance(found, Package)
    assert found.wishes.arguments == (
        "serve",
        "--root=${user_config.root}/x",
        "--depth=${user_config.depth}",
        "${user_config.folders}",
    )
    made = manifest_of(
        Described("weather", "1.0.0"),
        {"type": "node", "entry_point": "x", "mcp_config": {"command": "node", "args": []}},
        found.wishes,
    )
    read_back = read_manifest(json.dumps(made).encode())
    assert read_back.user_config["depth"].default == 3
    assert read_back.user_config["folders"].multiple
    assert read_back.user_config["TOKEN"].sensitive
    assert read_back.user_config["TOKEN"].default is None
    assert read_back.config.env == {"TOKEN": "${user_config.TOKEN}"}
    assert read_back.permissions.secrets == ("TOKEN",)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no package and no server"),
        ({"packages": [package(registryType="oci", identifier="docker.io/x")]}, "containers are not installed"),
        ({"packages": [package(transport={"type": "streamable-http", "url": "http://localhost"})]}, "over stdio"),
        ({"packages": [package(identifier="../x")]}, "no Node package"),
        ({"packages": [package(version=">=1")]}, "no Node package"),
        ({"remotes": [{"type": "sse", "url": "https://{tenant}.example.com"}]}, 'needs a value for "tenant"'),
        ({"remotes": [{"type": "sse", "url": "http://example.com"}]}, "private addresses"),
        ({"packages": "x"}, "packages"),
    ],
)
def test_what_cannot_be_installed_is_refused_with_the_reason(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidSource, match=words):
        read(**fields)


_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
_package_names = ["registryType", "identifier", "version", "transport", "packageArguments", "environmentVariables"]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": _value,
            "packages": st.lists(st.dictionaries(st.sampled_from(_package_names), _value, max_size=6), max_size=2)
            | _value,
            "remotes": st.lists(st.dictionaries(st.sampled_from(["type", "url", "headers"]), _value), max_size=2)
            | _value,
        },
    )
)
def test_any_document_is_read_or_refused(fields: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidSource):
        read_server(json.dumps(server(**fields)).encode())
