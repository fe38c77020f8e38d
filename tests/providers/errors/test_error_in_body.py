"""Errors that come with a good status, or inside a stream, in the shape of every dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
)
from switchgear.observe.redaction import scrub
from switchgear.providers.errors import error_in_body


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def found(body: Any) -> ProviderError | None:
    return error_in_body("p", json.dumps(body).encode(), scrub)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (said("Slow down", code=429), ProviderRateLimited),
        (said("Slow down", code="429"), ProviderRateLimited),
        (said("boom", code="server_error"), ProviderError),
        (said("boom", type="overloaded_error"), ProviderOverloaded),
        (said("odd", code=200), ProviderError),
        (said("odd", code="99999999999999"), ProviderError),
        ({"object": "error", "message": "too long: maximum context length is 5", "code": 400}, ContextLengthExceeded),
        ({"error": "boom"}, ProviderError),
        ({"error": ["boom"]}, ProviderError),
        # Gemini, as an object and as a list
        (said("overloaded", code=503, status="UNAVAILABLE"), ProviderOverloaded),
        ([said("overloaded", code=503, status="UNAVAILABLE")], ProviderOverloaded),
        (said("bad", status="INVALID_ARGUMENT"), ProviderRefused),
        # Anthropic
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, ProviderOverloaded),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}, ProviderRefused),
        ({"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}, ProviderModelNotFound),
        ({"type": "error", "error": {"type": "api_error", "message": "no"}}, ProviderError),
        ({"type": "error", "error": {"type": "timeout_error", "message": "no"}}, ProviderTimeout),
        (
            {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
            ContextLengthExceeded,
        ),
        # OpenAI's Responses
        (
            {"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "slow"}}},
            ProviderRateLimited,
        ),
        (
            {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "boom"}}},
            ProviderError,
        ),
        ({"type": "error", "code": "insufficient_quota", "message": "none left", "param": None}, ProviderQuotaExceeded),
        ({"type": "error", "code": None, "message": "boom", "sequence_number": 3}, ProviderError),
        (
            {"object": "response", "status": "failed", "error": {"code": "content_filter", "message": "no"}},
            ContentPolicyViolation,
        ),
        # Ollama
        ({"error": "an error was encountered while running the model"}, ProviderError),
        # AWS's event streams
        ({"throttlingException": {"message": "slow"}}, ProviderRateLimited),
        ({"modelTimeoutException": {"message": "slow"}}, ProviderTimeout),
        ({"validationException": {"message": "Input is too long for requested model."}}, ContextLengthExceeded),
        ({"__type": "ThrottlingException", "message": "slow"}, ProviderRateLimited),
        # others
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, ProviderAuthenticationFailed),
        ({"success": False, "errors": [{"code": 3040, "message": "No more data centers."}]}, ProviderOverloaded),
    ],
)
def test_an_error_with_a_good_status_is_one(body: Any, kind: type[ProviderError]) -> None:
    assert type(found(body)) is kind


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
    error = found(body)
    assert error is not None
    assert (error.message, error.upstream_status) == (message, status)


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
        {"object": "response", "status": "completed", "error": None},
        {"type": "response.failed", "response": {"error": None}},
        {"type": "response.failed", "response": []},
        {"type": "error"},
        {"success": True, "errors": [], "result": {}},
        {"base_resp": {"status_code": 0, "status_msg": ""}, "choices": []},
        {"message": {"role": "assistant", "content": [{"type": "text"}]}, "finish_reason": "COMPLETE"},
        {"type": "message_start", "message": {}},
        {"message": "hi"},
        [],
        3,
        "x",
    ],
)
def test_what_is_no_error_is_none(body: Any) -> None:
    assert found(body) is None
