"""OpenAI's Responses dialect (https://platform.openai.com/docs/api-reference/responses, https://www.openresponses.org)."""

from __future__ import annotations

from typing import Literal

from switchgear.core.canonical import Answer, Call, Written
from switchgear.core.capabilities import Target
from switchgear.dialects.base import Back, DialectName, Front
from switchgear.dialects.responses.answers import read_answer
from switchgear.dialects.responses.asked import Asked
from switchgear.dialects.responses.call_reader import read_call
from switchgear.dialects.responses.document import write_answer
from switchgear.dialects.responses.event_reader import ResponseReader
from switchgear.dialects.responses.provider_request import write_call
from switchgear.dialects.responses.writer import ResponseWriter


class ResponsesFront:
    """The half for clients."""

    name: DialectName = "responses"

    def read_call(self, body: bytes) -> Asked:
        """The request in ``body``. Raises InvalidJSON, or RequestError with the field's path in ``param``."""
        return read_call(body)

    def write_answer(self, answer: Answer, call: Call) -> bytes:
        """A whole answer to ``call``."""
        return write_answer(answer, call)

    def writer(self, call: Call, answer_id: str) -> ResponseWriter:
        """A writer for the streamed answer to ``call``; the response's id is made of ``answer_id``."""
        return ResponseWriter(call, answer_id)


class ResponsesBack:
    """The half for providers."""

    name: DialectName = "responses"
    framing: Literal["sse", "lines"] = "sse"

    def write_call(self, call: Call, target: Target) -> Written:
        """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
        return write_call(call, target)

    def read_answer(self, body: bytes, target: Target) -> Answer:
        """A whole answer. Raises NotThisDialectError."""
        return read_answer(body, target)

    def reader(self, target: Target) -> ResponseReader:
        """A reader for one streamed answer."""
        return ResponseReader(target)


FRONT: ResponsesFront = ResponsesFront()
BACK: Back = ResponsesBack()
_checked: tuple[Front, Back] = (FRONT, BACK)
