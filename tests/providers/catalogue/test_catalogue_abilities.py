"""What the map tells of a model's abilities and limits, and what the configuration says instead."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from switchgear.config.models import DeploymentSettings
from switchgear.core.calls import Usage
from switchgear.core.capabilities import Capabilities
from switchgear.providers.catalogue import Card, Catalog, Units, cost, overridden

CHAT: dict[str, Any] = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": 1e-06,
    "output_cost_per_token": 2e-06,
}
ABLE = CHAT | {
    "max_input_tokens": 1000,
    "max_output_tokens": 100,
    "deprecation_date": "2031-01-31",
    "supports_function_calling": True,
    "supports_parallel_function_calling": True,
    "supports_tool_choice": True,
    "supports_response_schema": True,
    "supports_vision": True,
    "supports_audio_input": False,
    "supports_pdf_input": True,
    "supports_reasoning": True,
    "supports_assistant_prefill": True,
    "supports_system_messages": True,
    "supports_prompt_caching": True,
    "supports_web_search": False,
}


def card(tmp_path: Path, name: str, entry: dict[str, Any], provider: str = "openai", **others: Any) -> Card:
    path = tmp_path / "map.json"
    path.write_text(json.dumps({name: entry} | others))
    found = Catalog.load(path).find(provider, name)
    assert found is not None
    return found


def able(tmp_path: Path, **entry: Any) -> Capabilities:
    return card(tmp_path, "m", CHAT | entry).capabilities


def test_a_model_is_known_by_its_card(tmp_path: Path) -> None:
    known = card(tmp_path, "m", ABLE)
    assert known.capabilities == Capabilities(
        tools="native",
        parallel_tools=True,
        tool_choice=True,
        schema="native",
        vision=True,
        audio_input=False,
        pdf_input=True,
        reasoning=True,
        prefill=True,
        system=True,
        context=1000,
        max_output=100,
    )
    assert (known.mode, known.deprecated, known.caching, known.search) == ("chat", "2031-01-31", True, False)


def test_of_a_model_the_map_says_nothing_about_nothing_is_known(tmp_path: Path) -> None:
    assert able(tmp_path) == Capabilities()


def test_where_the_map_tells_of_tools_silence_about_sight_and_schemas_is_a_no(tmp_path: Path) -> None:
    known = able(tmp_path, supports_function_calling=True)
    assert (known.tools, known.vision, known.schema, known.audio_input) == ("native", False, "checked", None)


def test_a_model_without_tools_gets_them_by_prompt(tmp_path: Path) -> None:
    assert able(tmp_path, supports_function_calling=False).tools == "prompted"


def test_modalities_tell_of_sight_and_hearing(tmp_path: Path) -> None:
    known = able(tmp_path, supported_modalities=["text", "image"])
    assert (known.vision, known.audio_input) == (True, False)
    assert able(tmp_path, supported_modalities=["text"], supports_vision=True).vision is True


def test_a_schema_that_is_lent_to_claude_as_a_tool_is_not_its_own(tmp_path: Path) -> None:
    entry = CHAT | {"litellm_provider": "anthropic", "supports_response_schema": True}
    assert card(tmp_path, "claude-old", entry, "anthropic").capabilities.schema == "checked"
    entry["supports_native_structured_output"] = True
    assert card(tmp_path, "claude-new", entry, "anthropic").capabilities.schema == "native"


def test_a_fine_tuned_model_can_do_what_it_was_made_of(tmp_path: Path) -> None:
    tuned = card(tmp_path, "ft:m", CHAT | {"supports_function_calling": True}, m=ABLE)
    assert tuned.capabilities.vision is True


def test_models_that_do_not_talk_have_limits_alone(tmp_path: Path) -> None:
    entry = {
        "litellm_provider": "openai", "mode": "embedding", "max_input_tokens": 8191, "input_cost_per_token": 1e-8,
        "supports_function_calling": True,
    }  # fmt: skip
    assert card(tmp_path, "e", entry).capabilities == Capabilities(context=8191)


# ---------------------------------------------------------------- what the configuration says


def settings(**fields: Any) -> DeploymentSettings:
    return DeploymentSettings.model_validate({"provider": "p", "model": "m", **fields})


def test_what_nobody_set_stays_as_it_is(tmp_path: Path) -> None:
    known = card(tmp_path, "m", ABLE)
    assert overridden(known, settings()) is known
    assert overridden(None, settings(weight=3)) is None


def test_what_is_set_stands_before_what_the_map_says(tmp_path: Path) -> None:
    own = settings(
        context=5,
        capabilities={"tools": "none", "json_schema": "checked", "vision": False, "image_urls": False},
        deprecated="2032-02-29",
    )
    known = overridden(card(tmp_path, "m", ABLE), own)
    assert known is not None
    assert known.deprecated == "2032-02-29"
    told = known.capabilities
    assert (told.tools, told.schema, told.vision, told.image_urls) == ("none", "checked", False, False)
    assert (told.context, told.max_output, told.reasoning) == (5, 100, True)
    assert known.price == card(tmp_path, "m", ABLE).price


def test_a_price_of_ones_own_replaces_the_whole_of_the_maps(tmp_path: Path) -> None:
    known = overridden(card(tmp_path, "m", ABLE), settings(price={"input": 0.1, "cache_write": 0.3}))
    assert known is not None
    assert known.price is not None
    assert (known.price.rates.input, known.price.rates.cache_write) == (Decimal(100), Decimal(300))
    assert cost(known.price, Usage(prompt_tokens=10, cache_write_tokens=4)) == 6 * 100 + 4 * 300
    assert cost(known.price, Usage(completion_tokens=1)) is None


@pytest.mark.parametrize(
    ("price", "units", "nano_dollars"),
    [
        ({"image": 0.04}, Units(images=2), 80_000_000),
        ({"second": 0.0001}, Units(seconds=1.5), 150_000),
        ({"characters": 15}, Units(characters=10), 150_000),
        ({"query": 0.002}, Units(queries=1), 2_000_000),
    ],
)
def test_a_model_nobody_knows_costs_what_is_set(price: dict[str, float], units: Units, nano_dollars: int) -> None:
    known = overridden(None, settings(price=price))
    assert known is not None
    assert cost(known.price, Usage(), units) == nano_dollars
