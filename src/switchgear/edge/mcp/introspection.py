"""What an access token is that only its authorization server can read: it is asked (RFC 7662)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote_plus

from switchgear.config.mcp import IntrospectionSettings, IssuerSettings
from switchgear.core.errors import AuthorizationServerUnavailable, InvalidToken, PluginLoginFailed, PluginUnavailable
from switchgear.core.secrets import Secret
from switchgear.plugins.oauth.discovery import Discovery
from switchgear.plugins.oauth.web import Web

_AT_ONCE: Final = 16
_MOST_WAITING: Final = 256
_WHAT: Final = "its introspection endpoint"


class Introspection:
    """Asks one server, a few questions at a time. ``secret`` gives what a reference of the configuration means."""

    def __init__(
        self, issuer: IssuerSettings, settings: IntrospectionSettings, web: Web, secret: Callable[[str], Secret]
    ) -> None:
        self._issuer = issuer.issuer
        self._settings = settings
        self._web = web
        self._secret = secret
        self._url = settings.url or ""
        self._asking = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def claims(self, token: str) -> dict[str, Any]:
        """What the server says of a token that is good. Raises InvalidToken for another, AuthorizationServerUnavailable."""
        if self._waiting >= _MOST_WAITING:
            raise AuthorizationServerUnavailable(f"{self._issuer} is asked for too many tokens at once.")
        self._waiting += 1
        try:
            async with self._asking:
                told = await self._asked(token)
        except (PluginLoginFailed, PluginUnavailable) as error:
            raise self._unavailable(error.message) from error
        finally:
            self._waiting -= 1
        if told.get("active") is not True:
            raise InvalidToken("The access token is not good, or not any more.")
        if told.get("iss", self._issuer) != self._issuer:
            raise InvalidToken("The access token is of an authorization server that is not accepted.")
        if told.get("token_type", "Bearer") not in ("Bearer", "bearer", "access_token"):
            raise InvalidToken("What was sent is no bearer token.")
        return told

    async def _asked(self, token: str) -> dict[str, Any]:
        if not self._url:
            self._url = (await Discovery(self._web).server(self._issuer)).introspection_endpoint or ""
        secret = self._secret(self._settings.client_secret).reveal()
        pair = f"{quote_plus(self._settings.client_id)}:{quote_plus(secret)}".encode()
        fields = [("authorization", "Basic " + base64.b64encode(pair).decode())]
        form = [("token", token), ("token_type_hint", "access_token")]
        page = await self._web.post_form(self._url, _WHAT, form, fields)
        told = page.json(dict[str, Any]) if page.status == 200 else None
        if told is None:
            raise self._unavailable(f"It answers with HTTP status {page.status}, or not with JSON.")
        return told

    def _unavailable(self, why: str) -> AuthorizationServerUnavailable:
        said = f"{self._issuer} does not tell what an access token is."
        return AuthorizationServerUnavailable(said, cause=why)
