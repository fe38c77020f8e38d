"""Roll-ups equal what the calls add up to, whatever came late, twice, or in between, on both engines."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import get_args

import pytest
from calls_made import calls
from sqlalchemy import text
from test_tally import same, tallied

from switchgear.core.calls import CallRecord
from switchgear.core.errors import NotFound
from switchgear.observe.rollups import Rollups
from switchgear.store import error_groups
from switchgear.store.backup import backup, restore
from switchgear.store.error_groups import ErrorGroup
from switchgear.store.rollups import Cell, Numbers, RollupStore
from switchgear.store.stale import LENGTHS, Granularity, Stale
from switchgear.store.store import Store

DAY = LENGTHS["day"]
T0 = 20_000 * DAY
SECRET = b"s" * 32


async def keep(store: Store, records: Iterable[CallRecord]) -> None:
    for record in records:
        store.writer.add(record)
    await store.writer.committed()


async def kept(store: Store, granularity: Granularity) -> dict[int, dict[Cell, Numbers]]:
    found: dict[int, dict[Cell, Numbers]] = {}
    async for part in store.rollups.parts(granularity, 0, 2**62):
        for start, cell, numbers in part:
            found.setdefault(start, {})[cell] = numbers
    return found


def periods(records: Sequence[CallRecord], granularity: Granularity) -> dict[int, list[CallRecord]]:
    length = LENGTHS[granularity]
    found: dict[int, list[CallRecord]] = {}
    for record in records:
        found.setdefault(record.at // length * length, []).append(record)
    return found


async def right(store: Store, records: Sequence[CallRecord]) -> None:
    """Every roll-up is what the calls of its period add up to."""
    for granularity in get_args(Granularity):
        found, wanted = await kept(store, granularity), periods(records, granularity)
        assert found.keys() == wanted.keys()
        for start, part in wanted.items():
            assert same(found[start], tallied(part))


async def stale(store: Store) -> int:
    async with store._database.read() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM stale_periods"))).scalar_one())


@pytest.mark.parametrize("seed", [1, 2])
async def test_rollups_equal_direct_sums_over_usage(store: Store, seed: int) -> None:
    records = calls(seed, 150, T0 - 3_600_000, T0 + 2 * 3_600_000)
    await keep(store, records)
    rollups = Rollups(store.rollups)
    assert await rollups.catch_up(share=1) > 100
    await right(store, records)
    assert await stale(store) == 0
    assert await rollups.catch_up(share=1) == 0


async def test_late_and_repeated_records_do_not_make_them_wrong(store: Store) -> None:
    records = calls(3, 60, T0, T0 + 600_000)
    rollups = Rollups(store.rollups)
    random.Random(0).shuffle(records)
    for part in (records[:20], records[20:45], records[:30], records[45:], records):
        await keep(store, part)
        await rollups.catch_up(share=1)
    await right(store, records)


async def test_computing_again_changes_nothing(store: Store) -> None:
    records = calls(4, 40, T0, T0 + 120_000)
    await keep(store, records)
    rollups = Rollups(store.rollups)
    await rollups.catch_up(share=1)
    before = [await kept(store, granularity) for granularity in get_args(Granularity)], await store.errors.list()
    async with store._database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO stale_periods (granularity, start, writer, mark) SELECT DISTINCT granularity, start, 'x', 1 FROM rollups"
            )
        )
    assert await rollups.catch_up(share=1) >= 4
    assert (
        [await kept(store, granularity) for granularity in get_args(Granularity)],
        await store.errors.list(),
    ) == before


class Interrupted(Exception):
    pass


class EndsAfter(RollupStore):
    """A store whose process ends before, or right after, a number of writes."""

    def __init__(self, store: Store, writes: int, *, before: bool) -> None:
        super().__init__(store._database)
        self._left = writes
        self._before = before

    async def write(self, period, rows, kept, errors=()) -> bool:
        self._left -= 1
        if self._left < 0 and self._before:
            raise Interrupted
        done = await super().write(period, rows, kept, errors)
        if self._left < 0:
            raise Interrupted
        return done


@pytest.mark.parametrize("before", [True, False])
async def test_a_process_that_ends_between_two_periods_leaves_nothing_wrong(store: Store, before: bool) -> None:
    records = calls(5, 30, T0, T0 + 300_000)
    for writes in range(12):
        await keep(store, records[writes * 2 : writes * 2 + 8])
        try:
            await Rollups(EndsAfter(store, writes, before=before)).catch_up(share=1)
        except Interrupted:
            continue
    await keep(store, records)
    await Rollups(store.rollups).catch_up(share=1)
    await right(store, records)


async def test_a_killed_process_leaves_nothing_wrong(store: Store, url: str, tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("rollup_child.py")),
        url,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(60):
            for _ in range(15):
                assert await child.stdout.readline()
    finally:
        child.send_signal(signal.SIGKILL)
        await child.stdout.read()
        await child.wait()
    await Rollups(store.rollups).catch_up(share=1)
    page = await store.usage.list(limit=100_000)
    records = [await store.usage.get(call.id) for call in page.calls]
    assert len(records) > 20
    await right(store, records)


async def test_several_may_compute_while_records_come(store: Store, url: str, tmp_path: Path) -> None:
    records = calls(6, 200, T0, T0 + 180_000)
    other = await Store.open(url, tmp_path, secret=SECRET)

    async def write(into: Store, part: Sequence[CallRecord]) -> None:
        for start in range(0, len(part), 10):
            await keep(into, part[start : start + 10])

    async def compute(of: Store) -> None:
        for _ in range(6):
            await Rollups(of.rollups).catch_up(share=1)

    try:
        await asyncio.gather(write(store, records[:100]), write(other, records[100:]), compute(store), compute(other))
        await Rollups(store.rollups).catch_up(share=1)
        await right(store, records)
    finally:
        await other.close(deadline=1)


async def test_what_was_computed_from_older_records_does_not_overwrite_the_newer(store: Store) -> None:
    records = calls(7, 20, T0, T0 + 60_000)
    await keep(store, records[:10])
    (old,) = await store.rollups.waiting("minute", 10)
    await keep(store, records[10:])
    await Rollups(store.rollups).catch_up(share=1)
    assert not await store.rollups.write(old, [], {}), "its marks are gone"
    await right(store, records)
    await keep(store, records[:1])
    assert old.marks[0].writer in {mark.writer for mark in (await store.rollups.waiting("minute", 10))[0].marks}
    assert await store.rollups.write(old, [], {}), "it is stale again, so what is wrong now is put right"
    await Rollups(store.rollups).catch_up(share=1)
    await right(store, records)


async def test_it_stops_when_its_time_is_over_and_goes_on_the_next_time(store: Store) -> None:
    records = calls(8, 40, T0, T0 + 1_200_000)
    await keep(store, records)
    now = iter(range(10**6))
    rollups = Rollups(store.rollups, clock=lambda: float(next(now)))
    assert await rollups.catch_up(5.0, share=1) < 10
    assert await stale(store) > 0
    while await stale(store):
        await rollups.catch_up(5.0, share=1)
    await right(store, records)


async def test_who_looks_again_at_once_does_not_compute_again_what_took_long(store: Store) -> None:
    now = [0.0]
    rollups = Rollups(store.rollups, clock=lambda: now[0])

    class Slow(RollupStore):
        async def waiting(self, granularity, most, before=None) -> list[Stale]:
            now[0] += 1.0
            return await super().waiting(granularity, most, before)

    rollups._store = Slow(store._database)
    await rollups.freshen()
    assert now[0] == 3.0
    await rollups.freshen()
    assert now[0] == 3.0
    now[0] += 30
    await rollups.freshen()
    assert now[0] == 36.0


async def test_who_looks_sees_what_was_kept_a_moment_before(store: Store) -> None:
    rollups = Rollups(store.rollups)
    records = calls(14, 30, T0, T0 + 60_000)
    for number in range(0, 30, 3):
        await keep(store, records[number : number + 3])
        await asyncio.gather(rollups.catch_up(), rollups.freshen())
        assert (await kept(store, "day"))[T0][Cell("all")].count == number + 3


class Watched(RollupStore):
    """A store that tells when it gives the first calls of a period."""

    def __init__(self, store: Store) -> None:
        super().__init__(store._database)
        self.giving = asyncio.Event()

    async def records(self, start, end):
        async with aclosing(super().records(start, end)) as parts:
            async for part in parts:
                self.giving.set()
                yield part


async def test_work_that_is_cancelled_lets_its_connection_go(store: Store) -> None:
    await keep(store, calls(15, 300, T0, T0 + 60_000))
    for _ in range(12):  # more often than there are connections
        watched = Watched(store)
        at_work = asyncio.create_task(Rollups(watched).catch_up(share=0.001))
        async with asyncio.timeout(20):
            await watched.giving.wait()
        at_work.cancel()
        await asyncio.gather(at_work, return_exceptions=True)
    async with asyncio.timeout(20):
        await Rollups(store.rollups).catch_up(share=1)


# ---------------------------------------------------------------- what is not kept any more


async def test_forgetting_minutes_and_calls_leaves_hours_and_days_as_they_are(store: Store) -> None:
    records = calls(9, 60, T0 - DAY, T0 + DAY)
    await keep(store, records)
    rollups = Rollups(store.rollups)
    await rollups.catch_up(share=1)
    hours, days = await kept(store, "hour"), await kept(store, "day")
    assert await store.rollups.forget("minute", T0) > 0
    assert await store.usage.prune(T0) > 0
    assert await store.rollups.forget("minute", T0) == 0
    await keep(store, records[:1])  # too late: what it belongs to cannot be computed again
    await keep(store, [record for record in records if record.at < T0])
    await rollups.catch_up(share=1)
    assert await kept(store, "hour") == hours
    assert await kept(store, "day") == days
    assert min(await kept(store, "minute")) >= T0
    assert await stale(store) == 0


async def test_what_is_forgotten_while_it_is_computed_is_not_written(store: Store) -> None:
    records = calls(16, 30, T0, T0 + 600_000)
    await keep(store, records)
    rollups = Rollups(store.rollups)
    await rollups.catch_up(share=1)
    before = await kept(store, "hour")

    class Forgets(RollupStore):
        async def parts(self, granularity, since, until):
            await store.rollups.forget("minute", T0 - DAY)  # which is no matter
            if granularity == "minute":
                await store.rollups.forget("minute", T0 + DAY)
            async with aclosing(super().parts(granularity, since, until)) as parts:
                async for part in parts:
                    yield part

    await keep(store, records[:1])
    await Rollups(Forgets(store._database)).catch_up(share=1)
    assert await kept(store, "hour") == before, "it was computed from nothing"
    await rollups.catch_up(share=1)
    found = await kept(store, "hour")
    assert same(found[T0], tallied(records)), "from the calls, now that there are no minutes"


async def test_a_late_record_for_forgotten_minutes_still_reaches_its_hour_and_day(store: Store) -> None:
    records = calls(10, 60, T0 - DAY, T0)
    await keep(store, records[:50])
    rollups = Rollups(store.rollups)
    await rollups.catch_up(share=1)
    await store.rollups.forget("minute", T0)
    await keep(store, records[50:])
    await rollups.catch_up(share=1)
    for granularity in ("hour", "day"):
        found = await kept(store, granularity)
        for start, part in periods(records, granularity).items():
            assert same(found[start], tallied(part))
    await store.rollups.forget("hour", T0)
    await keep(store, [calls(11, 1, T0 - DAY, T0)[0]])
    await rollups.catch_up(share=1)
    whole = (await kept(store, "day"))[T0 - DAY][Cell("all")]
    assert whole.count == 61


async def test_what_was_there_before_there_were_rollups_is_rolled_up(store: Store, url: str, tmp_path: Path) -> None:
    records = calls(12, 30, T0, T0 + 600_000)
    await keep(store, records)
    file = tmp_path / "old.zip"
    await backup(url, tmp_path, file, secret=SECRET)
    async with store._database.write() as connection:
        await connection.execute(text("DELETE FROM stale_periods"))
    await without_rollups(file)
    await restore(url, tmp_path, file, secret=SECRET, force=True)
    await Rollups(store.rollups).catch_up(share=1)
    await right(store, records)


async def without_rollups(file: Path) -> None:
    """Makes a backup look as those of before did."""
    import json
    import zipfile

    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(entries.pop("manifest.json"))
    for table in ("rollups", "stale_periods", "kept_since", "error_groups"):
        del manifest["tables"][table], entries[f"{table}.jsonl"]
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest))


async def test_rollups_and_error_groups_come_back_from_a_backup(store: Store, url: str, tmp_path: Path) -> None:
    records = calls(13, 40, T0, T0 + 120_000)
    await keep(store, records)
    await Rollups(store.rollups).catch_up(share=1)
    groups = await store.errors.list()
    file = tmp_path / "backup.zip"
    await backup(url, tmp_path, file, secret=SECRET)
    await restore(url, tmp_path, file, secret=SECRET, force=True)
    await right(store, records)
    assert await store.errors.list() == groups != []


# ---------------------------------------------------------------- error groups


def group(number: int = 0, **changes: object) -> ErrorGroup:
    values: dict[str, object] = {
        "fingerprint": f"{number:016x}", "code": "provider_timeout", "status": 504, "provider": "openai", "deployment": "gpt",
        "endpoint": "chat/completions", "pattern": "In # s.", "first_seen": 10, "last_seen": 20, "keys": ("key_a",),
        "example_id": "req_1", "example": "In 8 s.",
    }  # fmt: skip
    return ErrorGroup(**(values | changes))  # type: ignore[arg-type]


async def merged(store: Store, *groups: ErrorGroup) -> None:
    async with store._database.write() as connection:
        await error_groups.merge(connection, groups)


async def test_a_group_grows_and_bears_being_told_the_same_twice(store: Store) -> None:
    await merged(store, group(), group(1))
    more = group(first_seen=5, last_seen=30, keys=("key_b",), example_id="req_2", example="In 9 s.")
    await merged(store, more)
    await merged(store, more, group(1))
    await merged(store, group())
    assert await store.errors.get(group().fingerprint) == group(
        first_seen=5, last_seen=30, keys=("key_a", "key_b"), example_id="req_2", example="In 9 s."
    )
    assert await store.errors.get(group(1).fingerprint) == group(1)
    with pytest.raises(NotFound):
        await store.errors.get("nothing")


async def test_a_group_remembers_so_many_keys_and_no_more(store: Store) -> None:
    for number in range(5):
        await merged(store, group(keys=tuple(f"key_{number}_{each}" for each in range(40))))
    assert len((await store.errors.get(group().fingerprint)).keys) == 100


async def test_groups_are_forgotten_by_age_and_beyond_a_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await merged(store, *(group(number, last_seen=number) for number in range(20)))
    assert await store.errors.forget(5) == 5
    monkeypatch.setattr(error_groups, "MOST_GROUPS", 10)
    assert await store.errors.forget(0) == 5
    assert [one.last_seen for one in await store.errors.list()] == list(range(19, 9, -1))


async def test_many_groups_at_once_by_two_processes(store: Store, url: str, tmp_path: Path) -> None:
    other = await Store.open(url, tmp_path, secret=SECRET)
    many = [group(number) for number in range(600)]
    try:
        await asyncio.gather(*(merged(of, *many) for of in (store, other, store, other)))
    finally:
        await other.close(deadline=1)
    assert len(await store.errors.list()) == 600
