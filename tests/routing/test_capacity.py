"""What fits where: told from bytes where they are few, by the learned ratio, and by count near a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import msgspec
import pytest

from switchgear.core.capabilities import Capabilities
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Card
from switchgear.providers.tokens import Content, TokenCounter, Vocabularies
from switchgear.routing.calibration import TokenRatio
from switchgear.routing.capacity import Capacity, too_long
from switchgear.routing.deployment import Deployment
from switchgear.routing.estimate import Estimate, Fits, about, estimate
from switchgear.routing.room import BOUNDLESS, Room, room_of
from switchgear.routing.select import Ask
from switchgear.routing.size import Size, size_of


class Words:
    """A vocabulary in which a token is a word; it notes how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def count(self, texts: list[str]) -> int:
        self.asked += 1
        return sum(len(text.split()) for text in texts)


class Account:
    stream_usage = True
    kind = "openai"
    embedded = False
    capabilities = Capabilities()

    def __init__(self, name: str) -> None:
        self.name = name


def deployment(name: str, context: int | None = None, answer: int | None = None, model: str = "gpt-4o") -> Deployment:
    card = Card(capabilities=Capabilities(context=context, max_output=answer))
    return Deployment(cast("Provider", Account(name)), model, card)


def ask(words: int, max_tokens: int | None = None, **fields: Any) -> Ask:
    request = {"model": "m", "messages": [{"role": "user", "content": " ".join(["word"] * words)}], **fields}
    body = msgspec.json.encode(request)
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in request.items()}
    size = len(bytes(raw["messages"]))
    return Ask(0, max_tokens, raw, body, "chat", "k_1", "chat/completions", size=size_of(size, body))


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def capacity(words: Words) -> Capacity:
    vocabularies = Vocabularies({"o200k": lambda: words})
    vocabularies.get("o200k")
    return Capacity(TokenCounter(vocabularies))


async def fit(capacity: Capacity, candidates: Sequence[Deployment], asked: Ask) -> Fits:
    found = capacity.fit(candidates, asked)
    return found if isinstance(found, Fits) else await found


OVERHEAD = 7
"""Tokens around one message, and before the answer."""


async def test_what_surely_fits_is_not_counted(capacity: Capacity, words: Words) -> None:
    both = [deployment("a", 8192), deployment("b")]
    found = capacity.fit(both, ask(500, 1000))
    assert isinstance(found, Fits)
    assert found.candidates is both
    assert not found.clamps
    assert words.asked == 0


async def test_an_unknown_context_holds_everything(capacity: Capacity, words: Words) -> None:
    found = capacity.fit([deployment("a")], ask(200_000, 1_000_000))
    assert isinstance(found, Fits)
    assert len(found.candidates) == 1
    assert words.asked == 0


async def test_one_that_is_too_small_is_left_out_with_both_numbers(capacity: Capacity) -> None:
    small, large = deployment("a", 100), deployment("b", 100_000)
    found = await fit(capacity, [small, large], ask(200))
    assert found.candidates == [large]
    assert found.left_out == [(small, f"context too small: 100 < {200 + OVERHEAD}")]


async def test_the_prompt_may_fill_the_context_but_for_one_token(capacity: Capacity) -> None:
    at_limit = ask(100)
    assert (await fit(capacity, [deployment("a", 100 + OVERHEAD + 1)], at_limit)).candidates
    assert not (await fit(capacity, [deployment("a", 100 + OVERHEAD)], at_limit)).candidates


async def test_one_that_holds_the_whole_answer_comes_before_one_that_does_not(capacity: Capacity) -> None:
    tight, wide = deployment("a", 300), deployment("b", 1000)
    found = await fit(capacity, [tight, wide], ask(200, 500))
    assert found.candidates == [wide]
    assert "too small for the answer" in found.left_out[0][1]


async def test_where_none_holds_the_whole_answer_it_is_shortened_to_what_fits(capacity: Capacity) -> None:
    tight = deployment("a", 300)
    found = await fit(capacity, [tight], ask(200, 500))
    assert found.candidates == [tight]
    assert found.clamps == {"a/gpt-4o": 300 - 200 - OVERHEAD}


async def test_an_answer_is_no_longer_than_the_model_s_longest(capacity: Capacity, words: Words) -> None:
    found = await fit(capacity, [deployment("a", 100_000, 4096), deployment("b", 100_000)], ask(10, 10_000))
    assert found.clamps == {"a/gpt-4o": 4096}
    assert words.asked == 0


async def test_an_answer_that_is_not_bounded_is_left_so(capacity: Capacity) -> None:
    assert not (await fit(capacity, [deployment("a", 100_000, 4096)], ask(10))).clamps


async def test_a_longest_answer_does_not_shrink_the_room_of_the_prompt(capacity: Capacity) -> None:
    """What is over the model's longest answer is not asked for, and so needs no room."""
    found = await fit(capacity, [deployment("a", 1000, 100)], ask(800, 900))
    assert len(found.candidates) == 1
    assert found.clamps == {"a/gpt-4o": 100}


async def test_only_what_is_near_a_limit_is_counted(capacity: Capacity, words: Words) -> None:
    asked = ask(1000)  # 5,000 bytes, some 1,250 tokens by the usual ratio
    await fit(capacity, [deployment("a", 1500)], asked)
    assert words.asked == 0
    await fit(capacity, [deployment("a", 1400)], asked)
    assert words.asked == 1


async def test_what_looks_too_long_by_its_bytes_is_counted_before_it_is_refused(capacity: Capacity) -> None:
    """A thousand words of 5 bytes each are 1,250 tokens by the ratio, and 1,000 by count."""
    found = await fit(capacity, [deployment("a", 1100)], ask(1000))
    assert len(found.candidates) == 1
    assert found.count is not None
    assert found.count.exact


async def test_a_large_request_is_counted_on_a_thread(capacity: Capacity) -> None:
    found = capacity.fit([deployment("a", 5000)], ask(10_000))
    assert not isinstance(found, Fits)
    beat = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(beat.set_result, None)
    told = await found
    assert beat.done()
    assert not told.candidates


async def test_the_error_names_both_numbers_and_what_to_do(capacity: Capacity) -> None:
    found = await fit(capacity, [deployment("a", 100), deployment("b", 150)], ask(200))
    error = too_long("fast", found)
    assert error.code == "context_length_exceeded"
    assert error.http_status == 400
    assert "207 tokens" in error.message
    assert "150 (b/gpt-4o)" in error.message
    assert "57 tokens" in error.advice
    assert "context_fallbacks" in error.advice


async def test_a_request_that_cannot_be_read_is_the_provider_s_to_judge(capacity: Capacity) -> None:
    asked = ask(300)
    asked.body = b'{"model": "m", "messages": [{"role": "user", "content": {"not": "known"}}]}'
    found = await fit(capacity, [deployment("a", 300)], asked)
    assert len(found.candidates) == 1


async def test_embeddings_are_not_looked_at(capacity: Capacity) -> None:
    asked = ask(5000)
    asked.dialect, asked.operation = "", "embeddings"
    assert (await fit(capacity, [deployment("a", 10)], asked)).candidates


async def test_an_estimate_does_not_leave_out_what_may_just_fit(capacity: Capacity) -> None:
    """Of a model whose vocabulary nobody has, a tenth more than the context is sent, a fifth is not."""
    unknown = deployment("a", 1000, model="somebody-s-own")
    assert (await fit(capacity, [unknown], ask(1060))).candidates
    assert not (await fit(capacity, [unknown], ask(1250))).candidates


async def test_a_context_that_the_client_asked_to_be_wider_is_the_provider_s_to_judge(capacity: Capacity) -> None:
    asked = ask(5000, 900)
    asked.wider = True
    found = await fit(capacity, [deployment("a", 100, 500)], asked)
    assert found.clamps == {"a/gpt-4o": 500}
    assert len(found.candidates) == 1


# ---------------------------------------------------------------- room


def test_context_is_for_both_unless_it_is_known_to_be_the_prompt_s() -> None:
    assert room_of("gpt-4o", "", Capabilities(context=128_000, max_output=16_384), None) == Room(
        prompt=BOUNDLESS, answer=16_384, total=128_000
    )
    assert room_of("gpt-5", "", Capabilities(context=272_000, max_output=128_000), None) == Room(
        prompt=272_000, answer=128_000, total=BOUNDLESS
    )
    assert room_of("gpt-5", "", Capabilities(context=100_000), 100_000).total == 100_000
    assert room_of("who-knows", "", Capabilities(), None) == Room()


# ---------------------------------------------------------------- estimates


def test_the_ratio_starts_at_the_usual_one_and_follows_what_is_reported() -> None:
    ratio = TokenRatio()
    assert ratio.tokens(4000) == 1001
    for _ in range(200):
        ratio.learn(3000, 1000)
    assert ratio.ratio == pytest.approx(3.0, abs=0.05)


def test_what_is_no_text_teaches_the_ratio_nothing() -> None:
    ratio = TokenRatio()
    for size, tokens in ((100, 50), (3000, 0), (1000, 900), (90_000, 1000), (3000, -5)):
        ratio.learn(size, tokens)
    assert ratio.ratio == 4.0


def test_nobody_can_move_the_ratio_far() -> None:
    ratio = TokenRatio()
    for _ in range(1000):
        ratio.learn(8000, 1000)
    assert ratio.ratio <= 8.0


def test_a_reservation_has_prompt_answer_and_cost() -> None:
    one = deployment("a", 1000, 100)
    assert estimate(Size(400), 50, one, 512) == Estimate(101, 50, None)
    assert estimate(Size(400), 500, one, 512).output_tokens == 100
    assert estimate(Size(400), None, deployment("b"), 512).output_tokens == 512


DATA = "QUJD" * 20_000


def test_encoded_images_do_not_weigh_as_text() -> None:
    url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DATA}"}}
    parts = [{"type": "text", "text": "What is it?"}, url, url, {"type": "text", "text": "And the other?"}]
    body = msgspec.json.encode({"model": "m", "messages": [{"role": "user", "content": parts}]})
    size = size_of(len(body), body)
    assert size.media == 2
    assert size.bytes < 500
    assert 3000 <= about(size, deployment("a")) < 5000


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA}},
        {"type": "input_image", "image_url": f"data:image/png;base64,{DATA}"},
        {"type": "input_audio", "input_audio": {"data": DATA, "format": "wav"}},
        {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{DATA}"}},
    ],
)
def test_they_are_known_in_every_dialect(part: dict[str, Any]) -> None:
    body = msgspec.json.encode({"messages": [{"role": "user", "content": [part]}]})
    size = size_of(len(body), body)
    assert (size.media, size.bytes < 500) == (1, True)


def test_a_long_text_is_no_image() -> None:
    body = msgspec.json.encode({"messages": [{"role": "user", "content": "some words, again " * 5000}]})
    assert size_of(len(body), body) == Size(len(body))


@pytest.mark.parametrize("key", ["content", "text"])
def test_a_text_that_looks_like_an_image_weighs_as_text(key: str) -> None:
    """Else who sends it would reserve nothing for it."""
    body = msgspec.json.encode({"messages": [{"role": "user", key: f"data:image/png;base64,{DATA}"}]})
    assert size_of(len(body), body) == Size(len(body))


def test_counts_of_content_are_shared_by_nobody() -> None:
    assert Content(["a"]).texts is not Content(["a"]).texts
