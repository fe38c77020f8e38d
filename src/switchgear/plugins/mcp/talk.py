"""How much a server may say that is no answer: what is more is read later, so that one that never stops costs the others nothing."""

from __future__ import annotations

from typing import Final

FREELY: Final = 20_000
"""Frames, or lines, that are read as fast as they come."""
A_SECOND: Final = 5_000
"""What is read of them after that."""
LONGEST_PAUSE: Final = 10.0
"""Seconds after which it is looked at again, whatever there was."""
A_FRAME: Final = 4096
"""Bytes that count as one more frame."""
_LOOK_EVERY: Final = 256


class Talk:
    """Counts what one server says that is no answer."""

    __slots__ = ("_last", "_level", "said")

    def __init__(self) -> None:
        self.said = 0
        self._level = 0.0
        self._last = 0.0

    def heard(self, frames: int, size: int) -> None:
        """It said so many frames that are no answer, in ``size`` bytes; none of them is nothing, whatever its size."""
        if frames:
            self.said += frames + size // A_FRAME

    @property
    def much(self) -> bool:
        """Whether it says so much that little should be read at once."""
        return self._level > FREELY

    def pause(self, now: float) -> float:
        """Seconds to read nothing from ``now`` on, a clock that never goes back; mostly 0."""
        if self.said < _LOOK_EVERY:
            return 0.0
        self._level = max(self._level - (now - self._last) * A_SECOND, 0.0) + self.said
        self._last = now
        self.said = 0
        return min(max(self._level - FREELY, 0.0) / A_SECOND, LONGEST_PAUSE)
