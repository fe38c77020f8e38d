"""Calls of models over HTTP, whatever the dialect: one endpoint an operation, one reply a call.

A request with ``x-switchgear-debug`` and an admin key is logged at debug level, whatever the level is.
"""

from __future__ import annotations

import asyncio
import logging
import re

from switchgear.access.keys import token_from
from switchgear.cache.wish import wish_of
from switchgear.core.errors import InternalError, MethodNotAllowed, SwitchgearError
from switchgear.edge.bodies import body_of
from switchgear.edge.credentials import session_of
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.reply import CallReply, Wire
from switchgear.edge.wishes import take_wish
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation

_log = logging.getLogger(__name__)
_TRACE_PARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, section 3.2.2."""


class CallEndpoint:
    """One operation's endpoint. ``max_body`` is in bytes, ``body_timeout`` in seconds."""

    def __init__(self, calls: ModelCalls, operation: Operation, wire: Wire, max_body: int, body_timeout: float) -> None:
        self._calls = calls
        self._operation = operation
        self._wire = wire
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        call = self._calls.begin(self._operation)
        reply = CallReply(exchange, self._wire)
        try:
            await self._serve(call, exchange, reply)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            self._calls.failed(call, error)
            reply.fail(call, error)
        except (ClientGoneError, asyncio.CancelledError):
            self._calls.left(call)
            raise

    async def _serve(self, call: ModelCall, exchange: Exchange, reply: CallReply) -> None:
        debug = admit(self._calls, call, exchange)
        body = await body_of(exchange, self._max_body, self._body_timeout)
        request = self._wire.decode(self._operation, body, exchange.headers)
        if not debug:
            await self._calls.run(call, request, reply)
        else:
            with self._calls.debugged(call):
                await self._calls.run(call, request, reply)


def admit(calls: ModelCalls, call: ModelCall, exchange: Exchange) -> bool:
    """Authenticate a POST that is a call; whether it asks to be logged at debug level.

    Raises MethodNotAllowed, AuthenticationError, PermissionDenied.
    """
    if exchange.method != "POST":
        raise MethodNotAllowed(f"{exchange.path} answers POST.")
    authorization = api_key = b""
    debug = False
    for name, value in exchange.headers:
        if name == b"authorization":
            authorization = value
        elif name == b"x-api-key":
            api_key = value
        elif name == b"traceparent":
            call.trace = value.decode() if _TRACE_PARENT.fullmatch(value) else ""
        elif name == b"cache-control":
            call.wish = wish_of(value, call.wish)
        elif name == b"host":
            call.host = value.decode("latin-1").lower()
        elif name.startswith(b"x-switchgear-"):
            debug = take_wish(call, name, value) or debug
    exchange.outlives = call.outlives_client
    calls.authenticate(call, token_from(authorization, api_key) or session_of(exchange, calls.cookie))
    if call.key is not None:
        call.priority = min(call.key.priority, call.priority)
    return debug
