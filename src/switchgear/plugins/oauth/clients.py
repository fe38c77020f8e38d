"""Who we are to an authorization server: a client that a person registered, a document of ours, or one that is registered now.

MCP 2026-07-28, Client Registration; RFC 7591, OAuth Client ID Metadata Document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from switchgear.config.checks import is_loopback
from switchgear.core.errors import PluginLoginFailed
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.oauth.addresses import check
from switchgear.plugins.oauth.discovery import ServerDocument
from switchgear.plugins.oauth.kept import NOTHING, Client, Kept
from switchgear.plugins.oauth.web import Web

CALLBACK: Final = "/oauth/callback"
"""Where the gateway takes what a browser brings back."""
DOCUMENT: Final = "/oauth/client.json"
"""Where the gateway says who it is, as a client."""
_NAME: Final = "Switchgear"
_METHODS: Final = ("client_secret_post", "client_secret_basic", "none")
"""In the order in which they are used: servers made with the MCP SDK let nobody revoke tokens who does otherwise."""
_UNSAID: Final = ("client_secret_basic",)
"""What a server takes that does not say (RFC 8414 section 2)."""


class _Registered(Frozen, frozen=True):
    """What a registration is answered with (RFC 7591 section 3.2.1)."""

    client_id: str
    client_secret: str | None = None
    client_secret_expires_at: float | None = None
    token_endpoint_auth_method: str | None = None


class _Refused(Frozen, frozen=True):
    """What it is answered with where it is not taken (RFC 7591 section 3.2.2)."""

    error: str
    error_description: str | None = None


def client_document(gateway: str) -> dict[str, Any]:
    """What the gateway at that https URL says of itself as a client, at ``DOCUMENT``.

    A browser on the machine of whoever signs in may bring the answer to a command there: a port of 127.0.0.1 is chosen by the system, and
    servers do not compare it (RFC 8252 section 7.3).
    """
    return {
        "client_id": f"{gateway}{DOCUMENT}",
        "client_name": _NAME,
        "client_uri": gateway,
        "redirect_uris": [f"{gateway}{CALLBACK}", f"http://127.0.0.1{CALLBACK}"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
    }


def method_for(server: ServerDocument, *, secret: bool) -> str:
    """How a client shows that it is it."""
    supported = server.token_endpoint_auth_methods_supported or _UNSAID
    return next((each for each in _METHODS[:2] if each in supported), _UNSAID[0]) if secret else "none"


class Clients:
    """Finds the client to be, in the order that the specification asks for. ``gateway`` is our own https URL, empty where there is none."""

    def __init__(self, web: Web, kept: Kept, gateway: str, now: Callable[[], float]) -> None:
        self._web = web
        self._kept = kept
        self._gateway = gateway if gateway.startswith("https://") else ""
        self._now = now

    async def given(self) -> Client | None:
        """The client that a person registered, if one was."""
        known, _ = await self._kept.read(Client)
        return known if known is not None and known.origin == "given" else None

    async def find(self, server: ServerDocument, redirect: str, scopes: Sequence[str]) -> Client:
        """The client to be at ``server`` for a login that comes back to ``redirect``.

        Raises PluginLoginFailed, PluginUnavailable, StoreUnavailable.
        """
        known, _ = await self._kept.read(Client)
        if known is not None and known.origin == "given":
            return await self._bound(known, server)
        if server.client_id_metadata_document_supported and self._gateway:
            return Client(server.issuer, f"{self._gateway}{DOCUMENT}", origin="document", redirects=(redirect,))
        if known is not None and self._still_good(known, server.issuer, redirect):
            return known
        registered = await self._register(server, redirect, scopes)
        await self._kept.write(registered)
        return registered

    async def _bound(self, given: Client, server: ServerDocument) -> Client:
        """A client that a person registered belongs to the server where it was first used, and is never shown to another one."""
        if given.issuer and given.issuer != server.issuer:
            raise self._failed(
                f"is signed in to at {server.issuer[:200]} now, and the client {given.id[:100]} was registered at {given.issuer[:200]}.",
                "If that is meant, register a client there and say --client-id; if not, somebody changed the plugin.",
            )
        bound = msgspec.structs.replace(
            given, issuer=server.issuer, method=method_for(server, secret=bool(given.secret))
        )
        if bound != given:
            await self._kept.write(bound)
        return bound

    def _still_good(self, known: Client, issuer: str, redirect: str) -> bool:
        current = not known.until or known.until > self._now() + 60
        return current and known.issuer == issuer and redirect in known.redirects

    async def _register(self, server: ServerDocument, redirect: str, scopes: Sequence[str]) -> Client:
        plugin = self._web.plugin
        if not server.registration_endpoint:
            raise self._failed(
                f"is signed in to at {server.issuer[:200]}, which registers no clients by itself.",
                f"Register one there with the redirect URI {redirect}, then: switchgear plugin login {plugin} --client-id ID",
            )
        url = check(plugin, server.registration_endpoint, "a registration endpoint", self._web.url)
        supported = server.token_endpoint_auth_methods_supported or _UNSAID
        method = next((each for each in _METHODS if each in supported), "none")
        wanted: dict[str, Any] = {
            "client_name": _NAME,
            "redirect_uris": [redirect],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
            "application_type": "native" if is_loopback(urlsplit(redirect).hostname or "") else "web",
        }
        if scopes:
            wanted["scope"] = " ".join(scopes)
        page = await self._web.post_json(url, "its registration endpoint", wanted)
        told = page.json(_Registered) if page.status in (200, 201) else None
        if told is None or not _printable(told.client_id):
            refused = page.json(_Refused)
            why = f": {_line(refused.error)} {_line(refused.error_description or '')}".rstrip() if refused else ""
            raise self._failed(
                f"is signed in to at {server.issuer[:200]}, which did not register this gateway{why} (HTTP status {page.status}).",
                f"Register a client there with the redirect URI {redirect}, then say --client-id.",
            )
        secret = Secret(told.client_secret) if told.client_secret else NOTHING
        method = told.token_endpoint_auth_method or (method if secret else "none")
        if method not in _METHODS or (method != "none" and not secret):
            raise self._failed(
                f"has a server that wants clients to authenticate by {_line(method)}, which is not known."
            )
        until = told.client_secret_expires_at or 0.0
        return Client(server.issuer, told.client_id, secret, method, "registered", (redirect,), until)

    def _failed(self, what: str, hint: str | None = None) -> PluginLoginFailed:
        return PluginLoginFailed(f"Plugin {self._web.plugin} {what}", plugin=self._web.plugin, hint=hint)


def _printable(text: str) -> bool:
    return 0 < len(text) <= 2048 and text.isascii() and text.isprintable()


def _line(text: str) -> str:
    return "".join(each if each.isascii() and each.isprintable() else " " for each in text[:200])
