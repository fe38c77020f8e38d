"""The gate every admin request passes: a request id, a key or session with the scope, a body that is JSON, safe headers.

The rule is one for all routes, so that none can forget it: reading takes ``admin:read``, everything else ``admin``, but for what the
table here names. Nothing of a body is read before its sender is known, where one has to be.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switchgear.access.keys import Key, Keyring, token_from
from switchgear.access.roles import ADMIN, ADMIN_READ, CALL, OWN, OWNER
from switchgear.config.schema import ServerSettings
from switchgear.core.errors import (
    InternalError,
    InvalidJSON,
    NotFound,
    RequestTimeout,
    RequestTooLarge,
    SwitchgearError,
    UnsupportedMediaType,
)
from switchgear.core.ids import RequestIds
from switchgear.core.nesting import nests_deeper
from switchgear.edge.admin.problems import problem
from switchgear.edge.credentials import session_in
from switchgear.edge.origins import check_host, check_origin

DOCUMENT: Final = "/api/openapi.json"

OPEN: Final = "open"
"""What a route takes that is open to everybody."""
SIGNED_IN: Final = "signed-in"
"""What a route takes that every key and session may use."""

_NEEDED: Final = tuple(
    (frozenset(methods.split()), re.compile(path), scope)
    for methods, path, scope in (
        ("GET HEAD", "/api/openapi.json", OPEN),
        ("GET", "/api/sign-in", OPEN),
        ("POST", "/api/sign-in/(key|link)", OPEN),
        ("GET", "/api/sign-in/oidc(/callback)?", OPEN),
        ("POST", "/api/sign-in/links", OWNER),
        ("POST", "/api/sign-out", SIGNED_IN),
        ("GET", "/api/me(/.*)?", SIGNED_IN),
        ("PUT DELETE", "/api/me/preferences/[^/]+", SIGNED_IN),
        ("DELETE", "/api/me/sessions/[^/]+", SIGNED_IN),
        ("GET", "/api/sessions", ADMIN),
        ("GET", "/api/events", SIGNED_IN),
        ("POST", "/api/plugins/[^/]+/tools/.+/call", CALL),
        ("GET POST PATCH DELETE", "/api/conversations(/.*)?", OWN),
        ("POST", "/api/keys", OWN),
        ("PATCH", "/api/keys/[^/]+", OWN),
        ("POST", "/api/keys/[^/]+/(rotate|revoke)", OWN),
        ("POST", "/api/plugins/trust(/[^/]+/revoke)?", OWNER),
        ("DELETE", "/api/plugins/trust/[^/]+", OWNER),
    )
)
"""What routes take that the rule of all others is not for, the first that fits. What follows of it is each route's own to say: which
keys are one's own, and which users only an owner changes."""

MAX_BODY_BYTES: Final = 1024 * 1024
LARGER_BODIES: Final = {"/api/catalogue": 32 * 1024 * 1024}
"""Paths that take more: the catalogue has thousands of entries."""
CONVERSATION_BYTES: Final = 8 * 1024 * 1024
"""What messages and images of conversations may be."""
STREAMED: Final = frozenset({"/api/plugins/proposals/bundle", "/api/plugins/proposals/openapi"})
"""Paths whose bodies are no JSON, and are read piece by piece by who answers them."""
MAX_DEPTH: Final = 64
_NO_PAGE: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""Nothing here is a page: what a browser opens all the same runs nothing, and stands in no frame."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""What is in no path of ours. The router's patterns end in ``$``, before a last line break too, where those of the table end at the end:
such a path would be a route's, and not under its rule.
"""
_READING: Final = frozenset({"GET", "HEAD"})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


def scope_for(method: str, path: str) -> str:
    """The scope that a request takes, or OPEN, or SIGNED_IN."""
    for methods, form, scope in _NEEDED:
        if method in methods and form.fullmatch(path):
            return scope
    return ADMIN_READ if method in _READING else ADMIN


async def _nothing(_key: Key) -> None:
    """Sessions are not kept alive here."""


class Gate:
    """ASGI middleware in front of the admin routes.

    ``server`` gives the settings as they are; ``used`` is told of a session that was used. Raises nothing: what goes wrong inside is a problem for the
    client, a defect is logged under the request id and shown as ``internal_error``.
    """

    def __init__(
        self,
        app: ASGIApp,
        keyring: Keyring,
        server: Callable[[], ServerSettings],
        used: Callable[[Key], Awaitable[None]] = _nothing,
    ) -> None:
        self._app = app
        self._keyring = keyring
        self._used = used
        self._server = server
        self._ids = RequestIds()
        self._log = structlog.get_logger("switchgear.admin")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._ids.next()
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        try:
            receive = await self._admit(scope, receive)
            await self._app(scope, receive, answer.send)
        except SwitchgearError as error:
            if answer.started:
                raise
            await problem(error, request_id)(scope, receive, answer.send)
        except Exception as error:
            self._log.exception("Defect in the admin API", request_id=request_id, path=scope["path"])
            if answer.started:
                raise  # the connection breaks off: an answer cut short must not look whole
            told = InternalError("The gateway met a defect of its own.", cause=repr(error))
            await problem(told, request_id)(scope, receive, answer.send)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        """Let the request pass with its key and its body, or raise SwitchgearError."""
        path: str = scope["path"]
        method: str = scope["method"]
        headers = Headers(scope=scope)
        server = self._server()
        check_host(headers.get("host", ""), server)
        if path != "/api" and not path.startswith("/api/"):
            raise NotFound(f"There is no {path[:200]} here.")
        if _CONTROL.search(path):
            raise NotFound("There is nothing at a path with control characters.")
        needed = scope_for(method, path)
        if needed != OPEN:
            scope["state"]["key"] = key = self._authorise(headers, needed)
            scope["state"]["admitted"] = lambda: self._still(headers, needed)
            if key.session is not None:
                await self._used(key)
        if method not in _READING:
            scheme = None if server.trusted_proxy else scope["scheme"]
            check_origin(headers.get("origin"), headers.get("host", ""), scheme)
        if method not in _WITH_BODY or path in STREAMED:
            return receive
        return await self._with_body(headers, receive, path)

    def _authorise(self, headers: Headers, needed: str) -> Key:
        token = token_from(
            headers.get("authorization", "").encode("latin-1"), headers.get("x-api-key", "").encode("latin-1")
        )
        cookies = headers.get("cookie", "").encode("latin-1")
        key = self._keyring.authenticate(token or session_in(cookies, self._keyring.cookie), time.time())
        if needed != SIGNED_IN:
            key.require(needed)
        return key

    def _still(self, headers: Headers, needed: str) -> bool:
        """Whether the same request would be let in now too."""
        try:
            self._authorise(headers, needed)
        except SwitchgearError:
            return False
        return True

    async def _with_body(self, headers: Headers, receive: Receive, path: str) -> Receive:
        try:
            async with asyncio.timeout(self._server().body_timeout):
                body = await _read(headers, receive, _largest(path))
        except TimeoutError as error:
            raise RequestTimeout("The request body did not arrive in time.") from error
        if body:
            _check_json(headers, body)
        return _Replay(body, receive)


class _Answer:
    """Passes an answer on with the headers that every one carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers["x-request-id"] = self._request_id
            headers["cache-control"] = "no-store"
            headers["x-content-type-options"] = "nosniff"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers.setdefault("content-security-policy", _NO_PAGE)
        await self._send(message)


class _Replay:
    """Gives a body that was read already once more, then whatever else comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message if message is not None else await self._receive()


async def _read(headers: Headers, receive: Receive, limit: int) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > limit):
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestTimeout("The client left before the body was complete.")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _largest(path: str) -> int:
    usual = CONVERSATION_BYTES if path.startswith("/api/conversations/") else MAX_BODY_BYTES
    return LARGER_BODIES.get(path, usual)


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(
        f"The request body is over the limit of {limit} bytes.",
        hint=f"The admin API takes up to {limit // MAX_BODY_BYTES} MiB here.",
    )


def _check_json(headers: Headers, body: bytes) -> None:
    """Raise unless the body is JSON that every reader understands in the same way."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        shown = f'"{media_type[:80]}"' if media_type else "of no declared type"
        raise UnsupportedMediaType(f"The body is {shown}, not application/json.")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJSON(f"The body is not UTF-8: invalid byte 0x{body[error.start]:02x} at {error.start}.") from error
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        raise InvalidJSON(f"The body is not JSON: {reason}.") from error
    except RecursionError as error:
        raise InvalidJSON("The body is nested too deeply.", hint="Send flatter JSON.") from error
    if nests_deeper(value, MAX_DEPTH):
        raise InvalidJSON(f"The body is nested more than {MAX_DEPTH} levels deep.", hint="Send flatter JSON.")
