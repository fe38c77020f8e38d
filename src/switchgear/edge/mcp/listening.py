"""Streams that clients open to hear what changes: ``subscriptions/listen`` of 2026-07-28, and GET of the older revisions."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.errors import InvalidJSON, RequestError
from switchgear.edge.mcp.answer import Answer
from switchgear.edge.mcp.faults import SERVER_ERROR
from switchgear.edge.mcp.forwarding import Forwarding
from switchgear.edge.mcp.hub import MOST_URIS, Hub, Stream
from switchgear.edge.mcp.listing import TASKS
from switchgear.edge.mcp.questions import whose
from switchgear.edge.mcp.relay import EVERYBODY, Relay
from switchgear.edge.mcp.tasks import Tasks
from switchgear.edge.mcp.tokens import ClientSession
from switchgear.edge.mcp.turn import Turn
from switchgear.plugins.mcp.frames import read_text
from switchgear.plugins.offer import KINDS, PROMPTS, RESOURCES, TEMPLATES, TOOLS

_SUBSCRIPTION: Final = "io.modelcontextprotocol/subscriptionId"
_encode = msgspec.json.Encoder().encode


class _Wanted(msgspec.Struct, omit_defaults=True):
    tools: bool = msgspec.field(name="toolsListChanged", default=False)
    prompts: bool = msgspec.field(name="promptsListChanged", default=False)
    resources: bool = msgspec.field(name="resourcesListChanged", default=False)
    uris: list[str] = msgspec.field(name="resourceSubscriptions", default_factory=list)
    tasks: list[str] = msgspec.field(name="taskIds", default_factory=list)


_wanted = msgspec.json.Decoder(_Wanted)


class Listening:
    """Opens streams and serves them. Its methods raise SwitchgearError."""

    def __init__(self, hub: Hub, forwarding: Forwarding, tasks: Tasks, relay: Relay) -> None:
        self._hub = hub
        self._forwarding = forwarding
        self._tasks = tasks
        self._relay = relay
        relay.hear("unwish", lambda _, body: hub.unwish(*msgspec.json.decode(body, type=tuple[str, str, str])))

    async def listen(self, turn: Turn) -> None:
        """``subscriptions/listen``: until the client leaves."""
        wanted = _read(turn.message.fields.get("notifications", Raw(b"{}")))
        if wanted.tasks and not self._tasks.allowed(turn):
            return
        if self._hub.full(turn.key.id) or not turn.sink.streams:
            why = "has as many streams as it may" if turn.sink.streams else "has to accept text/event-stream"
            turn.error(SERVER_ERROR, f"This client {why}.")
            return
        given = {
            TOOLS: wanted.tools,
            PROMPTS: wanted.prompts,
            RESOURCES: wanted.resources,
            TEMPLATES: wanted.resources,
        }
        meta = b"%b:%b" % (_encode(_SUBSCRIPTION), turn.message.id)
        stream = Stream(turn.key, turn.plugin, turn.sink, frozenset(kind for kind in KINDS if given[kind]), meta=meta)
        stream.uris = {found for uri in wanted.uris if (found := self._seen(turn, uri)) is not None}
        wanted.uris = [uri for uri in wanted.uris if self._seen(turn, uri) is not None]
        stream.tasks = frozenset(wanted.tasks) if turn.has_extension(TASKS) else None
        stream.send("notifications/subscriptions/acknowledged", b'{"notifications":%b}' % _encode(wanted))
        await self._hub.serve(stream)
        turn.result(b'{"resultType":"complete","_meta":{%b}}' % meta)

    async def stream(self, answer: Answer, key: Key, plugin: str, session: ClientSession) -> None:
        """The stream of a GET: until the client leaves."""
        if self._hub.full(key.id):
            raise RequestError("This key has as many streams as it may.")
        answer.begin()
        await self._hub.serve(Stream(key, plugin, answer, frozenset(KINDS), whose(key, session)))
        answer.end_without()

    async def subscribe(self, turn: Turn) -> None:
        """``resources/subscribe``."""
        plugin, own = self._forwarding.resource(turn, read_text(turn.message.fields.get("uri")))
        who = whose(turn.key, turn.session)
        await self._hub.wish(who, plugin, own)
        self._relay.tell(EVERYBODY, "wish", (who, plugin, own))
        turn.result(b"{}")

    def unsubscribe(self, turn: Turn) -> None:
        """``resources/unsubscribe``."""
        plugin, own = self._forwarding.resource(turn, read_text(turn.message.fields.get("uri")))
        who = whose(turn.key, turn.session)
        self._relay.tell(EVERYBODY, "unwish", (who, plugin, own))
        self._hub.unwish(who, plugin, own)
        turn.result(b"{}")

    def _seen(self, turn: Turn, uri: str) -> tuple[str, str] | None:
        try:
            return self._forwarding.resource(turn, uri)
        except RequestError:
            return None


def _read(notifications: Raw) -> _Wanted:
    try:
        wanted = _wanted.decode(notifications)
    except msgspec.DecodeError:
        raise InvalidJSON("notifications must say what to hear of.", param="notifications") from None
    if len(wanted.uris) > MOST_URIS or len(wanted.tasks) > MOST_URIS:
        raise InvalidJSON(f"One stream hears of {MOST_URIS} resources and tasks at most.", param="notifications")
    return wanted
