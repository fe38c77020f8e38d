"""The state in Valkey as one object: what is shared, and what happens when it is lost and found."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import msgspec

from switchgear.config.state import ValkeyAddress
from switchgear.core.errors import StateUnusable
from switchgear.state.base import OnLoss, StateHealth, StateLost, StateRecovered
from switchgear.state.memory import RENEW_SECONDS
from switchgear.state.valkey.channels import ValkeyChannels
from switchgear.state.valkey.command import Scripts
from switchgear.state.valkey.counters import ValkeyCounters
from switchgear.state.valkey.failures import Lost, Misconfigured
from switchgear.state.valkey.kept import ValkeyBlobs, ValkeyLocks
from switchgear.state.valkey.keys import Keys
from switchgear.state.valkey.link import Access
from switchgear.state.valkey.members import ValkeyMembers
from switchgear.state.valkey.servers import Servers

_log = logging.getLogger(__name__)
_LINGER = 1.0


class ValkeyState:
    """Made by ``open``. ``publish`` is given StateLost and StateRecovered."""

    def __init__(
        self,
        address: ValkeyAddress,
        access: Access,
        prefix: str,
        on_loss: OnLoss,
        publish: Callable[[object], None],
        *,
        least_members: int = 1,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.shared = True
        self.words = address.words
        self._on_loss = on_loss
        self._publish = publish
        keys = Keys(prefix, cluster=address.cluster)
        scripts = Scripts.read()
        self._servers = Servers(
            address.hosts,
            access,
            cluster=address.cluster,
            prefix=prefix,
            scripts=msgspec.structs.astuple(scripts),
            on_up=self._found,
            on_lost=self._lost,
        )
        slower = Access(
            max(1.0, 4 * access.timeout), access.tls, access.ca_file, access.username, access.password, access.db
        )
        self._blob_servers = Servers(address.hosts, slower, cluster=address.cluster, prefix=prefix)
        self.members = ValkeyMembers(self._servers, keys, scripts, least_members)
        self.counters = ValkeyCounters(
            self._servers, keys, scripts, access.timeout, on_loss, lambda: self.members.count, clock
        )
        self.channels = ValkeyChannels(self._servers, access, prefix)
        self.blobs = ValkeyBlobs(self._blob_servers, prefix)
        self.locks = ValkeyLocks(self._servers, keys, scripts)
        self.health = StateHealth("ok", "", time.time())
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Connect. Without an answer it begins as lost with on_loss "local", and raises StateUnusable with "refuse".

        A set-up that can never work raises StateUnusable in any case.
        """
        try:
            await self._servers.connect()
        except Misconfigured as reason:
            raise StateUnusable(f"{self.words} cannot be used: {reason}.") from reason
        except Lost as reason:
            if self._on_loss == "refuse":
                raise StateUnusable(
                    f"{self.words} cannot be used: {reason}.",
                    passing=True,
                    hint='Start it, or let calls go on without it: on_loss = "local" under [state].',
                ) from reason
            self._servers.reason = reason
            self._lost(reason)

    def start(self) -> None:
        """Begin to renew, to beat, to listen, and to look for a lost server."""
        self._servers.start()
        self.channels.start()
        self._tasks += [
            asyncio.create_task(self._renew(), name="lease renewal"),
            asyncio.create_task(self.members.keep(), name="heartbeat"),
        ]

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            self.counters.renew_all()

    def _lost(self, reason: Lost) -> None:
        if self.health.state == "degraded":
            return
        self.health = StateHealth("degraded", f"{self.words}: {reason}.", time.time())
        self.counters.lose()
        told = "limits hold in each process alone" if self._on_loss == "local" else "calls under a limit are refused"
        _log.warning("%s is lost: %s. Until it is back %s.", self.words, reason, told)
        self._publish(StateLost(str(reason), self.health.since, self._on_loss))

    def _found(self) -> None:
        if self.health.state == "ok":
            return
        seconds = time.time() - self.health.since
        self.health = StateHealth("ok", "", time.time())
        self.counters.find()
        self.members.beat()
        _log.warning("%s is back after %.1f s.", self.words, seconds)
        self._publish(StateRecovered(self.health.since, seconds))

    async def close(self) -> None:
        """Give back the leases, leave the members and disconnect, within about a second."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.channels.close()
        self.counters.release()
        self.members.leave()
        await asyncio.gather(self._servers.close(_LINGER), self._blob_servers.close(_LINGER))
