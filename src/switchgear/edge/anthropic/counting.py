"""``POST /v1/messages/count_tokens``: counted by the provider where it can, else here, which is said where it is an estimate.

Source: https://platform.claude.com/docs/en/api/messages-count-tokens.
"""

from __future__ import annotations

import asyncio
import logging
from inspect import isawaitable

import msgspec

from switchgear.core.errors import InternalError, ProviderError, SwitchgearError
from switchgear.dialects.messages import BACK, FRONT
from switchgear.edge.anthropic.wire import AnthropicWire
from switchgear.edge.bodies import body_of
from switchgear.edge.calls import admit
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.reply import CallReply
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation
from switchgear.providers.messages_bodies import unmark
from switchgear.routing.capacity import Capacity
from switchgear.routing.directory import Deployment

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_COUNTED = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config")
"""The fields of a request that are counted, which are all that may be sent."""
_AT_ONCE = 2
"""Large requests that are counted at the same time: the threads are for others too."""
_NO_SUCH_PATH = (404, 405, 501)
_ESTIMATED = b"x-switchgear-estimated: input_tokens\r\n"


class CountTokens:
    """Answers ``{"input_tokens": n}``. ``capacity`` counts for providers that do not; ``max_body`` is in bytes, ``body_timeout`` in seconds."""

    def __init__(self, calls: ModelCalls, capacity: Capacity, max_body: int, body_timeout: float) -> None:
        self._calls = calls
        self._capacity = capacity
        self._wire = AnthropicWire()
        self._max_body = max_body
        self._body_timeout = body_timeout
        self._without: set[str] = set()
        """Providers that were found not to count."""
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        call = self._calls.begin(Operation.COUNT_TOKENS)
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
        admit(self._calls, call, exchange)
        body = await body_of(exchange, self._max_body, self._body_timeout)
        request = self._wire.decode(Operation.COUNT_TOKENS, body, exchange.headers)
        call.name = request.model
        deployment = self._calls.authorise(call, request).deployments[0]
        if await self._counted(call, request, deployment, reply):
            return
        found = self._capacity.count_of(FRONT.read_counting(body), deployment)
        if isawaitable(found):
            async with self._places:
                count = await found
        else:
            count = found
        headers = b"content-type: application/json\r\n" + (b"" if count.exact else _ESTIMATED)
        exchange.reply(200, headers + self._wire.id_header(call.id), _encode({"input_tokens": count.tokens}))

    async def _counted(self, call: ModelCall, request: ModelRequest, deployment: Deployment, reply: CallReply) -> bool:
        """Whether the provider counts, and has answered. Not all that speak Messages have this path."""
        provider = deployment.provider
        if Operation.COUNT_TOKENS not in provider.operations or provider.name in self._without:
            return False
        try:
            await self._calls.run(call, self._sendable(request, deployment), reply)
        except ProviderError as error:
            if error.upstream_status not in _NO_SUCH_PATH or "model" in (error.cause or "").lower():
                raise
            self._without.add(provider.name)
            return False
        return True

    def _sendable(self, request: ModelRequest, deployment: Deployment) -> ModelRequest:
        """The request without marks on signatures; where another provider made some, without what that one signed."""
        body, foreign = unmark(request.body, deployment.provider.name)
        if foreign:
            written = BACK.write_call(FRONT.read_counting(request.body), deployment.target)
            fields = msgspec.json.decode(written.body, type=dict[str, msgspec.Raw])
            request.fields = {name: fields[name] for name in _COUNTED if name in fields}
        elif body is not request.body:
            request.fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return request
