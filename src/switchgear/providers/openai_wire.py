"""What is read of OpenAI's answers while they pass. What msgspec decodes is not compiled: it needs the annotations."""

from __future__ import annotations

from typing import Final

import msgspec

Number = int | float | None


class Details(msgspec.Struct):
    """What of the tokens is counted apart."""

    cached_tokens: Number = None
    reasoning_tokens: Number = None


class WireUsage(msgspec.Struct):
    """``usage``."""

    prompt_tokens: Number = None
    completion_tokens: Number = None
    total_tokens: Number = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None


class Tail(msgspec.Struct):
    """What is looked at of an answer, and of the events of a stream that tell more than text."""

    usage: WireUsage | None = None
    error: msgspec.Raw | None = None
    choices: msgspec.Raw = msgspec.Raw()
    data: msgspec.Raw = msgspec.Raw()
    input_tokens: msgspec.Raw = msgspec.Raw()

    @property
    def answers(self) -> bool:
        """Whether there is an answer in it: a choice, an embedding, or a count."""
        return b"{" in bytes(self.choices) or bool(bytes(self.data) or bytes(self.input_tokens))


TAIL: Final = msgspec.json.Decoder(Tail)
WIRE_USAGE: Final = msgspec.json.Decoder(WireUsage)
