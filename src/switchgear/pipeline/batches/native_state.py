"""What is remembered of a batch at a provider, so that whoever goes on with it never makes a second one."""

from __future__ import annotations

from typing import Literal

import msgspec

from switchgear.core.batches import BatchCounts
from switchgear.store.batches import KeptBatch

Phase = Literal["uploading", "creating", "running", "fetching", "fetched"]


class NativeState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is with a provider. Kept before each step, so that the step is found done or undone, never done twice.

    ``model`` is the provider's name for the model of all lines, ``upload`` the provider's id of the input file, ``batch`` that of the batch. ``since`` is when it was first asked to be made, in
    seconds. ``strangers`` are batches that looked like it and were not. ``completed`` and ``failed`` are what the provider tells while
    it works; ``how`` is how it ended there, where it is not whole. ``tokens`` and ``cost`` (nano-dollars) are what it may use at most,
    where a budget asks for it.
    """

    provider: str
    model: str = ""
    phase: Phase = "uploading"
    upload: str = ""
    batch: str = ""
    since: float = 0.0
    lines: int = 0
    strangers: tuple[str, ...] = ()
    completed: int = 0
    failed: int = 0
    how: Literal["", "expired", "cancelled"] = ""
    tokens: int = 0
    cost: int = 0


_decode = msgspec.json.Decoder(NativeState).decode
_encode = msgspec.json.Encoder().encode


def state_of(batch: KeptBatch) -> NativeState | None:
    """What is remembered; None for a batch that is at no provider."""
    return _decode(batch.native) if batch.native else None


def written(state: NativeState) -> str:
    """The state as it is kept."""
    return _encode(state).decode()


def provider_of(batch: KeptBatch) -> str:
    """The provider whose batch API answers the lines; empty when there is none."""
    state = state_of(batch) if batch.runner == "native" else None
    return state.provider if state is not None else ""


def counts_of(batch: KeptBatch) -> BatchCounts:
    """The counts of a batch, with what a provider tells of lines whose results are not fetched yet."""
    state = state_of(batch) if batch.runner == "native" and batch.ended_at is None else None
    if state is None or state.phase != "running":
        return BatchCounts(batch.total, batch.completed, batch.failed)
    return BatchCounts(batch.total, batch.completed + state.completed, batch.failed + state.failed)
