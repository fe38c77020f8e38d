"""Reading usage: pages, filters, sums, and forgetting."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest
from sqlalchemy import text

from switchgear.core.calls import CallRecord, Usage
from switchgear.core.errors import NotFound, RequestError
from switchgear.store import partitions
from switchgear.store.store import Store
from switchgear.store.usage import UsageFilter

Make = Callable[..., CallRecord]
DAY = 86_400_000
T0 = 20_000 * DAY


async def keep(store: Store, records: Iterable[CallRecord]) -> None:
    for record in records:
        store.writer.add(record)
    await store.writer.committed()


async def test_a_record_reads_back_the_same(store: Store, record: Make) -> None:
    one = record(usage=Usage(1, 2, 3, 4, 5, estimated=True), cost=None, first_token_ms=1.5, streamed=True, trace="t")
    await keep(store, [one])
    assert await store.usage.get(one.id) == one


async def test_an_unknown_call_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="req_none"):
        await store.usage.get("req_none")


async def test_pages_show_every_call_once_newest_first(store: Store, record: Make) -> None:
    made = [record(at=T0 + number // 3) for number in range(10)]  # several in one millisecond
    await keep(store, made)
    seen: list[CallRecord] = []
    before: str | None = None
    while True:
        page = await store.usage.list(limit=4, before=before)
        seen += page.calls
        before = page.before
        if before is None:
            break
    assert seen == made[::-1]


async def test_the_last_page_when_it_is_full_has_no_successor(store: Store, record: Make) -> None:
    await keep(store, [record(), record()])
    assert (await store.usage.list(limit=2)).before is None


@pytest.mark.parametrize("cursor", ["", "x", "1", "-1.a", "9" * 19 + ".a", "²3.a", "1.\0"])
async def test_a_made_up_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(RequestError) as caught:
        await store.usage.list(before=cursor)
    assert caught.value.param == "before"


async def test_filters_hold_together(store: Store, record: Make) -> None:
    wanted = record(at=T0 + 5, key_id="key_b", model="m", provider="p", outcome="failed")
    others = [
        record(at=T0 + 9, key_id="key_b", model="m", provider="p", outcome="failed"),
        record(at=T0 + 4, key_id="key_b", model="m", provider="p", outcome="failed"),
        record(at=T0 + 5, key_id="key_a", model="m", provider="p", outcome="failed"),
        record(at=T0 + 5, key_id="key_b", model="x", provider="p", outcome="failed"),
        record(at=T0 + 5, key_id="key_b", model="m", provider="x", outcome="failed"),
        record(at=T0 + 5, key_id="key_b", model="m", provider="p", outcome="ok"),
    ]
    await keep(store, [wanted, *others])
    which = UsageFilter(since=T0 + 5, until=T0 + 9, key_id="key_b", model="m", provider="p", outcomes=("failed", "cut"))
    assert (await store.usage.list(which)).calls == [wanted]


async def test_a_sum_counts_outcomes_tokens_cost_and_times(store: Store, record: Make) -> None:
    big = 9_000_000_000_000_000  # nine million dollars: sums stay exact
    await keep(
        store,
        [
            *[record(latency_ms=float(ms), cost=big, usage=Usage(10, 0)) for ms in range(1, 101)],
            record(outcome="failed", latency_ms=0.5, cost=None),
            record(outcome="cut", latency_ms=0.5),
            record(outcome="refused", latency_ms=0.5),
            record(outcome="abandoned", latency_ms=0.5),
        ],
    )
    (total,) = await store.usage.summary(UsageFilter(outcomes=("ok",)))
    assert (total.calls, total.errors, total.prompt_tokens, total.cost) == (100, 0, 1000, big * 100)
    assert (total.latency_p50_ms, total.latency_p95_ms) == (50.0, 95.0)
    assert total.first_token_p50_ms is None
    assert total.tokens_per_second is None
    (all_calls,) = await store.usage.summary()
    assert (all_calls.calls, all_calls.errors, all_calls.refused, all_calls.abandoned) == (104, 2, 1, 1)
    assert all_calls.unpriced == 1


async def test_speed_is_tokens_over_the_time_after_the_first_token(store: Store, record: Make) -> None:
    await keep(
        store,
        [
            record(usage=Usage(1, 100), latency_ms=1100.0, first_token_ms=100.0),
            record(usage=Usage(1, 50), latency_ms=500.0),
            record(usage=Usage(1, 0), latency_ms=9000.0, first_token_ms=900.0),
        ],
    )
    (total,) = await store.usage.summary()
    assert total.tokens_per_second == pytest.approx(100.0)
    assert total.first_token_p50_ms == 100.0


async def test_sums_are_grouped_by_several_dimensions(store: Store, record: Make) -> None:
    await keep(
        store,
        [
            record(at=T0, model="a", latency_ms=1.0),
            record(at=T0 + DAY - 1, model="a", latency_ms=3.0),
            record(at=T0 + DAY, model="a", latency_ms=7.0),
            record(at=T0 + DAY + 3_600_000, model="b", latency_ms=9.0),
        ],
    )
    found = await store.usage.summary(group_by=["day", "model"])
    assert [(one.group, one.calls, one.latency_p95_ms) for one in found] == [
        ({"day": T0, "model": "a"}, 2, 3.0),
        ({"day": T0 + DAY, "model": "a"}, 1, 7.0),
        ({"day": T0 + DAY, "model": "b"}, 1, 9.0),
    ]
    hours = await store.usage.summary(UsageFilter(since=T0 + DAY), group_by=["hour"])
    assert [one.group["hour"] for one in hours] == [T0 + DAY, T0 + DAY + 3_600_000]
    for name in ("provider", "deployment", "key", "endpoint", "outcome"):
        (only,) = await store.usage.summary(group_by=[name])
        assert only.calls == 4


async def test_nothing_sums_to_nothing(store: Store) -> None:
    assert await store.usage.summary() == ()
    assert await store.usage.summary(group_by=["model"]) == ()


async def test_an_unknown_dimension_is_refused_with_those_known(store: Store) -> None:
    with pytest.raises(RequestError, match="Known: model, provider"):
        await store.usage.summary(group_by=["colour"])  # type: ignore[list-item]


async def test_pruning_forgets_exactly_what_is_older(store: Store, record: Make) -> None:
    made = [record(at=T0 + number * DAY // 4) for number in range(20)]
    await keep(store, made)
    assert await store.usage.prune(T0 + 2 * DAY + 1) == 9
    assert (await store.usage.list()).calls == made[:8:-1]
    assert await store.usage.prune(T0) == 0


# ---------------------------------------------------------------- partitions


@pytest.fixture
async def partitioned(postgres_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(postgres_url, tmp_path, secret=b"s" * 32)
    yield store
    await store.close()


async def rows_in(store: Store, table: str) -> int:
    async with store._database.read() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def days(store: Store) -> list[int]:
    async with store._database.read() as connection:
        return sorted(await partitions.existing(connection))


async def test_the_writer_makes_partitions_a_week_ahead(partitioned: Store, record: Make) -> None:
    now = time.time_ns() // 1_000_000
    await keep(partitioned, [record(at=now)])
    today = now // DAY
    assert set(range(today, today + 8)) <= set(await days(partitioned))
    assert await rows_in(partitioned, "usage_default") == 0


async def test_a_record_of_a_day_without_partition_is_kept_and_moves_later(partitioned: Store, record: Make) -> None:
    now = T0 + 3 * DAY
    await keep(partitioned, [record(at=T0), record(at=T0 + 1), record(at=0)])
    assert await rows_in(partitioned, "usage_default") == 3
    async with partitioned._database.write() as connection:
        await partitions.ensure(connection, now)
    assert await rows_in(partitioned, partitions.name(T0 // DAY)) == 2
    assert await rows_in(partitioned, "usage_default") == 1, "a wrong clock makes no partition"
    assert await rows_in(partitioned, "usage") == 3


async def test_pruning_drops_whole_partitions(partitioned: Store, record: Make) -> None:
    await keep(partitioned, [record(at=T0 + day * DAY) for day in range(4)])
    async with partitioned._database.write() as connection:
        await partitions.ensure(connection, T0 + 3 * DAY)
    assert await partitioned.usage.prune(T0 + 2 * DAY + 1) == 3
    left = [day for day in await days(partitioned) if day < T0 // DAY + 4]
    assert left == [T0 // DAY + 2, T0 // DAY + 3]
