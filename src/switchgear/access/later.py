"""What waits where a shared state is asked for more of a limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from switchgear.core.errors import StateUnavailable
from switchgear.state.base import Verdict


async def kept(coming: Awaitable[Verdict], keep: Callable[[Verdict], bool]) -> bool:
    """What ``keep`` says of the verdict; False where the state does not answer."""
    try:
        verdict = await coming
    except StateUnavailable:
        return False
    return keep(verdict)
