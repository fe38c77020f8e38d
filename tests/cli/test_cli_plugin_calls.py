"""What was called of plugins, from the command line."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from switchgear.config.paths import load_secret
from switchgear.core.tool_calls import ToolRecord
from switchgear.store.store import Store


@pytest.fixture
def called(cli, folder: Path) -> None:
    """Two calls that were made."""
    assert cli("keys", "create", "first").code == 0

    async def keep() -> None:
        data = folder.parent / "data"
        store = await Store.open("sqlite:", data, secret=load_secret(data, override=None, warn=print))
        now = time.time_ns() // 1_000_000
        about = ("key_a", "", "", "files", "1.0")
        store.tool_writer.add(ToolRecord("req_1", now, *about, "read", "tools/call", "ok", False, "", 1.25, 1, 2))
        refused = ("resources/read", "refused", False, "rate_limit_exceeded", 0.5, 1, 0)
        store.tool_writer.add(ToolRecord("req_2", now + 1, *about, "file:///a\u202eb", *refused))
        await store.close()

    asyncio.run(keep())


@pytest.mark.usefixtures("called")
def test_calls_of_plugins_are_listed(cli) -> None:
    listed = cli("plugin", "calls")
    assert listed.code == 0, listed.err
    assert "req_1" in listed.out
    assert "refused: rate_limit_exceeded" in listed.out
    assert "\u202e" not in listed.out


@pytest.mark.usefixtures("called")
def test_calls_are_chosen_by_what_they_have(cli) -> None:
    found = json.loads(cli("plugin", "calls", "files", "--outcome", "refused", "--json").out)
    assert [each["id"] for each in found] == ["req_2"]
    assert json.loads(cli("plugin", "calls", "git", "--json").out) == []
