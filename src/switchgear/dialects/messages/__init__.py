"""Anthropic's Messages dialect (https://platform.claude.com/docs/en/api/messages)."""

from __future__ import annotations

from typing import Literal

from switchgear.core.canonical import Answer, Call, Written
from switchgear.core.capabilities import Target
from switchgear.dialects.base import Back, DialectName, Front
from switchgear.dialects.messages.answer_reader import read_answer
from switchgear.dialects.messages.answer_writer import write_answer
from switchgear.dialects.messages.call_reader import read_call
from switchgear.dialects.messages.call_writer import write_call
from switchgear.dialects.messages.event_reader import MessagesReader
from switchgear.dialects.messages.event_writer import MessagesWriter


class MessagesFront:
    """The half for clients."""

    name: DialectName = "messages"

    def read_call(self, body: bytes) -> Call:
        """The request in ``body``. Raises InvalidJSON, or RequestError with the field's path in ``param``."""
        return read_call(body)

    def read_counting(self, body: bytes) -> Call:
        """A request of ``count_tokens``, which is one without ``max_tokens``. Raises as ``read_call``."""
        return read_call(body, counting=True)

    def write_answer(self, answer: Answer, call: Call) -> bytes:
        """A whole answer to ``call``."""
        return write_answer(answer, call)

    def writer(self, call: Call, answer_id: str) -> MessagesWriter:
        """A writer for the streamed answer to ``call``."""
        return MessagesWriter(call, answer_id)


class MessagesBack:
    """The half for providers."""

    name: DialectName = "messages"
    framing: Literal["sse", "lines"] = "sse"

    def write_call(self, call: Call, target: Target) -> Written:
        """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
        return write_call(call, target)

    def read_answer(self, body: bytes, target: Target) -> Answer:
        """A whole answer. Raises NotThisDialectError."""
        return read_answer(body, target)

    def reader(self, target: Target) -> MessagesReader:
        """A reader for one streamed answer."""
        return MessagesReader(target)


FRONT: MessagesFront = MessagesFront()
BACK: Back = MessagesBack()
_checked: tuple[Front, Back] = (FRONT, BACK)
