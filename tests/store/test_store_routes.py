"""Routes as they are kept: whole where they are of a usual size, bounded always, unreadable never fatal."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.calls import Attempt, Route, Step, Usage
from switchgear.store.routes import LARGEST_ROUTE, read, scrubbed, written
from switchgear.store.store import Store

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TIMES = st.integers(0, 10**10).map(lambda value: value / 1000)
NUMBERS = st.integers(0, 2**31)
USAGES = st.builds(Usage, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.booleans())
ATTEMPTS = st.builds(
    Attempt,
    TEXTS,
    TEXTS,
    TIMES,
    TIMES,
    st.none() | TIMES,
    st.sampled_from(["ok", "failed", "cut", "lost", "skipped", "abandoned"]),
    st.integers(0, 999),
    TEXTS,
    TEXTS,
    st.none() | USAGES,
    st.none() | NUMBERS,
    TEXTS,
    TIMES,
)
ROUTES = st.builds(
    Route,
    st.lists(st.builds(Step, TEXTS, TIMES, TEXTS), max_size=8).map(tuple),
    st.lists(ATTEMPTS, max_size=6).map(tuple),
)


@given(ROUTES)
def test_a_route_reads_back_the_same(route: Route) -> None:
    assert read(written(route)) == route


def test_no_route_is_no_route() -> None:
    assert written(None) is None
    assert read(None) is None


def test_a_huge_route_keeps_both_ends_and_the_beginnings_of_its_texts() -> None:
    huge = "x" * 5_000
    steps = tuple(Step(f"stage{number}", float(number), huge) for number in range(500))
    attempts = tuple(
        Attempt("p", "m", float(number), error=huge, message=huge, why=huge, outcome="failed") for number in range(500)
    )
    text = written(Route(steps, attempts))
    assert text is not None
    assert len(text.encode()) <= LARGEST_ROUTE
    kept = read(text)
    assert kept is not None
    assert [one.stage for one in kept.steps][:2] == ["stage0", "stage1"]
    assert (kept.steps[-1].stage, kept.attempts[-1].at_ms) == ("stage499", 499.0)
    assert kept.attempts[0].message == "x" * 100


def test_a_route_that_no_cutting_makes_small_is_not_kept() -> None:
    hostile = "\x01" * 5_000
    attempts = tuple(Attempt(hostile, hostile, 0.0, error=hostile, message=hostile, why=hostile) for _ in range(100))
    assert written(Route((), attempts)) is None


def test_what_this_version_cannot_read_is_no_route() -> None:
    for text in (
        "",
        "nonsense",
        "{}",
        "[[[1,2,3]]]",
        '[[],[["p","m",1,2,null,"new",200,"","",null,null,"",0]]]',
        "[" * 100_000,
    ):
        assert read(text) is None


async def test_a_hostile_route_costs_no_record(store: Store, record) -> None:
    nasty = "\x1b[31m\0\ud800"
    attempt = Attempt(nasty, nasty, math.nan, math.inf, -math.inf, message=nasty, why=nasty, error=nasty)
    route = Route((Step(nasty, math.nan, nasty),), (attempt,))
    one = record(route=route, message=nasty, team=nasty, user=nasty)
    store.writer.add(one)
    await store.writer.committed()
    kept = await store.usage.get(one.id)
    assert kept.message == kept.team == kept.user == "\x1b[31m\ufffd?"
    assert kept.route == scrubbed(route)
