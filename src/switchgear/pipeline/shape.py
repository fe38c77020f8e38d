"""What is done to a call on its way out and to its answer on the way back, where a provider cannot do it itself.

A shape is one ability that the gateway lends a model: tools by prompt, answers held to a schema, arguments checked. Calls
without one pass as bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from switchgear.core.canonical import Answer, Call, Event


class EventFilter(Protocol):
    """One streamed answer on its way through a shape."""

    def feed(self, events: Sequence[Event]) -> Sequence[Event]:
        """What goes on of these events, possibly nothing yet."""
        ...

    def finish(self) -> Sequence[Event]:
        """What was held back, when the provider's answer is whole. Raises InvalidAnswer."""
        ...


class Shape(Protocol):
    """One ability lent to a model for one call."""

    note: str
    """What clients are told in ``x-switchgear-shaped``, as ``tools=prompted``; ``""`` for a mere check."""

    changes: bool
    """Whether it changes the call or a right answer; a mere check does neither."""
    dropped: tuple[str, ...]
    """What of the request is left out, as ``tools.web_search``."""

    def ask(self, call: Call) -> Call:
        """The call as the model is to see it; ``call`` itself may be changed. Raises RequestError."""
        ...

    def check(self, answer: Answer) -> Answer:
        """The answer as the client is to see it. Raises InvalidAnswer."""
        ...

    def filter(self) -> EventFilter:
        """The same for one streamed answer."""
        ...
