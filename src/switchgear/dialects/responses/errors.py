"""Our errors as those of a response. Codes that clients of this dialect act on are the ones they know."""

from __future__ import annotations

import math
from typing import Final

import msgspec

from switchgear.core.errors import SwitchgearError

_KNOWN: Final = {
    "provider_rate_limited": "rate_limit_exceeded",
    "provider_quota_exceeded": "insufficient_quota",
    "provider_overloaded": "server_is_overloaded",
    "content_policy_violation": "invalid_prompt",
}
"""Codex reads a wait from the message of ``rate_limit_exceeded``, and stops at ``insufficient_quota``."""
_encode = msgspec.json.Encoder().encode


def error_object(error: SwitchgearError) -> bytes:
    """The member ``error`` of a response that failed."""
    return _encode({"code": _code(error), "message": _message(error)})


def error_members(error: SwitchgearError) -> bytes:
    """The members of the event ``error``: as the reference has them, and as an object, which is what clients look for."""
    fields = {"code": _code(error), "message": _message(error), "param": error.param}
    return _encode({**fields, "error": {"type": error.openai_type, **fields}})[1:-1]


def _code(error: SwitchgearError) -> str:
    known = _KNOWN.get(error.code)
    if known is None:
        known = error.code if error.http_status < 500 else "server_error"
    return known


def _message(error: SwitchgearError) -> str:
    message = f"{error.message} {error.advice}".strip()
    if error.code == "provider_rate_limited" and error.retry_after is not None and error.retry_after < 86_400:
        message += f" Please try again in {math.ceil(error.retry_after)}s."
    return message
