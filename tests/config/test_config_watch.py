"""A changed file is told, however the editor writes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from switchgear.config.watch import changes
from switchgear.core.errors import StartupError


class Watching:
    """Counts changes; ``next`` makes a change until it is seen, as the watch may not have begun at the first."""

    def __init__(self, path: Path) -> None:
        self.stop = asyncio.Event()
        self.seen: asyncio.Queue[None] = asyncio.Queue()
        self._task = asyncio.create_task(self._watch(path))

    async def _watch(self, path: Path) -> None:
        async for _ in changes(path, self.stop):
            self.seen.put_nowait(None)

    async def until_seen(self, change: Callable[[int], object]) -> None:
        for attempt in range(30):
            change(attempt)
            try:
                await asyncio.wait_for(self.seen.get(), 1)
            except TimeoutError:
                continue
            return
        raise AssertionError("the change was never told")

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self._task, 20)


@pytest.fixture
async def watching(tmp_path: Path) -> AsyncIterator[Watching]:
    path = tmp_path / "switchgear.toml"
    path.write_text("")
    watching = Watching(path)
    yield watching
    await watching.end()


async def test_a_file_written_in_place_is_told(watching: Watching, tmp_path: Path) -> None:
    await watching.until_seen(lambda attempt: (tmp_path / "switchgear.toml").write_text(f"# {attempt}"))


async def test_a_file_replaced_by_another_is_told_again_and_again(watching: Watching, tmp_path: Path) -> None:
    def replace(text: str) -> None:
        (tmp_path / ".swp").write_text(text)
        (tmp_path / ".swp").replace(tmp_path / "switchgear.toml")

    await watching.until_seen(lambda attempt: replace(f"# first {attempt}"))
    await watching.until_seen(lambda attempt: replace(f"# second {attempt}"))


async def test_a_file_removed_and_written_anew_is_told(watching: Watching, tmp_path: Path) -> None:
    def rewrite(attempt: int) -> None:
        (tmp_path / "switchgear.toml").unlink()
        (tmp_path / "switchgear.toml").write_text(f"# {attempt}")

    await watching.until_seen(rewrite)


async def test_other_files_and_equal_contents_are_no_change(watching: Watching, tmp_path: Path) -> None:
    path = tmp_path / "switchgear.toml"
    await watching.until_seen(lambda attempt: path.write_text(f"# {attempt}"))
    while not watching.seen.empty():
        watching.seen.get_nowait()
    (tmp_path / "other.toml").write_text("x")
    path.write_text(path.read_text())
    await watching.end()
    assert watching.seen.empty()


async def test_a_link_that_is_pointed_elsewhere_is_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "switchgear.toml").write_text(f"# {name}")
    (tmp_path / "..data").symlink_to("one")
    (tmp_path / "switchgear.toml").symlink_to("..data/switchgear.toml")
    watching = Watching(tmp_path / "switchgear.toml")

    def swap(attempt: int) -> None:
        (tmp_path / "new").symlink_to("two" if attempt % 2 == 0 else "one")
        (tmp_path / "new").replace(tmp_path / "..data")

    await watching.until_seen(swap)
    await watching.end()


async def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be watched"):
        async for _ in changes(tmp_path / "gone" / "switchgear.toml", asyncio.Event()):
            pass
