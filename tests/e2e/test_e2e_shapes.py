"""Abilities that the gateway lends to models, for every client: tools by prompt, answers held to a schema, eyes."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from crossing_clients import Client, Heard, Json
from crossing_providers import Calls, Ends, Says, Step, Writes, streamed, whole, wire
from observed import usage_row
from PIL import Image as Pillow

from switchgear.testing import FaultUpstream, Plan, faults, served

WEATHER: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CALL = '{"tool_calls": [{"name": "weather", "arguments": {"city": "Oslo"}}]}'
PROMPTED = ["prompted", "prompted-messages"]
SPOKEN = {"prompted": "chat", "prompted-messages": "messages"}
both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


def answering(dialect: str, text: str, *, stream: bool) -> Plan:
    """An answer of words, streamed in small pieces."""
    if not stream:
        return whole(dialect, text)
    pieces: list[Step] = [Says(text[place : place + 5]) for place in range(0, len(text), 5)]
    return streamed(dialect, wire(dialect, [*pieces, Ends(21, 34)]))


def ask(front: Client, model: str, *said: Json, stream: bool, **fields: Any) -> tuple[Heard, Any]:
    answer = front.ask(model, *said, **({"stream": True} if stream else {}), **fields)
    assert answer.status_code == 200, answer.text
    return (front.heard(answer.content) if stream else front.read(answer)), answer.headers


# ---------------------------------------------------------------- tools by prompt


@both_ways
@pytest.mark.parametrize("model", PROMPTED)
@pytest.mark.parametrize(
    "text",
    [CALL, f"```json\n{CALL}\n```", f"<tool_call>{json.dumps({'name': 'weather', 'arguments': {'city': 'Oslo'}})}</tool_call>"],
    ids=["bare", "fenced", "tagged"],
)  # fmt: skip
def test_a_call_that_a_model_writes_as_text_is_a_call_to_the_client(
    front: Client, behind: FaultUpstream, model: str, text: str, stream: bool
) -> None:
    behind.answer(answering(SPOKEN[model], text, stream=stream))
    heard, headers = ask(front, model, stream=stream, tools=[front.tool("weather", WEATHER)])
    assert heard.calls == [("weather", {"city": "Oslo"})]
    assert (heard.text, heard.answer.finish, heard.clean) == ("", "tool_calls", True)
    assert headers["x-switchgear-shaped"] == "tools=prompted"
    sent = json.loads(behind.requests[-1].body)
    assert "tools" not in sent
    assert "weather" in json.dumps(sent.get("system") or sent["messages"][0])


@both_ways
@pytest.mark.parametrize("model", PROMPTED)
def test_words_of_such_a_model_are_words(front: Client, behind: FaultUpstream, model: str, stream: bool) -> None:
    behind.answer(answering(SPOKEN[model], "It is {warm} there.", stream=stream))
    heard, _ = ask(front, model, stream=stream, tools=[front.tool("weather", WEATHER)])
    assert (heard.text, heard.calls, heard.answer.finish) == ("It is {warm} there.", [], "stop")


@both_ways
def test_several_calls_and_what_came_of_them_go_back_as_text(
    front: Client, behind: FaultUpstream, stream: bool
) -> None:
    calls = {"tool_calls": [{"name": "weather", "arguments": {"city": city}} for city in ("Oslo", "Bergen")]}
    behind.answer(answering("chat", json.dumps(calls), stream=stream))
    tools = [front.tool("weather", WEATHER)]
    heard, _ = ask(front, "prompted", stream=stream, tools=tools)
    assert heard.calls == [("weather", {"city": "Oslo"}), ("weather", {"city": "Bergen"})]
    ids = [getattr(part, "id", "") for part in heard.answer.parts]
    assert len(set(ids)) == 2
    behind.answer(answering("chat", "Rain in both.", stream=stream))
    turns = [
        front.user(front.text("Weather?")),
        front.called(ids[0], "weather", '{"city": "Oslo"}'),
        front.result(ids[0], "rain"),
    ]
    heard, _ = ask(front, "prompted", *turns, stream=stream, tools=tools)
    assert heard.text == "Rain in both."
    sent = json.loads(behind.requests[-1].body)["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user"]
    assert json.loads(sent[2]["content"]) == {"tool_calls": [{"name": "weather", "arguments": {"city": "Oslo"}}]}
    assert "rain" in sent[3]["content"]


@both_ways
def test_a_wrong_call_of_such_a_model_is_an_error(front: Client, behind: FaultUpstream, stream: bool) -> None:
    behind.answer(answering("chat", CALL.replace("Oslo", "Oslo").replace("city", "town"), stream=stream))
    answer = front.ask("prompted", tools=[front.tool("weather", WEATHER)], stream=stream)
    if stream:
        heard = front.heard(answer.content)
        assert not heard.clean
        assert heard.error is not None
        message = heard.error["message"]
    else:
        assert answer.status_code == 502
        message = front.error(answer)["message"]
    assert '"weather" wrongly' in message


def test_a_model_without_tools_says_so(front: Client, crossings: served, behind: FaultUpstream) -> None:
    before = len(behind.requests)
    answer = front.ask("toolless", tools=[front.tool("weather", WEATHER)])
    assert answer.status_code == 400
    assert "cannot call tools" in front.error(answer)["message"]
    assert usage_row(crossings.data_dir, answer.headers["x-request-id"])["error"] == "not_supported"
    assert len(behind.requests) == before


def test_functions_as_they_once_were_are_answered_as_they_were(front: Client, behind: FaultUpstream) -> None:
    if front.dialect != "chat":
        return
    behind.answer(whole("chat", CALL))
    functions = [{"name": "weather", "parameters": WEATHER}]
    choice = front.ask("prompted", functions=functions).json()["choices"][0]
    assert choice["finish_reason"] == "function_call"
    assert json.loads(choice["message"]["function_call"]["arguments"]) == {"city": "Oslo"}


@both_ways
def test_a_custom_tool_is_called_with_its_text(front: Client, behind: FaultUpstream, stream: bool) -> None:
    if front.dialect == "messages":
        return
    tool: Json = {"type": "custom", "name": "run"}
    tool = {"type": "custom", "custom": {"name": "run"}} if front.dialect == "chat" else tool
    call = {"tool_calls": [{"name": "run", "arguments": {"input": "print('{1}')"}}]}
    behind.answer(answering("chat", json.dumps(call), stream=stream))
    heard, _ = ask(front, "prompted", stream=stream, tools=[tool])
    [part] = heard.answer.parts
    assert (getattr(part, "arguments", ""), getattr(part, "custom", False)) == ("print('{1}')", True)


@both_ways
def test_a_response_repeats_what_was_asked_and_not_what_was_made_of_it(
    front: Client, behind: FaultUpstream, stream: bool
) -> None:
    if front.dialect != "responses":
        return
    behind.answer(answering("chat", CALL, stream=stream))
    tools = [front.tool("weather", WEATHER)]
    answer = front.ask("prompted", tools=tools, stream=stream, **front.must_call("weather"))
    document = json.loads(answer.text.rpartition("data: ")[2])["response"] if stream else answer.json()
    assert [tool["name"] for tool in document["tools"]] == ["weather"]
    assert document["tool_choice"] == {"type": "function", "name": "weather"}
    assert document["text"]["format"] == {"type": "text"}


# ---------------------------------------------------------------- answers held to a schema

RIGHT, WRONG = '{"city":"Oslo"}', '{"town":"Oslo"}'


@both_ways
@pytest.mark.parametrize(("model", "dialect"), [("chat/unknown", "chat"), ("messages/unknown", "messages")])
def test_an_answer_that_satisfies_its_schema_passes(
    front: Client, behind: FaultUpstream, model: str, dialect: str, stream: bool
) -> None:
    behind.answer(answering(dialect, RIGHT, stream=stream))
    heard, _ = ask(front, model, stream=stream, **front.form(WEATHER))
    assert (heard.text, heard.clean) == (RIGHT, True)


@both_ways
@pytest.mark.parametrize(("model", "dialect"), [("chat/unknown", "chat"), ("messages/unknown", "messages")])
@pytest.mark.parametrize("text", [WRONG, "Oslo", ""], ids=["wrong", "no JSON", "nothing"])
def test_an_answer_that_breaks_its_schema_is_an_error(
    front: Client, crossings: served, behind: FaultUpstream, model: str, dialect: str, text: str, stream: bool
) -> None:
    behind.answer(answering(dialect, text, stream=stream))
    answer = front.ask(model, stream=stream, **front.form(WEATHER))
    if stream:
        heard = front.heard(answer.content)
        assert (heard.text, heard.clean) == (text, False)
        assert heard.error is not None
    else:
        assert answer.status_code == 502
        error = front.error(answer)
        assert error["type"] == "api_error"
        assert "asks for" in error["message"]
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["error"], row["prompt_tokens"], row["completion_tokens"]) == ("invalid_answer", 21, 34)


def test_an_answer_that_nobody_is_to_check_passes(front: Client, behind: FaultUpstream) -> None:
    behind.answer(whole("chat", WRONG))
    heard, _ = ask(front, "trusted", stream=False, **front.form(WEATHER))
    assert heard.text == WRONG


@both_ways
@pytest.mark.parametrize(("model", "dialect"), [("repaired", "messages"), ("repaired-chat", "chat")])
def test_a_wrong_answer_is_asked_for_again_once(
    front: Client, crossings: served, behind: FaultUpstream, model: str, dialect: str, stream: bool
) -> None:
    before = len(behind.requests)
    behind.answer(whole(dialect, WRONG))
    behind.answer(whole(dialect, RIGHT))
    heard, headers = ask(front, model, stream=stream, **front.form(WEATHER))
    assert (heard.text, heard.clean, heard.answer.finish) == (RIGHT, True, "stop")
    first, second = [json.loads(request.body) for request in list(behind.requests)[before:]]
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "user"]
    assert "Hi" in json.dumps(second["messages"][0])
    assert "Hi" in json.dumps(first["messages"][0])
    assert "town" in json.dumps(second["messages"][1])
    assert "That was not valid" in json.dumps(second["messages"][2])
    assert not second.get("stream")
    row = usage_row(crossings.data_dir, headers["x-request-id"])
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"]) == ("ok", 42, 68)
    assert bool(row["streamed"]) == stream


@both_ways
@pytest.mark.parametrize(("model", "dialect"), [("repaired", "messages"), ("repaired-chat", "chat")])
def test_one_that_is_wrong_twice_is_an_error(
    front: Client, crossings: served, behind: FaultUpstream, model: str, dialect: str, stream: bool
) -> None:
    before = len(behind.requests)
    behind.answer(whole(dialect, WRONG), times=2)
    answer = front.ask(model, stream=stream, **front.form(WEATHER))
    assert answer.status_code == 502
    error = front.error(answer)
    assert front.dialect == "messages" or error["code"] == "invalid_answer"
    assert "its second answer is no better" in error["message"]
    assert 'answers = "repair"' not in json.dumps(error)
    assert len(behind.requests) == before + 2
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["error"], row["prompt_tokens"], row["completion_tokens"]) == (
        "failed", "invalid_answer", 42, 68,
    )  # fmt: skip


def test_a_second_try_that_fails_is_told_as_what_it_is(front: Client, crossings: served, behind: FaultUpstream) -> None:
    behind.answer(whole("messages", WRONG))
    behind.answer(faults.status(429))
    answer = front.ask("repaired", **front.form(WEATHER))
    assert answer.status_code == 429
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["error"], row["prompt_tokens"], row["completion_tokens"]) == ("provider_rate_limited", 21, 34)


@both_ways
def test_wrong_arguments_are_asked_for_again(front: Client, behind: FaultUpstream, stream: bool) -> None:
    wrong = [Calls(0, "weather"), Writes(0, '{"town": 1}'), Ends(21, 34)]
    right = [Calls(0, "weather"), Writes(0, '{"city": "Oslo"}'), Ends(21, 34)]
    for steps in (wrong, right):
        behind.answer(faults.ok(called(steps)))
    heard, _ = ask(front, "repaired", stream=stream, tools=[front.tool("weather", WEATHER)])
    assert heard.calls == [("weather", {"city": "Oslo"})]
    assert (heard.clean, heard.answer.finish) == (True, "tool_calls")
    again = json.loads(behind.requests[-1].body)["messages"]
    assert "town" in json.dumps(again[-2])
    assert "not valid" in json.dumps(again[-1])


def called(steps: list[Step]) -> Json:
    """A whole answer of Messages with the calls of ``steps``."""
    names = {step.number: step.name for step in steps if isinstance(step, Calls)}
    inputs = {step.number: json.loads(step.arguments) for step in steps if isinstance(step, Writes)}
    content = [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": inputs[number]}
        for number, name in names.items()
    ]
    usage = {"input_tokens": 21, "output_tokens": 34}
    return {"id": "msg_1", "type": "message", "content": content, "stop_reason": "tool_use", "usage": usage}


def test_several_answers_cannot_be_checked_at_once(front: Client) -> None:
    if front.dialect != "chat":
        return
    answer = front.ask("repaired-chat", n=2, **front.form(WEATHER))
    assert (answer.status_code, front.error(answer)["param"]) == (400, "n")


# ---------------------------------------------------------------- eyes


def image() -> str:
    out = io.BytesIO()
    Pillow.new("RGB", (4, 4), "red").save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


@both_ways
def test_a_model_that_sees_nothing_names_those_that_do(
    front: Client, crossings: served, behind: FaultUpstream, stream: bool
) -> None:
    before = len(behind.requests)
    answer = front.ask("blind", front.user(front.text("What is it?"), front.image(image())), stream=stream)
    assert answer.status_code == 400
    error = front.error(answer)
    assert "sees no images" in error["message"]
    assert "seeing" in error["message"]
    assert "guided" not in error["message"]
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["error"], row["prompt_tokens"]) == ("vision_not_supported", 0)
    assert len(behind.requests) == before


@both_ways
def test_a_call_with_an_image_goes_to_the_model_that_sees_for_it(
    front: Client, crossings: served, behind: FaultUpstream, stream: bool
) -> None:
    behind.answer(answering("messages", "Red.", stream=stream))
    heard, headers = ask(front, "guided", front.user(front.text("What is it?"), front.image(image())), stream=stream)
    assert (heard.text, headers["x-switchgear-model"], headers["x-switchgear-provider"]) == (
        "Red.",
        "sharp",
        "messages",
    )
    row = usage_row(crossings.data_dir, headers["x-request-id"])
    assert (row["outcome"], row["deployment"], row["completion_tokens"]) == ("ok", "sharp", 34)
    behind.answer(answering("chat", "Hello.", stream=stream))
    heard, headers = ask(front, "guided", stream=stream)
    assert (heard.text, headers["x-switchgear-model"]) == ("Hello.", "text-only")
