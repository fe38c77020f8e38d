"""What one request met alone is not taken for what every call of the deployment would meet: no client closes it for others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import (
    ContextLengthExceeded,
    ProviderDeclined,
    ProviderError,
    ProviderModelNotFound,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
)
from switchgear.observe.redaction import scrub
from switchgear.providers.errors import provider_error
from switchgear.routing.health import DeploymentHealth
from switchgear.routing.retry import Remedy, remedy_for


def error_for(status: int, body: Any, headers: dict[bytes, bytes] | None = None) -> ProviderError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return provider_error("p", status, lambda name: (headers or {}).get(name, b""), data, scrub, model="small-1")


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def closed_after(error: ProviderError) -> bool:
    health = DeploymentHealth("p/small-1")
    for second in range(20):
        health.failed(1000.0 + second, error, health.started(1000.0 + second))
    return health.state == "closed"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "error", "error": {"type": "not_found_error", "message": "File not found: file_011"}},
        {"type": "error", "error": {"type": "not_found_error", "message": "File not found: model"}},
        {"type": "error", "error": {"type": "not_found_error", "message": "File not found: small-1"}},
        {"type": "error", "error": {"type": "not_found_error", "message": "Container not found: the model"}},
        said("No such File object: file-abc", type="invalid_request_error", param=None, code=None),
        said("Conversation with id 'conv_1' not found.", type="invalid_request_error"),
        said("Nothing here of that name.", param="previous_response_id"),
        said("No extrasmall-12 here."),
        said("No endpoints found that support image input", code=404),
        said("No allowed providers are available for the selected model.", code=404),
        {"error": {"code": 404, "status": "NOT_FOUND", "message": "Requested entity was not found."}},
    ],
)
def test_what_a_request_names_and_is_not_there_is_refused(body: Any) -> None:
    error = error_for(404, body)
    assert type(error) is ProviderRefused
    assert remedy_for(error) is Remedy.NONE
    assert closed_after(error)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>404</html>",
        {"detail": "Not Found"},
        said("Resource not found", code="404"),
        said("No such thing.", code="model_not_found"),
        said("No such thing.", code="DeploymentNotFound"),
        said("No such thing.", type="ModelNotFound"),
        said("No such thing.", param="model"),
        said("Model file-x does not exist."),
        said("The deployment is gone."),
        said("There is no Small-1 here."),
        {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-9"}},
        {"error": {"code": 404, "status": "NOT_FOUND", "message": "models/x is not found for API version v1beta"}},
    ],
)
def test_a_model_that_is_not_there_counts_against_the_deployment(body: Any) -> None:
    error = error_for(404, body)
    assert type(error) is ProviderModelNotFound
    assert not closed_after(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, said("You are not allowed to use service_tier 'priority'.", type="invalid_request_error")),
        (403, {"type": "error", "error": {"type": "permission_error", "message": "No access to this beta feature."}}),
        (403, said("Not for you.", param="reasoning_effort")),
        (403, {"error": {"code": 403, "status": "PERMISSION_DENIED", "message":
                         "You do not have permission to access the File abc or it may not exist."}}),
        (402, said("This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only "
                   "afford 900.", code=402)),
        (402, said("You can only afford 900.", code=402)),
    ],
)  # fmt: skip
def test_what_the_account_may_not_have_of_one_request_is_asked_elsewhere_and_counts_nowhere(
    status: int, body: Any
) -> None:
    error = error_for(status, body, {b"retry-after": b"600"})
    assert type(error) is ProviderDeclined
    assert (error.http_status, error.retry_after) == (400, None)
    assert remedy_for(error) is Remedy.OTHER
    assert closed_after(error)
    assert "900" not in error.message  # what the account has left is for the log
    assert error.cause


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, said("Your project has no access.", param=None), ProviderPermissionDenied),
        (403, said("No access.", param="model"), ProviderPermissionDenied),
        (402, said("Insufficient credits", code=402), ProviderQuotaExceeded),
    ],
)
def test_what_the_account_may_not_do_at_all_counts(status: int, body: Any, kind: type[ProviderError]) -> None:
    error = error_for(status, body)
    assert type(error) is kind
    assert not closed_after(error)


@pytest.mark.parametrize("status", [429, 413])
@pytest.mark.parametrize(
    "message",
    [
        "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 300000. The input or "
        "output tokens must be reduced in order to run successfully.",
        "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 0, Requested 300000.",
        "Request too large for model.",
    ],
)
def test_a_request_over_the_limit_by_itself_is_too_long_and_nothing_rests(status: int, message: str) -> None:
    told = {b"retry-after": b"60", b"x-ratelimit-remaining-tokens": b"0", b"x-ratelimit-reset-tokens": b"6m0s"}
    error = error_for(status, said(message, type="tokens", code="rate_limit_exceeded"), told)
    assert type(error) is ContextLengthExceeded
    assert error.retry_after is None
    assert closed_after(error)


def test_a_limit_that_others_used_up_rests() -> None:
    message = "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 3000."
    error = error_for(429, said(message, type="tokens", code="rate_limit_exceeded"), {b"retry-after": b"6"})
    assert type(error) is ProviderRateLimited
    assert error.retry_after == 6
    assert not closed_after(error)
