"""A call of a model, stage by stage: authenticate, authorise, prepare, route, settle, record.

The stages stand one under the other and each can be read alone. An edge makes a ``ModelCall``, decodes its
dialect into a ``ModelRequest`` and gives a ``Reply`` that writes the answer; everything between is here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import msgspec
import structlog

from switchgear.access.keys import ADMIN, Keyring
from switchgear.core.calls import Outcome, Usage
from switchgear.core.errors import (
    InternalError,
    InvalidAnswer,
    MissingKey,
    ModelNotAllowed,
    ProviderError,
    ProviderInvalidResponse,
    ShuttingDown,
    SightNotSupported,
    SwitchgearError,
)
from switchgear.core.ids import RequestIds
from switchgear.observe.logs import LogControl
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.crossing import CrossingPassage
from switchgear.pipeline.file_owners import FileOwners, may_name_files
from switchgear.pipeline.prepare import DIALECTS, Preparation, Prepared, again
from switchgear.pipeline.record import Recorder
from switchgear.providers.base import Answer, Operation, Provider
from switchgear.providers.catalogue import cost
from switchgear.providers.connection import Sink
from switchgear.providers.errors import error_in_body
from switchgear.providers.media import MEDIA, measured, passage_of
from switchgear.providers.openai_stream import tokens_of
from switchgear.providers.passing import PASSINGS, Passage
from switchgear.routing.directory import Directory, Model

_log = structlog.get_logger(__name__)
_STREAMS = (b"text/event-stream", b"application/x-ndjson")
_COUNTED = frozenset({*DIALECTS, Operation.COMPLETION, Operation.EMBEDDING})
"""Operations whose tokens are estimated from text when the provider tells none."""
_AFTER_END_SECONDS = 1.0
_OTHER_CHOICES = frozenset({"models", "fallbacks", "route"})
"""Fields by which a provider is told of further models (OpenRouter's, LiteLLM's): no scope has looked at those."""


class Reply(Protocol):
    """How an edge writes an answer in its dialect."""

    def whole(self, call: ModelCall, body: bytes) -> None:
        """The answer, at once."""

    def begin(self, call: ModelCall) -> None:
        """A streamed answer begins."""

    def write(self, events: bytes) -> None:
        """Whole events of it."""

    def end(self, events: bytes) -> None:
        """The last of it."""

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up (True) and when it can again (False)."""


class ModelCalls:
    """The stages, with what they need. One object serves every call.

    ``directory`` gives the models as they are now; a call keeps the ones it started with. ``owners`` refuses the files of other keys.
    """

    def __init__(
        self,
        keyring: Keyring,
        directory: Callable[[], Directory],
        recorder: Recorder,
        logs: LogControl,
        preparation: Preparation,
        owners: FileOwners | None = None,
    ) -> None:
        self._owners = owners
        self._preparation = preparation
        self._keyring = keyring
        self._directory = directory
        self._recorder = recorder
        self._logs = logs
        self._ids = RequestIds()
        self._stopped = False
        self.in_flight = 0

    def stop(self) -> None:
        """The gateway ends now: calls that are cancelled from here on tell their clients so."""
        self._stopped = True

    def begin(self, operation: Operation) -> ModelCall:
        """A new call, its clock running."""
        return ModelCall(self._ids.next(), operation)

    def authenticate(self, call: ModelCall, token: bytes) -> None:
        """Find who calls. Raises AuthenticationError."""
        call.key = self._keyring.authenticate(token, call.at)

    def debugged(self, call: ModelCall) -> AbstractContextManager[None]:
        """The context in which a call's lines show at debug level, if its key may ask for that."""
        if call.key is not None and ADMIN in call.key.scopes:
            return self._logs.debug_for(call.id)
        return nullcontext()

    def _tell(self, call: ModelCall, stage: str, **facts: object) -> None:
        """One debug line of a stage; callers look at ``debug_enabled`` first, which costs nothing."""
        elapsed = (time.perf_counter() - call.started) * 1000
        _log.debug(stage, request_id=call.id, ms=round(elapsed, 3), **facts)

    async def run(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        """Serve an authenticated call. Raises SwitchgearError; the call is recorded in every case."""
        call.name = request.model
        call.streamed = request.stream
        model = self.authorise(call, request)
        self.in_flight += 1
        try:
            prepared = await self._prepare(call, request, model)
            if self._owners is not None and may_name_files(body := request.body or prepared.outgoing.body):
                await self._owners.check(call, body)
            await self._route(call, request, prepared, reply)
        except SwitchgearError as error:
            if isinstance(error, ProviderError) and error.reached and error.upstream_status is None:
                self._settle_unfinished(call, request)
            self.failed(call, error)
            raise
        except asyncio.CancelledError:
            self._settle_unfinished(call, request)
            if self._stopped:
                raise self._cut_by_the_end(call) from None
            self._broken_off(call, "abandoned", 499, "client_closed_request")
            raise
        except Exception as error:
            self.failed(call, InternalError("internal"))
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error
        finally:
            self.in_flight -= 1

    # ------------------------------------------------------------ the stages

    def authorise(self, call: ModelCall, request: ModelRequest) -> Model:
        """The model that is asked for, if the key may call it. Raises RequestError."""
        key = call.key
        if key is None:
            raise MissingKey("The request has no key.")
        directory = self._directory()
        model = directory.find(call.name)
        if model is None:
            raise directory.not_found(call.name, key.may_call)
        if not key.may_call(call.name):
            raise ModelNotAllowed(f'This key may not call the model "{call.name}".', param="model")
        if not key.any_model and not _OTHER_CHOICES.isdisjoint(request.fields):
            named = ", ".join(sorted(_OTHER_CHOICES.intersection(request.fields)))
            raise ModelNotAllowed(f"This key is limited to some models, and {named} would choose others.", param=named)
        call.model = model
        call.deployment = model.deployments[0]
        if self._logs.debug_enabled:
            self._tell(call, "authorised", key=key.name, model=call.name, streamed=call.streamed)
        return model

    async def _prepare(self, call: ModelCall, request: ModelRequest, model: Model) -> Prepared:
        """What is sent: the bytes that came wherever that will do. Raises RequestError."""
        deployment = model.deployments[0]
        outgoing = self._preparation.as_bytes(call, request, deployment, model.answers)
        if outgoing is not None:
            return Prepared(outgoing)
        try:
            return await self._preparation.read(call, request, deployment, model.answers)
        except SightNotSupported as error:
            other = self._directory().find(model.vision_fallback) if model.vision_fallback else None
            allowed = call.key is not None and call.key.may_call(model.vision_fallback)
            if other is None or not allowed or not other.deployments[0].capabilities.sees:
                raise self._blind(call, error) from error
            call.model, call.deployment = other, other.deployments[0]
            return await self._preparation.read(call, request, other.deployments[0], other.answers)

    def _blind(self, call: ModelCall, error: SightNotSupported) -> SightNotSupported:
        """The error, with the models that see named."""
        able = self._directory().seeing(call.key.may_call) if call.key is not None else []
        hint = f"Ask one that sees images: {', '.join(able)}." if able else error.advice
        return SightNotSupported(error.message, param=error.param, hint=hint)

    async def _route(self, call: ModelCall, request: ModelRequest, prepared: Prepared, reply: Reply) -> None:
        deployment = call.deployment
        assert deployment is not None  # noqa: S101 - authorise set it
        provider = deployment.provider
        outgoing = prepared.outgoing
        if self._logs.debug_enabled:
            size = len(outgoing.body)
            self._tell(call, "sending", provider=provider.name, deployment=deployment.model, bytes=size)
        with await provider.send(outgoing) as answer:
            if self._logs.debug_enabled:
                self._tell(call, "answered", provider=provider.name, status=answer.status)
            if not outgoing.dialect and call.operation in MEDIA:
                await self._media(call, request, provider, answer, reply)
            elif outgoing.stream:
                await self._stream(call, request, (provider, prepared), answer, reply)
            elif prepared.crossing is None:
                await self._whole(call, request, provider, answer, reply)
            else:
                await self._translated(call, request, (provider, prepared), answer, reply)

    async def _whole(
        self, call: ModelCall, request: ModelRequest, provider: Provider, answer: Answer, reply: Reply
    ) -> None:
        body = await answer.body()
        passing = PASSINGS[DIALECTS.get(call.operation, "chat")]
        usage = passing.usage_of(provider.name, body, provider.redact)
        if usage is None:
            counted = call.operation in _COUNTED
            usage = passing.estimate_of(body, request.prompt_characters) if counted else Usage()
        self._settle(call, usage)
        body = passing.mark(body, provider.name)
        await self._recorder.record(call)
        reply.whole(call, body)

    async def _translated(
        self, call: ModelCall, request: ModelRequest, sent: tuple[Provider, Prepared], answer: Answer, reply: Reply
    ) -> None:
        """An answer that comes whole and is read: translated, checked, asked for again once where that is wished."""
        provider, prepared = sent
        crossing = prepared.crossing
        assert crossing is not None  # noqa: S101 - told by the caller
        came = await answer.body()
        told = crossing.read(came)
        usage = told.usage or crossing.estimate(told, request.prompt_characters)
        self._settle(call, usage)
        as_it_came = crossing.passes and not request.stream
        try:
            told = crossing.checked(told)
        except InvalidAnswer as error:
            if call.model is None or call.model.answers != "repair":
                raise
            with await provider.send(again(prepared, told, error.complaint)) as second:
                told = crossing.read(await second.body())
            usage = _sum(usage, told.usage or crossing.estimate(told, request.prompt_characters))
            self._settle(call, usage)
            told = crossing.checked(told)
            as_it_came = False
        if as_it_came:
            body = PASSINGS[crossing.front.name].mark(came, provider.name)
        else:
            body = crossing.stream(told, usage) if request.stream else crossing.write(told, usage)
        await self._recorder.record(call)
        if request.stream:
            call.first_token = time.perf_counter()
            reply.begin(call)
            reply.end(body)
        else:
            reply.whole(call, body)

    async def _media(
        self, call: ModelCall, request: ModelRequest, provider: Provider, answer: Answer, reply: Reply
    ) -> None:
        """An answer beside chat; whether it comes as a stream is for the provider to say, as some ignore the wish."""
        call.content_type = answer.header(b"content-type")
        spoken = request.prompt_characters
        passage = passage_of(provider.name, call.operation, call.content_type, provider.redact, spoken)
        call.streamed = passage is not None
        call.measure = passage
        if passage is not None:
            await self._passed(call, request, passage, answer, reply)
            return
        body = await answer.body()
        call.measure = told = measured(provider.name, call.operation, call.content_type, body, provider.redact)
        self._settle(call, told.usage)
        await self._recorder.record(call)
        reply.whole(call, body)

    async def _stream(
        self, call: ModelCall, request: ModelRequest, sent: tuple[Provider, Prepared], answer: Answer, reply: Reply
    ) -> None:
        provider, prepared = sent
        if not answer.header(b"content-type").lower().startswith(_STREAMS):
            await _not_a_stream(provider, answer)
        await self._passed(call, request, _passage(call, request, provider, prepared), answer, reply)

    async def _passed(
        self, call: ModelCall, request: ModelRequest, reader: Passage, answer: Answer, reply: Reply
    ) -> None:
        """Hand an answer on while it comes."""
        feed, write = reader.feed, reply.write

        def forward(data: bytes) -> None:
            events = feed(data)
            if events:
                if call.first_token is None:
                    call.first_token = time.perf_counter()
                    reply.begin(call)
                write(events)
            if reader.done:
                answer.hurry(_AFTER_END_SECONDS)

        reply.listen(lambda pressed: answer.pause() if pressed else answer.resume())
        try:
            await _pipe(answer, reader, forward)
            rest = reader.finish()
        except BaseException:  # cut, abandoned or failed: what passed so far is counted, then it goes on
            if call.first_token is not None:
                self._settle(call, reader.usage or reader.estimate(request.prompt_characters))
            raise
        finally:
            reply.listen(None)
        if call.first_token is None:
            call.first_token = time.perf_counter() if rest else None
            reply.begin(call)
        usage = reader.usage or reader.estimate(request.prompt_characters)
        self._settle(call, usage)
        await self._recorder.record(call)
        reply.end(rest + reader.ending(usage))

    def _settle(self, call: ModelCall, usage: Usage) -> None:
        call.usage = usage
        if call.deployment is not None and call.deployment.price is not None:
            units = call.measure.units if call.measure is not None else None
            call.cost = cost(call.deployment.price, usage, units)
        if self._logs.debug_enabled:
            self._tell(call, "settled", **msgspec.structs.asdict(usage), cost_nano_usd=call.cost)

    def _settle_unfinished(self, call: ModelCall, request: ModelRequest) -> None:
        """Count the prompt of a call that broke off after it was sent, unless more of it was counted already."""
        if call.usage == Usage() and not call.recorded and call.operation in _COUNTED:
            self._settle(call, Usage(tokens_of(request.prompt_characters), estimated=True))

    # ------------------------------------------------------------ calls that did not end well

    def failed(self, call: ModelCall, error: SwitchgearError) -> None:
        """Record a call that ends with ``error``. Without effect on one that is recorded, or that has no key."""
        if call.model is None:
            outcome: Outcome = "refused"
        else:
            outcome = "cut" if call.first_token is not None and call.streamed else "failed"
        self._broken_off(call, outcome, error.http_status, error.code)

    def _cut_by_the_end(self, call: ModelCall) -> ShuttingDown:
        error = ShuttingDown("The gateway was stopped before the answer was complete.")
        if task := asyncio.current_task():
            task.uncancel()  # it goes on to tell the client
        self.failed(call, error)
        return error

    def left(self, call: ModelCall) -> None:
        """Record a call whose client left before it reached a model."""
        self._broken_off(call, "abandoned", 499, "client_closed_request")

    def _broken_off(self, call: ModelCall, outcome: Outcome, status: int, code: str) -> None:
        if call.recorded or call.key is None:
            return
        call.outcome, call.status, call.error = outcome, status, code
        self._recorder.publish(call)


async def _pipe(answer: Answer, reader: Passage, forward: Sink) -> None:
    """Pipe until the answer ends; what goes wrong after its end marker does not matter."""
    try:
        await answer.pipe(forward)
    except ProviderError:
        if not reader.done:
            raise


async def _not_a_stream(provider: Provider, answer: Answer) -> None:
    """Raise what an answer means that should have been a stream and is not."""
    body = await answer.body()
    told = error_in_body(provider.name, body, provider.redact)
    if told is not None:
        raise told
    kind = provider.redact(answer.header(b"content-type").decode("latin-1"))[:80] or "no content type"
    raise ProviderInvalidResponse(f"Provider {provider.name} answered a stream with {kind}.", provider=provider.name)


def _passage(call: ModelCall, request: ModelRequest, provider: Provider, prepared: Prepared) -> Passage:
    if prepared.crossing is not None:
        return CrossingPassage(prepared.crossing)
    passing = PASSINGS[DIALECTS.get(call.operation, "chat")]
    return passing.reader(provider.name, provider.redact, show_usage=request.wants_usage)


def _sum(first: Usage, second: Usage) -> Usage:
    """The usage of two tries."""
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        cached_tokens=first.cached_tokens + second.cached_tokens,
        reasoning_tokens=first.reasoning_tokens + second.reasoning_tokens,
        estimated=first.estimated or second.estimated,
        cache_write_tokens=first.cache_write_tokens + second.cache_write_tokens,
    )
