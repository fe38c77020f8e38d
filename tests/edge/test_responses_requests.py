"""Requests of the Responses API: what goes on to a provider, and what the gateway sees to itself."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import InvalidJSON, NotSupported, RequestError
from switchgear.edge.openai.responses_requests import ResponseRequest, decode_response_request


def decoded(**fields: Any) -> ResponseRequest:
    return decode_response_request(json.dumps({"model": "m", "input": "Hi"} | fields).encode())


def sent(**fields: Any) -> dict[str, Any]:
    request = decoded(**fields)
    given = request.for_model(request.items)
    body: dict[str, Any] = json.loads(given.body)
    assert body == {name: json.loads(bytes(raw)) for name, raw in given.fields.items()}
    return body


def deployment(reasoning: bool | None, dialects: tuple[str, ...] = ("responses",)) -> Any:
    return SimpleNamespace(capabilities=Capabilities(reasoning=reasoning), provider=SimpleNamespace(dialects=dialects))


def test_a_request_that_nothing_is_kept_of_goes_on_as_it_came() -> None:
    body = b'{"model":"m", "store": false, "stream":true, "input":[{"role":"user","content":"Hi"}],"x":1}'
    request = decode_response_request(body)
    given = request.for_model(request.items)
    assert given.body is body
    assert (given.model, given.stream, given.wants_usage) == ("m", True, True)
    assert given.prompt_characters == len('[{"role":"user","content":"Hi"}]')


def test_a_provider_is_asked_to_keep_nothing() -> None:
    assert sent() == {"model": "m", "input": "Hi", "store": False}
    assert sent(store=None, background=True, previous_response_id="resp_1", conversation=None, x=1) == {
        "model": "m",
        "input": "Hi",
        "store": False,
        "x": 1,
    }


def test_what_came_before_is_sent_with_it() -> None:
    request = decoded(store=False, previous_response_id="resp_1")
    given = request.for_model([b'{"role":"user","content":"a"}', *request.items])
    assert [item["role"] for item in json.loads(bytes(given.fields["input"]))] == ["user", "user"]
    assert given.prompt_characters == len(bytes(given.fields["input"]))


def test_thoughts_that_only_their_ids_stand_for_are_left_out() -> None:
    said = {"role": "user", "content": "Hi"}
    items = [{"type": "reasoning", "id": "rs_1", "summary": []}, said]
    assert sent(store=False, input=items)["input"] == [said]


@pytest.mark.parametrize(
    ("reasoning", "fields", "asked"),
    [
        (True, {}, ["reasoning.encrypted_content"]),
        (True, {"include": ["x"]}, ["x", "reasoning.encrypted_content"]),
        (None, {"reasoning": {"effort": "low"}}, ["reasoning.encrypted_content"]),
        (None, {}, None),
        (False, {"reasoning": {"effort": "low"}}, None),
        (True, {"store": False}, None),
        (True, {"include": ["reasoning.encrypted_content"]}, ["reasoning.encrypted_content"]),
    ],
)
def test_thoughts_are_asked_for_where_the_conversation_may_go_on_with_them(
    reasoning: bool | None, fields: dict[str, Any], asked: list[str] | None
) -> None:
    request = decoded(**fields)
    given = request.for_model(request.items)
    request.ask_for_thoughts(given, deployment(reasoning))
    assert json.loads(given.body).get("include") == asked
    elsewhere = request.for_model(request.items)
    request.ask_for_thoughts(elsewhere, deployment(reasoning, ("chat",)))
    assert json.loads(elsewhere.body).get("include") == fields.get("include")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 5}, "input"),
        ({"input": [{"role": "user", "content": "Hi"}, 5]}, "input[1]"),
        ({"stream": "yes"}, "stream"),
        ({"store": 1}, "store"),
        ({"background": True, "store": False}, "background"),
        ({"previous_response_id": 5}, "previous_response_id"),
        ({"include": "x"}, "include"),
        ({"tools": ["f"]}, "tools[0]"),
        ({"Model": "n"}, "Model"),
    ],
)
def test_mistakes_are_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RequestError) as told:
        decoded(**fields)
    assert told.value.param == param


@pytest.mark.parametrize("conversation", ["conv_1", {"id": "conv_1"}])
def test_a_conversation_of_openais_is_not_kept_here(conversation: Any) -> None:
    with pytest.raises(NotSupported) as told:
        decoded(conversation=conversation)
    assert told.value.param == "conversation"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":"\xff"}', b"[" * 5000])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises((InvalidJSON, RequestError)):
        decode_response_request(body)
