"""A plugin with every kind of tool, of the folder that a person chooses, and installed by the API."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest

from switchgear.testing import served

SERVER = Path(__file__).resolve().parents[1] / "edge" / "tried_tool_server.py"


def manifest(name: str) -> str:
    """It asks for two hosts and a secret, and has settings of three types."""
    command = {"command": "python", "args": ["${__dirname}/server/main.py"]}
    asked = {"network": ["api.example.com:443", "b.example.com:443"], "secrets": ["token"]}
    return json.dumps(
        {
            "manifest_version": "0.3",
            "name": name,
            "version": "1.0.0",
            "description": "Tells the <b>weather</b>.",
            "author": {"name": "Ann"},
            "server": {"type": "python", "entry_point": "server/main.py", "mcp_config": command},
            "user_config": {
                "units": {"type": "string", "title": "Units", "description": "Of what.", "default": "metric"},
                "most": {"type": "number", "title": "Most days", "description": "How far.", "min": 1, "max": 7},
                "token": {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True},
            },
            "_meta": {"dev.switchgear": {"permissions": asked}},
        }
    )


def weather_folder(into: Path, name: str) -> Path:
    """The folder of the plugin, as its author has it: with things in it that are none of the bundle's."""
    folder = into / name
    (folder / "server").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "main.pyc").write_bytes(b"\x00")
    (folder / "manifest.json").write_text(manifest(name))
    (folder / "server" / "main.py").write_text(SERVER.read_text())
    return folder


def install_weather(gateway: served, name: str = "weather") -> None:
    """Install the plugin, if it is not there. The test is skipped where the machine has no sandbox."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("manifest.json", manifest(name))
        bundle.writestr("server/main.py", SERVER.read_text())
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False) as api:
        if api.get(f"/api/plugins/{name}").status_code == 200:
            return
        sent = {"content-type": "application/octet-stream"}
        proposal = api.post("/api/plugins/proposals/bundle", content=file.getvalue(), headers=sent).json()
        told = api.post(f"/api/plugins/proposals/{proposal['id']}/install", json={"unsigned": True})
        last = json.loads(told.text.strip().splitlines()[-1])
        if not last["ok"] and last["error"]["code"] == "sandbox_unavailable":
            pytest.skip(last["error"]["message"])
        assert last["ok"], last
