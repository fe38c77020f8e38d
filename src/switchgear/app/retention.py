"""Forgets what is kept for a time only."""

from __future__ import annotations

import logging
import time
from typing import Protocol

_log = logging.getLogger(__name__)
EVERY_SECONDS = 600.0


class Expiring(Protocol):
    """Something of the store that is kept for a time only."""

    async def prune(self, now: int) -> int:
        """Delete what has expired at ``now`` (milliseconds); how many they were. Raises StoreUnavailable."""
        ...


class Retention:
    """Deletes what has expired of ``kept``, responses and files."""

    def __init__(self, *kept: Expiring) -> None:
        self._kept = kept

    async def forget(self) -> int:
        """Delete what has expired by now; how many they were. Raises StoreUnavailable."""
        count = sum([await one.prune(time.time_ns() // 1_000_000) for one in self._kept])
        if count:
            _log.info("Expired responses and files deleted", extra={"count": count})
        return count
