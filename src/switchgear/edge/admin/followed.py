"""What is told for as long as somebody listens, and may: a session that ended, or a role that shrank, ends the stream too."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeVar

from switchgear.edge.admin.context import Administration
from switchgear.plugins.following import Follower

T = TypeVar("T")
LOOK_SECONDS: Final = 1.0
"""How soon a stream ends whose listener may no longer listen."""


async def followed(
    admin: Administration, follower: Follower[T], written: Callable[[T], bytes], alive: bytes, alive_seconds: float
) -> AsyncIterator[bytes]:
    """What comes to ``follower``, as bytes; ``alive`` when nothing did for so long. Nothing is told to whoever lost the right to hear it."""
    told = time.monotonic()
    while not follower.ended:
        await follower.wait(LOOK_SECONDS)
        if not admin.admitted():
            return
        batch = b"".join(written(each) for each in follower.taken())
        now = time.monotonic()
        if batch or now - told >= alive_seconds:
            told = now
            yield batch or alive
