"""When a model server that died is started again, and when that is given up."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class RestartPolicy:
    """All times in seconds.

    After a crash the next start waits ``first_delay``, doubled for every further crash up to ``max_delay``, less up to
    a quarter at random so that several children do not start in step. A child that was ready for ``steady`` seconds
    starts the count anew; ``crash_limit`` crashes without that are a crash loop.

    A start that takes over ``start_timeout`` counts as a crash, and so do ``health_failures`` health checks in a row
    that were not answered within ``health_timeout``. These are generous on purpose: on a starved machine one step of a
    long prompt can take ten seconds and more. ``stop_grace`` is the time between SIGTERM and SIGKILL.
    """

    first_delay: float = 1.0
    max_delay: float = 60.0
    steady: float = 60.0
    crash_limit: int = 5
    start_timeout: float = 60.0
    health_interval: float = 10.0
    health_timeout: float = 20.0
    health_failures: int = 3
    stop_grace: float = 5.0


class CrashCount:
    """Counts the crashes of one child against a ``RestartPolicy``."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self.crashes = 0

    def crashed(self, ready_for: float) -> None:
        """The child crashed after having been ready for ``ready_for`` seconds (0 when it never was)."""
        self.crashes = 1 if ready_for >= self._policy.steady else self.crashes + 1

    @property
    def looping(self) -> bool:
        """Whether restarting should be given up."""
        return self.crashes >= self._policy.crash_limit

    def delay(self) -> float:
        """Seconds to wait before the next start."""
        # The exponent is bounded so that the power stays a sane float however long this goes on.
        full = min(self._policy.first_delay * 2.0 ** min(self.crashes - 1, 30), self._policy.max_delay)
        return full * random.uniform(0.75, 1.0)
