"""How calls are routed, in the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.app.routes import rules_of
from switchgear.config.load import StoredNames, load, read
from switchgear.core.errors import ConfigInvalid
from switchgear.routing.rules import RouteRules

WHOLE = """
[providers.far]
base_url = "http://127.0.0.1:9/v1"

[retry]
attempts = 3
share = 0.1

[models.fast]
deployments = [
  { provider = "local", model = "smollm2", concurrency = 4, queue = 10 },
  { provider = "far", model = "m" },
]
fallbacks = ["smollm2", "other"]
context_fallbacks = ["other"]
content_fallbacks = ["local/smollm2"]
retry = { attempts = 1, backoff = 0.5, longest_pause = 2 }
timeouts = { first_token = 2, between_tokens = 3, total = 60 }
stream_recovery = "continue"
hedge = { after = 1.5 }

[models.other]
deployments = [{ provider = "local", model = "smollm2" }, { provider = "far", model = "m" }]
hedge = true
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "switchgear.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_what_calls_are_routed_by(tmp_path: Path) -> None:
    settings = load(write(tmp_path, WHOLE), {})
    assert rules_of(settings.models["fast"], settings.retry) == RouteRules(
        attempts=1,
        backoff=0.5,
        longest_pause=2.0,
        total=60.0,
        first_token=2.0,
        between_tokens=3.0,
        recovery="continue",
        hedge=1.5,
        fallbacks=("smollm2", "other"),
        context_fallbacks=("other",),
        content_fallbacks=("local/smollm2",),
    )
    assert rules_of(settings.models["other"], settings.retry) == RouteRules(attempts=3, hedge=0.0)
    assert rules_of(None, settings.retry) == RouteRules(attempts=3)


@pytest.mark.parametrize("field", ["fallbacks", "context_fallbacks", "content_fallbacks"])
def test_a_fallback_that_is_no_model_is_a_mistake(tmp_path: Path, field: str) -> None:
    text = f'[models.fast]\ndeployments = [{{ provider = "local", model = "smollm2" }}]\n{field} = ["othr"]\n'
    path = write(tmp_path, text + '[models.other]\ndeployments = [{ provider = "local", model = "smollm2" }]\n')
    with pytest.raises(ConfigInvalid) as caught:
        load(path, {})
    (problem,) = caught.value.problems
    assert problem.path == f"models.fast.{field}[0]"
    assert '"other"' in problem.suggestion


def test_a_model_is_no_fallback_of_itself(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE.replace('fallbacks = ["smollm2", "other"]', 'fallbacks = ["fast"]', 1))
    with pytest.raises(ConfigInvalid, match="is the model itself"):
        load(path, {})


def test_a_model_of_the_store_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE.replace('"smollm2", "other"]', '"smollm2", "stored"]', 1))
    assert read(path, {}, stored=StoredNames(models=["stored"])).settings.models["fast"].fallbacks[1] == "stored"
    with pytest.raises(ConfigInvalid):
        read(path, {}, stored=StoredNames())


@pytest.mark.parametrize(
    "wrong",
    [
        "retry = { attempts = 0 }",
        'stream_recovery = "pray"',
        "hedge = 3",
        "timeouts = { first_token = 0 }",
        'fallbacks = "smollm2"',
    ],
)
def test_what_cannot_be_is_a_mistake(tmp_path: Path, wrong: str) -> None:
    text = f'[models.fast]\ndeployments = [{{ provider = "local", model = "smollm2" }}]\n{wrong}\n'
    with pytest.raises(ConfigInvalid) as caught:
        load(write(tmp_path, text), {})
    assert caught.value.problems[0].line == 3


@pytest.mark.parametrize(("one", "other"), [("concurrency = 1", "concurrency = 9"), ("concurrency = 2, queue = 5", "concurrency = 2, queue = 6")])  # fmt: skip
def test_the_places_of_one_deployment_are_the_same_for_all_models(tmp_path: Path, one: str, other: str) -> None:
    text = "\n".join(
        f'[models.m{number}]\ndeployments = [{{ provider = "local", model = "smollm2", {said} }}]'
        for number, said in enumerate([one, other, "weight = 2"])
    )
    with pytest.raises(ConfigInvalid) as caught:
        load(write(tmp_path, text), {})
    (problem,) = caught.value.problems
    field, _, value = other.rpartition(", ")[2].partition(" = ")
    assert (problem.path, problem.line) == (f"models.m1.deployments[0].{field}", 4)
    assert f"models.m1.deployments[0].{field} = {value}, and models.m0.deployments[0].{field} = " in problem.message


def test_a_queue_that_only_one_model_tells_of_is_no_contradiction(tmp_path: Path) -> None:
    said = ["concurrency = 2", "concurrency = 2, queue = 6", "queue = 9", "concurrency = 2"]
    text = "\n".join(
        f'[models.m{number}]\ndeployments = [{{ provider = "local", model = "smollm2", {one} }}]'
        for number, one in enumerate(said)
    )
    assert len(load(write(tmp_path, text), {}).models) == 4
