"""Keys from the command line, on a data folder that no gateway serves and through one that runs."""

from __future__ import annotations

import json
import stat

import pytest

from switchgear.cli.spans import seconds_of
from switchgear.core.errors import UsageError


def test_a_key_can_be_made_before_the_first_start(process, tmp_path):
    ended = process("keys", "create", "ci")
    assert ended.code == 0
    assert ended.out.startswith("sk-sg-")
    assert len(ended.out.splitlines()) == 1
    assert 'Created the key "ci" (key_' in ended.err
    assert "never again" in ended.err
    assert "This data folder is new. Its admin key, shown now and never again: sk-sg-" in ended.err
    assert stat.S_IMODE((tmp_path / "data" / "cli.key").stat().st_mode) == 0o600
    assert "new" not in process("keys", "create", "other").err


def test_json_has_the_id_and_the_key(process):
    ended = process("keys", "create", "--json")
    made = json.loads(ended.out)
    assert made["id"].startswith("key_")
    assert made["key"].startswith("sk-sg-")


def test_a_key_is_made_with_what_is_asked_for(cli):
    cli(
        "keys",
        "create",
        "ci",
        "--model",
        "smollm2",
        "--model",
        "openai/*",
        "--scope",
        "admin:read",
        "--expires-in",
        "2h",
    )
    shown = json.loads(cli("keys", "show", "ci", "--json").out)
    assert shown["models"] == ["smollm2", "openai/*"]
    assert shown["scopes"] == ["admin:read"]
    assert shown["expires_at"] is not None
    assert "in 2 hours" in cli("keys", "list").out


def test_a_key_has_patterns_of_the_tools_it_sees(cli):
    cli("keys", "create", "agent", "--tools", "files", "--tools", "git__log*")
    assert json.loads(cli("keys", "show", "agent", "--json").out)["tools"] == ["files", "git__log*"]
    assert "files, git__log*" in cli("keys", "show", "agent").out
    cli("keys", "set", "agent", "--no-tools")
    assert json.loads(cli("keys", "show", "agent", "--json").out)["tools"] == []


@pytest.mark.parametrize("pattern", ["!evil", "EVIL", "evil__*,time", "", "a b", "[z-a]"])
def test_a_pattern_of_tools_that_could_match_nothing_is_refused(cli, pattern):
    cli("keys", "create", "agent")
    for command in (("create", "other"), ("set", "agent")):
        ended = cli("keys", *command, "--tools", "files", "--tools", pattern)
        assert ended.code == 2
        assert f'--tools "{pattern}"' in ended.err
    assert "other" not in cli("keys", "list").out


def test_keys_are_listed_without_the_keys_themselves(cli):
    key = cli("keys", "create", "ci").out.strip()
    for ended in (cli("keys", "list"), cli("keys", "list", "--json"), cli("keys", "show", "ci")):
        assert ended.code == 0
        assert "ci" in ended.out
        assert key not in ended.out
    assert f"…{key[-4:]}" in cli("keys", "show", "ci").out


def test_a_list_fits_80_columns_without_a_terminal_in_the_ordinary_case(cli):
    cli("keys", "create", "ci")
    assert max(map(len, cli("keys", "list").out.splitlines())) <= 80


def test_a_rotated_key_has_two_secrets_for_a_while(cli):
    old = cli("keys", "create", "ci").out
    ended = cli("keys", "rotate", "ci", "--overlap", "1h")
    assert ended.out.startswith("sk-sg-")
    assert ended.out != old
    assert "The old one works for 1h more." in ended.err
    assert len(json.loads(cli("keys", "show", "ci", "--json").out)["secrets"]) == 2


def test_a_revoked_key_is_listed_only_when_asked_for(cli):
    cli("keys", "create", "ci")
    ended = cli("keys", "revoke", "ci")
    assert ended.code == 0
    assert 'Revoked the key "ci"' in ended.out
    assert " ci " not in cli("keys", "list").out
    assert "revoked" in cli("keys", "list", "--all").out
    assert cli("keys", "show", "ci").code == 0


def test_an_unknown_key_names_the_nearest(cli):
    cli("keys", "create", "search")
    ended = cli("keys", "revoke", "serch")
    assert ended.code == 1
    assert 'No key has the id or name "serch". Did you mean "search"?' in ended.err


def test_a_problem_of_the_api_is_told_with_its_hint(cli):
    cli("keys", "create", "ci")
    ended = cli("keys", "create", "ci")
    assert ended.code == 1
    assert 'A key named "ci" exists already. Choose another name, or revoke that key first.' in ended.err.replace(
        "\n", " "
    )


@pytest.mark.parametrize("span", ["soon", "-1h", "1y", "", "1h30m"])
def test_a_span_that_is_none_is_refused(cli, span):
    ended = cli("keys", "create", "ci", f"--expires-in={span or ' '}")
    assert ended.code == 2
    assert "--expires-in" in ended.err


def test_spans_are_read_as_people_write_them():
    assert [seconds_of(text, "--x") for text in ("30s", "15m", "12H", " 7d ", "2w")] == [
        30,
        900,
        43_200,
        604_800,
        1_209_600,
    ]
    with pytest.raises(UsageError):
        seconds_of("7", "--x")


def test_a_running_gateway_knows_a_new_key_at_once(cli, serving):
    made = json.loads(cli("keys", "create", "at-once", "--json", *serving.where).out)
    ended = cli("models", "list", "--url", serving.served.url, *serving.where)
    assert ended.code == 0
    listed = json.loads(cli("keys", "list", "--json", *serving.where).out)
    assert made["id"] in [each["id"] for each in listed]


def test_a_gateway_that_is_named_is_asked_with_the_key_of_the_environment(cli, serving, monkeypatch):
    monkeypatch.setenv("SWITCHGEAR_URL", serving.served.url + "/")
    monkeypatch.setenv("SWITCHGEAR_KEY", serving.served.key)
    assert cli("keys", "list").code == 0
    monkeypatch.setenv("SWITCHGEAR_KEY", "sk-sg-wrong")
    ended = cli("keys", "list")
    assert ended.code == 1
    assert "Keys start with sk-sg-" in ended.err


def test_the_own_key_is_sent_to_no_other_gateway(cli, serving):
    cli("keys", "create", "ci")
    ended = cli("keys", "list", "--url", serving.served.url)
    assert ended.code == 1
    assert f"No key for {serving.served.url}." in ended.err
    assert "SWITCHGEAR_KEY" in ended.err


@pytest.mark.parametrize("url", ["127.0.0.1:4100", "ftp://host", "http://", "http://[::1", "http://h:0"])
def test_an_address_that_is_none_is_refused(cli, url):
    ended = cli("keys", "list", "--url", url)
    assert ended.code == 2
    assert "is not the address of a gateway" in ended.err


def test_a_gateway_that_does_not_answer_is_told_as_that(cli, monkeypatch):
    from switchgear.testing import unused_port

    monkeypatch.setenv("SWITCHGEAR_KEY", "sk-sg-x")
    url = f"http://127.0.0.1:{unused_port()}"
    ended = cli("keys", "list", "--url", url)
    assert ended.code == 6
    assert f"No gateway answers at {url}." in ended.err


def test_what_is_not_switchgear_is_told_as_that(cli, monkeypatch):
    from switchgear.testing import FaultUpstream, faults

    monkeypatch.setenv("SWITCHGEAR_KEY", "sk-sg-x")
    with FaultUpstream.in_thread() as upstream:
        upstream.always(faults.wrong_content_type())
        ended = cli("keys", "list", "--url", upstream.url)
        assert ended.code == 1
        assert "is not Switchgear" in ended.err


def test_an_empty_name_is_a_mistake(cli):
    for name in ("", "  "):
        ended = cli("keys", "create", name)
        assert ended.code == 2
        assert "The name is empty." in ended.err


def test_revoking_twice_says_when_it_was(cli):
    cli("keys", "create", "ci")
    cli("keys", "create", "ci2")
    cli("keys", "revoke", "ci2")
    again = cli("keys", "revoke", "ci2")
    assert again.code == 0
    assert 'The key "ci2" (key_' in again.out
    assert ") is already revoked, on 20" in again.out
    assert "Did you mean" not in again.out + again.err
    assert json.loads(cli("keys", "revoke", "ci2", "--json").out)["state"] == "revoked"
    rotated = cli("keys", "rotate", "ci2")
    assert rotated.code == 1
    assert 'The key "ci2" is revoked, on 20' in rotated.err
