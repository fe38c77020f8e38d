"""The last thing that happens to a batch: lines that will not be sent any more are told so, and its files come to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from switchgear.core.batches import BatchStatus, LineMistake
from switchgear.core.ids import new_id
from switchgear.pipeline.batches.context import BatchContext, now_ms
from switchgear.pipeline.batches.input import lines_in, request_in
from switchgear.pipeline.batches.native_state import state_of
from switchgear.pipeline.batches.output import unsent
from switchgear.pipeline.batches.verdicts import storable
from switchgear.store.batch_lines import FinishedLine
from switchgear.store.batches import KeptBatch, Part
from switchgear.store.files import OUTPUT_PURPOSE, KeptFile

_DAY_MS: Final = 86_400_000
_CANCELLED: Final = "This request was not sent because the batch was cancelled."
_EXPIRED: Final = "This request could not be executed before the completion window expired."


class _Stop(msgspec.Struct):
    code: str
    message: str


_stop = msgspec.json.Decoder(_Stop).decode


class Ending(NamedTuple):
    """How a batch ends, and what lines are told that were not finished."""

    status: BatchStatus
    code: str
    message: str


def ending_of(batch: KeptBatch) -> Ending | None:
    """How a batch is to end before all its lines are finished, if it is."""
    if batch.stop:
        why = _stop(batch.stop)
        return Ending("failed", why.code, why.message)
    state = state_of(batch)
    how = state.how if state is not None else ""
    if batch.status == "cancelling" or how == "cancelled":
        return Ending("cancelled", "batch_cancelled", _CANCELLED)
    if batch.expires_at <= now_ms() or how == "expired":
        return Ending("expired", "batch_expired", _EXPIRED)
    return None


async def end(context: BatchContext, batch: KeptBatch) -> None:
    """End a batch that this worker has the lease of and nobody sends lines of any more. Raises StoreUnavailable."""
    ending = ending_of(batch)
    store = context.store
    left, _ = await store.batch_lines.left(batch.id, now_ms())
    state = state_of(batch)
    if ending is not None and ending.status == "expired" and not left and (state is None or not state.how):
        ending = None  # its last line was finished in time
    if ending is not None:
        await tell_the_rest(context, batch, ending)
    now = now_ms()
    last = await store.batches.get(batch.id, None)
    output, errors = (_file(context, last, now, ok=ok) for ok in (True, False))
    values: dict[str, object] = {
        "ended_at": now,
        "finalizing_at": now,
        "output_file_id": output.id if output is not None else None,
        "error_file_id": errors.id if errors is not None else None,
    }
    if batch.stop and ending is not None:
        told = [{"code": ending.code, "message": ending.message, "line": None, "param": None}]
        values["errors"] = msgspec.json.encode(told).decode()
    files = [one for one in (output, errors) if one is not None]
    await store.batches.end(batch.id, context.worker, ending.status if ending else "completed", files, **values)


async def end_failed(context: BatchContext, batch: KeptBatch, mistakes: Sequence[LineMistake]) -> None:
    """End a batch whose lines are wrong. Raises StoreUnavailable."""
    told = [msgspec.structs.replace(one, message=storable(one.message)) for one in mistakes]
    errors = msgspec.json.encode(told).decode()
    await context.store.batches.end(batch.id, context.worker, "failed", [], errors=errors, ended_at=now_ms())


async def tell_the_rest(context: BatchContext, batch: KeptBatch, ending: Ending) -> None:
    """Finish every line that is left with why there is no answer to it."""
    store = context.store
    if batch.status == "in_progress":
        await store.batches.change(batch.id, context.worker, finalizing_at=now_ms(), status="finalizing")
    while True:
        parts = await store.batch_lines.claim(batch.id, context.worker, now_ms(), context.lease_ends(), 1)
        if not parts:
            return
        for part in parts:
            lines = await _unfinished(context, batch, part, ending)
            progress = await store.batch_lines.finish(batch.id, lines, [part.first])
            context.count(batch, progress.added if progress is not None else ())


async def _unfinished(context: BatchContext, batch: KeptBatch, part: Part, ending: Ending) -> list[FinishedLine]:
    store = context.store
    data = await store.contents.read(batch.input_file_id, part.start, part.size)
    done = await store.batch_lines.finished(batch.id, part.first, part.first + part.lines)
    return [
        FinishedLine(number, ok=False, line=unsent(request_in(text).custom_id, ending.code, ending.message))
        for number, text in lines_in(part, data)
        if number not in done
    ]


def _file(context: BatchContext, batch: KeptBatch, now: int, *, ok: bool) -> KeptFile | None:
    """The file of the answered lines, or of the others; None where there is none of them."""
    size = batch.output_bytes if ok else batch.error_bytes
    if not size:
        return None
    life = context.settings().retention_days * _DAY_MS if batch.output_seconds is None else batch.output_seconds * 1000
    return KeptFile(
        id=f"file-{new_id('output').partition('_')[2]}",
        provider="",
        key_id=batch.key_id,
        filename=f"{batch.id}_{'output' if ok else 'error'}.jsonl",
        purpose=OUTPUT_PURPOSE,
        bytes=size,
        created_at=now,
        expires_at=now + life,
    )
