"""Challenges and URLs of sign-ins, as hostile servers write them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.protected_server import BACK, scene

from switchgear.core.errors import PluginLoginFailed, PluginLoginRefused
from switchgear.plugins.oauth.addresses import (
    Remote,
    canonical,
    check,
    covers,
    guard_for,
    resource_documents,
    server_documents,
)
from switchgear.plugins.oauth.challenges import Challenge, read_challenge, union
from switchgear.plugins.oauth.logins import Logins, Wish


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ("Bearer", Challenge()),
        ('Bearer scope="a b"', Challenge(scopes=("a", "b"))),
        ("bearer error=invalid_token", Challenge("invalid_token")),
        ('Basic realm="x, Bearer scope=\\"z\\"", Bearer scope="a"', Challenge(scopes=("a",))),
        ('Bearer scope="a", Basic realm="b"', Challenge(scopes=("a",))),
        ('Bearer resource_metadata = "https://h/x?a=\\"b"', Challenge(resource_metadata='https://h/x?a="b')),
        ('Bearer scope="a" , error="e", scope="z"', Challenge("e", ("a",))),
        ("Negotiate abc==, Bearer error=e", Challenge("e")),
        ('Digest error="other"', Challenge()),
        ('Bearer scope="a \\x07 \x7f ä b"', Challenge(scopes=("a", "x07", "b"))),
        ('Bearer scope="unfinished', Challenge()),
    ],
)
def test_a_challenge_is_read_as_written(field: str, read: Challenge):
    assert read_challenge(field) == read


@given(st.text())
def test_no_challenge_is_too_strange_to_read(field: str):
    assert all(" " not in scope for scope in read_challenge("Bearer " + field).scopes)


def test_scopes_are_asked_for_once_in_their_order():
    assert union(("b", "a"), ("a", "c")) == ("b", "a", "c")


@pytest.mark.parametrize(
    ("resource", "url", "covered"),
    [
        ("https://h/mcp", "https://h/mcp", True),
        ("https://h", "https://h/mcp", True),
        ("https://h/", "https://h/mcp", True),
        ("https://H:443/mcp/", "https://h/mcp", True),
        ("https://h/mc", "https://h/mcp", False),
        ("https://h/mcp/a", "https://h/mcp", False),
        ("https://h:444/mcp", "https://h/mcp", False),
        ("http://h/mcp", "https://h/mcp", False),
        ("https://h.evil/mcp", "https://h/mcp", False),
        ("https://h@evil/mcp", "https://h/mcp", False),
        ("https://h/mcp?a=1", "https://h/mcp", False),
        ("https://[h/mcp", "https://h/mcp", False),
        ("", "https://h/mcp", False),
    ],
)
def test_a_resource_covers_its_origin_and_path(resource: str, url: str, covered: bool):
    assert covers(resource, url) is covered


def test_documents_are_looked_for_in_the_order_of_the_specifications():
    assert resource_documents("https://h:8443/a/mcp") == [
        "https://h:8443/.well-known/oauth-protected-resource/a/mcp",
        "https://h:8443/.well-known/oauth-protected-resource",
    ]
    assert resource_documents("https://h/") == ["https://h/.well-known/oauth-protected-resource"]
    assert server_documents("https://h/tenant") == [
        "https://h/.well-known/oauth-authorization-server/tenant",
        "https://h/.well-known/openid-configuration/tenant",
        "https://h/tenant/.well-known/openid-configuration",
    ]
    assert server_documents("https://h") == [
        "https://h/.well-known/oauth-authorization-server",
        "https://h/.well-known/openid-configuration",
    ]


def test_the_identifier_of_a_resource_is_canonical():
    assert canonical("HTTPS://Host:443/Mcp#part") == "https://host/Mcp"
    assert canonical("https://[::1]:8443/") == "https://[::1]:8443"


@pytest.mark.parametrize(
    "url", ["https://h/\r\nx: y", "https://h/ä", "ftp://h/", "https:///x", "https://h:0/", "https://h/#x", "//h/x", ""]
)
def test_what_is_no_usable_url_is_asked_for_nothing(url: str):
    with pytest.raises(PluginLoginFailed, match="no usable URL"):
        check("p", url, "a thing", "https://plugin.example/mcp")


@pytest.mark.parametrize(
    ("url", "near", "fine"),
    [
        ("http://login.example/", "https://plugin.example/mcp", False),
        ("http://127.0.0.1:9/", "https://plugin.example/mcp", False),
        ("http://127.0.0.1:9/", "http://plugin.example/mcp", False),
        ("http://localhost:9/", "http://127.0.0.1:8/mcp", True),
        ("http://10.0.0.1:9/", "http://10.0.0.1/mcp", True),
        ("http://10.0.0.2:9/", "http://10.0.0.1/mcp", False),
    ],
)
def test_only_neighbours_on_one_machine_may_do_without_tls(url: str, near: str, fine: bool):
    if fine:
        assert check("p", url, "a thing", near) == url
    else:
        with pytest.raises(PluginLoginFailed, match="not https"):
            check("p", url, "a thing", near)


@given(st.text())
def test_no_answer_is_too_strange_to_refuse(answer: str):
    try:
        plugin = Logins.plugin_of(answer)
    except PluginLoginRefused:
        return
    assert plugin in answer or "%" in answer or "+" in answer


async def test_a_challenge_beside_others_is_found(tmp_path: Path):
    async with scene(tmp_path, told="files:read") as at:
        at.server.before = 'Basic realm="x"\r\nwww-authenticate: '
        begun = await at.worker().begin(at.remote, Wish(BACK))
        assert "files:read" in begun.scopes


@pytest.mark.parametrize(
    ("remote", "private", "host", "let"),
    [
        (Remote("p", "https://8.8.8.8/mcp"), (), "8.8.8.8", True),
        (Remote("p", "https://10.0.0.1/mcp"), (), "10.0.0.1", False),
        (Remote("p", "https://10.0.0.1/mcp", private=True), (), "10.0.0.1", True),
        (Remote("p", "https://10.0.0.1/mcp", private=True), (), "10.0.0.2", False),
        (Remote("p", "https://10.0.0.1/mcp", private=True), ("10.0.0.0/24",), "10.0.0.2", True),
        (Remote("p", "https://10.0.0.1/mcp", private=True), ("10.0.0.0/24",), "10.0.1.2", False),
        (Remote("p", "http://127.0.0.1:1/mcp", private=True), (), "::1", True),
        (Remote("p", "http://10.0.0.1/mcp", private=True), (), "127.0.0.1", False),
        (Remote("p", "http://169.254.169.254/mcp", private=True), ("169.254.0.0/16",), "169.254.169.254", False),
    ],
)
async def test_what_a_plugin_names_may_be_asked_where_somebody_let_it(
    remote: Remote, private: tuple[str, ...], host: str, let: bool
):
    asked = guard_for(remote, private)(asyncio.get_running_loop(), host, 443)
    if let:
        assert await asked == [host]
    else:
        with pytest.raises(OSError, match=r"public|never dialled"):
            await asked
