"""Breakers of several processes stand alike: changes are told over channels, and kept for processes that start later.

What another process says is believed as far as it can do no harm: it is typed and bounded, names a deployment that is known here,
and is newer than what was known. Moments are this host's clock made to follow the others' (a hybrid logical clock; Kulkarni and
others, 2014), so that clocks that differ by seconds do no harm; what claims to come from further ahead is not believed.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, repeat
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from switchgear.core.health import BreakerChanged, BreakerState
from switchgear.routing.board import Board
from switchgear.routing.breaker import LONGEST_LIMIT
from switchgear.state.base import Blobs, Channels

CHANNEL: Final = "health"
PROBE_SECONDS: Final = 30.0
"""How long a probe of another process keeps others from probing; it may have died meanwhile."""

_log = logging.getLogger(__name__)
_KEY: Final = "health:"
_LONGEST_NOTICE: Final = 4096
_AHEAD: Final = 60.0
_LATE: Final = 60.0
"""A message that seems to be younger than this is new: clocks may differ by so much, and channels keep none for so long."""
_KEPT_SECONDS: Final = 900.0
"""How much longer than its pause an open breaker is kept for processes that start later."""
_WAITING: Final = 1024
_REMEMBERED: Final = 8192
_LOOKS: Final = (1.0, 5.0)
"""Seconds between looks after the start and after messages were lost."""
_LOOK_EVERY: Final = 60.0


class Notice(msgspec.Struct, frozen=True):
    """A change as it is sent: ``at`` is when it happened, in milliseconds since the epoch, by ``node``'s clock.

    It was sent ``since`` seconds after it happened, and ``wait`` are the seconds from then on: several times where it may have
    been lost, and whoever knows it passes over it.
    """

    deployment: Annotated[str, Meta(max_length=512)]
    state: BreakerState
    reason: Annotated[str, Meta(max_length=300)]
    wait: Annotated[float, Meta(ge=0, le=LONGEST_LIMIT)]
    limited: bool
    at: Annotated[int, Meta(ge=0, le=1 << 50)]
    node: Annotated[str, Meta(max_length=64)]
    since: Annotated[float, Meta(ge=0, le=LONGEST_LIMIT)] = 0.0


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Notice).decode


class SharedHealth:
    """Tells other processes what changes on the board, and changes the board as they tell.

    ``node_id`` is this process's name among all. ``wall`` gives seconds since the epoch. To be used from one event loop.
    """

    def __init__(
        self, board: Board, channels: Channels, blobs: Blobs, node_id: str, wall: Callable[[], float] = time.time
    ) -> None:
        self._board = board
        self._channels = channels
        self._blobs = blobs
        self._node = node_id
        self._wall = wall
        self._newest: dict[str, tuple[int, str]] = {}
        self._unread: asyncio.Queue[str] = asyncio.Queue(_WAITING)
        self._unsubscribe: Callable[[], None] | None = None
        self._gap = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen, and read what is known of the deployments that are on the board."""
        self._unsubscribe = self._channels.subscribe(CHANNEL, self.hear, self.catch_up)
        self._board.changed.append(self.tell)
        self._board.added.append(self._read_later)
        self._tasks = [
            asyncio.create_task(self._read(), name="shared health"),
            asyncio.create_task(self._look(), name="shared health looks"),
        ]

    async def close(self) -> None:
        """End."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._board.changed.remove(self.tell)
            self._board.added.remove(self._read_later)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def catch_up(self) -> None:
        """Messages may have been lost, so begin as at the start."""
        self._gap.set()

    def tell(self, change: BreakerChanged) -> None:
        """Tell the others of a change that happened here."""
        if change.here:
            at = max(change.at, self._newest.get(change.deployment, (0, ""))[0] + 1)
            self._remember(change.deployment, at, self._node)
            self._send(change, at, 0.0)

    def _send(self, change: BreakerChanged, at: int, since: float) -> None:
        wait = PROBE_SECONDS if change.after == "half_open" else min(change.wait, LONGEST_LIMIT)
        reason = change.reason[:300]
        body = _encode(Notice(change.deployment, change.after, reason, wait, change.limited, at, self._node, since))
        if len(body) > _LONGEST_NOTICE or len(change.deployment) > 512:
            return
        self._channels.publish(CHANNEL, body)
        # Also where it closed: a process that starts now must not take an older one for the truth.
        self._blobs.set(_KEY + change.deployment, body, wait + _KEPT_SECONDS)

    def _tell_again(self) -> None:
        """Tell what stands as it does by what was seen here; those who know it already change nothing."""
        now, wall = self._board.clock(), self._wall()
        for health in self._board:
            at, node = self._newest.get(health.id, (0, ""))
            if node == self._node and health.state != "closed":
                wait = max(0.0, health.breaker.retry_at - now)
                limited = health.breaker.limited_by_provider
                change = BreakerChanged(at, health.id, health.state, health.state, health.reason, wait, limited)
                self._send(change, at, min(max(0.0, wall - at / 1000), LONGEST_LIMIT))

    def hear(self, message: bytes) -> None:
        """Take what another process told; what cannot be is passed over."""
        notice = self._believed(message)
        if notice is not None:
            passed = self._passed(notice)
            self._take(notice, passed if passed > _LATE else 0.0)

    def _believed(self, message: bytes) -> Notice | None:
        if len(message) > _LONGEST_NOTICE:
            return None
        try:
            notice = _decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.debug("A message on the channel %s is none", CHANNEL)
            return None
        if notice.node == self._node or self._board.find(notice.deployment) is None:
            return None
        newest = self._newest.get(notice.deployment, (0, ""))
        if (notice.at, notice.node) <= newest or self._wall() - notice.at / 1000 < -_AHEAD:
            return None
        return notice

    def _take(self, notice: Notice, passed: float) -> None:
        """Stand as was told ``passed`` seconds ago."""
        self._remember(notice.deployment, notice.at, notice.node)
        state, wait = notice.state, max(0.0, notice.wait - passed)
        if not notice.limited:
            wait = min(wait, max(self._board.rules.longest_pause, PROBE_SECONDS))
        reason = "".join(each if each.isprintable() else "\ufffd" for each in notice.reason)
        change = BreakerChanged(
            notice.at, notice.deployment, "closed", state, reason, wait, limited=notice.limited, here=False
        )
        self._board.take(change)

    def _passed(self, notice: Notice) -> float:
        """Seconds since it was sent, by this host's clock; negative where that is behind."""
        return self._wall() - notice.at / 1000 - notice.since

    def _remember(self, deployment: str, at: int, node: str) -> None:
        if len(self._newest) > _REMEMBERED:
            self._newest = {name: each for name, each in self._newest.items() if self._board.find(name) is not None}
        self._newest[deployment] = (at, node)

    # ------------------------------------------------------------ what was told before

    async def _look(self) -> None:
        """Look at once, soon, and every so often, and again when messages may have been lost.

        Soon, because then the one or the other connection may not stand yet.
        """
        while True:
            self._gap.clear()
            for after in chain(_LOOKS, repeat(_LOOK_EVERY)):
                self._tell_again()
                self._read_all()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._gap.wait(), after)
                    break

    def _read_all(self) -> None:
        for health in self._board:
            if health.noted:
                self._read_later(health.id)

    def _read_later(self, deployment_id: str) -> None:
        if not self._unread.full():  # it will hear of the next change
            self._unread.put_nowait(deployment_id)

    async def _read(self) -> None:
        while True:
            deployment_id = await self._unread.get()
            found = self._blobs.get(_KEY + deployment_id)
            body = await found if inspect.isawaitable(found) else found
            notice = self._believed(body) if body is not None else None
            if notice is not None and notice.deployment == deployment_id:
                self._take_kept(notice)

    def _take_kept(self, notice: Notice) -> None:
        """Stand as was told some time ago: nothing of what is over by now."""
        passed = max(0.0, self._passed(notice))
        if notice.state == "closed" or (
            notice.state == "recovering" and passed + notice.since >= self._board.rules.recovery
        ):
            self._remember(notice.deployment, notice.at, notice.node)
        else:
            self._take(notice, passed)
