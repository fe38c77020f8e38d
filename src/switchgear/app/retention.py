"""Forgets what is kept for a time only."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from switchgear.config.batches import BatchSettings
from switchgear.config.conversations import ConversationSettings
from switchgear.config.schema import StoreSettings
from switchgear.store.batches import Batches
from switchgear.store.conversations import Conversations
from switchgear.store.store import Store

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


class ConversationRetention:
    """Forgets conversations that nobody has changed for so many days, where that is set."""

    def __init__(self, conversations: Conversations, settings: Callable[[], ConversationSettings]) -> None:
        self._conversations = conversations
        self._settings = settings

    async def prune(self, now: int) -> int:
        """Delete what has expired at ``now`` (milliseconds); how many they were. Raises StoreUnavailable."""
        days = self._settings().retention_days
        return await self._conversations.prune(now - days * _DAY_MS) if days else 0


class Aged:
    """Forgets what is older than so many whole days of UTC: ``forget`` is given the moment before which all goes."""

    def __init__(self, forget: Callable[[int], Awaitable[int]], days: int) -> None:
        self._forget = forget
        self._days = days

    async def prune(self, now: int) -> int:
        """Delete what has expired at ``now`` (milliseconds); how many they were. Raises StoreUnavailable."""
        today = now - now % _DAY_MS
        return await self._forget(max(today - self._days * _DAY_MS, 0))


def usage_retention(store: Store, settings: StoreSettings) -> list[Expiring]:
    """How long calls, those of plugins too, what they add up to, the groups of their errors, and approvals of calls of tools are kept."""
    rollups = store.rollups
    return [
        Aged(partial(rollups.forget, "minute"), settings.minute_days),
        Aged(partial(rollups.forget, "hour"), settings.hour_days),
        Aged(partial(rollups.forget, "day"), settings.day_days),
        Aged(store.errors.forget, settings.error_days),
        Aged(store.usage.prune, settings.usage_days),
        Aged(store.tool_calls.prune, settings.usage_days),
        store.approvals,
        store.sessions,
        store.sign_in_links,
    ]


class Retention:
    """Deletes what has expired of ``kept``."""

    def __init__(self, *kept: Expiring) -> None:
        self._kept = kept

    async def forget(self) -> int:
        """Delete what has expired by now; how many they were. Raises StoreUnavailable."""
        count = sum([await one.prune(time.time_ns() // 1_000_000) for one in self._kept])
        if count:
            _log.info("What has expired was deleted", extra={"count": count})
        return count
