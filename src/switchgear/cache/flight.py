"""Identical calls under way at the same time: one of them asks a provider, the others get what it gets, as it comes.

The one that asks is the leader, the others follow. A follower that comes late gets what was said so far at once. When the leader
fails before it was given anything, its followers are woken to try again, and one of them leads then; when its client leaves, it goes
on for as long as somebody follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from switchgear.cache.kept import Kept
from switchgear.core.errors import SwitchgearError
from switchgear.core.structs import Frozen

BEHIND: Final = 1024 * 1024
"""Bytes that a client may fall behind the others before the provider is made to wait for it."""


class Landed(Frozen, frozen=True):
    """How a flight ended well. ``rest`` is what a follower has not got yet: the whole answer, or the last of a stream."""

    kept: Kept
    rest: bytes


class Lost(Frozen, frozen=True):
    """How it ended otherwise. ``error`` is None when its leader was cancelled, or would wait no longer."""

    error: SwitchgearError | None


class Rider:
    """One who follows. ``begin`` and ``write`` take a streamed answer as it comes, and may raise SwitchgearError."""

    __slots__ = ("begin", "behind", "ended", "pressed", "write")

    def __init__(self, begin: Callable[[], None], write: Callable[[bytes], None]) -> None:
        self.begin = begin
        self.write = write
        self.ended: asyncio.Future[Landed | Lost] = asyncio.get_running_loop().create_future()
        self.pressed = False
        self.behind = 0

    def end(self, how: Landed | Lost) -> None:
        """Tell it how the flight ended; the first word counts."""
        if not self.ended.done():
            self.ended.set_result(how)


class Flight:
    """One call of a provider, and those who follow it. ``limit`` is how many bytes of a stream are remembered for late followers."""

    __slots__ = (
        "_behind", "_events", "_left", "_limit", "_paused", "_pressed", "_pressure", "_riders", "_size", "_task", "begun", "over",
        "priority", "whole",
    )  # fmt: skip

    def __init__(self, limit: int, priority: int = 0) -> None:
        self._limit = limit
        self._riders: list[Rider] = []
        self._events: list[bytes] = []
        self._size = 0
        self._task = asyncio.current_task()
        self._left = False
        self._pressed = False
        self._behind = 0
        self._paused = False
        self._pressure: Callable[[bool], None] | None = None
        self.priority = priority
        self.begun = False
        self.whole = True
        """Whether what was said so far is all remembered."""
        self.over = False

    # ------------------------------------------------------------ followers

    @property
    def open(self) -> bool:
        """Whether it can be joined: there is more to come, and what has come is remembered."""
        return self.whole and not self.over

    def join(self, rider: Rider) -> None:
        """Follow. A stream that has begun is caught up with at once."""
        if self.begun:
            rider.begin()
            if self._events:
                rider.write(b"".join(self._events))
        self._riders.append(rider)
        self._weigh()

    def leave(self, rider: Rider) -> None:
        """Follow no more. The call ends when nobody is left that it is for."""
        if rider in self._riders:
            self._riders.remove(rider)
            self._weigh()
        if self._left and not self._riders and not self.over and self._task is not None:
            self._task.cancel()

    def press(self, rider: Rider, pressed: bool) -> None:
        """Say whether a follower's client can take no more for now."""
        rider.pressed, rider.behind = pressed, 0
        self._weigh()

    # ------------------------------------------------------------ the leader

    def stay(self) -> bool:
        """The leader's client has left: whether the call is to go on."""
        self._left = bool(self._riders) and not self.over
        self._weigh()
        return self._left

    def slow(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the provider is to wait, and when it is to go on."""
        self._pressure, self._paused = pressure, False
        self._weigh()

    def press_leader(self, pressed: bool) -> None:
        """Say whether the leader's own client can take no more for now."""
        self._pressed, self._behind = pressed, 0
        self._weigh()

    def begin(self) -> None:
        """A streamed answer begins."""
        self.begun = True
        for rider in list(self._riders):
            self._tell(rider, None)

    def push(self, events: bytes) -> None:
        """Whole events of it."""
        size = len(events)
        self._size += size
        if self._size <= self._limit:
            self._events.append(events)
        elif self.whole:
            self.whole = False
            self._events.clear()
        if self._riders:
            for rider in list(self._riders):
                self._tell(rider, events)
            self._fall_behind(size)

    def _tell(self, rider: Rider, events: bytes | None) -> None:
        try:
            if events is None:
                rider.begin()
            else:
                rider.write(events)
        except SwitchgearError as error:  # its own trouble, and nobody else's
            self._riders.remove(rider)
            rider.end(Lost(error))

    def said(self, last: bytes) -> bytes:
        """All of the stream, now that ``last`` ends it; empty when that is more than is remembered."""
        if not self.whole or self._size + len(last) > self._limit:
            return b""
        return b"".join([*self._events, last])

    def land(self, kept: Kept, rest: bytes) -> None:
        """The answer is whole."""
        self._end(Landed(kept, rest))

    def lose(self, error: SwitchgearError | None) -> None:
        """There is no answer. Without effect on a flight that is over."""
        if not self.over:
            self._end(Lost(error))

    def _end(self, how: Landed | Lost) -> None:
        self.over = True
        riders, self._riders = self._riders, []
        for rider in riders:
            rider.end(how)

    # ------------------------------------------------------------ who cannot keep up

    def _fall_behind(self, size: int) -> None:
        """Count what is written to those whose clients do not take it while others do."""
        far = False
        if self._pressed:
            self._behind += size
            far = self._behind > BEHIND
        for rider in self._riders:
            if rider.pressed:
                rider.behind += size
                far = far or rider.behind > BEHIND
        if far:
            self._weigh()

    def _weigh(self) -> None:
        """Make the provider wait while everybody waits, or somebody has fallen too far behind."""
        if self._pressure is None:
            return
        here = [(rider.pressed, rider.behind) for rider in self._riders]
        if not self._left:
            here.append((self._pressed, self._behind))
        paused = all(pressed for pressed, _ in here) or any(pressed and behind > BEHIND for pressed, behind in here)
        if paused != self._paused:
            self._paused = paused
            self._pressure(paused)
