"""``switchgear feedback``: the last word on a call, in one way."""

from __future__ import annotations

import json

import httpx
import pytest


def call(serving) -> str:
    answer = httpx.post(
        f"{serving.served.url}/v1/chat/completions",
        json={"model": "fast", "messages": [{"role": "user", "content": "Hi"}]},
        headers={"authorization": f"Bearer {serving.served.key}"},
        timeout=20,
        trust_env=False,
    )
    return answer.headers["x-request-id"]


def given(cli, serving, *arguments: str):
    """Records are in the store a moment after a call ended."""
    ended = cli("feedback", *arguments, *serving.where)
    for _ in range(50):
        if ended.code == 0:
            break
        ended = cli("feedback", *arguments, *serving.where)
    return ended


def test_an_opinion_is_given_and_kept(cli, serving):
    number = call(serving)
    ended = given(cli, serving, number, "--up")
    assert ended.code == 0
    assert ended.out == "test/test-model: 1, kept\n"
    told = json.loads(cli("feedback", number, "--score", "0.25", "--json", *serving.where).out)
    assert (told["request_id"], told["score"], told["deployment"]) == (number, 0.25, "test/test-model")


@pytest.mark.parametrize(
    "arguments", [[], ["--up", "--down"], ["--up", "--score", "1"], ["--score", "2"], ["--score", "-0.1"]]
)
def test_an_opinion_is_said_in_one_way(cli, serving, arguments):
    ended = cli("feedback", "req_1", *arguments, *serving.where)
    assert ended.code == 2
    assert ended.out == ""


def test_a_call_that_is_not_known_is_told(cli, serving):
    ended = cli("feedback", "req_nothing", "--down", *serving.where)
    assert ended.code == 1
    assert 'No call "req_nothing" of this key.' in ended.err


@pytest.mark.parametrize(("word", "guess"), [("up", " Did you mean --up?"), ("good", "")])
def test_a_word_that_is_no_option_is_answered_with_the_options(cli, word, guess):
    ended = cli("feedback", "req_1", word)
    assert ended.code == 2
    told = f'switchgear feedback does not take "{word}".{guess} Options: --score, --up, --down, --json.'
    assert ended.err.startswith(told)
