"""Tokens that are there when they are needed: read from the store, and renewed once for all who wait, in whichever worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec

from switchgear.core.errors import PluginLoginFailed, PluginUnavailable, StoreUnavailable
from switchgear.core.ids import new_id
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.oauth.addresses import Remote, guard_for
from switchgear.plugins.oauth.kept import NOTHING, Kept, Tokens
from switchgear.plugins.oauth.token_endpoint import TokenEndpoint
from switchgear.plugins.oauth.web import Web
from switchgear.providers.guard import Resolve
from switchgear.store.leases import Leases
from switchgear.store.plugins import PluginSecrets

_LEASE_SECONDS: Final = 60.0
_PATIENCE: Final = 75.0
"""Seconds to wait for another worker that renews: it may end in the midst of it, and then its lease runs out."""
_LOOK_AGAIN: Final = 0.1
_TRIES: Final = 5
_PAUSE: Final = 0.5
_ENDED: Final = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"})
"""Errors after which the same refresh token is not worth another try (RFC 6749 section 5.2)."""


class Means(Frozen, frozen=True):
    """What signing in takes of the gateway: where ``secrets`` are kept, ``leases`` that workers take, ``guard`` judging all that is asked
    for a plugin, and a clock, seconds since 1970.
    """

    secrets: PluginSecrets
    leases: Leases
    guard: Callable[[Remote], Resolve] = guard_for
    now: Callable[[], float] = time.time


class Renewal:
    """The tokens of one plugin at one URL."""

    def __init__(self, remote: Remote, means: Means) -> None:
        self.plugin = remote.plugin
        self._remote = remote
        self.now = means.now
        self._means = means
        self._kept = Kept(means.secrets, remote.plugin)
        self._holder = new_id("oauth")
        self._running: asyncio.Task[Tokens | None] | None = None

    async def stored(self) -> Tokens | None:
        """The tokens as they are in the store now; those for another URL are none. Raises StoreUnavailable."""
        tokens, _ = await self._kept.read(Tokens)
        return tokens if tokens is not None and tokens.url == self._remote.url else None

    async def want(self, tokens: Tokens) -> bool:
        """Keep ``tokens`` with what is wanted now, unless others are there meanwhile. Raises StoreUnavailable."""
        known, raw = await self._kept.read(Tokens)
        if known is None or known.access != tokens.access:
            return False
        return await self._kept.replace(tokens, raw)

    async def renewed(self, old: Tokens) -> Tokens | None:
        """Other tokens than ``old``: those that somebody else got meanwhile, or new ones; None where nobody is signed in any more.

        All who ask while one renews wait for the same; one who leaves does not stop it. Raises PluginLoginFailed where a person has to
        sign in again, PluginUnavailable, StoreUnavailable.
        """
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._renew(old))
            self._running.add_done_callback(_heard)
        return await asyncio.shield(self._running)

    async def _renew(self, old: Tokens) -> Tokens | None:
        name = f"oauth {self.plugin}"
        deadline = self.now() + _PATIENCE
        while True:
            turn = await self._means.leases.take(name, self._holder, every=0.0, seconds=_LEASE_SECONDS)
            try:
                known, raw = await self._kept.read(Tokens)
                if known is None or known.url != self._remote.url:
                    return None
                if known.access != old.access:
                    return known
                if turn.mine:
                    return await self._replaced(known, raw)
            finally:
                if turn.mine:
                    await self._means.leases.give_back(name, self._holder)
            if self.now() > deadline:
                said = f"Plugin {self.plugin}: another process renews its tokens, and does not come to an end."
                raise PluginUnavailable(said, plugin=self.plugin, hint="Try again.")
            await asyncio.sleep(_LOOK_AGAIN)

    async def _replaced(self, old: Tokens, raw: Secret) -> Tokens | None:
        """New tokens in the place of ``old``, which are ``raw`` in the store."""
        web = Web(self.plugin, self._remote.url, self._means.guard(self._remote))
        endpoint = TokenEndpoint(web, old.server, old.client, self.now)
        try:
            fresh = await (endpoint.as_client(old) if old.flow == "client" else endpoint.refreshed(old))
        except PluginLoginFailed as error:
            if old.flow == "code" and error.oauth_error in _ENDED:
                ended = msgspec.structs.replace(
                    old, access=NOTHING, refresh=NOTHING, expires_at=None, reason=error.message
                )
                await self._kept.replace(ended, raw)
            raise
        if await self._written(fresh, raw):
            return fresh
        return await self.stored()  # somebody signed out, or in anew, meanwhile

    async def _written(self, fresh: Tokens, raw: Secret) -> bool:
        """Keep tokens. What they replace may be worth nothing by now: a store that is away for a moment is waited for."""
        for _ in range(_TRIES - 1):
            try:
                return await self._kept.replace(fresh, raw)
            except StoreUnavailable:
                await asyncio.sleep(_PAUSE)
        return await self._kept.replace(fresh, raw)


def _heard(task: asyncio.Task[Tokens | None]) -> None:
    """Whoever waited may have left before it failed."""
    if not task.cancelled():
        task.exception()
