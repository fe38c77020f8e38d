"""Signing in at an OpenID Connect server: Authorization Code with PKCE, state, nonce, and an ID token that is judged whole.

OpenID Connect Core 1.0 sections 3.1 and 5, RFC 6749 section 4.1, RFC 7636, RFC 8725, RFC 9207. What belongs to one attempt travels sealed in
the browser's own cookie, so that no other browser can end it, and any process can.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote_plus, urlencode

import msgspec

from switchgear.config.sign_in import OidcSettings
from switchgear.core.errors import AuthorizationServerUnavailable, SignInFailed, SwitchgearError
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.edge.signing_keys import SigningKeys, encoded
from switchgear.plugins.oauth.addresses import Remote, guard_for
from switchgear.plugins.oauth.discovery import Discovery, ServerDocument, endpoint
from switchgear.plugins.oauth.web import Page, Web
from switchgear.store.sealing import Sealer

ATTEMPT_SECONDS: Final = 600
_DOCUMENT_SECONDS: Final = 600.0
_SKEW: Final = 60
_LONGEST: Final = 16 * 1024
_SEALED_AS: Final = "oidc sign-in"
_LEAST_RSA_BITS: Final = 2048


class Attempt(Frozen, frozen=True):
    """What one attempt to sign in has to be ended with. ``until`` is seconds since 1970, ``next`` a path of the console."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    redirect: str
    next: str
    until: float


class Vouched(Frozen, frozen=True):
    """Whom the server vouches for: ``subject`` is theirs for good, ``claims`` what it says of them."""

    subject: str
    claims: Mapping[str, Any]


class _Tokens(Frozen, frozen=True):
    """An answer of the token endpoint (OpenID Connect Core 1.0 section 3.1.3.3), as far as we read it."""

    id_token: str
    access_token: str | None = None


class OidcServer:
    """One server, as ``settings`` have it; ``secret`` gives what a reference means, ``now`` is seconds since 1970."""

    def __init__(
        self,
        settings: OidcSettings,
        secret: Callable[[str], Secret],
        sealing: bytes,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._secret = secret
        self._sealer = Sealer(sealing)
        self._now = now
        remote = Remote(
            "[sign_in.oidc]", settings.issuer, private=True
        )  # who configured it may have it in the own network
        self._web = Web(remote.plugin, remote.url, guard_for(remote))
        self._keys = SigningKeys(settings.issuer, None, self._web, now)
        self._document: ServerDocument | None = None
        self._document_until = 0.0

    async def begin(self, redirect: str, to: str) -> tuple[str, str]:
        """Where to send the browser, and the cookie with which it comes back to ``redirect`` and goes on ``to``.

        Raises SwitchgearError where the server cannot be asked.
        """
        server = await self._server()
        attempt = Attempt(
            issuer=self.settings.issuer,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            redirect=redirect,
            next=to,
            until=self._now() + ATTEMPT_SECONDS,
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(dict.fromkeys(("openid", *self.settings.scopes))),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = endpoint(self._web, server.authorization_endpoint, "authorization endpoint")
        sealed = self._sealer.seal(_SEALED_AS, msgspec.json.encode(attempt).decode())
        joined = "&" if "?" in where else "?"
        return f"{where}{joined}{urlencode(asked)}", base64.urlsafe_b64encode(sealed).decode()

    def attempt(self, cookie: str) -> Attempt | None:
        """The attempt that a cookie is of; None where it is of none, or too old."""
        try:
            sealed = base64.urlsafe_b64decode(cookie.encode("ascii"))
        except (UnicodeEncodeError, binascii.Error):
            return None
        text = self._sealer.open(_SEALED_AS, sealed)
        if text is None:
            return None
        attempt = msgspec.json.decode(text, type=Attempt)
        return attempt if attempt.until > self._now() and attempt.issuer == self.settings.issuer else None

    async def finish(self, attempt: Attempt, query: str) -> Vouched:
        """Whom the server vouches for, by what the browser brought back. Raises SignInFailed and what asking the server raises."""
        told = {name: values[0] for name, values in parse_qs(query).items() if len(values) == 1}
        if not hmac.compare_digest(told.get("state", "").encode(), attempt.state.encode()):
            raise SignInFailed("The answer is not to what this browser asked.")
        server = await self._server()
        issuer = told.get("iss")
        if issuer is None and server.authorization_response_iss_parameter_supported:
            raise SignInFailed("The answer does not say which server it is of.")
        if issuer is not None and issuer != self.settings.issuer:
            raise SignInFailed("The answer is of another server.")
        code = told.get("code")
        if code is None:
            cancelled = told.get("error") == "access_denied"
            raise SignInFailed("Nobody signed in there.", param="cancelled" if cancelled else None)
        tokens = await self._exchanged(server, attempt, code)
        claims = await self._judged(tokens.id_token, attempt.nonce)
        subject = str(claims["sub"])
        if self.settings.user_claim not in claims and server.userinfo_endpoint and tokens.access_token:
            claims = {**await self._told_of(server.userinfo_endpoint, tokens.access_token, subject), **claims}
        return Vouched(subject, claims)

    async def _server(self) -> ServerDocument:
        if self._document is None or self._document_until < self._now():
            self._document = await Discovery(self._web).server(self.settings.issuer)
            self._document_until = self._now() + _DOCUMENT_SECONDS
        return self._document

    async def _exchanged(self, server: ServerDocument, attempt: Attempt, code: str) -> _Tokens:
        form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", attempt.redirect),
            ("code_verifier", attempt.verifier),
        ]
        fields: list[tuple[str, str]] = []
        reference = self.settings.client_secret
        methods = server.token_endpoint_auth_methods_supported or ("client_secret_basic",)
        if reference is None:
            form.append(("client_id", self.settings.client_id))
        elif "client_secret_basic" in methods:
            both = f"{quote_plus(self.settings.client_id)}:{quote_plus(self._secret(reference).reveal())}"
            fields.append(("authorization", f"Basic {base64.b64encode(both.encode()).decode()}"))
        else:
            form += [("client_id", self.settings.client_id), ("client_secret", self._secret(reference).reveal())]
        url = endpoint(self._web, server.token_endpoint, "token endpoint")
        page = await self._web.post_form(url, "its token endpoint", form, fields)
        tokens = page.json(_Tokens) if page.status == 200 else None
        if tokens is None:
            raise SignInFailed(f"The token endpoint did not accept the code (status {page.status}{_error(page)}).")
        return tokens

    async def _judged(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is genuine and for us, now (OpenID Connect Core 1.0 section 3.1.3.7)."""
        import jwt  # noqa: PLC0415 - only where somebody signs in so

        if len(token) > _LONGEST:
            raise SignInFailed("The ID token is too long.")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, RecursionError) as error:
            raise SignInFailed("The ID token is none.") from error
        algorithm, name = header.get("alg"), header.get("kid", "")
        if algorithm not in self.settings.algorithms or not isinstance(name, str):
            raise SignInFailed("The ID token is signed in a way that is not accepted.")
        for key in await self._keys.fitting(name, algorithm):
            claims = self._claims(token, key, algorithm)
            if claims is not None:
                return self._for_us(claims, nonce)
        raise SignInFailed("The ID token is not genuine.")

    def _claims(self, token: str, key: dict[str, Any], algorithm: str) -> dict[str, Any] | None:
        """What a token says that is signed with ``key``; None where it is not. Its times are looked at here, with our own clock."""
        import jwt  # noqa: PLC0415 - only where somebody signs in so
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - the same

        try:
            public = jwt.get_algorithm_by_name(algorithm).from_jwk(encoded(key))
        except (jwt.PyJWTError, ValueError, NotImplementedError):
            return None
        if isinstance(public, RSAPublicKey) and public.key_size < _LEAST_RSA_BITS:
            return None
        options: Any = {"require": ["exp", "iat", "iss", "aud", "sub"]}
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                public,
                algorithms=[algorithm],
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                leeway=_SKEW,
                options=options,
            )
        except jwt.InvalidSignatureError:
            return None
        except jwt.PyJWTError as error:
            raise SignInFailed(f"The ID token does not hold: {error}.") from error
        return claims

    def _for_us(self, claims: dict[str, Any], nonce: str) -> dict[str, Any]:
        audience = claims["aud"]
        party = claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (several and party is None) or (party is not None and party != self.settings.client_id):
            raise SignInFailed("The ID token is for another client.")
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise SignInFailed("The ID token was not made for this attempt.")
        return claims

    async def _told_of(self, url: str, access: str, subject: str) -> dict[str, Any]:
        """What the server tells of somebody beside the ID token (OpenID Connect Core 1.0 section 5.3)."""
        where = endpoint(self._web, url, "userinfo endpoint")
        page = await self._web.get(where, "its userinfo endpoint", [("authorization", f"Bearer {access}")])
        told = page.json(dict[str, Any]) if page.status == 200 else None
        if told is None or told.get("sub") != subject:
            raise SignInFailed("What the server tells of the user is not of them.")
        return told


def _error(page: Page) -> str:
    told = page.json(dict[str, Any])
    word = told.get("error") if told is not None else None
    return f", {word}" if isinstance(word, str) and word.isascii() and word.isprintable() and len(word) < 64 else ""


def failure_of(error: SwitchgearError) -> str:
    """The word that the page of the console is told for an attempt that failed; it has words of its own for each."""
    if isinstance(error, SignInFailed):
        return error.param or "failed"
    return "unreachable" if isinstance(error, AuthorizationServerUnavailable) else "failed"
