"""What an OpenAI-compatible provider's error answers mean, in our tree.

Source: https://platform.openai.com/docs/guides/error-codes/api-errors and what compatible servers send. Codes and
types decide where there are any; the status decides otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC
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
    ProviderUnreachable,
)
from switchgear.providers.base import Redact

_BY_CODE: dict[str, type[ProviderError]] = {
    "context_length_exceeded": ContextLengthExceeded,
    "exceed_context_size_error": ContextLengthExceeded,
    "string_above_max_length": ContextLengthExceeded,
    "model_max_prompt_tokens_exceeded": ContextLengthExceeded,
    "content_policy_violation": ContentPolicyViolation,
    "content_filter": ContentPolicyViolation,
    "ResponsibleAIPolicyViolation": ContentPolicyViolation,
    "invalid_api_key": ProviderAuthenticationFailed,
    "authentication_error": ProviderAuthenticationFailed,
    "API_KEY_INVALID": ProviderAuthenticationFailed,
    "permission_error": ProviderAuthenticationFailed,
    "insufficient_quota": ProviderQuotaExceeded,
    "billing_hard_limit_reached": ProviderQuotaExceeded,
    "billing_not_active": ProviderQuotaExceeded,
    "rate_limit_exceeded": ProviderRateLimited,
    "rate_limit_error": ProviderRateLimited,
    "model_not_found": ProviderModelNotFound,
    "model_decommissioned": ProviderModelNotFound,
    "DeploymentNotFound": ProviderModelNotFound,
    "overloaded_error": ProviderOverloaded,
}
_BY_STATUS: dict[int, type[ProviderError]] = {
    401: ProviderAuthenticationFailed,
    402: ProviderQuotaExceeded,
    403: ProviderAuthenticationFailed,
    404: ProviderModelNotFound,
    407: ProviderUnreachable,
    408: ProviderTimeout,
    429: ProviderRateLimited,
    498: ProviderOverloaded,
    503: ProviderOverloaded,
    504: ProviderTimeout,
    529: ProviderOverloaded,
}
_CONTEXT_SAYINGS = (
    "maximum context length",
    "context length exceeded",
    "exceeds the available context size",
    "exceeds the context window",
    "exceeds the maximum number of tokens allowed",
    "too large for model with",
)
"""How servers say it that have no code for it: vLLM and OpenRouter, llama.cpp, others, Gemini, Mistral."""
_LONGEST_MESSAGE = 2000
_LONGEST_PARAM = 200
_LONGEST_WAIT = 30 * 86_400.0


def provider_error(
    provider: str,
    status: int,
    header: Callable[[bytes], bytes],
    body: bytes,
    redact: Redact,
    *,
    model: str = "",
) -> ProviderError:
    """The error an answer with ``status`` (not 2xx) stands for. ``header`` looks up a lower-case field name.

    What the provider says is shown as ``redact`` leaves it.
    """
    document = _document(body)
    told = _told(document) or document
    kind = _kind(status, told)
    detail, param = _shown(told, redact)
    said = f"Provider {provider} answered {status}" + (f": {detail}" if detail else ".")
    if issubclass(kind, ProviderAuthenticationFailed):
        # its message may quote the gateway's own credentials: it goes to the log, not to the client
        said = f"Provider {provider} refused the gateway's credentials ({status})."
    elif status == 407:
        said = f"The proxy on the way to provider {provider} wants other credentials (407)."
    elif kind is ProviderModelNotFound and not detail:
        said = f"Provider {provider} knows no model {model!r}." if model else said
    wait = retry_after(header)
    return kind(
        said,
        provider=provider,
        upstream_status=status,
        param=param,
        retry_after=_told_wait(told) if wait is None else wait,
        cause=detail or None,
    )


def error_in_body(provider: str, body: bytes, redact: Redact) -> ProviderError | None:
    """The error in a body that came with a good status or inside a stream, if it is one.

    What the provider says is shown as ``redact`` leaves it; ``upstream_status`` is the one its error names, if any.
    """
    told = _told(_document(body))
    if not told:
        return None
    code = told.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code[:4])
    status = code if isinstance(code, int) and 400 <= code < 600 else None
    kind = _kind(status or 500, told)
    detail, param = _shown(told, redact)
    said = f"Provider {provider} told of an error" + (f": {detail}" if detail else ".")
    if issubclass(kind, ProviderAuthenticationFailed):  # as above
        said = f"Provider {provider} refused the gateway's credentials."
    return kind(
        said,
        provider=provider,
        upstream_status=status,
        param=param,
        retry_after=_told_wait(told),
        cause=detail or None,
    )


def _shown(told: dict[str, Any], redact: Redact) -> tuple[str, str | None]:
    """An error's message and the field it names, without secrets and not longer than is of use.

    Redacted before it is cut: the half of a secret would not be known for one.
    """
    param = told.get("param")
    return (
        redact(_text(told.get("message")))[:_LONGEST_MESSAGE].strip(),
        redact(param)[:_LONGEST_PARAM] if isinstance(param, str) else None,
    )


def _kind(status: int, told: dict[str, Any]) -> type[ProviderError]:
    for name in (told.get("code"), told.get("type"), *(detail.get("reason") for detail in _details(told))):
        if isinstance(name, str) and (kind := _BY_CODE.get(name)) is not None:
            return kind
    if status in (400, 413, 422, 500):  # llama.cpp and others answer 500 where the prompt does not fit
        message = _text(told.get("message")).lower()
        if any(saying in message for saying in _CONTEXT_SAYINGS):
            return ContextLengthExceeded
    metadata = told.get("metadata")
    if status == 403 and isinstance(metadata, dict) and metadata.get("reasons"):  # OpenRouter's moderation
        return ContentPolicyViolation
    if (by_status := _BY_STATUS.get(status)) is not None:
        return by_status
    if 300 <= status < 400:
        return ProviderInvalidResponse
    return ProviderRefused if status < 500 else ProviderError


def _document(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, also as the only one of a list (Gemini), or nothing."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    return document if isinstance(document, dict) else {}


def _told(document: dict[str, Any]) -> dict[str, Any]:
    """The error object in a document: OpenAI's ``{"error": {...}}``, ``{"error": "..."}`` or a list, or nothing."""
    error = document.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str | list) and error:
        return {**document, "message": document.get("message") or error}
    detail = document.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):  # FastAPI's list of mistakes
        place = ".".join(map(str, detail[0].get("loc", ())[1:])) if isinstance(detail[0].get("loc"), list) else ""
        return {"message": f"{place}: {_text(detail[0].get('msg'))}".removeprefix(": "), "param": place or None}
    if document.get("object") == "error" or isinstance(detail, str):
        return {**document, "message": document.get("message") or detail}
    return {}


def _details(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Google's ``details`` (https://google.aip.dev/193) and Azure's inner error, as far as there are any."""
    details = told.get("details")
    found = details if isinstance(details, list) else []
    return [detail for detail in [*found, told.get("innererror")] if isinstance(detail, dict)]


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _told_wait(told: dict[str, Any]) -> float | None:
    """Seconds of Google's ``RetryInfo``, as in ``{"retryDelay": "34s"}``."""
    for detail in _details(told):
        delay = detail.get("retryDelay")
        if isinstance(delay, str) and delay.endswith("s"):
            return _seconds(delay[:-1])
    return None


def retry_after(header: Callable[[bytes], bytes]) -> float | None:
    """Seconds from ``retry-after`` as a number or an HTTP date (RFC 9110 section 10.2.3), or ``retry-after-ms``."""
    milliseconds = _seconds(header(b"retry-after-ms").decode("latin-1"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = header(b"retry-after").decode("latin-1").strip()
    wait = _seconds(value)
    if wait is not None or not value:
        return wait
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return min(max(date.timestamp() - time.time(), 0.0), _LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None


def _seconds(text: str) -> float | None:
    """A number of seconds that is one, at most 30 days; None for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return min(seconds, _LONGEST_WAIT) if seconds >= 0 else None
