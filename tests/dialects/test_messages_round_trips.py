"""What both sides can say survives Messages: calls, answers and streams, in whatever pieces."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Begin,
    Call,
    Citation,
    Counted,
    Event,
    File,
    Finished,
    Image,
    Message,
    Native,
    Part,
    PartEnd,
    Reasoning,
    ReasoningDelta,
    ReasoningSigned,
    ReasoningWish,
    ResponseFormat,
    Signature,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallBegin,
    ToolCallDelta,
    ToolChoice,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly, told
from switchgear.dialects.messages import BACK, FRONT
from switchgear.providers.sse import event_data, split_events

TARGET = Target("claude", "anthropic", "claude-opus-4-5", native_signatures="messages")
ASKED = Call("claude-opus-4-5", [Message("user", [Text("Hi")])], dialect="messages")

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
spoken = words.filter(lambda text: not text.isspace())
names = st.text("abcXYZ019_-", min_size=1, max_size=10)
caches = st.sampled_from(["", "5m", "1h"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(words, documents, max_size=3)
base64s = st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode())

texts = st.builds(Text, spoken, caches)
images = (
    st.builds(Image, url=words, cache=caches)
    | st.builds(Image, data=base64s, media_type=st.just("image/png"), cache=caches)
    | st.builds(Image, file_id=words)
)
files = (
    st.builds(File, data=base64s, media_type=st.just("application/pdf"), filename=words | st.just(""), cache=caches)
    | st.builds(File, text=words, media_type=st.just("text/plain"), extra=st.just({"citations": {"enabled": True}}))
    | st.builds(File, url=words, filename=words)
    | st.builds(File, file_id=words)
)
native = st.builds(lambda raw: Native("messages", {**raw, "type": "server_tool_use"}), objects)
thoughts = st.builds(Reasoning, st.just("") | words, st.builds(Signature, st.just("claude"), names)) | st.builds(
    lambda value: Reasoning(signature=Signature("claude", value), redacted=True), names
)
ids = words.filter(lambda text: text.strip() != "")


def calls(ids: st.SearchStrategy[str]) -> st.SearchStrategy[ToolCall]:
    return st.builds(
        lambda id_, name, given: ToolCall(id_, name, msgspec.json.encode(given).decode()), ids, names, objects
    )


@st.composite
def turns(draw: st.DrawFn) -> list[Message]:
    """A user's message, perhaps behind the results of tools, and an assistant's."""
    messages: list[Message] = []
    for _ in range(draw(st.integers(0, 3))):
        messages.append(Message("user", draw(st.lists(texts | images | files, min_size=1, max_size=3))))
        parts: list[Part] = draw(st.lists(texts | thoughts | native, max_size=3))
        made = draw(st.lists(calls(ids), max_size=2, unique_by=lambda call: call.id))
        parts += made
        if not parts:
            parts = [Text("So")]
        messages.append(Message("assistant", parts))
        if made:
            answered = [
                ToolResult(
                    call.id,
                    draw(st.lists(texts | images | files, max_size=2)),
                    is_error=draw(st.booleans()),
                    cache=draw(caches),
                )
                for call in made
            ]
            messages.append(Message("tool", list(answered)))
    messages.append(Message("user", draw(st.lists(texts | images, min_size=1, max_size=2))))
    return messages


tools = st.lists(
    st.builds(
        lambda name, description, schema, strict, cache, raw: Tool(
            name, description=description, parameters={**schema, "type": "object"}, strict=strict, cache=cache,
            raw=raw, dialect="messages",
        ),
        names, words | st.just(""), objects, st.sampled_from([None, True]), caches,
        st.sampled_from([None, {"defer_loading": True}]),
    ),
    max_size=3,
    unique_by=lambda tool: tool.name,
)  # fmt: skip
wishes = st.sampled_from(
    [
        None,
        ReasoningWish("none"),
        ReasoningWish("low"),
        ReasoningWish(budget=2000),
        ReasoningWish("high", 2000, show=True),
        ReasoningWish(budget=5000, show=False),
    ]
)


@st.composite
def requests(draw: st.DrawFn) -> Call:
    messages = draw(turns())
    system = draw(st.lists(texts, max_size=2))
    offered = draw(tools)
    wish = draw(wishes)
    free = wish is None
    choices: list[ToolChoice | None] = [None]
    if offered:
        choices += [ToolChoice("auto"), ToolChoice("none")]
        if free:
            choices += [ToolChoice("required"), ToolChoice("named", offered[0].name)]
    choice = draw(st.sampled_from(choices))
    return Call(
        "claude-opus-4-5",
        ([Message("system", list(system))] if system else []) + messages,
        stream=draw(st.booleans()),
        tools=offered,
        tool_choice=choice,
        parallel_tools=draw(st.sampled_from([None, False])) if choice and choice.mode != "none" else None,
        format=draw(st.none() | st.builds(ResponseFormat, st.just("schema"), schema=objects)),
        reasoning=wish,
        max_tokens=draw(st.integers(6001, 64_000)),
        temperature=draw(st.none() | st.floats(0, 1)) if free else None,
        top_k=draw(st.none() | st.integers(1, 500)) if free else None,
        stop=draw(st.lists(spoken, max_size=2)),
        user=draw(st.just("") | words),
        service_tier=draw(st.sampled_from(["", "auto", "default"])),
        wants_usage=True,
        dialect="messages",
        extra=draw(st.sampled_from([{}, {"container": "c"}, {"metadata": {"x": "y"}}])),
    )


def canonical(call: Call) -> Call:
    """The call with JSON texts in one spelling, and marks taken off: a provider's own signatures go to it without them."""
    for message in call.messages:
        for part in message.parts:
            if isinstance(part, ToolCall):
                part.arguments = json.dumps(json.loads(part.arguments))
            elif isinstance(part, Reasoning) and part.signature is not None:
                part.signature = Signature("", part.signature.value)
    return call


def goes_on(call: Call) -> bool:
    """Whether the last turn gives results to one that did not begin with its thoughts, which stops thinking."""
    last, before = call.messages[-2:-1], call.messages[-3:-2]
    return bool(last and last[0].role == "tool" and before and not isinstance(before[0].parts[0], Reasoning))


@given(requests())
@settings(deadline=None, max_examples=50)
def test_a_call_that_messages_can_say_survives_being_said(call: Call) -> None:
    written = BACK.write_call(call, TARGET)
    if call.reasoning is not None and call.reasoning.budget and goes_on(call):
        assert written.dropped == ["thinking"]
        call.reasoning = None
        written = BACK.write_call(call, TARGET)
    assert written.dropped == []
    assert canonical(FRONT.read_call(written.body)) == canonical(call)


@given(requests())
@settings(deadline=None, max_examples=50)
def test_what_is_written_alternates_and_puts_results_first(call: Call) -> None:
    call.dialect = "chat"
    document = json.loads(BACK.write_call(call, Target("other", "anthropic", "claude-opus-4-8")).body)
    roles = [message["role"] for message in document["messages"]]
    assert all(one != other for one, other in itertools.pairwise(roles))
    for message in document["messages"]:
        kinds = [block["type"] == "tool_result" for block in message["content"]]
        assert kinds == sorted(kinds, reverse=True)
        assert message["content"]


# ---------------------------------------------------------------- answers

citations = st.builds(Citation, words | st.just(""), words | st.just(""), words | st.just(""))
answer_texts = st.builds(lambda text, cited: Text(text, citations=cited), words, st.lists(citations, max_size=2))
usages = st.builds(
    lambda plain, read, written, made, thought: Usage(plain + read + written, made + thought, read, thought, written),
    st.integers(1, 10**6),
    *[st.integers(0, 10**6)] * 4,
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    parts: list[Part] = draw(st.lists(answer_texts | thoughts | calls(names), max_size=5))
    called = any(isinstance(part, ToolCall) for part in parts)
    finish = draw(st.sampled_from(["length", "tool_calls" if called else "stop", "pause", "refusal"]))
    stop = draw(st.just("") | words) if finish == "stop" else ""
    return Answer("msg_" + draw(names), draw(words), parts, finish, draw(usages), stop)


def plain(parts: list[Part], *, marked: bool = False) -> list[Part]:
    """The parts with JSON in one spelling; with the marks of clients read where there are any."""
    for part in parts:
        if isinstance(part, ToolCall):
            part.arguments = json.dumps(json.loads(part.arguments))
        elif isinstance(part, Reasoning) and part.signature is not None and marked:
            part.signature = Signature.read(part.signature.value)
    return parts


@given(answers())
@settings(deadline=None, max_examples=50)
def test_an_answer_survives_being_written(answer: Answer) -> None:
    found = BACK.read_answer(FRONT.write_answer(answer, ASKED), TARGET)
    found.parts, answer.parts = plain(found.parts, marked=True), plain(answer.parts)
    assert found == answer


def streamed(events: list[Event], usage: Usage) -> list[bytes]:
    """The data of each event that a client gets."""
    writer = FRONT.writer(ASKED, "req_1")
    stream = b"".join(writer.write([event]) for event in events) + writer.finish(usage)
    return [event_data(event) for event in split_events(stream)]


def assembled(datas: list[bytes]) -> Answer:
    reader, assembly = BACK.reader(TARGET), Assembly()
    for data in datas:
        assembly.add(reader.read(data))
    assert reader.complete
    return assembly.answer()


@given(answers())
@settings(deadline=None, max_examples=50)
def test_an_answer_survives_being_streamed(answer: Answer) -> None:
    found = assembled(streamed(told(answer), answer.usage or Usage()))
    found.parts, answer.parts = plain(found.parts, marked=True), plain(answer.parts)
    assert found == answer


@st.composite
def interleaved(draw: st.DrawFn) -> tuple[list[Part], list[Event]]:
    """Parts, and fragments of them in turns: each part in order, the parts among each other in any."""
    parts: list[Part] = draw(st.lists(st.builds(Text, words) | calls(names), min_size=1, max_size=4))
    queues: list[list[Event]] = []
    for index, part in enumerate(parts):
        text = part.text if isinstance(part, Text) else part.arguments if isinstance(part, ToolCall) else ""
        size = draw(st.integers(1, max(len(text), 1)))
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        if isinstance(part, ToolCall):
            queue: list[Event] = [ToolCallBegin(index, part.id, part.name)]
            queue += [ToolCallDelta(index, piece) for piece in pieces]
        else:
            queue = [TextDelta(index, piece) for piece in pieces]
        if draw(st.booleans()):
            queue.append(PartEnd(index))
        queues.append(queue)
    events: list[Event] = []
    while any(queues):
        events.append(draw(st.sampled_from([queue for queue in queues if queue])).pop(0))
    return parts, events


@given(interleaved())
@settings(deadline=None, max_examples=50)
def test_fragments_in_turns_become_whole_blocks_one_at_a_time(given: tuple[list[Part], list[Event]]) -> None:
    parts, events = given
    found = assembled(streamed([Begin("msg_1", "m"), *events, Finished("stop")], Usage()))

    def called(parts: list[Part]) -> list[tuple[Any, ...]]:
        return sorted(
            (part.id, part.name, json.dumps(json.loads(part.arguments))) for part in parts if isinstance(part, ToolCall)
        )

    def letters(parts: list[Part]) -> list[str]:
        return sorted("".join(part.text for part in parts if isinstance(part, Text)))

    assert called(found.parts) == called(parts)
    assert letters(found.parts) == letters(parts)


@given(st.lists(st.sampled_from([
    Begin("x"), TextDelta(0, "a"), TextDelta(1, ""), ReasoningDelta(0, "b"), ReasoningSigned(2, Signature("", "s")),
    ToolCallBegin(1, "t", "f"), ToolCallBegin(0, "", ""), ToolCallDelta(1, "{"), ToolCallDelta(1, "}"), PartEnd(0), PartEnd(1),
    Counted(Usage(1)), Finished("length"),
]), max_size=12))  # fmt: skip
@settings(deadline=None, max_examples=50)
def test_a_stream_without_any_order_is_still_a_well_formed_message(events: list[Event]) -> None:
    kinds = [json.loads(data)["type"] for data in streamed(events, Usage())]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop")
