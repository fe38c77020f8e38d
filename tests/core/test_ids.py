"""Identifiers: they sort by time, do not repeat and keep their form."""

from __future__ import annotations

import re
import time

from switchgear.core.ids import RequestIds, new_id

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def milliseconds(request_id: str) -> int:
    """The time a request id was made, read from its first 50 bits."""
    number = 0
    for character in request_id.removeprefix("req_")[:10]:
        number = number * 32 + CROCKFORD.index(character)
    return number >> 2


def test_request_ids_sort_in_the_order_they_were_made_and_never_repeat() -> None:
    ids = RequestIds()
    made = [ids.next() for _ in range(50_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_request_ids_have_one_form() -> None:
    ids = RequestIds()
    form = re.compile(rf"req_[{CROCKFORD}]{{26}}")
    assert all(form.fullmatch(ids.next()) for _ in range(1000))


def test_a_request_id_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = RequestIds().next()
    assert before <= milliseconds(made) <= time.time_ns() // 1_000_000


def test_two_makers_do_not_make_the_same_id() -> None:
    one, other = RequestIds(), RequestIds()
    assert not {one.next() for _ in range(1000)} & {other.next() for _ in range(1000)}


def test_a_clock_that_goes_back_does_not_turn_the_order_round() -> None:
    ids = RequestIds()
    first = ids.next()
    ids._last += 60_000  # as if the clock had been a minute ahead
    assert ids.next() > first
    assert ids.next() != ids.next()


def test_new_ids_have_their_prefix_and_do_not_repeat() -> None:
    made = {new_id("key") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"key_[0-9a-z]{20}", one) for one in made)
