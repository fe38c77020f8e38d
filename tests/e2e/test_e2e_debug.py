"""Debug logging, for everything or for one request, switched while the gateway serves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from switchgear.testing import ScriptedProvider, served

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[providers.test]
base_url = "{url}"
"""
STAGES = ["authorised", "sending", "answered", "settled"]


@pytest.fixture(scope="module")
def quiet() -> Iterator[served]:
    with ScriptedProvider.in_thread() as provider, served(CONFIG.format(url=provider.base_url)) as gateway:
        yield gateway


def call(gateway: served, key: str, **headers: str) -> str:
    """One call; its request id."""
    body = {"model": "test/m", "messages": [{"role": "user", "content": "hello there, secretly"}]}
    answer = httpx.post(
        f"{gateway.base_url}/chat/completions",
        json=body, headers={"authorization": f"Bearer {key}", **headers}, trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 200
    return answer.headers["x-request-id"]


def lines_of(gateway: served, request_id: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in gateway.output().splitlines() if request_id in line and line.startswith("{")]
    return [line for line in found if line.get("request_id") == request_id]


def until_logged(gateway: served, request_id: str) -> list[str]:
    end = time.monotonic() + 10
    while True:
        events = [line["event"] for line in lines_of(gateway, request_id)]
        if "settled" in events:
            return events
        assert time.monotonic() < end, gateway.output()


def test_one_call_is_logged_when_an_admin_asks_for_it(quiet: served) -> None:
    plain = call(quiet, quiet.key)
    asked = call(quiet, quiet.key, **{"x-switchgear-debug": "1"})
    assert [event for event in until_logged(quiet, asked) if event in STAGES] == STAGES
    assert lines_of(quiet, plain) == []


def test_a_key_without_admin_rights_cannot_ask_for_it(quiet: served) -> None:
    admin = {"authorization": f"Bearer {quiet.key}"}
    made = httpx.post(f"{quiet.url}/api/keys", json={"name": "plain"}, headers=admin, trust_env=False).json()
    refused = call(quiet, made["key"], **{"x-switchgear-debug": "1"})
    until_logged(quiet, call(quiet, quiet.key, **{"x-switchgear-debug": "1"}))
    assert lines_of(quiet, refused) == []


def test_everything_is_logged_once_the_level_is_debug_and_no_secret_or_text_is(quiet: served) -> None:
    admin = {"authorization": f"Bearer {quiet.key}"}
    httpx.put(f"{quiet.url}/api/log", json={"level": "debug"}, headers=admin, trust_env=False).raise_for_status()
    until_logged(quiet, call(quiet, quiet.key))
    httpx.put(f"{quiet.url}/api/log", json={"level": "info"}, headers=admin, trust_env=False).raise_for_status()
    assert quiet.key not in quiet.output()
    assert "secretly" not in quiet.output()
