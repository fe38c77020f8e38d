"""Analytics and errors over the admin API: what calls add up to, over any span, with percentiles, in groups."""

from __future__ import annotations

import time
from typing import Any

import pytest

from switchgear.core.calls import Attempt, CallRecord, Route, Usage
from switchgear.core.errors import ProviderOverloaded
from switchgear.observe.rollups import Rollups

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = int(time.time() * 1000)


def record(number: int, **fields: Any) -> CallRecord:
    values: dict[str, Any] = {
        "id": f"req_{number:03}", "at": NOW - MINUTE, "key_id": "key_a", "endpoint": "chat/completions", "model": "fast",
        "provider": "claude", "deployment": "haiku", "streamed": False, "outcome": "ok", "status": 200, "error": "",
        "usage": Usage(10, 5), "cost": 1_500, "latency_ms": 100.0, "first_token_ms": 10.0, "team": "search",
    }  # fmt: skip
    return CallRecord(**values | fields)


def saved_by_a_fallback(number: int, **fields: Any) -> CallRecord:
    tried = (
        Attempt(
            "openai",
            "gpt",
            0.1,
            8_000.0,
            outcome="failed",
            status=504,
            error="provider_timeout",
            message=f"In {number} s.",
        ),
        Attempt("claude", "haiku", 8_001.0, 300.0, 290.0, usage=Usage(10, 5), cost=1_500),
    )
    return record(number, route=Route((), tried), latency_ms=8_301.0, attempts=2, **fields)


async def keep(desk, *records: CallRecord) -> None:
    for one in records:
        desk.gateway.store.writer.add(one)
    await desk.gateway.store.writer.flush()


async def ask(desk, path: str = "/api/analytics", **query: Any) -> dict[str, Any]:
    answer = await desk.api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_parameter_that_it_does_not_have_is_refused_by_name(desk):
    answer = await desk.api.get("/api/analytics", params={"since": "1h", "group": "model"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["detail"].startswith('GET /api/analytics has no parameter "group".')
    assert 'Did you mean "group_by"?' in answer.json()["detail"] + answer.json().get("hint", "")


async def test_calls_by_model_and_attempts_by_provider(desk):
    await keep(desk, *(record(number) for number in range(8)), *(saved_by_a_fallback(number) for number in (8, 9)))
    models = await ask(desk, group_by="model", since="1h")
    assert (models["counts"], models["granularity"], models["left_out"]) == ("calls", "minute", 0)
    (fast,) = models["groups"]
    assert fast["group"] == {"model": "fast"}
    assert fast["total"] == models["total"]
    assert {"count": 10, "ok": 10, "errors": 0, "attempts": 12, "fallbacks": 2, "cost": "0.000015"}.items() <= fast[
        "total"
    ].items()
    assert fast["total"]["latency_p50_ms"] == pytest.approx(100, rel=0.01)
    assert fast["total"]["latency_p99_ms"] == pytest.approx(8_301, rel=0.01)
    providers = await ask(desk, group_by="provider", since="1h")
    assert providers["counts"] == "attempts"
    claude, openai = providers["groups"]
    assert (claude["group"], claude["total"]["count"], claude["total"]["errors"]) == ({"provider": "claude"}, 10, 0)
    assert (openai["group"], openai["total"]["count"], openai["total"]["errors"]) == ({"provider": "openai"}, 2, 2)
    assert providers["total"]["count"] == 12


async def test_series_have_a_value_for_every_period(desk):
    await keep(
        desk, record(1, at=NOW - 5 * HOUR), record(2, at=NOW - 2 * HOUR), record(3, at=NOW - 2 * HOUR, cost=None)
    )
    told = await ask(desk, since="7h", granularity="hour", measure=["count", "cost", "latency_p50_ms", "unpriced"])
    assert len(told["periods"]) == len(told["series"]["count"]) in (7, 8)
    assert set(told["series"]) == {"count", "cost", "latency_p50_ms", "unpriced"}
    counts = dict(zip(told["periods"], told["series"]["count"], strict=True))
    assert sorted(counts.values())[-2:] == [1, 2]
    assert told["periods"][0] == told["since"]
    assert told["series"]["cost"].count("0") == len(told["periods"]) - 2
    assert told["series"]["latency_p50_ms"].count(None) == len(told["periods"]) - 2
    assert sum(told["series"]["unpriced"]) == 1
    usual = await ask(desk, since="7h")
    assert "first_token_p50_ms" in usual["series"]


async def test_groups_by_several_dimensions_and_filters(desk):
    key = await desk.make_key("ci")
    await keep(
        desk,
        record(1, key_id=key["id"]),
        record(2, key_id=key["id"], model="smart"),
        record(3, model="smart", team="ads", key_id="key_b"),
        record(4, provider="openai", deployment="haiku"),
    )

    async def groups(**query: Any) -> list[tuple[dict[str, str], int]]:
        told = await ask(desk, since="1h", **query)
        assert sum(one["total"]["count"] for one in told["groups"]) == told["total"]["count"]
        return [(one["group"], one["total"]["count"]) for one in told["groups"]]

    assert await groups(group_by=["key", "model"], key="ci") == [
        ({"key": key["id"], "model": "fast"}, 1),
        ({"key": key["id"], "model": "smart"}, 1),
    ]
    assert await groups(group_by="team", model="smart") == [({"team": "ads"}, 1), ({"team": "search"}, 1)]
    assert await groups(group_by="key", team="ads") == [({"key": "key_b"}, 1)]
    assert await groups(group_by="deployment", model="fast") == [
        ({"provider": "claude", "deployment": "haiku"}, 1),
        ({"provider": "openai", "deployment": "haiku"}, 1),
    ]
    assert await groups(group_by="model", provider="openai") == [({"model": "fast"}, 1)]
    named = await ask(desk, group_by="key", key="ci", since="1h")
    assert named["groups"][0]["key_name"] == "ci"


async def test_the_largest_groups_are_shown_and_the_others_counted(desk):
    await keep(desk, *(record(number, model=f"m{number % 5}") for number in range(5)), record(9, model="m3"))
    told = await ask(desk, group_by="model", limit=2, since="1h")
    assert [one["group"]["model"] for one in told["groups"]] == ["m3", "m0"]
    assert (told["left_out"], told["total"]["count"]) == (3, 6)


async def test_any_span_is_answered_in_periods_that_suit(desk):
    await keep(desk, record(1, at=NOW - 300 * DAY), record(2, at=NOW - 3 * DAY), record(3))
    for since, granularity, count in (
        ("1h", "minute", 1),
        ("4d", "hour", 2),
        ("400d", "day", 3),
        ("2000-01-01", "day", 3),
    ):
        told = await ask(desk, since=since, **({} if since != "2000-01-01" else {"until": "2004-01-01"}))
        assert told["granularity"] == granularity
        assert told["total"]["count"] == (count if since != "2000-01-01" else 0)


async def test_minutes_that_are_not_kept_any_more_are_answered_in_hours(desk):
    await keep(desk, record(1, at=NOW - 10 * DAY))
    await ask(desk)
    await desk.gateway.store.rollups.forget("minute", NOW // DAY * DAY - 3 * DAY)
    told = await ask(desk, since=str(NOW - 10 * DAY - HOUR), until=str(NOW - 10 * DAY + HOUR))
    assert (told["granularity"], told["total"]["count"]) == ("hour", 1)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"since": "1h", "until": "2h"}, "until"),
        ({"since": "30d", "granularity": "minute"}, "granularity"),
        ({"since": "1990-01-01"}, "since"),
        ({"group_by": ["provider", "key"]}, "group_by"),
        ({"provider": "openai", "team": "search"}, "provider"),
        ({"group_by": "mood"}, "group_by[0]"),
        ({"measure": "joy"}, "measure[0]"),
        ({"granularity": "week"}, "granularity"),
        ({"limit": 0}, "limit"),
        ({"model": "a\x1b[31m"}, "model"),
        ({"key": "nobody"}, "key"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(desk, query, field):
    answer = await desk.api.get("/api/analytics", params=query)
    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_without_calls_there_is_nothing_but_zeros(desk):
    told = await ask(desk, group_by="model")
    assert (told["groups"], told["total"]["count"], told["total"]["latency_p50_ms"]) == ([], 0, None)
    assert set(told["series"]["count"]) == {0}


async def test_what_is_known_is_shown_while_the_store_takes_no_rollups(desk, monkeypatch):
    await keep(desk, record(1))
    await ask(desk)

    async def broken(self, seconds=0.0, *, share=1.0):
        from switchgear.core.errors import StoreUnavailable

        raise StoreUnavailable("No.")

    monkeypatch.setattr(Rollups, "catch_up", broken)
    assert (await ask(desk, since="1h"))["total"]["count"] == 1


# ---------------------------------------------------------------- errors


async def test_errors_are_grouped_by_what_they_are(desk):
    key = await desk.make_key("ci")
    failed = {"outcome": "failed", "status": 502, "error": "provider_overloaded", "message": 'Model "x" is busy (429).'}
    await keep(
        desk,
        saved_by_a_fallback(8, key_id=key["id"]),
        saved_by_a_fallback(9),
        saved_by_a_fallback(10),
        record(3, **failed, at=NOW - 2 * HOUR),
        record(4, **failed | {"message": 'Model "y" is busy (503).'}, key_id=key["id"]),
        record(5, **failed | {"message": "Something else."}),
    )
    told = await ask(desk, "/api/errors", since="1d")
    assert [(one["code"], one["count"], one["saved"]) for one in told["data"]] == [
        ("provider_timeout", 3, 3),
        ("provider_overloaded", 2, 0),
        ("provider_overloaded", 1, 0),
    ]
    busy = told["data"][1]
    assert (busy["pattern"], busy["message"], busy["example_id"]) == (
        "Model … is busy (#).",
        'Model "y" is busy (503).',
        "req_004",
    )
    assert (busy["keys"], busy["provider"], busy["status"]) == (2, "claude", 502)
    assert busy["first_seen"] < busy["last_seen"]
    assert busy["hint"] == ProviderOverloaded.hint
    assert told["others"] == 0
    recent = await ask(desk, "/api/errors", since="1h", code="provider_overloaded", sort="last_seen")
    assert [one["count"] for one in recent["data"]] == [1, 1]
    assert (await ask(desk, "/api/errors", provider="openai"))["data"][0]["code"] == "provider_timeout"
    detail = await ask(desk, f"/api/errors/{busy['fingerprint']}", since="1d")
    assert sum(detail["counts"]) == detail["count"] == 2
    assert len(detail["counts"]) == len(detail["periods"])
    assert {"id": key["id"], "name": "ci"} in detail["affected"]


async def test_an_unknown_group_is_not_found(desk):
    assert (await desk.api.get("/api/errors/0123456789abcdef")).status_code == 404
    assert (await desk.api.get("/api/errors/%1b[31m")).status_code == 404


HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egnp.exe",
    "\0\x01\x02",
    "x" * 100_000,
    "\ud800",
    "<script>alert(1)</script>",
    "'; DROP TABLE usage;--",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts_are_kept_bounded_and_shown_as_they_are(desk, text):
    attempt = Attempt(text, text, 0.1, outcome="failed", error="provider_error", message=text, why=text)
    await keep(
        desk,
        record(
            1,
            model=text[:500],
            team=text[:500],
            outcome="failed",
            error="provider_error",
            message=text,
            route=Route((), (attempt,)),
        ),
    )
    for path, query in (
        ("/api/analytics", {"group_by": ["team", "model"]}),
        ("/api/analytics", {"group_by": "deployment"}),
        ("/api/errors", {}),
        ("/api/usage/req_001", {}),
    ):
        answer = await desk.api.get(path, params={**query, **({"since": "1h"} if query or "errors" in path else {})})
        assert answer.status_code == 200, answer.text
        assert len(answer.content) < 60_000
    (group,) = (await ask(desk, "/api/errors", since="1h"))["data"]
    assert len(group["message"]) <= 500
    assert len(group["pattern"]) <= 200


async def test_reading_takes_the_scope_to_read(desk):
    viewer = await desk.make_key("viewer", scopes=["admin:read"])
    caller = await desk.make_key("caller", scopes=["call"])
    for path in ("/api/analytics", "/api/errors", "/api/usage"):
        async with desk.as_key(viewer["key"]) as api:
            assert (await api.get(path)).status_code == 200
        async with desk.as_key(caller["key"]) as api:
            assert (await api.get(path)).status_code == 403
