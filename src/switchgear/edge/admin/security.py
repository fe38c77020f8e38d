"""The gate every admin request passes: a request id, a key with the scope, a body that is JSON, safe headers.

The rule is one for all routes, so that none can forget it: reading takes ``admin:read``, everything else ``admin``.
Nothing of a body is read before its sender is known.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from switchgear.access.keys import ADMIN, ADMIN_READ, Key, Keyring, token_from
from switchgear.config.checks import is_loopback
from switchgear.config.schema import ServerSettings
from switchgear.core.errors import (
    InternalError,
    InvalidJSON,
    NotFound,
    PermissionDenied,
    RequestTimeout,
    RequestTooLarge,
    SwitchgearError,
    UnsupportedMediaType,
)
from switchgear.core.ids import RequestIds
from switchgear.edge.admin.problems import problem

DOCUMENT: Final = "/api/openapi.json"
"""The one path that is open to everybody."""

MAX_BODY_BYTES: Final = 1024 * 1024
LARGER_BODIES: Final = {"/api/catalogue": 32 * 1024 * 1024}
"""Paths that take more: the catalogue has thousands of entries."""
MAX_DEPTH: Final = 64
_READING: Final = frozenset({"GET", "HEAD"})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


_HOST: Final = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{0,5})?")
"""The Host header (RFC 9110, section 7.2)."""


def scope_for(method: str) -> str:
    """The scope that a request of this method takes."""
    return ADMIN_READ if method in _READING else ADMIN


class Gate:
    """ASGI middleware in front of the admin routes.

    ``server`` gives the settings as they are. Raises nothing: what goes wrong inside is a problem for the
    client, a defect is logged under the request id and shown as ``internal_error``.
    """

    def __init__(self, app: ASGIApp, keyring: Keyring, server: Callable[[], ServerSettings]) -> None:
        self._app = app
        self._keyring = keyring
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
        _check_host(headers, server)
        if path == DOCUMENT and method in _READING:
            return receive
        if path != "/api" and not path.startswith("/api/"):
            raise NotFound(f"There is no {path[:200]} here.")
        scope["state"]["key"] = self._authorise(headers, method)
        if method not in _READING:
            _check_origin(headers, None if server.trusted_proxy else scope["scheme"])
        return await self._with_body(headers, receive, path) if method in _WITH_BODY else receive

    def _authorise(self, headers: Headers, method: str) -> Key:
        token = token_from(
            headers.get("authorization", "").encode("latin-1"), headers.get("x-api-key", "").encode("latin-1")
        )
        key = self._keyring.authenticate(token, time.time())
        key.require(scope_for(method))
        return key

    async def _with_body(self, headers: Headers, receive: Receive, path: str) -> Receive:
        try:
            async with asyncio.timeout(self._server().body_timeout):
                body = await _read(headers, receive, LARGER_BODIES.get(path, MAX_BODY_BYTES))
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
        await self._send(message)


class _Replay:
    """Gives a body that was read already once more, then whatever else comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return message if message is not None else await self._receive()


def _check_host(headers: Headers, server: ServerSettings) -> None:
    """Refuse a request for another host than this machine while only this machine is listened for.

    A page of ``evil.example`` whose name is made to lead to 127.0.0.1 has our address as its own origin (DNS
    rebinding); the Host header still says by which name the browser came. Behind a proxy names are the proxy's matter.
    """
    if server.trusted_proxy or not is_loopback(server.host):
        return
    form = _HOST.fullmatch(headers.get("host", ""))
    host = "" if form is None else (form["address"] or form["name"]).lower()
    if not (is_loopback(host) or host == server.host.lower()):
        raise PermissionDenied(
            "This gateway listens on this machine only, and the Host header names another.",
            hint="Call it by localhost or 127.0.0.1; behind a reverse proxy set server.trusted_proxy.",
        )


def _check_origin(headers: Headers, scheme: str | None) -> None:
    """Refuse a change that a page of another site asks a browser for (Fetch standard, section 3.2: Origin).

    ``scheme`` is the one the request came by; ``None`` when a proxy may have taken TLS off.
    """
    origin = headers.get("origin")
    if origin is None:
        return
    try:
        parts = urlsplit(origin)
        same = parts.netloc.lower() == headers.get("host", "").lower() != ""
    except ValueError:
        same = False
    else:
        same = same and scheme in {None, parts.scheme}
    if not same:
        raise PermissionDenied(
            "Changes are not taken from a page of another origin.", hint="Call the API from its own origin."
        )


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
    _check_depth(value)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise InvalidJSON(f"The body is nested more than {MAX_DEPTH} levels deep.", hint="Send flatter JSON.")
