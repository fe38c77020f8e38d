"""One connection to one Valkey server, with many commands on their way at once.

Commands are sent in the order they are given, and answered in it. So what follows a take, follows it on the server
too, and a hundred concurrent takes cost one write and one read. A server that leaves a command unanswered for the
time limit is given up with all that waits for it: no command waits much longer than that.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec
from redis.asyncio.connection import Connection, SSLConnection
from redis.exceptions import RedisError, ResponseError

from switchgear.state.valkey.command import ANY, Command, packed
from switchgear.state.valkey.failures import Lost, Misconfigured, lost

_TICKS: Final = 4
"""Looks at the oldest command within the time limit. They are counted, not timed: when this process was held up itself,
the server gets as many turns as ever to be heard."""

FAILURES: Final = (RedisError, OSError, asyncio.TimeoutError)


class Access(msgspec.Struct, frozen=True):
    """How to connect: what all nodes have in common. ``timeout`` is for one answer, in seconds."""

    timeout: float
    tls: bool = False
    ca_file: str | None = None
    username: str | None = None
    password: str | None = None
    db: int = 0

    def __repr__(self) -> str:
        return "Access()"

    @property
    def connect_timeout(self) -> float:
        """For a connection with its greeting, which takes several answers."""
        return max(1.0, 4 * self.timeout)


async def connected(node: tuple[str, int], access: Access) -> Connection:
    """A connection to ``node``, signed in. Raises Lost or Misconfigured."""
    rest: dict[str, Any] = {
        "username": access.username,
        "password": access.password,
        "db": access.db,
        "socket_timeout": None,
        "socket_connect_timeout": access.connect_timeout,
        "protocol": 2,
        "driver_info": None,
        "client_name": "switchgear",
    }
    host, port = node
    if access.tls:
        connection: Connection = SSLConnection(host=host, port=port, ssl_ca_certs=access.ca_file, **rest)
    else:
        connection = Connection(host=host, port=port, **rest)
    try:
        async with asyncio.timeout(access.connect_timeout):
            await connection.connect()  # type: ignore[no-untyped-call]  # the client has no types there
    except FAILURES as error:
        await hang_up(connection)
        reason = lost(error)
        raise (Misconfigured(str(reason)) if isinstance(error, ResponseError) else reason) from error
    except BaseException:
        await hang_up(connection)
        raise
    return connection


async def hang_up(connection: Connection) -> None:
    """Close ``connection`` without a word."""
    with contextlib.suppress(*FAILURES):
        await connection.disconnect(nowait=True)


class Link:
    """A connection in use. ``on_end`` is told the reason when it breaks; ``on_error`` gets commands that failed."""

    def __init__(
        self,
        connection: Connection,
        node: tuple[str, int],
        timeout: float,
        on_end: Callable[[Link, Lost], None],
        on_error: Callable[[Link, Command, ResponseError], None],
    ) -> None:
        self.node = node
        self.offset: float | None = None
        """The server's clock less this loop's in ms, as far as it is known."""
        self._connection = connection
        self._tick_s = timeout / _TICKS
        self._on_end = on_end
        self._on_error = on_error
        self._loop = asyncio.get_running_loop()
        self._pending: deque[Command] = deque()
        self._outbox: list[bytes] = []
        self._wake: asyncio.Future[None] | None = None
        self._ticks = 0
        self._watch: asyncio.TimerHandle | None = None
        self._ended: Lost | None = None
        self.waiting_bytes = 0
        """Bytes that are given and not sent."""
        self._tasks = (
            asyncio.create_task(self._read(), name="valkey read"),
            asyncio.create_task(self._write(), name="valkey write"),
        )

    def send(self, command: Command) -> None:
        """Send ``command`` after all that were given before."""
        if self._ended is not None:
            self._on_end(self, self._ended)  # again: whoever sends here may not have been told
            command.fail(self._ended)
            return
        message = packed(command.args)
        self._outbox.append(message)
        self.waiting_bytes += len(message)
        command.sent_at = self._ticks
        self._pending.append(command)
        if self._watch is None:
            self._watch = self._loop.call_later(self._tick_s, self._look)
        if self._wake is not None:
            self._wake.set_result(None)
            self._wake = None

    def _look(self) -> None:
        self._watch = None
        self._ticks += 1
        if not self._pending:
            return
        if self._ticks - self._pending[0].sent_at > _TICKS:
            self._end(Lost("it does not answer"))
            return
        self._watch = self._loop.call_later(self._tick_s, self._look)

    async def _write(self) -> None:
        send = self._connection.send_packed_command
        try:
            while True:
                if not self._outbox:
                    self._wake = self._loop.create_future()
                    await self._wake
                chunks, self._outbox = self._outbox, []
                await send(chunks, check_health=False)
                self.waiting_bytes = sum(map(len, self._outbox))
        except FAILURES as error:
            self._end(lost(error))

    async def _read(self) -> None:
        read = self._connection.read_response
        try:
            while True:
                try:
                    reply = await read(disable_decoding=True, timeout=math.inf)
                except ResponseError as error:
                    self._on_error(self, self._pending.popleft(), error)
                else:
                    self._pending.popleft().answer(reply)
        except FAILURES as error:
            self._end(lost(error))
        except IndexError:
            self._end(Lost("it answered what nobody asked"))

    def _end(self, reason: Lost) -> None:
        if self._ended is not None:
            return
        self._ended = reason
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._on_end(self, reason)
        pending, self._pending = self._pending, deque()
        for command in pending:
            command.fail(reason)

    async def close(self, linger: float = 0.0) -> None:
        """Hang up, after at most ``linger`` seconds for what is on its way."""
        if linger and self._ended is None:
            last = self._loop.create_future()
            self.send(Command(ANY, ("PING",), future=last))
            await asyncio.wait([last], timeout=linger)
            if last.done():
                last.exception()  # looked at, or asyncio would warn of it
        self._end(Lost("it was closed"))
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await hang_up(self._connection)
