"""Sliding windows: never more than the limit in any span, and room again as soon as there is some."""

from __future__ import annotations

import random

from state_engines import MINUTE, START, Engine

from switchgear.state.base import Change, Check


def rpm(limit: int, amount: int = 1, span_ms: int = MINUTE) -> Check:
    return Check("key:k_1", "rpm", "window", limit, amount, span_ms)


async def test_a_limit_of_three_lets_three_through(engine: Engine) -> None:
    taken = [await engine.take("t", [rpm(3)]) for _ in range(4)]
    assert [one.allowed for one in taken] == [True, True, True, False]
    assert [one.standings[0].used for one in taken] == [1, 2, 3, 3]
    assert taken[3].refused == 0


async def test_room_comes_back_when_the_oldest_bucket_has_left_the_span(engine: Engine) -> None:
    await engine.take("a", [rpm(2)])
    engine.now += 30_000
    await engine.take("b", [rpm(2)])
    refused = await engine.take("c", [rpm(2)])
    assert not refused.allowed
    assert refused.retry_after_ms == START + 61_000 - engine.now
    engine.now += refused.retry_after_ms - 1
    assert not (await engine.take("c", [rpm(2)])).allowed
    engine.now += 1
    assert (await engine.take("c", [rpm(2)])).allowed
    assert not (await engine.take("d", [rpm(2)])).allowed


async def test_a_large_amount_waits_for_as_many_buckets_as_it_needs(engine: Engine) -> None:
    for _ in range(5):
        assert (await engine.take("t", [rpm(100, 20)])).allowed
        engine.now += 2_000
    refused = await engine.take("t", [rpm(100, 50)])
    assert refused.retry_after_ms == START + 4_000 + 61_000 - engine.now


async def test_an_amount_over_the_limit_never_fits_and_waits_until_all_is_free(engine: Engine) -> None:
    assert (await engine.take("t", [rpm(10, 11)])).retry_after_ms == 0
    await engine.take("t", [rpm(10, 4)])
    assert (await engine.take("t", [rpm(10, 11)])).retry_after_ms == 61_000


async def test_in_no_span_are_more_let_through_than_the_limit(engine: Engine) -> None:
    chance = random.Random(7)
    span, limit = 600, 20
    let_through: list[tuple[int, int]] = []
    for _ in range(600):
        engine.now += chance.choice((0, 0, 1, 3, 10, 40, 150))
        amount = chance.choice((1, 1, 2, 5))
        if (await engine.take("t", [rpm(limit, amount, span)])).allowed:
            let_through.append((engine.now, amount))
    for end, _ in let_through:
        assert sum(amount for at, amount in let_through if end - span < at <= end) <= limit
    assert len(let_through) > 100


async def test_nothing_is_taken_where_one_of_several_refuses(engine: Engine) -> None:
    checks = [
        Check("key:k_1", "tpm", "window", 1000, 100, MINUTE),
        Check("key:k_1", "usd:2026-11", "period", 50, 10, START + 10 * MINUTE),
        Check("key:k_1", "concurrency", "lease", 1, 1, MINUTE),
    ]
    assert (await engine.take("a", checks)).allowed
    refused = await engine.take("b", checks)
    assert (refused.allowed, refused.refused) == (False, 2)
    assert [one.used for one in refused.standings] == [100, 10, 1]


async def test_what_is_settled_corrects_the_bucket_it_was_taken_from(engine: Engine) -> None:
    first = await engine.take("a", [rpm(100, 60)])
    engine.now += 10_000
    await engine.take("b", [rpm(100, 40)])
    engine.now += 10_000
    engine.counters.settle("a", [Change("key:k_1", "rpm", "window", -50, first.at_ms, MINUTE)])
    assert (await engine.take("c", [rpm(100, 50)])).standings[0].used == 100
    engine.now = START + 61_000  # a's bucket has left, with the ten that it kept
    assert (await engine.look([rpm(100, 0)]))[0].used == 90


async def test_a_settlement_for_a_bucket_that_is_over_gives_nothing_back_and_counts_more_from_now(
    engine: Engine,
) -> None:
    first = await engine.take("a", [rpm(100, 60)])
    engine.now += 90_000
    await engine.take("b", [rpm(100, 10)])
    engine.counters.settle("a", [Change("key:k_1", "rpm", "window", -60, first.at_ms, MINUTE)])
    assert (await engine.look([rpm(100, 0)]))[0].used == 10
    engine.counters.settle("a", [Change("key:k_1", "rpm", "window", 30, first.at_ms, MINUTE)])
    assert (await engine.look([rpm(100, 0)]))[0].used == 40


async def test_a_settlement_never_makes_room_that_was_not_taken(engine: Engine) -> None:
    first = await engine.take("a", [rpm(10, 5)])
    engine.counters.settle("a", [Change("key:k_1", "rpm", "window", -50, first.at_ms, MINUTE)])
    assert (await engine.look([rpm(10, 0)]))[0].used == 0


async def test_a_clock_that_goes_back_frees_nothing(engine: Engine) -> None:
    await engine.take("a", [rpm(1)])
    engine.now -= 30_000
    assert not (await engine.take("b", [rpm(1)])).allowed
    engine.now = START + 60_999
    assert not (await engine.take("b", [rpm(1)])).allowed
    engine.now += 1
    assert (await engine.take("b", [rpm(1)])).allowed


async def test_scopes_and_names_are_counted_apart(engine: Engine) -> None:
    for scope, name in (
        ("key:a", "rpm"),
        ("key:b", "rpm"),
        ("key:a", "tpm"),
        ("key:a}b{", "rpm"),
        ("}", "rpm"),
        ("", "rpm"),
        ("\ud800", "\udfff"),
    ):
        one = Check(scope, name, "window", 1, 1, MINUTE)
        assert (await engine.take("t", [one])).allowed
        assert not (await engine.take("t", [one])).allowed
