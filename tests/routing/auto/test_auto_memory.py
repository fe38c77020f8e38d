"""What is remembered: little, for a while, and no text."""

from __future__ import annotations

import pytest

from switchgear.routing.auto.memory import alike, sketch
from switchgear.routing.auto.scores import Scores, faded
from switchgear.routing.auto.vectors import VectorMemory

ALIKE = [
    ("What is the capital of France?", "what is  the capital of france"),
    ("Write a short poem about the sea and the wind.", "Write a short poem about the sea and the wind!!"),
    ("请用三句话总结这篇文章的主要内容。", "请用三句话总结这篇文章的主要内容"),
]
OTHERS = [
    ("What is the capital of France?", "How tall is the Eiffel tower?"),
    ("Write a poem about the sea.", "Translate this sentence into German."),
    ("中国的首都是哪里？", "三加五等于多少？"),
    ("", "Hello"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_nearly_the_same_is_alike(one: str, other: str) -> None:
    assert alike(sketch(one), sketch(other))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_another_question_is_not(one: str, other: str) -> None:
    assert not alike(sketch(one), sketch(other))


def test_a_sketch_is_small_however_long_the_text() -> None:
    assert len(sketch("word number " * 10_000)) <= 32
    assert len(sketch("\ud800" * 50)) <= 32


def test_old_opinions_fade() -> None:
    assert faded(300, 300) == (200, 200)
    assert faded(10, 5) == (10, 5)
    assert faded(-1, 5) == (0, 5)


def test_opinions_wait_until_they_are_kept() -> None:
    scores = Scores()
    scores.add("a/m", "hard", 1.0, 0.0)
    taken = scores.taken()
    assert [(one.deployment, one.level, one.good) for one in taken] == [("a/m", "hard", 1.0)]
    assert scores.taken() == []
    scores.give_back(taken)
    scores.add("a/m", "hard", 1.0, 0.0)
    scores.load([])
    assert scores.of("a/m", "hard") == (2.0, 0.0)
    assert scores.taken()[0].good == 2.0


def test_only_so_many_places_are_known() -> None:
    scores = Scores()
    for number in range(5000):
        scores.add(f"d{number}", "hard", 1.0, 0.0)
    assert len(scores.taken()) == 4096


def test_only_so_many_vectors_are_kept() -> None:
    memory = VectorMemory()
    for number in range(1100):
        memory.put(f"text {number}", [float(number)] * 384)
    assert memory.get("text 0") is None
    found = memory.get("text 1099")
    assert found is not None
    assert found[0] == 1099.0
