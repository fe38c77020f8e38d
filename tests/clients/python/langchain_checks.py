"""The ``langchain-openai`` package, over Chat Completions and over Responses."""

from __future__ import annotations

from typing import Any

import openai
import pydantic
from checking import THOUGHT, check, equal, key, png_url, root, run
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings


class Place(pydantic.BaseModel):
    """A place."""

    city: str
    celsius: int


@tool
def get_weather(city: str) -> str:
    """Weather at a place."""
    return f"sunny in {city}"


def llm(model: str, *, responses: bool = False, **more: Any) -> ChatOpenAI:
    more = {"max_retries": 0} | more
    return ChatOpenAI(model=model, base_url=f"{root()}/v1", api_key=key(), use_responses_api=responses, **more)


WEATHER = [("get_weather", {"city": "Oslo"}), ("get_weather", {"city": "Bergen"})]


def calls(message: Any) -> list[tuple[str, Any]]:
    return [(call["name"], call["args"]) for call in message.tool_calls]


def whole(chunks: Any) -> AIMessageChunk:
    total = None
    for chunk in chunks:
        total = chunk if total is None else total + chunk
    assert isinstance(total, AIMessageChunk)
    return total


def turn(one: ChatOpenAI) -> None:
    """A question, two calls at once, their results, an answer."""
    able = one.bind_tools([get_weather])
    question = HumanMessage("Weather in Oslo and Bergen?")
    asked = able.invoke([question])
    equal(calls(asked), WEATHER)
    results = [ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"]) for call in asked.tool_calls]
    said = able.invoke([question, asked, *results]).text
    assert said.startswith("Tools said: "), said
    assert "sunny in Oslo" in said
    assert "sunny in Bergen" in said


def seen(one: ChatOpenAI) -> str:
    parts: Any = [
        {"type": "text", "text": "Describe the image."},
        {"type": "image_url", "image_url": {"url": png_url()}},
    ]
    return one.invoke([HumanMessage(parts)]).text


# ---------------------------------------------------------------- chat


@check
def chat_answers(model: str) -> None:
    answer = llm(model).invoke("Say hello.")
    equal(answer.text, "You said: Say hello.")
    assert answer.usage_metadata is not None


@check
def chat_streams_with_usage(model: str) -> None:
    total = whole(llm(model, stream_usage=True).stream("Say hello."))
    equal(total.text, "You said: Say hello.")
    assert total.usage_metadata is not None


@check
def chat_calls_tools(model: str) -> None:
    turn(llm(model))


@check
def chat_streams_tool_calls(model: str) -> None:
    able = llm(model).bind_tools([get_weather])
    equal(calls(whole(able.stream("Weather in Oslo and Bergen?"))), WEATHER)


@check
def chat_sees_images(model: str) -> None:
    equal(seen(llm(model)), "I see a PNG of 4x4.")


@check
def chat_gives_structured_output_by_schema(model: str) -> None:
    able = llm(model).with_structured_output(Place, method="json_schema")
    equal(able.invoke("Give the place as JSON."), Place(city="Oslo", celsius=21))


@check
def chat_gives_structured_output_by_a_tool(model: str) -> None:
    able = llm(model).with_structured_output(Place, method="function_calling")
    equal(able.invoke("Give the place as JSON."), Place(city="Oslo", celsius=21))


# ---------------------------------------------------------------- responses


@check
def responses_answer(model: str) -> None:
    equal(llm(model, responses=True).invoke("Say hello.").text, "You said: Say hello.")


@check
def responses_stream(model: str) -> None:
    total = whole(llm(model, responses=True).stream("Say hello."))
    equal(total.text, "You said: Say hello.")
    assert total.usage_metadata is not None


@check
def responses_call_tools(model: str) -> None:
    turn(llm(model, responses=True))


@check
def responses_stream_tool_calls(model: str) -> None:
    able = llm(model, responses=True).bind_tools([get_weather])
    equal(calls(whole(able.stream("Weather in Oslo and Bergen?"))), WEATHER)


@check
def responses_see_images(model: str) -> None:
    equal(seen(llm(model, responses=True)), "I see a PNG of 4x4.")


@check
def responses_give_structured_output(model: str) -> None:
    able = llm(model, responses=True).with_structured_output(Place, method="json_schema")
    equal(able.invoke("Give the place as JSON."), Place(city="Oslo", celsius=21))


@check(not_behind=["azure", "ollama"])
def responses_show_reasoning(model: str) -> None:
    one = llm(model, responses=True, reasoning={"effort": "low", "summary": "auto"})
    blocks = one.invoke("Think: what is six times seven?").content_blocks
    equal([b["reasoning"] for b in blocks if b["type"] == "reasoning"], [THOUGHT])
    equal("".join(b["text"] for b in blocks if b["type"] == "text"), "42")


@check
def responses_go_on_from_the_one_before(model: str) -> None:
    one = llm(model, responses=True, use_previous_response_id=True).bind_tools([get_weather])
    question = HumanMessage("Weather in Oslo?")
    asked = one.invoke([question])
    result = ToolMessage("17 degrees", tool_call_id=asked.tool_calls[0]["id"])
    assert "17 degrees" in one.invoke([question, asked, result]).text


# ---------------------------------------------------------------- the rest


@check(not_behind=["messages", "gemini", "ollama", "bedrock"])  # which have none, or aimock plays them otherwise
def embeddings_come(model: str) -> None:
    more: Any = {"check_embedding_ctx_length": False}  # else it would fetch a tokenizer
    embedder = OpenAIEmbeddings(model=model, base_url=f"{root()}/v1", api_key=key(), **more)
    equal(len(embedder.embed_documents(["one", "two"])), 2)


@check
def async_streams(model: str) -> Any:
    async def stream() -> None:
        pieces = [chunk.text async for chunk in llm(model).astream("Say hello.")]
        equal("".join(pieces), "You said: Say hello.")

    return stream()


@check
def errors_are_the_clients_own(model: str) -> None:
    for responses in (False, True):
        fails(openai.RateLimitError, llm(model, responses=responses), "Fail with 429")
        fails(openai.NotFoundError, llm(f"{model}-not", responses=responses), "Hi")


def fails(kind: type[Exception], one: ChatOpenAI, text: str) -> None:
    try:
        one.invoke(text)
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


run()
