"""How long work on batches waits for one thing or another."""

from __future__ import annotations

import msgspec


class BatchTimes(msgspec.Struct, frozen=True):
    """How long is waited, in seconds.

    ``look``: between two looks at the store. ``first_pause`` and ``longest_pause``: before a line is tried again. ``longest_wait``: for
    a limit, before it is looked at again. ``gather``: for company before a commit. ``grace``: for lines under way when a batch is
    stopped. ``first_poll`` and ``longest_poll``: between two looks at a batch at a provider. ``unsure``: before a batch that may have
    been made there is made once more.
    """

    look: float = 1.0
    first_pause: float = 1.0
    longest_pause: float = 300.0
    longest_wait: float = 10.0
    gather: float = 0.05
    grace: float = 10.0
    first_poll: float = 5.0
    longest_poll: float = 60.0
    unsure: float = 10.0

    @classmethod
    def polling(cls, seconds: float) -> BatchTimes:
        """The usual times, with so many seconds between two looks at a provider at most."""
        return cls(
            first_poll=min(cls().first_poll, seconds), longest_poll=seconds, unsure=min(cls().unsure, 5 * seconds)
        )
