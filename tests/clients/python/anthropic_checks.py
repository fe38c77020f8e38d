"""The ``anthropic`` package: messages whole and streamed, count_tokens, tools, thinking, errors and retries."""

from __future__ import annotations

import json
import uuid
from typing import Any

import anthropic
import pydantic
from checking import CITY, PLACE, THOUGHT, check, equal, key, png_base64, root, run

client = anthropic.Anthropic(base_url=root(), api_key=key(), max_retries=0, timeout=20)
TOOLS: Any = [{"name": "get_weather", "description": "Weather", "input_schema": CITY}]
WEATHER = [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Bergen"})]


class Place(pydantic.BaseModel):
    city: str
    celsius: int


def ask(model: str, content: Any, **more: Any) -> Any:
    more = {"max_tokens": 4096} | more
    return client.messages.create(model=model, messages=[{"role": "user", "content": content}], **more)


def calls(message: Any) -> list[tuple[str, Any]]:
    return [(block.name, block.input) for block in message.content if block.type == "tool_use"]


def text(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


# ---------------------------------------------------------------- messages


@check
def messages_answer(model: str) -> None:
    answer = ask(model, "Say hello.", system="Be brief.", stop_sequences=["###"], extra_body={"temperature": 0.5})
    equal((text(answer), answer.stop_reason, answer.stop_sequence), ("You said: Say hello.", "end_turn", None))
    equal((answer.type, answer.role), ("message", "assistant"))
    assert answer.id
    assert answer.usage.output_tokens >= 0
    assert answer._request_id


@check
def messages_stream_in_order(model: str) -> None:
    events = list(ask(model, "Say hello.", stream=True))
    kinds = [event.type for event in events if event.type != "ping"]
    equal(
        [kind for kind in kinds if kind != "content_block_delta"],
        ["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"],
    )
    equal("".join(e.delta.text for e in events if e.type == "content_block_delta"), "You said: Say hello.")
    equal(events[0].message.content, [])
    (last,) = [event for event in events if event.type == "message_delta"]
    equal((last.delta.stop_reason, last.delta.stop_sequence), ("end_turn", None))
    assert last.usage.output_tokens >= 0


@check
def messages_stream_helper_accumulates(model: str) -> None:
    with client.messages.stream(
        model=model, max_tokens=500, messages=[{"role": "user", "content": "Say hello."}]
    ) as stream:
        equal("".join(stream.text_stream), "You said: Say hello.")
        equal(text(stream.get_final_message()), "You said: Say hello.")


@check
def tools_are_called_in_parallel_and_take_results(model: str) -> None:
    answer = ask(model, "Weather in Oslo and Bergen?", tools=TOOLS)
    equal(answer.stop_reason, "tool_use")
    equal(calls(answer), WEATHER)
    used = [block for block in answer.content if block.type == "tool_use"]
    equal(len({block.id for block in used}), 2)
    results: Any = [
        {"type": "tool_result", "tool_use_id": block.id, "content": [{"type": "text", "text": f"{n} degrees"}]}
        for n, block in enumerate(used)
    ]
    told = client.messages.create(
        model=model,
        max_tokens=500,
        tools=TOOLS,
        messages=[
            {"role": "user", "content": "Weather in Oslo and Bergen?"},
            {"role": "assistant", "content": answer.content},
            {"role": "user", "content": results},
        ],
    )
    assert text(told).startswith("Tools said: "), told
    assert text(told).index("0 degrees") < text(told).index("1 degrees")


@check
def tool_calls_stream_one_block_at_a_time(model: str) -> None:
    open_block = None
    pieces: dict[int, str] = {}
    names: list[str] = []
    for event in ask(model, "Weather in Oslo and Bergen?", tools=TOOLS, stream=True):
        if event.type == "content_block_start":
            equal(open_block, None)
            open_block = event.index
            if event.content_block.type == "tool_use":
                equal(event.content_block.input, {})
                names.append(event.content_block.name)
                pieces[event.index] = ""
        elif event.type == "content_block_delta":
            equal(event.index, open_block)
            if event.delta.type == "input_json_delta":
                pieces[event.index] += event.delta.partial_json
        elif event.type == "content_block_stop":
            equal(event.index, open_block)
            open_block = None
        elif event.type == "message_delta":
            equal(event.delta.stop_reason, "tool_use")
    equal(list(zip(names, map(json.loads, pieces.values()), strict=True)), WEATHER)


@check
def a_named_tool_is_forced(model: str) -> None:
    answer = ask(model, "Weather in Oslo?", tools=TOOLS, tool_choice={"type": "tool", "name": "get_weather"})
    equal(calls(answer), WEATHER[:1])


@check
def a_failed_tool_is_told_to_the_model(model: str) -> None:
    used = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}}
    failed = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no connection", "is_error": True}
    messages: Any = [
        {"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": [used]},
        {"role": "user", "content": [failed]},
    ]
    answer = client.messages.create(model=model, max_tokens=500, tools=TOOLS, messages=messages)
    assert "no connection" in text(answer), answer


@check
def images_are_seen(model: str) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": png_base64()}
    answer = ask(model, [{"type": "text", "text": "Describe the image."}, {"type": "image", "source": source}])
    equal(text(answer), "I see a PNG of 4x4.")


@check
def structured_output_is_given(model: str) -> None:
    wish: Any = {"format": {"type": "json_schema", "schema": PLACE}}
    answer = ask(model, "Give the place as JSON.", output_config=wish)
    equal(json.loads(text(answer)), {"city": "Oslo", "celsius": 21})


@check
def structured_output_is_parsed(model: str) -> None:
    messages: Any = [{"role": "user", "content": "Give the place as JSON."}]
    answer = client.messages.parse(model=model, max_tokens=500, messages=messages, output_format=Place)
    equal(answer.parsed_output, Place(city="Oslo", celsius=21))


@check(not_behind=["azure", "ollama"])
def thinking_comes_first(model: str) -> None:
    answer = ask(model, "Think: what is six times seven?", thinking={"type": "enabled", "budget_tokens": 2048})
    equal([block.type for block in answer.content], ["thinking", "text"])
    equal((answer.content[0].thinking, text(answer)), (THOUGHT, "42"))


@check(not_behind=["azure", "ollama"])
def thinking_streams(model: str) -> None:
    wish: Any = {"type": "enabled", "budget_tokens": 2048}
    events = list(ask(model, "Think: what is six times seven?", thinking=wish, stream=True))
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    equal("".join(delta.thinking for delta in deltas if delta.type == "thinking_delta"), THOUGHT)
    equal([event.content_block.type for event in events if event.type == "content_block_start"], ["thinking", "text"])


@check
def thinking_is_kept_in_a_tool_loop(model: str) -> None:
    question: Any = {"role": "user", "content": "Think: Weather in Oslo and Bergen?"}
    more: Any = {"max_tokens": 4096, "tools": TOOLS, "thinking": {"type": "enabled", "budget_tokens": 2048}}
    asked = client.messages.create(model=model, messages=[question], **more)
    equal(calls(asked), WEATHER)
    used = [block for block in asked.content if block.type == "tool_use"]
    results: Any = [{"type": "tool_result", "tool_use_id": block.id, "content": "sunny"} for block in used]
    turn: Any = [question, {"role": "assistant", "content": asked.content}, {"role": "user", "content": results}]
    told = client.messages.create(model=model, messages=turn, **more)
    assert text(told).startswith("Tools said: "), told


@check
def tokens_are_counted(model: str) -> None:
    messages: Any = [{"role": "user", "content": "Say hello to everyone."}]
    few = client.messages.count_tokens(model=model, messages=messages).input_tokens
    messages[0]["content"] *= 20
    many = client.messages.count_tokens(model=model, messages=messages, system="Be brief.", tools=TOOLS).input_tokens
    assert 0 < few < many


# ---------------------------------------------------------------- errors


def fails(kind: type[anthropic.APIStatusError], call: Any) -> Any:
    try:
        call()
    except kind as error:
        equal((error.body or {}).get("type"), "error")
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


@check
def a_wrong_key_is_an_authentication_error(model: str) -> None:
    stranger = client.with_options(api_key="sk-sg-wrong")
    messages: Any = [{"role": "user", "content": "Hi"}]
    error = fails(
        anthropic.AuthenticationError, lambda: stranger.messages.create(model=model, max_tokens=5, messages=messages)
    )
    equal(error.body["error"]["type"], "authentication_error")


@check
def a_bearer_token_is_taken_too(model: str) -> None:
    bearer = anthropic.Anthropic(base_url=root(), auth_token=key(), max_retries=0)
    messages: Any = [{"role": "user", "content": "Say hello."}]
    equal(text(bearer.messages.create(model=model, max_tokens=500, messages=messages)), "You said: Say hello.")


@check
def an_unknown_model_is_not_found(model: str) -> None:
    error = fails(anthropic.NotFoundError, lambda: ask(f"{model}-not", "Hi"))
    equal(error.body["error"]["type"], "not_found_error")


@check
def a_request_without_max_tokens_is_bad(model: str) -> None:
    error = fails(anthropic.BadRequestError, lambda: ask(model, "Hi", max_tokens=anthropic.omit))
    equal(error.body["error"]["type"], "invalid_request_error")
    assert "max_tokens" in error.body["error"]["message"]


@check(not_behind=["messages"])  # where the body passes, the provider judges it
def a_tool_result_without_its_call_is_bad(model: str) -> None:
    lost = [{"type": "tool_result", "tool_use_id": "toolu_none", "content": "1"}]
    fails(anthropic.BadRequestError, lambda: ask(model, lost))


@check
def a_rate_limit_is_a_rate_limit_error(model: str) -> None:
    error = fails(anthropic.RateLimitError, lambda: ask(model, "Fail with 429"))
    equal(error.body["error"]["type"], "rate_limit_error")
    assert float(error.response.headers["retry-after"]) >= 1
    fails(anthropic.RateLimitError, lambda: ask(model, "Fail with 429", stream=True))


@check
def a_failure_that_passes_is_retried_by_the_client(model: str) -> None:
    said = f"Fail once with 503 ({uuid.uuid4().hex})"
    patient = client.with_options(max_retries=2)
    answer = patient.messages.create(model=model, max_tokens=500, messages=[{"role": "user", "content": said}])
    equal(text(answer), f"You said: {said}")


@check
def async_streams_end_when_closed_early(model: str) -> Any:
    async def leave() -> None:
        async with anthropic.AsyncAnthropic(base_url=root(), api_key=key(), max_retries=0) as one:
            messages: Any = [{"role": "user", "content": "Say hello to everyone in the room."}]
            async with one.messages.stream(model=model, max_tokens=500, messages=messages) as stream:
                async for _ in stream.text_stream:
                    break
            whole = await one.messages.create(model=model, max_tokens=500, messages=messages)
            equal(text(whole), "You said: Say hello to everyone in the room.")

    return leave()


run()
