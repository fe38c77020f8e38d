"""A deployment's queue: so many calls at once, and an order for those that wait.

Higher priorities go first. Within one, keys take turns by what they have asked for (start-time fair queueing, Goyal, Vin and Cheng
1996), so that one that floods the queue waits behind its own calls alone. When the queue is full, the last of the lowest priority
in it is sent away. Batch work gets the places that other calls have not needed for a while, so that they need not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from math import ceil
from typing import Final

from switchgear.core.calls import Priority
from switchgear.core.errors import Overloaded

_PEAK_SECONDS: Final = 60.0
"""How long a peak of interactive calls is remembered."""
_SPARE_SHARE: Final = 0.25
_KEYS: Final = 4096
_TYPICAL_SECONDS: Final = 2.0
"""How long a call takes, as long as nobody has seen one end."""


class Waiting:
    """One call in the queue. ``place`` is done when it may go on, or has failed when it was sent away."""

    __slots__ = ("key", "place", "priority", "start")

    def __init__(self, priority: Priority, key: str, start: float, place: asyncio.Future[None]) -> None:
        self.priority = priority
        self.key = key
        self.start = start
        self.place = place


class Queue:
    """The places at one deployment. ``limit`` calls run at once, ``most`` wait; ``clock`` counts seconds.

    Whoever got in by ``enter`` leaves by ``leave``, however the call ended.
    """

    def __init__(self, name: str, limit: int, most: int, clock: Callable[[], float]) -> None:
        self.name = name
        self.limit = limit
        self.most = most
        self._clock = clock
        self._running = 0
        self._batch = 0
        self._waiting = 0
        self._heaps: dict[Priority, list[tuple[float, int, Waiting]]] = {one: [] for one in Priority}
        self._number = 0
        self._now: dict[Priority, float] = dict.fromkeys(Priority, 0.0)
        """The virtual time of each priority: the start tag of the call that went on last."""
        self._finish: dict[tuple[Priority, str], float] = {}
        self._peak = 0.0
        self._peak_at = 0.0
        self._seconds = _TYPICAL_SECONDS

    @property
    def running(self) -> int:
        """Calls that are under way."""
        return self._running

    @property
    def waiting(self) -> int:
        """Calls that wait."""
        return self._waiting

    def has_room(self, priority: Priority) -> bool:
        """Whether a call would go on at once."""
        return not self._waiting and self._free_for(priority)

    def enter(self, priority: Priority, key: str) -> asyncio.Future[None] | None:
        """Take a place; None when there is one, else what to wait for (``gave_up`` if that is cancelled). Raises Overloaded."""
        if (not self._waiting or not self._ahead_of(priority)) and self._free_for(priority):
            self._take(priority)
            return None
        if self._waiting >= self.most:
            self._make_room(priority)
        start = max(self._now[priority], self._finish.get((priority, key), 0.0))
        if len(self._finish) >= _KEYS:
            self._forget()
        self._finish[priority, key] = start + 1.0
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number += 1
        self._waiting += 1
        heappush(self._heaps[priority], (start, self._number, Waiting(priority, key, start, place)))
        return place

    def gave_up(self, place: asyncio.Future[None], priority: Priority) -> None:
        """Whoever waited for ``place`` waits no more."""
        if not place.done() or place.cancelled():
            place.cancel()
            self._waiting -= 1
        elif place.exception() is None:
            self.leave(priority, None)  # it got the place in the same moment

    def leave(self, priority: Priority, seconds: float | None) -> None:
        """Give the place back, after a call that took so many seconds (None: it was not made)."""
        self._running -= 1
        if priority is Priority.BATCH:
            self._batch -= 1
        if seconds is not None:
            self._seconds += (seconds - self._seconds) * 0.1
        self._go_on()

    def resize(self, limit: int, most: int) -> None:
        """Let other numbers hold from now on; those that wait stay."""
        self.limit, self.most = limit, most
        self._go_on()

    # ------------------------------------------------------------ places

    def _take(self, priority: Priority) -> None:
        self._running += 1
        if priority is Priority.BATCH:
            self._batch += 1
            return
        busy = self._running - self._batch
        if busy >= self._recent_peak():
            self._peak, self._peak_at = float(busy), self._clock()

    def _recent_peak(self) -> float:
        """How many interactive calls ran at once, of late: it fades to nothing in a minute."""
        age = (self._clock() - self._peak_at) / _PEAK_SECONDS
        return self._peak * (1 - age) if age < 1 else 0.0

    def _free_for(self, priority: Priority) -> bool:
        free = self.limit - self._running
        if free <= 0:
            return False
        if priority is not Priority.BATCH:
            return True
        needed = max(self._recent_peak() + 1, self.limit * _SPARE_SHARE)
        spare = self.limit - ceil(needed)
        return self._batch < max(spare, 1 if self._running == 0 else 0)

    def _ahead_of(self, priority: Priority) -> bool:
        return any(heap for one, heap in self._heaps.items() if one >= priority)

    def _go_on(self) -> None:
        """Let those go on for whom there are places."""
        if not self._waiting:
            return
        for priority, heap in reversed(self._heaps.items()):
            while heap:
                if heap[0][2].place.done():
                    heappop(heap)  # given up
                    continue
                if not self._free_for(priority):
                    return
                start, _, waiting = heappop(heap)
                self._now[priority] = start
                self._waiting -= 1
                self._take(priority)
                waiting.place.set_result(None)

    # ------------------------------------------------------------ too many

    def _make_room(self, priority: Priority) -> None:
        """Send the last one of the lowest priority away, or refuse this one. Raises Overloaded."""
        for lower in Priority:
            if lower >= priority:
                break
            alive = [entry for entry in self._heaps[lower] if not entry[2].place.done()]
            if alive:
                last = max(alive)
                last[2].place.set_exception(self._overloaded())
                self._waiting -= 1
                return
        raise self._overloaded()

    def _overloaded(self) -> Overloaded:
        seconds = max(self._seconds * (self._waiting + 1) / max(self.limit, 1), 1.0)
        return Overloaded(
            f"{self.name} has {self._running} calls under way and {self._waiting} waiting, and takes no more now.",
            retry_after=ceil(seconds),
        )

    def _forget(self) -> None:
        """Forget keys that have caught up: they begin anew where the others are."""
        self._finish = {key: finish for key, finish in self._finish.items() if finish > self._now[key[0]]}
        if len(self._finish) >= _KEYS:
            self._finish.clear()


class Queues:
    """One Queue for each deployment that has a limit, by its id, kept while configurations come and go.

    ``share`` is this process's part of every limit, where several have them together.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, tuple[Queue, int]] = {}
        self._rank, self._count = 0, 1

    def of(self, deployment_id: str, limit: int, most: int) -> Queue:
        """The queue of that deployment, with these numbers from now on."""
        known = self._known.get(deployment_id)
        part = self._part(limit)
        if known is None:
            queue = Queue(deployment_id, part, most, self._clock)
        else:
            queue = known[0]
            queue.resize(part, most)
        self._known[deployment_id] = queue, limit
        return queue

    def share(self, rank: int, count: int) -> None:
        """This is process ``rank`` (from 0) of ``count`` that have the limits together; with ``count`` it has none of the remainder."""
        if (rank, count) == (self._rank, self._count):
            return
        self._rank, self._count = rank, max(count, 1)
        for queue, limit in self._known.values():
            queue.resize(self._part(limit), queue.most)

    def _part(self, limit: int) -> int:
        whole, rest = divmod(limit, self._count)
        return max(whole + (1 if self._rank < rest else 0), 1)
