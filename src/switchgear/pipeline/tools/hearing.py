"""One step of a loop as it is heard: what the model says goes on to the client, its calls of our tools stay here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from switchgear.core.canonical import (
    Answer,
    Begin,
    Broken,
    Counted,
    Event,
    Finished,
    ToolCall,
    ToolCallBegin,
)
from switchgear.core.capabilities import Target
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.dialects.assembly import Assembly, told
from switchgear.dialects.base import Back, EventReader, NotThisDialectError
from switchgear.dialects.surrogates import Halves
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.tools.offered import Offered
from switchgear.providers.sse import EventCutter, event_data, split_events

_DONE = b"[DONE]"


class Telling(Protocol):
    """Where a step's answer goes."""

    def begin(self, call: ModelCall) -> None:
        """The model begins to answer."""
        ...

    def hear(self, events: Sequence[Event]) -> None:
        """It says this, with indexes that go on from the steps before."""
        ...

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        ...


class Hearing:
    """The reply of one step. ``answer`` is what the model said, whole, once the step is over.

    What comes is in the client's dialect, ``back`` reads it. ``tools`` are ours by what the model calls them, ``first`` the index that
    the parts of this step count from.
    """

    def __init__(self, back: Back, model: str, tools: Mapping[str, Offered], telling: Telling, first: int) -> None:
        self._back = back
        # without a name of a provider, signatures stay as they are marked
        self._target = Target("", "", model)
        self._tools = tools
        self._telling = telling
        self._first = first
        self._cutter = EventCutter("gateway")
        self._reader: EventReader = back.reader(self._target)
        self._halves = Halves()
        self._assembly = Assembly()
        self._ours: set[int] = set()
        self.next = first
        self.answer = Answer("", model, [], "unsaid")

    # ------------------------------------------------------------ the reply (pipeline.reply.Reply)

    def whole(self, call: ModelCall, body: bytes) -> None:
        """The step's answer at once. Raises ProviderInvalidResponse."""
        try:
            answer = self._back.read_answer(body, self._target)
        except NotThisDialectError as error:
            raise _unreadable(error) from error
        self._telling.begin(call)
        self._take(told(answer))
        self.answer = answer

    def begin(self, call: ModelCall) -> None:
        """A streamed answer begins."""
        self._telling.begin(call)

    def write(self, events: bytes) -> None:
        """Whole events of it. Raises ProviderInvalidResponse."""
        for event in split_events(self._cutter.feed(events)):
            self._read(event_data(event))

    def end(self, events: bytes) -> None:
        """The last of them."""
        self.write(events)
        rest, unfinished = self._cutter.finish()
        for event in split_events(rest):
            self._read(event_data(event))
        self._read(event_data(unfinished))
        self.answer = self._assembly.answer()

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        self._telling.listen(pressure)

    # ------------------------------------------------------------ what was said

    def _read(self, data: bytes) -> None:
        if not data or (data.strip() == _DONE and self._back.name != "chat"):
            return
        try:
            events = self._reader.read(data)
        except NotThisDialectError as error:
            mended = self._halves.mended(data)
            if mended == data:
                raise _unreadable(error) from error
            try:
                events = self._reader.read(mended)
            except NotThisDialectError as again:
                raise _unreadable(again) from again
        self._assembly.add(events)
        self._take(events)

    def _take(self, events: Sequence[Event]) -> None:
        """Hand on what is for the client."""
        shown: list[Event] = []
        for event in events:
            if isinstance(event, Broken):
                raise ProviderInvalidResponse("The answer broke off with an error.")
            if isinstance(event, Begin):
                shown.append(event)
            elif not isinstance(event, Counted | Finished):
                if isinstance(event, ToolCallBegin) and event.name in self._tools:
                    self._ours.add(event.index)
                if event.index not in self._ours:
                    event.index += self._first
                    self.next = max(self.next, event.index + 1)
                    shown.append(event)
        if shown:
            self._telling.hear(shown)

    def calls(self) -> tuple[list[ToolCall], list[ToolCall]]:
        """The calls of our tools, and those of the client's own."""
        made = [part for part in self.answer.parts if isinstance(part, ToolCall)]
        ours = [one for one in made if one.name in self._tools]
        return ours, [one for one in made if one.name not in self._tools]


def _unreadable(error: NotThisDialectError) -> ProviderInvalidResponse:
    return ProviderInvalidResponse("The model's answer does not have the form it should have.", cause=str(error))
