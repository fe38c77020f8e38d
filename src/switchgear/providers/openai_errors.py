"""What an OpenAI-compatible provider's error answers mean, in our tree.

Source: https://platform.openai.com/docs/guides/error-codes/api-errors and what compatible servers send. Codes and
types decide where there are any; the status decides otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

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
)

_BY_CODE: dict[str, type[ProviderError]] = {
    "context_length_exceeded": ContextLengthExceeded,
    "exceed_context_size_error": ContextLengthExceeded,
    "string_above_max_length": ContextLengthExceeded,
    "content_policy_violation": ContentPolicyViolation,
    "content_filter": ContentPolicyViolation,
    "invalid_api_key": ProviderAuthenticationFailed,
    "authentication_error": ProviderAuthenticationFailed,
    "permission_error": ProviderAuthenticationFailed,
    "insufficient_quota": ProviderQuotaExceeded,
    "billing_hard_limit_reached": ProviderQuotaExceeded,
    "billing_not_active": ProviderQuotaExceeded,
    "rate_limit_exceeded": ProviderRateLimited,
    "rate_limit_error": ProviderRateLimited,
    "model_not_found": ProviderModelNotFound,
    "overloaded_error": ProviderOverloaded,
}
_BY_STATUS: dict[int, type[ProviderError]] = {
    401: ProviderAuthenticationFailed,
    402: ProviderQuotaExceeded,
    403: ProviderAuthenticationFailed,
    404: ProviderModelNotFound,
    408: ProviderTimeout,
    429: ProviderRateLimited,
    503: ProviderOverloaded,
    504: ProviderTimeout,
    529: ProviderOverloaded,
}
_LONGEST_MESSAGE = 2000


def provider_error(
    provider: str, status: int, header: Callable[[bytes], bytes], body: bytes, *, model: str = ""
) -> ProviderError:
    """The error an answer with ``status`` (not 2xx) stands for. ``header`` looks up a lower-case field name."""
    told = _told(body)
    kind = _kind(status, told)
    detail = str(told.get("message") or "")[:_LONGEST_MESSAGE].strip()
    said = f"Provider {provider} answered {status}" + (f": {detail}" if detail else ".")
    if issubclass(kind, ProviderAuthenticationFailed):
        # its message may quote the gateway's own credentials: it goes to the log, not to the client
        said = f"Provider {provider} refused the gateway's credentials ({status})."
    elif kind is ProviderModelNotFound and not detail:
        said = f"Provider {provider} knows no model {model!r}." if model else said
    param = told.get("param")
    return kind(
        said,
        provider=provider,
        upstream_status=status,
        param=param if isinstance(param, str) else None,
        retry_after=retry_after(header),
        cause=detail or None,
    )


def error_in_body(provider: str, body: bytes) -> ProviderError | None:
    """The error in a body that came with a good status or inside a stream, if it is one."""
    told = _told(body)
    if not told:
        return None
    code = told.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return provider_error(provider, status, lambda _: b"", body)


def _kind(status: int, told: dict[str, Any]) -> type[ProviderError]:
    for name in (told.get("code"), told.get("type")):
        if isinstance(name, str) and (kind := _BY_CODE.get(name)) is not None:
            return kind
    if (by_status := _BY_STATUS.get(status)) is not None:
        return by_status
    if 300 <= status < 400:
        return ProviderInvalidResponse
    return ProviderRefused if status < 500 else ProviderError


def _told(body: bytes) -> dict[str, Any]:
    """The error object in a body: OpenAI's ``{"error": {...}}`` or ``{"error": "..."}``, or nothing."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        return {}
    error = document.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str):
        return {**document, "message": error}
    if document.get("object") == "error" or isinstance(document.get("detail"), str):
        return {**document, "message": document.get("message") or document.get("detail")}
    return {}


def retry_after(header: Callable[[bytes], bytes]) -> float | None:
    """Seconds from ``retry-after`` as a number or an HTTP date (RFC 9110 section 10.2.3), or ``retry-after-ms``."""
    try:
        if milliseconds := header(b"retry-after-ms"):
            return max(float(milliseconds) / 1000, 0.0)
        value = header(b"retry-after").decode("latin-1").strip()
        if not value:
            return None
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
