"""The last stage: one event says what became of a call; whoever needs it subscribes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from switchgear.events.bus import EventBus
from switchgear.pipeline.call import ModelCall


class Recorder:
    """Publishes one CallRecord a call.

    ``committed`` is given when usage is to be durable before the last byte is sent
    (``store.durability = "strict"``): it waits until all that was published is in the store.
    """

    def __init__(self, bus: EventBus, committed: Callable[[], Awaitable[None]] | None = None) -> None:
        self._bus = bus
        self._committed = committed

    async def record(self, call: ModelCall) -> None:
        """Publish a call that ended well. Raises StoreUnavailable if it must be durable and cannot be.

        Its limits are settled first: where this process dies in between, what the call used is counted, though not in the books, and not
        the other way round.
        """
        if call.settle is not None:
            call.settle()
        self.publish(call)
        if self._committed is not None:
            await self._committed()

    def publish(self, call: ModelCall) -> None:
        """Publish a call, once."""
        self._bus.publish(call.record())
