"""What a plugin may connect to, decided by address: the name is looked up here, and what was looked at is what is dialled.

A name that changes its answer between the look and the dialling (DNS rebinding) gains nothing: there is one answer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from switchgear.core.structs import Frozen
from switchgear.plugins import targets
from switchgear.providers import guard

_LOOKUP_SECONDS: Final = 10.0
_LOOKUPS: Final = 4
"""Names that one plugin may have looked up at a time."""
_REMEMBERED: Final = 100


class Denied(Frozen, frozen=True):
    """A connection that was refused: ``target`` (host:port), when (seconds since the Unix epoch) and why."""

    target: str
    at: float
    why: str


class EgressRefused(Exception):
    """The connection is not allowed. The message says why."""


class Lookup:
    """Looks names up in threads of its own, so that slow names hold up nothing but other plugins' names."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="plugin-names")

    async def __call__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:
        """The addresses of a host, whatever they are. Raises OSError."""
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        )
        return list(dict.fromkeys(str(info[4][0]) for info in found))

    def close(self) -> None:
        """End the threads, without waiting for names."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Egress:
    """The decisions for one plugin. ``network`` is as in its permissions; ``on_denied`` is told of each refusal.

    Public addresses are dialled for names that are granted. Any other address, loopback and metadata services included, is dialled only
    if that very address is granted with that port.
    """

    def __init__(
        self, network: tuple[str, ...], lookup: guard.Resolve, on_denied: Callable[[Denied], None] | None = None
    ) -> None:
        self._network = network
        self._named = {(target.host, target.port) for target in map(targets.parse, network)}
        self._lookup = lookup
        self._on_denied = on_denied
        self._looking = asyncio.Semaphore(_LOOKUPS)
        self._denied: deque[Denied] = deque(maxlen=_REMEMBERED)

    @property
    def denied(self) -> tuple[Denied, ...]:
        """The last hundred refusals, oldest first."""
        return tuple(self._denied)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses to dial for ``host`` and ``port``, in order, never empty. Raises EgressRefused, which is remembered, and OSError."""
        try:
            return await self._allowed(host, port)
        except EgressRefused as refused:
            denied = Denied(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", time.time(), str(refused))
            self._denied.append(denied)
            if self._on_denied is not None:
                self._on_denied(denied)
            raise

    async def _allowed(self, host: str, port: int) -> list[str]:
        name = host.lower().rstrip(".")
        if not targets.may_reach(self._network, name, port):
            raise EgressRefused("not in permissions.network")
        loop = asyncio.get_running_loop()
        async with self._looking:
            try:
                found = await asyncio.wait_for(self._lookup(loop, name, port), _LOOKUP_SECONDS)
            except (TimeoutError, UnicodeError, ValueError) as error:
                raise OSError(f"{name} could not be looked up") from error
        allowed = [address for address in found if self._dialled(address, port)]
        if not allowed:
            what = found[0] if found else "nothing"
            raise EgressRefused(
                f"the name leads to {what}, which is not public; permissions.network must have it with port {port}"
            )
        return allowed

    def _dialled(self, address: str, port: int) -> bool:
        parsed = ipaddress.ip_address(address.partition("%")[0])
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        if (str(plain), port) in self._named:
            return True
        return guard.public(address) and not guard.forbidden(address)
