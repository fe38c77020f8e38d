"""Uvicorn's server around one gateway: says when it listens, and ends without breaking off an answer it could finish."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from switchgear.config.schema import ServerSettings
from switchgear.edge.accepting import Counted, Loads, SharedListener
from switchgear.edge.server import GatewayProtocol

LINGER_SECONDS = 0.5
"""How long idle connections live on when the gateway ends: a request that is on its way is still answered."""

_CUT_SECONDS = 5.0
_HANDSHAKE_SECONDS = 30.0
_LOOK_SECONDS = 0.02


def uvicorn_config(
    application: Any, protocol: Callable[..., asyncio.Protocol], settings: ServerSettings
) -> uvicorn.Config:
    """How uvicorn is to run: without what the gateway does itself."""
    return uvicorn.Config(
        application,
        http=protocol,  # type: ignore[arg-type]  # it is only called
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=settings.trusted_proxy,
        forwarded_allow_ips="*" if settings.trusted_proxy else None,
        timeout_keep_alive=math.ceil(settings.keep_alive),
        ssl_certfile=str(settings.tls_cert) if settings.tls_cert else None,
        ssl_keyfile=str(settings.tls_key) if settings.tls_key else None,
    )


class HTTPServer(uvicorn.Server):
    """Serves until SIGTERM or SIGINT.

    Then it accepts nobody, answers what was asked and tells those connections to close. Calls that are not done after
    ``patience`` seconds, or at a second signal, are ended by ``cut``, which has them say so. ``draining`` is called
    at the first signal, from within its handler. ``loads`` is given where other processes listen on the same socket.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        patience: float,
        draining: Callable[[], None],
        cut: Callable[[], None],
        loads: Loads | None = None,
    ) -> None:
        super().__init__(config)
        self._loads = loads
        self._shared: list[SharedListener] = []
        self.listening = asyncio.Event()
        self._patience = patience
        self._draining = draining
        self._cut = cut

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn."""
        if self._loads is None:
            await super().startup(sockets)
        else:
            self._share(sockets or [], self._loads)
        self.listening.set()

    def _share(self, listeners: list[socket.socket], loads: Loads) -> None:
        self.server_state.connections = Counted(loads)
        loads.set(0)
        for listener in listeners:
            shared = SharedListener(
                listener,
                self._connection,
                loads,
                context=self.config.ssl,
                handshake_seconds=_HANDSHAKE_SECONDS,
            )
            self._shared.append(shared)
        self.servers = []
        self.started = True

    def _connection(self) -> asyncio.BaseProtocol:
        made: Callable[..., asyncio.BaseProtocol] = self.config.http_protocol_class
        return made(config=self.config, server_state=self.server_state, app_state={})

    def stop(self) -> None:
        """End in order."""
        if not self.should_exit:
            self.should_exit = True
            self._draining()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as the signal module calls it
        """Called at a signal to end; at the second one nothing is waited for any more."""
        if self.should_exit:
            self.force_exit = True
        self.stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn when it is to end."""
        for server in self.servers:
            server.close()
        for shared in self._shared:
            shared.close()
        for listener in sockets or ():
            listener.close()
        for connection in self._connections():
            connection.shutdown()
        await self._answered()
        await self._broken_off()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Called by uvicorn, which would raise the signal again and so end the process before its records are kept."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()

    async def _answered(self) -> None:
        """Wait until every answer has reached its client, or patience ends."""
        clock = asyncio.get_running_loop().time
        deadline, linger = clock() + self._patience, clock() + LINGER_SECONDS
        while self._busy and not self.force_exit and (now := clock()) < deadline:
            if now >= linger:
                self._close_idle()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _broken_off(self) -> None:
        """End what is left; calls get to tell their clients and to record themselves."""
        tasks = set(self.server_state.tasks)
        if tasks:
            self._cut()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_CUT_SECONDS)
        self._close_idle()
        self.force_exit, self._patience = False, LINGER_SECONDS
        await self._answered()  # what was written last is on its way

    @property
    def _busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)

    def _close_idle(self) -> None:
        for connection in self._connections():
            connection.close_if_idle()

    def _connections(self) -> list[GatewayProtocol]:
        return [each for each in self.server_state.connections if isinstance(each, GatewayProtocol)]
