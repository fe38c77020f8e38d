"""What is said of limits that are near and budgets that are spent: an event and a line in the log, once a period."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from switchgear.access.limit_plan import MINUTE_MS, Part
from switchgear.access.limit_words import amount
from switchgear.events.limits import BudgetSpent, LimitNear
from switchgear.state.base import State

_log = logging.getLogger(__name__)
_REMEMBERED: Final = 4096


class LimitNotices:
    """Publishes LimitNear and BudgetSpent once a period (once a minute for rates), by whichever process is first to see it."""

    def __init__(self, state: State, publish: Callable[[object], None]) -> None:
        self._state = state
        self._publish = publish
        self._said: dict[tuple[str, str, bool], int] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def near(self, part: Part, used: int, now_ms: int) -> None:
        """``part`` is used beyond its soft threshold, or up."""
        spent = part.period is not None and used >= part.check.limit
        self._say(part, used, now_ms, spent=spent)

    def spent(self, part: Part, used: int, now_ms: int) -> None:
        """The budget ``part`` had no room for a call."""
        self._say(part, used, now_ms, spent=True)

    def _say(self, part: Part, used: int, now_ms: int, *, spent: bool) -> None:
        said = (*part.counter, spent)
        if self._said.get(said, 0) > now_ms:
            return
        until = part.period.until if part.period is not None else now_ms + MINUTE_MS
        if len(self._said) >= _REMEMBERED:
            self._said = {one: end for one, end in self._said.items() if end > now_ms}
        self._said[said] = until
        name = f"limit-{'spent' if spent else 'near'}:{part.check.scope}:{part.check.name}"
        # A second short of the time, so that the lock is free again when this process asks for it next.
        first = self._state.locks.try_acquire(name, f"at {now_ms}", max(1.0, (until - now_ms) / 1000 - 1.0))
        told = (BudgetSpent if spent else LimitNear)(
            part.holder.of,
            part.holder.id,
            part.holder.name,
            part.holder.limits.name,
            part.what,
            used,
            part.check.limit,
            now_ms,
            until,
        )
        if isinstance(first, bool):
            self._tell(part, told, first=first)
            return

        async def ask() -> None:
            self._tell(part, told, first=await first)

        task = asyncio.ensure_future(ask())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def _tell(self, part: Part, told: LimitNear | BudgetSpent, *, first: bool) -> None:
        if not first and self._state.health.state == "ok":  # another process said it; alone, this one says what it sees
            return
        whose = f'The {told.of} "{told.name}"'
        if isinstance(told, BudgetSpent):
            _log.warning(
                '%s has spent its budget: %s of %s (limits "%s").', whose, *self._words(part, told), told.limits
            )
        else:
            _log.warning('%s is near a limit: %s of %s (limits "%s").', whose, *self._words(part, told), told.limits)
        self._publish(told)

    def _words(self, part: Part, told: LimitNear | BudgetSpent) -> tuple[str, str]:
        return amount(part.what, told.used), part.told
