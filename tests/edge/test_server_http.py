"""The HTTP server seen byte by byte: what well-behaved, old, slow, broken and hostile clients get."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from raw_client import RawClient, Stopwatch, chat_body, post

from switchgear.testing import FaultUpstream, ScriptedProvider, faults, served

CHAT = "/v1/chat/completions"
LIMIT = 100_000
CONFIG = """
[local]
enabled = false

[server]
max_body_bytes = {limit}
header_timeout = 1
body_timeout = 1
keep_alive = 1

[providers.test]
kind = "openai"
base_url = "{scripted}"

[providers.faulty]
kind = "openai"
base_url = "{faulty}"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: ScriptedProvider, upstream: FaultUpstream) -> Iterator[served]:
    with served(CONFIG.format(scripted=provider.base_url, faulty=upstream.base_url, limit=LIMIT)) as running:
        yield running


@pytest.fixture
def raw(gateway: served) -> Iterator[RawClient]:
    with RawClient(gateway.port) as client:
        yield client


# ---------------------------------------------------------------- good requests, in every form


def test_a_connection_is_kept_for_the_next_request(raw: RawClient, gateway: served) -> None:
    for number in range(3):
        raw.send(post(CHAT, chat_body("test/m", f"number {number}"), gateway.key))
        answer = raw.answer()
        assert answer.status == 200
        assert json.loads(answer.body)["choices"][0]["message"]["content"] == f"number {number}"
        assert "connection" not in answer.headers


def test_pipelined_requests_are_answered_in_order(raw: RawClient, gateway: served) -> None:
    raw.send(
        b"".join(post(CHAT, chat_body("test/m", f"number-{n}", stream=n % 2 == 1), gateway.key) for n in range(6))
        + b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
    )
    for number in range(6):
        answer = raw.answer()
        assert answer.status == 200
        assert f"number-{number}".encode() in answer.body
        assert answer.chunked == (number % 2 == 1)
    assert raw.answer().body == b'{"status":"ok"}'


def test_pipelined_requests_stop_after_one_that_closes(raw: RawClient, gateway: served) -> None:
    request = post(CHAT, chat_body("test/m"), gateway.key, fields="connection: close\r\n")
    raw.send(request + request)
    answer = raw.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert raw.closed()


def test_a_request_byte_by_byte_is_a_request(raw: RawClient) -> None:
    for byte in b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n":
        raw.send(bytes([byte]))
    assert raw.answer().status == 200


def test_a_chunked_request_is_read(raw: RawClient, gateway: served, provider: ScriptedProvider) -> None:
    body = chat_body("test/m", "in chunks")
    raw.send(
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-api-key: {gateway.key}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    )
    for start in range(0, len(body), 7):
        piece = body[start : start + 7]
        raw.send(b"%x;name=value\r\n%b\r\n" % (len(piece), piece))
    raw.send(b"0\r\nx-trailer: yes\r\n\r\n")
    assert raw.answer().status == 200
    assert provider.requests[-1].json["messages"][0]["content"] == "in chunks"


def test_100_continue_is_sent_when_it_is_waited_for(raw: RawClient, gateway: served) -> None:
    body = chat_body("test/m")
    raw.send(post(CHAT, b"", gateway.key, fields="expect: 100-continue\r\n", length=len(body)))
    assert raw.answer().status == 100
    raw.send(body)
    assert raw.answer().status == 200


def test_100_continue_is_not_sent_for_a_request_that_is_refused(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, b"", gateway.key, fields="expect: 100-continue\r\n", length=LIMIT + 1))
    assert raw.answer().status == 413


def test_an_http_1_0_client_gets_an_answer_without_chunks(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, chat_body("test/m", "one two", stream=True), gateway.key, version="1.0"))
    answer = raw.answer()
    assert (answer.status, answer.headers["connection"], answer.chunked) == (200, "close", False)
    assert "transfer-encoding" not in answer.headers
    assert answer.body.startswith(b"data: {")
    assert answer.body.endswith(b"data: [DONE]\n\n")


def test_an_http_1_0_client_gets_a_whole_answer_and_the_end(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, chat_body("test/m"), gateway.key, version="1.0"))
    answer = raw.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert raw.closed()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/models"])
def test_head_is_get_without_its_body(raw: RawClient, gateway: served, path: str) -> None:
    raw.send(f"HEAD {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {gateway.key}\r\n\r\n".encode())
    answer = raw.answer(head_only=True)
    assert answer.status == 200
    assert int(answer.headers["content-length"]) > 0
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    assert raw.answer().body == b'{"status":"ok"}'  # and no byte of a body came before


def test_metrics_are_not_for_pages_whose_name_was_made_to_lead_here(raw: RawClient) -> None:
    raw.send(b"GET /metrics HTTP/1.1\r\nhost: evil.example:4100\r\n\r\n")
    answer = raw.answer()
    assert (answer.status, b"switchgear_" in answer.body) == (403, False)
    raw.send(b"GET /metrics HTTP/1.1\r\nhost: 127.0.0.1:4100\r\n\r\n")
    assert b"switchgear_" in raw.answer().body


def test_the_client_may_close_its_sending_half_after_the_request(raw: RawClient, gateway: served) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    raw.socket.shutdown(socket.SHUT_WR)
    assert raw.answer().status == 200


# ---------------------------------------------------------------- slow clients


def test_slow_loris_headers_are_cut_with_408(raw: RawClient) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ")
    answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (408, "request_timeout")
    assert answer.headers["connection"] == "close"
    assert raw.closed()


def test_slow_loris_headers_that_keep_dripping_are_cut_too(raw: RawClient) -> None:
    watch = Stopwatch()
    raw.socket.settimeout(0.05)
    raw.send(b"GET /healthz HTTP/1.1\r\n")
    data = b""
    while b"408" not in data:
        assert watch.seconds < 10
        raw.send_until_refused(b"x-drip: y\r\n", 1)
        try:
            data += raw.socket.recv(4096)
        except TimeoutError:
            continue
    assert data.startswith(b"HTTP/1.1 408")


def test_slow_headers_of_a_second_request_are_cut(raw: RawClient) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    assert raw.answer().status == 200
    raw.send(b"GET /healthz HTTP/1.1\r\nho")
    assert raw.answer().status == 408
    assert raw.closed()


def test_a_connection_without_a_byte_is_closed(raw: RawClient) -> None:
    assert raw.closed()


def test_an_idle_kept_connection_is_closed(raw: RawClient) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    assert raw.answer().status == 200
    assert raw.closed()


def test_a_slow_body_is_cut_with_408(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, b'{"model":', gateway.key, length=1000))
    answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (408, "request_timeout")
    assert answer.headers["connection"] == "close"
    assert raw.closed()


def test_a_dripping_body_is_cut_too(raw: RawClient, gateway: served) -> None:
    watch = Stopwatch()
    raw.socket.settimeout(0.05)
    raw.send(post(CHAT, b"", gateway.key, length=50_000))
    data = b""
    while b"408" not in data:
        assert watch.seconds < 10
        raw.send_until_refused(b" ", 1)
        try:
            data += raw.socket.recv(4096)
        except TimeoutError:
            continue
    assert data.startswith(b"HTTP/1.1 408")


# ---------------------------------------------------------------- too much


def test_headers_over_the_limit_are_refused_with_431(raw: RawClient) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
    sent = raw.send_until_refused(b"x-filler: " + b"y" * 1000 + b"\r\n", 80_000)
    assert sent > 60_000
    answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (431, "headers_too_large")
    assert answer.headers["connection"] == "close"


def test_an_endless_url_is_refused_with_431(raw: RawClient) -> None:
    raw.send(b"GET /")
    raw.send_until_refused(b"a" * 1000, 80_000)
    assert raw.answer().status == 431


def test_a_body_declared_over_the_limit_is_refused_before_it_is_sent(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, b"", gateway.key, length=1 << 40))
    answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (413, "request_too_large")
    assert str(LIMIT) in answer.error["message"]
    assert answer.headers["connection"] == "close"


def test_a_body_over_the_limit_is_not_read_whole_and_the_answer_arrives(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, b"", gateway.key, length=1 << 30))
    sent = raw.send_until_refused(b" " * 65_536, 1 << 30)
    assert sent < 100 << 20  # what the kernels of both sides buffer, and a little
    with RawClient(gateway.port) as other:  # a client that sends some and then reads has its answer
        other.send(post(CHAT, b" " * 300_000, gateway.key, length=1 << 30))
        assert other.answer().status == 413


def test_a_chunked_body_is_refused_when_it_passes_the_limit(raw: RawClient, gateway: served) -> None:
    raw.send(
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-api-key: {gateway.key}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    )
    piece = b"1000\r\n" + b" " * 4096 + b"\r\n"
    raw.send(piece * (LIMIT // 4096 + 1))
    answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (413, "request_too_large")


def test_a_body_of_exactly_the_limit_is_taken(raw: RawClient, gateway: served) -> None:
    body = chat_body("test/m")
    raw.send(post(CHAT, body + b" " * (LIMIT - len(body)), gateway.key))
    assert raw.answer().status == 200


def test_a_flood_of_chunk_extensions_is_cut(raw: RawClient, gateway: served) -> None:
    raw.send(
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-api-key: {gateway.key}\r\ntransfer-encoding: chunked\r\n\r\n1;".encode()
    )
    assert raw.send_until_refused(b"x" * 65_536, 1 << 30) < 100 << 20
    assert b"HTTP/1.1 200" not in raw.rest()


def test_a_flood_of_trailers_is_cut(raw: RawClient, gateway: served) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-api-key: {gateway.key}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    body = chat_body("test/m")
    raw.send(head + b"%x\r\n%b\r\n0\r\n" % (len(body), body))
    assert raw.send_until_refused(b"x-trailer: yes\r\n" * 4096, 1 << 30) < 100 << 20
    assert b"HTTP/1.1 200" not in raw.rest()


def test_a_flood_of_empty_lines_before_a_request_is_cut(raw: RawClient) -> None:
    assert raw.send_until_refused(b"\r\n" * 32_768, 1 << 30) < 100 << 20
    raw.rest()


# ---------------------------------------------------------------- nonsense


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS client
        b"hello\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: twelve\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
)
def test_what_is_not_http_is_answered_with_400(raw: RawClient, garbage: bytes) -> None:
    raw.send(garbage)
    answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (400, "invalid_request")
    assert answer.headers["connection"] == "close"
    assert raw.closed()


def test_a_broken_chunk_ends_the_connection_without_a_call(
    raw: RawClient, gateway: served, provider: ScriptedProvider
) -> None:
    before = len(provider.requests)
    raw.send(
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nx-api-key: {gateway.key}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        + b"zz\r\n"
    )
    assert b"HTTP/1.1 200" not in raw.rest()
    assert len(provider.requests) == before


def test_garbage_during_an_answer_never_lands_inside_it(
    raw: RawClient, gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stall_mid_stream())
    raw.send(post(CHAT, chat_body("faulty/any", stream=True), gateway.key))
    assert raw.head()[0] == 200
    assert raw.chunk().startswith(b"data: ")
    raw.send(b"\x00\x01 this is no request\r\n\r\n")
    assert b"HTTP/1.1 400" not in raw.rest()


def test_an_upgrade_that_is_not_offered_is_passed_over(raw: RawClient) -> None:
    raw.send(
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )
    assert raw.answer().status == 200


def test_the_server_serves_on_after_all_that(gateway: served) -> None:
    with RawClient(gateway.port) as client:
        client.send(post(CHAT, chat_body("test/m"), gateway.key))
        assert client.answer().status == 200
    assert "Traceback" not in gateway.output()
