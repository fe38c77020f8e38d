"""ID tokens that are not taken: not genuine, not for us, not for this attempt, not of now."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.edge.mcp.token_signer import Signer, publish, unsigned
from tests.oauth_server import Answer, OAuthServer, oauth_server

from switchgear.config.sign_in import OidcSettings
from switchgear.core.errors import PluginLoginFailed, PluginUnavailable, SignInFailed, SwitchgearError
from switchgear.core.secrets import Secret
from switchgear.edge.oidc import OidcServer

REDIRECT = "http://localhost:4100/api/sign-in/oidc/callback"
SIGNER = Signer()


@pytest.fixture
async def server() -> AsyncIterator[OAuthServer]:
    async with oauth_server(openid=True) as made:
        publish(made, SIGNER)
        yield made


def at(server: OAuthServer, **more: Any) -> OidcServer:
    settings = OidcSettings(issuer=server.issuer, client_id="switchgear", **more)
    return OidcServer(settings, lambda _: Secret("unused"), b"p" * 32)


async def finished(server: OAuthServer, oidc: OidcServer, token: Any = None, *, query: str = "", **changes: Any) -> Any:
    """What comes of an attempt at whose end the server gives a token with these claims, or ``token``."""
    url, cookie = await oidc.begin(REDIRECT, "/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    attempt = oidc.attempt(cookie)
    assert attempt is not None
    now = int(time.time())
    usual = {
        "iss": server.issuer,
        "aud": "switchgear",
        "sub": "ann",
        "iat": now,
        "exp": now + 300,
        "nonce": asked["nonce"],
    }
    claims = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    made = token(claims) if token is not None else SIGNER.sign(claims)
    server.instead["/token"] = Answer(200, {"id_token": made.decode(), "access_token": "a", "token_type": "Bearer"})
    return await oidc.finish(attempt, query or f"state={asked['state']}&code=c&iss={server.issuer}")


async def test_a_token_that_is_whole_is_taken(server):
    vouched = await finished(server, at(server), email="ann@example.com")
    assert (vouched.subject, vouched.claims["email"]) == ("ann", "ann@example.com")
    (asked,) = server.asked("/token")
    assert len(asked.form["code_verifier"]) >= 43
    assert await finished(server, at(server), aud=["switchgear", "other"], azp="switchgear", email="a") is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": None},
        {"nonce": "another"},
        {"nonce": 7},
        {"aud": "another"},
        {"aud": ["switchgear", "another"]},
        {"aud": ["switchgear"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 99_999_999_999},
        {"sub": None},
        {"aud": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us_and_now_is_not(server, changes):
    with pytest.raises(SignInFailed):
        await finished(server, at(server), **changes)


@pytest.mark.parametrize(
    "forged",
    [
        unsigned,
        lambda claims: unsigned(claims, "RS256"),
        Signer().sign,
        lambda claims: SIGNER.sign(claims)[:-8] + b"AAAAAAAA",
        lambda claims: SIGNER.sign(claims, kid="unknown"),
        lambda _: b"nonsense",
        lambda _: b"a.b.c",
        lambda _: b"x" * 20_000,
    ],
)
async def test_a_token_that_somebody_else_made_is_not(server, forged):
    with pytest.raises(SignInFailed):
        await finished(server, at(server), forged)


async def test_a_key_for_signing_with_a_shared_secret_is_not_taken_for_one(server):
    import jwt

    shared = SIGNER.pem.decode()
    with pytest.raises((SignInFailed, jwt.InvalidKeyError)):
        await finished(server, at(server), lambda claims: _hmac(claims, shared))


def _hmac(claims: dict[str, Any], secret: str) -> bytes:
    import base64
    import hashlib
    import hmac

    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    head = part({"alg": "HS256", "typ": "JWT", "kid": "one"}) + b"." + part(claims)
    return head + b"." + base64.urlsafe_b64encode(hmac.digest(secret.encode(), head, hashlib.sha256)).rstrip(b"=")


@pytest.mark.parametrize("query", ["code=c", "state=x&code=c", "state=&code=c", ""])
async def test_an_answer_without_our_state_is_not_looked_at(server, query):
    with pytest.raises(SignInFailed):
        await finished(server, at(server), query=query or "x=y")
    assert server.asked("/token") == []


async def test_a_cookie_that_is_not_ours_or_too_old_begins_nothing(server):
    clock = [time.time()]
    settings = OidcSettings(issuer=server.issuer, client_id="switchgear")
    oidc = OidcServer(settings, lambda _: Secret(""), b"p" * 32, lambda: clock[0])
    _, cookie = await oidc.begin(REDIRECT, "/")
    assert oidc.attempt(cookie) is not None
    for wrong in ("", "x", "ü", cookie[:-6] + "AAAAAA", cookie[4:]):
        assert oidc.attempt(wrong) is None
    assert OidcServer(settings, lambda _: Secret(""), b"q" * 32).attempt(cookie) is None
    clock[0] += 601
    assert oidc.attempt(cookie) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "http://169.254.169.254/keys"},
    ],
    ids=str,
)
async def test_a_server_that_leads_elsewhere_is_not_followed(server, wrong):
    server.wrong = wrong
    with pytest.raises((PluginLoginFailed, PluginUnavailable, SwitchgearError)):
        await finished(server, at(server))
