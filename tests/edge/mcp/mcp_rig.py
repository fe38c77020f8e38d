"""``/mcp`` on a real socket, with real tool servers behind it, and a client of either kind of revision."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from msgspec import Raw
from tests.plugins.tool_servers import ENVIRONMENT, LIMITS, SERVER

from switchgear.access.keys import Keyring, hash_secret
from switchgear.access.limit_book import Defined, LimitBook, PluginNames, Stored
from switchgear.access.limits import Limiter
from switchgear.app.http_server import uvicorn_config
from switchgear.config.limits import LimitSettings
from switchgear.config.schema import ServerSettings, Settings
from switchgear.core.ids import RequestIds
from switchgear.core.secrets import Secret
from switchgear.core.tool_calls import ToolRecord
from switchgear.edge.mcp.authorization import Protection
from switchgear.edge.mcp.door import Door
from switchgear.edge.mcp.endpoint import McpEndpoint
from switchgear.edge.mcp.front import CAPABILITIES, Front
from switchgear.edge.mcp.listing import OwnTools
from switchgear.edge.mcp.turn import NEEDS
from switchgear.edge.server import GatewayProtocol, ServerLimits
from switchgear.pipeline.tool_call import Approvals, ToolCalls
from switchgear.plugins.host import HostHooks, PluginHost
from switchgear.plugins.installed import Installed
from switchgear.plugins.mcp.asking import Caller
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.stdio import StdioChannel, start_process
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.unit import RunStatus
from switchgear.state.memory import MemoryState
from switchgear.store.keys import Key as StoredKey
from switchgear.store.keys import KeySecret

PEPPER = b"pepper" * 6
CONFORMANT = Path(__file__).resolve().parents[2] / "conformance" / "fixture" / "serve.py"
CLIENT = {"name": "test", "version": "1"}
MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"


class NoBooks:
    async def since(self, by: str, since: int, until: int | None = None) -> Mapping[str, Any]:
        return {}


def a_plugin(name: str, command: list[str], **other: Any) -> Installed:
    nowhere = Path("/nowhere")
    about: dict[str, Any] = {"name": name, "version": "1.0.0", "kind": "bundle", "source": json.dumps(command)}
    return Installed(**about | {"state": "enabled", "folder": nowhere, "data": nowhere} | other)


def fixture(*arguments: str) -> list[str]:
    """The plain tool server."""
    return [sys.executable, "-S", "-E", str(SERVER), *arguments]


def conformant(revision: str) -> list[str]:
    """The server that has everything."""
    return [sys.executable, "-S", "-E", str(CONFORMANT), "stdio", "--newest", revision]


class Rig:
    """A front with its plugins. ``url`` is where it listens; ``records`` are what was published of calls."""

    def __init__(
        self,
        plugins: dict[str, list[str]],
        limits: PluginLimits,
        own: Callable[[PluginHost], OwnTools] | None = None,
        approvals: Approvals | None = None,
        beside: Rig | None = None,
    ) -> None:
        self.records: list[ToolRecord] = []
        self.keyring = Keyring(PEPPER)
        self.rows: list[StoredKey] = []
        self.key = self.add_key("all")
        self.state = MemoryState() if beside is None else beside.state
        self.limiter = Limiter(self.state, NoBooks(), lambda: self.keyring.keys, lambda _: None)
        self._front: Front | None = None
        hooks = HostHooks(
            requests=dict.fromkeys(NEEDS, self._asked),
            capabilities=lambda _: CAPABILITIES,
            notified=self._notified,
            changed=lambda *what: self._front.changed(*what) if self._front else None,
            status=self._status,
        )
        self.host = PluginHost(self._start, hooks)
        self.calls = ToolCalls(self.host, self.limiter, self._record, approvals)
        self._front = Front(
            self.calls,
            self.keyring,
            self.state.channels,
            ("node1" if beside is None else "node2", "1.0", PEPPER),
            own and own(self.host),
        )
        for name, command in plugins.items():
            self.host.put(a_plugin(name, command, limits=limits))
        self.url = ""
        self.serving: set[asyncio.Task[None]] = set()

    @property
    def front(self) -> Front:
        assert self._front is not None
        return self._front

    async def _asked(self, asked: Any) -> bytes:
        return await self.front.handlers()[asked.method](asked)

    def _notified(self, plugin: str, method: str, params: Raw, caller: Caller) -> None:
        self.front.notified(plugin, method, params, caller)

    def _status(self, status: RunStatus) -> None:
        self.front.status(status)

    def _record(self, event: object) -> None:
        if isinstance(event, ToolRecord):
            self.records.append(event)

    def add_key(self, name: str, **fields: Any) -> str:
        secret = f"sk-sg-{name.ljust(40, '0')}"
        row = {"id": f"key_{name}", "name": name, "models": ("*",), "scopes": ("call",), "created_at": 0}
        row |= {"expires_at": None, "revoked_at": None, "created_by": "test"}
        row["secrets"] = (KeySecret(hash_secret(PEPPER, secret.encode()), "0000", 0),)
        self.rows = [one for one in self.rows if one.id != row["id"]] + [StoredKey(**(row | fields))]
        self.keyring.load(self.rows)
        return secret

    def limit(self, plugins: dict[str, PluginNames], **limits: LimitSettings) -> None:
        self.limiter.load(LimitBook(Defined(limits, {}, {}, {}, plugins=plugins), Stored()))

    async def _start(self, installed: Installed) -> Channel:
        process = await start_process(installed.name, json.loads(installed.source), ENVIRONMENT)
        return StdioChannel(installed.name, process, installed.limits.response_bytes)

    async def ready(self) -> None:
        """Have every plugin run, and what it offers be known."""
        for installed in self.host.all():
            await self.host.session(installed.name)
            await self.host.refresh_offer(installed.name)

    def client(self, key: str | None = "", **headers: str) -> httpx.AsyncClient:
        sent = {"accept": "application/json, text/event-stream", **headers}
        if key is not None:
            sent["authorization"] = f"Bearer {key or self.key}"
        return httpx.AsyncClient(base_url=self.url, headers=sent, timeout=30)


@asynccontextmanager
async def serving(
    limits: PluginLimits = LIMITS,
    settings: ServerSettings | None = None,
    own: Callable[[PluginHost], OwnTools] | None = None,
    approvals: Approvals | None = None,
    beside: Rig | None = None,
    **plugins: list[str],
) -> AsyncIterator[Rig]:
    """A front that listens, its plugins running; ``beside`` is another worker of the same gateway. ``own`` are tools of the gateway's own over what they offer."""
    rig = Rig(plugins, limits, own, approvals, beside)
    await rig.ready()
    server_settings = settings or ServerSettings()
    endpoint = McpEndpoint(
        Door(Protection(rig.keyring, Settings, Secret, RequestIds()), lambda: server_settings),
        rig.front,
        rig.host,
        (1_000_000, 10.0),
    )
    endpoints = {"/mcp": endpoint, "/mcp/*": endpoint}
    config = uvicorn_config(_nothing, GatewayProtocol, server_settings)
    config.load()
    state = uvicorn.server.ServerState()
    rig.serving = state.tasks
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: GatewayProtocol(endpoints, ServerLimits(10.0, 100), config=config, server_state=state, app_state={}),
        "127.0.0.1",
        0,
    )
    rig.front.start()
    rig.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield rig
    finally:
        rig.front.close()
        listening.close()
        for connection in list(state.connections):
            connection.transport.abort()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=10)
        await rig.host.close()


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Spoken:
    """What an answer said: ``messages`` before the last, and the last."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        text = answer.text
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            found = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
            self.messages, self.body = found[:-1], found[-1] if found else None
        else:
            self.messages, self.body = [], json.loads(text) if text else None

    @property
    def result(self) -> Any:
        assert "result" in self.body, self.body
        return self.body["result"]

    @property
    def error(self) -> Any:
        return self.body["error"]

    @property
    def text(self) -> Any:
        text = self.result["content"][0]["text"]
        try:
            return json.loads(text)
        except ValueError:
            return text


class ModernClient:
    """Says everything with each request."""

    def __init__(self, http: httpx.AsyncClient, path: str = "/mcp", capabilities: Any = None) -> None:
        self.http = http
        self.path = path
        self.capabilities = capabilities or {}
        self.numbers = 0

    def request(self, method: str, meta: dict[str, Any] | None = None, **params: Any) -> tuple[Any, dict[str, str]]:
        self.numbers += 1
        params["_meta"] = {
            META + "protocolVersion": MODERN,
            META + "clientCapabilities": self.capabilities,
            META + "clientInfo": CLIENT,
        } | (meta or {})
        headers = {"mcp-protocol-version": MODERN, "mcp-method": method}
        for name in ("name", "uri"):
            if name in params:
                headers["mcp-name"] = str(params[name])
        return {"jsonrpc": "2.0", "id": self.numbers, "method": method, "params": params}, headers

    async def ask(self, method: str, meta: dict[str, Any] | None = None, /, **params: Any) -> Spoken:
        body, headers = self.request(method, meta, **params)
        return Spoken(await self.http.post(self.path, json=body, headers=headers))

    async def call(self, tool: str, /, **arguments: Any) -> Spoken:
        return await self.ask("tools/call", name=tool, arguments=arguments)


class GreetedClient:
    """Says ``initialize`` first."""

    def __init__(self, http: httpx.AsyncClient, path: str = "/mcp") -> None:
        self.http = http
        self.path = path
        self.headers: dict[str, str] = {}
        self.numbers = 0

    async def greet(self, revision: str = "2025-11-25", capabilities: Any = None) -> Spoken:
        answer = await self.ask(
            "initialize", protocolVersion=revision, capabilities=capabilities or {}, clientInfo=CLIENT
        )
        self.headers = {
            "mcp-session-id": answer.headers["mcp-session-id"],
            "mcp-protocol-version": answer.result["protocolVersion"],
        }
        await self.notify("notifications/initialized")
        return answer

    def message(self, method: str, params: Any) -> Any:
        self.numbers += 1
        return {"jsonrpc": "2.0", "id": self.numbers, "method": method, "params": params}

    async def post(self, body: Any) -> Spoken:
        return Spoken(await self.http.post(self.path, json=body, headers=self.headers))

    async def ask(self, method: str, /, **params: Any) -> Spoken:
        return await self.post(self.message(method, params))

    async def notify(self, method: str, /, **params: Any) -> Spoken:
        return await self.post({"jsonrpc": "2.0", "method": method, "params": params})

    async def call(self, tool: str, /, **arguments: Any) -> Spoken:
        return await self.ask("tools/call", name=tool, arguments=arguments)


async def events(answer: httpx.Response) -> AsyncIterator[Any]:
    """The messages of a stream, as they come."""
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])


def soon(seconds: float = 30.0) -> float:
    return time.monotonic() + seconds
