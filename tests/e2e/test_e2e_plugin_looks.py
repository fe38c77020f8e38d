"""An installed plugin is called, and looked at, from the command line."""

from __future__ import annotations

import io
import json
import queue
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from switchgear.testing import served

SECRET = "s3cret-value-of-a-test"
SECONDS = 60.0
SERVER = """
import json, os, sys
print("starting with", os.environ.get("TOKEN"), file=sys.stderr, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    method, params = asked["method"], asked.get("params") or {}
    if method == "initialize":
        result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "small", "version": "1"}}
    elif method == "tools/list":
        result = {"tools": [{"name": "tell", "description": "Tells.", "inputSchema": {"type": "object", "properties": {"days": {"type": "integer"}}}}]}
    else:
        said = {**params.get("arguments", {}), "token": os.environ.get("TOKEN")}
        result = {"content": [{"type": "text", "text": json.dumps(said)}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""
MANIFEST = {
    "manifest_version": "0.3",
    "name": "small",
    "version": "1.0.0",
    "description": "Tells.",
    "author": {"name": "Ann"},
    "server": {
        "type": "python",
        "entry_point": "server/main.py",
        "mcp_config": {
            "command": "python",
            "args": ["${__dirname}/server/main.py"],
            "env": {"TOKEN": "${user_config.token}"},
        },
    },
    "user_config": {"token": {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True}},
    "_meta": {"dev.switchgear": {"permissions": {"secrets": ["token"]}}},
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[served]:
    with served("[local]\nenabled = false\n") as running:
        headers = {"authorization": f"Bearer {running.key}"}
        with httpx.Client(base_url=running.url, headers=headers, timeout=SECONDS, trust_env=False) as http:
            install(http)
        yield running


def install(http: httpx.Client) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("manifest.json", json.dumps(MANIFEST))
        bundle.writestr("server/main.py", SERVER)
    sent = {"content-type": "application/octet-stream"}
    proposed = http.post("/api/plugins/proposals/bundle", content=file.getvalue(), headers=sent)
    assert proposed.status_code == 201, proposed.text
    body = {"unsigned": True, "secrets": {"token": SECRET}}
    done = http.post(f"/api/plugins/proposals/{proposed.json()['id']}/install", json=body)
    last = json.loads(done.text.strip().splitlines()[-1])
    if "sandbox" in done.text and "error" in last:
        pytest.skip(f"this machine cannot run the sandbox: {done.text[-300:]}")
    assert http.get("/api/plugins/small").json()["state"] == "enabled", done.text


def command(gateway: served, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "switchgear", "plugin", *arguments, "--data-dir", str(gateway.data_dir)]


def run(gateway: served, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(gateway, *arguments), capture_output=True, text=True, check=False, timeout=SECONDS, cwd=gateway.data_dir
    )


def test_a_tool_of_an_installed_plugin_is_called_through_the_gateway(gateway):
    done = run(gateway, "call", "small", "tell", "days=3")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"days": 3, "token": SECRET}
    measured = run(gateway, "bench", "small", "tell", "--calls", "10", "--json")
    assert json.loads(measured.stdout)["through the gateway"]["call"]["p50_ms"] > 0


def test_what_it_wrote_is_shown_without_secrets(gateway):
    run(gateway, "call", "small", "tell")
    done = run(gateway, "logs", "small")
    assert done.returncode == 0, done.stderr
    assert "starting with ***" in done.stdout
    assert SECRET not in done.stdout
    assert "running" in done.stdout
    entries = json.loads(run(gateway, "logs", "small", "--json").stdout)["data"]
    assert {"wrote", "state"} <= {entry["kind"] for entry in entries}


def test_its_frames_are_watched_while_somebody_does(gateway):
    watching = subprocess.Popen(
        command(gateway, "inspect", "small", "--frames"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=gateway.data_dir,
    )
    said: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=lambda: [said.put(line) for line in watching.stdout], daemon=True)
    try:
        assert "Watching small." in watching.stderr.readline()
        reader.start()
        run(gateway, "call", "small", "tell", "days=4")
        shown = ""
        while "***" not in shown:
            shown += said.get(timeout=SECONDS)
        assert '→ tools/call tell {"days":4}' in shown
        assert SECRET not in shown
    finally:
        watching.kill()
        watching.wait()
        reader.join()
        watching.stdout.close()
        watching.stderr.close()
    headers = {"authorization": f"Bearer {gateway.key}"}
    audit = httpx.get(f"{gateway.url}/api/audit", headers=headers, trust_env=False).json()["data"]
    assert any((entry["action"], entry["target"]) == ("plugin.watch", "small") for entry in audit)


def test_a_plugin_that_is_not_there_is_told(gateway):
    assert 'No plugin is named "none"' in run(gateway, "logs", "none").stderr
    assert 'No plugin named "none" is enabled' in run(gateway, "inspect", "none").stderr


def test_who_follows_does_not_keep_the_gateway_from_ending(gateway):
    following = subprocess.Popen(
        command(gateway, "logs", "small", "--follow"), stdout=subprocess.PIPE, text=True, cwd=gateway.data_dir
    )
    try:
        assert following.stdout.readline()
        gateway.stop()
        assert following.wait(SECONDS) is not None
    finally:
        following.kill()
        following.wait()
        following.stdout.close()
