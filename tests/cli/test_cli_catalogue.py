"""``switchgear catalogue`` and ``models show``: what is known of models, and a newer catalogue in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switchgear.testing import FaultUpstream, faults

MODEL: dict[str, Any] = {
    "litellm_provider": "openai",
    "mode": "chat",
    "max_input_tokens": 1000,
    "input_cost_per_token": 1e-06,
    "output_cost_per_token": 2e-06,
    "supports_function_calling": True,
}
MAP: dict[str, Any] = {"gpt-small": MODEL, "groq/gpt-small": MODEL | {"litellm_provider": "groq"}}


@pytest.fixture
def kept(cli, tmp_path: Path) -> None:
    """A data folder whose catalogue is MAP."""
    assert cli("keys", "create", "ci").code == 0
    (tmp_path / "data" / "catalogue.json").write_text(
        json.dumps({"source": "here", "at": "2026-11-01T00:00:00+00:00", "models": MAP})
    )


@pytest.fixture
def newer(folder: Path) -> Path:
    path = folder / "newer.json"
    changed = {"gpt-small": MODEL | {"input_cost_per_token": 5e-07, "deprecation_date": "2031-01-31"}, "gpt-new": MODEL}
    path.write_text(json.dumps(changed))
    return path


@pytest.mark.usefixtures("kept")
def test_without_an_option_providers_are_listed(cli):
    lines = cli("catalogue", "list").out.splitlines()
    assert [line.split() for line in lines[1:3]] == [["groq", "1"], ["openai", "1"]]
    assert "2 entries, fetched" in lines[3]
    assert "from here" in lines[3]


@pytest.mark.usefixtures("kept")
def test_models_are_listed_with_their_prices(cli):
    lines = cli("catalogue", "list", "--search", "small").out.splitlines()
    assert lines[2].split() == ["gpt-small", "chat", "1", "2", "1,000", "–"]
    assert [one["name"] for one in json.loads(cli("catalogue", "list", "--provider", "groq", "--json").out)] == [
        "groq/gpt-small"
    ]
    assert cli("catalogue", "list", "--mode", "rerank").out == "The catalogue knows no such models.\n"


@pytest.mark.usefixtures("kept")
def test_a_model_is_shown_with_what_is_known_of_it(cli):
    shown = cli("catalogue", "show", "gpt-small").out
    assert "in $1, out $2" in shown
    assert "1,000 tokens" in shown
    missing = cli("catalogue", "show", "gpt-smal")
    assert missing.code == 1
    assert "Nearest: gpt-small" in missing.err


@pytest.mark.usefixtures("kept")
def test_a_newer_catalogue_is_shown_and_not_taken_without_a_yes(cli, newer):
    ended = cli("catalogue", "refresh", "--from", newer)
    assert ended.code == 2
    assert ended.out.splitlines() == [
        "New: 1",
        "  gpt-new",
        "Gone: 1",
        "  groq/gpt-small",
        "Different: 1",
        "  gpt-small: input 1 → 0.5, deprecated none → 2031-01-31",
    ]
    assert "--yes" in ended.err
    assert cli("catalogue", "show", "gpt-new").code == 1


@pytest.mark.usefixtures("kept")
def test_a_newer_catalogue_is_taken_with_a_yes_and_given_back_on_reset(cli, newer):
    assert cli("catalogue", "refresh", "--from", newer, "--yes").out.endswith("The catalogue has 2 entries now.\n")
    assert "0.5" in cli("catalogue", "show", "gpt-small").out
    assert str(newer) in cli("catalogue", "list").out
    assert cli("catalogue", "refresh", "--from", newer).out == "The catalogue is up to date.\n"
    assert "The catalogue of the package holds again" in cli("catalogue", "refresh", "--reset").out
    assert cli("catalogue", "show", "gpt-new").code == 1


@pytest.mark.usefixtures("kept")
def test_a_newer_catalogue_is_fetched(cli):
    with FaultUpstream.in_thread() as upstream:
        upstream.always(faults.ok(MAP | {"gpt-new": MODEL}))
        told = json.loads(cli("catalogue", "refresh", "--from", upstream.base_url, "--yes", "--json").out)
    assert told["taken"]
    assert told["added"] == ["gpt-new"]


@pytest.mark.usefixtures("kept")
def test_a_person_is_asked(terminal, newer):
    asked = terminal("catalogue", "refresh", "--from", newer)
    asked.until("Take it? [y/N]")
    asked.type("n\n")
    asked.until("Nothing was changed.")
    assert asked.end() == 1


@pytest.mark.parametrize(("content", "said"), [("{", "is not JSON"), ("[]", "no price map"), ("{}", "no price map")])
@pytest.mark.usefixtures("kept")
def test_a_file_that_is_no_catalogue_is_said_to_be_none(cli, folder, content, said):
    (folder / "odd.json").write_text(content)
    ended = cli("catalogue", "refresh", "--from", folder / "odd.json", "--yes")
    assert ended.code != 0
    assert said in ended.err


@pytest.mark.usefixtures("kept")
def test_a_file_that_is_not_there_is_said_to_be_missing(cli):
    ended = cli("catalogue", "refresh", "--from", "nothing.json")
    assert (ended.code, ended.out) == (2, "")
    assert "nothing.json cannot be read" in ended.err


def test_a_broken_kept_catalogue_is_told_of_and_the_packaged_one_holds(cli, tmp_path):
    cli("keys", "create", "ci")
    (tmp_path / "data" / "catalogue.json").write_text("{")
    ended = cli("catalogue", "list")
    assert ended.code == 0
    assert "cannot be read" in ended.err
    assert "packaged" in ended.out


def test_a_model_that_nobody_knows_is_said_to_cost_nobody_knows_what(cli, folder, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    (folder / "switchgear.toml").write_text(
        "[models.new]\ndeployments = [{ provider = 'openai', model = 'gpt-99' }]\n"
        "[models.mine]\ndeployments = [{ provider = 'openai', model = 'gpt-99', context = 5000, "
        "price = { input = 0.5, output = 1 }, capabilities = { vision = true, tools = 'none' }, deprecated = 2031-01-31 }]\n"
    )
    cli("keys", "create", "ci")
    row = next(line for line in cli("models", "list").out.splitlines() if line.split()[0] == "new")
    assert "unknown" in row
    assert "the catalogue does not know the model" in cli("models", "show", "new").out
    mine = cli("models", "show", "mine").out
    for told in ("in $0.5, out $1", "5,000 tokens", "takes          images", "tools          no", "2031-01-31"):
        assert told in mine
