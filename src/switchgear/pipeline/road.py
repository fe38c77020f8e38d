"""What an attempt has in hand, and what becomes of its call as the answer comes."""

from __future__ import annotations

import time
from typing import Final

import msgspec
import structlog

from switchgear.core.calls import Usage
from switchgear.pipeline.as_it_came import DIALECTS
from switchgear.pipeline.call import Measure, ModelCall, ModelRequest
from switchgear.pipeline.clamping import lowered, unbounded
from switchgear.pipeline.prepare import Prepared
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.silence import Silence
from switchgear.providers.base import Operation, Provider
from switchgear.providers.catalogue import cost
from switchgear.providers.openai_stream import tokens_of
from switchgear.routing.trial import Trial

_log = structlog.get_logger(__name__)

COUNTED: Final = frozenset({*DIALECTS, Operation.COMPLETION, Operation.EMBEDDING})
"""Operations whose tokens are estimated from text when the provider tells none."""
_ONE: Final = (b"1", b"null")


class Road:
    """One attempt under way. ``debug`` is whether its stages are logged."""

    __slots__ = ("call", "debug", "prepared", "provider", "reply", "request", "silence", "trial")

    def __init__(
        self, call: ModelCall, request: ModelRequest, trial: Trial, reply: Reply, prepared: Prepared, *, debug: bool
    ) -> None:
        self.call = call
        self.request = request
        self.trial = trial
        self.reply = reply
        self.prepared = prepared
        self.debug = debug
        self.provider: Provider = trial.deployment.provider
        self.silence: Silence | None = None

    @property
    def may_be_milder(self) -> bool:
        """Whether a model with another content policy may be asked still: there is one, and nothing went to the client."""
        call, trial = self.call, self.trial
        if not trial.model.rules.content_fallbacks or trial.committed or call.operation not in DIALECTS:
            return False
        several = bytes(self.request.fields.get("n", b"1")) not in _ONE
        return not several and (call.thread is None or not call.thread.begun)

    def begin(self, *, said: bool = True) -> None:
        """The first bytes of a stream go to the client: this attempt is the one. Raises LostRaceError."""
        call = self.call
        thread = call.thread
        resumed = thread is not None and thread.begun
        self.commit()
        if said:
            now = time.perf_counter()
            self.trial.began(now)
            call.first_token = call.first_token or now
        if thread is not None:
            thread.begun = True
        if not resumed:
            self.reply.begin(call)

    def commit(self) -> None:
        """The answer of this attempt is the call's. Raises LostRaceError."""
        call, trial, prepared = self.call, self.trial, self.prepared
        trial.commit()
        call.model, call.deployment = trial.model, trial.deployment
        call.dropped, call.shaped = prepared.dropped, prepared.shaped
        call.clamped = self._clamped()
        call.tally()

    def settle(self, usage: Usage, measure: Measure | None = None) -> None:
        """Count what it used."""
        trial = self.trial
        if trial.usage is None and not usage.estimated:  # not the sum of two tries
            trial.deployment.health.tokens.learn(self.request.prompt_characters, usage.prompt_tokens)
        trial.usage = usage
        price = trial.deployment.price
        if price is not None:
            trial.cost = cost(price, usage, measure.units if measure is not None else None)
        if self.debug:
            self.tell("settled", **msgspec.structs.asdict(usage), cost_nano_usd=trial.cost)

    def settle_unfinished(self) -> None:
        """Count the prompt of an attempt that broke off after it was sent, unless more of it was counted already."""
        if self.trial.usage is None and self.call.operation in COUNTED:
            self.settle(Usage(tokens_of(self.request.prompt_characters), estimated=True))

    def tell(self, stage: str, **facts: object) -> None:
        """One debug line of a stage; callers look at ``debug`` first, which costs nothing."""
        elapsed = (time.perf_counter() - self.call.started) * 1000
        _log.debug(stage, request_id=self.call.id, ms=round(elapsed, 3), **facts)

    def _clamped(self) -> str:
        """What of the request was lowered so that the answer has room, or that it has what was reserved: ``max_tokens=8192``."""
        call, deployment = self.call, self.trial.deployment
        bound = call.bound_at(deployment)
        if bound is not None:
            names = unbounded(self.request.fields, DIALECTS.get(call.operation, ""), deployment.answer_field)
            return ", ".join(f"{name}={bound}" for name in names)
        ask = call.ask
        most = ask.clamps.get(self.trial.deployment.id) if ask is not None else None
        if ask is None or most is None:
            return ""
        return ", ".join(f"{name}={most}" for name in lowered(self.request.fields, ask.dialect, most))
