"""Models, providers, secrets, usage, configuration and log level, through a gateway that runs."""

from __future__ import annotations

import json

from switchgear.testing import faults, tokens


def test_models_are_listed_with_where_they_are_defined(cli, serving):
    ended = cli("models", "list", *serving.where)
    assert ended.code == 0
    assert "model" in ended.out.splitlines()[0]
    row = next(line for line in ended.out.splitlines() if line.startswith(" fast"))
    assert "test/test-model" in row
    assert "file" in row
    assert {each["name"] for each in json.loads(cli("models", "list", "--json", *serving.where).out)} >= {"fast"}


def test_a_model_is_tested_by_a_real_call(cli, serving):
    serving.provider.reply("Paris, of course.")
    ended = cli("models", "test", "fast", *serving.where)
    assert ended.code == 0
    assert "✓ fast: answered in " in ended.out
    assert "Paris, of course." in ended.out


def test_a_model_that_fails_its_test_ends_with_1(cli, serving):
    serving.provider.fail(503)
    ended = cli("models", "test", "fast", *serving.where)
    assert ended.code == 1
    assert ended.out == ""
    assert "✗ " in ended.err
    serving.provider.fail(503)
    as_json = cli("models", "test", "fast", "--json", *serving.where)
    assert as_json.code == 1
    assert json.loads(as_json.out)["ok"] is False


def test_an_unknown_model_names_the_nearest(cli, serving):
    ended = cli("models", "test", "fats", *serving.where)
    assert ended.code == 1
    assert '"fast"' in ended.err


def test_an_embedded_model_is_checked_whole(cli):
    cli("keys", "create")
    ended = cli("models", "pull", "smollm2")
    assert ended.code == 0
    assert "smollm2 is whole (" in ended.out
    assert json.loads(cli("models", "pull", "smollm2", "--json").out)["ok"] is True


def test_a_model_of_a_provider_has_nothing_to_pull(cli, serving):
    ended = cli("models", "pull", "test/test-model", *serving.where)
    assert ended.code == 1
    assert "nothing to pull" in ended.err


def test_pulling_shows_a_bar_on_a_terminal(cli, terminal):
    cli("keys", "create")
    pulling = terminal("models", "pull", "smollm2")
    assert pulling.end() == 0
    assert "Checking smollm2" in pulling.seen
    assert "smollm2 is whole" in pulling.seen


def test_providers_are_listed_without_their_keys(cli, serving):
    ended = cli("providers", "list", *serving.where)
    assert ended.code == 0
    assert "env:TEST_PROVIDER_KEY" in ended.out
    assert "provider-key" not in ended.out + cli("providers", "list", "--json", *serving.where).out


def test_a_provider_is_tested(cli, serving):
    ended = cli("providers", "test", "test", *serving.where)
    assert ended.code == 0
    assert "✓ test: answered in " in ended.out
    assert "1 model" in ended.out
    serving.provider.fail(401, path="/models")
    failed = cli("providers", "test", "test", *serving.where)
    assert failed.code == 1
    assert "✗ " in failed.err


def test_a_secret_comes_from_standard_input_and_is_never_shown(cli, serving):
    assert cli("secrets", "set", "mine", *serving.where, stdin="hunter2\n").code == 0
    listed = cli("secrets", "list", *serving.where)
    assert "secret:mine" in listed.out
    assert "hunter2" not in listed.out
    assert cli("secrets", "remove", "mine", *serving.where).code == 0
    assert "secret:mine" not in cli("secrets", "list", *serving.where).out


def test_a_secret_is_never_an_argument(cli):
    ended = cli("secrets", "set", "mine", "hunter2")
    assert ended.code == 2


def test_a_secret_that_is_empty_or_several_lines_is_refused(cli, serving):
    for stdin in ("", "\n", "a\nb\n", "a\0b"):
        ended = cli("secrets", "set", "mine", *serving.where, stdin=stdin)
        assert ended.code == 2
        assert "nothing was kept" in ended.err


def test_a_secret_is_typed_unseen(terminal, serving):
    asking = terminal("secrets", "set", "typed", *serving.where)
    asking.until("(not shown): ")
    asking.type("hunter2\n")
    assert asking.end() == 0
    assert "secret:typed" in asking.seen
    assert "hunter2" not in asking.seen


def test_usage_is_a_table_that_fits_80_columns(cli, serving):
    serving.provider.reply("Paris.", usage=tokens(1000, 234))
    assert cli("models", "test", "fast", *serving.where).code == 0
    ended = cli("usage", "--since", "1h", *serving.where)
    assert ended.code == 0
    head, row, *_ = ended.out.splitlines()
    assert head.split() == ["model", "calls", "errors", "p50", "first", "token", "tokens/s", "tokens", "cost"]
    assert row.split()[0] == "fast"
    assert max(map(len, ended.out.splitlines())) <= 80
    summary = json.loads(cli("usage", "--since", "1h", "--json", *serving.where).out)
    assert summary["data"][0]["group"] == {"model": "fast"}


def test_usage_is_added_up_by_day_key_and_provider(cli, serving):
    serving.provider.reply("Paris.")
    cli("models", "test", "fast", *serving.where)
    assert "cli" in cli("usage", "--by", "key", *serving.where).out
    assert "test" in cli("usage", "--by", "provider", *serving.where).out
    assert cli("usage", "--by", "day", *serving.where).out.splitlines()[1].startswith(" 20")
    assert cli("usage", "--by", "hour", *serving.where).out.splitlines()[1].split()[2] == "UTC"


def test_no_calls_are_told_as_that(cli):
    cli("keys", "create")
    assert cli("usage").out == "No calls in the last 24 h.\n"
    assert cli("usage", "--since", "7d").out == "No calls in the last 7 d.\n"
    assert cli("usage", "--since", "2026-11-01").out == "No calls since 2026-11-01.\n"
    assert cli("usage", "--until", "1h").out == "No calls from 24 h ago to 1 h ago.\n"


def test_a_moment_that_is_none_is_refused(cli, serving):
    ended = cli("usage", "--since", "soonish", *serving.where)
    assert ended.code == 2
    assert '--since "soonish" is not a moment.' in ended.err
    assert '--until "x" is not a moment.' in cli("usage", "--until", "x", *serving.where).err
    backwards = cli("usage", "--since", "1h", "--until", "2h", *serving.where)
    assert backwards.code == 2
    assert "--until 2h is not after --since 1h." in backwards.err
    assert cli("usage", "--since", "2026-11-01", "--until", "1h", *serving.where).code == 0


def test_the_configuration_is_shown_as_it_runs(cli, serving):
    ended = cli("config", "show", *serving.where)
    assert ended.code == 0
    assert "local.enabled = false" in ended.out
    assert 'models.fast.deployments[0].provider = "test"' in ended.out
    assert "provider-key" not in ended.out
    assert json.loads(cli("config", "show", "--json", *serving.where).out)["settings"]["local"]["enabled"] is False


def test_the_schema_is_printed(cli):
    assert json.loads(cli("config", "schema").out)["title"] == "Switchgear configuration"


def test_a_reload_tells_what_changed_and_a_mistake_changes_nothing(cli, serving):
    file = serving.served.config_file
    before = file.read_text()
    try:
        file.write_text(before + '\n[models.slow]\ndeployments = [{ provider = "test", model = "m" }]\n')
        ended = cli("config", "reload", *serving.where)
        assert ended.code == 0
        assert "In force: models." in ended.out
        file.write_text(before + "\n[models.slow]\ndeployment = []\n")
        wrong = cli("config", "reload", *serving.where)
        assert wrong.code == 2
        assert "models.slow" in wrong.err
        assert " slow " in cli("models", "list", *serving.where).out
    finally:
        file.write_text(before)
    assert cli("config", "reload", *serving.where).code == 0


def test_the_log_level_is_changed_while_it_runs(cli, serving):
    assert cli("log", "debug", *serving.where).out == "The gateway logs debug and what is more severe.\n"
    assert json.loads(cli("log", "--json", *serving.where).out) == {"level": "debug"}
    assert cli("log", "info", *serving.where).code == 0
    assert cli("log", "loud", *serving.where).code == 2


def test_an_answer_that_breaks_off_is_told(cli, monkeypatch):
    from switchgear.testing import FaultUpstream

    monkeypatch.setenv("SWITCHGEAR_KEY", "sk-sg-x")
    with FaultUpstream.in_thread() as upstream:
        upstream.always(faults.truncated())
        ended = cli("log", "--url", upstream.url)
    assert ended.code == 1
    assert "broke off its answer" in ended.err


def test_a_secret_that_is_kept_is_told_as_json_too(cli, serving):
    kept = json.loads(cli("secrets", "set", "told", "--json", *serving.where, stdin="hunter2\n").out)
    assert kept == {"name": "told", "reference": "secret:told", "used_by": []}
