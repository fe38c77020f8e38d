"""One table between effort and thinking budgets."""

from __future__ import annotations

import pytest

from switchgear.core.canonical import Effort, ReasoningWish
from switchgear.dialects.effort import BUDGETS, EFFORTS, effort_of, nearest, wished_budget, wished_effort


def test_more_effort_is_a_larger_budget() -> None:
    assert tuple(BUDGETS) == EFFORTS
    assert list(BUDGETS.values()) == sorted(set(BUDGETS.values()))


@pytest.mark.parametrize("effort", ["none", "low", "medium", "high"])
def test_the_efforts_every_model_knows_survive_being_a_budget(effort: Effort) -> None:
    assert effort_of(BUDGETS[effort]) == effort


@pytest.mark.parametrize(
    ("budget", "effort"),
    [
        (-1, "none"),
        (0, "none"),
        (1, "low"),
        (1024, "low"),
        (4000, "low"),
        (10_000, "medium"),
        (31_999, "high"),
        (128_000, "high"),
    ],
)
def test_a_budget_becomes_an_effort_that_every_model_knows(budget: int, effort: Effort) -> None:
    assert effort_of(budget) == effort


@pytest.mark.parametrize(
    ("effort", "taken", "found"),
    [
        ("high", ("low", "high"), "high"),
        ("minimal", ("low", "medium", "high"), "low"),
        ("max", ("low", "medium", "high"), "high"),
        ("medium", ("low", "high"), "low"),
        ("minimal", ("none", "high"), "high"),
        ("none", ("low", "high"), "low"),
        ("high", ("none",), "none"),
    ],
)
def test_an_effort_a_model_does_not_know_becomes_the_nearest_one(
    effort: Effort, taken: tuple[Effort, ...], found: Effort
) -> None:
    assert nearest(effort, taken) == found


def test_a_wish_is_read_in_either_form() -> None:
    assert wished_effort(ReasoningWish(effort="xhigh", budget=5)) == "xhigh"
    assert wished_effort(ReasoningWish(budget=5000)) == "low"
    assert wished_effort(ReasoningWish(show=True)) is None
    assert wished_budget(ReasoningWish(effort="low", budget=5)) == 5
    assert wished_budget(ReasoningWish(effort="low")) == 4096
    assert wished_budget(ReasoningWish(adaptive=True)) is None
