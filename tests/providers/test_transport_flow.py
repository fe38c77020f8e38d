"""Slow clients, clients that leave, and sinks that refuse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest
from transport_origin import ask, origin_to, request

from switchgear.core.errors import ProviderDisconnected, ProviderInvalidResponse
from switchgear.providers.transport import Answer, Origin
from switchgear.testing import Delay, FaultUpstream, ReadBody, Send, faults, http1

BOTH_LOOPS = True


# ---------------------------------------------------------------- back-pressure


async def settled(read: Callable[[], int]) -> int:
    """The number once it has stopped to grow."""
    deadline = time.monotonic() + 15
    before = -1
    while time.monotonic() < deadline and before != (now := read()):
        before = now
        await asyncio.sleep(0.1)
    assert before == read()
    return before


async def test_a_paused_stream_makes_the_provider_wait() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.endless_stream())
        got = 0

        def sink(data: bytes) -> None:
            nonlocal got
            got += len(data)
            if got > 100_000:
                answer.pause()

        memory = psutil.Process().memory_info().rss
        with await origin.send(request(origin)) as answer:
            piping = asyncio.ensure_future(answer.pipe(sink))
            await upstream.until(lambda: got > 100_000)
            sent = await settled(lambda: upstream.connections[0].bytes_sent)
            assert sent < 16_000_000  # what the kernel's buffers take
            assert got < 1_000_000
            assert psutil.Process().memory_info().rss < memory + 40_000_000
            got = -10_000_000
            answer.resume()
            await upstream.until(lambda: got > 100_000)
            piping.cancel()
            await asyncio.wait([piping])


async def test_an_answer_nobody_reads_yet_makes_the_provider_wait() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.endless_body())
        with await origin.send(request(origin)) as answer:
            await settled(lambda: upstream.connections[0].bytes_sent)
            assert sum(map(len, answer._connection._parts)) < 1_000_000


async def test_pausing_and_resuming_at_every_piece_loses_nothing() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        body = bytes(range(256)) * 8000
        upstream.answer(faults.chunked([body[at : at + 50_000] for at in range(0, len(body), 50_000)]))
        got: list[bytes] = []

        def sink(data: bytes) -> None:
            got.append(data)
            answer.pause()
            asyncio.get_running_loop().call_soon(answer.resume)

        with await origin.send(request(origin)) as answer:
            await answer.pipe(sink)
        assert b"".join(got) == body


async def test_what_arrived_before_the_pipe_comes_first() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(), Send(http1.head(200, {"content-length": "6"}) + b"abc"), Delay(0.1), Send(b"def"))
        got: list[bytes] = []
        with await origin.send(request(origin)) as answer:
            await asyncio.sleep(0.03)
            await answer.pipe(got.append)
        assert b"".join(got) == b"abcdef"


# ---------------------------------------------------------------- leaving


async def in_head(origin: Origin) -> None:
    await origin.send(request(origin))


async def in_body(origin: Origin) -> None:
    await ask(origin)


async def in_pipe(origin: Origin) -> None:
    with await origin.send(request(origin)) as answer:
        await answer.pipe(lambda data: None)


async def in_paused_pipe(origin: Origin) -> None:
    with await origin.send(request(origin)) as answer:
        await answer.pipe(lambda data: answer.pause())


@pytest.mark.parametrize(
    ("call", "plan"),
    [
        (in_head, faults.stall_before_first_byte()),
        (in_head, faults.never_read_body()),
        (in_body, faults.stall_after_head()),
        (in_body, faults.endless_body()),
        (in_pipe, faults.stall_mid_stream()),
        (in_pipe, faults.endless_stream()),
        (in_paused_pipe, faults.stall_mid_stream()),
        (in_paused_pipe, faults.endless_stream()),
    ],
)
async def test_the_provider_sees_a_cancelled_call_end_within_a_second(
    call: Callable[[Origin], Awaitable[None]], plan: tuple[object, ...]
) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_response_bytes=1 << 40) as origin:
        upstream.answer(plan)  # type: ignore[arg-type]
        task = asyncio.ensure_future(call(origin))
        await upstream.until(lambda: upstream.requests)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.until(lambda: upstream.connections[0].closed_at, timeout=1)
        assert await ask(origin)
        assert len(upstream.connections) == 2


async def test_a_call_cancelled_when_its_answer_is_whole_does_no_harm() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.always(faults.ok({"a": 1}))
        for delay in range(40):
            task = asyncio.ensure_future(ask(origin))
            await asyncio.sleep(delay / 20_000)
            task.cancel()
            await asyncio.wait([task])
            assert await ask(origin) == b'{"a":1}'


# ---------------------------------------------------------------- sinks that refuse


async def refused(answer: Answer, error: Exception, *, after: int) -> None:
    got = 0

    def sink(data: bytes) -> None:
        nonlocal got
        got += 1
        if got > after:
            raise error

    with answer, pytest.raises(type(error)) as caught:
        await answer.pipe(sink)
    assert caught.value is error


@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize("error", [ProviderInvalidResponse("no"), RuntimeError("a defect"), KeyError("usage")])
async def test_what_a_sink_raises_ends_the_exchange_and_is_raised(error: Exception, after: int) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.endless_stream())
        await refused(await origin.send(request(origin)), error, after=after)
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin)


async def test_what_a_sink_raises_about_bytes_that_waited_for_it_is_raised() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.stall_mid_stream())
        answer = await origin.send(request(origin))
        await asyncio.sleep(0.05)
        await refused(answer, ProviderInvalidResponse("no"), after=0)
        await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_a_stream_cut_after_a_pause_is_not_a_clean_end() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.cut_mid_stream())

        def sink(data: bytes) -> None:
            answer.pause()
            asyncio.get_running_loop().call_later(0.1, answer.resume)

        with await origin.send(request(origin)) as answer, pytest.raises(ProviderDisconnected):
            await answer.pipe(sink)
