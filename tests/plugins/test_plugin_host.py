"""The plugins that are served, with real servers behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.plugins.tool_servers import call, server_channel

from switchgear.core.errors import NotFound, PluginUnavailable
from switchgear.plugins.host import HostHooks, PluginHost
from switchgear.plugins.installed import Installed
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.offer import TOOLS, Offer
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.sight import Sight

EVERYTHING = Sight(["*"])


def a_plugin(name: str = "fixture", **other: Any) -> Installed:
    nowhere = Path("/nowhere")
    return Installed(
        **{"name": name, "version": "1.0.0", "kind": "bundle", "source": "a test", "state": "enabled"}
        | {"folder": nowhere, "data": nowhere}
        | other
    )


class Started:
    """Counts what is started."""

    def __init__(self) -> None:
        self.plugins: list[Installed] = []

    async def __call__(self, installed: Installed) -> Channel:
        self.plugins.append(installed)
        return await server_channel()


@pytest.fixture
def started() -> Started:
    return Started()


@pytest.fixture
async def host(started: Started) -> AsyncIterator[PluginHost]:
    host = PluginHost(started)
    yield host
    await host.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_was_accepted_is_offered_without_a_process(host: PluginHost, started: Started) -> None:
    host.put(a_plugin())
    session = await host.session("fixture")
    offer = await host.offered(a_plugin(), session)
    other = PluginHost(started)
    other.put(a_plugin(offer=offer))
    assert b'"name":"fixture__echo"' in other.catalogue.listed(TOOLS, EVERYTHING).replace(b": ", b":")
    assert len(started.plugins) == 1


async def test_what_a_server_tells_is_shown_once_it_runs(host: PluginHost) -> None:
    host.put(a_plugin())
    assert host.catalogue.count(TOOLS, EVERYTHING) == 0
    await host.session("fixture")
    await until(lambda: host.catalogue.count(TOOLS, EVERYTHING) > 0)
    assert await call(await host.session("fixture"), "echo", text="hello")


async def test_one_process_serves_all_and_stays_when_nothing_changes_that_it_would_notice(
    host: PluginHost, started: Started
) -> None:
    host.put(a_plugin())
    sessions = await asyncio.gather(*[host.session("fixture") for _ in range(20)])
    host.put(a_plugin(description="other words"))
    assert {id(one) for one in sessions} == {id(await host.session("fixture"))}
    assert len(started.plugins) == 1


async def test_a_change_that_a_process_notices_starts_another_and_lets_calls_end(
    host: PluginHost, started: Started
) -> None:
    host.put(a_plugin())
    old = await host.session("fixture")
    slow = asyncio.create_task(call(old, "echo", text="still here"))
    host.put(a_plugin(limits=PluginLimits(memory_mb=64)))
    assert await host.session("fixture") is not old
    assert await slow
    await until(lambda: bool(old.gone))
    assert len(started.plugins) == 2


async def test_a_trial_becomes_what_is_served(host: PluginHost, started: Started) -> None:
    new = a_plugin(version="2.0.0")
    host.put(a_plugin())
    old = await host.session("fixture")
    trial = await host.trial(new)
    host.put(replace(new, state="enabled"))
    assert await host.session("fixture") is trial
    await until(lambda: bool(old.gone))
    assert len(started.plugins) == 2


async def test_a_trial_that_is_not_taken_ends(host: PluginHost) -> None:
    host.put(a_plugin())
    new = a_plugin(version="2.0.0")
    trial = await host.trial(new)
    await host.end_trial(new)
    assert trial.gone
    assert not (await host.session("fixture")).gone


async def test_what_is_not_enabled_offers_nothing_and_takes_no_calls(host: PluginHost) -> None:
    host.put(a_plugin())
    session = await host.session("fixture")
    await until(lambda: host.catalogue.count(TOOLS, EVERYTHING) > 0)
    host.put(a_plugin(state="quarantined", reason="its tools changed"))
    assert host.catalogue.count(TOOLS, EVERYTHING) == 0
    assert host.running("fixture") is None
    with pytest.raises(PluginUnavailable, match="quarantined: its tools changed"):
        await host.session("fixture")
    await until(lambda: bool(session.gone))


async def test_a_plugin_that_is_dropped_is_gone(host: PluginHost) -> None:
    host.put(a_plugin())
    session = await host.session("fixture")
    host.drop("fixture")
    with pytest.raises(NotFound, match="fixture"):
        await host.session("fixture")
    await until(lambda: bool(session.gone))
    assert host.all() == []
    assert host.statuses() == {}


async def test_only_what_is_judged_good_is_shown(started: Started) -> None:
    judged: list[Offer] = []

    async def nothing(_installed: Installed, offer: Offer) -> Offer:
        judged.append(offer)
        return Offer()

    host = PluginHost(started, HostHooks(judged=nothing))
    try:
        host.put(a_plugin())
        await host.session("fixture")
        await until(lambda: bool(judged))
        assert judged[0].of(TOOLS)
        assert host.catalogue.count(TOOLS, EVERYTHING) == 0
    finally:
        await host.close()


async def test_a_server_that_goes_on_saying_that_it_changed_is_looked_at_less_and_less(
    host: PluginHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.put(a_plugin())
    session = await host.session("fixture")
    looks = 0

    async def look(_: str) -> None:
        nonlocal looks
        looks += 1

    await until(lambda: host.catalogue.count(TOOLS, EVERYTHING) > 0)
    await until(lambda: not host._looking)
    monkeypatch.setattr(host, "refresh_offer", look)
    line = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n'
    await call(session, "talk", line=line, times=2000)
    await until(lambda: not host._look_at)
    assert 1 <= looks < 20
