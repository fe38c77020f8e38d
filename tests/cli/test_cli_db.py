"""The database from the command line, with no gateway between."""

from __future__ import annotations

import json
import sqlite3


def test_status_of_a_database_that_is_not_there_makes_none(cli, tmp_path):
    ended = cli("db", "status")
    assert ended.code == 0
    assert "not there yet" in ended.out
    assert not (tmp_path / "data").exists()
    assert json.loads(cli("db", "status", "--json").out)["state"] == "missing"


def test_upgrade_makes_the_schema_and_says_when_there_is_nothing_to_do(cli):
    first = cli("db", "upgrade")
    assert first.code == 0
    assert "is at schema" in first.out
    assert "already" in cli("db", "upgrade").out
    status = json.loads(cli("db", "status", "--json").out)
    assert status["state"] == "ready"
    assert status["bytes"] > 0


def test_a_database_of_a_newer_version_is_told_as_that(cli, tmp_path):
    cli("db", "upgrade")
    with sqlite3.connect(tmp_path / "data" / "switchgear.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ended = cli("db", "status")
    assert ended.code == 5
    assert "made by a newer Switchgear" in ended.out
    assert cli("db", "upgrade").code == 5


def test_a_backup_brings_everything_back(cli, folder):
    cli("keys", "create", "ci")
    ended = cli("db", "backup", "copy.zip")
    assert ended.code == 0
    assert "Wrote copy.zip (" in ended.out
    assert "secret.key is not in it" in ended.err
    cli("keys", "create", "later")
    refused = cli("db", "restore", "copy.zip")
    assert refused.code == 2
    assert "--force" in refused.err
    restored = cli("db", "restore", "copy.zip", "--force")
    assert restored.code == 0
    names = {each["name"] for each in json.loads(cli("keys", "list", "--json").out)}
    assert "ci" in names
    assert "later" not in names


def test_a_backup_without_a_name_has_the_date_in_it(cli, folder):
    cli("db", "upgrade")
    told = json.loads(cli("db", "backup", "--json").out)
    assert (folder / told["file"]).exists()
    assert told["file"].startswith("switchgear-20")


def test_a_backup_never_overwrites(cli, folder):
    cli("db", "upgrade")
    (folder / "copy.zip").write_text("mine")
    ended = cli("db", "backup", "copy.zip")
    assert ended.code == 2
    assert (folder / "copy.zip").read_text() == "mine"


def test_there_is_nothing_to_back_up_before_the_first_start(cli, tmp_path):
    ended = cli("db", "backup")
    assert ended.code == 2
    assert "no database" in ended.err
    assert not (tmp_path / "data").exists()


def test_a_restore_under_another_secret_says_what_is_missing(cli, tmp_path):
    cli("keys", "create", "ci")
    cli("db", "backup", "copy.zip")
    ended = cli("db", "restore", "copy.zip", "--data-dir", tmp_path / "other")
    assert ended.code == 0
    assert "another secret.key" in ended.err


def test_what_is_no_backup_is_refused(cli, folder):
    (folder / "copy.zip").write_text("not a zip")
    ended = cli("db", "restore", "copy.zip")
    assert ended.code == 5
    assert cli("db", "restore", "missing.zip").code == 2


def test_a_database_that_is_served_is_not_restored_over(cli, serving, folder):
    assert cli("db", "backup", "copy.zip", *serving.where).code == 0
    ended = cli("db", "restore", "copy.zip", "--force", *serving.where)
    assert ended.code == 1
    assert f"A gateway runs on this data folder (pid {serving.served.process.pid}" in ended.err


def test_a_backup_into_a_folder_that_is_not_there_says_how_to_make_it(cli, tmp_path):
    cli("keys", "create", "ci")
    ended = cli("db", "backup", tmp_path / "nope" / "x.zip")
    assert ended.code == 2
    assert f"there is no folder {tmp_path / 'nope'}." in ended.err
    assert f"mkdir -p {tmp_path / 'nope'}" in ended.err
    assert not (tmp_path / "nope").exists()
