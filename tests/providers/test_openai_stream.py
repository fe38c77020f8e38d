"""Streams on their way through: whole events, usage, the end, errors inside, and what was counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.errors import (
    ContextLengthExceeded,
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderRateLimited,
    ProviderResponseTooLarge,
)
from switchgear.observe.redaction import scrub
from switchgear.providers.openai_stream import StreamReader, estimate_of, usage_of
from switchgear.providers.sse import MAX_EVENT_BYTES, EventCutter, event_data, split_events
from switchgear.testing import chat_chunk, chat_completion, chat_stream, error_body, sse, tokens

DONE = b"data: [DONE]\n\n"


def cut(data: bytes, places: Iterable[int]) -> Iterator[bytes]:
    start = 0
    for end in sorted({place % (len(data) + 1) for place in places} | {len(data)}):
        if end > start:
            yield data[start:end]
            start = end


def singly(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def passed(pieces: Iterable[bytes], *, show_usage: bool = False) -> tuple[bytes, StreamReader]:
    """What the client gets of a whole stream, and the reader afterwards."""
    reader = StreamReader("p", scrub, show_usage=show_usage)
    out = b"".join([reader.feed(piece) for piece in pieces])
    return out + reader.finish(), reader


def datas(stream: bytes) -> list[bytes]:
    return [data for event in split_events(stream) if (data := event_data(event))]


def shown(stream: bytes) -> list[Any]:
    return [json.loads(data) for data in datas(stream)]


# ---------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data:a\n\ndata:  b\n\n", [b"a", b" b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"data: a\n\r\ndata: b\r\n\n", [b"a", b"b"]),
        (b": keep-alive\n\ndata: a\n\n:\n\n", [b"a"]),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", [b"a"]),
        (b"data: a\ndata: b\ndata:\n\n", [b"a\nb\n"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"\n\n\n\ndata: a\n\n\n\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data: a\n\ndata: unfinished\n", [b"a"]),
        (b"datax: a\n\ndata\n\ndata: b\n\n", [b"b"]),
    ],
)
def test_events_are_cut_and_read_alike_in_any_pieces(stream: bytes, expected: list[bytes]) -> None:
    for pieces in ([stream], singly(stream), *([stream[:at], stream[at:]] for at in range(1, len(stream)))):
        cutter = EventCutter("p")
        fed = [cutter.feed(piece) for piece in pieces]
        rest, unfinished = cutter.finish()
        assert [data for part in [*fed, rest] for data in datas(part)] == expected
        assert b"".join([*fed, rest, unfinished]) == stream


_LINES = st.sampled_from(
    [b"data: {}", b'data: {"a":"b"}', b"data:x", b"data", b": ping", b"event: a", b"data: \xc3\xa9", b"", b""]
)
_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(_LINES, _ENDS), max_size=20), st.lists(st.integers(0, 300), max_size=12), st.booleans())
def test_any_split_of_any_stream_gives_the_same_events(
    lines: list[tuple[bytes, bytes]], places: list[int], mixed: bool
) -> None:
    end = lines[0][1] if lines else b"\n"
    stream = b"".join(line + (own if mixed else end) for line, own in lines)
    found = []
    for pieces in ([stream], list(cut(stream, places)), singly(stream)):
        cutter = EventCutter("p")
        fed = [cutter.feed(piece) for piece in pieces]
        rest, unfinished = cutter.finish()
        assert b"".join([*fed, rest, unfinished]) == stream
        found.append([data for part in [*fed, rest] for data in datas(part)])
    assert found[0] == found[1] == found[2]


def test_a_huge_event_passes_and_an_endless_one_does_not() -> None:
    large = b"data: " + b"x" * (MAX_EVENT_BYTES - 100) + b"\n\n"
    cutter = EventCutter("p")
    assert b"".join(cutter.feed(large[at : at + 65_536]) for at in range(0, len(large), 65_536)) == large
    with pytest.raises(ProviderResponseTooLarge):
        any(cutter.feed(b"x" * 65_536) for _ in range(MAX_EVENT_BYTES // 65_536 + 2))


# ---------------------------------------------------------------- usage and the end

CHUNKS = chat_stream(["Hel", "lo", " “world”\n"], usage=tokens(7, 3))
PLAIN = chat_stream(["Hel", "lo", " “world”\n"])
WIRE = sse(CHUNKS)


def spaced(chunks: Iterable[Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + DONE


@pytest.mark.parametrize(
    "wire", [WIRE, WIRE.replace(b"\n", b"\r\n"), spaced(CHUNKS), WIRE.replace(b"data: ", b"data:")]
)
@pytest.mark.parametrize("one_by_one", [False, True])
def test_usage_nobody_asked_for_is_taken_out_and_kept(wire: bytes, one_by_one: bool) -> None:
    out, reader = passed(singly(wire) if one_by_one else [wire])
    assert shown(out) == PLAIN
    assert reader.usage == Usage(7, 3)
    assert reader.done


def test_a_null_usage_that_comes_first_is_taken_out() -> None:
    out, _ = passed([b'data: {"usage": null, "choices":[{"finish_reason":"stop"}]}\n\n', DONE])
    assert shown(out) == [{"choices": [{"finish_reason": "stop"}]}]


@pytest.mark.parametrize("one_by_one", [False, True])
def test_usage_that_was_asked_for_passes_byte_by_byte(one_by_one: bool) -> None:
    out, reader = passed(singly(WIRE) if one_by_one else [WIRE], show_usage=True)
    assert out + DONE == WIRE
    assert reader.usage == Usage(7, 3)


@pytest.mark.parametrize("wire", [sse(PLAIN), sse(PLAIN).replace(b"\n", b"\r\n"), sse(PLAIN).replace(b"\n", b"\r")])
def test_bytes_pass_as_they_came_and_the_end_marker_is_kept_back(wire: bytes) -> None:
    out, reader = passed([wire])
    assert out == wire.partition(b"data: [DONE]")[0]
    assert reader.done
    assert reader.usage is None


def test_usage_beside_choices_is_taken_out_of_the_event_alone() -> None:
    last = chat_chunk("!", finish_reason="stop", usage=tokens(7, 3), service_tier="x")
    out, reader = passed([sse([chat_chunk("Hi"), last])])
    last.pop("usage")
    assert shown(out) == [chat_chunk("Hi"), last]
    assert reader.usage == Usage(7, 3)


def test_an_event_of_several_lines_stays_one_when_usage_is_taken_out() -> None:
    wire = b'data: {"choices":[{"delta":{},\ndata: "finish_reason":"stop"}],\ndata: "usage":{"prompt_tokens":1}}\n\n'
    out, reader = passed([wire, DONE])
    assert shown(out) == [{"choices": [{"delta": {}, "finish_reason": "stop"}]}]
    assert reader.usage == Usage(1, 0)


def test_usage_in_every_event_counts_with_its_last_value() -> None:
    chunks = [chat_chunk("a", usage=tokens(7, count)) for count in range(1, 5)]
    out, reader = passed([sse([*chunks, chat_chunk(finish_reason="stop", usage=tokens(7, 5))])])
    assert reader.usage == Usage(7, 5)
    assert b"usage" not in out
    out, reader = passed([sse([*chunks, chat_chunk(finish_reason="stop")], done=False)], show_usage=True)
    assert reader.usage == Usage(7, 4)
    assert out.count(b'"usage"') == 4


@pytest.mark.parametrize(
    ("wire", "usage"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}, Usage(5, 2, 4)),
        ({"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 9}}, Usage(5, 2, 5)),
        ({"prompt_tokens": 5, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 1}},
         Usage(5, 2, 0, 1)),
        ({"prompt_tokens": 5, "total_tokens": 7}, Usage(5, 2)),
        ({"prompt_tokens": 5, "total_tokens": 3}, Usage(5, 0)),
        ({"total_tokens": 7}, Usage(0, 7)),
        ({"prompt_tokens": 5.0, "completion_tokens": 2.0, "cost": 0.1, "prompt_tokens_details": None}, Usage(5, 2)),
        ({"prompt_tokens": -5, "completion_tokens": 10**30}, Usage(0, 10**8)),
        ({"prompt_tokens": 1e300, "completion_tokens": 0}, Usage(10**8, 0)),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({}, None),
        ({"prompt_tokens": "many"}, None),
        ([], None),
        ("none", None),
    ],
)  # fmt: skip
def test_usage_is_read_in_the_forms_providers_give_it(wire: Any, usage: Usage | None) -> None:
    assert usage_of("p", json.dumps(chat_completion("x", usage=None) | {"usage": wire}).encode(), scrub) == usage
    _, reader = passed([sse([chat_chunk("x", finish_reason="stop"), {"choices": [], "usage": wire}])])
    assert reader.usage == usage


@pytest.mark.parametrize("choices", [None, [], ...])
def test_a_usage_event_need_not_have_choices(choices: Any) -> None:
    event = {"usage": tokens(1, 2)} | ({} if choices is ... else {"choices": choices})
    out, reader = passed([sse([chat_chunk("x"), event])])
    assert (reader.usage, shown(out)) == (Usage(1, 2), [chat_chunk("x")])


def test_content_in_parts_does_not_hide_usage_or_end() -> None:
    part = {"content": [{"type": "thinking", "thinking": "hm"}]}
    _, reader = passed(
        [sse([chat_chunk(part), chat_chunk(part, finish_reason="stop", usage=tokens(1, 2))], done=False)]
    )
    assert (reader.usage, reader.done) == (Usage(1, 2), True)


@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_stream_with_a_finish_reason_needs_no_end_marker(one_by_one: bool) -> None:
    for wire in (sse(PLAIN, done=False), sse(CHUNKS, done=False), sse(PLAIN, done=False) + b": bye\n\n"):
        out, reader = passed(singly(wire) if one_by_one else [wire])
        assert reader.done
        assert shown(out) == PLAIN


@pytest.mark.parametrize(
    "end", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n", b"data:[DONE]\r\r", b"data: [DONE] \n\n"]
)
def test_the_end_marker_is_known_however_it_ends(end: bytes) -> None:
    out, reader = passed([sse([chat_chunk("x")], done=False) + end])
    assert reader.done
    assert shown(out) == [chat_chunk("x")]


@pytest.mark.parametrize("show_usage", [False, True])
@pytest.mark.parametrize("keep", [1, 2, 4])
def test_a_stream_without_finish_reason_and_end_marker_was_cut(keep: int, show_usage: bool) -> None:
    for pieces in ([sse(CHUNKS[:keep], done=False)], singly(sse(CHUNKS[:keep], done=False))):
        with pytest.raises(ProviderDisconnected, match="before its answer was complete"):
            passed(pieces, show_usage=show_usage)


@pytest.mark.parametrize("wire", [b"", b"\n\n", b": ping\n\n: ping\n\n", b'data: {"choices":[', b"retry: 5\n\n"])
def test_a_stream_without_an_event_is_no_answer(wire: bytes) -> None:
    with pytest.raises(ProviderInvalidResponse, match="empty stream"):
        passed([wire])


def test_a_cr_at_the_very_end_is_still_an_end() -> None:
    out, reader = passed(singly(sse(PLAIN).replace(b"\n", b"\r")))
    assert reader.done
    assert shown(out) == PLAIN


@pytest.mark.parametrize(
    "event",
    [b"data: {not json}\n\n", b"data: \xff\xfe\n\n", b'data: "usage"\n\n', b'data: ["usage","error"]\n\n',
     b'data: {"usage"\n\n', b'data: {"usage":{"prompt_tokens":1}\n\n', b"data: " + b"[" * 5000 + b'"error"\n\n'],
)  # fmt: skip
def test_events_that_are_no_json_pass_untouched(event: bytes) -> None:
    wire = sse([chat_chunk("x")], done=False) + event
    out, reader = passed([wire, DONE])
    assert out == wire
    assert reader.usage is None


def test_nothing_passes_after_the_end_marker_but_usage_is_read() -> None:
    late = sse([chat_chunk("more", usage=tokens(7, 3)), chat_chunk("and more"), error_body("boom")])
    for pieces in ([WIRE + late], singly(WIRE + late), split_events(WIRE + late), [WIRE, late]):
        out, reader = passed(pieces, show_usage=True)
        assert out + DONE == WIRE
        assert reader.usage == Usage(7, 3)


def test_words_like_ours_inside_the_text_change_nothing() -> None:
    texts = [
        '"usage":null',
        ',"usage":null',
        "data: [DONE]",
        "[DONE]",
        '{"error":{"message":"x"}}',
        '"finish_reason":"stop"',
    ]
    call = {"tool_calls": [{"index": 0, "function": {"name": "error", "arguments": '{"usage":null}'}}]}
    wire = sse([*map(chat_chunk, texts), chat_chunk(call), chat_chunk({"name": "usage"})])
    for pieces in ([wire], singly(wire), split_events(wire)):
        out, reader = passed(pieces)
        assert out + DONE == wire
        assert reader.usage is None


# ---------------------------------------------------------------- errors inside


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (error_body("boom"), ProviderError),
        (error_body("slow", code="rate_limit_exceeded"), ProviderRateLimited),
        ({"error": {"message": "slow", "code": 429}}, ProviderRateLimited),
        ({"error": "boom"}, ProviderError),
        ({"object": "error", "message": "maximum context length is 5", "code": 400}, ContextLengthExceeded),
        ({"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}}, ProviderRateLimited),
        (chat_chunk("", finish_reason="error", error={"code": 429, "message": "slow"}), ProviderRateLimited),
        (chat_chunk("", error={"code": "server_error", "message": "boom"}, usage=tokens(1, 1)), ProviderError),
    ],
)
def test_an_error_event_is_raised_as_what_it_is(event: Any, kind: type[ProviderError]) -> None:
    whole = sse([chat_chunk("Hel"), event], done=False)
    named = whole.replace(b'data: {"error', b'event: error\ndata: {"error')
    for pieces in ([whole], singly(whole), split_events(whole), [named], [whole.replace(b"\n", b"\r\n")]):
        with pytest.raises(ProviderError) as caught:
            passed(pieces)
        assert type(caught.value) is kind


def test_a_null_error_is_none() -> None:
    wire = sse([chat_chunk("x", error=None), chat_chunk(finish_reason="stop", error=None)])
    assert passed([wire])[0] + DONE == wire


# ---------------------------------------------------------------- at every split

STREAMS = {
    "usage": WIRE,
    "spaced": spaced(CHUNKS),
    "no end marker": sse(CHUNKS, done=False),
    "CRLF": WIRE.replace(b"\n", b"\r\n"),
    "CR": WIRE.replace(b"\n", b"\r"),
    "pings": b": hello\n\n" + WIRE.replace(b"data: {", b": ping\n\nevent: message\ndata: {"),
    "usage beside choices": sse([chat_chunk("a", usage=tokens(1, 1)), chat_chunk("b", usage=tokens(1, 2))]),
    "cut": sse(CHUNKS[:3], done=False),
    "error": sse([*CHUNKS[:3], error_body("boom")], done=False),
}


def outcome(pieces: Iterable[bytes], show_usage: bool) -> Any:
    reader = StreamReader("p", scrub, show_usage=show_usage)
    out: list[bytes] = []
    try:
        out += map(reader.feed, pieces)
        out.append(reader.finish())
    except ProviderError as error:
        return type(error), error.message, shown(b"".join(out)), reader.usage
    return shown(b"".join(out)), reader.usage, reader.estimate(0) if reader.usage is None else None


@pytest.mark.parametrize("show_usage", [False, True])
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_reads_the_same_at_every_split(name: str, show_usage: bool) -> None:
    wire = STREAMS[name]
    whole = outcome([wire], show_usage)
    for at in range(1, len(wire)):
        assert outcome([wire[:at], wire[at:]], show_usage) == whole
    assert outcome(singly(wire), show_usage) == whole


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(STREAMS)), st.booleans(), st.lists(st.integers(0, 3000), max_size=20))
def test_a_stream_reads_the_same_in_any_pieces(name: str, show_usage: bool, places: list[int]) -> None:
    wire = STREAMS[name]
    assert outcome(cut(wire, places), show_usage) == outcome([wire], show_usage)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(STREAMS)),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=5),
    st.lists(st.integers(0, 3000), max_size=5),
)
def test_damaged_streams_end_in_events_or_in_an_error_of_ours(
    name: str, show_usage: bool, damage: list[tuple[int, int]], places: list[int]
) -> None:
    wire = bytearray(STREAMS[name])
    for place, value in damage:
        wire[place % len(wire)] = value
    reader = StreamReader("p", scrub, show_usage=show_usage)
    try:
        for piece in cut(bytes(wire), places):
            reader.feed(piece)
        reader.finish()
    except ProviderError:
        pass
    assert reader.estimate(10).completion_tokens >= 0


# ---------------------------------------------------------------- what nobody counted

WORDS = [
    "The",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "the",
    "lazy",
    "dog",
    "and",
    "then",
    "it",
    "goes",
    "home",
    "to",
    "sleep",
    "for",
    "a",
    "long",
    "long",
    "time",
]
GERMAN = [
    "Ü",
    "ber",
    "grö",
    "ßere",
    "Br",
    "ücken",
    "füh",
    "ren",
    "häu",
    "fig",
    "schö",
    "ne",
    "Str",
    "aßen",
    "die",
    "mü",
    "de",
    "Fuß",
    "gän",
    "ger",
    "gem",
    "üt",
    "lich",
]


def estimated(pieces: Iterable[bytes], prompt: int = 0) -> Usage:
    reader = StreamReader("p", scrub, show_usage=False)
    for piece in pieces:
        reader.feed(piece)
    return reader.estimate(prompt)


@pytest.mark.parametrize("words", [WORDS, GERMAN], ids=["English", "German"])
@pytest.mark.parametrize("size", [1, 5, 17])
def test_a_token_an_event_is_counted_to_the_token(words: list[str], size: int) -> None:
    events = split_events(sse(chat_stream([f" {word}" for word in words * 5])[: size + 1], done=False))
    assert estimated(events) == Usage(0, size, estimated=True)
    assert estimated([b"".join(events)]).completion_tokens == size
    assert estimated([b": ping\n\n" + event for event in events]).completion_tokens == size


@pytest.mark.parametrize("per_event", [3, 8, 40])
def test_several_tokens_an_event_are_counted_within_a_half(per_event: int) -> None:
    words = [f" {word}" for word in WORDS * 20]
    pieces = ["".join(words[at : at + per_event]) for at in range(0, len(words), per_event)]
    for events in (chat_stream(pieces)[:-1], chat_stream(pieces), [chat_chunk(piece) for piece in pieces]):
        counted = estimated(split_events(sse(events, done=False))).completion_tokens
        assert len(words) / 1.5 < counted < len(words) * 1.5


def test_tool_calls_reasoning_and_completions_are_counted_too() -> None:
    words = [f" {word}" for word in WORDS]
    calls = [chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": word}}]}) for word in words]
    reasons = [chat_chunk({"reasoning_content": word}) for word in words]
    texts = [{"choices": [{"index": 0, "text": word}]} for word in words]
    for events in (calls, reasons, texts):
        counted = estimated(split_events(sse(events, done=False))).completion_tokens
        assert len(words) - 1 <= counted <= len(words)


def test_nothing_sent_is_nothing_counted_and_the_prompt_is_four_characters_a_token() -> None:
    assert estimated([], 10) == Usage(3, 0, estimated=True)
    assert estimated([b": ping\n\n"], 8) == Usage(2, 0, estimated=True)
    assert estimated(split_events(sse(chat_stream([])[:1], done=False))).completion_tokens == 0


# ---------------------------------------------------------------- whole answers


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'"text"', b"{", b'{"usage":', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_json_object_is_invalid(body: bytes) -> None:
    with pytest.raises(ProviderInvalidResponse, match="not the JSON"):
        usage_of("p", body, scrub)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error_body("slow", code="rate_limit_exceeded"), ProviderRateLimited),
        ([{"error": {"code": 429, "message": "slow"}}], ProviderRateLimited),
        ({"error": {"code": 502, "message": "down"}, "usage": None}, ProviderError),
        ({"error": {"message": "down"}, "usage": {"prompt_tokens": 1, "completion_tokens": 0}}, ProviderError),
    ],
)
def test_an_error_that_came_with_a_good_status_is_raised(body: Any, kind: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as caught:
        usage_of("p", json.dumps(body).encode(), scrub)
    assert type(caught.value) is kind


def test_an_answer_without_usage_has_none() -> None:
    assert usage_of("p", json.dumps(chat_completion("x", usage=None, error=None)).encode(), scrub) is None


# ---------------------------------------------------------------- whole answers


def test_a_whole_answer_without_usage_is_estimated_from_its_text() -> None:
    text = "word " * 40
    body = msgspec.json.encode({"choices": [{"message": {"role": "assistant", "content": text}}], "id": "x" * 500})
    assert estimate_of(body, 80) == Usage(20, 50, estimated=True)


def test_an_embedding_without_usage_has_no_completion() -> None:
    body = msgspec.json.encode({"object": "list", "data": [{"embedding": [0.123456789] * 384}]})
    assert estimate_of(body, 8) == Usage(2, 0, estimated=True)


# ---------------------------------------------------------------- signed reasoning


def _signed(signature: str | None) -> dict[str, Any]:
    detail = {"type": "reasoning.text", "text": "hm", "signature": signature, "index": 0}
    return {"id": "c", "choices": [{"index": 0, "delta": {"reasoning_details": [detail]}, "finish_reason": None}]}


def test_signatures_of_reasoning_are_marked_as_the_providers() -> None:
    reader = StreamReader("acme", str, show_usage=True)
    told = b"".join(
        reader.feed(b"data: %b\n\n" % json.dumps(_signed(given)).encode()) for given in ("s1", None, "sg1.x.y")
    )
    signatures = [
        json.loads(line[6:])["choices"][0]["delta"]["reasoning_details"][0]["signature"]
        for line in told.split(b"\n")
        if line
    ]
    assert signatures == ["sg1.acme.s1", None, "sg1.x.y"]
