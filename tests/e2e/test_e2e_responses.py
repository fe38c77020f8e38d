"""The Responses API in front of a served gateway, with the openai client: conversations that are kept here."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from switchgear.testing import (
    Close,
    Delay,
    FaultUpstream,
    Gate,
    ReadBody,
    ScriptedProvider,
    Send,
    faults,
    http1,
    served,
)

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[responses]
max_stored_bytes = 20000

[providers.other]
kind = "openai"
base_url = "{other}"
api_key = "env:KEY"
models = ["alpha"]

[providers.native]
kind = "openai"
base_url = "{native}"
dialects = ["responses"]
models = ["gpt-5"]
"""
KEY = "the-provider's-own-key"
OTHER, NATIVE = "other/alpha", "native/gpt-5"
SSE = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}


@pytest.fixture(scope="module")
def native() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def other() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(api_key=KEY, models=("alpha",)) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(native: FaultUpstream, other: ScriptedProvider) -> Iterator[served]:
    config = CONFIG.format(native=native.base_url, other=other.base_url)
    with served(config, env={"KEY": KEY}) as running:
        yield running


@pytest.fixture(scope="module")
def client(gateway: served) -> Iterator[openai.OpenAI]:
    with httpx.Client(timeout=20, trust_env=False) as http:
        yield openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, http_client=http, max_retries=0)


@pytest.fixture(scope="module")
def stranger(gateway: served, client: openai.OpenAI) -> openai.OpenAI:
    """The same client with another key."""
    made = httpx.post(
        f"{gateway.url}/api/keys",
        json={"name": "stranger"},
        headers={"authorization": f"Bearer {gateway.key}"},
        trust_env=False,
    )
    return client.with_options(api_key=made.json()["key"])


def event(kind: str, number: int, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': number} | fields)}\n\n".encode()


def document(status: str = "completed", **fields: Any) -> dict[str, Any]:
    said = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    content = [{"type": "output_text", "text": "four", "annotations": []}]
    return {
        "id": "resp_theirs",
        "object": "response",
        "created_at": 1,
        "status": status,
        "model": "gpt-5",
        "output": [said | {"content": content}] if status == "completed" else [],
        "store": False,
        "previous_response_id": None,
        "usage": {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4} if status == "completed" else None,
    } | fields


def stream() -> list[bytes]:
    item = document()["output"][0]
    part = {"type": "output_text", "text": "", "annotations": []}
    return [
        event("response.created", 0, response=document("in_progress")),
        event("response.output_item.added", 1, output_index=0, item=item | {"content": []}),
        event("response.content_part.added", 2, item_id="msg_1", output_index=0, content_index=0, part=part),
        event("response.output_text.delta", 3, item_id="msg_1", output_index=0, content_index=0, delta="four"),
        event("response.output_item.done", 4, output_index=0, item=item),
        event("response.completed", 5, response=document()),
    ]


def streamed(*pieces: bytes) -> list[Any]:
    return [
        ReadBody(),
        Send(http1.head(200, SSE)),
        *[Send(http1.chunk(piece)) for piece in pieces],
        Send(http1.LAST_CHUNK),
    ]


def sent(native: FaultUpstream) -> dict[str, Any]:
    return json.loads(native.requests[-1].body)


# ---------------------------------------------------------------- answers


def test_an_answer_crosses_and_is_kept(client: openai.OpenAI) -> None:
    made = client.responses.create(model=OTHER, input="one two", instructions="Be brief.", metadata={"a": "b"})
    assert made.output_text == "one two"
    assert made.id.startswith("resp_")
    assert (made.status, made.store, made.background, made.previous_response_id) == ("completed", True, False, None)
    assert (made.instructions, made.metadata) == ("Be brief.", {"a": "b"})


def test_a_stream_crosses(client: openai.OpenAI) -> None:
    with client.responses.stream(model=OTHER, input="one two three") as events:
        told = list(events)
        final = events.get_final_response()
    assert [one.sequence_number for one in told if hasattr(one, "sequence_number")] == list(range(len(told)))
    assert final.output_text == "one two three"
    assert final.store is True
    assert {one.response.id for one in told if one.type in ("response.created", "response.completed")} == {final.id}


def test_a_provider_of_the_same_dialect_keeps_nothing_and_its_answer_passes_under_our_id(
    client: openai.OpenAI, native: FaultUpstream
) -> None:
    native.answer(faults.ok(document()))
    made = client.responses.create(model=NATIVE, input="2 + 2?", metadata={"x": "y"})
    assert made.output_text == "four"
    assert made.id != "resp_theirs"
    assert made.store is True
    assert sent(native)["store"] is False
    assert sent(native)["input"] == "2 + 2?"
    assert sent(native)["metadata"] == {"x": "y"}
    native.answer(streamed(*stream()))
    told = list(client.responses.create(model=NATIVE, input="2 + 2?", stream=True))
    assert [one.type for one in told] == [json.loads(one.split(b"data: ")[1])["type"] for one in stream()]
    ids = {one.response.id for one in told if hasattr(one, "response")}
    assert len(ids) == 1
    assert "resp_theirs" not in ids


def test_a_conversation_goes_on_from_a_response_at_any_provider(client: openai.OpenAI, native: FaultUpstream) -> None:
    first = client.responses.create(model=OTHER, input="one two")
    native.answer(streamed(*stream()))
    with client.responses.stream(model=NATIVE, input="2 + 2?", previous_response_id=first.id) as events:
        second = events.get_final_response()
    assert second.previous_response_id == first.id
    assert "previous_response_id" not in sent(native)
    said = [(item["role"], item["content"][0]["text"]) for item in sent(native)["input"]]
    assert said == [("user", "one two"), ("assistant", "one two"), ("user", "2 + 2?")]
    native.answer(faults.ok(document()))
    client.responses.create(model=NATIVE, input=[{"role": "user", "content": "and?"}], previous_response_id=second.id)
    assert [item["role"] for item in sent(native)["input"]] == ["user", "assistant"] * 2 + ["user"]


def test_items_can_be_referred_to(client: openai.OpenAI, native: FaultUpstream, stranger: openai.OpenAI) -> None:
    first = client.responses.create(model=OTHER, input="one two")
    native.answer(faults.ok(document()))
    asked: Any = [{"type": "item_reference", "id": first.output[0].id}, {"role": "user", "content": "more"}]
    client.responses.create(model=NATIVE, input=asked)
    assert [item["role"] for item in sent(native)["input"]] == ["assistant", "user"]
    with pytest.raises(openai.BadRequestError) as told:
        stranger.responses.create(model=NATIVE, input=asked)
    assert told.value.param == "input[0]"


def test_nothing_is_kept_where_that_is_wished(client: openai.OpenAI) -> None:
    made = client.responses.create(model=OTHER, input="one", store=False)
    assert made.store is False
    with pytest.raises(openai.NotFoundError) as told:
        client.responses.create(model=OTHER, input="two", previous_response_id=made.id)
    assert told.value.code == "previous_response_not_found"
    assert told.value.param == "previous_response_id"


def test_a_response_too_large_to_be_kept_is_answered_and_says_so(client: openai.OpenAI) -> None:
    made = client.responses.create(model=OTHER, input="x" * 20_001)
    assert made.store is False
    assert len(made.output_text) == 20_001
    with client.responses.stream(model=OTHER, input="x" * 20_001) as events:
        assert events.get_final_response().store is False


@pytest.mark.parametrize("odd", [{"output": None}, {"output": "x"}, {"status": 5}])
def test_a_response_that_no_conversation_can_go_on_from_is_answered_and_not_kept(
    client: openai.OpenAI, native: FaultUpstream, odd: dict[str, Any]
) -> None:
    native.answer(faults.ok(document() | odd))
    made = client.responses.with_raw_response.create(model=NATIVE, input="2 + 2?").http_response.json()
    assert (made["store"], made | odd) == (False, made)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made["id"])
    native.answer(faults.ok(document() | odd))
    made = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
    assert finished(client, made.id).error.code == "server_error"


DEEP = b"[" * 3000 + b"]" * 3000
ODD = [
    b"null",
    b"true",
    b"1",
    b'"x"',
    b"[]",
    b"[1]",
    b"{}",
    b'{"a":{}}',
    b"1e999",
    b"9" * 30,
    b'"\\ud800"',
    b'"\xff"',
    DEEP,
]
FIELDS = ["id", "status", "output", "usage", "error", "background", "created_at", "model"]


def mutated(field: str, value: bytes) -> bytes:
    """The document with ``value``, JSON or nearly that, as its ``field``; instead of it all without a field."""
    if not field:
        return value
    return json.dumps(document() | {field: "@"}).encode().replace(b'"@"', value)


@pytest.mark.parametrize("field", ["", *FIELDS])
def test_whatever_a_provider_answers_the_client_gets_an_answer(
    gateway: served, native: FaultUpstream, field: str
) -> None:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as http:
        for value in ODD:
            body = mutated(field, value)
            native.answer(faults.ok(body))
            whole = http.post("/v1/responses", json={"model": NATIVE, "input": "2 + 2?"})
            assert whole.status_code in (200, 502), (value, whole.text)
            if whole.status_code == 200:
                assert whole.content.startswith(b"{")
            last = b'event: response.completed\ndata: {"type":"response.completed","response":%b}\n\n' % body
            native.answer(streamed(*stream()[:-1], last))
            passed = http.post("/v1/responses", json={"model": NATIVE, "input": "2 + 2?", "stream": True})
            kinds = [line for line in passed.content.split(b"\n") if line.startswith(b"event: ")]
            assert kinds[-1] in (b"event: response.completed", b"event: response.failed"), (value, passed.text)
            if not field and value not in (b"{}", b'{"a":{}}'):
                assert whole.status_code == 502
                assert kinds[-2:] == [b"event: error", b"event: response.failed"]


def test_a_response_is_another_keys_secret(client: openai.OpenAI, stranger: openai.OpenAI) -> None:
    made = client.responses.create(model=OTHER, input="one")
    with pytest.raises(openai.NotFoundError) as told:
        stranger.responses.create(model=OTHER, input="two", previous_response_id=made.id)
    assert told.value.code == "previous_response_not_found"


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"conversation": "conv_1"}, 400, "conversation"),
        ({"background": True, "store": False}, 400, "background"),
        ({"input": []}, 400, "input"),
        ({"input": None}, 400, "input"),
        ({"stream": "yes"}, 400, "stream"),
        ({"model": None}, 400, "model"),
        ({"model": "none"}, 404, None),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, 400, "input[0]"),
    ],
)
def test_mistakes_are_told(client: openai.OpenAI, fields: dict[str, Any], status: int, param: str | None) -> None:
    with pytest.raises(openai.APIStatusError) as told:
        client.post("/responses", body={"model": OTHER, "input": "one"} | fields, cast_to=object)
    assert told.value.status_code == status
    assert param is None or (told.value.param or "").startswith(param)


def test_a_stream_that_breaks_off_ends_as_failed_and_is_kept_as_that(
    client: openai.OpenAI, native: FaultUpstream
) -> None:
    native.answer(streamed(*stream()[:5])[:-1], Delay(0.01), Close())
    with client.responses.with_streaming_response.create(model=NATIVE, input="2 + 2?", stream=True) as answer:
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
    assert [one["type"] for one in events[-2:]] == ["error", "response.failed"]
    assert [one["sequence_number"] for one in events] == list(range(7))
    failed = events[-1]["response"]
    assert failed["status"] == "failed"
    assert failed["error"]["message"].startswith("Provider native")
    assert failed["output"][0]["content"][0]["text"] == "four"


def test_events_that_a_provider_did_not_number_are_numbered(client: openai.OpenAI, native: FaultUpstream) -> None:
    plain = [re.sub(rb', "sequence_number": \d+', b"", one) for one in stream()]
    native.answer(streamed(*plain))
    told = list(client.responses.create(model=NATIVE, input="2 + 2?", stream=True))
    assert [one.sequence_number for one in told] == list(range(6))


# ---------------------------------------------------------------- what is kept


def test_a_response_is_retrieved_and_deleted(client: openai.OpenAI, stranger: openai.OpenAI) -> None:
    made = client.responses.create(model=OTHER, input="one")
    assert client.responses.retrieve(made.id).to_dict() == made.to_dict()
    with client.responses.stream(model=OTHER, input="two") as events:
        final = events.get_final_response()
    assert client.responses.retrieve(final.id).output_text == "two"
    for action in (stranger.responses.retrieve, stranger.responses.delete, stranger.responses.cancel):
        with pytest.raises(openai.NotFoundError):
            action(made.id)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.delete(made.id)


def test_the_items_of_a_request_are_listed_in_pages(client: openai.OpenAI) -> None:
    said: Any = [{"role": "user", "content": str(number)} for number in range(5)]
    made = client.responses.create(model=OTHER, input=said)
    first = client.responses.input_items.list(made.id, limit=2)
    assert [item.content for item in first.data] == ["4", "3"]  # type: ignore[union-attr]
    assert first.has_more
    every = [item.content for item in client.responses.input_items.list(made.id, limit=2, order="asc")]  # type: ignore[union-attr]
    assert every == ["0", "1", "2", "3", "4"]
    for wrong in ({"limit": 0}, {"limit": 101}, {"order": "up"}, {"after": "none"}):
        with pytest.raises(openai.BadRequestError) as told:
            client.responses.input_items.list(made.id, **wrong)
        assert told.value.param == next(iter(wrong))


def test_tokens_of_a_request_are_counted(client: openai.OpenAI) -> None:
    counted = client.responses.input_tokens.count(model=OTHER, input="some words " * 50)
    assert 100 <= counted.input_tokens <= 120


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 405),
        ("PUT", "/resp_1", 405),
        ("GET", "/resp_1/cancel", 405),
        ("POST", "/resp_1/input_items", 405),
        ("GET", "/resp_1", 404),
        ("GET", "/resp_%00", 404),
        ("GET", "/resp_1/none", 404),
        ("GET", "/resp_1/input_items/x", 404),
        ("POST", "/compact", 404),
        ("GET", "/input_tokens", 405),
    ],
)
def test_paths_and_methods_that_are_not_there(gateway: served, method: str, path: str, status: int) -> None:
    url = f"{gateway.url}/v1/responses{path}"
    told = httpx.request(method, url, headers={"authorization": f"Bearer {gateway.key}"}, trust_env=False)
    assert told.status_code == status
    assert told.json()["error"]["type"] == "invalid_request_error"
    assert ("allow" in told.headers) == (status == 405)
    assert httpx.request(method, url, trust_env=False).status_code == (401 if method != "GET" or path else 405)


# ---------------------------------------------------------------- in the background


def finished(client: openai.OpenAI, response_id: str) -> Any:
    while (found := client.responses.retrieve(response_id)).status in ("queued", "in_progress"):
        pass
    return found


def test_a_response_is_made_in_the_background(client: openai.OpenAI, native: FaultUpstream) -> None:
    gate = Gate()
    native.answer(gate, faults.ok(document()))
    made = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
    assert (made.status, made.background, made.output) == ("in_progress", True, [])
    assert client.responses.retrieve(made.id).status == "in_progress"
    with pytest.raises(openai.ConflictError) as told:
        client.responses.create(model=NATIVE, input="and?", previous_response_id=made.id)
    assert told.value.param == "previous_response_id"
    gate.open()
    done = finished(client, made.id)
    assert (done.id, done.status, done.output_text, done.background) == (made.id, "completed", "four", True)
    assert done.created_at == made.created_at
    assert client.responses.cancel(made.id).status == "completed"
    native.answer(faults.ok(document()))
    client.responses.create(model=NATIVE, input="and?", previous_response_id=made.id)
    assert len(sent(native)["input"]) == 3


def test_a_response_in_the_background_can_be_cancelled_or_deleted(client: openai.OpenAI, native: FaultUpstream) -> None:
    gate = Gate()
    native.answer(gate, faults.ok(document()))
    made = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).status == "cancelled"
    other = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
    client.responses.delete(other.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(other.id)
    gate.open()
    plain = client.responses.create(model=OTHER, input="one")
    with pytest.raises(openai.BadRequestError):
        client.responses.cancel(plain.id)


def test_a_response_in_the_background_is_one_call_in_the_usage(
    client: openai.OpenAI, native: FaultUpstream, gateway: served
) -> None:
    native.answer(faults.ok(document()))
    made = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
    finished(client, made.id)
    url = f"{gateway.url}/api/usage/{made.id.replace('resp_', 'req_')}"
    found: dict[str, Any] = {}
    while "id" not in found:  # usage is written in batches
        found = httpx.get(url, headers={"authorization": f"Bearer {gateway.key}"}, trust_env=False).json()
    assert (found["outcome"], found["model"]) == ("ok", NATIVE)
    assert (found["prompt_tokens"], found["completion_tokens"]) == (3, 1)


def test_a_response_in_the_background_that_fails_says_so(client: openai.OpenAI, native: FaultUpstream) -> None:
    native.answer(faults.status(500))
    made = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
    failed = finished(client, made.id)
    assert failed.status == "failed"
    assert failed.error is not None
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="none", input="one", background=True)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model=OTHER, input=[{"type": "nonsense"}], background=True)  # type: ignore[list-item]


def test_a_stream_made_in_the_background_outlives_its_client_and_is_read_again(
    client: openai.OpenAI, native: FaultUpstream
) -> None:
    gate = Gate()
    native.answer(
        streamed(*stream()[:4])[:-1], gate, [Send(http1.chunk(one)) for one in stream()[4:]], Send(http1.LAST_CHUNK)
    )
    first = client.responses.create(model=NATIVE, input="2 + 2?", stream=True, background=True)
    seen = [next(first) for _ in range(2)]
    first.close()
    made = seen[0].response.id  # type: ignore[union-attr]
    assert client.responses.retrieve(made).status == "in_progress"
    threading.Timer(0.05, gate.open).start()
    rest = list(client.responses.retrieve(made, stream=True, starting_after=1))
    assert [one.sequence_number for one in rest] == [2, 3, 4, 5]
    assert rest[-1].response.status == "completed"  # type: ignore[union-attr]
    again = list(client.responses.retrieve(made, stream=True))
    assert [one.sequence_number for one in again] == list(range(6))
    assert client.responses.retrieve(made).output_text == "four"
    plain = client.responses.create(model=OTHER, input="one")
    with pytest.raises(openai.BadRequestError) as told:
        list(client.responses.retrieve(plain.id, stream=True))
    assert told.value.param == "stream"


def test_what_is_under_way_when_the_gateway_stops_has_failed_at_the_next_start(
    native: FaultUpstream, other: ScriptedProvider, tmp_path: Path
) -> None:
    config = CONFIG.format(native=native.base_url, other=other.base_url)
    gate = Gate()
    native.answer(gate, faults.ok(document()))

    def speaking_to(running: served) -> openai.OpenAI:
        http = httpx.Client(timeout=20, trust_env=False)
        return openai.OpenAI(base_url=f"{running.url}/v1", api_key=running.key, http_client=http, max_retries=0)

    with served(config, env={"KEY": KEY}, data_dir=tmp_path) as running, speaking_to(running) as client:
        made = client.responses.create(model=NATIVE, input="2 + 2?", background=True)
        assert made.status == "in_progress"
        running.stop()
    gate.open()
    with served(config, env={"KEY": KEY}, data_dir=tmp_path) as running, speaking_to(running) as client:
        failed = client.responses.retrieve(made.id)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "stopped" in failed.error.message
