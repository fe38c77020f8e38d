"""What the admin API needs of the running gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from switchgear.access.keys import Keyring
from switchgear.access.limits import Limiter
from switchgear.access.sign_in import SignIn
from switchgear.cache.counts import CacheFacts
from switchgear.cache.exact import Answers
from switchgear.config.load import Loaded
from switchgear.config.providers import AnyProvider
from switchgear.config.references import Resolver
from switchgear.config.schema import Settings
from switchgear.observe.logs import LogControl
from switchgear.observe.rollups import Rollups
from switchgear.pipeline.batches.orders import BatchOrders
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.tool_call import ToolCalls
from switchgear.plugins.approvals import Approvals
from switchgear.plugins.following import Follower
from switchgear.plugins.host import PluginHost
from switchgear.plugins.installed import Installed
from switchgear.plugins.journal import Journal
from switchgear.plugins.lifecycle import Lifecycle
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.pins import Review
from switchgear.plugins.policy import Policy
from switchgear.plugins.proposals import Proposal
from switchgear.plugins.sources.discovery import Found
from switchgear.plugins.traffic import Traffic
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Catalog
from switchgear.providers.catalogue.kept import Kept
from switchgear.providers.local.hosting import ModelHost
from switchgear.routing.board import Board
from switchgear.routing.directory import Directory
from switchgear.state.base import State
from switchgear.store.store import Store
from switchgear.themes.shelf import Shelf


class ReloadReport(Protocol):
    """What a reload did: sections that ``changed``, those that wait for a restart, and remarks in sentences."""

    @property
    def changed(self) -> Sequence[str]:
        """Sections of the file that hold another value now and are in force."""
        ...

    @property
    def needs_restart(self) -> Sequence[str]:
        """Sections that hold another value and are in force after a restart only."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What was passed over, and why."""
        ...


class WorkerFacts(msgspec.Struct, frozen=True):
    """One worker of this host. ``started_at`` is seconds since the epoch, ``restarts`` how often it was replaced."""

    number: int
    pid: int
    state: str
    reason: str
    restarts: int
    started_at: float
    calls_in_flight: int
    memory_bytes: int
    usage_pending: int
    usage_lost: int
    usage_spooled: int
    usage_spool_bytes: int


class HostControl(Protocol):
    """All workers of this host."""

    async def workers(self) -> Sequence[WorkerFacts]:
        """How each is, by number."""
        ...

    async def cache(self) -> CacheFacts:
        """What they keep of answers, and how often that answered."""
        ...

    async def flush(self) -> None:
        """Let records that are on their way arrive in the store first, unless it has trouble taking them."""
        ...

    async def set_log_level(self, level: str) -> None:
        """Log from ``level`` on. Raises RequestError."""
        ...


class CachingControl(Protocol):
    """The answers that are kept."""

    @property
    def answers(self) -> Answers:
        """Those of this process, and what others are told."""
        ...


class ProposalControl(Protocol):
    """Fetches what may be installed."""

    async def propose(
        self,
        text: str,
        arguments: tuple[str, ...],
        name: str,
        more: Permissions | None,
        variables: Mapping[str, bool],
    ) -> Proposal:
        """Fetch and look at what ``text`` names; ``variables`` of its environment are settings, and secrets where true. Raises PluginError."""
        ...

    async def describe(self, document: bytes, url: str, name: str, more: Permissions | None) -> Proposal:
        """Look at an OpenAPI document. Raises PluginError."""
        ...

    async def discovered(self) -> Mapping[str, Found]:
        """What can be installed by its name."""
        ...


class PluginControl(Protocol):
    """The plugins, as their administrator sees them."""

    host: PluginHost
    lifecycle: Lifecycle
    journal: Journal
    traffic: Traffic
    logins: Logins

    @property
    def policy(self) -> Policy:
        """What plugins may have at most."""
        ...

    @property
    def proposing(self) -> ProposalControl:
        """What fetches and looks at plugins."""
        ...

    async def remove(self, name: str, *, data: bool) -> None:
        """Forget a plugin, have tokens for it revoked, and with ``data`` forget what it kept. Raises NotFound, Conflict."""
        ...

    async def signed_in(self, name: str) -> str:
        """Take up a plugin to which somebody signed in; why it does not run, or nothing. Raises NotFound, StoreUnavailable."""
        ...

    async def review(self, name: str) -> Review:
        """How what a plugin offers now stands to what was accepted. Raises NotFound, PluginError."""
        ...

    async def accept(self, name: str, digest: str) -> Installed:
        """Accept what was reviewed, named by its digest. Raises NotFound, ReviewOutdated, PluginError."""
        ...


class RuntimeControl(Protocol):
    """What calls use."""

    @property
    def draft(self) -> Callable[[AnyProvider], Provider]:
        """Builds a provider that is not kept; who asked closes it. It raises UnresolvedReference and ValueError."""
        ...


class ToolControl(Protocol):
    """What calls the tools of plugins."""

    @property
    def calls(self) -> ToolCalls:
        """The one way to call a plugin."""
        ...


class Announcements(Protocol):
    """What is told to whoever has the console open."""

    def check(self) -> None:
        """Whether one more may listen. Raises Overloaded."""
        ...

    def listen(self) -> AbstractContextManager[Follower[tuple[str, bytes]]]:
        """Names of events and their JSON, from now on. Raises as ``check``."""
        ...


class ThemeControl(Protocol):
    """The themes."""

    @property
    def chosen(self) -> str:
        """The theme of those who chose none."""
        ...

    async def shelf(self) -> Shelf:
        """All themes by name."""
        ...


class ConsoleControl(Protocol):
    """What the console has of its own."""

    @property
    def themes(self) -> ThemeControl:
        """The themes."""
        ...

    @property
    def announcer(self) -> Announcements:
        """What tells events to whoever has the console open."""
        ...


class GatewayControl(Protocol):
    """The gateway as its administrator sees it. ``started_at`` is seconds since the epoch."""

    store: Store
    state: State
    keyring: Keyring
    calls: ModelCalls
    orders: BatchOrders
    catalog: Catalog
    log_control: LogControl
    embedded: ModelHost | None
    rollups: Rollups
    loaded: Loaded
    started_at: float
    url: str
    pepper: bytes

    @property
    def runtime(self) -> RuntimeControl:
        """What was compiled last."""
        ...

    @property
    def sign_in(self) -> SignIn:
        """Who signs in to the console."""
        ...

    @property
    def console(self) -> ConsoleControl:
        """What the console has of its own."""
        ...

    @property
    def approvals(self) -> Approvals:
        """Calls of tools that a person has to approve."""
        ...

    @property
    def limiter(self) -> Limiter:
        """The limits that hold, and how much of them is used."""
        ...

    @property
    def caching(self) -> CachingControl:
        """The answers that are kept."""
        ...

    @property
    def plugins(self) -> PluginControl:
        """The plugins."""
        ...

    @property
    def mcp(self) -> ToolControl:
        """Calls of plugins."""
        ...

    @property
    def host(self) -> HostControl:
        """This process and those that serve beside it."""
        ...

    @property
    def settings(self) -> Settings:
        """The configuration as it runs: the file's, with the providers found in the environment among them."""
        ...

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each ``providers.NAME`` and ``models.NAME`` is defined: ``file``, ``store``, ``environment`` or ``embedded``."""
        ...

    @property
    def board(self) -> Board:
        """The health of every deployment."""
        ...

    def directory(self) -> Directory:
        """The models as they are now."""
        ...

    def resolver(self) -> Resolver:
        """What gives the secrets that references of the configuration name."""
        ...

    async def take_catalogue(self, kept: Kept | None) -> None:
        """Keep a catalogue that was fetched and let it hold, or go back to the one of the package.

        Raises DataFolderUnusable and StoreUnavailable.
        """
        ...

    async def refresh(self) -> None:
        """Take over keys, secrets, providers and models as they are in the store now. Raises StoreUnavailable."""
        ...

    async def reload(self) -> ReloadReport:
        """Read the configuration file again and swap it in whole. Raises ConfigInvalid; nothing changed then."""
        ...
