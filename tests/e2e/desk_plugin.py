"""A plugin whose tools chats use, and a gateway that has it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from switchgear.testing import served

_SERVER = Path(__file__).parent.parent / "pipeline" / "tools" / "chat_tool_server.py"
_MANIFEST = {
    "manifest_version": "0.3",
    "name": "desk",
    "version": "1.0.0",
    "description": "Tools for chats.",
    "author": {"name": "Ann"},
    "server": {
        "type": "python",
        "entry_point": "server/main.py",
        "mcp_config": {"command": "python", "args": ["${__dirname}/server/main.py"]},
    },
    "_meta": {"dev.switchgear": {"permissions": {"sampling": {"models": ["priced/*"], "usd": 1}}}},
}
PLUGINS = """
[plugins]
folders = ["{folder}"]

[plugins.sandbox]
accept = ["ceilings"]
"""


def desk_folder(folder: Path) -> Path:
    """The folder, with the plugin in it."""
    (folder / "desk" / "server").mkdir(parents=True)
    (folder / "desk" / "server" / "main.py").write_text(_SERVER.read_text())
    (folder / "desk" / "manifest.json").write_text(json.dumps(_MANIFEST))
    return folder


def client_of(gateway: served) -> httpx.Client:
    """A client with the admin key."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False)


def install_desk(gateway: served) -> None:
    """Install the plugin. The test is skipped where the machine has no sandbox."""
    with client_of(gateway) as http:
        proposal = http.post("/api/plugins/proposals", json={"source": "desk"})
        assert proposal.status_code == 201, proposal.text
        told = http.post(f"/api/plugins/proposals/{proposal.json()['id']}/install", json={"unsigned": True})
    last = json.loads(told.text.strip().splitlines()[-1])
    if not last["ok"] and last["error"]["code"] == "sandbox_unavailable":
        pytest.skip(last["error"]["message"])
    assert last["ok"], last
