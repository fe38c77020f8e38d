"""``/mcp`` behind HTTP: which method is answered by what, in either revision, and what plugins say meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key, Keyring
from switchgear.core.errors import AuthenticationError, InternalError, SwitchgearError
from switchgear.core.structs import Frozen
from switchgear.edge.mcp.elsewhere import HeldElsewhere
from switchgear.edge.mcp.faults import fail
from switchgear.edge.mcp.forwarding import Forwarding
from switchgear.edge.mcp.greeted import Greeted
from switchgear.edge.mcp.held import HeldCalls
from switchgear.edge.mcp.hub import UPDATED, Hub
from switchgear.edge.mcp.listening import Listening
from switchgear.edge.mcp.listing import Listing, OwnTools
from switchgear.edge.mcp.questions import ClientAnswer, Questions, whose
from switchgear.edge.mcp.refusals import METHOD_NOT_FOUND, Refusal
from switchgear.edge.mcp.relay import EVERYBODY, Relay
from switchgear.edge.mcp.tasks import LONGEST_SECONDS, Tasks
from switchgear.edge.mcp.tokens import Sessions, Signer, TaskIds
from switchgear.edge.mcp.turn import LEVELS, LOG_LEVEL, NEEDS, Turn
from switchgear.pipeline.asker import Asker
from switchgear.pipeline.tool_call import ToolCalls
from switchgear.plugins.mcp.asking import Asked, Caller, Declined, Handler
from switchgear.plugins.mcp.frames import InvalidFrame, read_fields, read_text
from switchgear.plugins.mcp.revisions import MODERN
from switchgear.plugins.offer import KINDS, Kind
from switchgear.plugins.unit import RunStatus
from switchgear.state.base import Channels

CAPABILITIES: Final = (
    b'{"elicitation":{"form":{},"url":{}},"sampling":{"tools":{},"context":{}},"roots":{"listChanged":false}}'
)
"""What servers are told that clients can do. Where the client of a call cannot, the server is told so when it asks."""

Serve = Callable[[Turn], Awaitable[None] | None]
_log = logging.getLogger(__name__)
MOST_ELICITED: Final = 10_000
_ELICITED: Final = "notifications/elicitation/complete"
_TASK_STATUS: Final = "notifications/tasks/status"
_TASK: Final = "notifications/tasks"
_encode = msgspec.json.Encoder().encode


class Cancelled(Frozen, frozen=True):
    """A client's word that it does not want an answer any more."""

    whose: str
    number: str


_cancelled = msgspec.json.Decoder(Cancelled)


class Front:
    """Serves requests. ``node`` names this worker, ``version`` is the gateway's, ``pepper`` its secret."""

    def __init__(
        self,
        calls: ToolCalls,
        keyring: Keyring,
        channels: Channels,
        about: tuple[str, str, bytes],
        own: OwnTools | None = None,
    ) -> None:
        node, version, pepper = about
        signer = Signer(pepper)
        self.relay = relay = Relay(channels, node)
        self._plugins = plugins = calls.plugins
        self._keyring = keyring
        self.questions = Questions(node, lambda whom, answer: relay.tell(whom, "answer", answer))
        self._held = HeldCalls(node, signer)
        self._tasks = Tasks(plugins, TaskIds(signer))
        self.hub = Hub(plugins, self._usable)
        listing = Listing(plugins, version, own)
        self.greeted = Greeted(Sessions(signer), listing, relay)
        self._elsewhere = HeldElsewhere(self._held, relay)
        self.forwarding = Forwarding(calls, (self._held, self._elsewhere), self._tasks, own)
        self.listening = Listening(self.hub, self.forwarding, self._tasks, relay)
        self._under: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._beside: set[asyncio.Task[None]] = set()
        self._elicited: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._of_both = self._shared(listing)
        self._of_modern = self._of_both | self._newer(listing)
        self._of_greeted = self._of_both | self._older()
        relay.hear("answer", lambda _, body: self.questions.arrived(msgspec.json.decode(body, type=ClientAnswer)))
        relay.hear("cancel", lambda _, body: self._cancelled(_cancelled.decode(body)))
        relay.hear("wish", lambda _, body: self._wished(*msgspec.json.decode(body, type=tuple[str, str, str])))

    def start(self) -> None:
        """Begin to hear other workers."""
        self.relay.start()

    def close(self) -> None:
        """End streams and what is held."""
        self.relay.close()
        self.hub.close()
        self._held.close()
        self._elsewhere.close()
        for task in self._beside:
            task.cancel()

    # ------------------------------------------------------------ methods

    def _shared(self, listing: Listing) -> dict[str, Serve]:
        forwarding = self.forwarding
        return {
            **{kind.method: listing.answer_list for kind in KINDS},
            "tools/call": forwarding.call_tool,
            "prompts/get": forwarding.get_prompt,
            "resources/read": forwarding.read_resource,
            "completion/complete": forwarding.complete,
            "tasks/get": self._task,
            "tasks/cancel": self._task,
        }

    def _newer(self, listing: Listing) -> dict[str, Serve]:
        return {
            "server/discover": listing.discover,
            "subscriptions/listen": self.listening.listen,
            "tasks/update": self._task,
        }

    def _older(self) -> dict[str, Serve]:
        return {
            "initialize": self.greeted.greet,
            "ping": lambda turn: turn.result(b"{}"),
            "logging/setLevel": self._set_level,
            "resources/subscribe": self.listening.subscribe,
            "resources/unsubscribe": self.listening.unsubscribe,
            "tasks/result": self._task,
            "tasks/list": self._tasks.answer_list,
        }

    async def serve(self, turn: Turn) -> None:
        """Answer a request, whatever comes. Raises CancelledError when the client left."""
        message = turn.message
        served: Mapping[str, Serve] = self._of_modern if message.modern else self._of_greeted
        serve = served.get(message.method)
        if serve is None:
            turn.error(METHOD_NOT_FOUND, "Method not found")
            return
        self._listen_to(turn)
        try:
            done = serve(turn)
            if done is not None:
                await done
        except Refusal as refusal:
            turn.error(refusal.code, refusal.message, refusal.data)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.error("Defect while serving %s", message.method[:100], exc_info=error)
            fail(turn, error)

    def _listen_to(self, turn: Turn) -> None:
        """From which level on the client reads what servers log."""
        if not turn.message.modern:
            turn.level = self.greeted.level(turn.session)
        elif LOG_LEVEL in turn.message.meta:
            level = read_text(turn.message.meta[LOG_LEVEL])
            turn.level = LEVELS.index(level) if level in LEVELS else None

    async def serve_cancellable(self, turn: Turn) -> None:
        """The same for a client of the older revisions, which says in a message of its own that it wants no answer any more."""
        which = whose(turn.key, turn.session), turn.message.id.decode()
        task = asyncio.current_task()
        if task is None or which in self._under:
            await self.serve(turn)
            return
        self._under[which] = task
        try:
            await self.serve(turn)
        except asyncio.CancelledError:
            if which in self._under:
                raise  # the client left, or the gateway ends
            task.uncancel()
            turn.sink.end_without()
        finally:
            if self._under.get(which) is task:
                del self._under[which]

    def notice(self, turn: Turn) -> None:
        """Take a notification of a client of the older revisions."""
        if turn.message.method != "notifications/cancelled":
            return
        number = bytes(turn.message.fields.get("requestId", b"")).decode()
        cancelled = Cancelled(whose(turn.key, turn.session), number)
        if not self._cancel(cancelled):
            self.relay.tell(EVERYBODY, "cancel", cancelled)

    def _cancelled(self, cancelled: Cancelled) -> None:
        self._cancel(cancelled)

    def _cancel(self, cancelled: Cancelled) -> bool:
        task = self._under.pop((cancelled.whose, cancelled.number), None)
        if task is not None:
            task.cancel()
        return task is not None

    async def _task(self, turn: Turn) -> None:
        if not self._tasks.allowed(turn):
            return
        target = self._tasks.target(turn)
        seconds = LONGEST_SECONDS if turn.message.method == "tasks/result" else None
        await self.forwarding.forward(turn, target, {"taskId": Raw(_encode(target.name))}, seconds)

    async def _set_level(self, turn: Turn) -> None:
        """``logging/setLevel``: for the client, and at least as much for the servers that log for many."""
        level = self.greeted.set_level(turn)
        for installed in self._plugins.all() if level else ():
            session = self._plugins.running(installed.name)
            if session is None or session.revision >= MODERN or not turn.key.sight.some(installed.name):
                continue
            if session.server.offers("logging"):
                self._go(session.request("logging/setLevel", b'{"level":%b}' % _encode(level), seconds=5.0))

    def _wished(self, who: str, plugin: str, uri: str) -> None:
        self._go(self.hub.wish(who, plugin, uri))

    def _go(self, work: Awaitable[object]) -> None:
        async def quietly() -> None:
            try:
                await work
            except SwitchgearError as error:
                _log.debug("Beside the calls: %s", error.message)

        task = asyncio.ensure_future(quietly())
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _usable(self, key: str) -> Key | None:
        """The key as it is now, if it still opens anything."""
        try:
            return self._keyring.by_id(key, time.time())
        except AuthenticationError:
            return None

    # ------------------------------------------------------------ what plugins ask and say

    def handlers(self) -> dict[str, Handler]:
        """Answer what servers ask of clients."""
        return dict.fromkeys(NEEDS, self._asked)

    async def _asked(self, asked: Asked) -> bytes:
        context = asked.caller.context
        if isinstance(context, Turn) and b'"elicitationId"' in bytes(asked.params):
            self._remember_elicitation(asked.plugin, _text(asked.params, "elicitationId"), context)
        if isinstance(context, Asker):
            return await context.ask(asked.method, asked.params)
        raise Declined(METHOD_NOT_FOUND, "Nobody is there to be asked: it cannot be told which call this belongs to.")

    def _remember_elicitation(self, plugin: str, number: str, turn: Turn) -> None:
        """Whom to tell when what a person does elsewhere (``mode: "url"``) is done."""
        self._elicited[plugin, number] = whose(turn.key, turn.session)
        if len(self._elicited) > MOST_ELICITED:
            self._elicited.popitem(last=False)

    def notified(self, plugin: str, method: str, params: Raw, caller: Caller) -> None:
        """A plugin's notification; for ``HostHooks``."""
        if method == UPDATED:
            self.hub.updated(plugin, _text(params, "uri"))
        elif method == _ELICITED:
            who = self._elicited.pop((plugin, _text(params, "elicitationId")), "")
            self.hub.tell(who, method, params)
        elif method in (_TASK_STATUS, _TASK):
            self._task_changed(plugin, method, params)
        elif isinstance(caller.context, Asker):
            caller.context.tell(method, params)

    def _task_changed(self, plugin: str, method: str, params: Raw) -> None:
        own = _text(params, "taskId")
        maker = self._tasks.maker(plugin, own)
        if maker is None:
            return
        told = self._tasks.notified(maker.key, plugin, own, params)
        if method == _TASK:
            self.hub.task(maker.key, self._tasks.given(maker.key, plugin, own), told)
        else:
            self.hub.tell(maker.whose, method, told)

    def changed(self, plugin: str, kinds: frozenset[Kind]) -> None:
        """A plugin offers other things; for ``HostHooks``."""
        self.hub.changed(plugin, kinds)

    def status(self, status: RunStatus) -> None:
        """A plugin's process is in another state; for ``HostHooks``."""
        if status.state == "running":
            self.hub.runs(status.plugin)


def _text(params: Raw, name: str) -> str:
    try:
        return read_text(read_fields(params).get(name))
    except InvalidFrame:
        return ""
