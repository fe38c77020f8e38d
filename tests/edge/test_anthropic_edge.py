"""Anthropic's dialect in front: what is read of a request, and our errors in its form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import (
    AuthenticationError,
    ContextLengthExceeded,
    DeploymentsResting,
    GatewayError,
    InvalidJSON,
    LimitReached,
    ModelNotFound,
    Overloaded,
    PermissionDenied,
    ProviderDisconnected,
    ProviderError,
    ProviderOverloaded,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderTimeout,
    RequestError,
    RequestTooLarge,
    StartupError,
    SwitchgearError,
    every_error,
)
from switchgear.edge.anthropic.errors import error_document, error_event, error_headers
from switchgear.edge.anthropic.wire import AnthropicWire
from switchgear.providers.base import Operation

CLASSES = [kind for kind in every_error() if not issubclass(kind, StartupError)]
WIRE = AnthropicWire()


def body(**fields: Any) -> bytes:
    document = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]} | fields
    return json.dumps({name: value for name, value in document.items() if value is not None}).encode()


# ---------------------------------------------------------------- requests


def test_what_the_stages_need_is_read_and_the_rest_stays_bytes() -> None:
    sent = body(stream=True, system="Be brief.", x={"b": 1})
    request = WIRE.decode(
        Operation.MESSAGES, sent, [(b"anthropic-beta", b"a"), (b"x", b"y"), (b"anthropic-beta", b"b,c")]
    )
    assert (request.model, request.stream, request.wants_usage, request.body) == ("m", True, True, sent)
    assert request.headers == b"anthropic-beta: a\r\nanthropic-beta: b,c\r\n"
    assert request.prompt_characters == len('[{"role": "user", "content": "Hi"}]"Be brief."')
    assert bytes(request.fields["x"]) == b'{"b": 1}'


def test_tokens_are_counted_without_max_tokens_and_never_streamed() -> None:
    request = WIRE.decode(Operation.COUNT_TOKENS, body(max_tokens=None, stream=True), [])
    assert not request.stream
    assert request.headers == b""


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"model": None}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": [5]}, "messages[0]"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"stream": "yes"}, "stream"),
        ({"Model": "n"}, "Model"),
        ({"tools": ["f"]}, "tools[0]"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RequestError) as caught:
        WIRE.decode(Operation.MESSAGES, body(**fields), [])
    assert caught.value.param == param


@pytest.mark.parametrize("text", [b"", b"{", b'{"model": "\xff"}', b"nonsense"])
def test_what_is_not_json_is_refused_as_that(text: bytes) -> None:
    with pytest.raises(InvalidJSON):
        WIRE.decode(Operation.MESSAGES, text, [])


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_anthropics_shape(kind: type[SwitchgearError]) -> None:
    error = kind("What happened.", param="model")
    shown = json.loads(error_document(error, "req_1"))
    assert set(shown) == {"type", "error", "request_id"}
    assert (shown["type"], shown["request_id"]) == ("error", "req_1")
    assert set(shown["error"]) == {"type", "message"}
    assert shown["error"]["message"].endswith(f"What happened. {kind.hint}".strip())
    headers = error_headers(error, "req_1")
    assert headers.startswith(b"content-type: application/json\r\nrequest-id: req_1\r\nx-request-id: req_1\r\n")
    assert (b"x-should-retry: " in headers) == issubclass(kind, (ProviderError, LimitReached, GatewayError))
    assert (b"www-authenticate: Bearer\r\n" in headers) == issubclass(kind, AuthenticationError)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(DeploymentsResting, b"true"), (Overloaded, b"true"), (ProviderQuotaExceeded, b"false")],
    ids=lambda part: part.__name__ if isinstance(part, type) else part.decode(),
)
def test_anthropics_clients_are_told_whether_another_try_can_succeed(kind: type[SwitchgearError], told: bytes) -> None:
    assert b"x-should-retry: %b\r\n" % told in error_headers(kind("What happened."), "req_1")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (RequestError, "invalid_request_error"),
        (AuthenticationError, "authentication_error"),
        (PermissionDenied, "permission_error"),
        (ModelNotFound, "not_found_error"),
        (RequestTooLarge, "request_too_large"),
        (ProviderRateLimited, "rate_limit_error"),
        (ProviderQuotaExceeded, "billing_error"),
        (ProviderOverloaded, "overloaded_error"),
        (ProviderTimeout, "timeout_error"),
        (ProviderDisconnected, "api_error"),
        (SwitchgearError, "api_error"),
    ],
)
def test_errors_have_anthropics_types(kind: type[SwitchgearError], name: str) -> None:
    assert json.loads(error_document(kind("x"), "r"))["error"]["type"] == name


@pytest.mark.parametrize(
    "said", ["Provider p answered 400: maximum context length is 5.", "prompt is too long: 9 tokens > 5 maximum"]
)
def test_a_prompt_that_is_too_long_is_told_in_the_words_clients_look_for(said: str) -> None:
    message = json.loads(error_document(ContextLengthExceeded(said), "r"))["error"]["message"]
    assert message.startswith("prompt is too long: ")
    assert message.count("prompt is too long") == 1


def test_an_event_is_one_line_whatever_the_message_holds() -> None:
    event = error_event(ProviderError("line one\n\nevent: message_stop\r\n", provider="test", cause="sk-secret"), "r")
    assert event.startswith(b'event: error\ndata: {"type":"error",')
    assert event.endswith(b"}\n\n")
    assert event.count(b"\n") == 3
    assert b"sk-secret" not in event


@pytest.mark.parametrize(("seconds", "line"), [(0.2, b"retry-after: 1\r\n"), (float("inf"), b""), (float("nan"), b"")])
def test_when_to_come_back_is_a_whole_number_or_nothing(seconds: float, line: bytes) -> None:
    headers = error_headers(ProviderRateLimited("x", retry_after=seconds), "r")
    assert (line in headers) if line else b"retry-after" not in headers
