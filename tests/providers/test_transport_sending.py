"""Requests whose body is sent as it comes: framing, pace, early answers, stale connections, sources that fail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable

import psutil
import pytest
from transport_origin import LONG, ask, origin_to

from switchgear.core.errors import (
    InternalError,
    ProviderDisconnected,
    ProviderTimeout,
    ProviderUnreachable,
    RequestError,
)
from switchgear.providers import sending
from switchgear.providers.connection import Timeouts
from switchgear.providers.transport import Answer, Origin
from switchgear.testing import Close, Delay, FaultUpstream, Gate, ReadBody, Send, Stall, faults, http1

BOTH_LOOPS = True
OK = b'{"a":1}'
MIB = 1 << 20


class Pieces:
    """A body of ``pieces``. ``gate`` is waited for before the last one; ``error`` is raised in place of it."""

    content_type = "application/octet-stream"

    def __init__(
        self,
        pieces: Iterable[bytes],
        *,
        length: int | None = None,
        gate: asyncio.Event | None = None,
        error: Exception | None = None,
    ) -> None:
        self._pieces = list(pieces)
        self.length = length
        self._gate = gate
        self._error = error
        self.taken = 0
        self.closed = False

    async def pieces(self) -> AsyncGenerator[bytes]:
        try:
            for at, piece in enumerate(self._pieces):
                if at == len(self._pieces) - 1:
                    if self._gate is not None:
                        await self._gate.wait()
                    if self._error is not None:
                        raise self._error
                self.taken += 1
                yield piece
        finally:
            self.closed = True


def whole(*pieces: bytes) -> Pieces:
    return Pieces(pieces, length=sum(map(len, pieces)))


async def post(origin: Origin, body: Pieces, timeouts: Timeouts | None = None) -> Answer:
    return await origin.send_body(origin.request_line(b"POST", b"/v1/files"), body, timeouts)


async def read(origin: Origin, body: Pieces, timeouts: Timeouts | None = None) -> bytes:
    with await post(origin, body, timeouts) as answer:
        return await answer.body()


# ---------------------------------------------------------------- framing


async def test_a_body_of_known_length_is_sent_with_it() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        body = whole(b"one", b"", b"two" * 100_000)
        assert await read(origin, body) == OK
        request = upstream.requests[0]
        assert request.header("content-length") == "300003"
        assert request.header("transfer-encoding") is None
        assert request.body == b"one" + b"two" * 100_000
        assert body.closed


async def test_a_body_of_unknown_length_is_sent_in_chunks() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        assert await read(origin, Pieces([b"one", b"", b"two"])) == OK
        request = upstream.requests[0]
        assert (request.header("content-length"), request.header("transfer-encoding")) == (None, "chunked")
        assert request.body == b"onetwo"


async def test_an_empty_body_is_one_too() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        assert await read(origin, Pieces([])) == OK
        assert await read(origin, whole()) == OK
        assert [request.complete for request in upstream.requests] == [True, True]


async def test_bodies_and_plain_calls_share_a_connection() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        for _ in range(2):
            assert await read(origin, whole(b"x" * MIB)) == OK
            assert await ask(origin) == OK
        assert len(upstream.connections) == 1


async def test_a_source_shorter_than_it_said_never_reaches_the_provider_as_a_whole() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        with pytest.raises(InternalError):
            await post(origin, Pieces([b"x"] * 3, length=4))
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert not any(request.complete for request in upstream.requests)


async def test_what_a_source_gives_beyond_its_length_is_not_sent() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(ReadBody(), Stall())
        with pytest.raises(InternalError):
            await post(origin, Pieces([b"x"] * 5, length=4))
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert [request.body for request in upstream.requests] in ([], [b"xxxx"])


# ---------------------------------------------------------------- pace


async def test_a_provider_that_takes_slowly_makes_the_source_wait() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        gate = Gate()
        upstream.answer(ReadBody(limit=1), gate, faults.ok({"a": 1}))
        body = whole(*[b"x" * 65_536] * 1600)
        memory = psutil.Process().memory_info().rss
        sent = asyncio.ensure_future(read(origin, body))
        await upstream.until(lambda: gate.reached)
        before = -1
        while before != body.taken:
            before = body.taken
            await asyncio.sleep(0.1)
        assert body.taken < 400
        assert psutil.Process().memory_info().rss < memory + 40 * MIB
        gate.open()
        assert await sent == OK
        assert len(upstream.requests[0].body) == 1600 * 65_536


async def test_a_provider_that_takes_steadily_may_take_longer_than_any_limit() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(size=400_000, gap=0.04), faults.ok({"a": 1}))
        limits = Timeouts(connect=20, first_byte=1.2, between_bytes=1.2, total=1.2)
        began = time.monotonic()
        assert await read(origin, whole(*[b"x" * 65_536] * 300), limits) == OK
        assert time.monotonic() - began > 1.2


async def test_a_source_that_is_slow_does_not_trip_the_providers_limits() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        gate = asyncio.Event()
        asyncio.get_running_loop().call_later(0.6, gate.set)
        limits = Timeouts(connect=20, first_byte=0.3, between_bytes=0.3, total=0.4)
        assert await read(origin, Pieces([b"x", b"y"], length=2, gate=gate), limits) == OK


async def test_a_provider_that_takes_nothing_more_trips_between_bytes() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.never_read_body())
        body = whole(*[b"x" * 65_536] * 400)
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.3, total=20)
        with pytest.raises(ProviderTimeout) as caught:
            await post(origin, body, limits)
        assert caught.value.message == "Provider p took nothing more of the request for 0.3 s (between_bytes)."
        assert body.closed
        assert origin._open == 0


async def test_no_answer_after_the_body_trips_first_byte() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_before_first_byte())
        limits = Timeouts(connect=20, first_byte=0.2, between_bytes=20, total=20)
        with pytest.raises(ProviderTimeout, match="first_byte"):
            await post(origin, whole(b"x" * MIB), limits)


async def test_an_answer_that_stops_after_the_body_trips_between_bytes() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_after_head())
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.2, total=20)
        with pytest.raises(ProviderTimeout, match="between_bytes"):
            await read(origin, whole(b"x" * MIB), limits)


# ---------------------------------------------------------------- early answers


async def test_a_refusal_before_the_body_is_through_ends_the_sending() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(limit=10), Send(http1.response({"a": 1}, 413)), Stall())
        upstream.always(faults.ok({"a": 1}))
        body = Pieces([b"x" * 1000, b"y" * MIB], length=1000 + MIB, gate=asyncio.Event())
        with await post(origin, body) as answer:
            assert answer.status == 413
            assert body.closed
            assert await answer.body() == OK
        assert body.taken == 1
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin) == OK  # over another connection
        assert len(upstream.connections) == 2


async def test_a_refusal_while_the_provider_takes_nothing_is_read() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(limit=10), Delay(0.1), Send(http1.response({"a": 1}, 429)), Stall())
        with await post(origin, whole(*[b"x" * 65_536] * 400)) as answer:
            assert answer.status == 429
            assert await answer.body() == OK


async def test_an_early_refusal_whose_body_stops_has_its_limits_too() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(limit=1), Send(http1.head(400, {"content-length": "10"}) + b"abc"), Stall())
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.2, total=20)
        body = Pieces([b"x", b"y"], length=2, gate=asyncio.Event())
        with await post(origin, body, limits) as answer, pytest.raises(ProviderTimeout, match="between_bytes"):
            await answer.body()


async def test_a_good_answer_before_the_body_is_through_does_not_end_it() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        early = http1.head(200, {"content-length": "7"})
        upstream.answer(ReadBody(limit=10), Send(early), ReadBody(), Send(OK))
        gate = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, gate.set)
        body = Pieces([b"x" * 1000, b"y" * MIB], length=1000 + MIB, gate=gate)
        assert await read(origin, body) == OK
        assert len(upstream.requests[0].body) == 1000 + MIB


async def test_a_provider_that_leaves_after_an_early_good_answer_ends_it() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(limit=10), Send(http1.head(200, {"content-length": "7"})), Close())
        body = whole(*[b"x" * 65_536] * 400)
        with pytest.raises(ProviderDisconnected):
            await read(origin, body)
        assert body.closed


async def test_a_provider_that_leaves_in_the_middle_is_told_of_as_that() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(limit=MIB), Close())
        with pytest.raises(ProviderDisconnected) as caught:
            await post(origin, whole(*[b"x" * 65_536] * 400))
        assert caught.value.message == "Provider p closed the connection before it had the whole request."


# ---------------------------------------------------------------- stale connections


async def test_a_stale_connection_costs_no_call_while_the_body_is_still_at_hand() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(faults.hang_up())
        upstream.always(faults.ok({"a": 1}))
        assert await ask(origin) == OK
        body = whole(b"one", b"two", b"x" * 100_000)
        assert await read(origin, body) == OK
        assert upstream.requests[-1].body == b"onetwo" + b"x" * 100_000
        assert (len(upstream.connections), body.taken) == (2, 3)


async def test_a_stale_connection_met_while_the_source_is_slow_costs_no_call() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(ReadBody(limit=1), Close())
        upstream.always(faults.ok({"a": 1}))
        assert await ask(origin) == OK
        gate = asyncio.Event()
        sent = asyncio.ensure_future(read(origin, Pieces([b"one", b"two"], gate=gate)))
        await upstream.until(lambda: len(upstream.connections) == 2 and upstream.connections[1].requests)
        gate.set()
        assert await sent == OK
        assert upstream.requests[-1].body == b"onetwo"


async def test_a_stale_connection_is_an_error_once_the_body_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "REPLAYED", 3)
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(ReadBody(limit=1), Close())
        assert await ask(origin) == OK
        with pytest.raises(ProviderDisconnected, match="before it had the whole request"):
            await post(origin, Pieces([b"four", b"five"], gate=asyncio.Event()))
        assert len(upstream.connections) == 1


async def test_a_body_sent_again_waits_for_the_provider_as_the_first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "REPLAYED", 1 << 30)
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(ReadBody(limit=1), Close())
        upstream.answer(faults.never_read_body())
        assert await ask(origin) == OK
        body = whole(*[b"x" * 65_536] * 1600)
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.5, total=20)
        with pytest.raises(ProviderTimeout, match="took nothing more"):
            await post(origin, body, limits)
        assert len(upstream.connections) == 2
        assert body.taken < 400


async def test_what_meets_a_stale_connection_and_then_no_provider_is_told_of_as_that() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(faults.hang_up())
        assert await ask(origin) == OK
        assert upstream._sock is not None
        for task in upstream._tasks:
            task.cancel()
        await asyncio.sleep(0)
        upstream._sock.close()
        body = whole(b"one")
        with pytest.raises(ProviderUnreachable):
            await post(origin, body)
        assert body.closed


# ---------------------------------------------------------------- sources that fail, callers that leave


async def test_what_the_source_raises_is_raised_and_the_provider_sees_no_whole_request() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok({"a": 1}))
        error = RequestError("The model is given twice.", param="model")
        with pytest.raises(RequestError) as caught:
            await post(origin, Pieces([b"one", b"two"], length=6, error=error))
        assert caught.value is error
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert not any(request.complete for request in upstream.requests)
        assert origin._open == 0


async def test_a_source_that_fails_after_an_early_good_answer_is_raised_too() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(limit=3), Send(http1.head(200, {"content-length": "7"})), Stall())
        gate = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, gate.set)
        with pytest.raises(RequestError, match="no"):
            await post(origin, Pieces([b"one", b"two"], length=6, gate=gate, error=RequestError("no")))
        assert origin._open == 0


@pytest.mark.parametrize("waits_for", ["the source", "the provider's reading", "the answer"])
async def test_a_cancelled_call_lets_go_of_source_and_connection(waits_for: str) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(*([ReadBody()] if waits_for == "the answer" else []), Stall())
        gate = asyncio.Event() if waits_for == "the source" else None
        pieces = [b"x" * 65_536] * (400 if waits_for == "the provider's reading" else 1)
        body = Pieces([b"x", *pieces], gate=gate)
        task = asyncio.ensure_future(post(origin, body))
        await upstream.until(lambda: upstream.requests)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert body.closed
        assert origin._open == 0
        if waits_for != "the provider's reading":  # what does not read does not notice
            await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_many_bodies_at_once_lose_nothing() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_connections=4) as origin:
        upstream.always(faults.ok({"a": 1}))
        bodies = [whole(*[bytes([number]) * 50_000] * 20) for number in range(12)]
        assert await asyncio.gather(*(read(origin, body, LONG) for body in bodies)) == [OK] * 12
        assert sorted(request.body[:1] for request in upstream.requests) == [bytes([n]) for n in range(12)]
        assert {len(request.body) for request in upstream.requests} == {1_000_000}
