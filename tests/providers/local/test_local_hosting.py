"""Embedded models that another process owns, as a worker sees them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from switchgear.core.errors import ModelNotFound, ModelUnavailable
from switchgear.providers.local.hosting import ModelsElsewhere

HERE = ["http://127.0.0.1:9/v1", "the-key"]
NEXT = ["http://127.0.0.1:10/v1", "another"]


def told(state: str = "ready", where: list[str] | None = None, reason: str = "") -> bytes:
    document = {"chat": {"state": state, "reason": reason, "since": 1.0, "restarts": 2, "pid": 7, "where": where}}
    return json.dumps(document).encode()


def models(document: bytes) -> tuple[ModelsElsewhere, list[str]]:
    needed: list[str] = []
    return ModelsElsewhere(document, needed.append), needed


async def test_they_are_as_the_owner_told_last() -> None:
    made, _ = models(told("starting"))
    assert (made.names, made.endpoint("chat"), made.status("chat").state) == (("chat",), None, "starting")
    made.take(told("ready", HERE))
    endpoint = made.endpoint("chat")
    assert endpoint is not None
    assert (endpoint.base_url, endpoint.key.reveal()) == (HERE[0], HERE[1])
    shown: dict[str, Any] = made.states()["chat"]
    assert shown == {"state": "ready", "reason": "", "since": 1.0, "restarts": 2}
    assert "the-key" not in repr(endpoint)


async def test_who_waits_is_told_when_it_is_ready() -> None:
    made, needed = models(told("starting"))
    waiting = asyncio.create_task(made.ready("chat", 20))
    await asyncio.sleep(0)
    made.take(told("starting"))
    await asyncio.sleep(0)
    made.take(told("ready", HERE))
    assert (await waiting).base_url == HERE[0]
    assert needed == []


async def test_one_that_was_not_started_is_asked_for() -> None:
    made, needed = models(told("stopped"))
    waiting = asyncio.create_task(made.ready("chat", 20))
    await asyncio.sleep(0)
    assert needed == ["chat"]
    made.take(told("ready", HERE))
    await waiting


@pytest.mark.parametrize(("state", "retry"), [("failed", None), ("restarting", 1.0)])
async def test_one_that_is_not_there_says_why(state: str, retry: float | None) -> None:
    made, _ = models(told(state, reason="out of memory"))
    with pytest.raises(ModelUnavailable, match="out of memory") as raised:
        await made.ready("chat", 0.02)
    assert raised.value.retry_after == retry


async def test_the_end_of_a_process_is_seen_by_its_address() -> None:
    made, _ = models(told("ready", HERE))
    endpoint = made.endpoint("chat")
    assert endpoint is not None
    assert not await made.gone("chat", endpoint, 0.01)
    waiting = asyncio.create_task(made.gone("chat", endpoint, 20))
    await asyncio.sleep(0)
    made.take(told("ready", NEXT))
    assert await waiting


async def test_an_unknown_name_is_one() -> None:
    made, _ = models(told())
    with pytest.raises(ModelNotFound, match="There are: chat"):
        made.endpoint("other")
