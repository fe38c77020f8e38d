"""Adding calls up: by model, key and team as calls, by provider and deployment as attempts, by fingerprint as errors.

A call that was saved by a fallback is ``ok`` for its model, key and team, and a failed attempt for the provider that failed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args

import msgspec

from switchgear.core.attempts import FAILED, FROM_CACHE, attempts_of, fallbacks_in
from switchgear.core.calls import Attempt, CallRecord, Usage
from switchgear.observe.fingerprints import fingerprint, pattern_of
from switchgear.store.error_groups import ErrorGroup
from switchgear.store.rollups import Cell, Cells, Dimension, Numbers, Rolled, View

OTHERS: Final = "*"
"""The value of a dimension that stands for all that were too many to be kept."""

MOST_CELLS: Final = 500
"""Cells of one view in one period; beyond, the smallest are counted together as OTHERS."""

DIMENSIONS: Final[dict[View, tuple[Dimension, ...]]] = {
    "all": (),
    "model": ("model",),
    "team": ("team",),
    "key": ("team", "key_id"),
    "team_model": ("team", "model"),
    "key_model": ("team", "key_id", "model"),
    "provider": ("provider",),
    "deployment": ("provider", "deployment"),
    "deployment_model": ("provider", "deployment", "model"),
    "error": ("error",),
}
"""What each view is by."""

OF_CALLS: Final[tuple[View, ...]] = ("all", "model", "team", "key", "team_model", "key_model")
OF_ATTEMPTS: Final[tuple[View, ...]] = ("provider", "deployment", "deployment_model")


class Tally:
    """Adds up the calls of one period."""

    def __init__(self) -> None:
        self._calls: dict[Cell, Numbers] = {}
        self._attempts: dict[Cell, Numbers] = {}
        self._errors: dict[Cell, Numbers] = {}
        self._groups: dict[str, ErrorGroup] = {}

    def add(self, record: CallRecord) -> None:
        """Count a call, its attempts and its errors."""
        attempts = attempts_of(record)
        cell = Cell("key_model", model=record.model, key_id=record.key_id, team=record.team)
        _add_call(_numbers(self._calls, cell), record, attempts)
        failed: Attempt | None = None
        for attempt in attempts:
            place = Cell("deployment_model", attempt.provider, attempt.deployment, record.model)
            _add_attempt(_numbers(self._attempts, place), attempt)
            if attempt.outcome in FAILED:
                failed = attempt
                self._add_error(record, attempt)
        if record.outcome in FAILED and (failed is None or failed.error != record.error):
            self._add_error(record, _as_attempt(record, attempts))

    def cells(self) -> Cells:
        """The sums of every view, each with at most MOST_CELLS cells."""
        found: dict[Cell, Numbers] = {}
        for view in get_args(View):
            finest = self._errors if view == "error" else self._calls if view in OF_CALLS else self._attempts
            found |= _fold(_projected(view, finest), view)
        return found

    def groups(self) -> list[ErrorGroup]:
        """The groups of the errors, those alone that have a cell of their own."""
        kept = {cell.error for cell in _fold(self._errors, "error")}
        return [group for group in self._groups.values() if group.fingerprint in kept]

    def _add_error(self, record: CallRecord, attempt: Attempt) -> None:
        pattern = pattern_of(attempt.message)
        group = ErrorGroup(
            fingerprint(attempt.error, attempt.provider, attempt.deployment, record.endpoint, pattern),
            attempt.error,
            attempt.status,
            attempt.provider,
            attempt.deployment,
            record.endpoint,
            pattern,
            record.at,
            record.at,
            (record.key_id,) if record.key_id else (),
            record.id,
            attempt.message,
        )
        numbers = _numbers(self._errors, Cell("error", error=group.fingerprint))
        numbers.count += 1
        if record.outcome not in FAILED:
            numbers.ok += 1
        before = self._groups.get(group.fingerprint)
        self._groups[group.fingerprint] = group if before is None else before.with_more(group)


class Merger:
    """Adds up roll-ups of shorter periods to those of a longer one."""

    def __init__(self) -> None:
        self._cells: dict[Cell, Numbers] = {}

    def add(self, parts: Iterable[Rolled]) -> None:
        """Count what was counted."""
        for part in parts:
            _numbers(self._cells, part.cell).merge(part.numbers)

    def cells(self) -> Cells:
        """The sums, each view with at most MOST_CELLS cells."""
        found: dict[Cell, Numbers] = {}
        for view in get_args(View):
            found |= _fold({cell: numbers for cell, numbers in self._cells.items() if cell.view == view}, view)
        return found


def _add_call(into: Numbers, record: CallRecord, attempts: tuple[Attempt, ...]) -> None:
    into.count += 1
    setattr(into, record.outcome, getattr(into, record.outcome) + 1)
    into.attempts += sum(attempt.outcome != "skipped" for attempt in attempts)
    into.fallbacks += fallbacks_in(attempts)
    if record.cache in FROM_CACHE:
        into.cache_hits += 1
        into.saved += record.saved or 0
    elif record.cache == "miss":
        into.cache_misses += 1
    _add_usage(into, record.usage, record.cost)
    if record.outcome != "refused":
        _add_times(into, record.latency_ms, record.first_token_ms, record.usage)


def _add_attempt(into: Numbers, attempt: Attempt) -> None:
    into.count += 1
    setattr(into, attempt.outcome, getattr(into, attempt.outcome) + 1)
    _add_usage(into, attempt.usage or Usage(), attempt.cost)
    if attempt.outcome == "ok":
        _add_times(into, attempt.ms, attempt.first_token_ms, attempt.usage or Usage())


def _add_usage(into: Numbers, usage: Usage, cost: int | None) -> None:
    into.prompt_tokens += usage.prompt_tokens
    into.completion_tokens += usage.completion_tokens
    into.cached_tokens += usage.cached_tokens
    into.cache_write_tokens += usage.cache_write_tokens
    into.reasoning_tokens += usage.reasoning_tokens
    if cost is not None:
        into.cost += cost
    elif usage.prompt_tokens or usage.completion_tokens:
        into.unpriced += 1


def _add_times(into: Numbers, ms: float, first_token_ms: float | None, usage: Usage) -> None:
    into.latency.add(ms)
    if first_token_ms is not None:
        into.first_token.add(first_token_ms)
    if usage.completion_tokens > 0:
        into.writing_ms += max(ms - (first_token_ms or 0.0), 0.0)


def _as_attempt(record: CallRecord, attempts: tuple[Attempt, ...]) -> Attempt:
    """What failed a call, where none of its attempts did; at no provider if none was asked."""
    told = Attempt("", "", 0.0, status=record.status, error=record.error, message=record.message)
    if all(attempt.outcome == "skipped" for attempt in attempts):
        return told
    return msgspec.structs.replace(told, provider=record.provider, deployment=record.deployment)


def _numbers(cells: dict[Cell, Numbers], cell: Cell) -> Numbers:
    found = cells.get(cell)
    if found is None:
        found = cells[cell] = Numbers()
    return found


def _projected(view: View, finest: dict[Cell, Numbers]) -> dict[Cell, Numbers]:
    """The sums by what ``view`` is by alone."""
    found: dict[Cell, Numbers] = {}
    for cell, numbers in finest.items():
        _numbers(found, Cell(view, **{name: getattr(cell, name) for name in DIMENSIONS[view]})).merge(numbers)
    return found


def _fold(cells: dict[Cell, Numbers], view: View) -> dict[Cell, Numbers]:
    """At most MOST_CELLS of ``cells``: the smallest go together, by the first of what the view is by where that is enough."""
    names = DIMENSIONS[view]
    if len(names) > 1:
        cells = _folded(cells, MOST_CELLS // 2, names[1:])
    return _folded(cells, MOST_CELLS - 1, names)


def _folded(cells: dict[Cell, Numbers], keep: int, names: tuple[Dimension, ...]) -> dict[Cell, Numbers]:
    if len(cells) <= MOST_CELLS:
        return cells
    ranked = sorted(cells, key=lambda cell: (-cells[cell].count, cell))
    folded = {cell: cells[cell] for cell in ranked[:keep]}
    others: dict[str, Any] = dict.fromkeys(names, OTHERS)
    for cell in ranked[keep:]:
        _numbers(folded, cell._replace(**others)).merge(cells[cell])
    return folded
