"""Requests to an API: over the gateway's own HTTP client, to granted hosts alone, with our credentials and nobody else's.

Redirects are followed inside their origin. Every address is judged after its name was resolved, and dialled as it was judged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Raw

from switchgear.core.errors import (
    InvalidSettings,
    PluginFailed,
    PluginUnavailable,
    ProviderError,
    ProviderResponseTooLarge,
    ProviderTimeout,
    ServerGone,
    ToolAnswerTooLarge,
    ToolTimedOut,
)
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.answers import Reply
from switchgear.plugins.openapi.bodies import body_of
from switchgear.plugins.openapi.credentials import Credentials, Proof
from switchgear.plugins.openapi.schemes import Scheme
from switchgear.plugins.openapi.serialising import Target, target_of
from switchgear.plugins.openapi.servers import base_of, parts_of, port_of, resolved
from switchgear.plugins.openapi.tools import Tool
from switchgear.providers.connection import Timeouts
from switchgear.providers.guard import Resolve
from switchgear.providers.transport import Answer, Origin, OriginSettings

_REDIRECTS: Final = 3
_TOKEN_SECONDS: Final = 30.0
_LONGEST_TOKEN: Final = 256 * 1024
_LONGEST_TARGET: Final = 64 * 1024
_CONNECTIONS: Final = 64
_ACCEPT: Final = "application/json, text/*;q=0.9, */*;q=0.8"


class Place(Frozen, frozen=True):
    """Where an API is: what was set, where its document came from, and what its URL's variables are."""

    base_url: str = ""
    document_url: str = ""
    variables: Mapping[str, str] = {}


class _Request(Frozen, frozen=True):
    """A request without what says who sends it. ``url`` is whole but for its query."""

    method: str
    url: str
    target: Target
    media_type: str
    body: bytes | None


class ApiClient:
    """The way to one plugin's API. ``schemes`` have whole URLs; ``guard`` names the addresses that may be dialled; ``response_bytes`` caps a body."""

    def __init__(
        self,
        plugin: str,
        place: Place,
        schemes: Mapping[str, Scheme],
        secrets: Mapping[str, Secret],
        guard: Resolve,
        response_bytes: int,
    ) -> None:
        self._plugin = plugin
        self._place = place
        self._guard = guard
        self._response_bytes = response_bytes
        self._credentials = Credentials(plugin, schemes, secrets, self._token)
        self._origins: dict[tuple[str, str], Origin] = {}
        self._judged: set[tuple[str, str]] = set()

    async def call(self, tool: Tool, arguments: Mapping[str, Any], given: Mapping[str, Raw]) -> Reply:
        """The answer to a call. ``arguments`` meet the tool's schema, ``given`` is the JSON of each.

        Raises BadArgument, PluginFailed.
        """
        operation = tool.operation
        target = target_of(operation.path, tool.inputs, arguments)
        media_type, body = "", None
        if operation.body is not None and tool.body in given:
            media_type, body = body_of(operation.body, tool.body, given[tool.body], tool.files)
        try:
            base = base_of(operation.servers, self._place.base_url, self._place.document_url, self._place.variables)
        except InvalidSettings as error:
            raise PluginFailed(
                f"Plugin {self._plugin}: {error.message}", plugin=self._plugin, hint=error.advice
            ) from error
        request = _Request(operation.method, base + target.path, target, media_type, body)
        proof = await self._credentials.proof(operation)
        reply = await self._exchange(request, proof)
        if reply.status == 401 and self._credentials.forget(proof):  # the token was kept; a new one may do
            reply = await self._exchange(request, await self._credentials.proof(operation))
        return reply

    def redacted(self, data: bytes) -> bytes:
        """Bytes without our secrets."""
        return self._credentials.redacted(data)

    def close(self) -> None:
        """End connections that are not in use, and the others when they are done."""
        for each in self._origins.values():
            each.close()

    # ------------------------------------------------------------ one exchange

    async def _exchange(self, request: _Request, proof: Proof) -> Reply:
        query = "&".join(each for each in (request.target.query, *proof.query) if each)
        url = f"{request.url}?{query}" if query else request.url
        method, body, media_type = request.method, request.body, request.media_type
        for _ in range(_REDIRECTS + 1):
            parts = self._parts(url)
            lines = [("accept", _ACCEPT), *request.target.fields, *proof.fields]
            if cookies := (*request.target.cookies, *proof.cookies):
                lines.append(("cookie", "; ".join(cookies)))
            if media_type:
                lines.append(("content-type", media_type))
            with await self._send(parts, method, lines, body) as answer:
                where = self._redirected(url, answer)
                if not where:
                    return await self._reply(answer, parts, method)
                if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):  # RFC 9110 section 15.4
                    method, body, media_type = "HEAD" if method == "HEAD" else "GET", None, ""
                url = where
        raise PluginFailed(
            f"Plugin {self._plugin}: its API leads on more than {_REDIRECTS} times.", plugin=self._plugin
        )

    def _redirected(self, url: str, answer: Answer) -> str:
        """Where an answer leads, if that is followed: inside the origin, whose credentials they are."""
        if answer.status not in (301, 302, 303, 307, 308):
            return ""
        found = resolved(url, answer.header(b"location").decode("latin-1"))
        parts = parts_of(found)
        if parts is None or not answer.header(b"location") or _origin(parts) != _origin(urlsplit(url)):
            return ""
        return found.partition("#")[0]

    async def _send(self, parts: SplitResult, method: str, lines: list[tuple[str, str]], body: bytes | None) -> Answer:
        """Send a request. Raises PluginFailed."""
        origin = await self._origin(parts)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = [origin.request_line(method.encode(), target.encode())]
        head += [b"%b: %b\r\n" % (name.encode(), value.encode()) for name, value in lines if value.isprintable()]
        head.append(b"user-agent: switchgear\r\naccept-encoding: gzip, deflate\r\n")
        if body is not None or method in ("POST", "PUT", "PATCH"):
            head.append(b"content-length: %d\r\n" % len(body or b""))
        safe = method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY")
        try:
            return await origin.send(b"%b\r\n%b" % (b"".join(head), body or b""), once=not safe)
        except ProviderError as error:
            raise self._translated(error) from error

    async def _origin(self, parts: SplitResult) -> Origin:
        """The pool for a URL's origin, whose address may be dialled. Raises PluginUnavailable."""
        key = (parts.scheme, parts.netloc)
        origin = self._origins.get(key)
        if origin is None:
            unbounded = 7 * 24 * 3600.0  # a call's own limit of time ends it
            settings = OriginSettings(
                self._plugin, f"{parts.scheme}://{parts.netloc}", Timeouts(10.0, unbounded, unbounded, unbounded),
                max_response_bytes=self._response_bytes, max_connections=_CONNECTIONS,
            )  # fmt: skip
            origin = self._origins[key] = Origin(settings, self._guard)
        if key not in self._judged:  # behind a proxy nobody else asks
            try:
                await self._guard(asyncio.get_running_loop(), parts.hostname or "", port_of(parts))
            except (OSError, UnicodeError) as error:
                why = getattr(error, "strerror", None) or str(error)
                said = f"Plugin {self._plugin} cannot reach {parts.netloc}: {why}."
                hint = "Grant the plugin that host and port, or correct its base_url."
                raise PluginUnavailable(said, plugin=self._plugin, hint=hint) from error
            self._judged.add(key)
        return origin

    async def _reply(self, answer: Answer, parts: SplitResult, method: str) -> Reply:
        """The whole answer, without our secrets. Raises PluginFailed."""
        data = bytearray()

        def sink(piece: bytes) -> None:
            if len(data) + len(piece) > self._response_bytes:
                raise ProviderResponseTooLarge("too large", provider=self._plugin)
            data.extend(piece)

        if method != "HEAD":  # whose answer says how long a body would be that does not come
            try:
                await answer.pipe(sink)
            except ProviderError as error:
                raise self._translated(error) from error

        def field(name: bytes) -> str:
            told = b", ".join(value for key, value in answer.headers if key == name)
            return self._credentials.redacted(told).decode("utf-8", "replace")[:16_384]

        url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return Reply(
            answer.status, field(b"content-type"), self._credentials.redacted(bytes(data)), field(b"retry-after"), field(b"link"),
            field(b"location"), self._credentials.redacted(url.encode()).decode("ascii", "replace"),
        )  # fmt: skip

    def _parts(self, url: str) -> SplitResult:
        parts = parts_of(url.partition("?")[0])
        if parts is None or len(url) > _LONGEST_TARGET:
            raise PluginFailed(
                f"Plugin {self._plugin}: the arguments make no URL that can be asked.",
                plugin=self._plugin,
                hint="Send shorter arguments.",
            )
        return urlsplit(url)

    def _translated(self, error: ProviderError) -> PluginFailed:
        """What the HTTP client says of a provider, said of the plugin."""
        said = error.message.replace(f"Provider {self._plugin}", f"The API of plugin {self._plugin}", 1)
        if isinstance(error, ProviderResponseTooLarge):
            said = f"The API of plugin {self._plugin} answered with more than {self._response_bytes} bytes."
            return ToolAnswerTooLarge(said, plugin=self._plugin)
        if isinstance(error, ProviderTimeout):
            return ToolTimedOut(said, plugin=self._plugin, cause=error.cause)
        return ServerGone(
            said, plugin=self._plugin, hint="Check the network and the plugin's base_url.", cause=error.cause
        )

    # ------------------------------------------------------------ tokens

    async def _token(self, url: str, form: bytes, authorization: str) -> tuple[int, bytes]:
        """Ask for a token; its server is of the document, and granted as any other."""
        lines = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")]
        if authorization:
            lines.append(("authorization", authorization))
        parts = self._parts(url)
        try:
            async with asyncio.timeout(_TOKEN_SECONDS):
                with await self._send(parts, "POST", lines, form) as answer:
                    status = answer.status
                    body = (await answer.body())[:_LONGEST_TOKEN]
        except ProviderError as error:
            raise self._translated(error) from error
        except TimeoutError as error:
            raise ToolTimedOut(
                f"Plugin {self._plugin} got no token within {_TOKEN_SECONDS:g} s.", plugin=self._plugin
            ) from error
        return status, body


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", port_of(parts)
