"""Bundles of small tool servers for tests of the life of plugins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SERVER = """
import json, os, sys, time

TOOLS = %(tools)s

def answer(number, result):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": number, "result": result}) + "\\n")
    sys.stdout.flush()

for line in sys.stdin:
    asked = json.loads(line)
    number, method, params = asked.get("id"), asked["method"], asked.get("params") or {}
    if method == "initialize":
        answer(number, {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "small", "version": "%(version)s"}})
    elif method == "tools/list":
        tools = TOOLS() if callable(TOOLS) else TOOLS
        answer(number, {"tools": tools})
    elif method == "tools/call":
        time.sleep(float((params.get("arguments") or {}).get("seconds", 0)))
        told = {"version": "%(version)s", "token": os.environ.get("TOKEN", ""), "greeting": os.environ.get("GREETING", "")}
        answer(number, {"content": [{"type": "text", "text": json.dumps(told)}]})
    elif number is not None:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": number, "error": {"code": -32601, "message": "no"}}) + "\\n")
        sys.stdout.flush()
"""
SETTINGS = {
    "greeting": {"type": "string", "title": "Greeting", "description": "What it says.", "default": "Hello"},
    "token": {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True},
}
ENVIRONMENT = {"GREETING": "${user_config.greeting}", "TOKEN": "${user_config.token}"}
ONE_TOOL = [{"name": "tell", "description": "Tells.", "inputSchema": {"type": "object"}}]


def small(folder: Path, version: str = "1.0.0", *, code: str = "", tools: str = "", **changes: Any) -> Path:
    """A folder with a bundle that tells its version and settings. ``tools`` is Python that gives the list of its tools."""
    place = folder / f"small-{version}"
    (place / "server").mkdir(parents=True, exist_ok=True)
    (place / "server" / "main.py").write_text(
        code or SERVER % {"version": version, "tools": tools or json.dumps(ONE_TOOL)}
    )
    manifest = {
        "manifest_version": "0.3",
        "name": "small",
        "version": version,
        "description": "Tells.",
        "author": {"name": "Ann"},
        "server": {
            "type": "python",
            "entry_point": "server/main.py",
            "mcp_config": {"command": "python", "args": ["${__dirname}/server/main.py"], "env": ENVIRONMENT},
        },
        "user_config": SETTINGS,
    } | changes
    (place / "manifest.json").write_text(json.dumps(manifest))
    return place
