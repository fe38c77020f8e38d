"""Fetching what a client's request refers to by URL, for providers that want the content itself.

The URL is hostile until shown otherwise: http and https only, public addresses only, judged after its name was resolved and again at
every redirect; bounded in bytes, in time and in hops; nothing of ours is sent along.
"""

from __future__ import annotations

import asyncio
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from switchgear.core.errors import (
    ProviderError,
    ProviderResponseTooLarge,
    ProviderTimeout,
    UnfetchableURL,
)
from switchgear.providers.connection import Timeouts
from switchgear.providers.guard import Resolve
from switchgear.providers.transport import Origin, OriginSettings

_MAX_REDIRECTS = 3
_LONGEST_URL = 8192
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHO = "fetch"


class Fetched(msgspec.Struct, frozen=True):
    """What was at a URL, and the media type it was said to have (lower case, without parameters)."""

    data: bytes
    media_type: str


class Fetcher:
    """Fetches URLs of clients. ``max_bytes`` bounds the content, ``seconds`` the whole of it, redirects included."""

    def __init__(self, guard: Resolve, max_bytes: int, seconds: float) -> None:
        self._guard = guard
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def fetch(self, url: str, param: str) -> Fetched:
        """The content at ``url``. Raises UnfetchableURL, naming ``param``, whatever the reason."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, param)
        except TimeoutError as error:
            raise self._refused(url, f"it took longer than {self._seconds:g} s", param) from error
        except ProviderResponseTooLarge as error:
            raise self._refused(url, f"it has more than {self._max_bytes} bytes", param) from error
        except ProviderTimeout as error:
            raise self._refused(url, "it took too long", param) from error
        except ProviderError as error:
            raise self._refused(url, error.message.partition(": ")[2] or "it cannot be reached", param) from error

    async def _follow(self, url: str, param: str) -> Fetched:
        at = url
        for _ in range(_MAX_REDIRECTS + 1):
            parts = self._parsed(at, url, param)
            await self._judge(parts, url, param)
            found = await self._get(parts, url, param)
            if isinstance(found, Fetched):
                return found
            at = urljoin(at, found)
        raise self._refused(url, f"it leads on more than {_MAX_REDIRECTS} times", param)

    def _parsed(self, at: str, url: str, param: str) -> SplitResult:
        try:
            parts = urlsplit(at)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError as error:
            raise self._refused(url, "it is not an http(s) URL", param) from error
        if not usable or len(at) > _LONGEST_URL or not at.isascii() or not at.isprintable() or " " in at:
            raise self._refused(url, "it is not an http(s) URL", param)
        if parts.username is not None:
            raise self._refused(url, "it holds a user name", param)
        return parts

    async def _judge(self, parts: SplitResult, url: str, param: str) -> None:
        """Refuse an address that is not public before anything is sent, behind a proxy too."""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            await self._guard(asyncio.get_running_loop(), parts.hostname or "", port)
        except (OSError, UnicodeError) as error:
            raise self._refused(url, str(getattr(error, "strerror", None) or error), param) from error

    async def _get(self, parts: SplitResult, url: str, param: str) -> Fetched | str:
        """The content, or where a redirect leads."""
        half = self._seconds
        settings = OriginSettings(
            provider=_WHO,
            base_url=f"{parts.scheme}://{parts.netloc}",
            timeouts=Timeouts(half, half, half, half),
            max_response_bytes=self._max_bytes,
        )
        origin = Origin(settings, self._guard)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = (
            origin.request_line(b"GET", target.encode())
            + b"accept-encoding: identity\r\nuser-agent: switchgear\r\n\r\n"
        )
        try:
            with await origin.send(head) as answer:
                if answer.status in _REDIRECTS:
                    return answer.header(b"location").decode("latin-1")
                if answer.status != 200:
                    raise self._refused(url, f"it answered {answer.status}", param)
                body = await answer.body()
                kind = answer.header(b"content-type").decode("latin-1")
        finally:
            origin.close()
        return Fetched(body, kind.partition(";")[0].strip().lower())

    def _refused(self, url: str, why: str, param: str) -> UnfetchableURL:
        shown = url if len(url) <= 200 else url[:200] + "…"
        return UnfetchableURL(f"{shown} was not fetched: {why}.", param=param)
