"""The gateway on a shared state: opened with it, told of its loss, closed with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from switchgear.app.gateway import Gateway, Options, offline
from switchgear.core.errors import StateUnusable
from switchgear.observe.logs import LogControl
from switchgear.state.base import StateLost, StateRecovered
from valkey_server import Valkey, valkey_server


def options(folder: Path, **state: str) -> Options:
    path = folder / "switchgear.toml"
    lines = "".join(f'{name} = "{value}"\n' for name, value in state.items())
    path.write_text(f"[local]\nenabled = false\n[state]\ntimeout = 5\n{lines}")
    return Options(folder / "data", path, {})


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def parts(gateway: Gateway) -> dict[str, dict[str, str]]:
    return (await gateway.host.readiness()).parts


async def test_alone_there_is_no_word_of_a_shared_state(tmp_path: Path) -> None:
    async with offline(options(tmp_path), LogControl()) as gateway:
        assert not gateway.state.shared
        assert "state" not in await parts(gateway)
        assert b"switchgear_state" not in (await gateway.host.render_metrics(""))[0]


async def test_gateways_on_one_valkey_are_members_of_one_another(tmp_path: Path, valkey: Valkey) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    first = await Gateway.open(options(folders[0], url=valkey.url), LogControl())
    second = await Gateway.open(options(folders[1], url=valkey.url), LogControl())
    for gateway in (first, second):
        gateway.start()
    await until(lambda: first.state.members.count == second.state.members.count == 2)
    assert set(first.state.members.facts(second.node_id)) == {"host", "pid", "version"}
    assert b"switchgear_state_members 2.0" in (await first.host.render_metrics(""))[0]
    await second.close()
    await until(lambda: first.state.members.nodes() == (first.node_id,))
    await first.close()


@pytest.mark.parametrize(("on_loss", "ready"), [("local", True), ("refuse", False)])
async def test_a_lost_valkey_is_told_and_so_is_its_return(
    tmp_path: Path, on_loss: str, ready: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with valkey_server() as server:
        gateway = await Gateway.open(options(tmp_path, url=server.url, on_loss=on_loss), LogControl())
        events: list[object] = []
        for kind in (StateLost, StateRecovered):
            gateway.bus.subscribe(kind, events.append)
        gateway.start()
        before = (await gateway.host.readiness()).ready
        server.kill()
        await until(lambda: events)
        assert (await parts(gateway))["state"]["state"] == "degraded"
        assert "Valkey at 127.0.0.1" in (await parts(gateway))["state"]["reason"]
        assert (await gateway.host.readiness()).ready == (before and ready)
        assert b"switchgear_state_degraded 1.0" in (await gateway.host.render_metrics(""))[0]
        server.start()
        await until(lambda: len(events) == 2)
        assert (await parts(gateway))["state"] == {"state": "ready", "reason": ""}
        assert [type(event) for event in events] == [StateLost, StateRecovered]
        told = [record.getMessage() for record in caplog.records if "Valkey" in record.getMessage()]
        assert len(told) == 2
        await gateway.close()


async def test_a_gateway_starts_without_its_valkey_and_finds_it(tmp_path: Path) -> None:
    with valkey_server() as server:
        server.kill()
        gateway = await Gateway.open(options(tmp_path, url=server.url), LogControl())
        gateway.start()
        assert gateway.state.health.state == "degraded"
        server.start()
        await until(lambda: gateway.state.health.state == "ok")
        await gateway.close()


async def test_a_gateway_that_must_have_its_valkey_does_not_start_without(tmp_path: Path) -> None:
    with valkey_server() as server:
        server.kill()
        with pytest.raises(StateUnusable, match="refuses connections"):
            await Gateway.open(options(tmp_path, url=server.url, on_loss="refuse"), LogControl())


QUEUED = """
[local]
enabled = false
[server]
workers = {workers}
[state]
url = "{url}"
timeout = 5
[providers.test]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
[models.fast]
deployments = [{{ provider = "test", model = "alpha", concurrency = 5 }}]
"""


async def queued(folder: Path, url: str, *, workers: int = 1) -> Gateway:
    folder.mkdir()
    config = folder / "switchgear.toml"
    config.write_text(QUEUED.format(url=url, workers=workers))
    return await Gateway.open(Options(folder / "data", config, {}), LogControl())


def places(gateway: Gateway) -> int:
    """How many calls the deployment takes at once of this gateway's."""
    return gateway.directory().aliases["fast"].deployments[0].queue.limit


async def test_gateways_on_one_valkey_divide_what_a_deployment_takes_at_once(tmp_path: Path, valkey: Valkey) -> None:
    first = await queued(tmp_path / "a", valkey.url)
    first.start()
    assert places(first) == 5
    second = await queued(tmp_path / "b", valkey.url)
    second.start()
    await until(lambda: sorted((places(first), places(second))) == [2, 3])
    await second.close()
    await until(lambda: places(first) == 5)
    await first.close()


async def test_a_worker_takes_its_part_alone_before_it_has_heard_of_the_others(tmp_path: Path, valkey: Valkey) -> None:
    gateway = await queued(tmp_path / "a", valkey.url, workers=3)
    gateway.start()
    assert (places(gateway), gateway.state.members.count) == (1, 3)
    await gateway.close()
