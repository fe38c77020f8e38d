"""The answer to a request of the Responses API while the client waits: its end is held until the response is kept."""

from __future__ import annotations

from collections.abc import Callable

from switchgear.core.errors import SwitchgearError
from switchgear.edge.exchange import Exchange
from switchgear.edge.openai.responses_events import ResponseEvents
from switchgear.edge.openai.responses_turns import Conversations, Turn
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.edge.reply import CallReply
from switchgear.pipeline.call import ModelCall


class ResponseReply:
    """Writes one answer. ``finish`` ends it, after the call was served."""

    def __init__(self, exchange: Exchange, wire: OpenAIWire) -> None:
        self._exchange = exchange
        self._reply = CallReply(exchange, wire)
        self._events: ResponseEvents | None = None
        self._turn: Turn | None = None
        self._whole: bytes | None = None
        self._end = b""

    def open(self, turn: Turn) -> None:
        """Say what is answered to."""
        self._turn = turn
        self._events = ResponseEvents(turn.overlay, turn.overlay.bare(turn.request.model))

    @property
    def events(self) -> ResponseEvents:
        """What the stream went through."""
        assert self._events is not None  # noqa: S101 - opened before the call is served
        return self._events

    def whole(self, call: ModelCall, body: bytes) -> None:  # noqa: ARG002 - the protocol's
        """The answer at once."""
        self._whole = body
        self.events.document = self.events.overlay.over(body)

    def begin(self, call: ModelCall) -> None:
        """A stream begins."""
        self._reply.begin(call)

    def write(self, events: bytes) -> None:
        """Whole events of it."""
        self._exchange.write(self.events.take(events))

    def end(self, events: bytes) -> None:
        """The last events."""
        self._end = self.events.take(events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        self._reply.listen(pressure)

    async def finish(self, call: ModelCall, conversations: Conversations) -> None:
        """Keep the response where that is wished, and end the answer."""
        if not await self._kept(conversations):
            self.events.overlay.say({"store": False})
            self._end = self.events.restated(self._end)
        if self._whole is not None:
            self._reply.whole(call, self.events.overlay.over(self._whole))
        else:
            self._reply.end(self._end)

    async def fail(self, call: ModelCall, error: SwitchgearError, conversations: Conversations) -> None:
        """End with an error: an answer of its own, or the last events of a stream that has begun."""
        if not self._reply.begun:
            self._reply.fail(call, error)
            return
        ending = self.events.fail(error)
        await self._kept(conversations)
        self._reply.end(ending)

    async def _kept(self, conversations: Conversations) -> bool:
        turn = self._turn
        return turn is not None and turn.request.store and await conversations.keep(turn, self.events.document)
