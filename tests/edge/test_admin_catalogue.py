"""The catalogue over the admin API: what it knows, and a newer one in its place."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.providers.catalogue import Catalog
from switchgear.testing import FaultUpstream, faults

MODEL = {
    "litellm_provider": "openai",
    "mode": "chat",
    "max_input_tokens": 1000,
    "max_output_tokens": 100,
    "input_cost_per_token": 1e-06,
    "output_cost_per_token": 2e-06,
    "supports_function_calling": True,
    "supports_vision": True,
    "deprecation_date": "2031-01-31",
}
MAP: dict[str, Any] = {
    "gpt-small": MODEL,
    "gpt-long": MODEL | {"input_cost_per_token_above_200k_tokens": 3e-06},
    "groq/gpt-small": MODEL | {"litellm_provider": "groq"},
    "draw": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
}


@pytest.fixture
async def known(desk) -> Any:
    """A desk whose gateway knows the models of MAP."""
    desk.gateway.catalog = Catalog({})
    answer = await desk.api.put("/api/catalogue", json=MAP)
    assert answer.status_code == 200, answer.text
    return desk


async def test_what_is_known_of_a_model_is_told(known):
    entry = (await known.api.get("/api/catalogue/gpt-small")).json()
    assert (entry["provider"], entry["mode"], entry["context"], entry["max_output"]) == ("openai", "chat", 1000, 100)
    assert (entry["price"]["input"], entry["price"]["output"], entry["price"]["cache_write"]) == ("1", "2", "1")
    assert (entry["capabilities"]["tools"], entry["capabilities"]["vision"]) == ("native", True)
    assert entry["deprecated"] == "2031-01-31"
    assert (await known.api.get("/api/catalogue/draw")).json()["price"]["image"] == "0.04"
    long = (await known.api.get("/api/catalogue/gpt-long")).json()["long_prices"]
    assert [(one["above"], one["price"]["input"]) for one in long] == [(200_000, "3")]


@pytest.mark.parametrize(
    ("path", "provider"),
    [
        ("groq/gpt-small", "groq"),
        ("openai/gpt-small-2031-01-01", "openai"),
        ("gpt-small?provider=groq", "groq"),
        ("GPT-SMALL?provider=openai", "openai"),
    ],
)
async def test_an_entry_is_found_as_its_provider_writes_it(known, path, provider):
    assert (await known.api.get(f"/api/catalogue/{path}")).json()["provider"] == provider


async def test_what_is_not_known_is_said_with_what_is_near(known):
    answer = await known.api.get("/api/catalogue/gpt-smal")
    assert answer.status_code == 404
    assert "Nearest: gpt-small" in answer.json()["detail"]
    assert "can be called all the same" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["groq/gpt-small", "draw", "gpt-long", "gpt-small"]),
        ("?provider=openai", ["draw", "gpt-long", "gpt-small"]),
        ("?mode=image_generation", ["draw"]),
        ("?search=SMALL", ["groq/gpt-small", "gpt-small"]),
        ("?provider=nobody", []),
    ],
)
async def test_the_list_can_be_narrowed(known, query, names):
    told = (await known.api.get(f"/api/catalogue{query}")).json()
    assert [one["name"] for one in told["data"]] == names
    assert told["providers"] == {"groq": 1, "openai": 3}


async def test_a_long_list_comes_in_pages(known):
    first = (await known.api.get("/api/catalogue?limit=3")).json()
    second = (await known.api.get(f"/api/catalogue?limit=3&before={first['next']}")).json()
    assert [len(first["data"]), len(second["data"]), second["next"]] == [3, 1, None]


async def test_a_newer_catalogue_is_told_before_it_is_taken_and_holds_at_once(known):
    newer = MAP | {"gpt-small": MODEL | {"input_cost_per_token": 5e-07, "max_output_tokens": 200}, "new": MODEL}
    newer.pop("draw")
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(newer))
        looked = (
            await known.api.post("/api/catalogue/refresh", json={"from": upstream.base_url, "dry_run": True})
        ).json()
        assert not looked["taken"]
        assert (looked["added"], looked["removed"]) == (["new"], ["draw"])
        assert [(one["model"], one["field"], one["before"], one["after"]) for one in looked["changed"]] == [
            ("gpt-small", "input", "1", "0.5"),
            ("gpt-small", "max_output", "100", "200"),
        ]
        assert (await known.api.get("/api/catalogue/new")).status_code == 404
        body = {"from": upstream.base_url, "expect": looked["digest"]}
        taken = (await known.api.post("/api/catalogue/refresh", json=body)).json()
    assert taken["taken"]
    assert taken["origin"]["fetched_from"] == body["from"]
    assert (await known.api.get("/api/catalogue/new")).status_code == 200
    assert (await known.audited())[0]["action"] == "catalogue.refresh"


async def test_a_catalogue_that_changed_since_it_was_looked_at_is_not_taken(known):
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(MAP | {"new": MODEL}))
        answer = await known.api.post("/api/catalogue/refresh", json={"from": upstream.base_url, "expect": "0" * 64})
    assert answer.status_code == 409


async def test_the_same_catalogue_again_changes_nothing(known):
    answer = (await known.api.put("/api/catalogue", json=MAP)).json()
    assert (answer["taken"], answer["added"], answer["removed"], answer["changed"]) == (False, [], [], [])


async def test_the_packaged_catalogue_can_be_brought_back(known):
    before = (await known.api.get("/api/catalogue")).json()["origin"]
    assert before["entries"] == 4
    after = (await known.api.delete("/api/catalogue")).json()
    assert after["entries"] > 1000
    assert (after["fetched_from"], after["fetched_at"]) == ("", "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "none of its entries"),
        ({"a": {"mode": "chat"}}, "none of its entries"),
        ({"a": {"litellm_provider": "openai", "input_cost_per_token": "free"}}, "none of its entries"),
        ({"gpt-small": MODEL}, "looks cut off"),
        ([], "not a JSON object"),
    ],
)
async def test_what_is_no_catalogue_is_not_taken(known, body, said):
    answer = await known.api.put("/api/catalogue", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert (await known.api.get("/api/catalogue")).json()["origin"]["entries"] == 4


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://prices.test/map.json", "is not an https URL"),
        ("file:///etc/passwd", "is not an https URL"),
        ("https://[::1", "is not an https URL"),
        ("http://127.0.0.1:9/", "was not fetched"),
        ("https://169.254.169.254/", "was not fetched"),
    ],
)
async def test_where_there_is_no_catalogue_to_fetch_nothing_changes(known, url, said):
    answer = await known.api.post("/api/catalogue/refresh", json={"from": url})
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


async def test_only_an_admin_may_change_the_catalogue(known):
    key = await known.make_key("reader", scopes=["admin:read"])
    async with known.as_key(key["key"]) as reader:
        assert (await reader.get("/api/catalogue/gpt-small")).status_code == 200
        assert (await reader.delete("/api/catalogue")).status_code == 403
        assert (await reader.put("/api/catalogue", json=MAP)).status_code == 403
