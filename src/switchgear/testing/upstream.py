"""An upstream that misbehaves on demand, byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Self

from . import faults
from .listener import Listener, threaded
from .request import Request
from .steps import Plan, Step, flatten


class FaultUpstream(Listener):
    """Answers each request by the next scripted plan, then by the default: a plain chat completion.

    Async context manager; ``FaultUpstream.in_thread()`` is its twin for code without an event loop. With
    ``accept=False`` the kernel's queue is full from the start, so that connecting to it hangs (Linux).
    """

    def __init__(
        self, *, ssl_context: ssl.SSLContext | None = None, socket_buffer: int | None = None, accept: bool = True
    ) -> None:
        super().__init__(ssl_context=ssl_context, socket_buffer=socket_buffer)
        self._plans: deque[Plan] = deque()
        self._on_connect: deque[Plan] = deque()
        self._default: Plan = faults.ok()
        self._accepts = accept
        self._fillers: list[socket.socket] = []

    @classmethod
    def in_thread(
        cls, *, ssl_context: ssl.SSLContext | None = None, socket_buffer: int | None = None, accept: bool = True
    ) -> AbstractContextManager[Self]:
        """The same on an event loop in a thread of its own; its methods may be called from any thread."""
        return threaded(cls(ssl_context=ssl_context, socket_buffer=socket_buffer, accept=accept))

    def answer(self, *steps: Step | Iterable[Step], times: int = 1) -> None:
        """Script the answer to the next request that has none yet (``times``: to so many requests)."""
        self._plans.extend([flatten(steps)] * times)

    def always(self, *steps: Step | Iterable[Step]) -> None:
        """Script the answer to every request after the scripted ones."""
        self._default = flatten(steps)

    def forget(self) -> None:
        """Forget what was scripted for requests to come."""
        self._plans.clear()
        self._default = faults.ok()

    def on_connect(self, *steps: Step | Iterable[Step]) -> None:
        """Script what the next new connection does before a byte is read; plans that end go on to serve requests."""
        self._on_connect.append(flatten(steps))

    def plan_for(self, request: Request) -> Plan:  # noqa: ARG002 - plans go by order, not by request
        """The next scripted plan, or the default."""
        return self._plans.popleft() if self._plans else self._default

    def plan_on_connect(self) -> Plan:
        """The next plan scripted for a connection, or nothing."""
        return self._on_connect.popleft() if self._on_connect else ()

    async def start(self) -> None:
        """Listen; without ``accept``, fill the queue of connections that nobody will accept."""
        if self._accepts:
            await super().start()
            return
        self._sock = self._bind()
        self._sock.listen(0)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            while True:
                filler = socket.socket()
                filler.setblocking(False)
                self._fillers.append(filler)
                async with asyncio.timeout(0.1):
                    await loop.sock_connect(filler, self._sock.getsockname())

    async def stop(self) -> None:
        """Close everything."""
        for filler in self._fillers:
            filler.close()
        await super().stop()
