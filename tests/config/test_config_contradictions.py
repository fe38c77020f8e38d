"""Settings that are right one by one and cannot work together."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.config.load import load
from switchgear.core.errors import ConfigInvalid

PROVIDERS = """
[local]
enabled = false
[providers.p]
base_url = "http://127.0.0.1:9/v1"
[providers.q]
base_url = "http://127.0.0.1:9/v1"
"""
ONE = 'deployments = [{ provider = "p", model = "m" }]\n'


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "[models.a]\n" + ONE + "timeouts = { first_token = 10, total = 5 }",
            "models.a.timeouts.first_token = 10 is never reached: total = 5 comes first.",
        ),
        (
            "[models.a]\n" + ONE + "timeouts = { between_tokens = 5, total = 5 }",
            "models.a.timeouts.between_tokens = 5 is never reached: total = 5 comes first.",
        ),
        ("[models.a]\n" + ONE + "hedge = true", "models.a.hedge asks a second deployment, and there is one."),
        (
            '[models.a]\ndeployments = [{ provider = "p", model = "m" }, { provider = "p", model = "m" }]',
            "models.a.deployments[1] is p/m again, which is deployments[0] already.",
        ),
        ("[retry]\nbackoff = 100\nlongest_pause = 1", "retry.backoff = 100.0 is over longest_pause, which is 1.0."),
        (
            "[cache]\nmax_bytes = 1048576\nmax_answer_bytes = 67108864",
            "cache.max_answer_bytes = 67108864 is over max_bytes, which is 1048576.",
        ),
        ("[limits.w]\ntpm = 100\noutput_tokens = 1024", "limits.w.output_tokens = 1024 is over tpm, which is 100."),
    ],
)
def test_of_two_settings_that_exclude_each_other_one_is_named(tmp_path: Path, written: str, told: str) -> None:
    path = tmp_path / "switchgear.toml"
    path.write_text(PROVIDERS + written + "\n", "utf-8")
    with pytest.raises(ConfigInvalid) as raised:
        load(path, {})
    assert [problem.message for problem in raised.value.problems] == [told]


@pytest.mark.parametrize(
    "written",
    [
        '[models.a]\ndeployments = [{ provider = "p", model = "m" }, { provider = "q", model = "m" }]\nhedge = true',
        "[limits.w]\ntpm = 100",
        "[cache]\nmax_bytes = 1048576",
        "[models.a]\n" + ONE + "timeouts = { first_token = 5, total = 10 }",
    ],
)
def test_defaults_and_what_goes_together_contradict_nothing(tmp_path: Path, written: str) -> None:
    path = tmp_path / "switchgear.toml"
    path.write_text(PROVIDERS + written + "\n", "utf-8")
    load(path, {})


def test_a_fallback_with_a_mistake_of_its_own_is_known_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "switchgear.toml"
    wrong = '[models.b]\ndeployments = [{ provider = "p", model = "m", weight = 0 }]\n'
    path.write_text(PROVIDERS + wrong + "[models.a]\n" + ONE + 'fallbacks = ["b", "smollm2"]\n', "utf-8")
    with pytest.raises(ConfigInvalid) as raised:
        load(path, {})
    assert [(problem.message, problem.suggestion) for problem in raised.value.problems] == [
        ("models.b.deployments[0].weight = 0 must be at least 1.", ""),
        ('models.a.fallbacks[1] = "smollm2" is not a model.', "Known: a, b."),
    ]
