"""TLS to providers: whom we trust and what we say when we do not."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from transport_origin import ask, origin_to, request

from switchgear.core.errors import ProviderDisconnected, ProviderUnreachable
from switchgear.testing import Delay, FaultUpstream, faults

BOTH_LOOPS = True
OK = b'{"a":1}'
CA = trustme.CA()


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(path))
    return str(path)


def context(*names: str, expired: bool = False) -> ssl.SSLContext:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC) if expired else None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(*names, not_after=past).configure_cert(made)
    return made


async def test_a_certificate_of_the_ca_file_is_trusted(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=context("127.0.0.1")) as upstream:
        upstream.always(faults.ok({"a": 1}))
        async with origin_to(upstream.url, ca_file=ca_file) as origin:
            assert [await ask(origin) for _ in range(3)] == [OK] * 3
            assert len(upstream.connections) == 1


async def test_a_host_name_is_sent_and_checked(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=context("localhost")) as upstream:
        upstream.always(faults.ok({"a": 1}))
        async with origin_to(f"https://localhost:{upstream.port}", ca_file=ca_file) as origin:
            assert await ask(origin) == OK
            assert upstream.requests[0].header("host") == f"localhost:{upstream.port}"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: context("other.example"), "IP address mismatch"),
        (lambda: context("127.0.0.1", expired=True), "certificate has expired"),
    ],
)
async def test_a_certificate_that_does_not_fit_is_refused_with_the_reason(
    made: Callable[[], ssl.SSLContext], reason: str, ca_file: str
) -> None:
    with FaultUpstream.in_thread(ssl_context=made()) as upstream:
        async with origin_to(upstream.url, ca_file=ca_file, max_connections=1) as origin:
            for _ in range(2):
                with pytest.raises(ProviderUnreachable, match=rf"certificate is not trusted .*{reason}") as caught:
                    await ask(origin)
            assert f"127.0.0.1:{upstream.port}" in caught.value.message
            assert not upstream.requests


async def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    with FaultUpstream.in_thread(ssl_context=context("127.0.0.1")) as upstream:
        async with origin_to(upstream.url) as origin:
            with pytest.raises(ProviderUnreachable, match=r"not trusted \((unable to get local issuer|self.signed)"):
                await ask(origin)


async def test_a_server_without_tls_is_told_as_one(ca_file: str) -> None:
    async with FaultUpstream() as upstream:
        upstream.on_connect(*faults.garbage(b"HTTP/1.1 400 Bad Request\r\n\r\n")[1:])
        async with origin_to(upstream.url.replace("http", "https"), ca_file=ca_file) as origin:
            with pytest.raises(ProviderUnreachable, match=r"no secure connection .*wrong version number"):
                await ask(origin)


async def test_a_server_that_ends_the_handshake_is_unreachable(ca_file: str) -> None:
    async with FaultUpstream() as upstream:
        upstream.on_connect(*faults.hang_up()[1:])
        async with origin_to(upstream.url.replace("http", "https"), ca_file=ca_file) as origin:
            with pytest.raises(ProviderUnreachable):
                await ask(origin)


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_ca_file_that_cannot_be_used_is_named(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "broken.pem"
    if content is not None:
        path.write_text(content)
    async with origin_to("https://127.0.0.1:1", ca_file=str(path)) as origin:
        for _ in range(2):
            with pytest.raises(ProviderUnreachable, match=r"its ca_file .*broken\.pem cannot be used"):
                await ask(origin)


async def test_answers_cut_and_stale_connections_are_told_over_tls_too(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=context("127.0.0.1")) as upstream:
        async with origin_to(upstream.url, ca_file=ca_file) as origin:
            upstream.answer(faults.cut_mid_stream())
            upstream.answer(faults.ok({"a": 1}))
            upstream.answer(faults.hang_up())
            upstream.answer(faults.ok({"a": 2}))
            with pytest.raises(ProviderDisconnected):
                await ask(origin)
            assert await ask(origin) == OK
            assert await ask(origin) == b'{"a":2}'


async def test_a_paused_stream_makes_the_provider_wait_over_tls_too(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=context("127.0.0.1"), socket_buffer=16_384) as upstream:
        async with origin_to(upstream.url, ca_file=ca_file) as origin:
            upstream.answer(faults.ok(b"x" * 20_000_000))
            got = 0

            def sink(data: bytes) -> None:
                nonlocal got
                got += len(data)
                answer.pause()

            with await origin.send(request(origin)) as answer:
                piping = asyncio.ensure_future(answer.pipe(sink))
                await upstream.until(lambda: got)
                await asyncio.sleep(0.3)
                assert got < 2_000_000
                piping.cancel()
                await asyncio.wait([piping])
            await upstream.until(lambda: upstream.connections[0].closed_at)


async def test_a_call_cancelled_in_the_handshake_ends_it() -> None:
    async with FaultUpstream() as upstream, origin_to(upstream.url.replace("http", "https")) as origin:
        upstream.on_connect(Delay(20))
        call = asyncio.ensure_future(ask(origin))
        await upstream.until(lambda: upstream.connections and upstream.connections[0].bytes_received)
        call.cancel()
        await asyncio.wait([call])
        await upstream.until(lambda: upstream.connections[0].closed_at, timeout=1)


async def test_a_large_request_and_a_large_answer_pass_over_tls(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=context("127.0.0.1")) as upstream:
        async with origin_to(upstream.url, ca_file=ca_file) as origin:
            upstream.answer(faults.ok(b"y" * 5_000_000))
            assert await ask(origin, b"x" * 5_000_000) == b"y" * 5_000_000
            assert upstream.requests[0].body == b"x" * 5_000_000
