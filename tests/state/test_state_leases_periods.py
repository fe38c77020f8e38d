"""Leases that end with the call or lapse with its process, and budgets over a period."""

from __future__ import annotations

import pytest
from state_engines import MINUTE, START, Engine

from switchgear.state.base import Change, Check

LEASE = 15_000
END = START + 60 * MINUTE


def lease(limit: int, amount: int = 1) -> Check:
    return Check("key:k_1", "concurrency", "lease", limit, amount, LEASE)


def usd(limit: int, amount: int, end: int = END) -> Check:
    return Check("team:search", "usd:2026-11", "period", limit, amount, end)


def given_back() -> list[Change]:
    return [Change("key:k_1", "concurrency", "lease", -1, START, LEASE)]


async def test_a_lease_is_free_again_when_its_call_is_settled(engine: Engine) -> None:
    assert (await engine.take("a", [lease(2)])).standings[0].used == 1
    assert (await engine.take("b", [lease(2)])).standings[0].used == 2
    refused = await engine.take("c", [lease(2)])
    assert (refused.allowed, refused.retry_after_ms) == (False, 0)
    engine.counters.settle("a", given_back())
    assert (await engine.take("c", [lease(2)])).allowed


async def test_settling_a_lease_twice_gives_back_one(engine: Engine) -> None:
    await engine.take("a", [lease(2)])
    await engine.take("b", [lease(2)])
    engine.counters.settle("a", given_back())
    engine.counters.settle("a", given_back())
    assert (await engine.look([lease(2, 0)]))[0].used == 1


async def test_a_lease_that_nobody_renews_lapses(engine: Engine) -> None:
    await engine.take("a", [lease(1)])
    engine.now += LEASE - 1
    assert not (await engine.take("b", [lease(1)])).allowed
    engine.now += 1
    assert (await engine.take("b", [lease(1)])).allowed


async def test_a_renewed_lease_lives_on(engine: Engine) -> None:
    await engine.take("a", [lease(1)])
    engine.now += LEASE - 1
    engine.counters.renew("a", [lease(1)])
    engine.now += LEASE - 1
    assert not (await engine.take("b", [lease(1)])).allowed


async def test_looking_at_a_lease_takes_none(engine: Engine) -> None:
    for _ in range(3):
        assert (await engine.take("t", [lease(1, 0)])).allowed
    assert (await engine.take("t", [lease(1)])).allowed


async def test_a_period_counts_until_it_ends(engine: Engine) -> None:
    assert (await engine.take("a", [usd(100, 60)])).allowed
    refused = await engine.take("b", [usd(100, 60)])
    assert not refused.allowed
    assert refused.retry_after_ms == END - START
    engine.counters.settle("a", [])
    engine.now = END - 1
    assert not (await engine.take("b", [usd(100, 60)])).allowed
    engine.now = END
    assert (await engine.take("b", [usd(100, 60, END + 60 * MINUTE)])).standings[0].used == 60


async def test_settling_moves_a_period_up_and_down_and_never_below_nothing(engine: Engine) -> None:
    await engine.take("a", [usd(100, 60)])

    def settle(delta: int) -> None:
        engine.counters.settle("a", [Change("team:search", "usd:2026-11", "period", delta, START, END)])

    settle(-50)
    assert (await engine.look([usd(100, 0)]))[0].used == 10
    settle(95)
    assert (await engine.take("look", [usd(100, 0)])).standings[0].used == 105
    settle(-200)
    assert (await engine.look([usd(100, 0)]))[0].used == 0


async def test_money_is_exact_to_the_nano_dollar(engine: Engine) -> None:
    million = 1_000_000 * 1_000_000_000
    await engine.take("a", [usd(2 * million, million + 1)])
    assert (await engine.take("a", [usd(2 * million, million - 1)])).standings[0].used == 2 * million
    assert not (await engine.take("a", [usd(2 * million, 1)])).allowed


async def test_only_the_first_seed_counts_and_what_was_taken_stays(engine: Engine) -> None:
    before = await engine.take("a", [usd(100, 5)])
    assert not before.standings[0].seeded
    engine.counters.seed("team:search", "usd:2026-11", 40, END)
    engine.counters.seed("team:search", "usd:2026-11", 70, END)
    after = (await engine.look([usd(100, 0)]))[0]
    assert (after.used, after.seeded) == (45, True)


async def test_a_period_that_is_over_keeps_nothing(engine: Engine) -> None:
    over = usd(100, 60, START - 1)
    for _ in range(3):
        assert (await engine.take("a", [over])).allowed
    engine.counters.seed("team:search", "usd:2026-11", 90, START - 1)
    assert (await engine.take("a", [over])).allowed


# ---------------------------------------------------------------- what a process that died took of a period


@pytest.fixture
def shared(state_url: str, engine: Engine) -> Engine:
    """The engines that outlive a process."""
    if state_url == "memory:":
        pytest.skip("nothing outlives this process")
    return engine


def settled(delta: int) -> list[Change]:
    return [Change("team:search", "usd:2026-11", "period", delta, START, END)]


async def used(engine: Engine) -> int:
    return (await engine.look([usd(100, 0)]))[0].used


async def test_what_nobody_holds_of_a_period_any_more_is_given_back(shared: Engine) -> None:
    await shared.take("a", [usd(100, 60)])
    await shared.take("b", [usd(100, 30)])
    shared.counters.settle("b", settled(-10))
    shared.now += LEASE - 1
    assert await used(shared) == 80
    shared.now += 5_001
    assert await used(shared) == 20, "what was settled stays"


async def test_what_is_held_of_a_period_stays_as_long_as_its_process_lives(shared: Engine) -> None:
    await shared.take("a", [usd(100, 60)])
    for _ in range(10):
        shared.now += LEASE - 1_000
        for _ in range(5):
            shared.counters.renew_all()  # type: ignore[attr-defined]
        assert await used(shared) == 60
    shared.counters.settle("a", settled(-50))
    shared.now += 2 * LEASE
    assert await used(shared) == 10


async def test_a_call_that_used_just_what_it_took_is_settled_too(shared: Engine) -> None:
    await shared.take("a", [usd(100, 60)])
    shared.counters.settle("a", [])
    shared.now += 2 * LEASE
    assert await used(shared) == 60


async def test_a_process_that_slept_has_used_what_its_calls_used(shared: Engine) -> None:
    await shared.take("a", [usd(100, 60)])
    await shared.take("b", [usd(100, 30)])
    shared.now += 2 * LEASE
    assert await used(shared) == 0
    shared.counters.settle("a", settled(-50))
    assert await used(shared) == 10
    for _ in range(5):
        shared.counters.renew_all()  # type: ignore[attr-defined]
    assert await used(shared) == 40, "the other one goes on"
    shared.counters.settle("b", settled(-5))
    assert await used(shared) == 35


async def test_what_is_taken_again_is_held_again(shared: Engine) -> None:
    await shared.take("a", [usd(100, 60)])
    shared.counters.settle("a", settled(-60))
    await shared.take("a", [usd(100, 50)])
    assert await used(shared) == 50
    shared.now += 2 * LEASE
    assert await used(shared) == 0


# ---------------------------------------------------------------- what is held


async def held(engine: Engine) -> tuple[int, int]:
    standing = (await engine.look([usd(100, 0)]))[0]
    return standing.used, standing.held


async def test_what_calls_under_way_took_of_a_period_is_told_apart_from_what_was_used(engine: Engine) -> None:
    assert (await engine.take("a", [usd(100, 60)])).standings[0].held == 60
    await engine.take("b", [usd(100, 30)])
    assert await held(engine) == (90, 90)
    engine.counters.settle("a", settled(-50))
    assert await held(engine) == (40, 30)
    refused = await engine.take("c", [usd(100, 80)])
    assert (refused.allowed, refused.standings[0].used, refused.standings[0].held) == (False, 40, 30)
    engine.counters.settle("b", settled(0))
    assert await held(engine) == (40, 0)
    engine.counters.settle("", settled(5))
    assert await held(engine) == (45, 0)


async def test_what_is_left_behind_of_a_period_is_not_held_any_more(shared: Engine) -> None:
    await shared.take("a", [usd(100, 60)])
    await shared.take("b", [usd(100, 30)])
    for _ in range(5):
        shared.counters.renew_all()  # type: ignore[attr-defined]
    assert await held(shared) == (90, 90)
    shared.now += 2 * LEASE
    assert await held(shared) == (0, 0)
    for _ in range(5):
        shared.counters.renew_all()  # type: ignore[attr-defined]
    assert await held(shared) == (90, 90), "they only slept"
    shared.counters.settle("a", settled(-60))
    shared.counters.settle("b", settled(-30))
    assert await held(shared) == (0, 0)
