"""How much a request takes: on requests that were held out, well above chance, with and without sentence vectors."""

from __future__ import annotations

import importlib.util
import random
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from switchgear.providers.local.models import MINILM
from switchgear.routing.auto.complexity import LEVELS, Complexity, Judge, Weights
from switchgear.routing.auto.features import Features

ROOT = Path(__file__).parents[3]
needs_numpy = pytest.mark.skipif(find_spec("numpy") is None or bool(MINILM.missing()), reason='needs the extra "local"')


@pytest.fixture(scope="module")
def learning() -> ModuleType:
    spec = importlib.util.spec_from_file_location("auto_weights", ROOT / "scripts" / "auto_weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def held_out(learning: ModuleType, inputs: Any, levels: Any, learn: Any) -> float:
    """The share of requests whose level was found by what was learned from the others, over five parts."""
    import numpy as np

    places = list(range(len(levels)))
    random.Random(7).shuffle(places)
    right = 0
    for part in range(5):
        left = places[part::5]
        taught = [place for place in places if place not in set(left)]
        weights = learn(inputs[taught], levels[taught])
        scores = np.hstack([inputs[left], np.ones((len(left), 1))]) @ weights
        right += int((scores.argmax(1) == levels[left]).sum())
    return right / len(levels)


@needs_numpy
def test_requests_that_were_held_out_are_told_apart(learning: ModuleType) -> None:
    """Chance has a third. The levels are of about the same size, and neither length nor language gives them away."""
    import numpy as np

    texts, languages, levels = learning.read_examples()
    assert len(texts) >= 200
    assert len(set(languages)) >= 8
    assert min(np.bincount(levels)) > 0.28 * len(levels)
    plain = learning.number_inputs(texts)
    both = np.hstack([learning.vectors_of(texts), plain])
    assert held_out(learning, plain, levels, learning.learn_numbers) > 0.65
    assert held_out(learning, both, levels, learning.learn_vectors) > 0.75


@needs_numpy
def test_the_weights_are_those_of_the_examples(learning: ModuleType) -> None:
    shipped = Weights.shipped()
    advice = "run: python scripts/auto_weights.py"
    assert shipped.examples == learning.examples_hash(), advice
    assert shipped.model == MINILM.files[0].sha256, advice
    texts, _, levels = learning.read_examples()
    assert msgspec.json.encode(
        [
            [round(float(x), 4) for x in column]
            for column in learning.learn_numbers(learning.number_inputs(texts), levels).T
        ]
    ) == msgspec.json.encode(shipped.numbers), advice


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Weights.shipped())


def test_a_greeting_is_simple_and_a_proof_is_hard(judge: Judge) -> None:
    assert judge.judge(Features("Hello there!")).level == "simple"
    hard = "Design a distributed consensus protocol and prove its correctness under every failure."
    assert judge.judge(Features(hard)).level == "hard"


def test_what_comes_with_a_text_makes_it_harder(judge: Judge) -> None:
    text = "Summarise what was said."
    plain = judge.judge(Features(text)).score
    assert judge.judge(Features(text, tools=True)).score > plain
    assert judge.judge(Features(text, prompt_tokens=100_000)).score > plain
    assert judge.judge(Features(text, effort="high")).score > plain > judge.judge(Features(text, effort="none")).score


def test_probabilities_are_some(judge: Judge) -> None:
    for vector in (None, [0.05] * 384):
        found = judge.judge(Features("How does a fridge work?"), vector)
        assert found.simple + found.medium + found.hard == pytest.approx(1.0)
        assert 0 <= found.score <= 1
        assert found.by_vector is (vector is not None)


def test_an_even_guess_is_none() -> None:
    assert not Complexity(0.34, 0.33, 0.33).sure
    assert Complexity(0.8, 0.1, 0.1).sure
    assert Complexity(0.2, 0.3, 0.5).level == "hard"
    assert LEVELS == ("simple", "medium", "hard")
