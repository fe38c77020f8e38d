"""Answers in memory stay within their bounds, whoever asks for what."""

from __future__ import annotations

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.cache.kept import Kept, unpacked
from switchgear.cache.marks import MOST, Purge, Purges
from switchgear.cache.shelf import Shelf
from switchgear.core.calls import Usage


def answer(size: int = 100, tenant: str = "key:a", model: str = "m", asked: float = 0.0) -> Kept:
    return Kept(tenant, model, asked, asked, 60.0, 0.0, Usage(1, 2), 3, 0, {b"": b"x" * size})


def test_what_was_wanted_longest_ago_goes_first() -> None:
    shelf = Shelf(3 * answer().size)
    for name in (b"1", b"2", b"3"):
        assert shelf.put(name, answer())
    assert shelf.get(b"1") is not None
    shelf.put(b"4", answer())
    assert shelf.get(b"2") is None
    assert {name for name in (b"1", b"3", b"4") if shelf.get(name)} == {b"1", b"3", b"4"}
    assert shelf.evicted == 1


def test_an_answer_that_has_no_room_drives_nobody_out() -> None:
    shelf = Shelf(3 * answer().size)
    shelf.put(b"1", answer())
    assert not shelf.put(b"2", answer(10_000))
    assert len(shelf) == 1


def test_who_floods_the_cache_drives_out_its_own() -> None:
    shelf = Shelf(100 * answer().size, 0.5)
    for number in range(40):
        shelf.put(b"mine %d" % number, answer(tenant="key:a"))
    for number in range(10_000):
        shelf.put(b"flood %d" % number, answer(tenant="key:b"))
    assert all(shelf.get(b"mine %d" % number) for number in range(40))
    assert len(shelf) <= 90


def test_a_smaller_cache_lets_go_at_once() -> None:
    shelf = Shelf(100 * answer().size)
    for number in range(100):
        shelf.put(b"%d" % number, answer())
    shelf.resize(10 * answer().size, 1.0)
    assert len(shelf) == 10
    assert shelf.get(b"99") is not None


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4000), st.sampled_from("ab"), st.booleans()), max_size=60))
def test_its_size_is_that_of_what_is_in_it(steps: list[tuple[int, int, str, bool]]) -> None:
    shelf = Shelf(12_000, 0.7)
    for number, size, tenant, drop in steps:
        name = b"%d" % number
        if drop:
            shelf.drop(name)
        else:
            shelf.put(name, answer(size, tenant))
        inside = [kept for n in range(10) if (kept := shelf.get(b"%d" % n)) is not None]
        assert shelf.size == sum(kept.size for kept in inside) <= 12_000
        assert len(shelf) == len(inside)
        assert sum(kept.size for kept in inside if kept.tenant == tenant) <= 8400
    shelf.drop_all(lambda _: True)
    assert shelf.size == 0
    assert not shelf._holdings


def test_the_size_that_is_counted_is_no_less_than_the_memory_it_takes() -> None:
    shelf = Shelf(10**9)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(3000):
            shelf.put(b"%024d" % number, answer(500 + number % 7, asked=float(number)))
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.6 * shelf.size < taken <= shelf.size


def test_what_is_packed_is_unpacked() -> None:
    kept = answer()
    assert unpacked(kept.packed()) == kept
    for wrong in (b"", b"\xc1", kept.packed()[:-1], b"\x91\x01"):
        assert unpacked(wrong) is None


def test_purges_meet_what_was_asked_for_before_them() -> None:
    purges = Purges(1000)
    purges.add(Purge(10.0, model="m"), 10.0)
    purges.add(Purge(20.0, tenant="key:b"), 20.0)
    assert purges.meet(answer(asked=9.0))
    assert not purges.meet(answer(asked=11.0))
    assert not purges.meet(answer(asked=9.0, model="other"))
    assert purges.meet(answer(asked=19.0, model="other", tenant="key:b"))


def test_purges_are_handed_on_and_do_not_pile_up() -> None:
    purges = Purges(1000)
    for number in range(3 * MOST):
        purges.add(Purge(float(number), tenant=f"key:{number}"), float(number))
    assert len(purges._purges) <= MOST
    other = Purges(1000)
    other.take(purges.packed(), 3000.0)
    assert other.meet(answer(asked=1.0, tenant="key:2999"))
    other.take(b"nonsense", 3000.0)
    purges.add(Purge(9000.0), 9000.0)
    assert len(purges._purges) == 1
