"""Usage records and answers under way when the gateway is told to end, or is killed."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from observed import HI, chat, eventually, usage_rows

from switchgear.testing import (
    FaultUpstream,
    Gate,
    ReadBody,
    ScriptedProvider,
    Send,
    chat_chunk,
    chat_stream,
    faults,
    http1,
    served,
    sse,
    tokens,
)  # fmt: skip

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000
[store]
durability = "{durability}"
[server]
drain_timeout = {drain}
[providers.test]
kind = "openai"
base_url = "{url}"
"""
SSE = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


@pytest.fixture(scope="module")
def echo() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


def config(url: str, durability: str = "batched", drain: float = 20) -> str:
    return CONFIG.format(url=url, durability=durability, drain=drain)


def client(gateway: served) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    limits = httpx.Limits(max_connections=200)
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False, limits=limits)


# ---------------------------------------------------------------- strict


def test_strict_commits_the_record_before_the_last_byte(echo: ScriptedProvider) -> None:
    with served(config(echo.base_url, "strict")) as gateway, client(gateway) as http:
        for number in range(20):
            answer = chat(http, "test/m", stream=number % 2 == 1)
            assert answer.status_code == 200
            assert answer.headers["x-request-id"] in usage_rows(gateway.data_dir)


# ---------------------------------------------------------------- SIGTERM


@pytest.mark.parametrize("durability", ["batched", "strict"])
def test_sigterm_lets_streams_finish_drains_the_records_and_exits_with_0(durability: str, tmp_path: Path) -> None:
    count = 20
    gate = Gate()
    opening = Send(http1.head(200, SSE) + http1.chunk(sse(chat_stream(["Hel"])[:2], done=False)))
    ending = sse([chat_chunk("lo"), chat_chunk(finish_reason="stop"), {"choices": [], "usage": tokens(3, 2)}])
    with FaultUpstream.in_thread() as upstream, ThreadPoolExecutor(count) as pool:
        upstream.always(ReadBody(), opening, gate, Send(http1.chunk(ending) + http1.LAST_CHUNK))
        with served(config(upstream.base_url, durability), data_dir=tmp_path / "data") as gateway:
            with client(gateway) as http:
                answers = [pool.submit(chat, http, "test/m", stream=True) for _ in range(count)]
                upstream.wait_until(lambda: gate.reached == count, 20)
                gateway.process.send_signal(signal.SIGTERM)
                eventually(lambda: refuses_connections(gateway))
                assert gateway.process.poll() is None  # it waits for the streams
                gate.open()
                done = [answer.result() for answer in answers]
            assert gateway.process.wait(15) == 0
            assert "Traceback" not in gateway.output()
        for answer in done:
            assert answer.text.endswith("data: [DONE]\n\n")
        rows = usage_rows(tmp_path / "data")
    for answer in done:
        row = rows[answer.headers["x-request-id"]]
        assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == ("ok", 3, 2, 0)


def refuses_connections(gateway: served) -> bool:
    try:
        httpx.get(f"{gateway.url}/healthz", trust_env=False)
    except httpx.HTTPError:
        return True
    return False


def test_streams_that_outlast_the_drain_timeout_are_cut_and_recorded_as_such(tmp_path: Path) -> None:
    with FaultUpstream.in_thread() as upstream, ThreadPoolExecutor(1) as pool:
        upstream.always(faults.stall_mid_stream())
        with served(config(upstream.base_url, drain=1), data_dir=tmp_path / "data") as gateway, client(gateway) as http:
            answer = pool.submit(read_what_comes, http)
            upstream.wait_until(lambda: upstream.requests)
            eventually(lambda: "calls_in_flight 1" in httpx.get(f"{gateway.url}/metrics", trust_env=False).text)
            gateway.process.send_signal(signal.SIGTERM)
            assert gateway.process.wait(15) == 0
            text, clean = answer.result()
        assert "[DONE]" not in text
        assert not clean
        (row,) = usage_rows(tmp_path / "data").values()
        assert row["outcome"] in ("abandoned", "cut")
        assert row["estimated"] == 1


def read_what_comes(http: httpx.Client) -> tuple[str, bool]:
    """What arrived of a stream, and whether it ended in order."""
    text = ""
    try:
        with http.stream(
            "POST", "/v1/chat/completions", json={"model": "test/m", "messages": HI, "stream": True}
        ) as answer:
            for piece in answer.iter_text():
                text += piece
    except httpx.HTTPError:
        return text, False
    return text, '"error"' not in text


def test_sigint_ends_it_in_order_too(echo: ScriptedProvider, tmp_path: Path) -> None:
    with served(config(echo.base_url), data_dir=tmp_path / "data") as gateway:
        with client(gateway) as http:
            answer = chat(http, "test/m")
        gateway.process.send_signal(signal.SIGINT)
        assert gateway.process.wait(15) in (0, 130)
        assert "Traceback" not in gateway.output()
    assert answer.headers["x-request-id"] in usage_rows(tmp_path / "data")


def test_the_address_file_is_there_while_it_runs_and_gone_after(echo: ScriptedProvider, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with served(config(echo.base_url), data_dir=folder) as gateway:
        notice = eventually(lambda: (folder / "server.json").exists() and (folder / "server.json").read_text())
        assert json.loads(notice)["url"] == gateway.url
        assert json.loads(notice)["pid"] == gateway.process.pid
        assert gateway.stop() == 0
    assert not (folder / "server.json").exists()


# ---------------------------------------------------------------- kill -9


def killed_under_load(url: str, durability: str, folder: Path) -> tuple[dict[str, float], float]:
    """When each call was seen finished by its client, and when the gateway was killed under their load."""
    finished: dict[str, float] = {}
    enough = threading.Event()

    def load(streamed: bool) -> None:
        try:
            while True:
                answer = chat(http, "test/m", stream=streamed)
                assert answer.status_code == 200
                finished[answer.headers["x-request-id"]] = time.monotonic()
                if len(finished) >= 400:
                    enough.set()
        except httpx.HTTPError:
            return  # the gateway is gone

    with (
        served(config(url, durability), data_dir=folder) as gateway,
        client(gateway) as http,
        ThreadPoolExecutor(8) as pool,
    ):
        for number in range(8):
            pool.submit(load, number % 2 == 1)
        assert enough.wait(60)
        killed_at = time.monotonic()
        assert gateway.kill() == -signal.SIGKILL
    return finished, killed_at


def test_kill_9_under_load_loses_no_finished_call_in_strict_mode(echo: ScriptedProvider, tmp_path: Path) -> None:
    finished, _ = killed_under_load(echo.base_url, "strict", tmp_path)
    assert set(finished) <= set(usage_rows(tmp_path))
    with closing(sqlite3.connect(tmp_path / "switchgear.db")) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def test_kill_9_under_load_loses_at_most_the_last_250_ms_in_batched_mode(
    echo: ScriptedProvider, tmp_path: Path
) -> None:
    for attempt in range(
        3
    ):  # a machine that stalls the gateway for longer proves nothing; it does not do so three times
        folder = tmp_path / str(attempt)
        finished, killed_at = killed_under_load(echo.base_url, "batched", folder)
        kept = set(usage_rows(folder))
        lost = [call for call, at in finished.items() if at < killed_at - 0.25 and call not in kept]
        if not lost:
            break
    assert lost == []
    assert kept


def test_a_killed_gateway_starts_again_on_what_it_left(echo: ScriptedProvider, tmp_path: Path) -> None:
    finished, _ = killed_under_load(echo.base_url, "strict", tmp_path)
    with served(config(echo.base_url, "strict"), data_dir=tmp_path) as gateway, client(gateway) as http:
        assert chat(http, "test/m").status_code == 200
        assert http.get("/readyz").json()["status"] == "ready"
        assert set(finished) <= set(usage_rows(tmp_path))
        assert "sk-sg-" not in gateway.output()  # the first key was shown before
