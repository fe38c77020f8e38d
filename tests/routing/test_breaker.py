"""The circuit breaker: opens as said, lets one probe through, comes back by and by. The clock is the test's."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.core.health import BreakerState
from switchgear.routing.breaker import LONGEST_LIMIT, Breaker, BreakerRules

RULES = BreakerRules(errors=5, rate=0.5, calls=10, window=30.0, pause=5.0, longest_pause=300.0, recovery=10.0)


def breaker(rules: BreakerRules = RULES, seed: int = 1) -> tuple[Breaker, list[tuple[BreakerState, BreakerState]]]:
    changes: list[tuple[BreakerState, BreakerState]] = []
    made = Breaker(rules, Random(seed), lambda before, _now: changes.append((before, made.state)))
    return made, changes


def fail(made: Breaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        made.failed(now, "provider_timeout", made.started(now))


def succeed(made: Breaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        made.succeeded(now, made.started(now))


def opened(now: float = 100.0) -> Breaker:
    made, _ = breaker()
    fail(made, now, 5)
    return made


def test_it_opens_after_as_many_failures_in_a_row_as_said() -> None:
    made, changes = breaker()
    fail(made, 100.0, 4)
    assert made.state == "closed"
    fail(made, 100.0)
    assert made.state == "open"
    assert made.reason == "5 failures in a row: provider_timeout"
    assert changes == [("closed", "open")]
    assert not made.admits(100.0)


def test_a_success_between_failures_starts_the_row_anew() -> None:
    made, _ = breaker()
    for second in range(40):
        fail(made, 100.0 + 10 * second, 4)
        succeed(made, 100.0 + 10 * second, 5)
    assert made.state == "closed"


def test_it_opens_when_too_large_a_part_of_the_last_calls_failed() -> None:
    made, _ = breaker()
    for _ in range(5):
        assert made.state == "closed"
        succeed(made, 100.0)
        fail(made, 100.0)
    assert made.state == "open"
    assert made.reason == "5 of 10 calls failed within 30 s: provider_timeout"


def test_failures_of_long_ago_do_not_count() -> None:
    made, _ = breaker()
    for moment in (100.0, 140.0, 180.0, 220.0):
        for _ in range(4):
            succeed(made, moment)
            fail(made, moment)
    assert made.state == "closed"


def test_the_first_call_after_the_pause_is_the_probe_and_no_other_goes_beside_it() -> None:
    made = opened()
    assert not made.admits(made.retry_at - 0.001)
    now = made.retry_at
    assert made.admits(now)
    probe = made.started(now)
    assert made.state == "half_open"
    assert not made.admits(now)
    assert not made.admits(now + 1000)
    made.succeeded(now + 1, probe)
    assert made.state == "recovering"


def test_a_call_that_is_admitted_as_the_probe_has_its_place_kept_until_it_starts() -> None:
    made = opened()
    now = made.retry_at
    assert made.admits(now)
    assert not made.admits(now + 4.9)
    assert not made.available(now + 4.9)
    made.succeeded(now + 5, made.started(now + 4.9))
    assert made.state == "recovering"


def test_a_probe_that_never_starts_leaves_its_place_to_another_after_some_seconds() -> None:
    made = opened()
    assert made.admits(made.retry_at)
    assert made.admits(made.retry_at + 5.1)


def test_a_probe_that_fails_opens_it_again_for_longer() -> None:
    longest = []
    made, _ = breaker(seed=3)
    fail(made, 100.0, 5)
    now = 100.0
    for _ in range(12):
        longest.append(made.retry_at - now)
        now = made.retry_at
        made.failed(now, "provider_overloaded", made.started(now))
        assert made.state == "open"
    assert all(0.5 <= pause <= min(300.0, 5.0 * 2**count) for count, pause in enumerate(longest))
    assert max(longest[6:]) > 30.0


def test_a_probe_that_is_abandoned_leaves_its_place_to_the_next() -> None:
    made = opened()
    now = made.retry_at
    made.abandoned(made.started(now))
    assert made.state == "half_open"
    assert made.admits(now)
    made.succeeded(now, made.started(now))
    assert made.state == "recovering"


def test_it_comes_back_with_a_growing_share() -> None:
    made = opened()
    now = made.retry_at
    succeed(made, now)

    def admitted(after: float) -> float:
        return sum(made.admits(now + after) for _ in range(2000)) / 2000

    shares = [admitted(after) for after in (0.0, 3.0, 6.0, 9.0)]
    assert shares == sorted(shares)
    for share, wanted in zip(shares, (0.1, 0.3, 0.6, 0.9), strict=True):
        assert abs(share - wanted) < 0.08
    assert made.state == "recovering"
    assert made.admits(now + 10.0)
    assert made.state == "closed"
    assert made.reason == ""


def test_failing_while_it_comes_back_opens_it_at_once() -> None:
    made = opened()
    now = made.retry_at
    succeed(made, now)
    fail(made, now + 1)
    assert made.state == "open"
    assert made.reason == "failed while it came back: provider_timeout"


def test_one_failure_among_many_answers_does_not_stop_it_from_coming_back() -> None:
    made = opened()
    now = made.retry_at
    succeed(made, now, 20)
    fail(made, now + 1)
    assert made.state == "recovering"
    made.settle(now + 10)
    assert made.state == "closed"


def test_a_limit_opens_it_until_the_second_it_resets_and_needs_no_probe() -> None:
    made, changes = breaker()
    made.limited(100.0, 17.0, "provider_rate_limited")
    assert made.retry_at == 117.0
    assert not made.admits(116.999)
    made.settle(117.0)
    assert made.state == "recovering"
    made.settle(127.0)
    assert made.state == "closed"
    assert changes == [("closed", "open"), ("open", "recovering"), ("recovering", "closed")]


def test_the_latest_of_several_limits_holds() -> None:
    made, _ = breaker()
    made.limited(100.0, 17.0, "provider_rate_limited")
    made.limited(101.0, 5.0, "provider_rate_limited")
    assert made.retry_at == 117.0
    made.limited(101.0, 60.0, "provider_rate_limited")
    assert made.retry_at == 161.0


def test_a_limit_of_a_month_is_looked_at_again_after_a_day() -> None:
    made, _ = breaker()
    made.limited(100.0, 30 * 86_400.0, "provider_rate_limited")
    assert made.retry_at == 100.0 + LONGEST_LIMIT


def test_stragglers_of_before_neither_open_nor_close_it() -> None:
    made, _ = breaker()
    early = [made.started(100.0) for _ in range(10)]
    fail(made, 100.0, 5)
    made.succeeded(101.0, early[0])
    assert made.state == "open"
    now = made.retry_at
    probe = made.started(now)
    made.failed(now, "provider_timeout", early[1])
    assert made.state == "half_open"
    made.succeeded(now, probe)
    for ticket in early[2:]:
        made.failed(now, "provider_timeout", ticket)
    assert made.state == "recovering"


def test_an_answer_to_a_call_that_had_no_other_choice_brings_it_back() -> None:
    made = opened()
    now = 100.1
    assert not made.admits(now)
    fail(made, now, 3)
    assert made.state == "open"
    succeed(made, now)
    assert made.state == "recovering"


def test_a_reset_closes_it_and_forgets() -> None:
    made = opened()
    made.reset(101.0, "reset by admin")
    assert made.state == "closed"
    assert made.admits(101.0)
    assert made.totals(101.0) == (0, 0)


@pytest.mark.parametrize("state", ["open", "half_open", "recovering", "closed"])
def test_it_stands_as_another_process_says(state: BreakerState) -> None:
    for made in (breaker()[0], opened()):
        made.take(state, 101.0, 7.0, "told")
        assert made.state == state
        assert made.admits(101.0) is (state == "closed") or state == "recovering"
        assert made.available(108.0)


def test_times_are_those_of_the_rules_as_they_are_now() -> None:
    made, _ = breaker()
    made.rules = BreakerRules(errors=1, window=60.0)
    fail(made, 100.0)
    assert made.state == "open"


class _Deployment:
    """What hypothesis drives: calls that start when they are admitted, and end in some way, in any order."""

    def __init__(self, seed: int, rules: BreakerRules) -> None:
        self.now = 1000.0
        self.rules = rules
        self.changes: list[tuple[BreakerState, BreakerState]] = []
        self.made = Breaker(rules, Random(seed), lambda before, _: self.changes.append((before, self.made.state)))
        self.calls: list[tuple[int, bool]] = []

    def start(self) -> None:
        if not self.made.admits(self.now):
            return
        tried = self.made.state in {"open", "half_open"}
        if tried:
            assert not any(probing and each == self.made._epoch for each, probing in self.calls)
        ticket = self.made.started(self.now)
        if tried:
            assert self.made.state == "half_open"
            assert not self.made.admits(self.now)
        self.calls.append((ticket, tried))

    def end(self, which: int, how: int) -> None:
        if not self.calls:
            return
        ticket, _ = self.calls.pop(which % len(self.calls))
        match how:
            case 0:
                self.made.succeeded(self.now, ticket)
            case 1:
                self.made.failed(self.now, "provider_timeout", ticket)
            case 2:
                self.made.abandoned(ticket)
            case _:
                self.made.limited(self.now, 30.0, "provider_rate_limited")


_STEPS = st.one_of(
    st.tuples(st.just("start"), st.just(0), st.just(0)),
    st.tuples(st.just("end"), st.integers(0, 7), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.integers(1, 60), st.just(0)),
)
_ALLOWED = {
    ("closed", "open"),
    ("open", "half_open"),
    ("open", "recovering"),
    ("half_open", "recovering"),
    ("half_open", "open"),
    ("recovering", "open"),
    ("recovering", "closed"),
}


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 30), st.lists(_STEPS, max_size=120))
def test_whatever_happens_there_is_one_probe_at_most_and_a_way_back(
    seed: int, steps: list[tuple[str, int, int]]
) -> None:
    driven = _Deployment(seed, BreakerRules(errors=3, calls=4, pause=2.0, longest_pause=20.0, recovery=5.0))
    for what, first, second in steps:
        match what:
            case "start":
                driven.start()
            case "end":
                driven.end(first, second)
            case _:
                driven.now += first
        assert driven.made.retry_at <= driven.now + 30.0
        assert (driven.made.state == "closed") <= (driven.made.reason == "")
    assert set(driven.changes) <= _ALLOWED
    while driven.calls:
        driven.end(0, 2)
    driven.now += 30.0
    driven.start()
    assert driven.calls or driven.made.state == "recovering"
    while driven.calls:
        driven.end(0, 0)
    driven.made.settle(driven.now + 5.0)
    assert driven.made.state == "closed"
