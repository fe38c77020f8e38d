"""Bytes stay bytes: what the gateway does not read reaches the other side as it was sent, both ways."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from observed import HI, chat, events, usage_row

from switchgear.testing import FaultUpstream, ScriptedProvider, chat_chunk, faults, http1, served, sse, tokens

CHAT = "/v1/chat/completions"
SSE = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}

UNKNOWN = (
    rb'"metadata" : { "z": 1, "a" : "\u00e9\ud83d\ude00\/\t" , "nested": {"b":[ ],"a":{}} }',
    rb'"seed":123456789012345678901234567890',
    rb'"logit_bias":{"50256":-1.0000000000000000001E+2}',
    rb'"x_vendor":[1.10,  2e5,null , true, "\u0041"]',
    '"user":"Ünïcødé 漢字 \U0001f600"'.encode(),
    rb'"temperature":0.70',
    rb'"tools":[{"type":"function","function":{"name":"f","parameters":{"b":1,"a":2},"strict" : true}}]',
    rb'"":"an empty name"',
)
MESSAGES = rb'"messages":[ {"content":"\u0048i\n \/","role":"user","odd":{"k":1e2}} ]'


def without_space_outside(field: bytes) -> bytes:
    """A field as the gateway writes it: its name, a colon, its value untouched."""
    name, _, value = field.partition(b":")
    return name.strip() + b":" + value.strip()


def test_unknown_request_fields_arrive_upstream_byte_for_byte_and_in_order(
    http: httpx.Client, provider: ScriptedProvider
) -> None:
    body = b"{" + b" , ".join([UNKNOWN[0], b'"model":"fast"', MESSAGES, *UNKNOWN[1:]]) + b"}"
    assert http.post(CHAT, content=body).status_code == 200
    expected = b",".join([UNKNOWN[0], b'"model":"alpha"', MESSAGES, *UNKNOWN[1:]])
    sent = provider.requests[-1].body
    assert sent == b"{" + b",".join(map(without_space_outside, [
        UNKNOWN[0], b'"model":"alpha"', MESSAGES, *UNKNOWN[1:]
    ])) + b"}"  # fmt: skip
    assert json.loads(sent, parse_float=Decimal) == json.loads(b"{" + expected + b"}", parse_float=Decimal)


def test_a_streams_request_gets_only_usage_asked_for(http: httpx.Client, provider: ScriptedProvider) -> None:
    body = b'{"stream":true,"model":"fast",%b,"x":{"b" :1}}' % MESSAGES
    assert http.post(CHAT, content=body).status_code == 200
    assert provider.requests[-1].body == (
        b'{"stream":true,"model":"alpha",%b,"x":{"b" :1},"stream_options":{"include_usage":true}}' % MESSAGES
    )


def test_embeddings_and_completions_pass_their_fields_too(http: httpx.Client, provider: ScriptedProvider) -> None:
    http.post("/v1/embeddings", content=b'{"input":"\\u0041","model":"fast","dimensions":3,"x":1.50}')
    assert provider.requests[-1].body == b'{"input":"\\u0041","model":"alpha","dimensions":3,"x":1.50}'
    http.post("/v1/completions", content=b'{"prompt":["\\u0041"],"model":"fast","suffix":"\\/","best_of":1}')
    assert provider.requests[-1].body == b'{"prompt":["\\u0041"],"model":"alpha","suffix":"\\/","best_of":1}'


def test_a_whole_answer_reaches_the_client_unchanged(http: httpx.Client, upstream: FaultUpstream) -> None:
    body = (
        b'{ "choices" : [{"message":{"content":"\\u0048i \\/","annotations":[]},"x":1.10}],'
        b' "usage":{"prompt_tokens":5,"completion_tokens":7,"queue_time":0.0010, "total_tokens":12},'
        b'\n"system_fingerprint":null,"seed":123456789012345678901234567890,"dup":1,"dup":2}'
    )
    upstream.answer(faults.ok(body))
    answer = chat(http, "faulty/any")
    assert answer.content == body


def test_a_streamed_answer_reaches_the_client_unchanged(http: httpx.Client, upstream: FaultUpstream) -> None:
    wire = (
        b": a comment\n\n"
        b'event: message\nid: 1\ndata: {"choices": [{"delta":{"content":"\\u0048","odd":1.10}}], "x":1e2}\n\n'
        b'data:{"choices":[{"delta":{"content":"i"}}]}\n\n'
        b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    )
    for size in (1, 7, 1000):
        pieces = [wire[start : start + size] for start in range(0, len(wire), size)]
        upstream.answer(faults.chunked([*pieces, b"data: [DONE]\n\n"], headers=list(SSE.items())))
        answer = chat(http, "faulty/any", stream=True, stream_options={"include_usage": True})
        assert answer.content == wire + b"data: [DONE]\n\n"


def test_usage_we_asked_for_is_taken_out_and_nothing_else(http: httpx.Client, upstream: FaultUpstream) -> None:
    events_in = [
        chat_chunk("Hi", usage=None),
        chat_chunk(finish_reason="stop", usage=None),
        chat_chunk(usage=tokens(3, 5), choices=[]),
    ]
    upstream.answer(faults.stream(events_in))
    seen = events(chat(http, "faulty/any", stream=True).text)
    assert seen[-1] == "[DONE]"
    shown = [json.loads(event) for event in seen[:-1]]
    assert shown == [chat_chunk("Hi"), chat_chunk(finish_reason="stop")]


def test_usage_that_rides_on_the_last_choice_is_taken_out_of_it(
    http: httpx.Client, gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stream([chat_chunk("Hi"), chat_chunk(finish_reason="stop", usage=tokens(3, 5))]))
    answer = chat(http, "faulty/any", stream=True)
    assert json.loads(events(answer.text)[1]) == chat_chunk(finish_reason="stop")
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == (3, 5, 0)


def test_the_word_usage_in_a_text_is_left_alone(http: httpx.Client, upstream: FaultUpstream) -> None:
    said = 'the field ,"usage":null and [DONE] and "error" in a text'
    upstream.answer(faults.stream([chat_chunk(said), chat_chunk(finish_reason="stop")]))
    seen = events(chat(http, "faulty/any", stream=True).text)
    assert json.loads(seen[0])["choices"][0]["delta"]["content"] == said
    assert seen[-1] == "[DONE]"


def test_events_ended_by_carriage_returns_pass(http: httpx.Client, upstream: FaultUpstream) -> None:
    wire = sse([chat_chunk("Hi"), chat_chunk(finish_reason="stop")], done=False).replace(b"\n", b"\r\n")
    head = http1.head(200, SSE)
    upstream.answer(
        faults.byte_by_byte(head + http1.chunk(wire) + http1.chunk(b"data: [DONE]\r\n\r\n") + http1.LAST_CHUNK)
    )
    answer = chat(http, "faulty/any", stream=True)
    assert answer.content == wire + b"data: [DONE]\n\n"


# ---------------------------------------------------------------- headers


def test_answers_say_what_answered_and_what_it_cost(http: httpx.Client, gateway: served) -> None:
    answer = chat(http, "cheap", messages=[{"role": "user", "content": "one two three"}])
    assert answer.headers["x-switchgear-model"] == "gpt-4o-mini"
    assert answer.headers["x-switchgear-provider"] == "priced"
    # 3 tokens in at $0.15 and 3 out at $0.60 a million
    assert answer.headers["x-switchgear-cost"] == "0.00000225"
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert row["cost"] == 2250


def test_the_cost_of_a_stream_is_in_its_record(http: httpx.Client, gateway: served) -> None:
    answer = chat(http, "cheap", stream=True, messages=[{"role": "user", "content": "one two three"}])
    assert answer.headers["x-switchgear-provider"] == "priced"
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert (row["cost"], row["estimated"]) == (2250, 0)


def test_a_price_that_is_not_known_is_not_a_cost_of_nothing(http: httpx.Client, gateway: served) -> None:
    answer = chat(http, "fast")
    assert "x-switchgear-cost" not in answer.headers
    assert usage_row(gateway.data_dir, answer.headers["x-request-id"])["cost"] is None


def test_cached_and_reasoning_tokens_are_recorded(
    http: httpx.Client, gateway: served, provider: ScriptedProvider
) -> None:
    usage: dict[str, Any] = tokens(100, 50) | {
        "prompt_tokens_details": {"cached_tokens": 80},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    provider.reply("Hi", usage=usage, model="thinking")
    answer = chat(http, "test/thinking")
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert [row[f"{kind}_tokens"] for kind in ("prompt", "completion", "cached", "reasoning")] == [100, 50, 80, 30]


def test_an_answer_without_usage_is_estimated(http: httpx.Client, gateway: served, provider: ScriptedProvider) -> None:
    provider.reply("Some words to count", usage=None, model="silent")
    answer = chat(http, "test/silent")
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert row["estimated"] == 1
    assert row["prompt_tokens"] > 0
    assert row["completion_tokens"] > 0


def test_the_clients_key_is_never_sent_to_the_provider(
    http: httpx.Client, gateway: served, provider: ScriptedProvider
) -> None:
    chat(http, "fast")
    sent = provider.requests[-1]
    assert gateway.key.encode() not in sent.raw_head + sent.body
    assert sent.header("authorization") == "Bearer the-provider's-own-key"


@pytest.mark.parametrize("name", ["openai-organization", "cookie", "x-forwarded-for", "x-api-key"])
def test_the_clients_headers_stay_here(http: httpx.Client, provider: ScriptedProvider, name: str) -> None:
    http.post(CHAT, json={"model": "fast", "messages": HI}, headers={name: "the client's"})
    assert "the client's" not in provider.requests[-1].raw_head.decode()
    assert provider.requests[-1].header("host") == f"127.0.0.1:{provider.port}"


def test_a_trace_parent_is_kept_with_the_record(http: httpx.Client, gateway: served) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = http.post(CHAT, json={"model": "fast", "messages": HI}, headers={"traceparent": parent})
    assert usage_row(gateway.data_dir, answer.headers["x-request-id"])["trace"] == parent
