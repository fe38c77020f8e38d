"""Connections of one listening socket, shared evenly by several processes.

Every process waits on the same socket, so that a process that dies takes no waiting client with it. Left to
themselves, those that wake first take a whole burst of connections: here each takes one at a time, and one that has
more than others stands back for a moment. Measured: docs/decisions/020-workers.md.
"""

from __future__ import annotations

import asyncio
import errno
import mmap
import os
import socket
import ssl as tls
from collections.abc import Callable
from typing import Any

STAND_BACK_SECONDS = 0.001
_NO_FILES_SECONDS = 0.1
_ABSENT = 0xFFFF_FFFF
_WIDTH = 4


class Loads:
    """How many connections each process has, in memory that all of them map. ``number`` counts from 1.

    ``descriptor`` is of a file of ``size(count)`` bytes. Each process writes its own number only.
    """

    def __init__(self, descriptor: int, number: int) -> None:
        self._map = mmap.mmap(descriptor, os.fstat(descriptor).st_size)
        self._all = memoryview(self._map).cast("I")
        self._number = number - 1

    @staticmethod
    def make(count: int) -> int:
        """A descriptor of such memory for ``count`` processes, none of which takes connections yet."""
        descriptor = os.memfd_create("switchgear-loads")
        os.write(descriptor, _ABSENT.to_bytes(_WIDTH, "little") * count)
        return descriptor

    def set(self, connections: int) -> None:
        """This process has so many."""
        self._all[self._number] = connections

    def leave(self) -> None:
        """This process takes no more."""
        self._all[self._number] = _ABSENT

    @property
    def above_others(self) -> bool:
        """Whether this process has clearly more than the one with the fewest."""
        fewest = min(self._all)
        return self._all[self._number] > fewest + 1 + fewest // 16


class Counted(set[Any]):
    """Connections, whose number others see."""

    def __init__(self, loads: Loads) -> None:
        super().__init__()
        self._loads = loads

    def add(self, element: Any) -> None:
        """One more."""
        super().add(element)
        self._loads.set(len(self))

    def discard(self, element: Any) -> None:
        """One less."""
        super().discard(element)
        self._loads.set(len(self))


class SharedListener:
    """Takes connections off ``listener`` and gives each to a protocol of ``factory``, until it is closed."""

    def __init__(
        self,
        listener: socket.socket,
        factory: Callable[[], asyncio.BaseProtocol],
        loads: Loads,
        *,
        context: tls.SSLContext | None,
        handshake_seconds: float,
    ) -> None:
        self._listener = listener
        self._factory = factory
        self._loads = loads
        self._context = context
        self._handshake_seconds = handshake_seconds if context is not None else None
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._later: asyncio.TimerHandle | None = None
        self._closed = False
        listener.setblocking(False)
        self._wait()

    def close(self) -> None:
        """Take no more. Connections that were taken live on."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._listener.fileno())
        if self._later is not None:
            self._later.cancel()
        while self._take():  # they wait already, and the socket may be about to close
            pass
        self._loads.leave()

    def _wait(self) -> None:
        self._loop.add_reader(self._listener.fileno(), self._ready)

    def _ready(self) -> None:
        if self._loads.above_others:
            self._pause(STAND_BACK_SECONDS)
        else:
            self._take()

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._later = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._later = None
        self._take()
        if self._later is None:
            self._wait()

    def _take(self) -> bool:
        """Take one connection; whether there was one."""
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}:
                raise
            if not self._closed:
                self._pause(_NO_FILES_SECONDS)
            return False
        task = self._loop.create_task(self._open(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(
                self._factory, connection, ssl=self._context, ssl_handshake_timeout=self._handshake_seconds
            )
        except (OSError, asyncio.CancelledError):
            connection.close()  # it left before it could be served, or did not get TLS right
