"""Models over the admin API: listed, defined, tested, pulled."""

from __future__ import annotations

import json

import pytest

from switchgear.testing import error_body

FAST = {"deployments": [{"provider": "scripted", "model": "test-model", "weight": 3}], "strategy": "ordered"}


async def test_every_callable_model_is_listed_with_where_it_is_from(desk):
    await desk.api.put("/api/models/fast", json=FAST)
    models = {model["name"]: model for model in (await desk.api.get("/api/models")).json()["data"]}
    assert {name: (model["kind"], model["source"]) for name, model in models.items()} == {
        "filed": ("alias", "file"),
        "fast": ("alias", "store"),
        "scripted/test-model": ("provider", "file"),
        "scripted/text-embedding-test": ("provider", "file"),
    }
    (deployment,) = models["fast"]["deployments"]
    assert (deployment["provider"], deployment["model"], deployment["weight"]) == ("scripted", "test-model", 3)
    assert models["fast"]["state"] == "ready"


async def test_a_defined_alias_can_be_called_and_a_deleted_one_cannot(desk):
    answer = await desk.api.put("/api/models/fast", json=FAST)
    assert answer.status_code == 201
    assert (await desk.api.put("/api/models/fast", json=FAST)).status_code == 200
    assert desk.gateway.directory().find("fast") is not None
    assert (await desk.api.get("/api/models/fast")).json() == answer.json()
    assert (await desk.api.delete("/api/models/fast")).status_code == 204
    assert desk.gateway.directory().find("fast") is None
    assert (await desk.api.delete("/api/models/fast")).status_code == 404
    assert [entry["action"] for entry in await desk.audited()] == ["model.delete", "model.put", "model.put"]


async def test_prices_are_dollars_a_million_tokens(desk):
    provider = {"base_url": desk.upstream.base_url, "prices": "openai"}
    assert (await desk.api.put("/api/providers/priced", json=provider)).status_code == 201
    model = (await desk.api.get("/api/models/priced/gpt-4o-mini")).json()
    assert (model["price"]["input"], model["price"]["output"]) == ("0.15", "0.6")
    assert model["price"]["cached_input"] == "0.075"
    assert model["context"] == 128_000


async def test_the_file_wins_a_name_and_says_so(desk):
    for method in ("PUT", "DELETE"):
        answer = await desk.api.request(method, "/api/models/filed", json=FAST)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert "configuration file" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("fast", {}, "deployments"),
        ("fast", {"deployments": []}, "deployments"),
        ("fast", {"deployments": [{"provider": "scriptd", "model": "m"}]}, "deployments[0].provider"),
        ("fast", {"deployments": [{"provider": "scripted"}]}, "deployments[0].model"),
        ("fast", {"deployments": [{"provider": "scripted", "model": "m", "weight": 0}]}, "deployments[0].weight"),
        ("fast", FAST | {"strategy": "magic"}, "strategy"),
        ("fast", FAST | {"auto": {"quality": 2}}, "auto.quality"),
        ("fast", FAST | {"colour": "red"}, "colour"),
        ("-fast", FAST, "name"),
        ("x" * 129, FAST, "name"),
    ],
)
async def test_an_alias_that_cannot_be_is_refused_with_the_field(desk, name, body, field):
    answer = await desk.api.put(f"/api/models/{name}", json=body)
    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_a_misspelt_provider_gets_the_nearest_name(desk):
    body = {"deployments": [{"provider": "scriptd", "model": "m"}]}
    assert 'Did you mean "scripted"?' in (await desk.api.put("/api/models/fast", json=body)).json()["detail"]


async def test_an_alias_whose_provider_went_away_is_listed_as_failed(desk):
    await desk.gateway.store.models.put("orphan", {"deployments": [{"provider": "gone", "model": "m"}]})
    await desk.gateway.refresh()
    models = {model["name"]: model for model in (await desk.api.get("/api/models")).json()["data"]}
    assert (models["orphan"]["state"], models["orphan"]["reason"]) == ("failed", "No provider gone is there.")


@pytest.mark.parametrize("name", ["filed", "scripted/test-model", "scripted%2Ftest-model"])
async def test_testing_a_model_makes_a_real_call_and_records_it(desk, name):
    desk.upstream.reply("Paris, of course.")
    result = (await desk.api.post(f"/api/models/{name}/test")).json()
    assert (result["ok"], result["answer"], result["error"]) == (True, "Paris, of course.", None)
    assert 0 < result["first_token_ms"] <= result["latency_ms"]
    call = (await desk.api.get(f"/api/usage/{result['request_id']}")).json()
    assert (call["model"], call["outcome"], call["streamed"]) == (name.replace("%2F", "/"), "ok", True)
    assert call["key_name"] == "admin"


async def test_testing_an_embedding_model_embeds(desk):
    result = (await desk.api.post("/api/models/scripted/text-embedding-test/test")).json()
    assert result["ok"], result
    assert result["answer"].endswith("dimensions")
    assert desk.upstream.requests[-1].path == "/v1/embeddings"


async def test_a_test_that_fails_says_why_and_is_recorded(desk):
    desk.upstream.fail(429, error_body("Slow down."))
    answer = await desk.api.post("/api/models/filed/test")
    result = answer.json()
    assert answer.status_code == 200
    assert (result["ok"], result["answer"]) == (False, None)
    assert result["error"]["code"] == "provider_rate_limited"
    assert result["error"]["hint"]
    call = (await desk.api.get(f"/api/usage/{result['request_id']}")).json()
    assert (call["outcome"], call["error"]) == ("failed", "provider_rate_limited")


async def test_a_model_that_knows_the_limit_by_its_other_name_is_tested_too(desk):
    refusal = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    desk.upstream.fail(400, error_body(refusal, type="invalid_request_error"))
    desk.upstream.reply("Paris.")
    result = (await desk.api.post("/api/models/filed/test")).json()
    assert (result["ok"], result["answer"]) == (True, "Paris.")


async def test_an_admin_key_that_may_not_call_can_test(desk):
    made = await desk.make_key("operator", scopes=["admin"], models=[])
    async with desk.as_key(made["key"]) as api:
        assert (await api.post("/api/models/filed/test")).json()["ok"]


@pytest.mark.parametrize("action", ["test", "pull"])
async def test_what_is_no_model_is_not_found_with_the_nearest_name(desk, action):
    answer = await desk.api.post(f"/api/models/file/{action}")
    assert (answer.status_code, answer.json()["code"]) == (404, "model_not_found")
    assert '"filed"' in answer.json()["detail"]


async def test_pulling_an_embedded_model_reads_its_files_and_says_how_far_it_is(desk):
    async with desk.api.stream("POST", "/api/models/all-minilm-l6-v2/pull") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        lines = [json.loads(line) async for line in answer.aiter_lines()]
    assert lines[-1] == {"ok": True}
    steps = [line["done"] for line in lines[:-1]]
    assert steps == sorted(steps)
    assert steps[-1] == lines[0]["total"]


async def test_a_pull_that_fails_ends_with_the_reason(desk, monkeypatch):
    from switchgear.core.errors import ModelUnavailable
    from switchgear.providers.local import embedded

    def damaged(name, on_progress):
        on_progress(1, 2)
        raise ModelUnavailable("The file is damaged.")

    monkeypatch.setattr(embedded, "verify", damaged)
    lines = (await desk.api.post("/api/models/local/smollm2/pull")).text.splitlines()
    assert json.loads(lines[0]) == {"done": 1, "total": 2}
    end = json.loads(lines[-1])
    assert (end["ok"], end["error"]["code"], end["error"]["message"]) == (
        False,
        "model_unavailable",
        "The file is damaged.",
    )


async def test_a_providers_model_has_nothing_to_pull(desk):
    answer = await desk.api.post("/api/models/filed/pull")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("fallback", ["seeing", "nobody", "nobody/x"])
async def test_a_model_that_takes_over_calls_with_images_must_be_another_one_that_exists(desk, fallback):
    body = {"deployments": [{"provider": "scripted", "model": "test-model"}], "vision_fallback": fallback}
    answer = await desk.api.put("/api/models/seeing", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "vision_fallback"
    assert (await desk.api.put("/api/models/seeing", json=body | {"vision_fallback": "filed"})).status_code == 201


async def test_a_model_is_told_with_what_is_known_of_it(desk):
    deployment = {
        "provider": "scripted", "model": "test-model", "context": 5000, "price": {"input": 0.5, "output": 1},
        "capabilities": {"vision": True}, "deprecated": "2031-01-31",
    }  # fmt: skip
    assert (await desk.api.put("/api/models/mine", json={"deployments": [deployment]})).status_code == 201
    (told,) = (await desk.api.get("/api/models/mine")).json()["deployments"]
    assert (told["known"], told["context"], told["price"]["input"]) == (True, 5000, "0.5")
    assert (told["capabilities"]["vision"], told["deprecated"]) == (True, "2031-01-31")
    (unknown,) = (await desk.api.get("/api/models/filed")).json()["deployments"]
    assert (unknown["known"], unknown["price"], unknown["capabilities"]["vision"]) == (False, None, None)


async def test_an_alias_shows_its_settings_as_they_are_put(desk):
    body = {"deployments": [{"provider": "scripted", "model": "test-model", "weight": 3}], "fallbacks": ["filed"]}
    await desk.api.put("/api/models/fast", json=body)
    told = (await desk.api.get("/api/models/fast")).json()["settings"]
    assert (told["deployments"][0]["weight"], told["fallbacks"], told["strategy"]) == (3, ["filed"], "ordered")
    assert (await desk.api.put("/api/models/fast", json=told)).status_code == 200
    assert (await desk.api.get("/api/models/scripted/test-model")).json()["settings"] is None
