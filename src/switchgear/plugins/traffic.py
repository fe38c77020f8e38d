"""The frames that plugins exchange with the gateway, for whoever looks: the last of them, and those to come.

Nothing is looked at unless somebody watches that plugin, and a while after: frames hold what users said. Secrets are hidden by their value
and by the names of the fields they are in.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

import msgspec

from switchgear.core.structs import Frozen
from switchgear.plugins.following import Follower, Ring
from switchgear.plugins.mcp.channel import Channel, Outgoing, Receiver
from switchgear.plugins.mcp.frames import InvalidFrame, read, read_batch

MOST: Final = 500
HEAVIEST: Final = 4 << 20
LONGEST: Final = 64 * 1024
"""Bytes of a frame that are kept."""
LINGER: Final = 60.0
"""Seconds that a plugin is watched on after the last one left, so that who comes back sees what happened meanwhile."""
HIDDEN: Final = "***"
_SHORTEST: Final = 4
"""Characters of a secret that is looked for by its value: a shorter one is everywhere."""
_MOST_OPEN: Final = 1000
_SECRET: Final = re.compile(
    r"(?:pass(?:word|wd|phrase)|secret|(?<!progress)(?<!progress_)token$|authorization|api[_-]?key|credential|cookie)",
    re.IGNORECASE,
)

Direction = Literal["sent", "received"]
Kind = Literal["request", "answer", "error", "notification", "noise"]


class Seen(Frozen, frozen=True):
    """A frame. ``sent`` is towards the plugin. ``at`` is seconds since 1970; ``ms`` how long an answer took, None where that is not known.

    ``method`` of an answer is that of its request. ``id`` is JSON, empty where there is none. ``bytes`` is the frame's size on the wire,
    ``frame`` what is shown of it: JSON without secrets, cut at ``LONGEST`` (then no JSON any more).
    """

    at: float
    plugin: str
    direction: Direction
    kind: Kind
    method: str
    id: str
    ms: float | None
    bytes: int
    frame: str


class Traffic:
    """What was seen, by plugin. ``secrets`` gives the values that a plugin was told and nobody is shown. Of one event loop."""

    def __init__(
        self,
        secrets: Callable[[str], Iterable[str]] = lambda _: (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._rings: dict[str, Ring[Seen]] = {}
        self._until: dict[str, float] = {}

    def tap(self, plugin: str, channel: Channel) -> Channel:
        """The channel of a new process of a plugin, with an ear in it."""
        return _Tap(self, plugin, channel)

    def watched(self, plugin: str) -> bool:
        """Whether frames of a plugin are looked at now."""
        ring = self._rings.get(plugin)
        if ring is None:
            return False
        if ring.followed or self._clock() < self._until.get(plugin, 0.0):
            return True
        self._rings.pop(plugin)
        self._until.pop(plugin, None)
        return False

    @property
    def quiet(self) -> bool:
        """Whether nobody watches any plugin."""
        return not self._rings

    def last(self, plugin: str) -> list[Seen]:
        """What was seen, oldest first."""
        ring = self._rings.get(plugin)
        return ring.last() if ring is not None and self.watched(plugin) else []

    @contextmanager
    def watch(self, plugin: str) -> Iterator[Follower[Seen]]:
        """The frames of a plugin from now on, whether it runs or not."""
        ring = self._rings.setdefault(plugin, Ring(MOST, HEAVIEST, lambda seen: len(seen.frame) + 200))
        try:
            with ring.follow() as follower:
                yield follower
        finally:
            self._until[plugin] = self._clock() + LINGER

    def end(self) -> None:
        """Let nobody watch any longer: the gateway ends."""
        for ring in self._rings.values():
            ring.end()

    def saw(self, seen: Seen) -> None:
        """Keep a frame."""
        if (ring := self._rings.get(seen.plugin)) is not None:
            ring.add(seen)

    def shown(self, plugin: str, data: bytes) -> str:
        """What is shown of a frame."""
        return redacted(data, tuple(self._secrets(plugin)))


class _Tap:
    """A channel and its receiver, each in front of the real one."""

    __slots__ = ("_channel", "_open", "_plugin", "_receiver", "_traffic")

    def __init__(self, traffic: Traffic, plugin: str, channel: Channel) -> None:
        self._traffic = traffic
        self._plugin = plugin
        self._channel = channel
        self._receiver: Receiver | None = None
        self._open: dict[str, tuple[str, float]] = {}

    # ------------------------------------------------------------ Channel

    @property
    def under_pressure(self) -> bool:
        return self._channel.under_pressure

    def start(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._channel.start(self)

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        if not self._traffic.quiet:
            self._see("sent", frame)
        self._channel.send(frame, call)

    def give_up(self, call: Outgoing, frame: bytes) -> None:
        if not self._traffic.quiet:
            self._see("sent", frame)
        self._channel.give_up(call, frame)

    def agreed(self, revision: str) -> None:
        self._channel.agreed(revision)

    def last_words(self) -> tuple[str, ...]:
        return self._channel.last_words()

    async def drain(self) -> None:
        await self._channel.drain()

    async def close(self, grace_seconds: float) -> None:
        await self._channel.close(grace_seconds)

    # ------------------------------------------------------------ Receiver

    def frame(self, data: bytes, call: int | None = None) -> int:
        if not self._traffic.quiet:
            self._see("received", data)
        return self._receiver.frame(data, call) if self._receiver is not None else 0

    def waits(self, call: int) -> bool:
        return self._receiver is not None and self._receiver.waits(call)

    def failed(self, call: int | None, error: Any) -> None:
        if self._receiver is not None:
            self._receiver.failed(call, error)

    def renewed(self) -> None:
        if self._receiver is not None:
            self._receiver.renewed()

    def closed(self, reason: str) -> None:
        self._open.clear()
        if self._receiver is not None:
            self._receiver.closed(reason)

    # ------------------------------------------------------------ what is seen

    def _see(self, direction: Direction, data: bytes) -> None:
        if not self._traffic.watched(self._plugin):
            self._open.clear()
            return
        for each in self._parts(data):
            self._see_one(direction, each)

    @staticmethod
    def _parts(data: bytes) -> list[bytes]:
        try:
            batch = read_batch(data)
        except InvalidFrame:
            batch = []
        return [bytes(each) for each in batch] or [data]

    def _see_one(self, direction: Direction, data: bytes) -> None:
        kind, method, number, ms = self._told(direction, data)
        self._traffic.saw(
            Seen(
                time.time(),
                self._plugin,
                direction,
                kind,
                method,
                number,
                ms,
                len(data),
                self._traffic.shown(self._plugin, data),
            )
        )

    def _told(self, direction: Direction, data: bytes) -> tuple[Kind, str, str, float | None]:
        """What kind of frame it is, its method and id, and how long it took."""
        try:
            frame = read(data)
        except InvalidFrame:
            return "noise", "", "", None
        number = "" if frame.id is msgspec.UNSET else msgspec.json.encode(frame.id).decode()
        if frame.method:
            if not number:
                return "notification", frame.method, "", None
            if len(self._open) < _MOST_OPEN:
                self._open[direction + number] = (frame.method, time.monotonic())
            return "request", frame.method, number, None
        asked = "sent" if direction == "received" else "received"
        method, began = self._open.pop(asked + number, ("", 0.0))
        ms = (time.monotonic() - began) * 1000 if method else None
        return ("error" if frame.error else "answer"), method, number, ms


def redacted(data: bytes, secrets: tuple[str, ...]) -> str:
    """A frame as it may be shown: one line, the values of secrets hidden, and of fields that are named like one."""
    try:
        text = msgspec.json.encode(_hidden(msgspec.json.decode(data))).decode()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        text = data.decode("utf-8", "replace").strip()
    text = without(text, secrets)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def without(text: str, secrets: Iterable[str]) -> str:
    """A text without the values of secrets, as they are and as JSON writes them."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = text.replace(msgspec.json.encode(secret).decode()[1:-1], HIDDEN).replace(secret, HIDDEN)
    return text


def _hidden(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _hidden(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, name) for each in value]
    if isinstance(value, str) and value and name and _SECRET.search(name):
        return HIDDEN
    return value
