"""How much an Anthropic model is to think, and how long its answer may be.

Sources: https://platform.claude.com/docs/en/build-with-claude/extended-thinking (budgets: at least 1024, less than ``max_tokens``; with
them no forced tool choice, and a turn that goes on after tools begins with its thinking), ``/adaptive-thinking``, ``/effort``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from switchgear.core.canonical import Call, Effort, ReasoningWish
from switchgear.core.capabilities import Target
from switchgear.dialects.effort import BUDGETS, nearest, wished_budget, wished_effort
from switchgear.dialects.messages.models import ModelTraits

LEAST_BUDGET = 1024


class ThinkingPlan(msgspec.Struct):
    """What the request says: ``thinking`` and ``effort`` where any, and ``max_tokens``. ``on``: it will think."""

    max_tokens: int
    thinking: dict[str, Any] | None = None
    effort: str | None = None
    on: bool = False


def plan_thinking(
    call: Call,
    target: Target,
    traits: ModelTraits,
    turns: Sequence[dict[str, Any]],
    dropped: list[str],
    *,
    forced: bool,
) -> ThinkingPlan:
    """What ``call`` wishes as far as the model can; what it cannot is named in ``dropped``. ``forced``: a tool must be called."""
    most = target.capabilities.max_output
    plan = ThinkingPlan(call.max_tokens if call.max_tokens is not None else most or traits.max_output)
    plan.on = traits.always_thinks
    wish = call.reasoning
    if wish is None:
        return plan
    planner = _Planner(plan, call, wish, traits)
    planner.able = target.capabilities.reasoning is not False and (traits.budgets or traits.adaptive)
    if call.max_tokens is None and most is None:
        planner.more = True
    if not planner.plan(turns, forced=forced):
        dropped.append("thinking" if planner.native else "reasoning_effort")
    return plan


class _Planner:
    """One wish and where it leads. ``able``: the model thinks at all. ``more``: nobody said how long an answer may be."""

    def __init__(self, plan: ThinkingPlan, call: Call, wish: ReasoningWish, traits: ModelTraits) -> None:
        self._plan = plan
        self._call = call
        self._wish = wish
        self._traits = traits
        self.native = call.dialect == "messages"
        self.able = True
        self.more = False

    def plan(self, turns: Sequence[dict[str, Any]], *, forced: bool) -> bool:
        """Whether the wish can be said."""
        wish, traits = self._wish, self._traits
        if wish.effort == "none" or (wish.budget is not None and wish.budget <= 0):
            return self._off()
        if self.native and not wish.adaptive and wish.budget is None:  # effort of the whole answer, not of thinking
            return self._effort(wish.effort)
        if not self.able:
            return False
        if forced and not traits.always_thinks:
            if traits.adaptive:
                self._off()
            return False
        if traits.adaptive and (not traits.budgets or wish.budget is None):
            return self._adaptive()
        return self._enabled(turns)

    def _off(self) -> bool:
        if self._traits.always_thinks:
            return False
        if self.able:
            self._plan.thinking = {"type": "disabled"}
        return True

    def _effort(self, effort: Effort | None) -> bool:
        if effort is not None and self._traits.efforts:
            self._plan.effort = nearest(effort, self._traits.efforts)
        return effort is None or bool(self._traits.efforts)

    def _adaptive(self) -> bool:
        wish, plan = self._wish, self._plan
        effort = wished_effort(wish)
        if effort is None and not wish.adaptive:
            return True  # to be shown what is thought is not to ask for thinking
        self._effort(effort)
        plan.on = True
        plan.thinking = {"type": "adaptive"}
        show = wish.show
        if show is None and (wish.summary or self._call.dialect == "chat"):
            show = True  # some models leave the text out unless they are asked for it
        if show is not None:
            plan.thinking["display"] = "summarized" if show else "omitted"
        return True

    def _enabled(self, turns: Sequence[dict[str, Any]]) -> bool:
        """A budget that leaves room for the answer: a quarter of ``max_tokens`` unless the caller chose both."""
        wish, plan = self._wish, self._plan
        budget = wished_budget(wish)
        if budget is None:
            if not wish.adaptive:
                return True
            budget = BUDGETS["high"]  # what adaptive thinking takes for nothing said
        if _goes_on_without_thinking(turns):
            return False
        budget = max(budget, LEAST_BUDGET)
        if self.more:
            plan.max_tokens += budget
        room = plan.max_tokens - plan.max_tokens // 4
        if budget >= plan.max_tokens or (wish.budget is None and budget > room):
            budget = max(room, LEAST_BUDGET)
            if budget >= plan.max_tokens:
                plan.max_tokens += budget
        plan.on = True
        plan.thinking = {"type": "enabled", "budget_tokens": budget}
        if wish.show is not None:
            plan.thinking["display"] = "summarized" if wish.show else "omitted"
        if self.native:
            self._effort(wish.effort)
        return True


def _goes_on_without_thinking(turns: Sequence[dict[str, Any]]) -> bool:
    """Whether the last turn gives results to an assistant's turn whose thinking was lost on the way."""
    if len(turns) < 2 or turns[-1]["role"] == "assistant" or turns[-1]["content"][0].get("type") != "tool_result":
        return False
    before = next((turn for turn in reversed(turns) if turn["role"] == "assistant"), None)
    return before is not None and before["content"][0].get("type") not in ("thinking", "redacted_thinking")
