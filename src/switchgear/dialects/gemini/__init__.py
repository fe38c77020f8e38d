"""Google's Gemini API, ``generateContent``: the half that is spoken to providers."""

from __future__ import annotations

from typing import Literal

from switchgear.core.canonical import Answer, Call, Written
from switchgear.core.capabilities import Target
from switchgear.dialects.base import Back, DialectName, EventReader
from switchgear.dialects.gemini.answers import Reader, read_answer
from switchgear.dialects.gemini.requests import write_call


class GeminiBack:
    """Calls to ``models/{model}:generateContent`` and ``:streamGenerateContent?alt=sse``, version v1beta.

    The model and whether to stream stand in the path, not in the body.
    """

    name: DialectName = "gemini"
    framing: Literal["sse", "lines"] = "sse"

    def write_call(self, call: Call, target: Target) -> Written:
        """The body of a request. Raises RequestError for what Gemini cannot be asked."""
        return write_call(call, target)

    def read_answer(self, body: bytes, target: Target) -> Answer:
        """A whole answer. Raises NotThisDialectError."""
        return read_answer(body, target)

    def reader(self, target: Target) -> EventReader:
        """A reader for one streamed answer."""
        return Reader(target)


BACK: Back = GeminiBack()
