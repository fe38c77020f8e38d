"""Manifests: MCPB's as they are in the wild, what is declared to this gateway, and hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from manifests import declaring, encoded, manifest

from switchgear.core.errors import InvalidManifest
from switchgear.plugins.manifest import LARGEST, McpConfig, plugin_name, read_manifest
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits, Sampling
from switchgear.plugins.versions import parse


def refused(document: Any) -> InvalidManifest:
    with pytest.raises(InvalidManifest) as found:
        read_manifest(document if isinstance(document, bytes) else encoded(document))
    return found.value


def test_the_least_manifest_asks_for_nothing() -> None:
    found = read_manifest(encoded(manifest()))
    assert (found.plugin, found.parsed_version) == ("weather", parse("1.2.0"))
    assert (found.permissions, found.limits, dict(found.dependencies)) == (NOTHING, PluginLimits(), {})
    assert not found.declared


@pytest.mark.parametrize("form", ["0.1", "0.2", "0.3", "0.4"])
def test_every_version_of_mcpb_is_read(form: str) -> None:
    assert read_manifest(encoded(manifest(manifest_version=form))).manifest_version == form


def test_the_old_name_of_the_format_is_known() -> None:
    old = manifest(dxt_version="0.1")
    del old["manifest_version"]
    assert read_manifest(encoded(old)).dxt_version == "0.1"


def test_everything_of_mcpb_is_read() -> None:
    found = read_manifest(
        encoded(
            manifest(
                display_name="Weather",
                long_description="All of it.",
                repository={"type": "git", "url": "https://example.com/w.git"},
                icons=[{"src": "i.png", "size": "16x16"}],
                localization={"resources": "l/${locale}.json", "default_locale": "en"},
                tools=[{"name": "forecast", "description": "Tells."}],
                tools_generated=True,
                prompts=[{"name": "ask", "arguments": ["city"], "text": "${arguments.city}?"}],
                keywords=["sun"],
                license="MIT",
                privacy_policies=["https://example.com/p"],
                compatibility={"claude_desktop": ">=1", "platforms": ["linux"], "runtimes": {"python": ">=3.10"}},
                user_config={
                    "n": {"type": "number", "title": "N", "description": "n", "default": 5, "min": 1, "max": 10},
                    "d": {"type": "directory", "title": "D", "description": "d", "multiple": True, "default": ["/a"]},
                },
            )
        )
    )
    assert found.tools[0].name == "forecast"
    assert found.prompts[0].arguments == ("city",)
    assert found.compatibility.platforms == ("linux",)
    assert (found.user_config["n"].default, found.user_config["d"].default) == (5, ("/a",))
    assert found.document["repository"]["type"] == "git"


def test_what_mcpb_does_not_know_is_kept() -> None:
    found = read_manifest(encoded(manifest(x_new={"a": 1}, _meta={"com.example": {"b": 2}}, permissions="all")))
    assert found.document["x_new"] == {"a": 1}
    assert found.document["_meta"] == {"com.example": {"b": 2}}
    assert found.permissions == NOTHING


def test_a_manifest_that_declares_nothing_asks_for_what_is_filled_in() -> None:
    silent = declaring()
    del silent["_meta"]
    found = read_manifest(encoded(silent))
    assert found.permissions == Permissions(write=("${user_config.folder}",), secrets=("token",))


def test_what_is_declared_is_read() -> None:
    found = read_manifest(
        encoded(
            declaring(
                permissions={
                    "network": ["api.example.com:443"],
                    "read": ["${user_config.folder}/in"],
                    "write": ["/srv/out"],
                    "environment": ["LANG"],
                    "secrets": ["token"],
                    "sampling": {"models": ["fast"], "usd": 5, "per": "day"},
                    "subprocesses": True,
                },
                limits={"memory_mb": 256, "seconds": 2.5},
                dependencies={"time": "^2026.10"},
            )
        )
    )
    assert found.declared
    assert found.permissions == Permissions(
        network=("api.example.com:443",),
        read=("${user_config.folder}/in",),
        write=("/srv/out",),
        environment=("LANG",),
        secrets=("token",),
        sampling=Sampling(("fast",), 5.0, "day"),
        subprocesses=True,
    )
    assert found.limits == PluginLimits(memory_mb=256, seconds=2.5)
    assert found.dependencies["time"].holds(parse("2026.11.0"))


@pytest.mark.parametrize(
    ("declared", "place", "told"),
    [
        ({"permisions": {}}, "", 'has no "permisions". Did you mean "permissions"?'),
        ({"permissions": {"netwrok": []}}, ".permissions", 'has no "netwrok". Did you mean "network"?'),
        ({"limits": {"memory": 1}}, ".limits", 'has no "memory". Did you mean "memory_mb"?'),
        (
            {"permissions": {"sampling": {"model": ["a"], "usd": 1}}},
            ".permissions.sampling",
            'Did you mean "models"?',
        ),
        ({"permissions": {"network": ["example.com"]}}, ".permissions.network[0]", "has no port"),
        ({"permissions": {"network": [1]}}, ".permissions.network[0]", "expected `str`, got `int`"),
        ({"permissions": {"read": ["a/b"]}}, ".permissions.read[0]", "is not absolute"),
        ({"permissions": {"write": ["/a/../etc"]}}, ".permissions.write[0]", "has . or .. for a step"),
        ({"permissions": {"read": ["${user_config.fodler}"]}}, ".permissions.read[0]", 'Did you mean "folder"?'),
        ({"permissions": {"read": ["${user_config.units}"]}}, ".permissions.read[0]", "waits for no setting"),
        ({"permissions": {"secrets": ["units"]}}, ".permissions.secrets[0]", "is no sensitive setting"),
        ({"permissions": {"environment": ["A B"]}}, ".permissions.environment[0]", "expected `str` matching regex"),
        ({"permissions": {"environment": ["LANG\n"]}}, ".permissions.environment[0]", "is no name"),
        ({"permissions": {"environment": ["*"]}}, ".permissions.environment[0]", "expected `str` matching regex"),
        ({"permissions": {"sampling": {"models": [], "usd": 1}}}, ".permissions.sampling.models", "length >= 1"),
        ({"permissions": {"sampling": {"models": ["a"], "usd": 0}}}, ".permissions.sampling.usd", "> 0"),
        ({"permissions": {"subprocesses": 1}}, ".permissions.subprocesses", "expected `bool`"),
        ({"limits": {"memory_mb": 0}}, ".limits.memory_mb", ">= 16"),
        ({"limits": {"seconds": "5"}}, ".limits.seconds", "expected `float`"),
        ({"dependencies": {"time": "soon"}}, '.dependencies["time"]', "is no range of versions"),
        ({"dependencies": {"Time": "*"}}, ".dependencies", "matching regex"),
    ],
)
def test_mistakes_in_what_is_declared_are_named_with_their_place(
    declared: dict[str, Any], place: str, told: str
) -> None:
    error = refused(declaring(**declared))
    assert told in str(error)
    assert str(error.param).startswith(f'$._meta["dev.switchgear"]{place}')


@pytest.mark.parametrize(
    ("changes", "place", "told"),
    [
        ({"name": 5}, "$.name", "expected `str`, got `int`"),
        ({"name": "雨"}, "$.name", "makes no name"),
        ({"name": "a" * 65}, "$.name", "makes no name"),
        ({"name": "a\nb"}, "$.name", "makes no name"),
        ({"version": "new"}, "$.version", "is no version"),
        ({"manifest_version": "1.0"}, "$.manifest_version", "is not known"),
        ({"server": {"type": "\x1b[2J" + "x" * 999, "entry_point": "a"}}, "$.server.type", "…"),
        ({"author": "Ann"}, "$.author", "expected `object`"),
        ({"server": {"type": "ruby", "entry_point": "a"}}, "$.server.type", "'ruby'"),
        ({"server": {"type": "node", "entry_point": "a"}}, "$.server.mcp_config", "is missing"),
        ({"_meta": []}, "$._meta", "is no object"),
        ({"_meta": {"dev.switchgear": []}}, '$._meta["dev.switchgear"]', "expected `object`"),
        ({"user_config": {"a b": {"type": "string", "title": "", "description": ""}}}, "$.user_config", "is no name"),
        ({"user_config": {"a": {"type": "text", "title": "", "description": ""}}}, "$.user_config", "'text'"),
    ],
)
def test_mistakes_in_mcpbs_part_are_named_with_their_place(changes: dict[str, Any], place: str, told: str) -> None:
    error = refused(manifest(**changes))
    assert told in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 500
    assert str(error.param).startswith(place)


@pytest.mark.parametrize("entry", ["", "/bin/sh", "../x", "a/../../x", "a\\b", "C:/x", "a\0b", "a//b", "a/"])
def test_an_entry_point_lies_in_the_bundle(entry: str) -> None:
    server = {"type": "node", "entry_point": entry, "mcp_config": {"command": "node"}}
    assert refused(manifest(server=server)).param == "$.server.entry_point"


@pytest.mark.parametrize(
    "config",
    [
        {"command": " "},
        {"command": "a\0"},
        {"command": "a", "args": ["\0"]},
        {"command": "a", "env": {"A=B": "c"}},
        {"command": "a", "env": {"A": "\0"}},
        {"command": "a", "platform_overrides": {"linux": {"env": {"": "c"}}}},
    ],
)
def test_a_command_is_one_that_can_be_started(config: dict[str, Any]) -> None:
    server = {"type": "node", "entry_point": "a", "mcp_config": config}
    assert str(refused(manifest(server=server)).param).startswith("$.server.mcp_config")


def test_a_platform_has_its_own_command() -> None:
    config = {"command": "a", "args": ["x"], "env": {"A": "1"}, "platform_overrides": {"linux": {"command": "b"}}}
    found = read_manifest(encoded(manifest(server={"type": "binary", "entry_point": "a", "mcp_config": config})))
    assert found.config.on("linux") == McpConfig("b", ("x",), {"A": "1"})
    assert found.config.on("darwin") == McpConfig("a", ("x",), {"A": "1"})


def test_a_server_of_uv_needs_no_command() -> None:
    found = read_manifest(encoded(manifest(manifest_version="0.4", server={"type": "uv", "entry_point": "s/m.py"})))
    assert found.config == McpConfig("uv", ("run", "--directory", "${__dirname}", "s/m.py"))


def test_secrets_among_arguments_are_told() -> None:
    told = declaring()
    told["server"]["mcp_config"]["args"] = ["--token=${user_config.token}", "${user_config.units}"]
    assert read_manifest(encoded(told)).told_secrets == ("token",)


@pytest.mark.parametrize(
    ("name", "plugin"),
    [
        ("Weather!", "weather"),
        ("@acme/My__Plugin", "acme-my-plugin"),
        ("Météo 2", "meteo-2"),
        ("__", ""),
        ("ＡＢ", "ab"),
    ],
)
def test_a_plugins_name_is_plain(name: str, plugin: str) -> None:
    assert plugin_name(name) == plugin


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is not JSON"),
        (b"\xff", "no text in UTF-8"),
        (b"[]", "no JSON object"),
        (b'{"name": "a", "name": "b"}', '\\"name\\" stands twice'),
        (b'{"a": {"b": 1, "b": 2}}', "stands twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1e999}', "1e999 is no number"),
        (b'{"a": "\\ud800"}', "no text in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b" " * (LARGEST + 1), "at most"),
    ],
)
def test_json_that_readers_could_read_differently_is_refused(data: bytes, told: str) -> None:
    assert told in str(refused(data))


def test_a_byte_order_mark_does_not_matter() -> None:
    assert read_manifest(b"\xef\xbb\xbf" + encoded(manifest())).name == "weather"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
PLACES = (
    ("name",), ("version",), ("author",), ("server",), ("server", "mcp_config"), ("server", "mcp_config", "env"), ("tools",),
    ("user_config",), ("user_config", "folder"), ("user_config", "folder", "min"), ("compatibility",), ("_meta",),
    ("_meta", "dev.switchgear"), ("_meta", "dev.switchgear", "permissions"), ("_meta", "dev.switchgear", "limits"),
    ("_meta", "dev.switchgear", "permissions", "network"), ("_meta", "dev.switchgear", "permissions", "sampling"),
    ("_meta", "dev.switchgear", "dependencies"), ("_meta", "dev.switchgear", "limits", "seconds"),
)  # fmt: skip


@given(st.sampled_from(PLACES), JSON)
@example(("user_config", "folder", "min"), 10**4000)
@example(("_meta", "dev.switchgear", "limits", "seconds"), 10**400)
def test_a_manifest_with_anything_anywhere_is_read_or_refused(place: tuple[str, ...], value: Any) -> None:
    document = declaring(permissions={"network": ["a.b:1"]}, limits={"seconds": 1}, dependencies={"time": "1"})
    part = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    data = json.dumps(document).encode()
    try:
        found = read_manifest(data)
    except InvalidManifest:
        return
    assert found.plugin


@given(st.binary(max_size=300))
def test_any_bytes_are_a_manifest_or_an_invalid_one(data: bytes) -> None:
    with pytest.raises(InvalidManifest):
        read_manifest(data)
