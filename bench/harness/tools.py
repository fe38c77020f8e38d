"""What a call of a tool costs through Switchgear: CPU and time beside FastMCP's proxy and the same server alone; lists; cold starts;
and what many plugins and many sessions leave behind.

All sides are served in one run and measured in turn. The plugin's own CPU is nobody's: it has a session of its own, on either side.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import json
import shutil
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import uvloop

from harness.figures import percentile
from harness.gateways import Endpoint, Switchgear
from harness.loads import run_count, run_paced, run_wrk
from harness.measures import AFTERMATH, Figures, Measure, Setting
from harness.processes import BenchError, Child
from harness.tool_peers import SERVER, cold_starts_ms, direct_ms, echo_call, fastmcp_proxy, tool_endpoint
from harness.upstreams import Running

ROUNDS = 3
"""Turns of every side within a repeat; the figure is the least of them, since noise only ever adds."""
CONNECTIONS = 8
SECONDS = 2
PACE = 300
"""Calls a second where their time is taken."""
PACED = 1200
LISTED = 1000
LISTS = 100
STARTS = 9
MANY = 100
"""Plugins that are set up, of which two are used."""
SESSIONS = 10_000


class Tooled(Switchgear):
    """Switchgear with plugins; no limit of theirs is in the way."""

    name = "switchgear-tools"

    def _config(self) -> str:
        most = ["[plugins]", f"search_above = {100 * LISTED}", "[plugins.most]", "calls_per_minute = 1000000"]
        return super()._config() + "\n".join([*most, "concurrency = 10000"]) + "\n"

    def command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        data = self.folder / "data"
        if not data.exists():
            (self.folder / "switchgear.toml").write_text(self._config())
            data.mkdir(parents=True)
        return super().command(port)


def bundle_folder(into: Path, name: str, tools: int) -> Path:
    """A bundle that is not packed: the server that does next to nothing, with so many tools."""
    folder = into / name
    folder.mkdir(parents=True)
    shutil.copy(SERVER, folder / "server.py")
    command = {"command": "python", "args": ["${__dirname}/server.py", str(tools)]}
    limits = {"memory_mb": 512, "calls_per_minute": 1_000_000, "concurrency": 256, "seconds": 60}
    manifest = {
        "manifest_version": "0.3",
        "name": name,
        "version": "1.0.0",
        "description": "Answers for the bench.",
        "author": {"name": "Switchgear"},
        "server": {"type": "python", "entry_point": "server.py", "mcp_config": command},
        "_meta": {"dev.switchgear": {"permissions": {}, "limits": limits}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def install_bundle(run: Running, folder: Path) -> None:
    """Install an unpacked bundle over the admin API, as the command line does."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    connection = http.client.HTTPConnection("127.0.0.1", run.port, timeout=120)
    with contextlib.closing(connection):
        proposal = json.loads(_admin(connection, run, "/bundle", packed.getvalue()))
        accepted = json.dumps({"unsigned": True}).encode()
        said = _admin(connection, run, f"/{proposal['id']}/install", accepted).splitlines()
    if not json.loads(said[-1]).get("ok"):
        raise BenchError(f"a plugin cannot be installed: {said[-1][:400].decode(errors='replace')}")


def _admin(connection: http.client.HTTPConnection, run: Running, path: str, body: bytes) -> bytes:
    kind = "application/json" if body[:1] == b"{" else "application/octet-stream"
    headers = {**run.unary.headers, "content-type": kind}
    connection.request("POST", f"/api/plugins/proposals{path}", body, headers)
    answer = connection.getresponse()
    told = answer.read()
    if answer.status >= 300:
        raise BenchError(f"a plugin cannot be installed: {told[:400].decode(errors='replace')}")
    return told


def _key(run: Running) -> str:
    return run.unary.headers["authorization"].removeprefix("Bearer ")


def calls(run: Running, setting: Setting) -> Figures:
    """CPU of a call in µs, ours and FastMCP's, and the time that the gateway adds to it, in ms."""
    bundles = setting.folder / "bundles"
    shutil.rmtree(bundles, ignore_errors=True)
    install_bundle(run, bundle_folder(bundles, "bench", 1))
    install_bundle(run, bundle_folder(bundles, "listing", LISTED))
    through = echo_call(run.port, "/mcp/bench", _key(run))
    _works(run, through)
    return _calls(run, setting, through) | _waits(setting, through)


def lists(run: Running, _: Setting) -> Figures:
    """Times of lists of many tools and of a search among them, in ms."""
    return _lists(run, _key(run)) | _searches(run, _key(run))


def starts(_run: Running, _: Setting) -> Figures:
    """Times of a plugin's start, in the sandbox and what that is more than outside of it, in ms."""
    plain, confined = cold_starts_ms(STARTS)
    return {"tools.cold_start_ms": confined, "tools.cold_start_added_ms": confined - plain}


def _works(run: Running, endpoint: Endpoint) -> None:
    if run_count(endpoint, 200, connections=4) != 200:
        raise BenchError(f"calls of tools fail: {run.child.last_words()}")


# ------------------------------------------------------------ calls


def _calls(run: Running, setting: Setting, through: Endpoint) -> Figures:
    """CPU of a call, ours and FastMCP's, in turn; the ratio is of the least of each."""
    own, theirs, rates = list[float](), list[float](), list[float]()
    with fastmcp_proxy(setting.folder / "fastmcp", setting.cores) as (proxy, endpoint):
        for _ in range(ROUNDS):
            cpu, rate = _cpu(run.child, through, setting)
            own.append(cpu)
            rates.append(rate)
            theirs.append(_cpu(proxy, endpoint, setting)[0])
    return {
        "tools.us_per_call": min(own),
        "tools.calls_per_s": max(rates),
        "tools.fastmcp_us_per_call": min(theirs),
        "tools.times_fewer_than_fastmcp": min(theirs) / min(own),
    }


def _cpu(child: Child, endpoint: Endpoint, setting: Setting) -> tuple[float, float]:
    """CPU of one call in µs, and calls a second."""
    before = child.cpu_seconds()
    result = run_wrk(endpoint, setting.folder / "tools.lua", connections=CONNECTIONS, seconds=SECONDS)
    time.sleep(AFTERMATH)
    if result.errors or not result.good:
        raise BenchError(f"{result.errors} of {result.requests} calls of a tool failed: {child.last_words()}")
    return (child.cpu_seconds() - before) / result.good * 1e6, result.per_second


def _waits(setting: Setting, through: Endpoint) -> Figures:
    direct, other = direct_ms(setting.cores, PACED, through, PACE)
    return {
        "tools.p50_ms": percentile(other, 50),
        "tools.p50_added_ms": percentile(other, 50) - percentile(direct, 50),
        "tools.p99_added_ms": percentile(other, 99) - percentile(direct, 99),
    }


def _lists(run: Running, key: str) -> Figures:
    """Time of ``tools/list`` of so many tools, which no process is asked for."""
    endpoint = tool_endpoint(run.port, "/mcp/listing", "tools/list", {}, key)
    _works(run, endpoint)
    (paced,) = run_paced([endpoint], rate=20, seconds=LISTS / 20)
    if paced.errors or not paced.latencies_ms:
        raise BenchError(f"tools/list fails: {run.child.last_words()}")
    return {
        "tools.list_ms": percentile(paced.latencies_ms, 50),
        "tools.list_p99_ms": percentile(paced.latencies_ms, 99),
    }


def _searches(run: Running, key: str) -> Figures:
    """Time of a search over as many tools, by words alone: these gateways have no embedded model."""
    asked = {"name": "search_tools", "arguments": {"query": "give back the text of tool 500"}}
    endpoint = tool_endpoint(run.port, "/mcp", "tools/call", asked, key)
    _works(run, endpoint)
    (paced,) = run_paced([endpoint], rate=20, seconds=LISTS / 20)
    if paced.errors or not paced.latencies_ms:
        raise BenchError(f"searches for tools fail: {run.child.last_words()}")
    return {"tools.search_ms": percentile(paced.latencies_ms, 50)}


# ------------------------------------------------------------ what is left behind


def sessions(run: Running, _: Setting) -> Figures:
    """Memory and processes after the first hundredth of the sessions, and after all of them; nobody ends one."""
    key = _key(run)
    uvloop.run(_begin_sessions(run.port, key, SESSIONS // 100))
    before, processes = run.child.resident_bytes(), len(_descendants(run.child.leader))
    uvloop.run(_begin_sessions(run.port, key, SESSIONS))
    time.sleep(1)
    after = run.child.resident_bytes()
    return {
        "tools.sessions_memory_growth": after / before,
        "tools.sessions_memory_mb": after / 1e6,
        "tools.sessions_processes_added": len(_descendants(run.child.leader)) - processes,
    }


async def _begin_sessions(port: int, key: str, count: int) -> None:
    """A handshake and a call in each of so many sessions, eight at a time."""
    about = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "echo", "arguments": {"text": "x"}}}
    left = iter(range(count))

    async def some() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            fields, _ = await _ask(reader, writer, port, key, hello)
            session = fields.get("mcp-session-id")
            if not session:
                raise BenchError("a handshake got no session")
            _, body = await _ask(reader, writer, port, key, call, session)
            if b'"content"' not in body:
                raise BenchError(f"a call in a session was answered with {body[:200]!r}")
        writer.close()

    await asyncio.gather(*(some() for _ in range(CONNECTIONS)))


async def _ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    port: int,
    key: str,
    message: Mapping[str, object],
    session: str = "",
) -> tuple[Mapping[str, str], bytes]:
    headers = {"authorization": f"Bearer {key}", "accept": "application/json, text/event-stream"}
    if session:
        headers |= {"mcp-session-id": session, "mcp-protocol-version": "2025-11-25"}
    writer.write(Endpoint(port, "/mcp/bench", json.dumps(message).encode(), headers).request())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = (line.partition(":") for line in head.split("\r\n"))
    fields = {name.lower(): value.strip() for name, _, value in lines}
    return fields, await reader.readexactly(int(fields.get("content-length", 0)))


def many(run: Running, setting: Setting) -> Figures:
    """Set up plugins until there are a hundred."""
    for number in range(MANY - 2):
        install_bundle(run, bundle_folder(setting.folder / "bundles", f"idle-{number}", 1))
    return {"tools.set_up": MANY}


def used(run: Running, _: Setting) -> Figures:
    """Plugins' processes of a gateway that was started with a hundred plugins, of which two were called since; and its start, in s."""
    for name in ("bench", "idle-0"):
        _works(run, echo_call(run.port, f"/mcp/{name}", _key(run)))
    return {"tools.running": _plugins(run.child.leader), "tools.start_s": run.start_seconds}


MEASURES: tuple[Measure, ...] = (calls, lists, starts, sessions, many)
"""In this order, on one gateway; then ``used``, on another with the same data."""


def _plugins(leader: int) -> int:
    """Plugins' processes: interpreters that run the bench's server."""
    found = 0
    for pid in _descendants(leader):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        found += b"/plugin/server.py" in command and command[0].rpartition(b"/")[2].startswith(b"python")
    return found


def _descendants(leader: int) -> set[int]:
    """Every process below ``leader``, whatever session it is in (proc(5))."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    below = {leader}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {leader}
