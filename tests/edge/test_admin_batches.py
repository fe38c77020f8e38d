"""Batches over the admin API."""

from __future__ import annotations

import time
from typing import Any

import pytest

from switchgear.store.batches import KeptBatch

NOW = int(time.time() * 1000)


async def add(desk: Any, number: int, **changes: Any) -> KeptBatch:
    values: dict[str, Any] = {
        "id": f"batch_{number}",
        "key_id": "key_unknown",
        "endpoint": "/v1/embeddings",
        "input_file_id": "file-1",
        "created_at": NOW + number,
        "expires_at": NOW + 86_400_000,
    }
    batch = KeptBatch(**values | changes)
    await desk.gateway.store.batches.create(batch, 1000)
    return batch


async def test_a_batch_is_shown_with_everything_known_of_it(desk):
    made = await desk.make_key("ci")
    await add(
        desk,
        1,
        key_id=made["id"],
        model="filed",
        runner="native",
        native='{"provider":"scripted"}',
        status="in_progress",
        metadata='{"run":"7"}',
        reason="The budget is used up.",
        not_before=NOW + 5000,
        total=10,
        completed=4,
        failed=1,
        cost=3_100_000,
    )
    shown = (await desk.api.get("/api/batches/batch_1")).json()
    assert (shown["status"], shown["total"], shown["completed"], shown["failed"]) == ("in_progress", 10, 4, 1)
    assert (shown["key_name"], shown["cost"], shown["provider"]) == ("ci", "0.0031", "scripted")
    assert (shown["reason"], shown["metadata"], shown["errors"]) == ("The budget is used up.", {"run": "7"}, [])
    assert shown["waits_until"] is not None
    assert shown["ended_at"] is None


async def test_a_list_is_newest_first_in_pages_and_by_status(desk):
    for number in range(1, 6):
        await add(desk, number, status="completed" if number == 3 else "validating")
    first = (await desk.api.get("/api/batches", params={"limit": 2})).json()
    assert [one["id"] for one in first["data"]] == ["batch_5", "batch_4"]
    second = (await desk.api.get("/api/batches", params={"limit": 2, "before": first["next"]})).json()
    assert [one["id"] for one in second["data"]] == ["batch_3", "batch_2"]
    last = (await desk.api.get("/api/batches", params={"limit": 2, "before": second["next"]})).json()
    assert ([one["id"] for one in last["data"]], last["next"]) == (["batch_1"], None)
    done = (await desk.api.get("/api/batches", params={"status": ["completed", "failed"]})).json()["data"]
    assert [one["id"] for one in done] == ["batch_3"]


async def test_a_key_that_may_only_look_sees_all_and_cancels_none(desk):
    await add(desk, 1)
    made = await desk.make_key("looks", scopes=["admin:read"])
    async with desk.as_key(made["key"]) as api:
        assert [one["id"] for one in (await api.get("/api/batches")).json()["data"]] == ["batch_1"]
        assert (await api.get("/api/batches/batch_1")).status_code == 200
        assert (await api.post("/api/batches/batch_1/cancel")).status_code == 403
    plain = await desk.make_key("calls")
    async with desk.as_key(plain["key"]) as api:
        assert (await api.get("/api/batches")).status_code == 403


async def test_a_batch_is_cancelled_and_that_is_audited(desk):
    await add(desk, 1)
    answer = await desk.api.post("/api/batches/batch_1/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelling")
    entry = (await desk.audited())[0]
    assert (entry["action"], entry["target"]) == ("batch.cancel", "batch_1")


@pytest.mark.parametrize("path", ["/api/batches/batch_9", "/api/batches/%F0%9F%98%80"])
async def test_an_id_that_no_batch_has_is_not_found(desk, path):
    assert (await desk.api.get(path)).status_code == 404
