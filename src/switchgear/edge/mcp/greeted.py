"""Clients of the older revisions: greeted once, known by a signed token from then on, so that no worker has to remember them.

MCP 2025-11-25 (Lifecycle; Streamable HTTP: Session management). What little is remembered (levels of logs, sessions that were ended) is
bounded, and told to the other workers.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.ids import new_id
from switchgear.edge.mcp.listing import Listing
from switchgear.edge.mcp.refusals import INVALID_PARAMS
from switchgear.edge.mcp.relay import EVERYBODY, Relay
from switchgear.edge.mcp.tokens import ClientSession, Sessions
from switchgear.edge.mcp.turn import LEVELS, NEEDS, Turn
from switchgear.plugins.mcp.frames import InvalidFrame, read_fields, read_text
from switchgear.plugins.mcp.revisions import HANDSHAKE, OFFERED

SESSION_SECONDS: Final = 7 * 86_400
LONGEST_CAPABILITIES: Final = 1500
"""Bytes of what a client says it can do that go into its token; of more, only what servers may ask for is kept."""
MOST_REMEMBERED: Final = 10_000
T = TypeVar("T")


class Greeted:
    """Greets clients, and knows them again."""

    def __init__(self, sessions: Sessions, listing: Listing, relay: Relay) -> None:
        self._sessions = sessions
        self._listing = listing
        self._relay = relay
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._levels: OrderedDict[str, int] = OrderedDict()
        relay.hear("ended", lambda _, body: self._forget(msgspec.json.decode(body, type=str)))
        relay.hear("level", lambda _, body: self._set_level(*msgspec.json.decode(body, type=tuple[str, int])))

    def greet(self, turn: Turn) -> None:
        """``initialize``."""
        fields = turn.message.fields
        asked = read_text(fields.get("protocolVersion"))
        if not asked:
            turn.error(INVALID_PARAMS, "initialize needs a protocolVersion.")
            return
        revision = asked if asked in HANDSHAKE else OFFERED
        until = int(time.time()) + SESSION_SECONDS
        capabilities = _kept(fields.get("capabilities"))
        session = ClientSession(new_id("mcps"), revision, turn.key.id, until, turn.plugin, capabilities)
        turn.sink.headers += b"mcp-session-id: %b\r\n" % self._sessions.token(session).encode()
        turn.result(self._listing.greeting(turn.plugin, revision))

    def known(self, token: bytes, key: Key, plugin: str) -> ClientSession | None:
        """The session of a token that still holds."""
        session = self._sessions.read(token.decode("latin-1"), key.id, plugin, time.time())
        return None if session is None or session.id in self._ended else session

    def end(self, session: ClientSession) -> None:
        """The client is done (``DELETE``)."""
        self._forget(session.id)
        self._relay.tell(EVERYBODY, "ended", session.id)

    def level(self, session: ClientSession | None) -> int:
        """From which level on a client reads logs: all, if it never said."""
        return 0 if session is None else self._levels.get(session.id, 0)

    def set_level(self, turn: Turn) -> str:
        """``logging/setLevel``: the level that servers need to be told for the sake of all clients; empty where it made no sense."""
        level = read_text(turn.message.fields.get("level"))
        if level not in LEVELS:
            turn.error(INVALID_PARAMS, f"level must be one of {', '.join(LEVELS)}.")
            return ""
        if turn.session is not None:
            self._set_level(turn.session.id, LEVELS.index(level))
            self._relay.tell(EVERYBODY, "level", (turn.session.id, LEVELS.index(level)))
        turn.result(b"{}")
        return LEVELS[min(self._levels.values(), default=LEVELS.index(level))]

    def _set_level(self, session: str, level: int) -> None:
        _remember(self._levels, session, level)

    def _forget(self, session: str) -> None:
        _remember(self._ended, session, None)
        self._levels.pop(session, None)


def _remember(memory: OrderedDict[str, T], name: str, value: T) -> None:
    memory[name] = value
    memory.move_to_end(name)
    if len(memory) > MOST_REMEMBERED:
        memory.popitem(last=False)


def _kept(capabilities: Raw | None) -> str:
    """What of a client's capabilities goes into its token."""
    try:
        fields = read_fields(capabilities) if capabilities is not None else {}
    except InvalidFrame:
        return "{}"
    if capabilities is not None and len(bytes(capabilities)) <= LONGEST_CAPABILITIES:
        return bytes(capabilities).decode()
    return msgspec.json.encode({name: {} for name in NEEDS.values() if name in fields}).decode()
