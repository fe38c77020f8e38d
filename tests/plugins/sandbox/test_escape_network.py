"""What a plugin tries to reach. Nothing is dialled here but loopback: what must not be reached is refused before."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cell import Cell, line, outside, running, until

from switchgear.plugins.permissions import Permissions
from switchgear.plugins.sandbox.egress import Denied, Egress, EgressRefused
from switchgear.plugins.sandbox.proxy import PORT
from switchgear.plugins.sandbox.sandbox import Sandbox

FETCH = """
import urllib.request, urllib.error
try:
    print(urllib.request.urlopen({url!r}, timeout=20).read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
except OSError as error:
    print("failed", error)
"""
DIRECT = """
import socket
try:
    print(socket.create_connection({address!r}, timeout=20).recv(100).decode())
except OSError as error:
    print("failed", error)
"""
RAW = """
import socket, sys
proxy = socket.create_connection(("127.0.0.1", {port}), timeout=20)
proxy.sendall({request!r})
told = b""
while piece := proxy.recv(65536):
    told += piece
print(told.decode("latin-1"))
"""


@asynccontextmanager
async def server(
    answer: Callable[[bytes], bytes], host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on the host that reads a head and answers. Its port, and what came."""
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            came.append(head)
            writer.write(answer(head))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, host, port)
    try:
        yield listening.sockets[0].getsockname()[1], came
    finally:
        listening.close()


def page(text: bytes) -> Callable[[bytes], bytes]:
    return lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(text), text)


async def greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"the host's own")
    writer.close()


async def test_the_hosts_loopback_is_not_the_plugins(cell: Cell) -> None:
    listening = await asyncio.start_server(greeting, "127.0.0.1")
    attack = DIRECT.format(address=("127.0.0.1", listening.sockets[0].getsockname()[1]))
    try:
        assert (await outside(attack)).out.strip() == "the host's own"
        assert "failed" in (await cell.run(attack)).out
    finally:
        listening.close()


async def test_there_is_no_network_but_the_proxy(cell: Cell) -> None:
    text = textwrap.dedent("""
        import socket
        print([name for _, name in socket.if_nameindex()] if hasattr(socket, "AF_NETLINK_") else open("/proc/net/dev").read().count(":"))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for act in (lambda: udp.sendto(b"x", ("203.0.113.1", 53)), lambda: socket.create_connection(("203.0.113.1", 443), 20),
                    lambda: socket.getaddrinfo("example.com", 443)):
            try:
                act(); print("reached")
            except OSError as error:
                print("failed")
    """)
    assert (await cell.run(text, Permissions(network=("*:443",)))).out.split() == ["1", "failed", "failed", "failed"]


async def test_an_address_that_is_granted_is_reached_through_the_proxy_and_no_other(cell: Cell) -> None:
    async with server(page(b"granted page")) as (port, came), server(page(b"secret page")) as (other, missed):
        granted = Permissions(network=(f"127.0.0.1:{port}",))
        assert (await outside(FETCH.format(url=f"http://127.0.0.1:{other}/"))).out.strip() == "secret page"
        missed.clear()
        done = await cell.run(FETCH.format(url=f"http://127.0.0.1:{port}/path?q=1"), granted)
        assert done.out.strip() == "granted page"
        assert came[0].startswith(b"GET /path?q=1 HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nconnection: close\r\n" % port)
        tunnelled = RAW.format(port=PORT, request=b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n" % port)
        done = await cell.run(tunnelled, granted)
        assert done.out.startswith("HTTP/1.1 200 Connection established")
        assert done.out.rstrip().endswith("granted page")
        for request in (
            b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % other,
            b"GET http://127.0.0.1:%d/ HTTP/1.1\r\n\r\n" % other,
        ):
            done = await cell.run(RAW.format(port=PORT, request=request), granted)
            assert done.out.startswith("HTTP/1.1 403 Forbidden")
            assert done.denied == (f"127.0.0.1:{other} not in permissions.network",)
        assert not missed


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fd00:ec2::254]", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.0.1", "2130706433", "0x7f.1",
     "0", "0.0.0.0", "100.100.100.200", "[64:ff9b::a9fe:a9fe]", "localhost"],
)  # fmt: skip
async def test_no_pattern_lets_through_to_private_and_metadata_addresses(host: str) -> None:
    dialled = []

    async def lookup(loop: asyncio.AbstractEventLoop, name: str, port: int) -> list[str]:
        found = await loop.getaddrinfo(name, port, type=1)
        dialled.append(name)
        return [str(info[4][0]) for info in found]

    egress = Egress(("*:80",), lookup)
    with pytest.raises(EgressRefused):
        await egress.addresses(host.strip("[]"), 80)
    assert len(egress.denied) == 1


async def test_the_metadata_service_is_refused_before_it_is_dialled(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = asyncio.open_connection

    async def undialled(*address: object, **options: Any) -> object:
        return pytest.fail("dialled") if address else await connect(**options)

    monkeypatch.setattr(asyncio, "open_connection", undialled)

    async def lookup(loop: asyncio.AbstractEventLoop, name: str, port: int) -> list[str]:
        return ["169.254.169.254"]

    told: list[tuple[str, Denied]] = []
    hostile = Sandbox(lookup=lookup, on_denied=lambda name, denied: told.append((name, denied)))
    try:
        cell = Cell(hostile, tmp_path)
        for url in ("http://169.254.169.254/latest/meta-data/", "http://metadata.example.com/"):
            done = await cell.run(FETCH.format(url=url), Permissions(network=("*:80", "*.example.com:80")))
            assert done.out.startswith("403"), done
            assert "169.254.169.254" in done.out
    finally:
        hostile.close()
    assert [name for name, _ in told] == ["trial", "trial"]
    assert told[1][1].target == "metadata.example.com:80"


class Rebinding:
    """A resolver whose name leads to ``first`` once and to ``second`` from then on."""

    def __init__(self, first: str, second: str) -> None:
        self.answers = [first]
        self.then = second
        self.asked = 0

    async def __call__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:
        self.asked += 1
        return [self.answers.pop() if self.answers else self.then]


async def test_a_name_that_changes_its_answer_gains_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    async with (
        server(page(b"allowed"), "127.0.0.2") as (port, _),
        server(page(b"internal"), "127.0.0.3", port) as (_, reached),
    ):
        granted = Permissions(network=(f"rebind.example.com:{port}", f"127.0.0.2:{port}"))
        naive = Rebinding("127.0.0.2", "127.0.0.3")
        loop = asyncio.get_running_loop()
        assert await naive(loop, "rebind.example.com", port) == ["127.0.0.2"]  # looked at
        dialled = await naive(loop, "rebind.example.com", port)  # and dialled by name
        assert (await outside(FETCH.format(url=f"http://{dialled[0]}:{port}/"))).out.strip() == "internal"
        reached.clear()

        resolver = Rebinding("127.0.0.2", "127.0.0.3")
        rebound = Sandbox(lookup=resolver)
        try:
            url = f"http://rebind.example.com:{port}/"
            fetch_twice = FETCH.format(url=url) * 2
            done = await Cell(rebound, tmp_path).run(fetch_twice, granted)
        finally:
            rebound.close()
        first, *others = done.out.strip().splitlines()
        assert first == "allowed"
        assert others[0].startswith("403")
        assert "127.0.0.3" in done.denied[0]
        assert resolver.asked == 2  # once for each connection
        assert not reached


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x16\x03\x01\x00\x00\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "400"),
        (b"GET https://example.com/ HTTP/1.1\r\n\r\n", "400"),
        (b"GET http://a@example.com/ HTTP/1.1\r\n\r\n", "400"),
        (b"GET http://[::1/ HTTP/1.1\r\n\r\n", "400"),
        (b"GET http://example.com:99999/ HTTP/1.1\r\n\r\n", "400"),
        (b"CONNECT example.com HTTP/1.1\r\n\r\n", "400"),
        (b"CONNECT example.com:0 HTTP/1.1\r\n\r\n", "400"),
        (b"CONNECT example.com:443:80 HTTP/1.1\r\n\r\n", "400"),
        (b"CONNECT exa\x00mple.com:443 HTTP/1.1\r\n\r\n", "400"),
        (b"CONNECT \xc3\xa9xample.com:443 HTTP/1.1\r\n\r\n", "400"),
        (b"CONNECT example.com:443 HTTP/1.1\r\n folded\r\n\r\n", "400"),
        (b"CONNECT example.com:443 HTTP/1.1\r\nx: " + b"y" * 20_000 + b"\r\n\r\n", "431"),
        (b"CONNECT *:443 HTTP/1.1\r\n\r\n", "403"),
        (b"CONNECT *.example.com:443 HTTP/1.1\r\n\r\n", "403"),
    ],
)
async def test_requests_that_make_no_sense_are_answered_and_go_nowhere(
    served: Callable[[bytes], Awaitable[bytes]], request_: bytes, status: str
) -> None:
    assert (await served(request_)).split()[1].decode() == status


@pytest.fixture
async def served() -> AsyncIterator[Callable[[bytes], Awaitable[bytes]]]:
    """A proxy without a sandbox around its client, whose names lead nowhere."""
    import socket

    from switchgear.plugins.sandbox.proxy import Proxy

    async def lookup(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:
        return pytest.fail(f"looked up {host}")

    proxy = Proxy(Egress(("*.example.com:443",), lookup))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.setblocking(False)
    proxy.serve(listener)

    async def ask(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        try:
            return await asyncio.wait_for(reader.read(), 30)
        finally:
            writer.close()

    yield ask
    await proxy.close()


async def test_a_slow_name_does_not_hold_up_another(tmp_path: Path) -> None:
    """Names that are looked up for one plugin are few at a time; whoever asks for more of them waits."""
    waiting = asyncio.Event()
    asked: list[str] = []

    async def lookup(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:
        asked.append(host)
        await waiting.wait()
        return ["127.0.0.1"]

    slow, quick = Egress(("*.example.com:80",), lookup), Egress(("127.0.0.1:80", "a.example.org:80"), lookup)
    asking = [asyncio.create_task(slow.addresses(f"n{number}.example.com", 80)) for number in range(10)]
    await until(lambda: len(asked) == 4, "as many as may")
    other = asyncio.create_task(quick.addresses("a.example.org", 80))
    await until(lambda: "a.example.org" in asked, "another plugin's name is looked up")
    waiting.set()
    assert await other == ["127.0.0.1"]
    assert all(isinstance(each, EgressRefused) for each in await asyncio.gather(*asking, return_exceptions=True))


async def test_a_stop_ends_what_is_being_fetched(cell: Cell) -> None:
    forever = asyncio.Event()

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await forever.wait()
        writer.close()

    listening = await asyncio.start_server(stall, "127.0.0.1")
    port = listening.sockets[0].getsockname()[1]
    text = f"import socket; s = socket.create_connection(('127.0.0.1', {PORT})); s.sendall(b'CONNECT 127.0.0.1:{port} HTTP/1.1\\r\\n\\r\\n'); print(s.recv(100)[:12], flush=True); s.recv(1)"
    async with running(await cell.start(text, Permissions(network=(f"127.0.0.1:{port}",)))) as confined:
        assert await line(confined) == "b'HTTP/1.1 200'"
    forever.set()
    listening.close()


async def test_a_plugin_cannot_keep_the_gateway_busy_with_connections(cell: Cell) -> None:
    """What is more than may be at a time waits with the kernel: nothing of it is accepted."""
    text = textwrap.dedent(f"""
        import socket
        held = [socket.create_connection(("127.0.0.1", {PORT}), 20) for _ in range(64 + 20)]
        for each in held:
            each.sendall(b"CONNECT example.com:443 HTTP/1.1\\r\\n")
        held[70].sendall(b"\\r\\n")
        held[70].settimeout(0.5)
        try:
            print(held[70].recv(12))
        except TimeoutError:
            print("waits")
        for each in held[:64]:
            each.close()
        held[70].settimeout(20)
        print(held[70].recv(12))
    """)
    assert (await cell.run(text)).out.splitlines() == ["waits", "b'HTTP/1.1 403'"]
