"""Proxies: CONNECT for https, absolute targets for http, credentials, the environment, and proxies on a bad day."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from transport_origin import ask, origin_to

from switchgear.core.errors import ProviderError, ProviderTimeout, ProviderUnreachable
from switchgear.providers.transport import Timeouts
from switchgear.testing import Delay, FaultUpstream, Send, Stall, faults, http1, unused_port
from switchgear.testing.steps import Plan

BOTH_LOOPS = True
OK = b'{"a":1}'
CA = trustme.CA()
QUICK = Timeouts(connect=0.3, first_byte=20, between_bytes=20, total=20)


class Proxy:
    """A proxy as they are: tunnels for CONNECT, and requests with an absolute target sent on."""

    def __init__(self, credentials: str | None = None) -> None:
        self.lines: list[str] = []
        self.ended = 0
        self.port = 0
        self.authorization: list[str | None] = []
        self._wanted = None if credentials is None else "Basic " + base64.b64encode(credentials.encode()).decode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._one(reader, writer)
        finally:
            self.ended += 1
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *fields = head.split("\r\n")
        self.lines.append(line)
        headers = {
            name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields if field)
        }
        self.authorization.append(headers.pop("proxy-authorization", None))
        if self._wanted is not None and self.authorization[-1] != self._wanted:
            writer.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            return
        method, target, version = line.split()
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            there = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            url = urlsplit(target)
            there = await asyncio.open_connection(url.hostname, url.port or 80)
            sent = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            there[1].write(f"{method} {url.path} {version}\r\n{sent}\r\n".encode())
        try:
            await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))
        finally:
            there[1].close()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy_server(credentials: str | None = None, context: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    proxy = Proxy(credentials)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(autouse=True)
def no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def tls(*names: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(*(names or ("127.0.0.1",))).configure_cert(made)
    return made


# ---------------------------------------------------------------- http


async def test_http_goes_through_a_proxy_with_an_absolute_target() -> None:
    async with FaultUpstream() as upstream, proxy_server() as proxy:
        upstream.always(faults.ok({"a": 1}))
        async with origin_to(upstream.url, proxy=f"http://127.0.0.1:{proxy.port}") as origin:
            assert [await ask(origin) for _ in range(2)] == [OK, OK]
        assert proxy.lines == [f"POST http://127.0.0.1:{upstream.port}/v1/chat/completions HTTP/1.1"]
        assert upstream.requests[0].header("host") == f"127.0.0.1:{upstream.port}"


async def test_credentials_of_the_proxys_url_are_sent_to_the_proxy_decoded() -> None:
    async with FaultUpstream() as upstream, proxy_server("us:er@x:pä ss") as proxy:
        upstream.always(faults.ok({"a": 1}))
        url = f"http://us%3Aer%40x:p%C3%A4%20ss@127.0.0.1:{proxy.port}"
        async with origin_to(upstream.url, proxy=url) as origin:
            assert await ask(origin) == OK
        assert proxy.authorization[0] is not None


# ---------------------------------------------------------------- https


async def test_https_goes_through_a_tunnel_with_credentials_and_keeps_it(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=tls()) as upstream:
        upstream.always(faults.ok({"a": 1}))
        async with (
            proxy_server("user:secret") as proxy,
            origin_to(upstream.url, proxy=f"http://user:secret@127.0.0.1:{proxy.port}", ca_file=ca_file) as origin,
        ):
            assert [await ask(origin) for _ in range(3)] == [OK] * 3
            assert proxy.lines == [f"CONNECT 127.0.0.1:{upstream.port} HTTP/1.1"]
        assert all(request.header("proxy-authorization") is None for request in upstream.requests)


async def test_a_proxy_that_speaks_tls_itself_carries_http_and_tunnels(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=tls()) as secure, FaultUpstream.in_thread() as plain:
        secure.always(faults.ok({"a": 1}))
        plain.always(faults.ok({"a": 1}))
        async with proxy_server(context=tls()) as proxy:
            for upstream in (plain, secure):
                url = f"https://127.0.0.1:{proxy.port}"
                async with origin_to(upstream.url, proxy=url, ca_file=ca_file) as origin:
                    assert await ask(origin) == OK
                    assert await ask(origin) == OK


async def test_the_providers_certificate_is_checked_through_a_tunnel(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=tls("other.example")) as upstream:
        async with (
            proxy_server() as proxy,
            origin_to(upstream.url, proxy=f"http://127.0.0.1:{proxy.port}", ca_file=ca_file) as origin,
        ):
            with pytest.raises(ProviderUnreachable, match=r"not trusted .*mismatch"):
                await ask(origin)
            await until(lambda: proxy.ended == 1)


async def test_a_tunnel_that_becomes_stale_is_made_again(ca_file: str) -> None:
    with FaultUpstream.in_thread(ssl_context=tls()) as upstream:
        upstream.answer(faults.ok({"a": 1}))
        upstream.answer(faults.hang_up())
        upstream.answer(faults.ok({"a": 2}))
        async with (
            proxy_server() as proxy,
            origin_to(upstream.url, proxy=f"http://127.0.0.1:{proxy.port}", ca_file=ca_file) as origin,
        ):
            assert await ask(origin) == OK
            assert await ask(origin) == b'{"a":2}'
            assert len(proxy.lines) == 2


async def until(condition: object) -> None:
    async with asyncio.timeout(5):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)


# ---------------------------------------------------------------- the environment


@pytest.mark.parametrize(
    ("environment", "used"),
    [
        ({"HTTP_PROXY": "{proxy}"}, True),
        ({"http_proxy": "{proxy}"}, True),
        ({"http_proxy": "{proxy}", "HTTP_PROXY": "http://127.0.0.1:1"}, True),
        ({"http_proxy": "", "HTTP_PROXY": "{proxy}"}, False),
        ({"ALL_PROXY": "{proxy}"}, True),
        ({"HTTPS_PROXY": "{proxy}"}, False),
        ({"HTTP_PROXY": "127.0.0.1:{port}"}, True),
        ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "127.0.0.1"}, False),
        ({"HTTP_PROXY": "{proxy}", "no_proxy": "example.org, 127.0.0.1:{upstream}"}, False),
        ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "127.0.0.1:1"}, True),
        ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "*"}, False),
        ({"HTTP_PROXY": "{proxy}", "NO_PROXY": "example.org"}, True),
    ],
)
async def test_the_environments_proxies_count(
    environment: dict[str, str], used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FaultUpstream() as upstream, proxy_server() as proxy:
        upstream.always(faults.ok({"a": 1}))
        url = f"http://127.0.0.1:{proxy.port}"
        for name, value in environment.items():
            monkeypatch.setenv(name, value.format(proxy=url, port=proxy.port, upstream=upstream.port))
        async with origin_to(upstream.url, proxy=None) as origin:
            assert await ask(origin) == OK
        assert bool(proxy.lines) == used


async def test_https_proxy_of_the_environment_carries_https(ca_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultUpstream.in_thread(ssl_context=tls()) as upstream:
        upstream.always(faults.ok({"a": 1}))
        async with proxy_server() as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            async with origin_to(upstream.url, proxy=None, ca_file=ca_file) as origin:
                assert await ask(origin) == OK
            assert len(proxy.lines) == 1
            async with origin_to(upstream.url, proxy="none", ca_file=ca_file) as origin:
                assert await ask(origin) == OK
            assert len(proxy.lines) == 1


# ---------------------------------------------------------------- proxies on a bad day

REFUSALS: list[tuple[Plan, str]] = [
    ((Send(http1.response("no", 403)),), "refused the tunnel: 403 Forbidden"),
    ((Send(http1.head(407)),), "refused the tunnel: 407 Proxy Authentication Required"),
    ((Send(http1.response("no way", 502)),), "refused the tunnel: 502 Bad Gateway"),
    ((Send(b"\x16\x03\x01 nonsense\r\n\r\n"),), "refused the tunnel: nonsense"),
    ((Send(b"\r\n\r\n"),), "refused the tunnel: no HTTP answer"),
    ((Send(b"x" * 20_000), Stall()), "answer has no end"),
    ((Send(http1.head(200) + b"extra"), Stall()), "bytes of its own"),
    (faults.hang_up()[1:], "the proxy closed the connection"),
    (faults.hang_up("reset")[1:], "the proxy closed the connection"),
    ((Send(b"HTTP/1.1 200"), *faults.hang_up()[1:]), "the proxy closed the connection"),
]


@pytest.mark.parametrize(("plan", "reason"), REFUSALS)
async def test_a_proxy_that_makes_no_tunnel_is_named_with_the_reason(plan: Plan, reason: str) -> None:
    async with FaultUpstream() as proxy:
        proxy.always(*plan)
        url = f"http://user:hunter2@127.0.0.1:{proxy.port}"
        async with origin_to("https://provider.example/v1", proxy=url, max_connections=1) as origin:
            for _ in range(2):
                with pytest.raises(ProviderUnreachable) as caught:
                    await ask(origin)
                assert reason in caught.value.message
                assert "the proxy 127.0.0.1" in caught.value.message
                assert "hunter2" not in caught.value.message
        assert proxy.requests[0].target == "provider.example:443"
        await proxy.until(lambda: all(connection.closed_at for connection in proxy.connections))


async def test_a_proxy_that_does_not_answer_trips_connect() -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Stall())
        async with origin_to("https://provider.example/v1", proxy=f"http://127.0.0.1:{proxy.port}") as origin:
            await origin._tls_context()  # the system's certificates take a while to load
            with pytest.raises(ProviderTimeout, match="connect"):
                await ask(origin, timeouts=QUICK)
        await proxy.until(lambda: proxy.connections[0].closed_at)


async def test_a_tunnel_that_ends_in_the_handshake_is_unreachable() -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Send(http1.head(200)), Delay(0.05), *faults.hang_up()[1:])
        async with origin_to("https://provider.example/v1", proxy=f"http://127.0.0.1:{proxy.port}") as origin:
            with pytest.raises(ProviderError) as caught:
                await asyncio.wait_for(ask(origin), 5)
        assert isinstance(caught.value, ProviderUnreachable)


async def test_garbage_in_the_tunnel_is_no_secure_connection() -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Send(http1.head(200)), Delay(0.05), Send(b"HTTP/1.1 400 Bad\r\n\r\n"), Stall())
        async with origin_to("https://provider.example/v1", proxy=f"http://127.0.0.1:{proxy.port}") as origin:
            with pytest.raises(ProviderUnreachable, match="no secure connection"):
                await asyncio.wait_for(ask(origin), 5)


async def test_a_call_cancelled_while_the_tunnel_is_made_leaves_none_behind() -> None:
    async with FaultUpstream() as proxy:
        proxy.always(Stall())
        async with origin_to("https://provider.example/v1", proxy=f"http://127.0.0.1:{proxy.port}") as origin:
            call = asyncio.ensure_future(ask(origin))
            await proxy.until(lambda: proxy.requests)
            call.cancel()
            await asyncio.wait([call])
            await proxy.until(lambda: proxy.connections[0].closed_at, timeout=1)


async def test_a_proxy_that_is_not_there_is_named() -> None:
    async with origin_to("http://provider.example/v1", proxy=f"http://127.0.0.1:{unused_port()}") as origin:
        with pytest.raises(ProviderUnreachable, match=r"at the proxy 127\.0\.0\.1"):
            await ask(origin)


async def test_a_proxy_of_a_kind_we_do_not_speak_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    async with origin_to("http://provider.example/v1", proxy=None) as origin:
        with pytest.raises(ProviderUnreachable, match="socks5"):
            await ask(origin)


@pytest.mark.parametrize("host", ["a..example", "x" * 70 + ".example"])
async def test_a_host_name_that_cannot_be_one_is_unreachable(host: str) -> None:
    async with origin_to(f"http://{host}/v1") as origin:
        with pytest.raises(ProviderUnreachable, match="cannot be reached"):
            await ask(origin)
