"""Frames of JSON-RPC: read from anyone, written for anyone, never more than is asked for held."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import InvalidJSON
from switchgear.plugins.mcp.frames import (
    InvalidFrame,
    LineCutter,
    answered,
    error_frame,
    notification_frame,
    number_of,
    read,
    read_batch,
    read_fault,
    request_frame,
    result_frame,
    with_meta,
)

_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
_OURS = ("protocolVersion", "clientInfo", "clientCapabilities")
_objects = st.dictionaries(st.text(), _json, max_size=5)


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


class _Lines:
    def __init__(self, limit: int) -> None:
        self.lines: list[bytes] = []
        self.oversized: list[int | None] = []
        self.cutter = LineCutter(limit, self.lines.append, self.oversized.append)


# ------------------------------------------------------------ reading


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_no_frame(data: bytes) -> None:
    try:
        read(data)
        read_batch(data)
    except InvalidFrame:
        pass


@given(st.dictionaries(st.sampled_from(["id", "method", "params", "result", "error", "jsonrpc"]) | st.text(), _json))
def test_any_json_object_is_a_frame_or_no_frame(fields: dict[str, Any]) -> None:
    data = json.dumps(fields).encode()
    try:
        frame = read(data)
    except InvalidFrame:
        return
    read_fault(frame.error)
    number_of(frame.id)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"null",
        b"5",
        b"{",
        b'{"id":true}',
        b'{"method":5}',
        b'{"id":1}x',
        b"\xff\xfe{}",
        b'{"a":"\xff"}',
        b'{"id":1,"result":' + b"[" * 100_000,
    ],
)
def test_what_is_no_frame_is_refused_without_repeating_it(data: bytes) -> None:
    with pytest.raises(InvalidFrame) as refused:
        read(data)
    assert len(str(refused.value)) < 60


def test_a_result_is_the_bytes_the_server_wrote() -> None:
    assert bytes(read(b'{"id":3,"result":{ "a" : 1.50 , "b":"\\u00e9"}}').result) == b'{ "a" : 1.50 , "b":"\\u00e9"}'


@pytest.mark.parametrize(
    ("given_id", "number"),
    [(5, 5), ("5", 5), (5.0, 5), ("x", None), (None, None), (5.5, None), ("5" * 100, None), (msgspec.UNSET, None)],
)
def test_ids_of_ours_are_known_again_as_careless_servers_write_them(given_id: Any, number: int | None) -> None:
    assert number_of(given_id) == number


@pytest.mark.parametrize(
    "error", [b"5", b"null", b"{}", b'{"code":"x"}', b'{"code":1e300,"message":5}', b'{"code":1e999}']
)
def test_an_error_that_is_none_is_an_error_all_the_same(error: bytes) -> None:
    fault = read_fault(msgspec.Raw(error))
    assert int(fault.code)


def test_a_batch_holds_frames() -> None:
    assert [bytes(each) for each in read_batch(b' [{"id":1},{"id":2}]')] == [b'{"id":1}', b'{"id":2}']
    assert read_batch(b'{"id":1}') == []
    with pytest.raises(InvalidFrame):
        read_batch(b"[" + b"1," * 1000 + b"1]")


# ------------------------------------------------------------ params


@given(_objects, _objects)
def test_meta_gets_our_fields_and_keeps_the_clients(params: dict[str, Any], theirs: dict[str, Any]) -> None:
    params.pop("_meta", None)
    own = b'"progressToken":7,"io.modelcontextprotocol/protocolVersion":"2026-07-28"'
    for given_params in (params, {**params, "_meta": {**theirs, "progressToken": "theirs"}}):
        try:
            data = _dumps(given_params)
            data.decode()
        except UnicodeDecodeError:
            return
        plain, _ = with_meta(data, own)
        assert b"\n" not in plain
        made = json.loads(plain)
        meta = made.pop("_meta")
        assert made == json.loads(_dumps(params))
        assert meta.pop("progressToken") == 7
        assert meta.pop("io.modelcontextprotocol/protocolVersion") == "2026-07-28"
        if "_meta" in given_params:
            expected = json.loads(_dumps(theirs))
            for name in ("progressToken", *(f"io.modelcontextprotocol/{each}" for each in _OURS)):
                expected.pop(name, None)
            assert meta == expected


def test_a_token_hidden_in_escapes_or_twice_is_still_replaced() -> None:
    hidden = b'{"\\u005fmeta":{"progress\\u0054oken":"theirs","a":1},"x":2}'
    assert json.loads(with_meta(hidden, b'"progressToken":7')[0]) == {"_meta": {"progressToken": 7, "a": 1}, "x": 2}
    twice = b'{"_meta":{"a":1},"x":2,"_meta":{"progressToken":"theirs"}}'
    made, _ = with_meta(twice, b'"progressToken":7')
    assert made.count(b"_meta") == 1
    assert b"theirs" not in made


def test_params_without_anything_of_ours_pass_untouched() -> None:
    params = b'{"name":"x","arguments":{"a":[1.0,2]}}'
    plain, subject = with_meta(params, b"")
    assert plain == params
    assert bytes(subject) == b'"x"'
    assert with_meta(b"{}", b"")[0] == b"{}"
    assert with_meta(b" { } ", b'"a":1')[0].replace(b" ", b"") == b'{"_meta":{"a":1}}'
    assert with_meta(b'{"_meta":{"progressToken":1}}', b"")[0] == b"{}"
    assert with_meta(b'{"_meta":null,"uri":"u"}', b"")[0] == b'{"uri":"u"}'


@pytest.mark.parametrize("params", [b"", b"[]", b"5", b"{", b'{"a":"\xff"}', b'{"a":' * 50_000])
def test_params_that_could_break_the_line_are_refused(params: bytes) -> None:
    with pytest.raises(InvalidJSON):
        with_meta(params, b"")


@given(_objects, st.text(), st.integers() | st.text() | st.none())
def test_what_is_written_is_one_line_and_reads_back(value: dict[str, Any], text: str, number: Any) -> None:
    try:
        body = json.dumps(value, indent=2).encode()
        text.encode()
        str(number).encode()
    except UnicodeEncodeError:
        return
    plain, _ = with_meta(body, b"")
    for frame in (
        request_frame(5, text, plain),
        notification_frame(text, plain),
        result_frame(number, body),
        error_frame(number, -5, text, body),
    ):
        assert frame.count(b"\n") == 1
        assert frame.endswith(b"\n")
        json.loads(frame)


# ------------------------------------------------------------ lines


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=12), st.data())
def test_lines_come_out_as_they_went_in_however_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    got = _Lines(30)
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if stream[start:end]:
            got.cutter.feed(stream[start:end])
    assert [line.strip() for line in got.lines] == [line.strip() for line in lines if line.strip()]
    assert got.oversized == []
    assert got.cutter.held == 0


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=30))
def test_no_more_than_the_limit_is_ever_held(pieces: list[bytes]) -> None:
    got = _Lines(64)
    for piece in pieces:
        got.cutter.feed(piece)
        assert got.cutter.held <= 64 + 1024
    assert all(len(line) <= 65 for line in got.lines)


def _whole(limit: int, frame: bytes, cut: int) -> _Lines:
    got = _Lines(limit)
    for start in range(0, len(frame), cut):
        got.cutter.feed(frame[start : start + cut])
    return got


@pytest.mark.parametrize("cut", [7, 100, 5000])
@pytest.mark.parametrize(
    "frame",
    [
        b'{"jsonrpc":"2.0","id":42,"result":{"a":"%b"}}',
        b'{"id": "42", "result":{"a":"%b"},"jsonrpc":"2.0"}',
        b'{"result":{"a":"%b"},"jsonrpc":"2.0","id":42}',
        b'{"jsonrpc":"2.0","result":{"a":"%b"},"id":42}',
        b'{"result":{"a":"%b","id":9},"id":42,"jsonrpc":"2.0"}',
    ],
)
def test_the_call_of_an_oversized_answer_is_told_and_the_next_line_is_read(frame: bytes, cut: int) -> None:
    got = _whole(1000, frame % (b"x" * 4000) + b'\n{"id":43}\n', cut)
    assert got.oversized in ([42], [None, 42])
    assert [line.strip() for line in got.lines] == [b'{"id":43}']
    assert got.cutter.dropped == 0


@pytest.mark.parametrize(
    "frame",
    [
        b'{"jsonrpc":"2.0","id":42,"method":"sampling/createMessage","params":{"a":"%b"}}',
        b'{"method":"sampling/createMessage","params":{"a":"%b"},"jsonrpc":"2.0","id":42}',
        b'{"jsonrpc":"2.0","result":{"a":"%b","b":{"id":42}}}',
        b'{"jsonrpc":"2.0","result":{"a":"%b\\",\\"id\\":42}"}}',
        b"%b",
    ],
)
def test_what_is_no_answer_of_a_call_is_not_taken_for_one(frame: bytes) -> None:
    assert _whole(1000, frame % (b"x" * 4000) + b"\n", 64).oversized == [None]


def test_a_line_that_never_ends_is_told_of_at_once_and_counted() -> None:
    got = _Lines(1000)
    for count in range(1, 100):
        got.cutter.feed(b"x" * 100)
        assert got.oversized == ([None] if count > 10 else [])
    assert got.cutter.dropped == 9900


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_any_ends_tell_a_number_or_nothing(head: bytes, tail: bytes) -> None:
    assert answered(head, tail) is None or isinstance(answered(head, tail), int)
