"""What every dialect offers: one half for clients in front, one for providers behind.

A crossing is the front half of one dialect and the back half of another, with ``core.canonical`` between them; adding a dialect
touches no other. The bytes of server-sent events are cut by the caller: readers get one event's data, writers give whole events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from switchgear.core.calls import Usage
from switchgear.core.canonical import Answer, Call, Event, Written
from switchgear.core.capabilities import Target

DialectName = Literal["chat", "responses", "messages", "gemini", "ollama"]


class NotThisDialectError(ValueError):
    """What a provider sent cannot be read as its dialect. The message says what was wrong, and quotes nothing of it."""


class EventWriter(Protocol):
    """One streamed answer on its way to a client, from events to bytes."""

    def write(self, events: Sequence[Event]) -> bytes:
        """The events in this dialect, possibly nothing yet. ``Counted`` and ``Finished`` are kept for ``finish``."""
        ...

    def finish(self, usage: Usage) -> bytes:
        """The end of the answer: blocks closed, finish reason, ``usage``, end marker. Called once, when all was settled."""
        ...


class EventReader(Protocol):
    """One streamed answer on its way from a provider, from the data of its events to canonical events."""

    complete: bool
    """Whether the provider said that the answer is whole."""

    def read(self, data: bytes) -> Sequence[Event]:
        """What one event (its data, without framing) says. Raises NotThisDialectError."""
        ...


class Front(Protocol):
    """The half of a dialect that clients speak to."""

    name: DialectName

    def read_call(self, body: bytes) -> Call:
        """The request in ``body``. Raises InvalidJSON, or RequestError with the field's path in ``param``."""
        ...

    def write_answer(self, answer: Answer, call: Call) -> bytes:
        """A whole answer to ``call``."""
        ...

    def writer(self, call: Call, answer_id: str) -> EventWriter:
        """A writer for the streamed answer to ``call``; ``answer_id`` names it where the provider gives no fitting id."""
        ...


class Back(Protocol):
    """The half of a dialect that is spoken to providers."""

    name: DialectName
    framing: Literal["sse", "lines"]

    def write_call(self, call: Call, target: Target) -> Written:
        """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
        ...

    def read_answer(self, body: bytes, target: Target) -> Answer:
        """A whole answer. Raises NotThisDialectError."""
        ...

    def reader(self, target: Target) -> EventReader:
        """A reader for one streamed answer."""
        ...
