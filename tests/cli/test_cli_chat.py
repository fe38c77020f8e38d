"""Chat: once, from a pipe, and as a conversation in a terminal."""

from __future__ import annotations

import time

import msgspec
import pytest

from switchgear.cli.chat import choose
from switchgear.core.errors import ModelNotFound
from switchgear.testing import Gate, chat_chunk, faults, http1, sse


def asked(serving) -> list[dict]:
    """The messages of the last call."""
    calls = [request for request in serving.provider.requests if request.path.endswith("/chat/completions")]
    return msgspec.json.decode(calls[-1].body)["messages"]


def test_an_answer_is_printed_as_plain_text(process, serving):
    serving.provider.reply("The Rhine, the Rhône and the Po.")
    ended = process("chat", "Name three rivers", *serving.where)
    assert ended.code == 0
    assert ended.out == "The Rhine, the Rhône and the Po.\n"
    assert ended.err == ""
    assert asked(serving) == [{"role": "user", "content": "Name three rivers"}]


def test_piped_input_is_the_question(process, serving):
    serving.provider.reply("Four.")
    ended = process("chat", "--system", "Be brief.", *serving.where, stdin="two and\ntwo?\n")
    assert ended.out == "Four.\n"
    assert asked(serving) == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "two and\ntwo?"}]


def test_a_model_can_be_named(cli, serving):
    ended = cli("chat", "--model", "test/test-model", "echo this", *serving.where)
    assert ended.code == 0
    assert ended.out == "echo this\n"


def test_an_unknown_model_names_the_nearest(cli, serving):
    ended = cli("chat", "--model", "fats", "hi", *serving.where)
    assert ended.code == 1
    assert 'No model "fats". Nearest: "fast"' in ended.err


def test_an_empty_question_is_refused(cli):
    assert cli("chat", " ").code == 2
    assert cli("chat", stdin="").code == 2


def test_without_a_gateway_it_says_how_to_start_one(cli):
    ended = cli("chat", "hi")
    assert ended.code == 6
    assert "switchgear serve" in ended.err


def test_an_answer_that_is_cut_is_an_error_and_what_came_is_kept(process, serving):
    serving.provider.plan(faults.cut_mid_stream([chat_chunk("Half of ")]))
    ended = process("chat", "Tell me everything", *serving.where)
    assert ended.code == 1
    assert ended.out.startswith("Half of ")
    assert ended.err
    assert "Traceback" not in ended.err


def test_an_error_of_the_provider_is_told_with_its_hint(cli, serving):
    serving.provider.fail(401)
    ended = cli("chat", "hi", *serving.where)
    assert ended.code == 1
    assert "api_key" in ended.err


def test_an_answer_that_reached_its_limit_says_so(cli, serving):
    serving.provider.reply("And then", finish_reason="length")
    ended = cli("chat", "A story", *serving.where)
    assert ended.out == "And then\n"
    assert "token limit" in ended.err


def test_an_answer_cannot_paint_on_the_terminal(terminal, serving):
    serving.provider.reply(chunks=["\x1b[31mred", "\x07 and\x1b]0;title\x07 done"])
    asking = terminal("chat", "hi", *serving.where)
    assert asking.end() == 0
    assert "[31mred" in asking.seen
    assert "\x1b[31m" not in asking.seen
    assert "\x07" not in asking.seen


def test_a_conversation_keeps_what_was_said_and_ends_with_control_d(terminal, serving):
    talking = terminal("chat", *serving.where)
    talking.until("Ctrl-D ends")
    talking.until("› ")
    serving.provider.reply("Bonjour, Ada.")
    talking.type("I am Ada\n")
    talking.until("Bonjour, Ada.")
    talking.until("› ")
    serving.provider.reply("You are Ada.")
    talking.type("Who am I?\n")
    talking.until("You are Ada.")
    talking.until("› ")
    assert [each["content"] for each in asked(serving)] == ["I am Ada", "Bonjour, Ada.", "Who am I?"]
    talking.type("\x04")
    assert talking.end() == 0


def test_control_c_stops_the_answer_and_the_conversation_goes_on(terminal, serving):
    gate = Gate()
    head = http1.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
    first = http1.chunk(sse([chat_chunk("Once upon")], done=False))
    talking = terminal("chat", *serving.where)
    talking.until("› ")
    from switchgear.testing import Send

    serving.provider.plan(Send(head + first), gate)
    try:
        talking.type("A long story\n")
        talking.until("Once upon")
        talking.type("\x03")
        talking.until("(stopped)")
        talking.until("› ")
        serving.provider.reply("Short.")
        talking.type("Shorter\n")
        talking.until("Short.")
        talking.until("› ")
        assert [each["content"] for each in asked(serving)] == ["A long story", "Once upon", "Shorter"]
        talking.type("\x04")
        assert talking.end() == 0
        assert "Traceback" not in talking.seen
    finally:
        gate.open()


def test_an_error_does_not_end_the_conversation(terminal, serving):
    talking = terminal("chat", *serving.where)
    talking.until("› ")
    serving.provider.fail(400)
    talking.type("Bad\n")
    talking.until("Scripted failure 400")
    talking.until("› ")
    serving.provider.reply("Good.")
    talking.type("Better\n")
    talking.until("Good.")
    talking.until("› ")
    assert [each["content"] for each in asked(serving)] == ["Better"]
    talking.type("\x04")
    assert talking.end() == 0


def test_control_c_stops_a_single_answer_with_130(terminal, serving):
    gate = Gate()
    serving.provider.plan(gate)
    try:
        asking = terminal("chat", "hi", *serving.where)
        deadline = time.monotonic() + 30
        while not gate.reached:
            assert time.monotonic() < deadline
            assert asking.process.poll() is None
            asking._more()
        asking.type("\x03")
        assert asking.end() == 130
        assert "Traceback" not in asking.seen
    finally:
        gate.open()


def test_a_long_wait_shows_a_sign_of_life_on_a_terminal(terminal, serving):
    gate = Gate()
    serving.provider.plan(gate, faults.stream([chat_chunk("At last.")]))
    asking = terminal("chat", "hi", *serving.where)
    try:
        asking.until("Waiting for fast")
    finally:
        gate.open()
    assert asking.end() == 0
    assert "At last." in asking.seen


def test_without_a_name_an_alias_is_preferred_and_models_that_embed_are_left_out():
    assert choose(["smollm2", "all-minilm-l6-v2", "local/smollm2", "fast"]) == "fast"
    assert choose(["all-minilm-l6-v2", "smollm2", "local/smollm2"]) == "smollm2"
    assert choose(["text-embedding-3", "openai/gpt-5-mini"]) == "openai/gpt-5-mini"
    with pytest.raises(ModelNotFound):
        choose(["all-minilm-l6-v2"])
