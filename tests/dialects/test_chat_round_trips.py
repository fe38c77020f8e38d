"""What chat can say survives the way out and back: calls, answers, and streams however they are cut."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Audio,
    Begin,
    Call,
    Citation,
    Event,
    File,
    Finished,
    Image,
    Message,
    Part,
    Reasoning,
    ReasoningDelta,
    ReasoningSigned,
    ReasoningWish,
    Refusal,
    RefusalDelta,
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
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.chat import BACK, FRONT

PROVIDER = "p"
OPENAI = Target(PROVIDER, "openai", "gpt-5.6")
COMPATIBLE = Target(PROVIDER, "openai", "claude-behind-a-gateway", native_signatures="chat")

text = st.text(min_size=1, max_size=20)
word = st.text("abcdefgh_-", min_size=1, max_size=8)
cache = st.sampled_from(["", "5m", "1h"])
json_object = st.dictionaries(word, st.one_of(st.none(), st.booleans(), st.integers(-5, 5), text), max_size=3)
base64_text = st.sampled_from(["", "QUJD", "QUJDRA=="])
arguments = json_object.map(lambda fields: msgspec.json.encode(fields).decode())


# ---------------------------------------------------------------- calls


texts = st.builds(Text, text, cache)
images = st.one_of(
    st.builds(
        Image, url=word.map(lambda name: f"https://x.test/{name}"), detail=st.sampled_from(["", "low"]), cache=cache
    ),
    st.builds(Image, data=st.just("QUJD"), media_type=st.sampled_from(["image/png", "image/webp"]), cache=cache),
)
files = st.one_of(
    st.builds(File, file_id=word, cache=cache),
    st.builds(File, data=st.just("QUJD"), media_type=st.just("application/pdf"), filename=word, cache=cache),
    st.builds(File, url=word.map(lambda name: f"https://x.test/{name}"), filename=word, cache=cache),
)
audio = st.builds(Audio, data=st.just("QUJD"), format=st.sampled_from(["wav", "mp3"]))
said = st.lists(st.one_of(texts, images, files, audio), min_size=1, max_size=4)
signature = word.map(lambda value: Signature(PROVIDER, "s" + value))
thoughts = st.one_of(
    st.builds(Reasoning, text, signature),
    st.builds(Reasoning, text, signature, summary=st.just(True), id=word),
    st.builds(Reasoning, st.just(""), signature, redacted=st.just(True), id=st.sampled_from(["", "rs_1"])),
)


@st.composite
def turns(draw: st.DrawFn, ids: list[str]) -> list[Message]:
    """One turn: what a user says, what the model says to it, and what tools answer."""
    messages = [Message("user", list(draw(said)), draw(st.sampled_from(["", "ann"])))]
    if not draw(st.booleans()):
        return messages
    parts: list[Part] = [*draw(st.lists(thoughts, max_size=3))]
    parts += draw(st.lists(texts, min_size=1, max_size=2))
    if draw(st.booleans()):
        parts.append(Refusal(draw(text)))
    calls = []
    for _ in range(draw(st.integers(0, 3))):
        ids.append(f"call_{len(ids)}")
        if draw(st.booleans()):
            parts.append(Reasoning("", draw(signature)))
        call = ToolCall(ids[-1], draw(word), draw(arguments))
        calls.append(call)
        parts.append(call)
    messages.append(Message("assistant", parts))
    results = st.lists(st.one_of(texts, images), max_size=2)
    if calls:
        messages.append(Message("tool", [ToolResult(call.id, list(draw(results)), call.name) for call in calls]))
    return messages


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    messages = [Message("system", list(draw(st.lists(texts, min_size=1, max_size=2))))] if draw(st.booleans()) else []
    ids: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        messages += draw(turns(ids))
    return messages


tools = st.lists(
    st.builds(
        Tool,
        word,
        description=st.one_of(st.just(""), text),
        parameters=st.one_of(st.none(), json_object),
        strict=st.sampled_from([None, True, False]),
        dialect=st.just("chat"),
        cache=cache,
    ),
    max_size=3,
    unique_by=lambda tool: tool.name,
)
forms = st.one_of(
    st.none(),
    st.just(ResponseFormat("json")),
    st.builds(ResponseFormat, st.just("schema"), word, json_object, text, st.sampled_from([None, True])),
)
wishes = st.sampled_from(
    [
        None,
        ReasoningWish("low", raw={"reasoning_effort": "low"}),
        ReasoningWish(budget=2000, show=False, raw={"reasoning": {"max_tokens": 2000, "exclude": True}}),
        ReasoningWish("none", raw={"thinking": {"type": "disabled"}}),
    ]
)
number = st.one_of(st.none(), st.floats(0, 1).map(lambda value: round(value, 3)))


@st.composite
def calls(draw: st.DrawFn) -> Call:
    offered = draw(tools)
    choice = None
    if offered:
        name = offered[0].name
        choice = draw(st.sampled_from([None, ToolChoice("auto"), ToolChoice("required"), ToolChoice("named", name)]))
    return Call(
        "m",
        draw(conversations()),
        stream=draw(st.booleans()),
        tools=offered,
        tool_choice=choice,
        parallel_tools=draw(st.sampled_from([None, True, False])) if offered else None,
        format=draw(forms),
        reasoning=draw(wishes),
        max_tokens=draw(st.one_of(st.none(), st.integers(1, 10**6))),
        temperature=draw(number),
        top_p=draw(number),
        top_k=draw(st.one_of(st.none(), st.integers(0, 50))),
        stop=draw(st.lists(text, max_size=3)),
        seed=draw(st.one_of(st.none(), st.integers())),
        presence_penalty=draw(number),
        frequency_penalty=draw(number),
        logit_bias=draw(st.sampled_from([None, {"5": 1.0}])),
        logprobs=draw(st.sampled_from([None, True])),
        top_logprobs=draw(st.sampled_from([None, 3])),
        n=draw(st.sampled_from([None, 1])),
        user=draw(st.sampled_from(["", "ann"])),
        metadata=draw(st.one_of(st.none(), json_object)),
        service_tier=draw(st.sampled_from(["", "flex"])),
        verbosity=draw(st.sampled_from(["", "low"])),
        cache_key=draw(st.sampled_from(["", "k"])),
        dialect="chat",
        extra=draw(st.sampled_from([{}, {"store": True}])),
    )


def unmarked(call: Call) -> Call:
    """The call as a provider sees it: it is its own signatures that it gets, without our mark."""
    for message in call.messages:
        for part in message.parts:
            if isinstance(part, Reasoning) and part.signature is not None:
                part.signature = Signature("", part.signature.value)
    return call


def again(call: Call, target: Target) -> Call:
    return FRONT.read_call(BACK.write_call(call, target).body)


@given(calls())
def test_a_call_survives_the_way_through_a_compatible_server(call: Call) -> None:
    back = again(call, COMPATIBLE)
    assert back.wants_usage is call.stream
    back.wants_usage, back.model = False, "m"
    assert back == unmarked(call)


@given(calls())
def test_what_was_read_twice_is_the_same(call: Call) -> None:
    once = again(call, COMPATIBLE)
    assert again(once, COMPATIBLE) == once


@given(
    st.lists(
        st.builds(Tool, word, st.just("custom"), text, dialect=st.just("chat")),
        min_size=1,
        max_size=2,
        unique_by=lambda tool: tool.name,
    ),
    text,
)
def test_custom_tools_survive_the_way_through_openai(offered: list[Tool], given_text: str) -> None:
    name = offered[0].name
    messages = [
        Message("user", [Text("Hi")]),
        Message("assistant", [ToolCall("c", name, given_text, custom=True)]),
        Message("tool", [ToolResult("c", [Text("done")], name, custom=True)]),
    ]
    call = Call("m", messages, tools=offered, tool_choice=ToolChoice("auto", allowed=(name,)), dialect="chat")
    back = again(call, OPENAI)
    back.model = "m"
    assert back == call


# ---------------------------------------------------------------- answers


citations = st.builds(
    Citation, word.map(lambda name: f"https://x.test/{name}"), text, start=st.integers(0, 3), end=st.integers(3, 9)
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """An answer as the chat front can say it: each kind of part in its place."""
    parts: list[Part] = []
    marked = word.map(lambda value: Signature("claude", value))
    thinking = draw(st.sampled_from(["none", "plain", "signed"]))
    if thinking == "plain":
        parts.append(Reasoning(draw(text), Signature(PROVIDER, "reasoning_content")))
    elif thinking == "signed":
        parts += draw(st.lists(st.builds(Reasoning, text, marked), min_size=1, max_size=2))
        parts += draw(st.lists(st.builds(Reasoning, st.just(""), marked, redacted=st.just(True)), max_size=1))
    if draw(st.booleans()):
        parts.append(Text(draw(text), citations=draw(st.lists(citations, max_size=2))))
    if draw(st.booleans()):
        parts.append(Refusal(draw(text)))
    made = draw(st.integers(0, 3))
    for index in range(made):
        if draw(st.booleans()):
            parts.append(Reasoning("", draw(marked)))
        parts.append(ToolCall(f"call_{index}", draw(word), draw(arguments)))
    finish = draw(st.sampled_from(["length", "tool_calls" if made else "stop"]))
    usage = draw(st.builds(Usage, st.integers(9, 20), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)))
    return Answer("chatcmpl-1", "m", parts, finish, usage, created=7)


def as_read(answer: Answer) -> Answer:
    """The answer as another gateway reads it: signatures carry our mark, and are now of the provider we are."""
    for part in answer.parts:
        if isinstance(part, Reasoning) and part.signature is not None and part.signature.origin != PROVIDER:
            part.signature = Signature(PROVIDER, part.signature.marked())
    return answer


@given(answers())
def test_a_whole_answer_survives(answer: Answer) -> None:
    body = FRONT.write_answer(answer, Call("m", []))
    assert BACK.read_answer(body, COMPATIBLE) == as_read(answer)


def in_pieces(whole: str, dice: random.Random) -> list[str]:
    cuts = sorted(dice.sample(range(len(whole) + 1), min(len(whole), dice.randint(0, 4))))
    return [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True) if start < end]


def events_of(answer: Answer, dice: random.Random) -> list[Event]:
    """The answer as a stream: every text in pieces, and the arguments of several calls in turns."""
    events: list[Event] = [Begin(answer.id, answer.model, answer.created)]
    fragments: list[list[Event]] = []
    for index, part in enumerate(answer.parts):
        if isinstance(part, Text):
            events += [TextDelta(index, piece) for piece in in_pieces(part.text, dice)]
        elif isinstance(part, Refusal):
            events += [RefusalDelta(index, piece) for piece in in_pieces(part.text, dice)]
        elif isinstance(part, Reasoning):
            events += [ReasoningDelta(index, piece, part.summary) for piece in in_pieces(part.text, dice)]
            if part.signature is not None:
                events.append(ReasoningSigned(index, part.signature, part.redacted, part.id))
        elif isinstance(part, ToolCall):
            events.append(ToolCallBegin(index, part.id, part.name))
            fragments.append([ToolCallDelta(index, piece) for piece in in_pieces(part.arguments, dice)])
    while any(fragments):
        events.append(dice.choice([pieces for pieces in fragments if pieces]).pop(0))
    return [*events, Finished(answer.finish)]


@given(answers(), st.randoms(use_true_random=False))
def test_a_stream_survives_however_it_is_cut(answer: Answer, dice: random.Random) -> None:
    for part in answer.parts:
        if isinstance(part, Text):
            part.citations = []
    writer = FRONT.writer(Call("m", [], wants_usage=True), "req_1")
    events = events_of(answer, dice)
    body = b""
    while events:
        taken = dice.randint(1, len(events))
        body += writer.write(events[:taken])
        events = events[taken:]
    body += writer.finish(answer.usage or Usage())
    reader = BACK.reader(COMPATIBLE)
    whole = Assembly()
    for chunk in body.split(b"\n\n")[:-1]:
        whole.add(reader.read(chunk.removeprefix(b"data: ")))
    assert reader.complete
    read = whole.answer()
    assert [part for part in read.parts if not isinstance(part, Reasoning)] == [
        part for part in answer.parts if not isinstance(part, Reasoning)
    ]
    assert (read.id, read.model, read.created, read.finish, read.usage) == (
        answer.id, answer.model, answer.created, answer.finish, answer.usage,
    )  # fmt: skip
    assert thoughts_of(read) == thoughts_of(as_read(answer))


def thoughts_of(answer: Answer) -> tuple[str, list[str]]:
    """The words of an answer's reasoning, which the stream parts by empty lines, and its signatures."""
    thoughts = [part for part in answer.parts if isinstance(part, Reasoning)]
    words = "".join(part.text for part in thoughts).replace("\n\n", "")
    signed = [part.signature.value for part in thoughts if part.signature is not None]
    return words, signed
