"""Access tokens that stand for keys of the gateway, of the authorization servers that an operator named.

RFC 9068 section 4, RFC 8725, RFC 8707 section 2; MCP, Token Handling. Who a token is for decides alone, never who sends it; it opens the tools
and limits of a key, and goes nowhere from here.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import urlsplit

from switchgear.access.keys import Key, Keyring
from switchgear.config.mcp import IssuerSettings, McpOAuthSettings, TokenKeySettings
from switchgear.core.errors import InsufficientScope, InvalidToken
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.edge.mcp.introspection import Introspection
from switchgear.edge.signing_keys import SigningKeys, encoded
from switchgear.plugins.oauth.addresses import Remote, guard_for
from switchgear.plugins.oauth.web import Web

LONGEST: Final = 16 * 1024
_REMEMBERED: Final = 10_000
_HOLDS: Final = 60.0
"""Seconds for which a token that was judged is not judged again."""
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
_LEAST_RSA_BITS: Final = 2048
_FAR: Final = 1e12
_FOREVER: Final = 1e11
_OPAQUE: Final = re.compile(r"[A-Za-z0-9._~+/-]{16,}=*", re.ASCII)
"""RFC 6750 section 2.1; what is shorter can be guessed, or is something else."""


class Accepted(Frozen, frozen=True):
    """What a token is good for: a key, at resources, until then (seconds since 1970)."""

    key_id: str
    audiences: tuple[str, ...]
    scopes: frozenset[str]
    until: float
    server: int


class _Server:
    """An authorization server: its keys, and how it is asked."""

    def __init__(self, settings: IssuerSettings, secret: Callable[[str], Secret], now: Callable[[], float]) -> None:
        self.settings = settings
        asked = settings.introspection
        written = (settings.jwks_url, asked.url if asked is not None else None)
        hosts = [urlsplit(url).hostname or "" for url in written if url]
        remote = Remote("/mcp", settings.issuer, private=True)  # who configured it may have it in the own network
        web = Web(remote.plugin, remote.url, guard_for(remote, hosts))
        self.keys = SigningKeys(settings.issuer, settings.jwks_url, web, now)
        self.introspection = None if asked is None else Introspection(settings, asked, web, secret)


class AccessTokens:
    """Judges access tokens. ``url`` is the gateway's own, without a slash at its end; ``secret`` gives what a reference of the
    configuration means; ``now`` is seconds since 1970.
    """

    def __init__(
        self,
        settings: McpOAuthSettings,
        url: str,
        keyring: Keyring,
        secret: Callable[[str], Secret],
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.url = url
        self._keyring = keyring
        self._now = now
        self._servers = [_Server(each, secret, now) for each in settings.issuers]
        self._accepted: dict[bytes, Accepted] = {}

    async def key(self, token: bytes, path: str) -> Key:
        """The key that ``token`` stands for at ``path``.

        Raises InvalidToken, InsufficientScope, RevokedKey, ExpiredKey, AuthorizationServerUnavailable.
        """
        now = self._now()
        digest = hashlib.sha256(token).digest()
        accepted = self._accepted.get(digest)
        if accepted is None or accepted.until <= now:
            accepted = await self._judged(token, now)
            if len(self._accepted) >= _REMEMBERED:
                self._accepted.clear()
            self._accepted[digest] = accepted
        if not self._is_for(accepted, path):
            raise InvalidToken("The access token is for another resource.")
        missing = [scope for scope in self.settings.scopes if scope not in accepted.scopes]
        if missing:
            raise InsufficientScope(f"The access token lacks the scope {' '.join(missing)}.")
        return self._keyring.by_id(accepted.key_id, now)

    @property
    def opaque(self) -> bool:
        """Whether tokens are taken that only their server can read."""
        return any(each.introspection is not None for each in self._servers)

    async def _judged(self, token: bytes, now: float) -> Accepted:
        """What a token says, once it is known to be genuine."""
        if len(token) > LONGEST or not token.isascii():
            raise InvalidToken("What was sent as an access token is none.")
        text = token.decode("ascii")
        header = _header(text)
        if header is not None:
            return await self._of_jwt(text, header, now)
        for number, each in enumerate(self._servers):
            if each.introspection is not None and _OPAQUE.fullmatch(text):
                claims = {"exp": _FOREVER} | await each.introspection.claims(text)
                holds = each.settings.introspection.cache if each.settings.introspection is not None else 0.0
                return self._accepted_as(claims, number, now, holds)
        raise InvalidToken("What was sent as an access token is none.")

    async def _of_jwt(self, text: str, header: Mapping[str, Any], now: float) -> Accepted:
        import jwt  # noqa: PLC0415 - only where tokens are taken

        try:
            unproven = jwt.decode(text, options={"verify_signature": False})
        except (jwt.PyJWTError, RecursionError) as error:
            raise InvalidToken("What was sent as an access token is none.") from error
        number = self._server_of(unproven)
        server = self._servers[number].settings
        algorithm, name = header.get("alg"), header.get("kid", "")
        if algorithm not in server.algorithms or not isinstance(name, str):
            raise InvalidToken("The access token is signed in a way that is not accepted.")
        if not server.any_type and str(header.get("typ", "")).lower() not in _TYPES:
            raise InvalidToken("What was sent is no access token by its typ (RFC 9068).")
        for key in await self._servers[number].keys.fitting(name, algorithm):
            claims = _verified(text, key, algorithm, server.issuer)
            if claims is not None:
                return self._accepted_as(claims, number, now, _HOLDS)
        raise InvalidToken("The access token is not genuine.")

    def _server_of(self, claims: Mapping[str, Any]) -> int:
        for number, each in enumerate(self._servers):
            if claims.get("iss") == each.settings.issuer:
                return number
        raise InvalidToken("The access token is of an authorization server that is not accepted.")

    def _accepted_as(self, claims: Mapping[str, Any], number: int, now: float, holds: float) -> Accepted:
        skew = self.settings.clock_skew
        ends = _moment(claims, "exp", 0.0) + skew
        if ends <= now:
            raise InvalidToken("The access token has expired.")
        if _moment(claims, "nbf", 0.0) - skew > now:
            raise InvalidToken("The access token does not hold yet.")
        audience = claims.get("aud")
        several = (audience,) if isinstance(audience, str) else _words(audience)
        return Accepted(
            self._key_id(self._servers[number].settings, claims),
            several,
            frozenset(_words(claims.get("scope", claims.get("scp")))),
            min(now + holds, ends),
            number,
        )

    def _is_for(self, accepted: Accepted, path: str) -> bool:
        """Whether a token names what is asked for, or something that it is a part of (RFC 8707 section 2)."""
        named = self._servers[accepted.server].settings.audiences
        if named:
            return any(each in named for each in accepted.audiences)
        wide = {self.url, f"{self.url}/mcp", self.url + path.rstrip("/")}
        return any(each.rstrip("/") in wide for each in accepted.audiences)

    def _key_id(self, server: IssuerSettings, claims: Mapping[str, Any]) -> str:
        """The key that a token stands for. Raises InvalidToken where it stands for none, or nobody can tell which."""
        name = claims.get(server.key_claim) if server.key_claim else None
        if not isinstance(name, str):
            groups = _words(claims.get(server.groups_claim))
            name = next((each.key for each in server.keys if _fits(each, claims, groups)), None)
        if name is None:
            raise InvalidToken("The access token stands for no key here.", hint="An operator says which: [mcp.oauth].")
        known = self._keyring.known(name)
        found = (
            [known]
            if known is not None
            else [key for key in self._keyring.keys if key.name == name and not key.revoked]
        )
        if len(found) != 1:
            said = "is not there" if not found else "is there more than once"
            raise InvalidToken(
                f"The key that the access token stands for {said}.", hint="An operator says which: [mcp.oauth]."
            )
        return found[0].id


def _header(text: str) -> dict[str, Any] | None:
    """What a JWT says of itself; None for what is none, even where it has two dots."""
    import jwt  # noqa: PLC0415 - only where tokens are taken

    try:
        return jwt.get_unverified_header(text) if text.count(".") == 2 else None
    except (jwt.PyJWTError, RecursionError):
        return None


def _verified(text: str, key: dict[str, Any], algorithm: str, issuer: str) -> dict[str, Any] | None:
    """The claims of a token that is signed with ``key``; None where it is not. Raises InvalidToken for one that lacks some.

    Its times and whom it is for are looked at by the caller: they depend on when and what is asked for.
    """
    import jwt  # noqa: PLC0415 - only where tokens are taken
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - the same

    try:
        public = jwt.get_algorithm_by_name(algorithm).from_jwk(encoded(key))
    except (jwt.PyJWTError, ValueError, NotImplementedError):
        return None
    if isinstance(public, RSAPublicKey) and public.key_size < _LEAST_RSA_BITS:
        return None
    later = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    options: Any = {"require": ["exp", "iss", "aud", "sub"], **later}
    try:
        claims: dict[str, Any] = jwt.decode(text, public, algorithms=[algorithm], issuer=issuer, options=options)
    except jwt.InvalidSignatureError:
        return None
    except jwt.PyJWTError as error:
        raise InvalidToken("The access token lacks a claim, or has one that makes no sense.") from error
    return claims


def _moment(claims: Mapping[str, Any], name: str, otherwise: float) -> float:
    """A time of a token, seconds since 1970 (RFC 7519 section 2, NumericDate). Raises InvalidToken."""
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FAR:
        raise InvalidToken("The access token lacks a claim, or has one that makes no sense.")
    return float(value)


def _fits(rule: TokenKeySettings, claims: Mapping[str, Any], groups: tuple[str, ...]) -> bool:
    client = claims.get("client_id", claims.get("azp"))
    return (
        (rule.subject is None or fnmatchcase(str(claims.get("sub", "")), rule.subject))
        and (rule.client is None or (isinstance(client, str) and fnmatchcase(client, rule.client)))
        and (rule.group is None or any(fnmatchcase(group, rule.group) for group in groups))
    )


def _words(value: Any) -> tuple[str, ...]:
    """A claim that is a list of strings, or a string with spaces between (RFC 8693 section 4.2)."""
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
