"""What lists leave out: a provider's hundred models, the two names of one model, refused calls."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def openai(cli, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    cli("keys", "create", "ci")


def names(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()[1:]]


@pytest.mark.usefixtures("openai")
def test_embedded_models_come_first_and_once_and_providers_are_folded(cli):
    shown = cli("models", "list").out
    assert names(shown)[:2] == ["smollm2", "all-minilm-l6-v2"]
    assert "openai/gpt-5-mini" in names(shown)
    assert sum(name.startswith("openai/") for name in names(shown)) == 3
    every = len(json.loads(cli("models", "list", "--provider", "openai", "--json").out))
    assert shown.splitlines()[-1].strip() == f"… {every - 3} more of openai: --provider openai or --all"


@pytest.mark.usefixtures("openai")
def test_all_models_are_listed_when_asked_for(cli):
    count = len(json.loads(cli("models", "list", "--json").out))
    whole = cli("models", "list", "--all").out
    assert "more of" not in whole
    assert len(names(whole)) == count - 2  # local/smollm2 and local/all-minilm-l6-v2 are the first two
    one = cli("models", "list", "--provider", "openai").out
    assert all(name.startswith("openai/") for name in names(one))
    assert "more of" not in one
    assert cli("models", "list", "--provider", "nobody").out.startswith("No models of nobody.")


@pytest.mark.usefixtures("openai")
def test_no_state_is_claimed_of_models_nobody_tried(cli):
    row = next(line for line in cli("models", "list").out.splitlines() if "gpt-5-mini" in line)
    assert row.split()[-1] == "–"


def test_refused_calls_are_told_in_one_line_below(cli, serving):
    serving.provider.reply("Paris.")
    assert cli("models", "test", "fast", *serving.where).code == 0
    request = urllib.request.Request(
        f"{serving.served.url}/v1/chat/completions",
        json.dumps({"model": "no-such-model", "messages": [{"role": "user", "content": "hi"}]}).encode(),
        {"authorization": f"Bearer {serving.served.key}", "content-type": "application/json"},
    )
    before = names(cli("usage", *serving.where).out)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=30)
    ended = cli("usage", *serving.where)
    lines = ended.out.splitlines()
    assert lines[-1].endswith(" refused.")
    assert set(names("\n".join(lines[:-1]))) <= {*before, "fast"}
    assert json.loads(cli("usage", "--json", *serving.where).out)["total"]["refused"] >= 1
