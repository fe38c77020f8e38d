"""Joining a text to one that broke off."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from switchgear.pipeline.seam import Seam

WORDS = st.lists(st.sampled_from(["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dogs", "and", "rests"]))


def joined(said: str, pieces: list[str], *, stripped: bool = False) -> str:
    seam = Seam(said, stripped=stripped)
    return said + "".join([*(seam.feed(piece) for piece in pieces), seam.finish()])


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


def test_a_text_that_goes_right_on_is_put_behind() -> None:
    assert joined("The capital of France is Par", ["is.", " It lies on the Seine."]) == (
        "The capital of France is Paris. It lies on the Seine."
    )


@given(st.text(min_size=1, max_size=300), st.text(max_size=300), st.lists(st.integers(0, 10_000), max_size=12))
def test_a_text_that_begins_again_is_not_repeated(said: str, more: str, places: list[int]) -> None:
    assert joined(said, cut(said + more, places)) == said + more


@given(st.text(min_size=20, max_size=200), st.integers(8, 20), st.lists(st.integers(0, 10_000), max_size=12))
def test_a_run_up_is_not_repeated(said: str, length: int, places: list[int]) -> None:
    more = "\x00and so it went on"  # not a character of what was said by chance, so that there is one right answer
    text = said[-length:] + more
    assert joined(said, cut(text, places)).endswith(more)
    assert joined(said, cut(text, places)).startswith(said)
    assert len(joined(said, cut(text, places))) <= len(said) + len(text)


@given(WORDS, WORDS, st.lists(st.integers(0, 10_000), max_size=12))
def test_how_a_text_is_cut_up_does_not_matter(first: list[str], second: list[str], places: list[int]) -> None:
    said, text = " ".join(first), " ".join(second)
    assert joined(said, cut(text, places)) == joined(said, [text])


def test_an_answer_that_begins_again_and_ends_sooner_adds_nothing() -> None:
    assert joined("Hello world, how are you?", ["Hello world"]) == "Hello world, how are you?"


def test_a_few_characters_alike_are_chance() -> None:
    assert joined("I said no", ["no way, I said"]) == "I said nono way, I said"


def test_white_space_that_a_model_was_not_told_of_is_not_doubled() -> None:
    assert joined("It is a ", [" dog."], stripped=True) == "It is a dog."
    assert joined("One.\n", ["\nTwo."]) == "One.\n\nTwo."
