"""``/oauth/callback`` and ``/oauth/client.json``: where browsers come back to after signing in to a plugin, and who the gateway is as a client.

Whoever comes here has no key: what counts is the state that only the login under way knows, once.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from html import escape
from typing import Final

import msgspec

from switchgear.core.errors import NotFound, PluginLoginRefused, SwitchgearError
from switchgear.core.ids import RequestIds
from switchgear.edge.exchange import Exchange
from switchgear.plugins.oauth.logins import Login, Logins
from switchgear.plugins.oauth.remotes import remote_named
from switchgear.store.audit import Audit
from switchgear.store.plugins import Plugins

_STYLE: Final = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0}main{max-width:36rem;margin:15vh auto 0;padding:0 1rem}"
    "h1{font-size:1.5rem;font-weight:600}"
)
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>{style}</style></head>
<body><main><h1>{title}</h1><p>{told}</p></main></body></html>
"""
_SAFE: Final = (
    b"cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\n"
    b"content-security-policy: default-src 'none'; style-src 'sha256-%b'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"
) % b64encode(sha256(_STYLE.encode()).digest())


class OAuthPages:
    """Both pages. ``signed_in`` takes up a plugin to which somebody signed in, and gives why it does not run, or nothing."""

    def __init__(
        self,
        logins: Logins,
        signed_in: Callable[[str], Awaitable[str]],
        plugins: Plugins,
        audit: Audit,
        ids: RequestIds,
    ) -> None:
        self._logins = logins
        self._signed_in = signed_in
        self._plugins = plugins
        self._audit = audit
        self._ids = ids

    async def callback(self, exchange: Exchange) -> None:
        """Ends a login with what the browser brings, and tells the person how that went."""
        if not self._taken(exchange, "GET"):
            return
        try:
            login = await self._finish(exchange)
            note = await self._signed_in(login.plugin)
        except SwitchgearError as error:
            shown = PluginLoginRefused("No such login is under way.") if isinstance(error, NotFound) else error
            self._show(exchange, shown.http_status, "Not signed in", shown.told)
            return
        told = f"The gateway is signed in to the plugin {login.plugin}. {note or 'You can close this page.'}"
        self._show(exchange, 200, "Signed in", told)

    async def document(self, exchange: Exchange) -> None:
        """Who the gateway is, as a client (OAuth Client ID Metadata Document); 404 where it has no https URL of its own."""
        if not self._taken(exchange, "GET", "HEAD"):
            return
        document = self._logins.document
        head = b"x-request-id: %b\r\n" % self._ids.next().encode()
        if document is None:
            exchange.reply(404, head + b"cache-control: no-store\r\n", b"")
            return
        head += b"content-type: application/json\r\ncache-control: max-age=300\r\n"
        exchange.reply(200, head, msgspec.json.encode(document))

    async def _finish(self, exchange: Exchange) -> Login:
        answer = exchange.query.decode("latin-1")
        remote = await remote_named(self._plugins, self._logins.plugin_of(answer))
        by = await self._logins.begun_by(remote)
        login = await self._logins.finish(remote, answer)
        detail = {"issuer": login.issuer, "scopes": list(login.scopes)}
        at = time.time_ns() // 1_000_000
        await self._audit.append(
            at=at, actor=by, action="plugin.login", target=remote.plugin, detail=detail, ip=exchange.client
        )
        return login

    def _show(self, exchange: Exchange, status: int, title: str, told: str) -> None:
        head = _SAFE + b"content-type: text/html; charset=utf-8\r\nx-request-id: %b\r\n" % self._ids.next().encode()
        exchange.reply(status, head, _PAGE.format(title=escape(title), style=_STYLE, told=escape(told)).encode())

    def _taken(self, exchange: Exchange, *methods: str) -> bool:
        if exchange.method in methods:
            return True
        head = f"allow: {', '.join(methods)}\r\nx-request-id: {self._ids.next()}\r\n"
        exchange.reply(405, head.encode(), b"")
        return False
