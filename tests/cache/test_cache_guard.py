"""Questions that look alike and are not. None of these is in the labelled set that the words were chosen with."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchgear.cache.guard import LONGEST, agree, sense_of


def same(one: str, other: str) -> bool:
    first, second = sense_of(one), sense_of(other)
    assert first is not None
    assert second is not None
    assert agree(first, second) == agree(second, first)
    return agree(first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ship parcel 4711 to me", "Ship parcel 4717 to me"),
        ("What is 12 * 4?", "What is 12 + 4?"),
        ("Round 3.14 down", "Round 3,14 down"),
        ("The budget is $1,500", "The budget is $15,000"),
        ("A loan of £200", "A loan of €200"),
        ("Give it 5mg twice a day", "Give it 5mg three times a day"),
        ("Boil it for five minutes", "Boil it for five hours"),
        ("A trip of 3 km", "A trip of 3 miles"),
        ("The meeting of 2026-01-02", "The meeting of 2026-02-01"),
        ("Is it open on Mondays?", "Is it open on Fridays?"),
        ("What happened in March?", "What happened in April?"),
        ("Is the shop open tomorrow?", "Is the shop open today?"),
        ("Which half is bigger?", "Which third is bigger?"),
        ("My first order", "My second order"),
        ("Save 20% on shoes", "Save 20 on shoes"),
    ],
)
def test_numbers_dates_and_units(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do I have to sign it?", "Don't I have to sign it?"),
        ("Can pregnant people eat this?", "Can't pregnant people eat this?"),
        ("Recipes with nuts", "Recipes without nuts"),
        ("Is the bridge stable?", "Is the bridge unstable?"),
        ("Is the file readable?", "Is the file non-readable?"),
        ("Turn the heating on", "Turn the heating off"),
        ("How do I enable logging?", "How do I disable logging?"),
        ("Who can approve leave?", "Who can deny leave?"),
        ("Is this plant poisonous or harmless?", "Is this plant poisonous or harmful?"),
        ("Is there pain?", "Is there painless?"),
        ("Send it before lunch", "Send it after lunch"),
        ("All flights except Ryanair", "All flights including Ryanair"),
        ("Never call me", "Always call me"),
        ("Call only me", "Call me"),
    ],
)
def test_negation_and_what_else_turns_a_question_round(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The longest river of Asia", "The shortest river of Asia"),
        ("Which plan costs more?", "Which plan costs less?"),
        ("Is gold heavier than lead?", "Is gold lighter than lead?"),
        ("The tallest building here", "The building here"),
        ("What is the best bid?", "What is the worst bid?"),
    ],
)
def test_degrees(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flights from Oslo to Rome", "Flights from Rome to Oslo"),
        ("Convert euros to dollars", "Convert dollars to euros"),
        ("Copy the table into the report", "Copy the report into the table"),
        ("Is a cat faster than a dog?", "Is a dog faster than a cat?"),
        ("Translate this text from French into German", "Translate this text from German into French"),
        ("Merge main into develop", "Merge develop into main"),
    ],
)
def test_which_way_round(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who is the mayor of Lyon?", "Who is the mayor of Nice?"),
        ("Tell me about IBM shares", "Tell me about SAP shares"),
        ("Reset the password of Ann", "Reset the password of Bob"),
        ("Reset my password", "Reset his password"),
        ("Write to ann@example.com", "Write to bob@example.com"),
        ("Open https://example.com/a", "Open https://example.com/b"),
        ('Say "yes" in French', 'Say "no" in French'),
        ("What does `len(x)` do?", "What does `max(x)` do?"),
        ("What does parse_args do?", "What does parse_kwargs do?"),
        ("Explain setTimeout", "Explain setInterval"),
        ("Delete notes.txt", "Delete notes.md"),
        ("Install python3.11", "Install python3.12"),
        ("How is C++ compiled?", "How is C compiled?"),
        ("the house of Ann's sister", "the house of my sister"),
        ("Was kostet der Zug nach Köln?", "Was kostet der Zug nach Kolín?"),
        ("价格是多少", "价格是多大"),
        ("сколько это стоит", "сколько это длится"),
        ("I am 😀", "I am 😡"),
    ],
)
def test_names_quotations_code_and_other_scripts(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I bake bread?", "how do i bake bread"),
        ("How do I bake bread?", "Hi there, how do I bake bread? Thank you!"),
        ("What is the capital of France?", "What's the capital of France?"),
        ("how big is paris", "How big is Paris?"),
        ("Where can I see lions in Kenya?", "In Kenya, where can I see lions?"),
        ("What does a passport cost?", "What does a pasport cost?"),
        ("Why can't I sign in?", "Why can not I sign in?"),
    ],
)
def test_what_is_said_another_way_is_the_same(one: str, other: str) -> None:
    assert same(one, other)


@given(st.text(max_size=200))
@example("A'¼")
def test_every_text_agrees_with_itself(text: str) -> None:
    assert same(text, text)


@given(st.text("abc ", max_size=20), st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_are_never_overlooked(around: str, one: int, other: int) -> None:
    assert same(f"{around} {one} {around}", f"{around} {other} {around}") == (one == other)


def test_a_text_that_is_too_long_is_like_no_other() -> None:
    assert sense_of("a" * (LONGEST + 1)) is None


@pytest.mark.parametrize(
    "piece", ["a", "a.", '"', "“", "1", "1.", "@", "a@", "_", "n't ", "hi ", "`", "£", "/a", "aA", "from a to "]
)
def test_no_text_takes_long_to_read(piece: str) -> None:
    began = time.process_time()
    sense_of((piece * LONGEST)[:LONGEST])
    assert time.process_time() - began < 1
