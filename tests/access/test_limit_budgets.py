"""Budgets are measured by the books: a counter that is not there, or not any more, gives nobody a second budget."""

from __future__ import annotations

import asyncio

import pytest
from limiting import NOON, Desk, key, limits

from switchgear.core.errors import BudgetExceeded, BudgetReserved
from switchgear.state.memory import MemoryState
from switchgear.store.spending import Spent

DAY = 86_400_000
MIDNIGHT = NOON - DAY // 2
DOLLAR = 1_000_000_000


def desk_of(*keys: str, budget: dict[str, object] | None = None) -> Desk:
    desk = Desk(keys=tuple(key(each, each) for each in keys or ("key_1",)))
    desk.define({"default": limits(rpm=100, budget=budget or {"tokens": 100, "per": "day"})})
    return desk


async def settled() -> None:
    """Until everything that can go on without a clock has gone on."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_what_was_spent_before_counts() -> None:
    desk = desk_of()
    desk.books.spent = {"key": {"key_1": Spent(tokens=90, cost=5)}}
    with pytest.raises(BudgetExceeded, match="used 90 tokens of 100 tokens a day"):
        await desk.reserve(tokens=20)
    await desk.reserve(tokens=10)
    assert desk.books.asked == [("key", MIDNIGHT, None)]
    assert await desk.used() == {"key tokens": 100, "key rpm": 1}, "the first look left nothing behind"


async def test_money_is_told_apart_from_tokens() -> None:
    desk = desk_of(budget={"usd": 1, "tokens": 1000, "per": "month"})
    desk.books.spent = {"key": {"key_1": Spent(tokens=7, cost=DOLLAR // 2)}}
    await desk.reserve()
    assert await desk.used() == {"key usd": DOLLAR // 2, "key tokens": 7, "key rpm": 1}
    assert desk.books.asked == [("key", MIDNIGHT - 24 * DAY, None)], "one look for both"


async def test_each_owner_is_told_what_was_spent_in_its_name() -> None:
    desk = Desk(keys=(key(team="search", user="ann"),))
    desk.define(
        {"default": limits(budget={"tokens": 100, "per": "day"})},
        teams={"search": "default"},
        users={"ann": "default"},
        models={"fast": "default"},
    )
    desk.books.spent = {
        "key": {"key_1": Spent(1)},
        "team": {"search": Spent(2)},
        "user": {"ann": Spent(3)},
        "model": {"fast": Spent(4), "slow": Spent(5)},
    }
    (await desk.reserve(tokens=10)).settle(0, None)
    assert await desk.used() == {"key tokens": 1, "team tokens": 2, "user tokens": 3, "model tokens": 4}


async def test_one_look_serves_all_who_wait_and_those_who_come_later() -> None:
    desk = desk_of("key_1", "key_2", "key_3")
    desk.books.gate = asyncio.Event()
    desk.books.spent = {"key": {"key_1": Spent(50), "key_3": Spent(60)}}
    waiting = [asyncio.create_task(desk.reserve(desk.keys[index % 2], tokens=1)) for index in range(20)]
    await settled()
    desk.books.gate.set()
    await asyncio.gather(*waiting)
    assert len(desk.books.asked) <= 2
    await desk.reserve(desk.keys[2], tokens=1)
    assert len(desk.books.asked) <= 2, "nobody asks for what was told already"
    assert [(await desk.used(each))["key tokens"] for each in desk.keys] == [60, 10, 61]


async def test_calls_without_a_budget_do_not_wait_for_the_books() -> None:
    desk = Desk(keys=(key(), key("key_2", "free", limits="free")))
    desk.define({"default": limits(budget={"tokens": 100, "per": "day"}), "free": limits(rpm=5)})
    desk.books.gate = asyncio.Event()
    waiting = asyncio.create_task(desk.reserve(tokens=1))
    await settled()
    await desk.reserve(desk.keys[1])
    assert not waiting.done()
    desk.books.gate.set()
    await waiting


async def test_who_begins_to_serve_reads_the_books_before_anybody_asks() -> None:
    desk = desk_of("key_1", "key_2")
    desk.books.spent = {"key": {"key_2": Spent(99)}}
    desk.limiter.start()
    await settled()
    assert desk.books.asked == [("key", MIDNIGHT, None)]
    with pytest.raises(BudgetExceeded):
        await desk.reserve(desk.keys[1], tokens=2)
    await desk.reserve(tokens=2)
    assert len(desk.books.asked) == 1
    await desk.limiter.close()


async def test_a_key_made_later_is_told_too() -> None:
    desk = desk_of("key_1")
    await desk.reserve(tokens=1)
    desk.keys = (*desk.keys, key("key_2", "late"))
    desk.limiter.forget()
    desk.books.spent = {"key": {"key_2": Spent(100)}}
    with pytest.raises(BudgetExceeded):
        await desk.reserve(desk.keys[1], tokens=1)


async def test_a_state_that_lost_everything_is_told_again() -> None:
    desk = desk_of()
    (await desk.reserve(tokens=70)).settle(70, None)
    desk.books.spent = {"key": {"key_1": Spent(70)}}
    assert isinstance(desk.state, MemoryState)
    desk.state.counters._counters.clear()
    with pytest.raises(BudgetExceeded, match="used 70 tokens"):
        await desk.reserve(tokens=40)


async def test_a_new_period_has_a_budget_of_its_own() -> None:
    desk = desk_of()
    (await desk.reserve(tokens=100)).settle(100, None)
    with pytest.raises(BudgetExceeded):
        await desk.reserve(tokens=1)
    desk.clock.now = MIDNIGHT + DAY
    await desk.reserve(tokens=100)
    assert [since for _, since, _ in desk.books.asked] == [MIDNIGHT, MIDNIGHT + DAY]


async def test_a_call_over_midnight_is_settled_in_the_period_it_began_in() -> None:
    desk = desk_of()
    desk.clock.now = MIDNIGHT + DAY - 1
    late = await desk.reserve(tokens=80)
    desk.clock.now = MIDNIGHT + DAY + 1
    await desk.reserve(tokens=10)
    late.settle(90, None)
    assert (await desk.used())["key tokens"] == 10


async def test_while_the_books_cannot_be_read_calls_go_on_with_what_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = desk_of()
    now = 0.0
    desk.limiter._budgets._clock = lambda: now
    desk.books.lost = True
    (await desk.reserve(tokens=60)).settle(60, None)
    with pytest.raises(BudgetExceeded):
        await desk.reserve(tokens=50)
    (await desk.reserve(tokens=10)).settle(10, None)
    assert len(desk.books.asked) == 1, "books that are gone are left alone for a while"
    assert [record.levelname for record in caplog.records].count("WARNING") == 2, "and that the budget is spent"

    desk.books.lost, desk.books.spent, now = False, {"key": {"key_1": Spent(25)}}, 60.0
    desk.clock.now += 5_000
    await desk.reserve(tokens=5)
    assert desk.books.asked[-1] == ("key", MIDNIGHT, NOON), "what was counted here since is not told once more"
    assert (await desk.used())["key tokens"] == 100
    with pytest.raises(BudgetReserved):
        await desk.reserve(tokens=1)
