"""``POST /v1/responses``: a response of a model, whole, streamed, or made in the background.

Source: https://platform.openai.com/docs/api-reference/responses.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import msgspec

from switchgear.core.errors import InternalError, SwitchgearError
from switchgear.dialects.responses import FRONT
from switchgear.dialects.responses.document import Document
from switchgear.edge.bodies import body_of
from switchgear.edge.calls import admit
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.responses_background import BackgroundResponses, BackgroundRun
from switchgear.edge.openai.responses_following import event_headers, follow
from switchgear.edge.openai.responses_reply import ResponseReply
from switchgear.edge.openai.responses_requests import decode_response_request
from switchgear.edge.openai.responses_turns import Conversations, Turn
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.edge.reply import call_headers
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.reply import Reply
from switchgear.providers.base import Operation

_log = logging.getLogger(__name__)
_ANY_INPUT: Final = msgspec.Raw(b'"\xe2\x80\xa6"')
_encode = msgspec.json.Encoder().encode


class ResponsesEndpoint:
    """Answers requests for responses. ``max_body`` is in bytes, ``body_timeout`` in seconds."""

    def __init__(
        self,
        calls: ModelCalls,
        kept: tuple[Conversations, BackgroundResponses],
        max_body: int,
        body_timeout: float,
    ) -> None:
        self._calls = calls
        self._conversations, self._background = kept
        self._wire = OpenAIWire()
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        call = self._calls.begin(Operation.RESPONSES)
        reply = ResponseReply(exchange, self._wire)
        try:
            run = await self._guarded(call, exchange, reply)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            self._calls.failed(call, error)
            await reply.fail(call, error, self._conversations)
            return
        except (ClientGoneError, asyncio.CancelledError):
            self._calls.left(call)
            raise
        if run is not None:  # from here on the call is the run's, whatever becomes of the client
            await self._show(call, exchange, run)

    async def _guarded(self, call: ModelCall, exchange: Exchange, reply: ResponseReply) -> BackgroundRun | None:
        """Serve; a defect around the call is told in the dialect, as one within it is."""
        try:
            return await self._serve(call, exchange, reply)
        except (SwitchgearError, ClientGoneError):
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _serve(self, call: ModelCall, exchange: Exchange, reply: ResponseReply) -> BackgroundRun | None:
        """Answer, or begin to work in the background."""
        debug = admit(self._calls, call, exchange)
        body = await body_of(exchange, self._max_body, self._body_timeout)
        asked = decode_response_request(body)
        call.name = asked.model
        turn = await self._conversations.open(call, asked)
        request = asked.for_model(turn.items)
        deployment = self._calls.authorise(call, request).deployments[0]
        asked.ask_for_thoughts(request, deployment)
        if asked.background:
            return await self._begin(call, turn, request, debug=debug)
        reply.open(turn)
        await self._run(call, request, reply, debug=debug)
        await reply.finish(call, self._conversations)
        return None

    async def _run(self, call: ModelCall, request: ModelRequest, reply: Reply, *, debug: bool) -> None:
        if not debug:
            await self._calls.run(call, request, reply)
        else:
            with self._calls.debugged(call):
                await self._calls.run(call, request, reply)

    async def _begin(self, call: ModelCall, turn: Turn, request: ModelRequest, *, debug: bool) -> BackgroundRun:
        """Work on a response while nobody waits. Mistakes that can be seen now are told now."""
        deployment = call.deployment
        assert deployment is not None  # noqa: S101 - authorise set it
        body = request.body
        if "responses" in deployment.provider.dialects:  # which may take items that are unknown here
            body = _encode(request.fields | {"input": _ANY_INPUT})
        document = Document(FRONT.read_call(body), call.id)
        turn.overlay.say({"created_at": document.created})
        shown = turn.overlay.over(document.encode("in_progress"))
        row = self._conversations.row(turn, shown, alive_until=self._background.alive_until())
        self._conversations.check(row)

        async def work(run: BackgroundRun) -> None:
            await self._run(call, request, run, debug=debug)
            self._conversations.check(msgspec.structs.replace(row, document=run.state.document))

        return await self._background.begin(turn, row, work)

    async def _show(self, call: ModelCall, exchange: Exchange, run: BackgroundRun) -> None:
        """The response as it was kept at its beginning, or its events as they come."""
        headers = self._wire.id_header(call.id) + call_headers(call, self._wire)
        if run.streamed:
            exchange.start(200, event_headers(headers))
            await follow(exchange, run, -1)
        else:
            exchange.reply(200, b"content-type: application/json\r\n" + headers, run.row.document)
