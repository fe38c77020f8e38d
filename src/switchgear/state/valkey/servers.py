"""The Valkey server, or the nodes of a cluster, as one: kept connected, with each command sent to where its slot is.

All nodes are up, or the whole is lost: half a cluster would make of every limit a riddle. A lost one is looked for in the
background, at once and then at growing intervals; nobody else ever tries to connect, so a server that refuses costs
nothing to those who would call it.
"""

from __future__ import annotations

import asyncio
import random
from binascii import crc_hqx
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from redis import exceptions

from switchgear.state.valkey.command import ANY, Argument, Command, Script, encoded
from switchgear.state.valkey.failures import NONSENSE, Lost, Misconfigured, lost
from switchgear.state.valkey.link import FAILURES, Access, Link, connected

SLOTS: Final = 16384
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0
_STEADY: Final = 10.0
"""Seconds it has to hold before the next loss counts as a first one."""
_TRIES: Final = 5

Node = tuple[str, int]


def slot_of(tag: str) -> int:
    """The slot of every key with the hash tag ``{tag}`` (Redis cluster specification, "Hash tags")."""
    return crc_hqx(encoded(tag), 0) % SLOTS


class Servers:
    """``on_up`` and ``on_lost`` are called when the whole comes up and when it goes; both must not raise."""

    def __init__(
        self,
        hosts: tuple[Node, ...],
        access: Access,
        *,
        cluster: bool,
        prefix: str,
        scripts: Sequence[Script] = (),
        on_up: Callable[[], None] = lambda: None,
        on_lost: Callable[[Lost], None] = lambda _: None,
    ) -> None:
        self.cluster = cluster
        self.reason = Lost("it was not asked yet")
        self._seeds = hosts
        self._access = access
        self._scripts = scripts
        self._probe = f"{prefix}:probe"
        self._on_up = on_up
        self._on_lost = on_lost
        self._links: dict[Node, Link] = {}
        self._slots: list[Link] = []
        self._visiting = asyncio.Lock()
        self._went_down = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._up_at = 0.0
        self._turn = -1

    @property
    def up(self) -> bool:
        """Whether all of it answers, as far as is known."""
        return bool(self._slots)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Where it can be reached: those in use, and those it was set up with."""
        return tuple(dict.fromkeys((*self._links, *self._seeds)))

    @property
    def links(self) -> tuple[Link, ...]:
        """Connections in use, one a node."""
        return tuple(self._links.values())

    def link(self, slot: int) -> Link | None:
        """The connection that commands of ``slot`` go over; None while it is lost."""
        return self._slots[slot if self.cluster and slot != ANY else 0] if self._slots else None

    # ------------------------------------------------------------ commands

    def send(self, command: Command) -> None:
        """Send ``command`` to the node that holds its slot; it fails at once while there is none."""
        link = self.link(command.slot)
        if link is None:
            command.fail(self.reason)
        else:
            link.send(command)

    def ask(self, slot: int, *args: Argument) -> asyncio.Future[Any]:
        """The reply to a command, in time. It may raise Lost."""
        future = asyncio.get_running_loop().create_future()
        self.send(Command(slot, args, future=future))
        return future

    def _failed(self, link: Link, command: Command, error: exceptions.ResponseError) -> None:
        """What a server's error means for the command, and for us."""
        command.tries += 1
        if command.tries <= _TRIES and self._again(link, command, error):
            return
        reason = lost(error)
        if link in self._links.values():
            self._go_down(reason)
        command.fail(reason)

    def _again(self, link: Link, command: Command, error: exceptions.ResponseError) -> bool:
        """Send the command another way, where the error says how."""
        if isinstance(error, exceptions.NoScriptError) and command.script is not None:
            command.args = ("EVAL", command.script.text, *command.args[2:])
            link.send(command)
            return True
        if not self.cluster:
            return False
        if isinstance(error, exceptions.AskError):  # MOVED is one of them
            node = (error.host or link.node[0], error.port)
            moved = isinstance(error, exceptions.MovedError)
            target = self._links.get(node)
            if target is None:
                self._visit(node, command, None if not moved else error.slot_id)
            elif moved:
                self._slots[error.slot_id] = target
                target.send(command)
            else:
                target.send(Command(ANY, ("ASKING",)))
                target.send(command)
            return True
        if isinstance(error, exceptions.TryAgainError):
            asyncio.get_running_loop().call_later(0.01 * 2**command.tries, self.send, command)
            return True
        return False

    # ------------------------------------------------------------ connections

    async def connect(self) -> None:
        """Connect now. Raises Lost or Misconfigured, and then nothing is open."""
        links: dict[Node, Link] = {}
        try:
            self._turn += 1
            async with asyncio.timeout((1 + len(self.nodes)) * self._access.connect_timeout):
                if self.cluster:
                    slots = await self._cluster(links)
                else:
                    slots = [await self._single(links)]
        except BaseException as error:
            await asyncio.gather(*(link.close() for link in links.values()))
            if isinstance(error, (*FAILURES, *NONSENSE)):
                raise lost(error) from error
            raise
        self._links, self._slots = links, slots
        self._up_at = asyncio.get_running_loop().time()
        self._went_down.clear()
        self._on_up()

    async def _single(self, links: dict[Node, Link]) -> Link:
        link = await self._open(self._seeds[0], links)
        info = await _asked(link, "INFO", "server")
        if b"_mode:cluster" in info:
            raise Misconfigured("it is a node of a cluster: write valkey+cluster:// in state.url")
        await _asked(link, "SET", self._probe, "", "PX", 1000)
        return link

    async def _cluster(self, links: dict[Node, Link]) -> list[Link]:
        """Connects to every primary and returns the connection of each slot."""
        ranges = await self._ranges()
        nodes = {node for _, _, node in ranges}
        opened = await asyncio.gather(*(self._open(node, links) for node in nodes), return_exceptions=True)
        for one in opened:
            if isinstance(one, BaseException):
                raise one
        slots: list[Link | None] = [None] * SLOTS
        for first, last, node in ranges:
            slots[first : last + 1] = [links[node]] * (last + 1 - first)
        covered = [link for link in slots if link is not None]
        if len(covered) < SLOTS:
            raise Lost(f"the cluster has nodes for {len(covered)} of its {SLOTS} slots")
        return covered

    async def _ranges(self) -> list[tuple[int, int, Node]]:
        """First slot, last slot and primary of each range, as the first node that answers knows them."""
        reason = Lost("no node of it answers")
        nodes = self.nodes
        turn = self._turn % len(nodes)  # not always the same first, which may be one that nobody answers for
        for seed in (*nodes[turn:], *nodes[:turn]):
            links: dict[Node, Link] = {}
            try:
                reply = await _asked(await self._open(seed, links), "CLUSTER", "SLOTS")
                return [
                    (int(first), int(last), (master[0].decode() or seed[0], int(master[1])))
                    for first, last, master, *_ in reply
                ]
            except Lost as error:
                reason = error
            finally:
                await asyncio.gather(*(link.close() for link in links.values()))
        if "cluster support disabled" in str(reason):
            raise Misconfigured("it is no cluster: write valkey:// in state.url")
        raise reason

    async def _open(self, node: Node, links: dict[Node, Link]) -> Link:
        loop = asyncio.get_running_loop()
        connection = await connected(node, self._access)
        link = links[node] = Link(connection, node, self._access.timeout, self._ended, self._failed)
        # known beforehand: a script sent again because it was not would come after what was sent behind it
        loads = [_asked(link, "SCRIPT", "LOAD", script.text) for script in self._scripts]
        (seconds, micros), *_ = await asyncio.gather(_asked(link, "TIME"), *loads)
        link.offset = int(seconds) * 1000 + int(micros) / 1000 - loop.time() * 1000
        return link

    def _visit(self, node: Node, command: Command, slot: int | None) -> None:
        """Connect to a node that was not one of them, and send it the command that led there."""
        task = asyncio.create_task(self._connect_to(node, command, slot), name="valkey node")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect_to(self, node: Node, command: Command, slot: int | None) -> None:
        async with self._visiting:  # many commands may be led there at once
            links: dict[Node, Link] = {}
            try:
                link = self._links.get(node) or await self._open(node, links)
            except Lost as reason:
                await asyncio.gather(*(one.close() for one in links.values()))
                command.fail(reason)
                self._go_down(reason)
                return
            if not self._slots:
                await link.close()
                command.fail(self.reason)
                return
            self._links[node] = link
        if slot is None:
            link.send(Command(ANY, ("ASKING",)))
        else:
            self._slots[slot] = link
        link.send(command)

    def _ended(self, link: Link, reason: Lost) -> None:
        if link in self._links.values():
            self._go_down(reason)

    def _go_down(self, reason: Lost) -> None:
        if not self._slots:
            return
        links, self._links, self._slots = self._links, {}, []
        self.reason = reason
        self._went_down.set()
        self._on_lost(reason)
        self._close(links.values())

    def _close(self, links: Iterable[Link]) -> None:
        for link in links:
            task = asyncio.create_task(link.close(), name="valkey close")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ its life

    def start(self) -> None:
        """Keep it connected from now on."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name="valkey")

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        while True:
            if self.up:
                await self._went_down.wait()
                if loop.time() - self._up_at > _STEADY:
                    pause = _FIRST_PAUSE
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))
            pause = min(2 * pause, _LONGEST_PAUSE)
            try:
                await self.connect()
            except Lost as error:
                self.reason = error

    async def close(self, linger: float) -> None:
        """Send what is on its way, for at most ``linger`` seconds, and disconnect."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        links, self._links, self._slots = self._links, {}, []
        await asyncio.gather(*(link.close(linger) for link in links.values()))
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _asked(link: Link, *args: Argument) -> Any:
    """The reply on a connection that is not in use yet. Raises Lost."""
    future = asyncio.get_running_loop().create_future()
    link.send(Command(ANY, args, future=future))
    return await future
