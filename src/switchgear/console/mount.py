"""The console on the gateway's address, as an ASGI application: its files, and its page for every address of its own.

The page carries no data: whoever opens it sees the way to sign in. Why it is served so: docs/decisions/048-console-foundation.md.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from switchgear.console.page import Page, Themes, dressed, no_themes
from switchgear.console.site import File, Site
from switchgear.console.unbuilt import unbuilt
from switchgear.core.ids import RequestIds

THEME_COOKIE: Final = b"switchgear_theme"
_NOT_PAGES: Final = frozenset({"api", "v1", "mcp", "oauth", "themes", ".well-known"})
"""First parts of paths that programs ask for: what is not there is told in their form, not with a page."""
_METHODS: Final = frozenset({"GET", "HEAD"})
_SAFE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_SAFE_PAGE: Final = (
    *_SAFE,
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        b"microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
)


class Console:
    """Serves ``site``. ``themes`` tells what the page is shown in."""

    def __init__(self, site: Site | None = None, themes: Themes = no_themes) -> None:
        self._site = site or Site()
        self._themes = themes
        self._ids = RequestIds()

    async def takes(self, scope: Any) -> bool:
        """Whether a request is for the console: the root, one of its files, or an address a person opens in a browser."""
        path: str = scope["path"]
        first = path[1:].partition("/")[0]
        if path == "/":
            return True
        if scope["method"] not in _METHODS or first in _NOT_PAGES:
            return False
        if first == "assets" or b"text/html" in _field(scope, b"accept"):
            return True
        return await asyncio.to_thread(self._site.look) and self._site.find(path) is not None

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """ASGI; for requests it takes."""
        if scope["method"] not in _METHODS:
            await self._send(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        built = await asyncio.to_thread(self._site.look)
        file = self._site.find(scope["path"]) if built else None
        if file is not None:
            await self._send_file(scope, send, file)
        elif scope["path"].startswith("/assets/"):
            # of another version of the console, most likely: the page that asks knows what to do
            head = [*_SAFE, (b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
            await self._send(send, 404, head, b"No such file in this version of the console.\n")
        elif built:
            theme = await self._themes(_cookie(scope, THEME_COOKIE))
            head = [(b"etag", b'"%b"' % self._site.version.encode()), (b"vary", b"cookie")]
            await self._send_page(send, dressed(self._site.page, self._site.version, theme), head)
        else:
            await self._send_page(send, unbuilt(), [])

    async def _send_file(self, scope: Any, send: Any, file: File) -> None:
        head = [
            *_SAFE,
            (b"content-type", file.content_type.encode()),
            (b"cache-control", file.cache_control.encode()),
            (b"vary", b"accept-encoding"),
        ]
        path = file.path
        if file.brotli is not None and _takes_brotli(_field(scope, b"accept-encoding")):
            head.append((b"content-encoding", b"br"))
            path = file.brotli
        try:
            body = await asyncio.to_thread(path.read_bytes)
        except OSError:  # built again this very moment
            await self._send(send, 404, [*_SAFE, (b"cache-control", b"no-store")], b"")
            return
        await self._send(send, 200, head, body)

    async def _send_page(self, send: Any, page: Page, more: list[tuple[bytes, bytes]]) -> None:
        head = [*_SAFE_PAGE, (b"content-security-policy", page.policy.encode()), *more]
        await self._send(send, 200, head, page.html.encode())

    async def _send(self, send: Any, status: int, head: list[tuple[bytes, bytes]], body: bytes) -> None:
        lines = [
            *head,
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", self._ids.next().encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})


def _field(scope: Any, name: bytes) -> bytes:
    """All values of a request's field, as one (RFC 9110 section 5.3)."""
    return b",".join(value for key, value in scope["headers"] if key == name)


def _cookie(scope: Any, name: bytes) -> str:
    """The value of a cookie, or nothing (RFC 6265 section 5.4)."""
    for field, value in scope["headers"]:
        if field == b"cookie":
            for pair in value.split(b";"):
                key, _, given = pair.strip().partition(b"=")
                if key == name:
                    return str(given, "latin-1")
    return ""


def _takes_brotli(accepted: bytes) -> bool:
    """Whether ``br`` is among the codings a client takes (RFC 9110 section 12.5.3)."""
    for each in accepted.split(b","):
        coding, *parameters = (part.strip().lower() for part in each.split(b";"))
        if coding == b"br":
            return not any(part.replace(b" ", b"").rstrip(b"0").rstrip(b".") in (b"q=", b"q=0") for part in parameters)
    return False
