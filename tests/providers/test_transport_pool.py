"""The pool: connections kept, limited, waited for, found stale, poisoned and given back."""

from __future__ import annotations

import asyncio
import time

import pytest
from transport_origin import LONG, ask, origin_to, request

from switchgear.core.errors import ProviderDisconnected, ProviderTimeout, ProviderUnreachable
from switchgear.providers import transport
from switchgear.providers.transport import Timeouts
from switchgear.testing import Delay, FaultUpstream, Gate, ReadBody, Reset, Send, Stall, faults, http1, unused_port
from switchgear.testing.steps import Plan

BOTH_LOOPS = True
OK = b'{"a":1}'


async def test_calls_one_after_another_share_a_connection() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        for _ in range(5):
            assert await ask(origin) == OK
        assert [len(connection.requests) for connection in upstream.connections] == [5]


@pytest.mark.parametrize(
    "plan",
    [
        faults.close_delimited({"a": 1}),
        faults.http10({"a": 1}),
        faults.http10({"a": 1}, length=False),
        faults.ok({"a": 1}, {"connection": "close"}),
    ],
    ids=["close-delimited", "HTTP/1.0", "HTTP/1.0 without length", "connection: close"],
)
async def test_an_answer_that_ends_its_connection_is_followed_by_a_new_one(plan: Plan) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(plan)
        assert [await ask(origin) for _ in range(2)] == [OK, OK]
        assert len(upstream.connections) == 2


async def test_calls_at_once_have_a_connection_each_and_leave_them_for_later() -> None:
    gate = Gate()
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(ReadBody(), gate, faults.ok({"a": 1}))
        calls = [asyncio.ensure_future(ask(origin)) for _ in range(4)]
        await upstream.until(lambda: gate.reached == 4)
        gate.open()
        assert await asyncio.gather(*calls) == [OK] * 4
        assert [await ask(origin) for _ in range(4)] == [OK] * 4
        assert len(upstream.connections) == 4


# ---------------------------------------------------------------- a limited number


async def test_no_more_connections_are_open_than_allowed_and_every_waiter_gets_a_place() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=2) as origin:
        upstream.always(ReadBody(), Delay(0.01), faults.ok({"a": 1}))
        assert await asyncio.gather(*(ask(origin) for _ in range(20))) == [OK] * 20
        assert len(upstream.connections) == 2


async def test_waiters_get_the_places_of_connections_that_do_not_last() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=2) as origin:
        upstream.always(faults.close_delimited({"a": 1}))
        assert await asyncio.gather(*(ask(origin) for _ in range(20))) == [OK] * 20


async def test_waiting_for_a_place_ends_with_connect_and_says_why() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=1) as origin:
        upstream.always(faults.stall_before_first_byte())
        first = asyncio.ensure_future(ask(origin))
        await upstream.until(lambda: upstream.requests)
        with pytest.raises(ProviderTimeout) as caught:
            await ask(origin, timeouts=Timeouts(connect=0.2))
        assert caught.value.message == (
            "Provider p has all of its 1 connections in use, and none came free within 0.2 s (connect)."
        )
        assert "max_connections" in caught.value.advice
        first.cancel()
        await asyncio.wait([first])


async def test_a_cancelled_call_leaves_its_place_to_a_waiter() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=1) as origin:
        upstream.answer(faults.stall_before_first_byte())
        upstream.always(faults.ok({"a": 1}))
        first = asyncio.ensure_future(ask(origin))
        await upstream.until(lambda: upstream.requests)
        second = asyncio.ensure_future(ask(origin))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == OK


async def test_a_waiter_cancelled_when_its_turn_came_passes_it_on() -> None:
    gate = Gate()
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=1) as origin:
        upstream.answer(ReadBody(), gate, faults.ok({"a": 1}))
        upstream.always(faults.ok({"a": 1}))
        answer = asyncio.ensure_future(origin.send(request(origin)))
        await upstream.until(lambda: gate.reached)
        waiting = [asyncio.ensure_future(ask(origin)) for _ in range(3)]
        await asyncio.sleep(0)
        gate.open()
        whole = await answer
        await whole.body()
        whole.close()  # the first waiter is called now, and leaves in the same turn of the loop
        waiting[0].cancel()
        assert await asyncio.gather(*waiting[1:]) == [OK, OK]
        assert waiting[0].cancelled()


async def test_waiters_that_gave_up_do_not_cost_the_others_their_turn() -> None:
    gate = Gate()
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=1) as origin:
        upstream.answer(ReadBody(), gate, faults.ok({"a": 1}))
        upstream.always(faults.ok({"a": 1}))
        first = asyncio.ensure_future(ask(origin))
        await upstream.until(lambda: gate.reached)
        impatient = [asyncio.ensure_future(ask(origin, timeouts=Timeouts(connect=0.05))) for _ in range(5)]
        patient = asyncio.ensure_future(ask(origin))
        for outcome in await asyncio.gather(*impatient, return_exceptions=True):
            assert isinstance(outcome, ProviderTimeout)
        gate.open()
        assert await asyncio.gather(first, patient) == [OK, OK]


async def test_places_of_failed_connects_come_back() -> None:
    async with origin_to(f"http://127.0.0.1:{unused_port()}", max_connections=2) as origin:
        for _ in range(5):
            with pytest.raises(ProviderUnreachable, match=r"(?i)refused|connect call failed"):
                await ask(origin)


async def test_places_of_calls_cancelled_while_connecting_come_back() -> None:
    async with FaultUpstream(accept=False) as upstream, origin_to(upstream.url, max_connections=1) as origin:
        for _ in range(3):
            call = asyncio.ensure_future(ask(origin))
            await asyncio.sleep(0.01)
            call.cancel()
            await asyncio.wait([call])
        with pytest.raises(ProviderTimeout, match="could not be connected to"):
            await ask(origin, timeouts=Timeouts(connect=0.1))


# ---------------------------------------------------------------- idle connections


async def test_idle_connections_are_closed_after_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.2)
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        await asyncio.gather(ask(origin), ask(origin))
        await upstream.until(lambda: all(connection.closed_at for connection in upstream.connections))
        assert len(upstream.connections) == 2


async def test_a_connection_in_use_now_and_then_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 1.0)
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        started = time.monotonic()
        while time.monotonic() - started < 1.5:
            await ask(origin)
            await asyncio.sleep(0.05)
        assert len(upstream.connections) == 1


async def test_a_kept_connection_the_provider_closes_leaves_the_pool_and_frees_its_place() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=1) as origin:
        upstream.answer(faults.stale({"a": 1}))
        upstream.always(faults.ok({"a": 1}))
        assert await ask(origin) == OK
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin) == OK
        assert [len(connection.requests) for connection in upstream.connections] == [1, 1]


async def test_closing_the_pool_ends_idle_connections_at_once_and_others_when_they_are_done() -> None:
    gate = Gate()
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(), gate, faults.ok({"a": 1}))
        busy = asyncio.ensure_future(ask(origin))
        await upstream.until(lambda: gate.reached)
        await ask(origin)
        origin.close()
        await upstream.until(lambda: upstream.connections[1].closed_at)
        assert upstream.connections[0].closed_at is None
        gate.open()
        await busy
        await upstream.until(lambda: upstream.connections[0].closed_at)


# ---------------------------------------------------------------- stale connections


@pytest.mark.parametrize("how", ["fin", "reset"])
async def test_a_request_on_a_stale_connection_is_sent_again(how: str) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(faults.hang_up(how))  # type: ignore[arg-type]
        upstream.answer(faults.ok({"a": 2}))
        assert await ask(origin) == OK
        assert await ask(origin, b'{"q":2}') == b'{"a":2}'
        assert [request.body for request in upstream.requests] == [b"{}", b'{"q":2}', b'{"q":2}']
        assert [len(connection.requests) for connection in upstream.connections] == [2, 1]


@pytest.mark.parametrize("how", ["fin", "reset"])
async def test_with_a_pool_of_stale_connections_every_call_is_answered_with_one_more_try_at_most(how: str) -> None:
    gate = Gate()
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(), gate, faults.ok({"a": 1}), faults.hang_up(how)[1:], times=0)  # type: ignore[arg-type]
        upstream.always(ReadBody(), gate, faults.ok({"a": 1}))
        calls = [asyncio.ensure_future(ask(origin)) for _ in range(4)]
        await upstream.until(lambda: gate.reached == 4)
        gate.open()
        await asyncio.gather(*calls)
        upstream.answer(faults.hang_up(how))  # type: ignore[arg-type]
        assert await ask(origin) == OK
        assert len(upstream.requests) == 6


async def test_a_request_that_fells_its_server_is_sent_twice_at_most() -> None:
    gate = Gate()
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(ReadBody(), gate, faults.ok({"a": 1}))
        calls = [asyncio.ensure_future(ask(origin)) for _ in range(4)]
        await upstream.until(lambda: gate.reached == 4)
        gate.open()
        await asyncio.gather(*calls)
        upstream.always(faults.hang_up())
        with pytest.raises(ProviderDisconnected, match="without an answer"):
            await ask(origin)
        assert len(upstream.requests) == 6


@pytest.mark.parametrize("how", ["fin", "reset"])
async def test_a_request_is_not_sent_again_after_one_byte_of_an_answer(how: str) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        end: Plan = (Delay(0.05), Reset()) if how == "reset" else faults.hang_up()[1:]
        upstream.answer(ReadBody(), Send(b"H"), end)
        await ask(origin)
        with pytest.raises(ProviderDisconnected):
            await ask(origin)
        assert len(upstream.requests) == 2


@pytest.mark.parametrize("how", ["fin", "reset"])
async def test_a_new_connection_that_ends_without_a_byte_is_an_error_at_once(how: str) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.hang_up(how))  # type: ignore[arg-type]
        with pytest.raises(ProviderDisconnected, match="without an answer"):
            await ask(origin)
        assert len(upstream.requests) == 1


async def test_connections_closed_as_soon_as_they_are_accepted_are_errors_not_waits() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        for _ in range(10):
            upstream.on_connect(Reset())
            with pytest.raises((ProviderDisconnected, ProviderUnreachable)):
                await asyncio.wait_for(ask(origin), 5)


# ---------------------------------------------------------------- poisoned connections


@pytest.mark.parametrize(
    "extra",
    [b"x", b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad", b"HTTP/1.1 200", b"\x00", b"\r\n\r\nx"],
    ids=["a byte", "an answer", "half an answer", "a null", "after empty lines"],
)
@pytest.mark.parametrize("gap", [0.0, 0.05], ids=["with it", "after it"])
async def test_bytes_after_an_answer_end_the_connection_and_reach_no_other_call(extra: bytes, gap: float) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        whole = http1.response({"a": 1})
        plan: Plan = (
            (ReadBody(), Send(whole + extra)) if not gap else (ReadBody(), Send(whole), Delay(gap), Send(extra))
        )
        upstream.answer(plan)
        upstream.always(faults.ok({"a": 2}))
        assert await ask(origin) == OK
        if gap:
            await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin) == b'{"a":2}'
        assert len(upstream.connections) == 2


async def test_an_answer_to_a_question_nobody_asked_is_not_taken_for_the_next() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.on_connect(Send(http1.response({"stolen": True})))
        upstream.always(faults.ok({"a": 1}))
        results = await asyncio.gather(ask(origin), return_exceptions=True)
        # what arrives in the instant between connecting and asking cannot be told from an answer
        assert results[0] in (b'{"stolen":true}', OK) or isinstance(results[0], ProviderDisconnected)
        assert await ask(origin) == OK


async def test_an_answer_left_unread_ends_its_connection() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.endless_body())
        upstream.always(faults.ok({"a": 1}))
        (await origin.send(request(origin))).close()
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin) == OK


async def test_an_answer_closed_twice_gives_its_connection_back_once() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.always(ReadBody(), Delay(0.05), faults.ok({"a": 1}))
        answer = await origin.send(request(origin))
        await answer.body()
        answer.close()
        answer.close()
        assert await asyncio.gather(ask(origin), ask(origin)) == [OK, OK]
        assert len(upstream.connections) == 2


@pytest.mark.parametrize("by", ["sink", "size"])
async def test_a_connection_whose_answer_ended_while_paused_serves_the_next_call(by: str) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok(b"x" * (400_000 if by == "size" else 100)))
        upstream.always(faults.ok({"a": 1}))
        with await origin.send(request(origin)) as answer:
            if by == "sink":
                await answer.pipe(lambda data: answer.pause())
            else:
                await asyncio.sleep(0.1)
                await answer.body()
            answer.pause()  # a slow client may say so at any time
        assert await asyncio.wait_for(ask(origin, timeouts=LONG), 5) == OK
        assert len(upstream.connections) == 1


async def test_a_paused_answer_can_be_read_whole() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok(b"x" * 2_000_000))
        with await origin.send(request(origin)) as answer:
            answer.pause()
            assert len(await asyncio.wait_for(answer.body(), 5)) == 2_000_000


async def test_an_early_refusal_of_a_large_body_is_no_connection_to_keep() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(Send(http1.response({"a": 1}, 413)), Stall())
        upstream.always(faults.ok({"a": 1}))
        with await origin.send(request(origin, b"x" * 20_000_000)) as answer:
            assert answer.status == 413
            assert await answer.body() == OK
        assert await ask(origin) == OK
        assert len(upstream.connections) == 2
