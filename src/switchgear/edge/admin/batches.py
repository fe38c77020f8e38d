"""``/api/batches``: the batches of all keys, and how far they are."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query

from switchgear.core.batches import BatchStatus
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.schemas import batches as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, moment_or_none, problems
from switchgear.edge.admin.usage import key_names
from switchgear.edge.reply import dollars
from switchgear.pipeline.batches.native_state import counts_of, provider_of
from switchgear.store.batches import KeptBatch

router = APIRouter(prefix="/batches", tags=["batches"])
BatchId = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The batch's id.")]


@router.get("", summary="List batches", operation_id="list_batches", responses=problems(404))
async def list_batches(
    admin: Admin,
    status: Annotated[
        list[BatchStatus] | None, Query(max_length=8, description="Only those; may be given several times.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.BatchList:
    """Batches of all keys, newest first, with how many of their lines are done."""
    page = await admin.gateway.store.batches.list(None, limit=limit, after=before or "", statuses=status or ())
    names = await key_names(admin)
    shown = [_shown(batch, names) for batch in page.batches]
    return schemas.BatchList(data=shown, next=shown[-1].id if page.more else None)


@router.get("/{batch_id}", summary="Show a batch", operation_id="get_batch", responses=problems(404))
async def get_batch(admin: Admin, batch_id: BatchId) -> schemas.Batch:
    """One batch, with how far it is, and why it waits or failed."""
    return _shown(await admin.gateway.store.batches.get(batch_id, None), await key_names(admin))


@router.post("/{batch_id}/cancel", summary="Cancel a batch", operation_id="cancel_batch", responses=problems(404, 409))
async def cancel_batch(admin: Admin, batch_id: BatchId) -> schemas.Batch:
    """Send no more of its lines. Those that were answered are kept."""
    batch = await admin.gateway.orders.cancel(admin.key, batch_id)
    await admin.audited("batch.cancel", batch.id)
    return _shown(batch, await key_names(admin))


def _shown(batch: KeptBatch, names: dict[str, str]) -> schemas.Batch:
    errors = msgspec.json.decode(batch.errors) if batch.errors else []
    counts = counts_of(batch)
    return schemas.Batch(
        id=batch.id,
        key_id=batch.key_id,
        key_name=names.get(batch.key_id),
        endpoint=batch.endpoint,
        model=batch.model,
        status=batch.status,
        runner=batch.runner,
        provider=provider_of(batch),
        reason=batch.reason,
        waits_until=moment(batch.not_before) if batch.not_before and batch.reason else None,
        total=counts.total,
        completed=counts.completed,
        failed=counts.failed,
        created_at=moment(batch.created_at),
        in_progress_at=moment_or_none(batch.in_progress_at),
        expires_at=moment(batch.expires_at),
        cancelling_at=moment_or_none(batch.cancelling_at),
        ended_at=moment_or_none(batch.ended_at),
        input_file_id=batch.input_file_id,
        output_file_id=batch.output_file_id,
        error_file_id=batch.error_file_id,
        errors=[schemas.BatchMistake(**error) for error in errors],
        metadata=msgspec.json.decode(batch.metadata) if batch.metadata else {},
        prompt_tokens=batch.prompt_tokens,
        completion_tokens=batch.completion_tokens,
        cost=dollars(batch.cost),
    )
