"""OpenAI's Chat Completions, which most of the world speaks.

Source: https://platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

from typing import Literal

from switchgear.core.canonical import Answer, Call, Written
from switchgear.core.capabilities import Target
from switchgear.dialects.base import Back, DialectName, Front
from switchgear.dialects.chat.read_answer import read_answer
from switchgear.dialects.chat.read_call import read_call
from switchgear.dialects.chat.reader import StreamReader
from switchgear.dialects.chat.write_answer import write_answer
from switchgear.dialects.chat.write_call import write_call
from switchgear.dialects.chat.writer import StreamWriter


class ChatFront:
    """The half that clients speak to; see ``dialects.base.Front``."""

    name: DialectName = "chat"

    def read_call(self, body: bytes) -> Call:
        """The request in ``body``. Raises InvalidJSON, or RequestError with the field's path in ``param``."""
        return read_call(body)

    def write_answer(self, answer: Answer, call: Call) -> bytes:
        """A whole answer to ``call``."""
        return write_answer(answer, call)

    def writer(self, call: Call, answer_id: str) -> StreamWriter:
        """A writer for the streamed answer to ``call``."""
        return StreamWriter(call, answer_id)


class ChatBack:
    """The half that is spoken to providers; see ``dialects.base.Back``."""

    name: DialectName = "chat"
    framing: Literal["sse", "lines"] = "sse"

    def write_call(self, call: Call, target: Target) -> Written:
        """The body of a request for ``target``. Raises RequestError for what it cannot be asked."""
        return write_call(call, target)

    def read_answer(self, body: bytes, target: Target) -> Answer:
        """A whole answer. Raises NotThisDialectError."""
        return read_answer(body, target)

    def reader(self, target: Target) -> StreamReader:
        """A reader for one streamed answer."""
        return StreamReader(target)


FRONT: Front = ChatFront()
BACK: Back = ChatBack()
