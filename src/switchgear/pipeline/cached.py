"""The cache stage: answers that are kept already, and one call of a provider for all who ask the same at once.

``serve`` gives a kept answer, or joins an identical call under way, or makes the call itself and lets the others have it too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, Final

from switchgear.cache.exact import Answers
from switchgear.cache.flight import Flight, Landed, Lost, Rider
from switchgear.cache.forms import in_form
from switchgear.cache.kept import Kept
from switchgear.cache.key import WITHOUT, Names
from switchgear.cache.question import question_of
from switchgear.core.calls import CacheResult
from switchgear.core.errors import (
    GatewayError,
    InternalError,
    NotCached,
    ProviderDisconnected,
    ProviderError,
    ProviderRefused,
    StoreUnavailable,
    SwitchgearError,
)
from switchgear.pipeline.as_it_came import DIALECTS
from switchgear.pipeline.asked import Asked, placed
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.record import Recorder
from switchgear.pipeline.recording import Recording
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.stages import Go
from switchgear.providers.base import Operation
from switchgear.routing.directory import Model
from switchgear.routing.router import out_of_patience

if TYPE_CHECKING:
    from switchgear.cache.semantic import SemanticCache  # which needs numpy

_LARGE: Final = 256 * 1024
"""Bytes of an answer above which another form of it is made on a thread."""
_MOST_FAILURES: Final = 2
"""After as many calls of others failed, who waited for them fails too: a provider that is down is not asked once for each."""
_TRUE: Final = b"true"


class CachedCalls:
    """The stage, for calls of models whose answers are kept. ``semantic`` is there where a model asks for it."""

    def __init__(self, answers: Answers, recorder: Recorder) -> None:
        self.answers = answers
        self.semantic: SemanticCache | None = None
        self._recorder = recorder
        self._names = Names()
        self._flights: dict[bytes, tuple[Flight, ModelCall]] = {}

    async def serve(self, call: ModelCall, request: ModelRequest, model: Model, reply: Reply, go: Go) -> None:
        """Answer a call of a model whose answers are kept. Raises SwitchgearError."""
        asked = self._asked(call, request, model, reply)
        if asked is None:
            await self._beside(call, reply, go)
            return
        kept = self.answers.find(asked.name, asked.now) if not asked.wish.fresh_only else None
        if kept is not None and asked.takes(kept):
            events = kept.forms.get(asked.form)
            if events is None:
                kept, events = await self._otherwise(asked, asked.name, kept)
            if events is not None:
                await self._give(asked, kept, events, "hit" if kept.fresh(asked.now) else "stale")
                return
        if _is_more(call, request):  # looked at here alone: what is kept was looked at when it was asked for
            await self._beside(call, reply, go)
            return
        try:
            await self._miss(asked, go)
        except SwitchgearError as error:
            if not await self._in_need(asked, error):
                raise

    def _asked(self, call: ModelCall, request: ModelRequest, model: Model, reply: Reply) -> Asked | None:
        """What is looked for; None for a call that the cache has no part in."""
        policy, key = model.cache, call.key
        if policy is None or key is None or call.wish.off or not request.keepable or call.operation not in WITHOUT:
            return None
        name = self._names.name(call.operation, policy.identity, key.tenant, request.fields, request.headers)
        return Asked((call, request, model, reply), policy, key.tenant, name, self.answers.clock())

    async def _beside(self, call: ModelCall, reply: Reply, go: Go) -> None:
        """A call that is not answered from the cache, and whose answer is not kept."""
        call.cache = "bypass"
        if call.wish.only_kept:
            raise NotCached("The answer to a call like this one is never kept.")
        self.answers.counts.bypassed += 1
        await go(reply)

    # ------------------------------------------------------------ what is kept

    async def _otherwise(self, asked: Asked, name: bytes, kept: Kept) -> tuple[Kept, bytes | None]:
        """A kept answer in a form that it is not kept in, if it can be told in that."""
        other = self.answers.find(placed(name, asked.form), asked.now)
        if other is not None and asked.takes(other):
            return other, other.forms.get(asked.form)
        make = partial(in_form, asked.call.operation, kept, asked.form, asked.request.body, asked.call.id)
        large = any(len(form) > _LARGE for form in kept.forms.values())
        made = await asyncio.to_thread(make) if large else make()
        if made is not None and len(made) <= self.answers.settings.max_answer_bytes:
            kept.forms[asked.form] = made
            self.answers.grown(name, kept)
        return kept, made

    async def _give(self, asked: Asked, kept: Kept, events: bytes, how: CacheResult) -> None:
        """Answer with what is kept."""
        call, reply = asked.call, asked.reply
        self._dress(asked, kept, how)
        call.usage, call.cost = kept.usage, call.cost or 0
        call.tell("cache", f"{how}, {call.age} s old")
        self._count(how, kept)
        if asked.form:
            call.first_token = time.perf_counter()
        await self._recorder.record(call)
        if asked.form:
            reply.begin(call)
            reply.end(events)
        else:
            reply.whole(call, events)

    @staticmethod
    def _dress(asked: Asked, kept: Kept, how: CacheResult) -> None:
        """Say of the call what its client is told with the answer."""
        call, model = asked.call, asked.model
        call.cache, call.saved = how, kept.cost
        call.age = max(0, int(asked.now - kept.made))
        call.model, call.deployment = model, model.deployments[kept.place]
        call.dropped, call.shaped, call.clamped = kept.dropped, kept.shaped, kept.clamped
        call.content_type = kept.content_type

    def _count(self, how: CacheResult, kept: Kept) -> None:
        counts = self.answers.counts
        if how == "hit":
            counts.hits += 1
        elif how == "shared":
            counts.shared += 1
        elif how == "semantic":
            counts.semantic += 1
        else:
            counts.stale += 1
        counts.saved += kept.cost or 0
        counts.saved_tokens += kept.usage.prompt_tokens + kept.usage.completion_tokens

    async def _in_need(self, asked: Asked, error: SwitchgearError) -> bool:
        """Whether an answer that has expired was given because there is no other (RFC 5861, section 4)."""
        failed = isinstance(error, ProviderError | GatewayError)
        if (
            not failed
            or isinstance(error, ProviderRefused | StoreUnavailable | NotCached)
            or asked.begun
            or asked.call.recorded
        ):
            return False
        kept, events = await self._expired(asked)
        if kept is None or events is None:
            return False
        asked.call.tally()
        await self._give(asked, kept, events, "stale")
        return True

    async def _expired(self, asked: Asked) -> tuple[Kept | None, bytes | None]:
        """The answer that will do when there is no other."""
        kept = self.answers.find(asked.name, asked.now) or await self.answers.fetch(asked.name, asked.now, asked.tenant)
        return await self._in_form(asked, asked.name, kept) if kept is not None and asked.needs(kept) else (None, None)

    async def _spare(self, asked: Asked) -> bool:
        return not asked.begun and (await self._expired(asked))[1] is not None

    # ------------------------------------------------------------ what is not kept

    async def _miss(self, asked: Asked, go: Go) -> None:
        """Follow an identical call under way, or lead. Raises SwitchgearError."""
        call = asked.call
        failures = 0
        while True:
            call.cache = "miss"
            flight, leader = self._flights.get(asked.place) or (None, None)
            if flight is None or leader is None or not asked.joins(flight, leader):
                await self._lead(asked, go)
                return
            lost = await self._follow(asked, flight, leader)
            if lost is None:
                return
            error = lost.error
            failures += error is not None
            if error is not None and (asked.begun or failures >= _MOST_FAILURES or not error.retryable or asked.late):
                raise error
            if asked.begun:
                raise _called_off(call)

    async def _follow(self, asked: Asked, flight: Flight, leader: ModelCall) -> Lost | None:
        """Get what the leader of ``flight`` gets; how it was lost where there is nothing to be had."""
        call, reply = asked.call, asked.reply

        def begin() -> None:
            _as_leader(call, leader)
            call.first_token = time.perf_counter()
            asked.begun = True
            reply.begin(call)

        rider = Rider(begin, reply.write)
        reply.listen(partial(flight.press, rider))
        try:
            flight.join(rider)
            how = await _within_patience(call, rider.ended)
        finally:
            flight.leave(rider)
            reply.listen(None)
        if isinstance(how, Lost):
            return how
        _as_leader(call, leader)
        call.usage, call.cost, call.saved = how.kept.usage, 0, how.kept.cost
        call.tell("cache", f"shared with {leader.id}")
        self._count("shared", how.kept)
        await self._recorder.record(call)
        if not asked.form:
            reply.whole(call, how.rest)
            return None
        if not asked.begun:
            begin()
        reply.end(how.rest)
        return None

    async def _lead(self, asked: Asked, go: Go) -> None:
        """Get the answer, for all who follow."""
        call = asked.call
        flight = Flight(self.answers.settings.max_answer_bytes, asked.priority)
        if asked.wish.keep and not asked.wish.only_kept:
            self._flights[asked.place] = flight, call
        recording = Recording(asked, flight, self.answers)
        try:
            await self._answer(asked, flight, recording, go)
        except SwitchgearError as error:
            flight.lose(None if asked.late else error)  # its client would wait no longer; others may
            raise
        except asyncio.CancelledError:
            flight.lose(None)
            raise
        finally:
            call.stays = call.spare = None
            if self._flights.get(asked.place, (None,))[0] is flight:
                del self._flights[asked.place]
            if not flight.over:
                flight.lose(InternalError("The call that this one waited for met a defect."))
            if self.answers.shared is not None:
                self.answers.shared.release(asked.place, *recording.became)

    async def _answer(self, asked: Asked, flight: Flight, recording: Recording, go: Go) -> None:
        kept, events = await self._elsewhere(asked)
        how: CacheResult = "hit"
        if events is None and self.semantic is not None and asked.policy.semantic:
            how = "semantic"
            kept, events = await self._alike(asked, recording, self.semantic)
        if kept is not None and events is not None:
            self._dress(asked, kept, how)
            flight.land(kept, events)
            await self._give(asked, kept, events, how)
            return
        if asked.wish.only_kept:
            raise NotCached("No answer is kept that this call could be given.", param="cache-control")
        self.answers.counts.misses += 1
        asked.call.tell("cache", "miss")
        asked.call.stays = partial(_stays, asked.call, flight)
        if asked.policy.stale_if_error:
            asked.call.spare = partial(self._spare, asked)
        await go(recording)

    async def _alike(
        self, asked: Asked, recording: Recording, semantic: SemanticCache
    ) -> tuple[Kept | None, bytes | None]:
        """The answer to a question that means the same, where everything else of the request is the same."""
        call, request = asked.call, asked.request
        question = question_of(call.operation, request.fields)
        if question is None:
            return None, None
        scope = self._names.name(call.operation, asked.policy.identity, asked.tenant, question.fields, request.headers)
        meant = await semantic.read(scope, question.text)
        if meant is None:
            return None, None
        for name in () if asked.wish.fresh_only else semantic.find(meant, asked.policy.threshold):
            kept = self.answers.find(name, asked.now) or await self.answers.fetch(name, asked.now, asked.tenant)
            if kept is None or not asked.takes(kept):
                continue
            kept, events = await self._in_form(asked, name, kept)
            if events is not None:
                return kept, events
        recording.kept_as = partial(semantic.keep, meant)
        return None, None

    async def _elsewhere(self, asked: Asked) -> tuple[Kept | None, bytes | None]:
        """The answer that another process keeps, or is about to; it is waited for within bounds."""
        shared = self.answers.shared
        if shared is None or asked.wish.fresh_only:
            return None, None
        found = await self._fetched(asked)
        if found[1] is not None or asked.wish.only_kept or not asked.wish.keep:
            return found
        for _ in range(_MOST_FAILURES):
            if await shared.lead(asked.place):
                return await self._fetched(asked)  # it may have come while the lock was asked for
            became, kept = await shared.wait(asked.place, asked.name, asked.tenant, asked.takes)
            if kept is not None and self.answers.take(asked.name, kept):
                return await self._in_form(asked, asked.name, kept)
            if became != "failed":
                break
        return None, None

    async def _fetched(self, asked: Asked) -> tuple[Kept | None, bytes | None]:
        kept = await self.answers.fetch(asked.name, asked.now, asked.tenant)
        return (None, None) if kept is None or not asked.takes(kept) else await self._in_form(asked, asked.name, kept)

    async def _in_form(self, asked: Asked, name: bytes, kept: Kept) -> tuple[Kept, bytes | None]:
        """A kept answer with the form of it that is wanted, if there is one or it can be made."""
        events = kept.forms.get(asked.form)
        return (kept, events) if events is not None else await self._otherwise(asked, name, kept)


def _is_more(call: ModelCall, request: ModelRequest) -> bool:
    """Whether an answer is more than its words: made with files, or with an id of its own at the provider (sound, stored completions)."""
    fields = request.fields
    if request.body and request.marked(DIALECTS.get(call.operation, "")).files:
        return True
    return call.operation is Operation.CHAT and ("audio" in fields or bytes(fields.get("store", b"")) == _TRUE)


async def _within_patience(call: ModelCall, ended: Awaitable[Landed | Lost]) -> Landed | Lost:
    """How a flight ended, or that it did not while the client was willing to wait."""
    if call.patience is None:
        return await ended
    try:
        async with asyncio.timeout(call.patience - (time.perf_counter() - call.started)):
            return await ended
    except TimeoutError:
        provider = call.deployment.provider.name if call.deployment is not None else ""
        return Lost(out_of_patience(call.name, call.patience, provider))


def _stays(call: ModelCall, flight: Flight) -> bool:
    """Whether a call goes on although its client has left."""
    if not flight.stay():
        return False
    call.outcome, call.status, call.error = "abandoned", 499, "client_closed_request"
    return True


def _as_leader(call: ModelCall, leader: ModelCall) -> None:
    """Say of a call what is known of the one that it follows."""
    call.cache = "shared"
    call.model, call.deployment = leader.model, leader.deployment
    call.dropped, call.shaped, call.clamped = leader.dropped, leader.shaped, leader.clamped
    call.content_type = leader.content_type


def _called_off(call: ModelCall) -> ProviderDisconnected:
    """The error of a stream whose leader was cancelled in the middle of it."""
    provider = call.deployment.provider.name if call.deployment is not None else ""
    return ProviderDisconnected("The call that this answer came from was called off.", provider=provider)
