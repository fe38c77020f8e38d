"""A call of a model, stage by stage: authenticate, authorise, reserve, cache, route, settle, record.

The stages stand one under the other and each can be read alone. An edge makes a ``ModelCall``, decodes its
dialect into a ``ModelRequest`` and gives a ``Reply`` that writes the answer; everything between is here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Literal, Protocol

import structlog

from switchgear.access.keys import Keyring
from switchgear.access.roles import ADMIN
from switchgear.core.calls import Outcome
from switchgear.core.errors import (
    AuthenticationError,
    InternalError,
    LimitReached,
    LimitsUndefined,
    MissingKey,
    ModelNotAllowed,
    ModelUnpriced,
    ShuttingDown,
    SightNotSupported,
    SwitchgearError,
)
from switchgear.core.ids import RequestIds
from switchgear.dialects.base import DialectName
from switchgear.observe.logs import LogControl
from switchgear.pipeline.as_it_came import DIALECTS
from switchgear.pipeline.attempt import Attempts
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.record import Recorder
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.stages import Reserved, Stages
from switchgear.providers.base import Operation
from switchgear.routing.directory import Directory, Model
from switchgear.routing.estimate import about
from switchgear.routing.router import Router
from switchgear.routing.select import Ask
from switchgear.routing.size import size_of

_log = structlog.get_logger(__name__)
_WIDER = b"context-1m"
"""The beginning of the beta that widens a context: https://platform.claude.com/docs/en/build-with-claude/context-windows."""
_OTHER_CHOICES = frozenset({"models", "fallbacks", "route"})
"""Fields by which a provider is told of further models (OpenRouter's, LiteLLM's): no scope has looked at those."""

_OURS = (AuthenticationError, LimitReached, LimitsUndefined, ModelUnpriced)
"""Refusals of the gateway's own, for whatever model."""


class ToolChats(Protocol):
    """Serves chats in which the gateway runs tools (``pipeline.tools.chats``)."""

    def wanted(self, operation: Operation, request: ModelRequest) -> bool:
        """Whether a request is of such a chat. Asked of every call: quick."""
        ...

    async def serve(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        """Serve it. Raises SwitchgearError."""
        ...


class ModelCalls:
    """The stages, with what they need. One object serves every call.

    ``directory`` gives the models as they are now; a call keeps the ones it started with. ``routes`` find a deployment and try it,
    ``stages`` are those before them. ``tools`` serves chats with tools, once there is one.
    """

    def __init__(
        self,
        keyring: Keyring,
        directory: Callable[[], Directory],
        recorder: Recorder,
        logs: LogControl,
        routes: tuple[Router, Attempts],
        stages: Stages | None = None,
    ) -> None:
        self._stages = stages or Stages()
        self._router, self._attempts = routes
        self._keyring = keyring
        self._directory = directory
        self._recorder = recorder
        self._logs = logs
        self._ids = RequestIds()
        self._stopped = False
        self.in_flight = 0
        self.tools: ToolChats | None = None

    def stop(self) -> None:
        """The gateway ends now: calls that are cancelled from here on tell their clients so."""
        self._stopped = True

    def begin(self, operation: Operation) -> ModelCall:
        """A new call, its clock running."""
        return ModelCall(self._ids.next(), operation)

    @property
    def cookie(self) -> str:
        """The name of the cookie that sessions of the console are in."""
        return self._keyring.cookie

    def authenticate(self, call: ModelCall, token: bytes) -> None:
        """Find who calls. Raises AuthenticationError."""
        call.key = self._keyring.authenticate(token, call.at)

    def debugged(self, call: ModelCall) -> AbstractContextManager[None]:
        """The context in which a call's lines show at debug level, if its key may ask for that."""
        if call.key is not None and ADMIN in call.key.scopes:
            return self._logs.debug_for(call.id)
        return nullcontext()

    async def run(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        """Serve an authenticated call. Raises SwitchgearError; the call is recorded in every case."""
        tools = self.tools
        if tools is not None and tools.wanted(call.operation, request):
            await tools.serve(call, request, reply)  # whose steps come back here, each without the wish
            return
        call.name = request.model
        call.streamed = request.stream
        model = self.authorise(call, request)
        self.in_flight += 1
        try:
            await self._limited(call, request, model, reply)
        except SwitchgearError as error:
            told = self._blind(call, error) if isinstance(error, SightNotSupported) else error
            self.failed(call, told)
            raise told from error
        except asyncio.CancelledError:
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
        call.directory = directory = self._directory()
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
            elapsed = round((time.perf_counter() - call.started) * 1000, 3)
            facts = {"key": key.name, "model": call.name, "streamed": call.streamed}
            _log.debug("authorised", request_id=call.id, ms=elapsed, **facts)
        return model

    def bound(self, call: ModelCall, request: ModelRequest) -> None:
        """Hold the answer of a call that is not ``run``, for a batch API, to what is reserved for it. Raises LimitsUndefined."""
        if self._stages.limits is not None:
            self._stages.limits.bound(call, request)

    def _limited(self, call: ModelCall, request: ModelRequest, model: Model, reply: Reply) -> Awaitable[None]:
        """Take what the call may use of its limits."""
        limits = self._stages.limits
        taken = limits.reserve(call, request, model) if limits is not None else None
        if taken is None:
            return self._cached(call, request, model, reply)
        return self._reserved(taken, call, request, model, reply)

    async def _reserved(
        self,
        taken: Reserved | Awaitable[Reserved],
        call: ModelCall,
        request: ModelRequest,
        model: Model,
        reply: Reply,
    ) -> None:
        """Settle what the call used, however it ends."""
        reserved = taken if hasattr(taken, "settle") else await taken  # to look for __await__ costs a microsecond
        settle = call.settle = partial(self._settle, call, reserved.settle)
        try:
            await self._cached(call, request, model, reply)
        finally:
            settle()
            call.settle = None

    @staticmethod
    def _settle(call: ModelCall, settle: Callable[[int, int | None], None]) -> None:
        used, cost = call.spent()  # and not what a kept answer had used
        settle(used.prompt_tokens + used.completion_tokens, cost)

    def _cached(self, call: ModelCall, request: ModelRequest, model: Model, reply: Reply) -> Awaitable[None]:
        """Answer from the cache where the model has one."""
        cache = self._stages.cache
        if cache is None or model.cache is None:
            return self._route(call, request, model, reply)
        return cache.serve(call, request, model, reply, partial(self._route, call, request, model))

    def _route(self, call: ModelCall, request: ModelRequest, model: Model, reply: Reply) -> Awaitable[None]:
        """Try deployments until one has answered. Raises SwitchgearError."""
        call.once = request.form is not None
        call.ask = ask = self._ask(call, request, model)
        return self._router.run(model, ask, call, partial(self._attempts.send, call, request, reply))

    @staticmethod
    def _ask(call: ModelCall, request: ModelRequest, model: Model) -> Ask:
        size = size_of(request.prompt_characters, request.body)
        dialect: DialectName | Literal[""] = DIALECTS.get(call.operation, "")
        return Ask(
            about(size, model.deployments[0]),
            request.max_tokens if call.bound is None else call.bound,
            request.fields,
            request.body,
            dialect,
            call.key.id if call.key is not None else "",
            call.operation.value,
            request.stream,
            call.priority,
            size,
            call.id,
            wider=bool(request.headers) and _WIDER in request.headers,
            images=bool(dialect) and request.marked(dialect).images,
        )

    def _blind(self, call: ModelCall, error: SightNotSupported) -> SightNotSupported:
        """The error, with the models that see named."""
        able = self._directory().seeing(call.key.may_call) if call.key is not None else []
        hint = f"Ask one that sees images: {', '.join(able)}." if able else error.advice
        return SightNotSupported(error.message, param=error.param, hint=hint)

    # ------------------------------------------------------------ calls that did not end well

    def failed(self, call: ModelCall, error: SwitchgearError) -> None:
        """Record a call that ends with ``error``. Without effect on one that is recorded, has no key, or will be made again."""
        if call.again is not None and call.again(error):
            return
        if call.model is None or isinstance(error, _OURS):
            outcome: Outcome = "refused"
        else:
            outcome = "cut" if call.first_token is not None and call.streamed else "failed"
        self._broken_off(call, outcome, error.http_status, error.code, error.message)

    def _cut_by_the_end(self, call: ModelCall) -> ShuttingDown:
        error = ShuttingDown("The gateway was stopped before the answer was complete.")
        if task := asyncio.current_task():
            task.uncancel()  # it goes on to tell the client
        self.failed(call, error)
        return error

    def left(self, call: ModelCall) -> None:
        """Record a call whose client left before it reached a model."""
        self._broken_off(call, "abandoned", 499, "client_closed_request")

    def _broken_off(self, call: ModelCall, outcome: Outcome, status: int, code: str, message: str = "") -> None:
        if call.recorded or call.key is None:
            return
        call.outcome, call.status, call.error, call.message = outcome, status, code, message
        call.tally()
        self._recorder.publish(call)
