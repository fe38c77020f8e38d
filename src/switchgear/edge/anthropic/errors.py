"""Our errors as Anthropic's clients read them: ``{"type": "error", "error": {type, message}, "request_id"}``.

Source: https://platform.claude.com/docs/en/api/errors.
"""

from __future__ import annotations

import math

import msgspec

from switchgear.core.errors import (
    AuthenticationError,
    BudgetExceeded,
    ContextLengthExceeded,
    GatewayError,
    LimitReached,
    ProviderError,
    ProviderOverloaded,
    ProviderQuotaExceeded,
    SwitchgearError,
)

_encode = msgspec.json.Encoder().encode
_LONGEST_WAIT = 365 * 86_400.0
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_TOO_LONG = "prompt is too long"
"""How Anthropic begins to say it; clients that then shorten the conversation by themselves look for these words."""


def error_document(error: SwitchgearError, request_id: str) -> bytes:
    """The error object; where it is wrong and what to do next are part of the message, because there is no other place for them."""
    message = error.told
    if error.param and error.param not in message:
        message = f"{error.param}: {message}"
    if isinstance(error, ContextLengthExceeded) and _TOO_LONG not in message:
        message = f"{_TOO_LONG}: {message}"
    return _encode(
        {"type": "error", "error": {"type": error_type(error), "message": message}, "request_id": request_id}
    )


def error_type(error: SwitchgearError) -> str:
    """Anthropic's name for the kind of error."""
    if isinstance(error, ProviderQuotaExceeded | BudgetExceeded):
        return "billing_error"
    if isinstance(error, ProviderOverloaded):
        return "overloaded_error"
    status = error.http_status
    return _TYPES.get(status) or ("invalid_request_error" if status < 500 else "api_error")


def error_event(error: SwitchgearError, request_id: str) -> bytes:
    """The last event of a stream that failed; no ``message_stop`` follows it."""
    return b"event: error\ndata: %b\n\n" % error_document(error, request_id)


def error_headers(error: SwitchgearError, request_id: str) -> bytes:
    """Header lines of an error answer. ``x-should-retry`` is what Anthropic's clients obey before the status."""
    lines = b"content-type: application/json\r\n" + id_header(request_id)
    if error.retry_after is not None and error.retry_after <= _LONGEST_WAIT:  # a provider may say anything
        lines += b"retry-after: %d\r\n" % math.ceil(error.retry_after)
    if isinstance(error, AuthenticationError):
        lines += b"www-authenticate: Bearer\r\n"
    if isinstance(error, ProviderError | LimitReached | GatewayError):
        lines += b"x-should-retry: %b\r\n" % (b"true" if error.retryable else b"false")
    return lines


def id_header(request_id: str) -> bytes:
    """``request-id``, which Anthropic's clients show, and ``x-request-id``, which every answer of ours has."""
    name = request_id.encode()
    return b"request-id: %b\r\nx-request-id: %b\r\n" % (name, name)
