"""The bench's own parts, without any load worth the name."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from harness import loads, report
from harness.figures import Spread, percentile, significant
from harness.gateways import Endpoint
from harness.limits import verdicts
from harness.measures import Plan
from harness.processes import BenchError, Child
from harness.sampler import read_profile, top
from harness.session import Results
from harness.stream_server import Answers, Upstream
from harness.traffic import StreamShape, judge_stream, piece, request_body, stream_events, unary_answer

SHAPE = StreamShape(5, 1)
WHOLE = b"".join(stream_events(SHAPE, usage=True))

# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected


def test_the_99th_of_few_values_is_the_largest() -> None:
    assert percentile([1, 2, 30], 99) == 30


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_spread_is_the_median_between_the_extremes() -> None:
    assert Spread.of([5, 1, 3]) == Spread(3, 1, 5, 3)
    assert Spread.of([]) is None


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (0.01234, "0.0123"), (14.04, "14.0"), (999.4, "999"), (48_123.7, "48,124")]
)
def test_numbers_show_what_is_significant(value: float, shown: str) -> None:
    assert significant(value) == shown


# ---------------------------------------------------------------- traffic


def test_a_request_is_about_a_kilobyte_and_asks_for_usage_when_streamed() -> None:
    body = request_body(SHAPE.model, stream=True)
    assert 900 < len(body) < 1300
    assert json.loads(body)["stream_options"] == {"include_usage": True}
    assert "stream" not in json.loads(request_body("m", stream=False))


def test_the_unary_answer_is_a_chat_completion_of_realistic_size() -> None:
    answer = unary_answer()
    assert 600 < len(answer) < 1000
    assert json.loads(answer)["usage"]["total_tokens"] == 258


def test_the_model_name_carries_the_shape_of_the_answer() -> None:
    assert StreamShape.asked_for(request_body("stream-100x20", stream=True)) == StreamShape(100, 20)
    assert StreamShape.asked_for(request_body("bench-unary", stream=True)) is None


def test_chunks_are_of_realistic_size() -> None:
    assert all(200 <= len(event) <= 260 for event in stream_events(SHAPE, usage=True)[1:-1])


def test_a_whole_stream_is_complete() -> None:
    verdict = judge_stream(WHOLE, SHAPE)
    assert (verdict.chunks, verdict.problem) == (5, "")


def _without_event(number: int) -> bytes:
    events = stream_events(SHAPE, usage=True)
    return b"".join(events[:number] + events[number + 1 :])


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (_without_event(2), "5 chunks in order"),
        (_without_event(5), "no finish"),
        (WHOLE.replace(b"data: [DONE]\n\n", b""), "[DONE]"),
        (WHOLE + b"data: [DONE]\n\n", "[DONE]"),
        (b"".join(stream_events(SHAPE, usage=False)), "no usage"),
        (WHOLE.replace(piece(1).encode(), b"@").replace(piece(2).encode(), piece(1).encode()), "in order"),
        (WHOLE.replace(b'"choices"', b'"error"'), "no chunk"),
        (WHOLE[: len(WHOLE) // 2], "no chunk"),
        (b"", "5 chunks in order"),
    ],
    ids=["lost", "unfinished", "no-done", "two-dones", "no-usage", "swapped", "an-error", "torn", "empty"],
)
def test_an_incomplete_stream_is_told_from_a_whole_one(body: bytes, problem: str) -> None:
    assert problem in judge_stream(body, SHAPE).problem


# ---------------------------------------------------------------- loads


@contextlib.asynccontextmanager
async def _server(protocol: Callable[[], asyncio.BaseProtocol]) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_streaming_client_reads_every_stream_of_the_upstream_whole() -> None:
    loop, answers = asyncio.get_running_loop(), Answers()
    async with _server(lambda: Upstream(loop, answers)) as port:
        endpoint = Endpoint(port, "/v1/chat/completions", request_body(SHAPE.model, stream=True))
        result = await asyncio.to_thread(loads.run_streams, endpoint, SHAPE, 10, ramp=0.01, patience=20)
    assert (result.complete, result.chunks, result.problems) == (10, 50, {})


class _CutsHalfway(asyncio.Protocol):
    """Announces the whole answer, sends half of it and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        events = stream_events(SHAPE, usage=True)
        half = b"".join(events[:3])
        self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(WHOLE), half))
        self.transport.close()


async def test_the_streaming_client_counts_a_cut_stream_as_incomplete() -> None:
    async with _server(_CutsHalfway) as port:
        endpoint = Endpoint(port, "/v1/chat/completions", request_body(SHAPE.model, stream=True))
        result = await asyncio.to_thread(loads.run_streams, endpoint, SHAPE, 3, ramp=0, patience=20)
    assert (result.complete, result.chunks) == (0, 9)
    assert result.problems == {"the connection closed before the answer was complete": 3}


class _Refuses(asyncio.Protocol):
    """Answers every request with 429."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\n\r\n{}")


async def test_an_answer_that_is_not_2xx_is_an_error_in_every_load() -> None:
    async with _server(_Refuses) as port:
        endpoint = Endpoint(port, "/", b"{}")
        streamed = await asyncio.to_thread(loads.run_streams, endpoint, SHAPE, 2, ramp=0, patience=20)
        (paced,) = await asyncio.to_thread(loads.run_paced, [endpoint], rate=100, seconds=0.05)
        counted = await asyncio.to_thread(loads.run_count, endpoint, 7, connections=3)
    assert streamed.problems == {"status 429": 2}
    assert (paced.errors, paced.latencies_ms) == (5, [])
    assert counted == 0


def test_what_wrk_reports_is_read_in_milliseconds_and_errors_are_counted() -> None:
    line = 'Running…\nRESULT {"requests":200,"us":2000000,"p50":500.0,"p99":1500.0,"status":20,"broken":3}\nbye'
    result = loads.parse_wrk(line)
    assert (result.good, result.errors, result.per_second, result.p99_ms) == (180, 23, 90, 1.5)
    with pytest.raises(BenchError, match="unable to connect"):
        loads.parse_wrk("unable to connect to 127.0.0.1")


# ---------------------------------------------------------------- processes


CPUS = frozenset(os.sched_getaffinity(0))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_ending_a_process_ends_what_it_started(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 600 & wait; sleep 600"
    with Child(["sh", "-c", script], cpus=CPUS, log=tmp_path / "log", env={}) as child:
        _until(lambda: len(child.pids()) == 2)
        assert child.resident_bytes() > 0
        child.end(patience=0.05)
        assert child.pids() == []


def test_a_process_that_died_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Child(["sh", "-c", "echo no such file; exit 3"], cpus=CPUS, log=tmp_path / "log", env={}) as child:
        _until(lambda: not child.pids())
        with pytest.raises(BenchError, match="no such file"):
            child.check_alive()


# ---------------------------------------------------------------- report


def _results() -> Results:
    results = Results()
    results.labels = {"nginx": "nginx", "switchgear": "Switchgear", "litellm": "LiteLLM"}
    results.versions = {"nginx": "1.22"}
    for value in (14.0, 15.0, 16.0):
        results.add("nginx", {"cpu.us_per_request": value, "cpu.errors": 0})
        results.add("switchgear", {"cpu.us_per_request": value * 4, "cpu.times_floor": 4, "cpu.errors": 1})
    results.add("litellm", {"cpu.us_per_request": 5400})
    results.add("switchgear", {"memory.idle_mb": 126, "memory.growth": 1.05, "memory.second_requests": 100_000})
    results.add("switchgear", {"open.asked": 2000, "open.at_once": 2000, "open.complete": 1990})
    results.failures["litellm"].append("stream, repeat 1: no stream was complete")
    return results


def _run(results: Results) -> report.Run:
    return report.Run(datetime(2026, 11, 2, tzinfo=UTC), 60, {"CPU": "one"}, Plan(), results, ["X is missing"], "cmd")


def test_each_limit_says_whether_it_is_met_or_missed_by_how_much() -> None:
    told = {verdict.limit: (verdict.measured, verdict.text) for verdict in verdicts(_results())}
    assert told["CPU per request ≤ 5 × nginx"] == ("4.00 ×", "met")
    assert told["CPU per request ≤ 1/100 of LiteLLM's"] == ("1/90.0", "missed by 11 %")
    assert told["memory idle ≤ 120 MB"] == ("126 MB", "missed by 5.0 %")
    assert told["memory after 100,000 requests ≤ 1.1 × after 10,000"] == ("1.050 ×", "met")
    assert told["2,000 streams open at once in one process, each complete"][1] == "missed by 0.50 %"
    assert told["start to first answer ≤ 2 s"] == ("—", "not measured")


def test_the_page_shows_medians_spreads_failures_and_what_is_missing() -> None:
    page = report.markdown(_run(_results()))
    assert "| CPU µs/request | **15.0** (14.0–16.0) | **60.0** (56.0–64.0) | **5,400** |" in page
    assert "| failed calls, all measures | 0 | 13 (cpu 3, open streams 10) | 0 |" in page
    assert "- X is missing" in page
    assert "- LiteLLM: stream, repeat 1: no stream was complete" in page
    assert "first byte p99" not in page, "a line that nobody has a figure for is left out"


def test_the_json_keeps_every_measurement_and_a_dated_copy_is_written(tmp_path: Path) -> None:
    files = report.write(_run(_results()), tmp_path)
    assert sorted(file.name for file in files) == ["2026-11-02.json", "2026-11-02.md", "latest.json", "latest.md"]
    told = json.loads((tmp_path / "latest.json").read_text())
    assert told["gateways"]["nginx"]["samples"]["cpu.us_per_request"] == [14.0, 15.0, 16.0]
    assert told["limits"][0]["met"] is True


def test_a_profile_counts_a_function_once_a_stack_however_often_it_recurs() -> None:
    profile = read_profile("main;walk;walk 3\nmain;write 1\nnonsense\n")
    assert (profile.samples, profile.own["walk"], profile.within["walk"], profile.within["main"]) == (4, 3, 3, 4)
    assert "75.0%" in top(profile, 5)
