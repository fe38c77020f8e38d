"""What the admin API needs of the running gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from switchgear.access.keys import Keyring
from switchgear.access.limits import Limiter
from switchgear.cache.counts import CacheFacts
from switchgear.cache.exact import Answers
from switchgear.config.schema import Settings
from switchgear.observe.logs import LogControl
from switchgear.observe.rollups import Rollups
from switchgear.pipeline.batches.orders import BatchOrders
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.catalogue import Catalog
from switchgear.providers.catalogue.kept import Kept
from switchgear.providers.local.hosting import ModelHost
from switchgear.routing.board import Board
from switchgear.routing.directory import Directory
from switchgear.state.base import State
from switchgear.store.store import Store


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
    started_at: float
    url: str
    pepper: bytes

    @property
    def limiter(self) -> Limiter:
        """The limits that hold, and how much of them is used."""
        ...

    @property
    def caching(self) -> CachingControl:
        """The answers that are kept."""
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
