"""Looks for what other processes changed in the store: keys first, everything else after them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from switchgear.core.errors import StoreUnavailable, SwitchgearError
from switchgear.state.base import Channels

_log = logging.getLogger(__name__)
CHANNEL = "catalogue"
POLL_SECONDS = 0.5
_ANSWER_SECONDS = 5.0


class StoreWatch:
    """Compares the store's revision with the one taken over last, twice a second and whenever another process tells.

    A key that was revoked elsewhere has to be unknown here within a second: ``take_keys`` is called first and waits for
    nothing that is slow; ``take_rest``, which may compile for long, runs beside the watch.
    """

    def __init__(
        self,
        revision: Callable[[], Awaitable[int]],
        take_keys: Callable[[], Awaitable[None]],
        take_rest: Callable[[], Awaitable[None]],
        channels: Channels,
        *,
        every: float = POLL_SECONDS,
    ) -> None:
        self._revision = revision
        self._take_keys = take_keys
        self._take_rest = take_rest
        self._channels = channels
        self._every = every
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._rest: asyncio.Task[None] | None = None
        self._again = False
        self._unsubscribe: Callable[[], None] | None = None
        self._failing = False
        self.seen = -1

    def start(self) -> None:
        """Begin."""
        self._unsubscribe = self._channels.subscribe(CHANNEL, lambda _: self._news.set(), self._news.set)
        self._task = asyncio.create_task(self._run(), name="store watch")

    async def close(self) -> None:
        """End."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        tasks = [task for task in (self._task, self._rest) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self) -> None:
        """Have all other processes look now: this one changed something."""
        self._channels.publish(CHANNEL, b"")

    async def take_over(self) -> None:
        """Take over everything as it is now. Raises StoreUnavailable."""
        await self._take_new_keys(await self._revision())
        await self._take_rest()

    async def _take_new_keys(self, revision: int) -> None:
        """``revision`` was read before, so that no later change is taken for known."""
        await self._take_keys()
        self.seen = revision

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._news.wait()
            self._news.clear()
            await self._tried(self._look)

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                found = await self._revision()
                if found == self.seen:
                    return
                await self._take_new_keys(found)
        except TimeoutError as error:
            raise StoreUnavailable("The database does not answer.") from error
        if self._rest is None or self._rest.done():
            self._rest = asyncio.create_task(self._take_all_rest(), name="store refresh")
        else:
            self._again = True

    async def _take_all_rest(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            if not await self._tried(self._take_rest):
                self.seen = -1  # the next look finds the difference again

    async def _tried(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether it worked; trouble is logged once until it works again."""
        try:
            await work()
        except SwitchgearError as error:
            if not self._failing:
                _log.warning("The store cannot be read; serving goes on with what is known: %s", error)
            self._failing = True
            return False
        self._failing = False
        return True
