"""Answers in every framing, whole, cut, wrong and at every split of their bytes."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transport_origin import LONG, ask, origin_to, request

from switchgear.core.errors import (
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderResponseTooLarge,
)
from switchgear.providers.connection import HIGH_WATER, Connection, Headers
from switchgear.providers.inflate import MAX_GZIP_MEMBERS
from switchgear.testing import FaultUpstream, ReadBody, Repeat, Send, Stall, faults, http1
from switchgear.testing.steps import Plan

BOTH_LOOPS = True
OK = b'{"a":1}'
CHUNKED = {"transfer-encoding": "chunked"}


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


# ---------------------------------------------------------------- over a socket


@pytest.mark.parametrize(
    "plan",
    [
        faults.ok({"a": 1}),
        faults.chunked([b'{"a"', b":", b"1}"]),
        faults.chunked([b'{"a":1}'], trailers={"x-trailer": "1"}, extension=";name=value"),
        faults.byte_by_byte(http1.response({"a": 1})),
        faults.byte_by_byte(http1.head(200, CHUNKED) + http1.chunk(OK) + http1.LAST_CHUNK),
        faults.close_delimited({"a": 1}),
        faults.http10({"a": 1}),
        faults.http10({"a": 1}, length=False),
        faults.continue_first({"a": 1}),
        faults.continue_first({"a": 1}, times=3),
        faults.compressed("gzip", {"a": 1}),
        faults.compressed("deflate", {"a": 1}),
        faults.compressed("gzip", {"a": 1}, framed=True),
        faults.ok(gz(b'{"a"') + gz(b":1}"), {"content-encoding": "gzip"}),
        faults.ok(gz(OK), {"content-encoding": "X-GZIP"}),
        faults.ok(OK, {"content-encoding": "identity"}),
        faults.close_delimited(gz(OK), {"content-encoding": "gzip"}),
        (ReadBody(), Send(http1.head(103, {"link": "</a>"}) + http1.response({"a": 1}))),
        (ReadBody(), Send(b"HTTP/1.1 200\r\ncontent-length: 7\r\n\r\n" + OK)),
        faults.ok(OK, {"upgrade": "h2,h2c", "connection": "upgrade, keep-alive"}),
    ],
)
async def test_an_answer_is_read_whole_in_any_framing(plan: Plan) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(plan)
        assert await ask(origin) == OK
        upstream.answer(faults.ok({"a": 2}))
        assert await ask(origin) == b'{"a":2}'


DISCONNECTED = [
    faults.truncated(),
    faults.truncated(how="reset"),
    faults.unfinished_chunks(),
    faults.unfinished_chunks(how="reset"),
    faults.unfinished_head(),
    faults.hang_up(),
    faults.cut_mid_stream(),
    faults.cut_mid_stream(how="reset"),
]
INVALID = [
    faults.garbage(),
    faults.garbage(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    faults.garbage(b"\x15\x03\x01\x00\x02\x02\x46"),
    faults.garbage_chunk(),
    faults.two_content_lengths(),
    faults.length_and_chunked(),
    faults.garbage_compressed(),
    faults.ok(gz(b"x" * 1000)[:-9], {"content-encoding": "gzip"}),
    faults.chunked([gz(b"x" * 1000)[:-9]], headers={**CHUNKED, "content-encoding": "gzip"}),
    faults.close_delimited(gz(b"x" * 1000)[:-9], {"content-encoding": "gzip"}),
    faults.ok(gz(OK) + b"and more", {"content-encoding": "gzip"}),
    faults.ok(gz(OK) + gz(OK)[:12], {"content-encoding": "gzip"}),
    faults.ok(OK, {"content-encoding": "br"}),
    faults.ok(gz(gz(OK)), {"content-encoding": "gzip, gzip"}),
    (
        ReadBody(),
        Send(http1.head(200, [("content-encoding", "gzip"), ("content-encoding", "gzip"), ("content-length", "1")])),
    ),
    (ReadBody(), Send(http1.head(101, {"upgrade": "h2c", "connection": "upgrade"}))),
    (ReadBody(), Send(http1.head(101) + http1.response({"a": 1}))),
    (ReadBody(), Send(b"HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n")),
    (ReadBody(), Send(b"HTTP/1.1 9999 Odd\r\ncontent-length: 0\r\n\r\n")),
    (ReadBody(), Send(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n")),
    (ReadBody(), Send(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n")),
    (ReadBody(), Send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n")),
    (ReadBody(), Send(b"HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\na")),
    (ReadBody(), Send(b"HTTP/1.1 200 OK\r\nx: a\r\n folded\r\ncontent-length: 0\r\n\r\n")),
]
ENDLESS = [
    faults.endless_headers(),
    faults.oversize_headers(),
    (ReadBody(), Send(b"HTTP/1.1 200 "), Repeat(b"x" * 1024)),
    (ReadBody(), Send(b"HTTP/1.1 200 OK\r\nx-name"), Repeat(b"x" * 1024)),
    (ReadBody(), Repeat(http1.head(100))),
    (ReadBody(), Send(http1.head(200, CHUNKED) + b"1;"), Repeat(b"x" * 1024)),
    (ReadBody(), Send(http1.head(200, CHUNKED) + b"0\r\n"), Repeat(b"x-trailer: x\r\n")),
    (ReadBody(), Send(http1.head(200, CHUNKED)), Repeat(http1.chunk(b"x", extension=";a=" + "b" * 60))),
]


@pytest.mark.parametrize("plan", DISCONNECTED)
async def test_an_answer_cut_short_is_never_taken_for_a_whole_one(plan: Plan) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(plan)
        with pytest.raises(ProviderDisconnected):
            await ask(origin)
        assert await ask(origin)


@pytest.mark.parametrize("plan", INVALID)
async def test_what_is_no_valid_answer_is_an_invalid_response_and_ends_the_connection(plan: Plan) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(plan)
        with pytest.raises(ProviderInvalidResponse) as caught:
            await ask(origin)
        assert caught.value.http_status == 502
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin)


@pytest.mark.parametrize("plan", ENDLESS)
async def test_headers_and_framing_without_end_are_given_up_early(plan: Plan) -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream, origin_to(upstream.url) as origin:
        upstream.answer(plan)
        with pytest.raises(ProviderInvalidResponse, match="bytes of headers or framing"):
            await ask(origin)
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert upstream.connections[0].bytes_sent < 2_000_000


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_a_body_ends_with_its_head(status: int) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(ReadBody(), Send(http1.head(status, {"etag": '"a"', "content-encoding": "gzip"})))
        with await origin.send(request(origin)) as answer:
            assert (answer.status, await answer.body()) == (status, b"")
        assert await ask(origin)
        assert len(upstream.connections) == 1


@pytest.mark.parametrize("framed", [True, False])
async def test_an_empty_body_need_not_be_the_gzip_it_is_said_to_be(framed: bool) -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        encoding = {"content-encoding": "gzip"}
        upstream.answer(faults.chunked([], headers=encoding | CHUNKED) if framed else faults.ok(b"", encoding))
        assert await ask(origin) == b""


async def test_trailers_are_dropped_and_headers_keep_their_order_and_doubles() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        fields = [("Set-Cookie", "a"), ("X-B", "1"), ("set-cookie", "b"), ("transfer-encoding", "chunked")]
        trailers = {"set-cookie": "evil", "content-encoding": "br"}
        upstream.answer(faults.chunked([OK], headers=fields, trailers=trailers))
        with await origin.send(request(origin)) as answer:
            assert await answer.body() == OK
            assert [(n, v) for n, v in answer.headers if n != b"transfer-encoding"] == [
                (b"set-cookie", b"a"), (b"x-b", b"1"), (b"set-cookie", b"b"),
            ]  # fmt: skip
            assert (answer.header(b"set-cookie"), answer.header(b"x-none")) == (b"a", b"")


async def test_headers_of_interim_answers_are_not_those_of_the_answer() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        early = http1.head(103, {"link": "</a>", "content-encoding": "gzip"})
        upstream.answer(ReadBody(), Send(early + http1.response({"a": 1})))
        with await origin.send(request(origin)) as answer:
            assert (answer.header(b"link"), await answer.body()) == (b"", OK)


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    "plan",
    [
        faults.oversize_body(3_000_000),
        faults.endless_body(),
        faults.close_delimited(b"x" * 100_001),
        faults.compression_bomb(),
        faults.chunked([gz(b" " * 1_000_000)], headers={**CHUNKED, "content-encoding": "gzip"}),
        faults.ok(gz(b" " * 100_001), {"content-encoding": "gzip"}),
        faults.ok(gz(b" " * 60_000) + gz(b" " * 60_000), {"content-encoding": "gzip"}),
        faults.ok(b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"n" * 200_000, {"content-encoding": "gzip"}),
    ],
    ids=["length", "chunked", "to the close", "bomb", "chunked bomb", "one over", "members", "name"],
)
async def test_an_answer_over_the_limit_is_refused(plan: Plan) -> None:
    async with (
        FaultUpstream(socket_buffer=16_384) as upstream,
        origin_to(upstream.url, max_response_bytes=100_000) as origin,
    ):
        upstream.answer(plan)
        with pytest.raises(ProviderResponseTooLarge, match="more than 100000 bytes"):
            await ask(origin)
        await upstream.until(lambda: upstream.connections[0].closed_at)
        assert await ask(origin)


@pytest.mark.parametrize("body", [b"x" * 100_000, gz(b"x" * 100_000), zlib.compress(b"x" * 100_000)])
async def test_an_answer_of_just_the_limit_passes(body: bytes) -> None:
    encoding = {b"\x1f\x8b": "gzip", b"x\x9c": "deflate"}.get(body[:2], "identity")
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_response_bytes=100_000) as origin:
        upstream.answer(faults.ok(body, {"content-encoding": encoding}))
        assert await ask(origin) == b"x" * 100_000


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_an_answer_that_says_it_is_over_the_limit_is_not_waited_for(encoding: str) -> None:
    fields = {"content-length": "100001", "content-encoding": encoding}
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_response_bytes=100_000) as origin:
        upstream.answer(ReadBody(), Send(http1.head(200, fields)), Stall())
        with await asyncio.wait_for(origin.send(request(origin)), 5) as answer:
            assert answer.status == 200
            with pytest.raises(ProviderResponseTooLarge, match="more than 100000 bytes"):
                await asyncio.wait_for(answer.body(), 5)
        await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_a_length_that_no_body_has_is_not_counted() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url, max_response_bytes=10) as origin:
        upstream.answer(ReadBody(), Send(http1.head(103, {"content-length": "11"})), *faults.ok(b"{}")[1:])
        assert await ask(origin) == b"{}"
        upstream.answer(ReadBody(), Send(http1.head(304, {"content-length": "11"})))
        assert await ask(origin) == b""


@pytest.mark.parametrize("plain", [b"", b"x", b"x" * 200_000], ids=len)
async def test_a_gzip_body_has_so_many_members_and_no_more(plain: bytes) -> None:
    encoding = {"content-encoding": "gzip"}
    async with FaultUpstream() as upstream, origin_to(upstream.url) as origin:
        upstream.answer(faults.ok(gz(plain) * MAX_GZIP_MEMBERS, encoding))
        assert await ask(origin) == plain * MAX_GZIP_MEMBERS
        upstream.answer(faults.ok(gz(plain) * (MAX_GZIP_MEMBERS + 1), encoding))
        with pytest.raises(ProviderInvalidResponse, match="members"):
            await ask(origin)
        upstream.answer(faults.chunked([gz(b"x")] * 300, headers=CHUNKED | encoding))
        with pytest.raises(ProviderInvalidResponse, match="members"):
            await ask(origin)
        assert await ask(origin)


async def test_compressed_bytes_are_handed_on_at_once_in_bounded_pieces() -> None:
    whole = gz(b"a" * 4 * HIGH_WATER)
    for end in range(
        len(whole) // 5, len(whole) // 3
    ):  # at some, one full piece is all but a few bytes of what there is
        connection = Connection(asyncio.get_running_loop(), "p", lambda _: None)
        connection.connection_made(Wire())  # type: ignore[arg-type]
        connection.begin(b"", LONG, 10_000_000)
        connection.data_received(http1.head(200, CHUNKED | {"content-encoding": "gzip"}))
        got: list[bytes] = []
        piping = asyncio.create_task(connection.pipe(got.append))
        await asyncio.sleep(0)
        connection.data_received(http1.chunk(whole[:end]))
        assert sum(map(len, got)) == len(zlib.decompressobj(wbits=31).decompress(whole[:end]))
        assert max(map(len, got)) <= HIGH_WATER
        connection.data_received(http1.chunk(whole[end:]) + http1.LAST_CHUNK)
        await piping
        assert sum(map(len, got)) == 4 * HIGH_WATER


# ---------------------------------------------------------------- at every split


class Wire:
    """What a connection needs of a transport, without a socket."""

    def __init__(self) -> None:
        self.aborted = False

    def write(self, data: bytes) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


Read = tuple[int, Headers, bytes, bool] | type[ProviderError]


async def read(pieces: Iterable[bytes], *, close: bool) -> Read:
    """What a connection makes of ``pieces``: status, headers, body and whether it may be kept, or its error."""
    connection = Connection(asyncio.get_running_loop(), "p", lambda _: None)
    connection.connection_made(Wire())  # type: ignore[arg-type]
    connection.begin(b"", LONG, 1_000_000)
    for piece in pieces:
        if not connection.transport.is_closing():
            connection.data_received(piece)
    kept = connection.reusable
    if close or connection.transport.is_closing():
        connection.connection_lost(None)
    try:
        await asyncio.wait_for(connection.head(), 1)
        return connection.status, connection.headers, await asyncio.wait_for(connection.body(), 1), kept
    except ProviderError as error:
        return type(error)
    finally:
        connection.abort()


def cut(data: bytes, places: Iterable[int]) -> Iterator[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    start = 0
    for end in ends:
        if end > start:
            yield data[start:end]
            start = end


_BODY = b'{"choices": [{"text": "\xc3\xa9 \\r\\n\\r\\n"}]}' * 3
_PIECES = [_BODY[:1], _BODY[1:30], _BODY[30:]]
WHOLE: dict[str, tuple[bytes, bool, Any]] = {
    "length": (http1.response(_BODY, 200, {"X-A": " b  "}), False, _BODY),
    "chunked": (http1.head(200, CHUNKED) + b"".join(map(http1.chunk, _PIECES)) + http1.LAST_CHUNK, False, _BODY),
    "chunked with all there is": (
        http1.head(103, {"a": "b"})
        + http1.head(200, CHUNKED | {"content-encoding": "gzip"})
        + b"".join(http1.chunk(piece, extension=";a=b") for piece in (gz(_BODY)[:5], gz(_BODY)[5:], gz(b"!")))
        + http1.last_chunk({"x-trailer": "1"}),
        False,
        _BODY + b"!",
    ),
    "to the close": (http1.head(200, {"content-type": "a"}) + _BODY, True, _BODY),
    "HTTP/1.0": (http1.head(200, version="1.0") + _BODY, True, _BODY),
    "deflate": (http1.response(zlib.compress(_BODY), 200, {"content-encoding": "deflate"}), False, _BODY),
    "no body": (http1.head(100) + http1.head(204, {"a": "b"}), False, b""),
    "two lengths": (http1.head(200, [("content-length", "1"), ("content-length", "2")]) + b"ab", True, None),
    "bad chunk": (http1.head(200, CHUNKED) + http1.chunk(b"a") + b"zz\r\n", True, None),
    "truncated": (http1.response(_BODY)[:-1], True, None),
    "truncated gzip": (http1.response(gz(_BODY)[:-1], 200, {"content-encoding": "gzip"}), False, None),
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_is_the_same_at_every_split_of_its_bytes(name: str) -> None:
    data, close, body = WHOLE[name]

    async def every_split() -> None:
        at_once = await read([data], close=close)
        if body is None:
            assert isinstance(at_once, type)
            assert issubclass(at_once, ProviderError)
        else:
            assert isinstance(at_once, tuple)
            assert at_once[2] == body
        for place in range(1, len(data)):
            assert await read([data[:place], data[place:]], close=close) == at_once
        assert await read([data[at : at + 1] for at in range(len(data))], close=close) == at_once

    asyncio.run(every_split())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 2000), max_size=12))
def test_an_answer_is_the_same_in_any_pieces(name: str, places: list[int]) -> None:
    data, close, _ = WHOLE[name]

    async def both() -> tuple[Read, Read]:
        return await read([data], close=close), await read(cut(data, places), close=close)

    at_once, in_pieces = asyncio.run(both())
    assert in_pieces == at_once


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4),
    st.integers(0, 2000),
)
def test_damaged_answers_end_in_an_answer_or_in_an_error_of_ours(
    name: str, damage: list[tuple[int, int]], end: int
) -> None:
    data = bytearray(WHOLE[name][0])
    for place, value in damage:
        data[place % len(data)] = value
    asyncio.run(read([bytes(data[: end or None])], close=True))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_at_all_end_in_an_answer_or_in_an_error_of_ours(data: bytes) -> None:
    asyncio.run(read([b"HTTP/1.1 200 OK\r\n" + data], close=True))
    asyncio.run(read([data], close=True))
