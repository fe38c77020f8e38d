"""Bundles for pages to install, and their installation by the API where a page is not what is tested."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchgear.testing import served

TESTS = Path(__file__).resolve().parents[1]
CHAT_TOOLS = (TESTS / "pipeline" / "tools" / "chat_tool_server.py").read_text()
"""Tools for chats: they add, delete, fail, wait for each other."""


def api_of(gateway: served) -> httpx.Client:
    """The gateway's API with the key of its data folder."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False)


def bundle(name: str, program: str, version: str = "1.0.0", **fields: Any) -> bytes:
    """A bundle of one file of Python; ``fields`` are more of its manifest."""
    command = {"command": "python", "args": ["${__dirname}/server/main.py"]}
    manifest = {
        "manifest_version": "0.3",
        "name": name,
        "version": version,
        "description": "Made by a test.",
        "author": {"name": "Ann"},
        "server": {"type": "python", "entry_point": "server/main.py", "mcp_config": command},
    } | fields
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("manifest.json", json.dumps(manifest))
        made.writestr("server/main.py", program)
    return file.getvalue()


def install(gateway: served, content: bytes, **wishes: Any) -> None:
    """Install a bundle. The test is skipped where the machine has no sandbox."""
    with api_of(gateway) as api:
        sent = {"content-type": "application/octet-stream"}
        proposed = api.post("/api/plugins/proposals/bundle", content=content, headers=sent)
        assert proposed.status_code == 201, proposed.text
        told = api.post(f"/api/plugins/proposals/{proposed.json()['id']}/install", json={"unsigned": True} | wishes)
    last = json.loads(told.text.strip().splitlines()[-1])
    if not last["ok"] and last["error"]["code"] == "sandbox_unavailable":
        pytest.skip(last["error"]["message"])
    assert last["ok"], last


def removed(gateway: served, name: str) -> None:
    """Let there be no such plugin any more, nor anything that it kept."""
    with api_of(gateway) as api:
        answer = api.delete(f"/api/plugins/{name}", params={"data": True})
    assert answer.status_code in (204, 404), answer.text
