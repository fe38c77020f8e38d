"""Answers to questions of the same meaning, with vectors that a test makes up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy as np
import pytest
from cached_rig import IDENTITY, Made, Rig, Written

from switchgear.cache.semantic import DIMENSIONS, Meanings, SemanticCache
from switchgear.core.caching import CachePolicy
from switchgear.providers.base import Operation
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.testing import FaultUpstream, Gate, chat_completion, faults

TEA, TEA_TOO, COFFEE = "How do I make tea?", "how do i make tea", "How do I make coffee?"


class Vectors:
    """Tea lies one way and coffee another; what is long is not seen whole."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def packed(self, text: str) -> bytes | None:
        self.asked.append(text)
        if len(text) > 1000:
            return None
        vector = np.zeros(DIMENSIONS, dtype=np.float32)
        vector[int("coffee" in text)] = 1
        return vector.tobytes()

    async def close(self) -> None:
        return None


@pytest.fixture
def vectors() -> Vectors:
    return Vectors()


@pytest.fixture
async def rig(vectors: Vectors) -> AsyncIterator[Rig]:
    async with FaultUpstream() as upstream:
        made = Rig(upstream)
        made.policy = CachePolicy(IDENTITY, ttl=60.0, semantic=True, threshold=0.99)
        made.cached.semantic = SemanticCache(cast("LocalEmbedder", vectors), Meanings(100))
        upstream.always(faults.ok(chat_completion("Boil water.")))
        yield made
        made.provider.close()


async def test_a_question_of_the_same_meaning_gets_the_answer(rig: Rig) -> None:
    first = await rig.ask(TEA)
    rig.now += 5
    alike = await rig.ask(TEA_TOO)
    assert (alike.cache, alike.call.age, alike.text) == ("semantic", 5, first.text)
    assert rig.records[-1].cost == 0
    assert rig.records[-1].cache == "semantic"
    assert rig.answers.counts.semantic == 1
    assert (await rig.ask(COFFEE)).cache == "miss"
    assert rig.asked() == 2


async def test_it_may_be_streamed(rig: Rig) -> None:
    await rig.ask(TEA)
    alike = await rig.ask(TEA_TOO, stream=True)
    assert alike.cache == "semantic"
    assert b"Boil water." in alike.text
    assert alike.text.endswith(b"data: [DONE]\n\n")


async def test_the_same_words_need_no_vector(rig: Rig, vectors: Vectors) -> None:
    await rig.ask(TEA)
    await rig.ask(TEA)
    assert vectors.asked == [TEA]


async def test_another_tenant_gets_nothing(rig: Rig) -> None:
    await rig.ask(TEA, key="ann")
    assert (await rig.ask(TEA_TOO, key="bob")).cache == "miss"


def said(*texts: str, system: str = "") -> list[dict[str, Any]]:
    before = [{"role": "system", "content": system}] if system else []
    turns = [{"role": "assistant" if at % 2 else "user", "content": text} for at, text in enumerate(texts)]
    return before + turns


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0.5},
        {"max_tokens": 5},
        {"tools": [{"type": "function", "function": {"name": "look"}}]},
        {"messages": said(TEA_TOO, system="Answer in French.")},
        {"messages": said("hi", "hello", TEA_TOO)},
        {"messages": [{"role": "user", "name": "ann", "content": TEA_TOO}]},
        {"messages": [*said("q"), {"role": "tool", "tool_call_id": "c", "content": TEA_TOO}]},
    ],
)
async def test_everything_else_has_to_be_the_same(rig: Rig, fields: dict[str, Any]) -> None:
    await rig.ask(TEA)
    assert (await rig.ask(TEA_TOO, **fields)).cache == "miss"


async def test_what_came_before_may_be_the_same(rig: Rig) -> None:
    await rig.ask(messages=said("hi", "hello", TEA, system="Be brief."))
    assert (await rig.ask(messages=said("hi", "hello", TEA_TOO, system="Be brief."))).cache == "semantic"


async def test_the_guard_has_a_say(rig: Rig) -> None:
    await rig.ask("How do I make tea for 2?")
    assert (await rig.ask("How do I make tea for 3?")).cache == "miss"


async def test_a_text_that_is_not_seen_whole_is_like_no_other(rig: Rig) -> None:
    long = TEA + " please" * 200
    await rig.ask(long)
    assert (await rig.ask(long.lower())).cache == "miss"


async def test_models_that_do_not_ask_for_it_are_not_compared(rig: Rig, vectors: Vectors) -> None:
    rig.policy = CachePolicy(IDENTITY, ttl=60.0)
    await rig.ask(TEA)
    assert (await rig.ask(TEA_TOO)).cache == "miss"
    assert vectors.asked == []


async def test_an_answer_that_is_gone_is_not_given(rig: Rig) -> None:
    await rig.ask(TEA)
    rig.now += 61
    assert (await rig.ask(TEA_TOO)).cache == "miss"
    await rig.answers.purge()
    rig.now += 1
    assert (await rig.ask("HOW DO I MAKE TEA")).cache == "miss"


async def test_who_wants_a_new_answer_gets_one(rig: Rig) -> None:
    await rig.ask(TEA)
    assert (await rig.ask(TEA_TOO, control="no-cache")).cache == "miss"
    assert len(rig.cached.semantic.meanings) == 2  # it is found by others from now on


async def test_only_if_cached_may_be_answered_by_meaning(rig: Rig) -> None:
    await rig.ask(TEA)
    assert (await rig.ask(TEA_TOO, control="only-if-cached")).cache == "semantic"


async def test_those_who_ask_the_same_at_once_share_it(rig: Rig) -> None:
    gate = Gate()
    rig.upstream.answer(gate, faults.ok(chat_completion("Boil water.")))
    _, task = rig.start(TEA)
    async with asyncio.timeout(10):
        while not gate.reached:
            await asyncio.sleep(0.001)
    gate.open()
    await task
    told = await asyncio.gather(*(rig.start(TEA_TOO)[1] for _ in range(5)))
    assert {each.cache for each in told} <= {"semantic", "shared"}
    assert rig.asked() == 1


async def test_embeddings_are_not_compared(rig: Rig, vectors: Vectors) -> None:
    rig.upstream.always(faults.ok({"object": "list", "data": []}))
    from cached_rig import request

    for text in (TEA, TEA_TOO):
        made = Made(rig.begin(operation=Operation.EMBEDDING), Written())
        await rig.run(made, request(input=text))
        assert made.cache == "miss"
    assert vectors.asked == []


async def test_other_processes_learn_of_questions() -> None:
    told: list[bytes] = []
    one = SemanticCache(cast("LocalEmbedder", Vectors()), Meanings(10), told.append)
    other = SemanticCache(cast("LocalEmbedder", Vectors()), Meanings(10))
    meant = await one.read(b"scope", TEA)
    assert meant is not None
    one.keep(meant, b"name")
    other.hear(told[0])
    other.hear(b"nonsense")
    asked = await other.read(b"scope", TEA_TOO)
    assert asked is not None
    assert other.find(asked, 0.99) == [b"name"]
