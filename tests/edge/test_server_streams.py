"""Streams through a served gateway: clients that leave, clients that do not read, large and many answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from raw_client import RawClient, chat_body, post

from switchgear.testing import FaultUpstream, Gate, ReadBody, Send, chat_chunk, faults, http1, served, sse

CHAT = "/v1/chat/completions"
CONFIG = """
[local]
enabled = false

[providers.faulty]
kind = "openai"
base_url = "{faulty}"
max_response_bytes = 4000000000
"""
SSE = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(upstream: FaultUpstream) -> Iterator[served]:
    with served(CONFIG.format(faulty=upstream.base_url)) as running:
        yield running


def resident_mib(gateway: served) -> float:
    return int(Path(f"/proc/{gateway.process.pid}/statm").read_text().split()[1]) * 4096 / (1 << 20)


def at_rest(value: Callable[[], int], seconds: float = 0.5) -> int:
    """``value()`` once it has not changed for so long."""
    last, since, deadline = value(), time.monotonic(), time.monotonic() + 20
    while time.monotonic() - since < seconds:
        assert time.monotonic() < deadline, f"still growing: {last}"
        time.sleep(0.01)
        now = value()
        if now != last:
            last, since = now, time.monotonic()
    return last


# ---------------------------------------------------------------- clients that leave


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_a_client_that_leaves_mid_stream_ends_the_call_upstream_within_a_second(
    gateway: served, upstream: FaultUpstream, how: str
) -> None:
    upstream.answer(faults.stall_mid_stream())
    with RawClient(gateway.port) as raw:
        raw.send(post(CHAT, chat_body("faulty/any", stream=True), gateway.key))
        assert raw.head()[0] == 200
        raw.chunk()
        call = upstream.connections[-1]
        assert call.peer_closed_at is None
        left = time.monotonic()
        if how == "reset":
            raw.reset()
    upstream.wait_until(lambda: call.peer_closed_at)
    assert call.peer_closed_at is not None
    assert call.peer_closed_at - left < 1.0


def test_a_client_that_leaves_before_the_first_byte_ends_the_call_upstream_within_a_second(
    gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stall_before_first_byte())
    before = len(upstream.requests)
    with RawClient(gateway.port) as raw:
        raw.send(post(CHAT, chat_body("faulty/any"), gateway.key))
        upstream.wait_until(lambda: len(upstream.requests) > before)
        call = upstream.connections[-1]
        left = time.monotonic()
    upstream.wait_until(lambda: call.peer_closed_at)
    assert call.peer_closed_at is not None
    assert call.peer_closed_at - left < 1.0


def test_a_client_that_leaves_while_it_is_not_reading_ends_the_call_upstream(
    gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.endless_stream())
    with RawClient(gateway.port, receive_buffer=4096) as raw:
        raw.send(post(CHAT, chat_body("faulty/any", stream=True), gateway.key))
        assert raw.head()[0] == 200
        call = upstream.connections[-1]
        at_rest(lambda: call.bytes_sent)
        assert call.peer_closed_at is None
        raw.reset()
    upstream.wait_until(lambda: call.closed_at)


# ---------------------------------------------------------------- clients that do not read


def test_a_slow_client_on_an_endless_stream_grows_no_memory_and_holds_the_provider(
    gateway: served, upstream: FaultUpstream
) -> None:
    event = chat_chunk("x" * 8000)
    upstream.answer(faults.endless_stream(event))
    with RawClient(gateway.port, receive_buffer=65_536) as raw:
        before = resident_mib(gateway)
        raw.send(post(CHAT, chat_body("faulty/any", stream=True), gateway.key))
        assert raw.head()[0] == 200
        call = upstream.connections[-1]
        held = at_rest(lambda: call.bytes_sent)
        assert held < 24 << 20  # the kernel's buffers on both sides of the gateway, and not much more
        assert resident_mib(gateway) - before < 16
        for _ in range(8):  # then it reads, a little at a time, and all waits for it again
            raw.read_about(4 << 20)
        assert at_rest(lambda: call.bytes_sent) > held + (16 << 20)
        assert resident_mib(gateway) - before < 16


def test_a_client_that_never_reads_a_whole_answer_does_not_hold_its_connection_for_ever(
    upstream: FaultUpstream,
) -> None:
    config = CONFIG.format(faulty=upstream.base_url) + "[server]\nkeep_alive = 1\n"
    with served(config) as gateway, RawClient(gateway.port, receive_buffer=4096) as raw:
        upstream.answer(faults.ok(b'{"choices":[{}],"filler":"' + b"x" * (16 << 20) + b'"}'))
        raw.send(post(CHAT, chat_body("faulty/any"), gateway.key))
        process = psutil.Process(gateway.process.pid)

        def served_clients() -> int:
            held = process.net_connections("tcp")
            return sum(one.status == "ESTABLISHED" and one.laddr.port == gateway.port for one in held)

        assert served_clients() == 1
        upstream.wait_until(lambda: not served_clients(), timeout=15)


# ---------------------------------------------------------------- large and many


def test_ten_megabytes_stream_through_complete_and_in_order(gateway: served, upstream: FaultUpstream) -> None:
    events = [chat_chunk(f"{number} " + "y" * 2000) for number in range(5000)]
    wire = sse([*events, chat_chunk(finish_reason="stop")])
    assert len(wire) > 10_000_000
    pieces = [wire[start : start + 60_001] for start in range(0, len(wire), 60_001)]
    upstream.answer(faults.chunked(pieces, headers=list(SSE.items())))
    with RawClient(gateway.port) as raw:
        raw.send(post(CHAT, chat_body("faulty/any", stream=True), gateway.key))
        answer = raw.answer()
    assert answer.status == 200
    assert answer.body == wire


def test_ten_megabytes_come_whole(gateway: served, upstream: FaultUpstream) -> None:
    body = b'{"choices":[{}],"filler":"' + b"z" * 10_000_000 + b'"}'
    upstream.answer(faults.ok(body))
    with RawClient(gateway.port) as raw:
        raw.send(post(CHAT, chat_body("faulty/any"), gateway.key))
        assert raw.answer().body == body


async def test_two_hundred_streams_at_once_are_complete_and_in_order(gateway: served, upstream: FaultUpstream) -> None:
    count, size = 200, 30
    gate = Gate()
    head = http1.head(200, SSE)
    steps = [Send(http1.chunk(sse([chat_chunk(f"<{number}>")], done=False))) for number in range(size)]
    end = Send(http1.chunk(sse([chat_chunk(finish_reason="stop")])) + http1.LAST_CHUNK)
    half = size // 2
    upstream.answer(ReadBody(), Send(head), steps[:half], gate, steps[half:], end, times=count)

    async def one() -> list[str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        fields = "connection: close\r\n"
        writer.write(post(CHAT, chat_body("faulty/any", stream=True), gateway.key, fields=fields, version="1.0"))
        text = (await asyncio.wait_for(reader.read(), 30)).decode()
        writer.close()
        await writer.wait_closed()
        assert text.endswith("data: [DONE]\n\n")
        datas = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
        return [json.loads(data)["choices"][0]["delta"].get("content", "") for data in datas]

    tasks = [asyncio.create_task(one()) for _ in range(count)]
    await upstream.until(lambda: gate.reached == count, timeout=30)  # all are open at once, half-way
    gate.open()
    expected = [f"<{number}>" for number in range(size)]
    for got in await asyncio.gather(*tasks):
        assert got[:-1] == expected
