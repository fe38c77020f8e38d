"""``POST /v1/responses``: a response of a model, whole, streamed, or made in the background.

Source: https://platform.openai.com/docs/api-reference/responses.
"""

from __future__ import annotations

import asyncio
import logging

from switchgear.core.errors import InternalError, SwitchgearError
from switchgear.edge.calls import admit
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.responses_reply import ResponseReply
from switchgear.edge.openai.responses_requests import decode_response_request
from switchgear.edge.openai.responses_turns import Conversations
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation

_log = logging.getLogger(__name__)


class ResponsesEndpoint:
    """Answers requests for responses. ``max_body`` is in bytes, ``body_timeout`` in seconds."""

    def __init__(self, calls: ModelCalls, conversations: Conversations, max_body: int, body_timeout: float) -> None:
        self._calls = calls
        self._conversations = conversations
        self._wire = OpenAIWire()
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        call = self._calls.begin(Operation.RESPONSES)
        reply = ResponseReply(exchange, self._wire)
        try:
            await self._serve(call, exchange, reply)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            self._calls.failed(call, error)
            await reply.fail(call, error, self._conversations)
        except (ClientGoneError, asyncio.CancelledError):
            self._calls.left(call)
            raise

    async def _serve(self, call: ModelCall, exchange: Exchange, reply: ResponseReply) -> None:
        debug = admit(self._calls, call, exchange)
        body = await exchange.body(self._max_body, self._body_timeout)
        asked = decode_response_request(body)
        call.name = asked.model
        turn = await self._conversations.open(call, asked)
        request = asked.for_model(turn.items)
        asked.ask_for_thoughts(request, self._calls.authorise(call, request).deployments[0])
        reply.open(turn)
        if not debug:
            await self._calls.run(call, request, reply)
        else:
            with self._calls.debugged(call):
                await self._calls.run(call, request, reply)
        await reply.finish(call, self._conversations)
