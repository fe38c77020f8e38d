"""From the events of a streamed answer to the answer whole."""

from __future__ import annotations

from collections.abc import Iterable

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Cited,
    Counted,
    Event,
    Finish,
    Finished,
    Part,
    Reasoning,
    ReasoningDelta,
    ReasoningSigned,
    Refusal,
    RefusalDelta,
    Text,
    TextDelta,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
)


class Assembly:
    """Collects events; ``answer`` is what they amount to so far."""

    def __init__(self) -> None:
        self._begin = Begin()
        self._parts: dict[int, Part] = {}
        self._texts: dict[int, list[str]] = {}
        self._finish: Finish = "stop"
        self._stop_sequence = ""
        self._usage: Usage | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take events, in order."""
        for event in events:
            if isinstance(event, TextDelta):
                self._more(event.index, Text(""), event.text)
            elif isinstance(event, ReasoningDelta):
                self._more(event.index, Reasoning(summary=event.summary), event.text)
            elif isinstance(event, ToolCallDelta):
                self._more(event.index, ToolCall("", "", ""), event.arguments)
            elif isinstance(event, RefusalDelta):
                self._more(event.index, Refusal(""), event.text)
            else:
                self._other(event)

    def _more(self, index: int, part: Part, text: str) -> None:
        self._parts.setdefault(index, part)
        self._texts.setdefault(index, []).append(text)

    def _other(self, event: Event) -> None:
        if isinstance(event, ToolCallBegin):
            self._parts[event.index] = ToolCall(event.id, event.name, "", event.custom)
        elif isinstance(event, ReasoningSigned):
            reasoning = self._parts.setdefault(event.index, Reasoning())
            if isinstance(reasoning, Reasoning):
                reasoning.signature, reasoning.redacted = event.signature, event.redacted
                reasoning.id = event.id or reasoning.id
        elif isinstance(event, Cited):
            text = self._parts.setdefault(event.index, Text(""))
            if isinstance(text, Text):
                text.citations = [*text.citations, event.citation]
        elif isinstance(event, Finished):
            self._finish, self._stop_sequence = event.finish, event.stop_sequence
        elif isinstance(event, Counted):
            self._usage = event.usage
        elif isinstance(event, Begin):
            self._begin = event

    def answer(self) -> Answer:
        """The answer that the events make; its usage is the last that was counted."""
        for index, pieces in self._texts.items():
            part, text = self._parts[index], "".join(pieces)
            if isinstance(part, ToolCall):
                part.arguments = text
            elif isinstance(part, Text | Reasoning | Refusal):
                part.text = text
        parts = [self._parts[index] for index in sorted(self._parts)]
        begin = self._begin
        usage = self._usage or begin.usage
        return Answer(begin.id, begin.model, parts, self._finish, usage, self._stop_sequence, begin.created)


def told(answer: Answer) -> list[Event]:
    """A whole answer as the events of a stream: each part in one piece."""
    events: list[Event] = [Begin(answer.id, answer.model, answer.created, answer.usage)]
    for index, part in enumerate(answer.parts):
        if isinstance(part, Text):
            events.append(TextDelta(index, part.text))
            events += [Cited(index, citation) for citation in part.citations]
        elif isinstance(part, Reasoning):
            if part.text:
                events.append(ReasoningDelta(index, part.text, part.summary))
            if part.signature is not None:
                events.append(ReasoningSigned(index, part.signature, part.redacted, part.id))
        elif isinstance(part, ToolCall):
            events.append(ToolCallBegin(index, part.id, part.name, part.custom))
            events.append(ToolCallDelta(index, part.arguments))
        elif isinstance(part, Refusal):
            events.append(RefusalDelta(index, part.text))
    if answer.usage is not None:
        events.append(Counted(answer.usage))
    events.append(Finished(answer.finish, answer.stop_sequence))
    return events


def characters(answer: Answer) -> int:
    """How much text a model wrote for an answer, in characters."""
    size = 0
    for part in answer.parts:
        if isinstance(part, Text | Reasoning | Refusal):
            size += len(part.text)
        elif isinstance(part, ToolCall):
            size += len(part.name) + len(part.arguments)
    return size
