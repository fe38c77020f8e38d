"""``switchgear serve``: bind, open the gateway, listen, and end cleanly."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import logging
import math
import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvicorn
import uvloop

from switchgear import __version__
from switchgear.app.asgi import Application
from switchgear.app.gateway import Gateway, Options
from switchgear.app.ports import owner_of
from switchgear.config import paths
from switchgear.config.load import read
from switchgear.config.schema import EMBEDDED_MODEL, ServerSettings
from switchgear.core.errors import ConfigInvalid, PortTaken, StartupError, SwitchgearError
from switchgear.core.ids import RequestIds
from switchgear.core.secrets import Secret
from switchgear.edge.anthropic.counting import CountTokens
from switchgear.edge.anthropic.models import AnthropicModels
from switchgear.edge.anthropic.wire import AnthropicWire
from switchgear.edge.calls import CallEndpoint
from switchgear.edge.health import Health
from switchgear.edge.landing import Landing
from switchgear.edge.openai.files import FilesEndpoint
from switchgear.edge.openai.models import ModelList
from switchgear.edge.openai.responses import ResponsesEndpoint
from switchgear.edge.openai.responses_kept import KeptResponsesEndpoint
from switchgear.edge.openai.responses_turns import Conversations
from switchgear.edge.openai.uploads import UploadLimits, media_endpoints
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.edge.server import Endpoint, ServerLimits, protocol_factory
from switchgear.observe import logs
from switchgear.providers.base import Operation

_log = logging.getLogger(__name__)
_BACKLOG = 2048
_OTHER_FILES = 128
_PATIENCE_SECONDS = 5.0


class ServeOptions(msgspec.Struct, frozen=True):
    """What the command line gave. ``dev`` reloads the configuration when its file changes."""

    config: Path | None = None
    data_dir: Path | None = None
    host: str | None = None
    port: int | None = None
    dev: bool = False
    environ: Mapping[str, str] = {}


class Started(msgspec.Struct, frozen=True):
    """What is worth telling once the gateway listens.

    ``key`` is the admin key, on the first start only. ``models`` are the embedded ones: name, state, seconds it took
    to be ready. ``found`` are the environment's variables that brought a provider, and its name.
    """

    version: str
    url: str
    key: Secret | None
    models: list[tuple[str, str, float | None]]
    found: list[tuple[str, str]]
    config: Path | None
    notes: list[str]


def serve(options: ServeOptions, started: Callable[[Started], None]) -> int:
    """Serve until SIGTERM or SIGINT. ``started`` is told when the gateway listens. Raises StartupError."""
    overrides: dict[str, object] = {}
    if options.host is not None:
        overrides["server.host"] = options.host
    if options.port is not None:
        overrides["server.port"] = options.port
    config = paths.config_file(options.config, options.environ)
    settings = read(config, options.environ, stored=None, overrides=overrides).settings
    control = logs.configure(settings.log.level, settings.log.format)
    listener = _bind(settings.server)
    where = Options(paths.data_folder(options.data_dir, options.environ), config, options.environ, overrides)
    try:
        uvloop.run(_serve(where, listener, control, options.dev, started))
    finally:
        listener.close()
    return 0


def _bind(server: ServerSettings) -> socket.socket:
    """The listening socket, bound before anything is opened. Raises PortTaken or StartupError."""
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((server.host, server.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {server.port} is taken by another process{owner_of(server.port)}.",
                hint=f"Try --port {server.port + 1}." if server.port < 65535 else None,
            ) from error
        reason = (error.strerror or str(error)).lower()
        raise StartupError(
            f"Cannot listen on {server.host}:{server.port}: {reason}.", hint="Choose another with --host or --port."
        ) from error
    return listener


def _most_connections() -> int:
    """How many clients at once: the open-files limit, raised as far as allowed, less what everything else needs.

    A call takes two files, the client's connection and the provider's.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max((min(hard, 1 << 20) if hard != resource.RLIM_INFINITY else 1 << 20) - _OTHER_FILES, 64) // 2


async def _serve(
    where: Options, listener: socket.socket, control: logs.LogControl, dev: bool, started: Callable[[Started], None]
) -> None:
    with paths.held_folder(paths.open_data_folder(where.data_dir)):
        gateway = await Gateway.open(where, control)
        try:
            server = _Server(gateway, listener, where, started)
            await server.run(dev)
        finally:
            await gateway.close()


def endpoints(gateway: Gateway) -> dict[str, Endpoint]:
    """The data plane: paths answered on the direct road."""
    limits = gateway.settings.server
    ids = RequestIds()
    health = Health(gateway.readiness, gateway.render_metrics, ids)
    models = ModelList(gateway.keyring, gateway.directory)
    sizes = (limits.max_body_bytes, limits.body_timeout)
    road: dict[str, Endpoint] = {
        f"/v1/{operation.value}": CallEndpoint(gateway.calls, operation, OpenAIWire(), *sizes)
        for operation in (Operation.CHAT, Operation.COMPLETION, Operation.EMBEDDING)
    }
    uploads = UploadLimits(limits.max_upload_bytes, *sizes, gateway.options.data_dir)
    road |= media_endpoints(gateway.calls, uploads)
    road["/v1/files"] = road["/v1/files/*"] = FilesEndpoint(gateway.calls, gateway.files, uploads)
    responses, background = gateway.store.responses, gateway.background
    conversations = Conversations(responses, lambda: gateway.settings.responses)
    road["/v1/responses"] = ResponsesEndpoint(gateway.calls, (conversations, background), *sizes)
    road["/v1/responses/*"] = KeptResponsesEndpoint(
        gateway.calls, gateway.capacity, (responses, conversations, background), *sizes
    )
    road["/v1/messages"] = CallEndpoint(gateway.calls, Operation.MESSAGES, AnthropicWire(), *sizes)
    road["/v1/messages/count_tokens"] = CountTokens(gateway.calls, gateway.capacity, *sizes)
    road["/v1/models"] = road["/v1/*"] = AnthropicModels(gateway.keyring, gateway.directory, models)
    road["/"] = Landing(ids)
    road["/healthz"], road["/readyz"], road["/metrics"] = health.healthz, health.readyz, health.metrics
    return road


def _told_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("A defect while reloading", exc_info=task.exception())


class _Listening(uvicorn.Server):
    """Uvicorn's server, saying when it listens."""

    def __init__(self, config: uvicorn.Config, listening: asyncio.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn."""
        await super().startup(sockets)
        self._listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn; calls that it cancels at the end of its patience get to record themselves."""
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_PATIENCE_SECONDS)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Called by uvicorn, which would raise the signal again and so end the process before its records are kept."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()


class _Server:
    """Uvicorn around one gateway, with the signals and the files that belong to a running server."""

    def __init__(
        self, gateway: Gateway, listener: socket.socket, where: Options, started: Callable[[Started], None]
    ) -> None:
        self._gateway = gateway
        self._listener = listener
        self._where = where
        self._started = started
        self._application = Application(gateway)
        self._notice = where.data_dir / "server.json"

    async def run(self, dev: bool) -> None:
        """Serve until told to stop."""
        limits = self._gateway.settings.server
        config = uvicorn.Config(
            self._application,
            http=protocol_factory(endpoints(self._gateway), ServerLimits(limits.header_timeout, _most_connections())),
            ws="none",
            loop="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=limits.trusted_proxy,
            forwarded_allow_ips="*" if limits.trusted_proxy else None,
            timeout_keep_alive=math.ceil(limits.keep_alive),
            timeout_graceful_shutdown=math.ceil(limits.drain_timeout),
            ssl_certfile=str(limits.tls_cert) if limits.tls_cert else None,
            ssl_keyfile=str(limits.tls_key) if limits.tls_key else None,
        )
        listening = asyncio.Event()
        server = _Listening(config, listening)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._reload_soon)
        beside = [asyncio.create_task(self._after_listening(listening), name="after listening")]
        if dev and self._where.config is not None:
            beside.append(asyncio.create_task(self._watch(self._where.config), name="configuration watch"))
        self._gateway.start()
        try:
            await server.serve(sockets=[self._listener])
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            self._forget_notice()

    async def _after_listening(self, listening: asyncio.Event) -> None:
        """Say where we are, then load what serving calls does not need."""
        await listening.wait()
        host, port = self._listener.getsockname()[:2]
        scheme = "https" if self._gateway.settings.server.tls_cert else "http"
        shown = f"[{host}]" if ":" in host else host
        self._gateway.url = f"{scheme}://{shown}:{port}"
        notice = {"url": self._gateway.url, "pid": os.getpid(), "started_at": time.time()}
        try:
            self._notice.write_text(json.dumps(notice))
            self._notice.chmod(0o600)
        except OSError as error:
            _log.warning("%s cannot be written (%s): the CLI needs --url to find this gateway", self._notice, error)
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
        self._started(Started(__version__, gateway.url, key, models, found, self._where.config, notes))

    def _forget_notice(self) -> None:
        try:
            if json.loads(self._notice.read_text()).get("pid") == os.getpid():
                self._notice.unlink()
        except (OSError, ValueError):
            return

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
