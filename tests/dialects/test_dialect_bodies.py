"""Reading a body: what is wrong with it is said in the same words, with its place, whichever dialect reads it."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from switchgear.core.errors import InvalidJSON, RequestError
from switchgear.dialects.body import check_spelling, decode, fields_of, other_fields, wrong


class Item(msgspec.Struct):
    kind: Literal["a", "b"]
    size: int = 0


class Order(msgspec.Struct):
    items: list[Item]


ORDER = msgspec.json.Decoder(Order)
ITEM = msgspec.json.Decoder(Item)


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        (b'{"items":[{"kind":"a"},{"kind":"c"}]}', "items[1].kind", "items[1].kind: invalid enum value 'c'."),
        (b'{"items":[{"kind":"a","size":"big"}]}', "items[0].size", "items[0].size: expected `int`, got `str`."),
        (b'{"items":[{"size":1}]}', "items[0].kind", "items[0].kind is missing."),
        (b"{}", "items", "items is missing."),
        (b"[]", None, "The body: expected `object`, got `array`."),
    ],
)
def test_what_is_not_wanted_is_named_by_its_path(body: bytes, param: str | None, message: str) -> None:
    with pytest.raises(RequestError) as raised:
        decode(ORDER, body)
    assert (raised.value.param, raised.value.message) == (param, message)


@pytest.mark.parametrize(
    ("body", "param"), [(b'{"kind":3}', "items[2].kind"), (b"{}", "items[2].kind"), (b"[]", "items[2]")]
)
def test_a_part_that_is_decoded_on_its_own_is_named_by_its_path_in_the_whole(body: bytes, param: str) -> None:
    with pytest.raises(RequestError) as raised:
        decode(ITEM, msgspec.Raw(body), "items[2]")
    assert raised.value.param == param


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON: it is empty."),
        (b'{"items":', "The body is not JSON: it ends too early."),
        (b'{"items":\n  [}', "The body is not JSON: invalid character at line 2, column 4."),
        (b"\xef\xbb\xbf{}", "The body is not JSON: it begins with a byte order mark."),
        (b'{"items":[{"kind":"\xff"}]}', "The body is not UTF-8: invalid byte 0xff at 19."),
        (b'{"items":[' + b'{"x":' * 100_000, "The body is nested too deeply."),
    ],
)
def test_what_is_no_json_is_told_with_its_place(body: bytes, message: str) -> None:
    with pytest.raises(InvalidJSON) as raised:
        decode(ORDER, body)
    assert raised.value.message == message


def test_fields_nothing_decodes_must_be_utf8_too() -> None:
    with pytest.raises(InvalidJSON, match="invalid byte 0xfe at 6"):
        fields_of(b'{"a":"\xfe"}')


def test_fields_not_known_are_decoded_and_null_ones_left_out() -> None:
    body = b'{"model":"m","store":true,"prediction":{"type":"content"},"none":null}'
    assert other_fields(body, {"model"}) == {"store": True, "prediction": {"type": "content"}}
    assert other_fields(b'{"model":"m"}', {"model"}) == {}


def test_a_second_spelling_of_a_field_that_is_read_is_refused() -> None:
    with pytest.raises(RequestError, match="it is spelt model"):
        check_spelling(["model", "Model"], {"model"})
    check_spelling(["model", "Other"], {"model"})


def test_what_a_dialect_finds_wrong_itself_reads_the_same() -> None:
    error = wrong("messages[1].tool_call_id", "no earlier message has this call")
    assert (error.param, error.message) == (
        "messages[1].tool_call_id",
        "messages[1].tool_call_id: no earlier message has this call.",
    )
