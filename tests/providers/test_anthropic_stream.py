"""Messages streams and bodies on their way through: whole events, usage, the end, errors inside, whose signatures they are."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.errors import (
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderOverloaded,
)
from switchgear.observe.redaction import scrub
from switchgear.providers.messages_bodies import (
    estimate_of_message,
    mark_signatures,
    unmark,
    usage_of_message,
)
from switchgear.providers.messages_stream import MessagesStream

END = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields, separators=(',', ':'))}\n\n".encode()


def delta(index: int = 0, **fields: Any) -> bytes:
    return event("content_block_delta", index=index, delta=fields)


START = event("message_start", message={"id": "msg_1", "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1}})  # fmt: skip
STOPPED = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 7})
TEXT = [
    START,
    event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    event("ping"),
    *[
        delta(type="text_delta", text=word)
        for word in ("one", " two", " message_start", ' "error"', " signature", " é")
    ],
    event("content_block_stop", index=0),
    STOPPED,
    END,
]


def passed(pieces: Iterable[bytes]) -> tuple[bytes, MessagesStream]:
    """What the client gets of a whole stream, and the reader afterwards."""
    reader = MessagesStream("p", scrub)
    out = b"".join([reader.feed(piece) for piece in pieces])
    return out + reader.finish() + reader.ending(Usage()), reader


def test_a_stream_passes_as_it_came_and_is_counted() -> None:
    out, reader = passed(TEXT)
    assert out == b"".join(TEXT)
    assert reader.usage == Usage(15, 7, cached_tokens=5)
    assert reader.done


def test_the_end_is_held_until_the_call_is_settled() -> None:
    reader = MessagesStream("p", scrub)
    given = b"".join([reader.feed(piece) for piece in TEXT])
    assert given + reader.finish() == b"".join(TEXT[:-1])
    assert reader.ending(Usage()) == END


@given(st.lists(st.integers(0, 2000), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@settings(deadline=None, max_examples=60)
def test_the_pieces_it_comes_in_make_no_difference(cuts: list[int], end_of_line: bytes) -> None:
    data = b"".join(TEXT).replace(b"\n", end_of_line)
    places = sorted({cut % len(data) for cut in cuts} | {0, len(data)})
    out, reader = passed(data[one:other] for one, other in itertools.pairwise(places))
    assert out == data
    assert reader.usage == Usage(15, 7, cached_tokens=5)


def test_a_stream_byte_by_byte_passes_as_well() -> None:
    data = b"".join(TEXT)
    out, _ = passed(data[at : at + 1] for at in range(len(data)))
    assert out == data


def test_later_usage_replaces_earlier() -> None:
    again = event("message_delta", delta={}, usage={"input_tokens": 11, "output_tokens": 9})
    _, reader = passed([*TEXT[:-1], again, END])
    assert reader.usage == Usage(16, 9, cached_tokens=5)


def test_what_comes_after_the_end_is_not_passed_on() -> None:
    out, _ = passed([*TEXT, delta(type="text_delta", text="more"), END])
    assert out == b"".join(TEXT)


def test_events_that_are_not_known_pass() -> None:
    odd = [event("of_tomorrow", message_="x"), b": a comment\n\n", b'event: message_odd\ndata: {"message_":\n\n']
    out, _ = passed([*TEXT[:3], *odd, *TEXT[3:]])
    assert out == b"".join([*TEXT[:3], *odd, *TEXT[3:]])


# ---------------------------------------------------------------- signatures


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        (delta(type="signature_delta", signature="abc"), delta(type="signature_delta", signature="sg1.p.abc")),
        (
            event("content_block_start", index=0, content_block={"type": "redacted_thinking", "data": "xyz"}),
            event("content_block_start", index=0, content_block={"type": "redacted_thinking", "data": "sg1.p.xyz"}),
        ),
        (
            event("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": "s"}),
            event("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": "sg1.p.s"}),
        ),
        *[
            (same, same)
            for same in (
                event("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""}),
                delta(type="text_delta", text='{"type":"signature_delta","signature":"abc"}'),
                delta(type="thinking_delta", thinking="signature"),
                delta(type="signature_delta", signature=None),
                delta(type="signature_delta"),
                event("content_block_start", index=0, content_block={"type": "text", "text": "redacted_thinking"}),
                event("content_block_start", index=0, content_block={"type": "tool_use", "id": "t", "name": "redacted_thinking"}),
                event("content_block_start", index=0, content_block="thinking"),
            )
        ],
    ],
)  # fmt: skip
def test_signatures_are_marked_and_nothing_else(piece: bytes, shown: bytes) -> None:
    for stream in (
        [START, piece, *TEXT[1:]],
        [START, *TEXT[1:4], piece, *TEXT[4:]],
        [b"".join([START, piece, *TEXT[1:]])],
    ):
        out, _ = passed(stream)
        assert out == b"".join(stream).replace(piece, shown)


def test_a_signature_in_pieces_is_marked_once() -> None:
    pieces = [delta(1, type="signature_delta", signature=part) for part in ("ab", "cd")]
    out, _ = passed([START, *pieces, *TEXT[1:]])
    assert out.count(b"sg1.p.") == 1
    assert b'"sg1.p.ab"' in out


# ---------------------------------------------------------------- what goes wrong


ERROR = event("error", error={"type": "overloaded_error", "message": "Overloaded"})


def test_an_error_in_the_stream_is_raised() -> None:
    reader = MessagesStream("p", scrub)
    assert reader.feed(START) == START
    with pytest.raises(ProviderOverloaded):
        reader.feed(ERROR)
    assert reader.done


def test_what_came_before_an_error_still_goes_to_the_client() -> None:
    reader = MessagesStream("p", scrub)
    assert reader.feed(START + TEXT[3] + ERROR + TEXT[4]) == START + TEXT[3]
    with pytest.raises(ProviderOverloaded):
        reader.feed(TEXT[4])
    with pytest.raises(ProviderOverloaded):
        reader.finish()


def test_an_error_without_a_name_is_one_as_well() -> None:
    with pytest.raises(ProviderError):
        passed([START, b'data: {"error":{"type":"api_error","message":"x"}}\n\n'])


@pytest.mark.parametrize("count", range(1, len(TEXT) - 2))
def test_a_stream_that_broke_off_is_told(count: int) -> None:
    with pytest.raises(ProviderDisconnected):
        passed(TEXT[:count])


def test_an_empty_stream_is_told() -> None:
    for pieces in ([], [b": hello\n\n"], [b"\n\n"]):
        with pytest.raises(ProviderInvalidResponse, match="empty"):
            passed(pieces)


def test_a_stream_that_said_why_it_ended_is_whole() -> None:
    assert passed(TEXT[:-1])[0] == b"".join(TEXT)
    assert passed([*TEXT[:-1], END.rstrip()])[0].rstrip() == b"".join(TEXT).rstrip()
    assert passed([*TEXT[:-2], STOPPED.rstrip()])[1].usage == Usage(15, 7, cached_tokens=5)


def test_a_stream_that_told_no_usage_is_estimated() -> None:
    words = [delta(type="text_delta", text="abcdefgh") for _ in range(50)]
    _, reader = passed(
        [event("message_start", message={}), *words, event("message_delta", delta={"stop_reason": "x"}), END]
    )
    assert reader.usage is None
    assert reader.estimate(40) == Usage(10, 100, estimated=True)


def test_a_stream_that_broke_off_is_estimated_from_what_it_began_with() -> None:
    reader = MessagesStream("p", scrub)
    for piece in [START, *[delta(type="text_delta", text="abcdefgh") for _ in range(50)]]:
        reader.feed(piece)
    assert reader.estimate(4000) == Usage(15, 100, cached_tokens=5, estimated=True)
    assert MessagesStream("p", scrub).estimate(8) == Usage(2, 0, estimated=True)


# ---------------------------------------------------------------- whole bodies


def test_usage_of_a_whole_answer_is_read() -> None:
    body = (
        b'{"type":"message","content":[],"usage":{"input_tokens":3,"output_tokens":4,"cache_creation_input_tokens":2}}'
    )
    assert usage_of_message("p", body, scrub) == Usage(5, 4, cache_write_tokens=2)
    assert usage_of_message("p", b'{"type":"message","content":[],"usage":null}', scrub) is None
    assert usage_of_message("p", b'{"type":"message","usage":"many"}', scrub) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}', ProviderOverloaded),
        (b'{"type":5,"error":{"type":"overloaded_error","message":"x"}}', ProviderOverloaded),
        (b"<html>", ProviderInvalidResponse),
        (b"[]", ProviderInvalidResponse),
        (b"{}", ProviderInvalidResponse),
        (b"\xff", ProviderInvalidResponse),
    ],
)
def test_a_body_that_is_no_answer_is_told(body: bytes, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        usage_of_message("p", body, scrub)


def test_a_whole_answer_that_told_no_usage_is_estimated() -> None:
    content = [
        {"type": "thinking", "thinking": "abcd"},
        {"type": "text", "text": "abcdefgh"},
        {"type": "tool_use", "input": {"a": 1}},
        "odd",
    ]
    assert estimate_of_message(json.dumps({"content": content}).encode(), 9) == Usage(3, 5, estimated=True)
    assert estimate_of_message(b"[", 4) == Usage(1, 0, estimated=True)
    assert estimate_of_message(b"[]", 4) == Usage(1, 0, estimated=True)


def test_signatures_of_a_whole_answer_are_marked_and_nothing_else_is_touched() -> None:
    body = (
        b'{"id": "msg_1", "content": [ {"type":"thinking","thinking":"Hm","signature":"a"},'
        b'{"type":"text",  "text":"{\\"type\\":\\"thinking\\",\\"signature\\":\\"a\\"}"},'
        b'{"type":"redacted_thinking","data":"b"}, {"type":"thinking","thinking":"x","signature":""}], "usage": {} }'
    )
    marked = mark_signatures(body, "p")
    told = json.loads(body)
    told["content"][0]["signature"] = "sg1.p.a"
    told["content"][2]["data"] = "sg1.p.b"
    assert json.loads(marked) == told
    assert b'{"type":"text",  "text":' in marked
    plain = b'{ "content": [ {"type":"text","text":"thinking"} ] }'
    assert mark_signatures(plain, "p") is plain
    assert mark_signatures(b'["thinking"]', "p") == b'["thinking"]'


def request(*blocks: object) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": "sg1."}, {"role": "assistant", "content": list(blocks)}]}).encode()  # fmt: skip


def thinking(signature: object) -> dict[str, object]:
    return {"type": "thinking", "thinking": "Hm", "signature": signature}


@pytest.mark.parametrize(
    ("blocks", "sent", "foreign"),
    [
        ([thinking("sg1.p.abc")], [thinking("abc")], False),
        ([thinking("abc")], [thinking("abc")], False),
        ([thinking("sg1.q.abc")], [thinking("sg1.q.abc")], True),
        ([thinking("sg1.q.a"), thinking("sg1.p.b")], [thinking("sg1.q.a"), thinking("b")], True),
        ([{"type": "redacted_thinking", "data": "sg1.p.r"}], [{"type": "redacted_thinking", "data": "r"}], False),
        ([{"type": "text", "text": "sg1.p.abc"}], [{"type": "text", "text": "sg1.p.abc"}], False),
        ([{"type": "text", "text": "x", "signature": "sg1.q.a"}], [{"type": "text", "text": "x", "signature": "sg1.q.a"}], False),
        ([thinking(["sg1.q.a"]), "sg1.q.b"], [thinking(["sg1.q.a"]), "sg1.q.b"], False),
    ],
)  # fmt: skip
def test_own_marks_are_taken_off_and_those_of_others_are_told(
    blocks: list[object], sent: list[object], foreign: bool
) -> None:
    body, others = unmark(request(*blocks), "p")
    assert json.loads(body)["messages"][1]["content"] == sent
    assert others is foreign
    if blocks == sent:
        assert body == request(*blocks)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"messages":"sg1.p.x"}', b'{"messages":["sg1.p.x"]}', b'{"x":"sg1."}'])
def test_what_is_no_request_is_given_back(body: bytes) -> None:
    assert unmark(body, "p") == (body, False)


@given(st.lists(st.text('ab"\\é.', max_size=6), max_size=4))
def test_what_is_marked_can_be_taken_back(signatures: list[str]) -> None:
    blocks = [thinking(signature) for signature in signatures]
    answer = json.dumps({"content": blocks}).encode()
    marked = json.loads(mark_signatures(answer, "p"))["content"]
    body, foreign = unmark(request(*marked), "p")
    assert json.loads(body)["messages"][1]["content"] == blocks
    assert not foreign
