"""The gateway as one object: everything wired, opened, reloaded and closed in one place."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from switchgear import __version__
from switchgear.access.keys import Keyring
from switchgear.access.limits import Limiter
from switchgear.app.auto import AutoRouting
from switchgear.app.batching import batch_work
from switchgear.app.bootstrap import first_keys
from switchgear.app.caching import Caching
from switchgear.app.changes import StoreWatch
from switchgear.app.chatting import serve_tools_in_chats
from switchgear.app.console import ConsoleService
from switchgear.app.crew import Alone, Crew
from switchgear.app.health import HealthService
from switchgear.app.host import Host
from switchgear.app.limiting import Limiting
from switchgear.app.logins import logins_of
from switchgear.app.mcp import McpService
from switchgear.app.plugins import PluginService
from switchgear.app.reloads import ReloadReport, reported
from switchgear.app.retention import EVERY_SECONDS, BatchRetention, ConversationRetention, Retention, usage_retention
from switchgear.app.runtime import Runtime, RuntimeCompiler, close_unused
from switchgear.app.shared import opened_state
from switchgear.app.signing_in import sign_in_of
from switchgear.app.stored_names import names_in
from switchgear.app.vision import images_of
from switchgear.config import paths
from switchgear.config.batches import BatchSettings
from switchgear.config.load import Loaded, read, read_text
from switchgear.config.references import Resolver
from switchgear.config.schema import EMBEDDED_MODEL, LOCAL_PROVIDER, Settings
from switchgear.core.batches import BatchChanged, BatchLinesFinished
from switchgear.core.calls import CallRecord
from switchgear.core.ids import new_id
from switchgear.core.secrets import Secret
from switchgear.edge.openai.responses_background import BackgroundResponses
from switchgear.edge.openai.responses_turns import Conversations
from switchgear.events.bus import EventBus
from switchgear.events.duty import Duty
from switchgear.events.limits import LimitRefused
from switchgear.observe.logs import CallLog, LogControl
from switchgear.observe.metrics import LoopLag, Metrics
from switchgear.observe.rollups import EVERY_SECONDS as ROLLUP_SECONDS
from switchgear.observe.rollups import Rollups
from switchgear.observe.tracing import Tracer
from switchgear.pipeline.attempt import Attempts
from switchgear.pipeline.batches.orders import BatchOrders
from switchgear.pipeline.file_calls import FileCalls
from switchgear.pipeline.file_owners import FileOwners
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.own_files import OwnFiles
from switchgear.pipeline.prepare import Preparation
from switchgear.pipeline.record import Recorder
from switchgear.pipeline.shapes import shapes_for
from switchgear.pipeline.stages import Stages
from switchgear.plugins.approvals import Approvals
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Catalog
from switchgear.providers.catalogue.kept import Kept, forget, keep
from switchgear.providers.embedded import EmbeddedProvider
from switchgear.providers.tokens import TokenCounter, Vocabularies
from switchgear.routing.board import Board
from switchgear.routing.capacity import Capacity
from switchgear.routing.directory import Directory
from switchgear.routing.router import Router
from switchgear.state.base import State
from switchgear.store.spool import Spool
from switchgear.store.store import Store

_log = logging.getLogger(__name__)
_FIXED = ("server", "store", "state", "local", "observe", "batches")


class Options(msgspec.Struct, frozen=True):
    """Where the gateway's files are, and settings of the command line by their dotted names.

    ``text`` is the configuration file's where that is not to be read: all workers of a host have the same.
    """

    data_dir: Path
    config: Path | None
    environ: Mapping[str, str]
    overrides: dict[str, object] = {}
    text: str | None = None


class Engines(NamedTuple):
    """What is kept, what is shared and may be lost, who is told of it, and who serves beside this process."""

    store: Store
    state: State
    bus: EventBus
    crew: Crew

    async def close(self) -> None:
        """Commit what is pending, and disconnect."""
        await self.state.close()
        await self.store.close()


class Gateway:
    """Everything a running gateway consists of. Made by ``open``; ``close`` drains and ends it."""

    def __init__(
        self,
        options: Options,
        loaded: Loaded,
        engines: Engines,
        pepper: bytes,
        control: LogControl,
        secrets: dict[str, Secret],
    ) -> None:
        settings = loaded.settings
        crew = self._crew = engines.crew
        self.host = Host(self, crew)
        self.options, self.loaded = options, loaded
        self.store = store = engines.store
        self.state = engines.state
        self.pepper = pepper
        self.log_control = control
        self.started_at = time.time()
        self.url, self.draining = "", False
        self.first_key: Secret | None = None
        self.catalog = Catalog.load(kept_in=options.data_dir)
        self.keyring = Keyring(pepper)
        self.embedded = crew.models(settings.local) if settings.local.enabled else None
        context = settings.local.context
        self.embedded_provider = EmbeddedProvider(LOCAL_PROVIDER, self.embedded, context) if self.embedded else None
        self.bus = engines.bus
        self.node_id = new_id("node")
        self._batch_settings = settings.batches
        self.health = HealthService(settings.health, self.directory, self.bus, store.health, self.state, self.node_id)
        self.auto = AutoRouting(store, self.embedded, self.embedded_provider, self.board.clock)
        self._compiler = RuntimeCompiler(self.catalog, self._embedded(), self.board, self.auto.policy)
        self._runtime: Runtime | None = None
        self._secrets = secrets
        self.watch = StoreWatch(store.revision, self._take_keys, self._take_rest, self.state.channels)
        self._changing = asyncio.Lock()  # a refresh that began before a reload must not end after it
        self.limiting = Limiting(self.state, store, self.keyring, self.bus, settings)
        self.sign_in, self.metrics = sign_in_of(self), Metrics(__version__)
        self.loop_lag = LoopLag(self.metrics.loop_lag)
        self.rollups = Rollups(store.rollups)
        self._duties = self._all_duties()
        self.background = BackgroundResponses(store.responses)
        recorder = Recorder(self.bus, store.writer.committed if settings.store.durability == "strict" else None)
        self.capacity = Capacity(TokenCounter(Vocabularies()))
        self.preparation = Preparation(images_of(settings.vision), shapes_for)
        attempts = Attempts(self.preparation, recorder, control, FileOwners(store.files), self.capacity, self.keyring)
        routes = Router(retry_share=settings.retry.share, capacity=self.capacity), attempts
        self.caching = Caching(settings.cache, self.state, recorder, self.embedded, self.embedded_provider)
        self.stages = Stages(self.limiting.stage, self.caching.stage)
        self.calls = ModelCalls(self.keyring, self.directory, recorder, control, routes, self.stages)
        stage, own = self.limiting.stage, OwnFiles(store, self.batch_settings)
        self.files = FileCalls(self.directory, store.files, own, recorder, stage)
        self.conversations = Conversations(store.responses, lambda: self.settings.responses)
        self.batches = batch_work(self)
        self.orders = BatchOrders(store, self.batch_settings, self.batch_ordered)
        self.tracer = self._tracer()
        self.plugins = self._plugins()
        self.mcp = McpService(self, settings.plugins)
        self.console = ConsoleService(options.data_dir, lambda: self.settings.console, self.bus)
        self._subscribe()

    @classmethod
    async def open(cls, options: Options, control: LogControl, crew: Crew | None = None) -> Gateway:
        """Read the configuration, open the store, make the first keys and compile the runtime.

        ``crew`` is given to one of several workers, for whom others made the keys. Raises StartupError; nothing is left
        open then.
        """
        loaded = read(options.config, options.environ, stored=None, overrides=options.overrides, text=options.text)
        paths.open_data_folder(options.data_dir)
        resolver = Resolver(options.environ, lambda _: None, _folder(options))
        reference = loaded.settings.server.secret
        override = resolver.resolve(reference) if reference else None
        pepper = paths.load_secret(options.data_dir, override=override, warn=_log.warning)
        url = resolver.value(loaded.settings.store.url).reveal()
        store = await Store.open(url, options.data_dir, secret=pepper, durability=loaded.settings.store.durability)
        try:
            bus = EventBus()
            engines = Engines(store, await opened_state(loaded.settings, resolver, bus.publish), bus, crew or Alone())
        except BaseException:
            await store.close()
            raise
        try:
            secrets = await _secrets(store)
            if options.config is not None:  # once more, now that the store's secrets and providers are known
                loaded = await _read_whole(options, store, secrets)
            gateway = cls(options, loaded, engines, pepper, control, secrets)
            serve_tools_in_chats(gateway)
            if crew is None:
                gateway.first_key = await first_keys(store, pepper, options.data_dir)
            await gateway.refresh()
        except BaseException:
            await engines.close()
            raise
        return gateway

    def _plugins(self) -> PluginService:
        options, logins = self.options, logins_of(self.store, self)
        return PluginService(
            self.settings.plugins, self.store, options.data_dir, options.environ, self.bus.publish, logins
        )

    def _all_duties(self) -> list[Duty]:
        store = self.store
        batches = BatchRetention(store.batches, self.batch_settings)
        chats = ConversationRetention(store.conversations, lambda: self.settings.conversations)
        aged = [chats, *usage_retention(store, self.settings.store)]
        retention = Retention(store.responses, store.files, batches, store.contents, store.opinions, self.health, *aged)
        return [
            self._duty("retention", retention.forget, EVERY_SECONDS),
            self._duty("rollups", self.rollups.catch_up, ROLLUP_SECONDS),
        ]

    def _duty(self, name: str, work: Callable[[], Awaitable[object]], every: float) -> Duty:
        return Duty(self.store.leases, name, work, every=every, holder=self.node_id)

    def _subscribe(self) -> None:
        self.bus.subscribe(CallRecord, self.store.writer.add)
        self.bus.subscribe(CallRecord, self.metrics.on_call)
        self.bus.subscribe(LimitRefused, self.metrics.on_refusal)
        self.bus.subscribe(CallRecord, CallLog(self.log_control).on_call)
        if self.tracer is not None:
            self.bus.subscribe(CallRecord, self.tracer.on_call)
        self.bus.subscribe(BatchLinesFinished, self.metrics.on_batch_lines)
        self.metrics.watch_batches(self.batches.unfinished)
        self.metrics.watch_in_flight(lambda: self.calls.in_flight)
        self.metrics.watch_health(self.health.metrics)
        self.metrics.watch_usage_writer(lambda: self.store.writer.health)
        if self.state.shared:
            self.metrics.watch_state(lambda: (self.state.health, self.state.members.count))
        if self.embedded is not None:
            embedded = self.embedded
            self.metrics.watch_local_model(lambda: embedded.status(EMBEDDED_MODEL).state)

    def _embedded(self) -> tuple[Provider, tuple[str, ...]] | None:
        """The embedded provider and the names of its models, if there is one."""
        if self.embedded_provider is None or self.embedded is None:
            return None
        return self.embedded_provider, self.embedded.names

    def batch_settings(self) -> BatchSettings:
        """What holds for batches, from the start on."""
        return self._batch_settings

    def batch_ordered(self, event: BatchChanged) -> None:
        """A client made or cancelled a batch."""
        self.bus.publish(event)
        self.batches.wake()

    def _tracer(self) -> Tracer | None:
        observe = self.settings.observe
        resolver = self.resolver()
        headers = {name: resolver.resolve(reference) for name, reference in observe.otlp_headers.items()}
        return Tracer.from_settings(observe.otlp_endpoint, headers, observe.service_name, version=__version__)

    @property
    def settings(self) -> Settings:
        """The settings as they run."""
        return self.loaded.settings

    @property
    def runtime(self) -> Runtime:
        """The runtime as compiled last."""
        assert self._runtime is not None  # noqa: S101 - open compiled it
        return self._runtime

    @property
    def approvals(self) -> Approvals:
        """Calls of tools that a person has to approve."""
        return self.mcp.approvals

    @property
    def limiter(self) -> Limiter:
        """The limits that hold, and how much of them is used."""
        return self.limiting.limiter

    @property
    def sources(self) -> dict[str, str]:
        """Where each ``providers.NAME``, ``models.NAME`` and the like is defined: file, store, environment or embedded."""
        return self.runtime.sources | self.limiter.book.sources

    @property
    def board(self) -> Board:
        """The health of every deployment."""
        return self.health.board

    def directory(self) -> Directory:
        """The models as they are now."""
        return self.runtime.directory

    # ------------------------------------------------------------ serving

    def start(self) -> None:
        """Start what runs beside the calls: embedded models, the look for changes in the store, measuring."""
        if self.embedded is not None:
            self.embedded.start()
        self.loop_lag.start()
        for duty in self._duties:
            duty.start()
        self.background.start()
        self.auto.start(self.bus, self.directory)
        if self.settings.store.spool_max_bytes:
            self.store.writer.start(Spool(self.options.data_dir, self.settings.store.spool_max_bytes))
        self.state.start()
        self.state.members.join(
            self.node_id, {"host": socket.gethostname(), "pid": str(os.getpid()), "version": __version__}
        )
        self.limiting.limiter.start()
        self.health.start()
        self.caching.start()
        self.approvals.start()
        self.watch.start()
        self.batches.start()
        self.plugins.start()
        self.mcp.start()

    def drain(self) -> None:
        """Say from now on that it is ending."""
        self.draining = True
        self.console.drain()
        self.mcp.drain()
        self.plugins.drain()

    async def close(self) -> None:
        """End everything; usage records still pending are committed first."""
        await self.watch.close()
        await self.console.close()
        await self.batches.close()
        await self.background.close()
        await self.mcp.close()
        await self.plugins.close()
        await self.limiting.limiter.close()
        await self.health.close()
        await self.caching.close()
        self.approvals.close()
        await asyncio.gather(*(duty.close() for duty in self._duties))
        self.loop_lag.stop()
        await self.auto.close()
        if self.embedded is not None:
            await self.embedded.stop()
        if self.embedded_provider is not None:
            self.embedded_provider.close()
        for one in self.runtime.built.values():
            one.provider.close()
        if self.tracer is not None:
            await asyncio.to_thread(self.tracer.close)
        await self.state.close()
        await self.store.close()

    # ------------------------------------------------------------ changes

    async def refresh(self) -> None:
        """Take over keys, secrets, providers and models as they are in the store now, and have all others do the same.

        Raises StoreUnavailable.
        """
        self.watch.tell()
        await self.watch.take_over()

    async def _take_keys(self) -> None:
        await self.limiting.refresh_with_keys()

    async def _take_rest(self) -> None:
        async with self._changing:
            self._secrets = await _secrets(self.store)
            await self._compile(self.loaded)

    async def take_catalogue(self, kept: Kept | None) -> None:
        """Keep a catalogue that was fetched and let it hold, or go back to the one of the package.

        Raises DataFolderUnusable and StoreUnavailable.
        """
        folder = self.options.data_dir
        if kept is None:
            await asyncio.to_thread(forget, folder)
        else:
            await asyncio.to_thread(keep, folder, kept)
        await self.read_catalogue()
        await self.host.catalogue_changed()

    async def read_catalogue(self) -> None:
        """Let the catalogue hold that is kept in the data folder now. Raises StoreUnavailable."""
        async with self._changing:
            self.catalog = await asyncio.to_thread(Catalog.load, kept_in=self.options.data_dir)
            self._compiler = RuntimeCompiler(self.catalog, self._embedded(), self.board, self.auto.policy)
            await self._compile(self.loaded)

    async def reload(self) -> ReloadReport:
        """Read the configuration file again and swap it in whole, in all workers.

        Raises ConfigInvalid and StoreUnavailable; nothing changed then.
        """
        if self._crew.number:
            return reported(await self._crew.reload())
        return await self.take(await self.check_file())

    async def check_file(self) -> str | None:
        """The text of the configuration file as it is now, if there is one and it is right. Raises as ``reload``."""
        config = self.options.config
        return await self.check(read_text(config) if config is not None else None)

    async def check(self, text: str | None) -> str | None:
        """``text``, if it is a configuration that could be taken. Raises as ``reload``."""
        await _read_whole(msgspec.structs.replace(self.options, text=text), self.store, await _secrets(self.store))
        return text

    async def take(self, text: str | None) -> ReloadReport:
        """Let the configuration hold that ``text`` is. Raises as ``reload``."""
        options = msgspec.structs.replace(self.options, text=text)
        async with self._changing:
            secrets = await _secrets(self.store)
            loaded = await _read_whole(options, self.store, secrets)
            before, after = self.settings, loaded.settings
            changed = [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
            self._secrets = secrets
            await self._compile(loaded)
            self.loaded, self.options = loaded, options
        self.mcp.follow(after.plugins)
        if "vision" in changed:
            self.preparation.images = images_of(after.vision)
        if "log" in changed:
            self.log_control.level = after.log.level
        report = ReloadReport(
            [name for name in changed if name not in _FIXED],
            [name for name in changed if name in _FIXED],
            [*loaded.notes, *self.runtime.notes, *self.limiting.notes],
        )
        _log.info("Configuration reloaded", extra={"changed": report.changed, "needs_restart": report.needs_restart})
        return report

    async def _compile(self, loaded: Loaded) -> None:
        stored = (
            {row.name: row.content for row in await self.store.providers.all()},
            {row.name: row.content for row in await self.store.models.all()},
        )
        previous = self._runtime
        runtime = self._compiler.compile(
            loaded.settings, (one.name for one in loaded.found), stored, self.resolver(), previous
        )
        self.caching.serve(loaded.settings.cache, runtime.directory.aliases.values(), runtime.sources)
        self._runtime = runtime
        self.health.configure(loaded.settings.health)
        if previous is not None:
            close_unused(previous, runtime)
        for note in runtime.notes if previous is None or previous.notes != runtime.notes else ():
            _log.warning(note)
        await self.limiting.refresh(loaded.settings)
        await self.plugins.take_over(loaded.settings.plugins)

    def resolver(self) -> Resolver:
        """What gives the secrets that references of the configuration name."""
        return Resolver(self.options.environ, self._secrets.get, _folder(self.options))


async def _read_whole(options: Options, store: Store, secrets: Mapping[str, Secret]) -> Loaded:
    """The configuration, its names checked against the providers and secrets of the store too. Raises ConfigInvalid."""
    stored = await names_in(store)
    overrides, text = options.overrides, options.text
    return read(options.config, options.environ, secrets=secrets.get, stored=stored, overrides=overrides, text=text)


async def _secrets(store: Store) -> dict[str, Secret]:
    return {name: await store.secrets.get(name) for name in await store.secrets.names()}


def _folder(options: Options) -> Path | None:
    return options.config.parent if options.config else None


@asynccontextmanager
async def offline(options: Options, control: LogControl) -> AsyncIterator[Gateway]:
    """A gateway that serves nothing: for commands that work on the data folder while no server runs."""
    gateway = await Gateway.open(options, control)
    try:
        yield gateway
    finally:
        await gateway.close()
