"""A gateway on a socket, in this process, whose chats have the tools of a real server over stdio, and models that are scripted."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Unpack

import httpx
import openai
import uvicorn
from chat_tool_server import definitions
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.app.gateway import Gateway, Options, offline
from switchgear.app.http_server import uvicorn_config
from switchgear.app.roads import endpoints
from switchgear.core.calls import CallRecord
from switchgear.core.errors import SwitchgearError
from switchgear.edge.admin.api import build
from switchgear.edge.server import ServerLimits, protocol_factory
from switchgear.observe.logs import LogControl
from switchgear.pipeline.tool_call import How
from switchgear.pipeline.tools.chats import Chats
from switchgear.pipeline.tools.offered import Offers
from switchgear.plugins.catalogue import Catalogue
from switchgear.plugins.mcp.asking import Handler
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.mcp.stdio import StdioChannel, start_process
from switchgear.plugins.naming import parted
from switchgear.plugins.offer import TOOLS, Definition, Offer
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.sight import Sight
from switchgear.testing import ScriptedProvider

SERVER = Path(__file__).parent / "chat_tool_server.py"
CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[providers.chat]
kind = "openai"
base_url = "{url}"

[providers.priced]
kind = "openai"
base_url = "{url}"
models = ["gpt-4o-mini"]
prices = "openai"

[limits.tight]
rpm = 1

[models.seeing]
deployments = [{{ provider = "chat", model = "m", capabilities = {{ vision = true }} }}]

[models.blind]
deployments = [{{ provider = "chat", model = "m", capabilities = {{ vision = false }} }}]
"""


REMOTE = "https://files.example.com/mcp"


class SessionTools:
    """Calls tools through a session, as ``ToolCalls`` does through those of all plugins. ``refusals`` are raised instead, once each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.called: list[tuple[str, Any, str, int]] = []
        self.abandoned: list[str] = []
        self.refusals: dict[str, list[SwitchgearError]] = {}

    async def call(self, key: Key, name: str, arguments: bytes, **how: Unpack[How]) -> Raw:
        self.called.append((name, json.loads(arguments), how["parent"], how["step"]))
        if waiting := self.refusals.get(name):
            raise waiting.pop(0)
        params = b'{"name":%b,"arguments":%b}' % (json.dumps(parted(name)[1]).encode(), arguments)
        try:
            return await self._request(params, how)
        except asyncio.CancelledError:
            self.abandoned.append(name)
            raise

    async def _request(self, params: bytes, how: How) -> Raw:
        return await self._session.request(
            "tools/call", params, on_progress=how["on_progress"], seconds=how["seconds"], caller=how["caller"]
        )


class ChatRig:
    """What a test needs of it. ``records`` are the calls of models as they were published."""

    def __init__(self, gateway: Gateway, upstream: ScriptedProvider, tools: SessionTools, port: int) -> None:
        assert gateway.first_key is not None
        self.gateway = gateway
        self.upstream = upstream
        self.tools = tools
        self.url = f"http://127.0.0.1:{port}"
        self.key = gateway.first_key.reveal()
        self.requests: dict[str, Handler] = {}
        self.records: list[CallRecord] = []
        gateway.bus.subscribe(CallRecord, self.records.append)
        self.http = httpx.AsyncClient(
            base_url=self.url, headers={"authorization": f"Bearer {self.key}"}, timeout=30, trust_env=False
        )
        self.client = openai.AsyncOpenAI(
            base_url=f"{self.url}/v1", api_key=self.key, max_retries=0, http_client=httpx.AsyncClient(trust_env=False)
        )

    async def chat(self, wish: Mapping[str, Any] | None, model: str = "chat/m", **fields: Any) -> dict[str, Any]:
        """One chat, whole."""
        messages = fields.pop("messages", [{"role": "user", "content": "Go on."}])
        body = {"model": model, "messages": messages, **({} if wish is None else {"switchgear": wish}), **fields}
        answer = await self.http.post("/v1/chat/completions", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def asked(self) -> list[Any]:
        """The bodies that the model was asked with."""
        return [request.json for request in self.upstream.requests if request.path.endswith("completions")]

    def calls(
        self, *made: tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], str], text: str | None = None
    ) -> None:
        """Script an answer that calls tools: name, arguments, and an id where it matters."""
        number = len(self.upstream.requests)
        self.upstream.reply(
            text,
            tool_calls=[
                {
                    "id": one[2] if len(one) > 2 else f"call_{number}_{place}",
                    "type": "function",
                    "function": {"name": one[0], "arguments": json.dumps(one[1])},
                }
                for place, one in enumerate(made)
            ],
        )


def offer() -> Offer:
    """What the server offers."""
    found = {}
    for one in definitions():
        reads = one.get("annotations", {}).get("readOnlyHint") is True
        found[one["name"]] = Definition(one["name"], json.dumps(one).encode(), not reads)
    return Offer({TOOLS: found})


@asynccontextmanager
async def serving_chats(
    folder: Path, sight: Callable[[Key], Sight] = lambda _: Sight(("*",))
) -> AsyncIterator[ChatRig]:
    """The rig, closed afterwards."""
    limits = PluginLimits()
    command = [sys.executable, "-S", "-E", str(SERVER)]
    process = await start_process("files", command, {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"})
    channel = StdioChannel("files", process, limits.response_bytes)
    requests: dict[str, Handler] = {}
    terms = Terms("files", limits, Hooks(requests), capabilities=b'{"sampling":{}}')
    session = await open_session(channel, terms, probe=5.0)
    async with ScriptedProvider(models=("m", "gpt-4o-mini")) as upstream:
        config = folder / "switchgear.toml"
        config.write_text(CONFIG.format(url=upstream.base_url))
        options = Options(data_dir=folder / "data", config=config, environ={})
        try:
            async with offline(options, LogControl()) as gateway:
                catalogue = Catalogue()
                catalogue.put("files", offer())
                tools = SessionTools(session)
                gateway.calls.tools = Chats(
                    gateway.calls, tools, Offers(catalogue, sight), tuple, lambda: [("files", REMOTE)]
                )
                async with _listening(gateway) as port:
                    rig = ChatRig(gateway, upstream, tools, port)
                    rig.requests = requests
                    yield rig
                    await rig.http.aclose()
                    await rig.client.close()
        finally:
            await session.close(0.2)


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the data plane alone is served")


@asynccontextmanager
async def _listening(gateway: Gateway) -> AsyncIterator[int]:
    settings = gateway.settings.server
    protocol = protocol_factory(endpoints(gateway), ServerLimits(settings.header_timeout, 100))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn_config(_nothing, protocol, settings))
        serving = asyncio.create_task(server._serve([listener]))
        try:
            async with asyncio.timeout(20):
                while not server.started:
                    await asyncio.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


async def make_key(gateway: Gateway, **fields: Any) -> tuple[str, str]:
    """A key that may call everything, by its id, and its secret."""
    app = build(gateway)
    assert gateway.first_key is not None
    headers = {"authorization": f"Bearer {gateway.first_key.reveal()}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:4100", headers=headers) as api:
        answer = await api.post("/api/keys", json={"name": "limited", **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], answer.json()["key"]


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
