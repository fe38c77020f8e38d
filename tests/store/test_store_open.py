"""Opening a store: fresh, at head, behind, newer, foreign, damaged, locked, unreachable."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from switchgear.core.errors import DataFolderUnusable, ExtraMissing, StartupError, StoreUnavailable, StoreUnusable
from switchgear.store import engine, tables, upgrade
from switchgear.store.store import Store

SECRET = b"s" * 32
WORDS_OF_DRIVERS = ("sqlite3", "asyncpg", "sqlalchemy", "Errno", "Error", "OperationalError", "sqlstate")


def assert_clear(error: StartupError) -> None:
    """One sentence, in the user's words."""
    assert error.message.count("\n") == 0
    assert error.message.endswith(".")
    assert not [word for word in WORDS_OF_DRIVERS if word in error.message]


async def open_and_close(url: str, folder: Path) -> None:
    store = await Store.open(url, folder, secret=SECRET)
    await store.close()


# ---------------------------------------------------------------- schema


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(upgrade.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    found = [script.revision for script in scripts().walk_revisions()]
    assert tuple(reversed(found)) == tables.REVISIONS
    assert scripts().get_current_head() == tables.HEAD


async def test_the_migrations_make_the_tables_as_the_code_knows_them(store: Store) -> None:
    def differences(connection: Connection) -> list[Any]:
        def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
            made_beside = (name or "").startswith(
                ("usage_", "conversation_search")
            )  # partitions, and the index of words
            return kind not in {"table", "index"} or not made_beside or name == "usage_by_id"

        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": ours, "target_metadata": tables.metadata}
        )
        return list(compare_metadata(context, tables.metadata))

    async with store._database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrade_says_where_it_arrived_and_current_where_it_is(bare_url: str, tmp_path: Path) -> None:
    assert await upgrade.current(bare_url, tmp_path) is None
    assert await upgrade.upgrade(bare_url, tmp_path) == tables.HEAD
    assert await upgrade.current(bare_url, tmp_path) == tables.HEAD
    assert await upgrade.upgrade(bare_url, tmp_path) == tables.HEAD


async def test_many_processes_upgrade_one_database_once(bare_url: str, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, pathlib; from switchgear.store.store import Store\n"
        "async def main():\n"
        "    store = await Store.open(sys.argv[1], pathlib.Path(sys.argv[2]), secret=b's' * 32)\n"
        "    print(await store.revision())\n"
        "    await store.close()\n"
        "asyncio.run(main())"
    )
    children = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, bare_url, str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    answers = await asyncio.gather(*[child.communicate() for child in children])
    assert answers == [(b"0\n", b"")] * 4


async def test_a_database_at_head_is_opened_without_alembic(sqlite_url: str, tmp_path: Path) -> None:
    await open_and_close(sqlite_url, tmp_path)
    script = (
        "import asyncio, sys, pathlib; from switchgear.store.store import Store\n"
        "async def main():\n"
        "    await (await Store.open(sys.argv[1], pathlib.Path('/'), secret=b's' * 32)).close()\n"
        "asyncio.run(main())\n"
        "assert 'alembic' not in sys.modules and 'cryptography' not in sys.modules"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, sqlite_url)
    assert await child.wait() == 0


async def test_a_database_from_a_newer_version_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    store = await Store.open(url, tmp_path, secret=SECRET)
    async with store._database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(StoreUnusable, match="newer Switchgear") as caught:
        await Store.open(url, tmp_path, secret=SECRET)
    assert_clear(caught.value)
    assert await upgrade.current(url, tmp_path) == "9999"


async def test_a_database_of_something_else_is_refused(bare_url: str, tmp_path: Path) -> None:
    database = engine.connect(bare_url, tmp_path)
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE keys (x integer)"))
    await database.close()
    with pytest.raises(StoreUnusable, match='a table "keys" that Switchgear did not make') as caught:
        await Store.open(bare_url, tmp_path, secret=SECRET)
    assert_clear(caught.value)


# ---------------------------------------------------------------- SQLite


async def test_sqlite_alone_is_a_file_in_the_data_folder_for_its_owner_only(tmp_path: Path) -> None:
    await open_and_close("sqlite:", tmp_path / "new" / "folder")
    file = tmp_path / "new" / "folder" / "switchgear.db"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("form", ["sqlite:{}", "sqlite://{}"])
def test_a_path_is_taken_as_it_stands(tmp_path: Path, form: str) -> None:
    assert engine.sqlite_path(form.format(tmp_path / "a b?c.db"), Path("/elsewhere")) == tmp_path / "a b?c.db"


async def test_a_file_with_odd_characters_in_its_name_is_opened_as_named(tmp_path: Path) -> None:
    await open_and_close(f"sqlite:{tmp_path}/a b?c#d%20é.db", tmp_path)
    assert (tmp_path / "a b?c#d%20é.db").stat().st_size > 0


@pytest.mark.parametrize(
    "content", [b"this is not a database, it is a text of some length" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
async def test_a_corrupt_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "switchgear.db").write_bytes(content)
    with pytest.raises(StoreUnusable, match="damaged") as caught:
        await Store.open("sqlite:", tmp_path, secret=SECRET)
    assert_clear(caught.value)
    assert (tmp_path / "switchgear.db").read_bytes() == content


async def test_damage_met_later_is_told_as_unavailable(tmp_path: Path) -> None:
    await open_and_close("sqlite:", tmp_path)
    file = tmp_path / "switchgear.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    file.write_bytes(content)

    async def read() -> None:
        store = await Store.open("sqlite:", tmp_path, secret=SECRET)
        try:
            await store.keys.all()
            await store.providers.all()
        finally:
            await store.close()

    with pytest.raises((StoreUnusable, StoreUnavailable), match="damaged"):
        await read()


async def test_an_examination_finds_damage_that_opening_does_not_meet(tmp_path: Path) -> None:
    store = await Store.open("sqlite:", tmp_path, secret=SECRET)
    assert await store.examine() == []
    for number in range(100):
        await store.providers.put(f"p{number}", {"text": "x" * 1000})
    await store.close()
    file = tmp_path / "switchgear.db"
    content = bytearray(file.read_bytes())
    last = len(content) - 4096
    content[last : last + 8] = b"\xff" * 8
    file.write_bytes(content)
    store = await Store.open("sqlite:", tmp_path, secret=SECRET)
    assert await store.examine()
    await store.close()


async def test_a_locked_database_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    other = sqlite3.connect(tmp_path / "switchgear.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnusable, match="locked by another process") as caught:
        await Store.open("sqlite:", tmp_path, secret=SECRET)
    assert_clear(caught.value)
    other.close()


async def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderUnusable) as caught:
        await Store.open("sqlite:", tmp_path / "file", secret=SECRET)
    assert_clear(caught.value)


@pytest.fixture
def read_only(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that this process may read and not write, as root too."""
    folder = Path(tempfile.mkdtemp(prefix="switchgear-ro-"))
    root = os.geteuid() == 0
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o700)
    shutil.rmtree(folder)


def lose_rights(folder: Path) -> None:
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)


async def test_a_read_only_folder_is_refused_in_one_sentence(read_only: Path) -> None:
    lose_rights(read_only)
    with pytest.raises(DataFolderUnusable, match="permission denied") as caught:
        await Store.open("sqlite:", read_only, secret=SECRET)
    assert_clear(caught.value)


async def test_a_database_in_a_folder_that_became_read_only_is_refused(read_only: Path) -> None:
    await open_and_close("sqlite:", read_only)
    (read_only / "switchgear.db").chmod(0o666)
    lose_rights(read_only)
    with pytest.raises(DataFolderUnusable) as caught:
        await Store.open("sqlite:", read_only, secret=SECRET)
    assert_clear(caught.value)


async def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up = engine._set_up_sqlite

    def small(connection: Any, record: object) -> None:
        set_up(connection, record)
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count=5")
        cursor.close()

    monkeypatch.setattr(engine, "_set_up_sqlite", small)
    with pytest.raises(DataFolderUnusable, match="the disk is full") as caught:
        await Store.open("sqlite:", tmp_path, secret=SECRET)
    assert_clear(caught.value)


async def test_the_settings_that_keep_data_safe_are_on(tmp_path: Path) -> None:
    store = await Store.open("sqlite:", tmp_path, secret=SECRET)
    async with store._database.read() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    await store.close()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}


async def test_writers_of_one_process_queue_instead_of_deadlocking(
    open_store: Callable[..., Awaitable[Store]],
) -> None:
    one, other = await open_store(), await open_store()

    async def change(store: Store, number: int) -> None:
        await store.providers.put(f"p{number}", {"n": number})
        await store.providers.all()

    await asyncio.gather(*[change(store, number) for number in range(15) for store in (one, other)])
    assert len(await one.providers.all()) == 15


# ---------------------------------------------------------------- PostgreSQL


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://me:hunter2@127.0.0.1:1/db", 'The PostgreSQL database "db" at 127.0.0.1:1 cannot be reached.'),
        ("postgres://me:hunter2@name.invalid/db", 'The PostgreSQL database "db" at name.invalid cannot be reached.'),
        ("postgresql://me:hunter2@[::1/db", "store.url is not a valid postgresql:// URL."),
        ("postgresql://me:hunter2@127.0.0.1:none/db", None),
        ("mysql://me:hunter2@127.0.0.1/db", 'No database is reached by store.url "mysql:…".'),
    ],
)
async def test_a_server_out_of_reach_is_told_without_the_password(
    tmp_path: Path, url: str, sentence: str | None
) -> None:
    with pytest.raises(StoreUnusable) as caught:
        await Store.open(url, tmp_path, secret=SECRET)
    assert_clear(caught.value)
    assert sentence is None or caught.value.message == sentence
    assert "hunter2" not in f"{caught.value.message} {caught.value.advice} {caught.value.cause}"


async def test_a_missing_database_is_told(postgres: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match=r'"none" at .* does not exist on that server') as caught:
        await Store.open(postgres.format(name="none"), tmp_path, secret=SECRET)
    assert_clear(caught.value)


async def test_a_missing_package_is_told_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match=r'pip install "switchgear\[postgres\]"'):
        await Store.open("postgresql://localhost/x", tmp_path, secret=SECRET)


async def test_a_connection_that_is_closed_in_a_transaction_leaves_no_lock(sqlite_url: str, tmp_path: Path) -> None:
    """Also while a statement of it lives on, as one does that was cancelled."""
    store = await Store.open(sqlite_url, tmp_path, secret=SECRET)
    connection = await store._database.engine.connect()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.execute("BEGIN IMMEDIATE")
    await driver.execute("INSERT INTO secrets VALUES ('a', x'00', 1, 1), ('b', x'00', 1, 1)")
    cursor = await driver.execute("SELECT name FROM secrets")
    assert await cursor.fetchone()
    await connection.invalidate()
    await connection.close()
    await store.keys.all()
    await store.audit.append(at=1, actor="a", action="b", target="c", detail=None, ip="")
    assert await store.secrets.names() == []
    await store.close()
    del cursor
