"""Whether a call may have one more attempt, as far as its limits go."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol


class Affording(Protocol):
    """A call with limits."""

    def affords(self) -> bool | Awaitable[bool]:
        """Whether its limits have room for what one more attempt may use; it is reserved then."""
        ...


async def afforded(call: Affording) -> bool:
    """The same, waited for where a shared state is asked."""
    room = call.affords()
    return room if isinstance(room, bool) else await room
