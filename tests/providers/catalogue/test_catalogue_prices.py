"""What calls cost, from the map: prices by token and by other units, and the names that models go by."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.providers.catalogue import Catalog, Units, cost, provider_for

ENTRIES: dict[str, Any] = {
    "sample_spec": {"litellm_provider": "one of …", "mode": "one of: chat, …", "max_input_tokens": "text"},
    "gpt-5-mini": {
        "litellm_provider": "openai",
        "mode": "chat",
        "max_input_tokens": 272000,
        "max_output_tokens": 128000,
        "input_cost_per_token": 2.5e-07,
        "cache_read_input_token_cost": 2.5e-08,
        "output_cost_per_token": 2e-06,
    },
    "ft:gpt-5-mini": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 5e-07,
        "output_cost_per_token": 4e-06,
    },
    "long-talk": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
        "cache_read_input_token_cost": 1e-07,
        "input_cost_per_token_above_200k_tokens": 3e-06,
        "output_cost_per_token_above_200k_tokens": 5e-06,
    },
    "thinker": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
        "output_cost_per_reasoning_token": 7e-06,
    },
    "input-only": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06},
    "by-the-second": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_second": 0.1},
    "tiny": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 5.09e-08,
        "output_cost_per_token": 3.3333333e-10,
    },
    "text-embedding-3-small": {
        "litellm_provider": "openai",
        "mode": "embedding",
        "max_input_tokens": 8191,
        "input_cost_per_token": 2e-08,
    },
    "davinci-002": {
        "litellm_provider": "text-completion-openai",
        "mode": "completion",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 2e-06,
    },
    "gpt-5-codex": {
        "litellm_provider": "openai",
        "mode": "responses",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 1e-06,
    },
    "hd/1024-x-1024/dall-e-3": {"litellm_provider": "openai", "mode": "image_generation", "input_cost_per_pixel": 1e-8},
    "openai/container": {"litellm_provider": "openai", "mode": "chat", "code_interpreter_cost_per_session": 0.03},
    "azure/gpt-4o": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
    "azure/eu/gpt-4o": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 2e-6, "output_cost_per_token": 1e-6},
    "us.nova": {"litellm_provider": "bedrock_converse", "mode": "chat", "input_cost_per_token": 1e-6},
    "nova": {"litellm_provider": "bedrock", "mode": "chat", "input_cost_per_token": 1e-6},
    "groq/openai/gpt-oss-20b": {
        "litellm_provider": "groq",
        "mode": "chat",
        "input_cost_per_token": 7.5e-08,
        "output_cost_per_token": 3e-07,
    },
    "deepseek-chat": {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
    "deepseek/deepseek-chat": {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
    "gemini-flash": {"litellm_provider": "vertex_ai-language-models", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
    "dashscope/qwen": {
        "litellm_provider": "dashscope",
        "mode": "chat",
        "tiered_pricing": [
            {"range": [256000.0, 1000000.0], "input_cost_per_token": 2.5e-07, "output_cost_per_token": 2e-06},
            {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07},
        ],
    },
    "cacher": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
        "cache_read_input_token_cost": 1e-07,
        "cache_creation_input_token_cost": 1.25e-06,
        "input_cost_per_token_above_200k_tokens": 2e-06,
        "cache_creation_input_token_cost_above_200k_tokens": 2.5e-06,
    },
    "draw": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
    "draw-by-token": {
        "litellm_provider": "openai",
        "mode": "image_generation",
        "input_cost_per_token": 5e-06,
        "output_cost_per_token": 1e-05,
        "output_cost_per_image_token": 4e-05,
    },
    "listen": {
        "litellm_provider": "openai",
        "mode": "audio_transcription",
        "input_cost_per_second": 0.0001,
        "output_cost_per_second": 0.0,
    },
    "listen-by-either": {
        "litellm_provider": "openai",
        "mode": "audio_transcription",
        "input_cost_per_second": 0.0001,
        "input_cost_per_token": 2.5e-06,
        "input_cost_per_audio_token": 6e-06,
        "output_cost_per_token": 1e-05,
    },
    "speak": {"litellm_provider": "openai", "mode": "audio_speech", "input_cost_per_character": 1.5e-05},
    "rank": {
        "litellm_provider": "cohere",
        "mode": "rerank",
        "input_cost_per_query": 0.002,
        "input_cost_per_token": 0.0,
        "output_cost_per_token": 0.0,
    },
    "strange": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": {"not": "a number"}},
}  # fmt: skip


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(ENTRIES))
    return Catalog.load(path)


def dollars(catalog: Catalog, model: str, *, provider: str = "openai", **tokens: int) -> int | None:
    return cost(catalog.price(provider, model), Usage(**tokens))


def test_a_price_is_exact_and_in_nano_dollars_a_token(catalog: Catalog):
    price = catalog.price("openai", "gpt-5-mini")

    assert price is not None
    assert (price.rates.input, price.rates.cached_input, price.rates.output) == (
        Decimal(250),
        Decimal(25),
        Decimal(2000),
    )
    card = catalog.find("openai", "gpt-5-mini")
    assert card is not None
    assert (card.mode, card.capabilities.context, card.capabilities.max_output) == ("chat", 272000, 128000)


def test_cached_tokens_cost_the_cached_price(catalog: Catalog):
    assert (
        dollars(catalog, "gpt-5-mini", prompt_tokens=1000, cached_tokens=400, completion_tokens=10)
        == 600 * 250 + 400 * 25 + 10 * 2000
    )


def test_tokens_written_to_a_cache_cost_what_writing_costs(catalog: Catalog):
    told = {"prompt_tokens": 1000, "cached_tokens": 400, "cache_write_tokens": 500}
    assert dollars(catalog, "cacher", **told) == 100 * 1000 + 400 * 100 + 500 * 1250
    assert dollars(catalog, "gpt-5-mini", **told) == 600 * 250 + 400 * 25
    assert dollars(catalog, "cacher", prompt_tokens=300_000, cache_write_tokens=300_000) == 300_000 * 2500
    assert dollars(catalog, "cacher", prompt_tokens=10, cached_tokens=8, cache_write_tokens=9) == 8 * 100 + 2 * 1250


@pytest.mark.parametrize(
    ("provider", "model", "units", "nano_dollars"),
    [
        ("openai", "draw", Units(images=3), 120_000_000),
        ("openai", "listen", Units(seconds=61.5), 6_150_000),
        ("openai", "listen-by-either", Units(seconds=10), 1_000_000),
        ("openai", "speak", Units(characters=1000), 15_000_000),
        ("cohere", "rank", Units(queries=2), 4_000_000),
        ("openai", "draw", Units(), 0),
        ("openai", "draw", Units(seconds=1), None),
        ("openai", "gpt-5-mini", Units(images=1), None),
    ],
)
def test_calls_cost_by_what_they_use(
    catalog: Catalog, provider: str, model: str, units: Units, nano_dollars: int | None
):
    assert cost(catalog.price(provider, model), Usage(), units) == nano_dollars


def test_tokens_that_cost_something_decide_before_other_units(catalog: Catalog):
    usage = Usage(prompt_tokens=100, completion_tokens=10)
    heard = cost(catalog.price("openai", "listen-by-either"), usage, Units(seconds=10))
    assert heard == 100 * 6000 + 10 * 10_000
    assert cost(catalog.price("openai", "draw-by-token"), usage, Units(images=1)) == 100 * 5000 + 10 * 40_000
    assert cost(catalog.price("cohere", "rank"), Usage(prompt_tokens=100), Units(queries=1)) == 2_000_000
    assert cost(catalog.price("openai", "gpt-5-mini"), usage, Units(images=1)) == 100 * 250 + 10 * 2000


def test_reasoning_tokens_cost_their_own_price_where_there_is_one(catalog: Catalog):
    assert dollars(catalog, "thinker", completion_tokens=10, reasoning_tokens=4) == 6 * 2000 + 4 * 7000
    assert dollars(catalog, "gpt-5-mini", completion_tokens=10, reasoning_tokens=4) == 10 * 2000


def test_fractions_of_a_nano_dollar_are_summed_exactly_and_rounded_once(catalog: Catalog):
    assert dollars(catalog, "tiny", prompt_tokens=100) == 5090
    assert dollars(catalog, "tiny", prompt_tokens=1) == 51
    assert dollars(catalog, "tiny", completion_tokens=10_000_000) == 3_333_333


def test_an_embedding_needs_no_price_for_output(catalog: Catalog):
    assert dollars(catalog, "text-embedding-3-small", prompt_tokens=50) == 1000
    assert dollars(catalog, "text-embedding-3-small", prompt_tokens=50, completion_tokens=1) == 1000


def test_a_price_known_in_part_is_used_as_far_as_it_goes_and_never_guessed(catalog: Catalog):
    assert dollars(catalog, "input-only", prompt_tokens=3) == 3000
    assert dollars(catalog, "input-only", prompt_tokens=3, completion_tokens=1) is None
    assert dollars(catalog, "by-the-second", prompt_tokens=3) is None
    assert dollars(catalog, "by-the-second") == 0


def test_a_long_prompt_costs_the_long_price_for_all_of_the_call(catalog: Catalog):
    assert dollars(catalog, "long-talk", prompt_tokens=200_000, completion_tokens=10) == 200_000 * 1000 + 10 * 2000
    assert dollars(catalog, "long-talk", prompt_tokens=200_001, completion_tokens=10) == 200_001 * 3000 + 10 * 5000
    assert dollars(catalog, "long-talk", prompt_tokens=300_000, cached_tokens=300_000) == 300_000 * 100


def test_prices_given_as_ranges_are_understood(catalog: Catalog):
    assert dollars(catalog, "qwen", provider="dashscope", prompt_tokens=1000) == 1000 * 50
    assert dollars(catalog, "qwen", provider="dashscope", prompt_tokens=300_000) == 300_000 * 250


def test_more_cached_tokens_than_tokens_do_not_make_a_call_pay_back(catalog: Catalog):
    assert dollars(catalog, "gpt-5-mini", prompt_tokens=10, cached_tokens=50) == 10 * 25


@pytest.mark.parametrize(
    ("provider", "model", "entry"),
    [
        ("openai", "gpt-5-mini", "gpt-5-mini"),
        ("openai", "openai/gpt-5-mini", "gpt-5-mini"),
        ("openai", "GPT-5-Mini", "gpt-5-mini"),
        ("openai", "gpt-5-mini-2031-08-07", "gpt-5-mini"),
        ("openai", "gpt-5-mini-20310807", "gpt-5-mini"),
        ("openai", "ft:gpt-5-mini:acme::abc", "ft:gpt-5-mini"),
        ("openai", "davinci-002", "davinci-002"),
        ("groq", "openai/gpt-oss-20b", "groq/openai/gpt-oss-20b"),
        ("groq", "groq/openai/gpt-oss-20b", "groq/openai/gpt-oss-20b"),
        ("azure", "gpt-4o", "azure/gpt-4o"),
        ("azure", "eu/gpt-4o", "azure/eu/gpt-4o"),
        ("bedrock", "us.nova", "us.nova"),
        ("vertex_ai", "gemini-flash", "gemini-flash"),
    ],
)
def test_the_maps_spellings_are_bridged(catalog: Catalog, provider: str, model: str, entry: str):
    card = catalog.find(provider, model)

    assert card is not None
    assert card.model == entry


@pytest.mark.parametrize(
    ("provider", "model"),
    [("openai", "gpt-9"), ("groq", "gpt-5-mini"), ("mine", "gpt-5-mini"), ("openai", ""), ("", "gpt-5-mini")],
)
def test_what_the_map_does_not_have_has_no_price(catalog: Catalog, provider: str, model: str):
    assert catalog.price(provider, model) is None
    assert cost(None, Usage(prompt_tokens=1)) is None


def test_invented_names_are_not_all_remembered(catalog: Catalog):
    for number in range(5000):
        catalog.price("openai", f"invented-{number}")
        catalog.price("openai", f"ft:gpt-5-mini:acme::{number}")

    assert len(catalog._cards) <= 4096
    assert catalog.price("openai", "gpt-5-mini") == catalog.price("openai", "gpt-5-mini")


def test_the_embedded_models_cost_nothing(catalog: Catalog):
    assert dollars(catalog, "smollm2", provider="local", prompt_tokens=9, completion_tokens=9) == 0
    assert dollars(Catalog({}), "anything", provider="local", prompt_tokens=9) == 0


def test_models_are_listed_as_the_provider_writes_them(catalog: Catalog):
    assert catalog.models("openai", ["chat"]) == [
        "cacher",
        "gpt-5-mini",
        "input-only",
        "long-talk",
        "thinker",
        "tiny",
    ]
    assert catalog.models("openai", ["embedding"]) == ["text-embedding-3-small"]
    assert catalog.models("openai", ["completion", "responses"]) == ["davinci-002", "gpt-5-codex"]
    assert catalog.models("openai", ["image_generation", "audio_speech"]) == ["draw", "draw-by-token", "speak"]
    assert catalog.models("cohere") == ["rank"]
    assert catalog.models("groq") == ["openai/gpt-oss-20b"]
    assert catalog.models("deepseek") == ["deepseek-chat"]


def test_the_same_model_in_a_region_is_not_listed_twice(catalog: Catalog):
    assert catalog.models("azure") == ["gpt-4o"]
    assert catalog.models("bedrock") == ["nova"]


def test_an_unknown_provider_has_no_models(catalog: Catalog):
    assert catalog.models("mine") == []


def test_an_entry_of_another_shape_is_left_out_and_the_others_stay(catalog: Catalog):
    assert catalog.price("openai", "strange") is None
    assert catalog.note == ""
    assert len(catalog) > 10


def test_without_the_package_the_catalogue_is_empty_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    catalog = Catalog.load()

    assert len(catalog) == 0
    assert "pip install 'switchgear[litellm]'" in catalog.note
    assert catalog.price("openai", "gpt-5-mini") is None
    assert catalog.models("openai") == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"a": 1'])
def test_a_broken_map_leaves_the_catalogue_empty_and_says_so(tmp_path: Path, content: bytes):
    path = tmp_path / "prices.json"
    path.write_bytes(content)
    catalog = Catalog.load(path)

    assert len(catalog) == 0
    assert str(path) in catalog.note


def test_a_missing_map_leaves_the_catalogue_empty_and_says_so(tmp_path: Path):
    catalog = Catalog.load(tmp_path / "none.json")

    assert "No such file" in catalog.note


def test_the_installed_map_is_read_without_importing_litellm():
    code = """
import sys
from switchgear.core.calls import Usage
from switchgear.providers.catalogue import Catalog, cost
catalog = Catalog.load()
assert not catalog.note, catalog.note
assert len(catalog) > 2000
assert "litellm" not in sys.modules
price = catalog.price("openai", "gpt-4o-mini")
assert cost(price, Usage(prompt_tokens=1_000_000, completion_tokens=1_000_000)) == 750_000_000, price
assert cost(price, Usage(prompt_tokens=1_000_000, cached_tokens=1_000_000)) == 75_000_000, price
for provider, model in (("anthropic", "claude-haiku-4-5"), ("gemini", "gemini-2.5-flash"), ("groq", "openai/gpt-oss-20b")):
    assert catalog.price(provider, model).rates.input > 0
    assert model in catalog.models(provider)
assert not [name for name in catalog.models("openai") if "/" in name or ":" in name]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://API.Groq.com/openai/v1", "groq"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "gemini"),
        ("http://127.0.0.1:8000/v1", None),
        ("https://api.openai.com.evil.example/v1", None),
        ("", None),
    ],
)
def test_a_provider_is_recognised_by_its_host(url: str, provider: str | None):
    assert provider_for(url) == provider
