"""One process that serves: the gateway, its server, its signals, and what is told when it listens."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from switchgear import __version__
from switchgear.app.asgi import Application
from switchgear.app.gateway import Gateway
from switchgear.app.http_server import HTTPServer, uvicorn_config
from switchgear.app.roads import endpoints
from switchgear.config.checks import is_loopback
from switchgear.config.schema import EMBEDDED_MODEL
from switchgear.core.errors import ConfigInvalid, StoreUnavailable, SwitchgearError
from switchgear.core.secrets import Secret
from switchgear.edge.accepting import Loads
from switchgear.edge.server import ServerLimits, protocol_factory

_log = logging.getLogger(__name__)
_OTHER_FILES = 128
_PATIENCE_SECONDS = 5.0


class Started(NamedTuple):
    """What is worth telling once the gateway listens.

    ``link`` signs somebody in once as an owner. ``key`` is the admin key, on the first start only. ``models`` are the embedded ones: name, state, seconds it took
    to be ready. ``found`` are the environment's variables that brought a provider, and its name.
    """

    version: str
    url: str
    link: Secret | None
    key: Secret | None
    models: list[tuple[str, str, float | None]]
    found: list[tuple[str, str]]
    config: Path | None
    workers: int
    notes: list[str]


class Serving:
    """A gateway that serves on ``listener``.

    ``listening`` is called when it does; ``started`` a moment later, with what is worth telling a person.
    """

    def __init__(
        self,
        gateway: Gateway,
        listener: socket.socket,
        listening: Callable[[], None],
        started: Callable[[Started], None] | None,
    ) -> None:
        self._gateway = gateway
        self._listener = listener
        self._listening = listening
        self._started = started
        self._application = Application(gateway)
        gateway.url = url_of(listener, tls=gateway.settings.server.tls_cert is not None)

    def _cut(self) -> None:
        """Calls that are cancelled from here on tell their clients that the gateway ends."""
        self._gateway.calls.stop()
        self._gateway.mcp.calls.stop()

    async def run(self, loads: Loads | None = None, *, dev: bool = False) -> None:
        """Serve until told to stop. ``loads`` is given to one of several processes that share the listener."""
        gateway = self._gateway
        limits = gateway.settings.server
        protocol = protocol_factory(endpoints(gateway), ServerLimits(limits.header_timeout, _most_connections()))
        config = uvicorn_config(self._application, protocol, limits)
        server = HTTPServer(config, limits.drain_timeout, gateway.drain, self._cut, loads)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._reload_soon)
        beside = [asyncio.create_task(self._after_listening(server.listening), name="after listening")]
        if dev and gateway.options.config is not None:
            beside.append(asyncio.create_task(self._watch(gateway.options.config), name="configuration watch"))
        gateway.start()
        try:
            await server.serve(sockets=[self._listener])
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):  # records are being kept now: no signal gets to stop that
                signal.signal(number, signal.SIG_IGN)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _after_listening(self, listening: asyncio.Event) -> None:
        """Say where we are, then load what serving calls does not need."""
        await listening.wait()
        self._listening()
        told = asyncio.create_task(self._tell(), name="banner")
        try:
            await asyncio.gather(told, self._application.load())
        except Exception:  # noqa: BLE001 - a defect here must not end a gateway that serves calls
            _log.exception("Start-up did not finish; calls are served all the same")
        finally:
            told.cancel()
        gc.collect()
        gc.freeze()  # what start-up made lives as long as the process: the collector need not look at it again

    async def _tell(self) -> None:
        """Say that the gateway listens; the embedded chat model gets a moment to be ready first."""
        if self._started is None:
            return
        gateway = self._gateway
        began = time.monotonic()
        models: list[tuple[str, str, float | None]] = []
        if gateway.embedded is not None:
            state, seconds = "ready", None
            try:
                await gateway.embedded.ready(EMBEDDED_MODEL, _PATIENCE_SECONDS)
                seconds = time.monotonic() - began
            except SwitchgearError:
                state = gateway.embedded.status(EMBEDDED_MODEL).state
            models.append((EMBEDDED_MODEL, state, seconds))
        notes = [*gateway.loaded.notes, *gateway.runtime.notes]
        if gateway.catalog.note:
            notes.append(gateway.catalog.note)
        found = [(one.variable, one.name) for one in gateway.loaded.found]
        key, gateway.first_key = gateway.first_key, None
        self._started(
            Started(
                __version__,
                gateway.url,
                await self._link(),
                key,
                models,
                found,
                gateway.options.config,
                gateway.settings.server.workers,
                notes,
            )
        )

    async def _link(self) -> Secret | None:
        """A link to open the console with; none where others listen along, to what is printed or to what goes over the wire."""
        gateway = self._gateway
        if not (is_loopback(gateway.settings.server.host) or sys.stdout.isatty()):
            return None
        try:
            link = await gateway.sign_in.make_link("", "owner", "start")
        except StoreUnavailable:
            return None
        base = gateway.settings.server.public_url or gateway.url
        return Secret(f"{base}/?link={link.token.reveal()}")

    def _reload_soon(self) -> None:
        task = asyncio.ensure_future(self._reload())
        task.add_done_callback(_told_if_failed)

    async def _reload(self) -> None:
        try:
            await self._gateway.reload()
        except ConfigInvalid as error:
            for problem in error.problems:
                line = f":{problem.line}" if problem.line else ""
                what = f"{problem.file}{line}: {problem.message} {problem.suggestion}".rstrip()
                _log.error("Configuration not reloaded, nothing was changed: %s", what)
            if not error.problems:
                _log.error("Configuration not reloaded, nothing was changed: %s", error)
        except SwitchgearError as error:
            _log.error("Configuration not reloaded: %s", error)

    async def _watch(self, config: Path) -> None:
        from switchgear.config.watch import changes  # noqa: PLC0415 - watchfiles is loaded only for --dev

        async for _ in changes(config, asyncio.Event()):
            await self._reload()


def leave(code: int) -> NoReturn:
    """End this process, which has let go of everything that matters, without taking its memory apart.

    Interpreters do that object by object: half a second on an idle machine, ten on a busy one, of a restart.
    """
    with suppress(OSError, ValueError):  # whoever read them may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def url_of(listener: socket.socket, *, tls: bool) -> str:
    """Where a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}"


def _most_connections() -> int:
    """How many clients at once: the open-files limit, raised as far as allowed, less what everything else needs.

    A call takes two files, the client's connection and the provider's.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max((min(hard, 1 << 20) if hard != resource.RLIM_INFINITY else 1 << 20) - _OTHER_FILES, 64) // 2


def _told_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("A defect while reloading", exc_info=task.exception())
