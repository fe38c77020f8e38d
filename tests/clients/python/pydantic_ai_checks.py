"""The ``pydantic-ai`` package with its OpenAI chat, OpenAI responses and Anthropic models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import openai
import pydantic
from checking import THOUGHT, check, equal, key, png, root, run
from pydantic_ai import Agent, BinaryContent, ModelHTTPError, NativeOutput, ThinkingPart, ToolOutput
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel, OpenAIResponsesModelSettings
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

Make = Callable[[str], Model]


class Place(pydantic.BaseModel):
    """A place."""

    city: str
    celsius: int


def openai_provider() -> OpenAIProvider:
    return OpenAIProvider(openai_client=openai.AsyncOpenAI(base_url=f"{root()}/v1", api_key=key(), max_retries=0))


def chat(model: str) -> Model:
    return OpenAIChatModel(model, provider=openai_provider())


def responses(model: str) -> Model:
    return OpenAIResponsesModel(model, provider=openai_provider())


def messages(model: str) -> Model:
    client = anthropic.AsyncAnthropic(base_url=root(), api_key=key(), max_retries=0)
    return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client))


async def answers(one: Model) -> None:
    result = await Agent(one, system_prompt="Be brief.").run("Say hello.")
    equal(result.output, "You said: Say hello.")
    equal(result.usage.requests, 1)


async def streams(one: Model) -> None:
    async with Agent(one).run_stream("Say hello.") as result:
        pieces = [piece async for piece in result.stream_text(delta=True)]
    equal("".join(pieces), "You said: Say hello.")


async def runs_tools(one: Model) -> None:
    called: list[str] = []

    def get_weather(city: str) -> str:
        """Weather at a place."""
        called.append(city)
        return f"sunny in {city}"

    agent = Agent(one, tools=[get_weather])
    result = await agent.run("Weather in Oslo and Bergen?")
    equal(sorted(called), ["Bergen", "Oslo"])
    assert result.output.startswith("Tools said: "), result.output
    assert "sunny in Oslo" in result.output
    called.clear()
    async with agent.run_stream("Weather in Oslo and Bergen?") as stream:
        text = await stream.get_output()
    equal(sorted(called), ["Bergen", "Oslo"])
    assert "sunny in Bergen" in text


async def gives_structured_output(one: Model) -> None:
    place = Place(city="Oslo", celsius=21)
    by_tool = await Agent(one, output_type=ToolOutput(Place, name="final_result")).run("Give the place as JSON.")
    equal(by_tool.output, place)


async def gives_native_output(one: Model) -> None:
    by_schema = await Agent(one, output_type=NativeOutput(Place)).run("Give the place as JSON.")
    equal(by_schema.output, Place(city="Oslo", celsius=21))


async def sees(one: Model) -> None:
    picture = BinaryContent(data=png(), media_type="image/png")
    equal((await Agent(one).run(["Describe the image.", picture])).output, "I see a PNG of 4x4.")


async def thinks(one: Model, settings: Any) -> None:
    result = await Agent(one, model_settings=settings).run("Think: what is six times seven?")
    thoughts = [p.content for m in result.all_messages() for p in m.parts if isinstance(p, ThinkingPart)]
    equal((thoughts, result.output), ([THOUGHT], "42"))


async def fails(one: Model, text: str, status: int) -> None:
    try:
        await Agent(one).run(text)
    except ModelHTTPError as error:
        equal(error.status_code, status)
        return
    raise AssertionError("ModelHTTPError was not raised")


async def tells_errors(make: Make, model: str) -> None:
    await fails(make(model), "Fail with 429", 429)
    await fails(make(f"{model}-not"), "Hi", 404)


# ---------------------------------------------------------------- chat


@check
def chat_answers(model: str) -> Any:
    return answers(chat(model))


@check
def chat_streams(model: str) -> Any:
    return streams(chat(model))


@check
def chat_runs_tools(model: str) -> Any:
    return runs_tools(chat(model))


@check
def chat_gives_structured_output_by_a_tool(model: str) -> Any:
    return gives_structured_output(chat(model))


@check
def chat_gives_structured_output_by_schema(model: str) -> Any:
    return gives_native_output(chat(model))


@check
def chat_sees_images(model: str) -> Any:
    return sees(chat(model))


@check(not_behind=["azure", "responses", "ollama"])
def chat_shows_reasoning(model: str) -> Any:
    return thinks(chat(model), {"openai_reasoning_effort": "low"})


@check
def chat_errors_are_the_clients_own(model: str) -> Any:
    return tells_errors(chat, model)


# ---------------------------------------------------------------- responses


@check
def responses_answer(model: str) -> Any:
    return answers(responses(model))


@check
def responses_stream(model: str) -> Any:
    return streams(responses(model))


@check
def responses_run_tools(model: str) -> Any:
    return runs_tools(responses(model))


@check
def responses_give_structured_output_by_a_tool(model: str) -> Any:
    return gives_structured_output(responses(model))


@check
def responses_give_structured_output_by_schema(model: str) -> Any:
    return gives_native_output(responses(model))


@check
def responses_see_images(model: str) -> Any:
    return sees(responses(model))


@check(not_behind=["azure", "ollama"])
def responses_show_reasoning(model: str) -> Any:
    wish = OpenAIResponsesModelSettings(openai_reasoning_effort="low", openai_reasoning_summary="auto")
    return thinks(responses(model), wish)


@check
def responses_errors_are_the_clients_own(model: str) -> Any:
    return tells_errors(responses, model)


# ---------------------------------------------------------------- messages


@check
def messages_answer(model: str) -> Any:
    return answers(messages(model))


@check
def messages_stream(model: str) -> Any:
    return streams(messages(model))


@check
def messages_run_tools(model: str) -> Any:
    return runs_tools(messages(model))


@check
def messages_give_structured_output_by_a_tool(model: str) -> Any:
    return gives_structured_output(messages(model))


@check
def messages_see_images(model: str) -> Any:
    return sees(messages(model))


@check(not_behind=["azure", "ollama"])
def messages_show_thinking(model: str) -> Any:
    thinking: Any = {"type": "enabled", "budget_tokens": 2048}
    return thinks(messages(model), AnthropicModelSettings(max_tokens=4096, anthropic_thinking=thinking))


@check
def messages_errors_are_the_clients_own(model: str) -> Any:
    return tells_errors(messages, model)


run()
