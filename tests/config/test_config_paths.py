"""Where things are, and the secret of the data folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from switchgear.config import paths
from switchgear.config.paths import (
    LOCK_FILE,
    config_file,
    data_folder,
    folder_is_held,
    held_folder,
    load_secret,
    loose_permissions,
    open_data_folder,
)
from switchgear.core.errors import DataFolderInUse, DataFolderUnusable
from switchgear.core.secrets import Secret


def silent(_warning: str) -> None:
    raise AssertionError("nothing to warn about here")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ------------------------------------------------------------------ which folder, which file


def test_the_data_folder_is_the_options_then_the_environments_then_the_default(tmp_path: Path) -> None:
    environ = {"SWITCHGEAR_DATA_DIR": "/env", "XDG_DATA_HOME": "/xdg", "HOME": "/home/a"}
    assert data_folder(Path("/option"), environ) == Path("/option")
    assert data_folder(None, environ) == Path("/env")
    assert data_folder(None, {**environ, "SWITCHGEAR_DATA_DIR": ""}) == Path("/xdg/switchgear")
    assert data_folder(None, {"XDG_DATA_HOME": "relative", "HOME": "/home/a"}) == Path(
        "/home/a/.local/share/switchgear"
    )


def test_the_data_folder_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_folder(Path("data"), {}) == tmp_path / "data"


def test_a_data_folder_in_a_home_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DataFolderUnusable, match="home folder cannot be found"):
        data_folder(Path("~nobody-of-that-name/x"), {})


def test_the_config_file_is_the_options_then_the_environments_then_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert config_file(None, {}) is None
    (tmp_path / "switchgear.toml").touch()
    assert config_file(None, {"SWITCHGEAR_CONFIG": ""}) == Path("switchgear.toml")
    assert config_file(None, {"SWITCHGEAR_CONFIG": "/env.toml"}) == Path("/env.toml")
    assert config_file(Path("option.toml"), {"SWITCHGEAR_CONFIG": "/env.toml"}) == Path("option.toml")


def test_a_broken_link_named_switchgear_toml_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "switchgear.toml").symlink_to("gone")
    assert config_file(None, {}) == Path("switchgear.toml")


# ------------------------------------------------------------------ the data folder


def test_a_new_data_folder_is_private(tmp_path: Path) -> None:
    folder = open_data_folder(tmp_path / "a" / "b")
    assert mode(folder) == 0o700
    assert open_data_folder(folder) == folder
    assert list(folder.iterdir()) == []


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderUnusable, match="is not a folder"):
        open_data_folder(tmp_path / "file")
    with pytest.raises(DataFolderUnusable, match="cannot be created: not a directory"):
        open_data_folder(tmp_path / "file" / "data")


def test_a_folder_that_takes_no_files_is_unusable() -> None:
    with pytest.raises(DataFolderUnusable, match=r"cannot be (created|written)"):
        open_data_folder(Path("/proc/self"))
    with pytest.raises(DataFolderUnusable, match="cannot be created"):
        open_data_folder(Path("/proc/none/data"))


# ------------------------------------------------------------------ the secret


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    secret = load_secret(tmp_path, warn=silent)
    assert len(secret) == 32
    assert load_secret(tmp_path, warn=silent) == secret
    assert mode(tmp_path / "secret.key") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from switchgear.config.paths import load_secret\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(load_secret(pathlib.Path(sys.argv[1]), warn=print).hex())\n"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("\n")
        racer.stdin.flush()
    answers = {racer.communicate(timeout=60)[0] for racer in racers}
    assert len(answers) == 1
    assert answers.pop() == load_secret(tmp_path, warn=silent).hex() + "\n"
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_the_loser_of_a_race_takes_the_winners_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    paths._create(path, "ab" * 32)
    paths._create(path, "cd" * 32)
    assert load_secret(tmp_path, warn=silent) == bytes.fromhex("ab" * 32)


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    secret = load_secret(tmp_path, warn=silent)
    paths._create(tmp_path / "secret.key", "cd" * 32)
    assert load_secret(tmp_path, warn=silent) == secret
    assert mode(tmp_path / "secret.key") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("raw", [b"", b"ab", b"zz" * 32, b"ab" * 32 + b"\n\n", b"\xff" * 32])
def test_a_damaged_secret_is_an_error_and_is_left_alone(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(raw)
    with pytest.raises(DataFolderUnusable, match=r"secret\.key does not hold 64 hex digits\.") as caught:
        load_secret(tmp_path, warn=silent)
    assert "Bring back the original" in caught.value.advice
    assert (tmp_path / "secret.key").read_bytes() == raw


def test_a_secret_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(DataFolderUnusable, match="cannot be read or created: is a directory"):
        load_secret(tmp_path, warn=silent)
    with pytest.raises(DataFolderUnusable, match="cannot be read or created: no such file"):
        load_secret(tmp_path / "gone", warn=silent)


def test_a_secret_that_others_can_read_is_reported(tmp_path: Path) -> None:
    load_secret(tmp_path, warn=silent)
    (tmp_path / "secret.key").chmod(0o640)
    warnings: list[str] = []
    load_secret(tmp_path, warn=warnings.append)
    assert warnings == [
        f"{tmp_path}/secret.key is open to others (mode 0640). Close it with: chmod 600 {tmp_path}/secret.key"
    ]


def test_a_configured_secret_replaces_the_file(tmp_path: Path) -> None:
    assert load_secret(tmp_path, override=Secret("AB" * 32), warn=silent) == bytes.fromhex("ab" * 32)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataFolderUnusable) as caught:
        load_secret(tmp_path, override=Secret("hunter2"), warn=silent)
    assert "hunter2" not in str(caught.value)


def test_permissions_of_what_is_missing_are_no_matter(tmp_path: Path) -> None:
    assert loose_permissions(tmp_path / "none") is None
    tmp_path.chmod(0o755)
    assert (
        loose_permissions(tmp_path) == f"{tmp_path} is open to others (mode 0755). Close it with: chmod 700 {tmp_path}"
    )


# ---------------------------------------------------------------- one gateway a folder


def test_a_folder_is_held_by_one_gateway_at_a_time(tmp_path: Path) -> None:
    assert not folder_is_held(tmp_path)
    with held_folder(tmp_path):
        assert folder_is_held(tmp_path)
        with pytest.raises(DataFolderInUse, match="Another gateway serves"), held_folder(tmp_path):
            pass
    assert not folder_is_held(tmp_path)
    assert (tmp_path / LOCK_FILE).stat().st_mode & 0o777 == 0o600
