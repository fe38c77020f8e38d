"""What providers answer when they refuse, as they really say it, and what it becomes."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
)
from switchgear.observe.redaction import scrub
from switchgear.providers.base import Redact
from switchgear.providers.openai_errors import error_in_body, provider_error, retry_after


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def vllm(message: str, **more: Any) -> dict[str, Any]:
    return {"object": "error", "message": message, **more}


def gemini(code: int, message: str, status: str, *details: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "status": status, "details": list(details)}}]


def error_for(
    status: int, body: Any, headers: dict[str, str] | None = None, redact: Redact = scrub, **more: Any
) -> ProviderError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {name.encode(): value.encode("latin-1") for name, value in (headers or {}).items()}
    return provider_error("p", status, lambda name: fields.get(name, b""), data, redact, **more)


TABLE: list[tuple[str, int, Any, type[ProviderError], str | None]] = [
    # OpenAI
    (
        "openai key", 401,
        said("Incorrect API key provided: sk-abc.", type="invalid_request_error", param=None, code="invalid_api_key"),
        ProviderAuthenticationFailed, None,
    ),
    (
        "openai model", 404,
        said("The model `gpt-9` does not exist.", type="invalid_request_error", param=None, code="model_not_found"),
        ProviderModelNotFound, None,
    ),
    (
        "openai model of others", 403,
        said("Project `x` does not have access to model `y`.", type="invalid_request_error", code="model_not_found"),
        ProviderModelNotFound, None,
    ),
    (
        "openai parameter", 400,
        said("Invalid 'temperature'.", type="invalid_request_error", param="temperature", code="decimal_above_max_value"),
        ProviderRefused, "temperature",
    ),
    (
        "openai context", 400,
        said("This model's maximum context length is 8192 tokens.", type="invalid_request_error", param="messages",
             code="context_length_exceeded"),
        ContextLengthExceeded, "messages",
    ),
    ("openai rate", 429, said("Rate limit reached.", type="requests", code="rate_limit_exceeded"), ProviderRateLimited, None),
    (
        "openai quota", 429,
        said("You exceeded your current quota.", type="insufficient_quota", param=None, code="insufficient_quota"),
        ProviderQuotaExceeded, None,
    ),
    (
        "openai policy", 400,
        said("Your request was rejected.", type="invalid_request_error", code="content_policy_violation"),
        ContentPolicyViolation, None,
    ),
    ("openai server", 500, said("The server had an error.", type="server_error", param=None, code=None), ProviderError, None),
    ("openai overload", 503, said("The engine is overloaded.", type="server_error"), ProviderOverloaded, None),
    # Azure
    ("azure key", 401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}},
     ProviderAuthenticationFailed, None),
    ("azure gateway", 401, {"statusCode": 401, "message": "Access denied."}, ProviderAuthenticationFailed, None),
    ("azure gateway rate", 429, {"statusCode": 429, "message": "Rate limit is exceeded."}, ProviderRateLimited, None),
    ("azure deployment", 404, {"error": {"code": "DeploymentNotFound", "message": "The API deployment is not there."}},
     ProviderModelNotFound, None),
    (
        "azure filter", 400,
        said("The response was filtered.", type=None, param="prompt", code="content_filter", status=400,
             innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}}),
        ContentPolicyViolation, "prompt",
    ),
    ("azure rate", 429, {"error": {"code": "429", "message": "Requests have exceeded call rate limit."}},
     ProviderRateLimited, None),
    # Mistral
    ("mistral key", 401, {"message": "Unauthorized", "request_id": "1"}, ProviderAuthenticationFailed, None),
    ("mistral old key", 401, {"detail": "Unauthorized"}, ProviderAuthenticationFailed, None),
    (
        "mistral mistakes", 422,
        {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "n"], "msg": "Extra"}]},
         "type": "invalid_request_error", "param": None, "code": None},
        ProviderRefused, None,
    ),
    ("mistral model", 400, vllm("Invalid model: x", type="invalid_model", param=None, code="1500"), ProviderRefused, None),
    (
        "mistral context", 400,
        vllm("Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
             type="invalid_request_error", code="3051"),
        ContextLengthExceeded, None,
    ),
    # Groq
    ("groq key", 401, said("Invalid API Key", type="invalid_request_error", code="invalid_api_key"),
     ProviderAuthenticationFailed, None),
    ("groq gone", 400, said("The model has been decommissioned.", type="invalid_request_error", code="model_decommissioned"),
     ProviderModelNotFound, None),
    ("groq size", 413, said("Request too large for model.", type="tokens", code="rate_limit_exceeded"),
     ProviderRateLimited, None),
    ("groq capacity", 498, said("Flex tier capacity exceeded.", type="capacity"), ProviderOverloaded, None),
    # vLLM, llama.cpp, Ollama, FastAPI servers
    (
        "vllm context", 400,
        vllm("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
             type="BadRequestError", param=None, code=400),
        ContextLengthExceeded, None,
    ),
    ("vllm model", 404, vllm("The model `x` does not exist.", type="NotFoundError", code=404), ProviderModelNotFound, None),
    ("vllm new", 400, said("bad", type="BadRequestError", param="n", code=400), ProviderRefused, "n"),
    (
        "llama.cpp context", 400,
        {"error": {"code": 400, "message": "the request exceeds the available context size. try increasing it",
                   "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}},
        ContextLengthExceeded, None,
    ),
    ("llama.cpp old context", 500, said("the request exceeds the available context size", code=500, type="server_error"),
     ContextLengthExceeded, None),
    ("llama.cpp loading", 503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
     ProviderOverloaded, None),
    ("llama.cpp key", 401, {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}},
     ProviderAuthenticationFailed, None),
    ("ollama", 404, {"error": {"message": 'model "x" not found', "type": "api_error", "param": None, "code": None}},
     ProviderModelNotFound, None),
    ("old ollama", 400, {"error": "json: cannot unmarshal"}, ProviderRefused, None),
    ("fastapi", 422, {"detail": [{"loc": ["body", "messages"], "msg": "Field required", "type": "missing"}]},
     ProviderRefused, "messages"),
    # OpenRouter
    ("openrouter credits", 402, {"error": {"code": 402, "message": "Insufficient credits"}}, ProviderQuotaExceeded, None),
    (
        "openrouter moderation", 403,
        {"error": {"code": 403, "message": "Flagged.", "metadata": {"reasons": ["violence"], "flagged_input": "…"}}},
        ContentPolicyViolation, None,
    ),
    ("openrouter timeout", 408, {"error": {"code": 408, "message": "Timed out"}}, ProviderTimeout, None),
    ("openrouter down", 502, {"error": {"code": 502, "message": "Provider returned error"}}, ProviderError, None),
    # Gemini's OpenAI-compatible API
    ("gemini rate", 429, gemini(429, "You exceeded your current quota.", "RESOURCE_EXHAUSTED"), ProviderRateLimited, None),
    (
        "gemini key", 400,
        gemini(400, "API key not valid.", "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID", "domain": "googleapis.com"}),
        ProviderAuthenticationFailed, None,
    ),
    (
        "gemini context", 400,
        gemini(400, "The input token count (9) exceeds the maximum number of tokens allowed (8).", "INVALID_ARGUMENT"),
        ContextLengthExceeded, None,
    ),
    ("gemini overload", 503, gemini(503, "The model is overloaded.", "UNAVAILABLE"), ProviderOverloaded, None),
    # Anthropic's compatible API, and what stands in front of APIs
    ("anthropic overload", 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
     ProviderOverloaded, None),
    ("nginx", 502, b"<html><h1>502 Bad Gateway</h1></html>", ProviderError, None),
    ("nginx gateway timeout", 504, b"<html></html>", ProviderTimeout, None),
    ("cloudflare", 524, b"error code: 524", ProviderError, None),
    ("proxy", 407, b"", ProviderUnreachable, None),
    ("redirect", 307, b"", ProviderInvalidResponse, None),
    ("nothing", 400, b"", ProviderRefused, None),
    ("not JSON", 400, b"\xff{", ProviderRefused, None),
    ("not an object", 400, [1, 2], ProviderRefused, None),
    ("odd types", 400, {"error": {"message": {"a": 1}, "param": 3, "code": ["x"], "type": 4}}, ProviderRefused, None),
    ("odd details", 400, {"error": {"message": None, "details": ["x", {"reason": 1, "retryDelay": 5}]}}, ProviderRefused, None),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "param"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_refusal_becomes_what_it_means(status: int, body: Any, kind: type[ProviderError], param: str | None) -> None:
    error = error_for(status, body)
    assert type(error) is kind
    assert error.param == param
    assert (error.provider, error.upstream_status) == ("p", status)
    assert error.message.startswith(("Provider p ", "The proxy on the way to provider p "))
    assert error.retry_after is None


def test_what_the_provider_says_is_passed_on() -> None:
    assert error_for(400, said("Invalid 'n'.")).message == "Provider p answered 400: Invalid 'n'."
    assert error_for(500, {"error": "boom"}).message == "Provider p answered 500: boom"
    assert error_for(429, {"statusCode": 429, "message": "Slow down."}).message == "Provider p answered 429: Slow down."
    assert error_for(422, {"detail": [{"loc": ["body", "n"], "msg": "No"}]}).message == "Provider p answered 422: n: No"
    assert error_for(502, b"<html>").message == "Provider p answered 502."
    assert error_for(404, b"", model="m").message == "Provider p knows no model 'm'."


def test_a_very_long_message_is_cut() -> None:
    assert len(error_for(400, said("x " * 50_000)).message) < 2100


def test_a_very_long_param_is_cut() -> None:
    assert error_for(400, said("x", param="p" * 50_000)).param == "p" * 200


def test_deep_nesting_is_no_defect() -> None:
    assert type(error_for(400, b'{"error":' + b"[" * 100_000)) is ProviderRefused


KEY = "4f9a8b7c6d5e4f9a8b7c6d5e01234567"


def without_key(text: str) -> str:
    return scrub(text.replace(KEY, "[redacted]"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize(
    "message",
    [
        f"Invalid key {KEY}",
        "Incorrect API key provided: sk-proj-AbCdEf0123456789xyz",
        "authorization: Bearer abcdef0123456789",
        "cannot connect to https://user:hunter2hunter2@internal/",
    ],
)
def test_credentials_are_not_shown(status: int, message: str) -> None:
    body = said(message, param=message)
    in_body = error_in_body("p", json.dumps(body).encode(), without_key)
    assert in_body is not None
    for error in (error_for(status, body, redact=without_key), in_body):
        for secret in (KEY, "AbCdEf0123456789xyz", "abcdef0123456789", "hunter2hunter2"):
            assert secret not in f"{error.message} {error.advice} {error.cause} {error.param}"


@pytest.mark.parametrize("before", [*range(170, 201), *range(1970, 2001)])
def test_a_secret_at_the_cut_is_not_shown_by_half(before: int) -> None:
    error = error_for(400, said("x" * before + KEY, param="x" * before + KEY), redact=without_key)
    assert KEY[:4] not in f"{error.message} {error.param} {error.cause}"


def test_what_is_said_about_our_credentials_goes_to_the_log_alone() -> None:
    error = error_for(401, said("Key of organisation 42 is wrong."))
    assert error.message == "Provider p refused the gateway's credentials (401)."
    assert error.cause == "Key of organisation 42 is wrong."


# ---------------------------------------------------------------- when to come back


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7.5 "}, 7.5),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, 30 * 86_400.0),
        ({"retry-after": "1e999"}, 30 * 86_400.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 30 * 86_400.0),
        ({"retry-after": "Wed, 99 Foo 2015 07:28:00 GMT"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after-ms": "nan"}, None),
    ],
)
def test_retry_after_is_read_in_seconds_or_not_at_all(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(lambda name: headers.get(name.decode(), "").encode("latin-1")) == seconds


def test_retry_after_as_a_date_is_the_time_until_then() -> None:
    date = formatdate(time.time() + 100, usegmt=True)
    wait = retry_after(lambda name: date.encode() if name == b"retry-after" else b"")
    assert wait is not None
    assert 90 < wait <= 100
    zoneless = date.removesuffix("GMT") + "-0000"
    wait = retry_after(lambda name: zoneless.encode() if name == b"retry-after" else b"")
    assert wait is not None
    assert 90 < wait <= 100


def test_an_error_carries_its_wait() -> None:
    assert error_for(429, said("slow"), {"retry-after": "3"}).retry_after == 3
    told = gemini(
        429, "quota", "RESOURCE_EXHAUSTED", {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    )
    assert error_for(429, told).retry_after == 34
    assert error_for(429, told, {"retry-after": "3"}).retry_after == 3


# ---------------------------------------------------------------- errors that come with a good status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (said("Slow down", code=429), ProviderRateLimited),
        (said("Slow down", code="429"), ProviderRateLimited),
        (said("boom", code="server_error"), ProviderError),
        (said("boom", type="overloaded_error"), ProviderOverloaded),
        (said("odd", code=200), ProviderError),
        (said("odd", code="99999999999999"), ProviderError),
        (vllm("too long: maximum context length is 5", code=400), ContextLengthExceeded),
        ({"error": "boom"}, ProviderError),
        ({"error": ["boom"]}, ProviderError),
        (gemini(503, "overloaded", "UNAVAILABLE"), ProviderOverloaded),
    ],
)
def test_an_error_with_a_good_status_is_one(body: Any, kind: type[ProviderError]) -> None:
    assert type(error_in_body("p", json.dumps(body).encode(), scrub)) is kind


@pytest.mark.parametrize(
    ("body", "message", "status"),
    [
        (said("boom"), "Provider p told of an error: boom", None),
        (said(""), "Provider p told of an error.", None),
        (said("Slow down", code=429), "Provider p told of an error: Slow down", 429),
        (said("Key of organisation 42", code="invalid_api_key"), "Provider p refused the gateway's credentials.", None),
    ],
)
def test_an_error_with_a_good_status_is_not_said_to_be_a_status(body: Any, message: str, status: int | None) -> None:
    error = error_in_body("p", json.dumps(body).encode(), scrub)
    assert error is not None
    assert (error.message, error.upstream_status) == (message, status)


def test_an_error_with_a_good_status_carries_its_wait() -> None:
    told = gemini(
        429, "quota", "RESOURCE_EXHAUSTED", {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    )
    error = error_in_body("p", json.dumps(told).encode(), scrub)
    assert error is not None
    assert error.retry_after == 34


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"error": []},
        {"error": None},
        {"error": {}},
        {"error": ""},
        {"error": 3},
        {"choices": []},
        {"message": "hi"},
        [],
        3,
        "x",
    ],
)
def test_what_is_no_error_is_none(body: Any) -> None:
    assert error_in_body("p", json.dumps(body).encode(), scrub) is None
