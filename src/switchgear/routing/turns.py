"""Whose turn it is: the deployments of one model in the order of its policy, and when each may be tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from switchgear.core.calls import Priority
from switchgear.core.errors import NotSupported, ProviderRateLimited, SwitchgearError
from switchgear.routing.directory import Deployment
from switchgear.routing.retry import Remedy, pause_before, remedy_for
from switchgear.routing.rules import RouteRules

_SHORTEST_PAUSE = 0.02
"""Seconds that are waited at least, so that a moment which is only just ahead is not looked at in a loop."""


class Turn:
    """One deployment's place in the order. ``tries`` are those it had, ``not_before`` the clock's time of its next one."""

    __slots__ = ("deployment", "not_before", "tries")

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.tries = 0
        self.not_before = 0.0


class Turns:
    """The turns of one call at one model. ``random`` draws from 0 to 1; times are seconds of one clock."""

    __slots__ = ("_patience", "_priority", "_random", "_rules", "_turns", "error")

    def __init__(
        self,
        order: Sequence[Deployment],
        rules: RouteRules,
        random: Callable[[], float],
        priority: Priority = Priority.NORMAL,
    ) -> None:
        self._priority = priority
        self._turns = [Turn(deployment) for deployment in order]
        self._rules = rules
        self._random = random
        self._patience = rules.longest_pause
        self.error: SwitchgearError | None = None
        """What to tell the client if nothing more helps."""

    def next(self, now: float, but: Turn | None = None) -> Turn | None:
        """The first whose time has come, that is healthy and has a free place, other than ``but``; if there is none, one that is recovering."""
        first = self._turns[0] if self._turns else None
        if first is not None and first is not but and self._welcomes(first, now):
            return first
        ready = [turn for turn in self._turns if turn.not_before <= now and turn is not but]
        full: Turn | None = None
        for turn in ready:
            if turn.deployment.health.admits(now):
                queue = turn.deployment.queue
                if queue is None or queue.has_room(self._priority):
                    return turn
                full = full or turn
        if full is not None:
            return full
        return next((turn for turn in ready if turn.deployment.health.available(now)), None)

    def _welcomes(self, turn: Turn, now: float) -> bool:
        """Whether it may be tried at once."""
        if turn.not_before > now:
            return False
        queue = turn.deployment.queue
        if queue is not None and not queue.has_room(self._priority):
            return False
        return turn.deployment.health.admits(now)

    def pause(self, now: float) -> float | None:
        """Seconds until it is the next one's turn; None when there is none, or it is not worth the wait."""
        soonest = min((max(turn.not_before, turn.deployment.health.retry_at) for turn in self._turns), default=None)
        if soonest is None:
            return None
        wait = max(soonest - now, _SHORTEST_PAUSE)
        if wait > self._patience:
            return None
        self._patience -= wait
        return wait

    def soonest(self, now: float) -> float:
        """Seconds until a deployment may be tried again, however long that is."""
        return max(min((turn.deployment.health.retry_at for turn in self._turns), default=now) - now, 0.0)

    @property
    def limited(self) -> bool:
        """Whether all that are left rest because of their providers' limits."""
        return all(ProviderRateLimited.code in turn.deployment.health.reason for turn in self._turns)

    def failed(self, turn: Turn, error: SwitchgearError, now: float) -> bool:
        """Take note of how a turn ended; whether anybody else can help."""
        if self.error is None or not isinstance(error, NotSupported):
            self.error = error
        turn.tries += 1
        remedy = remedy_for(error)
        if remedy is Remedy.AGAIN and turn.tries < self._rules.attempts:
            wait = error.retry_after
            if wait is None:
                wait = pause_before(turn.tries + 1, self._rules, self._random)
            turn.not_before = now + wait
            self._turns.remove(turn)
            self._turns.append(turn)  # whoever had no turn yet comes first, however short that pause is
        else:
            self.drop(turn)
        if remedy is Remedy.LARGER:
            self._turns = [one for one in self._turns if _larger(one.deployment, turn.deployment)]
        return remedy not in (Remedy.NONE, Remedy.MILDER)

    def drop(self, turn: Turn) -> None:
        """Leave a deployment out from here on."""
        self._turns.remove(turn)


def _larger(one: Deployment, other: Deployment) -> bool:
    """Whether a deployment is known to hold more than another, which was too small."""
    ours, theirs = one.capabilities.context, other.capabilities.context
    return ours is not None and (theirs is None or ours > theirs)
