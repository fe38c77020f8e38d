"""Keys as callers meet them: each way a key can be wrong has its own code, and changes are seen at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from observed import chat, eventually, usage_rows

from switchgear.access.keys import hash_secret, new_secret
from switchgear.core.ids import new_id
from switchgear.store.keys import Key, KeySecret
from switchgear.store.store import Store
from switchgear.testing import ScriptedProvider, served


def call(gateway: served, headers: dict[str, str]) -> httpx.Response:
    with httpx.Client(base_url=gateway.url, headers=headers, trust_env=False) as client:
        return chat(client, "fast")


def with_key(gateway: served, key: str) -> httpx.Response:
    return call(gateway, {"authorization": f"Bearer {key}"})


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error"]["code"]
    return code


@pytest.fixture
def made(http: httpx.Client, request: pytest.FixtureRequest) -> Any:
    return http.post("/api/keys", json={"name": request.node.name}).json()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_api_key"),
        ({"authorization": ""}, "missing_api_key"),
        ({"authorization": "Bearer"}, "missing_api_key"),
        ({"x-api-key": ""}, "missing_api_key"),
        ({"authorization": "Bearer nonsense"}, "malformed_api_key"),
        ({"authorization": "Basic dXNlcjpwYXNz"}, "malformed_api_key"),
        ({"authorization": "Bearer sk-sg-short"}, "malformed_api_key"),
        ({"authorization": "Bearer sk-sg-" + "x" * 41}, "malformed_api_key"),
        ({"authorization": "Bearer sk-" + "x" * 48}, "malformed_api_key"),
        ({"authorization": "Bearer " + "x" * 10_000}, "malformed_api_key"),
        ({"authorization": "Bearer sk-sg-" + "x" * 40}, "invalid_api_key"),
        ({"x-api-key": "sk-sg-" + "x" * 40}, "invalid_api_key"),
    ],
)
def test_no_malformed_and_unknown_keys_are_a_401_each_with_its_code(
    gateway: served, provider: ScriptedProvider, headers: dict[str, str], code: str
) -> None:
    before = len(provider.requests)
    answer = call(gateway, headers)
    assert (answer.status_code, code_of(answer)) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["type"] == "authentication_error"
    assert len(provider.requests) == before
    assert answer.headers["x-request-id"] not in usage_rows(gateway.data_dir)  # a stranger's call is nobody's usage


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/fast", "/v1/nothing"])
def test_every_path_below_v1_wants_a_key(gateway: served, path: str) -> None:
    answer = httpx.get(gateway.url + path, trust_env=False)
    assert (answer.status_code, code_of(answer)) == (401, "missing_api_key")


@pytest.mark.parametrize("path", ["chat/completions", "completions", "embeddings"])
def test_the_key_is_asked_for_before_the_body_is_read(gateway: served, path: str) -> None:
    answer = httpx.post(f"{gateway.base_url}/{path}", content=b"{nonsense", trust_env=False)
    assert (answer.status_code, code_of(answer)) == (401, "missing_api_key")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_bearer_key_is_taken_in_any_case_of_the_scheme(gateway: served, scheme: str) -> None:
    assert call(gateway, {"authorization": f"{scheme} {gateway.key}"}).status_code == 200


def test_a_key_is_taken_in_x_api_key(gateway: served) -> None:
    assert call(gateway, {"x-api-key": gateway.key}).status_code == 200


def test_a_new_key_works_at_once(gateway: served, made: dict[str, Any]) -> None:
    assert with_key(gateway, made["key"]).status_code == 200


def test_a_revoked_key_is_a_401_at_once(gateway: served, http: httpx.Client, made: dict[str, Any]) -> None:
    assert with_key(gateway, made["key"]).status_code == 200
    assert http.post(f"/api/keys/{made['id']}/revoke").status_code == 200
    answer = with_key(gateway, made["key"])
    assert (answer.status_code, code_of(answer)) == (401, "revoked_api_key")


def test_an_expired_key_is_a_401(gateway: served, http: httpx.Client) -> None:
    made = http.post("/api/keys", json={"name": "brief", "expires_in_seconds": 1}).json()
    eventually(lambda: with_key(gateway, made["key"]).status_code == 401)
    assert code_of(with_key(gateway, made["key"])) == "expired_api_key"


def test_a_rotated_key_works_beside_its_successor_until_the_overlap_is_over(
    gateway: served, http: httpx.Client, made: dict[str, Any]
) -> None:
    fresh = http.post(f"/api/keys/{made['id']}/rotate", json={"overlap_seconds": 1}).json()
    assert fresh["key"] != made["key"]
    began = time.monotonic()
    old = with_key(gateway, made["key"])
    assert old.status_code == 200 or time.monotonic() - began > 0.9
    assert with_key(gateway, fresh["key"]).status_code == 200
    eventually(lambda: with_key(gateway, made["key"]).status_code == 401)
    assert code_of(with_key(gateway, made["key"])) == "expired_api_key"
    assert with_key(gateway, fresh["key"]).status_code == 200


def test_a_rotated_key_without_overlap_ends_at_once(gateway: served, http: httpx.Client, made: dict[str, Any]) -> None:
    fresh = http.post(f"/api/keys/{made['id']}/rotate", json={"overlap_seconds": 0}).json()
    assert code_of(with_key(gateway, made["key"])) == "expired_api_key"
    assert with_key(gateway, fresh["key"]).status_code == 200


@pytest.mark.parametrize(
    ("models", "allowed", "forbidden"),
    [
        (["fast"], ["fast"], ["cheap", "test/alpha"]),
        (["test/*"], ["test/alpha", "test/anything"], ["fast", "priced/gpt-4o-mini"]),
        (["*/alpha"], ["test/alpha"], ["test/beta", "fast"]),
        ([], [], ["fast"]),
    ],
)
def test_a_model_outside_the_keys_scope_is_a_403(
    http: httpx.Client, gateway: served, models: list[str], allowed: list[str], forbidden: list[str]
) -> None:
    made = http.post("/api/keys", json={"name": new_id("scoped"), "models": models}).json()
    with httpx.Client(
        base_url=gateway.url, headers={"authorization": f"Bearer {made['key']}"}, trust_env=False
    ) as narrow:
        for name in allowed:
            assert chat(narrow, name).status_code == 200, name
        for name in forbidden:
            answer = chat(narrow, name)
            assert (answer.status_code, code_of(answer)) == (403, "model_not_allowed"), name
            assert answer.json()["error"]["param"] == "model"
            assert answer.json()["error"]["type"] == "permission_error"
            row = eventually(lambda: usage_rows(gateway.data_dir).get(answer.headers["x-request-id"]))  # noqa: B023
            assert (row["outcome"], row["status"], row["key_id"]) == ("refused", 403, made["id"])


def test_a_key_without_the_call_scope_calls_nothing(http: httpx.Client, gateway: served) -> None:
    made = http.post("/api/keys", json={"name": "auditor", "scopes": ["admin:read"]}).json()
    answer = with_key(gateway, made["key"])
    assert (answer.status_code, code_of(answer)) == (403, "model_not_allowed")


async def test_a_key_made_by_another_process_works_within_a_few_seconds(gateway: served) -> None:
    pepper = bytes.fromhex((gateway.data_dir / "secret.key").read_text().strip())
    secret = new_secret()
    now = time.time_ns() // 1_000_000
    held = KeySecret(hash_secret(pepper, secret.reveal().encode()), secret.reveal()[-4:], now)
    key = Key(new_id("key"), "from elsewhere", ("*",), ("call",), now, None, None, "test", (held,))
    assert with_key(gateway, secret.reveal()).status_code == 401
    store = await Store.open("sqlite:", Path(gateway.data_dir), secret=pepper)
    try:
        await store.keys.create(key)
        eventually(lambda: with_key(gateway, secret.reveal()).status_code == 200, 8)
        await store.keys.revoke(key.id, now)
        eventually(lambda: with_key(gateway, secret.reveal()).status_code == 401, 8)
    finally:
        await store.close()
    assert code_of(with_key(gateway, secret.reveal())) == "revoked_api_key"


def test_keys_are_nowhere_in_the_data_folder_but_in_the_clis_own_file(gateway: served, made: dict[str, Any]) -> None:
    assert with_key(gateway, made["key"]).status_code == 200
    for path in gateway.data_dir.rglob("*"):
        if path.is_file():
            assert made["key"].encode() not in path.read_bytes(), path
            assert gateway.key.encode() not in path.read_bytes() or path.name == "cli.key", path
    assert (gateway.data_dir / "cli.key").stat().st_mode & 0o777 == 0o600
    assert (gateway.data_dir / "secret.key").stat().st_mode & 0o777 == 0o600


def test_the_first_start_prints_one_admin_key_once(gateway: served) -> None:
    printed = [word for word in gateway.output().split() if word.startswith("sk-sg-")]
    assert len(printed) == 1
    listed = httpx.get(f"{gateway.url}/api/keys", headers={"authorization": f"Bearer {printed[0]}"}, trust_env=False)
    assert listed.status_code == 200
