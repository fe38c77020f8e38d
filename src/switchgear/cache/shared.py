"""Answers that processes share: kept as blobs, one process asking for all, fronts told what to forget.

One channel carries it all. ``drop``: what was kept under a name was written anew. ``purge``: a purge. ``wanted``: somebody waits for
the answer that another process has the lock for; ``made``, ``unmade`` and ``failed`` tell what became of it, and are sent to whom it
concerns alone: when nobody waits, nothing is sent. ``meant``: a question whose answer is kept. A message that is lost costs a wait, and never more than the bound on that.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from hashlib import blake2b
from inspect import isawaitable
from typing import Final, Literal, Protocol

import msgspec

from switchgear.cache.kept import Kept, unpacked
from switchgear.cache.key import SIZE
from switchgear.cache.marks import Purge, Purges
from switchgear.config.cache import CacheSettings
from switchgear.state.base import State

_log = logging.getLogger(__name__)
_CHANNEL: Final = "cache"
_PREFIX: Final = "cache:"
_MARKS: Final = "cache-purges"
_MARKS_SECONDS: Final = 10 * 86_400.0
_LOOK_SECONDS: Final = 1.0
"""How often who waits looks for itself, and who leads says that it does still."""
_LEASE_SECONDS: Final = 3.0
"""How long a lead is somebody's who says so no more, because its process is gone."""
_FIRST_PAUSE_SECONDS: Final = 0.01
_LARGEST_TOLD: Final = 64 * 1024
"""Bytes of an answer that goes along with the news of it; who waits fetches a larger one."""


class _Message(msgspec.Struct, array_like=True):
    what: Literal["drop", "purge", "meant", "wanted", "made", "unmade", "failed"]
    name: bytes = b""
    data: bytes = b""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode
Became = Literal["made", "unmade", "failed", "late"]


class Front(Protocol):
    """The answers in this process's memory."""

    settings: CacheSettings
    clock: Callable[[], float]

    def find(self, name: bytes, now: float) -> Kept | None:
        """The one of that name."""
        ...

    def forget(self, name: bytes) -> None:
        """Drop one."""
        ...

    def forget_all(self) -> None:
        """Drop them all."""
        ...

    def purged(self, purge: Purge) -> int:
        """Drop those that a purge means."""
        ...

    def purges_read(self, data: bytes) -> None:
        """Drop those that earlier purges mean."""
        ...


class SharedAnswers:
    """What this process, with ``front`` in its memory, shares with others over ``state``."""

    def __init__(self, front: Front, state: State) -> None:
        self._front = front
        self._state = state
        self._token = secrets.token_hex(8)
        self._waiting: dict[bytes, list[asyncio.Future[tuple[Became, bytes]]]] = {}
        self._leading: dict[bytes, bool] = {}
        """Places that this process has the lock for, and whether another one waits for them."""
        self._holding: asyncio.Task[None] | None = None
        self._ready = False
        self._reading: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self.on_question: Callable[[bytes], None] | None = None
        """Is told of questions whose answers other processes keep."""

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Listen, and read which purges there were. Until they are known, no answer of others is given."""
        self._unsubscribe = self._state.channels.subscribe(_CHANNEL, self._hear, self._missed)
        self._missed()

    async def close(self) -> None:
        """Listen no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._holding is not None:
            self._holding.cancel()
            await asyncio.gather(self._holding, return_exceptions=True)
        for name in list(self._leading):
            self.release(name)

    def _missed(self) -> None:
        """Messages may have been missed: what others wrote anew is not known, so nothing is."""
        self._ready = False
        self._front.forget_all()
        if self._reading is not None:
            self._reading.cancel()
        self._reading = asyncio.create_task(self._read_purges(), name="cache purges")

    async def _read_purges(self) -> None:
        """Read them as soon as there is somebody to ask; of a state that is lost, ``_missed`` tells when it is back."""
        pause = _FIRST_PAUSE_SECONDS
        while not isawaitable(found := self._state.blobs.get(_MARKS)):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LOOK_SECONDS)
        data = await found
        if data:
            self._front.purges_read(data)
        self._ready = self._state.health.state == "ok"

    # ------------------------------------------------------------ answers

    async def get(self, name: bytes, tenant: str) -> Kept | None:
        """What others keep under that name."""
        if not self._ready:
            return None
        found = self._state.blobs.get(_key(name, tenant))
        data = await found if isawaitable(found) else found
        return unpacked(data) if data else None

    def set(self, name: bytes, kept: Kept) -> None:
        """Let others have it, and forget what they had under that name."""
        now = self._front.clock()
        self._state.blobs.set(_key(name, kept.tenant), kept.packed(), kept.made + kept.ttl + kept.grace - now)

    def rewritten(self, name: bytes) -> None:
        """Tell others that what they have under that name is not the newest."""
        self._tell("drop", name, self._token.encode())

    def tell_question(self, question: bytes) -> None:
        """Tell others of a question whose answer is kept."""
        self._tell("meant", self._token.encode(), question)

    async def purge(self, purge: Purge, purges: Purges) -> None:
        """Purge in every process, and in those that are yet to come."""
        self._tell("purge", data=msgspec.msgpack.encode(purge))
        self._state.blobs.set(_MARKS, purges.packed(), _MARKS_SECONDS)
        if not purge.model:
            cleared = self._state.blobs.clear(_prefix(purge.tenant) if purge.tenant else _PREFIX)
            if isawaitable(cleared):
                await cleared

    # ------------------------------------------------------------ one process asks for all

    async def lead(self, place: bytes) -> bool:
        """Whether this process is the one to ask for an answer, from now until ``release``. It is told so, too, when nobody can say."""
        if not self._ready:
            return True
        if await self._take(place) or self._state.health.state != "ok":
            self._leading.setdefault(place, False)
            if self._holding is None or self._holding.done():
                self._holding = asyncio.create_task(self._hold(), name="leads of the cache")
            return True
        return False

    async def _take(self, place: bytes) -> bool:
        taken = self._state.locks.try_acquire(_lock(place), self._token, _LEASE_SECONDS)
        return await taken if isawaitable(taken) else taken

    async def _hold(self) -> None:
        """Keep every lead that this process has."""
        while self._leading:
            await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.gather(*(self._keep(place) for place in self._leading))

    async def _keep(self, place: bytes) -> None:
        if place in self._leading:  # not given back since the others were begun
            await self._take(place)
            if place not in self._leading:  # given back meanwhile, and perhaps taken again after that
                self._state.locks.release(_lock(place), self._token)

    def release(self, place: bytes, became: Became = "failed", kept: Kept | None = None) -> None:
        """Say what became of an answer that this process was to ask for. Without effect for another one."""
        wanted = self._leading.pop(place, None)
        if wanted is None:
            return
        self._state.locks.release(_lock(place), self._token)
        if wanted:
            self._tell(became, place, _short(kept))

    async def wait(
        self, place: bytes, name: bytes, tenant: str, takes: Callable[[Kept], bool]
    ) -> tuple[Became, Kept | None]:
        """What becomes of an answer that another process asks for; ``late`` when that takes too long.

        It has ``failed``, too, when that process is gone: then this one leads.
        ``place`` is what that process leads, ``name`` the answer's; ``takes`` says whether one will do.
        """
        future: asyncio.Future[tuple[Became, bytes]] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(place, []).append(future)
        self._tell("wanted", place)
        left = self._front.settings.wait
        try:
            while left > 0:
                done, _ = await asyncio.wait([future], timeout=min(left, _LOOK_SECONDS))
                left -= _LOOK_SECONDS
                if done:
                    became, data = future.result()
                    kept = unpacked(data) if data else await self.get(name, tenant)
                    return became, kept if kept is not None and takes(kept) else None
                kept = await self.get(name, tenant)
                if kept is not None and takes(kept):
                    return "made", kept
                if not self._ready:
                    break
                if left > 0 and await self.lead(place):
                    return "failed", None
                self._tell("wanted", place)  # who leads now may be another one
            return "late", None
        finally:
            waiting = self._waiting[place]
            waiting.remove(future)
            if not waiting:
                del self._waiting[place]

    # ------------------------------------------------------------ messages

    def _tell(self, what: str, name: bytes = b"", data: bytes = b"") -> None:
        self._state.channels.publish(_CHANNEL, _encode((what, name, data)))

    def _hear(self, message: bytes) -> None:
        try:
            heard = _decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.debug("A message of the cache cannot be read")
            return
        name = heard.name
        if heard.what == "wanted":
            self._want(name)
        elif heard.what == "drop":
            if heard.data != self._token.encode():
                self._front.forget(name)
        elif heard.what == "meant":
            if self.on_question is not None and name != self._token.encode():
                self.on_question(heard.data)
        elif heard.what == "purge":
            self._front.purged(msgspec.msgpack.decode(heard.data, type=Purge))
        else:
            for future in self._waiting.get(name, ()):
                if not future.done():
                    future.set_result((heard.what, heard.data))

    def _want(self, name: bytes) -> None:
        if name in self._leading:
            self._leading[name] = True
            return
        kept = self._front.find(name[:SIZE], self._front.clock())
        if kept is not None and name not in self._waiting and kept.fresh(self._front.clock()):
            self._tell("made", name, _short(kept))  # it was asked for while the answer came


def _key(name: bytes, tenant: str) -> str:
    return f"{_prefix(tenant)}{name.hex()}"


def _prefix(tenant: str) -> str:
    """Keys of one tenant begin alike, so that they can be cleared together."""
    return f"{_PREFIX}{blake2b(tenant.encode(), digest_size=8).hexdigest()}:"


def _lock(name: bytes) -> str:
    return f"cache:{name.hex()}"


def _short(kept: Kept | None) -> bytes:
    data = kept.packed() if kept is not None else b""
    return data if len(data) <= _LARGEST_TOLD else b""
