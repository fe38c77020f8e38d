"""Providers and secrets over the admin API: keys go in and never come out."""

from __future__ import annotations

import pytest

EVERYTHING = (
    "/api/keys",
    "/api/models",
    "/api/providers",
    "/api/providers/mine",
    "/api/providers/scripted",
    "/api/secrets",
    "/api/usage",
    "/api/audit",
    "/api/config",
    "/api/status",
)


async def put_mine(desk, **fields):
    body = {"base_url": desk.upstream.base_url, "api_key": desk.upstream_key, "models": ["test-model"], **fields}
    return await desk.api.put("/api/providers/mine", json=body)


async def test_a_provider_made_here_works_with_the_key_it_was_given(desk):
    answer = await put_mine(desk)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["source"], answer.json()["state"]) == ("store", "ready")
    assert answer.json()["api_key"] == "secret:provider.mine"
    assert (await desk.api.post("/api/providers/mine/test")).json()["ok"]
    assert (await desk.api.post("/api/models/mine/test-model/test")).json()["ok"]


async def test_no_answer_holds_a_secret(desk, tmp_path):
    await put_mine(desk, headers={"x-team": "blue-marker"}, proxy="none")
    await desk.api.put("/api/secrets/other", json={"value": "hunter2-hunter2"})
    await desk.api.post("/api/providers/mine/test")
    for path in EVERYTHING:
        answer = await desk.api.get(path)
        assert answer.status_code == 200, path
        for secret in (desk.upstream_key, "hunter2", "blue-marker", desk.gateway.pepper.hex()):
            assert secret not in answer.text, path
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("switchgear.db*"))
    assert desk.upstream_key.encode() not in stored
    assert b"hunter2" not in stored


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("anthropic", {"auth": "bearer"}),
        ("gemini", {}),
        ("azure", {"token": "secret:other", "api_key": None}),
        ("ollama", {}),
        (
            "litellm",
            {"litellm_provider": "bedrock", "params": {"region": "eu", "aws_secret_access_key": "secret:other"}},
        ),
    ],
)
async def test_providers_of_every_kind_can_be_kept(desk, kind, fields):
    await desk.api.put("/api/secrets/other", json={"value": "hunter2-hunter2"})
    answer = await put_mine(desk, kind=kind, **fields)
    assert answer.status_code == 201, answer.text
    assert answer.json()["kind"] == kind
    told = (await desk.api.get("/api/providers/mine")).json()
    assert {key: told["settings"][key] for key in fields if key != "params"} == {
        key: value for key, value in fields.items() if key != "params"
    }
    used = (await desk.api.get("/api/secrets")).json()["data"]
    expected = [["mine"]] if "secret:other" in str(fields) else [[]]
    assert [one["used_by"] for one in used if one["name"] == "other"] == expected


async def test_credentials_of_a_proxy_are_not_shown(desk):
    await put_mine(desk, proxy="http://user:hunter2@proxy.test:3128")
    settings = (await desk.api.get("/api/providers/mine")).json()["settings"]
    assert settings["proxy"] == "http://[redacted]@proxy.test:3128"


async def test_a_wrong_key_shows_in_the_test(desk):
    await put_mine(desk, api_key="sk-wrong")
    result = (await desk.api.post("/api/providers/mine/test")).json()
    assert (result["ok"], result["error"]["code"]) == (False, "provider_authentication_failed")
    replaced = await put_mine(desk)
    assert replaced.status_code == 200
    assert (await desk.api.post("/api/providers/mine/test")).json()["ok"]


async def test_a_key_is_kept_by_its_reference_and_dropped_without_it(desk):
    await put_mine(desk)
    kept = await put_mine(desk, api_key="secret:provider.mine", max_connections=5)
    assert kept.json()["settings"]["max_connections"] == 5
    assert (await desk.api.post("/api/providers/mine/test")).json()["ok"]
    await put_mine(desk, api_key=None)
    assert (await desk.api.get("/api/secrets")).json()["data"] == []
    assert (await desk.api.post("/api/providers/mine/test")).json()["error"]["code"] == "provider_authentication_failed"


async def test_a_provider_can_use_a_stored_secret_and_follows_its_change(desk):
    assert (await desk.api.put("/api/secrets/shared", json={"value": "sk-old"})).status_code == 201
    await put_mine(desk, api_key="secret:shared")
    assert not (await desk.api.post("/api/providers/mine/test")).json()["ok"]
    assert (await desk.api.put("/api/secrets/shared", json={"value": desk.upstream_key})).status_code == 200
    assert (await desk.api.post("/api/providers/mine/test")).json()["ok"]
    listed = (await desk.api.get("/api/secrets")).json()["data"]
    assert listed == [{"name": "shared", "reference": "secret:shared", "used_by": ["mine"]}]
    refused = await desk.api.delete("/api/secrets/shared")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await desk.api.delete("/api/providers/mine")).status_code == 204
    assert (await desk.api.delete("/api/secrets/shared")).status_code == 204
    assert (await desk.api.delete("/api/secrets/shared")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"base_url": "ftp://x"}, "base_url"),
        ({"base_url": "http://user:pw@x/v1"}, "base_url"),
        ({"api_key": "env:UPSTREAM_KEY"}, "api_key"),
        ({"api_key": "file:/etc/hostname"}, "api_key"),
        ({"api_key": "secret:nothing"}, "api_key"),
        ({"api_key": "two words"}, "api_key"),
        ({"headers": {"x-note": "env:HOME"}}, "headers.x-note"),
        ({"headers": {"x-api-key": "literal"}}, "headers"),
        ({"ca_file": "/etc/hostname"}, "ca_file"),
        ({"kind": "antropic"}, "kind"),
        ({"kind": "anthropic", "auth": "cookie"}, "auth"),
        ({"kind": "azure", "token": "env:HOME"}, "token"),
        ({"kind": "litellm"}, "litellm_provider"),
        ({"kind": "litellm", "litellm_provider": "bedrock", "params": {"region": "file:/x"}}, "params.region"),
        ({"timeouts": {"connect": 0}}, "timeouts.connect"),
        ({"models": ["m"] * 1001}, "models"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_provider_that_cannot_be_is_refused_with_the_field(desk, fields, field):
    answer = await put_mine(desk, **fields)
    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert (await desk.api.get("/api/secrets")).json()["data"] == []
    assert (await desk.api.get("/api/providers/mine")).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("name", ["scripted", "local"])
async def test_what_the_file_defines_is_not_changed_here(desk, method, name):
    answer = await desk.api.request(method, f"/api/providers/{name}", json={"base_url": "http://127.0.0.1:1/v1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_provider_in_use_is_not_deleted(desk):
    await put_mine(desk)
    await desk.api.put("/api/models/fast", json={"deployments": [{"provider": "mine", "model": "m"}]})
    answer = await desk.api.delete("/api/providers/mine")
    assert answer.status_code == 409
    assert "fast" in answer.json()["detail"]
    await desk.api.delete("/api/models/fast")
    assert (await desk.api.delete("/api/providers/mine")).status_code == 204
    assert (await desk.api.get("/api/secrets")).json()["data"] == []
    assert (await desk.api.delete("/api/providers/mine")).status_code == 404


async def test_a_provider_that_cannot_be_set_up_says_so(desk):
    await desk.gateway.store.providers.put("broken", {"base_url": "http://127.0.0.1:1/v1", "api_key": "secret:gone"})
    await desk.gateway.refresh()
    told = (await desk.api.get("/api/providers/broken")).json()
    assert told["state"] == "failed"
    assert told["reason"]
    assert (await desk.api.post("/api/providers/broken/test")).status_code == 409


async def test_an_unreachable_provider_shows_in_the_test(desk):
    from switchgear.testing import unused_port

    await put_mine(desk, base_url=f"http://127.0.0.1:{unused_port()}/v1")
    result = (await desk.api.post("/api/providers/mine/test")).json()
    assert (result["ok"], result["models"], result["error"]["code"]) == (False, [], "provider_unreachable")


async def test_changes_of_providers_and_secrets_are_audited(desk):
    await put_mine(desk)
    await desk.api.put("/api/secrets/shared", json={"value": "x"})
    await desk.api.delete("/api/secrets/shared")
    await desk.api.delete("/api/providers/mine")
    actions = [(entry["action"], entry["target"]) for entry in await desk.audited()]
    assert actions == [
        ("provider.delete", "mine"),
        ("secret.delete", "shared"),
        ("secret.put", "shared"),
        ("provider.put", "mine"),
    ]


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "nul\u0000", "x" * 65_537, 7])
async def test_a_secret_that_cannot_be_is_refused_without_repeating_it(desk, value):
    answer = await desk.api.put("/api/secrets/one", json={"value": value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "value"
    assert str(value) not in answer.text or not str(value).strip() or value == 7
