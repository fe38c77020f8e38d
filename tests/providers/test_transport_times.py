"""The four time limits, each under its own name, and what does not trip them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from transport_origin import LONG, origin_to, request

from switchgear.core.errors import ProviderError, ProviderTimeout
from switchgear.providers.connection import Timeouts
from switchgear.testing import Delay, FaultUpstream, ReadBody, Send, Stall, Trickle, faults, http1

BOTH_LOOPS = True


async def fails_within(seconds: float, call: Callable[[], object]) -> ProviderError:
    started = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        await call()  # type: ignore[misc]
    assert time.monotonic() - started < seconds
    return caught.value


async def test_a_provider_that_does_not_take_the_connection_trips_connect() -> None:
    async with FaultUpstream(accept=False) as upstream, origin_to(upstream.url) as origin:
        limits = Timeouts(connect=0.2, first_byte=20, between_bytes=20, total=20)
        error = await fails_within(5, lambda: origin.send(request(origin), limits))
    assert isinstance(error, ProviderTimeout)
    assert error.message == "Provider p could not be connected to within 0.2 s (connect)."
    assert error.http_status == 504


async def test_a_provider_that_stalls_in_the_tls_handshake_trips_connect() -> None:
    async with FaultUpstream() as upstream:
        upstream.on_connect(Stall())
        async with origin_to(upstream.url.replace("http", "https")) as origin:
            await origin._tls_context()  # the system's certificates take a while to load
            limits = Timeouts(connect=0.2, first_byte=20, between_bytes=20, total=20)
            error = await fails_within(5, lambda: origin.send(request(origin), limits))
        assert "(connect)" in error.message
        await upstream.until(lambda: upstream.connections[0].closed_at)


@pytest.mark.parametrize(
    "plan",
    [
        faults.stall_before_first_byte(),
        (ReadBody(), Send(b"HTTP/1.1 200 OK\r\ncontent-"), Stall()),
        (ReadBody(), Send(http1.head(100)), Stall()),
        (ReadBody(), Trickle(b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 100_000, 1, 0.01)),
    ],
    ids=["silent", "half a head", "continue only", "head byte by byte"],
)
async def test_no_whole_head_in_time_trips_first_byte(plan: tuple[object, ...]) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(plan)  # type: ignore[arg-type]
        limits = Timeouts(connect=20, first_byte=0.2, between_bytes=20, total=20)
        error = await fails_within(5, lambda: origin.send(request(origin), limits))
        assert isinstance(error, ProviderTimeout)
        assert error.message == "Provider p did not answer within 0.2 s (first_byte)."
        await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_a_stream_that_stops_trips_between_bytes() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_mid_stream())
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.2, total=20)
        with await origin.send(request(origin), limits) as answer:
            error = await fails_within(5, lambda: answer.pipe(lambda data: None))
        assert isinstance(error, ProviderTimeout)
        assert error.message == "Provider p sent nothing more for 0.2 s (between_bytes)."
        await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_a_body_that_stops_trips_between_bytes() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_after_head())
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.2, total=20)
        with await origin.send(request(origin), limits) as answer:
            error = await fails_within(5, answer.body)
    assert "(between_bytes)" in error.message


async def test_a_stream_that_never_ends_trips_total() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stream([{"a": 1}] * 10_000, gap=0.01))
        limits = Timeouts(connect=20, first_byte=20, between_bytes=20, total=0.3)
        with await origin.send(request(origin), limits) as answer:
            error = await fails_within(5, lambda: answer.pipe(lambda data: None))
    assert isinstance(error, ProviderTimeout)
    assert error.message == "Provider p was not done within 0.3 s (total)."


async def test_total_counts_before_the_head_too() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_before_first_byte())
        limits = Timeouts(connect=20, first_byte=20, between_bytes=20, total=0.2)
        error = await fails_within(5, lambda: origin.send(request(origin), limits))
    assert "(total)" in error.message


async def test_a_steady_stream_longer_than_between_bytes_passes() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stream([{"a": number} for number in range(20)], gap=0.03))
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.4, total=20)
        got: list[bytes] = []
        with await origin.send(request(origin), limits) as answer:
            await answer.pipe(got.append)
    assert b'{"a":19}' in b"".join(got)


async def test_a_client_that_pauses_longer_than_between_bytes_does_not_trip_it() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok(b"x" * 2_000_000))
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.15, total=20)
        got = 0

        def sink(data: bytes) -> None:
            nonlocal got
            if not got:
                answer.pause()
                asyncio.get_running_loop().call_later(0.6, answer.resume)
            got += len(data)

        with await origin.send(request(origin), limits) as answer:
            await answer.pipe(sink)
    assert got == 2_000_000


async def test_a_reader_that_comes_late_does_not_trip_between_bytes() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok(b"x" * 2_000_000))
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.15, total=20)
        with await origin.send(request(origin), limits) as answer:
            await asyncio.sleep(0.6)
            assert len(await answer.body()) == 2_000_000


async def test_a_paused_answer_still_trips_total() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.endless_body())
        limits = Timeouts(connect=20, first_byte=20, between_bytes=0.1, total=0.4)
        with await origin.send(request(origin), limits) as answer:
            error = await fails_within(5, lambda: answer.pipe(lambda data: answer.pause()))
    assert "(total)" in error.message


async def test_a_large_body_on_its_way_does_not_trip_first_byte() -> None:
    """It is taken in about two seconds, steadily; the answer comes a moment later."""
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(size=400_000, gap=0.04), Delay(0.2), faults.ok({"a": 1}))
        limits = Timeouts(connect=20, first_byte=1.2, between_bytes=20, total=20)
        with await origin.send(request(origin, b"x" * 20_000_000), limits) as answer:
            assert await answer.body() == b'{"a":1}'


async def test_a_large_body_nobody_takes_trips_first_byte() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.never_read_body())
        limits = Timeouts(connect=20, first_byte=0.3, between_bytes=20, total=20)
        error = await fails_within(5, lambda: origin.send(request(origin, b"x" * 10_000_000), limits))
    assert "(first_byte)" in error.message


async def test_an_answer_told_to_hurry_has_that_long_to_end() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_mid_stream())
        with await origin.send(request(origin), LONG) as answer:
            answer.hurry(0.2)
            error = await fails_within(5, lambda: answer.pipe(lambda data: None))
    assert isinstance(error, ProviderTimeout)
