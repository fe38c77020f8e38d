"""Ollama's own API, ``/api/chat``: the half that is spoken to providers."""

from __future__ import annotations

from typing import Literal

from switchgear.core.canonical import Answer, Call, Written
from switchgear.core.capabilities import Target
from switchgear.dialects.base import Back, DialectName, EventReader
from switchgear.dialects.ollama.answers import Reader, read_answer
from switchgear.dialects.ollama.requests import write_call


class OllamaBack:
    """Calls to ``/api/chat``. A streamed answer is one JSON object a line."""

    name: DialectName = "ollama"
    framing: Literal["sse", "lines"] = "lines"

    def write_call(self, call: Call, target: Target) -> Written:
        """The body of a request. Raises RequestError for what Ollama cannot be asked."""
        return write_call(call, target)

    def read_answer(self, body: bytes, target: Target) -> Answer:  # noqa: ARG002 - nothing in it depends on the target
        """A whole answer. Raises NotThisDialectError."""
        return read_answer(body)

    def reader(self, target: Target) -> EventReader:  # noqa: ARG002 - as above
        """A reader for one streamed answer."""
        return Reader()


BACK: Back = OllamaBack()
