"""A session with a server in the sandbox: the same as with one outside, and it tells why the sandbox ended it."""

import asyncio
from pathlib import Path

import pytest
from cell import Cell
from tool_servers import SERVER, call

from switchgear.core.errors import ServerGone
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Session, Terms
from switchgear.plugins.mcp.stdio import StdioChannel
from switchgear.plugins.permissions import NOTHING, PluginLimits

LIMITS = PluginLimits(memory_mb=256, processes=32, disk_mb=64, seconds=60)


async def _session(cell: Cell) -> Session:
    code = await asyncio.to_thread(Path(SERVER).read_text)
    confined = await cell.start(code, NOTHING, LIMITS)
    return await open_session(StdioChannel("trial", confined, LIMITS.response_bytes), Terms("trial", LIMITS))


async def test_a_confined_server_is_called_as_any_other(cell: Cell) -> None:
    session = await _session(cell)
    answers = await asyncio.gather(*(call(session, "echo", n=n) for n in range(50)))
    assert answers == [{"n": n} for n in range(50)]
    await session.close()
    assert session.gone == "it was stopped"


async def test_a_confined_server_that_takes_too_much_is_told_with_the_reason(cell: Cell) -> None:
    session = await _session(cell)
    with pytest.raises(ServerGone, match="memory"):
        await call(session, "memory", megabytes=1024)
    await session.close()
