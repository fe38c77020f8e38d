"""What an error shows of what a provider said: its message, cut and without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import ProviderError, ProviderRefused
from switchgear.observe.redaction import scrub
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body, provider_error


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def error_for(status: int, body: Any, redact: Redact = scrub, **more: Any) -> ProviderError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return provider_error("p", status, lambda _: b"", data, redact, **more)


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


def test_what_is_said_about_our_account_goes_to_the_log_alone() -> None:
    error = error_for(403, said("Project proj_42 has no access."))
    assert error.message == "Provider p does not let the gateway's account do this (403)."
    assert error.cause == "Project proj_42 has no access."
