"""Who runs now: each process says every second that it lives, and hears who else does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec

from switchgear.state.valkey.command import Command, Scripts, call
from switchgear.state.valkey.keys import Keys
from switchgear.state.valkey.servers import Servers

BEAT_SECONDS: Final = 1.0
GONE_SECONDS: Final = 5.0
_SCOPE: Final = "members"
_FACTS = msgspec.json.Decoder(dict[str, str])


class ValkeyMembers:
    """What is known of the others stays while the server is lost. ``least`` is how many there are in any case."""

    def __init__(self, servers: Servers, keys: Keys, scripts: Scripts, least: int = 1) -> None:
        self._servers = servers
        self._slot = keys.slot(_SCOPE)
        self._set, self._hash = keys.of(_SCOPE, "heard"), keys.of(_SCOPE, "facts")
        self._script = scripts.beat
        self._least = least
        self._node = ""
        self._mine: dict[str, str] = {}
        self._known: dict[str, Mapping[str, str]] = {}
        self._order: tuple[str, ...] = ()

    def join(self, node_id: str, facts: Mapping[str, str]) -> None:
        """Be one of them from now on."""
        self._node, self._mine = node_id, dict(facts)
        self._take_over({**self._known, node_id: self._mine})
        self.beat()

    def beat(self) -> None:
        """Say that this one lives; what is heard of the others is known as soon as the answer comes."""
        args = (self._node, msgspec.json.encode(self._mine), int(GONE_SECONDS * 1000))
        self._servers.send(call(self._script, self._slot, [self._set, self._hash], args, late=self._heard))

    def _heard(self, reply: list[bytes]) -> None:
        found: dict[str, Mapping[str, str]] = {}
        for node, facts in zip(reply[::2], reply[1::2], strict=False):
            try:
                found[node.decode()] = _FACTS.decode(facts)
            except msgspec.DecodeError:
                found[node.decode()] = {}
        if self._node:
            found[self._node] = self._mine
        self._take_over(found)

    def _take_over(self, known: dict[str, Mapping[str, str]]) -> None:
        self._known = known
        self._order = tuple(sorted(known))

    async def keep(self) -> None:
        """Beat until cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_SECONDS)

    def leave(self) -> None:
        """Be gone at once for all others."""
        if not self._node or not self._servers.up:
            return
        node, self._node = self._node, ""
        for key, command in ((self._set, "ZREM"), (self._hash, "HDEL")):
            self._servers.send(Command(self._slot, (command, key, node)))

    def nodes(self) -> tuple[str, ...]:
        """The ids of all live ones, sorted."""
        return self._order

    def facts(self, node_id: str) -> Mapping[str, str]:
        """What a node said of itself; empty when it is not known."""
        return self._known.get(node_id, {})

    @property
    def rank(self) -> int:
        """This one's place among ``nodes``, from 0."""
        return self._order.index(self._node) if self._node in self._order else 0

    @property
    def count(self) -> int:
        """How many there are."""
        return max(self._least, len(self._order), 1)
