"""Who we say that we are to an API: its security schemes filled with secrets that no argument, result or log ever has.

Tokens of client credentials (RFC 6749 section 4.4) are fetched when they are first needed, kept until shortly before they end, and
fetched anew when the API refuses one.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus, urlencode

import msgspec

from switchgear.core.errors import PluginFailed, PluginUnauthorized
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.operations import Operation
from switchgear.plugins.openapi.schemes import Requirement, Scheme

_EARLY: Final = 30.0
"""Seconds before its end from which a token is not used any more; at most half of its life."""
_UNTOLD: Final = 300.0
"""Seconds that a token is kept which does not say how long it lasts."""
_LONGEST: Final = 7 * 24 * 3600.0
_SHORTEST_SECRET: Final = 5
"""Characters from which on a secret is taken out of results: shorter ones stand everywhere."""
REDACTED: Final = "[redacted]"

TokenRequest = Callable[[str, bytes, str], Awaitable[tuple[int, bytes]]]
"""Posts a form to a URL with a value of Authorization (none if empty), and gives status and body. Raises PluginFailed."""


class Proof(Frozen, frozen=True):
    """What a request says of who sends it: header fields, pieces of the query, cookies, and whether a token that was kept is among it."""

    fields: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    kept_tokens: tuple[tuple[str, tuple[str, ...]], ...] = ()


class _Token(Frozen, frozen=True):
    value: str
    until: float


class _Granted(msgspec.Struct):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a kind of token, not one
    expires_in: float | str | None = None


_granted = msgspec.json.Decoder(_Granted)


class Credentials:
    """The secrets of one plugin, by the names that its schemes give them."""

    def __init__(
        self, plugin: str, schemes: Mapping[str, Scheme], secrets: Mapping[str, Secret], ask: TokenRequest
    ) -> None:
        self._plugin = plugin
        self._schemes = schemes
        self._secrets = secrets
        self._ask = ask
        self._tokens: dict[tuple[str, tuple[str, ...]], _Token] = {}
        self._locks: dict[tuple[str, tuple[str, ...]], asyncio.Lock] = {}
        self._bodies: set[str] = set()
        self._issued: deque[str] = deque(maxlen=16)
        self._hidden: tuple[bytes, ...] | None = None

    async def proof(self, operation: Operation) -> Proof:
        """What a request of ``operation`` says: the first way in for which there are all secrets. Raises PluginUnauthorized, PluginFailed."""
        if not operation.security:
            return Proof()
        way = self._way(operation.security)
        if way is None:
            missing = dict.fromkeys(name for each in operation.security[:1] for name in self._missing(each))
            names = " and ".join(f'"{name}"' for name in missing)
            raise self._unauthorized(f"Plugin {self._plugin} lacks what {operation.words} needs: the secret {names}.")
        fields: list[tuple[str, str]] = []
        query: list[str] = []
        cookies: list[str] = []
        kept: list[tuple[str, tuple[str, ...]]] = []
        for name, scopes in way.items():
            scheme = self._schemes[name]
            if scheme.kind != "apiKey":
                fields.append(("authorization", await self._authorization(scheme, scopes, kept)))
                continue
            value = self._reveal(scheme.secrets[0])
            if scheme.where == "header":
                fields.append((scheme.field, value))
            elif scheme.where == "query":
                query.append(f"{quote(scheme.field, safe='')}={quote(value, safe='')}")
            else:
                cookies.append(f"{scheme.field}={quote(value, safe='')}")
        return Proof(tuple(fields), tuple(query), tuple(cookies), tuple(kept))

    def forget(self, proof: Proof) -> bool:
        """Fetch new tokens in place of those in ``proof``; whether there were any, so that a second try is worth it."""
        for each in proof.kept_tokens:
            self._tokens.pop(each, None)
        return bool(proof.kept_tokens)

    def redacted(self, data: bytes) -> bytes:
        """What an API sent, without our secrets, however it wrote them."""
        if self._hidden is None:
            self._hidden = self._forms()
        for each in self._hidden:
            if each in data:
                data = data.replace(each, REDACTED.encode())
        return data

    # ------------------------------------------------------------ ways in

    def _way(self, ways: Iterable[Requirement]) -> Requirement | None:
        able = [each for each in ways if not self._missing(each)]
        return next(
            (each for each in able if each), able[0] if able else None
        )  # anonymously only where there is nothing else

    def _missing(self, way: Requirement) -> list[str]:
        return [name for each in way for name in self._schemes[each].secrets if not self._secrets.get(name)]

    def _reveal(self, name: str) -> str:
        value = self._secrets[name].reveal().strip()
        if not value.isprintable():
            raise self._unauthorized(
                f'The secret "{name}" of plugin {self._plugin} has line ends or control characters in it.'
            )
        return value

    def _unauthorized(self, said: str, status: int = 401) -> PluginUnauthorized:
        error = PluginUnauthorized(said, plugin=self._plugin, upstream_status=status)
        error.advice = f"Set it: switchgear plugin configure {self._plugin}"
        return error

    async def _authorization(
        self, scheme: Scheme, scopes: tuple[str, ...], kept: list[tuple[str, tuple[str, ...]]]
    ) -> str:
        if scheme.kind == "basic":
            pair = ":".join(self._reveal(name) for name in scheme.secrets)
            return f"Basic {base64.b64encode(pair.encode()).decode()}"
        if scheme.kind == "bearer":
            return f"Bearer {self._reveal(scheme.secrets[0]).removeprefix('Bearer ')}"
        return f"Bearer {await self._token(scheme, scopes, kept)}"

    # ------------------------------------------------------------ tokens

    async def _token(self, scheme: Scheme, scopes: tuple[str, ...], kept: list[tuple[str, tuple[str, ...]]]) -> str:
        key = (scheme.name, scopes)
        async with self._locks.setdefault(key, asyncio.Lock()):  # one fetch for everyone who waits
            now = asyncio.get_running_loop().time()
            token = self._tokens.get(key)
            if token is not None and token.until > now:
                kept.append(key)
                return token.value
            token = self._tokens[key] = await self._fetched(scheme, scopes, now)
            return token.value

    async def _fetched(self, scheme: Scheme, scopes: tuple[str, ...], now: float) -> _Token:
        """A new token: with the credentials in the header field, else, where the server does not take that, in the form."""
        identity, secret = (self._reveal(name) for name in scheme.secrets)
        form = {"grant_type": "client_credentials", **({"scope": " ".join(scopes)} if scopes else {})}
        if scheme.name not in self._bodies:
            pair = f"{quote_plus(identity)}:{quote_plus(secret)}"  # RFC 6749 section 2.3.1
            basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
            status, body = await self._ask(scheme.token_url, urlencode(form).encode(), basic)
            if status == 200:
                return self._read(scheme, body, now)
        form |= {"client_id": identity, "client_secret": secret}
        status, body = await self._ask(scheme.token_url, urlencode(form).encode(), "")
        if status == 200:
            token = self._read(scheme, body, now)
            self._bodies.add(scheme.name)
            return token
        if status in (400, 401, 403):
            said = f'Plugin {self._plugin} gets no token for "{scheme.name}": its server refuses the client (HTTP status {status}).'
            raise self._unauthorized(said, status)
        raise PluginFailed(
            f'Plugin {self._plugin} gets no token for "{scheme.name}": its server answered with HTTP status {status}.',
            plugin=self._plugin,
        )

    def _read(self, scheme: Scheme, body: bytes, now: float) -> _Token:
        try:
            found = _granted.decode(body)
            seconds = float(found.expires_in) if found.expires_in is not None else _UNTOLD
        except (msgspec.DecodeError, RecursionError, ValueError):
            found, seconds = _Granted(""), _UNTOLD
        value = found.access_token
        if not value or not value.isascii() or not value.isprintable() or found.token_type.lower() != "bearer":
            raise PluginFailed(
                f'Plugin {self._plugin} gets no token for "{scheme.name}": its server answered with none.',
                plugin=self._plugin,
            )
        self._issued.append(value)
        self._hidden = None
        lasts = min(seconds, _LONGEST) if seconds > 0 else 0.0
        return _Token(value, now + lasts - min(_EARLY, lasts / 2))

    # ------------------------------------------------------------ what must not be seen

    def _forms(self) -> tuple[bytes, ...]:
        """Our secrets as an API may write them, the longest first: as they are, in JSON, in a URL, as Basic."""
        plain = {each.reveal().strip() for each in self._secrets.values()} | set(self._issued)
        for scheme in self._schemes.values():
            if scheme.kind in ("basic", "client_credentials") and not self._missing({scheme.name: ()}):
                values = [self._secrets[name].reveal().strip() for name in scheme.secrets]
                for pair in (":".join(values), ":".join(quote_plus(each) for each in values)):
                    plain.add(base64.b64encode(pair.encode()).decode())
        found: set[str] = set()
        for each in plain:
            if len(each) >= _SHORTEST_SECRET:
                in_json = json.dumps(each)[1:-1]
                found |= {each, in_json, in_json.replace("/", "\\/"), json.dumps(each, ensure_ascii=False)[1:-1]}
                found |= {quote(each, safe=""), quote_plus(each)}
        return tuple(each.encode("utf-8", "surrogatepass") for each in sorted(found, key=len, reverse=True))
