"""Identical calls at the same time: one asks, all get the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from cached_rig import IDENTITY, Rig

from switchgear.cache.flight import BEHIND
from switchgear.core.caching import CachePolicy
from switchgear.core.calls import Priority
from switchgear.core.errors import ProviderDisconnected, ProviderError, ProviderRefused, ProviderTimeout
from switchgear.testing import FaultUpstream, Gate, ReadBody, chat_chunk, chat_completion, chat_stream, faults


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with FaultUpstream() as upstream:
        made = Rig(upstream)
        yield made
        made.provider.close()


async def reached(gate: Gate, times: int = 1) -> None:
    """Wait until so many requests stand at the gate."""
    async with asyncio.timeout(10):
        while gate.reached < times:
            await asyncio.sleep(0.001)


def begun_stream(gate: Gate, pieces: tuple[str, ...] = ("Par", "is")) -> tuple[object, ...]:
    """A stream that stops at the gate after its first piece."""
    plan = faults.stream(chat_stream(pieces))
    return (*plan[:4], gate, *plan[4:])


@pytest.mark.parametrize("stream", [False, True])
async def test_fifty_at_once_are_one_call(rig: Rig, stream: bool) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.stream() if stream else faults.ok())
    started = [rig.start(stream=stream) for _ in range(50)]
    await reached(gate)
    gate.open()
    made = await asyncio.gather(*(task for _, task in started))
    assert rig.asked() == 1
    assert len({each.text for each in made}) == 1
    assert sorted(each.cache for each in made) == ["miss"] + ["shared"] * 49
    assert all(each.reply.done and each.reply.begun == stream for each in made)
    costs = sorted((record.cache, record.cost) for record in rig.records)
    assert costs[0][0] == "miss"
    assert costs[0][1]
    assert costs[1:] == [("shared", 0)] * 49
    assert len({record.usage for record in rig.records}) == 1


async def test_followers_get_a_stream_while_it_comes(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(*begun_stream(gate))
    leader, task = rig.start(stream=True)
    await leader.reply.until(b"Par")
    late, second = rig.start(stream=True)
    await late.reply.until(b"Par")
    assert not late.reply.done
    gate.open()
    await asyncio.gather(task, second)
    assert late.text == leader.text
    assert rig.records[1].first_token_ms is not None


async def test_who_would_wait_no_longer_does_not_end_the_wait_of_others(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.ok())
    hasty = [rig.start(patience=0.1), rig.start(patience=0.3)]
    patient = [rig.start() for _ in range(3)]
    for _, task in hasty:
        with pytest.raises(ProviderTimeout, match="x-switchgear-timeout"):
            await task
    gate.open()
    made = await asyncio.gather(*(task for _, task in patient))
    assert all(each.reply.done for each in made)
    assert sorted(each.cache for each in made) == ["miss", "shared", "shared"]


async def test_a_stream_that_somebody_will_soon_leave_is_not_joined_by_who_waits_longer(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(*begun_stream(gate))
    hasty, first = rig.start(stream=True, patience=60)
    await hasty.reply.until(b"Par")
    alike, second = rig.start(stream=True, patience=60)
    patient, third = rig.start(stream=True)
    await asyncio.gather(alike.reply.until(b"Par"), patient.reply.until(b"Par"))
    gate.open()
    await asyncio.gather(first, second, third)
    assert (hasty.cache, alike.cache, patient.cache) == ("miss", "shared", "miss")
    assert rig.asked() == 2


async def test_calls_of_another_tenant_or_form_do_not_follow(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.ok())
    started = [rig.start(), rig.start(key="bob"), rig.start("else")]
    await reached(gate, 3)
    gate.open()
    await asyncio.gather(*(task for _, task in started))
    assert rig.asked() == 3


async def test_who_wants_a_new_answer_asks_for_it(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.ok())
    _, task = rig.start()
    await reached(gate)
    anew = asyncio.create_task(rig.ask(control="no-cache"))
    await reached(gate, 2)
    gate.open()
    await asyncio.gather(task, anew)


async def test_an_urgent_call_does_not_wait_for_a_patient_one(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.ok())
    patient, task = rig.start()
    patient.call.priority = Priority.LOW
    await reached(gate)
    urgent, second = rig.start()
    urgent.call.priority = Priority.HIGH
    await reached(gate, 2)
    gate.open()
    await asyncio.gather(task, second)


# ---------------------------------------------------------------- leaders that fail


async def test_when_the_leader_fails_one_follower_takes_over(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(gate, faults.status(500))
    rig.upstream.always(faults.ok(chat_completion("Paris")))
    _, task = rig.start()
    await reached(gate)
    started = [rig.start() for _ in range(20)]
    gate.open()
    with pytest.raises(ProviderError):
        await task
    made = await asyncio.gather(*(each for _, each in started))
    assert rig.asked() == 2
    assert all(b"Paris" in each.text for each in made)
    assert sorted(each.cache for each in made) == ["miss"] + ["shared"] * 19


async def test_a_provider_that_is_down_is_not_asked_once_for_each(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.status(500))
    started = [rig.start() for _ in range(30)]
    await reached(gate)
    gate.open()
    told = await asyncio.gather(*(task for _, task in started), return_exceptions=True)
    assert all(isinstance(each, ProviderError) for each in told)
    assert rig.asked() == 2
    assert all(record.outcome == "failed" for record in rig.records)


async def test_what_is_wrong_with_the_request_is_told_to_all(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.status(400))
    started = [rig.start() for _ in range(10)]
    await reached(gate)
    gate.open()
    told = await asyncio.gather(*(task for _, task in started), return_exceptions=True)
    assert all(isinstance(each, ProviderRefused) for each in told)
    assert rig.asked() == 1


async def test_a_stream_that_breaks_off_breaks_off_for_all(rig: Rig) -> None:
    gate = Gate()
    plan = faults.cut_mid_stream()
    rig.upstream.answer(*plan[:4], gate, *plan[4:])
    leader, task = rig.start(stream=True)
    await leader.reply.until(b"data:")
    late, second = rig.start(stream=True)
    await late.reply.until(b"data:")
    gate.open()
    for each in (task, second):
        with pytest.raises(ProviderError):
            await each
    assert rig.asked() == 1
    assert [record.outcome for record in rig.records] == ["cut", "cut"]


# ---------------------------------------------------------------- clients that leave


async def test_a_leader_whose_client_leaves_goes_on_for_the_others(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(*begun_stream(gate))
    leader, task = rig.start(stream=True)
    await leader.reply.until(b"Par")
    late, second = rig.start(stream=True)
    await late.reply.until(b"Par")
    assert leader.call.outlives_client()
    gate.open()
    await asyncio.gather(task, second)
    assert b"[DONE]" in late.text
    assert {record.outcome for record in rig.records} == {"abandoned", "ok"}
    assert (await rig.ask(stream=True)).cache == "hit"


async def test_a_leader_that_nobody_follows_ends_with_its_client(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(*begun_stream(gate))
    leader, task = rig.start(stream=True)
    await leader.reply.until(b"Par")
    assert not leader.call.outlives_client()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert rig.records[0].outcome == "abandoned"


async def test_when_the_last_follower_leaves_too_the_call_ends(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(*begun_stream(gate))
    leader, task = rig.start(stream=True)
    await leader.reply.until(b"Par")
    late, second = rig.start(stream=True)
    await late.reply.until(b"Par")
    assert leader.call.outlives_client()
    second.cancel()
    for each in (second, task):
        with pytest.raises(asyncio.CancelledError):
            await each
    assert [record.outcome for record in rig.records] == ["abandoned", "abandoned"]


async def test_when_a_leader_is_cancelled_before_it_was_given_anything_another_leads(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.always(gate, faults.ok(chat_completion("Paris")))
    _, task = rig.start()
    await reached(gate)
    started = [rig.start() for _ in range(5)]
    await asyncio.sleep(0)
    task.cancel()
    await reached(gate, 2)
    gate.open()
    made = await asyncio.gather(*(each for _, each in started))
    assert all(b"Paris" in each.text for each in made)
    assert rig.asked() == 2


async def test_when_a_leader_is_cancelled_in_the_middle_the_others_are_told(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(*begun_stream(gate))
    leader, task = rig.start(stream=True)
    await leader.reply.until(b"Par")
    late, second = rig.start(stream=True)
    await late.reply.until(b"Par")
    task.cancel()
    with pytest.raises(ProviderDisconnected, match="called off"):
        await second


# ---------------------------------------------------------------- clients that are slow, answers that are large


async def test_a_provider_waits_for_clients_that_all_wait_and_for_one_that_falls_far_behind() -> None:
    async with FaultUpstream() as upstream:
        rig = Rig(upstream, max_answer_bytes=8 * BEHIND)
        gate, last = Gate(), Gate()
        large = "x" * (BEHIND // 2)
        events = [chat_chunk("one"), *(chat_chunk(large) for _ in range(4)), chat_chunk(finish_reason="stop")]
        plan = faults.stream(events)
        upstream.answer(*plan[:3], gate, *plan[3:-2], last, *plan[-2:])
        leader, task = rig.start(stream=True)
        await leader.reply.until(b"one")
        late, second = rig.start(stream=True)
        await late.reply.until(b"one")
        flight, _ = next(iter(rig.cached._flights.values()))
        assert late.reply.pressure is not None
        late.reply.pressure(True)
        assert not flight._paused  # the leader's client still takes it
        gate.open()
        async with asyncio.timeout(10):
            while not flight._paused:
                await asyncio.sleep(0.001)
        late.reply.pressure(False)
        assert not flight._paused
        last.open()
        await asyncio.gather(task, second)
        assert late.text == leader.text
        rig.provider.close()


async def test_a_stream_too_large_to_be_remembered_is_not_joined_late() -> None:
    async with FaultUpstream() as upstream:
        rig = Rig(upstream, max_answer_bytes=2048)
        gate = Gate()
        upstream.always(*begun_stream(gate, ("x" * 3000, "y")))
        leader, task = rig.start(stream=True)
        await leader.reply.until(b"xxx")
        late, second = rig.start(stream=True)
        await reached(gate, 2)
        gate.open()
        await asyncio.gather(task, second)
        assert (leader.cache, late.cache) == ("miss", "miss")
        rig.provider.close()


async def test_followers_of_a_large_answer_get_it_although_it_is_not_kept() -> None:
    async with FaultUpstream() as upstream:
        rig = Rig(upstream, max_answer_bytes=2048)
        gate = Gate()
        upstream.always(ReadBody(), gate, *faults.stream(chat_stream(["x" * 3000] * 3))[1:])
        started = [rig.start(stream=True) for _ in range(5)]
        await reached(gate)
        gate.open()
        made = await asyncio.gather(*(task for _, task in started))
        assert len({each.text for each in made}) == 1
        assert upstream.requests
        assert rig.asked() == 1
        assert len(rig.answers) == 0
        rig.provider.close()


async def test_an_expired_answer_serves_all_who_wait_when_nobody_answers(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=600.0)
    await rig.ask()
    rig.now += 100
    gate = Gate()
    rig.upstream.always(gate, faults.status(503))
    started = [rig.start() for _ in range(10)]
    await reached(gate)
    gate.open()
    made = await asyncio.gather(*(task for _, task in started))
    assert {each.cache for each in made} == {"stale"}
    assert rig.asked() <= 3
