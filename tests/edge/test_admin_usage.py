"""Usage and the audit log over the admin API."""

from __future__ import annotations

import time
from typing import Any

import pytest

from switchgear.core.calls import Attempt, CallRecord, Route, Step, Usage
from switchgear.edge.admin.moments import milliseconds

HOUR = 3_600_000


def record(number: int, **fields: Any) -> CallRecord:
    values: dict[str, Any] = {
        "id": f"req_{number:03}",
        "at": int(time.time() * 1000) - number * HOUR,
        "key_id": "key_unknown",
        "endpoint": "chat/completions",
        "model": "filed",
        "provider": "scripted",
        "deployment": "test-model",
        "streamed": False,
        "outcome": "ok",
        "status": 200,
        "error": "",
        "usage": Usage(10, 5),
        "cost": 1_500,
        "latency_ms": 20.0,
        "first_token_ms": 10.0,
    }
    return CallRecord(**values | fields)


TOKENS = {
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "cached_tokens": 0,
    "cache_write_tokens": 0,
    "reasoning_tokens": 0,
}


async def test_a_call_is_shown_with_everything_known_of_it(desk):
    made = await desk.make_key("ci")
    at = 1_900_000_000_123
    desk.gateway.store.writer.add(record(1, at=at, key_id=made["id"], cost=3_100_000, team="search"))
    assert (await desk.api.get("/api/usage/req_001")).json() == {
        "id": "req_001",
        "at": "2030-03-17T17:46:40.123000Z",
        "key_id": made["id"],
        "key_name": "ci",
        "endpoint": "chat/completions",
        "model": "filed",
        "provider": "scripted",
        "deployment": "test-model",
        "streamed": False,
        "outcome": "ok",
        "status": 200,
        "error": "",
        **TOKENS,
        "estimated": False,
        "cost": "0.0031",
        "latency_ms": 20.0,
        "first_token_ms": 10.0,
        "attempts": 1,
        "trace": "",
        "team": "search",
        "user": "",
        "cache": "",
        "message": "",
        "saved": None,
        "hint": "",
        "fallbacks": 0,
        "route": {
            "steps": [],
            "attempts": [
                {
                    "provider": "scripted",
                    "deployment": "test-model",
                    "at_ms": 0.0,
                    "ms": 20.0,
                    "first_token_ms": 10.0,
                    "outcome": "ok",
                    "status": 200,
                    "error": "",
                    "message": "",
                    "usage": TOKENS | {"estimated": False},
                    "cost": "0.0031",
                    "why": "",
                    "waited_ms": 0.0,
                }
            ],
        },
    }
    assert (await desk.api.get("/api/usage/req_none")).status_code == 404


async def test_a_call_is_shown_with_the_way_it_went(desk):
    route = Route(
        (Step("key", 0.05, '"ci" allowed'), Step("route", 0.2, "ordered: a, b")),
        (
            Attempt(
                "a", "m1", 0.3, 8_000.0, outcome="failed", status=504, error="provider_timeout", message="No \x1b[31m"
            ),
            Attempt("b", "m2", 8_001.0, 300.0, 290.0, usage=Usage(10, 5), cost=1_500, why="next", waited_ms=1.5),
        ),
    )
    desk.gateway.store.writer.add(record(1, attempts=2, route=route))
    whole = (await desk.api.get("/api/usage/req_001")).json()
    assert whole["fallbacks"] == 1
    told = whole["route"]
    assert told["steps"][0] == {"stage": "key", "at_ms": 0.05, "told": '"ci" allowed'}
    assert [(one["provider"], one["outcome"], one["message"]) for one in told["attempts"]] == [
        ("a", "failed", "No \x1b[31m"),
        ("b", "ok", ""),
    ]
    assert told["attempts"][1] | {"cost": "0.0000015", "waited_ms": 1.5, "why": "next"} == told["attempts"][1]
    assert told["attempts"][1]["usage"]["prompt_tokens"] == 10
    assert "route" not in (await desk.api.get("/api/usage")).json()["data"][0]


async def test_calls_are_listed_newest_first_and_page_by_page(desk):
    for number in range(1, 8):
        desk.gateway.store.writer.add(record(number))
    ids: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = (await desk.api.get("/api/usage", params={"limit": 3} | before)).json()
        ids += [call["id"] for call in page["data"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert ids == [f"req_{number:03}" for number in range(1, 8)]


async def test_calls_are_filtered_by_what_they_were(desk):
    made = await desk.make_key("ci")
    for call in (
        record(1),
        record(2, model="fast", key_id=made["id"]),
        record(3, outcome="failed", provider="other", team="search", user="ann", cache="miss"),
        record(30, outcome="cut", error="provider_cut", deployment="large", endpoint="messages"),
    ):
        desk.gateway.store.writer.add(call)

    async def found(**query: Any) -> list[str]:
        answer = await desk.api.get("/api/usage", params=query)
        assert answer.status_code == 200, answer.text
        return [call["id"][-1] if call["id"] != "req_030" else "30" for call in answer.json()["data"]]

    assert await found() == ["1", "2", "3", "30"]
    assert await found(since="1d") == ["1", "2", "3"]
    assert await found(until="150m") == ["3", "30"]
    assert await found(model="fast") == ["2"]
    assert await found(provider="other") == ["3"]
    assert await found(team="search") == await found(user="ann") == await found(cache="miss") == ["3"]
    assert (
        await found(error="provider_cut")
        == await found(deployment="large")
        == await found(endpoint="messages")
        == ["30"]
    )
    assert await found(key="ci") == await found(key=made["id"]) == ["2"]
    assert await found(outcome=["failed", "cut"]) == ["3", "30"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "-1h"}, "until"),
        ({"since": "9999-99-99"}, "since"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"before": "nonsense"}, "before"),
        ({"outcome": "fine"}, "outcome[0]"),
        ({"key": "nobody"}, "key"),
        ({"model": "a\u0000b"}, "model"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_with_the_parameter(desk, query, field):
    answer = await desk.api.get("/api/usage", params=query)
    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_usage_is_summed_up_in_all_and_by_group(desk):
    made = await desk.make_key("ci")
    day = 86_400_000
    first = int(time.time() * 1000) // day * day - day
    for call in (
        record(1, at=first, key_id=made["id"]),
        record(2, at=first + 1, key_id=made["id"], model="fast"),
        record(3, at=first + day, outcome="failed", cost=None),
    ):
        desk.gateway.store.writer.add(call)
    told = (await desk.api.get("/api/usage/summary", params={"group_by": "key", "since": "3d"})).json()
    assert told["total"] | {"calls": 3, "errors": 1, "prompt_tokens": 30, "cost": "0.000003"} == told["total"]
    assert told["total"]["unpriced"] == 1
    assert told["since"] is not None
    assert [(one["group"], one["key_name"], one["calls"]) for one in told["data"]] == [
        ({"key": made["id"]}, "ci", 2),
        ({"key": "key_unknown"}, None, 1),
    ]
    days = (await desk.api.get("/api/usage/summary", params={"group_by": ["day", "model"]})).json()["data"]
    assert [one["group"]["model"] for one in days][-1] == "filed"
    assert days[0]["group"]["day"].endswith("T00:00:00Z")
    assert (await desk.api.get("/api/usage/summary", params={"group_by": "mood"})).status_code == 400


async def test_without_calls_the_sums_are_zero(desk):
    told = (await desk.api.get("/api/usage/summary", params={"group_by": "model"})).json()
    assert (told["data"], told["total"]["calls"], told["total"]["cost"]) == ([], 0, "0")


async def test_the_audit_log_is_read_page_by_page(desk):
    for number in range(5):
        await desk.make_key(f"key {number}")
    first = (await desk.api.get("/api/audit", params={"limit": 3})).json()
    rest = (await desk.api.get("/api/audit", params={"limit": 3, "before": first["next"]})).json()
    names = [entry["detail"]["name"] for entry in first["data"] + rest["data"]]
    assert names == [f"key {number}" for number in (4, 3, 2, 1, 0)]
    assert rest["next"] is None
    assert (await desk.api.get("/api/audit", params={"before": "x"})).status_code == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("0", 0),
        ("1767225600000", 1_767_225_600_000),
        ("2026-01-01", 1_767_225_600_000),
        ("2026-01-01T00:00:00", 1_767_225_600_000),
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600_000),
        ("2026-01-01T01:00:00 01:00", 1_767_225_600_000),
        ("2026-01-01T00:00:00.5Z", 1_767_225_600_500),
        ("1h", 2_000_000_000_000 - HOUR),
        ("30m", 2_000_000_000_000 - HOUR // 2),
        ("7d", 2_000_000_000_000 - 7 * 24 * HOUR),
        ("90s", 2_000_000_000_000 - 90_000),
        ("2w", 2_000_000_000_000 - 14 * 24 * HOUR),
        ("999999w", 0),
        ("1900-01-01", 0),
    ],
)
def test_a_moment_may_be_written_in_three_ways(text, expected):
    assert milliseconds(text, 2_000_000_000_000, "since") == expected
