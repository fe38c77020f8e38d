"""Starts that cannot work: one clear sentence, the documented exit code, no traceback, nothing left behind."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from starting import start

from switchgear.store.store import Store
from switchgear.testing import unused_port

NO_LOCAL = "[local]\nenabled = false\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "switchgear.toml"
    path.write_text(NO_LOCAL)
    return path


async def made_before(folder: Path) -> Path:
    """A data folder with a database that a gateway could start on."""
    folder.mkdir(mode=0o700)
    store = await Store.open("sqlite:", folder, secret=b"s" * 32)
    await store.close()
    return folder / "switchgear.db"


# ---------------------------------------------------------------- the port


def test_port_taken_names_the_process_and_another_port(tmp_path: Path, config: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        ended = start(tmp_path / "data", config=config, port=port)
    assert ended.code == 3
    said = ended.one_sentence()
    assert f"Port {port} is taken by another process (pid {os.getpid()}, " in said
    assert f"--port {port + 1}" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_here_is_one_sentence(tmp_path: Path, host: str) -> None:
    path = tmp_path / "switchgear.toml"
    path.write_text(f'{NO_LOCAL}[server]\nhost = "{host}"\ntrusted_proxy = true\n')
    ended = start(tmp_path / "data", config=path)
    assert ended.code == 1
    assert host in ended.one_sentence()


# ---------------------------------------------------------------- the data folder


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path, config: Path) -> None:
    (tmp_path / "data").write_text("a file")
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 4
    assert str(tmp_path / "data") in ended.one_sentence()


def test_a_data_folder_below_a_file_is_one_sentence(tmp_path: Path, config: Path) -> None:
    (tmp_path / "file").write_text("a file")
    ended = start(tmp_path / "file" / "data", config=config)
    assert ended.code == 4
    assert str(tmp_path / "file") in ended.one_sentence()


def test_a_data_folder_that_cannot_be_made_is_one_sentence(config: Path) -> None:
    ended = start(Path("/proc/switchgear"), config=config)
    assert ended.code == 4
    assert "/proc/switchgear" in ended.one_sentence()


def can_mount() -> bool:
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        return False
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def mounted(options: str, folder: Path) -> list[str]:
    """A wrapper that gives the child its own small file system at ``folder``, which nobody else sees."""
    script = f'mount -t tmpfs -o {options} none "{folder}" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh"]


@pytest.mark.skipif(not can_mount(), reason="mounting a small file system needs root and mount namespaces")
def test_a_read_only_data_folder_is_one_sentence(tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    ended = start(folder, config=config, wrapper=mounted("ro,mode=700", folder))
    assert ended.code == 4
    said = ended.one_sentence()
    assert str(folder) in said
    assert "read-only" in said


@pytest.mark.skipif(not can_mount(), reason="mounting a small file system needs root and mount namespaces")
def test_a_full_disk_is_one_sentence(tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    ended = start(folder, config=config, wrapper=mounted("size=16k,mode=700", folder))
    assert ended.code == 4
    assert "full" in ended.one_sentence() or "no space" in ended.one_sentence().lower()


def test_a_disk_that_takes_no_more_is_one_sentence(tmp_path: Path, config: Path) -> None:
    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    ended = start(tmp_path / "data", config=config, before=limit_files, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert ended.code == 4
    assert "switchgear.db" in ended.one_sentence()


def test_a_damaged_secret_key_is_one_sentence(tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "secret.key").write_text("not hex")
    ended = start(folder, config=config)
    assert ended.code == 4
    assert "secret.key" in ended.one_sentence()
    assert (folder / "secret.key").read_text() == "not hex"  # it may be mended, so it is not replaced


# ---------------------------------------------------------------- the database


@pytest.mark.parametrize("content", [b"this is no database " * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path, config: Path, content: bytes) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "switchgear.db").write_bytes(content)
    ended = start(folder, config=config)
    assert ended.code == 5
    said = ended.one_sentence()
    assert "switchgear.db" in said
    assert "damaged" in said
    assert (folder / "switchgear.db").read_bytes() == content  # and nothing was done to it


async def test_a_damaged_database_is_one_sentence(tmp_path: Path, config: Path) -> None:
    path = await made_before(tmp_path / "data")
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 5
    assert "damaged" in ended.one_sentence()


def test_a_database_locked_by_another_process_is_one_sentence(tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    with closing(sqlite3.connect(folder / "switchgear.db", isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        ended = start(folder, config=config)
    assert ended.code == 5
    assert "locked by another process" in ended.one_sentence()


async def test_a_database_from_a_newer_version_is_one_sentence(tmp_path: Path, config: Path) -> None:
    path = await made_before(tmp_path / "data")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("update alembic_version set version_num = '9999'")
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 5
    assert "newer" in ended.one_sentence()


def test_a_postgresql_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "switchgear.toml"
    path.write_text(f'{NO_LOCAL}[store]\nurl = "env:DATABASE"\n')
    url = f"postgresql://someone:hidden@127.0.0.1:{unused_port()}/gateway"
    ended = start(tmp_path / "data", config=path, env={"DATABASE": url})
    assert ended.code == 5
    assert "hidden" not in ended.one_sentence()
    assert "cannot be reached" in ended.one_sentence()


# ---------------------------------------------------------------- the configuration


def test_a_configuration_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    ended = start(tmp_path / "data", config=tmp_path / "nowhere.toml")
    assert ended.code == 2
    assert "nowhere.toml" in ended.one_sentence()


def test_a_configuration_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    ended = start(tmp_path / "data", config=tmp_path / "folder.toml")
    assert ended.code == 2
    assert "folder.toml" in ended.one_sentence()


def test_a_configuration_that_is_no_utf8_is_refused_with_its_place(tmp_path: Path, config: Path) -> None:
    config.write_bytes(b'[local]\nenabled = "\xff"\n')
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 2
    assert f"{config} is not UTF-8: line 2 has an invalid byte." in ended.one_sentence()


def test_every_mistake_of_an_invalid_configuration_is_told_with_its_line(tmp_path: Path, config: Path) -> None:
    config.write_text('[server]\nkeep_alive = -1\nhots = "x"\n[modles]\n[log]\nlevel = "loud"\n')
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 2
    assert "Traceback" not in ended.stderr
    for line, word in ((2, "keep_alive"), (3, '"host"'), (4, '"models"'), (6, "level")):
        assert f"{config}:{line}: " in ended.stderr
        assert word in ended.stderr
    assert "4 problems" in ended.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("mistake", "word"),
    [
        ('[models.fast]\ndeployments = [{ provider = "opnai", model = "m" }]\n', 'Did you mean "openai"'),
        ('[providers.test]\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "secret:nowhere"\n', "nowhere"),
    ],
)
def test_names_that_the_file_and_the_store_do_not_have_are_refused(
    tmp_path: Path, config: Path, mistake: str, word: str
) -> None:
    config.write_text(NO_LOCAL + '[providers.openai]\nbase_url = "https://api.openai.com/v1"\n' + mistake)
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 2
    assert word in ended.stderr
    assert f"{config}:6: " in ended.stderr or f"{config}:7: " in ended.stderr


def test_a_secret_that_is_missing_is_told_by_its_name(tmp_path: Path, config: Path) -> None:
    config.write_text(
        f'{NO_LOCAL}[providers.test]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "env:NO_SUCH_KEY"\n'
    )
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 2
    assert "NO_SUCH_KEY" in ended.stderr


def test_an_open_address_without_protection_is_refused(tmp_path: Path, config: Path) -> None:
    config.write_text(f'{NO_LOCAL}[server]\nhost = "0.0.0.0"\n')
    ended = start(tmp_path / "data", config=config)
    assert ended.code == 2
    assert "tls_cert" in ended.stderr


def test_a_traceback_is_shown_only_when_it_is_asked_for(tmp_path: Path, config: Path) -> None:
    (tmp_path / "data").write_text("a file")
    command = [
        sys.executable,
        "-m",
        "switchgear",
        "serve",
        "--config",
        str(config),
        "--data-dir",
        str(tmp_path / "data"),
    ]
    command += ["--port", str(unused_port())]
    child = subprocess.run([*command, "--debug"], capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 4
    assert "Traceback" in child.stderr
