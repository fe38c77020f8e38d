"""How many fallbacks a call used, as a person counts them."""

from __future__ import annotations

import pytest

from switchgear.core.attempts import FALLBACK, HEDGE, fallbacks_used
from switchgear.core.calls import Attempt


def tried(deployment: str, outcome: str = "failed", why: str = "after provider_error") -> Attempt:
    return Attempt("p", deployment, 0.0, outcome=outcome, why=why)  # type: ignore[arg-type] - a test's own words


@pytest.mark.parametrize(
    ("attempts", "count"),
    [
        ([], 0),
        ([tried("a", "ok", "first")], 0),
        ([tried("a"), tried("a", "ok")], 0),
        ([tried("a"), tried("b", "ok")], 1),
        ([tried("a"), tried("b"), tried("a"), tried("b", "ok")], 1),
        ([tried("a"), tried("b"), tried("a"), tried("c", "ok", f"{FALLBACK}provider_error")], 1),
        ([tried("a", "lost"), tried("b", "ok", f"{HEDGE}0.20 s of silence")], 0),
        ([tried("a"), tried("b", "failed", f"{HEDGE}0.20 s of silence"), tried("c", "ok")], 1),
        ([tried("a"), tried("b", "skipped"), tried("c", "ok", f"{FALLBACK}provider_error")], 1),
    ],
)
def test_models_that_were_fallen_back_to_are_counted_and_not_every_change_of_deployment(attempts, count):
    assert fallbacks_used(tuple(attempts)) == count
