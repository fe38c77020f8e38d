"""Metrics of deployments' health: there is an end to their series."""

from __future__ import annotations

from switchgear.core.health import BreakerChanged, Probed
from switchgear.observe.health import DEPLOYMENTS, HealthMetrics
from switchgear.routing.board import Board


def test_changes_and_probes_are_counted_by_deployment() -> None:
    metrics = HealthMetrics(iter)
    for _ in range(3):
        metrics.on_change(BreakerChanged(0, "a/b", "closed", "open", "why"))
    metrics.on_change(BreakerChanged(0, "a/b", "closed", "open", "why", here=False))
    metrics.on_probe(Probed(0, "a/b", 1.0, ""))
    metrics.on_probe(Probed(0, "a/b", 1.0, "provider_timeout"))
    assert metrics.changes == {("a/b", "open"): 3}
    assert metrics.probes == {("a/b", "ok"): 1, ("a/b", "failed"): 1}


def test_names_without_end_become_one_series() -> None:
    board = Board()
    metrics = HealthMetrics(board.__iter__)
    for number in range(DEPLOYMENTS + 50):
        board.of(f"a/{number}").noted = True
        metrics.on_change(BreakerChanged(0, f"a/{number}", "closed", "open", "why"))
    assert metrics.changes["other", "open"] == 50
    assert len(metrics.standings()) == DEPLOYMENTS


def test_a_name_is_shown_without_control_characters() -> None:
    metrics = HealthMetrics(iter)
    metrics.on_change(BreakerChanged(0, "a/\x1b[2J", "closed", "open", "why"))
    assert list(metrics.changes) == [("a/\ufffd[2J", "open")]


def test_deployments_of_which_nothing_is_known_are_not_shown() -> None:
    board = Board()
    board.of("a/b")
    assert HealthMetrics(board.__iter__).standings() == []
