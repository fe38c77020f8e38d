"""An HTTP API in the test's own process, and sessions with it through its OpenAPI document."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from switchgear.core.secrets import Secret
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Session, Terms
from switchgear.plugins.openapi.channel import open_api
from switchgear.plugins.permissions import Permissions, PluginLimits
from switchgear.plugins.settings import Value


@dataclass
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass
class Answered:
    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Answered | Awaitable[Answered]]


@dataclass
class ApiServer:
    """``answers``: what is said to a method and path, whatever the query; otherwise 404. ``gone`` counts clients that hung up early."""

    answers: dict[str, Answered | Handler] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    gone: int = 0
    waiting: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip().split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(method, target, headers, body)
                self.asked.append(asked)
                await self.answer(asked, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = self.answers.get(f"{asked.method} {asked.path}", Answered(404, {"error": "no such thing"}))
        if not isinstance(found, Answered):
            made = found(asked)
            if isinstance(made, Answered):
                found = made
            else:
                self.waiting += 1
                working, closed = asyncio.ensure_future(made), asyncio.ensure_future(_closed(reader))
                await asyncio.wait({working, closed}, return_when=asyncio.FIRST_COMPLETED)
                if not working.done():
                    self.gone += 1
                    working.cancel()
                    raise ConnectionResetError
                closed.cancel()
                found = working.result()
        data = found.body if isinstance(found.body, bytes) else json.dumps(found.body).encode()
        headers = {"content-type": "application/json", "content-length": str(len(data)), **found.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        body = b"" if asked.method == "HEAD" else data
        writer.write(f"HTTP/1.1 {found.status} X\r\n{lines}\r\n".encode() + body)
        await writer.drain()


async def _closed(reader: asyncio.StreamReader) -> None:
    while not reader.at_eof():
        await asyncio.sleep(0.01)


@asynccontextmanager
async def api_server(answers: Mapping[str, Answered | Handler] | None = None) -> AsyncIterator[ApiServer]:
    """A server on 127.0.0.1 until the end."""
    made = ApiServer(dict(answers or {}))
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
        for task in set(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(set(tasks))


LIMITS = PluginLimits(seconds=20, response_bytes=1 << 20)


@asynccontextmanager
async def session_with(
    document: Any,
    server: ApiServer | None = None,
    *,
    secrets: Mapping[str, str] | None = None,
    network: tuple[str, ...] | None = None,
    limits: PluginLimits = LIMITS,
    **settings: Value,
) -> AsyncIterator[Session]:
    """A session with the API of a document at a server, which is granted exactly, closed afterwards."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    if server is not None:
        settings.setdefault("base_url", server.url)
    hidden = {name: Secret(value) for name, value in (secrets or {}).items()}
    granted = (f"127.0.0.1:{server.port}",) if server is not None and network is None else network or ()
    channel = await open_api(
        "api",
        data,
        settings=settings,
        secrets=hidden,
        permissions=Permissions(network=granted, secrets=tuple(hidden)),
        limits=limits,
    )
    session = await open_session(channel, Terms("api", limits))
    try:
        yield session
    finally:
        await session.close(1.0)


async def called(session: Session, tool: str, /, **arguments: Any) -> Any:
    """The result of a call."""
    params = json.dumps({"name": tool, "arguments": arguments}).encode()
    return json.loads(bytes(await session.request("tools/call", params)))


async def listed(session: Session) -> dict[str, Any]:
    """Every tool by name."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        page = json.loads(bytes(await session.request("tools/list", json.dumps({"cursor": cursor}).encode())))
        found |= {tool["name"]: tool for tool in page["tools"]}
        cursor = page.get("nextCursor", "")
        if not cursor:
            return found


def api(paths: dict[str, Any], version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    """A document."""
    return {"openapi": version, "info": {"title": "Test", "version": "1"}, "paths": paths, **more}
