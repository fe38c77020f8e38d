"""Limits of plugins: the plugin's own, those that are named for it, and those of each key."""

from __future__ import annotations

import pytest
from limiting import Desk, key, limits

from switchgear.access.keys import Key
from switchgear.access.limit_book import Defined, LimitBook, PluginNames, Stored
from switchgear.access.reservation import Reservation
from switchgear.config.limits import LimitSettings
from switchgear.core.errors import LimitsUndefined, RateLimited, TooManyAtOnce
from switchgear.events.limits import LimitRefused


def define(desk: Desk, plugins: dict[str, PluginNames], **named: LimitSettings) -> None:
    desk.limiter.load(LimitBook(Defined(named, {}, {}, {}, plugins=plugins), Stored()))


async def take(desk: Desk, of: Key | None = None, plugin: str = "files", a_minute: int | None = None) -> Reservation:
    plan = desk.limiter.plan_of_plugin(of or desk.keys[0], plugin, a_minute)
    assert plan is not None
    taken = desk.limiter.take(plan, 0, 0, f"req_{id(object())}_{len(desk.published)}_{desk.clock.now}")
    return taken if isinstance(taken, Reservation) else await taken


def test_nothing_is_taken_where_nothing_is_limited() -> None:
    desk = Desk()
    assert desk.limiter.plan_of_plugin(desk.keys[0], "files", None) is None


async def test_a_plugin_has_so_many_calls_a_minute_from_all_keys_together() -> None:
    desk = Desk(keys=(key("key_1", "one"), key("key_2", "two")))
    await take(desk, desk.keys[0], a_minute=2)
    await take(desk, desk.keys[1], a_minute=2)
    with pytest.raises(RateLimited, match='The plugin "files" has used 2 of 2 calls a minute') as caught:
        await take(desk, desk.keys[0], a_minute=2)
    assert caught.value.retry_after is not None
    assert desk.published[-1] == LimitRefused("plugin", "rpm")
    await take(desk, plugin="git", a_minute=2)


async def test_limits_named_for_each_key_count_for_each_key_apart() -> None:
    desk = Desk(keys=(key("key_1", "one"), key("key_2", "two")))
    define(desk, {"files": PluginNames(key_limits="few")}, few=limits(rpm=1))
    await take(desk, desk.keys[0])
    with pytest.raises(RateLimited, match='The key\\+plugin "one and files"'):
        await take(desk, desk.keys[0])
    await take(desk, desk.keys[1])


async def test_calls_at_once_are_given_back() -> None:
    desk = Desk()
    define(
        desk, {"files": PluginNames(limits="one")}, one=limits(concurrency=1, tpm=5, budget={"usd": 1, "per": "day"})
    )
    taken = await take(desk)
    with pytest.raises(TooManyAtOnce):
        await take(desk)
    taken.settle(0, 0)
    await take(desk)


async def test_a_keys_own_calls_a_minute_count_calls_of_plugins_too() -> None:
    desk = Desk()
    desk.define({"default": limits(rpm=1)})
    await take(desk)
    with pytest.raises(RateLimited, match='The key "ci"'):
        await take(desk)


async def test_limits_that_nobody_defines_refuse_and_are_noted() -> None:
    desk = Desk()
    define(desk, {"files": PluginNames(limits="nowhere")})
    assert "plugins.files" in desk.limiter.book.notes[0]
    with pytest.raises(LimitsUndefined):
        desk.limiter.plan_of_plugin(desk.keys[0], "files", None)
