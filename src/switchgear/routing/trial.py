"""One try of a call at one deployment, while it goes on."""

from __future__ import annotations

from collections.abc import Callable

from switchgear.core.calls import Attempt, Tried, Usage
from switchgear.core.errors import SwitchgearError
from switchgear.routing.directory import Deployment, Model

_LONGEST_MESSAGE = 500


class LostRaceError(Exception):
    """Another attempt of the same call has answered first."""


class Trial:
    """An attempt under way. Times are of ``time.perf_counter``.

    Nothing of the answer may reach the client before ``commit``; from then on no other attempt can answer the call.
    ``asked_at`` is when the provider was called, None until then; ``waited`` the seconds that the call stood in its queue before.
    ``told_lost`` is called when another attempt wins, so that what this one has cost by then is counted.
    """

    __slots__ = (
        "asked_at", "began_at", "committed", "cost", "deployment", "ended_at", "failure", "first_token", "model", "on_win", "outcome",
        "ticket", "told_lost", "usage", "waited", "why",
    )  # fmt: skip

    def __init__(self, model: Model, deployment: Deployment, began_at: float, why: str = "") -> None:
        self.model = model
        self.deployment = deployment
        self.began_at = began_at
        self.asked_at: float | None = None
        self.waited = 0.0
        self.ticket = 0
        self.ended_at: float | None = None
        self.first_token: float | None = None
        self.why = why
        self.committed = False
        self.outcome: Tried = "ok"
        self.failure: SwitchgearError | None = None
        self.usage: Usage | None = None
        self.cost: int | None = None
        self.on_win: Callable[[Trial], None] | None = None
        self.told_lost: Callable[[], None] | None = None

    def asked(self, now: float) -> None:
        """The provider is called now."""
        self.asked_at = now
        self.ticket = self.deployment.health.started(now)

    def began(self, now: float) -> None:
        """The first of the answer is here."""
        self.first_token = now
        if self.asked_at is not None:
            self.deployment.health.first_token(now - self.asked_at, self.ticket)

    def commit(self) -> None:
        """The answer of this attempt is the call's. Raises LostRaceError if another one was first."""
        if self.outcome == "lost":
            raise LostRaceError
        if not self.committed:
            self.committed = True
            if self.on_win is not None:
                self.on_win(self)

    def lose(self) -> None:
        """Another attempt has answered."""
        self.outcome = "lost"
        if self.told_lost is not None:
            self.told_lost()

    def failed(self, error: SwitchgearError, now: float) -> None:
        """The attempt ended with ``error``."""
        self.ended_at = now
        self.outcome = "cut" if self.committed else "failed"
        self.failure = error
        if self.asked_at is not None:
            self.deployment.health.failed(now, error, self.ticket)

    def done(self, now: float) -> None:
        """The attempt has answered."""
        self.ended_at = now
        if self.asked_at is not None:
            since = self.first_token if self.first_token is not None else self.asked_at
            tokens = self.usage.completion_tokens if self.usage is not None else 0
            self.deployment.health.succeeded(now, now - since, tokens, self.ticket)

    def given_up(self, now: float) -> None:
        """The client left, or another attempt was faster."""
        self.ended_at = now
        if self.outcome == "ok":
            self.outcome = "abandoned"
        if self.asked_at is not None:
            self.deployment.health.abandoned(now, self.ticket)

    @property
    def answered(self) -> bool:
        """Whether the call has its answer, whole."""
        return self.committed and self.ended_at is not None and self.failure is None

    def told(self, started: float, now: float) -> Attempt:
        """The attempt as it is recorded, for a call that was ``started`` then."""
        first = self.first_token
        ended = self.ended_at if self.ended_at is not None else now
        began = self.began_at
        deployment = self.deployment
        failure = self.failure
        return Attempt(
            deployment.provider.name,
            deployment.model,
            (began - started) * 1000,
            (ended - began) * 1000,
            (first - began) * 1000 if first is not None else None,
            self.outcome,
            failure.http_status if failure is not None else 200,
            failure.code if failure is not None else "",
            failure.message[:_LONGEST_MESSAGE] if failure is not None else "",
            self.usage,
            self.cost,
            self.why,
            self.waited * 1000,
        )
