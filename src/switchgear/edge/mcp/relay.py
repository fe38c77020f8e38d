"""What workers tell each other of clients that come now to one of them and now to another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Literal

import msgspec
from msgspec import Raw

from switchgear.core.structs import Frozen
from switchgear.state.base import Channels

Subject = Literal["answer", "cancel", "ended", "level", "wish", "unwish", "resume", "resumed"]
EVERYBODY: Final = "*"
_log = logging.getLogger(__name__)


class _Told(Frozen, frozen=True):
    whom: str
    teller: str
    subject: Subject
    body: Raw


_told = msgspec.json.Decoder(_Told)
_encode = msgspec.json.Encoder().encode


class Relay:
    """Tells other workers, and hears them. ``node`` names this one; one host alone has nobody to tell."""

    def __init__(self, channels: Channels, node: str) -> None:
        self._channels = channels
        self._node = node
        self._heard: dict[Subject, Callable[[str, Raw], None]] = {}
        self._ends: list[Callable[[], None]] = []

    def hear(self, subject: Subject, handler: Callable[[str, Raw], None]) -> None:
        """Have ``handler`` called with who told, and what."""
        self._heard[subject] = handler

    def start(self) -> None:
        """Begin to listen."""
        self._ends = [self._channels.subscribe(f"mcp:{whom}", self._take) for whom in (self._node, EVERYBODY)]

    def close(self) -> None:
        """Listen no more."""
        for end in self._ends:
            end()
        self._ends = []

    def tell(self, whom: str, subject: Subject, body: object) -> None:
        """Tell a worker by its name, or ``EVERYBODY`` else."""
        message = _Told(whom, self._node, subject, Raw(_encode(body)))
        self._channels.publish(f"mcp:{whom}", _encode(message))

    def _take(self, data: bytes) -> None:
        try:
            told = _told.decode(data)
        except msgspec.DecodeError:
            _log.warning("Another worker says what is not understood; do all run the same version?")
            return
        if told.teller != self._node and (handler := self._heard.get(told.subject)) is not None:
            handler(told.teller, told.body)
