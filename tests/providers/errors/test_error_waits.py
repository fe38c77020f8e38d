"""When an error says to come back, from headers and bodies, in every form that providers write it in."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import pytest

from switchgear.observe.redaction import scrub
from switchgear.providers.errors import error_in_body, provider_error, retry_after
from switchgear.routing.health import DeploymentHealth

RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
GOOGLE = [{"error": {"code": 429, "message": "quota", "status": "RESOURCE_EXHAUSTED", "details": [RETRY_INFO]}}]


def wait_of(headers: dict[str, str]) -> float | None:
    return retry_after(lambda name: headers.get(name.decode(), "").encode("latin-1"))


def wait_for(body: Any, headers: dict[str, str] | None = None) -> float | None:
    told = headers or {}
    data = json.dumps(body).encode()
    error = provider_error("p", 429, lambda name: told.get(name.decode(), "").encode("latin-1"), data, scrub)
    return error.retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7.5 "}, 7.5),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "86400"}, 86_400.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "infinity"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "9" * 20}, 3600.0),
        ({"retry-after-ms": "1e300"}, 3600.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 3600.0),
        ({"retry-after": "Wed, 99 Foo 2015 07:28:00 GMT"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after-ms": "nan"}, None),
    ],
)
def test_retry_after_is_read_in_seconds_or_not_at_all(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_of(headers) == seconds


def test_retry_after_as_a_date_is_the_time_until_then() -> None:
    date = formatdate(time.time() + 100, usegmt=True)
    wait = retry_after(lambda name: date.encode() if name == b"retry-after" else b"")
    assert wait is not None
    assert 90 < wait <= 100
    zoneless = date.removesuffix("GMT") + "-0000"
    wait = retry_after(lambda name: zoneless.encode() if name == b"retry-after" else b"")
    assert wait is not None
    assert 90 < wait <= 100


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"}, 1.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-tokens": "7.66s"}, 7.66),
        ({"x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-reset-tokens": "2h3m4.5s"}, 7384.5),
        ({"x-ratelimit-reset-requests": "0.5"}, 0.5),
        ({"x-ratelimit-reset-requests": "-1"}, None),
        ({"x-ratelimit-reset-requests": "6m0"}, None),
        ({"x-ratelimit-reset-requests": "nan"}, None),
        ({"x-ratelimit-reset-requests": "9" * 400 + "d"}, None),
        ({"x-ratelimit-reset": "9" * 400}, None),
        ({"x-ratelimit-reset-requests": "1d2h3m4.5s"}, 3600.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1d2h3m4.5s"}, 86_400.0),
        (
            {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9d", "retry-after": "700000"},
            86_400.0,
        ),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "9s"}, None),
        ({"x-ratelimit-reset": "1500000000"}, 0.0),
        ({"anthropic-ratelimit-requests-reset": "2020-01-01T00:00:00Z"}, 0.0),
        ({"anthropic-ratelimit-requests-reset": "9999-12-31T23:59:59Z"}, 3600.0),
        ({"anthropic-ratelimit-requests-reset": "2020-99-01T00:00:00Z"}, None),
        # what is used up decides; without that being told, the nearest
        (
            {
                "x-ratelimit-remaining-requests": "12",
                "x-ratelimit-reset-requests": "24h",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "9s",
            },
            9.0,
        ),
        ({"x-ratelimit-reset-requests": "24h", "x-ratelimit-reset-tokens": "9s"}, 9.0),
        ({"x-ratelimit-reset-tokens": "9s", "retry-after": "2"}, 2.0),
        ({"x-ratelimit-reset-tokens": "9s", "retry-after": "soon"}, None),
    ],
)
def test_the_reset_of_a_limit_is_read_where_nothing_says_when_to_retry(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert wait_of(headers) == (None if seconds is None else pytest.approx(seconds))


def test_a_reset_as_a_moment_is_the_time_until_then() -> None:
    later = datetime.now(UTC) + timedelta(seconds=100)
    moments = (
        ("anthropic-ratelimit-input-tokens-reset", later.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("x-ratelimit-reset", str(int(later.timestamp()))),
        ("x-ratelimit-reset", str(int(later.timestamp() * 1000))),
    )
    for name, text in moments:
        wait = wait_of({name: text})
        assert wait is not None
        assert 90 < wait <= 100


def test_an_error_carries_its_wait() -> None:
    assert wait_for({"error": {"message": "slow"}}, {"retry-after": "3"}) == 3
    assert wait_for(GOOGLE) == 34
    assert wait_for(GOOGLE, {"retry-after": "3"}) == 3
    assert wait_for({"error": "Model x is currently loading", "estimated_time": 20.5}) == 20.5


def test_an_error_with_a_good_status_carries_its_wait() -> None:
    error = error_in_body("p", json.dumps(GOOGLE).encode(), scrub)
    assert error is not None
    assert error.retry_after == 34


ALL_IS_LEFT = {
    "x-ratelimit-remaining-requests": "4999",
    "x-ratelimit-reset-requests": "8.64s",
    "x-ratelimit-remaining-tokens": "149000",
    "x-ratelimit-reset-tokens": "6m0s",
}


@pytest.mark.parametrize("status", [400, 429, 500, 503, 529])
def test_the_reset_of_a_limit_that_is_not_used_up_is_no_wait(status: int) -> None:
    assert retry_after(lambda name: ALL_IS_LEFT.get(name.decode(), "").encode(), status) is None


@pytest.mark.parametrize("status", [500, 503, 529])
def test_only_a_refusal_for_a_limit_waits_for_a_reset_others_for_what_they_say_themselves(status: int) -> None:
    told = {b"x-ratelimit-remaining-tokens": b"0", b"x-ratelimit-reset-tokens": b"6m0s"}
    assert retry_after(lambda name: told.get(name, b""), status) is None
    told[b"retry-after"] = b"3"
    assert retry_after(lambda name: told.get(name, b""), status) == 3


def test_one_error_that_tells_of_unused_limits_does_not_open_the_breaker() -> None:
    body = b'{"error":{"message":"The server had an error."}}'
    error = provider_error("p", 500, lambda name: ALL_IS_LEFT.get(name.decode(), "").encode(), body, scrub)
    health = DeploymentHealth("p/m")
    health.failed(1000.0, error, health.started(1000.0))
    assert health.state == "closed"


@pytest.mark.parametrize(
    ("delay", "wait"), [("9" * 20 + "s", 3600.0), ("infs", None), ("nans", None), ("7200s", 7200.0)]
)
def test_a_delay_in_a_body_is_one_that_can_be_meant(delay: str, wait: float | None) -> None:
    told = [{"error": {"code": 429, "message": "quota", "details": [{**RETRY_INFO, "retryDelay": delay}]}}]
    assert wait_for(told) == wait
