"""The files that a request names, wherever and however it does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import InvalidJSON
from switchgear.dialects.marks import may_name_files
from switchgear.pipeline.file_owners import named_files


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"messages": [{"content": [{"type": "file", "file": {"file_id": "a"}}]}]}, ["a"]),
        ({"input": [{"content": [{"type": "input_image", "file_id": "a"}, {"file_id": "b"}]}]}, ["a", "b"]),
        ({"messages": [{"content": [{"source": {"type": "file", "file_id": "a"}}]}]}, ["a"]),
        ({"tools": [{"container": {"type": "auto", "file_ids": ["a", "b", 1]}}]}, ["a", "b"]),
        ({"tools": [{"parameters": {"properties": {"file_id": {"type": "string"}}}}]}, []),
        ({"messages": [{"content": '{"file_id": "a"}'}]}, []),
    ],
)
def test_files_are_found_wherever_they_are_named(body: dict[str, Any], named: list[str]) -> None:
    raw = json.dumps(body).encode()
    assert named_files(raw) == named
    assert may_name_files(raw) or not named


@pytest.mark.parametrize("place", range(len("file_id")))
@pytest.mark.parametrize("form", ["\\u%04x", "\\u%04X"])
def test_an_escaped_name_is_the_name(place: int, form: str) -> None:
    name = "file_id"[:place] + form % ord("file_id"[place]) + "file_id"[place + 1 :]
    raw = b'{"%b": "file-\\u0041"}' % name.encode()
    assert may_name_files(raw)
    assert named_files(raw) == ["file-A"]


def test_of_a_member_given_twice_both_values_count() -> None:
    assert named_files(b'{"file_id": "a", "file_id": "b"}') == ["a", "b"]


def test_other_requests_are_not_looked_at() -> None:
    assert not may_name_files(json.dumps({"messages": [{"content": "é \U0001f600 file_id"}]}).encode())


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJSON):
        named_files(body)
