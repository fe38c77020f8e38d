"""The last stage: one event says what became of a call; whoever needs it subscribes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from switchgear.core.calls import CallRecord
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
        call.recorded = True
        started = call.started
        deployment = call.deployment
        first = call.first_token
        self._bus.publish(
            CallRecord(
                call.id,
                int(call.at * 1000),
                call.key.id if call.key is not None else "",
                f"batches/{call.operation.value}" if call.batch else call.operation.value,
                call.name if call.model is not None else "",
                deployment.provider.name if deployment is not None else "",
                deployment.model if deployment is not None else "",
                call.streamed,
                call.outcome,
                call.status,
                call.error,
                call.usage,
                call.cost,
                (time.perf_counter() - started) * 1000,
                (first - started) * 1000 if first is not None else None,
                call.attempts,
                call.trace,
                team=call.key.team if call.key is not None else "",
                user=call.key.user if call.key is not None else "",
                cache=call.cache,
                message=call.message,
                route=call.route(),
                saved=call.saved,
            )
        )
