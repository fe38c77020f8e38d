"""The plugins of a gateway, wired: from what is stored to processes and connections, and from settings to what holds for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Raw

from switchgear import __version__
from switchgear.app.discovering import Discovering
from switchgear.app.proposing import Proposing, guard_of
from switchgear.config.plugins import PluginSettings
from switchgear.core.errors import Conflict, NotFound, PluginError, StoreUnavailable
from switchgear.core.secrets import Secret
from switchgear.events.plugins import PluginChanged
from switchgear.plugins import pins
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.prepare import prepare
from switchgear.plugins.building.prepared import read_prepared
from switchgear.plugins.bundle import Bundle
from switchgear.plugins.host import HostHooks, PluginHost
from switchgear.plugins.installed import Installed
from switchgear.plugins.journal import Journal
from switchgear.plugins.launching import launch_of
from switchgear.plugins.lifecycle import Lifecycle
from switchgear.plugins.mcp.asking import Caller, Handler
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.endpoint import Authorization, Endpoint, Fields, Fixed
from switchgear.plugins.mcp.remote import remote_channel
from switchgear.plugins.mcp.stdio import StdioChannel
from switchgear.plugins.oauth.addresses import Remote
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.oauth.remotes import remote_named
from switchgear.plugins.offer import Kind, Offer
from switchgear.plugins.openapi.channel import open_api
from switchgear.plugins.policy import Policy, policy_of
from switchgear.plugins.sandbox.egress import Denied
from switchgear.plugins.sandbox.sandbox import Sandbox
from switchgear.plugins.shelf import Shelf
from switchgear.plugins.traffic import Traffic
from switchgear.plugins.unit import RunStatus, RuntimeRules
from switchgear.state.counters import epoch_ms
from switchgear.store.store import Store

_log = logging.getLogger(__name__)
_TOLD_REASONS: Final = 3
_AS_ACCEPTED: Final = (
    "A process that was started to look at it offers what was accepted before. Accepting that lets it be called again."
)
_SWEEP_SECONDS: Final = 3600.0

Notified = Callable[[str, str, Raw, Caller], None]
Changed = Callable[[str, frozenset[Kind]], None]


class PluginService:
    """Everything about plugins that lives as long as the gateway. ``environ``: the gateway's own variables.

    ``requests`` are handlers of what servers ask, by method; ``on_notified`` and ``on_changed`` hear what they tell and of what they offer
    now. All three may be added to until the first plugin runs.
    """

    def __init__(
        self,
        settings: PluginSettings,
        store: Store,
        data_dir: Path,
        environ: Mapping[str, str],
        publish: Callable[[object], None],
        logins: Logins,
    ) -> None:
        self.logins = logins
        self.requests: dict[str, Handler] = {}
        self.on_notified: list[Notified] = []
        self.on_changed: list[Changed] = []
        self.on_words: list[Callable[[str, str], None]] = []
        self.on_status: list[Callable[[RunStatus], None]] = []
        self._told: dict[str, tuple[Secret, ...]] = {}
        self.journal = Journal(self._hidden)
        self.traffic = Traffic(self._hidden)
        self.on_words.append(self.journal.wrote)
        self.on_status.append(self.journal.status)
        self._settings = settings
        self._policy = policy_of(settings)
        self._store = store
        self._environ = environ
        self._publish = publish
        self.sandbox = Sandbox((data_dir,), on_denied=self._denied)
        self._indexes = Indexes(data_dir / "plugins" / "cache", environ)
        self.seen: dict[str, Offer] = {}
        self._sweeping: asyncio.Task[None] | None = None
        hooks = HostHooks(
            requests=self.requests,
            capabilities=self._capabilities,
            notified=self._notified,
            changed=self._changed,
            status=self._status,
            judged=self._judged,
        )
        rules = RuntimeRules(idle=settings.idle, start=settings.start_timeout)
        implementation = msgspec.json.encode({"name": "switchgear", "title": "Switchgear", "version": __version__})
        self.host = PluginHost(self._start, hooks, rules, implementation)
        shelf = Shelf(data_dir / "plugins")
        self.lifecycle = Lifecycle(store, shelf, self.host, self._prepare, lambda: self._policy, publish, epoch_ms)

        self._discovering = Discovering(lambda: self._settings.folders, publish)
        self.proposing = Proposing(
            self.lifecycle.proposals,
            self.sandbox,
            self._indexes,
            lambda: self._settings,
            self._discovering,
            self.host.installed,
        )

    @property
    def settings(self) -> PluginSettings:
        """What holds now."""
        return self._settings

    @property
    def policy(self) -> Policy:
        """What plugins may have at most now."""
        return self._policy

    async def take_over(self, settings: PluginSettings) -> None:
        """Go on with these settings, and with what the store has now. Raises StoreUnavailable."""
        if settings != self._settings:
            self._settings = settings
            self._policy = policy_of(settings)
            if self._sweeping is not None:
                self._discovering.start()
        await self.lifecycle.take_over()

    def start(self) -> None:
        """Look after the folders of plugins from now on."""
        self._sweeping = asyncio.create_task(self._sweep(), name="plugin folders")
        self._discovering.start()

    async def _sweep(self) -> None:
        while True:
            try:
                await self.lifecycle.sweep()
            except (StoreUnavailable, OSError) as error:
                _log.warning("Folders of plugins that nothing uses could not be removed: %s", error)
            await asyncio.sleep(_SWEEP_SECONDS)

    def drain(self) -> None:
        """Let nobody watch any longer."""
        self.journal.end()
        self.traffic.end()

    async def close(self) -> None:
        """End every plugin."""
        self.drain()
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._discovering.close()
        await self.host.close()
        self.sandbox.close()

    # ------------------------------------------------------------ starting

    async def _start(self, installed: Installed) -> Channel:
        """A new channel to a plugin, which can be watched. Raises PluginError, StoreUnavailable."""
        secrets = await self.lifecycle.secrets_of(installed)
        self._told[installed.name] = tuple(secrets.values())
        return self.traffic.tap(installed.name, await self._channel(installed, secrets))

    async def _channel(self, installed: Installed, secrets: Mapping[str, Secret]) -> Channel:
        if installed.kind == "remote":
            headers = [
                (name, secrets[kept].reveal()) for name, kept in installed.setup.headers.items() if kept in secrets
            ]
            return remote_channel(
                self.endpoint(installed, self._authorization(installed, headers)), installed.setup.transport
            )
        if installed.kind == "openapi":
            return await open_api(
                installed.name,
                installed.document,
                settings=installed.setup.settings,
                secrets=secrets,
                permissions=installed.permissions,
                limits=installed.limits,
                document_url=installed.setup.url,
            )
        await self.lifecycle.stock.at_hand(installed)
        prepared = await asyncio.to_thread(read_prepared, installed.folder / "deps")
        await asyncio.to_thread(self.lifecycle.shelf.made, installed.data)
        launch = launch_of(installed, prepared, secrets, self._environ)
        confined = await self.sandbox.start(launch, self.accepted)
        return StdioChannel(installed.name, confined, installed.limits.response_bytes, self._words_of(installed.name))

    async def remove(self, name: str, *, data: bool) -> None:
        """Remove a plugin as ``Lifecycle.remove`` does, and have tokens for it revoked."""
        try:
            remote = await remote_named(self._store.plugins, name)
        except Conflict:
            await self.lifecycle.remove(name, data=data)
            return
        tokens = await self.logins.held(remote)
        await self.lifecycle.remove(name, data=data)
        if tokens is not None and (note := await self.logins.revoke(remote, tokens)):
            _log.warning("Tokens for plugin %s, which is removed, were not revoked: %s", name, note)

    async def signed_in(self, name: str) -> str:
        """Take up a plugin to which somebody signed in; why it does not run, or nothing. Raises NotFound, StoreUnavailable."""
        try:
            await self.lifecycle.signed_in(name)
        except (PluginError, Conflict) as error:
            return error.told
        return ""

    def _authorization(self, installed: Installed, headers: Fields) -> Authorization:
        """What makes a remote server accept us: what a person gave, else the login to it."""
        if any(name.lower() == "authorization" for name, _ in headers):
            return Fixed(headers)
        setup = installed.setup
        return self.logins.authorization(Remote(installed.name, setup.url, setup.private), headers)

    def endpoint(self, installed: Installed, authorization: Authorization) -> Endpoint:
        """The URL of a remote plugin. An address that is not public is dialled only where that was seen when it was installed."""
        return Endpoint(
            installed.name,
            installed.setup.url,
            guard_of(installed.setup.url, private=installed.setup.private),
            authorization,
            installed.limits.response_bytes,
        )

    async def _prepare(self, bundle: Bundle, into: Path, told: Callable[[str], None]) -> None:
        seconds = self._settings.install_timeout
        await prepare(bundle, into, self.sandbox, self._indexes, told, accepted=self.accepted, seconds=seconds)

    @property
    def accepted(self) -> frozenset[str]:
        """Layers of the sandbox to do without where they are absent."""
        return frozenset(self._settings.sandbox.accept)

    # ------------------------------------------------------------ what plugins offer and say

    async def _judged(self, installed: Installed, offer: Offer) -> Offer:
        """What may be shown of an offer: what was accepted. A plugin that changed what it says is quarantined."""
        self.seen[installed.name] = offer
        if not installed.pinned or installed.kind == "openapi":  # an API's tools follow from what is kept here alone
            if offer.things != installed.offer.things:
                await self._accepted(installed, offer)
            return offer
        found = await asyncio.to_thread(pins.review, installed.offer, offer, self._settings.pins)
        if found.state == "changed":
            await self._quarantine(installed, found.differences)
        elif found.pinned != installed.offer:
            await self._accepted(installed, found.pinned)
        if found.state == "new":
            _log.warning(
                "Plugin %s offers what nobody has accepted yet: switchgear plugin review %s",
                installed.name,
                installed.name,
            )
        return found.shown

    async def _accepted(self, installed: Installed, offer: Offer) -> None:
        try:
            await self._store.plugins.accept(installed.name, installed.version, pins.encode(offer).decode())
        except StoreUnavailable:
            _log.warning("What plugin %s offers could not be kept", installed.name)

    async def _quarantine(self, installed: Installed, differences: tuple[str, ...]) -> None:
        more = len(differences) - _TOLD_REASONS
        reason = " ".join(differences[:_TOLD_REASONS]) + (f" And {more} more." if more > 0 else "")
        _log.warning("Plugin %s is quarantined: %s", installed.name, reason)
        try:
            await self.lifecycle.quarantine(installed, reason)
        except (StoreUnavailable, NotFound):  # it is held here all the same
            self.host.put(msgspec.structs.replace(installed, state="quarantined", reason=reason))

    async def review(self, name: str) -> pins.Review:
        """How what a plugin offers now stands to what was accepted. It is started for that. Raises NotFound, PluginError."""
        installed = self.host.installed(name)
        if installed is None:
            raise NotFound(
                f'No plugin is named "{name}".', hint="switchgear plugin list shows those that are installed."
            )
        offer = await self.lifecycle.offered_now(installed)
        self.seen[name] = offer
        found = await asyncio.to_thread(pins.review, installed.offer, offer, self._settings.pins)
        if found.state == "same" and installed.state == "quarantined":
            told = (installed.reason, _AS_ACCEPTED)
            return msgspec.structs.replace(found, state="changed", differences=told)
        return found

    async def accept(self, name: str, digest: str) -> Installed:
        """Accept what a plugin offers, if it is what has this digest, and let it be called again. Raises NotFound, ReviewOutdated."""
        offer = self.seen.get(name)
        if offer is None or pins.digest(offer) != digest:
            await self.review(name)
            offer = self.seen[name]
        return await self.lifecycle.accept(name, pins.accepted(offer, digest))

    def _capabilities(self, installed: Installed) -> bytes:
        """What a server may ask of us: whatever somebody answers."""
        told: dict[str, object] = {}
        if "elicitation/create" in self.requests:
            told["elicitation"] = {"form": {}, "url": {}}
        if "roots/list" in self.requests:
            told["roots"] = {"listChanged": True}
        if "sampling/createMessage" in self.requests and installed.permissions.sampling is not None:
            told["sampling"] = {"tools": {}}
        return msgspec.json.encode(told)

    def _notified(self, plugin: str, method: str, params: Raw, caller: Caller) -> None:
        for each in self.on_notified:
            each(plugin, method, params, caller)

    def _changed(self, plugin: str, kinds: frozenset[Kind]) -> None:
        for each in self.on_changed:
            each(plugin, kinds)

    def _words_of(self, plugin: str) -> Callable[[str], None]:
        def told(line: str) -> None:
            for each in self.on_words:
                each(plugin, line)

        return told

    def _status(self, status: RunStatus) -> None:
        for each in self.on_status:
            each(status)
        if status.state in {"failed", "running", "stopped"}:
            at = epoch_ms()
            self._publish(PluginChanged(status.plugin, status.version, status.state, status.reason, at))
        if status.state == "failed":
            _log.warning("Plugin %s failed: %s", status.plugin, status.reason)

    def _hidden(self, plugin: str) -> list[str]:
        """The values that a plugin was told and nobody is shown."""
        return [each.reveal() for each in self._told.get(plugin, ())]

    def _denied(self, plugin: str, denied: Denied) -> None:
        self.journal.denied(plugin, denied)
        _log.info("Plugin %s was refused a connection to %s: %s", plugin, denied.target, denied.why)
