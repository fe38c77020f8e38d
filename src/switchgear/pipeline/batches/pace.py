"""How many lines of a batch are under way at once, and when none are: limits and failing providers slow a batch down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchgear.core.errors import BudgetExceeded, BudgetReserved, SwitchgearError, TooManyAtOnce
from switchgear.pipeline.batches.times import BatchTimes

_SLOWER: Final = 0.1
"""How fast a batch that met a limit grows again, of the usual."""
_SHORTEST: Final = 0.01


class Pace:
    """The pace of one batch. It grows by one line with each round that goes well, up to ``most``. ``clock`` gives seconds."""

    def __init__(self, most: int, times: BatchTimes, clock: Callable[[], float]) -> None:
        self._most = most
        self._times = times
        self._clock = clock
        self._width = float(most)
        self._growth = 1.0
        self._refusals = 0
        self.not_before = 0.0

    @property
    def full(self) -> bool:
        """Whether nothing slows the batch down."""
        return self._width >= self._most

    def room(self, under_way: int) -> bool:
        """Whether one more line may be sent beside those that are under way."""
        return under_way < int(self._width)

    def succeeded(self) -> None:
        """A line was answered."""
        self._refusals = 0
        if self._width < self._most:
            self._width = min(float(self._most), self._width + self._growth / self._width)

    def failed(self) -> None:
        """The provider failed a line."""
        self._width = max(1.0, self._width * 0.9)

    def refused(self, error: SwitchgearError, under_way: int) -> float:
        """A limit had no room for a line, while others were under way: seconds for which nothing is sent, 0 until one of them ends."""
        self._growth = _SLOWER
        if under_way and isinstance(error, TooManyAtOnce):  # the batch itself takes the room
            self._width = float(under_way)
            return 0.0
        self._refusals += 1
        self._width = max(1.0, self._width / 2)
        pause = self._times.first_pause * 2.0 ** min(self._refusals - 1, 16)
        waits_for_calls = isinstance(error, BudgetReserved) or (under_way and isinstance(error, BudgetExceeded))
        if not waits_for_calls:  # those under way may give something back at any moment
            pause = error.retry_after or pause
        seconds = min(max(pause, _SHORTEST), self._times.longest_wait)
        self.not_before = max(self.not_before, self._clock() + seconds)
        return seconds
