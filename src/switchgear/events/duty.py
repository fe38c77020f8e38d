"""Duties: what one process does for all that share a store, every so often."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from switchgear.core.errors import StoreUnavailable
from switchgear.store.leases import Leases

_log = logging.getLogger(__name__)
_LEASE_SECONDS = 30.0
_SLACK = 0.02


class Duty:
    """Does ``work`` once every ``every`` seconds, in one of all processes that have a duty of this ``name``.

    Who does it holds a lease in the store meanwhile, and renews it; a process that dies leaves the work to another when
    the lease has lapsed (``lease`` seconds). One that cannot renew it any more is told by cancellation. Work is done at
    least once a period, never by two at a time, and must bear being done again: a process may die after the work
    and before it could say so. What ``work`` raises is logged, and it is tried again.

    ``holder`` is this process's name among all, new at each start; ``clock`` gives seconds.
    """

    def __init__(
        self,
        leases: Leases,
        name: str,
        work: Callable[[], Awaitable[object]],
        *,
        every: float,
        holder: str,
        lease: float = _LEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._leases = leases
        self._work = work
        self._every = every
        self._holder = holder
        self._lease = lease
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._silent = False

    def start(self) -> None:
        """Begin: the first turn is at once."""
        self._task = asyncio.create_task(self._run(), name=f"duty {self.name}")

    async def close(self) -> None:
        """End; work under way is cancelled and left to another process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def turn(self) -> float:
        """Do the work if it is due and nobody else is at it; seconds until it is worth asking again."""
        try:
            turn = await self._leases.take(self.name, self._holder, every=self._every, seconds=self._lease)
            wait = await self._do() if turn.mine else turn.wait
        except StoreUnavailable as error:
            if not self._silent:
                _log.warning("Duty %s waits for the store: %s", self.name, error)
            self._silent = True
            return min(self._every, self._lease)
        self._silent = False
        return wait

    async def _run(self) -> None:
        while True:
            wait = await self.turn()
            await asyncio.sleep(wait * (1 + _SLACK * random.random()))  # not all processes at the same moment

    async def _do(self) -> float:
        began = self._clock()
        work = asyncio.ensure_future(self._work())
        try:
            if not await self._held_until_done(work):
                _log.warning("Duty %s took too long and was taken over by another process", self.name)
                return self._every
            work.result()
            await self._leases.done(self.name, self._holder, ago=self._clock() - began)
            return max(self._every - (self._clock() - began), 0.0)
        except (StoreUnavailable, asyncio.CancelledError):
            await _ended(work)
            await self._leave()
            raise
        except Exception:  # noqa: BLE001 - a duty that ended would never be done again
            _log.exception("Duty %s failed", self.name)
            await self._leases.give_back(self.name, self._holder)
            return min(self._every, self._lease)

    async def _held_until_done(self, work: asyncio.Future[object]) -> bool:
        """Renew the lease until the work has ended; False, and the work is cancelled, when another process has it."""
        while not (await asyncio.wait({work}, timeout=self._lease / 3))[0]:
            if not await self._leases.renew(self.name, self._holder, seconds=self._lease):
                await _ended(work)
                return False
        return True

    async def _leave(self) -> None:
        """Give the lease back, if the store can be reached; it lapses anyway."""
        with suppress(StoreUnavailable, TimeoutError):
            await asyncio.wait_for(self._leases.give_back(self.name, self._holder), 1.0)


async def _ended(work: asyncio.Future[object]) -> None:
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
