"""The contract with LiteLLM: an upgrade that changes a request, an answer or a provider's road fails here.

When a change is meant: run ``litellm_contract.py`` in this folder, or ``scripts/litellm_survey.py``, and read the difference.
"""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

import litellm_contract as contract
import pytest
from litellm_contract import FAMILIES, RECORDED, Family

from switchgear.providers.litellm import known
from switchgear.providers.litellm.engine import Library

SURVEY = Path(__file__).parents[3] / "scripts" / "litellm_survey.py"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
async def test_a_family_is_asked_and_read_as_recorded(library: Library, family: Family) -> None:
    assert await contract.record(library, family) == recorded(family.name)


@pytest.mark.parametrize("other", contract.others(), ids=lambda other: other[1].name)
async def test_embeddings_and_rerank_are_asked_and_read_as_recorded(library: Library, other: Any) -> None:
    assert await contract.record_other(library, *other) == recorded(other[1].name)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
async def test_a_stream_means_the_same_in_pieces_of_one_byte(library: Library, family: Family) -> None:
    for case, content in family.streams.items():
        assert await contract.streamed(library, family, case, content, 1) == recorded(family.name)["streams"][case]


def test_every_recorded_file_is_of_a_family() -> None:
    names = {family.name for family in FAMILIES} | {other[1].name for other in contract.others()}
    assert {path.stem for path in RECORDED.glob("*.json")} == names


@pytest.fixture(scope="module")
def survey() -> Any:
    """The script that wrote the table."""
    spec = importlib.util.spec_from_file_location("litellm_survey", SURVEY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_table_of_providers_is_what_the_installed_litellm_supports(library: Library, survey: Any) -> None:
    found = survey.written(await survey.survey(library))
    written = json.loads((Path(known.__file__).parent / "known.json").read_bytes())
    assert json.loads(found)["providers"] == written["providers"]
    assert json.loads(found)["litellm"] == known.version()


LIKE_LITELLM = sorted(
    {family.provider for family in FAMILIES} - {"cohere", "huggingface", "ollama_chat", "sagemaker_chat", "watsonx"}
)


TOLD_MORE = {("perplexity", "tools"), ("sambanova", "tools")}
"""Where LiteLLM leaves out tools, without which a request means something else."""


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("provider", "case"),
    [
        (provider, case)
        for provider in LIKE_LITELLM
        for case in ("plain", "tools", "image", "schema")
        if (provider, case) not in TOLD_MORE
    ],
)
async def test_we_ask_what_litellm_itself_would_ask(
    library: Library, survey: Any, provider: str, case: str, stream: bool
) -> None:
    model = survey.model_of(provider, "chat")
    call = {**contract.CALLS[case]}
    for ours_alone in ("parallel_tool_calls", "tool_choice"):
        call.pop(ours_alone, None)
    with survey.capturing(library):
        theirs = await survey.theirs(library, provider, "chat", model, stream=stream, drop_params=True, **call)
        _, ours = await survey.ours(library, provider, "chat", model, stream=stream, **copy.deepcopy(call))
    assert theirs is not None
    assert survey.alike(provider, theirs, ours)
