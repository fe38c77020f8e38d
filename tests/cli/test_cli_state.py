"""What check and doctor say of the shared state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switchgear.testing import unused_port
from valkey_server import Valkey, valkey_server

QUIET = "[server]\nport = {port}\n[local]\nenabled = false\n[state]\ntimeout = 5\n"


@pytest.fixture
def config(folder: Path) -> Path:
    (folder / "switchgear.toml").write_text(QUIET.format(port=unused_port()))
    return folder / "switchgear.toml"


def said(ended: Any) -> dict[str, str] | None:
    found = [each for each in json.loads(ended.out)["findings"] if each["area"] == "shared state"]
    return found[0] if found else None


def add(config: Path, **settings: str) -> None:
    with config.open("a") as file:
        file.writelines(f'{name} = "{value}"\n' for name, value in settings.items())


def test_nothing_is_said_of_a_state_that_is_not_shared(cli, config):
    assert said(cli("doctor", "--json")) is None


def test_a_valkey_that_answers_is_in_order(cli, config, valkey: Valkey):
    add(config, url=valkey.url)
    told = said(cli("doctor", "--json"))
    assert told is not None
    assert told["state"] == "ok"
    assert f"Valkey at 127.0.0.1:{valkey.port}, answers in" in told["text"]
    assert "Valkey" not in cli("check").out


def test_a_valkey_that_is_not_there_is_worth_a_look_where_limits_may_be_local(cli, config):
    port = unused_port()
    add(config, url=f"valkey://:pw-secret@127.0.0.1:{port}")
    ended = cli("doctor", "--json")
    told = said(ended)
    assert told is not None
    assert told["state"] == "doubt"
    assert "refuses connections" in told["text"]
    checked = cli("check")
    assert checked.code == 0
    assert f"Valkey at 127.0.0.1:{port} cannot be used: it refuses connections." in checked.out
    assert "pw-secret" not in ended.out + checked.out


def test_a_valkey_that_is_not_there_is_broken_where_calls_need_it(cli, config):
    add(config, url=f"valkey://127.0.0.1:{unused_port()}", on_loss="refuse")
    told = said(cli("doctor", "--json"))
    assert told is not None
    assert told["state"] == "broken"


def test_a_valkey_that_does_not_let_us_in_is_broken(cli, config):
    with valkey_server("open-sesame") as server:
        add(config, url=f"valkey://:wrong-word@127.0.0.1:{server.port}")
        ended = cli("doctor", "--json")
    told = said(ended)
    assert told is not None
    assert told["state"] == "broken"
    assert "refuses the user name or password" in told["text"]
    assert "wrong-word" not in ended.out
