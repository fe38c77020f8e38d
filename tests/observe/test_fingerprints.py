"""What is left of an error's message when everything is taken out that differs from one call to the next."""

from __future__ import annotations

import pytest

from switchgear.observe.fingerprints import LONGEST_PATTERN, fingerprint, pattern_of


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("Retry in 3 s (req_1f5a9b2c3d4e).", "Retry in # s (ID)."),
        ("Provider x cannot be reached at 127.0.0.1:5555: refused.", "Provider x cannot be reached at HOST: refused."),
        ("Provider x cannot be reached at 10.0.0.7: refused.", "Provider x cannot be reached at HOST: refused."),
        ("Version 1.2.3.4.5 is not known.", "Version # is not known."),
        ('The model "gpt-5" is not known.', "The model … is not known."),
        ("See https://example.com/a?b=1, then ask ops@example.com.", "See URL, then ask ADDRESS"),
        ("Took 1,200.5 ms\n\tat 12:30", "Took # ms at #"),
    ],
)
def test_what_differs_from_call_to_call_is_taken_out(message: str, pattern: str) -> None:
    assert pattern_of(message) == pattern


def test_a_pattern_has_an_end() -> None:
    assert len(pattern_of("word " * 1000)) == LONGEST_PATTERN


def test_the_same_words_at_another_place_are_another_error() -> None:
    assert fingerprint("timeout", "a", "m", "chat", "In # s.") != fingerprint("timeout", "b", "m", "chat", "In # s.")
