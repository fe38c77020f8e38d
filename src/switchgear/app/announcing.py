"""What is told to whoever has the console open: events of the bus, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from switchgear.core.errors import Overloaded
from switchgear.events.bus import EventBus
from switchgear.events.themes import ThemeChanged, ThemeInvalid
from switchgear.plugins.following import Follower, Ring

MOST_LISTENERS: Final = 256
"""In one worker."""
ANNOUNCED: Final[dict[type[msgspec.Struct], str]] = {ThemeChanged: "theme.changed", ThemeInvalid: "theme.invalid"}
"""The kinds of events that are told, and what they are called there."""


class Announcer:
    """Tells events of ``bus`` to at most ``most`` listeners. Each worker of a host tells its own."""

    def __init__(self, bus: EventBus, most: int = MOST_LISTENERS) -> None:
        self._most = most
        self._listening = 0
        self._ended = False
        self._ring: Ring[tuple[str, bytes]] = Ring(1, 1, lambda _: 1)
        for kind in ANNOUNCED:
            bus.subscribe(kind, self._tell)

    def _tell(self, event: msgspec.Struct) -> None:
        self._ring.add((ANNOUNCED[type(event)], msgspec.json.encode(event)))

    @property
    def listening(self) -> int:
        """How many listen."""
        return self._listening

    def check(self) -> None:
        """Whether one more may listen. Raises Overloaded."""
        if self._listening >= self._most:
            raise Overloaded(f"{self._most} pages listen already.", hint="Close one, or try again.", retry_after=30)

    @contextmanager
    def listen(self) -> Iterator[Follower[tuple[str, bytes]]]:
        """Names of events and their JSON, from now on; nothing once the gateway is ending. Raises as ``check``."""
        self.check()
        self._listening += 1
        try:
            with self._ring.follow() as follower:
                if self._ended:
                    follower.end()
                yield follower
        finally:
            self._listening -= 1

    def end(self) -> None:
        """Let nobody listen any longer."""
        self._ended = True
        self._ring.end()
