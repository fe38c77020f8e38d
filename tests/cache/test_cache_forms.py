"""One kept answer in the form that another call wants it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cache.forms import in_form
from switchgear.cache.kept import Kept
from switchgear.cache.key import COUNTED, STREAM, WHOLE
from switchgear.core.calls import Usage
from switchgear.core.canonical import Answer, Part, Reasoning, Signature, Text, ToolCall
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import DialectName
from switchgear.dialects.registry import BACKS, FRONTS
from switchgear.providers.base import Operation
from switchgear.providers.sse import event_data, split_events

USAGE = Usage(11, 7)
OPERATIONS: dict[DialectName, Operation] = {
    "chat": Operation.CHAT,
    "messages": Operation.MESSAGES,
    "responses": Operation.RESPONSES,
}
NOBODY = Target("", "", "")
BODIES: dict[str, dict[str, Any]] = {
    "chat": {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    "messages": {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]},
    "responses": {"model": "m", "input": "hi", "store": False},
}


def kept(form: bytes, data: bytes) -> Kept:
    return Kept("t", "m", 0.0, 0.0, 60.0, 0.0, USAGE, None, 0, {form: data})


def body(dialect: str, form: bytes) -> bytes:
    asked = dict(BODIES[dialect])
    if form != WHOLE:
        asked["stream"] = True
    if form == COUNTED:
        asked["stream_options"] = {"include_usage": True}
    return json.dumps(asked).encode()


def other(dialect: DialectName, data: bytes, have: bytes, want: bytes) -> bytes | None:
    return in_form(OPERATIONS[dialect], kept(have, data), want, body(dialect, want), "req_1")


def read(dialect: DialectName, data: bytes, form: bytes) -> Answer:
    if form == WHOLE:
        return BACKS[dialect].read_answer(data, NOBODY)
    reader, assembly = BACKS[dialect].reader(NOBODY), Assembly()
    for event in split_events(data):
        assembly.add(reader.read(event_data(event)))
    assert reader.complete
    return assembly.answer()


def written(dialect: DialectName, parts: list[Part]) -> bytes:
    calls = any(isinstance(part, ToolCall) for part in parts)
    answer = Answer("chatcmpl-1", "m", parts, "tool_calls" if calls else "stop", USAGE, created=5)
    return FRONTS[dialect].write_answer(answer, FRONTS[dialect].read_call(body(dialect, WHOLE)))


def said(answer: Answer) -> list[Any]:
    found: list[Any] = []
    for part in answer.parts:
        if isinstance(part, Reasoning):
            found.append(("thought", part.text, part.signature.value if part.signature else None, part.redacted))
        elif isinstance(part, Text):
            found.append(part.text)
        elif isinstance(part, ToolCall):
            found.append((part.id, part.name, part.arguments))
    return [found, answer.finish]


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)
tools = st.builds(
    lambda n, a: ToolCall(f"call_{n}", "look", json.dumps({"a": a})), st.integers(1, 999), st.text(max_size=9)
)
thoughts = st.builds(
    lambda text, sign: Reasoning(text, Signature("claude", sign)), texts, st.text("abcXYZ=", min_size=1)
)


@pytest.mark.parametrize("dialect", ["chat", "messages", "responses"])
@given(
    parts=st.tuples(
        st.lists(thoughts, max_size=1), st.lists(st.builds(Text, texts), max_size=1), st.lists(tools, max_size=3)
    )
)
def test_a_whole_answer_told_as_a_stream_and_back_says_the_same(dialect: DialectName, parts: Any) -> None:
    flat = [part for group in parts for part in group]
    names = [part.id for part in flat if isinstance(part, ToolCall)]
    if not flat or len(set(names)) != len(names):
        return
    whole = written(dialect, flat)
    streamed = other(dialect, whole, WHOLE, STREAM)
    assert streamed is not None
    assert said(read(dialect, streamed, STREAM)) == said(read(dialect, whole, WHOLE))
    again = other(dialect, streamed, STREAM, WHOLE)
    assert again is not None
    assert said(read(dialect, again, WHOLE)) == said(read(dialect, whole, WHOLE))


def test_usage_is_told_where_the_stream_is_asked_for_it() -> None:
    whole = written("chat", [Text("Paris")])
    assert b"prompt_tokens" not in (other("chat", whole, WHOLE, STREAM) or b"")
    counted = other("chat", whole, WHOLE, COUNTED)
    assert counted is not None
    assert counted.endswith(b"data: [DONE]\n\n")
    assert b'"prompt_tokens":11' in counted


def test_signatures_keep_the_mark_of_who_made_them() -> None:
    whole = written("messages", [Reasoning("hm", Signature("claude", "abc")), Text("Paris")])
    assert b'"sg1.claude.abc"' in whole
    streamed = other("messages", whole, WHOLE, STREAM)
    assert streamed is not None
    assert b'"sg1.claude.abc"' in streamed


def test_a_streamed_response_is_whole_in_its_last_event() -> None:
    streamed = other("responses", written("responses", [Text("Paris")]), WHOLE, STREAM)
    assert streamed is not None
    whole = other("responses", streamed, STREAM, WHOLE)
    last = json.loads(event_data(split_events(streamed)[-1]))
    assert json.loads(whole or b"") == last["response"]


def chat(**changes: Any) -> bytes:
    message = {"role": "assistant", "content": "Paris", **changes.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": "stop", **changes.pop("choice", {})}
    return json.dumps(
        {"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": [choice], **changes}
    ).encode()


@pytest.mark.parametrize(
    "answer",
    [
        chat(choice={"logprobs": {"content": [{"token": "Paris", "logprob": -0.1}]}}),
        chat(message={"audio": {"id": "a", "data": "AAAA"}}),
        chat(message={"content": [{"type": "text", "text": "Paris"}]}),
        chat(message={"function_call": {"name": "f", "arguments": "{}"}}),
        chat(message={"of_its_own": 1}),
        chat(prompt_logprobs=[1]),
        chat(choices=[{"index": 0, "message": {"content": "a"}}, {"index": 1, "message": {"content": "b"}}]),
        chat(choices=[]),
        b"[]",
        b"nothing of the kind",
    ],
)
def test_what_cannot_be_told_without_loss_is_not_told(answer: bytes) -> None:
    assert other("chat", answer, WHOLE, STREAM) is None


def test_what_says_nothing_is_in_nobodys_way() -> None:
    answer = chat(
        choice={"logprobs": None},
        message={"refusal": None, "annotations": []},
        system_fingerprint="fp_1",
        service_tier="default",
    )
    assert other("chat", answer, WHOLE, STREAM) is not None


def test_the_blocks_of_a_providers_own_tools_are_not_left_out() -> None:
    answer = json.loads(written("messages", [Text("Paris")]))
    answer["content"].insert(0, {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}})
    assert other("messages", json.dumps(answer).encode(), WHOLE, STREAM) is None


def test_a_second_choice_of_a_stream_is_not_left_out() -> None:
    events = b"".join(
        b"data: %b\n\n"
        % json.dumps(
            {"id": "c", "choices": [{"index": n, "delta": {"content": "x"}, "finish_reason": "stop"}]}
        ).encode()
        for n in (0, 1)
    )
    assert other("chat", events + b"data: [DONE]\n\n", STREAM, WHOLE) is None


@pytest.mark.parametrize("form", [b's{"include_obfuscation":true}', b"s7"])
def test_streams_with_options_of_their_own_are_not_made(form: bytes) -> None:
    assert in_form(Operation.CHAT, kept(WHOLE, chat()), form, body("chat", STREAM), "req_1") is None


def test_embeddings_have_one_form() -> None:
    assert in_form(Operation.EMBEDDING, kept(WHOLE, b"{}"), STREAM, b"{}", "req_1") is None
