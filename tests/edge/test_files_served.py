"""The content of files on its way to clients that read slowly, and to those that leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest
from raw_client import RawClient

from switchgear.testing import FaultUpstream, ReadBody, Repeat, Send, faults, http1, served

CONFIG = """
[local]
enabled = false

[providers.keeper]
kind = "openai"
base_url = "{keeper}"
"""
MIB = 1 << 20
SIZE = 200 * MIB


@pytest.fixture(scope="module")
def keeper() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread(socket_buffer=65_536) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(keeper: FaultUpstream) -> Iterator[served]:
    with served(CONFIG.format(keeper=keeper.base_url)) as running:
        keeper.answer(faults.ok({"id": "file-1", "object": "file"}))
        answer = httpx.post(
            f"{running.base_url}/files",
            headers={"authorization": f"Bearer {running.key}"},
            data={"purpose": "user_data"},
            files={"file": ("a.jsonl", b"{}")},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        yield running


def ask(gateway: served) -> bytes:
    return (f"GET /v1/files/file-1/content HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n\r\n").encode()


def at_rest(value: Callable[[], int], seconds: float = 0.5) -> int:
    """``value()`` once it has not changed for so long."""
    last, since, deadline = value(), time.monotonic(), time.monotonic() + 20
    while time.monotonic() - since < seconds:
        assert time.monotonic() < deadline, f"still growing: {last}"
        time.sleep(0.01)
        if (now := value()) != last:
            last, since = now, time.monotonic()
    return last


def large(keeper: FaultUpstream) -> None:
    top = http1.head(200, {"content-type": "application/jsonl", "content-length": str(SIZE)})
    keeper.answer(ReadBody(), Send(top), Repeat(b"x" * 65_536, SIZE // 65_536))


def test_a_client_that_does_not_read_makes_the_provider_wait(gateway: served, keeper: FaultUpstream) -> None:
    large(keeper)
    process = psutil.Process(gateway.process.pid)
    before = process.memory_info().rss
    with RawClient(gateway.port, patience=60, receive_buffer=4096) as raw:
        raw.send(ask(gateway))
        assert raw.head()[0] == 200
        call = keeper.connections[-1]
        assert at_rest(lambda: call.bytes_sent) < SIZE // 2
        assert process.memory_info().rss < before + 40_000_000
        raw.reset()
    keeper.wait_until(lambda: call.closed_at)


def test_a_large_file_passes_whole_and_takes_no_memory_to_speak_of(gateway: served, keeper: FaultUpstream) -> None:
    large(keeper)
    process = psutil.Process(gateway.process.pid)
    before = process.memory_info().rss
    most = got = 0
    url = f"{gateway.base_url}/files/file-1/content"
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.stream("GET", url, headers=headers, timeout=60, trust_env=False) as answer:
        assert answer.headers["content-type"] == "application/jsonl"
        for number, piece in enumerate(answer.iter_raw()):
            got += len(piece)
            if number % 500 == 0:
                most = max(most, process.memory_info().rss)
    assert got == SIZE
    assert most < before + 40_000_000


def test_what_others_wrote_is_no_page_of_the_gateways(gateway: served, keeper: FaultUpstream) -> None:
    """A file's address opens in the browser of whoever is signed in to the console: its scripts must not run there as ours."""
    page = b"<script>fetch('/api/keys')</script>"
    keeper.answer(
        ReadBody(), Send(http1.head(200, {"content-type": "text/html", "content-length": str(len(page))}) + page)
    )
    headers = {"authorization": f"Bearer {gateway.key}"}
    answer = httpx.get(f"{gateway.base_url}/files/file-1/content", headers=headers, trust_env=False)
    assert answer.content == page
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "sandbox" in answer.headers["content-security-policy"].split("; ")
