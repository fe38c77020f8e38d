"""What is read of the events of a Responses stream while they pass. What msgspec decodes is not compiled: it needs the annotations."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.providers.responses_bodies import Told


class Event(msgspec.Struct):
    """One event."""

    type: str | None = None
    response: Told | None = None
    error: msgspec.Raw = msgspec.Raw()


class Delta(msgspec.Struct):
    """An event that adds a piece."""

    delta: str = ""


EVENT: Final = msgspec.json.Decoder(Event)
DELTA: Final = msgspec.json.Decoder(Delta)
