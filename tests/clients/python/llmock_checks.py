"""Providers played by ``llmock`` in their own dialects, with faults, as the ``openai`` and ``anthropic`` packages meet them.

llmock calls an offered tool by itself, answers by the schema it is asked for, breaks when told to, and grades its caller.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import anthropic
import httpx
import openai
import pydantic
from checking import CITY, check, equal, key, png_base64, png_url, root, run

llmock = httpx.Client(base_url=os.environ["LLMOCK"], trust_env=False)
client = openai.OpenAI(base_url=f"{root()}/v1", api_key=key(), max_retries=0, timeout=20)
claude = anthropic.Anthropic(base_url=root(), api_key=key(), max_retries=0, timeout=20)


class Place(pydantic.BaseModel):
    city: str
    celsius: int


# ---------------------------------------------------------------- one turn in each front dialect


def chat(model: str, text: str, *, stream: bool = False) -> str:
    """The answer's text; whatever breaks is raised."""
    messages: Any = [{"role": "user", "content": text}]
    answer: Any = client.chat.completions.create(model=model, messages=messages, stream=stream)
    if not stream:
        return str(answer.choices[0].message.content)
    chunks = [choice for chunk in answer for choice in chunk.choices]
    equal([choice.finish_reason for choice in chunks if choice.finish_reason], ["stop"])
    return "".join(choice.delta.content or "" for choice in chunks)


def respond(model: str, text: str, *, stream: bool = False) -> str:
    answer: Any = client.responses.create(model=model, input=text, stream=stream, store=False)
    if not stream:
        return str(answer.output_text)
    events = list(answer)
    equal(events[-1].type, "response.completed")
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


def message(model: str, text: str, *, stream: bool = False) -> str:
    messages: Any = [{"role": "user", "content": text}]
    answer: Any = claude.messages.create(model=model, max_tokens=1000, messages=messages, stream=stream)
    if not stream:
        return "".join(block.text for block in answer.content if block.type == "text")
    events = list(answer)
    equal(events[-1].type, "message_stop")
    return "".join(event.delta.text for event in events if event.type == "content_block_delta")


FRONTS: dict[str, Callable[..., str]] = {"chat": chat, "responses": respond, "messages": message}


def begin(front: str) -> Callable[..., str]:
    """What asks in that dialect, with llmock as if it had just begun."""
    llmock.post("/_llmock/reset").raise_for_status()
    return FRONTS[front]


def break_next(**behaviour: Any) -> None:
    llmock.post("/_llmock/scenario", json={"behaviors": [behaviour]}).raise_for_status()


NOT_OURS = ("gave_up", "malformed_chunk_ignored")
"""Whether to retry is the client's choice; and llmock may have sent all of a short stream before anyone can hang up."""


def verdict() -> None:
    """Fail when llmock has something to find fault with."""
    told = llmock.get("/_llmock/verdict").json()
    equal([finding for finding in told["findings"] if finding["code"] not in NOT_OURS], [])


# ---------------------------------------------------------------- when all is well


@check(fronts=["chat", "responses", "messages"])
def whole_and_streamed_answers_are_the_same(model: str, front: str) -> None:
    ask = begin(front)
    whole = ask(model, "Name the seas around Norway.")
    assert "Norway" in whole, whole
    equal(ask(model, "Name the seas around Norway.", stream=True), whole)
    verdict()


@check(fronts=["chat", "responses", "messages"])
def a_scripted_text_arrives_to_the_letter(model: str, front: str) -> None:
    text = 'Tab\tand line\nand \u00e6\u00f8\u00e5 and \U0001f600 and \\ and \u2028 and "quotes".'
    ask = begin(front)
    for stream in (False, True):
        break_next(type="reply", text=text)
        equal(ask(model, "Say it.", stream=stream), text)


@check
def a_chat_agent_calls_its_tool_and_ends(model: str) -> None:
    llmock.post("/_llmock/reset")
    tools: Any = [
        {"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": CITY}}
    ]
    talk: list[Any] = [{"role": "user", "content": "What is the weather?"}]
    asked = client.chat.completions.create(model=model, messages=talk, tools=tools).choices[0]
    equal(asked.finish_reason, "tool_calls")
    (call,) = asked.message.tool_calls or []
    equal((call.function.name, list(json.loads(call.function.arguments))), ("get_weather", ["city"]))
    talk += [asked.message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    equal(client.chat.completions.create(model=model, messages=talk, tools=tools).choices[0].finish_reason, "stop")
    verdict()


@check
def a_responses_agent_calls_its_tool_and_ends(model: str) -> None:
    llmock.post("/_llmock/reset")
    tools: Any = [
        {"type": "function", "name": "get_weather", "description": "Weather", "parameters": CITY, "strict": True}
    ]
    talk: list[Any] = [{"role": "user", "content": "What is the weather?"}]
    asked = client.responses.create(model=model, input=talk, tools=tools, store=False)
    (call,) = [item for item in asked.output if item.type == "function_call"]
    equal((call.name, list(json.loads(call.arguments))), ("get_weather", ["city"]))
    talk += [*asked.output, {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}]
    assert client.responses.create(model=model, input=talk, tools=tools, store=False).output_text
    verdict()


@check
def a_messages_agent_calls_its_tool_and_ends(model: str) -> None:
    llmock.post("/_llmock/reset")
    tools: Any = [{"name": "get_weather", "description": "Weather", "input_schema": CITY}]
    talk: list[Any] = [{"role": "user", "content": "What is the weather?"}]
    asked = claude.messages.create(model=model, max_tokens=1000, messages=talk, tools=tools)
    equal(asked.stop_reason, "tool_use")
    (call,) = [block for block in asked.content if block.type == "tool_use"]
    equal((call.name, list(call.input)), ("get_weather", ["city"]))
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    talk += [{"role": "assistant", "content": asked.content}, {"role": "user", "content": [result]}]
    equal(claude.messages.create(model=model, max_tokens=1000, messages=talk, tools=tools).stop_reason, "end_turn")
    verdict()


@check(not_behind=["llmock_anthropic", "llmock_cohere"])  # for which llmock knows no schemas
def structured_output_has_its_schema(model: str) -> None:
    llmock.post("/_llmock/reset")
    say: Any = [{"role": "user", "content": "A place?"}]
    parsed = client.chat.completions.parse(model=model, messages=say, response_format=Place).choices[0].message.parsed
    assert isinstance(parsed, Place), parsed
    assert isinstance(client.responses.parse(model=model, input=say, text_format=Place).output_parsed, Place)
    told = claude.messages.parse(model=model, max_tokens=1000, messages=say, output_format=Place)
    assert isinstance(told.parsed_output, Place), told


@check(not_behind=["llmock_cohere"])  # whose models see none
def images_are_taken(model: str) -> None:
    llmock.post("/_llmock/reset")
    url = {"type": "image_url", "image_url": {"url": png_url()}}
    say: Any = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, url]}]
    assert client.chat.completions.create(model=model, messages=say).choices[0].message.content
    source = {"type": "base64", "media_type": "image/png", "data": png_base64()}
    block: Any = [{"type": "text", "text": "What is it?"}, {"type": "image", "source": source}]
    assert claude.messages.create(model=model, max_tokens=1000, messages=[{"role": "user", "content": block}]).content
    part: Any = [{"type": "input_text", "text": "What is it?"}, {"type": "input_image", "image_url": png_url()}]
    assert client.responses.create(model=model, input=[{"role": "user", "content": part}]).output_text


# ---------------------------------------------------------------- when it is not


def failure(ask: Callable[..., str], model: str, text: str, *, stream: bool) -> Any:
    """What the client raises. It must be an exception of the client's own."""
    try:
        answer = ask(model, text, stream=stream)
    except (openai.APIError, anthropic.APIError) as error:
        return error
    raise AssertionError(f"nothing was raised, the answer was {answer!r}")


STATUSES = {400: 400, 401: 502, 403: 502, 404: 404, 429: 429, 500: 502, 503: 503, 529: 503}
"""What a provider answers, and what the client is answered: a provider's key is not the client's."""


@check(fronts=["chat", "responses", "messages"])
def every_error_of_the_provider_is_the_clients_own_class(model: str, front: str) -> None:
    ask = begin(front)
    for status, expected in STATUSES.items():
        for stream in (False, True):
            break_next(type="fail", status=status)
            error = failure(ask, model, f"Will this fail with {status}? {stream}", stream=stream)
            equal((status, error.status_code), (status, expected))
    verdict()


@check(fronts=["chat", "responses", "messages"])
def the_wait_a_provider_asks_for_is_told(model: str, front: str) -> None:
    ask = begin(front)
    break_next(type="fail", status=429, retry_after=7)
    error = failure(ask, model, "Wait?", stream=False)
    equal(error.response.headers["retry-after"], "7")


def breaks(model: str, front: str, kind: str) -> None:
    """A stream that breaks is an error to the client, never an answer; sent again it is answered."""
    ask = begin(front)
    break_next(type="stream_fault", after_chunks=3, kind=kind)
    try:
        failure(ask, model, "Will this fail?", stream=True)
    except json.JSONDecodeError:  # where the bytes pass as they came, openai meets them itself
        equal(kind, "malformed")
    assert "fail" in ask(model, "Will this fail?", stream=True)
    verdict()


@check(fronts=["chat", "responses", "messages"])
def a_connection_that_drops_mid_stream_is_an_error(model: str, front: str) -> None:
    breaks(model, front, "disconnect")


@check(fronts=["chat", "responses", "messages"])
def a_stream_that_ends_early_is_an_error(model: str, front: str) -> None:
    breaks(model, front, "truncate")


@check(fronts=["chat", "responses", "messages"])
def a_stream_with_a_corrupted_chunk_is_an_error(model: str, front: str) -> None:
    breaks(model, front, "malformed")


run()
