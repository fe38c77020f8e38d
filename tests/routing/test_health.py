"""What a deployment's health makes of calls: what counts against it, how fast it is, what it says."""

from __future__ import annotations

from random import Random

import pytest

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    InvalidAnswer,
    ModelUnavailable,
    NotSupported,
    ProviderAuthenticationFailed,
    ProviderDeclined,
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderMisconfigured,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    SwitchgearError,
)
from switchgear.core.health import BreakerChanged
from switchgear.routing.board import Board
from switchgear.routing.breaker import BreakerRules
from switchgear.routing.health import DeploymentHealth, counts
from switchgear.routing.pace import Pace
from switchgear.routing.quantiles import Quantiles


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> DeploymentHealth:
    return DeploymentHealth("openai/m", clock=clock, random=Random(1))


@pytest.mark.parametrize(
    "kind",
    [
        ProviderError, ProviderUnreachable, ProviderTimeout, ProviderDisconnected, ProviderInvalidResponse, ProviderOverloaded,
        ProviderRateLimited, ProviderQuotaExceeded, ProviderAuthenticationFailed, ProviderPermissionDenied, ProviderMisconfigured,
        ProviderModelNotFound, ModelUnavailable,
    ],
)  # fmt: skip
def test_what_other_calls_would_meet_too_counts_against_it(kind: type[SwitchgearError]) -> None:
    assert counts(kind("No."))


@pytest.mark.parametrize(
    "kind",
    [ProviderRefused, ProviderDeclined, ContextLengthExceeded, ContentPolicyViolation, InvalidAnswer, NotSupported],
)
def test_what_the_call_brought_on_itself_does_not(
    kind: type[SwitchgearError], health: DeploymentHealth, clock: Clock
) -> None:
    assert not counts(kind("No."))
    for _ in range(50):
        health.failed(clock.now, kind("No."), health.started(clock.now))
    assert (health.state, health.in_flight) == ("closed", 0)


def test_calls_under_way_are_counted_whatever_becomes_of_them(health: DeploymentHealth, clock: Clock) -> None:
    tickets = [health.started(clock.now) for _ in range(4)]
    assert health.in_flight == 4
    health.succeeded(clock.now, 1.0, 10, tickets[0])
    health.failed(clock.now, ProviderTimeout("No."), tickets[1])
    health.abandoned(clock.now, tickets[2])
    assert health.in_flight == 1


def test_a_limit_without_a_time_counts_as_a_failure(health: DeploymentHealth, clock: Clock) -> None:
    for _ in range(5):
        assert health.state == "closed"
        health.failed(clock.now, ProviderRateLimited("No."), health.started(clock.now))
    assert health.state == "open"


def test_it_says_why_it_takes_no_calls(health: DeploymentHealth, clock: Clock) -> None:
    assert health.refusal(clock.now) == ""
    health.failed(clock.now, ProviderRateLimited("No.", retry_after=20), health.started(clock.now))
    assert health.refusal(clock.now + 8) == "breaker open for 12 s (provider_rate_limited)"
    clock.now += 25
    assert health.available(clock.now)
    assert health.refusal(clock.now) == "coming back, takes 10% of its calls"


def test_the_first_token_of_a_probe_brings_it_back_and_a_cut_after_it_counts(
    health: DeploymentHealth, clock: Clock
) -> None:
    for _ in range(5):
        health.failed(clock.now, ProviderTimeout("No."), health.started(clock.now))
    clock.now = health.retry_at
    ticket = health.started(clock.now)
    health.first_token(0.3, ticket)
    assert health.state == "recovering"
    health.failed(clock.now + 1, ProviderDisconnected("Cut."), ticket)
    assert health.state == "open"


def test_a_slower_first_token_counts_at_once_and_a_faster_one_by_and_by() -> None:
    pace = Pace()
    pace.began(0.0, 0.2)
    pace.began(1.0, 2.0)
    assert pace.first == 2.0
    pace.began(2.0, 0.2)
    assert 1.5 < pace.first < 2.0
    for second in range(3, 60):
        pace.began(float(second), 0.2)
    assert pace.first == pytest.approx(0.2, abs=0.02)


def test_speed_follows_long_answers_more_than_short_ones() -> None:
    pace = Pace()
    pace.ended(0.0, 1.0, 100)
    pace.ended(0.0, 1.0, 3)
    assert 95 < pace.speed <= 100
    for _ in range(10):
        pace.ended(0.0, 20.0, 1000)
    assert 50 <= pace.speed < 51


@pytest.mark.parametrize("tokens", [0, -5])
def test_an_answer_without_tokens_says_nothing_of_speed(tokens: int) -> None:
    pace = Pace()
    pace.ended(0.0, 0.0, tokens)
    assert pace.speed == 0.0


def test_a_provider_that_claims_a_trillion_tokens_is_believed_a_million() -> None:
    pace = Pace()
    pace.ended(0.0, 1.0, 10**12)
    assert pace.speed == 1_000_000


def test_quantiles_are_within_a_tenth() -> None:
    random = Random(5)
    found = Quantiles()
    values = [random.lognormvariate(-1.0, 0.8) for _ in range(5000)]
    for value in values:
        found.add(0.0, value)
    values.sort()
    for share in (0.05, 0.5, 0.95, 0.99):
        assert found.at(share) == pytest.approx(values[int(share * len(values))], rel=0.1)


def test_quantiles_forget_what_was_long_ago() -> None:
    found = Quantiles(period=300.0)
    for _ in range(100):
        found.add(0.0, 10.0)
    for _ in range(100):
        found.add(310.0, 0.1)
    assert found.at(0.9) == pytest.approx(10.0, rel=0.1)
    for _ in range(100):
        found.add(620.0, 0.1)
    assert found.at(0.99) == pytest.approx(0.1, rel=0.1)
    found.add(5000.0, 1.0)
    assert found.count == 1


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 0.001, 599.0, 1e6])
def test_quantiles_take_any_time(seconds: float) -> None:
    found = Quantiles()
    found.add(0.0, seconds)
    known = found.at(0.5)
    assert known is not None
    assert 0.0009 <= known <= 700


def test_a_95th_percentile_needs_observations(health: DeploymentHealth) -> None:
    for _ in range(19):
        health.first_token(0.5)
    assert health.p95_first_token() is None
    health.first_token(0.5)
    assert health.p95_first_token() == pytest.approx(0.5, rel=0.1)


def board(clock: Clock) -> tuple[Board, list[BreakerChanged]]:
    changes: list[BreakerChanged] = []
    made = Board(BreakerRules(errors=1), clock, Random(1), wall=clock)
    made.changed.append(changes.append)
    return made, changes


def test_a_deployment_has_one_health(clock: Clock) -> None:
    made, _ = board(clock)
    assert made.of("a/b") is made.of("a/b")
    assert made.find("a/c") is None


def test_changes_are_told_with_their_reason_and_when_it_is_tried_again(clock: Clock) -> None:
    made, changes = board(clock)
    health = made.of("a/b")
    health.noted = True
    health.failed(clock.now, ProviderRateLimited("No.", retry_after=9), health.started(clock.now))
    clock.now += 9
    made.settle()
    clock.now += 10
    made.settle()
    assert [(each.before, each.after, each.wait) for each in changes] == [
        ("closed", "open", 9.0),
        ("open", "recovering", 0.0),
        ("recovering", "closed", 0.0),
    ]
    assert changes[0].limited
    assert changes[0].at == 1_000_000


def test_names_that_only_a_client_thought_of_are_not_told_of(clock: Clock) -> None:
    made, changes = board(clock)
    health = made.of("a/nonsense")
    health.failed(clock.now, ProviderModelNotFound("No."), health.started(clock.now))
    assert health.state == "open"
    assert changes == []


def test_the_board_does_not_grow_with_names_and_keeps_what_is_in_use(clock: Clock) -> None:
    made, _ = board(clock)
    kept = made.of("a/kept")
    kept.noted = True
    busy = made.of("a/busy")
    busy.started(clock.now)
    for number in range(10_000):
        health = made.of(f"a/{number}")
        health.failed(clock.now, ProviderTimeout("No."), health.started(clock.now))
    assert len(list(made)) <= 4096
    assert made.find("a/kept") is kept
    assert made.find("a/busy") is busy
    clock.now += 1000
    made.settle()


def test_new_rules_hold_for_every_breaker(clock: Clock) -> None:
    made, _ = board(clock)
    health = made.of("a/b")
    made.rules = BreakerRules(errors=3)
    for _ in range(2):
        health.failed(clock.now, ProviderTimeout("No."), health.started(clock.now))
    assert health.state == "closed"
    health.failed(clock.now, ProviderTimeout("No."), health.started(clock.now))
    assert health.state == "open"
