"""``/mcp`` and ``/mcp/{plugin}`` over HTTP: the Streamable HTTP transport, of both kinds of revisions, without ASGI in between.

MCP 2026-07-28 (POST alone, each request by itself) and 2025-11-25 (sessions, GET streams, DELETE).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Final

from switchgear.access.keys import Key
from switchgear.core.errors import (
    MethodNotAllowed,
    NotFound,
    SwitchgearError,
    UnsupportedMediaType,
)
from switchgear.core.ids import RequestIds
from switchgear.edge.bodies import body_of
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.mcp.answer import JSON, Answer
from switchgear.edge.mcp.batches import REVISION, BatchPlace, messages_of
from switchgear.edge.mcp.door import Door
from switchgear.edge.mcp.front import Front
from switchgear.edge.mcp.message import Message, read_message
from switchgear.edge.mcp.mirrored import VERSION
from switchgear.edge.mcp.refusals import INVALID_REQUEST, Refusal, error_document
from switchgear.edge.mcp.tokens import ClientSession
from switchgear.edge.mcp.turn import Turn
from switchgear.pipeline.tool_call import Plugins
from switchgear.plugins.mcp.frames import read_text
from switchgear.plugins.mcp.revisions import MODERN

PATH: Final = "/mcp"
SESSION: Final = b"mcp-session-id"
_ALLOW: Final = b"allow: POST\r\n"
"""Without a session, and in the revision that has none (2026-07-28, Streamable HTTP)."""
_ALLOW_IN_SESSION: Final = b"allow: GET, POST, DELETE\r\n"
_TRACE_PARENT: Final = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, section 3.2.2."""
_SERVER_ERROR: Final = -32000
_NULL: Final = b"null"
_log = logging.getLogger(__name__)


class McpEndpoint:
    """Answers every request below ``/mcp``. ``sizes`` are the most bytes of a body, and the seconds it may take."""

    def __init__(self, door: Door, front: Front, plugins: Plugins, sizes: tuple[int, float]) -> None:
        self._door = door
        self._front = front
        self._plugins = plugins
        self._most, self._seconds = sizes
        self._ids = RequestIds()

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        try:
            await self._serve(exchange)
        except Refusal as refusal:
            self._refuse(exchange, refusal.status, refusal.document)
        except SwitchgearError as error:
            headers = self._door.challenge(exchange.path, error)
            if isinstance(error, MethodNotAllowed):
                headers += _ALLOW_IN_SESSION if _names_session(exchange) else _ALLOW
            document = error_document(_NULL, _SERVER_ERROR, error.told, b'{"code":"%b"}' % error.code.encode())
            self._refuse(exchange, error.http_status, document, headers)
        except ClientGoneError:
            raise
        except Exception:
            _log.exception("Defect while serving %s", exchange.path[:100])
            if exchange.started:
                raise
            self._refuse(exchange, 500, error_document(_NULL, -32603, "The gateway met a defect of its own."))

    def _refuse(self, exchange: Exchange, status: int, document: bytes, headers: bytes = b"") -> None:
        if exchange.started:
            exchange.abort()
            return
        exchange.reply(status, b"%bx-request-id: %b\r\n%b" % (JSON, self._ids.next().encode(), headers), document)

    async def _serve(self, exchange: Exchange) -> None:
        key = await self._door.admit(exchange)
        plugin = self._plugin_of(exchange.path, key)
        if exchange.method == "POST":
            await self._post(exchange, key, plugin)
        elif exchange.method == "GET":
            await self._get(exchange, key, plugin)
        elif exchange.method == "DELETE":
            self._front.greeted.end(self._session_of(exchange, key, plugin))
            exchange.reply(204, b"", b"")
        else:
            raise _not_answered(exchange)

    def _plugin_of(self, path: str, key: Key) -> str:
        """The plugin whose own path this is; none for ``/mcp``. Raises NotFound, the same for none and for one that is not seen."""
        plugin = path[len(PATH) + 1 :].removesuffix("/")
        if not plugin:
            return ""
        installed = self._plugins.installed(plugin)
        if installed is None or installed.state != "enabled" or not key.sight.some(plugin):
            raise NotFound(f"There is no {path[:200]} here.", hint="/mcp has all that this key sees.")
        return plugin

    def _session_of(self, exchange: Exchange, key: Key, plugin: str) -> ClientSession:
        """The session that a GET or DELETE names. Raises MethodNotAllowed without one, NotFound for one that is over."""
        if not _names_session(exchange):
            raise _not_answered(exchange)
        return self._known(exchange.header(SESSION), key, plugin)

    def _known(self, token: bytes, key: Key, plugin: str) -> ClientSession:
        session = self._front.greeted.known(token, key, plugin)
        if session is None:
            raise NotFound("This session is over, or none of this key's here.", hint="Begin another with initialize.")
        return session

    async def _get(self, exchange: Exchange, key: Key, plugin: str) -> None:
        session = self._session_of(exchange, key, plugin)
        if b"text/event-stream" not in exchange.header(b"accept") and not _takes(exchange.header(b"accept"), b"text"):
            self._refuse(exchange, 406, error_document(_NULL, INVALID_REQUEST, "Accept must have text/event-stream."))
            return
        await self._front.listening.stream(Answer(exchange, streams=True), key, plugin, session)

    async def _post(self, exchange: Exchange, key: Key, plugin: str) -> None:
        accept, kind, token, trace = _fields(exchange.headers)
        if kind.partition(b";")[0].strip().lower() != b"application/json":
            raise UnsupportedMediaType("The body must be application/json.")
        streams = b"text/event-stream" in accept or _takes(accept, b"text")
        if not streams and not (b"application/json" in accept or _takes(accept, b"application")):
            said = "Accept must have application/json and text/event-stream."
            self._refuse(exchange, 406, error_document(_NULL, INVALID_REQUEST, said))
            return
        body = await body_of(exchange, self._most, self._seconds)
        if body[:1] != b"{" and (several := messages_of(body)):
            await self._batch(exchange, key, plugin, several)
            return
        message = read_message(body, exchange.headers)
        answer = Answer(exchange, streams=streams)
        turn = Turn(key, message, plugin, answer, self._front.questions)
        turn.headers = exchange.headers
        turn.trace = trace or _trace_in(message)
        if message.modern:
            await self._modern(turn, answer)
            return
        if token and message.method != "initialize":
            turn.session = self._known(token, key, plugin)
        await self._older(turn, answer)

    async def _modern(self, turn: Turn, answer: Answer) -> None:
        if not turn.message.id:
            answer.end_without()  # nothing that a client could notify of is defined
            return
        try:
            await self._front.serve(turn)
        finally:
            answer.leave()

    async def _older(self, turn: Turn, answer: Answer) -> None:
        message = turn.message
        if not message.method:
            self._front.questions.answered(message, turn.key, turn.session)
            answer.end_without()
        elif not message.id:
            self._front.notice(turn)
            answer.end_without()
        else:
            try:
                await self._front.serve_cancellable(turn)
            finally:
                answer.leave()

    async def _batch(self, exchange: Exchange, key: Key, plugin: str, several: Sequence[bytes]) -> None:
        """Serve all messages of a batch at once, and answer when all of them are."""
        token = exchange.header(SESSION)
        session = self._known(token, key, plugin) if token else None
        said = exchange.header(VERSION).decode("latin-1")
        if said not in ("", REVISION) or (session is not None and session.revision != REVISION):
            raise Refusal(INVALID_REQUEST, f"Only revision {REVISION} has batches.")
        places: list[BatchPlace] = []
        work = []
        for each in several:
            message = self._of_batch(each, exchange, places)
            if message is None:
                continue
            place = BatchPlace()
            turn = Turn(key, message, plugin, place, self._front.questions)
            turn.session = session
            if not message.method:
                self._front.questions.answered(message, key, session)
            elif not message.id:
                self._front.notice(turn)
            else:
                places.append(place)
                work.append(self._front.serve_cancellable(turn))
        await asyncio.gather(*work)
        documents = [place.document for place in places if place.document]
        if documents:
            exchange.reply(200, JSON, b"[%b]" % b",".join(documents))
        else:
            exchange.reply(202, b"", b"")

    @staticmethod
    def _of_batch(each: bytes, exchange: Exchange, places: list[BatchPlace]) -> Message | None:
        """One message of a batch; one that cannot be taken is answered in its place."""
        try:
            message = read_message(each, exchange.headers)
            if message.modern or message.method == "initialize":
                raise Refusal(INVALID_REQUEST, "This message cannot be part of a batch.", id=message.id or _NULL)
        except Refusal as refusal:
            place = BatchPlace()
            place.document = refusal.document
            places.append(place)
            return None
        return message


def _fields(headers: Sequence[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bytes, str]:
    """What a POST says in its fields: Accept, Content-Type, its session and traceparent."""
    accept, kind, token, trace = b"", b"", b"", ""
    for name, value in headers:
        if name == b"accept":
            accept += b"," + value.lower()
        elif name == b"content-type":
            kind = value
        elif name == SESSION:
            token = value
        elif name == b"traceparent" and _TRACE_PARENT.fullmatch(value):
            trace = value.decode()
    return accept, kind, token, trace


def _trace_in(message: Message) -> str:
    """The traceparent in a message's ``_meta``, which those have that do not come over HTTP alone."""
    said = read_text(message.meta.get("traceparent")) if message.meta else ""
    return said if said and said.isascii() and _TRACE_PARENT.fullmatch(said.encode()) else ""


def _names_session(exchange: Exchange) -> bool:
    return bool(exchange.header(SESSION)) and exchange.header(VERSION) != MODERN.encode()


def _not_answered(exchange: Exchange) -> MethodNotAllowed:
    """The refusal of a method; a GET that opens no stream is one too (2025-11-25, Streamable HTTP: Listening for messages)."""
    path = exchange.path[:100]
    if _names_session(exchange):
        return MethodNotAllowed(f"{path} answers POST, GET and DELETE.")
    if exchange.method not in ("GET", "DELETE"):
        return MethodNotAllowed(f"{path} answers POST.")
    said = f"{path} answers {exchange.method} for a session alone, and this request names none."
    if exchange.header(VERSION) == MODERN.encode():
        said = f"Revision {MODERN} has no sessions, and {path} answers POST alone in it."
    return MethodNotAllowed(said, hint="Send a POST; initialize begins a session, which mcp-session-id then names.")


def _takes(accept: bytes, what: bytes) -> bool:
    """Whether an Accept field takes all of a kind."""
    return not accept or b"*/*" in accept or what + b"/*" in accept
