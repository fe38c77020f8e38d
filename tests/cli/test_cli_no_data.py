"""Looking at a data folder that is not there makes none."""

from __future__ import annotations

import pytest

LOOKING = [
    ["keys", "list"],
    ["keys", "show", "ci"],
    ["keys", "rotate", "ci"],
    ["keys", "revoke", "ci"],
    ["models", "list"],
    ["models", "test", "smollm2"],
    ["models", "pull", "smollm2"],
    ["providers", "list"],
    ["providers", "test", "openai"],
    ["secrets", "list"],
    ["secrets", "remove", "mine"],
    ["usage"],
    ["config", "show"],
]


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_looking_makes_no_data_folder(cli, tmp_path, command):
    ended = cli(*command, "--data-dir", tmp_path / "typo")
    assert ended.code == 4
    assert f"No Switchgear data in {tmp_path / 'typo'}." in ended.err
    assert "--data-dir" in ended.err
    assert "sk-sg-" not in ended.out + ended.err
    assert not (tmp_path / "typo").exists()


def test_a_folder_without_a_database_is_no_data_either(cli, tmp_path):
    (tmp_path / "data").mkdir()
    assert f"No Switchgear data in {tmp_path / 'data' / 'switchgear.db'}." in cli("keys", "list").err
    assert not [*(tmp_path / "data").iterdir()]


@pytest.mark.parametrize("command", [["check"], ["db", "status"], ["db", "backup"], ["doctor"]], ids=" ".join)
def test_neither_do_commands_that_examine(cli, tmp_path, command):
    cli(*command)
    assert not (tmp_path / "data").exists()


def test_keeping_a_secret_makes_the_data_folder(cli, tmp_path):
    assert cli("secrets", "set", "mine", stdin="hunter2\n").code == 0
    assert (tmp_path / "data" / "switchgear.db").exists()
