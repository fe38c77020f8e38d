"""Streams of the Responses API that pass as bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.calls import Usage
from switchgear.core.errors import (
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderRateLimited,
)
from switchgear.providers.passing import PASSINGS
from switchgear.providers.responses_stream import ResponsesStream

PASSING = PASSINGS["responses"]
USAGE = {"input_tokens": 9, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 4}, "total_tokens": 12}


def event(kind: str, **fields: Any) -> bytes:
    data = {"type": kind, "sequence_number": 1, **fields}
    return f"event: {kind}\ndata: {json.dumps(data, separators=(',', ':'), ensure_ascii=False)}\n\n".encode()


def delta(text: str) -> bytes:
    return event(
        "response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta=text, logprobs=[]
    )


def response(**fields: Any) -> dict[str, Any]:
    return {
        "id": "resp_x",
        "object": "response",
        "status": "in_progress",
        "error": None,
        "output": [],
        "usage": None,
    } | fields


THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
CREATED = event("response.created", response=response())
COMPLETED = event("response.completed", response=response(status="completed", usage=USAGE))
STREAM = [CREATED, *[delta(text) for text in ("He", "llo", " “world”\n", '"response" "error"')], COMPLETED]


def redact(text: str) -> str:
    return text.replace("sk-secret", "***")


def passage() -> ResponsesStream:
    return ResponsesStream("openai", redact)


def passed(pieces: list[bytes]) -> tuple[bytes, bytes, ResponsesStream]:
    reader = passage()
    out = b"".join(reader.feed(piece) for piece in pieces) + reader.finish()
    return out, reader.ending(Usage()), reader


@pytest.mark.parametrize("size", [1, 2, 7, 64, 500, 100_000])
def test_the_bytes_pass_as_they_came_and_the_last_event_is_held(size: int) -> None:
    stream = b"".join(STREAM)
    out, end, reader = passed([stream[start : start + size] for start in range(0, len(stream), size)])
    assert out == b"".join(STREAM[:-1])
    assert end == COMPLETED
    assert reader.done
    assert reader.usage == Usage(9, 3, 4)


def test_events_pass_one_by_one_and_together() -> None:
    assert passed(STREAM)[:2] == (b"".join(STREAM[:-1]), COMPLETED)
    assert passed([CREATED + STREAM[1], STREAM[2] + STREAM[3], STREAM[4] + COMPLETED])[:2] == (
        b"".join(STREAM[:-1]),
        COMPLETED,
    )


def test_other_line_ends_and_events_without_names_pass() -> None:
    stream = b"".join(STREAM).replace(b"\n", b"\r\n")
    out, end, _ = passed([stream[:50], stream[50:]])
    assert out + end == stream
    bare = [b"data: " + one.partition(b"\ndata: ")[2] for one in STREAM]
    out, end, reader = passed(bare)
    assert (out + end, reader.usage) == (b"".join(bare), Usage(9, 3, 4))


def test_signatures_are_marked_wherever_the_client_gets_them() -> None:
    done = event("response.output_item.done", output_index=0, item=THOUGHT)
    final = response(status="completed", usage=USAGE, output=[THOUGHT], metadata={"encrypted_content": "mine"})
    out, end, _ = passed([CREATED, done, delta("Hi"), event("response.completed", response=final)])
    assert out == CREATED + done.replace(b"gAAA", b"sg1.openai.gAAA") + delta("Hi")
    told = json.loads(end.partition(b"\ndata: ")[2])["response"]
    assert told["output"][0]["encrypted_content"] == "sg1.openai.gAAA"
    assert told["metadata"] == {"encrypted_content": "mine"}


def test_an_incomplete_response_is_whole() -> None:
    end = event(
        "response.incomplete",
        response=response(status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
    )
    out, last, reader = passed([CREATED, delta("Hi"), end])
    assert (out, last, reader.usage) == (CREATED + delta("Hi"), end, None)
    assert reader.estimate(40) == Usage(10, 1, estimated=True)


def test_nothing_counts_after_the_end() -> None:
    out, end, _ = passed([CREATED, COMPLETED + b"data: [DONE]\n\n" + delta("more"), delta("more")])
    assert (out, end) == (CREATED, COMPLETED)


def test_an_end_without_its_empty_line_is_taken() -> None:
    out, end, _ = passed([CREATED, COMPLETED.rstrip()])
    assert (out, end) == (CREATED, COMPLETED)


def test_a_stream_that_ends_early_is_noticed() -> None:
    reader = passage()
    assert reader.feed(CREATED + delta("Hi")) == CREATED + delta("Hi")
    with pytest.raises(ProviderDisconnected):
        reader.finish()


@pytest.mark.parametrize("stream", [b"", b": ping\n\n", b"\n\n", b"data:"])
def test_an_empty_stream_is_no_answer(stream: bytes) -> None:
    reader = passage()
    reader.feed(stream)
    with pytest.raises(ProviderInvalidResponse):
        reader.finish()


FAILED = event(
    "response.failed",
    response=response(status="failed", error={"code": "rate_limit_exceeded", "message": "no sk-secret"}),
)
ERRORS = [
    FAILED,
    event("error", code="rate_limit_exceeded", message="no sk-secret", param=None),
    event("error", error={"type": "tokens", "code": "rate_limit_exceeded", "message": "no sk-secret"}),
    b'data: {"error":{"code":"rate_limit_exceeded","message":"no sk-secret"}}\n\n',
]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_at_the_beginning_is_raised_at_once(error: bytes) -> None:
    with pytest.raises(ProviderRateLimited, match=r"no \*\*\*"):
        passage().feed(error)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("together", [True, False])
def test_an_error_later_is_raised_after_what_came_before_it(error: bytes, together: bool) -> None:
    reader = passage()
    if together:
        assert reader.feed(CREATED + delta("Hi") + error) == CREATED + delta("Hi")
        with pytest.raises(ProviderRateLimited):
            reader.finish()
    else:
        assert reader.feed(CREATED) == CREATED
        with pytest.raises(ProviderRateLimited):
            reader.feed(error)
    assert reader.done


def test_a_failure_without_a_reason_is_a_failure() -> None:
    with pytest.raises(ProviderError, match="The response failed"):
        passage().feed(event("response.failed", response=response(status="failed")))


def test_events_of_kinds_that_are_not_known_pass() -> None:
    odd = event("response.mcp_call.completed", item={"type": "mcp_call", "error": None, "response": 3}) + b"data: {\n\n"
    assert passed([CREATED, odd, COMPLETED])[0] == CREATED + odd


def test_a_broken_off_stream_is_counted_by_its_deltas() -> None:
    reader = passage()
    for text in ("a", "bc", "def"):
        reader.feed(delta(text))
    assert reader.estimate(9) == Usage(3, 3, estimated=True)
    long = passage()
    for _ in range(5):
        long.feed(delta("x" * 100))
    assert long.estimate(0) == Usage(0, 125, estimated=True)
    assert passage().estimate(0) == Usage(0, 0, estimated=True)


# ---------------------------------------------------------------- whole answers and requests


def body(**fields: Any) -> bytes:
    return json.dumps(response(status="completed", **fields)).encode()


def test_usage_of_a_whole_answer() -> None:
    assert PASSING.usage_of("openai", body(usage=USAGE), redact) == Usage(9, 3, 4)
    assert PASSING.usage_of("openai", body(), redact) is None
    assert PASSING.usage_of("openai", body(usage="much"), redact) is None
    said = [
        {"type": "message", "content": [{"type": "output_text", "text": "x" * 40}]},
        {"type": "function_call", "arguments": "y" * 8},
        3,
    ]
    assert PASSING.estimate_of(body(output=said), 8) == Usage(2, 12, estimated=True)
    assert PASSING.estimate_of(b"[]", 8) == Usage(2, 0, estimated=True)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"<html>", ProviderInvalidResponse),
        (b"[]", ProviderInvalidResponse),
        (json.dumps(response(status="failed", error={"code": "rate_limit_exceeded", "message": "x"})).encode(), ProviderRateLimited),
        (json.dumps(response(status="failed")).encode(), ProviderError),
        (b'{"error":{"code":"rate_limit_exceeded","message":"x"}}', ProviderRateLimited),
    ],
)  # fmt: skip
def test_a_whole_answer_that_is_none(answer: bytes, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        PASSING.usage_of("openai", answer, redact)


def test_signatures_of_a_whole_answer_are_marked() -> None:
    whole = body(
        output=[
            THOUGHT,
            {"type": "message", "content": [{"type": "output_text", "text": 'an "encrypted_content": "x"'}]},
        ]
    )
    marked = json.loads(PASSING.mark(whole, "openai"))
    assert marked["output"][0]["encrypted_content"] == "sg1.openai.gAAA"
    assert marked["output"][1] == json.loads(whole)["output"][1]
    assert PASSING.mark(body(), "openai") == body()


def test_marks_of_the_provider_are_taken_off_and_those_of_others_are_told() -> None:
    def request(*encrypted: str) -> bytes:
        items = [THOUGHT | {"encrypted_content": one} for one in encrypted]
        return json.dumps(
            {"input": [*items, {"role": "user", "content": 'say "encrypted_content":"sg1.x.y"'}]}
        ).encode()

    assert PASSING.unmark(request("sg1.openai.gAAA.b=", "sg1.openai.c~r", "plain"), "openai") == (
        request("gAAA.b=", "c", "plain"),
        False,
    )
    assert PASSING.unmark(request("plain"), "openai") == (request("plain"), False)
    assert PASSING.unmark(request("sg1.openai.a", "sg1.claude.b"), "openai") == (request("a", "sg1.claude.b"), True)
