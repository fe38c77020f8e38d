"""Configuration files of other clients are taken over, and nothing secret in them is said aloud."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import InvalidSource
from switchgear.plugins.sources.importing import ImportedServer, import_servers, summary

HIDDEN = "hush-hush-4711"


def imported(key: str = "mcpServers", /, **entry: Any) -> ImportedServer:
    [found] = import_servers(json.dumps({key: {"My Server": entry}}).encode())
    assert found.name == "my-server"
    assert HIDDEN not in f"{found!r} {summary(found)}"
    return found


@pytest.mark.parametrize(
    ("command", "args", "source", "arguments"),
    [
        ("npx", ["-y", "@acme/files", "/srv", "--deep"], "npm:@acme/files", ("/srv", "--deep")),
        ("/usr/local/bin/npx", ["--yes", "files@1.2.3"], "npm:files@1.2.3", ()),
        ("npx", ["--package=@acme/files@2.0.0", "files-server", "x"], "npm:@acme/files@2.0.0", ("x",)),
        ("cmd", ["/c", "npx", "-y", "files"], "npm:files", ()),
        ("npx.cmd", ["files@latest"], "npm:files@latest", ()),
        ("uvx", ["mcp-server-time", "--local-timezone=UTC"], "pypi:mcp-server-time", ("--local-timezone=UTC",)),
        ("uvx", ["--python", "3.12", "mcp-server-time@2026.1.1"], "pypi:mcp-server-time==2026.1.1", ()),
        ("uvx", ["--from", "weather-mcp==1.0", "weather"], "pypi:weather-mcp==1.0", ()),
        ("uv", ["tool", "run", "mcp-server-git@latest"], "pypi:mcp-server-git", ()),
        ("pipx", ["run", "mcp-server-git"], "pypi:mcp-server-git", ()),
    ],
)
def test_what_npx_and_uvx_start_is_a_package(
    command: str, args: list[str], source: str, arguments: tuple[str, ...]
) -> None:
    found = imported(command=command, args=args)
    assert (str(found.source), found.arguments, found.refused) == (source, arguments, "")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"command": "docker", "args": ["run", "-i", "thing"]}, "containers are not started"),
        ({"command": "python", "args": ["/home/ann/server.py"]}, "make a bundle"),
        ({"command": "uv", "args": ["run", "server.py"]}, "make a bundle"),
        ({"command": "bash", "args": ["-c", "x"]}, '"bash"'),
        ({"command": "npx", "args": ["-c", "curl evil"]}, "not understood"),
        ({"command": "npx", "args": ["git+https://evil.example/x"]}, "no Node package"),
        ({"command": "npx", "args": []}, "no package"),
        ({"command": "npx", "args": "thing"}, "no list"),
        ({"command": "npx", "args": ["thing", "--key", "${input:key}"]}, "filled in by the client"),
        ({"command": "npx", "args": ["thing", "--api-key", HIDDEN]}, "every process of a machine sees"),
        ({"command": "npx", "args": ["thing", f"--token={HIDDEN}"]}, "every process of a machine sees"),
        ({"command": "npx", "args": ["thing", f"postgres://ann:{HIDDEN}@db/x"]}, "every process of a machine sees"),
        ({"url": f"https://ann:{HIDDEN}@example.com/mcp"}, "user name"),
        ({"url": "http://example.com/mcp"}, "private addresses"),
        ({}, "neither a command nor a URL"),
    ],
)
def test_what_cannot_be_taken_over_is_told_with_the_reason(entry: dict[str, Any], words: str) -> None:
    assert words in imported(**entry).refused


def test_variables_become_settings_and_secrets() -> None:
    env = {
        "API_TOKEN": HIDDEN,
        "DATABASE_URL": HIDDEN,
        "LOG_LEVEL": "debug",
        "PORT": 8080,
        "GITHUB_KEY": "${input:key}",
    }
    found = imported(command="npx", args=["thing"], env=env)
    assert found.settings == {"LOG_LEVEL": "debug", "PORT": "8080"}
    assert {name: secret.reveal() for name, secret in found.secrets.items()} == {
        "API_TOKEN": HIDDEN,
        "DATABASE_URL": HIDDEN,
    }
    assert found.missing == ("GITHUB_KEY",)
    assert found.wishes.env["API_TOKEN"] == "${user_config.API_TOKEN}"
    assert found.wishes.settings["API_TOKEN"]["sensitive"] is True
    assert found.wishes.settings["LOG_LEVEL"]["sensitive"] is False
    assert "API_TOKEN" in summary(found)


@pytest.mark.parametrize("key", ["mcpServers", "servers"])
def test_a_remote_server_is_taken_over_with_its_headers_as_secrets(key: str) -> None:
    headers = {"Authorization": f"Bearer {HIDDEN}", "X-Key": "${input:key}"}
    found = imported(key, type="sse", url="https://example.com/sse", headers=headers, disabled=True)
    assert str(found.source) == "https://example.com/sse"
    assert found.headers == {"Authorization": "authorization", "X-Key": "x-key"}
    assert found.secrets["authorization"].reveal() == f"Bearer {HIDDEN}"
    assert (found.missing, found.transport, found.enabled) == (("x-key",), "sse", False)


def test_the_settings_of_vs_code_have_comments() -> None:
    text = """{
      // what "mcp" has
      "mcp": { "servers": {
        "time": { "command": "uvx", "args": ["mcp-server-time", "a//b", "c,]"], /* here */ },
      } },
    }"""
    [found] = import_servers(text.encode())
    assert found.arguments == ("a//b", "c,]")


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"mcpServers": []}', b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidSource):
        import_servers(data)


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["command", "args", "env", "url", "headers", "type", "x"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=10), _json, max_size=4))
def test_whatever_the_servers_are_each_is_taken_over_or_refused(servers: dict[str, Any]) -> None:
    found = import_servers(json.dumps({"mcpServers": servers}).encode())
    assert len(found) == len(servers)
    assert all((each.source is None) == bool(each.refused) for each in found)
