"""Messages to all processes, over Valkey's publish and subscribe.

Listening has a connection of its own. It is asked for a sign of life every second, because a channel on which nothing is
heard looks like one that is lost; when it was, everybody is told that there is a gap.
In a cluster every node hears what is published on any of them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final

from redis.asyncio.connection import Connection

from switchgear.state.memory import Subscriptions
from switchgear.state.valkey.command import ANY, Command
from switchgear.state.valkey.failures import NONSENSE, Lost, lost
from switchgear.state.valkey.link import FAILURES, Access, connected, hang_up
from switchgear.state.valkey.servers import Servers

_BEAT: Final = 1.0
_SILENT: Final = 3
"""Beats without a sign of life."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0


class ValkeyChannels:
    """``servers`` publish and tell where to listen."""

    def __init__(self, servers: Servers, access: Access, prefix: str) -> None:
        self._servers = servers
        self._access = access
        self._prefix = f"{prefix}:channel:"
        self._subscriptions = Subscriptions()
        self._connection: Connection | None = None
        self._wanted: set[str] = set()
        self._changed = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    def publish(self, channel: str, message: bytes) -> None:
        """Tell everybody who listens now; this process alone while the server is lost."""
        loop = asyncio.get_running_loop()

        def alone() -> None:
            loop.call_soon(self._subscriptions.deliver, channel, message)

        self._servers.send(Command(ANY, ("PUBLISH", self._prefix + channel, message), lost=alone))

    def subscribe(
        self, channel: str, handler: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call ``handler`` with each message from now on; returns what ends that."""
        remove = self._subscriptions.add(channel, handler, on_gap)
        self._changed.set()

        def unsubscribe() -> None:
            if remove():
                self._changed.set()

        return unsubscribe

    def start(self) -> None:
        """Listen from now on."""
        self._listening = asyncio.create_task(self._keep_listening(), name="valkey channels")

    async def close(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _keep_listening(self) -> None:
        """Connect, listen until the connection breaks, and again; without listeners there is no connection."""
        pause, gap, turn = _FIRST_PAUSE, False, 0
        loop = asyncio.get_running_loop()
        while True:
            if not self._subscriptions.channels:
                gap = False
                self._changed.clear()
                await self._changed.wait()
            began = loop.time()
            nodes = self._servers.nodes
            try:
                await self._listen(nodes[turn % len(nodes)], gap=gap)
            except Lost:
                gap = True
            turn += 1
            if loop.time() - began > 10 * _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _listen(self, node: tuple[str, int], *, gap: bool) -> None:
        """Hear messages until the connection breaks. Raises Lost."""
        connection = await connected(node, self._access)
        asking = asyncio.create_task(self._ask(connection), name="valkey subscriptions")
        try:
            await self._hear(connection, gap=gap)
        except (*FAILURES, *NONSENSE) as error:
            raise lost(error) from error
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await hang_up(connection)

    async def _ask(self, connection: Connection) -> None:
        """Keep the server's list of channels as ours is, and have it answer every second."""
        asked: set[str] = set()
        while True:
            self._changed.clear()
            wanted = {self._prefix + channel for channel in self._subscriptions.channels}
            for command, channels in (("SUBSCRIBE", wanted - asked), ("UNSUBSCRIBE", asked - wanted)):
                if channels:
                    await connection.send_command(command, *channels, check_health=False)
            asked = wanted
            await connection.send_command("PING", check_health=False)
            try:
                async with asyncio.timeout(_BEAT):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _hear(self, connection: Connection, *, gap: bool) -> None:
        silent = 0
        while True:
            reply = await connection.read_response(disable_decoding=True, timeout=_BEAT)
            if reply is None:
                silent += 1
                if silent >= _SILENT:
                    raise Lost("it does not answer")
                continue
            silent = 0
            if gap and reply[0] == b"subscribe":
                gap = False
                self._subscriptions.gap()
            elif reply[0] == b"message":
                self._subscriptions.deliver(reply[1].decode().removeprefix(self._prefix), reply[2])
