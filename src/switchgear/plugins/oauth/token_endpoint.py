"""Getting tokens, and giving them back (RFC 6749 sections 4.1.3, 4.4 and 6, RFC 7009, RFC 8707)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote_plus

import msgspec

from switchgear.core.errors import PluginLoginFailed, PluginUnavailable
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.oauth.challenges import read_scopes
from switchgear.plugins.oauth.kept import NOTHING, Client, Pending, Server, Tokens
from switchgear.plugins.oauth.web import Page, Pairs, Web

_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16384}")
_LONGEST_LIFE: Final = 10 * 365 * 86400.0
_WORDS: Final = re.compile(r"[^\x20-\x7e]+")


class _Answer(Frozen, frozen=True):
    """A successful answer (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str
    expires_in: float | None = None
    refresh_token: str | None = None
    scope: str | None = None


class _Error(Frozen, frozen=True):
    """An answer that is none (RFC 6749 section 5.2)."""

    error: str
    error_description: str | None = None


class TokenEndpoint:
    """Asks the server of a login, as its client. ``now`` is seconds since 1970.

    Every method raises PluginLoginFailed, with the server's code for it where it gave one, and PluginUnavailable.
    """

    def __init__(self, web: Web, server: Server, client: Client, now: Callable[[], float]) -> None:
        self._web = web
        self._server = server
        self._client = client
        self._now = now

    async def exchange(self, login: Pending, code: str) -> Tokens:
        """The tokens for a code that a person brought back."""
        form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", login.redirect),
            ("code_verifier", login.verifier.reveal()),
            ("resource", login.resource),
        ]
        fresh = Tokens(login.url, login.resource, login.server, login.client, "code", login.asked)
        return await self._tokens(form, fresh)

    async def as_client(self, tokens: Tokens) -> Tokens:
        """Tokens for the gateway itself, with the scopes that ``tokens`` asks for."""
        form = [("grant_type", "client_credentials"), ("resource", tokens.resource)]
        if tokens.asked:
            form.append(("scope", " ".join(tokens.asked)))
        return await self._tokens(form, tokens)

    async def refreshed(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones; the refresh token may be another one then, and the old one worth nothing."""
        form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh.reveal()),
            ("resource", tokens.resource),
        ]
        return await self._tokens(form, tokens)

    async def revoke(self, token: Secret, hint: str) -> None:
        """Let a token be worth nothing from now on."""
        form, fields = self._identified([("token", token.reveal()), ("token_type_hint", hint)])
        page = await self._web.post_form(self._server.revocation_endpoint, "its revocation endpoint", form, fields)
        if page.status != 200:
            raise self._refusal(page, "did not revoke a token")

    async def _tokens(self, form: list[tuple[str, str]], old: Tokens) -> Tokens:
        whole, fields = self._identified(form)
        page = await self._web.post_form(self._server.token_endpoint, "its token endpoint", whole, fields)
        if page.status != 200:
            raise self._refusal(page, "gave no token")
        answer = page.json(_Answer)
        if answer is None or not _TOKEN.fullmatch(answer.access_token):
            raise self._failed("answered with no token that can be used.")
        if answer.token_type.lower() != "bearer":
            raise self._failed(f"gave a token of type {_shown(answer.token_type)}; only bearer tokens are supported.")
        refresh = old.refresh
        if answer.refresh_token and _TOKEN.fullmatch(answer.refresh_token):
            refresh = Secret(answer.refresh_token)
        now = self._now()
        life = answer.expires_in
        return msgspec.structs.replace(
            old,
            access=Secret(answer.access_token),
            refresh=refresh if old.flow == "code" else NOTHING,
            scopes=old.asked if answer.scope is None else read_scopes(answer.scope),
            got_at=now,
            expires_at=None if life is None else now + min(max(life, 0.0), _LONGEST_LIFE),
            reason="",
        )

    def _identified(self, form: Pairs) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """A form, and fields, that say who we are (RFC 6749 section 2.3.1).

        The id is in the form in any case: servers made with the MCP SDK look for it there alone.
        """
        client = self._client
        named = [*form, ("client_id", client.id)]
        if client.method == "client_secret_basic":
            pair = f"{quote_plus(client.id)}:{quote_plus(client.secret.reveal())}".encode()
            return named, [("authorization", "Basic " + base64.b64encode(pair).decode())]
        if client.method == "client_secret_post":
            named.append(("client_secret", client.secret.reveal()))
        return named, []

    def _refusal(self, page: Page, what: str) -> PluginLoginFailed | PluginUnavailable:
        told = page.json(_Error)
        if told is None and page.status >= 500:
            said = f"Plugin {self._web.plugin}: its authorization server answers with HTTP status {page.status}."
            return PluginUnavailable(said, plugin=self._web.plugin, hint="Try again later.")
        if told is None:
            return self._failed(f"{what} (HTTP status {page.status}).")
        described = f" ({_shown(told.error_description)})" if told.error_description else ""
        return self._failed(f"{what}: {_shown(told.error)}{described}.", told.error[:100])

    def _failed(self, what: str, code: str = "") -> PluginLoginFailed:
        said = f"Plugin {self._web.plugin}: its authorization server {what}"
        return PluginLoginFailed(said, plugin=self._web.plugin, oauth_error=code)


def _shown(text: str) -> str:
    return _WORDS.sub(" ", text)[:200].strip().rstrip(".")
