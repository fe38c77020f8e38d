"""What every admin request must bring, and the form of every refusal."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from switchgear.config.schema import ServerSettings
from switchgear.edge.admin.api import build, document
from switchgear.edge.admin.security import Gate

HTTP = ("get", "post", "put", "patch", "delete")


class Nothing:
    """Enough of a gateway to make the document of its API."""

    keyring = None


def operations() -> Iterator[tuple[str, str, str]]:
    """Every operation of the document that takes a scope: method, path with its parameters filled in, scope."""

    for path, item in document(build(Nothing()))["paths"].items():
        for method in HTTP:
            if method in item:
                taken = item[method]["security"]
                if not taken or taken == [{"key": []}, {"session": []}]:
                    continue  # open, or open to whoever is signed in: test_admin_roles
                ((scope,),) = (entry["key"] for entry in taken if "key" in entry)
                yield method.upper(), re.sub(r"\{\w+\}", "thing", path), scope


async def test_no_route_answers_without_its_scope(desk):
    caller = await desk.make_key("caller", scopes=["call"])
    reader = await desk.make_key("reader", scopes=["call", "admin:read"])
    desk.gateway.console.drain()  # what is listened to ends at once
    keys = (None, "nonsense", "sk-sg-" + "0" * 40, caller["key"], reader["key"])
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(desk.as_key(key)) for key in keys]
        for method, path, scope in operations():
            codes = []
            for client in clients:
                answer = await client.request(method, path, content=b"not even JSON" if method != "GET" else None)
                is_json = "json" in answer.headers["content-type"]  # events are not
                codes.append((answer.status_code, answer.json().get("code") if is_json else None))
                assert answer.headers["x-request-id"].startswith("req_")
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["cross-origin-resource-policy"] == "same-origin"
                assert answer.headers["content-security-policy"].startswith(
                    "default-src 'none'; frame-ancestors 'none'"
                )
            where = f"{method} {path}"
            wrong = [(401, "missing_api_key"), (401, "malformed_api_key"), (401, "invalid_api_key")]
            assert codes[:3] == wrong, where
            if scope == "call":
                assert {status for status, _ in codes[3:]} == {415}, where
                continue
            assert codes[3] == (403, "permission_denied"), where
            if scope != "admin:read":
                assert codes[4] == (403, "permission_denied"), where
            else:
                assert method == "GET", where
                assert codes[4][0] in (200, 404), where


async def test_only_an_admin_key_makes_keys(desk):
    reader = await desk.make_key("reader", scopes=["admin:read"])
    async with desk.as_key(reader["key"]) as api:
        assert (await api.post("/api/keys", json={"name": "more", "scopes": ["admin"]})).status_code == 403
        assert (await api.post(f"/api/keys/{reader['id']}/rotate")).status_code == 403


async def test_revoked_and_expired_keys_are_told_apart(desk):
    revoked = await desk.make_key("revoked", scopes=["admin"])
    expired = await desk.make_key("expired", scopes=["admin"])
    await desk.api.post(f"/api/keys/{revoked['id']}/revoke")
    await desk.gateway.store.keys.update(expired["id"], expires_at=1)
    await desk.gateway.refresh()
    for key, code in ((revoked, "revoked_api_key"), (expired, "expired_api_key")):
        async with desk.as_key(key["key"]) as api:
            answer = await api.get("/api/status")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 201),
        ("http://localhost:4100", 201),
        ("http://LOCALHOST:4100", 201),
        ("https://elsewhere.example", 403),
        ("http://localhost", 403),
        ("https://localhost:4100", 403),
        ("//localhost:4100", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
    ],
)
async def test_pages_of_other_origins_change_nothing(desk, origin, status):
    headers = {} if origin is None else {"origin": origin}
    answer = await desk.api.post("/api/keys", json={"name": "x"}, headers=headers)
    assert answer.status_code == status
    assert (await desk.api.get("/api/status", headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/api/status", "/api/keys", "/api/openapi.json", "/api/nothing"])
@pytest.mark.parametrize(
    ("host", "admitted"),
    [
        ("localhost", True),
        ("LOCALHOST:4100", True),
        ("127.0.0.1:4100", True),
        ("127.9.9.9", True),
        ("[::1]:4100", True),
        ("evil.example", False),
        ("evil.example:4100", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("evil.example@127.0.0.1", False),
        ("192.168.1.2", False),
        ("[::2]", False),
        ("[localhost", False),
        ("", False),
    ],
)
async def test_a_gateway_for_this_machine_is_called_by_its_names_only(desk, path, host, admitted):
    answer = await desk.api.get(path, headers={"host": host})
    if admitted:
        assert answer.status_code == (404 if path.endswith("nothing") else 200)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Host header" in answer.json()["detail"]


async def test_a_rebound_name_changes_nothing_though_it_is_its_own_origin(desk):
    headers = {"host": "evil.example:4100", "origin": "http://evil.example:4100"}
    answer = await desk.api.post("/api/keys", json={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert len((await desk.api.get("/api/keys")).json()["data"]) == 2


@pytest.mark.parametrize(
    ("server", "host", "status"),
    [
        ({"trusted_proxy": True}, "models.example", 200),
        ({"host": "192.168.1.2"}, "models.example", 200),
        ({"host": "gateway.localhost"}, "gateway.localhost", 200),
        ({"host": "gateway.localhost"}, "models.example", 403),
    ],
)
async def test_any_name_will_do_where_others_are_let_in(desk, server, host, status):
    sent: list[Any] = []

    async def nothing() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    gate = Gate(inner, desk.gateway.keyring, lambda: ServerSettings(**server))
    headers = [(b"authorization", desk.api.headers["authorization"].encode()), (b"host", host.encode())]
    path = {"method": "GET", "path": "/api/status", "query_string": b""}
    await gate({"type": "http", "scheme": "http", "headers": headers, **path}, nothing, send)
    assert sent[0]["status"] == status


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"name": ', "application/json", 400, "invalid_json"),
        (b'{"name": "\xff"}', "application/json", 400, "invalid_json"),
        (b'{"name": "\\ud800 half"}', "application/json", 400, "invalid_json"),
        (b'{"name": NaN}', "application/json", 400, "invalid_json"),
        (b'{"name": ' + b"9" * 5000 + b"}", "application/json", 400, "invalid_json"),
        (b"[" * 10_000 + b"]" * 10_000, "application/json", 400, "invalid_json"),
        (b"[" * 100 + b"]" * 100, "application/json", 400, "invalid_json"),
        (b"[]", "application/json", 400, "invalid_request"),
        (b"null", "application/json", 400, "invalid_request"),
        (b"", "application/json", 400, "invalid_request"),
        (b'{"name": "x"}', "text/plain", 415, "unsupported_media_type"),
        (b'{"name": "x"}', "", 415, "unsupported_media_type"),
        (b'{"name": "x"}', "application/json; charset=utf-8", 201, None),
        (b'"' + b"x" * (1024 * 1024) + b'"', "application/json", 413, "request_too_large"),
    ],
)
async def test_a_body_is_json_or_refused(desk, body, kind, status, code):
    answer = await desk.api.post("/api/keys", content=body, headers={"content-type": kind} if kind else {})
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    if code is not None:
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_over_the_limit_is_refused_before_it_is_read(desk):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 65536

    answer = await desk.api.post("/api/keys", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert sent <= 18

    declared = {"content-type": "application/json", "content-length": "99999999999"}
    answer = await desk.api.post("/api/keys", content=b"{}", headers=declared)
    assert answer.status_code == 413


async def test_a_problem_says_what_where_and_what_to_do(desk):
    answer = await desk.api.post("/api/keys", json={"name": 1, "scopes": ["root"], "expires_in_seconds": "hunter2"})
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("errors.md#invalid_request")
    assert problem["status"] == 400
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["hint"]
    assert {error["field"] for error in problem["errors"]} == {"name", "scopes[0]", "expires_in_seconds"}
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/api/keys/", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("DELETE", "/api/status", 405, "method_not_allowed"),
        ("PATCH", "/api/keys", 405, "method_not_allowed"),
    ],
)
async def test_paths_and_methods_that_are_not_there_are_problems_too(desk, method, path, status, code):
    answer = await desk.api.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("allow" in answer.headers) == (status == 405)


async def test_a_defect_is_logged_under_the_request_id_and_not_shown(desk, monkeypatch):
    async def broken() -> None:
        raise ZeroDivisionError("the secret inside")

    from structlog.testing import capture_logs

    monkeypatch.setattr(desk.gateway.store.keys, "all", broken)
    with capture_logs() as logs:
        answer = await desk.api.get("/api/keys")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    (entry,) = [log for log in logs if "Defect" in log["event"]]
    assert entry["request_id"] == answer.json()["request_id"]


async def test_a_store_that_is_gone_is_a_problem_and_the_status_says_so(desk, tmp_path):
    store = tmp_path / "data" / "switchgear.db"
    await desk.gateway.store._database.close()
    for path in store.parent.glob("switchgear.db*"):
        path.unlink()
    store.mkdir()
    answer = await desk.api.get("/api/keys")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    status = await desk.api.get("/api/status")
    assert status.status_code == 200
    assert status.json()["store"]["state"] == "unavailable"


async def test_the_document_is_open_and_describes_every_operation_whole(desk):
    async with desk.as_key(None) as anybody:
        answer = await anybody.get("/api/openapi.json")
    told = answer.json()
    assert answer.status_code == 200
    assert told["openapi"].startswith("3.1.")
    assert told["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    tags = {tag["name"] for tag in told["tags"]}
    seen = set()
    for path, item in told["paths"].items():
        assert path.startswith("/api/")
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["operationId"] not in seen, where
            seen.add(operation["operationId"])
            assert operation["summary"], where
            assert operation["description"], where
            assert set(operation["tags"]) <= tags, where
            successes = [status for status in operation["responses"] if status.startswith("2")]
            assert successes, where
            for status in successes:
                assert status == "204" or operation["responses"][status]["content"], where
            assert {"400", "401", "403", "500"} <= set(operation["responses"]), where
            assert "422" not in operation["responses"], where
            for parameter in operation.get("parameters", ()):
                assert parameter["description"], f"{where} {parameter['name']}"


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


async def test_every_reference_of_the_document_leads_somewhere(desk):
    told = (await desk.api.get("/api/openapi.json")).json()
    for reference in references(told):
        node = told
        for part in reference.removeprefix("#/").split("/"):
            assert part in node, reference
            node = node[part]
    used = {reference.rpartition("/")[2] for reference in references(told)}
    assert set(told["components"]["schemas"]) <= used


async def test_problems_look_as_the_document_says(desk):
    told = (await desk.api.get("/api/openapi.json")).json()
    schema = told["components"]["schemas"]["Problem"]
    answer = (await desk.api.post("/api/keys", json={})).json()
    assert set(schema["required"]) <= set(answer) <= set(schema["properties"])
    assert json.dumps(answer)


async def test_the_reference_page_lists_every_operation():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text()
    paths = document(build(Nothing()))["paths"]
    known = {f"{method.upper()} {path}" for path, item in paths.items() for method in HTTP if method in item}
    assert set(re.findall(r"^\| `(\w+ /api/\S+)` ", page, re.MULTILINE)) == known


async def test_a_body_that_does_not_arrive_is_cut_off(desk):
    sent: list[Any] = []

    async def silent() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    gate = Gate(desk.app, desk.gateway.keyring, lambda: ServerSettings(body_timeout=0.02))
    headers = [(b"authorization", desk.api.headers["authorization"].encode()), (b"host", b"localhost")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/keys",
        "scheme": "http",
        "headers": headers,
        "query_string": b"",
    }
    await gate(scope, silent, send)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["code"] == "request_timeout"
