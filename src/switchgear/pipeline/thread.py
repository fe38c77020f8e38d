"""One streamed answer over several attempts: what was said when a provider broke off is carried on by another.

The next deployment gets what was said as the beginning of its answer where its model takes one, and is asked to go on where it does
not. Either may repeat some of it: the seam is found in the text, and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchgear.core.canonical import (
    Begin,
    Call,
    Cited,
    Event,
    Finished,
    Message,
    PartEnd,
    ReasoningDelta,
    ReasoningSigned,
    RefusalDelta,
    Text,
    TextDelta,
    ToolCallBegin,
    ToolCallDelta,
)
from switchgear.core.capabilities import Capabilities
from switchgear.dialects.base import EventWriter
from switchgear.pipeline.seam import Seam
from switchgear.providers.openai_stream import tokens_of

_GO_ON: Final = (
    "Your answer was interrupted. Continue it from exactly where it stops. Do not repeat anything of it, do not comment on this, "
    "and begin with the very next character."
)
_encode = msgspec.json.Encoder().encode
_Indexed = TextDelta | ReasoningDelta | ReasoningSigned | RefusalDelta | ToolCallBegin | ToolCallDelta | Cited | PartEnd


class Joined(msgspec.Struct, frozen=True):
    """Where another deployment went on: after so many characters of text."""

    provider: str
    model: str
    after: int


class Thread:
    """What an answer has said, over all its attempts. ``writer`` writes it in the client's dialect from beginning to end."""

    def __init__(self) -> None:
        self.begun = False
        """Whether the client has anything of it."""
        self._joined: list[Joined] = []
        self._forget()

    def _forget(self) -> None:
        self.writer: EventWriter | None = None
        self._said: list[str] = []
        self._text = -1
        """The index of the last text, as the client knows it, and whether more of it may come."""
        self._open = False
        self._next = 0
        self._offset = 0
        self._goes_on = -1
        """The index, by this attempt's count, of the text that goes on."""
        self._stuck = False
        self._stripped = False
        self._seam: Seam | None = None

    @property
    def can_go_on(self) -> bool:
        """Whether another attempt can carry it on: what was said is text, or thoughts."""
        return self.writer is not None and not self._stuck

    @property
    def said(self) -> str:
        """The text so far."""
        return "".join(self._said)

    def block(self) -> None:
        """It cannot be carried on."""
        self._stuck = True

    # ------------------------------------------------------------ the next attempt

    def resumed(self, call: Call, able: Capabilities) -> Call:
        """The call for the next attempt: with what was said, and asked to go on where the model takes no beginning of its answer."""
        said = self.said
        if not said.strip():
            return call
        prefix = able.prefill is True and call.reasoning is None and call.format is None
        self._stripped = prefix  # such models take no beginning that ends in white space
        beginning = Message("assistant", [Text(said.rstrip() if prefix else said)])
        messages = [*call.messages, beginning]
        if not prefix:
            messages.append(Message("user", [Text(_GO_ON)]))
        most = call.max_tokens
        if most is not None:
            most = max(most - tokens_of(len(said)), 1)
        return msgspec.structs.replace(call, messages=messages, max_tokens=most)

    def attempt(self, provider: str, model: str) -> None:
        """Another attempt begins. What an earlier one said counts if the client has it."""
        if not self.begun:
            self._forget()
            return
        said = self.said
        self._offset = self._next
        self._goes_on = -1
        self._joined.append(Joined(provider, model, len(said)))
        self._seam = Seam(said, stripped=self._stripped) if said else None

    # ------------------------------------------------------------ what passes

    def passing(self, events: Sequence[Event]) -> list[Event]:
        """The events for the client's writer."""
        told: list[Event] = []
        for event in events:
            if isinstance(event, _Indexed):
                self._part(event, told)
            elif not (self._joined and isinstance(event, Begin)):
                if isinstance(event, Finished):
                    told += self.rest()
                told.append(event)
        self._note(told)
        return told

    def rest(self) -> list[Event]:
        """What is still looked at for the seam."""
        seam, self._seam = self._seam, None
        left = seam.finish() if seam is not None else ""
        return [TextDelta(self._place(), left)] if left else []

    def _part(self, event: _Indexed, told: list[Event]) -> None:
        if not self._joined:
            told.append(event)
            return
        resumed = bool(self._said)
        if resumed and isinstance(event, ReasoningDelta | ReasoningSigned):
            return  # the client has seen it think
        if resumed and isinstance(event, TextDelta) and self._goes_on in (-1, event.index):
            self._goes_on = event.index
            text = event.text if self._seam is None else self._seam.feed(event.text)
            if text:
                told.append(TextDelta(self._place(), text))
            return
        told += self.rest()
        if isinstance(event, PartEnd) and event.index == self._goes_on:
            told.append(PartEnd(self._place()))
        else:
            told.append(msgspec.structs.replace(event, index=event.index + self._offset))

    def _place(self) -> int:
        """Where the text goes on: in the one that is open, or in a new one."""
        return self._text if self._open else self._offset + max(self._goes_on, 0)

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, TextDelta):
                self._text, self._open = event.index, True
                self._said.append(event.text)
            elif isinstance(event, PartEnd) and event.index == self._text:
                self._open = False
            elif isinstance(event, ToolCallBegin | RefusalDelta | Cited):
                self._stuck = True
            if isinstance(event, _Indexed) and event.index >= self._next:
                self._next = event.index + 1

    # ------------------------------------------------------------ the end

    def marked(self, events: bytes) -> bytes:
        """The last events of the answer, the last of all with a note of where it was carried on, if it was."""
        if not self._joined:
            return events
        place = events.rfind(b"data: {")
        if place < 0:
            return events
        note = _encode({"continued": self._joined})
        at = place + len(b"data: {")
        return b'%b"switchgear":%b,%b' % (events[:at], note, events[at:])
