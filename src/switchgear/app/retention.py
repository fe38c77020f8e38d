"""Forgets what is kept for a time only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from switchgear.config.batches import BatchSettings
from switchgear.store.batches import Batches

_log = logging.getLogger(__name__)
EVERY_SECONDS = 600.0
_DAY_MS = 86_400_000


class Expiring(Protocol):
    """Something of the store that is kept for a time only."""

    async def prune(self, now: int) -> int:
        """Delete what has expired at ``now`` (milliseconds); how many they were. Raises StoreUnavailable."""
        ...


class BatchRetention:
    """Expires batches so many days after their end."""

    def __init__(self, batches: Batches, settings: Callable[[], BatchSettings]) -> None:
        self._batches = batches
        self._settings = settings

    async def prune(self, now: int) -> int:
        """Delete what has expired at ``now`` (milliseconds); how many they were. Raises StoreUnavailable."""
        return await self._batches.prune(now, self._settings().retention_days * _DAY_MS)


class Retention:
    """Deletes what has expired of ``kept``: responses, files, batches."""

    def __init__(self, *kept: Expiring) -> None:
        self._kept = kept

    async def forget(self) -> int:
        """Delete what has expired by now; how many they were. Raises StoreUnavailable."""
        count = sum([await one.prune(time.time_ns() // 1_000_000) for one in self._kept])
        if count:
            _log.info("Expired responses, files and batches deleted", extra={"count": count})
        return count
