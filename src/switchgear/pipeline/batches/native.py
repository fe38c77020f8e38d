"""A batch at a provider's own batch API: its lines are sent there once, and what became of them is fetched.

What is about to be done is kept before it is done. A process that goes on with a batch which may or may not have been made at the
provider looks for it there before it makes one: no batch is made twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

import msgspec

from switchgear.core.batches import LineMistake
from switchgear.core.errors import (
    AuthenticationError,
    LimitReached,
    ProviderError,
    RequestError,
    SwitchgearError,
)
from switchgear.pipeline.batches.context import BatchContext, now_ms
from switchgear.pipeline.batches.ending import Ending, end_failed, ending_of, tell_the_rest
from switchgear.pipeline.batches.native_budget import BudgetHold
from switchgear.pipeline.batches.native_fetch import NativeFetch
from switchgear.pipeline.batches.native_send import NothingToSendError, Sent, translated
from switchgear.pipeline.batches.native_state import NativeState, written
from switchgear.pipeline.batches.verdicts import storable
from switchgear.providers.batches import BatchAPI, NativeBatch
from switchgear.store.batches import KeptBatch

_log = logging.getLogger(__name__)
_LONGEST_PAUSE: Final = 60.0
_MISSING: Final = Ending("completed", "batch_line_missing", "The provider gave no result for this request.")


class NativeRun:
    """Works on one batch, whose lease this worker has, until its results are fetched, or it goes to the gateway after all."""

    def __init__(self, context: BatchContext, batch: KeptBatch, api: BatchAPI, state: NativeState) -> None:
        self._context = context
        self._api = api
        self._state = state
        self.batch = batch
        self._sent: Sent | None = None
        self._budget = BudgetHold(context)
        self._unsure = state.phase == "creating"
        self._cancelled = False
        self._done = False
        self._stopped = asyncio.Event()
        self._pause = context.times.first_pause
        self._poll_pause = context.times.first_poll
        self._reason = batch.reason

    # ------------------------------------------------------------ from outside

    def stop(self) -> None:
        """Leave it to another process, or to this one after its next start."""
        self._stopped.set()

    def tell(self, batch: KeptBatch) -> None:
        """Say how the batch is now."""
        self.batch = batch

    async def run(self) -> None:
        """Work. Raises StoreUnavailable."""
        steps = {
            "uploading": self._upload,
            "creating": self._create,
            "running": self._look,
            "fetching": self._fetch,
        }
        try:
            while not self._done and not self._stopped.is_set() and self._state.phase != "fetched":
                if self._state.phase != "uploading":
                    await self._budget.keep(self.batch, self._state)
                try:
                    await steps[self._state.phase]()
                    self._pause = self._context.times.first_pause
                    await self._say("")
                except ProviderError as error:
                    await self._failed(error)
        finally:
            self._budget.release()
            if self._sent is not None:
                await self._sent.close()

    async def _failed(self, error: ProviderError) -> None:
        """A step failed: it is tried again, unless nothing was made yet and never will be."""
        final = not error.retryable and error.reached
        if final and self._state.phase == "uploading":
            await self._hand_over(error)
            return
        if self._state.phase == "creating" and error.upstream_status is not None and error.upstream_status < 500:
            self._unsure = False  # it was refused, and so not made
            if final:
                await self._hand_over(error)
                return
        if ending_of(self.batch) is not None and self.batch.expires_at + _grace_ms(self._context) < now_ms():
            await self._keep(phase="fetched")  # nobody will ever tell
            return
        await self._say(error.told)
        await self._rest(max(self._pause, min(error.retry_after or 0.0, _LONGEST_PAUSE)))
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _hand_over(self, error: SwitchgearError) -> None:
        """Let the gateway send the lines: the provider does not take them as a batch."""
        _log.warning("The batch %s is sent line by line: %s", self.batch.id, error)
        self._done = True
        self._budget.release()  # the lines take of it one by one
        await self._context.store.batches.change(self.batch.id, self._context.worker, runner="gateway", native="")

    # ------------------------------------------------------------ the steps

    async def _upload(self) -> None:
        batch = self.batch
        if ending_of(batch) is not None:
            await self._keep(phase="fetched")
            return
        try:
            sent = await self._lines()
            await self._budget.take(batch, sent)
            upload = await self._api.upload(sent.spool)
        except NothingToSendError:
            await self._keep(phase="fetched")
            return
        except (LimitReached, RequestError) as error:
            await self._hand_over(error)
            return
        used = {"tokens": sent.tokens, "cost": sent.cost}
        await self._keep(phase="creating", upload=upload, since=time.time(), lines=sent.spool.lines, **used)

    async def _lines(self) -> Sent:
        """The lines as the provider takes them; those that cannot be sent are finished. Raises SwitchgearError."""
        if self._sent is None:
            self._sent = await translated(self._context, self.batch, self._api)
        return self._sent

    async def _create(self) -> None:
        """Make the batch, or find it where it may have been made."""
        if self._unsure and await self._found():
            return
        if ending_of(self.batch) is not None:
            await self._keep(phase="fetched")
            return
        try:
            sent = await self._lines()
        except NothingToSendError:
            await self._keep(phase="fetched")
            return
        except RequestError as error:
            await self._hand_over(error)
            return
        self._unsure = True  # until it is known what came of it
        made = await self._api.create(sent.spool, self._state.upload, sent.outgoing, self.batch.id)
        await self._keep(phase="running", batch=made.id)

    async def _found(self) -> bool:
        """Look for a batch that may have been made; a new one shows up in lists after a moment."""
        state = self._state
        for last in (False, True):
            found = await self._api.find(state.upload, self.batch.id, state.since, state.lines)
            known = [one for one in found if one.id not in state.strangers]
            if known:
                await self._keep(phase="running", batch=known[0].id)
                return True
            if not last:
                await self._rest(self._context.times.unsure)
                if self._stopped.is_set():
                    return True
        self._unsure = False
        return False

    async def _look(self) -> None:
        """Ask how far it is."""
        self._check_key()
        await self._stop_it()
        told = await self._api.get(self._state.batch)
        if told.state == "failed":
            await self._mistaken(told)
        elif told.state == "ended":
            await self._keep(phase="fetching", how=told.how)
        else:
            if (told.completed, told.failed) != (self._state.completed, self._state.failed):
                await self._keep(completed=told.completed, failed=told.failed)
            await self._rest(self._poll_pause)
            self._poll_pause = min(self._poll_pause * 1.5, self._context.times.longest_poll)

    def _check_key(self) -> None:
        """A key that is no longer good has its batch stopped."""
        try:
            self._context.key_of(self.batch)
        except AuthenticationError as error:
            if not self.batch.stop:
                stop = msgspec.json.encode({"code": error.code, "message": storable(error.told)}).decode()
                self.batch = msgspec.structs.replace(self.batch, stop=stop)

    async def _stop_it(self) -> None:
        """Ask the provider to end what is not wanted any more, once."""
        ending = ending_of(self.batch)
        if ending is None or self._cancelled:
            return
        if self.batch.stop:
            await self._context.store.batches.note(self.batch.id, stop=self.batch.stop)
        self._cancelled = True
        self._poll_pause = self._context.times.first_poll
        try:
            await self._api.cancel(self._state.batch)
        except ProviderError as error:
            if error.retryable:
                self._cancelled = False
            _log.warning("The batch %s at its provider is not cancelled: %s", self.batch.id, error)

    async def _mistaken(self, told: NativeBatch) -> None:
        """The provider refused the lines: what is wrong with which, by the numbers they have in the client's file."""
        numbers: list[int] = []
        if any(one.line is not None for one in told.mistakes):
            try:
                numbers = (await self._lines()).numbers
            except SwitchgearError:
                numbers = []
        mistakes = [
            LineMistake(one.code, storable(one.message), _number(one.line, numbers), one.param) for one in told.mistakes
        ] or [LineMistake("batch_failed", "The provider refused the batch and did not say why.")]
        self._done = True
        await end_failed(self._context, self.batch, mistakes)
        await self._api.forget(self._state.upload, told)

    async def _fetch(self) -> None:
        """Fetch the results. A batch that turns out to be another's is left alone, and ours is looked for again."""
        told = await self._api.get(self._state.batch)
        fetch = NativeFetch(self._context, self.batch, self._api, self._state)
        if not await fetch.take(told):
            strangers = (*self._state.strangers, self._state.batch)
            self._unsure = True
            await self._keep(phase="creating", batch="", strangers=strangers, how="")
            return
        if ending_of(self.batch) is None and not self._state.how:
            await tell_the_rest(self._context, self.batch, _MISSING)
        await self._keep(phase="fetched")
        await self._api.forget(self._state.upload, told)

    # ------------------------------------------------------------ between the steps

    async def _keep(self, **changes: object) -> None:
        """Remember how far it is. Stops when this worker does not have the batch any more."""
        self._state = msgspec.structs.replace(self._state, **changes)
        store = self._context.store.batches
        native = written(self._state)
        if not await store.change(self.batch.id, self._context.worker, native=native):
            self._stopped.set()
        self.batch = msgspec.structs.replace(self.batch, native=native)

    async def _say(self, reason: str) -> None:
        reason = storable(reason)
        if reason != self._reason:
            self._reason = reason
            await self._context.store.batches.note(self.batch.id, reason=reason, not_before=0)

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until it is to stop or its batch has to."""
        until = self._context.clock() + seconds
        ended = ending_of(self.batch) is not None
        while (left := until - self._context.clock()) > 0 and not self._stopped.is_set():
            if ending_of(self.batch) is not None and not ended and not self._cancelled:
                return
            try:
                async with asyncio.timeout(min(left, self._context.times.look)):
                    await self._stopped.wait()
            except TimeoutError:
                continue


def _number(line: int | None, numbers: list[int]) -> int | None:
    """The number that a line has in the client's file; those of what was sent count from 1."""
    return numbers[line - 1] if line is not None and 0 < line <= len(numbers) else None


def _grace_ms(context: BatchContext) -> int:
    """How long results are waited for after the end of the window."""
    return int(context.times.longest_poll * 30_000)
