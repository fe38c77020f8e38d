"""What a batch at a provider may use of budgets: held from before it is sent until its results are charged."""

from __future__ import annotations

from contextlib import suppress

from switchgear.access.reservation import Reservation
from switchgear.core.errors import SwitchgearError
from switchgear.pipeline.batches.context import BatchContext
from switchgear.pipeline.batches.native_send import Sent
from switchgear.pipeline.batches.native_state import NativeState
from switchgear.store.batches import KeptBatch


class BudgetHold:
    """What one batch holds. Nothing where no budget holds for its key and model."""

    def __init__(self, context: BatchContext) -> None:
        self._context = context
        self._taken: Reservation | None = None
        self._until_ms = 0

    async def take(self, batch: KeptBatch, sent: Sent) -> None:
        """Take what the lines may use, before they are sent.

        Raises LimitReached and ModelUnpriced when it does not fit into what is left of a budget.
        """
        limiter = self._context.limiter
        if limiter is None or self._taken is not None:
            return
        plan = limiter.plan(self._context.key_of(batch), batch.model)
        if plan is None or not plan.periods:
            return
        priced = not plan.money or _priced(self._context, batch)
        self._taken = await limiter.hold(plan, sent.tokens, sent.cost if priced else None, self._name(batch))
        self._until_ms = plan.until_ms

    async def keep(self, batch: KeptBatch, state: NativeState) -> None:
        """Hold on to what a batch that was sent may use: in a budget's next period too, and where another process sent it.

        Nothing is refused any more, and what cannot be had now is tried again at the next call.
        """
        limiter = self._context.limiter
        key = self._context.keyring.known(batch.key_id)
        if limiter is None or key is None or not (state.tokens or state.cost):
            return
        with suppress(SwitchgearError):
            plan = limiter.plan(key, batch.model)
            if plan is None or not plan.periods or (self._taken is not None and plan.until_ms == self._until_ms):
                return
            self.release()
            self._taken = await limiter.hold(plan, state.tokens, state.cost, self._name(batch), anyway=True)
            self._until_ms = plan.until_ms

    def release(self) -> None:
        """Give it all back: what was used is charged by then, or nothing will be."""
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.release()

    def _name(self, batch: KeptBatch) -> str:
        """Whose it is. What a process held that died is given back under its own name, while the next one holds the same."""
        return f"{batch.id} {self._context.worker}"


def _priced(context: BatchContext, batch: KeptBatch) -> bool:
    model = context.directory().find(batch.model)
    return model is not None and model.deployments[0].price is not None
