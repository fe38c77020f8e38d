"""What calls add up to: for models as calls, for providers as attempts, in any order and in any parts."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from calls_made import calls
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.attempts import attempts_of, fallbacks_in
from switchgear.core.calls import Attempt, CallRecord, Route, Usage
from switchgear.core.sketch import Sketch
from switchgear.observe import tally as module
from switchgear.observe.tally import OF_ATTEMPTS, OF_CALLS, OTHERS, Merger, Tally
from switchgear.store.rollups import SUMS, Cell, Cells, Numbers, Rolled

SEEDS = st.integers(0, 2**32)
FAST = Cell("model", model="fast")


def tallied(records: Sequence[CallRecord]) -> Cells:
    tally = Tally()
    for record in records:
        tally.add(record)
    return tally.cells()


def one(**changes: object) -> CallRecord:
    values: dict[str, object] = {
        "id": "req_1", "at": 5, "key_id": "key_a", "endpoint": "chat/completions", "model": "fast", "provider": "openai",
        "deployment": "gpt", "streamed": False, "outcome": "ok", "status": 200, "error": "", "usage": Usage(10, 5), "cost": 7,
        "latency_ms": 100.0, "first_token_ms": 40.0, "team": "search",
    }  # fmt: skip
    return CallRecord(**(values | changes))  # type: ignore[arg-type]


def saved_by_a_fallback() -> CallRecord:
    tried = (
        Attempt(
            "openai", "gpt", 0.1, 8_000.0, outcome="failed", status=504, error="provider_timeout", message="In 8 s."
        ),
        Attempt("claude", "haiku", 8_001.0, 300.0, 290.0, usage=Usage(10, 5), cost=7),
    )
    return one(provider="claude", deployment="haiku", latency_ms=8_301.0, route=Route((), tried))


def test_a_call_that_a_fallback_saved_is_ok_for_its_model_and_a_failure_of_the_provider() -> None:
    cells = tallied([saved_by_a_fallback()])
    model, openai, claude = cells[FAST], cells[Cell("provider", "openai")], cells[Cell("provider", "claude")]
    assert (model.count, model.ok, model.failed, model.attempts, model.fallbacks) == (1, 1, 0, 2, 1)
    assert (openai.count, openai.ok, openai.failed, openai.cost) == (1, 0, 1, 0)
    assert (claude.count, claude.ok, claude.failed, claude.cost) == (1, 1, 0, 7)
    assert openai.latency.count == 0, "how fast it failed says nothing of how fast it is"
    assert claude.latency.quantile(0.5) == pytest.approx(300, rel=0.01)
    assert model.latency.quantile(0.5) == pytest.approx(8_301, rel=0.01)


def test_an_error_that_a_fallback_saved_a_call_from_is_in_a_group_all_the_same() -> None:
    tally = Tally()
    tally.add(saved_by_a_fallback())
    (group,) = tally.groups()
    assert (group.code, group.provider, group.deployment, group.pattern) == (
        "provider_timeout",
        "openai",
        "gpt",
        "In # s.",
    )
    assert (group.example_id, group.example, group.keys) == ("req_1", "In 8 s.", ("key_a",))
    numbers = tally.cells()[Cell("error", error=group.fingerprint)]
    assert (numbers.count, numbers.ok) == (1, 1)


def test_a_failed_call_is_one_error_and_not_one_more_for_its_attempt() -> None:
    tally = Tally()
    tried = Attempt("openai", "gpt", 0.1, outcome="failed", error="provider_timeout", message="In 8 s.")
    tally.add(one(outcome="failed", error="provider_timeout", message="In 8 s.", route=Route((), (tried,))))
    tally.add(one(outcome="failed", error="provider_timeout", message="In 9 s."))
    (group,) = tally.groups()
    assert tally.cells()[Cell("error", error=group.fingerprint)].count == 2


def test_an_error_that_no_provider_made_is_at_no_provider() -> None:
    tally = Tally()
    tally.add(one(outcome="failed", error="deployments_resting", message="All rest.", route=Route()))
    (group,) = tally.groups()
    assert (group.code, group.provider, group.deployment) == ("deployments_resting", "", "")
    assert Cell("provider", "openai") not in tally.cells()


def test_answers_from_the_cache_are_no_attempts() -> None:
    cells = tallied([one(cache="hit", saved=9), one(cache="miss"), one(cache="semantic", route=Route(), saved=None)])
    model = cells[FAST]
    assert (model.count, model.cache_hits, model.cache_misses, model.saved, model.attempts) == (3, 2, 1, 9, 1)
    assert cells[Cell("provider", "openai")].count == 1


def test_refused_calls_count_but_not_their_time() -> None:
    cells = tallied([one(outcome="refused", provider="", cost=None, usage=Usage())])
    assert (cells[FAST].count, cells[FAST].refused, cells[FAST].unpriced, cells[FAST].latency.count) == (1, 1, 0, 0)
    assert not [cell for cell in cells if cell.view in OF_ATTEMPTS]


def test_trying_again_at_the_same_deployment_is_no_fallback() -> None:
    failed = Attempt("openai", "gpt", 0.0, outcome="failed")
    skipped = Attempt("claude", "haiku", 0.0, outcome="skipped")
    assert fallbacks_in((failed, failed, Attempt("openai", "gpt", 0.0))) == 0
    assert fallbacks_in((failed, skipped, Attempt("claude", "opus", 0.0))) == 1
    assert fallbacks_in((skipped, Attempt("openai", "gpt", 0.0))) == 0
    lost = Attempt("openai", "gpt", 0.0, outcome="lost")
    assert fallbacks_in((lost, Attempt("claude", "haiku", 0.0))) == 0, "a hedge is none either"


@given(SEEDS)
def test_sums_equal_direct_sums_over_the_calls(seed: int) -> None:
    records = calls(seed, 40, 0, 60_000)
    cells = tallied(records)
    whole = cells[Cell("all")]
    assert whole.count == len(records)
    assert whole.cost == sum(record.cost or 0 for record in records)
    assert whole.prompt_tokens == sum(record.usage.prompt_tokens for record in records)
    assert whole.failed + whole.cut == sum(record.outcome in ("failed", "cut") for record in records)
    assert whole.latency == Sketch(record.latency_ms for record in records if record.outcome != "refused")
    for view in OF_CALLS:
        assert sum(numbers.count for cell, numbers in cells.items() if cell.view == view) == len(records)
    attempts = [attempt for record in records for attempt in attempts_of(record)]
    for view in OF_ATTEMPTS:
        of_view = [numbers for cell, numbers in cells.items() if cell.view == view]
        assert sum(numbers.count for numbers in of_view) == len(attempts)
        assert sum(numbers.cost for numbers in of_view) == sum(attempt.cost or 0 for attempt in attempts)
    openai = [attempt for attempt in attempts if attempt.provider == "openai"]
    if openai:
        assert cells[Cell("provider", "openai")].skipped == sum(attempt.outcome == "skipped" for attempt in openai)


@given(SEEDS)
def test_parts_merge_to_what_the_whole_is_and_order_does_not_matter(seed: int) -> None:
    records = calls(seed, 40, 0, 3_600_000)
    merger = Merger()
    for minute in range(60):
        part = [record for record in records if record.at // 60_000 == minute]
        merger.add([Rolled(minute * 60_000, cell, numbers) for cell, numbers in tallied(part).items()])
    random.Random(seed).shuffle(records)
    assert same(merger.cells(), tallied(records))


def same(left: Cells, right: Cells) -> bool:
    """Whether they are, but for the rounding of floating sums."""
    assert left.keys() == right.keys()
    for cell, numbers in left.items():
        for name in SUMS:
            assert getattr(numbers, name) == pytest.approx(getattr(right[cell], name)), (cell, name)
        assert (numbers.latency, numbers.first_token) == (right[cell].latency, right[cell].first_token)
    return True


def test_too_many_keys_are_counted_together_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CELLS", 10)
    records = [one(key_id=f"key_{number}", team=f"team_{number % 2}") for number in range(50)]
    records += [one(key_id="key_busy", team="team_0")] * 5
    cells = tallied(records)
    keys = {cell: numbers for cell, numbers in cells.items() if cell.view == "key"}
    assert len(keys) <= 10
    assert keys[Cell("key", key_id="key_busy", team="team_0")].count == 5
    assert {cell.key_id for cell in keys if cell.team == "team_1"} >= {OTHERS}
    assert sum(numbers.count for numbers in keys.values()) == 55
    assert cells[Cell("team", team="team_1")].count == 25, "other views have room"


def test_too_many_teams_fold_into_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CELLS", 10)
    cells = tallied([one(team=f"team_{number}", key_id=f"key_{number}") for number in range(50)])
    for view, others in (("team", Cell("team", team=OTHERS)), ("key", Cell("key", team=OTHERS, key_id=OTHERS))):
        of_view = {cell: numbers for cell, numbers in cells.items() if cell.view == view}
        assert (len(of_view), of_view[others].count) == (10, 41)


def test_numbers_merge_every_field() -> None:
    full = Numbers(**dict.fromkeys(SUMS, 2), latency=Sketch([1.0]), first_token=Sketch([2.0]))  # type: ignore[arg-type]
    empty = Numbers()
    empty.merge(full)
    assert empty == full
