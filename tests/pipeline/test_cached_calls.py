"""What the cache stage gives, keeps and lets pass."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from cached_rig import IDENTITY, Made, Rig, Written, request

from switchgear.core.caching import CachePolicy
from switchgear.core.errors import NotCached, ProviderError, SwitchgearError
from switchgear.providers.base import Operation
from switchgear.routing.rules import RouteRules
from switchgear.testing import FaultUpstream, chat_chunk, chat_completion, chat_stream, faults, tokens


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with FaultUpstream() as upstream:
        made = Rig(upstream)
        yield made
        made.provider.close()


# ---------------------------------------------------------------- hits


async def test_the_same_question_is_answered_without_asking_again(rig: Rig) -> None:
    first = await rig.ask()
    rig.now += 7
    second = await rig.ask()
    assert (first.cache, second.cache) == ("miss", "hit")
    assert second.text == first.text
    assert second.call.age == 7
    assert rig.asked() == 1


async def test_a_hit_costs_nothing_and_tells_what_it_saved(rig: Rig) -> None:
    rig.upstream.answer(faults.ok({"choices": [{"message": {}, "finish_reason": "stop"}], "usage": tokens(1000, 500)}))
    await rig.ask()
    await rig.ask()
    miss, hit = rig.records
    cost = 1000 * 150 + 500 * 600
    assert (miss.cache, miss.cost, miss.attempts, miss.saved) == ("miss", cost, 1, None)
    assert (hit.cache, hit.cost, hit.attempts, hit.saved) == ("hit", 0, 0, cost)
    assert hit.usage == miss.usage
    assert (hit.provider, hit.deployment, hit.outcome) == ("test", "gpt-4o-mini", "ok")
    counts = rig.answers.counts
    assert (counts.hits, counts.misses, counts.saved, counts.saved_tokens) == (1, 1, cost, 1500)


async def test_an_answer_ends_with_its_ttl(rig: Rig) -> None:
    await rig.ask()
    rig.now += 59.9
    assert (await rig.ask()).cache == "hit"
    rig.now += 0.1
    assert (await rig.ask()).cache == "miss"
    assert (await rig.ask()).cache == "hit"


async def test_a_stream_is_given_again_event_by_event(rig: Rig) -> None:
    rig.upstream.always(faults.stream(chat_stream(["Par", "is"])))
    first = await rig.ask(stream=True)
    second = await rig.ask(stream=True)
    assert second.cache == "hit"
    assert second.reply.begun
    assert second.text == first.text
    assert second.text.endswith(b"data: [DONE]\n\n")
    assert rig.records[1].first_token_ms is not None


async def test_reasoning_and_tool_calls_are_given_again(rig: Rig) -> None:
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}}
    events = [
        {"id": "x", "choices": [{"index": 0, "delta": {"role": "assistant", "reasoning_content": "hm"}}]},
        {"id": "x", "choices": [{"index": 0, "delta": {"tool_calls": [call]}}]},
        {"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
    ]
    rig.upstream.always(faults.stream(events))
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    first = await rig.ask(stream=True, tools=tools)
    assert (await rig.ask(stream=True, tools=tools)).text == first.text
    whole = await rig.ask(tools=tools)
    assert whole.cache == "hit"
    message = json.loads(whole.text)["choices"][0]["message"]
    assert message["reasoning_content"] == "hm"
    assert message["tool_calls"][0]["function"] == call["function"]


async def test_a_whole_answer_serves_a_stream_and_the_reverse(rig: Rig) -> None:
    rig.upstream.always(faults.ok(chat_completion("Paris")))
    whole = await rig.ask()
    streamed = await rig.ask(stream=True, stream_options={"include_usage": True})
    again = await rig.ask(stream=True, stream_options={"include_usage": True})
    assert (streamed.cache, again.cache) == ("hit", "hit")
    assert b'"content":"Paris"' in streamed.text
    assert b'"prompt_tokens"' in streamed.text
    assert again.text == streamed.text
    assert (await rig.ask()).text == whole.text
    assert rig.asked() == 1


async def test_what_cannot_be_told_in_another_form_is_asked_for_and_kept_beside(rig: Rig) -> None:
    answer = chat_completion("Paris")
    answer["choices"][0]["logprobs"] = {"content": [{"token": "Paris", "logprob": -0.1}]}
    rig.upstream.answer(faults.ok(answer))
    rig.upstream.answer(faults.stream(chat_stream(["Rome"])))
    whole = await rig.ask(logprobs=True)
    streamed = await rig.ask(logprobs=True, stream=True)
    assert streamed.cache == "miss"
    assert (await rig.ask(logprobs=True)).text == whole.text
    assert (await rig.ask(logprobs=True, stream=True)).text == streamed.text
    assert rig.asked() == 2


# ---------------------------------------------------------------- whose, and of what


async def test_tenants_never_see_each_others_answers(rig: Rig) -> None:
    await rig.ask(key="ann")
    assert (await rig.ask(key="bob")).cache == "miss"
    assert (await rig.ask(key="tim")).cache == "miss"
    assert (await rig.ask(key="ann")).cache == "hit"


async def test_a_team_shares_its_answers(rig: Rig) -> None:
    await rig.ask(key="tim")
    assert (await rig.ask(key="tom")).cache == "hit"


async def test_another_question_or_another_wish_is_another_answer(rig: Rig) -> None:
    await rig.ask("one")
    assert (await rig.ask("two")).cache == "miss"
    assert (await rig.ask("one", temperature=0)).cache == "miss"
    assert (await rig.ask("one", user="me", metadata={"a": "b"})).cache == "hit"


async def test_a_model_that_was_defined_anew_does_not_answer_as_the_old_one(rig: Rig) -> None:
    await rig.ask()
    rig.policy = CachePolicy(b"j" * 24)
    assert (await rig.ask()).cache == "miss"


async def test_a_model_that_keeps_nothing_says_nothing(rig: Rig) -> None:
    rig.policy = None
    assert (await rig.ask()).cache == ""
    assert (await rig.ask()).cache == ""


# ---------------------------------------------------------------- what the client wants


async def test_no_cache_asks_anew_and_keeps_what_comes(rig: Rig) -> None:
    rig.upstream.answer(faults.ok(chat_completion("old")))
    rig.upstream.answer(faults.ok(chat_completion("new")))
    await rig.ask()
    assert b"new" in (await rig.ask(control="no-cache")).text
    last = await rig.ask()
    assert last.cache == "hit"
    assert b"new" in last.text


async def test_no_store_takes_what_is_kept_and_keeps_nothing(rig: Rig) -> None:
    assert (await rig.ask(control="no-store")).cache == "miss"
    assert (await rig.ask()).cache == "miss"
    assert (await rig.ask(control="no-store")).cache == "hit"


async def test_max_age_and_min_fresh_bound_how_old_it_may_be(rig: Rig) -> None:
    await rig.ask()
    rig.now += 30
    assert (await rig.ask(control="max-age=30")).cache == "hit"
    assert (await rig.ask(control="min-fresh=29")).cache == "hit"
    assert (await rig.ask(control="min-fresh=31")).cache == "miss"
    rig.now += 1
    assert (await rig.ask(control="max-age=0")).cache == "miss"


async def test_only_if_cached_asks_nobody(rig: Rig) -> None:
    with pytest.raises(NotCached) as told:
        await rig.ask(control="only-if-cached")
    assert told.value.http_status == 504
    assert rig.asked() == 0
    await rig.ask()
    assert (await rig.ask(control="only-if-cached")).cache == "hit"


async def test_off_leaves_the_cache_out(rig: Rig) -> None:
    assert (await rig.ask(own="off")).cache == "bypass"
    assert (await rig.ask()).cache == "miss"
    assert (await rig.ask(own="off")).cache == "bypass"
    assert rig.asked() == 3


async def test_an_expired_answer_will_do_for_who_says_so(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=100.0)
    await rig.ask()
    rig.now += 70
    assert (await rig.ask(control="max-stale=5")).cache == "miss"
    rig.now += 70
    assert (await rig.ask(control="max-stale=20")).cache == "stale"


# ---------------------------------------------------------------- what is not kept


@pytest.mark.parametrize("plan", [faults.status(500), faults.truncated(), faults.ok(b"no json")])
async def test_errors_are_not_kept(rig: Rig, plan: Any) -> None:
    rig.upstream.answer(plan)
    with pytest.raises(ProviderError):
        await rig.ask()
    assert (await rig.ask()).cache == "miss"
    assert (await rig.ask()).cache == "hit"


async def test_a_stream_that_was_cut_is_not_kept(rig: Rig) -> None:
    rig.upstream.answer(faults.cut_mid_stream())
    with pytest.raises(ProviderError):
        await rig.ask(stream=True)
    rig.upstream.always(faults.stream())
    assert (await rig.ask(stream=True)).cache == "miss"


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_ended_early_is_kept_only_where_the_client_wanted_that(rig: Rig, stream: bool) -> None:
    if stream:
        rig.upstream.always(faults.stream([chat_chunk("a"), chat_chunk(finish_reason="length")]))
    else:
        rig.upstream.always(faults.ok(chat_completion("a", finish_reason="length")))
    await rig.ask(stream=stream)
    assert (await rig.ask(stream=stream)).cache == "miss"
    await rig.ask(stream=stream, max_tokens=1)
    assert (await rig.ask(stream=stream, max_tokens=1)).cache == "hit"


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_ended_without_a_reason_is_given_and_not_kept(rig: Rig, stream: bool) -> None:
    if stream:
        rig.upstream.always(faults.stream([chat_chunk("half of an")]))
    else:
        rig.upstream.always(
            faults.ok({"choices": [{"index": 0, "message": {"content": "half of an"}, "finish_reason": None}]})
        )
    first = await rig.ask(stream=stream)
    assert b"half of an" in first.text
    assert b'"stop"' not in first.text
    assert (await rig.ask(stream=stream)).cache == "miss"


@pytest.mark.parametrize("operation", [Operation.MESSAGES, Operation.RESPONSES])
@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_holds_where_it_is_told_in_another_dialect(rig: Rig, operation: Operation, stream: bool) -> None:
    if stream:
        rig.upstream.always(faults.stream([chat_chunk("half of an")]))
    else:
        rig.upstream.always(
            faults.ok({"choices": [{"index": 0, "message": {"content": "half of an"}, "finish_reason": None}]})
        )
    for _ in range(2):
        made = Made(rig.begin(operation=operation), Written())
        asked = request("hi", stream=stream, max_tokens=9, input="hi")
        await rig.run(made, asked)
        assert made.cache == "miss"
        assert b"half of an" in made.text
        assert b"end_turn" not in made.text


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_is_too_large_is_given_and_not_kept(stream: bool) -> None:
    async with FaultUpstream() as upstream:
        rig = Rig(upstream, max_answer_bytes=2048)
        plan = faults.stream(chat_stream(["x" * 900] * 5)) if stream else faults.ok(chat_completion("x" * 4000))
        upstream.always(plan)
        first = await rig.ask(stream=stream)
        assert len(first.text) > 4000
        assert (await rig.ask(stream=stream)).cache == "miss"
        assert len(rig.answers) == 0
        rig.provider.close()


@pytest.mark.parametrize(
    "fields",
    [
        {"store": True},
        {"audio": {"voice": "a", "format": "mp3"}},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
    ],
)
async def test_calls_with_files_sound_or_an_answer_that_is_stored_elsewhere_pass(rig: Rig, fields: Any) -> None:
    assert (await rig.ask(**fields)).cache == "bypass"
    assert (await rig.ask(**fields)).cache == "bypass"


async def test_an_answer_that_has_an_identity_passes(rig: Rig) -> None:
    asked = msgspec.structs.replace(request(), keepable=False)
    assert (await rig.run(Made(rig.begin(), Written()), asked)).cache == "bypass"


async def test_other_operations_pass(rig: Rig) -> None:
    call = rig.begin(operation=Operation.IMAGE, control="only-if-cached")
    with pytest.raises(NotCached):
        await rig.run(Made(call, Written()), request())
    assert call.cache == "bypass"


async def test_embeddings_are_kept(rig: Rig) -> None:
    rig.upstream.always(faults.ok({"object": "list", "data": [{"embedding": [0.1]}], "usage": tokens(3, 0)}))
    for how in ("miss", "hit"):
        made = Made(rig.begin(operation=Operation.EMBEDDING), Written())
        assert (await rig.run(made, request(input="hi"))).cache == how
    assert rig.records[1].usage.prompt_tokens == 3


# ---------------------------------------------------------------- when nobody answers


async def test_an_expired_answer_is_given_when_every_deployment_failed(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=600.0)
    first = await rig.ask()
    rig.upstream.always(faults.status(503))
    rig.now += 100
    stale = await rig.ask()
    assert (stale.cache, stale.call.age, stale.text) == ("stale", 100, first.text)
    assert rig.records[-1].outcome == "ok"
    assert rig.records[-1].cache == "stale"
    streamed = await rig.ask(stream=True)
    assert streamed.cache == "stale"
    rig.now += 600
    with pytest.raises(ProviderError):
        await rig.ask()


async def test_nobody_waits_for_another_attempt_while_an_expired_answer_is_at_hand(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=600.0)
    rig.model.rules = RouteRules(attempts=5, backoff=3600.0, longest_pause=3600.0)
    rig.random = 1.0
    await rig.ask()
    rig.upstream.always(faults.status(503))
    rig.now += 100
    async with asyncio.timeout(30):
        assert (await rig.ask()).cache == "stale"
        assert (await rig.ask(stream=True)).cache == "stale"
        assert rig.asked() == 3
        for _ in range(30):
            assert (await rig.ask()).cache == "stale"
    assert rig.asked() < 33  # from some time on the deployment rests, and nobody waits for that to end


async def test_what_the_client_did_wrong_is_told_all_the_same(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=600.0)
    await rig.ask()
    rig.now += 100
    rig.upstream.always(faults.status(400))
    with pytest.raises(SwitchgearError):
        await rig.ask()


async def test_a_client_may_refuse_what_has_expired(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=600.0)
    await rig.ask()
    rig.now += 100
    rig.upstream.always(faults.status(503))
    with pytest.raises(ProviderError):
        await rig.ask(control="stale-if-error=0")


# ---------------------------------------------------------------- purging, and bounds


async def test_a_purge_takes_what_it_names(rig: Rig) -> None:
    await rig.ask(key="ann")
    await rig.ask(key="tim")
    assert await rig.answers.purge(model="other") == 0
    assert await rig.answers.purge(tenant="team:search") == 1
    rig.now += 1
    assert (await rig.ask(key="ann")).cache == "hit"
    assert (await rig.ask(key="tim")).cache == "miss"
    assert await rig.answers.purge(model="fast") == 2
    rig.now += 1
    assert (await rig.ask(key="ann")).cache == "miss"


async def test_an_answer_that_was_asked_for_before_a_purge_is_not_kept(rig: Rig) -> None:
    rig.upstream.answer(faults.stream(gap=0.05))
    made, task = rig.start(stream=True)
    await made.reply.until(b"data:")
    await rig.answers.purge()
    await task
    assert made.reply.done
    rig.now += 1
    rig.upstream.always(faults.stream())
    assert (await rig.ask(stream=True)).cache == "miss"


async def test_a_flood_of_questions_stays_within_bounds() -> None:
    async with FaultUpstream() as upstream:
        rig = Rig(upstream, max_bytes=1024 * 1024)
        upstream.always(faults.ok(chat_completion("x" * 10_000)))
        for number in range(200):
            await rig.ask(str(number))
        assert rig.answers.facts().size <= 512 * 1024
        assert rig.answers.facts().evicted > 100
        assert (await rig.ask("199")).cache == "hit"
        rig.provider.close()


async def test_who_wants_no_kept_answer_gets_none_in_need_either_but_by_saying_so(rig: Rig) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0, stale_if_error=600.0)
    await rig.ask()
    rig.now += 100
    rig.upstream.always(faults.status(503))
    with pytest.raises(ProviderError):
        await rig.ask(control="no-cache")
    assert (await rig.ask(control="no-cache, stale-if-error=600")).cache == "stale"


@pytest.mark.parametrize("control", ["max-age=-1", "max-age=soon", "min-fresh=soon"])
async def test_a_wish_that_cannot_be_read_is_for_the_freshest(rig: Rig, control: str) -> None:
    await rig.ask()
    rig.now += 1
    assert (await rig.ask(control=control)).cache == "miss"
