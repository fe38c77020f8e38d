"""A worker: what its supervisor tells of the embedded models is never missed."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from switchgear.app import worker as module
from switchgear.app.crew import Member
from switchgear.app.line import Line
from switchgear.app.orders import Orders
from switchgear.app.worker import WorkerProcess


def told(where: list[str] | None) -> str:
    """What a supervisor tells of one model that answers there."""
    state = {"state": "starting" if where is None else "ready", "reason": "", "since": 0.0, "restarts": 0}
    return json.dumps({"small": {**state, "pid": 1, "where": where}})


@pytest.fixture
def members(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[Member]:
    """The worker's place in its crew, as it opens its gateway; there is no gateway."""
    opened: asyncio.Queue[Member] = asyncio.Queue()

    async def open_gateway(_options: object, _control: object, member: Member) -> Any:
        opened.put_nowait(member)
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "Gateway", SimpleNamespace(open=open_gateway))
    monkeypatch.setattr(module, "_Watched", lambda _: SimpleNamespace(patience=0))  # it would end this process
    monkeypatch.setattr(module.logs, "configure", lambda *_, **__: None)
    return opened


async def test_a_model_that_is_ready_while_the_worker_starts_is_known_to_it(
    tmp_path: Path, members: asyncio.Queue[Member]
) -> None:
    """A slow start finds the orders and the news in its socket at once."""
    ours, theirs = socket.socketpair()
    orders = Orders(
        1,
        -1,
        -1,
        {"data_dir": str(tmp_path), "config": None, "overrides": {}},
        None,
        None,
        tell=False,
        models=told(None),
    )
    line = await Line.over(ours, _nothing)
    line.tell("orders", orders.packed())
    line.tell("models", told(["http://127.0.0.1:9", "a-key"]).encode())
    worker = asyncio.create_task(WorkerProcess(theirs, lambda _: None).run())
    member = await asyncio.wait_for(members.get(), 60)
    assert member.shared_models is not None
    endpoint = member.shared_models.endpoint("small")
    assert endpoint is not None
    assert endpoint.base_url == "http://127.0.0.1:9"
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    line.close()


async def _nothing(_kind: str, _body: bytes) -> bytes:
    return b""
