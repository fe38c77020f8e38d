"""Blobs and locks in Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Final

from switchgear.state.valkey.command import ANY, Command, Scripts, call
from switchgear.state.valkey.failures import Lost
from switchgear.state.valkey.keys import Keys
from switchgear.state.valkey.servers import Servers, slot_of

_MOST_WAITING: Final = 32 * 1024 * 1024
"""Bytes that may wait to be sent; what comes on top is not kept."""
_PAGE: Final = 1000


class ValkeyBlobs:
    """Bytes by key. They go over connections of their own, so that no limit waits behind a large one."""

    def __init__(self, servers: Servers, prefix: str, max_value: int = 8 * 1024 * 1024) -> None:
        self._servers = servers
        self._prefix = f"{prefix}:blob:"
        self._max_value = max_value

    def get(self, key: str) -> Awaitable[bytes | None] | None:
        """What is kept under ``key``, or None."""
        self._servers.start()
        return self._get(key) if self._servers.up else None

    async def _get(self, key: str) -> bytes | None:
        name = self._prefix + key
        try:
            found: bytes | None = await self._servers.ask(self._slot(name), "GET", name)
        except Lost:
            return None
        return found

    def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep ``value`` for ``ttl_s`` seconds, unless it is too large or too much waits already."""
        self._servers.start()
        name = self._prefix + key
        slot = self._slot(name)
        link = self._servers.link(slot)
        if link is None or len(value) > self._max_value or link.waiting_bytes + len(value) > _MOST_WAITING:
            return
        if ttl_s > 0:
            self._servers.send(Command(slot, ("SET", name, value, "PX", max(1, int(ttl_s * 1000)))))

    async def delete(self, keys: Sequence[str]) -> int:
        """Forget ``keys``; how many there were."""
        self._servers.start()
        names = [self._prefix + key for key in keys]
        return await self._unlink(names)

    async def _unlink(self, names: Sequence[str]) -> int:
        asked = [self._servers.ask(self._slot(name), "UNLINK", name) for name in names]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return sum(one for one in answers if isinstance(one, int))

    async def clear(self, prefix: str) -> int:
        """Forget every key that begins with ``prefix``; how many there were."""
        self._servers.start()
        pattern = "".join(f"\\{one}" if one in "*?[]\\^" else one for one in self._prefix + prefix) + "*"
        gone = 0
        for link in self._servers.links:
            cursor = b"0"
            while True:
                future = asyncio.get_running_loop().create_future()
                link.send(Command(ANY, ("SCAN", cursor, "MATCH", pattern, "COUNT", _PAGE), future=future))
                try:
                    cursor, names = await future
                except Lost:
                    return gone
                gone += await self._unlink([name.decode("utf-8", "surrogatepass") for name in names])
                if cursor == b"0":
                    break
        return gone

    def _slot(self, name: str) -> int:
        if not self._servers.cluster:
            return 0
        start = name.find("{")
        end = name.find("}", start + 1)
        return slot_of(name[start + 1 : end] if 0 <= start < end - 1 else name)


class ValkeyLocks:
    """Locks that lapse."""

    def __init__(self, servers: Servers, keys: Keys, scripts: Scripts) -> None:
        self._servers = servers
        self._keys = keys
        self._acquire = scripts.acquire
        self._release = scripts.release

    async def try_acquire(self, name: str, token: str, ttl_s: float) -> bool:
        """Take the lock, or keep it where ``token`` holds it already; nobody gets one while the server is lost."""
        future = asyncio.get_running_loop().create_future()
        args = (token, max(1, int(ttl_s * 1000)))
        scope = f"lock:{name}"
        self._servers.send(call(self._acquire, self._keys.slot(scope), [self._keys.of(scope, "")], args, future=future))
        try:
            return bool(await future)
        except Lost:
            return False

    def release(self, name: str, token: str) -> None:
        """Give the lock back, if ``token`` holds it."""
        scope = f"lock:{name}"
        self._servers.send(call(self._release, self._keys.slot(scope), [self._keys.of(scope, "")], (token,)))
