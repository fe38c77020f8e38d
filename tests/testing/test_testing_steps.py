"""Each step does on the wire what it says, and each connection is recorded as it was."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import trustme
import uvloop

from switchgear.testing import (
    Close,
    Connection,
    Delay,
    FaultUpstream,
    Gate,
    HalfClose,
    ReadBody,
    Repeat,
    Reset,
    Send,
    Stall,
    Trickle,
    Tunnel,
    faults,
    http1,
    unused_port,
)

GET = b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n"
OK = http1.response(b"fine")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def upstream() -> AsyncIterator[FaultUpstream]:
    async with FaultUpstream() as upstream:
        yield upstream


@pytest.fixture
async def peer(upstream: FaultUpstream) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    yield reader, writer
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def test_send_writes_its_bytes_as_they_are(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Send(b"\x00not http"), Send(b"\xff"), Close())
    peer[1].write(GET)
    assert await peer[0].read() == b"\x00not http\xff"
    assert upstream.connections[0].bytes_sent == 10


async def test_trickle_writes_piece_by_piece(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Trickle(b"abcdefgh", size=3, gap=0.02), Close())
    peer[1].write(GET)
    pieces = []
    while piece := await peer[0].read(100):
        pieces.append(piece)
    assert b"".join(pieces) == b"abcdefgh"
    assert len(pieces) > 1


async def test_a_plan_that_ends_keeps_the_connection_and_plans_go_in_order(
    upstream: FaultUpstream, peer: Streams
) -> None:
    upstream.answer(Send(b"1"), times=2)
    upstream.answer([Send(b"2"), Send(b"3")], Send(b"4"))
    upstream.always(Send(b"5"))
    peer[1].write(GET * 5)
    assert await peer[0].readexactly(7) == b"1123455"
    assert len(upstream.connections) == 1


async def test_a_client_that_wants_the_connection_closed_gets_it_closed(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Send(OK))
    peer[1].write(GET.replace(b"host: x", b"host: x\r\nConnection: close"))
    assert await peer[0].read() == OK


async def test_delay_waits(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Delay(0.05), Send(b"x"))
    peer[1].write(GET)
    await peer[0].readexactly(1)
    assert time.monotonic() - upstream.requests[0].at >= 0.05


async def test_stall_lasts_until_the_peer_closes(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Send(b"x"), Stall(), Send(b"never"))
    peer[1].write(GET)
    await peer[0].readexactly(1)
    connection = upstream.connections[0]
    assert connection.peer_closed_at is None
    peer[1].close()
    await upstream.until(lambda: connection.closed_at)
    assert connection.peer_closed_at is not None
    assert not connection.peer_reset
    assert connection.bytes_sent == 1


async def test_a_reset_by_the_peer_is_told_from_a_close(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Send(b"x"), Stall())
    peer[1].write(GET)
    await peer[0].readexactly(1)
    reset(peer[1])
    await upstream.until(lambda: upstream.connections[0].peer_closed_at)
    await upstream.until(lambda: upstream.connections[0].peer_reset)


@pytest.mark.parametrize("step", [Delay(60), Trickle(b"x" * 9, gap=60), Repeat(b"x"), Gate(), Stall(), HalfClose()])
async def test_every_waiting_step_ends_when_the_peer_leaves(step: object, upstream: FaultUpstream) -> None:
    upstream.answer(step)
    _, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(GET)
    await upstream.until(lambda: upstream.requests)
    writer.close()
    await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_close_delivers_and_ends_in_order(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Send(b"x" * 3_000_000), Close())
    peer[1].write(GET)
    assert len(await peer[0].read()) == 3_000_000
    assert upstream.connections[0].peer_closed_at is None


async def test_reset_is_seen_as_a_reset(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Reset())
    peer[1].write(GET)
    with pytest.raises(ConnectionResetError):
        await peer[0].read()
    await upstream.until(lambda: upstream.connections[0].closed_at)
    assert not upstream.connections[0].peer_reset


async def test_half_close_still_receives(upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(Send(b"x"), HalfClose())
    peer[1].write(GET)
    assert await peer[0].read() == b"x"
    peer[1].write(b"more")
    await upstream.until(lambda: upstream.connections[0].bytes_received == len(GET) + 4)


async def test_read_body_reads_all_or_as_much_as_it_is_told(upstream: FaultUpstream, peer: Streams) -> None:
    gate = Gate()
    upstream.answer(ReadBody(limit=4), Send(b"4"), gate, ReadBody(), Send(b"10"))
    peer[1].write(POST + b"0123456789")
    await peer[0].readexactly(1)
    await upstream.until(lambda: gate.reached)
    request = upstream.requests[0]
    assert (request.body, request.complete) == (b"0123", False)
    gate.open()
    await peer[0].readexactly(2)
    assert (request.body, request.complete) == (b"0123456789", True)


async def test_a_slow_reader_holds_the_writer_back(peer: Streams) -> None:
    async with FaultUpstream(socket_buffer=4096) as upstream:
        gate = Gate()
        upstream.answer(ReadBody(limit=1000, size=100, gap=0.001), gate, ReadBody(), Send(OK))
        reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
        writer.transport.set_write_buffer_limits(high=0)
        size = 20_000_000
        writer.write(b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % size + b"x" * size)
        draining = asyncio.create_task(writer.drain())
        await upstream.until(lambda: gate.reached)
        assert upstream.connections[0].bytes_received < 1_000_000
        assert not draining.done()
        gate.open()
        assert await reader.readexactly(len(OK)) == OK
        await draining
        assert upstream.connections[0].bytes_received > size
        writer.close()


async def test_chunked_request_bodies_are_recorded_without_their_framing(
    upstream: FaultUpstream, peer: Streams
) -> None:
    upstream.answer(ReadBody(limit=4), ReadBody(), Send(OK))
    peer[1].write(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n")
    for byte in b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nx-t: 1\r\n\r\n" + GET:
        peer[1].write(bytes([byte]))
        await asyncio.sleep(0)
    await peer[0].readexactly(len(OK))
    await upstream.until(lambda: len(upstream.requests) == 2)
    assert upstream.requests[0].body == b"abc0123456789"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"x" * 1_100_000,
    ],
)
async def test_what_is_not_http_is_refused(raw: bytes, upstream: FaultUpstream, peer: Streams) -> None:
    upstream.answer(ReadBody(), Send(OK))
    peer[1].write(raw)
    assert (await peer[0].readline()).startswith(b"HTTP/1.1 400 ")


async def test_writes_stop_when_the_peer_does_not_read_and_are_counted() -> None:
    async with FaultUpstream(socket_buffer=16_384) as upstream:
        upstream.answer(Repeat(b"x" * 10_000))
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", upstream.port))
        await asyncio.get_running_loop().sock_sendall(sock, GET)
        await upstream.until(lambda: upstream.connections and upstream.connections[0].bytes_sent)
        connection = upstream.connections[0]
        while True:
            before = connection.bytes_sent
            await asyncio.sleep(0.05)
            if connection.bytes_sent == before:
                break
        assert before < 500_000
        read = 0
        while read < before + 100_000:
            read += len(await asyncio.get_running_loop().sock_recv(sock, 65_536))
        assert connection.bytes_sent > before
        sock.close()
        await upstream.until(lambda: connection.closed_at)


async def test_a_gate_holds_plans_until_it_is_opened(upstream: FaultUpstream) -> None:
    gate = Gate()
    upstream.always(gate, faults.ok())
    async with httpx.AsyncClient() as client:
        calls = [asyncio.create_task(client.get(upstream.url)) for _ in range(3)]
        await upstream.until(lambda: gate.reached == 3)
        assert not any(call.done() for call in calls)
        gate.open()
        assert {(await call).status_code for call in calls} == {200}


async def test_a_tunnel_carries_bytes_both_ways(upstream: FaultUpstream) -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Tunnel())
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nhost: x\r\n\r\n" % upstream.port)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connection established\r\n\r\n"
        upstream.answer(Send(b"hello"), Close())
        writer.write(GET)
        assert await reader.read() == b"hello"
        writer.close()
        assert proxy.requests[0].method == "CONNECT"
        assert upstream.requests[0].target == "/v1/models"


async def test_a_tunnel_ends_when_the_client_leaves(upstream: FaultUpstream) -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Tunnel())
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nhost: x\r\n\r\n" % upstream.port)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_a_tunnel_to_nowhere_answers_502() -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Tunnel())
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nhost: x\r\n\r\n" % unused_port())
        assert (await reader.readline()).startswith(b"HTTP/1.1 502 ")
        writer.close()


async def test_a_connection_can_misbehave_before_it_reads(upstream: FaultUpstream) -> None:
    upstream.on_connect(Send(b"SSH-2.0-hello\r\n"), Close())
    upstream.on_connect(Send(b"early"))
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    assert await reader.read() == b"SSH-2.0-hello\r\n"
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    upstream.answer(Send(b"late"), Close())
    assert await reader.readexactly(5) == b"early"
    writer.write(GET)
    assert await reader.read() == b"late"
    writer.close()


async def test_connecting_hangs_where_nobody_accepts() -> None:
    async with FaultUpstream(accept=False) as upstream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await asyncio.open_connection("127.0.0.1", upstream.port)
    with FaultUpstream.in_thread(accept=False) as upstream, socket.socket() as sock:
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            sock.connect(("127.0.0.1", upstream.port))


async def test_an_unused_port_refuses() -> None:
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", unused_port())


async def test_a_step_of_ones_own_is_a_step_and_its_defects_are_raised() -> None:
    class Shout:
        async def run(self, connection: Connection) -> None:
            await connection.write(connection.requests[-1].method.encode() + b"!")
            raise ZeroDivisionError

    upstream = FaultUpstream()
    await upstream.start()
    upstream.answer(Shout())
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
    writer.write(GET)
    assert await reader.read() == b"GET!"
    writer.close()
    with pytest.raises(ZeroDivisionError):
        await upstream.stop()


async def test_it_speaks_tls_with_a_given_context() -> None:
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with FaultUpstream(ssl_context=server) as upstream:
        upstream.answer(faults.ok(b"secret"))
        upstream.answer(faults.cut_mid_stream(how="reset"))
        upstream.answer(faults.truncated())
        upstream.answer(HalfClose())
        assert upstream.base_url.startswith("https://")
        async with httpx.AsyncClient(verify=trust) as client:
            assert (await client.post(upstream.base_url, content=b"x" * 200_000)).content == b"secret"
            for _ in range(3):
                with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                    await client.get(upstream.base_url)
        assert len(upstream.requests[0].body) == 200_000
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection("127.0.0.1", upstream.port, ssl=ssl.create_default_context())


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_stopping_ends_a_handshake_that_never_went_on(factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def run() -> None:
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(server)
        async with FaultUpstream(ssl_context=server) as upstream:
            reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
            await upstream.until(lambda: upstream.connections)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        assert upstream.connections[0].closed_at
        writer.close()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run())


def test_it_works_the_same_on_uvloop() -> None:
    async def run() -> None:
        async with FaultUpstream() as upstream, httpx.AsyncClient() as client:
            upstream.answer(faults.ok(b"a"))
            upstream.answer(faults.cut_mid_stream())
            upstream.answer(faults.cut_mid_stream(how="reset"))
            upstream.answer(Repeat(b"x" * 10_000))
            assert (await client.get(upstream.url)).content == b"a"
            for _ in range(2):
                with pytest.raises(httpx.TransportError):
                    await client.get(upstream.url)
            reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
            writer.write(GET)
            await reader.readexactly(100_000)
            reset(writer)
            await upstream.until(lambda: upstream.connections[-1].closed_at)
            assert upstream.connections[-1].peer_reset

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


async def test_stopping_ends_connections_whatever_they_are_doing() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(Stall())
        streams = [await asyncio.open_connection("127.0.0.1", upstream.port) for _ in range(3)]
        streams[0][1].write(GET)
        streams[1][1].write(b"GET / HT")
        await upstream.until(lambda: upstream.requests)
    assert all(connection.closed_at for connection in upstream.connections)
    for reader, writer in streams:
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_waiting_for_what_never_happens_times_out(upstream: FaultUpstream) -> None:
    with pytest.raises(TimeoutError):
        await upstream.until(lambda: upstream.requests, timeout=0.01)
    with pytest.raises(TimeoutError):
        upstream.wait_until(lambda: upstream.requests, timeout=0.01)


def test_a_listener_not_started_says_so() -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        _ = FaultUpstream().port
