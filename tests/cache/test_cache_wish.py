"""What requests say of the cache."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cache.wish import ANY, OFF, Wish, wish_of


def test_a_request_that_says_nothing_takes_what_there_is() -> None:
    assert wish_of(b"") is ANY


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        (b"no-cache", Wish(fresh_only=True)),
        (b"No-Cache", Wish(fresh_only=True)),
        (b"no-store", Wish(keep=False)),
        (b"no-store, no-cache", Wish(fresh_only=True, keep=False)),
        (b"only-if-cached", Wish(only_kept=True)),
        (b"max-age=60", Wish(oldest=60)),
        (b'max-age="60"', Wish(oldest=60)),
        (b"max-age=0", Wish(oldest=0)),
        (b" max-age = 5 ,min-fresh=7", Wish(oldest=5, margin=7)),
        (b"max-stale=30", Wish(past=30)),
        (b"stale-if-error=9", Wish(grace=9)),
        (b"max-stale=some, stale-if-error=much, shrug, =, ,", ANY),
        (b"max-age=soon", Wish(oldest=0)),
        (b"max-age=-5", Wish(oldest=0)),
        (b"max-age", Wish(oldest=0)),
        (b"min-fresh=-1", Wish(margin=10**9)),
        (b"x" * 5000, ANY),
    ],
)
def test_directives_are_those_of_rfc_9111(field: bytes, wish: Wish) -> None:
    assert wish_of(field) == wish


def test_any_age_past_its_time_will_do_where_none_is_named() -> None:
    assert wish_of(b"max-stale").past > 10**8


def test_several_fields_are_one_wish() -> None:
    assert wish_of(b"max-age=5", wish_of(b"no-store, min-fresh=2")) == Wish(keep=False, oldest=5, margin=2)


def test_who_leaves_the_cache_out_says_no_more() -> None:
    assert wish_of(b"only-if-cached", OFF) is OFF


@given(st.binary(max_size=80))
def test_nothing_that_a_client_sends_is_an_error(field: bytes) -> None:
    wish = wish_of(field)
    assert wish.oldest is None or 0 <= wish.oldest <= 10**9
