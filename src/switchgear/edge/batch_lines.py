"""The lines of batches as calls: read, served and answered as if a client had sent each one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from switchgear.access.keys import Key
from switchgear.core.calls import Priority, Usage
from switchgear.core.errors import InternalError, NotSupported, SwitchgearError
from switchgear.edge.anthropic.wire import AnthropicWire
from switchgear.edge.openai.responses_requests import ResponseRequest, decode_response_request
from switchgear.edge.openai.responses_turns import Conversations, Turn
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.edge.reply import Wire
from switchgear.pipeline.batches.context import LineAnswer
from switchgear.pipeline.batches.input import ENDPOINTS
from switchgear.pipeline.batches.native_lines import NativeLine, NativeLines
from switchgear.pipeline.batches.verdicts import verdict
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation

_OPENAI: Final[Wire] = OpenAIWire()
_ANTHROPIC: Final[Wire] = AnthropicWire()


class Collected:
    """A reply that keeps the answer."""

    def __init__(self) -> None:
        self.body = b""

    def whole(self, call: ModelCall, body: bytes) -> None:  # noqa: ARG002 - the protocol's
        """The answer at once."""
        self.body = body

    def begin(self, call: ModelCall) -> None:
        """A stream begins; lines do not ask for one."""

    def write(self, events: bytes) -> None:
        """Events of a stream."""
        self.body += events

    def end(self, events: bytes) -> None:
        """The last of them."""
        self.body += events

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Nobody has to keep up."""


class LineCalls:
    """Serves lines through ``calls``. ``conversations`` keeps the responses that are to be kept, ``native`` prepares for batch APIs."""

    def __init__(self, calls: ModelCalls, conversations: Conversations, native: NativeLines) -> None:
        self._calls = calls
        self._conversations = conversations
        self._native = native

    async def answer(self, key: Key, endpoint: str, body: bytes, which: tuple[str, int]) -> LineAnswer:
        """The answer of the call, or its error. One that is to be made later, and asked no provider, is not recorded."""
        batch_id, number = which
        wire = _wire(endpoint)
        call = self._calls.begin(ENDPOINTS[endpoint])
        call.key = key
        call.priority = Priority.BATCH
        call.batch = batch_id
        call.again = partial(_comes_again, call)
        call.tell("batch", f"{batch_id}, line {number}")
        try:
            document = await self._guarded(call, wire, body)
        except SwitchgearError as error:
            self._calls.failed(call, error)
            document = wire.error_document(error, call.id)
            return LineAnswer(call.id, error.http_status, document, call.usage, call.cost, error)
        return LineAnswer(call.id, 200, document, call.usage, call.cost)

    async def _guarded(self, call: ModelCall, wire: Wire, body: bytes) -> bytes:
        """Serve; a defect is the line's error, as it would be a call's."""
        try:
            if call.operation is Operation.RESPONSES:
                return await self._respond(call, body)
            reply = Collected()
            await self._calls.run(call, wire.decode(call.operation, body, []), reply)
            return reply.body
        except SwitchgearError:
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _respond(self, call: ModelCall, body: bytes) -> bytes:
        """A response, which is kept where that is asked for."""
        asked, turn, request = await self._turn(call, body)
        asked.ask_for_thoughts(request, self._calls.authorise(call, request).deployments[0])
        reply = Collected()
        await self._calls.run(call, request, reply)
        return await self._kept(asked, turn, reply.body)

    async def _turn(self, call: ModelCall, body: bytes) -> tuple[ResponseRequest, Turn, ModelRequest]:
        asked = decode_response_request(body)
        if asked.background:
            raise NotSupported("Lines of a batch are not made in the background.", param="background")
        call.name = asked.model
        turn = await self._conversations.open(call, asked)
        return asked, turn, asked.for_model(turn.items)

    async def _kept(self, asked: ResponseRequest, turn: Turn, body: bytes) -> bytes:
        if not asked.store or not await self._conversations.keep(turn, turn.overlay.over(body)):
            turn.overlay.say({"store": False})
        return turn.overlay.over(body)

    # ------------------------------------------------------------ for a provider's batch API

    async def prepare(self, key: Key, endpoint: str, body: bytes, at: str = "") -> NativeLine:
        """The line as it is sent to a batch API. Raises SwitchgearError."""
        call = self._calls.begin(ENDPOINTS[endpoint])
        call.key = key
        try:
            return await self._prepared(call, _wire(endpoint), body, at)
        except SwitchgearError:
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _prepared(self, call: ModelCall, wire: Wire, body: bytes, at: str) -> NativeLine:
        if call.operation is not Operation.RESPONSES:
            request = wire.decode(call.operation, body, [])
            deployment = self._native.choose(call, request, at)
            prepared = await self._native.prepare(call, request, deployment)

            async def finish(came: bytes) -> tuple[bytes, Usage]:
                return self._native.answer(call, request, prepared, came)

            return NativeLine(prepared.outgoing, deployment, request, finish)
        asked, turn, sent = await self._turn(call, body)
        deployment = self._native.choose(call, sent, at)
        asked.ask_for_thoughts(sent, deployment)
        response = await self._native.prepare(call, sent, deployment)

        async def respond(came: bytes) -> tuple[bytes, Usage]:
            told, usage = self._native.answer(call, sent, response, came)
            return await self._kept(asked, turn, told), usage

        return NativeLine(response.outgoing, deployment, sent, respond)

    def refusal(self, endpoint: str, error: SwitchgearError, request_id: str) -> bytes:
        """The document of an error in the dialect of the endpoint."""
        return _wire(endpoint).error_document(error, request_id)


def _wire(endpoint: str) -> Wire:
    return _ANTHROPIC if ENDPOINTS[endpoint] is Operation.MESSAGES else _OPENAI


def _comes_again(call: ModelCall, error: SwitchgearError) -> bool:
    """Whether a line that failed asked no provider and will be sent later, as if nothing had been."""
    return not call.attempts and verdict(error) == "wait"
