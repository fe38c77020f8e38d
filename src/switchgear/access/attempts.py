"""Attempts to sign in: how many may fail in a minute, from one address, in all processes together."""

from __future__ import annotations

import inspect
import ipaddress
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from switchgear.core.errors import SignInFailed, TooManyAttempts
from switchgear.core.ids import new_id
from switchgear.state.base import Change, Check, Counters

_MINUTE: Final = 60_000
_V6_NETWORK: Final = 64
"""Bits of an IPv6 address that one subscriber has all of."""


class Attempts:
    """Counts them. ``most`` gives how many may fail."""

    def __init__(self, counters: Counters, most: Callable[[], int]) -> None:
        self._counters = counters
        self._most = most

    @asynccontextmanager
    async def one(self, address: str) -> AsyncIterator[None]:
        """An attempt from ``address``; only one that raises SignInFailed counts. Raises TooManyAttempts, StateUnavailable."""
        now = time.time_ns() // 1_000_000
        token = new_id("try")
        check = Check(f"sign-in:{_network(address)}", "failed", "window", self._most(), 1, _MINUTE)
        found = self._counters.take(token, [check], now)
        verdict = await found if inspect.isawaitable(found) else found
        if not verdict.allowed:
            wait = max(verdict.retry_after_ms, 1000) / 1000
            raise TooManyAttempts("Too many attempts to sign in from this address failed.", retry_after=wait)
        failed = False
        try:
            yield
        except SignInFailed:
            failed = True
            raise
        finally:
            change = Change(check.scope, check.name, "window", 0 if failed else -1, verdict.at_ms or now, _MINUTE)
            self._counters.settle(token, [change])


def _network(address: str) -> str:
    """Whoever can have many addresses counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, _V6_NETWORK), strict=False).network_address)
    return str(parsed)
