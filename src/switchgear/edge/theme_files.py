"""``/themes/NAME-DIGEST.css``: compiled themes, open to everybody. What an address with a digest names never changes."""

from __future__ import annotations

import gzip
import re
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from switchgear.themes.css import Sheet

PREFIX: Final = "/themes/"
_PATH: Final = re.compile(r"/themes/([a-z0-9][a-z0-9-]{0,47})-([0-9a-f]{12})\.css")
_KEPT: Final = "public, max-age=31536000, immutable"


class Sheets(Protocol):
    """What gives style sheets."""

    async def served(self, name: str, digest: str) -> tuple[Sheet, bool] | None:
        """The style sheet of a theme, and whether it is the one of this digest; ``None`` where there is no such theme."""
        ...


class ThemeFiles:
    """An ASGI application for everything below ``/themes/``."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._answer(scope["method"], scope["path"], Headers(scope=scope))
        response.headers["x-content-type-options"] = "nosniff"
        await response(scope, receive, send)

    async def _answer(self, method: str, path: str, headers: Headers) -> Response:
        if method not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET.\n", 405, headers={"allow": "GET, HEAD"})
        asked = _PATH.fullmatch(path)
        found = await self._sheets.served(asked[1], asked[2]) if asked else None
        if found is None:
            return PlainTextResponse("There is no such theme.\n", 404, headers={"cache-control": "no-store"})
        sheet, exact = found
        content = sheet.text.encode()
        told = {"cache-control": _KEPT if exact else "no-store", "vary": "accept-encoding"}
        if "gzip" in headers.get("accept-encoding", ""):
            content = gzip.compress(content, 6, mtime=0)
            told["content-encoding"] = "gzip"
        return Response(content, media_type="text/css; charset=utf-8", headers=told)
