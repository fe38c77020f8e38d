"""What a call takes of its limits, what is given back, and what is said when there is no room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import pytest
from limiting import NOON, Desk, key, limits

from switchgear.access.reservation import Reservation
from switchgear.core.errors import (
    BudgetExceeded,
    BudgetReserved,
    CallTooLarge,
    LimitReached,
    LimitsUndefined,
    ModelUnpriced,
    RateLimited,
    SwitchgearError,
    TooManyAtOnce,
)
from switchgear.core.rates import Rate
from switchgear.events.limits import BudgetSpent, LimitNear, LimitRefused
from switchgear.state.base import Check, Verdict

CENT = 10_000_000
DAY = 86_400_000


async def refused(desk: Desk, **call: object) -> SwitchgearError:
    with pytest.raises(SwitchgearError) as caught:
        await desk.reserve(**call)  # type: ignore[arg-type]
    return caught.value


# ---------------------------------------------------------------- taking


async def test_a_key_without_limits_takes_nothing() -> None:
    desk = Desk()
    desk.define({"small": limits(rpm=1)})
    assert desk.limiter.reserve(desk.keys[0], "fast", 10, None, "req_1") is None


async def test_what_is_limited_in_process_is_answered_at_once() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=5, tpm=500, concurrency=5)})
    assert isinstance(desk.limiter.reserve(desk.keys[0], "fast", 10, None, "req_1"), Reservation)


async def test_a_limit_lets_through_as_many_as_it_says_in_any_minute() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=3)})
    for _ in range(3):
        await desk.reserve()
    error = await refused(desk)
    assert isinstance(error, RateLimited)
    desk.clock.now += 62_000
    await desk.reserve()


async def test_a_refused_call_counts_nothing() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=10, tpm=100, concurrency=5, budget={"tokens": 1000, "per": "day"})})
    await desk.reserve(tokens=60)
    assert isinstance(await refused(desk, tokens=60), RateLimited)
    assert await desk.used() == {"key rpm": 1, "key tpm": 60, "key concurrency": 1, "key tokens": 60}


async def test_every_limit_that_holds_has_to_have_room() -> None:
    ann, bob = key("key_1", "ann's", team="search", user="ann"), key("key_2", "bob's", team="search", user="bob")
    desk = Desk(keys=(ann, bob))
    desk.define(
        {"key": limits(rpm=4), "team": limits(rpm=3), "model": limits(rpm=2), "default": limits(rpm=9)},
        teams={"search": "team"},
        users={"ann": "key"},
        models={"fast": "model"},
    )
    await desk.reserve(ann)
    await desk.reserve(bob)
    assert (await refused(desk, of=bob)).message.startswith('The model "fast" has used 2 of 2 calls a minute')
    await desk.reserve(bob, model="slow")
    assert (await refused(desk, of=ann, model="slow")).message.startswith('The team "search" has used 3 of 3 calls')
    assert await desk.used(ann) == {"key rpm": 1, "user rpm": 1, "team rpm": 3, "model rpm": 2}


async def test_a_team_or_user_without_an_entry_has_the_limits_of_all_others_for_itself() -> None:
    search, other, none = key("key_1", team="search"), key("key_2", team="other"), key("key_3", team="free")
    desk = Desk(keys=(search, other, none))
    desk.define({"small": limits(rpm=1)}, teams={"*": "small", "free": None})
    await desk.reserve(search)
    await desk.reserve(other)
    assert isinstance(await refused(desk, of=search), RateLimited)
    assert desk.limiter.reserve(none, "fast", 0, 0, "req") is None


async def test_limits_hold_for_each_key_that_has_them_apart() -> None:
    one, two = key("key_1"), key("key_2", "other", limits="default")
    desk = Desk(keys=(one, two))
    desk.define({"default": limits(rpm=1)})
    await desk.reserve(one)
    await desk.reserve(two)
    assert isinstance(await refused(desk, of=two), RateLimited)


async def test_a_key_whose_limits_nobody_defines_is_not_served_without_any() -> None:
    desk = Desk(keys=(key(limits="gone"),))
    desk.define({"default": limits(rpm=1)})
    error = await refused(desk)
    assert isinstance(error, LimitsUndefined)
    assert 'The key "ci" has the limits "gone"' in error.message
    (note,) = desk.limiter.book.undefined(desk.keys)
    assert '"gone"' in note


async def test_limits_that_change_hold_from_the_next_call_on_and_what_was_used_stays() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=1)})
    await desk.reserve()
    desk.define({"default": limits(rpm=2)})
    await desk.reserve()
    assert isinstance(await refused(desk), RateLimited)


# ---------------------------------------------------------------- settling


async def test_a_call_gives_back_what_it_did_not_use() -> None:
    desk = Desk()
    desk.define({"default": limits(tpm=100, concurrency=1, budget={"usd": 1, "tokens": 1000, "per": "month"})})
    reservation = await desk.reserve(tokens=100, cost=40 * CENT)
    assert isinstance(await refused(desk, tokens=1), TooManyAtOnce)
    reservation.settle(30, 5 * CENT)
    assert await desk.used() == {"key usd": 5 * CENT, "key tokens": 30, "key tpm": 30, "key concurrency": 0}
    await desk.reserve(tokens=70)


async def test_a_call_that_used_more_than_was_reserved_counts_whole() -> None:
    desk = Desk()
    desk.define({"default": limits(tpm=100, budget={"usd": 1, "per": "month"})})
    (await desk.reserve(tokens=10, cost=CENT)).settle(150, 200 * CENT)
    assert await desk.used() == {"key usd": 200 * CENT, "key tpm": 150}
    assert isinstance(await refused(desk), BudgetExceeded)


async def test_a_call_is_settled_once() -> None:
    desk = Desk()
    desk.define({"default": limits(tpm=100, concurrency=2)})
    first, second = await desk.reserve(tokens=50), await desk.reserve(tokens=50)
    for _ in range(3):
        first.settle(10, None)
        first.release()
    assert await desk.used() == {"key tpm": 60, "key concurrency": 1}
    second.release()
    second.settle(50, 5)
    assert await desk.used() == {"key tpm": 10, "key concurrency": 0}


async def test_a_call_that_reached_no_provider_counts_as_a_call_alone() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=5, tpm=100, budget={"usd": 1, "per": "day"})})
    (await desk.reserve(tokens=50, cost=CENT)).release()
    assert await desk.used() == {"key usd": 0, "key rpm": 1, "key tpm": 0}


async def test_a_call_without_a_price_costs_nothing_where_that_is_allowed() -> None:
    desk = Desk()
    desk.define({"default": limits(budget={"usd": 1, "per": "day"})})
    (await desk.reserve(tokens=50, cost=None)).settle(50, None)
    assert await desk.used() == {"key usd": 0}


async def test_a_call_without_a_price_is_refused_where_a_budget_must_know_it() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=5, budget={"usd": 1, "per": "day"}, unpriced="refuse")})
    assert isinstance(await refused(desk, cost=None), ModelUnpriced)
    assert await desk.used() == {"key usd": 0, "key rpm": 0}
    await desk.reserve(cost=0)


async def test_answers_without_max_tokens_are_assumed_as_long_as_the_limits_say() -> None:
    desk = Desk(keys=(key(team="search"),))
    desk.define({"default": limits(tpm=100, output_tokens=50), "team": limits(rpm=5)}, teams={"search": "team"})
    plan = desk.limiter.plan(desk.keys[0], "fast")
    assert plan is not None
    assert (plan.output_tokens, plan.tokens, plan.money) == (50, True, False)


# ---------------------------------------------------------------- words


async def test_a_refusal_says_which_limit_whose_how_much_and_when_there_is_room() -> None:
    desk = Desk(keys=(key(team="search"),))
    desk.define({"default": limits(rpm=2), "shared": limits(tpm=1000)}, teams={"search": "shared"})
    (await desk.reserve(tokens=900)).settle(900, None)
    desk.clock.now += 20_000
    error = await refused(desk, tokens=200)
    assert isinstance(error, RateLimited)
    assert error.message == (
        'The team "search" has used 900 of 1,000 tokens a minute (limits "shared"), and this call may take 200. '
        "There is room in 41 s."
    )
    assert error.retry_after == pytest.approx(41, abs=1)
    assert (error.code, error.status, error.openai_type) == ("rate_limit_exceeded", 429, "rate_limit_error")


async def test_a_spent_budget_says_when_it_begins_anew() -> None:
    desk = Desk()
    desk.define({"default": limits(budget={"usd": 50, "per": "month"})})
    (await desk.reserve(cost=49 * 100 * CENT + 98 * CENT)).settle(0, 49 * 100 * CENT + 98 * CENT)
    error = await refused(desk, cost=5 * CENT)
    assert isinstance(error, BudgetExceeded)
    assert error.message == (
        'The key "ci" has used $49.98 of $50.00 a month (limits "default"), and this call may take $0.05. '
        "The budget begins anew on 2026-12-01 at 00:00 UTC."
    )
    assert error.retry_after == 5.5 * 86_400
    assert (error.code, error.openai_type, error.retryable) == ("insufficient_quota", "insufficient_quota", False)


async def test_a_call_that_never_fits_is_told_so() -> None:
    desk = Desk()
    desk.define({"default": limits(tpm=100)})
    error = await refused(desk, tokens=300)
    assert isinstance(error, CallTooLarge)
    assert error.message == (
        'This call may take 300 tokens, and the limits "default" of the key "ci" allow 100 tokens a minute.'
    )
    assert error.retry_after is None


async def test_a_budget_is_told_before_a_rate_when_both_are_used_up() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=1, budget={"tokens": 10, "per": "week"})})
    (await desk.reserve(tokens=10)).settle(10, None)
    error = await refused(desk, tokens=1)
    assert isinstance(error, BudgetExceeded)
    assert "2026-11-30" in error.message, "weeks begin on Monday"


async def test_the_tightest_rates_are_told() -> None:
    desk = Desk(keys=(key(team="search"),))
    desk.define({"default": limits(rpm=10, tpm=1000), "team": limits(rpm=100, tpm=500)}, teams={"search": "team"})
    for _ in range(3):
        rates = (await desk.reserve(tokens=100)).rates
    assert rates is not None
    assert rates.requests == Rate(10, 7, 61_000)
    assert rates.tokens == Rate(500, 200, 61_000)
    error = await refused(desk, tokens=300)
    assert isinstance(error, LimitReached)
    assert error.rates is not None
    assert error.rates.tokens is not None
    assert (error.rates.requests, error.rates.tokens.remaining) == (Rate(10, 7, 61_000), 200)


async def test_a_budget_alone_tells_no_rates() -> None:
    desk = Desk()
    desk.define({"default": limits(concurrency=4, budget={"usd": 50, "per": "month"})})
    assert (await desk.reserve()).rates is None


# ---------------------------------------------------------------- events


async def test_a_limit_that_is_near_is_told_once_a_period() -> None:
    desk = Desk()
    desk.define({"default": limits(soft=0.5, budget={"tokens": 100, "per": "day"})})
    for _ in range(3):
        (await desk.reserve(tokens=40)).settle(20, None)
    (near,) = desk.published
    assert near == LimitNear("key", "key_1", "ci", "default", "tokens", 60, 100, NOON, NOON + DAY // 2)
    desk.clock.now += DAY
    (await desk.reserve(tokens=40)).settle(60, None)
    assert [(each.used, each.at) for each in desk.published] == [(60, NOON), (60, NOON + DAY)]


async def test_what_is_only_reserved_is_not_near() -> None:
    desk = Desk()
    desk.define({"default": limits(budget={"tokens": 100, "per": "day"})})
    (await desk.reserve(tokens=90)).settle(1, None)
    assert desk.published == []


async def test_a_rate_that_is_near_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=4, soft=0.5)})
    for _ in range(4):
        await desk.reserve()
    assert [(each.what, each.used) for each in desk.published] == [("rpm", 2)]
    assert [record.message for record in caplog.records] == [
        'The key "ci" is near a limit: 2 calls of 4 calls a minute (limits "default").'
    ]
    desk.clock.now += 62_000
    for _ in range(2):
        await desk.reserve()
    assert len(desk.published) == 2


async def test_a_spent_budget_and_every_refusal_are_told() -> None:
    desk = Desk()
    desk.define({"default": limits(soft=1, budget={"usd": 1, "per": "month"})})
    (await desk.reserve(cost=90 * CENT)).settle(0, 90 * CENT)
    for _ in range(3):
        assert isinstance(await refused(desk, cost=20 * CENT), BudgetExceeded)
    spent = [each for each in desk.published if isinstance(each, BudgetSpent)]
    assert [(each.what, each.used, each.limit) for each in spent] == [("usd", 90 * CENT, 100 * CENT)]
    assert desk.published.count(LimitRefused("key", "usd")) == 3


# ---------------------------------------------------------------- a state that takes its time


class SlowCounters:
    """Counters elsewhere: each answer waits for ``gate``."""

    def __init__(self, inner: object) -> None:
        self.inner = inner
        self.gate = asyncio.Event()

    def take(self, token: str, checks: Sequence[Check], now_ms: int) -> Awaitable[Verdict]:
        async def answer() -> Verdict:
            await self.gate.wait()
            return self.inner.take(token, checks, now_ms)  # type: ignore[attr-defined,no-any-return]

        return answer()

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


async def test_a_client_that_leaves_while_the_state_is_asked_holds_nothing() -> None:
    desk = Desk()
    slow = SlowCounters(desk.state.counters)
    desk.limiter._counters = slow  # type: ignore[assignment]
    desk.define({"default": limits(rpm=5, concurrency=1, budget={"tokens": 50, "per": "day"})})
    desk.state.counters.seed("key:key_1", "tokens:2026-11-25", 0, NOON + DAY // 2)
    calling = asyncio.create_task(desk.reserve(tokens=50))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    slow.gate.set()
    for _ in range(20):
        await asyncio.sleep(0)
    assert await desk.used() == {"key tokens": 0, "key rpm": 0, "key concurrency": 0}
    await desk.reserve(tokens=50)


# ---------------------------------------------------------------- what is held and what is spent


async def test_a_budget_that_calls_under_way_hold_is_not_spent() -> None:
    desk = Desk()
    desk.define({"default": limits(budget={"usd": 1, "per": "day"})})
    calls = [await desk.reserve(cost=10 * CENT) for _ in range(10)]
    error = await refused(desk, cost=10 * CENT)
    assert isinstance(error, BudgetReserved)
    assert (error.code, error.retryable, error.retry_after) == ("budget_reserved", True, 1.0)
    assert error.message == (
        'The key "ci" has used $0.00 of $1.00 a day (limits "default"), calls under way hold $1.00 of the rest, '
        "and this call may take $0.10."
    )
    for call in calls:
        call.settle(0, 2 * CENT)
    await desk.reserve(cost=10 * CENT)
    assert [one for one in desk.published if isinstance(one, BudgetSpent | LimitNear)] == []


async def test_a_budget_is_spent_where_not_even_those_under_way_could_give_enough_back() -> None:
    desk = Desk()
    desk.define({"default": limits(budget={"usd": 1, "per": "day"})})
    (await desk.reserve(cost=95 * CENT)).settle(0, 95 * CENT)
    await desk.reserve(cost=5 * CENT)
    error = await refused(desk, cost=10 * CENT)
    assert isinstance(error, BudgetExceeded)
    assert "has used $0.95 of $1.00 a day" in error.message
    (spent,) = [one for one in desk.published if isinstance(one, BudgetSpent)]
    assert spent.used == 95 * CENT


# ---------------------------------------------------------------- attempts beyond the first


async def test_a_further_attempt_takes_what_those_before_it_have_used_up() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=9, tpm=500, budget={"usd": 1, "per": "day"})})
    call = await desk.reserve(tokens=100, cost=40 * CENT)
    assert call.covers(0, 0, 1), "what failed and cost nothing has its room still"
    assert await desk.used() == {"key rpm": 1, "key tpm": 100, "key usd": 40 * CENT}
    assert call.covers(100, 30 * CENT, 1)
    assert await desk.used() == {"key rpm": 1, "key tpm": 200, "key usd": 70 * CENT}
    assert not call.covers(200, 65 * CENT, 1), "what is asked for is taken whole or not at all"
    assert await desk.used() == {"key rpm": 1, "key tpm": 200, "key usd": 70 * CENT}
    call.settle(200, 65 * CENT)
    assert await desk.used() == {"key rpm": 1, "key tpm": 200, "key usd": 65 * CENT}
    assert not call.covers(0, 0, 1), "it is over"


async def test_attempts_at_once_are_covered_together() -> None:
    desk = Desk()
    desk.define({"default": limits(budget={"tokens": 250, "per": "day"})})
    call = await desk.reserve(tokens=100)
    assert call.covers(0, 0, 2)
    assert await desk.used() == {"key tokens": 200}
    assert not call.covers(0, 0, 3)
    call.release()
    assert await desk.used() == {"key tokens": 0}
