"""Halves of characters, brought together."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.dialects.surrogates import Halves

texts = st.text(st.sampled_from('a"\\😀𝄞é\n') | st.characters(codec="utf-8"), max_size=8)


def units(text: str) -> list[str]:
    """A text in UTF-16 code units, as JavaScript sees it."""
    data = text.encode("utf-16-be")
    return [data[at : at + 2].decode("utf-16-be", "surrogatepass") for at in range(0, len(data), 2)]


@given(texts, st.lists(st.integers(0, 16), max_size=6))
def test_a_text_cut_between_units_is_whole_again(text: str, cuts: list[int]) -> None:
    whole = units(text)
    places = sorted(min(cut, len(whole)) for cut in cuts)
    pieces = [
        "".join(whole[start:end]) for start, end in zip([0, *places], [*places, len(whole)], strict=True) if start < end
    ]
    halves = Halves()
    said = [msgspec.json.decode(halves.mended(json.dumps({"x": 1, "d": piece}).encode()))["d"] for piece in pieces]
    assert "".join(said) == text


@given(texts)
def test_what_is_whole_is_left_as_it_is(text: str) -> None:
    document = json.dumps([text, json.dumps(text)]).encode()
    assert Halves().mended(document) == document


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (rb'"a\ud83db"', "a\ufffdb"),
        (rb'"a\ude00b"', "a\ufffdb"),
        (rb'"\ude00"', "\ufffd"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (rb'"\\ud83d"', r"\ud83d"),
        (rb'"\ud83d\n"', "\ufffd\n"),
        (rb'"\ud83d"', ""),
        (rb'["\ud83d","\ude00"]', ["", "😀"]),
        (rb'"\ud8"', None),
    ],
)
def test_a_half_that_stays_alone_is_a_replacement_character(document: bytes, expected: object) -> None:
    mended = Halves().mended(document)
    if expected is None:
        assert mended == document
    else:
        assert msgspec.json.decode(mended) == expected


def test_a_first_half_waits_for_its_second() -> None:
    halves = Halves()
    assert halves.mended(rb'{"d":"a\uD83D"}') == b'{"d":"a"}'
    assert halves.mended(b'{"d":""}') == b'{"d":""}'
    assert msgspec.json.decode(halves.mended(rb'{"e":"\"\ude00"}')) == {"e": '"\ufffd'}
    assert msgspec.json.decode(halves.mended(rb'{"d":"\uDE00b"}')) == {"d": "😀b"}
    assert msgspec.json.decode(halves.mended(rb'{"d":"\ude00"}')) == {"d": "\ufffd"}
