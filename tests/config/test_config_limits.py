"""Limits, teams and users in the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.config.limits import BudgetSettings, LimitSettings
from switchgear.config.load import StoredNames, load, read
from switchgear.core.errors import ConfigInvalid

WHOLE = """
[limits.default]
rpm = 600
tpm = 200_000
concurrency = 20
budget = { usd = 50, per = "month" }
soft = 0.9
output_tokens = 500
unpriced = "refuse"

[limits.small]
budget = { tokens = 1_000, per = "day" }

[teams.search]
limits = "small"
[teams."*"]
limits = "default"
[users."ann@example.com"]
limits = "small"
[users.bob]

[models.fast]
deployments = [{ provider = "local", model = "smollm2" }]
limits = "small"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "switchgear.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_limits_teams_and_users_are_read(tmp_path: Path) -> None:
    settings = load(write(tmp_path, WHOLE), {})
    assert settings.limits["default"] == LimitSettings(
        rpm=600,
        tpm=200_000,
        concurrency=20,
        budget=BudgetSettings(usd=50, per="month"),
        soft=0.9,
        output_tokens=500,
        unpriced="refuse",
    )
    assert settings.limits["small"].budget == BudgetSettings(tokens=1_000, per="day")
    assert {name: team.limits for name, team in settings.teams.items()} == {"search": "small", "*": "default"}
    assert {name: user.limits for name, user in settings.users.items()} == {"ann@example.com": "small", "bob": None}
    assert settings.models["fast"].limits == "small"


def test_without_a_word_nothing_is_limited(tmp_path: Path) -> None:
    settings = load(write(tmp_path, ""), {})
    assert (settings.limits, settings.teams, settings.users) == ({}, {}, {})


@pytest.mark.parametrize(
    ("text", "line", "sentence", "advice"),
    [
        ("[limits.default]\nrpm = -1\n", 2, "limits.default.rpm = -1 must be at least 1.", ""),
        ("[limits.default]\nrmp = 1\n", 2, "limits.default.rmp is not a setting.", 'Did you mean "rpm"?'),
        ("[limits.x]\nbudget = { usd = 5 }\n", 2, "limits.x.budget.per is missing.", 'Add per = "month".'),
        ("[limits.x]\nbudget = { per = 'day' }\n", 2, "limits.x.budget needs usd or tokens.", "Say how much"),
        ("[limits.x]\nbudget = { usd = 5, per = 'year' }\n", 2, 'per = "year" is not known.', "Known: day"),
        ("[limits.x.budget]\nusd = 0\nper = 'day'\n", 2, "limits.x.budget.usd = 0 must be more than 0.", ""),
        ("[limits.x]\nsoft = 80\n", 2, "limits.x.soft = 80 must be at most 1.", ""),
        ("[limits.'*']\nrpm = 1\n", 1, 'limits."*" is not a name for limits.', "letters"),
        ("[teams.'a b']\n", 1, 'teams."a b" is not a name for a team.', '"*" is all others'),
        ("[users.'x/y']\n", 1, 'users."x/y" is not a name for a user.', "letters"),
        ("[teams.a]\nlimits = 'smal'\n[limits.small]\n", 2, 'teams.a.limits = "smal"', 'Did you mean "small"?'),
        ("[users.a]\nlimits = 'none'\n", 2, 'users.a.limits = "none" is not among the limits.', "Known: none."),
        ("rpm = 5\n", 1, "rpm is not a section.", "It belongs under [limits.NAME]."),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path: Path, text: str, line: int, sentence: str, advice: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(write(tmp_path, text), {})
    (problem,) = caught.value.problems
    assert problem.line == line
    assert sentence in problem.message
    assert advice in problem.suggestion


def test_a_model_that_names_limits_of_nobody_is_a_mistake(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE.replace('limits = "small"\n"""', "").replace("[limits.small]", "[limits.tiny]"))
    with pytest.raises(ConfigInvalid) as caught:
        load(path, {})
    assert [problem.path for problem in caught.value.problems] == [
        "teams.search.limits",
        'users."ann@example.com".limits',
        "models.fast.limits",
    ]


def test_limits_of_the_store_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, '[teams.search]\nlimits = "stored"\n')
    assert read(path, {}, stored=StoredNames(limits=["stored"])).settings.teams["search"].limits == "stored"
    assert read(path, {}, stored=None).settings.teams["search"].limits == "stored", "the store is not known yet"
    with pytest.raises(ConfigInvalid, match="Known: other"):
        read(path, {}, stored=StoredNames(limits=["other"]))
