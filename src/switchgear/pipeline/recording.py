"""A reply that is kept while it is given, and given to those who follow as well."""

from __future__ import annotations

from collections.abc import Callable

from switchgear.cache.endings import ended
from switchgear.cache.exact import Answers
from switchgear.cache.flight import Flight
from switchgear.cache.kept import Kept
from switchgear.cache.shared import Became
from switchgear.pipeline.asked import Asked
from switchgear.pipeline.call import ModelCall


class Recording:
    """Writes the leader's answer to its reply, to the flight, and into the cache once it is whole.

    ``became`` is what other processes are told of it; ``kept_as`` is told the name that the answer is kept under.
    """

    __slots__ = ("_answers", "_asked", "_flight", "_reply", "became", "kept_as")

    def __init__(self, asked: Asked, flight: Flight, answers: Answers) -> None:
        self._asked = asked
        self._flight = flight
        self._answers = answers
        self._reply = asked.reply
        self.became: tuple[Became, Kept | None] = "failed", None
        self.kept_as: Callable[[bytes], None] | None = None

    def whole(self, call: ModelCall, body: bytes) -> None:
        """The answer, at once."""
        self._reply.whole(call, body)
        self._landed(call, body, body)

    def begin(self, call: ModelCall) -> None:
        """A streamed answer begins."""
        self._asked.begun = True
        self._reply.begin(call)
        self._flight.begin()

    def write(self, events: bytes) -> None:
        """Whole events of it."""
        self._flight.push(events)
        self._reply.write(events)

    def end(self, events: bytes) -> None:
        """The last of it."""
        call = self._asked.call
        self._reply.end(events)
        self._landed(call, self._flight.said(events), events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        self._flight.slow(pressure)
        self._reply.listen(self._flight.press_leader if pressure is not None else None)

    def _landed(self, call: ModelCall, said: bytes, rest: bytes) -> None:
        """The answer is whole: keep it if it is one to keep, and give it to those who follow. ``said`` is all of it, if it is known."""
        kept = self._kept(call, said)
        self._flight.land(kept, rest)
        self.became = ("made", kept) if self._keep(kept, said) else ("unmade", None)

    def _kept(self, call: ModelCall, said: bytes) -> Kept:
        """The answer. What other attempts cost that did not answer is not part of what it saves later."""
        asked, policy = self._asked, self._asked.policy
        usage, cost = call.usage, call.cost
        if len(call.trials) > 1:
            for trial in call.trials:
                if trial.committed:
                    usage, cost = trial.usage or call.usage, trial.cost
        place = -1
        for at, one in enumerate(asked.model.deployments):
            if one is call.deployment:
                place = at
        return Kept(
            asked.tenant, asked.model.name, asked.now, self._answers.clock(), policy.ttl, policy.stale_if_error, usage, cost,
            place, {asked.form: said}, call.content_type, call.dropped, call.shaped, call.clamped,
        )  # fmt: skip

    def _keep(self, kept: Kept, said: bytes) -> bool:
        """Keep the answer if it is one to keep; whether it is. What another model answered in the place of this one is not."""
        asked, answers = self._asked, self._answers
        if (
            asked.call.unsaid
            or not asked.wish.keep
            or not said
            or len(said) > answers.settings.max_answer_bytes
            or kept.place < 0
        ):
            return False
        if not ended(asked.call.operation, said, asked.request.fields):
            return False
        name = asked.name
        before = answers.find(name, asked.now)
        if before is not None and before.fresh(asked.now):
            if asked.wish.fresh_only:
                answers.rewritten(name)
            elif asked.form not in before.forms:  # it cannot be told in this form, so the two stand side by side
                name = asked.place
        if not answers.keep(name, kept):
            return False
        if self.kept_as is not None:
            self.kept_as(name)
        return True
