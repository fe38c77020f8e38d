"""Uploads through a served gateway: large ones, slow ones, clients that leave, providers that refuse, bodies that lie."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from raw_client import RawClient

from switchgear.testing import Close, FaultUpstream, Gate, ReadBody, Send, Stall, faults, http1, served
from switchgear.testing.connection import Connection

PATH = "/v1/audio/transcriptions"
B = "----formdata-0123456789abcdef"
CONFIG = """
[local]
enabled = false

[server]
max_upload_bytes = 300_000_000
body_timeout = 2.5

[providers.media]
kind = "openai"
base_url = "{media}"
timeouts = {{ connect = 5, first_byte = 60, between_bytes = 2, total = 600 }}

[models.ear]
deployments = [{{ provider = "media", model = "whisper-large-v3" }}]
"""
MIB = 1 << 20


class Swallow:
    """Read the body, or the next ``limit`` bytes of it, and keep none of it; ``size`` is how much it was in all."""

    def __init__(self, limit: int | None = None) -> None:
        self.size = 0
        self._limit = limit

    async def run(self, connection: Connection) -> None:
        while self._limit is None or self.size < self._limit:
            piece = await connection.read_body(MIB)
            if not piece:
                return
            self.size += len(piece)
            connection.requests[-1].content.clear()


@pytest.fixture(scope="module")
def media() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(media: FaultUpstream) -> Iterator[served]:
    with served(CONFIG.format(media=media.base_url)) as running:
        yield running


def field(name: str, value: str) -> bytes:
    return f'--{B}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


FILE = f'--{B}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'.encode()
END = f"\r\n--{B}--\r\n".encode()


def head(gateway: served, *, length: int | None, kind: str = f"multipart/form-data; boundary={B}") -> bytes:
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return (
        f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
        f"content-type: {kind}\r\n{framing}\r\n\r\n"
    ).encode()


def resident(gateway: served) -> int:
    return psutil.Process(gateway.process.pid).memory_info().rss


class Highest:
    """The most memory the gateway had, looked at now and then."""

    def __init__(self, gateway: served) -> None:
        self._gateway = gateway
        self._before = resident(gateway)
        self._most = self._before

    def look(self) -> None:
        self._most = max(self._most, resident(self._gateway))

    @property
    def growth(self) -> int:
        self.look()
        return self._most - self._before


def upload(raw: RawClient, gateway: served, size: int, memory: Highest, *, model_last: bool = False) -> None:
    """Send a form with a file of ``size`` MiB."""
    model = field("model", "ear")
    start = (b"" if model_last else model) + FILE
    end = b"\r\n" + model + END[2:] if model_last else END
    raw.send(head(gateway, length=len(start) + size * MIB + len(end)) + start)
    piece = b"x" * MIB
    for number in range(size):
        raw.send(piece)
        if number % 10 == 0:
            memory.look()
    raw.send(end)


def warm_up(gateway: served, media: FaultUpstream) -> None:
    with RawClient(gateway.port) as raw:
        media.answer(Swallow(), Send(http1.response({"text": "warm"})))
        upload(raw, gateway, 8, Highest(gateway))
        assert raw.answer().status == 200


# ---------------------------------------------------------------- large ones


def test_an_upload_of_200_mb_takes_no_memory_to_speak_of(gateway: served, media: FaultUpstream) -> None:
    warm_up(gateway, media)
    taken = Swallow()
    media.answer(taken, Send(http1.response({"text": "all of it"})))
    memory = Highest(gateway)
    with RawClient(gateway.port, patience=60) as raw:
        upload(raw, gateway, 200, memory)
        assert raw.answer().status == 200
    assert taken.size > 200 * MIB
    assert memory.growth < 40_000_000


def test_an_upload_with_the_model_last_goes_over_the_disk_and_leaves_nothing_there(
    gateway: served, media: FaultUpstream
) -> None:
    warm_up(gateway, media)
    taken = Swallow()
    media.answer(taken, Send(http1.response({"text": "all of it"})))
    before = {path.name for path in gateway.data_dir.iterdir()}
    memory = Highest(gateway)
    with RawClient(gateway.port, patience=60) as raw:
        upload(raw, gateway, 100, memory, model_last=True)
        assert raw.answer().status == 200
    assert taken.size > 100 * MIB
    assert memory.growth < 40_000_000
    assert {path.name for path in gateway.data_dir.iterdir() if not path.name.startswith("switchgear.db")} <= before
    until(lambda: not deleted_files(gateway))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def deleted_files(gateway: served) -> list[str]:
    """Files without a name that the gateway has open, of those in its data folder."""
    found = []
    for link in Path(f"/proc/{gateway.process.pid}/fd").iterdir():
        with suppress(OSError):  # closed since it was listed
            found.append(str(link.readlink()))
    return [name for name in found if str(gateway.data_dir) in name and "(deleted)" in name]


def test_a_provider_that_takes_nothing_makes_the_client_wait_and_then_fails_the_call(
    gateway: served, media: FaultUpstream
) -> None:
    warm_up(gateway, media)
    media.answer(Stall())
    memory = Highest(gateway)
    start = field("model", "ear") + FILE
    with RawClient(gateway.port, patience=30) as raw:
        raw.send(head(gateway, length=len(start) + 250 * MIB + len(END)) + start)
        raw.socket.settimeout(1)
        sent = raw.send_until_refused(b"x" * MIB, 250 * MIB)
        assert sent < 100 * MIB
        raw.socket.settimeout(30)
        answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (504, "provider_timeout")
    assert "took nothing more of the request for 2 s (between_bytes)" in answer.error["message"]
    assert memory.growth < 40_000_000


# ---------------------------------------------------------------- slow and leaving clients


def test_a_client_slower_than_the_providers_limits_is_served(gateway: served, media: FaultUpstream) -> None:
    media.answer(faults.ok({"text": "slowly"}))
    body = field("model", "ear") + FILE + b"x" * 120_000 + END
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body)))
        for at in range(0, len(body), 20_000):
            raw.send(body[at : at + 20_000])
            time.sleep(0.5)
        assert raw.answer().status == 200


@pytest.mark.parametrize("model_last", [False, True])
def test_a_client_that_stops_sending_gets_an_error_and_the_provider_no_whole_request(
    gateway: served, media: FaultUpstream, model_last: bool
) -> None:
    media.answer(faults.ok({"text": "never"}))
    before = len(media.requests)
    start = FILE if model_last else field("model", "ear") + FILE
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=5 * MIB) + start + b"x" * 4 * MIB)  # which does not buy it minutes of silence
        answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (408, "request_timeout")
    if model_last:
        assert len(media.requests) == before
        media._plans.clear()
    else:
        assert not media.requests[-1].complete
        media.wait_until(lambda: media.connections[-1].closed_at)


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_a_client_that_leaves_in_the_middle_ends_the_upload_at_the_provider(
    gateway: served, media: FaultUpstream, how: str
) -> None:
    gate = Gate()
    media.answer(Swallow(MIB), gate, Swallow(), Stall())
    start = field("model", "ear") + FILE
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(start) + 100 * MIB) + start + b"x" * 2 * MIB)
        media.wait_until(lambda: gate.reached)
        gate.open()
        call = media.connections[-1]
        if how == "reset":
            raw.reset()
    media.wait_until(lambda: call.closed_at)
    assert not call.requests[-1].complete


def test_a_client_that_leaves_in_the_middle_leaves_nothing_on_the_disk(gateway: served) -> None:
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=100 * MIB) + FILE + b"x" * 5 * MIB)
        until(lambda: deleted_files(gateway))
    until(lambda: not deleted_files(gateway))


# ---------------------------------------------------------------- providers that refuse or leave


def test_a_refusal_reaches_a_client_that_has_not_sent_everything(gateway: served, media: FaultUpstream) -> None:
    refusal = http1.response({"error": {"message": "No such format.", "param": "file"}}, 400)
    media.answer(ReadBody(limit=1), Send(refusal), Stall())
    start = field("model", "ear") + FILE
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(start) + MIB) + start + b"x" * 1000)
        answer = raw.answer()
        assert (answer.status, answer.error["code"]) == (400, "provider_rejected_request")
        assert answer.headers["connection"] == "close"
        assert raw.closed()


def test_a_provider_that_leaves_in_the_middle_is_a_typed_error(gateway: served, media: FaultUpstream) -> None:
    media.answer(Swallow(MIB), Close())
    start = field("model", "ear") + FILE
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(start) + 20 * MIB) + start)
        raw.send_until_refused(b"x" * MIB, 20 * MIB)
        answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (502, "provider_disconnected")


# ---------------------------------------------------------------- bodies that lie


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("application/json", 415, "application/json, not multipart/form-data"),
        ("multipart/form-data", 400, "no boundary"),
        ("multipart/form-data; boundary=", 400, "no boundary"),
        ("multipart/form-data; boundary=another-0123456789abcdef", 400, "not a form"),
    ],
)
def test_a_body_of_another_kind_than_a_form_is_refused(gateway: served, kind: str, status: int, said: str) -> None:
    body = field("model", "ear") + FILE + b"x" + END
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body), kind=kind) + body)
        answer = raw.answer()
    assert (answer.status, said in answer.error["message"]) == (status, True)


def test_an_upload_over_the_limit_is_refused_before_it_is_sent(gateway: served) -> None:
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=300_000_001))
        answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (413, "request_too_large")
    assert "server.max_upload_bytes" in answer.error["message"]


def test_a_body_longer_than_its_form_is_an_error_and_no_second_request(gateway: served, media: FaultUpstream) -> None:
    media.answer(faults.ok({"text": "never"}))
    body = field("model", "ear") + FILE + b"x" + END + b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n" * 5000
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body)) + body)
        answer = raw.answer()
        assert (answer.status, "goes on after the end" in answer.error["message"]) == (400, True)
        raw.send(b"GET /v1/none HTTP/1.1\r\nhost: x\r\n\r\n")
        assert raw.answer().status == 401


def test_a_form_cut_short_is_an_error_although_its_length_is_right(gateway: served, media: FaultUpstream) -> None:
    media.answer(faults.ok({"text": "never"}))
    body = field("model", "ear") + FILE + b"x" * 100_000
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body)) + body)
        answer = raw.answer()
    assert "ends before its last boundary" in answer.error["message"]
    assert not media.requests[-1].complete


def test_a_model_named_again_after_the_file_is_refused_and_the_upload_cut_off(
    gateway: served, media: FaultUpstream
) -> None:
    media.answer(faults.ok({"text": "never"}))
    body = field("model", "ear") + FILE + b"x" * 100_000 + b"\r\n" + field("model", "gpt-4o") + END[2:]
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body)) + body)
        answer = raw.answer()
    assert (answer.status, answer.error["param"]) == (400, "model")
    assert not media.requests[-1].complete


def test_a_form_without_a_model_is_refused(gateway: served) -> None:
    body = FILE + b"x" + END
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body)) + body)
        answer = raw.answer()
    assert (answer.status, answer.error["message"].split(". ")[0]) == (400, "model is missing")


def test_a_chunked_upload_is_measured_first_and_sent_with_its_length(gateway: served, media: FaultUpstream) -> None:
    media.answer(faults.ok({"text": "measured"}))
    body = field("model", "ear") + FILE + b"x" * 300_000 + END
    with RawClient(gateway.port) as raw:
        chunks = b"".join(http1.chunk(body[at : at + 50_000]) for at in range(0, len(body), 50_000))
        raw.send(head(gateway, length=None) + chunks + http1.LAST_CHUNK)
        assert raw.answer().status == 200
    request = media.requests[-1]
    assert request.header("content-length") == str(len(request.body))
    assert b"x" * 300_000 in request.body


def test_an_upload_without_a_key_is_refused_before_it_is_read(gateway: served) -> None:
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=100_000_000).replace(gateway.key.encode(), b"sk-sg-" + b"x" * 40))
        answer = raw.answer()
    assert (answer.status, answer.error["code"]) == (401, "invalid_api_key")
    assert answer.headers["connection"] == "close"


def test_two_uploads_follow_each_other_on_one_connection(gateway: served, media: FaultUpstream) -> None:
    media.answer(faults.ok({"text": "one"}), times=2)
    body = field("model", "ear") + FILE + b"x" * 300_000 + END
    with RawClient(gateway.port) as raw:
        for _ in range(2):
            raw.send(head(gateway, length=len(body)) + body)
            assert raw.answer().status == 200
    assert media.requests[-1].raw_head != media.requests[-2].raw_head  # each has a boundary of its own


def test_a_client_that_waits_for_100_continue_gets_it(gateway: served, media: FaultUpstream) -> None:
    media.answer(faults.ok({"text": "one"}))
    body = field("model", "ear") + FILE + b"x" * 1000 + END
    with RawClient(gateway.port) as raw:
        raw.send(head(gateway, length=len(body)).replace(b"\r\n\r\n", b"\r\nexpect: 100-continue\r\n\r\n"))
        assert raw.answer().status == 100
        raw.send(body)
        assert raw.answer().status == 200
