"""Answers that are given again, through real sockets: the ``openai`` client, Messages, clients that leave, a reload."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest
from observed import HI, chat, eventually, usage_row
from openai import OpenAI

from switchgear.testing import FaultUpstream, Gate, chat_completion, chat_stream, faults, served, tokens, tool_call

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[cache]
ttl = 600

[providers.openai]
kind = "openai"
base_url = "{url}/v1"

[providers.claude]
kind = "anthropic"
base_url = "{url}/v1"

[models.fast]
deployments = [{{ provider = "openai", model = "gpt-4o-mini" }}]
cache = {{ stale_if_error = 600 }}

[models.crossed]
deployments = [{{ provider = "claude", model = "claude-sonnet-4-5" }}]
cache = {{}}

[models.plain]
deployments = [{{ provider = "openai", model = "gpt-4o-mini" }}]
"""


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(upstream: FaultUpstream) -> Iterator[served]:
    with served(CONFIG.format(url=upstream.url)) as running:
        yield running


@pytest.fixture
def http(gateway: served, upstream: FaultUpstream) -> Iterator[httpx.Client]:
    upstream.always(faults.ok())
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as one:
        assert one.delete("/api/cache").status_code == 200
        yield one


@pytest.fixture
def client(gateway: served, http: httpx.Client) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as one:
        yield one


def asked(upstream: FaultUpstream) -> int:
    return len(upstream.requests)


def how(answer: httpx.Response) -> str:
    return answer.headers.get("x-switchgear-cache", "")


# ---------------------------------------------------------------- the openai client


def test_the_client_gets_the_same_answer_again(client: OpenAI, upstream: FaultUpstream, gateway: served) -> None:
    before = asked(upstream)
    upstream.answer(
        faults.ok(chat_completion("Paris", tool_calls=[tool_call("look", {"a": 1})], usage=tokens(1000, 500)))
    )
    told = [client.chat.completions.with_raw_response.create(model="fast", messages=HI) for _ in range(2)]
    first, second = (each.parse() for each in told)
    assert first.model_dump() == second.model_dump()
    assert [each.headers["x-switchgear-cache"] for each in told] == ["miss", "hit"]
    assert [each.headers["x-switchgear-cost"] for each in told] == ["0.00045", "0"]
    assert told[1].headers["age"] == "0"
    assert told[1].headers["x-switchgear-provider"] == "openai"
    assert told[0].headers["x-request-id"] != told[1].headers["x-request-id"]
    assert asked(upstream) == before + 1
    row = usage_row(gateway.data_dir, told[1].headers["x-request-id"])
    assert (row["cache"], row["cost"], row["outcome"], row["prompt_tokens"]) == ("hit", 0, "ok", 1000)


def test_a_stream_is_a_stream_again_and_serves_whole_answers(client: OpenAI, upstream: FaultUpstream) -> None:
    before = asked(upstream)
    upstream.answer(faults.stream(chat_stream(["Par", "is"], usage=tokens(5, 2))))
    told = []
    for _ in range(2):
        with client.chat.completions.create(
            model="fast", messages=HI, stream=True, stream_options={"include_usage": True}
        ) as stream:
            told.append([chunk.model_dump() for chunk in stream])
    assert told[0] == told[1]
    whole = client.chat.completions.create(model="fast", messages=HI)
    assert whole.choices[0].message.content == "Paris"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 2
    with client.chat.completions.create(model="fast", messages=HI, stream=True) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Paris"
    assert not any(chunk.usage for chunk in chunks)
    assert asked(upstream) == before + 1


def test_responses_are_given_again_where_they_are_not_stored(client: OpenAI, upstream: FaultUpstream) -> None:
    upstream.always(faults.ok(chat_completion("Paris")))
    before = asked(upstream)
    answers = [client.responses.create(model="fast", input="hi", store=False) for _ in range(2)]
    assert [answer.output_text for answer in answers] == ["Paris", "Paris"]
    assert answers[0].id != answers[1].id  # each is a response of its own
    assert asked(upstream) == before + 1
    with client.responses.create(model="fast", input="hi", store=False, stream=True) as stream:
        told = list(stream)
    assert told[-1].type == "response.completed"
    assert told[-1].response.output_text == "Paris"
    assert asked(upstream) == before + 1
    for _ in range(2):
        client.responses.create(model="fast", input="hi")
    assert asked(upstream) == before + 3


def test_a_client_can_say_what_it_wants(client: OpenAI) -> None:
    def ask(**headers: str) -> str:
        told = client.chat.completions.with_raw_response.create(model="fast", messages=HI, extra_headers=headers)
        return told.headers["x-switchgear-cache"]

    with pytest.raises(openai.APIStatusError) as missing:
        ask(**{"cache-control": "only-if-cached"})
    assert missing.value.status_code == 504
    assert missing.value.body["code"] == "not_cached"  # type: ignore[index]  # it is the error's object
    assert ask(**{"x-switchgear-cache": "off"}) == "bypass"
    assert ask(**{"cache-control": "no-store"}) == "miss"
    assert ask() == "miss"
    assert ask(**{"cache-control": "max-age=60"}) == "hit"
    assert ask(**{"cache-control": "no-cache"}) == "miss"


# ---------------------------------------------------------------- Messages, and what crosses


def message(http: httpx.Client, **fields: Any) -> httpx.Response:
    return http.post("/v1/messages", json={"model": "crossed", "max_tokens": 50, "messages": HI} | fields)


def test_a_message_with_its_thoughts_is_given_again_in_both_forms(http: httpx.Client, upstream: FaultUpstream) -> None:
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "Paris"},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"a": 1}},
    ]
    answer = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": content,
        "stop_reason": "tool_use", "stop_sequence": None, "usage": {"input_tokens": 7, "output_tokens": 3},
    }  # fmt: skip
    upstream.always(faults.ok(answer))
    before = asked(upstream)
    tools = [{"name": "look", "input_schema": {"type": "object"}}]
    first, second = message(http, tools=tools), message(http, tools=tools)
    assert (how(first), how(second)) == ("miss", "hit")
    assert first.content == second.content
    assert first.json()["content"][0]["signature"] == "sg1.claude.c2ln"
    streamed = message(http, tools=tools, stream=True)
    assert how(streamed) == "hit"
    told = [json.loads(line[6:]) for line in streamed.text.splitlines() if line.startswith("data: ")]
    kinds = [event["content_block"]["type"] for event in told if event["type"] == "content_block_start"]
    assert kinds == ["thinking", "text", "tool_use"]
    assert "sg1.claude.c2ln" in streamed.text
    assert told[-1]["type"] == "message_stop"
    assert asked(upstream) == before + 1


def test_a_beta_makes_another_answer(http: httpx.Client, upstream: FaultUpstream) -> None:
    content = [{"type": "text", "text": "Paris"}]
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "c", "stop_reason": "end_turn"}
    upstream.always(faults.ok(whole | {"content": content}))
    message(http)
    asked_with = {"model": "crossed", "max_tokens": 50, "messages": HI}
    answer = http.post("/v1/messages", json=asked_with, headers={"anthropic-beta": "context-1m"})
    assert how(answer) == "miss"
    assert how(message(http)) == "hit"


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        (
            "embeddings",
            {"input": "hi"},
            {"object": "list", "data": [{"embedding": [0.5], "index": 0}], "usage": tokens(1, 0)},
        ),
        ("completions", {"prompt": "hi"}, {"id": "c", "choices": [{"text": "x", "finish_reason": "stop"}]}),
        ("moderations", {"input": "hi"}, {"id": "m", "results": [{"flagged": False}]}),
        ("rerank", {"query": "q", "documents": ["a"]}, {"results": [{"index": 0, "relevance_score": 0.5}]}),
    ],
)
def test_other_operations_are_given_again(
    http: httpx.Client, upstream: FaultUpstream, path: str, body: dict[str, Any], answer: dict[str, Any]
) -> None:
    upstream.always(faults.ok(answer))
    told = [http.post(f"/v1/{path}", json={"model": "fast"} | body) for _ in range(2)]
    assert [how(each) for each in told] == ["miss", "hit"]
    assert told[0].content == told[1].content
    assert told[0].headers["content-type"] == told[1].headers["content-type"]


def test_nothing_is_kept_of_models_that_do_not_say_so(http: httpx.Client) -> None:
    for _ in range(2):
        assert how(chat(http, "plain")) == ""
        assert how(chat(http, "openai/gpt-4o-mini")) == ""


# ---------------------------------------------------------------- many at once, and clients that leave


def test_many_clients_at_once_are_one_call(gateway: served, http: httpx.Client, upstream: FaultUpstream) -> None:
    gate = Gate()
    upstream.answer(gate, faults.stream(chat_stream(["Par", "is"])))
    before = asked(upstream)
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(chat, http, "fast", stream=True) for _ in range(20)]
        eventually(lambda: gate.reached)
        eventually(lambda: in_flight(http) == 20)
        gate.open()
        told = [each.result() for each in waiting]
    assert len({each.text for each in told}) == 1
    assert sorted(how(each) for each in told) == ["miss"] + ["shared"] * 19
    assert asked(upstream) == before + 1


def in_flight(http: httpx.Client) -> int:
    found: int = http.get("/api/status").json()["calls_in_flight"]
    return found


async def leaving(gateway: served, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose client can be made to vanish."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    return reader, writer


async def test_a_leader_whose_client_vanishes_goes_on_for_the_others(
    gateway: served, http: httpx.Client, upstream: FaultUpstream
) -> None:
    gate = Gate()
    plan = faults.stream(chat_stream(["Par", "is"]))
    upstream.answer(*plan[:4], gate, *plan[4:])
    before = asked(upstream)
    body = json.dumps({"model": "fast", "messages": HI, "stream": True}, separators=(",", ":")).encode()
    reader, writer = await leaving(gateway, body)
    async with asyncio.timeout(20):
        first = await reader.readuntil(b"Par")
        other_reader, other = await leaving(gateway, body)
        await other_reader.readuntil(b"Par")
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        writer.transport.abort()
        gate.open()
        rest = await other_reader.readuntil(b"[DONE]")
        assert b"is" in rest
    other.close()
    call = next(line for line in first.split(b"\r\n") if line.startswith(b"x-request-id")).split(b": ")[1].decode()
    row = await asyncio.to_thread(usage_row, gateway.data_dir, call)
    assert (row["outcome"], row["status"], row["cache"]) == ("abandoned", 499, "miss")
    assert row["completion_tokens"] > 0
    assert asked(upstream) == before + 1
    again = await asyncio.to_thread(chat, http, "fast", stream=True)
    assert how(again) == "hit"


# ---------------------------------------------------------------- operating it


def test_an_expired_answer_is_given_when_no_provider_answers(upstream: FaultUpstream) -> None:
    config = CONFIG.format(url=upstream.url).replace("ttl = 600", "ttl = 0.001")
    with served(config) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as http:
            upstream.always(faults.ok())
            first = chat(http, "fast")
            time.sleep(0.05)  # which is long for an answer that is fresh for a millisecond
            upstream.always(faults.status(503))
            stale = chat(http, "fast")
            assert (how(stale), stale.status_code) == ("stale", 200)
            assert stale.content == first.content
            assert "warning" not in stale.headers
            assert chat(http, "crossed").status_code == 503


def test_what_was_spent_before_an_expired_answer_was_given_is_spent(upstream: FaultUpstream) -> None:
    config = CONFIG.format(url=upstream.url).replace("ttl = 600", "ttl = 0.001")
    config += '\n[limits.default]\nbudget = { tokens = 100000, per = "month" }\n'
    with served(config) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as http:
            upstream.always(faults.ok(chat_completion("Paris", usage=tokens(1000, 500))))
            chat(http, "fast")
            time.sleep(0.05)
            upstream.always(faults.truncated())
            assert how(chat(http, "fast")) == "stale"
            keys = http.get("/api/keys").json()["data"]
            told = http.get("/api/limits/standing", params={"key": keys[0]["id"]}).json()["data"]
    assert 1500 < int(told[0]["uses"][0]["used"]) < 2000


def test_a_model_that_is_defined_anew_asks_anew(upstream: FaultUpstream) -> None:
    upstream.always(faults.ok())
    with served(CONFIG.format(url=upstream.url)) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as http:
            chat(http, "fast")
            text = gateway.config_file.read_text()
            gateway.config_file.write_text(text.replace("ttl = 600", "ttl = 601"))
            assert http.post("/api/config/reload").status_code == 200
            assert how(chat(http, "fast")) == "hit"
            gateway.config_file.write_text(text.replace('model = "gpt-4o-mini"', 'model = "gpt-4o"'))
            assert http.post("/api/config/reload").status_code == 200
            assert how(chat(http, "fast")) == "miss"
            told = http.get("/api/cache").json()
            assert (told["answered"]["hit"], told["misses"], told["entries"]) == (1, 2, 2)
