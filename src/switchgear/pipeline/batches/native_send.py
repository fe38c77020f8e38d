"""The lines of a batch as a provider's batch API takes them, on disk."""

from __future__ import annotations

from typing import Final

from switchgear.access.keys import Key
from switchgear.core.errors import AuthenticationError, NotSupported, SwitchgearError
from switchgear.pipeline.batches.context import BatchContext
from switchgear.pipeline.batches.input import ENDPOINTS, lines_in, request_in
from switchgear.pipeline.batches.native_lines import NativeLine
from switchgear.pipeline.batches.native_state import NativeState
from switchgear.pipeline.batches.output import answered
from switchgear.pipeline.limited import most_of_text
from switchgear.providers.base import Outgoing, Provider
from switchgear.providers.batches import BatchAPI, RunsBatches, Spool
from switchgear.routing.directory import Directory
from switchgear.store.batch_lines import FinishedLine
from switchgear.store.batches import KeptBatch, Part

BATCH_SHARE: Final = 2
"""A line in a provider's batch costs this part of what a call does (OpenAI's, Azure's and Anthropic's price lists)."""


class NothingToSendError(Exception):
    """No line of a batch can be sent."""


class Sent:
    """Lines on disk: ``numbers`` are those of the client's file in their order, ``outgoing`` is one of the requests.

    ``tokens`` and ``cost`` (nano-dollars) are what they may use at most, as far as that is known.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.numbers: list[int] = []
        self.outgoing: Outgoing
        self.tokens = 0
        self.cost = 0

    async def close(self) -> None:
        """Let go of the file."""
        await self.spool.close()


def host_of(directory: Directory, model: str) -> NativeState | None:
    """Where the lines of a model go as a batch, if its first deployment is at a provider with an API for that."""
    found = directory.find(model)
    if found is None or found.answers == "repair":  # which asks some lines twice
        return None
    deployment = found.deployments[0]
    if api_of(deployment.provider) is None:
        return None
    return NativeState(deployment.provider.name, deployment.model)


def api_of(provider: Provider | None) -> BatchAPI | None:
    """The provider's API for batches, if it has one."""
    return provider.batches if isinstance(provider, RunsBatches) else None


def name_of(batch: KeptBatch, number: int) -> str:
    """What a line is called at the provider: letters, digits, ``_`` and ``-``, at most 64 of them."""
    return f"{batch.id}-{number}"


async def translated(context: BatchContext, batch: KeptBatch, api: BatchAPI) -> Sent:
    """Write the lines to disk as the provider takes them. Those that cannot be sent are finished with their errors.

    Raises NothingToSendError, AuthenticationError, NotSupported, StoreUnavailable.
    """
    before, between, after = api.frame
    sent = Sent(Spool(context.folder, before, between, after))
    try:
        for part in await context.store.batch_lines.parts(batch.id):
            await _translate(context, batch, part, api, sent)
        if not sent.numbers:
            raise NothingToSendError
    except BaseException:
        await sent.close()
        raise
    return sent


async def _translate(context: BatchContext, batch: KeptBatch, part: Part, api: BatchAPI, sent: Sent) -> None:
    store = context.store
    data = await store.contents.read(batch.input_file_id, part.start, part.size)
    done = await store.batch_lines.finished(batch.id, part.first, part.first + part.lines)
    key = context.key_of(batch)
    lines: list[bytes] = []
    refused: list[FinishedLine] = []
    for number, text in lines_in(part, data):
        if number in done:
            continue
        request = request_in(text)
        try:
            line = await context.caller.prepare(key, batch.endpoint, bytes(request.body))
        except AuthenticationError:
            raise
        except SwitchgearError as error:
            document = context.caller.refusal(batch.endpoint, error, "")
            refused.append(
                FinishedLine(number, ok=False, line=answered(request.custom_id, "", error.http_status, document))
            )
            continue
        if not api.takes(line.outgoing):
            raise NotSupported("The provider's batch API does not take such lines.")
        lines.append(api.line(name_of(batch, number), line.outgoing))
        sent.numbers.append(number)
        sent.outgoing = line.outgoing
        _estimate(context, key, batch, line, sent)
    if refused:
        progress = await store.batch_lines.finish(batch.id, refused)
        context.count(batch, progress.added if progress is not None else ())
    if lines:
        await sent.spool.add(lines)


def _estimate(context: BatchContext, key: Key, batch: KeptBatch, line: NativeLine, sent: Sent) -> None:
    """Add up what the lines may use, where a limit asks for it."""
    plan = context.limiter.plan(key, batch.model) if context.limiter is not None else None
    if plan is None or not plan.periods:
        return
    likely = most_of_text(line.request, ENDPOINTS[batch.endpoint], line.deployment, plan.output_tokens)
    sent.tokens += likely.prompt_tokens + likely.output_tokens
    sent.cost += -(-(likely.cost or 0) // BATCH_SHARE)
