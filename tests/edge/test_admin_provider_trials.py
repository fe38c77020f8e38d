"""A provider is tried before it is kept, and a form can be drawn for each kind."""

from __future__ import annotations

import pytest


async def test_a_provider_is_tried_without_being_kept(desk):
    body = {"kind": "openai", "base_url": desk.upstream.base_url, "api_key": desk.upstream_key}
    answer = await desk.api.post("/api/providers/test", json=body)
    told = answer.json()
    assert (answer.status_code, told["ok"], "test-model" in told["models"]) == (200, True, True), answer.text
    assert {"what": "chat", "how": "passed"} in told["supports"]
    assert (await desk.api.get("/api/secrets")).json()["data"] == []
    assert [one["name"] for one in (await desk.api.get("/api/providers")).json()["data"]] == ["scripted"]
    (entry,) = await desk.audited()
    assert (entry["action"], entry["target"]) == ("provider.try", "openai")
    assert desk.upstream_key not in str(entry)


async def test_a_trial_with_a_wrong_key_says_what_the_provider_said(desk):
    body = {"base_url": desk.upstream.base_url, "api_key": "sk-wrong"}
    told = (await desk.api.post("/api/providers/test", json=body)).json()
    assert (told["ok"], told["error"]["code"]) == (False, "provider_authentication_failed")
    assert "sk-wrong" not in str(told)


async def test_a_trial_may_use_a_secret_of_the_store(desk):
    await desk.api.put("/api/secrets/shared", json={"value": desk.upstream_key})
    body = {"base_url": desk.upstream.base_url, "api_key": "secret:shared"}
    assert (await desk.api.post("/api/providers/test", json=body)).json()["ok"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"api_key": "env:UPSTREAM_KEY"}, "api_key"),
        ({"api_key": "secret:nothing"}, "api_key"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"kind": "litellm", "litellm_provider": "nobody-knows"}, ""),
    ],
)
async def test_what_cannot_be_tried_is_refused_with_the_field(desk, fields, field):
    answer = await desk.api.post("/api/providers/test", json={"base_url": desk.upstream.base_url, **fields})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), answer.text
    assert not field or field in [error["field"] for error in answer.json()["errors"]]


async def test_every_kind_tells_its_settings_and_litellm_its_names(desk):
    told = (await desk.api.get("/api/provider-kinds")).json()
    kinds = {one["kind"]: one for one in told["data"]}
    assert list(kinds) == ["openai", "anthropic", "gemini", "azure", "ollama", "litellm"]
    assert kinds["openai"]["base_url"] is None
    assert kinds["ollama"]["base_url"] == "http://127.0.0.1:11434"
    assert kinds["azure"]["settings"]["properties"]["api_version"]["description"]
    assert all(one["title"] and one["about"] for one in kinds.values())
    named = {one["name"]: one for one in told["litellm"]}
    assert len(named) > 90
    assert "params.aws_region_name" in named["bedrock"]["needs"]
    assert named["anthropic"]["kind"] == "anthropic"


async def test_every_setting_tells_where_its_value_comes_from(desk):
    told = (await desk.api.get("/api/config/values")).json()
    values = {one["name"]: one for one in told["data"]}
    assert told["file"] == str(desk.config)
    assert (values["server.port"]["source"], values["server.port"]["value"]) == ("default", 4100)
    lines = desk.config.read_text().splitlines()
    retry = values["retry.attempts"]
    assert (retry["source"], lines[retry["line"] - 1]) == ("file", "attempts = 1")
    assert values["providers.scripted.api_key"]["value"] == "env:UPSTREAM_KEY"
    assert values["providers.scripted.api_key"]["about"]
    assert desk.upstream_key not in str(told)
