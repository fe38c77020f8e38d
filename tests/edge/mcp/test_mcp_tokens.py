"""Access tokens at /mcp: those of a configured server, for this gateway, within their time; nothing else opens anything."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from tests.edge.mcp.token_signer import NOW, URL, Signer, claims_of, publish, unsigned
from tests.oauth_server import Answer, OAuthServer, oauth_server

from switchgear.access.keys import Keyring
from switchgear.config.mcp import McpOAuthSettings
from switchgear.core.errors import (
    AuthorizationServerUnavailable,
    InsufficientScope,
    InvalidToken,
    RevokedKey,
)
from switchgear.core.secrets import Secret
from switchgear.edge.mcp.access_tokens import AccessTokens
from switchgear.store.keys import Key as StoredKey

ONE, TWO, CURVE = Signer(), Signer("two"), Signer("curve", "ES256")


class Clock:
    seconds = NOW

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Desk:
    server: OAuthServer
    tokens: AccessTokens
    keyring: Keyring
    clock: Clock

    async def key(self, token: bytes, path: str = "/mcp") -> str:
        return (await self.tokens.key(token, path)).name


def a_key(name: str, key_id: str = "", revoked_at: int | None = None) -> StoredKey:
    return StoredKey(key_id or f"key_{name}", name, ("*",), ("call",), 0, None, revoked_at, "test", ())


KEYS = (a_key("everybody"), a_key("engineers"), a_key("robots"), a_key("twice"), a_key("twice", "key_other"))


@asynccontextmanager
async def desk(scopes: tuple[str, ...] = (), **issuer: Any) -> AsyncIterator[Desk]:
    async with oauth_server() as server:
        publish(server, ONE, CURVE)
        keys = [{"key": "everybody"}]
        settings = McpOAuthSettings(issuers=[{"issuer": server.issuer, "keys": keys} | issuer], scopes=scopes)
        keyring = Keyring(b"0" * 32)
        keyring.load(KEYS)
        clock = Clock()
        yield Desk(server, AccessTokens(settings, URL, keyring, Secret, clock), keyring, clock)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_a_token_of_a_configured_server_stands_for_a_key(algorithm: str):
    signer = Signer("its own", algorithm)
    async with desk() as at:
        publish(at.server, ONE, signer)
        assert await at.key(signer.sign(claims_of(at.server))) == "everybody"


@pytest.mark.parametrize(
    ("audience", "path", "opens"),
    [
        (f"{URL}/mcp", "/mcp", True),
        (f"{URL}/mcp/", "/mcp", True),
        (URL, "/mcp", True),
        ([f"{URL}/mcp", "https://other.example"], "/mcp", True),
        (f"{URL}/mcp", "/mcp/files", True),
        (f"{URL}/mcp/files", "/mcp/files", True),
        (f"{URL}/mcp/files", "/mcp", False),
        (f"{URL}/mcp/files", "/mcp/mail", False),
        (f"{URL}/mc", "/mcp", False),
        ("https://other.example/mcp", "/mcp", False),
        ("http://gateway.example/mcp", "/mcp", False),
        ([], "/mcp", False),
        ("", "/mcp", False),
    ],
)
async def test_a_token_opens_what_it_is_for(audience: Any, path: str, opens: bool):
    async with desk() as at:
        token = ONE.sign(claims_of(at.server, aud=audience))
        if opens:
            assert await at.key(token, path) == "everybody"
        else:
            with pytest.raises(InvalidToken, match="another resource"):
                await at.key(token, path)


async def test_a_token_that_was_judged_at_one_path_is_no_good_at_another():
    async with desk() as at:
        token = ONE.sign(claims_of(at.server, aud=f"{URL}/mcp/files"))
        await at.key(token, "/mcp/files")
        with pytest.raises(InvalidToken):
            await at.key(token, "/mcp/mail")


async def test_audiences_of_the_configuration_come_in_place_of_urls():
    async with desk(audiences=["api://switchgear"]) as at:
        assert await at.key(ONE.sign(claims_of(at.server, aud="api://switchgear"))) == "everybody"
        with pytest.raises(InvalidToken):
            await at.key(ONE.sign(claims_of(at.server)))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exp": int(NOW) - 31}, "expired"),
        ({"nbf": int(NOW) + 60}, "does not hold yet"),
        ({"exp": None}, "lacks a claim"),
        ({"sub": None}, "lacks a claim"),
        ({"aud": None}, "lacks a claim"),
        ({"exp": "tomorrow"}, "lacks a claim"),
        ({"iss": "https://other.example"}, "not accepted"),
        ({"iss": None}, "not accepted"),
    ],
)
async def test_a_token_out_of_its_time_or_of_others_opens_nothing(changes: dict[str, Any], told: str):
    async with desk() as at:
        with pytest.raises(InvalidToken, match=told):
            await at.key(ONE.sign(claims_of(at.server, **changes)))


async def test_clocks_may_be_a_little_apart():
    async with desk() as at:
        assert await at.key(ONE.sign(claims_of(at.server, exp=int(NOW) - 20))) == "everybody"
        assert await at.key(ONE.sign(claims_of(at.server, nbf=int(NOW) + 20))) == "everybody"


async def test_a_token_that_was_judged_ends_at_its_time():
    async with desk() as at:
        token = ONE.sign(claims_of(at.server, exp=int(NOW) + 5))
        await at.key(token)
        at.clock.seconds += 36
        with pytest.raises(InvalidToken, match="expired"):
            await at.key(token)


async def test_a_token_without_signature_opens_nothing():
    async with desk() as at:
        for algorithm in ("none", "None", "NONE", "HS256", ""):
            with pytest.raises(InvalidToken):
                await at.key(unsigned(claims_of(at.server), algorithm))


async def test_a_public_key_is_no_secret_to_sign_with():
    async with desk() as at:
        head, payload, _ = unsigned(claims_of(at.server), "HS256").split(b".")
        for secret in (ONE.pem, jwt.utils.force_bytes(str(ONE.jwk))):
            digest = hmac.new(secret, head + b"." + payload, hashlib.sha256).digest()
            with pytest.raises(InvalidToken, match="in a way that is not accepted"):
                await at.key(head + b"." + payload + b"." + jwt.utils.base64url_encode(digest))


async def test_a_token_that_somebody_else_signed_opens_nothing():
    async with desk() as at:
        with pytest.raises(InvalidToken, match="not genuine"):
            await at.key(Signer().sign(claims_of(at.server)))


async def test_a_key_in_the_token_itself_is_not_believed():
    async with desk() as at:
        evil = Signer()
        header = {"jwk": evil.jwk, "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x"}
        with pytest.raises(InvalidToken, match="not genuine"):
            await at.key(evil.sign(claims_of(at.server), **header))


async def test_a_token_that_was_changed_opens_nothing():
    async with desk() as at:
        head, _, signature = ONE.sign(claims_of(at.server)).split(b".")
        payload = unsigned(claims_of(at.server, sub="root")).split(b".")[1]
        with pytest.raises(InvalidToken, match="not genuine"):
            await at.key(b".".join((head, payload, signature)))


@pytest.mark.parametrize("typ", ["JWT", None, "dpop+jwt", "logout+jwt"])
async def test_a_token_of_another_type_opens_nothing(typ: str | None):
    async with desk() as at:
        with pytest.raises(InvalidToken, match="typ"):
            await at.key(ONE.sign(claims_of(at.server), typ=typ))


async def test_a_server_that_gives_its_tokens_no_type_can_be_allowed():
    async with desk(any_type=True) as at:
        assert await at.key(ONE.sign(claims_of(at.server), typ="JWT")) == "everybody"


async def test_only_listed_signatures_are_accepted():
    async with desk(algorithms=["ES256"]) as at:
        with pytest.raises(InvalidToken, match="in a way that is not accepted"):
            await at.key(ONE.sign(claims_of(at.server)))


@pytest.mark.parametrize(
    "more", [{"use": "enc"}, {"alg": "RS512"}, {"key_ops": ["encrypt"]}, {"d": "AQAB"}, {"kty": "oct"}]
)
async def test_a_key_that_is_for_something_else_is_not_used(more: dict[str, Any]):
    async with desk() as at:
        publish(at.server, ONE, **more)
        with pytest.raises(InvalidToken, match="not genuine"):
            await at.key(ONE.sign(claims_of(at.server)))


@pytest.mark.filterwarnings("ignore:The RSA key is")
async def test_a_key_that_is_too_short_is_not_used():
    short = Signer("short", bits=1024)
    async with desk() as at:
        publish(at.server, short)
        with pytest.raises(InvalidToken, match="not genuine"):
            await at.key(short.sign(claims_of(at.server)))


@pytest.mark.parametrize("token", [b"..", b"a.b.c", b"\xff.\xff.\xff", b"e30.e30.", b"." * 20_000, b"bnVsbA.bnVsbA.x"])
async def test_what_is_no_token_opens_nothing(token: bytes):
    async with desk() as at:
        with pytest.raises(InvalidToken):
            await at.key(token)


# ------------------------------------------------------------ keys of the server


async def test_keys_are_fetched_once_and_anew_for_a_name_that_is_not_known():
    async with desk() as at:
        for number in range(3):
            await at.key(ONE.sign(claims_of(at.server, jti=str(number))))
        assert len(at.server.asked("/jwks")) == 1
        publish(at.server, TWO)
        at.clock.seconds = NOW + 31
        assert await at.key(TWO.sign(claims_of(at.server))) == "everybody"
        assert len(at.server.asked("/jwks")) == 2
        with pytest.raises(InvalidToken, match="not genuine"):
            await at.key(ONE.sign(claims_of(at.server, jti="after")))


async def test_names_that_nobody_knows_have_keys_fetched_once_in_a_while():
    async with desk() as at:
        for number in range(20):
            with pytest.raises(InvalidToken):
                await at.key(Signer.sign(ONE, claims_of(at.server), kid=f"unknown-{number}"))
        assert len(at.server.asked("/jwks")) == 1


async def test_keys_that_are_known_hold_while_the_server_is_away():
    async with desk() as at:
        await at.key(ONE.sign(claims_of(at.server)))
        at.server.instead["/jwks"] = Answer(503)
        at.clock.seconds = NOW + 700
        assert await at.key(ONE.sign(claims_of(at.server, exp=int(NOW) + 900))) == "everybody"


async def test_a_token_cannot_be_judged_without_keys():
    async with desk() as at:
        at.server.instead["/jwks"] = Answer(200, b"nothing")
        with pytest.raises(AuthorizationServerUnavailable):
            await at.key(ONE.sign(claims_of(at.server)))


async def test_keys_of_a_server_whose_metadata_is_of_another_are_not_fetched():
    async with desk() as at:
        at.server.wrong["issuer"] = "https://evil.example"
        with pytest.raises(AuthorizationServerUnavailable):
            await at.key(ONE.sign(claims_of(at.server)))
        assert not at.server.asked("/jwks")


async def test_keys_are_where_the_configuration_says():
    async with oauth_server() as other:
        other.instead["/elsewhere"] = Answer(200, {"keys": [ONE.jwk]})
        async with desk(jwks_url=f"{other.origin}/elsewhere") as at:
            assert await at.key(ONE.sign(claims_of(at.server))) == "everybody"
            assert not at.server.requests


# ------------------------------------------------------------ which key it stands for


MAPPED = {
    "keys": [
        {"group": "engineering", "key": "engineers"},
        {"subject": "svc-*", "client": "robot*", "key": "key_robots"},
        {"subject": "zoe", "key": "nobody"},
        {"subject": "yan", "key": "twice"},
    ]
}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"groups": ["sales", "engineering"]}, "engineers"),
        ({"groups": "sales engineering"}, "engineers"),
        ({"sub": "svc-1", "client_id": "robot-7"}, "robots"),
        ({"sub": "svc-1", "client_id": None, "azp": "robot-7"}, "robots"),
    ],
)
async def test_the_first_rule_that_fits_says_which_key(changes: dict[str, Any], name: str):
    async with desk(**MAPPED) as at:
        assert await at.key(ONE.sign(claims_of(at.server, **changes))) == name


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "stands for no key"),
        ({"sub": "svc-1"}, "stands for no key"),
        ({"groups": {"engineering": 1}}, "stands for no key"),
        ({"sub": "zoe"}, "is not there"),
        ({"sub": "yan"}, "more than once"),
    ],
)
async def test_a_token_that_stands_for_no_one_key_opens_nothing(changes: dict[str, Any], told: str):
    async with desk(**MAPPED) as at:
        with pytest.raises(InvalidToken, match=told):
            await at.key(ONE.sign(claims_of(at.server, **changes)))


async def test_a_claim_can_name_the_key():
    async with desk(key_claim="sg_key", keys=[]) as at:
        assert await at.key(ONE.sign(claims_of(at.server, sg_key="robots"))) == "robots"
        with pytest.raises(InvalidToken):
            await at.key(ONE.sign(claims_of(at.server)))


async def test_a_key_that_is_revoked_is_revoked_for_its_tokens():
    async with desk() as at:
        token = ONE.sign(claims_of(at.server))
        await at.key(token)
        at.keyring.load([a_key("everybody", revoked_at=1)])
        with pytest.raises(RevokedKey):
            await at.key(token)


async def test_a_token_needs_the_scopes_of_the_gateway():
    async with desk(scopes=("mcp", "tools")) as at:
        assert await at.key(ONE.sign(claims_of(at.server, scope="tools mcp more"))) == "everybody"
        assert await at.key(ONE.sign(claims_of(at.server, scp=["tools", "mcp"]))) == "everybody"
        with pytest.raises(InsufficientScope, match="tools"):
            await at.key(ONE.sign(claims_of(at.server, scope="mcp")))


# ------------------------------------------------------------ tokens that only their server can read


OPAQUE = b"mF_9.B5f-4.1JqM-opaque"
ASKED = {"introspection": {"client_id": "gate way", "client_secret": "env:SECRET"}}


def introspected(server: OAuthServer, **changes: Any) -> None:
    server.wrong["introspection_endpoint"] = f"{server.issuer}/introspect"
    server.instead["/introspect"] = Answer(200, {"active": True, **claims_of(server), **changes})


async def test_an_opaque_token_is_what_its_server_says():
    async with desk(**ASKED) as at:
        introspected(at.server)
        assert await at.key(OPAQUE) == "everybody"
        asked = at.server.asked("/introspect")[0]
        assert asked.form == {"token": OPAQUE.decode(), "token_type_hint": "access_token"}
        assert asked.headers["authorization"] == "Basic Z2F0ZSt3YXk6ZW52JTNBU0VDUkVU"


async def test_an_answer_about_a_token_holds_for_a_while_and_not_longer():
    async with desk(**ASKED) as at:
        introspected(at.server)
        for _ in range(5):
            await at.key(OPAQUE)
        assert len(at.server.asked("/introspect")) == 1
        introspected(at.server, active=False)
        at.clock.seconds = NOW + 31
        with pytest.raises(InvalidToken, match="not any more"):
            await at.key(OPAQUE)


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"active": "true"},
        {"aud": None},
        {"aud": "https://other.example"},
        {"iss": "https://other.example"},
        {"exp": int(NOW) - 60},
        {"nbf": int(NOW) + 60},
        {"token_type": "refresh_token"},
    ],
)
async def test_an_opaque_token_that_is_not_good_here_opens_nothing(changes: dict[str, Any]):
    async with desk(**ASKED) as at:
        introspected(at.server, **changes)
        with pytest.raises(InvalidToken):
            await at.key(OPAQUE)


async def test_an_opaque_token_cannot_be_judged_while_its_server_is_away():
    async with desk(**ASKED) as at:
        introspected(at.server)
        at.server.instead["/introspect"] = Answer(500, b"no")
        with pytest.raises(AuthorizationServerUnavailable):
            await at.key(OPAQUE)


async def test_nobody_is_asked_about_what_is_no_token():
    async with desk(**ASKED) as at:
        introspected(at.server)
        for token in (b"short", b"with space and more", b"x" * 20_000, b"\xff" * 20):
            with pytest.raises(InvalidToken):
                await at.key(token)
        assert not at.server.asked("/introspect")


async def test_opaque_tokens_open_nothing_where_nobody_is_to_be_asked():
    async with desk() as at:
        with pytest.raises(InvalidToken):
            await at.key(OPAQUE)
