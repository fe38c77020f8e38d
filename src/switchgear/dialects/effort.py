"""Effort and thinking budgets: the one table by which a wish in one form becomes a wish in the other.

``medium`` and ``high`` are the numbers Google documents for its own OpenAI-compatible interface
(https://ai.google.dev/gemini-api/docs/openai, "Thinking"), ``minimal`` is the least budget Anthropic takes
(https://platform.claude.com/docs/en/build-with-claude/extended-thinking), ``xhigh`` the most a Gemini 2.5 model takes
(https://ai.google.dev/gemini-api/docs/thinking, "Thinking budgets"); ``low`` and ``max`` lie between and above. A dialect or
model with narrower bounds clamps what it gets from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import get_args

from switchgear.core.canonical import Effort, ReasoningWish

BUDGETS: Mapping[Effort, int] = MappingProxyType(
    {
        "none": 0,
        "minimal": 1024,
        "low": 4096,
        "medium": 8192,
        "high": 24_576,
        "xhigh": 32_768,
        "max": 64_000,
    }
)
"""Tokens of thinking for each effort, from least to most."""

EFFORTS: tuple[Effort, ...] = get_args(Effort)
"""Every effort, from least to most."""

_RANKS: dict[str, int] = {effort: rank for rank, effort in enumerate(EFFORTS)}
_LOW_BELOW = 6144
_MEDIUM_BELOW = 16_384


def effort_of(budget: int) -> Effort:
    """The effort nearest to a budget: ``none`` for 0 or less, else one of the three that every reasoning model knows.

    A budget with a meaning of its own (Gemini's -1) is the caller's to look at first.
    """
    if budget <= 0:
        return "none"
    if budget < _LOW_BELOW:
        return "low"
    return "medium" if budget < _MEDIUM_BELOW else "high"


def nearest(effort: Effort, taken: Collection[Effort]) -> Effort:
    """The one of ``taken`` nearest to ``effort``; of two equally near ones the lower. ``taken`` is not empty.

    Thinking is not switched on or off by rounding: ``none`` is the nearest to itself only, unless it is all there is.
    """
    if effort in taken:
        return effort
    some: list[Effort] = [one for one in taken if one != "none"]
    rank = _RANKS[effort]
    return min(some or taken, key=lambda one: (abs(_RANKS[one] - rank), _RANKS[one]))


def wished_effort(wish: ReasoningWish) -> Effort | None:
    """The effort of a wish in either form, None where only showing or adaptive thinking was asked for."""
    if wish.effort is not None:
        return wish.effort
    return None if wish.budget is None else effort_of(wish.budget)


def wished_budget(wish: ReasoningWish) -> int | None:
    """The budget in tokens of a wish in either form, None where only showing or adaptive thinking was asked for."""
    if wish.budget is not None:
        return wish.budget
    return None if wish.effort is None else BUDGETS[wish.effort]
