"""Nothing is lost on the way to Gemini and back: what it said goes back as it said it, and what clients said arrives."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.canonical import (
    Call,
    Image,
    Message,
    Part,
    Reasoning,
    Signature,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.gemini import BACK

TARGET = Target("google", "gemini", "gemini-3.6-flash")
SKIP = "skip_thought_signature_validator"

Json = dict[str, Any]

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
base64 = st.text("ABCDabcd0123+/", min_size=4, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(words, values, max_size=3)


def signed(part: Json, signature: str | None) -> Json:
    return part | ({"thoughtSignature": signature} if signature else {})


texts = st.builds(signed, st.builds(lambda text: {"text": text}, words), st.none() | base64)
calls = st.builds(
    signed,
    st.builds(lambda name, args: {"functionCall": {"name": name, "args": args}}, names, objects),
    st.none() | base64,
)
signed_thoughts = st.builds(lambda text, sig: {"text": text, "thought": True, "thoughtSignature": sig}, words, base64)
searches = st.builds(
    lambda args, sig: signed({"toolCall": {"args": args, "id": "1"}}, sig), objects, st.none() | base64
)


def numbered(parts: list[Json]) -> list[Json]:
    """The parts with an id for every call."""
    return [
        part | {"functionCall": part["functionCall"] | {"id": f"id{place}"}} if "functionCall" in part else part
        for place, part in enumerate(parts)
    ]


def not_neighbours(parts: list[Json]) -> bool:
    """Whether no two texts touch: those are one text to us."""
    plain = ["text" in part and "thought" not in part for part in parts]
    return not any(a and b for a, b in pairwise(plain))


turns = (
    st.lists(texts | calls | signed_thoughts | searches, min_size=1, max_size=5).map(numbered).filter(not_neighbours)
)


def read_whole(parts: list[Json]) -> list[Part]:
    body = {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP"}]}
    return BACK.read_answer(json.dumps(body).encode(), TARGET).parts


def returned(parts: list[Part]) -> list[Part]:
    """The parts as a client gives them back: signatures marked, and what stands for no text as redacted."""
    return [
        Reasoning(part.text, Signature.read(part.signature.marked()), redacted=not part.text)
        if isinstance(part, Reasoning) and part.signature
        else part
        for part in parts
    ]


def sent_back(parts: list[Part]) -> list[Json]:
    call = Call("m", [Message("assistant", returned(parts))], dialect="messages")
    [content] = json.loads(BACK.write_call(call, TARGET).body)["contents"]
    assert content["role"] == "model"
    return list(content["parts"])


def with_dummy(parts: list[Json]) -> list[Json]:
    """The parts with the dummy that an unsigned first call needs."""
    first = next((place for place, part in enumerate(parts) if "functionCall" in part), None)
    return [
        part | {"thoughtSignature": SKIP} if place == first and "thoughtSignature" not in part else part
        for place, part in enumerate(parts)
    ]


@given(turns)
def test_a_whole_turn_goes_back_as_it_came(parts: list[Json]) -> None:
    assert sent_back(read_whole(parts)) == with_dummy(parts)


@given(turns, st.data())
def test_a_streamed_turn_goes_back_as_it_came(parts: list[Json], data: st.DataObject) -> None:
    """Whatever events its parts came in; a signature that ends a text in pieces comes back after it, as Google documents."""
    reader, found = BACK.reader(TARGET), Assembly()
    cut: list[Json] = []
    for part in parts:
        if "text" in part and "thought" not in part and len(part["text"]) > 1 and data.draw(st.booleans()):
            place = data.draw(st.integers(1, len(part["text"]) - 1))
            cut += [{"text": part["text"][:place]}, part | {"text": part["text"][place:]}]
        else:
            cut.append(part)
    for part in cut:
        event = {"candidates": [{"content": {"parts": [part]}}]}
        found.add(reader.read(json.dumps(event).encode()))
    found.add(reader.read(b'{"candidates":[{"finishReason":"STOP"}]}'))
    back: list[Json] = []
    for part in sent_back(found.answer().parts):
        if part.get("text") == "" and back:
            assert "text" in back[-1]
            back[-1] |= {"thoughtSignature": part["thoughtSignature"]}
        else:
            back.append(part)
    assert back == with_dummy(parts)


# ---------------------------------------------------------------- what clients said

user_parts = st.builds(Text, words) | st.builds(
    lambda data, kind: Image(data=data, media_type=kind), base64, st.sampled_from(["image/png", "image/jpeg"])
)


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    """Turns of a user and a model, each call with its result."""
    messages: list[Message] = []
    for turn in range(draw(st.integers(1, 3))):
        messages.append(Message("user", draw(st.lists(user_parts, min_size=1, max_size=3))))
        made = [
            ToolCall(f"c{turn}-{number}", name, json.dumps(args))
            for number, (name, args) in enumerate(draw(st.lists(st.tuples(names, objects), max_size=2)))
        ]
        messages.append(Message("assistant", [*draw(st.lists(st.builds(Text, words), max_size=1)), *made]))
        messages += [
            Message("tool", [ToolResult(call.id, [Text(draw(words))], is_error=draw(st.booleans()))]) for call in made
        ]
    return messages


def understood(body: bytes) -> list[tuple[str, Any]]:
    """What a body says, in order, as pairs that both sides can say."""
    said: list[tuple[str, Any]] = []
    for content in json.loads(body)["contents"]:
        for part in content["parts"]:
            if "text" in part:
                said.append((content["role"], part["text"]))
            elif "inlineData" in part:
                said.append(("image", (part["inlineData"]["mimeType"], part["inlineData"]["data"])))
            elif "functionCall" in part:
                call = part["functionCall"]
                said.append(("call", (call["id"], call["name"], call["args"])))
            else:
                result = part["functionResponse"]
                said.append(("result", (result["id"], result["name"], result["response"])))
    return said


def meant(messages: list[Message]) -> list[tuple[str, Any]]:
    said: list[tuple[str, Any]] = []
    called: dict[str, str] = {}
    for message in messages:
        for part in message.parts:
            if isinstance(part, Text):
                said.append(("model" if message.role == "assistant" else "user", part.text))
            elif isinstance(part, Image):
                said.append(("image", (part.media_type, part.data)))
            elif isinstance(part, ToolCall):
                called[part.id] = part.name
                said.append(("call", (part.id, part.name, json.loads(part.arguments))))
            elif isinstance(part, ToolResult):
                told = "".join(each.text for each in part.content if isinstance(each, Text))
                response = {"error" if part.is_error else "output": told}
                said.append(("result", (part.call_id, called[part.call_id], response)))
    return said


@given(conversations())
def test_what_was_said_arrives_in_order(messages: list[Message]) -> None:
    assert understood(BACK.write_call(Call("m", messages, dialect="chat"), TARGET).body) == meant(messages)


@given(conversations())
def test_calls_and_results_stand_in_one_content_each(messages: list[Message]) -> None:
    contents = json.loads(BACK.write_call(Call("m", messages, dialect="chat"), TARGET).body)["contents"]
    for before, after in pairwise(contents):
        made = [part["functionCall"]["id"] for part in before["parts"] if "functionCall" in part]
        answered = [part["functionResponse"]["id"] for part in after["parts"] if "functionResponse" in part]
        assert made == answered


@given(st.lists(st.tuples(names, words, objects), min_size=1, max_size=4, unique_by=lambda each: each[0]))
def test_tools_arrive_with_their_schemas(drawn: list[tuple[str, str, Json]]) -> None:
    tools = [
        Tool(name, description=told, parameters={"type": "object", "properties": {"a": {"default": value}}})
        for name, told, value in drawn
    ]
    call = Call("m", [Message("user", [Text("Hi")])], tools=tools, dialect="chat")
    [group] = json.loads(BACK.write_call(call, TARGET).body)["tools"]
    assert group["functionDeclarations"] == [
        {"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters} for tool in tools
    ]
