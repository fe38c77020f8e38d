"""Plugins of others, from npm and PyPI: installed, granted what they need, run in the sandbox and called at /mcp."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_plugins import CONFIG, Plugin, a_repository, a_site

from switchgear.testing import served
from tool_fixture import install

NPM = "npm:@modelcontextprotocol/server-{}@2026.8.31"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed; these plugins need it")


@pytest.fixture(scope="module")
def gateway() -> Iterator[served]:
    """One gateway for all; a plugin's memory of people is where its own data is."""
    with served(CONFIG, env={"MEMORY_FILE_PATH": "/data/memory.jsonl"}) as gateway:
        yield gateway


@needs_node
def test_everything(gateway: served) -> None:
    install(gateway, NPM.format("everything"))
    plugin = Plugin(gateway, "everything")
    assert plugin.call("echo", message="grüß dich") == "Echo: grüß dich"
    assert "5" in plugin.call("get-sum", a=2, b=3)
    prompt = plugin.ask("prompts/get", name="args-prompt", arguments={"city": "Oslo"})
    assert "Oslo" in prompt["messages"][0]["content"]["text"]
    listed = plugin.ask("resources/list")["resources"]
    (content,) = plugin.ask("resources/read", uri=listed[0]["uri"])["contents"]
    assert content["text"]
    kinds = [one["type"] for one in plugin.ask("tools/call", name="get-tiny-image", arguments={})["content"]]
    assert "image" in kinds


@needs_node
def test_files_of_a_granted_folder_and_of_one_that_is_not(gateway: served, tmp_path: Path) -> None:
    granted, secret = tmp_path / "granted", tmp_path / "secret"
    for folder, words in ((granted, "Buy rope."), (secret, "The key is 42.")):
        folder.mkdir()
        (folder / "note.txt").write_text(words)
    install(gateway, NPM.format("filesystem"), "--write", str(granted), "--", str(granted), str(secret))
    plugin = Plugin(gateway, "filesystem")
    assert plugin.call("read_text_file", path=str(granted / "note.txt")) == "Buy rope."
    plugin.call("write_file", path=str(granted / "new.txt"), content="Bought.")
    assert (granted / "new.txt").read_text() == "Bought."
    assert "42" not in plugin.refused("read_text_file", path=str(secret / "note.txt"))


@needs_node
def test_a_memory_of_people(gateway: served) -> None:
    install(gateway, NPM.format("memory"), "--env", "MEMORY_FILE_PATH")
    plugin = Plugin(gateway, "memory")
    ann = {"name": "Ann", "entityType": "person", "observations": ["sails"]}
    plugin.call("create_entities", entities=[ann])
    assert "sails" in plugin.call("read_graph")
    kept = gateway.data_dir.rglob("memory.jsonl")
    assert "sails" in next(kept).read_text()


@needs_node
def test_thoughts_in_sequence(gateway: served) -> None:
    install(gateway, NPM.format("sequential-thinking"))
    plugin = Plugin(gateway, "sequential-thinking")
    thought = {"thought": "Count first.", "nextThoughtNeeded": False, "thoughtNumber": 1, "totalThoughts": 1}
    assert json.loads(plugin.call("sequentialthinking", **thought))["thoughtHistoryLength"] == 1


def test_the_time(gateway: served) -> None:
    install(gateway, "pypi:mcp-server-time==2026.10.19")
    plugin = Plugin(gateway, "time")
    asked = {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"}
    assert "21:00" in plugin.call("convert_time", **asked)
    assert json.loads(plugin.call("get_current_time", timezone="Europe/Oslo"))["timezone"] == "Europe/Oslo"


def test_a_repository_that_is_granted(gateway: served, tmp_path: Path) -> None:
    repository = a_repository(tmp_path / "boats")
    install(gateway, "pypi:mcp-server-git==2026.10.19", "--read", str(repository), "--subprocesses")
    plugin = Plugin(gateway, "git")
    assert "boats.txt" in plugin.call("git_status", repo_path=str(repository))
    assert "Count the boats" in plugin.call("git_log", repo_path=str(repository))
    assert "+three" in plugin.call("git_diff_unstaged", repo_path=str(repository))
    plugin.refused("git_add", repo_path=str(repository), files=["boats.txt"])  # it may read, not write


def test_a_host_that_is_granted(gateway: served) -> None:
    with a_site() as (port, asked), a_site() as (other, not_asked):
        where = ["--network", f"127.0.0.1:{port}", "--", "--allow-private-ips"]
        install(gateway, "pypi:mcp-server-fetch==2026.10.24", *where)
        plugin = Plugin(gateway, "fetch")
        page = plugin.call("fetch", url=f"http://127.0.0.1:{port}/page", raw=True)  # else it would start Node.js
        assert "Three boats came in" in page
        assert "/page" in asked
        plugin.refused("fetch", url=f"http://127.0.0.1:{other}/page", raw=True)
        assert not not_asked
