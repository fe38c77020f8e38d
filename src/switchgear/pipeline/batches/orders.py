"""Batches as keys see them: made, looked at, listed, cancelled. A key sees its own, an admin key those of all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from switchgear.access.keys import Key
from switchgear.access.roles import ADMIN, CALL
from switchgear.config.batches import BatchSettings
from switchgear.core.batches import BATCH_WINDOW, BATCH_WINDOW_MS, BatchChanged
from switchgear.core.errors import NotFound, RequestError
from switchgear.core.ids import new_id
from switchgear.pipeline.batches.input import ENDPOINTS
from switchgear.pipeline.batches.native_state import counts_of
from switchgear.pipeline.own_files import BATCH_PURPOSE
from switchgear.store.batches import BatchPage, KeptBatch
from switchgear.store.files import KeptFile
from switchgear.store.store import Store

GATEWAY_WISHED: Final = "x-switchgear-batch"
"""The header, and the key of the metadata, by which ``gateway`` keeps a batch from a provider's own batch API."""
_MOST_PAIRS: Final = 16
_LONGEST_NAME: Final = 64
_LONGEST_VALUE: Final = 512
_SHORTEST_LIFE: Final = 3600
_LONGEST_LIFE: Final = 30 * 86_400


class BatchOrder(msgspec.Struct, frozen=True):
    """A batch that is asked for. ``output_seconds`` is how long its files live; ``gateway`` keeps it from providers' batch APIs."""

    input_file_id: str
    endpoint: str
    completion_window: str = BATCH_WINDOW
    metadata: Mapping[str, str] | None = None
    output_seconds: int | None = None
    gateway: bool = False


class BatchOrders:
    """Takes orders. ``settings`` gives the limits as they are now, ``ordered`` is told of each batch that is new or changed."""

    def __init__(
        self, store: Store, settings: Callable[[], BatchSettings], ordered: Callable[[BatchChanged], None]
    ) -> None:
        self._batches = store.batches
        self._files = store.files
        self._settings = settings
        self._ordered = ordered

    async def create(self, key: Key, order: BatchOrder) -> KeptBatch:
        """A new batch, which is validated next.

        Raises RequestError naming the field, NotFound for a file that the key does not have, PermissionDenied, TooManyAtOnce.
        """
        key.require(CALL)
        _check(order)
        now = time.time_ns() // 1_000_000
        _check_file(await self._file(key, order.input_file_id, now))
        batch = KeptBatch(
            id=new_id("batch"),
            key_id=key.id,
            endpoint=order.endpoint,
            input_file_id=order.input_file_id,
            created_at=now,
            expires_at=now + BATCH_WINDOW_MS,
            runner="gateway" if order.gateway or not self._settings().native else "",
            metadata=msgspec.json.encode(order.metadata).decode() if order.metadata else "",
            output_seconds=order.output_seconds,
        )
        await self._batches.create(batch, self._settings().max_unfinished)
        self._ordered(changed(batch))
        return batch

    async def _file(self, key: Key, file_id: str, now: int) -> KeptFile:
        try:
            return await self._files.get(file_id, owner(key), now)
        except NotFound as error:
            raise NotFound(error.message, param="input_file_id", hint=error.advice) from error

    async def get(self, key: Key, batch_id: str) -> KeptBatch:
        """The batch. Raises NotFound."""
        return await self._batches.get(batch_id, owner(key))

    async def list(self, key: Key, *, limit: int, after: str = "") -> BatchPage:
        """The key's batches, newest first. Raises NotFound for an ``after`` that is none of them."""
        return await self._batches.list(owner(key), limit=limit, after=after)

    async def cancel(self, key: Key, batch_id: str) -> KeptBatch:
        """Ask for the end of a batch; lines under way may still finish. Raises NotFound, Conflict."""
        batch = await self._batches.cancel(batch_id, owner(key), time.time_ns() // 1_000_000)
        self._ordered(changed(batch))
        return batch


def owner(key: Key) -> str | None:
    """Whose batches the key may see: None for those of all."""
    return None if ADMIN in key.scopes else key.id


def changed(batch: KeptBatch) -> BatchChanged:
    """The event that tells how a batch is now."""
    return BatchChanged(
        batch.id, batch.key_id, batch.endpoint, batch.model, batch.status, counts_of(batch), batch.reason
    )


def _check(order: BatchOrder) -> None:
    if order.endpoint not in ENDPOINTS:
        raise RequestError(
            f'Batches are not made for "{order.endpoint[:100]}".',
            param="endpoint",
            hint=f"They are for: {', '.join(ENDPOINTS)}.",
        )
    if order.completion_window != BATCH_WINDOW:
        raise RequestError(f'completion_window must be "{BATCH_WINDOW}".', param="completion_window")
    seconds = order.output_seconds
    if seconds is not None and not _SHORTEST_LIFE <= seconds <= _LONGEST_LIFE:
        raise RequestError(
            f"output_expires_after.seconds must be from {_SHORTEST_LIFE} to {_LONGEST_LIFE}.",
            param="output_expires_after.seconds",
        )
    pairs = order.metadata or {}
    if len(pairs) > _MOST_PAIRS:
        raise RequestError(f"metadata must have at most {_MOST_PAIRS} pairs.", param="metadata")
    if any(len(name) > _LONGEST_NAME or len(value) > _LONGEST_VALUE for name, value in pairs.items()):
        raise RequestError(
            f"metadata must have keys of at most {_LONGEST_NAME} and values of at most {_LONGEST_VALUE} characters.",
            param="metadata",
        )


def _check_file(kept: KeptFile) -> None:
    if kept.provider:
        raise RequestError(
            f'The file "{kept.id}" is kept by provider {kept.provider}, not by the gateway.',
            param="input_file_id",
            hint='Upload it with the purpose "batch" and without naming a provider.',
        )
    if kept.purpose != BATCH_PURPOSE:
        raise RequestError(
            f'The file "{kept.id}" has the purpose "{kept.purpose}".',
            param="input_file_id",
            hint='Upload the requests with the purpose "batch".',
        )
