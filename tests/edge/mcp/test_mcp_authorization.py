"""Who may use /mcp, and what one who may not is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.edge.mcp.token_signer import Signer, claims_of, publish
from tests.oauth_server import oauth_server

from switchgear.access.keys import Keyring
from switchgear.config.schema import Settings
from switchgear.core.errors import (
    InsufficientScope,
    InvalidToken,
    MalformedKey,
    MissingKey,
    PermissionDenied,
    UnknownKey,
)
from switchgear.core.ids import RequestIds
from switchgear.core.secrets import Secret
from switchgear.edge.mcp.authorization import METADATA, Protection, challenge
from switchgear.store.keys import Key as StoredKey

URL = "https://gw.example"
OAUTH = {
    "server": {"public_url": URL},
    "mcp": {"oauth": {"issuers": [{"issuer": "https://login.example/", "keys": [{"key": "all"}]}], "scopes": ["mcp"]}},
}


class Asked:
    """A request as an endpoint sees it, and what it was answered."""

    def __init__(self, path: str = "/mcp", method: str = "GET", **headers: str) -> None:
        self.path = path
        self.method = method
        self.headers = headers
        self.status = 0
        self.body = b""

    def header(self, name: bytes) -> bytes:
        return self.headers.get(name.decode().replace("-", "_"), "").encode()

    def reply(self, status: int, head: bytes, body: bytes) -> None:
        self.status, self.body = status, body


def protection(**settings: Any) -> Protection:
    made = Settings(**settings)
    return Protection(Keyring(b"0" * 32), lambda: made, Secret, RequestIds())


def test_a_challenge_names_the_document_and_the_scopes():
    assert challenge("https://gw.example/x", error="invalid_token", scopes=("a", "b")) == (
        b'Bearer error="invalid_token", scope="a b", resource_metadata="https://gw.example/x"'
    )


def test_without_authorization_servers_a_challenge_names_no_document():
    assert protection().challenge("/mcp", UnknownKey("unknown")) == b"www-authenticate: Bearer\r\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MissingKey("none"), b""),
        (InvalidToken("no"), b'error="invalid_token", '),
        (UnknownKey("no"), b'error="invalid_token", '),
        (InsufficientScope("no"), b'error="insufficient_scope", '),
    ],
)
def test_the_document_that_a_challenge_names_is_the_one_of_the_path(error: Any, told: bytes):
    assert protection(**OAUTH).challenge("/mcp/files", error) == (
        b"www-authenticate: Bearer %bscope" % told
        + b'="mcp", resource_metadata="https://gw.example/.well-known/oauth-protected-resource/mcp/files"\r\n'
    )


def test_a_strange_path_is_not_repeated_in_a_challenge():
    line = protection(**OAUTH).challenge('/mcp/"\r\nx: y', MissingKey("none"))
    assert line.endswith(b'oauth-protected-resource/mcp"\r\n')


def test_no_challenge_goes_with_what_another_token_would_not_help():
    assert protection(**OAUTH).challenge("/mcp", PermissionDenied("no")) == b""


@pytest.mark.parametrize(("path", "resource"), [("", ""), ("/mcp", "/mcp"), ("/mcp/my-files", "/mcp/my-files")])
async def test_the_document_says_who_gives_tokens_for_what(path: str, resource: str):
    asked = Asked(METADATA + path)
    await protection(**OAUTH).describe(asked)  # type: ignore[arg-type]
    assert asked.status == 200
    assert asked.body == (
        b'{"resource":"%b","authorization_servers":["https://login.example/"],"scopes_supported":["mcp"],'
        b'"bearer_methods_supported":["header"],"resource_name":"Switchgear"}' % (URL + resource).encode()
    )


@pytest.mark.parametrize("path", ["/", "/mcp/", "/v1", "/mcp/A", "/mcp/a/b"])
async def test_there_is_no_document_of_anything_else(path: str):
    asked = Asked(METADATA + path)
    await protection(**OAUTH).describe(asked)  # type: ignore[arg-type]
    assert asked.status == 404


async def test_there_is_no_document_without_an_authorization_server():
    asked = Asked(f"{METADATA}/mcp")
    await protection().describe(asked)  # type: ignore[arg-type]
    assert asked.status == 404
    told = json.loads(asked.body)["error"]
    assert told["code"] == "not_found"
    assert "[mcp.oauth]" in told["message"]
    other = Asked("/.well-known/openid-configuration")
    await protection(**OAUTH).describe(other)  # type: ignore[arg-type]
    assert other.status == 404


async def test_a_token_stands_for_a_key_where_servers_are_configured_and_for_none_elsewhere():
    async with oauth_server() as server:
        signer = Signer()
        publish(server, signer)
        issuers = [{"issuer": server.issuer, "keys": [{"key": "all"}]}]
        made = Settings(server={"public_url": URL}, mcp={"oauth": {"issuers": issuers}})
        keyring = Keyring(b"0" * 32)
        keyring.load([StoredKey("key_1", "all", ("*",), ("call",), 0, None, None, "test", ())])
        guarded = Protection(keyring, lambda: made, Secret, RequestIds())
        token = signer.sign(claims_of(server, aud=f"{URL}/mcp", exp=4_000_000_000)).decode()
        assert (await guarded.authenticate(Asked(authorization=f"Bearer {token}"))).id == "key_1"  # type: ignore[arg-type]
        with pytest.raises(InvalidToken):
            await guarded.authenticate(Asked(authorization=f"Bearer {token}x"))  # type: ignore[arg-type]
        with pytest.raises(MalformedKey):
            await guarded.authenticate(Asked(x_api_key=token))  # type: ignore[arg-type]
        with pytest.raises(MalformedKey):
            await protection().authenticate(Asked(authorization=f"Bearer {token}"))  # type: ignore[arg-type]
        with pytest.raises(MissingKey):
            await guarded.authenticate(Asked())  # type: ignore[arg-type]
