"""What providers repeat of a prompt in their errors is not kept."""

from __future__ import annotations

import json

import pytest

from switchgear.pipeline.echo import without_echo

PROMPT = 'My private plan: buy "Globex" in März\nand tell nobody about it'
BODY = json.dumps({"model": "claude-haiku-4-5-20251001", "messages": [{"role": "user", "content": PROMPT}]}).encode()
NAMES = ("claude-haiku-4-5-20251001",)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Provider p answered 500: Cannot process tell nobody about it.",
            "Provider p answered 500: Cannot process […].",
        ),
        ('Bad input "My private plan: buy" here', 'Bad input "[…]" here'),
        ("Rejected: in März\nand tell nobody", "Rejected: […]"),
        ("No model claude-haiku-4-5-20251001.", "No model claude-haiku-4-5-20251001."),
        ("max_tokens must be at most 4096", "max_tokens must be at most 4096"),
        ("role: private", "role: private"),
        ("\ud800 told", "\ud800 told"),
        ("", ""),
    ],
)
def test_a_run_of_words_that_stands_in_the_request_is_cut_out(said: str, kept: str) -> None:
    assert without_echo(said, BODY, NAMES) == kept
    assert without_echo(said, json.dumps(json.loads(BODY), ensure_ascii=False).encode(), NAMES) == kept


def test_a_long_word_alone_is_a_repetition_too() -> None:
    body = b'{"messages":[{"role":"user","content":"token ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}]}'
    assert without_echo("Odd: ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!", body, ()) == "Odd: […]!"


def test_without_a_body_everything_is_kept() -> None:
    assert without_echo("tell nobody about it", b"", ()) == "tell nobody about it"


def test_what_is_too_much_to_be_searched_is_not_kept() -> None:
    body = b'{"messages":[{"role":"user","content":"%b"}]}' % (b"tell nobody about it " * 1_000_000)
    assert without_echo("Provider p answered 500: Cannot tell nobody.", body, ()) == "Provider p answered 500: […]"
    assert without_echo("Provider p was not reached.", body, ()) == "Provider p was not reached."
