"""The URL of a remote tool server: requests to it, with what each of them has to say, over the gateway's own HTTP client.

The URL is what an operator or a registry wrote: http and https only, every address judged by the guard, redirects only inside its
own origin.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
from collections.abc import Sequence
from typing import Final, Protocol
from urllib.parse import SplitResult, urljoin, urlsplit

from switchgear.core.errors import (
    PluginFailed,
    PluginUnauthorized,
    PluginUnavailable,
    ProviderError,
    ProviderResponseTooLarge,
    ProviderTimeout,
    ServerGone,
    ToolAnswerTooLarge,
    ToolTimedOut,
)
from switchgear.core.structs import Frozen
from switchgear.providers.connection import Timeouts
from switchgear.providers.guard import Resolve
from switchgear.providers.sse import EventCutter, split_events
from switchgear.providers.transport import Answer, Origin, OriginSettings

UNBOUNDED: Final = 7 * 24 * 3600.0
"""Seconds where a call's own time limit counts and not the transport's."""
_TIMEOUTS: Final = Timeouts(10.0, UNBOUNDED, UNBOUNDED, UNBOUNDED)
_NO_LIMIT: Final = 1 << 60
"""Sizes are counted here: a stream may be endless, its events may not."""
_LONGEST_ERROR: Final = 64 * 1024
_REDIRECTS: Final = 3
_SAFE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_WRAPPED: Final = re.compile(r"=\?base64\?.*\?=")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")

Fields = Sequence[tuple[str, str]]


class Authorization(Protocol):
    """What makes a remote server accept us: an API key that an operator gave, or tokens that are renewed."""

    async def fields(self) -> Fields:
        """The HTTP fields to send with a request. Raises PluginUnauthorized."""

    async def refused(self, status: int, challenge: str) -> bool:
        """The server refused them (401, 403) with this WWW-Authenticate; whether there are others now, worth a second try."""


class Fixed:
    """Fields that do not change."""

    def __init__(self, fields: Fields = ()) -> None:
        self._fields = tuple(fields)

    async def fields(self) -> Fields:
        """The fields."""
        return self._fields

    async def refused(self, status: int, challenge: str) -> bool:  # noqa: ARG002 - there are no others, whatever it says
        """There are no others."""
        return False


class Event(Frozen, frozen=True):
    """A server-sent event: its type (``message`` unless it says otherwise), data and id, and the wait it asks for, in seconds."""

    kind: str
    data: bytes
    id: str = ""
    retry: float | None = None


class RefusedStatus(Exception):
    """A remote server answered with an HTTP status that is no success; ``body`` is the start of what came with it."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.body = body


class Endpoint:
    """One URL. ``response_bytes`` caps a body that is no stream, and each event of one that is."""

    def __init__(
        self, plugin: str, url: str, guard: Resolve, authorization: Authorization, response_bytes: int
    ) -> None:
        parts = _checked(plugin, url)
        self.plugin = plugin
        self.response_bytes = response_bytes
        self._url = url
        self._parts = parts
        self._authorization = authorization
        self._guard = guard
        self._judged = False
        settings = OriginSettings(plugin, f"{parts.scheme}://{parts.netloc}", timeouts=_TIMEOUTS)
        self._origin = Origin(settings, guard)

    def sibling(self, url: str) -> None:
        """Send to another URL of the same origin from now on. Raises PluginFailed when it is of another."""
        moved = urljoin(self._url, url)
        parts = _checked(self.plugin, moved)
        if _origin_of(parts) != _origin_of(self._parts):
            said = f"Plugin {self.plugin} points to another host, {parts.netloc[:200]}, which is not followed."
            raise PluginFailed(said, plugin=self.plugin, hint="Use that URL for the plugin if it is meant.")
        self._url, self._parts = moved, parts

    async def send(self, method: bytes, fields: Fields, body: bytes = b"") -> Answer:
        """Send a request and give its answer, a success, to be closed. Raises RefusedStatus, PluginUnauthorized, PluginFailed."""
        try:
            if not self._judged:  # behind a proxy nobody else asks
                await self._judge()
            tried = False
            moved = 0
            while True:
                request = self._request(method, [*fields, *await self._authorization.fields()], body)
                answer = await self._origin.send(request, limit=_NO_LIMIT)
                status = answer.status
                if 200 <= status < 300:
                    return answer
                with answer:
                    if status in (307, 308) and moved < _REDIRECTS:
                        moved += 1
                        self.sibling(answer.header(b"location").decode("latin-1"))
                    elif status in (401, 403):
                        asked = [value for name, value in answer.headers if name == b"www-authenticate"]
                        challenge = b", ".join(asked).decode("latin-1")
                        if tried or not await self._authorization.refused(status, challenge):
                            raise self._unauthorized(status, challenge)
                        tried = True
                    else:
                        raise await self._refused(answer)
        except ProviderError as error:
            raise self.translated(error) from error

    async def tell(self, method: bytes, fields: Fields, body: bytes = b"") -> None:
        """Send a request whose answer says nothing but that it was taken. Raises as ``send``."""
        with await self.send(method, fields, body) as answer:
            answer.hurry(2.0)
            with contextlib.suppress(ProviderError):  # read to its end, so that the connection is used again
                await answer.pipe(_dropped)

    async def _judge(self) -> None:
        port = self._parts.port or (443 if self._parts.scheme == "https" else 80)
        try:
            await self._guard(asyncio.get_running_loop(), self._parts.hostname or "", port)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            said = f"Plugin {self.plugin} cannot be reached at {self._parts.hostname}: {why}."
            raise PluginUnavailable(said, plugin=self.plugin, hint="Check the plugin's URL.") from error
        self._judged = True

    def _request(self, method: bytes, fields: Fields, body: bytes) -> bytes:
        parts = self._parts
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [self._origin.request_line(method, target.encode())]
        lines += [
            b"%b: %b\r\n" % (name.encode(), field_value(value)) for name, value in fields if _TOKEN.fullmatch(name)
        ]
        lines.append(b"user-agent: switchgear\r\naccept-encoding: identity\r\n")
        if method == b"POST":
            lines.append(b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body))
        return b"%b\r\n%b" % (b"".join(lines), body)

    async def _refused(self, answer: Answer) -> RefusedStatus:
        body = bytearray()

        def sink(piece: bytes) -> None:
            if len(body) < _LONGEST_ERROR:
                body.extend(piece)
            else:
                answer.hurry(0)

        answer.hurry(5.0)
        try:
            await answer.pipe(sink)
        except ProviderError:
            body.clear()  # the status tells enough
        return RefusedStatus(answer.status, bytes(body[:_LONGEST_ERROR]))

    def refused(self, error: RefusedStatus) -> PluginFailed:
        """What a status is to whoever made the call."""
        return PluginFailed(f"Plugin {self.plugin} answered with HTTP status {error.status}.", plugin=self.plugin)

    def _unauthorized(self, status: int, challenge: str) -> PluginUnauthorized:
        what = "wants us to sign in" if status == 401 else "does not allow us this"
        said = f"Plugin {self.plugin} {what} (HTTP status {status})."
        return PluginUnauthorized(said, plugin=self.plugin, upstream_status=status, challenge=challenge[:4096])

    def translated(self, error: ProviderError) -> PluginFailed:
        """What the HTTP client says of a provider, said of the plugin."""
        said = error.message.replace(f"Provider {self.plugin}", f"Plugin {self.plugin}", 1)
        if isinstance(error, ProviderResponseTooLarge):
            said = f"Plugin {self.plugin} answered with more than {self.response_bytes} bytes."
            return ToolAnswerTooLarge(said, plugin=self.plugin)
        if isinstance(error, ProviderTimeout):
            return ToolTimedOut(said, plugin=self.plugin, cause=error.cause)
        hint = "Check the network and the plugin's URL."
        return ServerGone(said, plugin=self.plugin, hint=hint, cause=error.cause)

    def too_large(self) -> ProviderResponseTooLarge:
        """For a sink to end the exchange with."""
        return ProviderResponseTooLarge("too large", provider=self.plugin)

    def close(self) -> None:
        """End connections that are not in use, and the others when they are done."""
        self._origin.close()


class EventReader:
    """Reads server-sent events out of a stream as it comes (WHATWG HTML, section 9.2.6), each at most ``limit`` bytes."""

    def __init__(self, plugin: str, limit: int) -> None:
        self._cutter = EventCutter(plugin, limit)

    def feed(self, data: bytes) -> list[Event]:
        """The events that ``data`` completes, comments left out. Raises ProviderResponseTooLarge."""
        whole = self._cutter.feed(data)
        return [event for each in split_events(whole) if (event := _event(each)) is not None] if whole else []


def _event(event: bytes) -> Event | None:
    kind, number, retry = "message", "", None
    data: list[bytes] = []
    for line in _LINE_END.split(event.removeprefix(b"\xef\xbb\xbf")):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"id" and b"\0" not in value and len(value) <= 1024:
            number = value.decode("utf-8", "replace")
        elif name == b"event":
            kind = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) < 8:
            retry = int(value) / 1000
    if not data and not number and retry is None:
        return None
    return Event(kind, b" ".join(data), number, retry)  # line ends of JSON are spaces as well


def _dropped(_piece: bytes) -> None:
    """For what nobody reads."""


def media_type(answer: Answer) -> bytes:
    """The answer's media type, without parameters, in lower case."""
    return answer.header(b"content-type").partition(b";")[0].strip().lower()


def field_value(value: str) -> bytes:
    """A string as the value of an HTTP field: as it is where that is safe, else wrapped (MCP 2026-07-28, Transports)."""
    if not value or (_SAFE.fullmatch(value) and not _WRAPPED.fullmatch(value)):
        return value.encode()
    return b"=?base64?%b?=" % base64.b64encode(value.encode("utf-8", "surrogatepass"))


def _origin_of(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _checked(plugin: str, url: str) -> SplitResult:
    """The parts of a URL that can be asked. Raises PluginUnavailable."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if (
        not usable
        or not url.isascii()
        or not url.isprintable()
        or " " in url
        or len(url) > 8192
        or parts.username is not None
    ):
        said = f"Plugin {plugin} is at no usable URL: http:// or https://, a host, and no user name in it."
        raise PluginUnavailable(said, plugin=plugin, hint="Correct the plugin's URL.")
    return parts
