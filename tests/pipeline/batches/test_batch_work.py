"""Working on batches: every line is answered once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from batch_process import Caller

from switchgear.core.batches import BatchLinesFinished
from switchgear.core.errors import (
    BudgetExceeded,
    CallTooLarge,
    ContextLengthExceeded,
    DeploymentsResting,
    ModelNotAllowed,
    ModelUnpriced,
    ProviderOverloaded,
    ProviderQuotaExceeded,
    ProviderTimeout,
    StoreUnavailable,
    SwitchgearError,
    TooManyAtOnce,
)
from switchgear.pipeline.batches.context import now_ms

Make = Callable[..., Awaitable[Any]]


def names(first: int, last: int) -> list[str]:
    return [f"c{number}" for number in range(first, last + 1)]


async def test_every_line_is_answered_in_order_and_told_of(batching: Make) -> None:
    one = await batching()
    batch_id = await one.begin(200)
    batch = await one.ended(batch_id)
    assert (batch.status, batch.total, batch.completed, batch.failed) == ("completed", 200, 200, 0)
    assert (batch.model, batch.cost, batch.prompt_tokens) == ("m", 1000, 400)
    assert await one.ids(batch_id) == names(1, 200)
    assert set(one.caller.sent.values()) == {1}
    line = (await one.read(batch_id))[6]
    assert line["response"] == {"status_code": 200, "request_id": "req_c7", "body": {"said": "c7"}}
    assert line["error"] is None
    files = (await one.store.files.list("key_a", now_ms(), limit=10, purpose="batch_output")).files
    assert [(file.id, file.bytes) for file in files] == [(batch.output_file_id, batch.output_bytes)]
    await one.work.close()
    assert one.statuses() == ["in_progress", "completed"]
    finished = [event for event in one.events if isinstance(event, BatchLinesFinished)]
    assert sum(event.completed for event in finished) == 200


async def test_so_many_lines_are_under_way_at_once_of_all_batches_together(batching: Make) -> None:
    one = await batching(concurrency=5)
    one.caller.seconds = 0.01
    ids = [await one.begin(40) for _ in range(3)]
    for batch_id in ids:
        assert (await one.ended(batch_id)).completed == 40
    assert one.caller.most_at_once == 5


async def test_batches_go_on_beside_each_other(batching: Make) -> None:
    one = await batching(concurrency=2)
    one.caller.seconds = 0.005
    long, short = await one.begin(300), await one.begin(3)
    await one.ended(short)
    assert (await one.store.batches.get(long, None)).status != "completed"
    await one.ended(long)


async def test_a_line_that_cannot_succeed_is_an_error_of_its_own(batching: Make) -> None:
    one = await batching()
    one.caller.answers = lambda name, _: ContextLengthExceeded("Too long.") if name in ("c2", "c9") else None
    batch_id = await one.begin(10)
    batch = await one.ended(batch_id)
    assert (batch.status, batch.completed, batch.failed) == ("completed", 8, 2)
    errors = await one.read(batch_id, ok=False)
    assert [line["custom_id"] for line in errors] == ["c2", "c9"]
    assert errors[0]["response"]["status_code"] == 400
    assert errors[0]["response"]["body"]["error"]["code"] == "context_length_exceeded"
    assert one.caller.sent["c2"] == 1
    assert batch.error_file_id is not None


async def test_a_batch_without_one_good_line_has_no_output_file(batching: Make) -> None:
    one = await batching()
    one.caller.answers = lambda *_: ContextLengthExceeded("Too long.")
    batch = await one.ended(await one.begin(3))
    assert (batch.status, batch.output_file_id, batch.failed) == ("completed", None, 3)


async def test_an_answer_that_is_not_json_or_has_lines_does_not_spoil_the_file(batching: Make) -> None:
    one = await batching()
    said = {"c1": b'{\n "a": [1,\r\n 2]\n}', "c2": b"not json", "c3": b'{"a": "\xff"}'}
    one.caller.answers = lambda name, _: said.get(name)
    batch_id = await one.begin(4)
    batch = await one.ended(batch_id)
    assert (batch.completed, batch.failed) == (2, 2)
    assert (await one.read(batch_id))[0]["response"]["body"] == {"a": [1, 2]}
    assert {line["error"]["code"] for line in await one.read(batch_id, ok=False)} == {"provider_invalid_response"}
    assert batch.cost == 20  # they were answered, and cost what they cost


async def test_a_provider_that_fails_for_a_while_costs_no_line(batching: Make) -> None:
    one = await batching()
    one.caller.answers = lambda *_: ProviderOverloaded("Busy.") if sum(one.caller.sent.values()) < 300 else None
    batch_id = await one.begin(20)
    batch = await one.ended(batch_id)
    assert (batch.completed, batch.failed) == (20, 0)
    assert await one.ids(batch_id) == names(1, 20)


async def test_a_line_that_fails_alone_is_given_up_after_five_tries(batching: Make) -> None:
    one = await batching()
    one.caller.answers = lambda name, _: ProviderTimeout("Slow.") if name == "c5" else None
    batch_id = await one.begin(30)
    batch = await one.ended(batch_id)
    assert (batch.completed, batch.failed) == (29, 1)
    assert one.caller.sent["c5"] == 5
    assert (await one.read(batch_id, ok=False))[0]["response"]["body"]["error"]["code"] == "provider_timeout"


async def test_a_provider_that_fails_for_long_ends_the_lines(batching: Make) -> None:
    one = await batching(retry_for=0.3)
    one.caller.answers = lambda *_: ProviderOverloaded("Busy.")
    batch = await one.ended(await one.begin(5))
    assert (batch.status, batch.failed) == ("completed", 5)
    assert min(one.caller.sent.values()) >= 2


@pytest.mark.parametrize("error", [TooManyAtOnce, BudgetExceeded, DeploymentsResting, ProviderQuotaExceeded])
async def test_a_limit_makes_the_batch_wait_and_fails_no_line(batching: Make, error: type[Exception]) -> None:
    one = await batching()
    one.caller.answers = lambda _, before: error("The limit is reached.", retry_after=0.05) if before < 3 else None
    batch_id = await one.begin(12)
    batch = await one.ended(batch_id)
    assert (batch.completed, batch.failed) == (12, 0)
    assert await one.ids(batch_id) == names(1, 12)


async def test_a_long_wait_is_shown_with_its_reason_until_it_is_over(batching: Make) -> None:
    one = await batching()
    used_up = True
    one.caller.answers = lambda *_: TooManyAtOnce("The budget is used up.", retry_after=9000.0) if used_up else None
    batch_id = await one.begin(5)
    waiting = await one.until(batch_id, lambda batch: batch.reason != "")
    assert waiting.status == "in_progress"
    assert "The budget is used up." in waiting.reason
    assert waiting.not_before > now_ms() + 8_000_000
    used_up = False  # somebody raised it: that is noticed long before
    batch = await one.ended(batch_id)
    assert (batch.completed, batch.reason) == (5, "")


async def test_a_revoked_key_stops_its_batch_with_a_reason(batching: Make) -> None:
    one = await batching(concurrency=1)
    one.caller.answers = lambda name, _: one.allow(revoked_at=5) if name == "c4" else None
    batch_id = await one.begin(100)
    batch = await one.ended(batch_id)
    assert (batch.status, batch.completed, batch.failed) == ("failed", 4, 96)
    assert json.loads(batch.errors)[0]["code"] == "revoked_api_key"
    assert await one.ids(batch_id) == names(1, 4)
    unsent = await one.read(batch_id, ok=False)
    assert [line["custom_id"] for line in unsent] == names(5, 100)
    assert {(line["response"], line["error"]["code"]) for line in unsent} == {(None, "revoked_api_key")}


@pytest.mark.parametrize("error", [ModelNotAllowed, ModelUnpriced])
async def test_a_key_that_lost_the_model_stops_its_batch(batching: Make, error: type[SwitchgearError]) -> None:
    one = await batching()
    one.caller.answers = lambda *_: error('This key may not call the model "m".')
    batch = await one.ended(await one.begin(100))
    assert (batch.status, batch.failed) == ("failed", 100)
    assert json.loads(batch.errors)[0]["code"] == error.code
    assert len(one.caller.sent) <= 8


async def test_a_line_that_no_limit_would_ever_let_through_is_an_error_of_its_own(batching: Make) -> None:
    one = await batching()
    one.caller.answers = lambda name, _: CallTooLarge("Too much.") if name == "c2" else None
    batch = await one.ended(await one.begin(5))
    assert (batch.status, batch.completed, batch.failed) == ("completed", 4, 1)


async def test_a_key_that_is_gone_fails_its_batch_before_it_begins(batching: Make) -> None:
    one = await batching(start=False)
    one.keyring.load([])
    batch_id = await one.begin(3)
    one.work.start()
    batch = await one.ended(batch_id)
    assert (batch.status, batch.total) == ("failed", 0)
    assert json.loads(batch.errors)[0]["code"] == "invalid_api_key"


async def test_bad_lines_fail_the_batch_and_nothing_is_sent(batching: Make) -> None:
    one = await batching()
    batch = await one.ended(await one.begin_with(b'{"custom_id":"a"}\nnonsense\n'))
    assert (batch.status, batch.total, batch.output_file_id, batch.error_file_id) == ("failed", 0, None, None)
    assert {error["line"] for error in json.loads(batch.errors)} == {1, 2}
    assert one.caller.sent == {}


async def test_a_cancelled_batch_keeps_what_was_answered_and_says_what_was_not(batching: Make) -> None:
    one = await batching(concurrency=4)
    one.caller.seconds = 0.01
    batch_id = await one.begin(2000)
    await one.until(batch_id, lambda batch: batch.completed > 20)
    assert (await one.store.batches.cancel(batch_id, "key_a", now_ms())).status == "cancelling"
    batch = await one.ended(batch_id)
    assert batch.status == "cancelled"
    assert 20 < batch.completed < 2000
    assert batch.completed + batch.failed == 2000
    assert len(one.caller.sent) <= batch.completed + 4
    done, not_done = await one.ids(batch_id), await one.ids(batch_id, ok=False)
    assert sorted(done + not_done) == sorted(names(1, 2000))
    assert {line["error"]["code"] for line in await one.read(batch_id, ok=False)} == {"batch_cancelled"}
    assert batch.cancelling_at is not None


async def test_a_batch_is_cancelled_although_its_provider_hangs(batching: Make) -> None:
    one = await batching()
    one.caller.gate.clear()
    batch_id = await one.begin(20)
    await one.until(batch_id, lambda _: one.caller.at_once == 8)
    await one.store.batches.cancel(batch_id, None, now_ms())
    batch = await one.ended(batch_id)
    assert (batch.status, batch.completed, batch.failed) == ("cancelled", 0, 20)
    assert one.caller.at_once == 0


async def test_a_batch_is_cancelled_before_it_was_looked_at(batching: Make) -> None:
    one = await batching(start=False)
    batch_id = await one.begin(3)
    await one.store.batches.cancel(batch_id, None, now_ms())
    one.work.start()
    batch = await one.ended(batch_id)
    assert (batch.status, batch.total, batch.output_file_id) == ("cancelled", 0, None)


async def test_a_batch_past_its_window_keeps_what_was_answered(batching: Make) -> None:
    one = await batching(concurrency=2)
    one.caller.seconds = 0.02
    batch_id = await one.begin(1000, expires_at=now_ms() + 1000)
    batch = await one.ended(batch_id)
    assert batch.status == "expired"
    assert 0 < batch.completed < 1000
    assert batch.completed + batch.failed == 1000
    unsent = await one.read(batch_id, ok=False)
    assert {line["error"]["code"] for line in unsent} == {"batch_expired"}
    assert sorted(await one.ids(batch_id) + [line["custom_id"] for line in unsent]) == sorted(names(1, 1000))


# ---------------------------------------------------------------- several processes, and the end of one


async def test_two_processes_share_the_lines_of_a_batch(batching: Make) -> None:
    one, two = await batching(concurrency=4), await batching(concurrency=4, own=Caller())
    one.caller.seconds = two.caller.seconds = 0.005
    batch_id = await one.begin(800)
    batch = await one.ended(batch_id)
    assert batch.completed == 800
    assert one.caller.sent
    assert two.caller.sent
    assert one.caller.sent.keys() & two.caller.sent.keys() == set()
    assert await one.ids(batch_id) == names(1, 800)


async def test_a_process_that_stops_in_good_order_leaves_its_lines_to_another_at_once(batching: Make) -> None:
    one = await batching(lease=3600.0, concurrency=4)
    one.caller.seconds = 0.01
    batch_id = await one.begin(300)
    await one.until(batch_id, lambda batch: batch.completed > 10)
    await one.work.close()
    before = (await one.store.batches.get(batch_id, None)).completed
    two = await batching(lease=3600.0, own=Caller())
    batch = await two.ended(batch_id)
    assert batch.completed == 300
    assert len(two.caller.sent) == 300 - before  # what was answered is not sent again
    assert await two.ids(batch_id) == names(1, 300)


async def test_the_lines_of_a_process_that_died_are_sent_again_when_its_lease_has_lapsed(batching: Make) -> None:
    one = await batching(concurrency=4)
    batch_id = await one.begin(100)
    one.caller.answers = lambda name, _: one.caller.gate.clear() if name == "c30" else None  # from then on it hangs
    await one.until(batch_id, lambda batch: batch.completed >= 26 and one.caller.at_once == 4)
    await asyncio.sleep(0)
    one.work._watching.cancel()  # it renews nothing any more: to the others it is dead
    two = await batching(own=Caller())
    batch = await two.ended(batch_id)
    assert batch.completed == 100
    again = one.caller.sent.keys() & two.caller.sent.keys()
    assert again <= set(names(27, 64))  # those under way, and none that was kept
    one.caller.gate.set()  # it was not dead at all: what it answers now changes nothing
    await one.work.close()
    assert (await two.store.batches.get(batch_id, None)).completed == 100
    assert await two.ids(batch_id) == names(1, 100)


async def test_a_store_that_is_away_for_a_while_loses_no_line(batching: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await batching()
    finish, fails = one.store.batch_lines.finish, 5

    async def failing(*args: Any) -> Any:
        nonlocal fails
        fails -= 1
        if fails >= 0:
            raise StoreUnavailable("Away.")
        return await finish(*args)

    monkeypatch.setattr(one.store.batch_lines, "finish", failing)
    batch_id = await one.begin(100)
    batch = await one.ended(batch_id)
    assert batch.completed == 100
    assert set(one.caller.sent.values()) == {1}


async def test_few_lines_are_finished_and_not_kept(batching: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await batching(concurrency=50)
    stuck = asyncio.Event()
    finish = one.store.batch_lines.finish

    async def slow(*args: Any) -> Any:
        await stuck.wait()
        return await finish(*args)

    monkeypatch.setattr(one.store.batch_lines, "finish", slow)
    batch_id = await one.begin(2000)
    last = -1
    while last != len(one.caller.sent):
        last = len(one.caller.sent)
        await asyncio.sleep(0.3)
    assert last < 700
    stuck.set()
    assert (await one.ended(batch_id)).completed == 2000


async def test_lines_near_which_processes_keep_dying_are_given_up(batching: Make) -> None:
    one = await batching(start=False)
    batch_id = await one.begin(70)
    await one.store.batches.lease(batch_id, "dead", 0, 1)
    from switchgear.pipeline.batches.validating import validate
    from switchgear.store.batches import KeptBatch

    mine: KeptBatch = await one.store.batches.lease(batch_id, one.context.worker, now_ms(), now_ms() + 9000)
    await validate(one.context, mine)
    await one.store.batches.release(batch_id, one.context.worker)
    for _ in range(10):
        assert [part.first for part in await one.store.batch_lines.claim(batch_id, "dead", now_ms(), 1, 1)] == [1]
    one.work.start()
    batch = await one.ended(batch_id)
    assert (batch.completed, batch.failed) == (6, 64)
    assert {line["error"]["code"] for line in await one.read(batch_id, ok=False)} == {"batch_line_interrupted"}
