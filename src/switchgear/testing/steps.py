"""What a server can do on a connection, one small step each; a plan is a sequence of them.

When a plan for an answer starts, the head of the request has been read and nothing else: put ``ReadBody()``
first unless an unread body is the point. A plan that ends without closing keeps the connection for the next
request. Any object with ``async def run(connection)`` is a step too. Every step ends early when the peer leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

import msgspec

from .connection import Connection, PeerGone
from .http1 import response


class Step(Protocol):
    """One thing to do on a connection."""

    async def run(self, connection: Connection) -> None:
        """Do it. ``PeerGone`` ends the plan; any other exception is a defect and is raised when the server stops."""


Plan = tuple[Step, ...]


def flatten(steps: Iterable[Step | Iterable[Step]]) -> Plan:
    """Steps and plans, mixed, as one plan."""
    plan: list[Step] = []
    for step in steps:
        if isinstance(step, Iterable):
            plan.extend(step)
        else:
            plan.append(step)
    return tuple(plan)


class Send(msgspec.Struct, frozen=True):
    """Write ``data`` exactly as it is, and wait until the kernel took it."""

    data: bytes

    async def run(self, connection: Connection) -> None:
        """Do it."""
        await connection.write(self.data)


class Trickle(msgspec.Struct, frozen=True):
    """Write ``data`` in pieces of ``size`` bytes, each its own write, ``gap`` seconds apart."""

    data: bytes
    size: int = 1
    gap: float = 0.0

    async def run(self, connection: Connection) -> None:
        """Do it."""
        for start in range(0, len(self.data), self.size):
            await connection.write(self.data[start : start + self.size])
            if self.gap:
                await connection.pause(self.gap)
            else:
                await asyncio.sleep(0)


class Repeat(msgspec.Struct, frozen=True):
    """Write ``data`` ``times`` times, or, with ``None``, until the peer leaves."""

    data: bytes
    times: int | None = None

    async def run(self, connection: Connection) -> None:
        """Do it."""
        sent = 0
        while self.times is None or sent < self.times:
            await connection.write(self.data)
            sent += 1
            await asyncio.sleep(0)
            if connection.peer_closed_at is not None:
                raise PeerGone


class Delay(msgspec.Struct, frozen=True):
    """Do nothing for ``seconds``."""

    seconds: float

    async def run(self, connection: Connection) -> None:
        """Do it."""
        await connection.pause(self.seconds)


class Stall(msgspec.Struct, frozen=True):
    """Do nothing until the peer leaves."""

    async def run(self, connection: Connection) -> None:
        """Do it."""
        await connection.pause(None)


class ReadBody(msgspec.Struct, frozen=True):
    """Read the rest of the request's body, or its next ``limit`` bytes.

    With ``size`` it is read in pieces of that many bytes, ``gap`` seconds apart: a slow reader.
    """

    limit: int | None = None
    size: int | None = None
    gap: float = 0.0

    async def run(self, connection: Connection) -> None:
        """Do it."""
        if self.size is None:
            await connection.read_body(self.limit)
            return
        left = self.limit
        while left is None or left > 0:
            piece = await connection.read_body(self.size if left is None else min(self.size, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            await connection.pause(self.gap)


class Close(msgspec.Struct, frozen=True):
    """Close in order: what was sent is delivered, then FIN."""

    async def run(self, connection: Connection) -> None:
        """Do it."""
        connection.close()
        raise PeerGone


class HalfClose(msgspec.Struct, frozen=True):
    """Send FIN and keep the receiving side open until the peer closes too."""

    async def run(self, connection: Connection) -> None:
        """Do it."""
        connection.half_close()
        await connection.pause(None)


class Reset(msgspec.Struct, frozen=True):
    """Close with RST; the peer sees ``ECONNRESET``."""

    async def run(self, connection: Connection) -> None:
        """Do it."""
        connection.reset()
        raise PeerGone


class Gate:
    """Wait until somebody calls ``open()``, from any thread: the step for tests that must not guess times."""

    def __init__(self) -> None:
        self._open = False
        self.reached = 0

    def open(self) -> None:
        """Let every plan that waits here, or comes here later, go on."""
        self._open = True

    async def run(self, connection: Connection) -> None:
        """Do it."""
        self.reached += 1
        while not self._open:
            await connection.pause(0.002)


class Tunnel(msgspec.Struct, frozen=True):
    """Answer ``CONNECT host:port`` as a proxy does (502 when it cannot get there) and carry bytes both ways until one side ends."""

    async def run(self, connection: Connection) -> None:
        """Do it."""
        host, _, port = connection.requests[-1].target.rpartition(":")
        try:
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, ValueError) as error:
            await connection.write(response(f"No way to there: {error}", 502))
            return
        try:
            await connection.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            there = asyncio.ensure_future(_carry_there(connection, writer))
            try:
                while data := await reader.read(65_536):
                    await connection.write(data)
            finally:
                there.cancel()
                await asyncio.wait([there])
        finally:
            writer.close()
        connection.close()
        raise PeerGone


async def _carry_there(connection: Connection, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            writer.write(await connection.read_some())
            await writer.drain()
    except (PeerGone, ConnectionError):
        writer.close()
