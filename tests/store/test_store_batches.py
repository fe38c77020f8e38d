"""Batches in the store: who takes what, and that a finished line counts once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchgear.core.calls import Usage
from switchgear.core.errors import Conflict, NotFound, TooManyAtOnce
from switchgear.store.backup import backup, restore
from switchgear.store.batch_lines import FinishedLine
from switchgear.store.batches import KeptBatch, Part
from switchgear.store.file_contents import CHUNK_BYTES
from switchgear.store.files import KeptFile
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."
NOW = 1_790_000_000_000
DAY = 86_400_000


def batch(number: int = 1, **changes: object) -> KeptBatch:
    values: dict[str, object] = {
        "id": f"batch_{number}",
        "key_id": "key_a",
        "endpoint": "/v1/chat/completions",
        "input_file_id": f"file-{number}",
        "created_at": NOW + number,
        "expires_at": NOW + number + DAY,
    }
    return KeptBatch(**(values | changes))  # type: ignore[arg-type]


def parts(count: int, lines: int = 10) -> list[Part]:
    return [Part(1 + number * lines, lines, number * 100, 100) for number in range(count)]


def finished(*numbers: int, ok: bool = True, cost: int | None = 7) -> list[FinishedLine]:
    return [FinishedLine(number, ok, b'{"n":%d}' % number, Usage(3, 2, 1, 1), cost) for number in numbers]


async def begun(store: Store, count: int = 3, worker: str = "w1", number: int = 1) -> None:
    await store.batches.create(batch(number), 100)
    assert await store.batches.lease(f"batch_{number}", worker, NOW, NOW + 1000) is not None
    assert await store.batches.begin(f"batch_{number}", worker, parts(count), total=count * 10)
    await store.batches.release(f"batch_{number}", worker)


# ---------------------------------------------------------------- batches


async def test_a_batch_reads_back_the_same(store: Store) -> None:
    made = batch(metadata='{"a":"é😀"}', output_seconds=3600, runner="gateway", reason="zu spät")
    await store.batches.create(made, 10)
    assert await store.batches.get("batch_1", "key_a") == made
    assert await store.batches.get("batch_1", None) == made


@pytest.mark.parametrize("batch_id", ["batch_2", "", "batch_1\0", "x" * 10_000])
async def test_an_id_that_no_batch_has_is_not_found(store: Store, batch_id: str) -> None:
    await store.batches.create(batch(), 10)
    for ask in (store.batches.get(batch_id, "key_a"), store.batches.cancel(batch_id, "key_a", NOW)):
        with pytest.raises(NotFound) as caught:
            await ask
        assert len(caught.value.message) < 400


async def test_another_keys_batch_is_not_found_not_listed_and_not_cancelled(store: Store) -> None:
    await store.batches.create(batch(), 10)
    for ask in (store.batches.get("batch_1", "key_b"), store.batches.cancel("batch_1", "key_b", NOW)):
        with pytest.raises(NotFound):
            await ask
    assert (await store.batches.list("key_b", limit=10)).batches == []
    assert [one.id for one in (await store.batches.list(None, limit=10)).batches] == ["batch_1"]


async def test_a_list_is_newest_first_and_comes_in_pages(store: Store) -> None:
    for number in range(1, 6):
        await store.batches.create(batch(number, created_at=NOW + number // 2), 10)
    got: list[str] = []
    page = await store.batches.list("key_a", limit=2)
    while True:
        got += [one.id for one in page.batches]
        if not page.more:
            break
        page = await store.batches.list("key_a", limit=2, after=got[-1])
    assert got == ["batch_5", "batch_4", "batch_3", "batch_2", "batch_1"]
    with pytest.raises(NotFound):
        await store.batches.list("key_a", limit=2, after="batch_9")
    assert (await store.batches.list("key_a", limit=2, statuses=["completed"])).batches == []


async def test_a_key_has_so_many_unfinished_batches_at_most(store: Store) -> None:
    await store.batches.create(batch(1), 2)
    await store.batches.create(batch(2), 2)
    with pytest.raises(TooManyAtOnce):
        await store.batches.create(batch(3), 2)
    await store.batches.create(batch(4, key_id="key_b"), 2)
    assert await store.batches.lease("batch_1", "w1", NOW, NOW + 1)
    assert await store.batches.end("batch_1", "w1", "completed", [], ended_at=NOW)
    await store.batches.create(batch(3), 2)


async def test_cancelling_is_asked_once_and_not_of_what_has_ended(store: Store) -> None:
    await begun(store)
    assert (await store.batches.cancel("batch_1", "key_a", NOW + 5)).status == "cancelling"
    assert (await store.batches.cancel("batch_1", "key_a", NOW + 9)).cancelling_at == NOW + 5
    await store.batches.lease("batch_1", "w1", NOW, NOW + 1)
    assert await store.batches.end("batch_1", "w1", "cancelled", [], ended_at=NOW)
    with pytest.raises(Conflict):
        await store.batches.cancel("batch_1", "key_a", NOW)


async def test_one_worker_has_a_batch_until_its_lease_lapses(store: Store) -> None:
    await store.batches.create(batch(), 10)
    assert await store.batches.lease("batch_1", "w1", NOW, NOW + 1000) is not None
    assert await store.batches.lease("batch_1", "w2", NOW + 999, NOW + 2000) is None
    assert await store.batches.lease("batch_1", "w1", NOW + 500, NOW + 1000) is not None
    assert await store.batches.lease("batch_1", "w2", NOW + 1000, NOW + 2000) is not None
    assert not await store.batches.change("batch_1", "w1", reason="late")
    assert not await store.batches.begin("batch_1", "w1", parts(1), total=10)
    assert not await store.batches.end("batch_1", "w1", "completed", [], ended_at=NOW)
    await store.batches.renew(["batch_1"], "w1", NOW + 9000)
    assert await store.batches.begin("batch_1", "w2", parts(1), total=10)
    assert (await store.batches.get("batch_1", None)).leased_until == NOW + 2000


async def test_a_batch_that_is_being_cancelled_does_not_begin(store: Store) -> None:
    await store.batches.create(batch(), 10)
    await store.batches.lease("batch_1", "w1", NOW, NOW + 1000)
    await store.batches.cancel("batch_1", "key_a", NOW)
    assert not await store.batches.begin("batch_1", "w1", parts(1), total=10)


# ---------------------------------------------------------------- lines


async def test_parts_are_taken_in_order_and_by_one_worker_each(store: Store) -> None:
    await begun(store, 3)
    lines = store.batch_lines
    assert [one.first for one in await lines.claim("batch_1", "w1", NOW, NOW + 1000, 2)] == [1, 11]
    assert [one.first for one in await lines.claim("batch_1", "w2", NOW, NOW + 1000, 2)] == [21]
    assert await lines.claim("batch_1", "w2", NOW + 999, NOW + 2000, 2) == []
    assert await lines.left("batch_1", NOW) == (3, 3)
    await store.batches.renew(["batch_1"], "w1", NOW + 5000)
    again = await lines.claim("batch_1", "w3", NOW + 1000, NOW + 2000, 9)  # w2 died
    assert [(one.first, one.tries) for one in again] == [(21, 1)]
    await store.batches.release("batch_1", "w1")  # in good order: that is no try
    assert [(one.first, one.tries) for one in await lines.claim("batch_1", "w4", NOW, NOW + 1, 9)] == [(1, 0), (11, 0)]


async def test_many_workers_at_once_take_every_part_once(store: Store) -> None:
    await begun(store, 40)
    taken: list[int] = []

    async def take(worker: str) -> None:
        while got := await store.batch_lines.claim("batch_1", worker, NOW, NOW + 1000, 3):
            taken.extend(one.first for one in got)

    await asyncio.gather(*(take(f"w{number}") for number in range(4)))
    assert sorted(taken) == [1 + 10 * number for number in range(40)]


async def test_a_finished_line_is_kept_and_counted_once(store: Store) -> None:
    await begun(store)
    lines = store.batch_lines
    first = await lines.finish("batch_1", [*finished(1, 2), *finished(3, ok=False, cost=None)])
    assert first is not None
    assert (first.counts.total, first.counts.completed, first.counts.failed) == (30, 2, 1)
    again = await lines.finish("batch_1", [FinishedLine(2, ok=False, line=b"other"), *finished(4)], [1])
    assert again is not None
    assert [one.number for one in again.added] == [4]
    kept = await store.batches.get("batch_1", None)
    assert (kept.completed, kept.failed, kept.cost) == (3, 1, 21)
    assert (kept.prompt_tokens, kept.completion_tokens, kept.cached_tokens, kept.reasoning_tokens) == (12, 8, 4, 4)
    assert b"".join([one async for one in lines.content("batch_1", ok=True)]) == b'{"n":1}\n{"n":2}\n{"n":4}\n'
    assert b"".join([one async for one in lines.content("batch_1", ok=False)]) == b'{"n":3}\n'
    assert (kept.output_bytes, kept.error_bytes) == (24, 8)
    assert await lines.finished("batch_1", 2, 4) == {2, 3}
    assert await lines.left("batch_1", NOW) == (2, 0)


async def test_workers_that_answer_the_same_lines_at_once_add_each_once(store: Store) -> None:
    await begun(store, 10)
    numbers = list(range(1, 101))
    done = await asyncio.gather(
        *(store.batch_lines.finish("batch_1", finished(*numbers[at : at + 50])) for at in (0, 25, 50) for _ in range(3))
    )
    assert sorted(line.number for one in done if one is not None for line in one.added) == numbers
    assert (await store.batches.get("batch_1", None)).completed == 100


async def test_nothing_is_added_to_a_batch_that_has_ended(store: Store) -> None:
    await begun(store)
    await store.batches.lease("batch_1", "w1", NOW, NOW + 1)
    file = KeptFile("file-out", "", "key_a", "out", "batch_output", 5, NOW)
    assert await store.batches.end("batch_1", "w1", "expired", [file], ended_at=NOW, output_file_id="file-out")
    assert await store.batch_lines.finish("batch_1", finished(1)) is None
    assert await store.batch_lines.left("batch_1", NOW) == (0, 0)
    assert await store.files.get("file-out", "key_a", NOW) == file
    assert await store.batches.of_file("file-out") == ("batch_1", True)
    assert await store.batches.of_file("file-1") is None
    assert await store.batches.unfinished(10) == []


async def test_long_content_comes_in_pieces_and_in_order(store: Store) -> None:
    await begun(store)
    sent = [FinishedLine(number, ok=True, line=b"%d" % number * (number % 7 * 20_000 + 1)) for number in range(1, 301)]
    for at in range(0, 300, 50):
        await store.batch_lines.finish("batch_1", sent[at : at + 50])
    got = [piece async for piece in store.batch_lines.content("batch_1", ok=True)]
    assert b"".join(got) == b"".join(one.line + b"\n" for one in sent)
    assert max(map(len, got)) < 20_000_000
    assert len(got) > 5


# ---------------------------------------------------------------- content of files


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 20 * CHUNK_BYTES + 5])
async def test_content_reads_back_whole_and_in_part(store: Store, size: int) -> None:
    data = os.urandom(size)
    writer = store.contents.writer("file-1", NOW)
    for at in range(0, size, 70_000):
        await writer.write(data[at : at + 70_000])
    await writer.finish()
    assert writer.size == size
    assert b"".join([piece async for piece in store.contents.pieces("file-1")]) == data
    for start, length in ((0, 10), (CHUNK_BYTES - 5, 10), (CHUNK_BYTES, 1), (size // 2, 3 * CHUNK_BYTES), (size, 5)):
        assert await store.contents.read("file-1", start, length) == data[start : start + length]
    await store.contents.delete("file-1")
    assert [piece async for piece in store.contents.pieces("file-1")] == []


async def test_content_that_no_file_has_is_forgotten_after_a_day(store: Store) -> None:
    for name in ("kept", "left"):
        writer = store.contents.writer(name, NOW)
        await writer.write(b"x")
        await writer.finish()
    await store.files.keep(KeptFile("kept", "", "key_a", "a", "batch", 1, NOW))
    assert await store.contents.prune(NOW + DAY - 1) == 0
    assert await store.contents.prune(NOW + DAY) == 1
    assert await store.contents.read("kept", 0, 9) == b"x"
    assert await store.contents.read("left", 0, 9) == b""
    assert await store.files.kept_bytes("key_a") == 1


async def test_the_input_of_an_unfinished_batch_outlives_its_expiry(store: Store) -> None:
    await store.files.keep(KeptFile("file-1", "", "key_a", "a", "batch", 1, NOW, NOW + 10))
    await store.batches.create(batch(), 10)
    assert await store.batches.uses("file-1") == "batch_1"
    assert await store.files.prune(NOW + 20) == 0
    await store.batches.lease("batch_1", "w1", NOW, NOW + 1)
    await store.batches.end("batch_1", "w1", "completed", [], ended_at=NOW)
    assert await store.batches.uses("file-1") is None
    assert await store.files.prune(NOW + 20) == 1


async def test_batches_are_forgotten_with_their_lines_and_lines_with_their_file(store: Store) -> None:
    for number in (1, 2):
        await begun(store, number=number)
        await store.batch_lines.finish(f"batch_{number}", [*finished(1), *finished(2, ok=False)])
        await store.batches.lease(f"batch_{number}", "w1", NOW, NOW + 1)
        name = f"file-out-{number}"
        file = KeptFile(name, "", "key_a", "out", "batch_output", 5, NOW)
        ended = NOW + number * DAY
        await store.batches.end(
            f"batch_{number}", "w1", "completed", [file], ended_at=ended, output_file_id=name, error_file_id="gone"
        )
    assert await store.batches.prune(NOW + 5 * DAY, 4 * DAY) == 1
    with pytest.raises(NotFound):
        await store.batches.get("batch_1", None)
    assert await store.batch_lines.finished("batch_1", 0, 99) == set()
    assert await store.batch_lines.finished("batch_2", 0, 99) == {1}  # the error file was deleted


async def test_batches_and_their_lines_are_in_backups(
    store: Store, url: str, tmp_path: Path, open_store: Callable[..., Awaitable[Store]]
) -> None:
    await begun(store)
    await store.batch_lines.finish("batch_1", finished(1, 2))
    writer = store.contents.writer("file-1", NOW)
    await writer.write(os.urandom(3 * CHUNK_BYTES))
    await writer.finish()
    before = (await store.batches.get("batch_1", None), await store.contents.read("file-1", 0, 4 * CHUNK_BYTES))
    manifest = await backup(url, tmp_path, tmp_path / "backup.zip", secret=SECRET)
    assert {name: manifest.tables[name].rows for name in ("batches", "batch_parts", "batch_lines", "file_chunks")} == {
        "batches": 1,
        "batch_parts": 3,
        "batch_lines": 2,
        "file_chunks": 3,
    }
    await restore(url, tmp_path, tmp_path / "backup.zip", secret=SECRET, force=True)
    other = await open_store()
    after = (await other.batches.get("batch_1", None), await other.contents.read("file-1", 0, 4 * CHUNK_BYTES))
    assert after == before
    assert await other.batch_lines.finished("batch_1", 0, 99) == {1, 2}
