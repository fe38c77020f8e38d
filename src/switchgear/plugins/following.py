"""The last of many things, for whoever looks now, and the next ones for whoever stays."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

T = TypeVar("T")
WAITING: Final = 1000
"""What waits for one follower; of what is more, the oldest is dropped."""


class Ring(Generic[T]):
    """Keeps the last ``most`` things that together weigh at most ``heaviest``. Of one event loop."""

    def __init__(self, most: int, heaviest: int, weight: Callable[[T], int]) -> None:
        self._most = most
        self._heaviest = heaviest
        self._weight = weight
        self._kept: deque[T] = deque()
        self._held = 0
        self._followers: set[Follower[T]] = set()

    @property
    def followed(self) -> bool:
        """Whether anybody stays."""
        return bool(self._followers)

    def add(self, thing: T) -> None:
        """Keep it, and show it to those who follow."""
        self._kept.append(thing)
        self._held += self._weight(thing)
        while len(self._kept) > self._most or (self._held > self._heaviest and len(self._kept) > 1):
            self._held -= self._weight(self._kept.popleft())
        for follower in self._followers:
            follower.add(thing)

    def last(self) -> list[T]:
        """What is kept, oldest first."""
        return list(self._kept)

    def end(self) -> None:
        """Let nobody stay any longer."""
        for follower in self._followers:
            follower.end()

    @contextmanager
    def follow(self) -> Iterator[Follower[T]]:
        """What is added from now on, as long as the context lasts."""
        follower: Follower[T] = Follower()
        self._followers.add(follower)
        try:
            yield follower
        finally:
            self._followers.discard(follower)


class Follower(Generic[T]):
    """Somebody who stays. ``missed`` counts what was dropped because it was slow."""

    def __init__(self) -> None:
        self.missed = 0
        self._waiting: deque[T] = deque()
        self._more = asyncio.Event()
        self._ended = False

    def end(self) -> None:
        """For the ring: nothing more comes."""
        self._ended = True
        self._more.set()

    def add(self, thing: T) -> None:
        """For the ring."""
        if len(self._waiting) >= WAITING:
            self._waiting.popleft()
            self.missed += 1
        self._waiting.append(thing)
        self._more.set()

    def taken(self) -> Iterator[T]:
        """What waits now."""
        while self._waiting:
            yield self._waiting.popleft()

    async def wait(self, seconds: float) -> bool:
        """Whether anything is there, or the end, within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._more.wait()
        except TimeoutError:
            return False
        self._more.clear()
        return True

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._ended

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            for thing in self.taken():
                yield thing
            if self._ended:
                return
            self._more.clear()
            await self._more.wait()
