"""The end of a gateway: what clients are told, and what is kept of their calls."""

from __future__ import annotations

import http.client
import json
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from observed import HI, chat, eventually, usage_rows

from switchgear.testing import (
    FaultUpstream,
    Gate,
    ReadBody,
    Send,
    chat_chunk,
    chat_stream,
    faults,
    http1,
    served,
    sse,
    tokens,
)

CONFIG = """
[local]
enabled = false
[server]
drain_timeout = {drain}
[providers.test]
base_url = "{url}"
"""
SSE = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


def config(upstream: FaultUpstream, drain: float) -> str:
    return CONFIG.format(url=upstream.base_url, drain=drain)


@pytest.fixture
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


def streamed(gateway: served, path: str = "/v1/chat/completions") -> tuple[int, str]:
    """A streamed answer until its end, which must be one that the framing calls an end."""
    asked = {"input": "Hi"} if path.endswith("responses") else {"messages": HI, "max_tokens": 9}
    body = {"model": "test/m", "stream": True, **asked}
    headers = {"authorization": f"Bearer {gateway.key}"}
    answer = httpx.post(gateway.url + path, json=body, headers=headers, timeout=30, trust_env=False)
    return answer.status_code, answer.text


def in_flight(gateway: served, count: int) -> None:
    eventually(lambda: f"calls_in_flight {count}" in httpx.get(f"{gateway.url}/metrics", trust_env=False).text)


def until_draining(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
    """The first answer of a connection that was there before, once the gateway is ending."""
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    assert json.loads(answer.read())["status"] == "draining"
    return answer


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
def test_a_stream_that_outlasts_the_drain_is_told_that_the_gateway_stops(
    path: str, upstream: FaultUpstream, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    upstream.always(faults.stall_mid_stream())
    with served(config(upstream, 0.3), data_dir=tmp_path) as gateway:
        answer = pool.submit(streamed, gateway, path)
        in_flight(gateway, 1)
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(15) == 0
        status, text = answer.result()
    assert status == 200
    assert "shutting_down" in text.rstrip().split("\n\n")[-1] or "stopped before" in text.rstrip().split("\n\n")[-1]
    assert "[DONE]" not in text
    (row,) = usage_rows(tmp_path).values()
    assert (row["outcome"], row["error"], row["status"]) == ("cut", "shutting_down", 503)


def test_a_call_without_an_answer_yet_gets_a_503_with_the_reason(
    upstream: FaultUpstream, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    upstream.always(faults.stall_before_first_byte())
    with served(config(upstream, 0.3), data_dir=tmp_path) as gateway, client(gateway) as http:
        answer: Future[httpx.Response] = pool.submit(chat, http, "test/m")
        in_flight(gateway, 1)
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(15) == 0
    refused = answer.result()
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "shutting_down")
    assert refused.headers["connection"] == "close"
    (row,) = usage_rows(tmp_path).values()
    assert (row["outcome"], row["error"]) == ("failed", "shutting_down")


def client(gateway: served) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False)


def test_a_connection_from_before_is_answered_once_more_and_told_to_close(
    upstream: FaultUpstream, pool: ThreadPoolExecutor
) -> None:
    upstream.always(faults.stall_mid_stream())
    with served(config(upstream, 5)) as gateway:
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        pool.submit(streamed, gateway)
        in_flight(gateway, 1)
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(gateway))
        answer = until_draining(connection)
        assert (answer.status, answer.getheader("connection")) == (503, "close")
        connection.close()
        gateway.process.send_signal(signal.SIGTERM)  # and not another five seconds
        assert gateway.process.wait(15) == 0


def refuses(gateway: served) -> bool:
    try:
        httpx.get(f"{gateway.url}/healthz", trust_env=False)
    except httpx.HTTPError:
        return True
    return False


def test_a_second_signal_ends_at_once_and_records_are_kept(
    upstream: FaultUpstream, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    upstream.always(faults.stall_mid_stream())
    with served(config(upstream, 3600), data_dir=tmp_path) as gateway:
        answer = pool.submit(streamed, gateway)
        in_flight(gateway, 1)
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(gateway))
        assert gateway.process.poll() is None
        gateway.process.send_signal(signal.SIGINT)
        assert gateway.process.wait(15) == 0
        assert "shutting_down" in answer.result()[1]
        assert "Traceback" not in gateway.output()
    (row,) = usage_rows(tmp_path).values()
    assert row["error"] == "shutting_down"


def test_an_answer_that_ends_in_time_is_whole_and_tells_the_connection_to_close(
    upstream: FaultUpstream, pool: ThreadPoolExecutor
) -> None:
    gate = Gate()
    events = sse([chat_chunk("lo"), chat_chunk(finish_reason="stop"), {"choices": [], "usage": tokens(3, 2)}])
    opening = Send(http1.head(200, SSE) + http1.chunk(sse(chat_stream(["Hel"])[:2], done=False)))
    upstream.always(ReadBody(), opening, gate, Send(http1.chunk(events) + http1.LAST_CHUNK))
    with served(config(upstream, 20)) as gateway:
        answer = pool.submit(streamed, gateway)
        upstream.wait_until(lambda: gate.reached == 1)
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(gateway))
        gate.open()
        assert answer.result()[1].endswith("data: [DONE]\n\n")
        assert gateway.process.wait(15) == 0
