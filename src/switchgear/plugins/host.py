"""The plugins that are served: what they offer, and the sessions that calls go through.

What is offered is known from what was accepted when a plugin was installed, so that lists need no running process. What a server says of
itself once it runs is judged before anybody sees it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import NotFound, PluginFailed, PluginUnavailable, ToolAnswerInvalid
from switchgear.core.structs import Frozen
from switchgear.plugins.catalogue import Catalogue
from switchgear.plugins.installed import Installed
from switchgear.plugins.mcp.asking import Caller, Handler
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.parameters import named_fields
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.offer import TOOLS, Kind, Offer, listed
from switchgear.plugins.runtime import Runtime
from switchgear.plugins.unit import RunStatus, RuntimeRules

_log = logging.getLogger(__name__)
_LONGEST_WORDS: Final = 500
DRAIN_SECONDS: Final = 600.0
"""How long calls of a version that was replaced may go on."""
LOOK_SECONDS: Final = 0.1
LONGEST_LOOK_SECONDS: Final = 30.0
"""How long a change that follows another is left unseen at first, and where changes never end."""
_LISTS: Final = frozenset(
    {
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
    }
)


def _nothing(*_: object) -> None:
    """Where nobody listens."""


async def _all(_installed: Installed, offer: Offer) -> Offer:
    """Where nobody judges."""
    return offer


class HostHooks(Frozen, frozen=True):
    """Who hears of plugins, and answers them. All but ``judged`` must be cheap and not raise.

    ``requests``: handlers of what servers ask, by method. ``capabilities``: the JSON object (``ClientCapabilities``) that a server is told.
    ``notified``: plugin, method, params and caller of each notification but progress. ``changed``: a plugin, and the kinds of things of
    which it offers others now. ``noise``: what a plugin wrote that is no frame. ``status``: how a plugin's process is. ``judged``: what of
    an offer, as a plugin's server makes it, may be shown.
    """

    requests: Mapping[str, Handler] = {}
    capabilities: Callable[[Installed], bytes] = lambda _: b"{}"
    notified: Callable[[str, str, Raw, Caller], None] = _nothing
    changed: Callable[[str, frozenset[Kind]], None] = _nothing
    noise: Callable[[str, bytes], None] = _nothing
    status: Callable[[RunStatus], None] = _nothing
    judged: Callable[[Installed, Offer], Awaitable[Offer]] = _all


_NO_HOOKS: Final = HostHooks()
_NO_RULES: Final = RuntimeRules()


class PluginHost:
    """The plugins that are enabled. ``start`` gives a new channel to one. ``implementation`` is what servers are told of us (JSON)."""

    def __init__(
        self,
        start: Callable[[Installed], Awaitable[Channel]],
        hooks: HostHooks = _NO_HOOKS,
        rules: RuntimeRules = _NO_RULES,
        implementation: bytes = b'{"name":"switchgear","version":"0"}',
    ) -> None:
        self.catalogue = Catalogue()
        self._start = start
        self._hooks = hooks
        self._implementation = implementation
        self._runtime = Runtime(self._started, self._terms, rules, self._told)
        self._served: dict[str, tuple[Installed, str]] = {}
        self._runs: dict[tuple[str, str], Installed] = {}
        self._made = 0
        self._look_at: set[str] = set()
        self._looking: set[str] = set()
        self._tasks: set[asyncio.Future[object]] = set()

    # ------------------------------------------------------------ what is served

    def installed(self, name: str) -> Installed | None:
        """The plugin of this name, in whatever state; None for one that is not here."""
        found = self._served.get(name)
        return None if found is None else found[0]

    def all(self) -> list[Installed]:
        """Every plugin by name, in whatever state."""
        return [self._served[name][0] for name in sorted(self._served)]

    def put(self, installed: Installed) -> None:
        """Let this hold for the plugin from now on. Calls of what held before end in their own time, new ones go to the new process."""
        name = installed.name
        before = self._served.get(name)
        if before is not None and before[0] == installed:
            return
        run = self._run_of(installed) if installed.state == "enabled" else ""
        self._served[name] = (installed, run)
        if before is not None and before[1] and before[1] != run:
            self._end(name, before[1])
        self._show(installed, installed.offer)
        if self.running(name) is not None:
            self._look_again(name, run)

    def drop(self, name: str, drain_seconds: float = DRAIN_SECONDS) -> asyncio.Future[object] | None:
        """Serve the plugin no more; what is given back is done when its process has ended."""
        found = self._served.pop(name, None)
        if found is None:
            return None
        self._hooks.changed(name, self.catalogue.drop(name))
        return self._end(name, found[1], drain_seconds) if found[1] else None

    def _show(self, installed: Installed, offer: Offer) -> None:
        shown = offer if installed.state == "enabled" else Offer()
        changed = self.catalogue.put(installed.name, shown)
        if changed:
            self._hooks.changed(installed.name, changed)

    def _run_of(self, installed: Installed) -> str:
        """The run that serves this: one that there is, where nothing is different that a process would notice."""
        for (name, run), other in reversed(self._runs.items()):
            if name == installed.name and _same(other, installed):
                self._runs[name, run] = installed
                return run
        return self._new_run(installed)

    def _new_run(self, installed: Installed) -> str:
        self._made += 1
        run = f"{installed.version}#{self._made}"
        self._runs[installed.name, run] = installed
        return run

    def _end(self, name: str, run: str, drain_seconds: float = DRAIN_SECONDS) -> asyncio.Future[object]:
        async def stop() -> None:
            await self._runtime.stop(name, run, drain_seconds)
            self._runs.pop((name, run), None)

        return self._beside(stop())

    # ------------------------------------------------------------ sessions

    def running(self, name: str) -> Session | None:
        """The open session of an enabled plugin, without starting it."""
        found = self._served.get(name)
        if found is None or found[0].state != "enabled":
            return None
        return self._runtime.running(name, found[1])

    async def session(self, name: str) -> Session:
        """The session of an enabled plugin, started if it does not run.

        Raises NotFound, PluginUnavailable, ShuttingDown, and what starting it raises: PluginError.
        """
        found = self._served.get(name)
        if found is None:
            raise NotFound(
                f'No plugin is named "{name}".', hint="switchgear plugin list shows those that are installed."
            )
        installed, run = found
        if installed.state != "enabled":
            why = f": {installed.reason}" if installed.reason else ""
            raise PluginUnavailable(f"Plugin {name} is {installed.state}{why}.", plugin=name)
        return await self._runtime.acquire(name, run)

    async def trial(self, installed: Installed) -> Session:
        """A session with what is not served yet; ``put`` it to go on with the same process, or ``end_trial``. Raises as ``session``."""
        run = self._new_run(installed)
        try:
            return await self._runtime.acquire(installed.name, run)
        except PluginFailed as error:
            words = next((each.words for each in self._runtime.statuses() if each.version == run), ())
            await self._stopped(installed.name, run)
            error.advice = "Nothing was changed. Correct what it says and try again."
            if words:
                error.message = f"{error.message} It wrote last: {words[-1][:_LONGEST_WORDS]}"
            raise
        except BaseException:
            await self._stopped(installed.name, run)
            raise

    async def end_trial(self, installed: Installed) -> None:
        """End what ``trial`` began and was not put."""
        served = self._served.get(installed.name)
        for name, run in [key for key, one in self._runs.items() if one is installed]:
            if served is None or served[1] != run:
                await self._stopped(name, run)

    async def _stopped(self, name: str, run: str) -> None:
        await self._runtime.stop(name, run)
        self._runs.pop((name, run), None)

    async def offered(self, installed: Installed, session: Session) -> Offer:
        """What a server offers now, without what could not be called. Raises PluginError."""
        offer = await listed(session.request, session.server.offers)
        tools = dict(offer.of(TOOLS))
        faults = list(offer.faults)
        for name, one in offer.of(TOOLS).items():
            try:
                named_fields(installed.name, name, msgspec.json.decode(one.document).get("inputSchema"))
            except ToolAnswerInvalid as error:
                faults.append(error.message)
                del tools[name]
            except (msgspec.DecodeError, RecursionError):
                faults.append(
                    f"The definition of {name} cannot be read: it holds a number that is too large, or is too deep."
                )
                del tools[name]
        things = {**offer.things, TOOLS: tools} if TOOLS in offer.things else offer.things
        for fault in faults:
            _log.warning("Plugin %s: %s", installed.name, fault)
        return Offer(things, tuple(faults), session.server.instructions)

    async def refresh_offer(self, name: str) -> Offer | None:
        """List anew what a running plugin offers, and show of it what may be shown; None for one that does not run."""
        found = self._served.get(name)
        session = self.running(name)
        if found is None or session is None:
            return None
        offer = await self._hooks.judged(found[0], await self.offered(found[0], session))
        now = self._served.get(name)
        if now is not None and now[1] == found[1]:
            self._show(now[0], offer)
        return offer

    def statuses(self) -> dict[str, RunStatus]:
        """How the process of each plugin is that ran since the gateway started, by name."""
        current = {(name, run): name for name, (_, run) in self._served.items()}
        return {
            current[one.plugin, one.version]: msgspec.structs.replace(
                one, version=self._runs[one.plugin, one.version].version
            )
            for one in self._runtime.statuses()
            if (one.plugin, one.version) in current
        }

    def forgive(self, name: str) -> None:
        """Start a plugin that failed again with its next call."""
        if (found := self._served.get(name)) is not None and found[1]:
            self._runtime.forgive(name, found[1])

    async def restart(self, name: str) -> None:
        """End the process of a plugin; the next call starts another."""
        if (found := self._served.get(name)) is not None:
            await self._runtime.stop(name, found[1])

    async def close(self, drain_seconds: float = 0.0) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await self._runtime.close(drain_seconds)

    # ------------------------------------------------------------ what the runtime asks and tells

    async def _started(self, name: str, run: str) -> Channel:
        installed = self._runs.get((name, run))
        if installed is None:
            raise PluginUnavailable(f"Plugin {name} was changed meanwhile.", plugin=name)
        return await self._start(installed)

    def _terms(self, name: str, run: str) -> Terms:
        installed = self._runs[name, run]

        def notified(method: str, params: Raw, caller: Caller) -> None:
            if method in _LISTS:
                self._look_again(name, run)
            else:
                self._hooks.notified(name, method, params, caller)

        return Terms(
            plugin=name,
            limits=installed.limits,
            hooks=Hooks(
                self._hooks.requests,
                notified,
                lambda line: self._hooks.noise(name, line),
                lambda: self._look_again(name, run),
            ),
            capabilities=self._hooks.capabilities(installed),
            implementation=self._implementation,
            remote=installed.kind != "bundle",
        )

    def _told(self, status: RunStatus) -> None:
        installed = self._runs.get((status.plugin, status.version))
        if installed is None:
            return
        if status.state == "running":
            self._look_again(status.plugin, status.version)
        self._hooks.status(msgspec.structs.replace(status, version=installed.version))

    def _look_again(self, name: str, run: str) -> None:
        """List anew what is served, beside the calls."""
        found = self._served.get(name)
        if found is not None and found[1] == run:
            self._look_at.add(name)
            if name not in self._looking:
                self._looking.add(name)
                self._beside(self._looked(name))

    async def _looked(self, name: str) -> None:
        """One look at a time, and later each time while a server goes on saying that there is something new."""
        wait = LOOK_SECONDS
        try:
            while name in self._look_at:
                self._look_at.discard(name)
                try:
                    await self.refresh_offer(name)
                except PluginFailed as error:
                    _log.warning("Plugin %s does not tell what it offers: %s", name, error.message)
                if name in self._look_at:
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, LONGEST_LOOK_SECONDS)
        finally:
            self._looking.discard(name)

    def _beside(self, work: Awaitable[object]) -> asyncio.Future[object]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _same(one: Installed, other: Installed) -> bool:
    """Whether a process that was started for one serves the other as well."""
    return one.key == other.key and all(
        getattr(one, field) == getattr(other, field)
        for field in ("kind", "folder", "document", "permissions", "limits", "setup")
    )
