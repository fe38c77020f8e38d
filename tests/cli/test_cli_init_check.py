"""``init`` and ``check``."""

from __future__ import annotations

import json
import socket

from switchgear.testing import unused_port

MISTAKES = """\
[server]
port = 4100

[models.fast]
deployments = [
  { provider = "local", model = "smollm2" },
  { provider = "antropic", model = "x" },
]

[log]
level = "loud"
"""


def test_init_writes_a_file_that_is_right(cli, folder):
    ended = cli("init")
    assert ended.code == 0
    assert "switchgear check" in ended.out
    assert (folder / "switchgear.toml").exists()
    checked = cli("check")
    assert checked.code == 0
    assert "switchgear.toml is right" in checked.out


def test_init_never_overwrites(cli, folder):
    (folder / "switchgear.toml").write_text("# mine\n")
    ended = cli("init")
    assert ended.code == 2
    assert "was left as it is" in ended.err
    assert (folder / "switchgear.toml").read_text() == "# mine\n"


def test_init_writes_where_it_is_told(cli, folder):
    (folder / "etc").mkdir()
    assert cli("init", "etc/other.toml").code == 0
    assert cli("init", "etc").code == 0
    assert sorted(each.name for each in (folder / "etc").iterdir()) == ["other.toml", "switchgear.toml"]


def test_init_says_why_it_cannot_write(cli):
    ended = cli("init", "missing/switchgear.toml")
    assert ended.code == 1
    assert "its folder does not exist" in ended.err


def test_check_lists_every_mistake_with_its_line(process, folder):
    (folder / "switchgear.toml").write_text(MISTAKES)
    ended = process("check")
    assert ended.code == 2
    assert "switchgear.toml:7: models.fast.deployments[1].provider" in ended.err
    assert 'Did you mean "local"' in ended.err or "Known:" in ended.err
    assert "switchgear.toml:11: log.level" in ended.err
    assert ended.err.rstrip().endswith("2 problems. Nothing was changed.")
    assert "Traceback" not in ended.err


def test_check_lists_mistakes_as_json(cli, folder):
    (folder / "switchgear.toml").write_text(MISTAKES)
    ended = cli("check", "--json")
    assert ended.code == 2
    told = json.loads(ended.out)
    assert told["ok"] is False
    assert [each["line"] for each in told["problems"]] == [7, 11]


def test_check_needs_no_file(cli, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    ended = cli("check")
    assert ended.code == 0
    assert "No configuration file, which is fine: 1 provider, 0 aliases, the embedded model." in ended.out
    assert 'Found OPENAI_API_KEY → provider "openai"' in ended.out
    assert json.loads(cli("check", "--json").out)["ok"] is True


def test_check_says_when_a_named_file_is_missing(cli):
    ended = cli("check", "--config", "nowhere.toml")
    assert ended.code == 2
    assert "nowhere.toml does not exist." in ended.err


def test_serve_refuses_a_configuration_with_mistakes(process, folder):
    (folder / "switchgear.toml").write_text(MISTAKES)
    ended = process("serve")
    assert ended.code == 2
    assert "switchgear.toml:11: log.level" in ended.err
    assert "Traceback" not in ended.err


def test_serve_says_when_the_port_is_taken(process):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = process("serve", "--port", port)
    assert ended.code == 3
    assert f"Port {port} is taken by another process" in ended.err
    assert f"--port {port + 1}" in ended.err


def test_serve_refuses_a_folder_it_cannot_use(process, tmp_path):
    (tmp_path / "file").write_text("")
    ended = process("serve", "--port", unused_port(), "--data-dir", tmp_path / "file")
    assert ended.code == 4
    assert "is not a folder" in ended.err
    assert "--data-dir" in ended.err


SECRET = """\
[providers.mine]
base_url = "https://api.example.com/v1"
api_key = "secret:nope"
"""


def test_check_says_which_secrets_it_cannot_look_up_yet(cli, folder, tmp_path):
    (folder / "switchgear.toml").write_text(SECRET)
    ended = cli("check")
    assert ended.code == 0
    assert "Not checked, for there is no store yet that could hold it: secret:nope." in ended.out
    assert json.loads(cli("check", "--json").out)["not_checked"] == ["secret:nope"]
    assert not (tmp_path / "data").exists()


def test_check_knows_the_secrets_of_the_store(cli, folder):
    assert cli("secrets", "set", "other", stdin="hunter2\n").code == 0
    (folder / "switchgear.toml").write_text(SECRET)
    ended = cli("check")
    assert ended.code == 2
    assert 'switchgear.toml:3: providers.mine.api_key = "secret:nope": There is no secret "nope"' in ended.err
    (folder / "switchgear.toml").write_text(SECRET.replace("nope", "other"))
    assert "Not checked" not in cli("check").out
    assert cli("check").code == 0


def test_check_lists_mistakes_of_names_beside_those_of_values(cli, folder):
    assert cli("keys", "create", "ci").code == 0
    (folder / "switchgear.toml").write_text(SECRET + '\n[log]\nlevel = "loud"\n')
    ended = cli("check")
    assert ended.code == 2
    assert "secret:nope" in ended.err
    assert "log.level" in ended.err


def test_a_secret_that_the_configuration_waits_for_can_be_kept(cli, folder, tmp_path):
    (folder / "root").write_text("ab" * 32)
    elsewhere = f'[server]\nsecret = "file:root"\n\n[store]\nurl = "sqlite:{tmp_path / "mine.db"}"\n\n'
    (folder / "switchgear.toml").write_text(elsewhere + SECRET)
    assert cli("secrets", "set", "nope", stdin="hunter2\n").code == 0
    ended = cli("secrets", "list")
    assert "secret:nope" in ended.out
    assert "mine" in ended.out
    assert cli("check").code == 0
    assert not (tmp_path / "data" / "secret.key").exists()


def test_a_mistake_of_the_command_line_is_told_as_that(process, folder):
    ended = process("serve", "--port", 99999)
    assert ended.code == 2
    assert "--port 99999 must be at most 65535.\n" in ended.err
    assert "Give --port a number from 1 to 65535" in ended.err
    assert "Correct the file" not in ended.err
    host = process("serve", "--host", "0.0.0.0")
    assert host.code == 2
    assert '--host "0.0.0.0" would send keys over the network in clear text.' in host.err
    assert "Leave --host out" in host.err
    assert "Correct the file" not in host.err
    (folder / "switchgear.toml").write_text(MISTAKES)
    both = process("serve", "--port", 99999)
    assert "--port 99999" in both.err
    assert "switchgear.toml:11: log.level" in both.err
    assert "Correct the file" in both.err
