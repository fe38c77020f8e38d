"""What an error means for the models that a call falls back to, and how many retries a provider is spared."""

from __future__ import annotations

import pytest

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    DeploymentsResting,
    Overloaded,
    ProviderAuthenticationFailed,
    ProviderDeclined,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    SwitchgearError,
)
from switchgear.routing.retry import RetryBudget, fallbacks_after, pause_before
from switchgear.routing.rules import RouteRules

RULES = RouteRules(fallbacks=("other",), context_fallbacks=("larger",), content_fallbacks=("milder",))


@pytest.mark.parametrize(
    ("error", "models"),
    [
        (ProviderTimeout("late"), ("other",)),
        (ProviderRateLimited("later"), ("other",)),
        (ProviderAuthenticationFailed("who?"), ("other",)),
        (ProviderDeclined("not that"), ("other",)),
        (Overloaded("full"), ("other",)),
        (DeploymentsResting("all of them"), ("other",)),
        (ContextLengthExceeded("too long"), ("larger",)),
        (ContentPolicyViolation("no"), ("milder",)),
        (ProviderRefused("wrong"), ()),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SwitchgearError) else "",
)
def test_the_error_says_which_models_may_help(error: SwitchgearError, models: tuple[str, ...]) -> None:
    assert fallbacks_after(error, RULES) == models


def test_pauses_double_up_to_the_longest_and_are_drawn_from_all_below() -> None:
    rules = RouteRules(backoff=1.0, longest_pause=3.0)
    assert [pause_before(attempt, rules, lambda: 1.0) for attempt in (2, 3, 4)] == [1.0, 2.0, 3.0]
    assert pause_before(3, rules, lambda: 0.25) == 0.5


def test_a_provider_is_spared_more_retries_than_its_share() -> None:
    budget = RetryBudget(0.5)
    assert sum(budget.take() for _ in range(100)) == 10
    for _ in range(4):
        budget.called()
    assert [budget.take() for _ in range(3)] == [True, True, False]
