"""What differs between Google's model families: how they are told to think, and what generation 3 brought.

Sources: https://ai.google.dev/gemini-api/docs/generate-content/thinking ("Thinking levels", "Set a thinking budget"),
https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking (levels by model) and
https://ai.google.dev/gemini-api/docs/thought-signatures. A level that no page lists for a model is not sent to it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from switchgear.core.canonical import Effort, ReasoningWish
from switchgear.dialects.effort import nearest, wished_budget, wished_effort

_DYNAMIC = -1
"""The thinking budget that leaves it to the model."""


class Family(msgspec.Struct, frozen=True):
    """Models that take the same fields.

    ``levels`` are the thinking levels it knows; a family without them may have a ``budget``, least and most tokens of
    thinking, which it can be told not to spend at all if it ``may_not_think``. ``third`` says that it is of generation 3 or
    later: it demands thought signatures, takes media in function responses, and searches beside functions.
    """

    levels: tuple[Effort, ...] = ()
    budget: tuple[int, int] | None = None
    may_not_think: bool = False
    third: bool = True


_ALL: tuple[Effort, ...] = ("minimal", "low", "medium", "high")
_WITHOUT_MINIMAL: tuple[Effort, ...] = ("low", "medium", "high")

_NEWEST = Family(levels=_WITHOUT_MINIMAL)
"""What every thinking model since Gemini 3.1 takes; also for names that tell nothing, as ``gemini-pro-latest``."""

_FAMILIES: tuple[tuple[re.Pattern[str], Family], ...] = tuple(
    (re.compile(pattern), family)
    for pattern, family in (
        (r"gemini-2\.5-.*(image|tts|audio)", Family(third=False)),
        (r"gemini-2\.5-pro", Family(budget=(128, 32_768), third=False)),
        (r"gemini-2\.5-flash-lite", Family(budget=(512, 24_576), may_not_think=True, third=False)),
        (r"gemini-(2\.5|robotics-er-1\.5)", Family(budget=(1, 24_576), may_not_think=True, third=False)),
        (r"gemini-([12]\b|exp|gemma)|gemma-[123]|learnlm|tunedModels/", Family(third=False)),
        (r".*-(image|tts)\b", Family()),
        (r"gemini-3-pro", Family(levels=("low", "high"))),
        (r"gemini-3(\.[1-6])?-flash", Family(levels=_ALL)),
    )
)


@lru_cache(maxsize=512)
def family_of(model: str) -> Family:
    """The family of a model by its name; one that is not known is taken for one of the newest."""
    name = model.removeprefix("models/")
    return next((family for pattern, family in _FAMILIES if pattern.match(name)), _NEWEST)


def thinking_config(wish: ReasoningWish, family: Family) -> dict[str, Any] | None:
    """``generationConfig.thinkingConfig`` for a wish, None where the family cannot be told how to think.

    A wish not to think at all becomes the least a model can do. Thoughts are shown where thinking was asked for, unless the
    wish says otherwise.
    """
    config: dict[str, Any]
    if family.levels:
        effort = wished_effort(wish)
        config = {} if effort is None else {"thinkingLevel": nearest(effort, family.levels)}
        thinks = effort != "none"
    elif family.budget:
        budget = _clamped(wished_budget(wish), family.budget, wish.adaptive, family.may_not_think)
        config = {} if budget is None else {"thinkingBudget": budget}
        thinks = budget != 0
    else:
        return None
    if thinks and wish.show is not False:
        config["includeThoughts"] = True
    return config


def _clamped(budget: int | None, bounds: tuple[int, int], adaptive: bool, may_not_think: bool) -> int | None:
    if budget is None:
        return _DYNAMIC if adaptive else None
    if budget < 0:
        return _DYNAMIC
    if budget == 0 and may_not_think:
        return 0
    least, most = bounds
    return min(max(budget, least), most)
