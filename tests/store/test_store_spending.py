"""What was spent, by the records of calls."""

from __future__ import annotations

from collections.abc import Callable

from switchgear.core.calls import CallRecord, Usage
from switchgear.store.spending import Spent
from switchgear.store.store import Store

NOON = 1_790_000_000_000


async def test_spending_is_summed_up_for_each_owner(store: Store, record: Callable[..., CallRecord]) -> None:
    for made in (
        record(at=NOON, key_id="key_a", team="search", user="ann", cost=100),
        record(at=NOON + 1, key_id="key_b", team="search", user="", cost=20, usage=Usage(3, 4)),
        record(at=NOON + 2, key_id="key_a", team="", user="ann", cost=None, model="slow"),
        record(at=NOON + 3, key_id="key_a", outcome="refused", usage=Usage(), cost=None, team="search"),
        record(at=NOON - 1, key_id="key_a", team="search", user="ann", cost=5_000),
    ):
        store.writer.add(made)
    await store.writer.committed()
    since = store.spending.since
    assert await since("key", NOON) == {"key_a": Spent(30, 100), "key_b": Spent(7, 20)}
    assert await since("team", NOON) == {"search": Spent(22, 120)}, "calls of no team are nobody's"
    assert await since("user", NOON) == {"ann": Spent(30, 100)}
    assert await since("model", NOON) == {"fast": Spent(22, 120), "slow": Spent(15, 0)}
    assert await since("key", NOON, NOON + 1) == {"key_a": Spent(15, 100)}
    assert await since("key", NOON + 10) == {}


async def test_sums_are_larger_than_32_bits(store: Store, record: Callable[..., CallRecord]) -> None:
    for number in range(3):
        store.writer.add(record(at=NOON + number, usage=Usage(2_000_000_000, 2_000_000_000), cost=9_000_000_000_000))
    await store.writer.committed()
    assert await store.spending.since("key", NOON) == {"key_a": Spent(12_000_000_000, 27_000_000_000_000)}
