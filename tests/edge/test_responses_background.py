"""Responses in the background: who works on them, how they end, and what is left when nobody works on them any more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from switchgear.core.errors import (
    NotFound,
    ProviderTimeout,
    RequestTooLarge,
    ShuttingDown,
    StoreUnavailable,
    TooManyAtOnce,
)
from switchgear.edge.openai import responses_background
from switchgear.edge.openai.responses_background import BackgroundResponses, BackgroundRun
from switchgear.edge.openai.responses_events import Overlay
from switchgear.edge.openai.responses_requests import decode_response_request
from switchgear.edge.openai.responses_turns import Turn, now_ms
from switchgear.store.responses import KeptResponse
from switchgear.store.store import Store

ITEM = {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "four"}]}


def event(kind: str, number: int, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': number} | fields)}\n\n".encode()


CREATED = event("response.created", 0, response={"id": "resp_theirs", "status": "in_progress", "output": []})
DONE = event("response.output_item.done", 1, item=ITEM)
COMPLETED = event("response.completed", 2, response={"id": "resp_theirs", "status": "completed", "output": [ITEM]})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open("sqlite:", tmp_path, secret=b"a secret of the tests, 32 bytes.")
    yield opened
    await opened.close()


@pytest.fixture
async def background(store: Store) -> AsyncIterator[BackgroundResponses]:
    made = BackgroundResponses(store.responses, lease=1000, most=2)
    yield made
    await made.close()


def turn(number: int = 1, key_id: str = "key_a") -> Turn:
    request = decode_response_request(b'{"model":"m","input":"2 + 2?","background":true,"stream":true}')
    overlay = Overlay(f"resp_{number}", store=True, background=True, previous_id=None)
    return Turn(request, key_id, overlay, request.items, [])


def row(of: Turn, alive_until: int) -> KeptResponse:
    now = now_ms()
    values = (of.overlay.id, of.key_id, None, now, now + 86_400_000, "in_progress", "m", b"[]")
    return KeptResponse(*values, document=of.overlay.bare("m"), alive_until=alive_until)


async def begun(background: BackgroundResponses, work: Any, number: int = 1, key_id: str = "key_a") -> BackgroundRun:
    one = turn(number, key_id)
    return await background.begin(one, row(one, background.alive_until()), work)


async def forever(run: BackgroundRun) -> None:
    run.write(CREATED + DONE)
    await asyncio.Event().wait()


async def ended(run: BackgroundRun) -> None:
    while not run.done:
        await run.news.wait()


async def told(store: Store, response_id: str = "resp_1") -> dict[str, Any]:
    kept = await store.responses.get(response_id, "key_a", now_ms())
    shown: dict[str, Any] = msgspec.json.decode(kept.document)
    assert (kept.status, kept.alive_until is None) == (shown["status"], shown["status"] != "in_progress")
    return shown


def kinds(run: BackgroundRun) -> list[str]:
    return [event.split(b"\n")[0].decode().removeprefix("event: response.") for _, event in run.events]


async def test_the_last_event_is_shown_once_the_response_is_kept(store: Store, background: BackgroundResponses) -> None:
    async def work(run: BackgroundRun) -> None:
        run.write(CREATED + DONE)
        run.end(COMPLETED)
        assert kinds(run) == ["created", "output_item.done"]

    run = await begun(background, work)
    await ended(run)
    assert kinds(run) == ["created", "output_item.done", "completed"]
    assert (await told(store))["status"] == "completed"
    assert "msg_1" in await store.responses.holding(["msg_1"], "key_a", now_ms())
    assert background.find("resp_1", "key_a") is run
    assert background.find("resp_1", "key_b") is None


@pytest.mark.parametrize("defect", [ValueError("a defect"), RecursionError(), msgspec.DecodeError("odd")])
async def test_a_response_that_meets_a_defect_has_failed(
    store: Store, background: BackgroundResponses, defect: Exception
) -> None:
    async def work(run: BackgroundRun) -> None:
        run.write(CREATED + DONE)
        raise defect

    await ended(await begun(background, work))
    shown = await told(store)
    assert (shown["status"], shown["error"]["code"]) == ("failed", "server_error")


async def test_a_response_that_fails_is_kept_with_its_error(store: Store, background: BackgroundResponses) -> None:
    async def work(run: BackgroundRun) -> None:
        run.write(CREATED + DONE)
        raise ProviderTimeout("It took too long.")

    run = await begun(background, work)
    await ended(run)
    shown = await told(store)
    assert (shown["status"], shown["output"]) == ("failed", [ITEM])
    assert shown["error"]["message"].startswith("It took too long.")
    assert [number for number, _ in run.events] == [0, 1, 2, 3]
    assert kinds(run)[-1] == "failed"


async def test_one_too_large_to_be_kept_fails_and_shows_nothing(store: Store, background: BackgroundResponses) -> None:
    async def work(run: BackgroundRun) -> None:
        run.write(CREATED + DONE)
        run.end(COMPLETED)
        raise RequestTooLarge("Too large to be kept.")

    await ended(await begun(background, work))
    shown = await told(store)
    assert (shown["status"], shown["output"], shown["error"]["code"]) == ("failed", [], "request_too_large")


async def test_a_cancelled_response_keeps_what_was_whole(store: Store, background: BackgroundResponses) -> None:
    run = await begun(background, forever)
    while not run.events:
        await run.news.wait()
    await background.cancel(await store.responses.get("resp_1", "key_a", now_ms()))
    shown = await told(store)
    assert (shown["status"], shown["output"], shown["error"]) == ("cancelled", [ITEM], None)
    assert (run.done, kinds(run)[-1]) == (True, "cancelled")


async def test_what_is_worked_on_elsewhere_can_be_cancelled_here(store: Store, background: BackgroundResponses) -> None:
    elsewhere = BackgroundResponses(store.responses, lease=1000)
    run = await begun(elsewhere, forever)
    await background.cancel(await store.responses.get("resp_1", "key_a", now_ms()))
    await elsewhere.look()
    assert run.done
    assert (await told(store))["status"] == "cancelled"


async def test_a_deleted_response_is_worked_on_no_more(store: Store, background: BackgroundResponses) -> None:
    here, gone = await begun(background, forever), await begun(background, forever, 2)
    await store.responses.delete("resp_1", "key_a", now_ms())
    await background.drop("resp_1")
    await store.responses.delete("resp_2", "key_a", now_ms())
    await background.look()
    assert (here.done, gone.done) == (True, True)
    assert background.find("resp_1", "key_a") is None
    with pytest.raises(NotFound):
        await told(store)


async def test_a_key_has_so_many_at_once(background: BackgroundResponses) -> None:
    first = await begun(background, forever)
    await begun(background, forever, 2)
    with pytest.raises(TooManyAtOnce) as refused:
        await begun(background, forever, 3)
    assert refused.value.param == "background"
    await begun(background, forever, 4, "key_b")
    await background.cancel(first.row)
    await begun(background, forever, 3)


async def test_what_is_under_way_when_the_gateway_stops_has_failed(
    store: Store, background: BackgroundResponses
) -> None:
    run = await begun(background, forever)
    await background.close()
    shown = await told(store)
    assert (shown["status"], shown["error"]["code"]) == ("failed", "server_error")
    assert kinds(run)[-1] == "failed"
    with pytest.raises(ShuttingDown):
        await begun(background, forever, 2)


async def test_what_a_killed_gateway_let_go_of_has_failed(store: Store, background: BackgroundResponses) -> None:
    one, other = turn(1), turn(2)
    await store.responses.keep(row(one, now_ms() - 1))
    await store.responses.keep(row(other, now_ms() + 100_000))
    await background.look()
    assert (await told(store))["status"] == "failed"
    assert (await told(store, "resp_2"))["status"] == "in_progress"


async def test_a_response_that_is_worked_on_for_long_is_not_taken_for_one_let_go_of(store: Store) -> None:
    working = BackgroundResponses(store.responses, lease=0.03)
    run = await begun(working, forever)
    first = (await store.responses.get("resp_1", "key_a", now_ms())).alive_until
    assert first is not None
    working.start()
    while ((await store.responses.get("resp_1", "key_a", now_ms())).alive_until or 0) <= first:
        await asyncio.sleep(0)
    assert not run.done
    await working.close()


async def test_the_end_is_kept_when_the_store_can_be_reached_again(
    store: Store, background: BackgroundResponses, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, tried = store.responses.settle, []

    async def unreachable_once(kept: KeptResponse, items: Any = ()) -> bool:
        tried.append(kept.id)
        if len(tried) == 1:
            raise StoreUnavailable("gone")
        return await settle(kept, items)

    monkeypatch.setattr(store.responses, "settle", unreachable_once)

    async def work(run: BackgroundRun) -> None:
        run.end(CREATED + COMPLETED)

    await ended(await begun(background, work))
    assert (await told(store))["status"] == "completed"


async def test_a_response_whose_end_met_a_defect_is_let_go_of(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    background = BackgroundResponses(store.responses, lease=0)

    async def work(run: BackgroundRun) -> None:
        def defect() -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(run, "fail", lambda error: defect())
        raise ProviderTimeout("It took too long.")

    run = await begun(background, work)
    assert run.task is not None
    await asyncio.wait([run.task])
    assert isinstance(run.task.exception(), ZeroDivisionError)
    while (await store.responses.get("resp_1", "key_a", now_ms())).alive_until is not None:
        await background.look()
    assert run.done
    assert (await told(store))["status"] == "failed"


async def test_events_without_end_are_not_remembered_without_end(
    store: Store, background: BackgroundResponses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_background, "_LONGEST_STREAM", 1000)

    async def work(run: BackgroundRun) -> None:
        while True:
            run.write(CREATED)

    await ended(await begun(background, work))
    assert (await told(store))["error"]["code"] == "request_too_large"
