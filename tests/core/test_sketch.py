"""Quantiles from sketches: within the error promised, merged without loss, the same after a journey as bytes."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.sketch import ERROR, LARGEST, SMALLEST, Sketch

DURATIONS = st.lists(st.floats(min_value=0, max_value=LARGEST * 0.99), min_size=1, max_size=300)
SHARES = st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 1.0])


@given(DURATIONS, SHARES)
def test_a_quantile_is_within_one_percent_of_the_value_with_its_rank(values: list[float], share: float) -> None:
    told = Sketch(values).quantile(share)
    wanted = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    assert told is not None
    assert abs(told - wanted) <= ERROR * wanted * (1 + 1e-9) or (wanted <= SMALLEST and told == 0)


@given(DURATIONS, DURATIONS, DURATIONS)
def test_merged_sketches_are_the_sketch_of_all(a: list[float], b: list[float], c: list[float]) -> None:
    merged = Sketch(b)
    merged.merge(Sketch(c))
    merged.merge(Sketch(a))
    assert merged == Sketch([*a, *b, *c])
    assert merged.count == len(a) + len(b) + len(c)


@given(DURATIONS)
def test_order_does_not_matter(values: list[float]) -> None:
    assert Sketch(values).encode() == Sketch(values[::-1]).encode()


@given(st.lists(st.floats(), max_size=100))
def test_a_sketch_survives_as_bytes_whatever_it_counted(values: list[float]) -> None:
    made = Sketch(values)
    assert Sketch.decode(made.encode()) == made
    assert made.count == len(values)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_sketch_are_refused_or_harmless(data: bytes) -> None:
    try:
        made = Sketch.decode(data)
    except msgspec.MsgspecError:
        return
    assert made.quantile(0.5) is None or made.count > 0


def test_an_empty_sketch_takes_no_space_and_has_no_quantile() -> None:
    assert Sketch().encode() == b""
    assert Sketch.decode(b"") == Sketch()
    assert Sketch().quantile(0.5) is None


def test_ten_thousand_ordinary_durations_take_less_than_a_kilobyte() -> None:
    values = [20 * math.exp(number % 997 / 150) for number in range(10_000)]
    assert len(Sketch(values).encode()) < 1024


@pytest.mark.parametrize("value", [math.inf, 1e300, LARGEST])
def test_what_is_too_large_counts_as_the_largest(value: float) -> None:
    assert Sketch([value]).quantile(0.5) == pytest.approx(LARGEST, rel=2 * ERROR)


@pytest.mark.parametrize("value", [math.nan, -math.inf, -1.0, 0.0])
def test_what_is_no_duration_counts_as_zero(value: float) -> None:
    assert Sketch([value]).quantile(1.0) == 0
