"""Changes of a project's files that its server should see; what tools write there is none of them."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

from switchgear.plugins.authoring.project import OWN

_IGNORED: Final = frozenset(
    {
        *(OWN, ".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"),
        *(".hypothesis", ".idea", ".vscode", "tests", "test"),
    }
)
_ENDS: Final = (".pyc", ".mcpb", ".swp", ".swx", "~", ".tmp", ".log", ".md")
_SHOWN: Final = 20


async def changes(folder: Path) -> AsyncIterator[list[str]]:
    """The names of what was changed in a project, each time something was. Folders that are made at its top are seen too."""
    queue: asyncio.Queue[set[tuple[Change, str]]] = asyncio.Queue()
    stop = asyncio.Event()

    async def watch(*paths: Path, recursive: bool, end: asyncio.Event) -> None:
        async for found in awatch(
            *paths, recursive=recursive, stop_event=end, watch_filter=_wanted(folder), step=20, debounce=200
        ):
            await queue.put(found)

    def inner() -> list[Path]:
        return [
            each for each in folder.iterdir() if each.is_dir() and not each.is_symlink() and each.name not in _IGNORED
        ]

    top = asyncio.ensure_future(watch(folder, recursive=False, end=stop))
    below: asyncio.Task[None] | None = None
    end_below = asyncio.Event()
    known: list[Path] = []
    try:
        while True:
            now = inner()
            if now != known:
                end_below.set()
                known, end_below = now, asyncio.Event()
                below = asyncio.ensure_future(watch(*now, recursive=True, end=end_below)) if now else None
            found = await queue.get()
            yield sorted({path.removeprefix(f"{folder}/") for _, path in found})
    finally:
        stop.set()
        end_below.set()
        await asyncio.gather(*filter(None, (top, below)), return_exceptions=True)


def _wanted(folder: Path) -> Callable[[Change, str], bool]:
    begins = len(folder.parts)

    def wanted(_change: Change, path: str) -> bool:
        return not path.endswith(_ENDS) and not _IGNORED & set(Path(path).parts[begins:])

    return wanted


async def build(folder: Path, changed: list[str]) -> str:
    """Build what has to be built after ``changed``, as package.json says; what went wrong, the last lines of it, empty if nothing did."""
    package = folder / "package.json"
    if not package.is_file() or not any(name.endswith((".ts", ".mts", ".tsx", "tsconfig.json")) for name in changed):
        return ""
    try:
        scripts = json.loads(package.read_text("utf-8")).get("scripts", {})
    except (ValueError, OSError, AttributeError) as error:
        return f"package.json cannot be read: {error}"
    npm = shutil.which("npm")
    if "build" not in scripts or npm is None:
        return ""
    process = await asyncio.create_subprocess_exec(
        *(npm, "run", "--silent", "build"),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return "" if process.returncode == 0 else "\n".join(said.decode("utf-8", "replace").splitlines()[-_SHOWN:])
