"""What tool calls through Switchgear are held against: FastMCP's proxy, the same server without anything before it, and a start outside
the sandbox.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvloop

from harness import install
from harness.gateways import Endpoint
from harness.loads import run_count
from harness.processes import BenchError, Child, Cores, free_port, wait_for_port
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Terms
from switchgear.plugins.mcp.stdio import StdioChannel, start_process
from switchgear.plugins.permissions import PluginLimits
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.runtimes import runtime_of
from switchgear.plugins.sandbox.sandbox import Sandbox

PEERS = install.ROOT / "bench" / "peers"
SERVER = PEERS / "plugin" / "server.py"
PYTHON = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "switchgear-bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ARGUMENTS = {"text": "What is said back, about as long as what tools are mostly asked." * 2}
PATIENCE = 60
LIMITS = PluginLimits(memory_mb=512, processes=64, disk_mb=64, seconds=60)


def tool_endpoint(port: int, path: str, method: str, params: Mapping[str, object], key: str = "") -> Endpoint:
    """One request of 2026-07-28, which needs no session."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
    }
    if "name" in params:
        headers["mcp-name"] = str(params["name"])
    if key:
        headers["authorization"] = f"Bearer {key}"
    return Endpoint(port, path, json.dumps(message).encode(), headers)


def echo_call(port: int, path: str, key: str = "") -> Endpoint:
    """A call of the tool that gives its text back."""
    return tool_endpoint(port, path, "tools/call", {"name": "echo", "arguments": ARGUMENTS}, key)


@contextlib.contextmanager
def fastmcp_proxy(folder: Path, cores: Cores) -> Iterator[tuple[Child, Endpoint]]:
    """FastMCP's proxy on the gateway's CPU, its client connected, until the end; and a call through it."""
    python = install.fastmcp_environment() / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [str(python), str(PEERS / "fastmcp" / "proxy.py"), str(port), str(SERVER)]
    with Child(command, cpus=cores.gateway, log=folder / "fastmcp.log", env={}, cwd=folder) as child:
        wait_for_port(port, child, PATIENCE)
        endpoint = echo_call(port, "/mcp")
        if run_count(endpoint, 20, connections=1) != 20:
            raise BenchError(f"FastMCP's proxy does not answer: {child.last_words()}")
        yield child, endpoint


# ------------------------------------------------------------ without anything before it


def direct_ms(cores: Cores, calls: int, through: Endpoint, rate: float) -> tuple[list[float], list[float]]:
    """Milliseconds of calls straight to the server's pipes, and of calls through the gateway, the two taking turns."""
    return uvloop.run(_in_turn(cores, calls, through, rate))


async def _in_turn(cores: Cores, calls: int, through: Endpoint, rate: float) -> tuple[list[float], list[float]]:
    pipe = await asyncio.create_subprocess_exec(
        str(PYTHON), str(SERVER), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    os.sched_setaffinity(pipe.pid, cores.gateway)  # where the gateway's plugin runs
    assert pipe.stdin is not None
    assert pipe.stdout is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", through.port)
    line, request = through.body + b"\n", through.request()
    direct, other = list[float](), list[float]()
    try:
        for number in range(calls):
            if number % 2:
                began = time.perf_counter()
                pipe.stdin.write(line)
                await pipe.stdout.readline()
                direct.append((time.perf_counter() - began) * 1e3)
            else:
                began = time.perf_counter()
                writer.write(request)
                await _answer(reader)
                other.append((time.perf_counter() - began) * 1e3)
            await asyncio.sleep(1 / rate)
    finally:
        writer.close()
        pipe.kill()
        await pipe.wait()
    return direct, other


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise BenchError(f"a call through the gateway was answered with {head[:60].decode(errors='replace')}")
    _, _, rest = head.partition(b"content-length:")
    return await reader.readexactly(int(rest.partition(b"\r\n")[0]))


# ------------------------------------------------------------ cold starts


def cold_starts_ms(times: int) -> tuple[float, float]:
    """Milliseconds from nothing to a server that has introduced itself: as a plain process, and in the sandbox. Medians."""
    return asyncio.run(_cold_starts(times))


async def _cold_starts(times: int) -> tuple[float, float]:
    plain, confined = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox()
        try:
            for number in range(times + 1):
                data = Path(folder, str(number))
                data.mkdir()
                one, other = await _plain_start(), await _confined_start(sandbox, data)
                if number:  # the first one finds out what this machine has
                    plain.append(one)
                    confined.append(other)
        finally:
            sandbox.close()
    return statistics.median(plain), statistics.median(confined)


async def _plain_start() -> float:
    began = time.perf_counter()
    process = await start_process("bench", [str(PYTHON), "-I", str(SERVER)], {"PATH": os.defpath})
    return await _introduced(StdioChannel("bench", process, LIMITS.response_bytes), began)


async def _confined_start(sandbox: Sandbox, data: Path) -> float:
    began = time.perf_counter()
    launch = Launch(
        name="bench",
        argv=(str(PYTHON), "-I", "/plugin/server.py"),
        code=SERVER.parent,
        data=data,
        runtimes=runtime_of(PYTHON),
        limits=LIMITS,
    )
    return await _introduced(StdioChannel("bench", await sandbox.start(launch), LIMITS.response_bytes), began)


async def _introduced(channel: Channel, began: float) -> float:
    session = await open_session(channel, Terms("bench", LIMITS))
    took = (time.perf_counter() - began) * 1e3
    await session.close()
    return took
