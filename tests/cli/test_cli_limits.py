"""``switchgear limits``, ``teams`` and ``users``, and keys that have them."""

from __future__ import annotations

import json

import pytest

from switchgear.cli import limits


def test_limits_are_set_listed_shown_and_deleted(cli):
    ended = cli("limits", "set", "default", "--rpm", "600", "--tpm", "200000", "--usd", "50")
    assert (ended.code, ended.out) == (0, 'The limits "default" hold for every other key.\n')
    assert cli("limits", "set", "trial", "--concurrency", "2", "--tokens", "100000", "--per", "day").code == 0
    lines = cli("limits", "list").out.splitlines()
    assert lines[1].split() == ["default", "600", "200,000", "$50.00", "a", "month", "every", "other", "key"]
    assert lines[2].split() == ["trial", "2", "100,000", "tokens", "a", "day"]
    assert max(map(len, lines)) <= 80
    shown = cli("limits", "show", "trial").out
    assert "100,000 tokens a day" in shown
    assert "80%" in shown
    assert json.loads(cli("limits", "show", "trial", "--json").out)["settings"]["concurrency"] == 2
    assert cli("limits", "delete", "trial").code == 0
    ended = cli("limits", "show", "trail")
    assert ended.code == 1
    assert "switchgear limits list" in ended.err.replace("\n", " ")


def test_limits_that_limit_nothing_are_a_mistake(cli):
    ended = cli("limits", "set", "small", "--soft", "0.5")
    assert ended.code == 2
    assert "--rpm" in ended.err


@pytest.mark.parametrize("noun", ["team", "user"])
def test_owners_are_set_listed_and_deleted(cli, noun):
    cli("limits", "set", "small", "--rpm", "5")
    ended = cli(f"{noun}s", "set", "search", "--limits", "small")
    assert (ended.code, ended.out) == (0, f'The {noun} "search" has the limits "small".\n')
    assert cli(f"{noun}s", "set", "*").out == f'The {noun} "*" has no limits.\n'
    cli("keys", "create", "ci", f"--{noun}", "search")
    lines = cli(f"{noun}s", "list").out.splitlines()
    assert [line.split() for line in lines[1:]] == [["*", "none", "0", "store"], ["search", "small", "1", "store"]]
    ended = cli(f"{noun}s", "delete", "search")
    assert ended.code == 1
    assert "has 1 active key" in ended.err
    assert cli(f"{noun}s", "delete", "*").code == 0


def test_a_key_is_made_with_an_owner_and_changed(cli):
    cli("limits", "set", "small", "--rpm", "5")
    ended = cli(
        *("keys", "create", "ci", "--json"),
        *("--team", "search", "--user", "ann@example.com", "--limits", "small", "--priority", "high"),
    )
    made = json.loads(ended.out)
    told = {field: made[field] for field in ("team", "user", "priority", "limits")}
    assert told == {"team": "search", "user": "ann@example.com", "priority": "high", "limits": "small"}
    shown = cli("keys", "show", "ci").out
    assert [line.split() for line in shown.splitlines() if line.split()[0] in {"team", "priority"}] == [
        ["team", "search"],
        ["priority", "high"],
    ]
    assert cli("keys", "set", "ci", "--team", "", "--priority", "low").code == 0
    changed = json.loads(cli("keys", "show", "ci", "--json").out)
    assert (changed["team"], changed["user"], changed["priority"]) == ("", "ann@example.com", "low")
    assert cli("keys", "set", "ci").code == 2
    ended = cli("keys", "create", "other", "--limits", "smal")
    assert ended.code == 1
    assert 'Did you mean "small"?' in ended.err


def test_how_much_is_used_is_shown_of_a_key_and_its_owners(cli):
    cli("limits", "set", "small", "--rpm", "5", "--usd", "2.5", "--per", "day", "--concurrency", "2")
    cli("limits", "set", "shared", "--tokens", "1000000")
    cli("teams", "set", "search", "--limits", "shared")
    cli("keys", "create", "ci", "--team", "search", "--limits", "small")
    lines = cli("limits", "used", "--key", "ci").out.splitlines()
    assert len(lines) == 5
    assert lines[1].split()[:4] == ["key", "ci", "$2.50", "in"]
    assert lines[1].split()[5:7] == ["$0.00", "$2.50"]
    assert "5 calls a minute" in lines[2]
    assert "1,000,000 tokens in 20" in lines[4]
    assert json.loads(cli("limits", "used", "--team", "search", "--json").out)[0]["uses"][0]["remaining"] == "1000000"
    assert cli("limits", "used", "--key", "none").code == 1
    for option in ("--user", "--team", "--model"):
        ended = cli("limits", "used", option, "none")
        assert (ended.code, '"none"' in ended.err) == (1, True)


def test_a_running_gateway_is_asked(cli, serving):
    assert cli("limits", "set", "x1", "--rpm", "5", *serving.where).code == 0
    assert "x1" in cli("limits", "list", *serving.where).out
    assert cli("limits", "delete", "x1", *serving.where).code == 0


def test_money_used_and_left_is_told_in_one_form():
    use = {"what": "usd", "limit": "0.2", "used": "0.168", "remaining": "0.032"}
    assert [limits._amount(use, what) for what in ("limit", "used", "remaining")] == ["$0.2000", "$0.1680", "$0.0320"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("keys", "create", "x", "--team", "bad name!"), "is not a name for a team. Use up to 128 letters"),
        (("keys", "create", "x", "--limits", "bad name!"), "is not a name for limits. Use up to 128 letters"),
        (("limits", "set", "a b", "--rpm", "5"), "is not a name for limits. Use up to 128 letters"),
        (("users", "set", "a b"), "is not a name for a user. Use up to 128 letters"),
    ],
)
def test_a_name_of_the_wrong_form_is_told_in_the_words_of_the_configuration(cli, command, told):
    ended = cli(*command)
    assert (ended.code != 0, told in ended.err, "pattern" in ended.err) == (True, True, False)
