"""Bundles: unpacked whole or not at all, named by their content, packed the same way every time."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manifests import bundle, encoded, manifest

from switchgear.core.errors import InvalidBundle, InvalidManifest
from switchgear.plugins.bundle import (
    SIGNATURE,
    canonical,
    differences,
    digest,
    digest_of,
    open_bundle,
    pack,
    read_folder,
    sweep,
    unpacked,
)

FILES = {"server/main.py": b"print()\n", "lib/a.txt": b"a" * 5000, "leer/Ünï.txt": b"u"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a plugin in it."""
    folder = tmp_path / "source"
    for name, content in {"manifest.json": encoded(manifest()), **FILES}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "server/main.py").chmod(0o700)
    return folder


def test_a_bundle_is_unpacked_and_named_by_what_is_in_it(tmp_path: Path) -> None:
    found = open_bundle(bundle(FILES), tmp_path / "there")
    assert found.folder == tmp_path / "there"
    assert (tmp_path / "there/leer/Ünï.txt").read_bytes() == b"u"
    assert found.files["lib/a.txt"] == hashlib.sha256(b"a" * 5000).hexdigest()
    assert found.manifest.plugin == "weather"
    assert found.signature == b""
    assert found.digest == digest_of(tmp_path / "there")
    assert [each.name for each in tmp_path.iterdir()] == ["there"]


def test_a_file_is_unpacked_as_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "a.mcpb").write_bytes(bundle(FILES))
    one = open_bundle(tmp_path / "a.mcpb", tmp_path / "one")
    assert one.digest == open_bundle(bundle(FILES), tmp_path / "other").digest


def test_what_is_packed_is_unpacked_the_same(tmp_path: Path, source: Path) -> None:
    packed = pack(source, tmp_path / "a.mcpb")
    found = open_bundle(tmp_path / "a.mcpb", tmp_path / "there")
    assert found.digest == packed.digest == digest_of(source)
    modes = {
        name: stat.S_IMODE((found.folder / name).stat().st_mode) for name in ("server", "server/main.py", "lib/a.txt")
    }
    assert modes == {"server": 0o755, "server/main.py": 0o755, "lib/a.txt": 0o644}


def test_the_same_files_are_packed_to_the_same_bytes(tmp_path: Path, source: Path) -> None:
    pack(source, tmp_path / "a.mcpb")
    for path in source.rglob("*"):
        os.utime(path, (1, 1))
    (source / "server/main.py").chmod(0o755)
    pack(source, tmp_path / "b.mcpb")
    assert (tmp_path / "a.mcpb").read_bytes() == (tmp_path / "b.mcpb").read_bytes()


def test_versioning_caches_and_secrets_are_not_packed(tmp_path: Path, source: Path) -> None:
    for name in (".git/config", "lib/__pycache__/a.pyc", ".env", "old.mcpb", "me.switchgear-key", "notes/x", "a.tmp"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("x")
    (source / "node_modules/.bin").mkdir(parents=True)
    (source / "node_modules/.bin/tool").symlink_to("/etc/passwd")
    (source / ".mcpbignore").write_text("# mine\nnotes/\n*.tmp\n")
    assert set(pack(source, source / "new.mcpb").files) == {"manifest.json", *FILES}
    assert set(pack(source, source / "new.mcpb").files) == {"manifest.json", *FILES}


def test_a_link_is_not_packed_but_refused(tmp_path: Path, source: Path) -> None:
    (source / "passwords").symlink_to("/etc/passwd")
    with pytest.raises(InvalidBundle, match=r'"passwords" in .* is a link'):
        pack(source, tmp_path / "a.mcpb")
    assert not list(tmp_path.glob("*.mcpb"))
    assert not list(tmp_path.glob(".switchgear*"))


def test_a_bundle_without_its_entry_point_is_not_packed(tmp_path: Path, source: Path) -> None:
    (source / "server/main.py").unlink()
    with pytest.raises(InvalidManifest, match=r"server/main.py is no file"):
        pack(source, tmp_path / "a.mcpb")


def test_a_bundle_without_manifest_is_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", b"")
    with pytest.raises(InvalidManifest, match=r"no manifest.json"):
        open_bundle(made.getvalue(), tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_bundle_that_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifest):
        open_bundle(bundle(FILES, name=""), tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(FileExistsError):
        open_bundle(bundle(), tmp_path / "there")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        open_bundle(bundle(), tmp_path / "link")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_pipe_is_no_bundle_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mcpb")
    with pytest.raises(InvalidBundle, match=r"is no file"):
        open_bundle(tmp_path / "pipe.mcpb", tmp_path / "there")


def test_a_bundle_can_be_looked_at_without_being_kept(tmp_path: Path) -> None:
    with unpacked(bundle(), tmp_path) as found:
        assert (found.folder / "manifest.json").exists()
    assert list(tmp_path.iterdir()) == []


def test_every_change_on_disk_is_found(tmp_path: Path) -> None:
    found = open_bundle(bundle(FILES), tmp_path / "there")
    assert differences(found.files, found.folder) == []
    (found.folder / "lib/a.txt").write_bytes(b"b" * 5000)
    (found.folder / "leer/Ünï.txt").unlink()
    (found.folder / "new").touch()
    assert differences(found.files, found.folder) == [
        '"leer/Ünï.txt" is gone.', '"lib/a.txt" was changed.', '"new" was added.',
    ]  # fmt: skip
    assert digest_of(found.folder) != found.digest


@pytest.mark.parametrize("kind", ["link", "linked folder", "pipe", "name"])
def test_what_no_bundle_may_hold_is_found_on_disk(tmp_path: Path, kind: str) -> None:
    found = open_bundle(bundle(), tmp_path / "there").folder
    if kind == "link":
        (found / "x").symlink_to("/etc/passwd")
    elif kind == "linked folder":
        (found / "x").symlink_to("/etc")
    elif kind == "pipe":
        os.mkfifo(found / "x")
    else:
        (found / "x\ny").touch()
    with pytest.raises(InvalidBundle, match=r"in .* (is|has)"):
        digest_of(found)


def test_the_signature_takes_no_part_in_the_digest(tmp_path: Path) -> None:
    one = open_bundle(bundle(FILES), tmp_path / "one")
    other = open_bundle(bundle({**FILES, SIGNATURE: b"{}"}), tmp_path / "other")
    assert one.digest == other.digest
    assert other.signature == b"{}"
    assert open_bundle(bundle({**FILES, SIGNATURE.lower(): b"{}"}), tmp_path / "third").digest != one.digest


def test_a_folder_in_place_of_the_signature_is_no_signature(tmp_path: Path) -> None:
    found = open_bundle(bundle({f"{SIGNATURE}/x": b"{}"}), tmp_path / "there")
    assert found.signature == b""
    assert f"{SIGNATURE}/x" in found.files


NAMES = st.text(st.sampled_from('ab/",[]\\ é'), min_size=1, max_size=8)
LISTS = st.dictionaries(NAMES, st.sampled_from(("0" * 64, "1" * 64)), max_size=4)


@given(LISTS, LISTS)
def test_different_lists_of_files_are_never_written_alike(one: dict[str, str], other: dict[str, str]) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)
    assert canonical(one) == canonical(dict(reversed(one.items())))
    assert (digest(one) == digest(other)) is (one == other)


def test_a_name_cannot_take_over_a_part_of_the_hash_beside_it() -> None:
    assert digest({"a": "b" * 64}) != digest({"a" + "b" * 64: ""})


KILLED = """
import os, signal, sys
from pathlib import Path
from switchgear.plugins import bundle

real = getattr(os, sys.argv[3])
left = int(sys.argv[4])

def dies(*arguments, **named):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)

setattr(os, sys.argv[3], dies)
bundle.open_bundle(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(("call", "after"), [("open", 2), ("fsync", 0), ("fsync", 3), ("rename", 0), ("chmod", 2)])
def test_a_process_that_is_killed_leaves_no_half_bundle(tmp_path: Path, call: str, after: int) -> None:
    (tmp_path / "a.mcpb").write_bytes(bundle(FILES))
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "a.mcpb"), str(plugins / "there"), call, str(after)], check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert not (plugins / "there").exists()
    assert list(plugins.iterdir())
    sweep(plugins)
    assert list(plugins.iterdir()) == []
    assert open_bundle(tmp_path / "a.mcpb", plugins / "there").digest == read_folder(plugins / "there").digest
