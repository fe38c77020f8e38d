"""How answers reach a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from switchgear.pipeline.call import ModelCall


class Reply(Protocol):
    """How an edge writes an answer in its dialect."""

    def whole(self, call: ModelCall, body: bytes) -> None:
        """The answer, at once."""

    def begin(self, call: ModelCall) -> None:
        """A streamed answer begins."""

    def write(self, events: bytes) -> None:
        """Whole events of it."""

    def end(self, events: bytes) -> None:
        """The last of it."""

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up (True) and when it can again (False)."""
