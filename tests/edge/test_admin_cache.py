"""The cache over the admin API."""

from __future__ import annotations

import pytest

from switchgear.cache.kept import Kept
from switchgear.core.calls import Usage


def keep(desk, name, tenant="key:a", model="filed"):
    answers = desk.gateway.caching.answers
    now = answers.clock()
    answers.keep(name, Kept(tenant, model, now - 1, now, 60.0, 0.0, Usage(1, 2), 5, 0, {b"": b"x" * 100}))


async def test_an_empty_cache_is_shown(desk):
    told = (await desk.api.get("/api/cache")).json()
    assert (told["entries"], told["bytes"], told["misses"], told["saved"], told["shared"]) == (0, 0, 0, "0", False)
    assert told["max_bytes"] == 64 * 1024 * 1024
    assert set(told["answered"].values()) == {0}


async def test_what_is_kept_and_what_it_saved_is_shown(desk):
    keep(desk, b"1")
    counts = desk.gateway.caching.answers.counts
    counts.hits, counts.misses, counts.saved, counts.saved_tokens = 2, 3, 1_500_000_000, 70
    told = (await desk.api.get("/api/cache")).json()
    assert (told["entries"], told["answered"]["hit"], told["misses"]) == (1, 2, 3)
    assert (told["saved"], told["saved_tokens"]) == ("1.5", 70)
    assert told["bytes"] > 100


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({}, 0),
        ({"model": "filed"}, 1),
        ({"tenant": "team:search"}, 2),
        ({"model": "filed", "tenant": "team:search"}, 2),
    ],
)
async def test_a_purge_takes_what_is_named_and_is_in_the_audit_log(desk, query, left):
    keep(desk, b"1")
    keep(desk, b"2", tenant="team:search")
    keep(desk, b"3", model="slow")
    answer = await desk.api.request("DELETE", "/api/cache", params=query)
    assert answer.json() == {"dropped": 3 - left}
    assert (await desk.api.get("/api/cache")).json()["entries"] == left
    entry = (await desk.audited())[0]
    assert (entry["action"], entry["detail"]["tenant"]) == ("cache.purge", query.get("tenant"))


@pytest.mark.parametrize(
    "query",
    [
        *({"model": ""}, {"tenant": "a\nb"}, {"model": "x" * 300}, {"modle": "filed"}),
        *({"tenant": "zzz"}, {"tenant": "team:"}, {"tenant": "user:ann"}),
    ],
)
async def test_a_purge_of_nothing_that_can_be_is_refused(desk, query):
    keep(desk, b"1")
    assert (await desk.api.request("DELETE", "/api/cache", params=query)).status_code == 400
    assert (await desk.api.get("/api/cache")).json()["entries"] == 1


async def test_a_purge_of_a_model_or_tenant_that_cannot_be_says_what_is_right(desk):
    answer = await desk.api.request("DELETE", "/api/cache", params={"model": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "model_not_found")
    answer = await desk.api.request("DELETE", "/api/cache", params={"tenant": "zzz"})
    assert "team:NAME" in answer.json()["detail"]
