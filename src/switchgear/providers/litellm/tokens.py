"""Access tokens that are exchanged for credentials: Google's, IBM's, and any OAuth client's.

They are fetched over the gateway's own transport, one at a time, and kept until a minute before they expire.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from switchgear.core.errors import ProviderAuthenticationFailed
from switchgear.core.secrets import Secret
from switchgear.providers.litellm.hosts import Hosts

_EARLY_SECONDS: Final = 60.0
_FORM: Final = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
_CLOUD: Final = "https://www.googleapis.com/auth/cloud-platform"
_JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_IBM_GRANT: Final = "urn:ibm:params:oauth:grant-type:apikey"
GOOGLE_TOKENS: Final = "https://oauth2.googleapis.com/token"
IBM_TOKENS: Final = "https://iam.cloud.ibm.com/identity/token"


class Grant(Protocol):
    """What is exchanged for a token."""

    url: str

    def form(self) -> dict[str, str]:
        """The fields of the request (RFC 6749 section 4)."""
        ...

    def headers(self) -> dict[str, str]:
        """Further header fields of it."""
        ...


class Tokens:
    """The access token of one grant, renewed when it is about to expire. ``clock`` tells seconds since the epoch."""

    def __init__(self, hosts: Hosts, grant: Grant, clock: Callable[[], float] = time.time) -> None:
        self._hosts = hosts
        self._grant = grant
        self._clock = clock
        self._token = ""
        self._until = 0.0
        self._renewal = asyncio.Lock()

    async def get(self) -> str:
        """A token that is valid now. Raises ProviderError."""
        if self._clock() < self._until:
            return self._token
        async with self._renewal:
            if self._clock() >= self._until:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        name = self._hosts.name
        body = urlencode(self._grant.form()).encode()
        with await self._hosts.post(self._grant.url, _FORM | self._grant.headers(), body) as answer:
            told = await answer.body()
        try:
            found = msgspec.json.decode(told, type=_Token, strict=False)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ProviderAuthenticationFailed(
                f"Provider {name} was given no access token by {self._grant.url}.", provider=name
            ) from error
        self._token = found.access_token
        self._until = self._clock() + found.expires_in - _EARLY_SECONDS
        self._hosts.hide(self._grant.url, found.access_token)


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _KeyFile(msgspec.Struct):
    """The parts of a credentials file of Google that matter (https://google.aip.dev/auth/4112, 4113)."""

    type: str
    client_email: str = ""
    private_key: str = ""
    private_key_id: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    project_id: str = ""
    quota_project_id: str = ""
    token_uri: str = GOOGLE_TOKENS


class GoogleGrant:
    """A service account's key, or a user's refresh token, as the JSON document that Google gives out.

    Source: https://developers.google.com/identity/protocols/oauth2/service-account#httprest (RFC 7523). Raises ValueError for a
    document that is none of the two, without telling what is in it.
    """

    def __init__(self, document: Secret, clock: Callable[[], float] = time.time) -> None:
        try:
            file = msgspec.json.decode(document.reveal().encode(), type=_KeyFile)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            raise ValueError("vertex_credentials must be the JSON document of a service account") from error
        if file.type not in ("service_account", "authorized_user"):
            raise ValueError("vertex_credentials must be of a service account or an authorized user")
        self._file = file
        self._key = _private_key(file.private_key) if file.type == "service_account" else None
        self._clock = clock
        self.url = file.token_uri
        self.project = file.project_id or file.quota_project_id

    def form(self) -> dict[str, str]:
        """An assertion that the account signed, or the refresh token."""
        file = self._file
        if self._key is None:
            return {
                "grant_type": "refresh_token", "client_id": file.client_id,
                "client_secret": file.client_secret, "refresh_token": file.refresh_token,
            }  # fmt: skip
        now = int(self._clock())
        claims = {"iss": file.client_email, "scope": _CLOUD, "aud": file.token_uri, "iat": now, "exp": now + 3600}
        header = {"alg": "RS256", "typ": "JWT", "kid": file.private_key_id}
        signed = b"%b.%b" % (_base64(header), _base64(claims))
        signature = self._key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return {"grant_type": _JWT_GRANT, "assertion": (signed + b"." + _encoded(signature)).decode()}

    def headers(self) -> dict[str, str]:
        """None."""
        return {}


class KeyGrant:
    """An API key of IBM Cloud (https://cloud.ibm.com/apidocs/iam-identity-token-api#gettoken-apikey)."""

    def __init__(self, key: Secret, url: str = IBM_TOKENS) -> None:
        self._key = key
        self.url = url

    def form(self) -> dict[str, str]:
        """The key."""
        return {"grant_type": _IBM_GRANT, "apikey": self._key.reveal()}

    def headers(self) -> dict[str, str]:
        """None."""
        return {}


class ClientGrant:
    """An OAuth client's own credentials (RFC 6749 section 4.4), sent as basic authorization."""

    def __init__(self, url: str, client: tuple[str, Secret], fields: Mapping[str, str]) -> None:
        self.url = url
        self._client = client
        self._fields = dict(fields)

    def form(self) -> dict[str, str]:
        """The grant, and what the service wants beside it."""
        return {"grant_type": "client_credentials", **self._fields}

    def headers(self) -> dict[str, str]:
        """The client and its secret."""
        name, secret = self._client
        return {"authorization": f"Basic {base64.b64encode(f'{name}:{secret.reveal()}'.encode()).decode()}"}


def _private_key(text: str) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("the private_key in vertex_credentials cannot be read") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the private_key in vertex_credentials is not an RSA key")  # noqa: TRY004 - the value, not the type
    return key


def _base64(document: Mapping[str, Any]) -> bytes:
    return _encoded(msgspec.json.encode(document))


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
