"""Selection policies: shares as said, the fast and the idle first, the ill last, the new neither starved nor flooded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any, cast

import pytest

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderTimeout
from switchgear.providers.catalogue import Card, Price
from switchgear.providers.catalogue.prices import rates
from switchgear.routing.deployment import Deployment
from switchgear.routing.health import DeploymentHealth
from switchgear.routing.select import POLICIES, Ask, Policy, Ranking


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Named:
    """A provider that is only a name."""

    kind = "openai"
    stream_usage = True
    capabilities = Capabilities()

    def __init__(self, name: str) -> None:
        self.name = name


def ask(prompt_tokens: int = 1000, max_tokens: int | None = None) -> Ask:
    return Ask(prompt_tokens, max_tokens, {}, b"", "chat", "k_1", "chat/completions")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def deployment(name: str, clock: Clock, *, weight: int = 1, card: Card | None = None) -> Deployment:
    health = DeploymentHealth(f"{name}/m", clock=clock, random=Random(1))
    return Deployment(cast("Any", Named(name)), "m", card, health, weight)


def policy(name: str, clock: Clock, seed: int = 7) -> Policy:
    return POLICIES[name](clock, Random(seed))


def ranked(chosen: Policy, candidates: Sequence[Deployment], asked: Ask | None = None) -> Ranking:
    ranking = chosen.rank(candidates, asked or ask())
    assert isinstance(ranking, Ranking)
    assert sorted(one.id for one in ranking.order) == sorted(one.id for one in candidates)
    return ranking


def first(chosen: Policy, candidates: Sequence[Deployment], asked: Ask | None = None) -> str:
    return ranked(chosen, candidates, asked).order[0].provider.name


def measured(one: Deployment, clock: Clock, ttft: float, speed: float = 100.0) -> None:
    ticket = one.health.started(clock.now)
    one.health.first_token(ttft, ticket)
    one.health.succeeded(clock.now, 200 / speed, 200, ticket)


def fail(one: Deployment, clock: Clock) -> None:
    for _ in range(5):
        ticket = one.health.started(clock.now)
        one.health.failed(clock.now, ProviderTimeout("No."), ticket)


def priced(dollars: float) -> Card:
    nano = Decimal(str(dollars)) * 1000
    return Card(price=Price(((0, rates(nano, nano * 4)),)))


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_orders_one_deployment(name: str, clock: Clock) -> None:
    only = deployment("only", clock)
    assert ranked(policy(name, clock), [only]).why.startswith(name)


@pytest.mark.parametrize("name", POLICIES)
def test_what_is_not_healthy_comes_last_and_the_reason_says_so(name: str, clock: Clock) -> None:
    ill, well, slow = (deployment(name, clock, card=priced(0.1)) for name in ("ill", "well", "slow"))
    fail(ill, clock)
    for _ in range(20):
        ranking = ranked(policy(name, clock), [ill, well, slow])
        assert ranking.order[-1] is ill
        assert "ill open" in ranking.why


@pytest.mark.parametrize("name", POLICIES)
def test_of_those_that_are_not_healthy_the_one_that_returns_first_is_first(name: str, clock: Clock) -> None:
    later, sooner = deployment("later", clock), deployment("sooner", clock)
    later.health.breaker.limited(clock.now, 60, "provider_rate_limited")
    sooner.health.breaker.limited(clock.now, 30, "provider_rate_limited")
    ranking = ranked(policy(name, clock), [later, sooner])
    assert ranking.order[0] is sooner
    assert "none is healthy" in ranking.why


@pytest.mark.parametrize("name", ["ordered", "cost", "weighted"])
def test_one_whose_pause_is_over_is_tried_in_its_turn(name: str, clock: Clock) -> None:
    preferred, other = deployment("preferred", clock, weight=1_000_000), deployment("other", clock)
    fail(preferred, clock)
    clock.now = preferred.health.retry_at
    assert first(policy(name, clock), [preferred, other]) == "preferred"
    preferred.health.started(clock.now)
    assert first(policy(name, clock), [preferred, other]) == "other"


def test_ordered_takes_the_first(clock: Clock) -> None:
    candidates = [deployment(name, clock) for name in "abc"]
    assert [one.provider.name for one in ranked(policy("ordered", clock), candidates).order] == ["a", "b", "c"]


def test_weighted_shares_calls_out_by_weight_and_those_of_a_failing_one_too(clock: Clock) -> None:
    candidates = [deployment(name, clock, weight=weight) for name, weight in (("a", 6), ("b", 3), ("c", 1))]
    weighted = policy("weighted", clock)
    orders = [[one.provider.name for one in ranked(weighted, candidates).order] for _ in range(4000)]
    firsts = Counter(order[0] for order in orders)
    for name, share in (("a", 0.6), ("b", 0.3), ("c", 0.1)):
        assert abs(firsts[name] / 4000 - share) < 0.05
    seconds = Counter(order[1] for order in orders if order[0] == "a")
    assert abs(seconds["b"] / firsts["a"] - 0.75) < 0.06
    assert ranked(weighted, candidates).why.startswith("weighted: a 6, b 3, c 1 → ")


def test_least_busy_takes_the_one_with_the_fewest_calls_and_then_the_fastest(clock: Clock) -> None:
    busy, idle, idler = (deployment(name, clock) for name in ("busy", "idle", "idler"))
    measured(idle, clock, 0.5)
    measured(idler, clock, 0.2)
    busy.health.started(clock.now)
    ranking = ranked(policy("least_busy", clock), [busy, idle, idler])
    assert [one.provider.name for one in ranking.order] == ["idler", "idle", "busy"]
    assert ranking.why == "least_busy: idler 0, idle 0, busy 1 → idler"


def test_latency_prefers_the_faster_and_says_how_fast(clock: Clock) -> None:
    slow, fast = deployment("slow", clock), deployment("fast", clock)
    measured(slow, clock, 1.0)
    measured(fast, clock, 0.1)
    ranking = ranked(policy("latency", clock), [slow, fast])
    assert ranking.order[0] is fast
    assert ranking.why == "latency: fast 2100 ms, slow 3000 ms → fast"


def test_latency_weighs_speed_by_how_long_the_answer_will_be(clock: Clock) -> None:
    prompt, steady = deployment("prompt", clock), deployment("steady", clock)
    measured(prompt, clock, 0.1, speed=20)
    measured(steady, clock, 1.0, speed=200)
    latency = policy("latency", clock)
    assert first(latency, [prompt, steady], ask(10, 8)) == "prompt"
    assert first(latency, [prompt, steady], ask(10, 4000)) == "steady"


def test_latency_spreads_calls_over_what_is_under_way(clock: Clock) -> None:
    candidates = [deployment(name, clock) for name in "abcd"]
    for one, ttft in zip(candidates, (0.2, 0.2, 0.4, 0.8), strict=True):
        measured(one, clock, ttft, speed=1e5)
    latency = policy("latency", clock)
    for _ in range(120):
        ranked(latency, candidates).order[0].health.started(clock.now)
    loads = [one.health.in_flight for one in candidates]
    assert loads[0] > loads[2] > loads[3] > 0
    assert max(loads) < 70


@pytest.mark.parametrize("name", ["latency", "least_busy"])
def test_a_new_deployment_gets_calls_and_is_not_flooded(name: str, clock: Clock) -> None:
    old = [deployment(each, clock) for each in "ab"]
    for one in old:
        measured(one, clock, 0.3)
    new = deployment("new", clock)
    chosen = policy(name, clock)
    for _ in range(60):
        ranked(chosen, [*old, new]).order[0].health.started(clock.now)
    assert 1 <= new.health.in_flight <= 21


def test_a_new_fleet_is_used_evenly(clock: Clock) -> None:
    candidates = [deployment(name, clock) for name in "abcde"]
    latency = policy("latency", clock)
    for _ in range(200):
        ranked(latency, candidates).order[0].health.started(clock.now)
    assert all(25 <= one.health.in_flight <= 60 for one in candidates)


def test_one_that_was_slow_long_ago_is_tried_again(clock: Clock) -> None:
    slow, fast = deployment("slow", clock), deployment("fast", clock)
    measured(slow, clock, 30.0)
    measured(fast, clock, 0.1)
    latency = policy("latency", clock)
    assert first(latency, [slow, fast]) == "fast"
    tried = 0
    for _ in range(600):
        clock.now += 1
        chosen = ranked(latency, [slow, fast]).order[0]
        # another call is always under way at the fast one
        if chosen is slow:
            tried += 1
            measured(slow, clock, 30.0)
        else:
            measured(fast, clock, 0.1)
            fast.health.in_flight = 1
    assert 1 <= tried <= 20


def test_cost_takes_the_cheapest_and_those_without_a_price_last(clock: Clock) -> None:
    unknown = deployment("unknown", clock)
    dear, cheap = deployment("dear", clock, card=priced(3.0)), deployment("cheap", clock, card=priced(0.5))
    ranking = ranked(policy("cost", clock), [unknown, dear, cheap], ask(1000, 100))
    assert [one.provider.name for one in ranking.order] == ["cheap", "dear", "unknown"]
    assert ranking.why == "cost: cheap $0.0007, dear $0.0042, unknown ? → cheap"


def test_deployments_of_one_provider_are_told_by_their_id(clock: Clock) -> None:
    twins = [deployment("a", clock), deployment("a", clock)]
    assert ranked(policy("weighted", clock), twins).why == "weighted: a/m 1, a/m 1 → a/m"


def test_a_reason_names_a_few_of_many(clock: Clock) -> None:
    many = [deployment(f"p{number}", clock) for number in range(40)]
    for name in POLICIES:
        assert len(ranked(policy(name, clock), many).why) < 120
