"""Bundles that lie in watched folders, and those that Python packages bring, are found and told, and nothing more."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from manifests import bundle, manifest

from switchgear.plugins.sources.discovery import compare, discover
from switchgear.plugins.sources.watching import watch


def folder_bundle(place: Path, **changes: object) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / "manifest.json").write_text(json.dumps(manifest(**changes)))


def test_files_and_folders_with_a_manifest_are_found(tmp_path: Path) -> None:
    (tmp_path / "weather.mcpb").write_bytes(bundle())
    folder_bundle(tmp_path / "unpacked", name="Time!")
    (tmp_path / "notes.txt").write_text("no bundle")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.mcpb").write_bytes(b"no zip")
    found = {Path(each.source).name: each for each in discover([tmp_path, tmp_path / "gone"]).values()}
    assert {name: each.name for name, each in found.items()} == {
        "weather.mcpb": "weather",
        "unpacked": "time",
        "broken.mcpb": "broken.mcpb",
    }
    assert found["broken.mcpb"].fault
    assert found["weather.mcpb"].fault == ""


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    folder_bundle(tmp_path / "one")
    folder_bundle(tmp_path / "two", name="two")
    before = discover([tmp_path])
    folder_bundle(tmp_path / "two", name="another")
    (tmp_path / "one" / "manifest.json").chmod(0o600)
    now = discover([tmp_path], before)
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert now[one] is before[one]
    assert [each.name for each in compare(before, now).found] == ["another"]
    (tmp_path / "two" / "manifest.json").unlink()
    assert compare(now, discover([tmp_path], now)).gone == (two,)


async def test_changes_of_a_watched_folder_are_told(tmp_path: Path) -> None:
    stop = asyncio.Event()
    (tmp_path / "weather.mcpb").write_bytes(bundle())
    async with asyncio.timeout(60):
        # What was there before the look is told as a change as well, so that nothing is missed in between.
        async for change in watch([tmp_path], {}, stop, quiet_ms=50):
            names = {each.name for each in change.found}
            if "weather" in names:
                folder_bundle(tmp_path / "later", name="later")
            if "later" in names:
                stop.set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from pathlib import Path\nplace = Path(__file__).parent / 'own'\n", True),
        ("import os\ndef place():\n    return os.path.join(os.path.dirname(__file__), 'own')\n", True),
        ("place = 'own'\n", False),
        ("raise SystemError('broken')\n", False),
    ],
)
def test_packages_of_this_environment_bring_bundles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, found: bool
) -> None:
    package = f"brings_{abs(hash(code))}"
    folder_bundle(tmp_path / package / "own", name="brought")
    (tmp_path / package / "__init__.py").write_text(code)
    info = tmp_path / f"{package}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[switchgear.plugins]\nbrought = {package}:place\n")
    monkeypatch.syspath_prepend(tmp_path)
    names = {each.name for each in discover([]).values()}
    assert ("brought" in names) is found
    sys.modules.pop(package, None)
