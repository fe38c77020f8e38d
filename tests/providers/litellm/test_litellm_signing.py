"""Requests signed for Amazon, and tokens that are exchanged for credentials."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from switchgear.core.errors import ProviderAuthenticationFailed
from switchgear.core.secrets import Secret
from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.signing import AmazonKeys, AmazonSigner
from switchgear.providers.litellm.tokens import ClientGrant, GoogleGrant, KeyGrant, Tokens
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, ReadBody, Send, http1

AT = datetime(2026, 11, 22, 10, 11, 12, tzinfo=UTC)
URLS = [
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse",
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v1:0/invoke-with-response-stream",
    "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/a-b_c.d~e/invocations",
    "http://127.0.0.1:8000/",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("token", [None, "a session's token"])
def test_a_signature_is_the_one_that_botocore_makes(url: str, token: str | None) -> None:
    body, headers = b'{"a":1}', {"content-type": "application/json"}
    keys = AmazonKeys("AKIDEXAMPLE", Secret("wJalrXUtnFEMI"), Secret(token) if token else None)
    ours = AmazonSigner(keys, "us-east-1", "bedrock").sign(url, body, headers, AT)
    request = botocore.awsrequest.AWSRequest(method="POST", url=url, data=body, headers=headers)
    credentials = botocore.credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI", token)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=AT.replace(tzinfo=None)):
        botocore.auth.SigV4Auth(credentials, "bedrock", "us-east-1").add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours["x-amz-date"] == request.headers["X-Amz-Date"]


def test_the_key_that_signs_follows_the_day() -> None:
    signer = AmazonSigner(AmazonKeys("A", Secret("s")), "us-east-1", "bedrock")
    first = signer.sign(URLS[0], b"", at=AT)
    assert signer.sign(URLS[0], b"", at=datetime(2026, 11, 23, tzinfo=UTC)) != first
    assert signer.sign(URLS[0], b"", at=AT) == first


class Grant:
    """A grant at a test's upstream."""

    def __init__(self, url: str) -> None:
        self.url = url

    def form(self) -> dict[str, str]:
        return {"grant_type": "test"}

    def headers(self) -> dict[str, str]:
        return {}


def hosts() -> Hosts:
    return Hosts(OriginSettings("p", "https://litellm.invalid", proxy="none"), {}, {})


async def test_a_token_is_kept_until_it_is_about_to_expire_and_fetched_once_for_all() -> None:
    now = [1000.0]
    async with FaultUpstream() as upstream:
        for number in range(3):
            upstream.answer(
                ReadBody(), Send(http1.response({"access_token": f"token-number-{number}", "expires_in": "3600"}))
            )
        pool = hosts()
        tokens = Tokens(pool, Grant(upstream.url + "/token"), lambda: now[0])
        assert set(await asyncio.gather(*(tokens.get() for _ in range(5)))) == {"token-number-0"}
        now[0] += 3530
        assert await tokens.get() == "token-number-0"
        now[0] += 20
        assert await tokens.get() == "token-number-1"
        assert "token-number-1" not in pool.redact("it said token-number-1")
        pool.close()
    assert len(upstream.requests) == 2
    assert parse_qs(upstream.requests[0].body.decode()) == {"grant_type": ["test"]}


async def test_a_refused_grant_is_an_authentication_that_failed() -> None:
    async with FaultUpstream() as upstream:
        pool = hosts()
        for answer in (http1.response({"error": "invalid_grant"}, 401), http1.response({"nothing": 1})):
            upstream.answer(ReadBody(), Send(answer))
            with pytest.raises(ProviderAuthenticationFailed):
                await Tokens(pool, Grant(upstream.url)).get()
        pool.close()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def account(key: rsa.RSAPrivateKey, **changed: Any) -> Secret:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    document = {
        "type": "service_account", "project_id": "project", "private_key_id": "kid-1", "private_key": pem,
        "client_email": "a@project.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token", **changed,
    }  # fmt: skip
    return Secret(json.dumps(document))


def test_a_service_account_signs_an_assertion(key: rsa.RSAPrivateKey) -> None:
    grant = GoogleGrant(account(key), lambda: 1000.0)
    form = grant.form()
    header, claims, signature = form["assertion"].split(".")

    def decoded(part: str) -> bytes:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    key.public_key().verify(decoded(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    told = json.loads(decoded(claims))
    assert told["iss"] == "a@project.iam.gserviceaccount.com"
    assert (told["aud"], told["iat"], told["exp"]) == ("https://oauth2.googleapis.com/token", 1000, 4600)
    assert json.loads(decoded(header)) == {"alg": "RS256", "typ": "JWT", "kid": "kid-1"}
    assert (grant.url, grant.project) == ("https://oauth2.googleapis.com/token", "project")


def test_a_users_refresh_token_is_exchanged() -> None:
    document = {"type": "authorized_user", "client_id": "id", "client_secret": "s", "refresh_token": "r"}
    assert GoogleGrant(Secret(json.dumps(document))).form()["grant_type"] == "refresh_token"


@pytest.mark.parametrize("document", ["", "no JSON", "[]", '{"type":"external_account"}', '{"type":"service_account"}'])
def test_credentials_that_are_none_are_refused_without_being_shown(document: str) -> None:
    with pytest.raises(ValueError, match="vertex_credentials") as refused:
        GoogleGrant(Secret(document))
    assert "external" not in str(refused.value)


def test_other_grants_say_what_their_services_want() -> None:
    assert KeyGrant(Secret("ibm-key")).form()["apikey"] == "ibm-key"
    client = ClientGrant("https://workspace/oidc/v1/token", ("id", Secret("secret")), {"scope": "all-apis"})
    assert client.form() == {"grant_type": "client_credentials", "scope": "all-apis"}
    assert client.headers() == {"authorization": f"Basic {base64.b64encode(b'id:secret').decode()}"}
