"""Settings of tables within tables that are mistyped."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.config.load import load
from switchgear.core.errors import ConfigInvalid

MODEL = "[models.a]\ndeployments = [{ provider = 'local', model = 'smollm2' }]\n"
DEPLOYMENT = "[[models.a.deployments]]\nprovider = 'local'\nmodel = 'smollm2'\n"


@pytest.mark.parametrize(
    ("text", "path", "meant"),
    [
        (MODEL + "timeouts = { between = 3 }\n", "models.a.timeouts.between", "between_tokens"),
        (MODEL + "retry = { attemps = 3 }\n", "models.a.retry.attemps", "attempts"),
        (MODEL + "hedge = { afetr = 3 }\n", "models.a.hedge.afetr", "after"),
        (MODEL + "cache = { tll = 3 }\n", "models.a.cache.tll", "ttl"),
        (MODEL + "auto = { qality = 0.5 }\n", "models.a.auto.qality", "quality"),
        (DEPLOYMENT + "price = { inpt = 1 }\n", "models.a.deployments[0].price.inpt", "input"),
        (DEPLOYMENT + "capabilities = { visoin = true }\n", "models.a.deployments[0].capabilities.visoin", "vision"),
        ("[health]\nprobe = { intreval = 1 }\n", "health.probe.intreval", "interval"),
        ("[health.probe]\ntimout = 1\n", "health.probe.timout", "timeout"),
        ("[providers.openai.timeouts]\nconect = 1\n", "providers.openai.timeouts.conect", "connect"),
        ("[limits.x]\nbudget = { dollars = 5, tokns = 3, per = 'day' }\n", "limits.x.budget.tokns", "tokens"),
    ],
)
def test_a_mistyped_setting_of_an_inner_table_is_answered_with_the_one_that_was_meant(
    tmp_path: Path, text: str, path: str, meant: str
) -> None:
    file = tmp_path / "switchgear.toml"
    file.write_text(text)
    with pytest.raises(ConfigInvalid) as caught:
        load(file, {"OPENAI_API_KEY": "k"})
    told = {problem.path: problem for problem in caught.value.problems}
    assert told[path].message == f"{path} is not a setting."
    assert told[path].suggestion.startswith(f'Did you mean "{meant}"?')


def test_one_that_resembles_none_is_answered_with_all_of_them(tmp_path: Path) -> None:
    file = tmp_path / "switchgear.toml"
    file.write_text("[health]\nprobe = { every = 1 }\n")
    with pytest.raises(ConfigInvalid) as caught:
        load(file, {})
    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (2, "health.probe.every")
    assert problem.suggestion == "Known: ask, interval, only, timeout."
