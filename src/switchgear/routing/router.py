"""The fallback loop: which deployment is tried next, when, and when to give up.

Each deployment that fits is tried in the order of the model's policy. What failed for a passing reason is tried again after a pause,
as often as the rules say; then the model's fallbacks are asked. Errors that the client caused end the call at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from random import random as draw
from typing import Protocol

from switchgear.core.attempts import FALLBACK, HEDGE
from switchgear.core.errors import (
    DeploymentsResting,
    Overloaded,
    ProviderRateLimited,
    ProviderTimeout,
    SightNotSupported,
    SwitchgearError,
)
from switchgear.routing.afford import Affording, afforded
from switchgear.routing.capacity import Capacity, too_long
from switchgear.routing.directory import Deployment, Model
from switchgear.routing.estimate import Fits
from switchgear.routing.fit import fitting
from switchgear.routing.race import race
from switchgear.routing.retry import RetryBudget, fallbacks_after
from switchgear.routing.select import Ask, Ranking
from switchgear.routing.trial import Trial
from switchgear.routing.turns import Turn, Turns

Send = Callable[[Trial], Awaitable[None]]
"""Tries one deployment and hands its answer to the client. Raises SwitchgearError, and LostRaceError for a hedge that lost."""


class Journey(Affording, Protocol):
    """A call on its way through the attempts."""

    patience: float | None
    """Seconds that the client waits at most."""
    spare: Callable[[], Awaitable[bool]] | None
    """Asked whether there is an answer to give if nobody gives one now: then nobody's turn is waited for."""
    trials: list[Trial]
    """Every attempt in the order in which they began; deployments that were passed over too."""

    @property
    def once(self) -> bool:
        """Whether the request can be sent but once, such as an upload that is passed on while it comes."""
        ...

    @property
    def resumable(self) -> bool:
        """Whether another attempt can carry on the answer that the client has a part of."""
        ...

    def fallback(self, name: str) -> Model | None:
        """The model of that name."""
        ...

    def seeing(self, model: Model) -> Model | None:
        """The model that takes the calls with images of one that sees nothing, if the caller may use it."""
        ...


class Router:
    """Routes calls. ``clock`` counts seconds, ``random`` draws from 0 to 1; ``retry_share`` is that of ``RetryBudget``,
    ``capacity`` knows what fits where.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        random: Callable[[], float] = draw,
        retry_share: float = 0.2,
        capacity: Capacity | None = None,
    ) -> None:
        self._capacity = capacity
        self._clock = clock
        self._random = random
        self._share = retry_share
        self._budgets: dict[str, RetryBudget] = {}

    def run(self, model: Model, ask: Ask, journey: Journey, send: Send) -> Awaitable[None]:
        """Try until one deployment has answered. Raises the SwitchgearError that says best why none did."""
        total = journey.patience
        if total is None or (model.rules.total is not None and model.rules.total < total):
            total = model.rules.total
        if total is not None:
            return self._within(total, model, ask, journey, send)
        if model.rules.falls_back or model.vision_fallback:
            return self._with_fallbacks(model, ask, journey, send)
        return self._at(model, ask, journey, send)

    async def _within(self, total: float, model: Model, ask: Ask, journey: Journey, send: Send) -> None:
        try:
            async with asyncio.timeout(total):
                await self._with_fallbacks(model, ask, journey, send)
        except TimeoutError as error:
            tried = [trial.deployment.provider.name for trial in journey.trials if trial.outcome != "skipped"]
            provider = tried[-1] if tried else ""
            if tried and not any(trial.asked_at is not None for trial in journey.trials):
                raise _only_waited(total, journey.trials[-1].deployment) from error
            if total == journey.patience:
                raise out_of_patience(model.name, total, provider) from error
            raise ProviderTimeout(
                f'"{model.name}" was not done within {total:g} s (total).',
                provider=provider,
                hint="Try again, or raise timeouts.total of the model.",
            ) from error

    async def _with_fallbacks(self, model: Model, ask: Ask, journey: Journey, send: Send) -> None:
        asked = {model.name}
        waiting = [model]
        after: SwitchgearError | None = None
        while waiting:
            model = waiting.pop(0)
            try:
                await self._at(model, ask, journey, send, after)
            except SwitchgearError as error:
                after = error
                if journey.once or (not journey.resumable and any(trial.committed for trial in journey.trials)):
                    raise
                for other in self._fallbacks(model, error, journey):
                    if other.name not in asked:
                        asked.add(other.name)
                        waiting.append(other)
                if not waiting:
                    raise
            else:
                return

    @staticmethod
    def _fallbacks(model: Model, error: SwitchgearError, journey: Journey) -> list[Model]:
        if isinstance(error, SightNotSupported):
            seeing = journey.seeing(model)
            return [seeing] if seeing is not None else []
        found = (journey.fallback(name) for name in fallbacks_after(error, model.rules))
        return [other for other in found if other is not None]

    async def _at(
        self, model: Model, ask: Ask, journey: Journey, send: Send, after: SwitchgearError | None = None
    ) -> None:
        """Try the deployments of one model. Raises SwitchgearError when none answered."""
        candidates = self._able(model, ask, journey)
        if self._capacity is not None:
            found = self._capacity.fit(candidates, ask)
            candidates = self._holding(model, ask, journey, found if isinstance(found, Fits) else await found)
        ranks = model.policy.rank(candidates, ask) if len(candidates) > 1 else Ranking(candidates)
        ranking = ranks if isinstance(ranks, Ranking) else await ranks
        turns = Turns(ranking.order, model.rules, self._random, ask.priority)
        why = ranking.why if after is None else f"{FALLBACK}{after.code}"
        first = True
        while True:
            now = self._clock()
            turn = turns.next(now)
            if first:
                first = False
                if turn is None or turn.deployment is not ranking.order[0]:
                    self._note_resting(journey, model, ranking.order, turn, now)
            if turn is None:
                await self._rest(turns, model, now, journey.spare)
                continue
            if journey.trials:
                await self._check_room(journey, model, turn, turns.error or after)
            if turn.tries and not self._budget(turn.deployment).take():
                turns.drop(turn)
                self._pass_over(journey, model, turn.deployment, "its budget of retries is spent")
                continue
            trial = Trial(model, turn.deployment, now, why)
            failed = await self._take(turn, trial, (turns, ask, journey), send)
            if failed is None:
                return
            why = f"after {failed.code}"

    def _able(self, model: Model, ask: Ask, journey: Journey) -> Sequence[Deployment]:
        """The deployments that have what the call needs."""
        if len(model.deployments) == 1:
            return model.deployments
        fit = fitting(model.deployments, ask)
        for deployment, reason in fit.left_out:
            self._pass_over(journey, model, deployment, reason)
        return fit.candidates

    def _holding(self, model: Model, ask: Ask, journey: Journey, fits: Fits) -> Sequence[Deployment]:
        """Those of them that hold the prompt. Raises ContextLengthExceeded when it is too long for all."""
        for deployment, reason in fits.left_out:
            self._pass_over(journey, model, deployment, reason)
        if not fits.candidates:
            raise too_long(model.name, fits)
        if fits.clamps:
            ask.clamps.update(fits.clamps)
        return fits.candidates

    async def _check_room(self, journey: Journey, model: Model, turn: Turn, last: SwitchgearError | None) -> None:
        """Raise the ``last`` error where the limits have no room for what another attempt may cost."""
        if last is not None and not await afforded(journey):
            self._pass_over(journey, model, turn.deployment, "the limits have no room for another attempt")
            raise last

    async def _rest(self, turns: Turns, model: Model, now: float, spare: Callable[[], Awaitable[bool]] | None) -> None:
        """Wait for somebody's turn. Raises what to tell the client if that is not worth it."""
        pause = turns.pause(now)
        if pause is not None and not (spare is not None and await spare()):
            await asyncio.sleep(pause)
        elif turns.error is not None:
            raise turns.error
        elif turns.limited:
            raise ProviderRateLimited(
                f'Every deployment of "{model.name}" rests until the limit of its provider resets.',
                retry_after=turns.soonest(now),
            )
        else:
            raise DeploymentsResting(
                f'Every deployment of "{model.name}" is resting after errors.', retry_after=turns.soonest(now)
            )

    # ------------------------------------------------------------ attempts

    async def _take(
        self, turn: Turn, trial: Trial, where: tuple[Turns, Ask, Journey], send: Send
    ) -> SwitchgearError | None:
        """Take a turn, hedged if the rules say so; None when the call is answered, else the error after which others can help.

        Raises the error if nobody can.
        """
        turns, ask, journey = where
        if not turn.tries:
            self._budget(turn.deployment).called()
        hedge = self._hedge_after(trial, ask, journey)
        if hedge is None:
            journey.trials.append(trial)
            try:
                await send(trial)  # as _attempt does it; every frame between here and the provider costs each call
            except SwitchgearError as error:
                trial.failed(error, self._clock())
                return self._failed(turns, turn, trial, error, once=journey.once, resumable=journey.resumable)
            except BaseException:
                trial.given_up(self._clock())
                raise
            trial.done(self._clock())
            return None
        return await self._raced(turn, trial, hedge, (turns, journey), send)

    def _failed(
        self,
        turns: Turns,
        turn: Turn,
        trial: Trial,
        error: SwitchgearError,
        *,
        once: bool = False,
        resumable: bool = False,
    ) -> SwitchgearError:
        helpful = turns.failed(turn, error, self._clock())
        if once or not helpful or (trial.committed and not resumable):
            raise error
        return error

    def _hedge_after(self, trial: Trial, ask: Ask, journey: Journey) -> float | None:
        """Seconds of silence after which a second deployment is asked too."""
        after = trial.model.rules.hedge
        if after is None or not ask.dialect or journey.once:
            return None
        return after or trial.deployment.health.p95_first_token()

    async def _raced(
        self, turn: Turn, trial: Trial, after: float, where: tuple[Turns, Journey], send: Send
    ) -> SwitchgearError | None:
        turns, journey = where
        turn_of = {id(trial): turn}

        async def second() -> Trial | None:
            if not await afforded(journey) or trial.committed or trial.ended_at is not None:
                return None
            now = self._clock()
            other = turns.next(now, but=turn)
            if other is None or not self._budget(other.deployment).take():
                return None
            hedge = Trial(trial.model, other.deployment, now, f"{HEDGE}{after:.2f} s of silence")
            turn_of[id(hedge)] = other
            journey.trials.append(hedge)
            return hedge

        journey.trials.append(trial)
        run = await race(trial, second, after, lambda one: self._attempt(one, send))
        told: SwitchgearError | None = None
        for one in run:
            if one.answered:
                return None
            if one.failure is not None:
                told = self._failed(turns, turn_of[id(one)], one, one.failure, resumable=journey.resumable)
        return told

    async def _attempt(self, trial: Trial, send: Send) -> None:
        """One attempt, and what it tells of the deployment."""
        try:
            await send(trial)
        except SwitchgearError as error:
            trial.failed(error, self._clock())
            raise
        except BaseException:
            trial.given_up(self._clock())
            raise
        trial.done(self._clock())

    def _budget(self, deployment: Deployment) -> RetryBudget:
        name = deployment.provider.name
        budget = self._budgets.get(name)
        if budget is None:
            budget = self._budgets[name] = RetryBudget(self._share)
        return budget

    # ------------------------------------------------------------ who was passed over

    def _note_resting(
        self, journey: Journey, model: Model, order: Sequence[Deployment], turn: Turn | None, now: float
    ) -> None:
        for deployment in order:
            if turn is not None and deployment is turn.deployment:
                return
            self._pass_over(journey, model, deployment, deployment.health.refusal(now))

    def _pass_over(self, journey: Journey, model: Model, deployment: Deployment, reason: str) -> None:
        trial = Trial(model, deployment, self._clock(), reason)
        trial.outcome = "skipped"
        trial.ended_at = trial.began_at
        journey.trials.append(trial)


def _only_waited(seconds: float, deployment: Deployment) -> Overloaded:
    """What ends a call whose time was up before it had a place at a provider."""
    return Overloaded(
        f"The call waited {seconds:g} s for a place at {deployment.id}, where as many are under way as may, and was not sent.",
        retry_after=1.0,
    )


def out_of_patience(model: str, seconds: float, provider: str) -> ProviderTimeout:
    """What ends a call that took longer than its client would wait; ``provider`` is the one that was asked last."""
    return ProviderTimeout(
        f'"{model}" was not done within the {seconds:g} s that the client waits (x-switchgear-timeout).',
        provider=provider,
        hint="Try again, and allow it more time.",
    )
