"""Bundles that appear in watched folders are published, and those that are there are known."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from switchgear.app.discovering import Discovering
from switchgear.events.plugins import PluginChanged

MANIFEST = {
    "manifest_version": "0.3",
    "name": "Weather",
    "version": "1.2.0",
    "description": "Forecasts.",
    "author": {"name": "Ann"},
    "server": {"type": "python", "entry_point": "m.py", "mcp_config": {"command": "python", "args": []}},
}


def lay(folder: Path, place: str, /, **changes: str) -> None:
    (folder / place).mkdir()
    (folder / place / "manifest.json").write_text(json.dumps(MANIFEST | changes))


async def test_what_appears_in_a_watched_folder_is_published_as_discovered(tmp_path: Path) -> None:
    told: asyncio.Queue[object] = asyncio.Queue()
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    lay(first, "known")
    folders: tuple[Path, ...] = (first,)
    discovering = Discovering(lambda: folders, told.put_nowait)
    assert [each.name for each in (await discovering.found()).values()] == ["weather"]
    discovering.start()
    lay(first, "later", name="Later")
    async with asyncio.timeout(60):
        event = await told.get()
    assert isinstance(event, PluginChanged)
    assert (event.plugin, event.version, event.state) == ("later", "1.2.0", "discovered")
    folders = (second,)
    discovering.start()
    lay(second, "other", name="Other", version="2.0.0")
    async with asyncio.timeout(60):
        while (event := await told.get()).plugin != "other":  # type: ignore[attr-defined]
            pass
    await discovering.close()


async def test_without_folders_nothing_is_watched(tmp_path: Path) -> None:
    discovering = Discovering(tuple, lambda _: None)
    discovering.start()
    assert await discovering.found() == {}
    await discovering.close()
