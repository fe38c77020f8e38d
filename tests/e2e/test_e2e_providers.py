"""Providers on a bad day: each failure has its status and code, a broken stream never ends as a clean one."""

from __future__ import annotations

import json
import time
from typing import Any, Literal
from uuid import uuid4

import httpx
import pytest
from observed import HI, chat, events, usage_row

from switchgear.testing import (
    Close,
    FaultUpstream,
    Gate,
    Plan,
    ReadBody,
    Reset,
    ScriptedProvider,
    Send,
    Stall,
    chat_stream,
    faults,
    http1,
    served,
    sse,
    tokens,
)

SSE = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
SEEN = chat_stream(["Hel"])[:2]


def broken_off(*end: Any) -> Plan:
    """Two events, then ``end``."""
    return (ReadBody(), Send(http1.head(200, SSE) + http1.chunk(sse(SEEN, done=False))), *end)


def event(document: Any) -> Send:
    """One more event."""
    return Send(http1.chunk(sse([document], done=False)))


# ---------------------------------------------------------------- before an answer began

EARLY: list[tuple[str, str, Plan | None, int, str]] = [
    ("refuses connections", "gone", None, 502, "provider_unreachable"),
    ("stalls before the first byte", "hasty", faults.stall_before_first_byte(), 504, "provider_timeout"),
    ("ends inside the head", "faulty", faults.unfinished_head(), 502, "provider_disconnected"),
    ("sends garbage", "faulty", faults.garbage(), 502, "provider_invalid_response"),
    ("sends two lengths", "faulty", faults.two_content_lengths(), 502, "provider_invalid_response"),
    ("sends length and chunks", "faulty", faults.length_and_chunked(), 502, "provider_invalid_response"),
    ("sends headers over the limit", "faulty", faults.oversize_headers(), 502, "provider_invalid_response"),
    ("sends headers without end", "faulty", faults.endless_headers(), 502, "provider_invalid_response"),
    ("redirects", "faulty", faults.redirect("http://127.0.0.1:1/"), 502, "provider_invalid_response"),
    ("answers 400", "faulty", faults.status(400), 400, "provider_rejected_request"),
    ("answers 401", "faulty", faults.status(401), 502, "provider_authentication_failed"),
    ("answers 403", "faulty", faults.status(403), 502, "provider_permission_denied"),
    ("answers 404", "faulty", faults.status(404), 400, "provider_rejected_request"),
    ("knows no such model", "faulty", faults.status(404, b"{}"), 404, "provider_model_not_found"),
    ("answers 408", "faulty", faults.status(408), 504, "provider_timeout"),
    ("answers 413", "faulty", faults.early_refusal(), 400, "provider_rejected_request"),
    ("answers 429", "faulty", faults.status(429), 429, "provider_rate_limited"),
    ("answers 500", "faulty", faults.status(500), 502, "provider_failed"),
    ("answers 502", "faulty", faults.status(502), 502, "provider_failed"),
    ("answers 503", "faulty", faults.status(503), 503, "provider_overloaded"),
    ("answers 504", "faulty", faults.status(504), 504, "provider_timeout"),
    ("answers 529", "faulty", faults.status(529), 503, "provider_overloaded"),
    ("answers 500 in HTML", "faulty", faults.status(500, b"<html>oh"), 502, "provider_failed"),
]
WHOLE: list[tuple[str, str, Plan | None, int, str]] = [
    ("stalls after the head", "hasty", faults.stall_after_head(), 504, "provider_timeout"),
    ("is cut inside the body", "faulty", faults.truncated(), 502, "provider_disconnected"),
    ("is reset inside the body", "faulty", faults.truncated(how="reset"), 502, "provider_disconnected"),
    ("never sends its last chunk", "faulty", faults.unfinished_chunks(), 502, "provider_disconnected"),
    ("sends a garbage chunk", "faulty", faults.garbage_chunk(), 502, "provider_invalid_response"),
    ("sends garbage as gzip", "faulty", faults.garbage_compressed(), 502, "provider_invalid_response"),
    ("sends no JSON", "faulty", faults.not_json(), 502, "provider_invalid_response"),
    ("sends HTML", "faulty", faults.wrong_content_type(), 502, "provider_invalid_response"),
    ("sends too much", "faulty", faults.oversize_body(1 << 20), 502, "provider_response_too_large"),
    ("sends without end", "faulty", faults.endless_body(), 502, "provider_response_too_large"),
    ("sends a compression bomb", "faulty", faults.compression_bomb(), 502, "provider_response_too_large"),
    ("sends an error as 200", "faulty", faults.ok(b'{"error":{"message":"no"}}'), 502, "provider_failed"),
]
BEFORE_A_STREAM: list[tuple[str, str, Plan | None, int, str]] = [
    (
        "stalls after the head",
        "hasty",
        (*broken_off()[:1], Send(http1.head(200, SSE)), Stall()),
        504,
        "provider_timeout",
    ),
    ("answers HTML", "faulty", faults.wrong_content_type(), 502, "provider_invalid_response"),
    ("answers an error as 200", "faulty", faults.ok(b'{"error":{"message":"no"}}'), 502, "provider_failed"),
    ("answers an empty stream", "faulty", faults.stream([], done=False), 502, "provider_invalid_response"),
    (
        "begins with an error",
        "faulty",
        faults.stream([{"error": {"message": "no"}}], done=False),
        502,
        "provider_failed",
    ),
]


def names(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


def failed_call(
    http: httpx.Client, data_dir: Any, model: str, *, stream: bool
) -> tuple[httpx.Response, dict[str, Any]]:
    answer = chat(http, model, stream=stream)
    return answer, usage_row(data_dir, answer.headers["x-request-id"])


def check_failure(answer: httpx.Response, row: dict[str, Any], status: int, code: str, *, streamed: bool) -> None:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    assert error["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-should-retry"] in ("true", "false")
    assert answer.headers["x-switchgear-provider"] == row["provider"]
    assert (row["outcome"], row["status"], row["error"]) == ("failed", status, code)
    assert bool(row["streamed"]) == streamed
    assert row["completion_tokens"] == 0
    assert bool(row["estimated"]) == (row["prompt_tokens"] > 0)
    if code in ("provider_disconnected", "provider_response_too_large"):
        assert row["prompt_tokens"] > 0  # it was sent, and may be billed
    if code in ("provider_rate_limited", "provider_overloaded", "provider_unreachable"):
        assert row["prompt_tokens"] == 0  # the provider says that it did no work, or never heard of it


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("_what", "model", "plan", "status", "code"), EARLY, ids=names(EARLY))
def test_a_provider_that_fails_before_it_answers(
    http: httpx.Client, gateway: served, upstream: FaultUpstream, _what: str, model: str, plan: Plan | None,
    status: int, code: str, stream: bool,
) -> None:  # fmt: skip
    if plan is not None:
        upstream.answer(plan)
    answer, row = failed_call(http, gateway.data_dir, f"{model}/any", stream=stream)
    check_failure(answer, row, status, code, streamed=stream)


@pytest.mark.parametrize(("_what", "model", "plan", "status", "code"), WHOLE, ids=names(WHOLE))
def test_a_provider_whose_whole_answer_fails(
    http: httpx.Client, gateway: served, upstream: FaultUpstream, _what: str, model: str, plan: Plan, status: int, code: str
) -> None:  # fmt: skip
    upstream.answer(plan)
    answer, row = failed_call(http, gateway.data_dir, f"{model}/any", stream=False)
    check_failure(answer, row, status, code, streamed=False)


@pytest.mark.parametrize(("_what", "model", "plan", "status", "code"), BEFORE_A_STREAM, ids=names(BEFORE_A_STREAM))
def test_a_provider_whose_stream_fails_before_its_first_event_is_a_plain_error(
    http: httpx.Client, gateway: served, upstream: FaultUpstream, _what: str, model: str, plan: Plan, status: int, code: str
) -> None:  # fmt: skip
    upstream.answer(plan)
    answer, row = failed_call(http, gateway.data_dir, f"{model}/any", stream=True)
    check_failure(answer, row, status, code, streamed=True)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("how", ["fin", "reset"])
def test_a_provider_that_hangs_up_without_a_word_is_a_502(
    http: httpx.Client, gateway: served, how: Literal["fin", "reset"], stream: bool
) -> None:
    with FaultUpstream.in_thread() as rude:  # on a kept connection this would be met by a second try
        rude.always(faults.hang_up(how))
        assert http.put("/api/providers/rude", json={"kind": "openai", "base_url": rude.base_url}).is_success
        answer, row = failed_call(http, gateway.data_dir, "rude/any", stream=stream)
        check_failure(answer, row, 502, "provider_disconnected", streamed=stream)
        assert len(rude.requests) == 1


def test_connecting_that_hangs_is_a_504(http: httpx.Client, gateway: served) -> None:
    with FaultUpstream.in_thread(accept=False) as nobody:
        document = {
            "kind": "openai", "base_url": nobody.base_url, "timeouts": {"connect": 0.3},
        }  # fmt: skip
        assert http.put("/api/providers/hanging", json=document).is_success
        answer, row = failed_call(http, gateway.data_dir, "hanging/any", stream=False)
        check_failure(answer, row, 504, "provider_timeout", streamed=False)
        assert "(connect)" in answer.json()["error"]["message"]


# ---------------------------------------------------------------- in the middle of a stream

MIDWAY: list[tuple[str, str, tuple[Any, ...], str]] = [
    ("stalls", "hasty", (Stall(),), "provider_timeout"),
    ("is cut", "faulty", (Close(),), "provider_disconnected"),
    ("is reset", "faulty", (Reset(),), "provider_disconnected"),
    ("ends in order without its end", "faulty", (Send(http1.LAST_CHUNK),), "provider_disconnected"),
    ("sends a garbage chunk", "faulty", (Send(b"not a size\r\n"),), "provider_invalid_response"),
    ("turns into an error", "faulty", (event({"error": {"message": "Crashed."}}),), "provider_failed"),
    ("says [DONE] inside an error", "faulty", (event({"error": {"message": "[DONE]"}}),), "provider_failed"),
    ("never ends", "faulty", faults.endless_stream()[2:], "provider_response_too_large"),
]


def streamed_past(http: httpx.Client, model: str, gate: Gate) -> tuple[list[str], str]:
    """The events of a stream, whose ``gate`` opens when the first text is here, and its request id."""
    text = ""
    body = {"model": model, "messages": HI, "stream": True}
    with http.stream("POST", "/v1/chat/completions", json=body) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_text():
            text += piece
            if "Hel" in text:
                gate.open()
    return events(text), answer.headers["x-request-id"]


@pytest.mark.parametrize(("_what", "model", "end", "code"), MIDWAY, ids=names(MIDWAY))
def test_a_stream_that_breaks_off_ends_with_a_typed_error_and_without_done(
    http: httpx.Client, gateway: served, upstream: FaultUpstream, _what: str, model: str, end: Any, code: str
) -> None:  # fmt: skip
    gate = Gate()
    upstream.answer(broken_off(gate, *end))
    seen, request_id = streamed_past(http, f"{model}/any", gate)
    assert "[DONE]" not in seen
    assert json.loads(seen[1])["choices"][0]["delta"]["content"] == "Hel"
    error = json.loads(seen[-1])["error"]
    assert (error["code"], error["request_id"]) == (code, request_id)
    row = usage_row(gateway.data_dir, request_id)
    assert (row["outcome"], row["error"], row["provider"], row["streamed"]) == ("cut", code, model, 1)
    assert row["estimated"] == 1
    assert row["prompt_tokens"] > 0
    assert row["completion_tokens"] > 0


def test_usage_that_came_before_the_cut_is_kept(http: httpx.Client, gateway: served, upstream: FaultUpstream) -> None:
    gate, told = Gate(), Gate()
    upstream.answer(broken_off(gate, event({"choices": [], "usage": tokens(21, 34)}), event(SEEN[1]), told, Close()))
    text = ""
    with http.stream(
        "POST", "/v1/chat/completions", json={"model": "faulty/any", "messages": HI, "stream": True}
    ) as answer:
        for piece in answer.iter_text():
            text += piece
            gate.open()
            if text.count("Hel") == 2:
                told.open()
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == ("cut", 21, 34, 0)


def test_a_connection_cut_after_the_end_marker_is_a_clean_end(
    http: httpx.Client, gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stream(chat_stream(usage=tokens(3, 2)))[:-1], *faults.hang_up("reset")[1:])
    answer = chat(http, "faulty/any", stream=True)
    assert events(answer.text)[-1] == "[DONE]"
    assert usage_row(gateway.data_dir, answer.headers["x-request-id"])["outcome"] == "ok"


def test_a_stream_without_the_end_marker_but_with_its_finish_reason_is_whole(
    http: httpx.Client, gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stream(chat_stream(), done=False))
    answer = chat(http, "faulty/any", stream=True)
    assert events(answer.text)[-1] == "[DONE]"
    row = usage_row(gateway.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["estimated"]) == ("ok", 1)


def test_a_call_the_client_leaves_mid_stream_is_recorded_as_abandoned_with_estimated_tokens(
    http: httpx.Client, gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stall_mid_stream([*chat_stream([f"word{n} " for n in range(10)])[:11]]))
    body = {"model": "faulty/any", "messages": [{"role": "user", "content": "x" * 400}], "stream": True}
    with http.stream("POST", "/v1/chat/completions", json=body) as answer:
        text = ""
        for piece in answer.iter_text():
            text += piece
            if "word9" in text:
                break
        request_id = answer.headers["x-request-id"]
        call = upstream.connections[-1]
        left = time.monotonic()
    upstream.wait_until(lambda: call.peer_closed_at)
    assert (call.peer_closed_at or 0) - left < 1.0
    row = usage_row(gateway.data_dir, request_id)
    assert (row["outcome"], row["status"], row["error"]) == ("abandoned", 499, "client_closed_request")
    assert row["estimated"] == 1
    assert 100 <= row["prompt_tokens"] <= 120
    assert 10 <= row["completion_tokens"] <= 25


def test_a_call_the_client_leaves_before_an_answer_is_recorded_as_abandoned(
    http: httpx.Client, gateway: served, upstream: FaultUpstream
) -> None:
    upstream.answer(faults.stall_before_first_byte())
    before = http.get("/metrics").text
    with pytest.raises(httpx.ReadTimeout):
        http.post(
            "/v1/chat/completions",
            json={"model": "faulty/leaving", "messages": [{"role": "user", "content": "Hi"}]},
            timeout=0.3,
        )
    assert "leaving" not in before
    upstream.wait_until(
        lambda: any(
            "switchgear_calls_total" in line and 'model="faulty/leaving"' in line and 'outcome="abandoned"' in line
            for line in http.get("/metrics").text.splitlines()
        )
    )


# ---------------------------------------------------------------- retry-after


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_passed_on(http: httpx.Client, upstream: FaultUpstream, status: int) -> None:
    upstream.answer(faults.retry_after_seconds(17, status))
    answer = chat(http, f"faulty/{uuid4()}")
    assert answer.headers["retry-after"] == "17"
    assert answer.headers["x-should-retry"] == "true"


def test_retry_after_as_a_date_is_passed_on_in_seconds(http: httpx.Client, upstream: FaultUpstream) -> None:
    upstream.answer(faults.retry_after_date(90))
    answer = chat(http, f"faulty/{uuid4()}")
    assert answer.status_code == 429
    assert 60 <= int(answer.headers["retry-after"]) <= 90


@pytest.mark.parametrize("value", ["soon", "-5", "", "Wed, 99 Nov 2026 99:99:99 GMT", "9" * 400, "1e5"])
def test_a_retry_after_that_makes_no_sense_harms_nothing(
    http: httpx.Client, upstream: FaultUpstream, value: str
) -> None:
    upstream.answer(faults.status(429, headers={"retry-after": value}))
    answer = chat(http, f"faulty/{uuid4()}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "provider_rate_limited")


# ---------------------------------------------------------------- after bad days, good ones

RIGHT: list[tuple[str, Plan]] = [
    ("chunked", faults.chunked()),
    ("chunked with trailers", faults.chunked(trailers=[("x-checksum", "1")], extension=";a=b")),
    ("byte by byte", faults.byte_by_byte()),
    ("until the connection closes", faults.close_delimited()),
    ("as HTTP/1.0", faults.http10()),
    ("as HTTP/1.0 without a length", faults.http10(length=False)),
    ("after 100 Continue", faults.continue_first(times=2)),
    ("as gzip", faults.compressed("gzip")),
    ("as deflate", faults.compressed("deflate", framed=True)),
    ("slowly", faults.slow_reader()),
]


@pytest.mark.parametrize(("_what", "plan"), RIGHT, ids=names(RIGHT))
def test_an_answer_framed_in_an_unusual_way_is_an_answer(
    http: httpx.Client, gateway: served, upstream: FaultUpstream, _what: str, plan: Plan
) -> None:
    upstream.answer(plan)
    answer = chat(http, "faulty/any")
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Hello."
    assert usage_row(gateway.data_dir, answer.headers["x-request-id"])["outcome"] == "ok"


def test_a_kept_connection_that_the_provider_closed_is_replaced_unnoticed(
    http: httpx.Client, upstream: FaultUpstream
) -> None:
    for _ in range(3):
        upstream.answer(faults.stale())
        assert chat(http, "faulty/any").status_code == 200


def test_one_failing_provider_leaves_the_others_alone(
    http: httpx.Client, upstream: FaultUpstream, provider: ScriptedProvider
) -> None:
    upstream.answer(faults.garbage(), times=3)
    for _ in range(3):
        assert chat(http, "faulty/any").status_code == 502
        assert chat(http, "fast").status_code == 200
    assert provider.requests
