"""Bundles of the type ``uv``: their packages come from uv.lock, file by file."""

import asyncio
import os
import shutil
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from package_index import PackageIndex, package_index, wheel
from tool_servers import SERVER, call
from workshop import Workshop

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building.indexes import Indexes

UV = shutil.which("uv", path=f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}")
PROJECT = '[project]\nname = "own"\nversion = "1.0.0"\nrequires-python = ">=3.11"\ndependencies = ["words"]\n'
BUILT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
START = {"command": "uv", "args": ["run", "--directory", "${__dirname}", "server/main.py"]}

pytestmark = pytest.mark.skipif(UV is None, reason="uv is not on this machine")


@pytest.fixture
async def index(workshop: Workshop) -> AsyncIterator[PackageIndex]:
    async with package_index() as made:
        made.python(*wheel("words", "1.0", {"words.py": 'WORD = "locked"\n'}))
        environ = {
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": "/dev/null",
            "UV_DEFAULT_INDEX": f"{made.url}/simple",
        }
        workshop.indexes = Indexes(workshop.indexes.cache, environ)
        yield made


async def locked(workshop: Workshop, index: PackageIndex) -> None:
    """A bundle whose lock uv wrote."""
    code = Path(SERVER).read_text().replace("import json\n", "import json\nimport words\n", 1)
    server = {"type": "uv", "entry_point": "server/main.py", "mcp_config": START}
    workshop.bundle({"server/main.py": code, "pyproject.toml": PROJECT}, server=server, manifest_version="0.4")
    options = ("lock", "--no-cache", "--no-config", "--default-index", f"{index.url}/simple", "--quiet")
    process = await asyncio.create_subprocess_exec(
        str(UV), *options, "--project", str(workshop.version / "bundle"), env={"PATH": os.environ["PATH"]}
    )
    assert await process.wait() == 0


async def test_packages_come_from_the_lock(workshop: Workshop, index: PackageIndex) -> None:
    await locked(workshop, index)
    index.python(*wheel("words", "2.0", {"words.py": "raise SystemExit('not locked')\n"}))
    prepared = await workshop.prepare()
    assert prepared.cwd == "/plugin"
    async with workshop.session(workshop.launch(workshop.installed())) as session:
        assert await call(session, "echo", n=1) == {"n": 1}


async def test_a_file_that_is_not_the_locks_is_refused(workshop: Workshop, index: PackageIndex) -> None:
    await locked(workshop, index)
    index.pages.pop("/simple/words/")
    index.python(*wheel("words", "1.0", {"words.py": "changed = True\n"}))
    with pytest.raises(PluginNotInstalled, match="HASHES"):
        await workshop.prepare()


async def test_without_uv_the_lock_is_told_to_need_it(
    workshop: Workshop, index: PackageIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await locked(workshop, index)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(tmp_path))
    with pytest.raises(PluginNotInstalled, match="uv is not on this machine"):
        await workshop.prepare()
