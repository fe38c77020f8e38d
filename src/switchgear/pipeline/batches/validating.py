"""The first thing that happens to a batch: its input is read and checked, line by line, and divided into parts."""

from __future__ import annotations

import asyncio

from switchgear.access.keys import Key
from switchgear.core.batches import LineMistake
from switchgear.core.errors import AuthenticationError
from switchgear.pipeline.batches.context import BatchContext, now_ms
from switchgear.pipeline.batches.ending import end_failed
from switchgear.pipeline.batches.input import InputCheck, lines_of
from switchgear.pipeline.batches.native_send import host_of
from switchgear.pipeline.batches.native_state import written
from switchgear.store.batches import KeptBatch

_LINES_A_TURN = 100


async def validate(context: BatchContext, batch: KeptBatch) -> None:
    """Check a batch that this worker has the lease of: it is in progress then, or has failed. Raises StoreUnavailable."""
    try:
        key = context.key_of(batch)
    except AuthenticationError as error:
        await end_failed(context, batch, [LineMistake(error.code, error.told)])
        return
    check = await _checked(context, batch, key)
    if check.mistakes:
        await end_failed(context, batch, check.mistakes)
        return
    models = list(check.models)
    model = models[0] if len(models) == 1 else ""
    await context.store.batches.begin(
        batch.id,
        context.worker,
        check.parts,
        total=check.total,
        model=model,
        in_progress_at=now_ms(),
        **_runner(context, batch, model),
    )


def _runner(context: BatchContext, batch: KeptBatch, model: str) -> dict[str, str]:
    """Who answers the lines: a provider's batch API where that is wished and can be, else the gateway."""
    if batch.runner != "gateway" and model:
        host = host_of(context.directory(), model)
        if host is not None:
            return {"runner": "native", "native": written(host)}
    return {"runner": "gateway"}


async def _checked(context: BatchContext, batch: KeptBatch, key: Key) -> InputCheck:
    check = InputCheck(batch.endpoint, key, context.directory(), context.settings().max_lines)
    pieces = context.store.contents.pieces(batch.input_file_id)
    async for line in lines_of(pieces, context.longest_line):
        check.take(line)
        if check.full:
            break
        if check.total % _LINES_A_TURN == 0:
            await asyncio.sleep(0)  # calls are served meanwhile
    await pieces.aclose()
    check.finish()
    return check
