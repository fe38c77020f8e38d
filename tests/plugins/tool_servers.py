"""Sessions with the fixture server in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Raw

from switchgear.plugins.mcp.asking import NOBODY, Caller
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Hooks, Session, Terms
from switchgear.plugins.mcp.stdio import PlainProcess, StdioChannel, start_process
from switchgear.plugins.permissions import PluginLimits

SERVER = Path(__file__).parent / "servers" / "tool_server.py"
LIMITS = PluginLimits()
NO_HOOKS = Hooks()
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


async def server_process(*arguments: str, program: Path = SERVER) -> PlainProcess:
    """The fixture server, started."""
    return await start_process("fixture", [sys.executable, "-S", "-E", str(program), *arguments], ENVIRONMENT)


async def server_channel(*arguments: str, limits: PluginLimits = LIMITS) -> StdioChannel:
    return StdioChannel("fixture", await server_process(*arguments), limits.response_bytes)


@asynccontextmanager
async def serving(
    *arguments: str, limits: PluginLimits = LIMITS, hooks: Hooks = NO_HOOKS, probe: float = 5.0
) -> AsyncIterator[Session]:
    """A session with the fixture server, closed afterwards."""
    channel = await server_channel(*arguments, limits=limits)
    terms = Terms("fixture", limits, hooks, capabilities=b'{"sampling":{}}')
    session = await open_session(channel, terms, probe=probe)
    try:
        yield session
    finally:
        await session.close(2.0)


def tool_params(tool: str, **arguments: Any) -> bytes:
    return json.dumps({"name": tool, "arguments": arguments}).encode()


async def call(session: Session, tool: str, /, caller: Caller = NOBODY, **arguments: Any) -> Any:
    """What a tool answered, its text read as JSON where it is."""
    result = await session.request("tools/call", tool_params(tool, **arguments), caller=caller)
    return text_of(result)


def text_of(result: Raw) -> Any:
    text = json.loads(bytes(result))["content"][0]["text"]
    try:
        return json.loads(text)
    except ValueError:
        return text


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
