"""The keys with which an authorization server signs its tokens (RFC 7517), as it publishes them: kept for a while, fetched anew when it
takes others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec

from switchgear.core.errors import AuthorizationServerUnavailable, PluginLoginFailed, PluginUnavailable
from switchgear.core.structs import Frozen
from switchgear.plugins.oauth.discovery import Discovery
from switchgear.plugins.oauth.web import Web

_log = logging.getLogger(__name__)
_KEPT: Final = 600.0
"""Seconds after which keys are fetched anew, though all are known."""
_PAUSE: Final = 30.0
"""Seconds between two times that they are fetched because one is not known, or nobody answered."""
_MOST: Final = 100
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_KINDS: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_SECRET_PARTS: Final = frozenset({"d", "k"})


class _Keys(Frozen, frozen=True):
    """A set of keys (RFC 7517 section 5)."""

    keys: tuple[dict[str, Any], ...]


class SigningKeys:
    """The keys of one server, at ``jwks_url`` or where its metadata says. ``now`` is seconds of any clock."""

    def __init__(self, issuer: str, jwks_url: str | None, web: Web, now: Callable[[], float]) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._web = web
        self._now = now
        self._keys: tuple[dict[str, Any], ...] = ()
        self._good_until = float("-inf")
        self._not_before = float("-inf")
        self._fetching = asyncio.Lock()

    async def fitting(self, name: str, algorithm: str) -> list[dict[str, Any]]:
        """The keys that may have signed with ``algorithm``, under ``name`` if that is said; none where there is no such key.

        Raises AuthorizationServerUnavailable where no keys can be had at all.
        """
        now = self._now()
        found = self._of(name, algorithm)
        if (found and now < self._good_until) or now < self._not_before:
            return self._or_raise(found)
        async with self._fetching:
            if self._now() >= self._not_before:
                await self._fetch()
        return self._or_raise(self._of(name, algorithm))

    def _of(self, name: str, algorithm: str) -> list[dict[str, Any]]:
        return [key for key in self._keys if (not name or key.get("kid") == name) and _fits(key, algorithm)][:10]

    def _or_raise(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not self._keys:
            raise AuthorizationServerUnavailable(f"The keys of {self._issuer} cannot be had.")
        return found

    async def _fetch(self) -> None:
        """Take the keys as they are now. Those that are known hold on where nobody answers."""
        self._not_before = self._now() + _PAUSE
        try:
            url = self._jwks_url or (await Discovery(self._web).server(self._issuer)).jwks_uri
            page = await self._web.get(url or "", "the set of its keys")
        except (PluginLoginFailed, PluginUnavailable) as error:
            _log.warning("The keys of %s cannot be had: %s", self._issuer, error.message)
            return
        told = page.json(_Keys) if page.status == 200 else None
        if told is None:
            _log.warning("%s has no set of keys where it should be (HTTP status %d)", self._issuer, page.status)
            return
        self._keys = told.keys[:_MOST]
        self._good_until = self._now() + _KEPT


def _fits(key: dict[str, Any], algorithm: str) -> bool:
    """Whether a key is for signatures of this algorithm, and public (RFC 7517 section 4, RFC 8725 section 3.1)."""
    operations = key.get("key_ops")
    return (
        key.get("kty") == _KINDS.get(algorithm[:2])
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and key.get("crv") == _CURVES.get(algorithm, key.get("crv"))
        and not _SECRET_PARTS & key.keys()
    )


def encoded(key: dict[str, Any]) -> str:
    """A key as JSON."""
    return msgspec.json.encode(key).decode()
