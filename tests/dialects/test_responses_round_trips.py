"""What both sides can say survives the Responses dialect: calls, answers and streams, in whatever pieces."""

from __future__ import annotations

import base64
import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from responses_events import events_of

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Audio,
    Citation,
    Event,
    File,
    Finish,
    Image,
    Message,
    Native,
    Part,
    PartEnd,
    Reasoning,
    ReasoningDelta,
    ReasoningWish,
    Refusal,
    RefusalDelta,
    ResponseFormat,
    Signature,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolChoice,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly, told
from switchgear.dialects.responses import BACK, FRONT
from switchgear.dialects.responses.asked import Asked
from switchgear.dialects.responses.items import unsealed

TARGET = Target("openai", "openai", "gpt-5", native_signatures="responses")
ASKED = FRONT.read_call(b'{"model":"gpt-5","input":"Hi"}')

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
names = st.text("abcXYZ019-", min_size=1, max_size=10)
caches = st.sampled_from(["", "30m", "12h"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(words, documents, max_size=3)
base64s = st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode())
urls = names.map("https://example.com/{}".format)

texts = st.builds(Text, words, caches)
images = (
    st.builds(Image, url=urls, detail=st.sampled_from(["", "low"]), cache=caches)
    | st.builds(Image, data=base64s, media_type=st.just("image/png"), cache=caches)
    | st.builds(Image, file_id=words, cache=caches)
)
files = (
    st.builds(File, data=base64s, media_type=st.just("application/pdf"), filename=words, cache=caches)
    | st.builds(File, url=urls)
    | st.builds(File, file_id=words)
)
sounds = st.builds(Audio, base64s, st.sampled_from(["wav", "mp3"]))
citations = st.builds(
    lambda url, title, start: Citation(url, title, "", start, start + 1), urls, words | st.just(""), st.integers(0, 9)
)
said = st.builds(Text, words, citations=st.lists(citations, max_size=2)) | st.builds(Refusal, words)
arguments = objects.map(lambda found: msgspec.json.encode(found).decode())
called = st.builds(ToolCall, words, names, arguments) | st.builds(ToolCall, words, names, words, st.just(True))
signatures = st.builds(Signature, st.just("openai"), names)


@st.composite
def thoughts(draw: st.DrawFn) -> list[Part]:
    """The parts of one reasoning item: summaries, then thoughts, the last of them signed."""
    item_id = draw(names)
    parts = [Reasoning(text, summary=True, id=item_id) for text in draw(st.lists(words, max_size=2))]
    parts += [Reasoning(text, id=item_id) for text in draw(st.lists(words, max_size=2))]
    if not parts:
        return [Reasoning("", draw(signatures), redacted=True, id=item_id)]
    parts[-1].signature = draw(signatures)
    return list(parts)


native = st.builds(lambda raw: Native("responses", {**raw, "type": "web_search_call"}), objects)


@st.composite
def turns(draw: st.DrawFn) -> list[Message]:
    """What users, an assistant and tools said, each call answered."""
    messages: list[Message] = []
    for number in range(draw(st.integers(0, 3))):
        messages.append(Message("user", draw(st.lists(texts | images | files | sounds, min_size=1, max_size=3))))
        parts: list[Part] = draw(thoughts()) if draw(st.booleans()) else []
        parts += draw(st.lists(said | native, max_size=3))
        made = draw(st.lists(called, max_size=2, unique_by=lambda call: call.id))
        for call in made:
            call.id = f"{number} {call.id}"
        parts += made
        messages.append(Message("assistant", parts or [Text("So")]))
        if made:
            content = st.lists(texts | images | files, min_size=1, max_size=2)
            results = [ToolResult(call.id, draw(content), call.name, custom=call.custom) for call in made]
            messages.append(Message("tool", list(results)))
    messages.append(Message("user", draw(st.lists(texts | images, min_size=1, max_size=2))))
    return messages


tools = st.lists(
    st.builds(
        lambda name, description, schema, strict, more: Tool(
            name, "function", description, schema, strict, raw=more, dialect="responses" if more else ""
        ),
        names, words | st.just(""), st.none() | objects, st.sampled_from([None, True, False]),
        st.sampled_from([None, {"defer_loading": True}]),
    )
    | st.builds(
        lambda name, description, grammar: Tool(name, "custom", description, format=grammar),
        names, words | st.just(""), st.sampled_from([None, {"type": "grammar", "syntax": "regex", "definition": "a"}]),
    )
    | st.just(Tool("web_search", "builtin", raw={"type": "web_search", "search_context_size": "low"}, dialect="responses")),
    max_size=3,
    unique_by=lambda tool: tool.name,
)  # fmt: skip
formats = st.none() | st.just(ResponseFormat("json")) | st.builds(
    ResponseFormat, st.just("schema"), words, objects, words | st.just(""), st.sampled_from([None, True])
)  # fmt: skip
wishes = st.none() | st.builds(
    lambda effort, summary: ReasoningWish(effort, show=True if summary else None, summary=summary, encrypted=True),
    st.sampled_from([None, "minimal", "low", "high", "max"]), st.sampled_from(["", "auto", "concise"]),
)  # fmt: skip
numbers = st.none() | st.floats(0, 1)


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    offered = draw(tools)
    choices: list[ToolChoice | None] = [None]
    if offered:
        choices += [ToolChoice("auto"), ToolChoice("required"), ToolChoice("named", offered[0].name)]
        choices += [ToolChoice("auto", allowed=tuple(tool.name for tool in offered))]
    system = [Message("system", [Text(text)]) for text in draw(st.lists(words, max_size=2))]
    call = Asked(
        "gpt-5",
        [*system, *draw(turns())],
        stream=draw(st.booleans()),
        tools=offered,
        tool_choice=draw(st.sampled_from(choices)),
        parallel_tools=draw(st.none() | st.booleans()),
        format=draw(formats),
        reasoning=draw(wishes),
        max_tokens=draw(st.none() | st.integers(16, 10**6)),
        temperature=draw(numbers),
        top_p=draw(numbers),
        top_logprobs=draw(st.none() | st.integers(0, 5)),
        presence_penalty=draw(numbers),
        frequency_penalty=draw(numbers),
        user=draw(words | st.just("")),
        metadata=draw(st.none() | objects),
        service_tier=draw(st.sampled_from(["", "flex"])),
        verbosity=draw(st.sampled_from(["", "low"])),
        cache_key=draw(words | st.just("")),
        wants_usage=True,
        dialect="responses",
        extra=draw(st.sampled_from([{}, {"truncation": "auto", "max_tool_calls": 3}])),
    )
    if system:
        call.said = {"instructions": system[0].parts[0].text}  # type: ignore[union-attr]
    return call


def unsigned(message: Message) -> Message:
    """A message as it reads at the provider that signed its thoughts: without our marks."""
    for part in message.parts:
        if isinstance(part, Reasoning) and part.signature is not None:
            part.signature = Signature("", part.signature.value)
    return message


@given(requests())
def test_a_call_survives_being_written_and_read(call: Asked) -> None:
    written = BACK.write_call(call, TARGET)
    assert written.dropped == []
    found = FRONT.read_call(written.body)
    expected = msgspec.structs.replace(call, messages=[unsigned(message) for message in call.messages])
    found.said.pop("include", None)
    assert found.said.pop("store") is False
    assert found == expected


@given(requests())
def test_what_is_written_is_written_the_same_again(call: Asked) -> None:
    first = BACK.write_call(call, TARGET).body
    again = BACK.write_call(FRONT.read_call(first), TARGET).body
    assert json.loads(again) == json.loads(first)


# ---------------------------------------------------------------- answers

foreign = st.builds(Signature, st.just("claude"), names)
signed_thoughts = st.builds(Reasoning, words, foreign, summary=st.booleans()) | st.builds(
    lambda signature, redacted: Reasoning("", signature, redacted=redacted), foreign, st.booleans()
)
answers = st.builds(
    lambda parts, finish, usage: Answer("req_1", "m", parts, finish, usage, created=1_790_000_000),
    st.lists(said | signed_thoughts | called, max_size=5),
    st.sampled_from(["stop", "length", "content_filter"]),
    st.builds(Usage, st.integers(100, 10**6), st.integers(100, 10**6), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9)),
)  # fmt: skip


def plainly(answer: Answer) -> tuple[list[Part], Finish, Usage | None]:
    """An answer without what a dialect may name as it likes, its signatures as they were before they were marked."""
    for part in answer.parts:
        if isinstance(part, Reasoning) and part.signature is not None:
            if part.signature.origin == TARGET.provider:
                signature, redacted = unsealed(part.signature.value)
                part.signature = signature
                part.redacted = redacted and not part.text
            part.id = ""
    finish: Finish = "stop" if answer.finish == "tool_calls" else answer.finish
    return answer.parts, finish, answer.usage


@given(answers)
def test_an_answer_survives_being_written_and_read(answer: Answer) -> None:
    found = BACK.read_answer(FRONT.write_answer(answer, ASKED), TARGET)
    assert plainly(found) == plainly(answer)


def in_pieces(answer: Answer, sizes: list[int]) -> list[Event]:
    """The events of an answer, its texts in pieces of these sizes, in turns."""
    events: list[Event] = []
    for event in told(answer):
        if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta | ToolCallDelta):
            field = "arguments" if isinstance(event, ToolCallDelta) else "text"
            text, turn = getattr(event, field), 0
            while text:
                size = sizes[turn % len(sizes)]
                events.append(msgspec.structs.replace(event, **{field: text[:size]}))
                text, turn = text[size:], turn + 1
        else:
            events.append(event)
    return events


@given(answers, st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 5))
def test_a_stream_survives_in_whatever_pieces(answer: Answer, sizes: list[int], together: int) -> None:
    writer, reader, assembly = FRONT.writer(ASKED, "req_1"), BACK.reader(TARGET), Assembly()
    events = in_pieces(answer, sizes)
    stream = b"".join(writer.write(events[start : start + together]) for start in range(0, len(events), together))
    stream += writer.finish(answer.usage or Usage())
    for event in events_of(stream):
        assembly.add(reader.read(json.dumps(event).encode()))
    assert reader.complete
    assert plainly(assembly.answer()) == plainly(answer)
    whole = json.loads(FRONT.write_answer(answer, ASKED))
    assert json.loads(writer.document)["output"] == whole["output"]


@given(st.lists(st.lists(words, min_size=1, max_size=4), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_calls_in_turns_arrive_whole(pieces: list[list[str]], random: st.Random) -> None:  # type: ignore[name-defined]
    parts: list[Part] = [ToolCall(f"c{number}", "f", "".join(texts)) for number, texts in enumerate(pieces)]
    begun = [event for event in told(Answer("a", "m", parts, "stop")) if not isinstance(event, ToolCallDelta)]
    left = [(number, list(texts)) for number, texts in enumerate(pieces)]
    events: list[Event] = begun[:-1]
    while left:
        number, texts = random.choice(left)
        events.append(ToolCallDelta(number, texts.pop(0)))
        if not texts:
            left.remove((number, texts))
            events.append(PartEnd(number))
    writer = FRONT.writer(ASKED, "req_1")
    stream = b"".join(writer.write([event]) for event in events) + writer.finish(Usage())
    items = events_of(stream)[-1]["response"]["output"]
    assert [(item["call_id"], item["arguments"]) for item in items] == [(part.id, part.arguments) for part in parts]  # type: ignore[union-attr]
