"""One request of one client: who asks, what, in which revision, and where the answer goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.edge.mcp.message import Message
from switchgear.edge.mcp.refusals import error_document, result_document
from switchgear.edge.mcp.tokens import ClientSession
from switchgear.pipeline.asker import Asker
from switchgear.plugins.mcp.asking import Declined
from switchgear.plugins.mcp.frames import METHOD_NOT_FOUND, InvalidFrame, read_fields, read_text
from switchgear.plugins.mcp.session import NO_PARAMS

LOG_LEVEL: Final = "io.modelcontextprotocol/logLevel"
LEVELS: Final = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
NEEDS: Final = {"elicitation/create": "elicitation", "sampling/createMessage": "sampling", "roots/list": "roots"}
"""What servers may ask of clients, and the capability that says a client can do it."""

_STATUS: Final = {-32601: 404, -32602: 400, -32600: 400, -32700: 400, -32020: 400, -32021: 400, -32022: 400}
"""Statuses of errors in 2026-07-28; the older revisions send errors of requests with 200."""
_encode = msgspec.json.Encoder().encode


class Sink(Protocol):
    """Where an answer goes: ``answer.Answer``, or a place in a batch."""

    streams: bool
    headers: bytes

    @property
    def under_pressure(self) -> bool:
        """Whether the client does not read what it was sent."""
        ...

    def expect_silence(self) -> None:
        """The answer may take long."""
        ...

    def push(self, frame: bytes) -> bool:
        """Say something before the answer; whether the client takes that."""
        ...

    def end(self, status: int, document: bytes) -> None:
        """The answer."""
        ...

    def end_without(self) -> None:
        """There is no answer."""
        ...


class ClientRequests(Protocol):
    """Puts questions to clients of the older revisions (``asking.Questions``)."""

    async def ask(self, turn: Turn, method: str, params: Raw) -> bytes:
        """The client's answer, a JSON object. Raises Declined."""
        ...


class Turn(Asker):
    """A request. ``plugin`` is the one whose own path it came by, ``session`` the client's, of the older revisions.

    ``headers`` are those of its HTTP request. ``outward`` puts what a server
    says during a task into words of the client. ``lacking`` is what a server needed of the client that it cannot do. ``level`` is from which level on the client wants to read what servers log, None for nothing.
    """

    __slots__ = (
        "_able",
        "_questions",
        "headers",
        "key",
        "lacking",
        "level",
        "message",
        "outward",
        "plugin",
        "session",
        "sink",
        "trace",
    )

    def __init__(self, key: Key, message: Message, plugin: str, sink: Sink, questions: ClientRequests) -> None:
        self.key = key
        self.message = message
        self.plugin = plugin
        self.sink = sink
        self.session: ClientSession | None = None
        self.level: int | None = None
        self.lacking = ""
        self.outward: Callable[[bytes], bytes] | None = None
        self.trace = ""
        self.headers: Sequence[tuple[bytes, bytes]] = ()
        self._able: dict[str, Raw] | None = None
        self._questions = questions

    # ------------------------------------------------------------ what the client can do

    @property
    def capabilities(self) -> bytes:
        """What the client can do, a JSON object."""
        if self.message.modern:
            return self.message.capabilities
        return self.session.capabilities.encode() if self.session is not None else b"{}"

    def can(self, ability: str) -> bool:
        """Whether the client says that it can do something."""
        if self._able is None:
            try:
                self._able = read_fields(self.capabilities)
            except InvalidFrame:
                self._able = {}
        return ability in self._able

    def has_extension(self, name: str) -> bool:
        """Whether the client says that it knows an extension (2026-07-28)."""
        if not self.can("extensions") or self._able is None:
            return False
        try:
            return name in read_fields(self._able["extensions"])
        except InvalidFrame:
            return False

    # ------------------------------------------------------------ what servers want of it

    async def ask(self, method: str, params: Raw) -> bytes:
        """Put a server's request to the client, on the stream of this one. Raises Declined."""
        ability = NEEDS.get(method)
        if ability is None or not self.can(ability):
            self.lacking = ability or ""
            raise Declined(METHOD_NOT_FOUND, f"The client does not do {method[:100]}.")
        return await self._questions.ask(self, method, self._understood(params))

    def tell(self, method: str, params: Raw) -> None:
        """Pass a notification on to the client, unless it did not ask for it or does not read."""
        if method == "notifications/message" and not self._wants(params):
            return
        self.push(method, self._understood(params or NO_PARAMS))

    def progressed(self, params: bytes) -> None:
        """Pass progress on to the client."""
        self.push("notifications/progress", params)

    def push(self, method: str, params: bytes | Raw) -> None:
        """Send a notification on the stream of this request; dropped where the client does not read."""
        if not self.sink.under_pressure:
            self.sink.push(b'{"jsonrpc":"2.0","method":%b,"params":%b}' % (_encode(method), params))

    def _understood(self, params: Raw) -> Raw:
        return params if self.outward is None else Raw(self.outward(bytes(params)))

    def _wants(self, params: Raw) -> bool:
        if self.level is None:
            return False
        try:
            said = read_text(read_fields(params).get("level"))
        except InvalidFrame:
            return False
        return said in LEVELS and LEVELS.index(said) >= self.level

    # ------------------------------------------------------------ the answer

    def result(self, result: bytes, status: int = 200) -> None:
        """Answer with a result, a JSON object."""
        self.sink.end(status, result_document(self.message.id, result))

    def error(self, code: int, message: str, data: bytes = b"") -> None:
        """Answer with a JSON-RPC error."""
        status = _STATUS.get(code, 200) if self.message.modern else 200
        self.sink.end(status, error_document(self.message.id, code, message, data))
