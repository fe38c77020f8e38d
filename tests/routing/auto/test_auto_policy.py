"""The choice: the cheapest that is good enough, better ones by what is learned, and latency where nothing can be said."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from inspect import isawaitable
from random import Random
from typing import Any, cast

import msgspec
import pytest

from switchgear.core.calls import CallRecord, Usage
from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderOverloaded
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Card
from switchgear.providers.catalogue.prices import Price, nano, rates
from switchgear.routing.auto.complexity import Judge, Weights
from switchgear.routing.auto.memory import Choices
from switchgear.routing.auto.policy import Auto, Desk
from switchgear.routing.auto.scores import Scores
from switchgear.routing.deployment import Deployment
from switchgear.routing.qualities import usual_quality
from switchgear.routing.select import Ask, Ranking

SIMPLE = "What is the capital of France?"
HARD = "Design a distributed consensus protocol, prove its correctness and analyse the complexity of every failure."


class Account:
    stream_usage = True
    kind = "openai"
    embedded = False
    capabilities = Capabilities()

    def __init__(self, name: str) -> None:
        self.name = name


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Vectors:
    """An embedder that answers what it is told to."""

    def __init__(self, vector: Sequence[float] | None) -> None:
        self.made = vector
        self.asked: list[str] = []

    async def vector(self, text: str) -> Sequence[float] | None:
        self.asked.append(text)
        return self.made


def deployment(name: str, quality: float | None, dollars: float | None) -> Deployment:
    price = None
    if dollars is not None:
        price = Price(((0, rates(nano(dollars / 1e6), nano(dollars / 1e6))),))
    made = Deployment(cast("Provider", Account(name)), "a-model", Card(price=price))
    made.quality = quality
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    return Desk(Judge(Weights.shipped()), Scores(), Choices(clock), None, clock, Random(11))


def ask(text: str, call_id: str = "", key: str = "k_1", **fields: Any) -> Ask:
    request = {"messages": [{"role": "user", "content": text}], **fields}
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in request.items()}
    return Ask(
        len(text) // 4, None, raw, msgspec.json.encode(request), "chat", key, "chat/completions", call_id=call_id
    )


def ranked(policy: Auto, candidates: Sequence[Deployment], asked: Ask) -> Ranking:
    found = policy.rank(candidates, asked)
    assert not isawaitable(found)
    return cast("Ranking", found)


def names(ranking: Ranking) -> list[str]:
    return [one.provider.name for one in ranking.order]


def record(call_id: str, key: str, to: Deployment, outcome: str = "ok") -> CallRecord:
    return CallRecord(
        call_id, 0, key, "chat/completions", "any", to.provider.name, to.model, False, cast("Any", outcome), 200, "", Usage(), None, 1.0, None,
    )  # fmt: skip


GOOD, CHEAP = ("dear", 0.95, 10.0), ("cheap", 0.4, 0.1)


def test_simple_requests_go_to_the_cheapest_and_hard_ones_to_one_that_can(desk: Desk) -> None:
    both = [deployment(*GOOD), deployment(*CHEAP)]
    policy = Auto(desk, 0.7)
    simple, hard = ranked(policy, both, ask(SIMPLE)), ranked(policy, both, ask(HARD))
    assert names(simple) == ["cheap", "dear"]
    assert names(hard) == ["dear", "cheap"]
    assert simple.why.startswith("auto: simple (0.")
    assert "needs 0.70: cheap 0.79 $" in simple.why
    assert simple.why.endswith("→ cheap")
    assert hard.why.startswith("auto: hard (")


def test_the_floor_decides(desk: Desk) -> None:
    both = [deployment(*GOOD), deployment(*CHEAP)]
    assert names(ranked(Auto(desk, 0.3), both, ask(HARD)))[0] == "cheap"
    assert names(ranked(Auto(desk, 0.9), both, ask(SIMPLE)))[0] == "dear"


def test_where_none_is_good_enough_the_best_is_taken(desk: Desk) -> None:
    three = [deployment("a", 0.2, 1.0), deployment("b", 0.5, 5.0), deployment("c", 0.3, 2.0)]
    assert names(ranked(Auto(desk, 0.99), three, ask(HARD))) == ["b", "c", "a"]


def test_what_is_not_healthy_comes_last(desk: Desk, clock: Clock) -> None:
    cheap, dear = deployment(*CHEAP), deployment(*GOOD)
    for _ in range(20):
        ticket = cheap.health.started(clock.now)
        cheap.health.failed(clock.now, ProviderOverloaded("down"), ticket)
    found = ranked(Auto(desk, 0.7), [cheap, dear], ask(SIMPLE))
    assert names(found) == ["dear", "cheap"]
    assert "cheap open" in found.why


@pytest.mark.parametrize(
    ("text", "quality", "doubt"),
    [("", 0.4, "no text to judge by"), (SIMPLE, None, "cheap/a-model has no known quality")],
)
def test_where_nothing_can_be_said_latency_decides_and_says_so(
    desk: Desk, text: str, quality: float | None, doubt: str
) -> None:
    both = [deployment(*GOOD), deployment("cheap", quality, 0.1)]
    found = ranked(Auto(desk, 0.7), both, ask(text))
    assert found.why.startswith(f"auto: unsure, {doubt}: latency")
    assert sorted(names(found)) == ["cheap", "dear"]


def test_without_prices_latency_decides_among_the_good_enough(desk: Desk) -> None:
    three = [deployment("a", 0.9, None), deployment("b", 0.1, None), deployment("c", 0.95, None)]
    found = ranked(Auto(desk, 0.7), three, ask(HARD))
    assert set(names(found)[:2]) == {"a", "c"}
    assert names(found)[2] == "b"
    assert "no prices are known" in found.why


def test_one_with_a_price_comes_before_one_without(desk: Desk) -> None:
    both = [deployment("a", 0.9, None), deployment("b", 0.9, 100.0)]
    assert names(ranked(Auto(desk, 0.7), both, ask(HARD))) == ["b", "a"]


# ---------------------------------------------------------------- learning


def simulated(desk: Desk, truth: dict[str, float], rounds: int, text: str = HARD) -> list[str]:
    """Calls whose answers are good as often as ``truth`` says, each with an opinion; who answered."""
    candidates = [deployment("cheap", 0.75, 0.1), deployment("dear", 0.9, 10.0)]
    policy = Auto(desk, 0.7)
    world = Random(5)
    taken = []
    for _ in range(rounds):
        first = ranked(policy, candidates, ask(text)).order[0]
        good = world.random() < truth[first.provider.name]
        desk.scores.add(first.id, "hard", float(good), float(not good))
        taken.append(first.provider.name)
    return taken


def test_opinions_turn_it_away_from_one_that_disappoints(desk: Desk) -> None:
    taken = simulated(desk, {"cheap": 0.3, "dear": 0.92}, 300)
    assert taken[:5].count("cheap") >= 3
    assert taken[-100:].count("dear") >= 95


def test_opinions_keep_it_with_a_cheap_one_that_does(desk: Desk) -> None:
    taken = simulated(desk, {"cheap": 0.9, "dear": 0.92}, 300)
    assert taken[-100:].count("cheap") >= 95


def test_of_two_at_one_price_it_finds_the_better(desk: Desk) -> None:
    candidates = [deployment("a", 0.6, 1.0), deployment("b", 0.6, 1.0)]
    policy, world = Auto(desk, 0.95), Random(3)
    taken = []
    for _ in range(400):
        first = ranked(policy, candidates, ask(HARD)).order[0]
        good = world.random() < {"a": 0.5, "b": 0.8}[first.provider.name]
        desk.scores.add(first.id, "hard", float(good), float(not good))
        taken.append(first.provider.name)
    assert taken[-100:].count("b") >= 80


def test_levels_are_learned_apart(desk: Desk) -> None:
    both = [deployment(*GOOD), deployment(*CHEAP)]
    for _ in range(100):
        desk.scores.add("cheap/a-model", "simple", 0.0, 1.0)
    assert names(ranked(Auto(desk, 0.7), both, ask(SIMPLE)))[0] == "dear"
    assert desk.scores.of("cheap/a-model", "hard") == (0.0, 0.0)


def test_without_opinions_nothing_is_left_to_chance(desk: Desk) -> None:
    both = [deployment(*GOOD), deployment("cheap", 0.55, 0.1)]
    policy = Auto(desk, 0.7)
    assert {names(ranked(policy, both, ask(SIMPLE)))[0] for _ in range(50)} == {"cheap"}


# ---------------------------------------------------------------- questions asked again


def answered(desk: Desk, call_id: str, text: str, outcome: str = "ok", key: str = "k_1") -> None:
    both = [deployment(*GOOD), deployment(*CHEAP)]
    first = ranked(Auto(desk, 0.7), both, ask(text, call_id, key)).order[0]
    desk.choices.finished(record(call_id, key, first, outcome))


def bad(desk: Desk) -> float:
    return desk.scores.of("cheap/a-model", "simple")[1]


def test_a_question_that_is_asked_again_soon_counts_against_its_answer(desk: Desk, clock: Clock) -> None:
    answered(desk, "r1", SIMPLE)
    clock.now += 30
    answered(desk, "r2", SIMPLE + " Please!")
    assert 0 < bad(desk) < 1


@pytest.mark.parametrize("change", ["late", "other", "key", "failed"])
def test_other_questions_say_nothing(desk: Desk, clock: Clock, change: str) -> None:
    answered(desk, "r1", SIMPLE, "failed" if change == "failed" else "ok")
    clock.now += 200 if change == "late" else 5
    text = "Which planet is the nearest to the sun?" if change == "other" else SIMPLE
    answered(desk, "r2", text, key="k_2" if change == "key" else "k_1")
    assert bad(desk) == 0


def test_a_program_that_sends_the_same_all_the_time_says_little(desk: Desk, clock: Clock) -> None:
    for number in range(50):
        answered(desk, f"r{number}", SIMPLE)
        clock.now += 1
    assert bad(desk) < 1


def test_steps_of_an_agent_are_no_questions_asked_again(desk: Desk) -> None:
    both = [deployment(*GOOD), deployment(*CHEAP)]
    messages = [{"role": "user", "content": SIMPLE}]
    for number in range(4):
        first = ranked(Auto(desk, 0.7), both, ask("", f"r{number}", messages=messages)).order[0]
        desk.choices.finished(record(f"r{number}", "k_1", first))
        messages += [{"role": "assistant", "content": "looking"}, {"role": "tool", "content": str(number)}]
    assert bad(desk) == 0
    assert desk.scores.of("dear/a-model", "simple")[1] == 0


# ---------------------------------------------------------------- vectors


async def test_a_vector_is_asked_for_once_a_text(desk: Desk) -> None:
    vectors = Vectors([0.05] * 384)
    desk.embedder = vectors
    both = [deployment(*GOOD), deployment(*CHEAP)]
    first = await cast("Any", Auto(desk, 0.7).rank(both, ask(SIMPLE)))
    assert "by features" not in first.why
    assert isinstance(Auto(desk, 0.7).rank(both, ask(SIMPLE)), Ranking)
    assert vectors.asked == [SIMPLE]


async def test_without_a_vector_in_time_features_alone_decide(desk: Desk) -> None:
    desk.embedder = Vectors(None)
    found = await cast("Any", Auto(desk, 0.7).rank([deployment(*GOOD), deployment(*CHEAP)], ask(SIMPLE)))
    assert "by features" in found.why
    assert names(found)[0] == "cheap"


def test_vectors_can_be_done_without(desk: Desk) -> None:
    desk.embedder = Vectors([0.05] * 384)
    assert isinstance(Auto(desk, 0.7, embed=False).rank([deployment(*GOOD)], ask(SIMPLE)), Ranking)


async def test_of_a_long_text_its_ends_are_shown(desk: Desk) -> None:
    vectors = Vectors(None)
    desk.embedder = vectors
    await cast("Any", Auto(desk, 0.7).rank([deployment(*GOOD)], ask("a" * 5000 + "z" * 5000)))
    assert len(vectors.asked[0]) < 1300
    assert vectors.asked[0].startswith("aaa")
    assert vectors.asked[0].endswith("zzz")


# ---------------------------------------------------------------- qualities


def test_families_are_in_order() -> None:
    def quality(model: str) -> float:
        found = usual_quality(model)
        assert found is not None
        return found

    assert quality("claude-opus-4-6") > quality("claude-haiku-4-5") > quality("gpt-4o-mini") > quality("smollm2")
    assert quality("openai/gpt-5") > quality("gpt-5-mini") > quality("gpt-5-nano")
    assert quality("meta-llama/Llama-3.3-70B-Instruct") > quality("llama-3.1-8b-instant")
    assert usual_quality("somebody-s-own") is None


def test_prices_are_exact() -> None:
    assert nano(1e-6) == Decimal(1000)
