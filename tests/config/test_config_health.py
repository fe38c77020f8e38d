"""How the health of deployments is configured, and what is wrong with how."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.config.load import load
from switchgear.core.errors import ConfigInvalid

PROVIDER = '[providers.openai]\nbase_url = "https://api.openai.com/v1"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "switchgear.toml"
    path.write_text(text)
    return path


def test_nothing_is_probed_unless_that_is_asked_for() -> None:
    health = load(None, {}).health
    assert health.probe is None
    assert (health.errors, health.rate, health.window, health.pause) == (5, 0.5, 30.0, 5.0)


def test_probes_are_for_providers_and_deployments(tmp_path: Path) -> None:
    text = (
        PROVIDER + '[health]\nerrors = 3\nprobe = { interval = 15, ask = "chat", only = ["openai", "openai/gpt-5"] }\n'
    )
    health = load(write(tmp_path, text), {}).health
    assert health.errors == 3
    assert health.probe is not None
    assert health.probe.only == ("openai", "openai/gpt-5")


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        (
            "[health]\nprobe = { only = ['opnai/gpt-5'] }\n",
            'health.probe.only[0] = "opnai/gpt-5" is neither a provider nor a deployment of one.',
            "openai",
        ),
        ("[health]\npause = 60\nlongest_pause = 30\n", "longer than longest_pause", "Raise longest_pause"),
        ("[health]\nrate = 0\n", "health.rate = 0", ""),
        ("[health]\nprobe = { interval = 0.5 }\n", "health.probe.interval = 0.5 must be at least 1", ""),
        ("[health]\nprobe = { ask = 'embedding' }\n", 'health.probe.ask = "embedding" is not known', "models"),
    ],
)
def test_a_mistake_is_told_with_advice(tmp_path: Path, text: str, message: str, advice: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(write(tmp_path, PROVIDER + text), {})
    (problem,) = caught.value.problems
    assert message in problem.message
    assert advice in problem.suggestion
