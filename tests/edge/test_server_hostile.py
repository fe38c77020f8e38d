"""Clients that try to be somebody else, to be read twice, or to cost more than they send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_client import RawClient, chat_body, post

from switchgear.testing import ScriptedProvider, served

CHAT = "/v1/chat/completions"
CONFIG = """
[local]
enabled = false

[server]
header_timeout = 2
body_timeout = 2
keep_alive = 1

[providers.test]
base_url = "{url}"

[models.fast]
deployments = [{{ provider = "test", model = "m1" }}]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: ScriptedProvider) -> Iterator[served]:
    with served(CONFIG.format(url=provider.base_url)) as running:
        yield running


@pytest.fixture
def raw(gateway: served) -> Iterator[RawClient]:
    with RawClient(gateway.port) as client:
        yield client


def upgrading(body: bytes, key: str, upgrade: str, *, chunked: bool = False) -> tuple[bytes, bytes]:
    """Head and body of a call that asks for another protocol."""
    framing = "transfer-encoding: chunked" if chunked else f"content-length: {len(body)}"
    head = (
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
        f"connection: Upgrade\r\nupgrade: {upgrade}\r\n{framing}\r\n\r\n"
    )
    return head.encode(), b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body


def rss(gateway: served) -> int:
    """Resident memory of the gateway in bytes."""
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


# ---------------------------------------------------------------- one request read as two


@pytest.mark.parametrize("upgrade", ["h2c", "websocket", "foo"])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_a_body_behind_an_upgrade_field_is_the_requests_own(
    raw: RawClient, gateway: served, upgrade: str, chunked: bool, apart: bool
) -> None:
    head, body = upgrading(chat_body("test/m", "mine"), gateway.key, upgrade, chunked=chunked)
    raw.send(head if apart else head + body)
    if apart:
        raw.send(body)
    answer = raw.answer()
    assert answer.status == 200
    assert json.loads(answer.body)["choices"][0]["message"]["content"] == "mine"
    assert raw.rest() == b""


def test_a_request_inside_the_body_of_an_upgrade_is_not_served(raw: RawClient, gateway: served) -> None:
    head, body = upgrading(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n", gateway.key, "h2c")
    raw.send(head)
    raw.send(body)
    assert raw.answer().status == 400
    assert raw.rest() == b""


@pytest.mark.parametrize("target", ["127.0.0.1:22", "/healthz"])
def test_connect_is_refused(raw: RawClient, target: str) -> None:
    raw.send(f"CONNECT {target} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    assert raw.answer().status in (400, 405)
    assert raw.rest() == b""


# ---------------------------------------------------------------- who calls


def test_a_key_in_the_trailers_opens_nothing(raw: RawClient, gateway: served) -> None:
    body = chat_body("test/m", "mine")
    raw.send(
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        + b"%x\r\n%b\r\n0\r\nauthorization: Bearer %b\r\n\r\n" % (len(body), body, gateway.key.encode())
    )
    assert raw.answer().error["code"] == "missing_api_key"


@pytest.mark.parametrize("path", [CHAT, "/v1/models", "/api/keys"])
@pytest.mark.parametrize("field", ["authorization", "x-api-key", "host"])
def test_a_field_that_decides_who_calls_is_not_taken_twice(
    raw: RawClient, gateway: served, path: str, field: str
) -> None:
    raw.send(
        f"GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\nx-api-key: a\r\n{field}: b\r\n\r\n".encode()
    )
    answer = raw.answer()
    assert answer.status == 400
    assert field in answer.error["message"]


def test_a_request_without_a_host_is_refused(raw: RawClient) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\n\r\n")
    assert raw.answer().status == 400


# ---------------------------------------------------------------- small requests that cost much


def test_a_large_head_is_refused_in_one_piece_too(raw: RawClient) -> None:
    raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: " + b"a" * 70_000 + b"\r\n\r\n")
    assert raw.answer().status == 431


def test_a_large_head_is_refused_in_two_pieces_of_which_neither_is_too_large(raw: RawClient, gateway: served) -> None:
    with RawClient(gateway.port) as other:
        raw.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: " + b"a" * 40_000)
        other.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert other.answer().status == 200  # so that the first piece is read by now
        raw.send(b"a" * 40_000 + b"\r\n\r\n")
        assert raw.answer().status == 431


def test_pipelining_without_reading_costs_no_memory(gateway: served) -> None:
    before = rss(gateway)
    with RawClient(gateway.port, patience=3, receive_buffer=2048) as client:
        client.send_until_refused(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 1000, 4_000_000)
    assert rss(gateway) - before < 30_000_000


def test_a_client_that_never_reads_is_not_waited_for(gateway: served) -> None:
    request = f"GET /api/openapi.json HTTP/1.1\r\nhost: 127.0.0.1:{gateway.port}\r\n\r\n".encode()
    with RawClient(gateway.port, patience=20, receive_buffer=2048) as client:
        for _ in range(12):
            client.send(request)
        while client.send_until_refused(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", 100):
            pass  # until the gateway gave the connection up


def test_the_nearest_names_of_an_absurd_one_are_not_looked_for(raw: RawClient, gateway: served) -> None:
    raw.send(post(CHAT, chat_body("x" * 10_000_000, "mine"), gateway.key))
    answer = raw.answer()
    assert answer.error["code"] == "model_not_found"
    assert len(answer.body) < 1000


# ---------------------------------------------------------------- what is checked is what is sent


@pytest.mark.parametrize("field", ["Model", "MODEL", "ſtream", "Stream_Options"])
def test_a_second_spelling_of_a_field_is_refused(raw: RawClient, gateway: served, field: str) -> None:
    body = json.dumps({"model": "fast", "messages": [], field: "m2"}).encode()
    raw.send(post(CHAT, body, gateway.key))
    answer = raw.answer()
    assert answer.status == 400
    assert answer.error["param"] == field


@pytest.mark.parametrize("field", ["models", "fallbacks", "route"])
def test_a_limited_key_cannot_name_further_models(gateway: served, provider: ScriptedProvider, field: str) -> None:
    with RawClient(gateway.port) as admin:
        made = json.dumps({"name": f"limited {field}", "models": ["fast"]}).encode()
        admin.send(post("/api/keys", made, gateway.key).replace(b"host: x", b"host: 127.0.0.1"))
        key = json.loads(admin.answer().body)["key"]
    body = json.dumps({"model": "fast", "messages": [], field: ["dear"]}).encode()
    with RawClient(gateway.port) as client:
        client.send(post(CHAT, body, key))
        assert client.answer().error["code"] == "model_not_allowed"
    with RawClient(gateway.port) as client:
        client.send(post(CHAT, body, gateway.key))
        assert client.answer().status == 200
    assert provider.requests[-1].json[field] == ["dear"]


@pytest.mark.parametrize(("sent", "kept"), [("00-" + "a" * 32 + "-" + "b" * 16 + "-01", True), ("0" * 60_000, False)])
def test_only_a_real_trace_parent_is_kept(gateway: served, raw: RawClient, sent: str, kept: bool) -> None:
    body = chat_body("test/m", "mine")
    raw.send(
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\ntraceparent: {sent}\r\n"
        f"content-length: {len(body)}\r\n\r\n".encode()
        + body
    )
    assert raw.answer().status == 200
    with RawClient(gateway.port) as admin:
        admin.send(
            f"GET /api/usage?limit=1 HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {gateway.key}\r\n\r\n".encode()
        )
        assert (sent in admin.answer().body.decode()) is kept
