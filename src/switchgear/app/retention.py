"""Forgets what is kept for a time only, beside the calls."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Protocol

from switchgear.core.errors import StoreUnavailable

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 600.0


class Expiring(Protocol):
    """Something of the store that is kept for a time only."""

    async def prune(self, now: int) -> int:
        """Delete what has expired at ``now`` (milliseconds); how many they were. Raises StoreUnavailable."""
        ...


class Retention:
    """Deletes what has expired of ``kept``, responses and files, at the start and every ten minutes."""

    def __init__(self, *kept: Expiring, every: float = _EVERY_SECONDS) -> None:
        self._kept = kept
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="retention")

    async def close(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self.forget()
            await asyncio.sleep(self._every)

    async def forget(self) -> int:
        """Delete what has expired by now; how many they were. A store that cannot be reached is asked the next time."""
        try:
            count = sum([await one.prune(time.time_ns() // 1_000_000) for one in self._kept])
        except StoreUnavailable as error:
            _log.warning("What has expired cannot be deleted: %s", error)
            return 0
        if count:
            _log.info("Expired responses and files deleted", extra={"count": count})
        return count
