"""Calls of tools that a person has to approve: asked for, waited for, decided, and used up.

What is approved is one call: a key, a tool as it was defined, and exactly these arguments; or that key's calls of the tool for some
minutes. A call that waits holds nothing but its own place. Who decides may be at another worker: that one tells on a channel, and what
is lost on the way is looked for. When a call has waited as long as it may it fails with the id; the same call passes once it was approved.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Literal, Protocol

from switchgear.core.errors import ApprovalDenied, ApprovalNeeded, StoreUnavailable
from switchgear.core.structs import Frozen
from switchgear.events.approvals import ApprovalAsked, ApprovalDecided
from switchgear.plugins.naming import prefixed
from switchgear.plugins.offer import Definition, digest_of
from switchgear.plugins.sight import Sight
from switchgear.state.base import Channels
from switchgear.state.counters import epoch_ms
from switchgear.store.approvals import Approval, ApprovalStore, Asking, Decision

Approve = Literal["never", "destructive", "always"]
"""Which calls a person has to approve: none, those of tools that may destroy by what they say of themselves, or all."""

_log = logging.getLogger(__name__)
CHANNEL: Final = "approvals"
ASKED_SECONDS: Final = 3600.0
"""How long a call can be decided on, and how long the decision on one call holds."""
MOST_MINUTES: Final = 7 * 24 * 60
"""How long a tool may be approved."""
MOST_PENDING: Final = 20
"""Calls of one key that wait for a decision."""
MOST_WAITING: Final = 1000
"""Calls that wait in this process; the next ones are told to come back at once."""
LONGEST: Final = 256 * 1024
"""Bytes of arguments that a person is asked about."""
LOOK_SECONDS: Final = 5.0
"""How often a decision is looked for that nobody told of."""

_REMEMBERED: Final = 10_000
_WHOLE_TOOL: Final = "tool "

Waiting = Callable[[str, float], None]
"""Told the id of what a call waits for, and the seconds it has waited, when that begins and every few seconds."""


class Calling(Protocol):
    """The key of a call."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


class ApprovalRules(Frozen, frozen=True):
    """What operators say: ``approve`` for all plugins, ``of`` for single ones, and patterns (``plugin__tool``) of ``tools`` besides.

    ``wait_seconds`` is how long a call waits before it fails.
    """

    approve: Approve = "never"
    of: Mapping[str, Approve] = {}
    tools: Sequence[str] = ()
    wait_seconds: float = 60.0


class Approvals:
    """Decides which calls a person has to approve, and waits for that. ``publish`` takes ApprovalAsked and ApprovalDecided.

    ``clock`` gives milliseconds since the epoch.
    """

    def __init__(
        self,
        kept: ApprovalStore,
        channels: Channels,
        publish: Callable[[object], None],
        rules: ApprovalRules,
        *,
        clock: Callable[[], int] = epoch_ms,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._kept = kept
        self._channels = channels
        self._publish = publish
        self._clock = clock
        self._look_seconds = look_seconds
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._known: dict[tuple[str, str, bool], bool] = {}
        self._rules = rules
        self._named = Sight(rules.tools)
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Hear of decisions that are made elsewhere."""
        self._unsubscribe = self._channels.subscribe(CHANNEL, self._told, self._wake_all)

    def close(self) -> None:
        """Hear of them no more. Calls that wait go on to look."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def follow(self, rules: ApprovalRules) -> None:
        """Let other rules hold from now on."""
        self._rules = rules
        self._named = Sight(rules.tools)
        self._known = {}

    @property
    def waiting(self) -> int:
        """How many calls wait here."""
        return sum(map(len, self._waiting.values()))

    # ------------------------------------------------------------ a call

    def needed(self, _key: Calling, plugin: str, tool: Definition) -> bool:
        """Whether a person has to approve calls of a tool."""
        which = plugin, tool.name, tool.destructive
        found = self._known.get(which)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[which] = self._named.tool(plugin, tool.name) or self._ruled(plugin, tool)
        return found

    async def approve(
        self, key: Calling, plugin: str, tool: Definition, arguments: bytes, waiting: Waiting | None = None
    ) -> str:
        """Return once a person has approved the call: at once where that was done before, else after a wait.

        Gives the id of the approval that is used up with that, empty where all calls of the tool are approved.
        ``arguments`` is the JSON object that the tool is called with. Raises ApprovalNeeded when nobody decided in time, ApprovalDenied,
        TooManyApprovals and StoreUnavailable.
        """
        if len(arguments) > LONGEST:
            raise ApprovalDenied(
                f"A person has to approve calls of {prefixed(plugin, tool.name)}, and nobody reads {len(arguments):,} bytes of arguments.",
                hint="Call it with less.",
            )
        asking = _asking(key.id, plugin, tool, arguments)
        now = self._clock()
        digests = (asking.digest, _of_tool(tool))
        found = await self._kept.find(key.id, plugin, tool.name, digests, now)
        if found is None:
            found = await self._kept.ask(asking, now, now + int(ASKED_SECONDS * 1000), MOST_PENDING)
            _log.info(
                "Key %s calls %s, which a person has to approve: switchgear plugin approve %s",
                key.id,
                prefixed(plugin, tool.name),
                found.id,
            )
            self._publish(ApprovalAsked(found.id, now, plugin, tool.name, key.id, found.expires_at))
        if found.state == "pending":
            found = await self._decided(found, waiting)
        return await self._taken(found)

    async def give_back(self, approval: str) -> None:
        """The call that used an approval up was not made after all, or not to its end: the same call passes when it is made again."""
        try:
            await self._kept.give_back(approval, self._clock())
        except StoreUnavailable as error:
            _log.warning("Approval %s could not be given back, and has to be asked for again: %s", approval, error)

    def _ruled(self, plugin: str, tool: Definition) -> bool:
        rule = self._rules.of.get(plugin, self._rules.approve)
        return rule == "always" or (rule == "destructive" and tool.destructive)

    async def _decided(self, found: Approval, waiting: Waiting | None) -> Approval:
        """The approval once it is decided on, or as it is when the wait is over."""
        if self.waiting >= MOST_WAITING:
            return found
        began = time.monotonic()
        until = began + self._rules.wait_seconds
        event = asyncio.Event()
        self._waiting.setdefault(found.id, set()).add(event)
        try:
            while True:
                event.clear()
                found = await self._kept.get(found.id, self._clock())
                now = time.monotonic()
                if found.state != "pending" or now >= until:
                    return found
                if waiting is not None:
                    waiting(found.id, now - began)
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(self._look_seconds, until - now)):
                        await event.wait()
        finally:
            others = self._waiting[found.id]
            others.discard(event)
            if not others:
                del self._waiting[found.id]

    async def _taken(self, found: Approval) -> str:
        called = prefixed(found.plugin, found.tool)
        if found.state == "denied":
            why = f": {found.reason}" if found.reason else ""
            raise ApprovalDenied(f"A person decided against this call of {called}{why}.", approval=found.id)
        if found.state == "pending":
            raise ApprovalNeeded(
                f"A person has to approve this call of {called}. It waits for that as {found.id}.",
                approval=found.id,
                hint="Call again with the same arguments once it is approved. An administrator does that in the console, or with: "
                f"switchgear plugin approve {found.id}",
            )
        if found.state == "approved" and whole_tool(found):
            return ""
        if found.state == "approved" and await self._kept.use(found.id, self._clock()):
            return found.id
        raise ApprovalNeeded(
            f"The approval {found.id} of this call of {called} has expired or was used.",
            approval=found.id,
            hint="Call again to ask for another one.",
        )

    # ------------------------------------------------------------ decisions

    async def decide(
        self, approval_id: str, *, approved: bool, by: str, reason: str = "", minutes: int = 0
    ) -> Approval:
        """Enter what the key ``by`` decided, and wake the call wherever it waits.

        With ``minutes`` all calls of the tool by the same key are approved for so long (at most ``MOST_MINUTES``). Raises NotFound,
        ApprovalNotPending and StoreUnavailable.
        """
        now = self._clock()
        digest = None
        lasts = int(ASKED_SECONDS * 1000)
        if approved and minutes:
            digest = _WHOLE_TOOL + _definition_of(await self._kept.get(approval_id, now))
            lasts = min(minutes, MOST_MINUTES) * 60_000
        decision = Decision(approved, now, by, now + lasts, reason, digest)
        found = await self._kept.decide(approval_id, decision)
        self._channels.publish(CHANNEL, approval_id.encode())
        self._publish(
            ApprovalDecided(
                found.id,
                now,
                found.plugin,
                found.tool,
                found.key_id,
                "approved" if approved else "denied",
                by,
                whole_tool(found),
            )
        )
        return found

    def _told(self, message: bytes) -> None:
        for event in self._waiting.get(message.decode("ascii", "replace"), ()):
            event.set()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()


def whole_tool(approval: Approval) -> bool:
    """Whether all calls of the tool are approved, not just this one."""
    return approval.digest.startswith(_WHOLE_TOOL)


def _asking(key_id: str, plugin: str, tool: Definition, arguments: bytes) -> Asking:
    """The digest is of the definition, so that what was approved is what the tool said then, and of the arguments."""
    text = arguments.decode("utf-8", "backslashreplace")
    return Asking(key_id, plugin, tool.name, f"{tool.digest} {digest_of(arguments)}", text)


def _of_tool(tool: Definition) -> str:
    return _WHOLE_TOOL + tool.digest


def _definition_of(approval: Approval) -> str:
    """The digest of the definition that an approval is of."""
    return approval.digest.removeprefix(_WHOLE_TOOL).partition(" ")[0]
