"""Answers that cross from a provider's dialect into the client's, whole or streamed.

Bytes of the provider become canonical events, pass the shapes of the call, and become bytes of the client's dialect.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Broken,
    Call,
    Counted,
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Target
from switchgear.core.errors import ProviderDisconnected, ProviderError, ProviderInvalidResponse
from switchgear.dialects.assembly import characters, told
from switchgear.dialects.base import Back, Front, NotThisDialectError
from switchgear.dialects.surrogates import Halves
from switchgear.pipeline.refusals import FILTERED
from switchgear.pipeline.shape import Shape
from switchgear.pipeline.thread import Thread
from switchgear.providers.base import Provider
from switchgear.providers.errors import error_in_body
from switchgear.providers.openai_stream import tokens_of
from switchgear.providers.sse import EventCutter, event_data, split_events

_DONE = b"[DONE]"


def ended_unsaid(provider: str) -> ProviderDisconnected:
    """The error of a stream that ended without a reason, where that is taken for a cut."""
    return ProviderDisconnected(
        f"Provider {provider} ended the stream without saying why its answer ended.", provider=provider
    )


class Crossing:
    """How one call's answers come back: ``call`` is what was sent, ``asked`` what the client asked, ``back`` what the provider speaks.

    ``back.framing`` tells how the events of a stream are cut.
    """

    __slots__ = ("answer_id", "asked", "back", "call", "front", "passes", "provider", "shapes", "target")

    def __init__(
        self, fronts: tuple[Front, Back], call: Call, provider: Provider, target: Target, shapes: Sequence[Shape]
    ) -> None:
        self.front, self.back = fronts
        self.call = self.asked = call
        self.provider = provider
        self.target = target
        self.shapes = shapes
        self.answer_id = ""
        self.passes = self.front.name == self.back.name and not any(shape.changes for shape in shapes)

    def read(self, body: bytes) -> Answer:
        """A whole answer of the provider. Raises ProviderError."""
        try:
            return self.back.read_answer(body, self.target)
        except NotThisDialectError as error:
            mended = Halves().mended(body)
            if mended == body:
                raise self.unreadable(body, error) from error
        return self.read(mended)

    def checked(self, answer: Answer) -> Answer:
        """The answer as the shapes leave it. Raises InvalidAnswer."""
        for shape in reversed(self.shapes):
            answer = shape.check(answer)
        return answer

    def write(self, answer: Answer, usage: Usage) -> bytes:
        """The answer in the client's dialect."""
        answer.usage = usage
        if self.front.name == "responses" or not answer.id:  # whose responses are kept under ids of the gateway's own
            answer.id = self.answer_id
        return self.front.write_answer(answer, self.asked)

    def stream(self, answer: Answer, usage: Usage) -> bytes:
        """The answer in the client's dialect as a whole stream."""
        writer = self.front.writer(self.asked, self.answer_id)
        return writer.write(told(answer)) + writer.finish(usage)

    def estimate(self, answer: Answer, prompt_characters: int) -> Usage:
        """Usage of an answer that told none, counted from its text."""
        return Usage(tokens_of(prompt_characters), tokens_of(characters(answer)), estimated=True)

    def unreadable(self, document: bytes, error: NotThisDialectError | None = None) -> ProviderError:
        """What a document that is no answer means: the error it tells of, or that it cannot be read."""
        name = self.provider.name
        failure = error_in_body(name, document, self.provider.redact)
        if failure is not None:
            return failure
        return ProviderInvalidResponse(
            f"Provider {name} answered with something that is not the {self.back.name} form it should have.",
            provider=name,
            cause=str(error),
        )


class CrossingPassage:
    """One streamed answer that crosses. ``feed`` takes the provider's bytes and gives the client's.

    With a ``thread`` the answer goes on from where an earlier attempt broke off, and can be carried on itself. ``strict`` is whether an
    end for which no reason is given is taken for a cut; ``unsaid`` whether there was such an end, ``refused``
    whether it ended by a content policy and without a word.
    """

    __slots__ = (
        "_begun",
        "_crossing",
        "_cutter",
        "_failure",
        "_filters",
        "_halves",
        "_heard",
        "_reader",
        "_seen",
        "_strict",
        "_text",
        "_thread",
        "_writer",
        "done",
        "refused",
        "unsaid",
        "usage",
    )

    def __init__(self, crossing: Crossing, thread: Thread | None = None, *, strict: bool = False) -> None:
        self._crossing = crossing
        self._strict = strict
        self._thread = thread
        self._cutter = EventCutter(crossing.provider.name)
        self._reader = crossing.back.reader(crossing.target)
        writer = thread.writer if thread is not None else None
        self._writer = writer or crossing.front.writer(crossing.asked, crossing.answer_id)
        if thread is not None:
            thread.writer = self._writer
        self._filters = [shape.filter() for shape in reversed(crossing.shapes)]
        self._halves = Halves()
        self._failure: ProviderError | None = None
        self._seen = False
        self._begun: Usage | None = None
        self._text = 0
        self._heard = 0
        self.unsaid = False
        self.refused = False
        self.done = False
        self.usage: Usage | None = None

    def words(self) -> int:
        """How often the model has said something so far, also where that is held back still."""
        return self._heard

    def feed(self, data: bytes) -> bytes:
        """The client's bytes for these of the provider, possibly none. Raises ProviderError."""
        if self._failure is not None:
            raise self._failure
        return self._through(self._read(self._cut(data)))

    def _cut(self, data: bytes) -> Sequence[bytes]:
        if self._crossing.back.framing == "lines":
            return self._cutter.lines(data)
        return [event_data(event) for event in split_events(self._cutter.feed(data))]

    def _read(self, documents: Sequence[bytes]) -> list[Event]:
        events: list[Event] = []
        read = self._reader.read
        for data in documents:
            if not data:
                continue
            ended = self.done and self._crossing.back.name == "chat"
            if ended and b'"usage"' not in data:
                continue  # of what comes after the end marker usage alone is read
            if data.strip() == _DONE:
                self.done = True
                if self._crossing.back.name != "chat":
                    continue
            try:
                found = read(data)
            except NotThisDialectError as error:
                found = self._mended(data, error, events)
            if ended:
                found = [event for event in found if isinstance(event, Counted)]
            for event in found:
                self._look(event, events)
            if self._failure is not None:
                break
            events += found
        return events

    def _mended(self, data: bytes, error: NotThisDialectError, before: Sequence[Event]) -> Sequence[Event]:
        """The events of a document that cannot be read, if it can when its halves of characters are brought together."""
        mended = self._halves.mended(data)
        if mended != data:
            try:
                return self._reader.read(mended)
            except NotThisDialectError as again:
                error = again
        self._fail(self._crossing.unreadable(data, error), before)
        return ()

    def _look(self, event: Event, before: Sequence[Event]) -> None:
        """Note what settling needs of an event."""
        self._heard += 1
        if isinstance(event, TextDelta | ReasoningDelta):
            self._text += len(event.text)
        elif isinstance(event, ToolCallDelta):
            self._text += len(event.arguments)
        elif isinstance(event, ToolCallBegin):
            self._text += len(event.name)
        elif isinstance(event, Counted):
            self._heard -= 1
            self.usage = event.usage
        elif isinstance(event, Begin):
            self._heard -= 1
            self._begun = event.usage
        elif isinstance(event, Broken):
            self._fail(self._crossing.unreadable(event.document), before)
        elif isinstance(event, Finished):
            self.unsaid = event.finish == "unsaid"
            self.refused = event.finish in FILTERED and not self._text
            if self.unsaid and self._strict:
                self._fail(ended_unsaid(self._crossing.provider.name), before)
            if self._crossing.back.name != "chat":
                self.done = True  # in chat, usage follows the end, and an end marker the usage

    def _fail(self, error: ProviderError, before: Sequence[Event]) -> None:
        """Raise, or keep for the next feed or finish what came after events that still go to the client."""
        self.done = True
        self._failure = error
        if not before:
            raise error

    def _through(self, events: Sequence[Event]) -> bytes:
        if not events:
            return b""
        self._seen = True
        for each in self._filters:
            events = each.feed(events)
        if self._thread is not None:
            events = self._thread.passing(events)
        return self._writer.write(events)

    def finish(self) -> bytes:
        """What was held back, once the provider's answer ended.

        Raises the error that came after other events, ProviderDisconnected for an answer that is not whole,
        ProviderInvalidResponse for one that is empty, InvalidAnswer for one that is not what was asked for.
        """
        name = self._crossing.provider.name
        kept = b"" if self._failure is not None else self._through(self._read(self._rest()))
        if self._failure is not None:
            raise self._failure
        if not self._seen:
            raise ProviderInvalidResponse(f"Provider {name} answered with an empty stream.", provider=name)
        if not self._reader.complete:
            raise ProviderDisconnected(
                f"Provider {name} ended the stream before its answer was complete.", provider=name
            )
        held: Sequence[Event] = ()
        for each in self._filters:
            held = [*(each.feed(held) if held else ()), *each.finish()]
        if self._thread is not None:
            held = [*self._thread.passing(held), *self._thread.rest()]
        return kept + (self._writer.write(held) if held else b"")

    def _rest(self) -> Sequence[bytes]:
        rest, unfinished = self._cutter.finish()
        if self._crossing.back.framing == "lines":
            return [line for line in (rest + unfinished).splitlines() if line.strip()]
        last = event_data(unfinished).strip()
        if last != _DONE and not self._reader.complete:
            last = last if last.endswith(b"}") else b""  # some servers leave out the empty line after the last event
        return [*(event_data(event) for event in split_events(rest)), last]

    def ending(self, usage: Usage) -> bytes:
        """The last bytes of the answer, now that it is settled."""
        events = self._writer.finish(usage)
        return events if self._thread is None else self._thread.marked(events)

    def estimate(self, prompt_characters: int) -> Usage:
        """Usage of a stream that told none at its end, counted from its text; of the prompt what the stream began with, if anything."""
        completion, begun = tokens_of(self._text), self._begun
        if begun is None or not begun.prompt_tokens:
            return Usage(tokens_of(prompt_characters), completion, estimated=True)
        completion = max(completion, begun.completion_tokens)
        return msgspec.structs.replace(begun, completion_tokens=completion, estimated=True)
