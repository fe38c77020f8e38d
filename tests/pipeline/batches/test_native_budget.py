"""What a batch at a provider holds of budgets, from before it is sent until its results are charged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from switchgear.access.keys import Keyring
from switchgear.access.limit_book import Defined, LimitBook, Stored
from switchgear.access.limits import Limiter
from switchgear.config.limits import LimitSettings
from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import BudgetReserved
from switchgear.events.limits import LimitNear, LimitRefused
from switchgear.pipeline.batches.native_budget import BudgetHold
from switchgear.pipeline.batches.native_state import NativeState
from switchgear.pipeline.call import ModelRequest
from switchgear.pipeline.limited import most_of_text
from switchgear.providers.base import OPENAI_OPERATIONS, Operation
from switchgear.routing.directory import Deployment
from switchgear.state.memory import MemoryState
from switchgear.store.keys import Key as StoredKey

NOON = 1_795_608_000_000
DAY = 86_400_000
BATCH = cast("Any", SimpleNamespace(id="batch_1", key_id="key_a", model="fast"))


class Provider:
    name = "acme"
    kind = "openai"
    embedded = False
    dialects = ("chat",)
    operations = OPENAI_OPERATIONS
    capabilities = Capabilities()
    stream_usage = True


class Books:
    async def since(self, by: str, since: int, until: int | None = None) -> Mapping[str, Any]:
        return {}


class Process:
    """A process with a limiter: a thousand tokens a day for each key. ``holds`` are those of its batches."""

    def __init__(self) -> None:
        self.now = NOON
        self.published: list[Any] = []
        self.keyring = Keyring(b"p" * 32)
        self.keyring.load([StoredKey("key_a", "ci", ("*",), ("call",), 1, None, None, "cli", ())])
        state = MemoryState(lambda: self.now)
        self.limiter = Limiter(state, cast("Any", Books()), list, self.published.append, lambda: self.now)
        budget = LimitSettings.model_validate({"budget": {"tokens": 1000, "per": "day"}})
        self.limiter.load(LimitBook(Defined({"default": budget}, {}, {}, {}), Stored()))

    def hold(self) -> BudgetHold:
        context = SimpleNamespace(limiter=self.limiter, keyring=self.keyring, key_of=lambda _: self.key, worker="w1")
        return BudgetHold(cast("Any", context))

    @property
    def key(self) -> Any:
        return self.keyring.known("key_a")

    async def used(self) -> int:
        (holder,) = self.limiter.book.holders(self.key, "fast")
        (use,) = await self.limiter.standing(holder)
        return use.used


def sent(tokens: int) -> Any:
    return SimpleNamespace(tokens=tokens, cost=0)


async def test_two_batches_that_do_not_fit_together_are_not_both_sent() -> None:
    process = Process()
    first, second = process.hold(), process.hold()
    await first.take(BATCH, sent(600))
    await first.take(BATCH, sent(600))  # tried again: held already
    assert await process.used() == 600
    with pytest.raises(BudgetReserved):
        await second.take(BATCH, sent(600))
    process.limiter.charge(process.key, "fast", 50, 0)
    first.release()
    first.release()
    assert await process.used() == 50
    await second.take(BATCH, sent(600))
    assert await process.used() == 650


async def test_whoever_takes_a_batch_over_holds_what_it_may_use_even_without_room() -> None:
    process = Process()
    state = NativeState("native", phase="running", tokens=700)
    process.limiter.charge(process.key, "fast", 500, 0)
    hold = process.hold()
    await hold.keep(BATCH, state)
    await hold.keep(BATCH, state)
    assert await process.used() == 1200
    assert not any(isinstance(one, LimitRefused) for one in process.published)
    hold.release()
    assert await process.used() == 500
    assert not any(isinstance(one, LimitNear) for one in process.published)


async def test_what_is_held_is_held_in_the_next_period_too() -> None:
    process = Process()
    hold = process.hold()
    await hold.take(BATCH, sent(600))
    process.now += DAY
    assert await process.used() == 0
    await hold.keep(BATCH, NativeState("native", phase="running", tokens=600))
    assert await process.used() == 600
    hold.release()
    assert await process.used() == 0


async def test_a_batch_that_was_sent_without_a_budget_holds_nothing() -> None:
    process = Process()
    hold = process.hold()
    await hold.keep(BATCH, NativeState("native", phase="running"))
    assert await process.used() == 0


@pytest.mark.parametrize(
    ("operation", "fields", "output"),
    [
        (Operation.CHAT, {}, 10),
        (Operation.CHAT, {"n": 100}, 1000),
        (Operation.CHAT, {"n": "many"}, 10),
        (Operation.CHAT, {"best_of": 4}, 10),
        (Operation.COMPLETION, {"prompt": "a", "best_of": 4, "n": 2}, 40),
        (Operation.COMPLETION, {"prompt": ["a", "b", "c"], "n": 2}, 60),
        (Operation.COMPLETION, {"prompt": [[1, 2], [3]]}, 20),
        (Operation.COMPLETION, {"prompt": [1, 2, 3]}, 10),
        (Operation.COMPLETION, {"prompt": []}, 10),
        (Operation.EMBEDDING, {"n": 100}, 0),
    ],
)
def test_every_answer_that_is_asked_for_is_counted(operation: Operation, fields: dict[str, Any], output: int) -> None:
    body = json.dumps({"model": "m"} | fields).encode()
    request = ModelRequest("m", False, msgspec.json.decode(body, type=dict[str, msgspec.Raw]), body=body, max_tokens=10)
    deployment = Deployment(cast("Any", Provider()), "m", None)
    assert most_of_text(request, operation, deployment, 5).output_tokens == output
