"""The lines of batches as calls: read, served and answered as if a client had sent each one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from switchgear.access.keys import Key
from switchgear.core.calls import Priority
from switchgear.core.errors import InternalError, NotSupported, SwitchgearError
from switchgear.edge.anthropic.wire import AnthropicWire
from switchgear.edge.calls import Wire
from switchgear.edge.openai.responses_requests import decode_response_request
from switchgear.edge.openai.responses_turns import Conversations
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.pipeline.batches.context import LineAnswer
from switchgear.pipeline.batches.input import ENDPOINTS
from switchgear.pipeline.batches.verdicts import verdict
from switchgear.pipeline.call import ModelCall
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
    """Serves lines through ``calls``. ``conversations`` keeps the responses that are to be kept."""

    def __init__(self, calls: ModelCalls, conversations: Conversations) -> None:
        self._calls = calls
        self._conversations = conversations

    async def answer(self, key: Key, endpoint: str, body: bytes, which: tuple[str, int]) -> LineAnswer:
        """The answer of the call, or its error. One that is to be made later, and asked no provider, is not recorded."""
        batch_id, number = which
        operation = ENDPOINTS[endpoint]
        wire = _ANTHROPIC if operation is Operation.MESSAGES else _OPENAI
        call = self._calls.begin(operation)
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
        asked = decode_response_request(body)
        if asked.background:
            raise NotSupported("Lines of a batch are not made in the background.", param="background")
        call.name = asked.model
        turn = await self._conversations.open(call, asked)
        request = asked.for_model(turn.items)
        asked.ask_for_thoughts(request, self._calls.authorise(call, request).deployments[0])
        reply = Collected()
        await self._calls.run(call, request, reply)
        if not asked.store or not await self._conversations.keep(turn, turn.overlay.over(reply.body)):
            turn.overlay.say({"store": False})
        return turn.overlay.over(reply.body)


def _comes_again(call: ModelCall, error: SwitchgearError) -> bool:
    """Whether a line that failed asked no provider and will be sent later, as if nothing had been."""
    return not call.attempts and verdict(error) == "wait"
