"""``POST /v1/chat/completions``, ``/v1/completions`` and ``/v1/embeddings``.

A request with ``x-switchgear-debug`` and an admin key is logged at debug level, whatever the level is.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable

from switchgear.access.keys import token_from
from switchgear.core.errors import InternalError, MethodNotAllowed, SwitchgearError
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.errors import error_document, error_event, error_headers
from switchgear.edge.openai.requests import decode
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation

_log = logging.getLogger(__name__)
_TRACE_PARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, section 3.2.2."""


class CallEndpoint:
    """One operation's endpoint. ``max_body`` is in bytes, ``body_timeout`` in seconds."""

    def __init__(self, calls: ModelCalls, operation: Operation, max_body: int, body_timeout: float) -> None:
        self._calls = calls
        self._operation = operation
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        call = self._calls.begin(self._operation)
        reply = OpenAIReply(exchange)
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

    async def _serve(self, call: ModelCall, exchange: Exchange, reply: OpenAIReply) -> None:
        if exchange.method != "POST":
            raise MethodNotAllowed(f"{exchange.path} answers POST.")
        authorization = api_key = debug = b""
        for name, value in exchange.headers:
            if name == b"authorization":
                authorization = value
            elif name == b"x-api-key":
                api_key = value
            elif name == b"x-switchgear-debug":
                debug = value
            elif name == b"traceparent":
                call.trace = value.decode() if _TRACE_PARENT.fullmatch(value) else ""
        self._calls.authenticate(call, token_from(authorization, api_key))
        body = await exchange.body(self._max_body, self._body_timeout)
        request = decode(self._operation, body)
        if not debug:
            await self._calls.run(call, request, reply)
        else:
            with self._calls.debugged(call):
                await self._calls.run(call, request, reply)


class OpenAIReply:
    """Writes one answer in OpenAI's form."""

    __slots__ = ("_exchange", "begun", "write")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.write = exchange.write
        self.begun = False

    def whole(self, call: ModelCall, body: bytes) -> None:
        """The answer at once, with what it cost."""
        headers = b"content-type: application/json\r\nx-request-id: %b\r\n%b" % (call.id.encode(), _headers(call))
        if call.cost is not None:
            headers += b"x-switchgear-cost: %b\r\n" % dollars(call.cost).encode()
        self._exchange.reply(200, headers, body)

    def begin(self, call: ModelCall) -> None:
        """A stream begins."""
        self.begun = True
        self._exchange.start(
            200,
            b"content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-accel-buffering: no\r\n"
            b"x-request-id: %b\r\n%b" % (call.id.encode(), _headers(call)),
        )

    def end(self, events: bytes) -> None:
        """The last events of a stream."""
        self._exchange.end(events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        self._exchange.on_pressure = pressure
        if pressure is not None and self._exchange.under_pressure:
            pressure(True)

    def fail(self, call: ModelCall, error: SwitchgearError) -> None:
        """End with an error: as an answer of its own, or as the last event of a stream that has begun."""
        if self.begun:
            self._exchange.end(error_event(error, call.id))
            return
        headers = error_headers(error, call.id) + _headers(call)
        if isinstance(error, MethodNotAllowed):
            headers += b"allow: POST\r\n"
        self._exchange.reply(error.http_status, headers, error_document(error, call.id))


def _headers(call: ModelCall) -> bytes:
    return call.model.header if call.model is not None else b""


def dollars(nano: int) -> str:
    """Nano-dollars as a decimal number of US dollars, exact, without trailing zeros."""
    whole, fraction = divmod(nano, 1_000_000_000)
    return f"{whole}.{fraction:09d}".rstrip("0").rstrip(".")
