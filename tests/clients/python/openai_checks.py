"""The ``openai`` package: Chat Completions, Responses, embeddings, models, errors and retries."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import openai
import pydantic
from checking import CITY, THOUGHT, check, equal, key, png, png_url, root, run

client = openai.OpenAI(base_url=f"{root()}/v1", api_key=key(), max_retries=0, timeout=20)
TOOLS: Any = [
    {
        "type": "function",
        "function": {"name": "get_weather", "description": "Weather", "parameters": CITY, "strict": True},
    }
]
FUNCTIONS: Any = [
    {"type": "function", "name": "get_weather", "description": "Weather", "parameters": CITY, "strict": True}
]
OSLO = {"city": "Oslo", "celsius": 21}


class Place(pydantic.BaseModel):
    city: str
    celsius: int


def chat(model: str, text: Any, **more: Any) -> Any:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}], **more)


def respond(model: str, text: Any, **more: Any) -> Any:
    return client.responses.create(model=model, input=text, **more)


def arguments(calls: Any) -> list[tuple[str, Any]]:
    return [(call.function.name, json.loads(call.function.arguments)) for call in calls]


WEATHER = [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Bergen"})]


# ---------------------------------------------------------------- chat


@check
def chat_answers(model: str) -> None:
    answer = client.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}],
        temperature=0.5,
        max_completion_tokens=100,
        stop=["###"],
    )
    equal(answer.choices[0].message.content, "You said: Say hello.")
    equal(answer.choices[0].finish_reason, "stop")
    equal(answer.object, "chat.completion")
    assert answer.id
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@check
def chat_streams(model: str) -> None:
    stream = chat(model, "Say hello.", stream=True, stream_options={"include_usage": True})
    chunks = list(stream)
    equal("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), "You said: Say hello.")
    equal([c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason], ["stop"])
    equal(chunks[0].choices[0].delta.role, "assistant")
    equal(len({chunk.id for chunk in chunks}), 1)
    assert chunks[-1].usage is not None
    equal(chunks[-1].choices, [])


@check
def chat_stream_helper_accumulates(model: str) -> None:
    with client.chat.completions.stream(model=model, messages=[{"role": "user", "content": "Say hello."}]) as stream:
        kinds = [event.type for event in stream]
        equal(stream.get_final_completion().choices[0].message.content, "You said: Say hello.")
    assert "content.delta" in kinds
    assert "content.done" in kinds


@check
def chat_calls_tools_in_parallel_and_takes_results(model: str) -> None:
    question: Any = {"role": "user", "content": "Weather in Oslo and Bergen?"}
    answer = client.chat.completions.create(model=model, messages=[question], tools=TOOLS)
    choice = answer.choices[0]
    equal(choice.finish_reason, "tool_calls")
    calls = choice.message.tool_calls
    equal(arguments(calls), WEATHER)
    equal(len({call.id for call in calls}), 2)
    results = [{"role": "tool", "tool_call_id": call.id, "content": f"{n} degrees"} for n, call in enumerate(calls)]
    told = client.chat.completions.create(model=model, messages=[question, choice.message, *results], tools=TOOLS)
    text = told.choices[0].message.content
    assert text.startswith("Tools said: "), text
    assert text.index("0 degrees") < text.index("1 degrees"), text


@check
def chat_streams_tool_calls(model: str) -> None:
    calls: dict[int, list[str]] = {}
    reasons = []
    for chunk in chat(model, "Weather in Oslo and Bergen?", tools=TOOLS, stream=True):
        for choice in chunk.choices:
            reasons.append(choice.finish_reason)
            for call in choice.delta.tool_calls or []:
                one = calls.setdefault(call.index, ["", "", ""])
                one[0] += call.id or ""
                one[1] += call.function.name or ""
                one[2] += call.function.arguments or ""
    equal(sorted(calls), [0, 1])
    equal([(name, json.loads(text)) for _, name, text in calls.values()], WEATHER)
    equal(len({one[0] for one in calls.values()}), 2)
    equal([reason for reason in reasons if reason], ["tool_calls"])


@check
def chat_forces_a_named_tool(model: str) -> None:
    choice = {"type": "function", "function": {"name": "get_weather"}}
    answer = chat(model, "Weather in Oslo?", tools=TOOLS, tool_choice=choice)
    equal(arguments(answer.choices[0].message.tool_calls), WEATHER[:1])


@check
def chat_leaves_tools_alone_when_told_to(model: str) -> None:
    answer = chat(model, "Say hello.", tools=TOOLS, tool_choice="none")
    equal(answer.choices[0].message.tool_calls, None)


@check
def chat_sees_images(model: str) -> None:
    parts = [{"type": "text", "text": "Describe the image."}, {"type": "image_url", "image_url": {"url": png_url()}}]
    equal(chat(model, parts).choices[0].message.content, "I see a PNG of 4x4.")


@check
def chat_parses_structured_output(model: str) -> None:
    answer = client.chat.completions.parse(
        model=model, messages=[{"role": "user", "content": "Give the place as JSON."}], response_format=Place
    )
    equal(answer.choices[0].message.parsed, Place(**OSLO))


@check
def chat_streams_structured_output(model: str) -> None:
    messages: Any = [{"role": "user", "content": "Give the place as JSON."}]
    with client.chat.completions.stream(model=model, messages=messages, response_format=Place) as stream:
        list(stream)
        equal(stream.get_final_completion().choices[0].message.parsed, Place(**OSLO))


@check
def chat_gives_json_objects(model: str) -> None:
    answer = chat(model, "Give the place as JSON.", response_format={"type": "json_object"})
    equal(json.loads(answer.choices[0].message.content), OSLO)


@check(not_behind=["azure", "responses", "ollama"])
def chat_shows_reasoning(model: str) -> None:
    answer = chat(model, "Think: what is six times seven?", reasoning_effort="low").choices[0].message
    equal((answer.reasoning_content, answer.content), (THOUGHT, "42"))


@check(not_behind=["azure", "responses", "ollama"])
def chat_streams_reasoning_before_the_answer(model: str) -> None:
    order, thought, text = [], "", ""
    for chunk in chat(model, "Think: what is six times seven?", reasoning_effort="low", stream=True):
        for choice in chunk.choices:
            piece = getattr(choice.delta, "reasoning_content", None) or ""
            thought += piece
            text += choice.delta.content or ""
            order += ["thought"] if piece else ["text"] if choice.delta.content else []
    equal((thought, text), (THOUGHT, "42"))
    equal(order, sorted(order, key=["thought", "text"].index))


@check
def chat_reasons_before_tools_and_goes_on_after_them(model: str) -> None:
    talk: list[Any] = [{"role": "user", "content": "Think: Weather in Oslo and Bergen?"}]
    more: Any = {"tools": TOOLS, "reasoning_effort": "low"}
    for kept in (True, False):  # clients that send the reasoning back, and those that do not know of it
        asked = client.chat.completions.create(model=model, messages=talk[:1], **more).choices[0].message
        equal(arguments(asked.tool_calls), WEATHER)
        fields = None if kept else {"role", "content", "tool_calls"}
        results = [{"role": "tool", "tool_call_id": c.id, "content": "sunny"} for c in asked.tool_calls]
        turn = [*talk[:1], asked.model_dump(include=fields, exclude_none=True), *results]
        told = client.chat.completions.create(model=model, messages=turn, **more)
        equal(told.choices[0].finish_reason, "stop")


# ---------------------------------------------------------------- responses


@check
def responses_answer(model: str) -> None:
    answer = respond(model, "Say hello.", instructions="Be brief.", max_output_tokens=100)
    equal((answer.output_text, answer.status, answer.object), ("You said: Say hello.", "completed", "response"))
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.id.startswith("resp_")


@check
def responses_stream_in_order(model: str) -> None:
    events = list(respond(model, "Say hello.", stream=True))
    kinds = [event.type for event in events]
    equal(kinds[:2], ["response.created", "response.in_progress"])
    inner = [kind.removeprefix("response.") for kind in kinds[2:-1]]
    opening, closing = (
        ["output_item.added", "content_part.added"],
        ["output_text.done", "content_part.done", "output_item.done"],
    )
    equal([kind for kind in inner if kind != "output_text.delta"], [*opening, *closing])
    equal(kinds[-1], "response.completed")
    if not model.endswith("-responses"):  # whose bytes pass, and aimock does not count
        equal([event.sequence_number for event in events], list(range(len(events))))
    equal(
        "".join(event.delta for event in events if event.type == "response.output_text.delta"), "You said: Say hello."
    )
    equal(events[-1].response.output_text, "You said: Say hello.")
    equal(len({event.item_id for event in events if hasattr(event, "item_id")}), 1)


@check
def responses_stream_helper_ends_with_the_response(model: str) -> None:
    with client.responses.stream(model=model, input="Say hello.") as stream:
        list(stream)
        equal(stream.get_final_response().output_text, "You said: Say hello.")


@check
def responses_call_tools_in_parallel_and_take_results(model: str) -> None:
    question: Any = {"role": "user", "content": "Weather in Oslo and Bergen?"}
    answer = respond(model, [question], tools=FUNCTIONS, store=False)
    calls = [item for item in answer.output if item.type == "function_call"]
    equal([(call.name, json.loads(call.arguments)) for call in calls], WEATHER)
    results = [
        {"type": "function_call_output", "call_id": c.call_id, "output": f"{n} degrees"} for n, c in enumerate(calls)
    ]
    told = respond(model, [question, *answer.output, *results], tools=FUNCTIONS, store=False)
    assert told.output_text.startswith("Tools said: "), told.output_text
    assert told.output_text.index("0 degrees") < told.output_text.index("1 degrees")


@check
def responses_stream_tool_calls(model: str) -> None:
    events = list(respond(model, "Weather in Oslo and Bergen?", tools=FUNCTIONS, stream=True))
    pieces: dict[str, str] = {}
    for event in events:
        if event.type == "response.function_call_arguments.delta":
            pieces[event.item_id] = pieces.get(event.item_id, "") + event.delta
    whole = {
        event.item_id: event.arguments for event in events if event.type == "response.function_call_arguments.done"
    }
    equal(pieces, whole)
    done = [
        event.item
        for event in events
        if event.type == "response.output_item.done" and event.item.type == "function_call"
    ]
    equal([(item.name, json.loads(item.arguments)) for item in done], WEATHER)
    equal([item.id for item in done], list(whole))
    equal(
        [item.call_id for item in events[-1].response.output if item.type == "function_call"], [i.call_id for i in done]
    )


@check
def responses_see_images(model: str) -> None:
    parts = [{"type": "input_text", "text": "Describe the image."}, {"type": "input_image", "image_url": png_url()}]
    equal(respond(model, [{"role": "user", "content": parts}]).output_text, "I see a PNG of 4x4.")


@check
def responses_parse_structured_output(model: str) -> None:
    answer = client.responses.parse(model=model, input="Give the place as JSON.", text_format=Place)
    equal(answer.output_parsed, Place(**OSLO))
    if answer.text is not None:  # what passes from a provider that does not repeat the request passes without it
        equal(answer.text.format.type, "json_schema")


@check(not_behind=["azure", "ollama"])
def responses_show_reasoning(model: str) -> None:
    answer = respond(model, "Think: what is six times seven?", reasoning={"effort": "low", "summary": "auto"})
    thoughts = [part.text for item in answer.output if item.type == "reasoning" for part in item.summary]
    equal((thoughts, answer.output_text), ([THOUGHT], "42"))
    equal([item.type for item in answer.output], ["reasoning", "message"])


@check(not_behind=["azure", "ollama"])
def responses_stream_reasoning(model: str) -> None:
    wish: Any = {"effort": "low", "summary": "auto"}
    events = list(respond(model, "Think: what is six times seven?", reasoning=wish, stream=True))
    equal("".join(e.delta for e in events if e.type == "response.reasoning_summary_text.delta"), THOUGHT)
    order = [event.item.type for event in events if event.type == "response.output_item.added"]
    equal(order, ["reasoning", "message"])


@check
def responses_reason_before_tools_and_go_on_after_them(model: str) -> None:
    question: Any = {"role": "user", "content": "Think: Weather in Oslo and Bergen?"}
    more: Any = {"tools": FUNCTIONS, "reasoning": {"effort": "low", "summary": "auto"}}
    for include in (["reasoning.encrypted_content"], []):
        asked = respond(model, [question], store=False, include=include, **more)
        calls = [item for item in asked.output if item.type == "function_call"]
        equal(len(calls), 2)
        results = [{"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls]
        told = respond(model, [question, *asked.output, *results], store=False, include=include, **more)
        assert told.output_text.startswith("Tools said: "), told.output_text
    asked = respond(model, [question], **more)
    calls = [item for item in asked.output if item.type == "function_call"]
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls]
    told = respond(model, results, previous_response_id=asked.id, **more)
    assert told.output_text.startswith("Tools said: "), told.output_text


@check
def responses_go_on_from_the_one_before(model: str) -> None:
    first = respond(model, "Weather in Oslo?", tools=FUNCTIONS)
    (call,) = [item for item in first.output if item.type == "function_call"]
    result: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "17 degrees"}
    second = respond(model, [result], previous_response_id=first.id, tools=FUNCTIONS)
    assert "17 degrees" in second.output_text, second.output_text
    equal(second.previous_response_id, first.id)
    kept = client.responses.retrieve(second.id)
    equal((kept.output_text, kept.id), (second.output_text, second.id))
    items = client.responses.input_items.list(second.id)
    assert any(item.type == "function_call_output" for item in items.data)
    client.responses.delete(second.id)
    fails(openai.NotFoundError, lambda: client.responses.retrieve(second.id))


@check
def responses_are_not_kept_when_told_not_to(model: str) -> None:
    answer = respond(model, "Say hello.", store=False)
    fails(openai.NotFoundError, lambda: client.responses.retrieve(answer.id))


@check
def responses_run_in_the_background(model: str) -> None:
    answer = respond(model, "Say hello.", background=True)
    assert answer.status in ("queued", "in_progress", "completed"), answer.status
    deadline = time.monotonic() + 15
    while (seen := client.responses.retrieve(answer.id)).status in ("queued", "in_progress"):
        assert time.monotonic() < deadline, seen.status
        time.sleep(0.02)
    equal((seen.status, seen.output_text), ("completed", "You said: Say hello."))


# ---------------------------------------------------------------- the rest


@check(not_behind=["messages", "gemini", "ollama", "bedrock"])  # which have none, or aimock plays them otherwise
def embeddings_come_as_numbers(model: str) -> None:
    answer = client.embeddings.create(model=model, input=["one", "two"])
    equal([item.index for item in answer.data], [0, 1])
    assert all(isinstance(number, float) for item in answer.data for number in item.embedding)


@check(not_behind=["chat", "messages", "gemini", "azure", "ollama", "bedrock"])
def images_are_made_and_edited(model: str) -> None:
    made = client.images.generate(model=model, prompt="A red square.", size="1024x1024")
    equal([image.b64_json for image in made.data], ["aW1hZ2U="])
    edited = client.images.edit(model=model, image=("red.png", png(), "image/png"), prompt="Make it blue.")
    equal([image.b64_json for image in edited.data], ["aW1hZ2U="])


@check(not_behind=["chat", "messages", "gemini", "azure", "ollama", "bedrock"])
def speech_is_made_and_heard(model: str) -> None:
    with client.audio.speech.with_streaming_response.create(model=model, voice="alloy", input="Hello.") as spoken:
        sound = b"".join(spoken.iter_bytes())
        equal(sound, b"RIFF of a sort")
    heard = client.audio.transcriptions.create(model=model, file=("hello.wav", sound, "audio/wav"))
    equal(heard.text, "Seven seas.")
    equal(client.audio.translations.create(model=model, file=("hello.wav", sound, "audio/wav")).text, "Seven seas.")


@check(not_behind=["chat", "messages", "gemini", "azure", "ollama", "bedrock"])
def words_are_judged(model: str) -> None:
    equal(client.moderations.create(model=model, input="Hello.").results[0].flagged, False)


@check
def the_model_is_listed(model: str) -> None:
    assert model in [entry.id for entry in client.models.list()]
    equal(client.models.retrieve(model).id, model)


@check
def async_streams_end_when_closed_early(model: str) -> Any:
    async def leave() -> None:
        async with openai.AsyncOpenAI(base_url=f"{root()}/v1", api_key=key(), max_retries=0) as one:
            messages: Any = [{"role": "user", "content": "Say hello to everyone in the room."}]
            stream = await one.chat.completions.create(model=model, messages=messages, stream=True)
            async for _ in stream:
                break
            await stream.close()
            whole = await one.chat.completions.create(model=model, messages=messages)
            equal(whole.choices[0].message.content, "You said: Say hello to everyone in the room.")

    return leave()


# ---------------------------------------------------------------- errors


def fails(kind: type[openai.APIStatusError], call: Any) -> Any:
    try:
        call()
    except kind as error:
        equal(bool(error.request_id), True)
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


@check
def a_wrong_key_is_an_authentication_error(model: str) -> None:
    stranger = client.with_options(api_key="sk-sg-wrong")
    say: Any = [{"role": "user", "content": "Hi"}]
    fails(openai.AuthenticationError, lambda: stranger.chat.completions.create(model=model, messages=say))
    fails(openai.AuthenticationError, lambda: stranger.responses.create(model=model, input="Hi"))


@check
def an_unknown_model_is_not_found(model: str) -> None:
    error = fails(openai.NotFoundError, lambda: chat(f"{model}-not", "Hi"))
    equal(error.code, "model_not_found")
    error = fails(openai.NotFoundError, lambda: respond(f"{model}-not", "Hi"))
    equal(error.code, "model_not_found")


@check
def a_bad_request_names_its_field(model: str) -> None:
    wrong: Any = {"model": [model]}
    assert "model" in fails(openai.BadRequestError, lambda: chat(model, "Hi", extra_body=wrong)).body["message"]
    assert "model" in fails(openai.BadRequestError, lambda: respond(model, "Hi", extra_body=wrong)).body["message"]


@check
def a_rate_limit_is_a_rate_limit_error(model: str) -> None:
    error = fails(openai.RateLimitError, lambda: chat(model, "Fail with 429"))
    assert float(error.response.headers["retry-after"]) >= 1
    fails(openai.RateLimitError, lambda: respond(model, "Fail with 429"))
    fails(openai.RateLimitError, lambda: chat(model, "Fail with 429", stream=True))


@check
def a_failure_that_passes_is_retried_by_the_client(model: str) -> None:
    patient = client.with_options(max_retries=2)
    text = f"Fail once with 503 ({uuid.uuid4().hex})"
    answer = patient.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    equal(answer.choices[0].message.content, f"You said: {text}")


run()
