"""What a source names is brought as a bundle: from the disk, and from the real package indexes."""

import json
from pathlib import Path

import pytest
from manifests import bundle, manifest
from tool_servers import call
from workshop import Workshop

from switchgear.core.errors import InvalidBundle, InvalidSource
from switchgear.plugins.bundle import Bundle, keep
from switchgear.plugins.permissions import NOTHING
from switchgear.plugins.sources.fetching import Means, fetched
from switchgear.plugins.sources.grammar import parse_source


async def install(source: str, workshop: Workshop, means: Means) -> Bundle:
    """Fetch a source, and make it ready."""
    beside = workshop.version.parent
    beside.mkdir(parents=True, exist_ok=True)
    async with fetched(parse_source(source), beside, means) as found:
        assert isinstance(found, Bundle)
        workshop.version.mkdir()
        kept = keep(found, workshop.version / "bundle")
    assert [each.name for each in beside.iterdir()] == [workshop.version.name], "nothing else is left"
    await workshop.prepare()
    return kept


async def test_a_python_package_becomes_a_bundle_that_asks_for_nothing(workshop: Workshop, means: Means) -> None:
    kept = await install("pypi:mcp-server-time", workshop, means)
    assert kept.manifest.plugin == "time"
    assert kept.manifest.permissions == NOTHING
    assert not kept.manifest.declared
    lock = (kept.folder / "requirements.lock").read_text().splitlines()
    assert any(line.startswith("mcp-server-time==") for line in lock)
    assert all("==" in line and " --hash=sha256:" in line for line in lock)
    async with workshop.session(workshop.launch(workshop.installed())) as session:
        told = await call(session, "get_current_time", timezone="Europe/Oslo")
    assert told["timezone"] == "Europe/Oslo"


async def test_a_node_package_becomes_a_bundle_that_asks_for_nothing(workshop: Workshop, means: Means) -> None:
    kept = await install("npm:@modelcontextprotocol/server-memory", workshop, means)
    assert kept.manifest.plugin == "memory"
    assert kept.manifest.permissions == NOTHING
    lock = json.loads((kept.folder / "package-lock.json").read_text())
    assert all(name == "" or entry["integrity"] for name, entry in lock["packages"].items())
    async with workshop.session(workshop.launch(workshop.installed())) as session:
        assert await call(session, "read_graph") == {"entities": [], "relations": []}


async def test_a_folder_is_installed_without_what_bundles_leave_out(
    workshop: Workshop, means: Means, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    for name, content in {"manifest.json": json.dumps(manifest()), "server/main.py": "", ".env": "TOKEN=1"}.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(content)
    kept = await install(str(own), workshop, means)
    assert set(kept.files) == {"manifest.json", "server/main.py"}


async def test_a_bundles_file_is_installed(workshop: Workshop, means: Means, tmp_path: Path) -> None:
    file = tmp_path / "weather.mcpb"
    file.write_bytes(bundle())
    assert (await install(str(file), workshop, means)).manifest.plugin == "weather"


@pytest.mark.parametrize(
    ("name", "error"), [("gone.mcpb", InvalidSource), ("gone", InvalidSource), ("broken.mcpb", InvalidBundle)]
)
async def test_what_is_not_there_or_broken_is_refused_and_nothing_is_left(
    workshop: Workshop, means: Means, tmp_path: Path, name: str, error: type[Exception]
) -> None:
    (tmp_path / "broken.mcpb").write_bytes(b"PK\x05\x06")
    beside = tmp_path / "beside"
    beside.mkdir()
    with pytest.raises(error):
        async with fetched(parse_source(str(tmp_path / name)), beside, means):
            pass
    assert not list(beside.iterdir())
