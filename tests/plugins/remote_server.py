"""A remote tool server in the test's own process: streamable HTTP of both kinds, and the older transport with SSE.

What it does wrong is set by attributes; what it was asked is in ``requests``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

CAPABILITIES = {"tools": {"listChanged": True}, "resources": {"subscribe": True}}
INFO = {"name": "remote", "version": "1"}


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    writer: asyncio.StreamWriter

    @property
    def rpc(self) -> str:
        return self.body.get("method", "answer") if isinstance(self.body, dict) else ""


@dataclass
class RemoteServer:
    """``revision``: 2026-07-28 is without sessions; ``kind``: ``http`` or ``sse``; ``answers``: ``json`` or ``sse`` for results."""

    revision: str = "2025-11-25"
    kind: str = "http"
    answers: str = "json"
    port: int = 0
    sessions: set[str] = field(default_factory=set)
    requests: list[Asked] = field(default_factory=list)
    standing: bool = True
    redirect: str = ""
    unauthorized: set[str] = field(default_factory=set)
    kept: dict[str, list[Any]] = field(default_factory=dict)
    streams: list[asyncio.StreamWriter] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    waiting: dict[Any, asyncio.Future[Any]] = field(default_factory=dict)
    tasks: set[asyncio.Future[None]] = field(default_factory=set)
    gone: int = 0
    numbers: int = 0
    endpoint: str = "/messages?session=1"
    status: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    tools: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def asked(self, rpc: str) -> list[Asked]:
        return [request for request in self.requests if request.rpc == rpc]

    # ------------------------------------------------------------ HTTP

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip().split("\r\n")
                method, path, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(method, path, headers, json.loads(body) if body else None, writer)
                self.requests.append(asked)
                handling = asyncio.ensure_future(self.handle(asked))
                watching = asyncio.ensure_future(_closed(reader))
                await asyncio.wait({handling, watching}, return_when=asyncio.FIRST_COMPLETED)
                if not handling.done():
                    self.gone += 1
                    handling.cancel()
                    return
                watching.cancel()
                await asyncio.wait([watching])
                await handling
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def reply(self, asked: Asked, status: int, body: Any = b"", **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body, indent=2).encode()
        headers.setdefault("content_type", "application/json")
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        asked.writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(data)}\r\n{lines}\r\n".encode() + data)
        await asked.writer.drain()

    async def open_stream(self, asked: Asked, **headers: str) -> None:
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        asked.writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n{lines}\r\n".encode()
        )
        await asked.writer.drain()

    async def event(self, writer: asyncio.StreamWriter, message: Any, number: str = "", kind: str = "message") -> None:
        data = message if isinstance(message, str) else json.dumps(message)
        text = (f"id: {number}\n" if number else "") + f"event: {kind}\ndata: {data}\n\n"
        await self.chunk(writer, text.encode())

    async def chunk(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await writer.drain()

    # ------------------------------------------------------------ MCP over it

    async def handle(self, asked: Asked) -> None:
        if self.redirect and not asked.path.endswith("/"):
            await self.reply(asked, 307, location=self.redirect)
        elif self.unauthorized and asked.headers.get("authorization") not in self.unauthorized:
            await self.reply(asked, 401, www_authenticate='Bearer resource_metadata="http://127.0.0.1/x"')
        elif asked.rpc in self.status:
            status, body = self.status[asked.rpc]
            await self.reply(asked, status, body)
        elif self.kind == "sse":
            await self.old(asked)
        elif asked.method == "POST":
            await self.post(asked)
        elif asked.method == "GET":
            await self.get(asked)
        else:
            self.sessions.discard(asked.headers.get("mcp-session-id", ""))
            await self.reply(asked, 204)

    async def old(self, asked: Asked) -> None:
        if asked.method == "GET":
            await self.open_stream(asked)
            self.streams.append(asked.writer)
            await self.event(asked.writer, self.endpoint, kind="endpoint")
            await asyncio.Event().wait()
        elif asked.path.startswith("/messages"):
            await self.reply(asked, 202)
            if asked.rpc == "answer":
                self.waiting.pop(asked.body["id"]).set_result(asked.body)
            elif "id" in asked.body:
                later = asyncio.ensure_future(self.later(asked))  # this connection carries other requests meanwhile
                self.tasks.add(later)
                later.add_done_callback(self.tasks.discard)
        else:
            await self.reply(asked, 405)

    async def later(self, asked: Asked) -> None:
        with contextlib.suppress(ConnectionError):
            await self.event(self.streams[-1], self.result(asked, await self.outcome(asked, self.streams[-1])))

    async def post(self, asked: Asked) -> None:
        session = asked.headers.get("mcp-session-id")
        modern = self.revision == "2026-07-28"
        if modern and (problem := self.wrong(asked)):
            await self.reply(asked, 400, {"jsonrpc": "2.0", "id": None, "error": {"code": -32020, "message": problem}})
        elif not modern and asked.rpc == "server/discover":
            await self.reply(asked, 400, b"no session", content_type="text/plain")
        elif not modern and asked.rpc != "initialize" and session not in self.sessions:
            await self.reply(asked, 404, b"", content_type="text/plain")
        elif asked.rpc == "answer":
            self.waiting.pop(asked.body["id"]).set_result(asked.body)
            await self.reply(asked, 202)
        elif "id" not in asked.body:
            await self.reply(asked, 202)
        else:
            await self.answer(asked)

    def wrong(self, asked: Asked) -> str:
        meta = asked.body.get("params", {}).get("_meta", {})
        if asked.headers.get("mcp-protocol-version") != meta.get("io.modelcontextprotocol/protocolVersion"):
            return "version"
        if asked.headers.get("mcp-method") != asked.body["method"]:
            return "method"
        if asked.rpc == "tools/call" and _plain(asked.headers.get("mcp-name", "")) != asked.body["params"]["name"]:
            return "name"
        return ""

    async def answer(self, asked: Asked) -> None:
        headers = {}
        if asked.rpc == "initialize":
            self.numbers += 1
            self.sessions.add(f"session-{self.numbers}")
            headers = {"mcp_session_id": f"session-{self.numbers}"}
        tool = asked.body.get("params", {}).get("name", "")
        if tool == "sleep":
            await asyncio.Event().wait()
        if asked.rpc == "subscriptions/listen":
            await self.open_stream(asked)
            self.streams.append(asked.writer)
            await asyncio.Event().wait()
        if self.answers == "json" and tool not in ("progress", "ask", "broken", "endless"):
            await self.reply(asked, 200, self.result(asked, await self.outcome(asked, asked.writer)), **headers)
            return
        await self.open_stream(asked, **headers)
        await self.chunk(asked.writer, b": welcome\n\n")
        if tool == "broken":
            await self.broken(asked)
            return
        if tool == "endless":
            while True:
                await self.chunk(asked.writer, b"data: " + b"x" * 60_000)
        await self.event(asked.writer, self.result(asked, await self.outcome(asked, asked.writer)))
        asked.writer.write(b"0\r\n\r\n")

    async def broken(self, asked: Asked) -> None:
        """A stream that breaks off after an event with an id; what follows is kept for whoever takes it up."""
        await self.chunk(asked.writer, b"id: before\nretry: 10\ndata:\n\n")
        self.kept["before"] = ["cut", ("after", self.result(asked, {"content": [{"type": "text", "text": "whole"}]}))]
        asked.writer.transport.abort()

    def result(self, asked: Asked, result: Any) -> Any:
        key = "error" if "code" in result else "result"
        return {"jsonrpc": "2.0", "id": asked.body["id"], key: result}

    async def get(self, asked: Asked) -> None:
        last = asked.headers.get("last-event-id")
        if last in self.kept:
            await self.open_stream(asked)
            todo = self.kept[last]
            if todo[0] == "cut":  # once more it breaks off
                del todo[0]
                asked.writer.transport.abort()
                return
            for number, message in todo:
                await self.event(asked.writer, message, number)
            asked.writer.write(b"0\r\n\r\n")
        elif not self.standing:
            await self.reply(asked, 405)
        elif asked.headers.get("mcp-session-id") not in self.sessions:
            await self.reply(asked, 404)
        else:
            await self.open_stream(asked)
            self.streams.append(asked.writer)
            await asyncio.Event().wait()

    async def outcome(self, asked: Asked, stream: asyncio.StreamWriter) -> Any:
        params = asked.body.get("params", {})
        if asked.rpc == "initialize":
            return {"protocolVersion": self.revision, "capabilities": CAPABILITIES, "serverInfo": INFO}
        if asked.rpc == "server/discover":
            return {"resultType": "complete", "supportedVersions": [self.revision], "capabilities": CAPABILITIES,
                    "ttlMs": 0, "cacheScope": "public"}  # fmt: skip
        if asked.rpc != "tools/call":
            return self.listed(asked)
        arguments, text = params.get("arguments", {}), ""
        if params["name"] == "echo":
            text = json.dumps(arguments)
        elif params["name"] == "headers":
            text = json.dumps(asked.headers)
        elif params["name"] == "big":
            text = "x" * arguments["bytes"]
        elif params["name"] == "progress":
            token = params["_meta"]["progressToken"]
            for step in range(2):
                await self.event(
                    stream, {"jsonrpc": "2.0", "method": "notifications/progress",
                             "params": {"progressToken": token, "progress": step}}
                )  # fmt: skip
        elif params["name"] == "ask":
            number = f"ask-{asked.body['id']}"
            self.waiting[number] = asyncio.get_running_loop().create_future()
            answered = self.waiting[number]
            await self.event(stream, {"jsonrpc": "2.0", "id": number, "method": "sampling/createMessage", "params": {}})
            text = json.dumps(await answered)
        else:
            return {"code": -32602, "message": "Unknown tool"}
        return {"content": [{"type": "text", "text": text}]}

    def listed(self, asked: Asked) -> Any:
        return {"tools": self.tools} if asked.rpc == "tools/list" and self.tools else {}

    async def tell(self, method: str, params: Any = None) -> None:
        """Say something on the standing stream."""
        await self.event(self.streams[-1], {"jsonrpc": "2.0", "method": method, "params": params or {}})


def _plain(value: str) -> str:
    if value.startswith("=?base64?"):
        return base64.b64decode(value[9:-2]).decode()
    return value


async def _closed(reader: asyncio.StreamReader) -> None:
    """Until the client hangs up."""
    while not reader.at_eof():
        await asyncio.sleep(0.01)


@asynccontextmanager
async def remote_server(**settings: Any) -> AsyncIterator[RemoteServer]:
    """A server on 127.0.0.1 until the end."""
    made = RemoteServer(**settings)
    tasks: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.connection(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accepted, "127.0.0.1", 0, limit=1 << 26)
    made.port = listener.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listener.close()
        left = {*tasks, *made.tasks}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
