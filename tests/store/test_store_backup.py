"""Backup and restore, within an engine and across."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from switchgear.core.calls import CallRecord
from switchgear.core.errors import StoreUnusable, UsageError
from switchgear.core.secrets import Secret
from switchgear.store.backup import backup, read_manifest, restore
from switchgear.store.keys import Key, KeySecret
from switchgear.store.store import Store

SECRET = b"s" * 32
KEY = Key("key_1", "ci", ("*",), ("call",), 1, None, None, "cli", (KeySecret(os.urandom(32), "abcd", 1),))


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A second, empty database on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/target.db"
        return
    async with request.getfixturevalue("another_postgres")() as made:
        yield made


async def fill(url: str, folder: Path, record: Callable[..., CallRecord], calls: int = 2500) -> None:
    store = await Store.open(url, folder, secret=SECRET)
    await store.keys.create(KEY)
    await store.providers.put("p", {"kind": "openai", "text": "é😀\n"})
    await store.models.put("m", {"deployments": []})
    await store.secrets.put("s", Secret("hidden value"))
    await store.audit.append(at=5, actor="cli", action="key.create", target="key_1", detail={"a": [1, None]})
    for number in range(calls):
        store.writer.add(record(first_token_ms=0.1 + number, cost=None if number % 2 else 2**53 + number))
    await store.close()


async def content(url: str, folder: Path, *, secrets: bool = True) -> list[object]:
    store = await Store.open(url, folder, secret=SECRET)
    try:
        return [
            await store.keys.all(),
            await store.providers.all(),
            await store.models.all(),
            (await store.secrets.get("s")).reveal() if secrets else None,
            (await store.audit.list()).entries,
            (await store.usage.list(limit=10_000)).calls,
        ]
    finally:
        await store.close()


async def test_what_is_restored_is_what_was_backed_up(
    url: str, target: str, tmp_path: Path, record: Callable[..., CallRecord]
) -> None:
    await fill(url, tmp_path, record)
    file = tmp_path / "backup.zip"
    manifest = await backup(url, tmp_path, file, secret=SECRET)
    assert manifest.tables["usage"].rows == 2500
    assert read_manifest(file) == manifest
    assert file.stat().st_mode & 0o777 == 0o600
    done = await restore(target, tmp_path, file, secret=SECRET)
    assert done.rows == {name: copy.rows for name, copy in manifest.tables.items()}
    assert not done.secret_differs
    assert await content(target, tmp_path) == await content(url, tmp_path)


@pytest.fixture
async def filled(sqlite_url: str, tmp_path: Path, record: Callable[..., CallRecord]) -> Path:
    """A backup of a small database."""
    await fill(sqlite_url, tmp_path, record, calls=300)
    await backup(sqlite_url, tmp_path, tmp_path / "backup.zip", secret=SECRET)
    return tmp_path / "backup.zip"


async def test_the_secret_is_not_in_the_backup_and_another_one_is_noticed(filled: Path, target: str) -> None:
    with zipfile.ZipFile(filled) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET not in everything
    assert SECRET.hex().encode() not in everything
    assert b"hidden value" not in everything
    assert (await restore(target, filled.parent, filled, secret=b"t" * 32)).secret_differs


async def test_a_database_with_content_is_replaced_only_by_force(filled: Path, target: str) -> None:
    store = await Store.open(target, filled.parent, secret=SECRET)
    await store.providers.put("mine", {})
    before = await store.revision()
    with pytest.raises(UsageError, match="is not empty"):
        await restore(target, filled.parent, filled, secret=SECRET)
    assert [document.name for document in await store.providers.all()] == ["mine"]
    await restore(target, filled.parent, filled, secret=SECRET, force=True)
    assert [document.name for document in await store.providers.all()] == ["p"]
    assert await store.revision() > before, "running processes notice"
    await store.close()


async def test_a_backup_cut_short_anywhere_is_refused(filled: Path, sqlite_url: str, tmp_path: Path) -> None:
    whole = filled.read_bytes()
    cut = tmp_path / "cut.zip"
    for length in [*range(0, len(whole), len(whole) // 12), len(whole) - 1]:
        cut.write_bytes(whole[:length])
        with pytest.raises(StoreUnusable, match="damaged, cut short or no Switchgear backup"):
            await restore(f"sqlite:{tmp_path}/t.db", tmp_path, cut, secret=SECRET)
    assert not (tmp_path / "t.db").exists()


async def test_a_damaged_backup_is_never_restored_differently(filled: Path, tmp_path: Path) -> None:
    whole = filled.read_bytes()
    expected = await content(f"sqlite:{tmp_path}/data/switchgear.db", tmp_path)
    bad = tmp_path / "bad.zip"
    for place in range(0, len(whole), len(whole) // 40):
        altered = bytearray(whole)
        altered[place] ^= 0xFF
        bad.write_bytes(altered)
        try:
            await restore(f"sqlite:{tmp_path}/t.db", tmp_path, bad, secret=SECRET, force=True)
        except StoreUnusable:
            continue
        assert await content(f"sqlite:{tmp_path}/t.db", tmp_path) == expected


def rewritten(file: Path, **tables: bytes) -> bytes:
    """The backup with other tables, its checksums made right."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in old.namelist():
            data = tables.get(name.removesuffix(".jsonl"), old.read(name))
            if name == "manifest.json":
                continue
            manifest["tables"][name.removesuffix(".jsonl")] = {
                "rows": data.count(b"\n"),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            new.writestr(name, data)
        new.writestr("manifest.json", json.dumps(manifest | json.loads(tables.get("manifest", b"{}"))))
    return out.getvalue()


@pytest.mark.parametrize(
    "rows",
    [b'{"name":"x"}\n', b"[1]\n", b"not json\n", b'{"unknown":1}\n', b'{"name":1,"document":{},"created_at":"x"}\n'],
)
async def test_a_backup_with_impossible_rows_restores_nothing(filled: Path, target: str, rows: bytes) -> None:
    store = await Store.open(target, filled.parent, secret=SECRET)
    await store.providers.put("mine", {})
    bad = filled.with_name("bad.zip")
    bad.write_bytes(rewritten(filled, models=rows))
    with pytest.raises(StoreUnusable, match="damaged"):
        await restore(target, filled.parent, bad, secret=SECRET, force=True)
    assert [document.name for document in await store.providers.all()] == ["mine"]
    assert await store.keys.all() == []
    await store.close()


def key_row(**changes: object) -> bytes:
    row: dict[str, object] = {"id": "key_2", "name": "n", "models": '["*"]', "scopes": '["call"]', "created_at": 1}
    row |= {"expires_at": None, "revoked_at": None, "created_by": "cli"}
    return json.dumps(row | changes).encode() + b"\n"


SECRET_ROW = b'{"hash":"%s","key_id":"key_1","hint":"abcd","created_at":1,"expires_at":null}\n'
AUDIT_ROW = b'{"at":5,"id":"a","actor":"c","action":"x","target":"t","detail":"[]","ip":""}\n'
MODEL_ROW = b'{"name":"m","document":"%s","created_at":1,"updated_at":1}\n'


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("keys", key_row(models='"abc"')),
        ("keys", key_row(models="abc")),
        ("keys", key_row(scopes='"call"')),
        ("keys", key_row(scopes="call")),
        ("keys", key_row(scopes='[{"a":1}]')),
        ("keys", key_row(created_at=True)),
        ("keys", key_row(expires_at=2**63)),
        ("keys", key_row(name=None)),
        ("keys", key_row(more=1)),
        ("key_secrets", SECRET_ROW % b"AAAA"),
        ("key_secrets", SECRET_ROW % b"not base64"),
        ("models", MODEL_ROW % b"[]"),
        ("models", MODEL_ROW % b"not json"),
        ("models", MODEL_ROW % (b"[" * 100_000)),
        ("audit", AUDIT_ROW),
    ],
)
async def test_rows_of_another_shape_are_refused_before_they_are_written(
    filled: Path, tmp_path: Path, table: str, rows: bytes
) -> None:
    bad = filled.with_name("bad.zip")
    tables = {"keys": b"", "key_secrets": b""} if table == "keys" else {}
    bad.write_bytes(rewritten(filled, **(tables | {table: rows})))
    with pytest.raises(StoreUnusable, match="damaged"):
        await restore(f"sqlite:{tmp_path}/t.db", tmp_path, bad, secret=SECRET)
    assert (await content(f"sqlite:{tmp_path}/t.db", tmp_path, secrets=False))[0] == []


async def test_the_row_those_are_made_of_is_restored(filled: Path, tmp_path: Path) -> None:
    good = filled.with_name("good.zip")
    good.write_bytes(rewritten(filled, keys=key_row(), key_secrets=b""))
    done = await restore(f"sqlite:{tmp_path}/t.db", tmp_path, good, secret=SECRET)
    assert done.rows["keys"] == 1


def blown_up(name: str, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A small file whose entry ``name`` is one line of 100 MB, with a manifest that is right otherwise."""
    out = io.BytesIO()
    digest = hashlib.sha256()
    with zipfile.ZipFile(out, "w", compression) as archive:
        with archive.open(name, "w") as entry:
            for _ in range(100):
                entry.write(b" " * 1_000_000)
                digest.update(b" " * 1_000_000)
        if name != "manifest.json":
            copy = {"rows": 0, "sha256": digest.hexdigest()}
            head = {"product": "switchgear", "format": 1, "schema": "0001", "secret": "", "created_at": 1}
            archive.writestr("manifest.json", json.dumps(head | {"tables": {name.removesuffix(".jsonl"): copy}}))
    return out.getvalue()


@pytest.mark.parametrize("name", ["manifest.json", "usage.jsonl"])
async def test_a_small_file_that_unpacks_to_one_enormous_line_is_refused_unread(tmp_path: Path, name: str) -> None:
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(blown_up(name))
    assert bomb.stat().st_size < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(StoreUnusable, match="damaged"):
            await restore(f"sqlite:{tmp_path}/t.db", tmp_path, bomb, secret=SECRET)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


async def test_a_compression_that_backups_do_not_use_is_refused(filled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(filled) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(StoreUnusable, match="damaged"):
        await restore(f"sqlite:{tmp_path}/t.db", tmp_path, other, secret=SECRET)


async def test_a_document_as_long_as_the_api_takes_it_is_restored(sqlite_url: str, tmp_path: Path) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=SECRET)
    for number in range(9):
        await store.providers.put(f"p{number}", {"text": '"' * 500_000})
    await store.close()
    await backup(sqlite_url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    done = await restore(f"sqlite:{tmp_path}/t.db", tmp_path, tmp_path / "b.zip", secret=SECRET)
    assert done.rows["providers"] == 9


async def test_a_planted_link_does_not_receive_the_backup(filled: Path, sqlite_url: str, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen"
    for name in ("b.zip.part", "c.zip"):
        (tmp_path / name).symlink_to(stolen)
    await backup(sqlite_url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    with pytest.raises(UsageError, match="exists already"):
        await backup(sqlite_url, tmp_path, tmp_path / "c.zip", secret=SECRET)
    assert not stolen.exists()
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600


async def test_a_part_of_a_backup_is_never_written_through_a_name_that_is_there(
    filled: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchgear.store.backup.secrets.token_hex", lambda _: "guessed")
    (tmp_path / ".switchgear-guessed.part").symlink_to(tmp_path / "stolen")
    with pytest.raises(UsageError, match=r"cannot be written to .*b\.zip: file exists"):
        await backup(sqlite_url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    assert not (tmp_path / "stolen").exists()


@pytest.mark.parametrize("change", [b'{"format": 2}', b'{"schema": "9999"}'])
async def test_a_backup_from_a_newer_version_is_refused(filled: Path, tmp_path: Path, change: bytes) -> None:
    newer = tmp_path / "newer.zip"
    newer.write_bytes(rewritten(filled, manifest=change))
    with pytest.raises(StoreUnusable, match="newer Switchgear"):
        await restore(f"sqlite:{tmp_path}/t.db", tmp_path, newer, secret=SECRET)


async def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(StoreUnusable, match="no Switchgear backup"):
        await restore("sqlite:", tmp_path, tmp_path / "other.zip", secret=SECRET)


async def test_a_missing_backup_and_a_taken_name_are_told(filled: Path, sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        await restore(sqlite_url, tmp_path, tmp_path / "none.zip", secret=SECRET)
    with pytest.raises(UsageError, match="exists already"):
        await backup(sqlite_url, tmp_path, filled, secret=SECRET)
    with pytest.raises(UsageError, match="cannot be written"):
        await backup(sqlite_url, tmp_path, tmp_path / "no" / "folder.zip", secret=SECRET)
    assert not list(tmp_path.glob("*.part"))


async def test_a_backup_sees_one_moment_while_calls_go_on(
    url: str, tmp_path: Path, record: Callable[..., CallRecord]
) -> None:
    await fill(url, tmp_path, record, calls=1500)
    store = await Store.open(url, tmp_path, secret=SECRET)
    done = asyncio.Event()

    async def serve() -> int:
        count = 0
        while not done.is_set():
            store.writer.add(record())
            count += 1
            await store.writer.committed()
        return count

    serving = asyncio.ensure_future(serve())
    manifest = await backup(url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    done.set()
    served = await serving
    assert 1500 <= manifest.tables["usage"].rows <= 1500 + served
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.read("usage.jsonl").count(b"\n") == manifest.tables["usage"].rows
    await store.close()
