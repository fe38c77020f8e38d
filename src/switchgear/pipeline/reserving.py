"""Waits for what a call takes of its limits, where a shared state is asked."""

from __future__ import annotations

from collections.abc import Awaitable

from switchgear.access.reservation import Reservation
from switchgear.core.errors import LimitReached
from switchgear.pipeline.call import ModelCall


async def awaited(call: ModelCall, coming: Awaitable[Reservation]) -> Reservation:
    """What was taken; the call knows its rates from then on. Raises LimitReached, StateUnavailable."""
    try:
        taken = await coming
    except LimitReached as error:
        call.rates = error.rates
        raise
    call.reserved(taken.rates, taken.told, taken.covers)
    return taken
