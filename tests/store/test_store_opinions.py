"""Opinions in the store: the last word of a call, sums that several processes add to, and a limit to what counts."""

from __future__ import annotations

import asyncio
import time

import pytest

from switchgear.core.opinions import MOST_OPINIONS, Opinion
from switchgear.store.store import Store


async def test_the_last_word_of_a_call_is_kept_and_the_one_before_told(store: Store) -> None:
    assert await store.opinions.give("req_1", "k_1", 1.0) is None
    assert await store.opinions.give("req_1", "k_1", 0.2) == 1.0
    assert await store.opinions.give("req_1", "k_1", 0.2) == pytest.approx(0.2)
    assert await store.opinions.give("req_2", "k_1", 0.5) is None


async def test_a_first_word_that_is_given_twice_at_once_is_one(store: Store) -> None:
    told = await asyncio.gather(*(store.opinions.give("req_1", "k_1", 1.0) for _ in range(8)))
    assert sorted(told, key=str) == [1.0] * 7 + [None]


async def test_what_several_add_is_summed_up(store: Store) -> None:
    await asyncio.gather(*(store.opinions.add([Opinion("a/m", "hard", 1.0, 0.5)]) for _ in range(8)))
    await store.opinions.add([Opinion("a/m", "simple", 0.25, 0.0)])
    found = {(one.deployment, one.level): (one.good, one.bad) for one in await store.opinions.all()}
    assert found == {("a/m", "hard"): (8.0, 4.0), ("a/m", "simple"): (0.25, 0.0)}


async def test_what_is_taken_back_leaves_no_less_than_nothing(store: Store) -> None:
    await store.opinions.add([Opinion("a/m", "hard", 1.0, 0.0)])
    await store.opinions.add([Opinion("a/m", "hard", -5.0, 1.0)])
    assert [(one.good, one.bad) for one in await store.opinions.all()] == [(0.0, 1.0)]


async def test_many_opinions_weigh_no_more_than_the_most(store: Store) -> None:
    await store.opinions.add([Opinion("a/m", "hard", 600.0, 200.0)])
    (found,) = await store.opinions.all()
    assert found.good + found.bad == pytest.approx(MOST_OPINIONS)
    assert found.good == pytest.approx(3 * found.bad)


async def test_nothing_to_add_is_nothing_done(store: Store) -> None:
    await store.opinions.add([])
    assert await store.opinions.all() == []


async def test_who_said_what_is_forgotten_in_time(store: Store) -> None:
    await store.opinions.give("req_1", "k_1", 1.0)
    now = time.time_ns() // 1_000_000
    assert await store.opinions.prune(now) == 0
    assert await store.opinions.prune(now + 91 * 86_400_000) == 1
    assert await store.opinions.give("req_1", "k_1", 1.0) is None
