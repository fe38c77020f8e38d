"""Where clients find a plugin that is being worked on: streamable HTTP on loopback, or lines on standard input and output."""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable
from typing import Final
from urllib.parse import urlsplit

import uvicorn
from msgspec import Raw
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from switchgear.config.checks import is_loopback
from switchgear.edge.mcp.message import NAMED_BY, Message, read_message
from switchgear.edge.mcp.mirrored import METHOD, NAME, VERSION
from switchgear.edge.mcp.refusals import Refusal, error_document, result_document
from switchgear.plugins.authoring.served import Refused, Served, named_revision, notification
from switchgear.plugins.mcp.frames import InvalidFrame, read_fields, read_text
from switchgear.plugins.mcp.revisions import HANDSHAKE

PATH: Final = "/mcp"
_SESSION: Final = "mcp-session-id"
_EVENTS: Final = "text/event-stream"
_MOST_SESSIONS: Final = 1000
_MOST_WAITING: Final = 1000
_LARGEST: Final = 16 << 20
_KEEP_ALIVE: Final = 15.0


async def answered(served: Served, message: Message, on_progress: Callable[[bytes], None] | None = None) -> bytes:
    """The answer to a client's request."""
    try:
        if message.method == "initialize":
            return result_document(message.id, await served.greeting(named_revision(message.params)))
        if message.method == "server/discover":
            return result_document(message.id, await served.discovery())
        if message.method == "ping":
            return result_document(message.id, b"{}")
        result = await served.ask(
            message.method,
            bytes(message.params),
            modern=message.modern,
            on_progress=on_progress,
            token=message.progress_token,
        )
    except Refused as refused:
        return error_document(message.id, refused.code, str(refused), refused.data)
    return result_document(message.id, result)


class HttpDoor:
    """Clients over HTTP (MCP, Transports, Streamable HTTP), from this machine alone."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._sessions: dict[str, None] = {}
        route = Route(PATH, self._serve, methods=["GET", "POST", "DELETE"])
        self.app = Starlette(routes=[route])

    async def _serve(self, request: Request) -> Response:
        if not _from_here(request):
            return Response("Only pages and programs of this machine are served.", 403)
        session = request.headers.get(_SESSION)
        if session is not None and session not in self._sessions:
            return Response("That session is over; introduce yourself again.", 404)
        if request.method == "DELETE":
            self._sessions.pop(session or "", None)
            return Response(status_code=204)
        if request.method == "GET":
            return _stream(self._said(b""))
        return await self._post(request)

    async def _post(self, request: Request) -> Response:
        body = await request.body()
        if len(body) > _LARGEST:
            return Response("The message is too large.", 413)
        try:
            message = read_message(body, request.headers.raw)
        except Refusal as refusal:
            return Response(refusal.document, refusal.status, media_type="application/json")
        if not message.id or not message.method:
            return Response(status_code=202)
        if message.method == "subscriptions/listen":
            return _stream(self._said(message.id))
        if message.progress_token and _EVENTS in request.headers.get("accept", ""):
            return _stream(self._with_progress(message))
        headers = {}
        if message.method == "initialize":
            headers[_SESSION] = self._begin()
        return Response(await answered(self._served, message), headers=headers, media_type="application/json")

    def _begin(self) -> str:
        if len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        name = secrets.token_urlsafe(16)
        self._sessions[name] = None
        return name

    async def _with_progress(self, message: Message) -> AsyncIterator[bytes]:
        waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)

        def progressed(params: bytes) -> None:
            if not waiting.full():
                waiting.put_nowait(notification("notifications/progress", params))

        work = asyncio.ensure_future(answered(self._served, message, progressed))
        try:
            while not (work.done() and waiting.empty()):
                following = asyncio.ensure_future(waiting.get())
                await asyncio.wait({work, following}, return_when=asyncio.FIRST_COMPLETED)
                if following.done():
                    yield _event(following.result())
                else:
                    following.cancel()
            yield _event(work.result())
        finally:
            work.cancel()

    async def _said(self, subscription: bytes) -> AsyncIterator[bytes]:
        """What the server says of itself, as long as the client listens."""
        waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)

        def told(method: str, params: bytes) -> None:
            if not waiting.full():
                waiting.put_nowait(notification(method, params, subscription))

        end = self._served.listen(told)
        try:
            yield b": listening\n\n"
            if subscription:
                yield _event(notification("notifications/subscriptions/acknowledged", b"{}", subscription))
            while True:
                try:
                    yield _event(await asyncio.wait_for(waiting.get(), _KEEP_ALIVE))
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            end()


def _event(frame: bytes) -> bytes:
    return b"event: message\ndata: %b\n\n" % frame.rstrip(b"\n")


def _stream(events: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(events, media_type=_EVENTS, headers={"cache-control": "no-store"})


def _from_here(request: Request) -> bool:
    """Whether host and origin are this machine's: a page elsewhere could have its name point here (DNS rebinding)."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    origin = request.headers.get("origin")
    return is_loopback(host) and (origin is None or is_loopback(urlsplit(origin).hostname or ""))


async def serve_http(served: Served, port: int, ready: Callable[[str], None]) -> None:
    """Serve until the task is cancelled. ``port`` 0 is any. ``ready`` is told the URL. Raises OSError when the port is taken."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(
            HttpDoor(served).app,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        ready(f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}")
        await uvicorn.Server(config).serve([listener])


class LineDoor:
    """One client, in lines (MCP, Transports, stdio). ``write`` takes what it is sent."""

    def __init__(self, served: Served, write: Callable[[bytes], None]) -> None:
        self._served = served
        self._write = write
        self._calls: dict[bytes, asyncio.Task[None]] = {}
        self._stream = b""

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Serve until its lines end."""
        end = self._served.listen(lambda method, params: self._write(notification(method, params, self._stream)))
        try:
            while line := await reader.readline():
                if line.strip():
                    self._take(line)
        finally:
            end()
            for task in self._calls.values():
                task.cancel()

    def _take(self, line: bytes) -> None:
        try:
            message = read_message(line, _mirrored(line))
        except Refusal as refusal:
            self._write(refusal.document)
            return
        if message.method == "notifications/cancelled":
            self._cancel(message)
        elif message.method == "subscriptions/listen":
            self._stream = message.id
            self._write(notification("notifications/subscriptions/acknowledged", b"{}", message.id))
        elif message.id and message.method:
            self._calls[message.id] = task = asyncio.ensure_future(self._call(message))
            task.add_done_callback(lambda _: self._calls.pop(message.id, None))

    async def _call(self, message: Message) -> None:
        def progressed(params: bytes) -> None:
            self._write(notification("notifications/progress", params))

        self._write(await answered(self._served, message, progressed if message.progress_token else None))

    def _cancel(self, message: Message) -> None:
        try:
            number = bytes(read_fields(message.params).get("requestId", b""))
        except InvalidFrame:
            return
        if (task := self._calls.get(number)) is not None:
            task.cancel()


def _mirrored(line: bytes) -> list[tuple[bytes, bytes]]:
    """The HTTP fields that a message would have: of a line, nothing is repeated elsewhere."""
    try:
        fields = read_fields(line)
        params = read_fields(fields.get("params", Raw(b"{}")))
        meta = read_fields(params.get("_meta", Raw(b"{}")))
    except InvalidFrame:
        return []
    method = read_text(fields.get("method"))
    revision = read_text(meta.get("io.modelcontextprotocol/protocolVersion"))
    if not revision:
        return [(VERSION, HANDSHAKE[-1].encode())]
    name = read_text(params.get(NAMED_BY.get(method, "")))
    named = b"=?base64?%b?=" % base64.b64encode(name.encode())
    return [(VERSION, revision.encode()), (METHOD, method.encode()), (NAME, named)]


async def serve_lines(served: Served) -> None:
    """Serve the client on standard input and output, until it ends."""
    reader = asyncio.StreamReader(limit=_LARGEST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    def write(frame: bytes) -> None:
        sys.stdout.buffer.write(frame.rstrip(b"\n") + b"\n")
        sys.stdout.buffer.flush()

    await LineDoor(served, write).serve(reader)
