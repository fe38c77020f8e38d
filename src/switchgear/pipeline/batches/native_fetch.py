"""What became of the lines of a batch at a provider: read, translated, recorded and kept, each line once."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from switchgear.core.calls import CallRecord, Route, Step, Usage
from switchgear.core.errors import ProviderInvalidResponse, SwitchgearError, UnknownKey
from switchgear.pipeline.batches.context import BatchContext
from switchgear.pipeline.batches.input import ENDPOINTS, Request, lines_in, lines_of, request_in
from switchgear.pipeline.batches.native_send import BATCH_SHARE
from switchgear.pipeline.batches.native_state import NativeState
from switchgear.pipeline.batches.output import answered, unsent
from switchgear.providers.batches import BatchAPI, NativeBatch, NativeResult, Spool
from switchgear.providers.catalogue import cost
from switchgear.providers.errors import provider_error
from switchgear.routing.deployment import Deployment
from switchgear.store.batch_lines import LARGEST_LINE, FinishedLine
from switchgear.store.batches import KeptBatch, Part

_GROUP: Final = 100
_GROUP_BYTES: Final = 4 << 20
_PARTS_HELD: Final = 16
_SAID: Final = {
    "batch_cancelled": "The batch was cancelled at the provider before this request was answered.",
    "batch_expired": "The batch expired at the provider before this request was answered.",
}


class _Finished(msgspec.Struct, frozen=True):
    """A line, and the record of its call where it was called."""

    line: FinishedLine
    record: CallRecord | None


class NativeFetch:
    """Fetches the results of one batch."""

    def __init__(self, context: BatchContext, batch: KeptBatch, api: BatchAPI, state: NativeState) -> None:
        self._context = context
        self._batch = batch
        self._api = api
        self._provider = state.provider
        self._at = f"{state.provider}/{state.model}"
        self._key = context.keyring.known(batch.key_id)
        self._parts: list[Part] = []
        self._held: OrderedDict[int, dict[int, bytes]] = OrderedDict()

    async def take(self, told: NativeBatch) -> bool:
        """Fetch, and keep what is not kept yet; False when the results are those of another batch.

        Raises ProviderError, StoreUnavailable.
        """
        self._parts = await self._context.store.batch_lines.parts(self._batch.id)
        for where in told.results:
            spool = Spool(self._context.folder)
            try:
                with await self._api.fetch(where) as answer:
                    await answer.pipe(spool.take)
                if not await self._read(spool):
                    return False
            finally:
                await spool.close()
        return True

    async def _read(self, spool: Spool) -> bool:
        group: list[NativeResult] = []
        size = 0
        async for result in self._results(spool):
            if not result.name.startswith(f"{self._batch.id}-"):
                return False
            group.append(result)
            size += len(result.body)
            if len(group) >= _GROUP or size >= _GROUP_BYTES:
                await self._keep(group)
                group, size = [], 0
        await self._keep(group)
        return True

    async def _results(self, spool: Spool) -> AsyncIterator[NativeResult]:
        async for line in lines_of(spool.pieces(), LARGEST_LINE):
            result = self._api.result(line.text) if line.text is not None else None
            if result is not None:
                yield result

    async def _keep(self, results: list[NativeResult]) -> None:
        """Record the calls and keep the lines. A record is kept first, under a name of its own: it counts once, whatever happens."""
        finished: list[_Finished] = []
        for result in results:
            number = _number(result.name)
            text = await self._text(number)
            if text is not None:
                finished.append(await self._finish(number, request_in(text), result))
        if not finished:
            return
        first, last = min(one.line.number for one in finished), max(one.line.number for one in finished)
        there = await self._context.store.batch_lines.finished(self._batch.id, first, last + 1)
        for one in finished:
            if one.record is not None and one.line.number not in there:
                self._context.publish(one.record)
                self._charge(one.record)
        await self._context.store.writer.committed()
        progress = await self._context.store.batch_lines.finish(self._batch.id, [one.line for one in finished])
        self._context.count(self._batch, progress.added if progress is not None else ())

    def _charge(self, record: CallRecord) -> None:
        """Count what the line used towards budgets, which let it through before it was known."""
        context = self._context
        if context.limiter is not None and self._key is not None:
            tokens = record.usage.prompt_tokens + record.usage.completion_tokens
            context.limiter.charge(self._key, self._batch.model, tokens, record.cost or 0)

    # ------------------------------------------------------------ one line

    async def _text(self, number: int) -> bytes | None:
        """The line of the input; None for a number that none has."""
        at = bisect_right(self._parts, number, key=lambda part: part.first) - 1
        if at < 0:
            return None
        part = self._parts[at]
        lines = self._held.get(part.first)
        if lines is None:
            data = await self._context.store.contents.read(self._batch.input_file_id, part.start, part.size)
            lines = self._held[part.first] = dict(lines_in(part, data))
            if len(self._held) > _PARTS_HELD:
                self._held.popitem(last=False)
        return lines.get(number)

    async def _finish(self, number: int, request: Request, result: NativeResult) -> _Finished:
        custom_id = request.custom_id
        if not result.status:
            said = _SAID.get(result.code, "The provider gave this request up.")
            return _Finished(FinishedLine(number, ok=False, line=unsent(custom_id, result.code, said)), None)
        request_id = f"req_{self._batch.id.partition('_')[2]}_{number}"
        deployment: Deployment | None = None
        usage = Usage()
        try:
            if self._key is None:
                raise UnknownKey("The key of the batch does not exist any more.")
            line = await self._context.caller.prepare(self._key, self._batch.endpoint, bytes(request.body), self._at)
            deployment = line.deployment
            if result.status != 200:
                provider = deployment.provider
                raise provider_error(
                    provider.name, result.status, lambda _: b"", result.body, provider.redact, model=deployment.model
                )
            body, usage = await line.finish(result.body)
            text = answered(custom_id, request_id, 200, body)
            if len(text) > LARGEST_LINE:
                raise ProviderInvalidResponse(f"The answer is over the limit of {LARGEST_LINE} bytes.")
        except SwitchgearError as error:
            document = self._context.caller.refusal(self._batch.endpoint, error, request_id)
            text = answered(custom_id, request_id, error.http_status, document)
            record = self._record(request_id, deployment, usage, error)
            return _Finished(FinishedLine(number, ok=False, line=text, usage=usage, cost=record.cost), record)
        record = self._record(request_id, deployment, usage, None)
        return _Finished(FinishedLine(number, ok=True, line=text, usage=usage, cost=record.cost), record)

    def _record(
        self, request_id: str, deployment: Deployment | None, usage: Usage, error: SwitchgearError | None
    ) -> CallRecord:
        """The record of a call that the provider made in its own time; a batch costs half."""
        batch = self._batch
        key = self._key
        price = deployment.price if deployment is not None else None
        spent = cost(price, usage) if price is not None else None
        told = Route((Step("batch", 0.0, f"{batch.id}, answered by the batch API of {self._provider}"),), ())
        return CallRecord(
            request_id,
            batch.in_progress_at or batch.created_at,
            batch.key_id,
            f"batches/{ENDPOINTS[batch.endpoint].value}",
            batch.model,
            self._provider,
            deployment.model if deployment is not None else "",
            streamed=False,
            outcome="ok" if error is None else "failed",
            status=200 if error is None else error.http_status,
            error="" if error is None else error.code,
            usage=usage,
            cost=None if spent is None else (spent + BATCH_SHARE - 1) // BATCH_SHARE,
            latency_ms=0.0,
            first_token_ms=None,
            team=key.team if key is not None else "",
            user=key.user if key is not None else "",
            message="" if error is None else error.message,
            route=told,
        )


def _number(name: str) -> int:
    """The number of the line that has this name at the provider; 0 for a name that no line has."""
    number = name.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
