"""Bad bodies, keys and names against a served gateway: the right status and code, and nothing sent on."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from observed import HI, chat, eventually, usage_row, usage_rows

from switchgear.testing import ScriptedProvider, served

CHAT = "/v1/chat/completions"
DEEP = b"[" * 10_000 + b"]" * 10_000


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of an answer that is one of ours in OpenAI's shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code", "request_id"}
    assert error["code"] == code
    assert error["request_id"] == answer.headers["x-request-id"]
    return error


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"", "invalid_json", "it is empty"),
        (b"{nonsense", "invalid_json", "line 1, column 2"),
        (b'{"model": "fast",\n "messages": [}', "invalid_json", "line 2, column 15"),
        (b'{"model":"fast","messages":[{"role":"user","content":"\xff"}]}', "invalid_json", "0xff at 54"),
        (b"\xef\xbb\xbf{}", "invalid_json", "byte order mark"),
        (b'{"model":"fast","messages":[],"temperature":NaN}', "invalid_json", "column 45"),
        (b"[]", "invalid_request", "The body: expected `object`"),
        (b'"fast"', "invalid_request", "The body: expected `object`"),
        (b'{"messages":[]}', "invalid_request", "model is missing"),
        (b'{"model":"fast"}', "invalid_request", "messages is missing"),
        (b'{"model":7,"messages":[]}', "invalid_request", "model: expected `str`"),
        (DEEP, "invalid_request", "The body: expected `object`"),
        (b'{"model":"fast","messages":' + DEEP + b"}", "invalid_json", "nested too deeply"),
        (b'{"model":"fast","messages":[{"role":"user","content":' + DEEP + b"}]}", "invalid_json", "nested too deeply"),
        (b'{"model":"fast","messages":[],"more":' + DEEP + b"}", "invalid_json", "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "invalid_json", "nested too deeply"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_400_naming_place_and_reason(
    http: httpx.Client, provider: ScriptedProvider, body: bytes, code: str, says: str
) -> None:
    before = len(provider.requests)
    error = refused(http.post(CHAT, content=body), 400, code)
    assert says in error["message"]
    assert error["type"] == "invalid_request_error"
    assert len(provider.requests) == before


def test_a_refused_body_is_recorded_as_refused(http: httpx.Client, gateway: served) -> None:
    error = refused(http.post(CHAT, content=b"{"), 400, "invalid_json")
    row = usage_row(gateway.data_dir, error["request_id"])
    assert (row["outcome"], row["status"], row["error"], row["provider"]) == ("refused", 400, "invalid_json", "")


def test_a_body_over_the_limit_is_a_413(http: httpx.Client, gateway: served) -> None:
    answer = http.post(CHAT, content=b" " * (33 << 20))
    error = refused(answer, 413, "request_too_large")
    assert str(32 << 20) in error["message"]
    assert usage_row(gateway.data_dir, error["request_id"])["status"] == 413


def test_a_megabyte_of_text_is_no_problem(http: httpx.Client) -> None:
    text = "long " * 200_000
    answer = chat(http, "fast", messages=[{"role": "user", "content": text}])
    assert answer.json()["usage"]["prompt_tokens"] == 200_000


# ---------------------------------------------------------------- a key given twice


def test_what_is_checked_is_what_is_sent_when_model_is_given_twice(
    http: httpx.Client, gateway: served, provider: ScriptedProvider
) -> None:
    key = http.post("/api/keys", json={"name": "twice", "models": ["test/alpha"]}).json()["key"]
    ours = {"authorization": f"Bearer {key}"}
    messages = b'"messages":[{"role":"user","content":"Hi"}]'
    forbidden_last = b'{"model":"test/alpha",%b,"model":"test/beta"}' % messages
    before = len(provider.requests)
    eventually(lambda: http.post(CHAT, content=forbidden_last, headers=ours).status_code != 401)
    refused(http.post(CHAT, content=forbidden_last, headers=ours), 403, "model_not_allowed")
    assert len(provider.requests) == before

    allowed_last = b'{"model":"test/beta",%b,"model":"test/alpha"}' % messages
    assert http.post(CHAT, content=allowed_last, headers=ours).status_code == 200
    sent = provider.requests[-1].body
    assert sent.count(b'"model"') == 1
    assert json.loads(sent)["model"] == "alpha"

    escaped = b'{"model":"test/alpha",%b,"mod\\u0065l":"test/beta"}' % messages
    refused(http.post(CHAT, content=escaped, headers=ours), 403, "model_not_allowed")
    assert len(provider.requests) == before + 1


def test_what_is_read_is_what_is_sent_when_stream_is_given_twice(
    http: httpx.Client, provider: ScriptedProvider
) -> None:
    body = b'{"model":"fast","stream":true,"messages":[{"role":"user","content":"Hi"}],"stream":false}'
    answer = http.post(CHAT, content=body)
    assert answer.headers["content-type"] == "application/json"
    assert provider.requests[-1].body.count(b'"stream"') == 1
    assert provider.requests[-1].json["stream"] is False


# ---------------------------------------------------------------- names


def test_an_unknown_model_is_a_404_with_the_nearest_names(http: httpx.Client, gateway: served) -> None:
    error = refused(chat(http, "gpt-4o-minni"), 404, "model_not_found")
    assert error["param"] == "model"
    assert 'No model "gpt-4o-minni". Nearest: "priced/gpt-4o-mini"' in error["message"]
    assert "GET /v1/models" in error["message"]
    row = usage_row(gateway.data_dir, error["request_id"])
    assert (row["outcome"], row["status"], row["error"], row["model"]) == ("refused", 404, "model_not_found", "")


def test_nearest_names_are_only_those_the_key_may_call(http: httpx.Client) -> None:
    key = http.post("/api/keys", json={"name": "narrow", "models": ["cheap"]}).json()["key"]
    with httpx.Client(base_url=http.base_url, headers={"authorization": f"Bearer {key}"}, trust_env=False) as narrow:
        eventually(lambda: narrow.get("/v1/models").status_code == 200)
        assert [model["id"] for model in narrow.get("/v1/models").json()["data"]] == ["cheap"]
        error = refused(chat(narrow, "fats"), 404, "model_not_found")
        assert "fast" not in error["message"]
        assert "can call 1 model:" in error["message"]
        assert 'Nearest: "cheap"' in refused(chat(narrow, "chaep"), 404, "model_not_found")["message"]
        refused(narrow.get("/v1/models/fast"), 404, "model_not_found")


@pytest.mark.parametrize("name", ["", "/", "test/", "/alpha", "nowhere/alpha", "x" * 100_000, "fast\n", "Ünïcode"])
def test_odd_model_names_are_a_404(http: httpx.Client, name: str) -> None:
    error = refused(chat(http, name), 404, "model_not_found")
    assert len(error["message"]) < 1000


def test_an_odd_name_at_the_provider_is_sent_as_it_is_and_harms_no_header(
    http: httpx.Client, provider: ScriptedProvider
) -> None:
    name = 'vendor/models/"ü"\r\nx-evil: 1'
    answer = chat(http, f"test/{name}")
    assert answer.status_code == 200
    assert provider.requests[-1].json["model"] == name
    assert "x-evil" not in answer.headers
    assert answer.headers["x-switchgear-model"].isascii()


# ---------------------------------------------------------------- paths and methods


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v1/chat", "/v1/", "/v1/chat/completions/x", "/v1/images/imaginations"]
)
def test_unknown_paths_are_a_404_in_openais_shape(http: httpx.Client, path: str) -> None:
    for method in ("GET", "POST"):
        error = refused(http.request(method, path), 404, "not_found")
        assert path in error["message"]


@pytest.mark.parametrize("path", [CHAT, "/v1/completions", "/v1/embeddings"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_wrong_methods_are_a_405_in_openais_shape(http: httpx.Client, path: str, method: str) -> None:
    answer = http.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/fast"])
def test_models_are_only_read(http: httpx.Client, path: str) -> None:
    answer = http.delete(path)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def test_a_query_does_not_change_the_path(http: httpx.Client) -> None:
    answer = http.post(f"{CHAT}?api-version=1", json={"model": "fast", "messages": HI})
    assert answer.status_code == 200


def test_no_secret_reaches_the_log(gateway: served, http: httpx.Client) -> None:
    chat(http, "nothing")
    assert gateway.key not in "".join(json.dumps(line) for line in gateway.logs())
    assert usage_rows(gateway.data_dir)
