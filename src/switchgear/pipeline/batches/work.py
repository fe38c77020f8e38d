"""Sees to all batches: every process looks for what is to do, takes it, and does it beside the calls.

Several processes share a store and so the batches. One validates a batch or ends it; any number send its lines. What a process has
taken is its own until its lease lapses, which it renews as long as it lives.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from switchgear.core.batches import BatchChanged
from switchgear.core.errors import NotFound, StoreUnavailable, SwitchgearError
from switchgear.pipeline.batches.context import BatchContext, now_ms
from switchgear.pipeline.batches.ending import end, ending_of
from switchgear.pipeline.batches.native import NativeRun
from switchgear.pipeline.batches.native_send import api_of
from switchgear.pipeline.batches.native_state import state_of, written
from switchgear.pipeline.batches.orders import changed
from switchgear.pipeline.batches.run import BatchRun
from switchgear.pipeline.batches.validating import validate
from switchgear.store.batches import KeptBatch

_log = logging.getLogger(__name__)
_MOST_SEEN: Final = 1000
_AFTER_A_DEFECT: Final = 30.0
_CLOSING_SECONDS: Final = 5.0


class BatchWork:
    """All that this process does about batches."""

    def __init__(self, context: BatchContext) -> None:
        self._context = context
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._runs: dict[str, BatchRun | NativeRun] = {}
        self._resting: dict[str, float] = {}
        self._awake = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._closing = False
        self._renewed_at = 0.0
        self._failing = False
        self._by_status: Counter[str] = Counter()

    def unfinished(self) -> Mapping[str, int]:
        """How many batches have not ended, by their status, as of the last look."""
        return self._by_status

    def start(self) -> None:
        """Begin."""
        self._watching = asyncio.create_task(self._watch(), name="batches")

    def wake(self) -> None:
        """There is something new: look now."""
        self._awake.set()

    async def close(self) -> None:
        """Send no more lines, keep what was answered, and let go of the rest."""
        self._closing = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for run in self._runs.values():
            run.stop()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSING_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------ looking

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
                self._failing = False
            except StoreUnavailable as error:
                if not self._failing:
                    _log.warning("Batches wait for the store: %s", error)
                self._failing = True
            try:
                async with asyncio.timeout(self._context.times.look):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Renew the leases, tell runs how their batches are, and begin what is to be done. Raises StoreUnavailable."""
        self._awake.clear()
        context = self._context
        if context.clock() >= self._renewed_at + context.settings().lease / 3:
            await context.store.batches.renew(list(self._tasks), context.worker, context.lease_ends())
            self._renewed_at = context.clock()
        found = await context.store.batches.unfinished(_MOST_SEEN)
        self._by_status = Counter(batch.status for batch in found)
        for batch in found:
            run = self._runs.get(batch.id)
            if run is not None:
                run.tell(batch)
            elif batch.id not in self._tasks and self._resting.get(batch.id, 0.0) <= context.clock():
                await self._consider(batch)
        there = {batch.id for batch in found}
        self._resting = {name: until for name, until in self._resting.items() if name in there}
        for batch_id in self._runs.keys() - there:  # ended by another process
            self._runs[batch_id].stop()

    async def _consider(self, batch: KeptBatch) -> None:
        """Begin what is to be done about a batch, if there is anything for this process."""
        context = self._context
        free = batch.leased_until <= now_ms()
        if batch.status == "validating":
            if free:
                self._begin(batch, "validate")
            return
        state = state_of(batch) if batch.runner == "native" else None
        if state is not None and state.phase != "fetched":
            if free:
                self._begin(batch, "native")
            return
        left, taken = await context.store.batch_lines.left(batch.id, now_ms())
        if not left or ending_of(batch) is not None:
            if not taken and free:
                self._begin(batch, "end")
        elif left > taken and len(self._runs) < context.settings().concurrency:
            self._begin(batch, "run")

    def _begin(self, batch: KeptBatch, what: str) -> None:
        task = asyncio.create_task(self._attend(batch, what), name=f"{what} {batch.id}")
        self._tasks[batch.id] = task
        task.add_done_callback(lambda _: self._done(batch.id))

    def _done(self, batch_id: str) -> None:
        self._tasks.pop(batch_id, None)
        self._runs.pop(batch_id, None)
        self._awake.set()

    # ------------------------------------------------------------ doing

    async def _attend(self, batch: KeptBatch, what: str) -> None:
        """Do one thing about a batch. What goes wrong is told in the log, and tried again after a rest."""
        try:
            if what == "run":
                run = self._runs[batch.id] = BatchRun(self._context, batch)
                await run.run()
            else:
                await self._with_lease(batch, what)
            await self._tell(batch)
        except NotFound:
            return
        except StoreUnavailable as error:
            _log.warning("The batch %s waits for the store: %s", batch.id, error)
            self._resting[batch.id] = self._context.clock() + self._context.times.look
        except SwitchgearError as error:
            _log.exception("The batch %s cannot go on: %s", batch.id, error)
            self._resting[batch.id] = self._context.clock() + _AFTER_A_DEFECT
        except Exception:  # noqa: BLE001 - one batch that meets a defect must not end the others
            _log.exception("A defect while working on the batch %s", batch.id)
            self._resting[batch.id] = self._context.clock() + _AFTER_A_DEFECT

    async def _with_lease(self, batch: KeptBatch, what: str) -> None:
        context = self._context
        store = context.store.batches
        mine = await store.lease(batch.id, context.worker, now_ms(), context.lease_ends())
        if mine is None:
            return
        try:
            if what == "end":
                await end(context, mine)
            elif what == "native":
                await self._at_provider(mine)
            elif mine.status == "validating":
                await validate(context, mine)
        finally:
            await store.release(batch.id, context.worker)

    async def _at_provider(self, batch: KeptBatch) -> None:
        """Go on with a batch at its provider."""
        context = self._context
        state = state_of(batch)
        if state is None:
            return
        api = api_of(context.directory().providers.get(state.provider))
        if api is None:
            told = f"Provider {state.provider} is not there any more, or has no batches."
            gone = written(msgspec.structs.replace(state, phase="fetched"))
            more = {"native": gone} if ending_of(batch) is not None else {"reason": told}
            await context.store.batches.change(batch.id, context.worker, **more)
            self._resting[batch.id] = context.clock() + _AFTER_A_DEFECT
            return
        run = self._runs[batch.id] = NativeRun(context, batch, api, state)
        await run.run()

    async def _tell(self, before: KeptBatch) -> None:
        """Publish how the batch is now, if that is not as it was."""
        batch = await self._context.store.batches.get(before.id, None)
        event: BatchChanged = changed(batch)
        if event != changed(before):
            self._context.publish(event)
