"""What is read of the events of a Messages stream while they pass. What msgspec decodes is not compiled: it needs the annotations."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.dialects.messages.usage import WireUsage


class Delta(msgspec.Struct):
    """What a ``message_delta`` changes."""

    stop_reason: str | None = None


class Message(msgspec.Struct):
    """The message of a ``message_start``."""

    usage: WireUsage | None = None


class Event(msgspec.Struct):
    """One event."""

    type: str = ""
    index: int | None = None
    message: Message | None = None
    usage: WireUsage | None = None
    delta: Delta | None = None


EVENT: Final = msgspec.json.Decoder(Event)
