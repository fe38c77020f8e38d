"""Each ready-made fault, as its bytes and as a strict client meets it."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from email.utils import parsedate_to_datetime

import httpx
import openai
import pytest

from switchgear.testing import Delay, FaultUpstream, chat_stream, faults, http1, sse, tokens
from switchgear.testing.steps import Plan

POST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"


@pytest.fixture
async def upstream() -> AsyncIterator[FaultUpstream]:
    async with FaultUpstream() as upstream:
        yield upstream


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


async def wire(upstream: FaultUpstream, plan: Plan) -> bytes:
    """Everything one request is answered, to the end of the connection."""
    upstream.answer(plan)
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(POST)
    try:
        return await reader.read()
    finally:
        writer.close()


async def gather_into(got: bytearray, pieces: AsyncIterable[bytes]) -> None:
    async for piece in pieces:
        got += piece


# ---------------------------------------------------------------- right answers


@pytest.mark.parametrize(
    "plan",
    [
        faults.ok({"a": 1}),
        faults.chunked([b'{"a"', b":", b"1}"]),
        faults.chunked([b'{"a":1}'], trailers={"x-trailer": "1"}, extension=";name=value"),
        faults.byte_by_byte(http1.response({"a": 1})),
        faults.byte_by_byte(http1.response({"a": 1}), size=7, gap=0.001),
        faults.close_delimited({"a": 1}),
        faults.http10({"a": 1}),
        faults.http10({"a": 1}, length=False),
        faults.continue_first({"a": 1}),
        faults.continue_first({"a": 1}, times=3),
        faults.compressed("gzip", {"a": 1}),
        faults.compressed("deflate", {"a": 1}),
        faults.compressed("gzip", {"a": 1}, framed=True),
        faults.slow_head(0.01, {"a": 1}),
        faults.slow_reader(1, 0.001, {"a": 1}),
        faults.stale({"a": 1}),
        faults.length_and_chunked(),
    ],
)
async def test_right_answers_in_unusual_framing_are_read_by_a_strict_client(
    plan: Plan, upstream: FaultUpstream, client: httpx.AsyncClient
) -> None:
    upstream.answer(plan)
    answer = await client.post(upstream.base_url, json={"q": 1})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"a": 1} or answer.json()["object"] == "chat.completion"
    assert upstream.requests[0].json == {"q": 1}


@pytest.mark.parametrize(
    ("plan", "raw"),
    [
        (
            faults.chunked([b"ab", b"c"], trailers={"x-t": "1"}, extension=";k=v"),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
            b"2;k=v\r\nab\r\n1;k=v\r\nc\r\n0\r\nx-t: 1\r\n\r\n",
        ),
        (faults.close_delimited(b"ab"), b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\nab"),
        (faults.http10(b"ab", length=False), b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\nab"),
        (
            faults.continue_first(b"ab"),
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            b"content-length: 2\r\n\r\nab",
        ),
        (
            faults.truncated(b"abcdef", keep=3),
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\nabc",
        ),
        (faults.garbage(b"\x00\x01"), b"\x00\x01"),
        (faults.hang_up(), b""),
        (faults.unfinished_head(), b"HTTP/1.1 200 OK\r\ncontent-ty"),
        (faults.redirect("/there"), b"HTTP/1.1 307 Temporary Redirect\r\n"),
        (faults.status(599), b"HTTP/1.1 599 Unknown\r\n"),
    ],
)
async def test_the_bytes_are_what_the_name_says(plan: Plan, raw: bytes, upstream: FaultUpstream) -> None:
    got = await wire(upstream, plan)
    assert got.startswith(raw)
    assert got == raw or raw.endswith(b"\r\n")


async def test_compressed_bodies_are_compressed(upstream: FaultUpstream) -> None:
    packed = (await wire(upstream, faults.compressed("gzip", b"body"))).split(b"\r\n\r\n", 1)[1]
    assert gzip.decompress(packed) == b"body"
    packed = (await wire(upstream, faults.compressed("deflate", b"body"))).split(b"\r\n\r\n", 1)[1]
    assert zlib.decompress(packed) == b"body"


async def test_a_stream_is_one_chunk_an_event(upstream: FaultUpstream) -> None:
    events = chat_stream(["a"], usage=tokens(1, 1))
    raw = await wire(upstream, faults.stream(events, gap=0.001))
    assert raw.count(b"\r\ndata: ") == len(events) + 1
    assert raw.endswith(http1.chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")


async def test_the_openai_client_reads_the_default_answers(upstream: FaultUpstream) -> None:
    async with openai.AsyncOpenAI(base_url=upstream.base_url, api_key="k", max_retries=0) as client:
        whole = await client.chat.completions.create(model="m", messages=[])
        upstream.answer(faults.stream())
        stream = await client.chat.completions.create(model="m", messages=[], stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        assert whole.choices[0].message.content == text == "Hello."
        upstream.answer(faults.error_mid_stream())
        stream = await client.chat.completions.create(model="m", messages=[], stream=True)
        with pytest.raises(openai.APIError, match="The model crashed"):
            _ = [chunk async for chunk in stream]


# ---------------------------------------------------------------- broken answers


@pytest.mark.parametrize(
    "plan",
    [
        faults.hang_up(),
        faults.hang_up("reset"),
        faults.cut_mid_stream(),
        faults.cut_mid_stream(how="reset"),
        faults.truncated(),
        faults.truncated(how="reset"),
        faults.unfinished_chunks(),
        faults.unfinished_chunks(how="reset"),
        faults.unfinished_head(),
        faults.unfinished_head("reset"),
        faults.garbage(),
        faults.garbage_chunk(),
        faults.two_content_lengths(),
        faults.oversize_headers(),
        faults.endless_headers(),
    ],
)
async def test_broken_answers_break_a_strict_client(
    plan: Plan, upstream: FaultUpstream, client: httpx.AsyncClient
) -> None:
    upstream.answer(plan)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.post(upstream.base_url, json={})
    assert (await client.post(upstream.base_url, json={})).status_code == 200


async def test_a_cut_stream_delivers_its_first_events(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    for how in ("fin", "reset"):
        upstream.answer(faults.cut_mid_stream(["one", "two"], how=how))
        got = bytearray()
        async with client.stream("POST", upstream.base_url, json={}) as answer:
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await gather_into(got, answer.aiter_raw())
        assert got == sse(["one", "two"], done=False)


async def test_a_garbage_event_is_framed_well(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    upstream.answer(faults.garbage_event())
    answer = await client.post(upstream.base_url, json={})
    assert answer.text.endswith('data: {"choices": [{\n\ndata: [DONE]\n\n')


async def test_not_json_and_another_type(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    upstream.answer(faults.not_json())
    with pytest.raises(ValueError, match="Unterminated"):
        (await client.post(upstream.base_url)).json()
    upstream.answer(faults.wrong_content_type())
    answer = await client.post(upstream.base_url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")


@pytest.mark.parametrize("how", ["fin", "reset"])
async def test_a_stale_connection_is_kept_first_and_gone_then(how: faults.How, upstream: FaultUpstream) -> None:
    upstream.answer(faults.stale(b"x", how=how))
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(POST.replace(b"connection: close\r\n", b""))
    expected = http1.response(b"x")
    assert await reader.readexactly(len(expected)) == expected
    if how == "fin":
        assert await reader.read() == b""
    else:
        with pytest.raises(ConnectionResetError):
            await reader.read()
    writer.close()
    assert len(upstream.connections[0].requests) == 1


async def test_a_kept_connection_can_hang_up_on_its_second_request(upstream: FaultUpstream) -> None:
    upstream.answer(faults.ok(b"x"))
    upstream.answer(faults.hang_up())
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(POST.replace(b"connection: close\r\n", b"") * 2)
    assert await reader.read() == http1.response(b"x")
    writer.close()
    assert [request.body for request in upstream.connections[0].requests] == [b"{}", b"{}"]


# ---------------------------------------------------------------- slow and too much


@pytest.mark.parametrize(
    ("plan", "begins"),
    [
        (faults.stall_before_first_byte(), b""),
        (faults.stall_after_head(), b"HTTP/1.1 200 OK\r\n"),
        (faults.stall_mid_stream(["one"]), b"HTTP/1.1 200 OK\r\n"),
        (faults.never_read_body(), b""),
    ],
)
async def test_stalls_send_what_they_say_and_then_nothing(plan: Plan, begins: bytes, upstream: FaultUpstream) -> None:
    upstream.answer(plan)
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(POST)
    got = bytearray()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(gather_into(got, reader), 0.1)
    assert got.startswith(begins)
    assert bool(got) == bool(begins)
    connection = upstream.connections[0]
    assert connection.closed_at is None
    writer.close()
    await upstream.until(lambda: connection.closed_at)


async def test_an_unread_body_stops_its_sender() -> None:
    async with FaultUpstream(socket_buffer=4096) as upstream:
        upstream.answer(faults.never_read_body())
        _, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
        writer.write(b"POST / HTTP/1.1\r\ncontent-length: 20000000\r\n\r\n" + b"x" * 20_000_000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await writer.drain()
        assert upstream.connections[0].bytes_received < 1_000_000
        assert upstream.requests[0].body == b""
        writer.transport.abort()


async def test_sizes_are_what_they_say(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    upstream.answer(faults.oversize_body(200_001))
    upstream.answer(faults.compression_bomb(5_000_000))
    upstream.answer(faults.garbage_compressed())
    assert len((await client.post(upstream.base_url)).content) == 200_001
    assert len((await client.post(upstream.base_url)).content) == 5_000_000
    assert upstream.connections[0].bytes_sent < 250_000
    with pytest.raises(httpx.DecodingError):
        await client.post(upstream.base_url)


@pytest.mark.parametrize("make", [faults.endless_body, faults.endless_stream, faults.endless_headers])
async def test_endless_answers_go_on_until_the_client_leaves(make: Callable[[], Plan], upstream: FaultUpstream) -> None:
    upstream.answer(make())
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(POST)
    await reader.readexactly(3_000_000)
    connection = upstream.connections[0]
    assert connection.bytes_sent >= 3_000_000
    writer.transport.abort()
    await upstream.until(lambda: connection.closed_at)
    assert connection.peer_closed_at is not None


async def test_an_early_refusal_comes_before_the_body_was_sent(upstream: FaultUpstream) -> None:
    upstream.answer(faults.early_refusal())
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(b"POST / HTTP/1.1\r\ncontent-length: 1000\r\n\r\n")
    raw = await reader.read()
    writer.close()
    assert raw.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close\r\n" in raw
    assert not upstream.requests[0].complete


# ---------------------------------------------------------------- errors in order


async def test_retry_after_comes_in_both_forms(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    upstream.answer(faults.retry_after_seconds(3))
    upstream.answer(faults.retry_after_date(120, 503))
    seconds = await client.post(upstream.base_url)
    date = await client.post(upstream.base_url)
    assert (seconds.status_code, seconds.headers["retry-after"]) == (429, "3")
    assert seconds.json()["error"]["code"] == "rate_limit_exceeded"
    assert date.status_code == 503
    assert date.headers["retry-after"].endswith(" GMT")
    assert 60 < parsedate_to_datetime(date.headers["retry-after"]).timestamp() - time.time() <= 120


async def test_statuses_bodies_and_redirects(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    upstream.answer(faults.status(500))
    upstream.answer(faults.status(502, "<h1>Bad gateway</h1>", {"X-Edge": "1"}))
    upstream.answer(faults.redirect("http://127.0.0.1:1/"))
    failed, proxied, moved = [await client.post(upstream.base_url, json={}) for _ in range(3)]
    assert failed.json()["error"]["message"] == "The upstream says 500."
    assert (proxied.text, proxied.headers["x-edge"]) == ("<h1>Bad gateway</h1>", "1")
    assert (moved.status_code, moved.headers["location"]) == (307, "http://127.0.0.1:1/")


async def test_steps_and_faults_compose(upstream: FaultUpstream, client: httpx.AsyncClient) -> None:
    upstream.answer(Delay(0.02), faults.status(500))
    assert (await client.post(upstream.base_url)).status_code == 500


def test_every_fault_is_documented_and_made_without_arguments_but_where_a_number_is_the_point() -> None:
    needs = {
        "slow_head": (1,),
        "status": (500,),
        "redirect": ("/",),
        "retry_after_seconds": (1,),
        "retry_after_date": (1,),
    }
    made = {
        name: value
        for name, value in vars(faults).items()
        if callable(value) and getattr(value, "__module__", "") == faults.__name__ and not name.startswith("_")
    }
    assert len(made) > 30
    for name, make in made.items():
        assert make.__doc__, name
        assert isinstance(make(*needs.get(name, ())), tuple), name
