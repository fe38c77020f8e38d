"""How streams are cut, whatever the pieces they come in; and what is wrong with one that cannot be."""

from __future__ import annotations

import json

import litellm_shapes as shapes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import ProviderInvalidResponse, ProviderResponseTooLarge
from switchgear.providers.litellm.framing import AmazonEvents, AmazonPayloads, Framing, Lines, ServerSent

AMAZON = shapes.amazon(*shapes.CONVERSE_EVENTS)


def cut(framing: Framing, content: bytes, sizes: list[int]) -> list[bytes]:
    found, at = [], 0
    for size in [*sizes, len(content)]:
        found += framing.feed(content[at : at + size])
        at += size
    return found + framing.finish()


@given(st.lists(st.integers(1, 400), max_size=40))
def test_amazons_messages_are_the_same_in_any_pieces(sizes: list[int]) -> None:
    assert [json.loads(one) for one in cut(AmazonEvents("p"), AMAZON, sizes)] == [
        one[1] for one in shapes.CONVERSE_EVENTS
    ]


@given(st.lists(st.integers(1, 400), max_size=40))
def test_a_stream_within_amazons_is_cut_by_its_own_rules(sizes: list[int]) -> None:
    content = shapes.amazon_payloads(shapes.OPENAI_STREAM)
    assert cut(AmazonPayloads("p"), content, sizes) == ServerSent("p").feed(shapes.OPENAI_STREAM)


@given(st.lists(st.integers(1, 60), max_size=40))
def test_lines_are_the_same_in_any_pieces(sizes: list[int]) -> None:
    content = shapes.lines(*shapes.OLLAMA_LINES).rstrip() + b"\r\n\n"
    assert [json.loads(one) for one in cut(Lines("p"), content, sizes)] == shapes.OLLAMA_LINES


def test_a_last_line_needs_no_end() -> None:
    assert cut(Lines("p"), b'{"a":1}\n{"b":2}', []) == [b'{"a":1}', b'{"b":2}']


def test_an_event_without_the_empty_line_behind_it_counts_at_the_end() -> None:
    assert cut(ServerSent("p"), b"data: 1\n\n: comment\n\ndata: [DONE]", []) == [b"1", b"[DONE]"]


@pytest.mark.parametrize("place", [0, 5, 9, 14, 40, -3])
def test_a_byte_that_changed_on_the_way_is_noticed(place: int) -> None:
    message = bytearray(shapes.amazon(shapes.CONVERSE_EVENTS[4]))
    message[place] ^= 1
    with pytest.raises(ProviderInvalidResponse):
        cut(AmazonEvents("p"), bytes(message), [])


def test_a_message_that_is_cut_off_is_noticed_at_the_end() -> None:
    framing = AmazonEvents("p")
    assert framing.feed(AMAZON[:20]) == []
    with pytest.raises(ProviderInvalidResponse):
        framing.finish()


def test_a_message_without_end_is_refused_before_it_is_held() -> None:
    import struct
    import zlib

    prelude = struct.pack(">II", 2**31, 0)
    with pytest.raises(ProviderResponseTooLarge):
        AmazonEvents("p").feed(prelude + struct.pack(">I", zlib.crc32(prelude)) + b"\0" * 8)
    with pytest.raises(ProviderResponseTooLarge):
        Lines("p").feed(b"a" * (8 * 1024 * 1024 + 1))


def test_headers_of_other_types_are_passed_over() -> None:
    import struct
    import zlib

    name = b"\x05:date\x08" + b"\0" * 8 + b"\x04:yes\x00" + b"\x03:no\x01" + b"\x04:raw\x06\x00\x02ab"
    fields = name + b"\x0b:event-type\x07\x00\x01x"
    prelude = struct.pack(">II", 16 + len(fields) + 2, len(fields))
    start = prelude + struct.pack(">I", zlib.crc32(prelude)) + fields + b"{}"
    assert AmazonEvents("p").feed(start + struct.pack(">I", zlib.crc32(start))) == [b"{}"]


@pytest.mark.parametrize(
    ("headers", "payload", "told"),
    [
        ({"message_type": "exception", "exception_type": "validationException"}, b'{"message":"No."}', {"message": "No.", "type": "validationException", "code": 400}),
        ({"message_type": "exception", "exception_type": "newException"}, b"no JSON", {"message": "", "type": "newException", "code": 500}),
        ({"message_type": "error", "error_code": "500", "error_message": "Broken."}, b"", {"message": "Broken.", "type": "500", "code": 500}),
    ],
)  # fmt: skip
def test_exceptions_become_errors_with_the_status_they_stand_for(
    headers: dict[str, str], payload: bytes, told: dict[str, object]
) -> None:
    (document,) = AmazonEvents("p").feed(shapes.message(payload, **headers))
    assert json.loads(document) == {"error": told}
