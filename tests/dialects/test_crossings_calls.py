"""From every client to every kind of provider: a call keeps what both sides have words for."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from crossing_calls import calls
from crossing_tongues import CLIENTS, PROVIDERS, meaning
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchgear.core.canonical import (
    Call,
    Message,
    Reasoning,
    Signature,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from switchgear.core.errors import RequestError
from switchgear.dialects.base import DialectName

CROSSINGS = [(client, provider) for client in CLIENTS for provider in PROVIDERS]
relaxed = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
@relaxed
@given(data=st.data())
def test_a_call_means_the_same_to_a_provider(client: DialectName, provider: str, data: st.DataObject) -> None:
    tongue = PROVIDERS[provider]
    words = CLIENTS[client] & tongue.words
    call = data.draw(calls(client, tongue))
    meant = meaning(copy.deepcopy(call), words, tongue.hears)
    written = tongue.back.write_call(call, tongue.target)
    assert written.dropped == []
    assert meaning(tongue.read(written.body), words) == meant


NAMES = {
    "temperature": {"temperature"},
    "top_p": {"top_p"},
    "top_k": {"top_k"},
    "stop": {"stop"},
    "seed": {"seed"},
    "presence_penalty": {"presence_penalty"},
    "frequency_penalty": {"frequency_penalty"},
    "user": {"user"},
    "metadata": {"metadata"},
    "verbosity": {"verbosity"},
    "service_tier": {"service_tier"},
    "cache_key": {"cache_key", "prompt_cache_key"},
    "format": {"response_format"},
    "reasoning": {"reasoning", "reasoning_effort", "thinking"},
    "tool_choice": {"tool_choice"},
    "parallel_tools": {"parallel_tool_calls"},
}
"""Fields of a call, and what clients are told when one was left out."""


def says(call: Call, field: str) -> bool:
    """Whether a call says anything in ``field`` that differs from saying nothing."""
    value = getattr(call, field)
    if field == "parallel_tools":
        return value is False
    if field == "tool_choice":
        return value is not None and value.mode in ("required", "named")
    if field == "service_tier":
        return value not in ("", "auto")
    if field == "reasoning":
        return value is not None and (value.effort or value.budget) not in (None, 0, "none")
    return value not in (None, "", [], {}, 0)


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
@relaxed
@given(data=st.data())
def test_a_wish_that_a_provider_has_no_word_for_is_named_or_refused(
    client: DialectName, provider: str, data: st.DataObject
) -> None:
    tongue = PROVIDERS[provider]
    call = data.draw(calls(client, tongue, boldly=True))
    wished = {field for field in NAMES if says(call, field)}
    try:
        written = tongue.back.write_call(call, tongue.target)
    except RequestError as error:
        named = error.param
        assert named
        return
    heard = tongue.read(written.body)
    lost = {field for field in wished if not says(heard, field)}
    assert [field for field in lost if NAMES[field].isdisjoint(written.dropped)] == []


# ---------------------------------------------------------------- what must not be said

HI = Message("user", [Text("Hi")])


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
@pytest.mark.parametrize("origin", ["another", ""], ids=["marked", "unmarked"])
def test_reasoning_that_another_provider_signed_is_not_sent(client: DialectName, provider: str, origin: str) -> None:
    tongue = PROVIDERS[provider]
    if not origin and tongue.back.name == client:
        return  # without a mark, in its own dialect, it is taken for the provider's own
    signature = Signature(origin, "c2lnbmVk")
    thoughts = [
        Reasoning("Hm.", signature),
        Reasoning("Well.", signature, summary=True, id="rs_1"),
        Reasoning("", signature, redacted=True),
        Reasoning("", signature),
    ]
    said = Message("assistant", [*thoughts, Text("So."), Reasoning("", signature), ToolCall("c", "f", "{}")])
    messages = [HI, said, Message("tool", [ToolResult("c", [Text("1")], "f")]), HI]
    body = tongue.back.write_call(Call("m", messages, dialect=client), tongue.target).body
    assert b"c2lnbmVk" not in body
    assert b"So." in body


@pytest.mark.parametrize("provider", PROVIDERS)
def test_that_a_tool_failed_is_told_or_named(provider: str) -> None:
    tongue = PROVIDERS[provider]
    results = [ToolResult(name, [Text("no such file")], "f", is_error=True) for name in ("c", "d")]
    said = Message("assistant", [ToolCall("c", "f", "{}"), ToolCall("d", "f", "{}")])
    written = tongue.back.write_call(
        Call("m", [HI, said, Message("tool", [*results])], dialect="messages"), tongue.target
    )
    failed = [
        part.is_error
        for message in tongue.read(written.body).messages
        if message.role == "tool"
        for part in message.parts
    ]  # type: ignore[union-attr]
    assert failed == [True, True] if "is_error" in tongue.words else written.dropped == ["messages.is_error"]


# ---------------------------------------------------------------- tools that providers run

PLACE = {"type": "approximate", "city": "Oslo", "country": "NO"}
SEARCHES: dict[DialectName, dict[str, Any]] = {
    "chat": {"user_location": {"type": "approximate", "approximate": {"city": "Oslo", "country": "NO"}}},
    "responses": {"type": "web_search", "user_location": PLACE},
    "messages": {"type": "web_search_20250305", "name": "web_search", "user_location": PLACE},
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("provider", ["chat of others", "responses", "messages with budgets"])
def test_web_search_and_where_the_user_is_cross(client: DialectName, provider: str) -> None:
    tongue = PROVIDERS[provider]
    search = Tool("web_search", "builtin", raw=SEARCHES[client], dialect=client)
    written = tongue.back.write_call(Call("m", [HI], tools=[search], dialect=client), tongue.target)
    [heard] = tongue.read(written.body).tools
    assert (heard.name, heard.kind) == ("web_search", "builtin")
    assert (heard.raw or {})["user_location"] == SEARCHES[tongue.back.name]["user_location"]
    assert written.dropped == []


@pytest.mark.parametrize("provider", ["gemini 3", "gemini 2.5"])
@pytest.mark.parametrize("client", CLIENTS)
def test_web_search_is_googles(client: DialectName, provider: str) -> None:
    tongue = PROVIDERS[provider]
    search = Tool("web_search", "builtin", raw=SEARCHES[client], dialect=client)
    written = tongue.back.write_call(Call("m", [HI], tools=[search], dialect=client), tongue.target)
    assert json.loads(written.body)["tools"] == [{"googleSearch": {}}]


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
def test_another_dialects_own_tools_are_left_out_and_named(client: DialectName, provider: str) -> None:
    tongue = PROVIDERS[provider]
    if tongue.back.name == client:
        return
    own = Tool("computer", "builtin", raw={"type": "computer"}, dialect=client)
    call = Call("m", [HI], tools=[own, Tool("f")], dialect=client)
    written = tongue.back.write_call(call, tongue.target)
    assert written.dropped == ["tools.computer"]
    assert [tool.name for tool in tongue.read(written.body).tools] == ["f"]
    call.tool_choice = ToolChoice("named", "computer")
    with pytest.raises(RequestError) as refused:
        tongue.back.write_call(call, tongue.target)
    assert refused.value.param == "tool_choice"


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
def test_several_answers_to_one_call_are_refused_where_there_is_one(client: DialectName, provider: str) -> None:
    tongue = PROVIDERS[provider]
    call = Call("m", [HI], n=2, dialect=client)
    if tongue.back.name == "chat":
        assert tongue.read(tongue.back.write_call(call, tongue.target).body).n == 2
        return
    with pytest.raises(RequestError) as refused:
        tongue.back.write_call(call, tongue.target)
    assert refused.value.param == "n"
