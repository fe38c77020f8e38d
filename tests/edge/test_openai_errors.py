"""Our errors in OpenAI's form: the whole tree renders, and nothing a provider says can break a header."""

from __future__ import annotations

import json

import pytest

from switchgear.core.errors import (
    AuthenticationError,
    DeploymentsResting,
    GatewayError,
    LimitReached,
    Overloaded,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    StartupError,
    SwitchgearError,
    every_error,
)  # fmt: skip
from switchgear.edge.openai.errors import error_document, error_event, error_headers

CLASSES = [kind for kind in every_error() if not issubclass(kind, StartupError)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_openais_shape(kind: type[SwitchgearError]) -> None:
    error = kind("What happened.", param="model")
    shown = json.loads(error_document(error, "req_1"))["error"]
    assert set(shown) == {"message", "type", "param", "code", "request_id"}
    assert shown["message"] == f"What happened. {kind.hint}".strip()
    assert (shown["code"], shown["param"], shown["request_id"]) == (kind.code, "model", "req_1")
    assert shown["type"] == kind.openai_type
    headers = error_headers(error, "req_1")
    assert headers.startswith(b"content-type: application/json\r\nx-request-id: req_1\r\n")
    assert headers.endswith(b"\r\n")
    assert (b"x-should-retry: " in headers) == issubclass(kind, (ProviderError, LimitReached, GatewayError))
    assert (b"www-authenticate: Bearer\r\n" in headers) == issubclass(kind, AuthenticationError)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(DeploymentsResting, b"true"), (Overloaded, b"true"), (ProviderQuotaExceeded, b"false")],
    ids=lambda part: part.__name__ if isinstance(part, type) else part.decode(),
)
def test_openais_clients_are_told_whether_another_try_can_succeed(kind: type[SwitchgearError], told: bytes) -> None:
    assert b"x-should-retry: %b\r\n" % told in error_headers(kind("What happened."), "req_1")


def test_the_cause_is_never_shown() -> None:
    error = ProviderError("Provider test failed.", provider="test", cause="sk-secret")
    assert b"sk-secret" not in error_document(error, "req_1") + error_headers(error, "req_1")


def test_an_event_is_one_line_whatever_the_message_holds() -> None:
    event = error_event(ProviderError("line one\n\ndata: [DONE]\r\n\u2028", provider="test"), "req_1")
    assert event.startswith(b"data: {")
    assert event.endswith(b"}\n\n")
    assert event.count(b"\n") == 2
    assert b"\r" not in event


@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (0.0, b"retry-after: 0\r\n"),
        (0.2, b"retry-after: 1\r\n"),
        (17.0, b"retry-after: 17\r\n"),
        (float("inf"), b""),
        (float("nan"), b""),
        (1e300, b""),
    ],
)
def test_retry_after_is_whole_seconds_or_nothing(seconds: float, line: bytes) -> None:
    headers = error_headers(ProviderRateLimited("Slow down.", provider="test", retry_after=seconds), "req_1")
    assert (line in headers) if line else (b"retry-after" not in headers)


def test_an_odd_provider_name_stays_inside_its_header() -> None:
    headers = error_headers(ProviderError("x", provider="ünï"), "req_1")
    assert headers.isascii()
