"""Reading requests: every named field's type, every kind of broken JSON, each with its place and reason."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import InvalidJSON, RequestError
from switchgear.edge.openai.requests import decode
from switchgear.providers.base import Operation

CHAT, COMPLETION, EMBEDDING = Operation.CHAT, Operation.COMPLETION, Operation.EMBEDDING
GOOD: dict[Operation, dict[str, Any]] = {
    CHAT: {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
    COMPLETION: {"model": "m", "prompt": "Hi"},
    EMBEDDING: {"model": "m", "input": "Hi"},
}


def encoded(operation: Operation, **fields: Any) -> bytes:
    return json.dumps(GOOD[operation] | fields).encode()


def refusal(operation: Operation, body: bytes) -> RequestError:
    with pytest.raises(RequestError) as raised:
        decode(operation, body)
    assert raised.value.status == 400
    return raised.value


# ---------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("operation", "field", "values"),
    [
        (CHAT, "model", [1, None, ["m"], {}]),
        (CHAT, "messages", ["Hi", {"role": "user"}, None, 3]),
        (CHAT, "stream", ["yes", 1, []]),
        (CHAT, "stream_options", ["yes", True, []]),
        (CHAT, "max_tokens", ["12", 1.5, []]),
        (CHAT, "max_completion_tokens", ["12", {}]),
        (CHAT, "temperature", ["hot", []]),
        (CHAT, "top_p", ["all"]),
        (CHAT, "n", ["2", 0.5]),
        (CHAT, "tools", ["weather", {"type": "function"}]),
        (COMPLETION, "model", [1, None]),
        (COMPLETION, "prompt", [1, {}]),
        (COMPLETION, "stream", ["yes"]),
        (COMPLETION, "stream_options", [True]),
        (COMPLETION, "max_tokens", ["12"]),
        (COMPLETION, "temperature", ["hot"]),
        (COMPLETION, "n", ["2"]),
        (EMBEDDING, "model", [1, None]),
        (EMBEDDING, "input", [1, None, {}]),
        (EMBEDDING, "dimensions", ["8"]),
        (EMBEDDING, "encoding_format", [1]),
    ],
)
def test_a_field_of_the_wrong_type_is_named(operation: Operation, field: str, values: list[Any]) -> None:
    for value in values:
        error = refusal(operation, encoded(operation, **{field: value}))
        assert error.code == "invalid_request"
        assert error.param == field
        assert error.message.startswith(f"{field}: expected ")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": 1}]}, "messages[0].role"),
        ({"messages": [{"content": "Hi"}]}, "messages[0].role"),
        ({"tools": ["weather"]}, "tools[0]"),
        ({"stream_options": {"include_usage": "yes"}}, "stream_options.include_usage"),
    ],
)
def test_a_wrong_type_further_down_is_named_by_its_path(fields: dict[str, Any], param: str) -> None:
    assert refusal(CHAT, encoded(CHAT, **fields)).param == param


@pytest.mark.parametrize(
    ("operation", "field"), [(CHAT, "model"), (CHAT, "messages"), (COMPLETION, "model"), (EMBEDDING, "input")]
)
def test_a_missing_field_is_named(operation: Operation, field: str) -> None:
    body = {name: value for name, value in GOOD[operation].items() if name != field}
    error = refusal(operation, json.dumps(body).encode())
    assert (error.param, error.message) == (field, f"{field} is missing.")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"12", b"null", b"true", b'[{"model":"m"}]'])
def test_a_body_that_is_no_object_says_so(body: bytes) -> None:
    error = refusal(CHAT, body)
    assert error.message.startswith("The body: expected `object`")
    assert error.param is None


def test_nulls_are_taken_where_openai_takes_them() -> None:
    names = ("stream", "stream_options", "max_tokens", "temperature", "top_p", "n", "tools")
    request = decode(CHAT, encoded(CHAT, **dict.fromkeys(names)))
    assert (request.stream, request.wants_usage) == (False, False)


# ---------------------------------------------------------------- what is not JSON


@pytest.mark.parametrize("body", [b"", b"   ", b"\n\n"])
def test_an_empty_body_says_so(body: bytes) -> None:
    error = refusal(CHAT, body)
    assert isinstance(error, InvalidJSON)
    assert error.message == "The body is not JSON: it is empty."


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"model": "m", }', "line 1, column 16"),
        (b'{\n  "model": m\n}', "line 2, column 12"),
        (b'{"model": "m"} trailing', "trailing characters at line 1"),
        (b"model=m&messages=Hi", "line 1, column 1"),
        (b"{'model': 'm'}", "line 1, column 2"),
        (b'{"model": "m", "temperature": NaN}', "line 1, column 31"),
        (b'{"model": "m", "temperature": Infinity}', "line 1, column 31"),
        (b'{"model": "m", "n": 01}', "line 1, column 22"),
        (b'{"model": "a\nb"}', "line 1, column 13"),
        (b'{"model": "\\ud800 and more"}', "hex escape at line 1"),
    ],
)
def test_broken_syntax_is_placed_by_line_and_column(body: bytes, place: str) -> None:
    error = refusal(CHAT, body)
    assert error.code == "invalid_json"
    assert place in error.message


def test_a_truncated_body_says_so() -> None:
    whole = encoded(CHAT)
    for end in range(len(whole)):
        error = refusal(CHAT, whole[:end])
        assert error.code == "invalid_json"
        assert "empty" in error.message or "too early" in error.message


def test_invalid_utf8_is_placed_by_its_offset() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"\xff"}]}'
    error = refusal(CHAT, body)
    assert error.code == "invalid_json"
    assert "0xff" in error.message
    assert f"at {body.index(0xFF)}" in error.message


@pytest.mark.parametrize("bad", [b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\x80"])
def test_every_kind_of_invalid_utf8_is_refused(bad: bytes) -> None:
    error = refusal(CHAT, b'{"model":"m","messages":[],"user":"\xe2\x82\xac' + bad + b'"}')
    assert error.code == "invalid_json"
    assert "UTF-8" in error.message


def test_a_byte_order_mark_is_refused_by_name() -> None:
    error = refusal(CHAT, b"\xef\xbb\xbf" + encoded(CHAT))
    assert error.code == "invalid_json"
    assert "byte order mark" in error.message


def test_utf16_is_refused() -> None:
    assert refusal(CHAT, encoded(CHAT).decode().encode("utf-16-le")).code == "invalid_json"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("place", ["top", "messages", "unknown field", "message"])
def test_nesting_ten_thousand_deep_is_refused_and_harms_nothing(opening: bytes, place: str) -> None:
    closing = b"]" if opening == b"[" else b"1}"
    deep = opening * 10_000 + closing[:-1] + closing[-1:] * 10_000
    body = {
        "top": deep,
        "messages": b'{"model":"m","messages":' + deep + b"}",
        "unknown field": b'{"model":"m","messages":[],"more":' + deep + b"}",
        "message": b'{"model":"m","messages":[{"role":"user","content":' + deep + b"}]}",
    }[place]
    error = refusal(CHAT, body)
    if error.code == "invalid_json":
        assert "nested too deeply" in error.message
    assert decode(CHAT, encoded(CHAT)).model == "m"


# ---------------------------------------------------------------- what stays as it came


def test_a_key_given_twice_counts_with_the_value_that_is_sent_on() -> None:
    body = b'{"model":"allowed","messages":[],"model":"last","stream":true,"stream":false}'
    request = decode(CHAT, body)
    assert request.model == "last"
    assert bytes(request.fields["model"]) == b'"last"'
    assert request.stream is False
    assert bytes(request.fields["stream"]) == b"false"


def test_a_key_given_twice_in_two_spellings_is_one_key() -> None:
    request = decode(CHAT, b'{"model":"allowed","messages":[],"mod\\u0065l":"last"}')
    assert request.model == "last"
    assert bytes(request.fields["model"]) == b'"last"'


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "123456789012345678901234567890", "1" * 5000, "1.0000000000000000001"]
)
def test_numbers_of_any_size_in_unread_fields_stay_as_they_were_sent(number: str) -> None:
    body = b'{"model":"m","messages":[],"seed":%b}' % number.encode()
    assert bytes(decode(CHAT, body).fields["seed"]) == number.encode()


@pytest.mark.parametrize("number", ["1e400", "123456789012345678901234567890", "-1", "9" * 5000])
def test_huge_numbers_in_read_fields_are_the_providers_business_or_refused(number: str) -> None:
    body = b'{"model":"m","messages":[],"max_tokens":%b}' % number.encode()
    try:
        assert bytes(decode(CHAT, body).fields["max_tokens"]) == number.encode()
    except RequestError as error:
        assert error.param == "max_tokens" or error.code == "invalid_json"  # noqa: PT017 - either is right


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), values, max_size=6))
def test_unknown_fields_keep_their_bytes_and_their_order(more: dict[str, Any]) -> None:
    body = {**more, **GOOD[CHAT]}
    for ascii_only in (True, False):
        try:
            data = json.dumps(body, ensure_ascii=ascii_only).encode()
        except UnicodeEncodeError:  # a lone surrogate is no text
            return
        if ascii_only and "\\ud" in data.decode():
            continue
        known = {"model", "messages", "stream", "stream_options", "max_tokens", "temperature", "top_p", "n", "tools"}
        if known & set(more):
            return
        request = decode(CHAT, data)
        assert list(request.fields) == list(body)
        for name, raw in request.fields.items():
            assert bytes(raw) == json.dumps(body[name], ensure_ascii=ascii_only).encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_typed_refusal(body: bytes) -> None:
    with contextlib.suppress(RequestError):
        decode(CHAT, body)


@given(st.dictionaries(st.sampled_from(["model", "messages", "stream", "stream_options", "n", "tools", "x"]), values))
def test_any_object_is_a_request_or_a_refusal_that_names_its_field(fields: dict[str, Any]) -> None:
    refusal: RequestError | None = None
    try:
        decode(CHAT, json.dumps(fields).encode())
    except RequestError as error:
        refusal = error
    if refusal is not None and not isinstance(refusal, InvalidJSON):  # which a lone surrogate is
        assert refusal.param
        assert refusal.message.startswith(refusal.param)
