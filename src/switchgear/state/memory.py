"""The shared state of a process that shares with nobody: everything answers at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from switchgear.state.base import StateHealth
from switchgear.state.counters import MemoryCounters, epoch_ms

_log = logging.getLogger(__name__)

RENEW_SECONDS = 1.0
"""How often leases that are held are renewed; none is shorter than three times this."""


class _Subscription:
    __slots__ = ("handler", "on_gap")

    def __init__(self, handler: Callable[[bytes], None], on_gap: Callable[[], None] | None) -> None:
        self.handler = handler
        self.on_gap = on_gap


class Subscriptions:
    """Who listens to what in this process."""

    def __init__(self) -> None:
        self._by_channel: dict[str, tuple[_Subscription, ...]] = {}

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that somebody listens to."""
        return tuple(self._by_channel)

    def add(
        self, channel: str, handler: Callable[[bytes], None], on_gap: Callable[[], None] | None
    ) -> Callable[[], bool]:
        """Subscribe; what is returned ends it and tells whether nobody listens to the channel any more."""
        one = _Subscription(handler, on_gap)
        self._by_channel[channel] = (*self._by_channel.get(channel, ()), one)

        def remove() -> bool:
            left = tuple(other for other in self._by_channel.get(channel, ()) if other is not one)
            if left:
                self._by_channel[channel] = left
                return False
            return self._by_channel.pop(channel, None) is not None

        return remove

    def deliver(self, channel: str, message: bytes) -> None:
        """Hand ``message`` to everybody who listens now. A handler that fails is logged."""
        for one in self._by_channel.get(channel, ()):
            try:
                one.handler(message)
            except Exception:  # noqa: BLE001 - one listener that fails must not cost the others their message
                _log.exception('A listener to the channel "%s" failed', channel)

    def gap(self) -> None:
        """Tell everybody that messages may have been missed."""
        for channel, listening in tuple(self._by_channel.items()):
            for one in listening:
                try:
                    if one.on_gap is not None:
                        one.on_gap()
                except Exception:  # noqa: BLE001 - as above
                    _log.exception('A listener to the channel "%s" failed', channel)


class MemoryChannels:
    """Messages within this process."""

    def __init__(self) -> None:
        self._subscriptions = Subscriptions()

    def publish(self, channel: str, message: bytes) -> None:
        """Tell everybody who listens, as soon as the event loop goes on."""
        asyncio.get_running_loop().call_soon(self._subscriptions.deliver, channel, message)

    def subscribe(
        self, channel: str, handler: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call ``handler`` with each message from now on; returns what ends that. There are no gaps."""
        remove = self._subscriptions.add(channel, handler, on_gap)

        def unsubscribe() -> None:
            remove()

        return unsubscribe


class MemoryBlobs:
    """Bytes by key, the least recently used dropped first where they outgrow ``max_bytes``."""

    def __init__(
        self,
        max_bytes: int = 64 * 1024 * 1024,
        max_value: int = 8 * 1024 * 1024,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._max_value = min(max_value, max_bytes)
        self._clock = clock or time.monotonic
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> bytes | None:
        """What is kept under ``key``, or None."""
        found = self._kept.get(key)
        if found is None:
            return None
        if found[0] <= self._clock():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return found[1]

    def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep ``value`` for ``ttl_s`` seconds; a value that is too large is not kept."""
        self._drop(key)
        if len(value) > self._max_value or ttl_s <= 0:
            return
        self._kept[key] = (self._clock() + ttl_s, value)
        self._bytes += len(key) + len(value)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def delete(self, keys: Sequence[str]) -> int:
        """Forget ``keys``; how many there were."""
        return sum(self._drop(key) for key in keys)

    def clear(self, prefix: str) -> int:
        """Forget every key that begins with ``prefix``; how many there were."""
        return self.delete([key for key in self._kept if key.startswith(prefix)])

    def _drop(self, key: str) -> bool:
        found = self._kept.pop(key, None)
        if found is None:
            return False
        self._bytes -= len(key) + len(found[1])
        return found[0] > self._clock()


class MemoryLocks:
    """Locks within this process."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or time.monotonic
        self._held: dict[str, tuple[str, float]] = {}

    def try_acquire(self, name: str, token: str, ttl_s: float) -> bool:
        """Take the lock for ``ttl_s`` seconds, or keep it for so long from now where ``token`` holds it already."""
        now = self._clock()
        holder, end = self._held.get(name, (token, 0.0))
        if holder != token and end > now:
            return False
        self._held[name] = (token, now + ttl_s)
        return True

    def release(self, name: str, token: str) -> None:
        """Give the lock back, if ``token`` holds it."""
        if self._held.get(name, ("", 0.0))[0] == token:
            del self._held[name]


class MemoryMembers:
    """This process alone."""

    def __init__(self) -> None:
        self._node: str | None = None
        self._facts: Mapping[str, str] = {}

    def join(self, node_id: str, facts: Mapping[str, str]) -> None:
        """Be a member under ``node_id``."""
        self._node, self._facts = node_id, dict(facts)

    def leave(self) -> None:
        """Be one no longer."""
        self._node = None

    def nodes(self) -> tuple[str, ...]:
        """This one, if it joined."""
        return () if self._node is None else (self._node,)

    def facts(self, node_id: str) -> Mapping[str, str]:
        """What a node said of itself; empty when it is not known."""
        return self._facts if node_id == self._node else {}

    @property
    def rank(self) -> int:
        """0."""
        return 0

    @property
    def count(self) -> int:
        """1."""
        return 1


class MemoryState:
    """The state of a process of its own. ``clock_ms`` (ms since 1970) is the counters' time where none is given."""

    def __init__(self, clock_ms: Callable[[], int] = epoch_ms) -> None:
        self.shared = False
        self.counters = MemoryCounters(clock_ms)
        self.channels = MemoryChannels()
        self.blobs = MemoryBlobs()
        self.locks = MemoryLocks()
        self.members = MemoryMembers()
        self.health = StateHealth("ok", "", time.time())
        self._renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Renew leases from now on."""
        self._renewing = asyncio.create_task(self._renew(), name="lease renewal")

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            self.counters.renew_all()

    async def close(self) -> None:
        """Leave."""
        self.members.leave()
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
