"""Our errors as OpenAI's clients read them: ``{"error": {message, type, param, code}}``."""

from __future__ import annotations

import math

import msgspec

from switchgear.core.errors import AuthenticationError, GatewayError, LimitReached, ProviderError, SwitchgearError

_encode = msgspec.json.Encoder().encode
_LONGEST_WAIT = 365 * 86_400.0


def error_document(error: SwitchgearError, request_id: str) -> bytes:
    """The error object; what to do next is part of the message, because clients show only that."""
    message = error.told
    return _encode(
        {
            "error": {
                "message": message,
                "type": error.openai_type,
                "param": error.param,
                "code": error.code,
                "request_id": request_id,
            }
        }
    )


def error_event(error: SwitchgearError, request_id: str) -> bytes:
    """The last event of a stream that failed; no end marker follows it."""
    return b"data: %b\n\n" % error_document(error, request_id)


def error_headers(error: SwitchgearError, request_id: str) -> bytes:
    """Header lines of an error answer. ``x-should-retry`` is what OpenAI's clients obey before the status."""
    lines = b"content-type: application/json\r\nx-request-id: %b\r\n" % request_id.encode()
    if (
        error.retry_after is not None and error.retry_after <= _LONGEST_WAIT
    ):  # a provider may say anything, infinity too
        lines += b"retry-after: %d\r\n" % math.ceil(error.retry_after)
    if isinstance(error, AuthenticationError):
        lines += b"www-authenticate: Bearer\r\n"
    if isinstance(error, ProviderError | LimitReached | GatewayError):
        lines += b"x-should-retry: %b\r\n" % (b"true" if error.retryable else b"false")
    return lines
