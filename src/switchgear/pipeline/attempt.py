"""One attempt at one deployment: prepare, send, and hand the answer to the client, in the form it comes in."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from switchgear.access.keys import Keyring
from switchgear.core.calls import Usage
from switchgear.core.errors import InvalidAnswer, ProviderError, ProviderInvalidResponse
from switchgear.dialects.marks import may_name_files
from switchgear.dialects.surrogates import Halves
from switchgear.observe.logs import LogControl
from switchgear.pipeline.as_it_came import DIALECTS
from switchgear.pipeline.call import Measure, ModelCall, ModelRequest
from switchgear.pipeline.crossing import CrossingPassage
from switchgear.pipeline.file_owners import FileOwners
from switchgear.pipeline.forwarding import Forwarding, Holding
from switchgear.pipeline.prepare import Preparation, again
from switchgear.pipeline.record import Recorder
from switchgear.pipeline.refusals import body_refused, refusal, refused, stream_refused
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.road import COUNTED, Road
from switchgear.pipeline.silence import Silence
from switchgear.pipeline.thread import Thread
from switchgear.providers.base import Answer, Operation, Provider
from switchgear.providers.errors import error_in_body
from switchgear.providers.media import MEDIA, measured, passage_of
from switchgear.providers.passing import PASSINGS, Passage, Passing
from switchgear.routing.afford import afforded
from switchgear.routing.capacity import Capacity
from switchgear.routing.forecast import forecast
from switchgear.routing.trial import Trial

_STREAMS = (b"text/event-stream", b"application/x-ndjson")


class Attempts:
    """Tries deployments. One object serves every call.

    ``capacity`` counts for those who want a forecast, ``keyring`` knows whose key was revoked while a call waited.
    """

    def __init__(
        self,
        preparation: Preparation,
        recorder: Recorder,
        logs: LogControl,
        owners: FileOwners | None = None,
        capacity: Capacity | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self._keyring = keyring
        self._capacity = capacity
        self._preparation = preparation
        self._recorder = recorder
        self._logs = logs
        self._owners = owners

    async def send(self, call: ModelCall, request: ModelRequest, reply: Reply, trial: Trial) -> None:
        """Try one deployment. Raises SwitchgearError; LostRaceError when another attempt answered first."""
        call.deployment = trial.deployment
        if (
            call.thread is None
            and request.stream
            and trial.model.rules.recovery == "continue"
            and call.operation in DIALECTS
        ):
            call.thread = Thread()
        prepared = await self._preparation.prepare(call, request, trial.deployment, trial.model.answers)
        call.dropped, call.shaped = prepared.dropped, prepared.shaped
        if self._owners is not None:
            body = request.body or prepared.outgoing.body
            if request.marked(DIALECTS.get(call.operation, "")).files if request.body else may_name_files(body):
                await self._owners.check(call, body)
        if call.wants_forecast and call.ask is not None and self._capacity is not None:
            call.forecast = await forecast(self._capacity, call.ask, trial.deployment)
        road = Road(call, request, trial, reply, prepared, debug=self._logs.debug_enabled)
        if trial.on_win is not None:
            trial.told_lost = road.settle_unfinished
        queue = trial.deployment.queue
        if queue is None:
            await self._sent(road)
            return
        place = queue.enter(call.priority, call.tenant)
        if place is not None:
            came = time.perf_counter()
            try:
                await place
            except asyncio.CancelledError:
                queue.gave_up(place, call.priority)
                raise
            finally:
                trial.waited = time.perf_counter() - came
        try:
            if place is not None:
                self._look_again(call)
            await self._sent(road)
        finally:
            asked = trial.asked_at
            queue.leave(call.priority, time.perf_counter() - asked if asked is not None else None)

    def _look_again(self, call: ModelCall) -> None:
        """The call has waited: its key may be one no more. Raises AuthenticationError."""
        if self._keyring is not None and call.key is not None:
            self._keyring.by_id(call.key.id, time.time())

    async def _sent(self, road: Road) -> None:
        """Send what was prepared. Raises SwitchgearError, LostRaceError."""
        request, trial = road.request, road.trial
        rules = trial.model.rules
        trial.asked(time.perf_counter())
        try:
            if not request.stream or (rules.first_token is None and rules.between_tokens is None):
                await self._exchange(road)
            else:
                silence = Silence(road.provider.name, rules.first_token, rules.between_tokens)
                road.silence = silence
                await silence.over(self._exchange(road))
        except ProviderError as error:
            if error.reached and error.upstream_status is None:
                road.settle_unfinished()
            raise
        except asyncio.CancelledError:
            road.settle_unfinished()
            raise

    async def _exchange(self, road: Road) -> None:
        call, prepared = road.call, road.prepared
        outgoing = prepared.outgoing
        if road.debug:
            size, model = len(outgoing.body), road.trial.deployment.model
            road.tell("sending", provider=road.provider.name, deployment=model, bytes=size)
        with await road.provider.send(outgoing) as answer:
            if road.debug:
                road.tell("answered", provider=road.provider.name, status=answer.status)
            if not outgoing.dialect and call.operation in MEDIA:
                await self._media(road, answer)
            elif outgoing.stream:
                if not answer.header(b"content-type").lower().startswith(_STREAMS):
                    await _not_a_stream(road.provider, answer)
                await self._stream(road, _passage(road), answer)
            elif prepared.crossing is None:
                await self._whole(road, answer)
            else:
                await self._translated(road, answer)

    # ------------------------------------------------------------ answers that come whole

    async def _whole(self, road: Road, answer: Answer) -> None:
        call, request, provider = road.call, road.request, road.provider
        body = await answer.body()
        passing = PASSINGS[DIALECTS.get(call.operation, "chat")]
        usage, readable = _usage_of(passing, provider, body)
        if usage is None:
            counted = call.operation in COUNTED
            usage = passing.estimate_of(readable, request.prompt_characters) if counted else Usage()
        road.settle(usage)
        if road.may_be_milder and body_refused(DIALECTS[call.operation], readable, road.trial.deployment.target):
            raise refusal(provider.name)
        marked = passing.mark(readable, provider.name)
        if readable is body or marked != readable or call.operation is Operation.RESPONSES:  # which the edge reads
            body = marked
        road.commit()
        await self._recorder.record(call)
        road.reply.whole(call, body)

    async def _translated(self, road: Road, answer: Answer) -> None:
        """An answer that comes whole and is read: translated, checked, asked for again once where that is wished."""
        call, request, provider = road.call, road.request, road.provider
        crossing = road.prepared.crossing
        assert crossing is not None  # noqa: S101 - told by the caller
        came = await answer.body()
        told = crossing.read(came)
        usage = told.usage or crossing.estimate(told, request.prompt_characters)
        road.settle(usage)
        if road.may_be_milder and refused(told):
            raise refusal(provider.name)
        as_it_came = crossing.passes and not request.stream
        try:
            told = crossing.checked(told)
        except InvalidAnswer as error:
            if road.trial.model.answers != "repair" or not await afforded(call):
                raise
            with await provider.send(again(road.prepared, told, error.complaint)) as second:
                told = crossing.read(await second.body())
            usage += told.usage or crossing.estimate(told, request.prompt_characters)
            road.settle(usage)
            try:
                told = crossing.checked(told)
            except InvalidAnswer as again_wrong:
                raise again_wrong.asked_twice() from None
            as_it_came = False
        if as_it_came:
            body = PASSINGS[crossing.front.name].mark(came, provider.name)
        else:
            body = crossing.stream(told, usage) if request.stream else crossing.write(told, usage)
        call.unsaid = told.finish == "unsaid"
        road.commit()
        await self._recorder.record(call)
        if request.stream:
            road.begin()
            road.reply.end(body)
        else:
            road.reply.whole(call, body)

    async def _media(self, road: Road, answer: Answer) -> None:
        """An answer beside chat; whether it comes as a stream is for the provider to say, as some ignore the wish."""
        call, provider = road.call, road.provider
        call.content_type = answer.header(b"content-type")
        spoken = road.request.prompt_characters
        passage = passage_of(provider.name, call.operation, call.content_type, provider.redact, spoken)
        call.streamed = passage is not None
        if passage is not None:
            await self._stream(road, passage, answer, passage)
            return
        body = await answer.body()
        told = measured(provider.name, call.operation, call.content_type, body, provider.redact)
        road.settle(told.usage, told)
        road.commit()
        await self._recorder.record(call)
        road.reply.whole(call, body)

    # ------------------------------------------------------------ answers that are handed on while they come

    async def _stream(self, road: Road, reader: Passage, answer: Answer, measure: Measure | None = None) -> None:
        call, request, reply = road.call, road.request, road.reply
        words = reader.words if isinstance(reader, CrossingPassage) else None
        holding = self._holding(road)
        forwarding = Forwarding(road.provider.name, (reader, answer, reply), holding, road.silence, words)
        reply.listen(forwarding.pressed)
        try:
            await _pipe(answer, reader, forwarding)
            rest = reader.finish()
            forwarding.finished(rest)
            if not holding.over and road.may_be_milder and _refused(road, reader, holding.held + rest):
                raise refusal(road.provider.name)
        except BaseException:  # cut, abandoned or failed: what passed so far is counted, then it goes on
            if forwarding.heard:
                road.settle(reader.usage or reader.estimate(request.prompt_characters), measure)
            raise
        finally:
            forwarding.close()
            reply.listen(None)
        if not forwarding.begun:
            rest = forwarding.held + rest
            road.begin(said=bool(rest))
        usage = reader.usage or reader.estimate(request.prompt_characters)
        call.unsaid = isinstance(reader, CrossingPassage) and reader.unsaid
        road.settle(usage, measure)
        call.tally()
        await self._recorder.record(call)
        reply.end(rest + reader.ending(usage if call.thread is None else call.usage))

    def _holding(self, road: Road) -> Holding:
        dialect = DIALECTS.get(road.call.operation, "chat" if road.call.operation is Operation.COMPLETION else "")
        rules = road.trial.model.rules
        patient = rules.first_token is not None
        return Holding(partial(_begin, road), dialect, whole=rules.recovery == "hold", patient=patient)


async def _pipe(answer: Answer, reader: Passage, forward: Forwarding) -> None:
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


def _usage_of(passing: Passing, provider: Provider, body: bytes) -> tuple[Usage | None, bytes]:
    """The usage in a whole answer, and the answer as it can be read: text that was cut within a character is no reason to refuse it.

    Raises ProviderError.
    """
    try:
        return passing.usage_of(provider.name, body, provider.redact), body
    except ProviderInvalidResponse:
        mended = Halves().mended(body)
        if mended == body:
            raise
        return passing.usage_of(provider.name, mended, provider.redact), mended


def _begin(road: Road, held: bytes) -> None:
    """Begin a stream, unless what was held of it is a refusal without a word. Raises ContentPolicyViolation, LostRaceError."""
    if road.may_be_milder and road.prepared.crossing is None:
        dialect, target = DIALECTS[road.call.operation], road.trial.deployment.target
        if stream_refused(dialect, held, target):
            raise refusal(road.provider.name)
    road.begin()


def _refused(road: Road, reader: Passage, events: bytes) -> bool:
    """Whether a stream that ended, with nothing of it handed on, is a refusal without a word."""
    if isinstance(reader, CrossingPassage):
        return reader.refused
    events += reader.ending(Usage())
    return stream_refused(DIALECTS[road.call.operation], events, road.trial.deployment.target)


def _passage(road: Road) -> Passage:
    crossing, thread = road.prepared.crossing, road.call.thread
    if crossing is not None:
        if thread is not None:
            thread.attempt(road.provider.name, road.trial.deployment.model)
        return CrossingPassage(crossing, thread, strict=road.trial.model.rules.recovery != "error")
    passing = PASSINGS[DIALECTS.get(road.call.operation, "chat")]
    provider = road.provider
    return passing.reader(provider.name, provider.redact, show_usage=road.request.wants_usage)
