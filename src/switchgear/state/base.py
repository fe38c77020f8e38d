"""The shared state as everybody sees it: counters, channels, blobs, locks and members behind one URL.

There are two engines of one behaviour. In process everything answers at once; on Valkey what has to be asked answers
with an awaitable. Callers write ``found = counters.take(...)`` and await it where it is not a Verdict yet, so that one
process alone never pays for a wait it does not have.

What is kept here may be lost: the store is the truth. Nothing raises a driver's error, and nothing waits without an end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

Kind = Literal["window", "lease", "period"]
OnLoss = Literal["local", "refuse"]

BUCKETS = 60
"""Buckets of a window. One more is counted, so that a whole span always lies within those counted."""


class Check(msgspec.Struct, frozen=True):
    """One limit that a call has to pass, and what it takes of it.

    ``scope`` groups counters: all of one scope lie in one slot of a cluster ("key:k_1"). ``name`` is the counter's in
    its scope ("rpm", "tpm:fast", "usd:2026-11"). By ``kind`` ``amount`` is taken:

    - ``window``: for ``span_ms``; in any span of that length no more than ``limit`` is let through.
    - ``lease``: one slot for as long as the call goes on; ``span_ms`` is how long it outlives a process that dies.
      ``amount`` is 1, or 0 to look without taking.
    - ``period``: until ``span_ms``, which is the end of the period in ms since 1970. What a process that died had not
      settled is given back a quarter of a minute later.
    """

    scope: str
    name: str
    kind: Kind
    limit: int
    amount: int
    span_ms: int


class Standing(msgspec.Struct, frozen=True):
    """Where a counter stands after a take: ``used`` with what was taken by it.

    ``reset_ms`` is the time until there is room for the amount where it was refused, else until all is free again. It
    is 0 for leases, which come back whenever a call ends. ``seeded`` is False for a period that nobody seeded (``seed``);
    ``held`` is what calls that are not settled took of a period: part of ``used``, and they may give it back.
    """

    used: int
    reset_ms: int
    seeded: bool = True
    held: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """The answer to a take: everything was taken, or nothing.

    ``refused`` is the index of the first check that said no, -1 where none did; ``standings`` are in the order of the
    checks; ``retry_after_ms`` is when all that refused will have room, as far as is known. ``at_ms`` is the counters'
    own time of the take, in ms since 1970: what ``Change.at_ms`` asks for.
    """

    allowed: bool
    refused: int
    standings: tuple[Standing, ...]
    retry_after_ms: int
    at_ms: int = 0


class Change(msgspec.Struct, frozen=True):
    """A correction of a counter after the call: ``delta`` is what it used less what was taken for it.

    ``at_ms`` is the take's (``Verdict.at_ms``) and ``span_ms`` the check's. In a window the correction goes to the
    bucket of the take. Where that one is over already, less is forgotten and more counts from now on. A lease is given
    back by a ``delta`` of -1, and what is held of a period by any, 0 among them.
    """

    scope: str
    name: str
    kind: Kind
    delta: int
    at_ms: int
    span_ms: int


class Counters(Protocol):
    """Counters that all processes share. No counter may stand twice among the checks of one take."""

    def take(self, token: str, checks: Sequence[Check], now_ms: int) -> Verdict | Awaitable[Verdict]:
        """Take of every counter, or of none where one has no room.

        ``token`` names the call, in all processes; ``now_ms`` is ms since 1970, which an engine with a clock of its own
        does not look at. One round trip. Raises StateUnavailable where a lost state means that nothing is let through.
        """
        ...

    def settle(self, token: str, changes: Sequence[Change]) -> None:
        """Correct what ``token`` took. Returns at once and is done in the background, in order after the take.

        Once for each take, without changes too where there are none: a call that was not settled counts as open.
        """
        ...

    def renew(self, token: str, checks: Sequence[Check]) -> None:
        """Let the leases among ``checks`` live for their span from now.

        There is no need to: leases that this process holds are renewed until they are settled.
        """
        ...

    def seed(self, scope: str, name: str, amount: int, until_ms: int) -> None:
        """Tell a period counter what was used before it was made. Only the first to tell counts; what was taken stays."""
        ...


class Channels(Protocol):
    """Messages to all processes, this one included. What is published while the state is lost reaches this one alone."""

    def publish(self, channel: str, message: bytes) -> None:
        """Tell everybody who listens now. Returns at once."""
        ...

    def subscribe(
        self, channel: str, handler: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call ``handler`` with each message from now on, never from within ``publish``; returns what ends that.

        ``on_gap`` is called when messages may have been missed, after the connection was lost and found again: whoever
        keeps something by what it hears should forget or read it anew. Errors of both are logged.
        """
        ...


class Blobs(Protocol):
    """Bytes by key for a time. Any may be gone at any moment, and all are while the state is lost."""

    def get(self, key: str) -> bytes | Awaitable[bytes | None] | None:
        """What is kept under ``key``, or None."""
        ...

    def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep ``value`` for ``ttl_s`` seconds. Returns at once; a value that is too large is not kept."""
        ...

    def delete(self, keys: Sequence[str]) -> int | Awaitable[int]:
        """Forget ``keys``; how many there were."""
        ...

    def clear(self, prefix: str) -> int | Awaitable[int]:
        """Forget every key that begins with ``prefix``; how many there were."""
        ...


class Locks(Protocol):
    """Locks that lapse. Nobody gets one while the state is lost."""

    def try_acquire(self, name: str, token: str, ttl_s: float) -> bool | Awaitable[bool]:
        """Take the lock for ``ttl_s`` seconds, or keep it for so long from now where ``token`` holds it already."""
        ...

    def release(self, name: str, token: str) -> None:
        """Give the lock back, if ``token`` holds it. Returns at once."""
        ...


class Members(Protocol):
    """The processes that run now, as this one sees them: it looks every second, and one unheard for 5 s is gone."""

    def join(self, node_id: str, facts: Mapping[str, str]) -> None:
        """Be one of them from now until the state is closed. ``facts`` are shown to others ("host", "pid", …)."""
        ...

    def nodes(self) -> tuple[str, ...]:
        """The ids of all live ones, sorted."""
        ...

    def facts(self, node_id: str) -> Mapping[str, str]:
        """What a node said of itself; empty when it is not known."""
        ...

    @property
    def rank(self) -> int:
        """This one's place among ``nodes``, from 0."""
        ...

    @property
    def count(self) -> int:
        """How many there are, at least 1."""
        ...


class StateHealth(msgspec.Struct, frozen=True):
    """``state`` is degraded while a shared state cannot be reached. ``since`` is seconds since 1970."""

    state: Literal["ok", "degraded"]
    reason: str
    since: float


class StateLost(msgspec.Struct, frozen=True):
    """Event: the shared state stopped answering. Limits hold in this process alone from now on, or calls are refused."""

    reason: str
    at: float
    on_loss: OnLoss


class StateRecovered(msgspec.Struct, frozen=True):
    """Event: the shared state answers again, after ``seconds``.

    It may be empty: a period that it forgot has what open calls took, and is not seeded (``Standing.seeded``).
    """

    at: float
    seconds: float


class State(Protocol):
    """The shared state, made by ``switchgear.state.state.open_state``.

    ``shared`` tells whether other processes see it.
    """

    @property
    def shared(self) -> bool:
        """Whether other processes see it."""
        ...

    @property
    def counters(self) -> Counters:
        """Limits."""
        ...

    @property
    def channels(self) -> Channels:
        """Messages."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Bytes for a time."""
        ...

    @property
    def locks(self) -> Locks:
        """Locks."""
        ...

    @property
    def members(self) -> Members:
        """The processes that run now."""
        ...

    @property
    def health(self) -> StateHealth:
        """Whether it answers."""
        ...

    def start(self) -> None:
        """Begin what runs beside the calls: renewing leases, heartbeats, looking for a lost server."""
        ...

    async def close(self) -> None:
        """Leave, give back what is held, and disconnect. Ends within seconds, also when nothing answers."""
        ...
