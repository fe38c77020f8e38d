"""How Google's model families are told to think."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.core.canonical import ReasoningWish
from switchgear.dialects.gemini.families import family_of, thinking_config

SHOWN = {"includeThoughts": True}


def config(model: str, wish: ReasoningWish) -> dict[str, Any] | None:
    return thinking_config(wish, family_of(model))


@pytest.mark.parametrize(
    ("model", "levels"),
    [
        ("gemini-3-pro-preview", ("low", "high")),
        ("gemini-3.1-pro-preview", ("low", "medium", "high")),
        ("gemini-3-flash-preview", ("minimal", "low", "medium", "high")),
        ("gemini-3.1-flash-lite", ("minimal", "low", "medium", "high")),
        ("models/gemini-3.6-flash", ("minimal", "low", "medium", "high")),
        ("gemini-3.7-flash", ("low", "medium", "high")),
        ("gemini-4-argon", ("low", "medium", "high")),
        ("gemini-pro-latest", ("low", "medium", "high")),
        ("gemini-3-pro-image-preview", ()),
        ("gemini-2.5-pro", ()),
        ("gemini-2.5-flash-image", ()),
        ("gemini-2.0-flash", ()),
        ("gemini-1.5-pro", ()),
        ("gemma-3-27b-it", ()),
        ("tunedModels/mine", ()),
    ],
)
def test_levels_are_those_that_google_lists(model: str, levels: tuple[str, ...]) -> None:
    assert family_of(model).levels == levels


@pytest.mark.parametrize(
    ("model", "third"),
    [
        ("gemini-3-pro-preview", True),
        ("gemini-3.1-flash-image", True),
        ("gemini-flash-latest", True),
        ("gemini-2.5-pro", False),
        ("gemini-2.5-flash-preview-tts", False),
        ("gemini-2.0-flash-lite", False),
        ("gemma-3-27b-it", False),
        ("gemma-4-31b-it", True),
    ],
)
def test_generation_3_is_known_by_name(model: str, third: bool) -> None:
    assert family_of(model).third is third


@pytest.mark.parametrize(
    ("model", "wish", "expected"),
    [
        ("gemini-3-pro-preview", ReasoningWish("medium"), {"thinkingLevel": "low"}),
        ("gemini-3-pro-preview", ReasoningWish("max"), {"thinkingLevel": "high"}),
        ("gemini-3.6-flash", ReasoningWish("xhigh"), {"thinkingLevel": "high"}),
        ("gemini-3.6-flash", ReasoningWish(budget=1024), {"thinkingLevel": "low"}),
        ("gemini-3.6-flash", ReasoningWish(budget=32_000), {"thinkingLevel": "high"}),
        ("gemini-2.5-pro", ReasoningWish("low"), {"thinkingBudget": 4096}),
        ("gemini-2.5-pro", ReasoningWish("max"), {"thinkingBudget": 32_768}),
        ("gemini-2.5-pro", ReasoningWish(budget=1), {"thinkingBudget": 128}),
        ("gemini-2.5-flash", ReasoningWish(budget=100_000), {"thinkingBudget": 24_576}),
        ("gemini-2.5-flash-lite", ReasoningWish(budget=100), {"thinkingBudget": 512}),
        ("gemini-2.5-flash", ReasoningWish(budget=-1), {"thinkingBudget": -1}),
        ("gemini-2.5-flash", ReasoningWish(adaptive=True), {"thinkingBudget": -1}),
        ("gemini-3.6-flash", ReasoningWish(show=True), {}),
        ("gemini-2.5-flash", ReasoningWish(show=True), {}),
    ],
)
def test_a_wish_is_put_within_the_familys_bounds(model: str, wish: ReasoningWish, expected: dict[str, Any]) -> None:
    assert config(model, wish) == expected | SHOWN


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gemini-3.6-flash", {"thinkingLevel": "minimal"}),
        ("gemini-3.8-flash", {"thinkingLevel": "low"}),
        ("gemini-3-pro-preview", {"thinkingLevel": "low"}),
        ("gemini-2.5-flash", {"thinkingBudget": 0}),
        ("gemini-2.5-flash-lite", {"thinkingBudget": 0}),
    ],
)
@pytest.mark.parametrize("wish", [ReasoningWish("none"), ReasoningWish(budget=0)])
def test_not_to_think_is_the_least_a_model_can(model: str, wish: ReasoningWish, expected: dict[str, Any]) -> None:
    assert config(model, wish) == expected


def test_a_model_that_cannot_stop_thinking_thinks_least() -> None:
    assert config("gemini-2.5-pro", ReasoningWish("none")) == {"thinkingBudget": 128} | SHOWN


@pytest.mark.parametrize("model", ["gemini-3.6-flash", "gemini-2.5-pro"])
def test_thoughts_may_be_kept_back(model: str) -> None:
    found = config(model, ReasoningWish("high", show=False))
    assert found is not None
    assert "includeThoughts" not in found


def test_a_model_that_cannot_think_is_told_nothing() -> None:
    assert config("gemini-2.0-flash", ReasoningWish("high")) is None
