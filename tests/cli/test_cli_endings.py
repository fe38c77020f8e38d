"""How commands end: exit codes, one message, never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from switchgear.cli import failures, main
from switchgear.cli.wording import at_the_command_line
from switchgear.core.errors import every_error


def test_an_unknown_command_names_the_nearest_and_ends_with_2(process):
    ended = process("srve")
    assert ended.code == 2
    assert 'Unknown command "srve". Did you mean "serve"?' in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_an_unknown_command_below_a_command_names_the_nearest(cli):
    ended = cli("keys", "lst")
    assert ended.code == 2
    assert 'Did you mean "list"?' in ended.err
    assert "switchgear keys --help" in ended.err


def test_an_unknown_option_names_the_nearest_and_ends_with_2(cli):
    ended = cli("check", "--cofig", "x.toml")
    assert ended.code == 2
    assert "Unknown option: --cofig. Did you mean --config?" in ended.err


def test_a_value_of_the_wrong_kind_ends_with_2(cli):
    ended = cli("serve", "--port", "http")
    assert ended.code == 2
    assert "--port" in ended.err


def test_an_error_is_one_message_with_its_hint_and_its_exit_code(process):
    ended = process("log", "debug")
    assert ended.code == 6
    assert ended.err.startswith("No gateway runs on the data folder ")
    assert "Start one with: switchgear serve" in ended.err
    assert "Traceback" not in ended.err


def test_debug_shows_the_traceback_too(process):
    ended = process("log", "--debug")
    assert ended.code == 6
    assert "Traceback" in ended.err
    assert ended.err.rstrip().endswith("Start one with: switchgear serve")


def test_a_defect_is_owned_up_to_without_a_traceback(cli, monkeypatch):
    def broken() -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(main, "build", lambda: lambda *_, **__: broken())
    ended = cli("version")
    assert ended.code == 1
    assert "This is a defect in Switchgear: ZeroDivisionError: division by zero" in ended.err
    assert "--debug" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in cli("version", "--debug").err


def test_a_reader_that_stops_reading_is_not_an_error(folder):
    command = subprocess.Popen(
        [sys.executable, "-m", "switchgear", "config", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert command.stdout is not None
    command.stdout.close()
    assert command.stderr is not None
    said = command.stderr.read()
    command.stderr.close()
    assert command.wait(60) == 141
    assert said == b""


def test_control_c_ends_with_130(cli, monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "build", lambda: lambda *_, **__: interrupted())
    ended = cli("version")
    assert ended == type(ended)(130, "", "")


def test_control_c_at_a_prompt_ends_with_130(terminal):
    asking = terminal("secrets", "set", "openai")
    asking.until("(not shown)")
    asking.type("\x03")
    assert asking.end() == 130
    assert "Traceback" not in asking.seen


def test_options_of_every_command_may_stand_before_it(cli, tmp_path):
    ended = cli("--data-dir", tmp_path / "elsewhere", "db", "status")
    assert ended.code == 0
    assert str(tmp_path / "elsewhere" / "switchgear.db") in ended.out


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["--debug", "keys", "list"], ["keys", "list", "--debug"]),
        (["--config", "a", "check", "--json"], ["check", "--config", "a", "--json"]),
        (["--config=a", "chat", "hello"], ["chat", "hello", "--config=a"]),
        (["--debug", "--help"], ["--debug", "--help"]),
        (["--debug"], []),
        (["--config", "a"], []),
        (["chat", "--", "--debug"], ["chat", "--", "--debug"]),
    ],
)
def test_leading_options_move_behind_the_command(given, read):
    assert main._hoist(given) == read


def test_every_exit_code_of_an_error_is_documented(cli):
    codes = {each.code for each in failures.exit_codes()}
    assert {kind.exit_code for kind in every_error()} <= codes
    shown = cli("--help").out
    for each in failures.exit_codes():
        assert f"{each.code:>5}  " in shown


def test_version_tells_the_versions(cli):
    assert cli("version").out.startswith("switchgear 0.")
    assert cli("--version").out.startswith("switchgear 0.")
    assert '"switchgear"' in cli("version", "--json").out


def test_an_encoding_that_lacks_a_sign_does_not_end_a_command(process):
    ended = process("doctor", env={"PYTHONIOENCODING": "ascii", "OPENAI_BASE_URL": "", "OPENAI_API_KEY": ""})
    assert "defect" not in ended.err
    assert " + configuration" in ended.out


def test_options_without_a_command_show_the_help(cli):
    shown = cli("--debug")
    assert shown.code == 0
    assert shown.out == cli("--help").out


def test_an_unknown_command_far_from_all_lists_every_one(cli):
    ended = cli("foo")
    assert ended.code == 2
    assert "..." not in ended.err
    for _, name, _ in main.COMMANDS:
        assert name in ended.err
    assert "Commands: create, set, list, show, rotate, revoke." in cli("keys", "foo").err


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("GET /api/models lists every model.", "switchgear models list --all shows every model."),
        ('No model "x". This key can call 14 models: GET /v1/models.', 'No model "x". switchgear models list --all'),
        ("GET /v1/models lists the models this key can call; an admin can widen its scope.", "switchgear models list"),
        ("GET /api/keys lists them.", "switchgear keys list shows every key."),
        ("GET /api/providers lists every provider.", "switchgear providers list shows every provider."),
        ("GET /api/plugins lists those that are installed.", "switchgear plugin list shows every plugin."),
        ("PUT /api/secrets/NAME keeps one.", "Keep one with: switchgear secrets set NAME"),
        ("Correct what errors names; /api/openapi.json describes every field.", "Add --help to see what the"),
        ("Try again; GET /readyz says what is not ready.", "switchgear doctor finds"),
        ("Set a valid api_key for the provider.", "Set a valid api_key for the provider."),
    ],
)
def test_hints_name_commands_and_not_requests(said, told):
    assert at_the_command_line(said).startswith(told)
    assert " /api" not in at_the_command_line(said)
    assert " /v1" not in at_the_command_line(said)


def test_every_hint_there_is_can_be_followed_at_a_command_line():
    for kind in every_error():
        assert not re.search(r"\b(GET|PUT|POST|DELETE) /|/api/", at_the_command_line(kind.hint)), kind.code


def test_an_error_of_the_api_is_told_in_commands(cli, serving):
    ended = cli("models", "test", "nowhere-near", *serving.where)
    assert "switchgear models list --all shows every model." in ended.err
    assert "GET /" not in ended.err + cli("usage", "--key", "nobody", *serving.where).err
    assert "GET /" not in cli("providers", "test", "nobody", *serving.where).err
