"""Approving calls of tools from the command line."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from switchgear.config.paths import load_secret
from switchgear.store.approvals import Asking
from switchgear.store.store import Store


@pytest.fixture
def waiting(cli, folder: Path) -> list[str]:
    """The ids of two calls that wait."""
    assert cli("keys", "create", "first").code == 0

    async def ask() -> list[str]:
        data = folder.parent / "data"
        store = await Store.open("sqlite:", data, secret=load_secret(data, override=None, warn=print))
        try:
            now = time.time_ns() // 1_000_000
            return [
                (
                    await store.approvals.ask(
                        Asking("key_a", "files", tool, f"{tool} d", '{"path":"/a\u202e"}'), now, now + 3_600_000, 9
                    )
                ).id
                for tool in ("delete", "wipe")
            ]
        finally:
            await store.close()

    return asyncio.run(ask())


def test_what_waits_is_listed_and_shown_whole(cli, waiting):
    assert all(one in cli("plugin", "approvals").out for one in (*waiting, "files__delete", "pending"))
    told = cli("plugin", "approvals", waiting[0]).out
    assert 'Arguments   {"path":"/a\\u{202E}"}' in told
    assert "The arguments have 1 control of the direction of writing." in told
    assert json.loads(cli("plugin", "approvals", waiting[0], "--json").out)["tool"] == "delete"


def test_a_call_is_approved_or_denied(cli, waiting):
    assert cli("plugin", "approve", waiting[0]).out == "Approved: files__delete for key_a: this call, once.\n"
    assert cli("plugin", "deny", waiting[1], "--reason", "no").out == "Denied: files__wipe for key_a.\n"
    assert cli("plugin", "approvals").out == "No call waits for a person.\n"
    assert "denied" in cli("plugin", "approvals", "--all").out
    states = {one["id"]: one["state"] for one in json.loads(cli("plugin", "approvals", "--all", "--json").out)}
    assert states == {waiting[0]: "approved", waiting[1]: "denied"}
    ended = cli("plugin", "approve", waiting[1])
    assert ended.code == 1
    assert "cannot be decided on any more" in ended.err


def test_a_tool_is_approved_for_a_while(cli, waiting):
    assert ": all calls until 20" in cli("plugin", "approve", waiting[0], "--minutes", "10").out
    assert "approved until 20" in cli("plugin", "approvals", "--all").out
