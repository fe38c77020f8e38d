"""A listening socket on 127.0.0.1 that answers each request by a plan: the base of the kit's servers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Self, TypeVar

from .connection import Connection, PeerGone
from .request import BadRequest, Request
from .steps import Plan, Step

_HOST = "127.0.0.1"
_PATIENCE = 5.0


def unused_port() -> int:
    """A TCP port of 127.0.0.1 nobody listens on now: connections to it are refused."""
    with socket.socket() as sock:
        sock.bind((_HOST, 0))
        port: int = sock.getsockname()[1]
        return port


class Listener:
    """Accepts connections and answers each request by the plan ``plan_for`` gives.

    An async context manager, in whose event loop it runs. ``ssl_context`` makes it speak TLS. ``socket_buffer``
    sets the kernel's buffers in bytes, so that a peer that does not read stops the writer early.
    ``connections`` are all there were, in order. An exception raised by a step is raised again on leaving.
    """

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None, socket_buffer: int | None = None) -> None:
        self.connections: list[Connection] = []
        self._ssl = ssl_context
        self._socket_buffer = socket_buffer
        self._sock: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    def plan_for(self, request: Request) -> Plan:
        """What to do about ``request``, whose head has been read and nothing else."""
        raise NotImplementedError

    def plan_on_connect(self) -> Plan:
        """What to do on a new connection before anything is read."""
        return ()

    # ------------------------------------------------------------ what happened

    @property
    def requests(self) -> list[Request]:
        """Every request so far, of all connections, in order of arrival."""
        return sorted((r for c in self.connections for r in c.requests), key=lambda request: request.at)

    async def until(self, condition: Callable[[], object], timeout: float = _PATIENCE) -> None:  # noqa: ASYNC109 - a bound on this wait only
        """Wait until ``condition()`` is true. Raises ``TimeoutError`` after ``timeout`` seconds."""
        async with asyncio.timeout(timeout):
            while not condition():  # noqa: ASYNC110 - conditions are the caller's, no event tells of them
                await asyncio.sleep(0.002)

    def wait_until(self, condition: Callable[[], object], timeout: float = _PATIENCE) -> None:
        """``until`` for code without an event loop."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not so within {timeout:g} s")
            time.sleep(0.002)

    # ------------------------------------------------------------ start and stop

    @property
    def port(self) -> int:
        """The port it listens on, chosen by the system."""
        if self._sock is None:
            raise RuntimeError("Not started: use it as a context manager.")
        port: int = self._sock.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, or ``https`` with a TLS context."""
        return f"{'https' if self._ssl else 'http'}://{_HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """``url`` and ``/v1``: what an OpenAI client is given."""
        return f"{self.url}/v1"

    async def start(self) -> None:
        """Listen, in the running event loop."""
        self._sock = self._bind()
        self._sock.listen(128)
        self._sock.setblocking(False)
        self._tasks.add(asyncio.get_running_loop().create_task(self._accept(self._sock)))

    async def stop(self) -> None:
        """Close the socket and every connection. Raises what a step raised, if one did."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._sock is not None:
            self._sock.close()
        for connection in self.connections:
            if connection.task is not None:
                connection.task.cancel()
                connection.reset()
        for connection in self.connections:
            if connection.task is not None:
                await connection.wait_closed()
                await asyncio.wait([connection.task])
        if self._failures:
            raise self._failures[0]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _bind(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY by it
        if self._socket_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._socket_buffer)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._socket_buffer)
        sock.bind((_HOST, 0))
        return sock

    # ------------------------------------------------------------ serving

    async def _accept(self, listening: socket.socket) -> None:
        """Take connections one by one: asyncio's own server cannot let go of one that is still in its handshake."""
        loop = asyncio.get_running_loop()
        while True:
            sock, _ = await loop.sock_accept(listening)
            connection = Connection(self._serve, socket_buffer=self._socket_buffer)
            self.connections.append(connection)
            task = loop.create_task(self._shake_hands(sock, connection))
            self._tasks.add(task)
            task.add_done_callback(partial(self._shaken, sock, connection))

    def _shaken(self, sock: socket.socket, connection: Connection, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if connection.task is None and connection.closed_at is None:  # cancelled before it began: nobody owns it
            sock.close()

    async def _shake_hands(self, sock: socket.socket, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: connection, sock, ssl=self._ssl)
        except OSError:  # of which ssl.SSLError is one
            connection.refused()
        except asyncio.CancelledError:
            if connection.task is None:
                connection.refused()
            raise

    async def _serve(self, connection: Connection) -> None:
        try:
            await _run(self.plan_on_connect(), connection)
            while not connection.closing and (request := await connection.read_head()):
                await _run(self.plan_for(request), connection)
                if not connection.closing:
                    await connection.read_body()
                if not request.keep_alive:
                    break
        except PeerGone:
            pass
        except BadRequest as error:
            await _refuse(connection, str(error))
        except Exception as error:  # noqa: BLE001 - a step may be the user's own; its error is raised by stop()
            self._failures.append(error)
        connection.close()


async def _run(plan: Iterable[Step], connection: Connection) -> None:
    for step in plan:
        await step.run(connection)


async def _refuse(connection: Connection, reason: str) -> None:
    body = f"Not HTTP/1.1: {reason}".encode()
    with contextlib.suppress(PeerGone):
        await connection.write(
            b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        )
        await connection.write(body)


L = TypeVar("L", bound=Listener)


@contextlib.contextmanager
def threaded(listener: L) -> Iterator[L]:
    """Run ``listener`` on an event loop in a thread of its own, for code that has none."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=f"{type(listener).__name__} loop", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(listener.start(), loop).result()
        try:
            yield listener
        finally:
            asyncio.run_coroutine_threadsafe(listener.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
