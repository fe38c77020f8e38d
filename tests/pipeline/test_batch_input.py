"""The input file of a batch: how it is cut, what is wrong with its lines, how it is divided."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.access.keys import Key
from switchgear.core.batches import LineMistake
from switchgear.pipeline.batches.input import InputCheck, InputLine, LineCutter, lines_in, lines_of, request_in
from switchgear.store.batches import Part
from switchgear.store.keys import Key as StoredKey

CHAT = "/v1/chat/completions"


class Models:
    """A directory in which every model but one exists."""

    def find(self, name: str) -> object | None:
        return None if name == "unknown" else object()

    def not_found(self, name: str, may_call: object) -> Exception:
        from switchgear.core.errors import ModelNotFound

        return ModelNotFound(f'No model "{name}".', param="model")


def key(*models: str) -> Key:
    return Key(StoredKey("key_1", "ci", models or ("*",), ("call",), 1, None, None, "cli", ()))


def line(custom_id: object = "a", **changes: Any) -> dict[str, Any]:
    made = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": {"model": "m", "messages": []}} | changes
    return {name: value for name, value in made.items() if value is not None}


def check(*lines: object, most: int = 100, models: tuple[str, ...] = ()) -> InputCheck:
    checked = InputCheck(CHAT, key(*models), Models(), most)  # type: ignore[arg-type]
    place = 0
    for number, one in enumerate(lines, 1):
        text = one if isinstance(one, bytes) else json.dumps(one).encode()
        checked.take(InputLine(number, place, len(text) + 1, text))
        place += len(text) + 1
    checked.finish()
    return checked


def mistakes(*lines: object, **more: Any) -> list[tuple[str, int | None, str | None]]:
    return [(one.code, one.line, one.param) for one in check(*lines, **more).mistakes]


# ---------------------------------------------------------------- what is wrong with lines


def test_good_lines_have_no_mistakes_and_tell_their_models() -> None:
    body = {"model": "n", "stream": False, "messages": [{"role": "user", "content": "é\u0000"}]}
    found = check(line("a"), line("b", body=body), b"\xef\xbb\xbf" + json.dumps(line("c")).encode())
    assert found.mistakes == []
    assert found.total == 3
    assert list(found.models) == ["m", "n"]


@pytest.mark.parametrize(
    ("bad", "code", "param"),
    [
        (b"{", "invalid_json_line", None),
        (b"\xff", "invalid_json_line", None),
        (b'"text"', "invalid_json_line", None),
        (b"[]", "invalid_json_line", None),
        (b"null", "invalid_json_line", None),
        (b"[" * 5000, "invalid_json_line", None),
        (b'{"custom_id": "a"} {}', "invalid_json_line", None),
        (line(None), "missing_required_parameter", "custom_id"),
        (line(""), "missing_required_parameter", "custom_id"),
        (line(7), "invalid_type", "custom_id"),
        (line("x" * 513), "invalid_request", "custom_id"),
        (line(method=None), "missing_required_parameter", "method"),
        (line(method="GET"), "invalid_method", "method"),
        (line(method=["POST"]), "invalid_type", "method"),
        (line(url=None), "missing_required_parameter", "url"),
        (line(url="/v1/embeddings"), "url_mismatch", "url"),
        (line(url="https://api.openai.com/v1/chat/completions"), "url_mismatch", "url"),
        (line(body=None), "missing_required_parameter", "body"),
        (line(body="text"), "invalid_type", "body"),
        (line(body={}), "missing_required_parameter", "body.model"),
        (line(body={"model": None}), "missing_required_parameter", "body.model"),
        (line(body={"model": 3}), "invalid_type", "body.model"),
        (line(body={"model": "unknown"}), "model_not_found", "body.model"),
        (line(body={"model": "m", "stream": True}), "invalid_request", "body.stream"),
        (line(body={"model": "m", "stream": "yes"}), "invalid_type", "body.stream"),
    ],
    ids=str,
)
def test_every_kind_of_bad_line_is_told_with_its_number_and_field(bad: object, code: str, param: str | None) -> None:
    assert mistakes(line("first"), bad) == [(code, 2, param)]


def test_a_line_over_the_limit_of_a_request_is_told() -> None:
    checked = InputCheck(CHAT, key(), Models(), 9)  # type: ignore[arg-type]
    checked.take(InputLine(1, 0, 100, None))
    checked.finish()
    assert [(one.code, one.line) for one in checked.mistakes] == [("line_too_long", 1)]


def test_several_things_wrong_with_one_line_are_all_told() -> None:
    bad = line("a", method="PUT", url="/", body={"model": "unknown", "stream": True})
    found = [("invalid_method", "method"), ("url_mismatch", "url"), ("invalid_request", "body.stream")]
    assert mistakes(bad) == [(code, 1, param) for code, param in [*found, ("model_not_found", "body.model")]]
    assert mistakes({}) == [("missing_required_parameter", 1, name) for name in ("custom_id", "method", "url", "body")]


def test_a_custom_id_given_twice_is_told_at_the_second_line_also_when_that_is_wrong_otherwise() -> None:
    found = check(line("a"), line("b"), line("a"), line("a", url=5)).mistakes
    assert [(one.code, one.line) for one in found] == [
        ("duplicate_custom_id", 3),
        ("invalid_type", 4),
        ("duplicate_custom_id", 4),
    ]
    assert "line 1" in found[0].message


def test_a_model_that_the_key_may_not_call_is_told() -> None:
    assert mistakes(line("a"), models=("n",)) == [("model_not_allowed", 1, "body.model")]


def test_no_lines_and_too_many_lines_are_mistakes() -> None:
    assert mistakes() == [("empty_file", None, None)]
    assert mistakes(*(line(str(number)) for number in range(4)), most=3) == [("too_many_tasks", None, None)]
    assert mistakes(*(line(str(number)) for number in range(3)), most=3) == []


def test_a_hundred_mistakes_are_told_and_how_many_more_there_are() -> None:
    found = check(*[b"x"] * 250, most=1000).mistakes
    assert len(found) == 101
    assert found[0] == LineMistake("invalid_json_line", "The line is not valid JSON.", 1)
    assert (found[100].code, found[100].message) == ("more_errors", "150 more mistakes are not listed.")


def test_a_hostile_line_is_not_repeated_whole_in_what_is_told() -> None:
    told = check(line("x" * 500), line("x" * 500, url="u" * 9999, method="m" * 9999)).mistakes
    assert max(len(one.message) for one in told) < 400


# ---------------------------------------------------------------- cutting and dividing


async def pieces_of(data: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    place = 0
    for size in sizes:
        yield data[place : place + size]
        place += size
    yield data[place:]


@given(
    st.lists(st.binary(max_size=12).map(lambda text: text.replace(b"\n", b"")), max_size=12),
    st.lists(st.integers(0, 9)),
    st.booleans(),
)
async def test_lines_are_the_same_however_the_file_comes(texts: list[bytes], sizes: list[int], ends: bool) -> None:
    data = b"\n".join(texts) + (b"\n" if ends else b"")
    got = [one async for one in lines_of(pieces_of(data, sizes), 1000)]
    assert [(one.number, one.text) for one in got] == [
        (number, text) for number, text in enumerate(texts, 1) if text.strip()
    ]
    for one in got:
        assert data[one.start : one.start + one.size].rstrip(b"\n") == (one.text or b"").rstrip(b"\n")


def test_a_line_that_is_too_long_is_not_held() -> None:
    cutter = LineCutter(10)
    for _ in range(1000):
        assert cutter.feed(b"x" * 1000) == []
        assert sum(map(len, cutter._held)) <= 1000
    long, short = cutter.feed(b"\nabc\n")
    assert (long.number, long.text, long.size) == (1, None, 1_000_001)
    assert (short.number, short.text, short.start) == (2, b"abc", 1_000_001)


@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=200))
async def test_parts_cover_every_line_once_and_are_bounded(sizes: list[int]) -> None:
    texts = [json.dumps(line(str(number), pad="x" * size)).encode() for number, size in enumerate(sizes)]
    texts[len(texts) // 2 : len(texts) // 2] = [b"", b"  "]
    data = b"\n".join(texts)
    checked = InputCheck(CHAT, key(), Models(), 1000)  # type: ignore[arg-type]
    async for one in lines_of(pieces_of(data, [100_000] * 20), 100_000):
        checked.take(one)
    checked.finish()
    got: list[tuple[int, str]] = []
    for part in checked.parts:
        assert part.lines <= 66
        assert part.size <= 256 * 1024 or part.lines == 1
        piece = data[part.start : part.start + part.size]
        got += [(number, request_in(text).custom_id) for number, text in lines_in(part, piece)]
    numbers = [number for number, text in enumerate(texts, 1) if text.strip()]
    assert got == list(zip(numbers, map(str, range(len(sizes))), strict=True))
    assert checked.total == len(sizes)


def test_the_lines_of_a_part_have_the_numbers_they_have_in_the_file() -> None:
    assert list(lines_in(Part(7, 4, 0, 9), b"a\n\n b\nc\n")) == [(7, b"a"), (9, b" b"), (10, b"c")]
