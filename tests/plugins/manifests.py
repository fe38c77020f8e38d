"""Manifests and bundles for tests."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any


def manifest(**changes: Any) -> dict[str, Any]:
    """The least manifest there can be, with ``changes``."""
    return {
        "manifest_version": "0.3",
        "name": "weather",
        "version": "1.2.0",
        "description": "Forecasts.",
        "author": {"name": "Ann"},
        "server": {
            "type": "python",
            "entry_point": "server/main.py",
            "mcp_config": {"command": "python", "args": ["${__dirname}/server/main.py"]},
        },
    } | changes


def declaring(**declared: Any) -> dict[str, Any]:
    """A manifest with a folder and a secret to fill in, that declares ``declared``."""
    settings = {
        "folder": {"type": "directory", "title": "Folder", "description": "Where files are."},
        "token": {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True},
        "units": {"type": "string", "title": "Units", "description": "Metric or not."},
    }
    return manifest(user_config=settings, _meta={"dev.switchgear": declared})


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def bundle(files: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    """A bundle of ``files`` and a manifest."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", encoded(manifest(**changes)))
        for name, content in ({"server/main.py": b"print()\n"} if files is None else files).items():
            archive.writestr(name, content)
    return made.getvalue()
