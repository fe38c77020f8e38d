"""The life of plugins: installed, enabled, changed, rolled back, removed. The store has the last word; what is on the disk follows it.

Whatever is changed starts beside what runs, is looked at, and takes its place only then: until the store says otherwise the old version
holds, and after that the new one, also when the power fails in between. Calls that are under way end where they began.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import msgspec
from msgspec.structs import replace

from switchgear.core.errors import Conflict, InvalidSettings, NotFound
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.events.plugins import PluginChanged
from switchgear.plugins import dependencies, pins
from switchgear.plugins.copies import Copies
from switchgear.plugins.host import PluginHost
from switchgear.plugins.installed import LOGIN_FIRST, Installed, Setup, State
from switchgear.plugins.manifest import Setting
from switchgear.plugins.oauth.kept import UNDER
from switchgear.plugins.offer import Offer
from switchgear.plugins.permissions import Permissions, PluginLimits, joined
from switchgear.plugins.policy import Policy
from switchgear.plugins.proposals import Proposal, Proposals, check_place
from switchgear.plugins.restoring import Described, installed_of, missing_settings, restored
from switchgear.plugins.settings import check_values
from switchgear.plugins.shelf import Shelf
from switchgear.plugins.stock import Prepare, Stock
from switchgear.plugins.trust import Accepted, Judgement, judged, remember
from switchgear.store.plugins import Plugin, PluginVersion
from switchgear.store.store import Store

_log = logging.getLogger(__name__)


class Tell(Protocol):
    """Hears what is going on: sentences, and lines of installers as ``detail``."""

    def __call__(self, text: str, *, detail: bool = False) -> None:
        """Take a line."""
        ...


_REMOVE_SECONDS: Final = 10.0
_NO_SECRETS: Final[Mapping[str, str]] = {}
RESERVED: Final = frozenset({"approvals", "calls", "discovered", "install", "logins", "proposals", "traffic", "trust"})
"""Names that are paths of the admin API, or of the console."""
HEADER: Final = "header:"
"""Before the name of an HTTP field that is sent to a remote server, as the name of the secret with its value."""


class Wishes(Frozen, frozen=True):
    """What a person says when something is installed. ``granted``: None for all that is asked; ``limits``: None for those of the manifest.

    ``secrets`` are values of sensitive settings, and HTTP fields of remote servers, by name.
    """

    settings: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}
    granted: Permissions | None = None
    limits: PluginLimits | None = None
    accepted: Accepted = Accepted()
    enable: bool = True
    by: str = ""


class Lifecycle:
    """Changes plugins, one change of one plugin at a time. ``policy`` gives what holds now; times are ms since 1970."""

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        host: PluginHost,
        prepare: Prepare,
        policy: Callable[[], Policy],
        publish: Callable[[object], None],
        clock: Callable[[], int],
    ) -> None:
        self.proposals = Proposals(shelf, store.trust)
        self.stock = Stock(shelf, Copies(store.contents, shelf, shared=store.many_hosts), prepare)
        self.shelf = shelf
        self._store = store
        self._host = host
        self._policy = policy
        self._publish = publish
        self._clock = clock
        self._locks: dict[str, asyncio.Lock] = {}
        self._untold: dict[str, dict[str, Secret]] = {}

    # ------------------------------------------------------------ as the store has it

    async def take_over(self) -> None:
        """Serve what the store has now. Raises StoreUnavailable."""
        rows = await self._store.plugins.all()
        policy = self._policy()
        found = {row.name: installed_of(row, versions, self.shelf, policy) for row, versions in rows}
        for name in [each.name for each in self._host.all() if each.name not in found]:
            self._host.drop(name)
        for each in found.values():
            self._host.put(each)

    async def sweep(self) -> None:
        """Remove from the disk what nothing uses any more. Raises StoreUnavailable."""
        rows = await self._store.plugins.all()
        kept = {self.shelf.version(one.plugin, one.version, one.digest) for _, versions in rows for one in versions}
        await asyncio.to_thread(self.shelf.sweep, kept)

    # ------------------------------------------------------------ install

    async def install(self, proposal: Proposal, wishes: Wishes, told: Tell) -> Installed:
        """Install what was proposed, as an upgrade where the plugin is there already, and start it once to see what it offers.

        ``told`` gets lines on what is going on. Raises PluginError (nothing changed then), StoreUnavailable, OSError.
        """
        if proposal.name in RESERVED:
            raise Conflict(f'"{proposal.name}" cannot be the name of a plugin here.', hint="Say another name for it.")
        async with self._lock(proposal.name):
            judgement = await self._allowed(proposal, wishes)
            before = await self._before(proposal.name)
            setup, secrets = _setup(proposal, wishes, before, self._clock())
            plugin, version = self._rows(proposal, setup, judgement, wishes, before)
            new = restored(plugin, version, self.shelf, self._policy())
            if proposal.bundle is not None:
                told("Installing what it needs.")
                await self.stock.take_in(proposal.bundle, new.folder, lambda line: told(line, detail=True))
            missing = missing_settings(setup, new.asks)
            login = proposal.kept.signs_in and before is None and not _authorized(setup)
            if missing or login or not wishes.enable:
                reason = f"needs {', '.join(missing)}" if missing else LOGIN_FIRST if login else ""
                plugin, new = replace(plugin, state="installed", reason=reason), replace(new, state="installed")
            else:
                told("Starting it.")
                version = await self._tried(new, version, secrets, told)
            if proposal.bundle is not None and judgement is not None:
                await remember(self._store.trust, proposal.bundle, judgement, self._clock())
            keeper = self._store.plugin_secrets
            sealed = {name: keeper.sealed(proposal.name, name, value) for name, value in secrets.items()}
            await self._store.plugins.install(plugin, version, secrets=sealed)
            await self.proposals.drop(proposal.kept.id)
            done = restored(plugin, version, self.shelf, self._policy())
            self._holds(done)
            await self._forget_old(done.name)
            return done

    async def _allowed(self, proposal: Proposal, wishes: Wishes) -> Judgement | None:
        before = self._host.installed(proposal.name)
        if before is not None and not wishes.accepted.publisher:
            check_place(before, proposal)
        if proposal.bundle is None:
            return None
        manifests = [each.manifest for each in self._host.all() if each.manifest is not None]
        dependencies.check(manifests, proposal.bundle.manifest)
        return await judged(self._store.trust, proposal.bundle, self._clock(), wishes.accepted)

    async def _before(self, name: str) -> tuple[Plugin, list[PluginVersion]] | None:
        try:
            return await self._store.plugins.get(name)
        except NotFound:
            return None

    def _rows(
        self,
        proposal: Proposal,
        setup: Setup,
        judgement: Judgement | None,
        wishes: Wishes,
        before: tuple[Plugin, list[PluginVersion]] | None,
    ) -> tuple[Plugin, PluginVersion]:
        now = self._clock()
        bundle, kept = proposal.bundle, proposal.kept
        previous = ""
        if before is not None:
            previous = before[0].version if before[0].version != proposal.version else before[0].previous
        plugin = Plugin(
            name=proposal.name,
            kind=kept.kind,
            version=proposal.version,
            previous=previous,
            state="enabled",
            reason="",
            setup=_plain(setup),
            created_at=before[0].created_at if before is not None else now,
            created_by=before[0].created_by if before is not None else wishes.by,
            updated_at=now,
        )
        told = Described(kept.title, kept.description, kept.document, kept.secrets)
        signed = judgement is not None and judgement.signed is not None and judgement.root is not None
        version = PluginVersion(
            plugin=proposal.name,
            version=proposal.version,
            digest=bundle.digest if bundle is not None else "",
            key_id=judgement.signed.key.id if signed and judgement is not None and judgement.signed is not None else "",
            source=kept.source,
            document=_text(bundle.manifest.document) if bundle is not None else _text(told),
            offer="",
            installed_at=now,
        )
        return plugin, version

    async def _tried(
        self, new: Installed, version: PluginVersion, secrets: Mapping[str, str], told: Tell
    ) -> PluginVersion:
        """The version with what it offers, as it does when it is started. Raises PluginError."""
        before = self._host.installed(new.name)
        offer = await self._trial(new, secrets)
        for remark in pins.remarks(Offer() if before is None else before.offer, offer):
            told(remark)
        return replace(version, offer=pins.encode(offer).decode())

    async def _trial(self, new: Installed, secrets: Mapping[str, str]) -> Offer:
        """What it offers; it runs then, and is what serves once it is put. Raises PluginError; nothing runs then."""
        await asyncio.to_thread(self.shelf.made, new.data)
        self._untold[new.name] = {name: Secret(value) for name, value in secrets.items()}
        try:
            return await self._host.offered(new, await self._host.trial(new))
        except BaseException:
            await self._host.end_trial(new)
            raise
        finally:
            del self._untold[new.name]

    async def secrets_of(self, installed: Installed) -> dict[str, Secret]:
        """The secrets that a plugin is started with, by name. Raises StoreUnavailable."""
        kept = await self._store.plugin_secrets.of(installed.name) | self._untold.get(installed.name, {})
        return {name: value for name, value in kept.items() if not name.startswith(UNDER)}

    # ------------------------------------------------------------ change

    async def enable(self, name: str) -> Installed:
        """Let a plugin be called. Raises NotFound, Conflict for one that needs settings or a review, PluginError if it does not start."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            if plugin.state == "quarantined":
                raise Conflict(
                    f"{name} is quarantined: {plugin.reason}",
                    hint=f"Look at the differences and accept them: switchgear plugin review {name}",
                )
            self._host.forgive(name)
            return await self._changed(plugin, versions, state="enabled", reason="")

    async def signed_in(self, name: str) -> None:
        """Take up a plugin to which somebody has signed in: one that waited for that is enabled. Raises as ``enable``."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            self._host.forgive(name)
            if plugin.state == "installed" and plugin.reason == LOGIN_FIRST:
                await self._changed(plugin, versions, state="enabled", reason="")

    async def disable(self, name: str, reason: str = "") -> Installed:
        """Take no more calls; those that are under way end in their own time. What is quarantined stays so. Raises NotFound."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            if plugin.state == "quarantined":  # which is more: only a review ends it
                return installed_of(plugin, versions, self.shelf, self._policy())
            return await self._changed(plugin, versions, state="disabled", reason=reason)

    async def use(self, name: str, version: str) -> Installed:
        """Go back, or on, to a version that is on the disk. Raises NotFound, PluginError if it does not start."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            wanted = version or plugin.previous
            if not any(each.version == wanted for each in versions):
                there = ", ".join(each.version for each in versions if each.version != plugin.version)
                raise NotFound(
                    f"{name} has no version {wanted or 'to go back to'}.", hint=f"There is {there}." if there else None
                )
            state = "enabled" if plugin.state == "quarantined" else plugin.state
            return await self._changed(
                plugin, versions, version=wanted, previous=plugin.version, state=state, reason=""
            )

    async def configure(self, name: str, settings: Mapping[str, object], secrets: Mapping[str, str]) -> Installed:
        """Change settings; None takes a value away. Raises NotFound, InvalidSettings, PluginError if it does not start with them."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            now = installed_of(plugin, versions, self.shelf, self._policy())
            setup, changed = _configured(now, settings, secrets, self._clock())
            missing = missing_settings(setup, now.asks)
            changes: dict[str, Any] = {"setup": _plain(setup)}
            if not missing and plugin.state == "installed":
                changes |= {"state": "enabled", "reason": ""}
            elif missing:
                changes |= {"state": "installed", "reason": f"needs {', '.join(missing)}"}
            return await self._changed(plugin, versions, changed, **changes)

    async def grant(self, name: str, permissions: Permissions, limits: PluginLimits | None = None) -> Installed:
        """Let a plugin have these permissions and no others. Raises NotFound, PluginError if it does not start with them."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            now = installed_of(plugin, versions, self.shelf, self._policy())
            setup = replace(now.setup, granted=permissions, limits=limits or now.setup.limits)
            return await self._changed(plugin, versions, setup=_plain(setup))

    async def quarantine(self, installed: Installed, reason: str) -> None:
        """Take no more calls until a person has looked at it. Raises NotFound, StoreUnavailable."""
        async with self._lock(installed.name):
            plugin, versions = await self._store.plugins.get(installed.name)
            if plugin.version == installed.version and plugin.state == "enabled":
                await self._changed(plugin, versions, state="quarantined", reason=reason)

    async def offered_now(self, installed: Installed) -> Offer:
        """What a plugin offers now, whatever its state. Raises PluginError."""
        running = self._host.running(installed.name)
        if running is not None:
            return await self._host.offered(installed, running)
        looked_at = replace(installed, state="disabled")
        try:
            return await self._trial(looked_at, _NO_SECRETS)
        finally:
            await self._host.end_trial(looked_at)

    async def accept(self, name: str, offer: Offer) -> Installed:
        """Let ``offer`` be what is accepted of a plugin, and take calls of it. Raises NotFound, PluginError if it does not start."""
        async with self._lock(name):
            plugin, versions = await self._store.plugins.get(name)
            text = pins.encode(offer).decode()
            await self._store.plugins.accept(name, plugin.version, text)
            kept = [replace(each, offer=text) if each.version == plugin.version else each for each in versions]
            return await self._changed(plugin, kept, state="enabled", reason="")

    async def remove(self, name: str, *, data: bool) -> None:
        """Forget a plugin, and with ``data`` what it kept. Raises NotFound, Conflict where another one needs it."""
        async with self._lock(name):
            try:
                plugin, _ = await self._store.plugins.get(name)
            except NotFound:
                if not data or not await asyncio.to_thread(self.shelf.data(name).is_dir):
                    raise
                await asyncio.to_thread(self.shelf.forget, name, data=True)
                return
            others = dependencies.needed_by([each.manifest for each in self._host.all() if each.manifest], name)
            if others:
                raise Conflict(f"{', '.join(others)} needs {name}.", hint="Remove what needs it first.")
            await self._store.plugins.remove(name)
            ended = self._host.drop(name, _REMOVE_SECONDS)
            if ended is not None:
                await ended
            await asyncio.to_thread(self.shelf.forget, name, data=data)
            self._tell(plugin.name, plugin.version, "removed", "")

    async def clear(self, name: str) -> None:
        """Remove what a plugin kept; its process is ended first, and the next call starts another. Raises NotFound."""
        async with self._lock(name):
            await self._store.plugins.get(name)
            await self._host.restart(name)
            await asyncio.to_thread(self.shelf.remove, self.shelf.data(name))
            self._host.forgive(name)

    async def _forget_old(self, name: str) -> None:
        """Forget versions beyond those that are kept; their folders go when nothing has used them for a while."""
        plugin, versions = await self._store.plugins.get(name)
        old = [each.version for each in versions if each.version not in {plugin.version, plugin.previous}]
        for version in old[: max(0, len(versions) - self._policy().keep_versions)]:
            await self._store.plugins.forget_version(name, version)

    async def _changed(
        self,
        plugin: Plugin,
        versions: list[PluginVersion],
        secrets: Mapping[str, str] = _NO_SECRETS,
        **changes: Any,
    ) -> Installed:
        """Make a change hold: what is to run afterwards has run before."""
        wanted = replace(plugin, **changes)
        version = next(each for each in versions if each.version == wanted.version)
        new = restored(wanted, version, self.shelf, self._policy())
        missing = missing_settings(new.setup, new.asks)
        if new.state == "enabled" and missing:
            raise Conflict(
                f"{plugin.name} needs {', '.join(missing)}.",
                hint=f"Set them: switchgear plugin configure {plugin.name} {missing[0]}=VALUE",
            )
        if new.state == "enabled" and new != self._host.installed(plugin.name):
            offer = await self._trial(new, secrets)
            if not new.pinned or new.kind == "openapi":  # whose tools are what a person chooses of a document
                version = replace(version, offer=pins.encode(offer).decode())
                await self._store.plugins.accept(plugin.name, version.version, version.offer)
        for name, value in secrets.items():
            await self._store.plugin_secrets.put(plugin.name, name, Secret(value))
        await self._store.plugins.update(plugin.name, **changes)
        new = restored(wanted, version, self.shelf, self._policy())
        self._holds(new)
        return new

    def _holds(self, installed: Installed) -> None:
        self._host.put(installed)
        self._tell(installed.name, installed.version, installed.state, installed.reason)

    def _tell(self, name: str, version: str, state: State | str, reason: str) -> None:
        self._publish(PluginChanged(name, version, state, reason, self._clock()))

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())


def _authorized(setup: Setup) -> bool:
    """Whether a person gave what a remote server wants to see."""
    return any(name.lower() == "authorization" for name in setup.headers)


def _setup(
    proposal: Proposal, wishes: Wishes, before: tuple[Plugin, list[PluginVersion]] | None, now: int
) -> tuple[Setup, dict[str, str]]:
    """What is chosen for what is proposed, and the values of secrets that are new, by the names they are kept under.

    What was chosen before stays, where the new version has it too. Raises InvalidSettings.
    """
    was = msgspec.convert(before[0].setup, Setup) if before is not None else Setup()
    base = proposal.kept.setup
    asked = proposal.asked
    allowed = joined(was.granted, asked) if wishes.granted is None else wishes.granted
    known = proposal.asks
    kept = {name: value for name, value in was.settings.items() if name in known}
    settings, secrets = _parted(known, {**base.settings, **kept, **wishes.settings}, wishes.secrets)
    _check_asked(proposal, allowed, secrets)
    there = {name for name in was.secrets if name in known or name.startswith(HEADER)}
    headers = {name.removeprefix(HEADER): name for name in (*there, *secrets) if name.startswith(HEADER)}
    return (
        replace(
            base,
            granted=allowed,
            limits=wishes.limits or was.limits,
            settings=settings,
            secrets=tuple(sorted(there | set(secrets))),
            arguments=base.arguments or was.arguments,
            headers=headers,
            secrets_at=now if secrets else was.secrets_at,
        ),
        secrets,
    )


def _check_asked(proposal: Proposal, allowed: Permissions, secrets: Mapping[str, str]) -> None:
    """Raise InvalidSettings for a secret that its manifest forgets to ask for: it would never see it."""
    if proposal.manifest is None:
        return
    may = {*proposal.asked.secrets, *allowed.secrets}
    forgotten = [name for name in secrets if name not in may]
    if forgotten:
        raise InvalidSettings(
            f"{proposal.name} does not ask to use {', '.join(forgotten)} among its permissions, and would not see it.",
            hint=f"Let it: --allow-secret {forgotten[0]}",
        )


def _configured(
    now: Installed, settings: Mapping[str, object], secrets: Mapping[str, str], at: int
) -> tuple[Setup, dict[str, str]]:
    """The setup with what is changed, and the values of secrets that are new. Raises InvalidSettings."""
    whole = {**now.setup.settings, **settings}
    values, kept = _parted(now.asks, {name: value for name, value in whole.items() if value is not None}, secrets)
    gone = {name for name, value in settings.items() if value is None}
    there = ({*now.setup.secrets} - gone) | set(kept)
    headers = {name.removeprefix(HEADER): name for name in there if name.startswith(HEADER)}
    setup = replace(now.setup, settings=values, secrets=tuple(sorted(there)), headers=headers)
    return (replace(setup, secrets_at=at) if kept or gone else setup), kept


def _parted(
    known: Mapping[str, Setting], settings: Mapping[str, object], secrets: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings that are no secrets, checked, and the secrets by the names they are kept under. Raises InvalidSettings."""
    if not known and (settings or secrets):
        if settings:
            raise InvalidSettings("It has no settings; HTTP fields are given as secrets.")
        return {}, {HEADER + name.lower(): value for name, value in secrets.items()}
    sensitive = {name for name, each in known.items() if each.sensitive}
    kept = dict(secrets) | {name: str(value) for name, value in settings.items() if name in sensitive}
    plain = {name: value for name, value in settings.items() if name not in sensitive}
    values = check_values(known, {**plain, **kept}, partly=True)
    unknown = [name for name in secrets if name not in sensitive]
    if unknown:
        raise InvalidSettings(f"{', '.join(unknown)} is no sensitive setting; give it as a setting.")
    return {name: value for name, value in values.items() if name not in sensitive}, kept


def _plain(setup: Setup) -> dict[str, Any]:
    return dict(msgspec.to_builtins(setup))


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
