"""How many calls a server has at once: the others wait for a place, in the order they came."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from switchgear.core.errors import PluginBusy
from switchgear.plugins.mcp.channel import Channel

MOST_WAITING: Final = 32
"""Calls that wait for a place, for each place there is; more are refused."""


class Places:
    """The places of one session. Whoever saw ``free`` or waited adds one to ``taken``, and gives it back afterwards."""

    __slots__ = ("_channel", "_closed", "_idle", "_most", "_plugin", "_waiting", "taken")

    def __init__(self, plugin: str, most: int, channel: Channel) -> None:
        self._plugin = plugin
        self._most = most
        self._channel = channel
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle: list[asyncio.Future[None]] = []
        self._closed = False
        self.taken = 0

    @property
    def free(self) -> bool:
        """Whether a call may begin now."""
        return self.taken < self._most and not self._waiting and not self._channel.under_pressure

    @property
    def busy(self) -> int:
        """Calls under way or waiting."""
        return self.taken + len(self._waiting)

    def give_back(self) -> None:
        """A call is over."""
        self.taken -= 1
        if self._waiting:
            self._admit()
        elif self._idle and not self.taken:
            self._all_done()

    async def wait(self, seconds: float) -> float:
        """Wait for a place, and until the server takes what it was sent; gives the seconds that are left. Raises PluginBusy."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(seconds):
                await self._queue(loop)
                if self._channel.under_pressure:
                    await self._drain()
        except TimeoutError:
            raise PluginBusy(
                f"Plugin {self._plugin} had no room for another call within {seconds:g} s; {self.taken} are under way.",
                plugin=self._plugin, retry_after=1,
            ) from None  # fmt: skip
        return max(seconds - (loop.time() - began), 0.001)

    async def _queue(self, loop: asyncio.AbstractEventLoop) -> None:
        if len(self._waiting) >= self._most * MOST_WAITING:
            raise PluginBusy(
                f"Plugin {self._plugin} has {self.taken} calls under way and {len(self._waiting)} waiting.",
                plugin=self._plugin, retry_after=1,
            )  # fmt: skip
        must_wait = bool(self._waiting)  # who comes later does not overtake
        enter = self._waiting.append
        while (must_wait or self.taken >= self._most) and not self._closed:
            must_wait = False
            waiter = loop.create_future()
            enter(waiter)
            enter = self._waiting.appendleft  # who was called and found the place taken again stays in front
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.cancelled():
                    self._leave(waiter)
                else:  # a place offered to one who left goes to the next
                    self._admit()
                raise

    def _leave(self, waiter: asyncio.Future[None]) -> None:
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        if self._idle and not self.busy:
            self._all_done()

    async def _drain(self) -> None:
        self.taken += 1  # the place is this call's while it waits
        try:
            await self._channel.drain()
        finally:
            self.give_back()

    def _admit(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _all_done(self) -> None:
        for waiter in self._idle:
            if not waiter.done():
                waiter.set_result(None)
        self._idle.clear()

    async def idle(self, seconds: float) -> bool:
        """Wait until no call is under way or waits; whether that was so within ``seconds``."""
        if not self.busy:
            return True
        waiter = asyncio.get_running_loop().create_future()
        self._idle.append(waiter)
        await asyncio.wait([waiter], timeout=seconds)
        if waiter in self._idle:
            self._idle.remove(waiter)
        return waiter.done()

    def close(self) -> None:
        """Nobody waits any more: there is no server."""
        self._closed = True
        waiting = list(self._waiting)
        self._waiting.clear()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)
