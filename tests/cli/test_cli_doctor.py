"""The doctor: sees what is wrong, says what to do, changes nothing."""

from __future__ import annotations

import json
import resource
import socket
import sqlite3

import pytest

from switchgear.cli.doctor import machine, network
from switchgear.testing import ScriptedProvider, unused_port

QUIET = "[server]\nport = {port}\n[local]\nenabled = false\n"


@pytest.fixture
def config(folder):
    (folder / "switchgear.toml").write_text(QUIET.format(port=unused_port()))
    return folder / "switchgear.toml"


def findings(ended) -> dict[str, tuple[str, str]]:
    """State and text of each area; the worst where there are several."""
    worst: dict[str, tuple[str, str]] = {}
    for each in json.loads(ended.out)["findings"]:
        order = ["ok", "doubt", "broken"]
        if each["area"] not in worst or order.index(each["state"]) > order.index(worst[each["area"]][0]):
            worst[each["area"]] = (each["state"], f"{each['text']} {each['advice']}")
    return worst


def test_a_new_machine_is_in_order_and_nothing_is_made(cli, config, tmp_path):
    ended = cli("doctor")
    assert ended.code == 0
    assert "✗" not in ended.out
    assert "not there yet" in ended.out
    assert not (tmp_path / "data").exists()


def test_a_used_machine_is_in_order(cli, config):
    cli("keys", "create", "ci")
    ended = cli("doctor", "--json")
    assert ended.code == 0
    told = findings(ended)
    assert {told[area][0] for area in ("configuration", "data folder", "secret.key", "cli.key", "database")} == {"ok"}


def test_a_running_gateway_is_found_and_in_order(cli, serving):
    ended = cli("doctor", "--json", "--config", serving.served.config_file, *serving.where)
    told = findings(ended)
    assert told["gateway"][0] == "ok"
    assert serving.served.url in told["gateway"][1]
    assert "port" not in told


def test_mistakes_in_the_configuration_are_found(cli, config):
    config.write_text("[server]\nprot = 1\n")
    ended = cli("doctor")
    assert ended.code == 1
    assert "✗ configuration" in ended.out
    assert "server.prot" in ended.out
    assert "switchgear check" in ended.out


def test_a_port_that_is_taken_is_found(cli, config):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(QUIET.format(port=port))
        ended = cli("doctor", "--json")
    assert ended.code == 1
    assert findings(ended)["port"][0] == "broken"
    assert f"Port {port} is taken" in findings(ended)["port"][1]


def test_a_secret_that_others_can_read_is_found(cli, config, tmp_path):
    cli("keys", "create", "ci")
    (tmp_path / "data" / "secret.key").chmod(0o644)
    ended = cli("doctor", "--json")
    assert ended.code == 0
    state, text = findings(ended)["secret.key"]
    assert state == "doubt"
    assert "chmod 0600" in text or "chmod 600" in text


def test_a_lost_or_spoilt_secret_is_found(cli, config, tmp_path):
    cli("keys", "create", "ci")
    secret = tmp_path / "data" / "secret.key"
    secret.write_text("short\n")
    assert findings(cli("doctor", "--json"))["secret.key"][0] == "broken"
    secret.unlink()
    assert findings(cli("doctor", "--json"))["secret.key"][0] == "broken"
    assert not secret.exists()
    assert sorted(each.name for each in secret.parent.iterdir() if not each.name.endswith(("-wal", "-shm"))) == [
        "cli.key",
        "switchgear.db",
    ]


def test_a_damaged_database_is_found(cli, config, tmp_path):
    cli("keys", "create", "ci")
    (tmp_path / "data" / "switchgear.db").write_bytes(b"not a database at all" * 400)
    for leftover in ("switchgear.db-wal", "switchgear.db-shm"):
        (tmp_path / "data" / leftover).unlink(missing_ok=True)
    ended = cli("doctor", "--json")
    assert ended.code == 1
    state, text = findings(ended)["database"]
    assert state == "broken"
    assert "db restore" in text


def test_a_database_of_a_newer_version_is_found(cli, config, tmp_path):
    cli("keys", "create", "ci")
    with sqlite3.connect(tmp_path / "data" / "switchgear.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "newer Switchgear" in findings(cli("doctor", "--json"))["database"][1]


def test_a_data_folder_that_is_none_is_found(cli, config, tmp_path):
    (tmp_path / "file").write_text("")
    ended = cli("doctor", "--json", "--data-dir", tmp_path / "file")
    assert ended.code == 1
    assert findings(ended)["data folder"][0] == "broken"


def test_a_provider_in_order_and_one_out_of_reach_are_told_apart(cli, config, monkeypatch, tmp_path):
    monkeypatch.setenv("GOOD", "provider-key")
    with ScriptedProvider.in_thread(api_key="provider-key") as provider:
        text = config.read_text()
        text += f'[providers.good]\nbase_url = "{provider.url}/v1"\napi_key = "env:GOOD"\n'
        text += f'[providers.gone]\nbase_url = "http://127.0.0.1:{unused_port()}/v1"\n'
        config.write_text(text)
        ended = cli("doctor")
    assert ended.code == 1
    assert '"good" answers' in ended.out
    assert "gone" in ended.out
    assert not (tmp_path / "data").exists()


def test_a_refused_provider_key_is_found(cli, config, monkeypatch):
    monkeypatch.setenv("BAD", "wrong")
    with ScriptedProvider.in_thread(api_key="provider-key") as provider:
        config.write_text(config.read_text() + f'[providers.p]\nbase_url = "{provider.url}/v1"\napi_key = "env:BAD"\n')
        ended = cli("doctor", "--json")
    assert ended.code == 1
    assert "api_key" in findings(ended)["provider"][1]
    assert "wrong" not in ended.out


def test_a_gateway_that_was_killed_is_noticed(cli, config, tmp_path):
    cli("keys", "create", "ci")
    (tmp_path / "data" / "server.json").write_text('{"url": "http://127.0.0.1:1", "pid": 4194999, "started_at": 0}')
    assert findings(cli("doctor", "--json"))["gateway"][0] == "doubt"


def test_a_clock_in_the_past_is_found():
    assert machine.clock(now=0).state == "broken"
    assert machine.clock().state == "ok"
    assert [each.state for each in machine.skew('provider "p"', 600)] == ["doubt"]
    assert list(machine.skew('provider "p"', 2)) == []


def test_few_open_files_are_found(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    assert machine.open_files().state == "doubt"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    assert machine.open_files().state == "broken"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert machine.open_files().state == "ok"


def test_an_address_that_is_not_of_this_machine_is_found():
    assert network.port("192.0.2.1", 4100).state == "broken"


def test_it_reads_well_without_colour_and_on_a_terminal(cli, terminal, config):
    assert "\x1b" not in cli("doctor").out
    looking = terminal("doctor", columns=80)
    assert looking.end() == 0
    assert "✓ configuration" in looking.seen.replace("\x1b[32m", "").replace("\x1b[0m", "")


def test_it_knows_the_secrets_of_the_store_as_check_does(cli, folder):
    (folder / "switchgear.toml").write_text(
        '[providers.mine]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "secret:nope"\n'
    )
    cli("secrets", "set", "other", stdin="hunter2\n")
    ended = cli("doctor")
    assert ended.code == 1
    assert 'There is no secret "nope" in the store.' in " ".join(ended.out.split())
    cli("secrets", "set", "nope", stdin="hunter2\n")
    assert 'There is no secret "nope"' not in " ".join(cli("doctor").out.split())
