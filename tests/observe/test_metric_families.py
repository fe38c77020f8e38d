"""Metrics of several workers as one."""

from __future__ import annotations

import re

from switchgear.observe.metrics import Metrics

States = list[tuple[int, bool, int]]


def counted(calls: int, in_flight: int, before: bytes = b"") -> bytes:
    """What a worker counted that made so many observations."""
    metrics = Metrics("1.2.3")
    metrics.before = before
    metrics.watch_in_flight(lambda: in_flight)
    for _ in range(calls):
        metrics.loop_lag.observe(0.002)
    return metrics.counted()


def rendered(workers: list[tuple[int, bytes]], states: States | None = None, accept: str = "") -> str:
    return Metrics().render_all(accept, workers, states or [])[0].decode()


def values(text: str, name: str) -> dict[str, float]:
    return {labels: float(value) for labels, value in re.findall(rf"^{name}(\S*) (\S+)$", text, re.MULTILINE)}


def test_counters_and_histograms_are_summed() -> None:
    text = rendered([(1, counted(3, 0)), (2, counted(4, 0))])
    assert values(text, "switchgear_event_loop_lag_seconds_count") == {"": 7}
    assert values(text, "switchgear_event_loop_lag_seconds_bucket")['{le="0.0025"}'] == 7
    assert values(text, "switchgear_event_loop_lag_seconds_bucket")['{le="0.001"}'] == 0


def test_gauges_are_told_apart_by_worker() -> None:
    text = rendered([(1, counted(0, 5)), (2, counted(0, 6))])
    assert values(text, "switchgear_calls_in_flight") == {'{worker="1"}': 5, '{worker="2"}': 6}


def test_what_is_alike_in_all_is_shown_once() -> None:
    text = rendered([(1, counted(0, 0)), (2, counted(0, 0))])
    assert values(text, "switchgear_build_info") == {'{version="1.2.3"}': 1}


def test_a_successor_goes_on_from_what_was_counted_and_gauges_begin_anew() -> None:
    text = rendered([(1, counted(2, 5, before=counted(10, 9)))])
    assert values(text, "switchgear_event_loop_lag_seconds_count") == {"": 12}
    assert values(text, "switchgear_calls_in_flight") == {'{worker="1"}': 5}


def test_workers_themselves_are_shown() -> None:
    text = rendered([], [(1, True, 0), (2, False, 3)])
    assert values(text, "switchgear_worker_ready") == {'{worker="1"}': 1, '{worker="2"}': 0}
    assert values(text, "switchgear_worker_restarts_total") == {'{worker="1"}': 0, '{worker="2"}': 3}


def test_openmetrics_is_written_where_it_is_asked_for() -> None:
    text = rendered([(1, counted(1, 0))], accept="application/openmetrics-text")
    assert text.endswith("# EOF\n")
