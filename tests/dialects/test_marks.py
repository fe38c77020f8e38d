"""What a request has in it that the gateway must see to: found wherever it stands, and however it is written."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from switchgear.dialects.base import DialectName
from switchgear.dialects.marks import Marks, marks_of

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def marks(dialect: DialectName, request: dict[str, Any]) -> Marks:
    body = json.dumps(request, ensure_ascii=False).encode()
    return marks_of(dialect, _fields.decode(body), body)


def chat(content: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **more}


@pytest.mark.parametrize(
    ("dialect", "request_"),
    [
        ("chat", chat("Hello.", temperature=0.5, max_tokens=5, stream_options={"include_usage": True})),
        ("chat", chat("snake_case and a \\ and \n")),
        ("messages", chat("Hello.", max_tokens=5)),
        ("responses", {"model": "m", "input": "Hello.", "max_output_tokens": 5}),
        ("responses", {"model": "m", "input": "Hello.", "tools": [{"type": "web_search"}]}),
    ],
)
def test_most_requests_have_nothing_of_it(dialect: DialectName, request_: dict[str, Any]) -> None:
    assert marks(dialect, request_) == Marks()


@pytest.mark.parametrize(
    ("dialect", "request_", "found"),
    [
        ("chat", chat([{"type": "image_url", "image_url": {"url": "u"}}]), Marks(images=True)),
        ("messages", chat([{"type": "image", "source": {}}]), Marks(images=True)),
        ("responses", {"input": [{"type": "input_image", "image_url": "u"}]}, Marks(images=True)),
        ("chat", chat([{"type": "file", "file": {"file_id": "f"}}]), Marks(files=True)),
        ("responses", {"input": "x", "tools": [{"container": {"file_ids": ["f"]}}]}, Marks(files=True)),
        ("messages", chat("x", container={"skills": [], "file_id": "f"}), Marks(files=True)),
        ("chat", chat("x", input=[{"type": "input_file", "file_id": "f"}]), Marks(files=True)),
        ("responses", {"input": "x", "messages": [{"file_id": "f"}]}, Marks(files=True)),
        ("chat", chat([{"type": "thinking", "signature": "s"}]), Marks(signed=True)),
        ("chat", chat([{"thought_signature": "s"}]), Marks(signed=True)),
        ("chat", chat([{"reasoning_details": [{"data": "s"}]}]), Marks(signed=True)),
        ("messages", chat([{"type": "thinking", "signature": "sg1.up.x"}]), Marks(signed=True, ours=True)),
        ("responses", {"input": [{"encrypted_content": "sg1.up.x"}]}, Marks(signed=True, ours=True)),
    ],
)
def test_it_is_found_where_it_stands(dialect: DialectName, request_: dict[str, Any], found: Marks) -> None:
    assert marks(dialect, request_) == found


@pytest.mark.parametrize("dialect", ["chat", "messages"])
def test_escaped_letters_are_told_as_they_can_hide_any_word(dialect: DialectName) -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":[{"fil\\u0065_id":"f"}]}]}'
    found = marks_of(dialect, _fields.decode(body), body)
    assert found.escaped
    assert found.files


def test_of_a_member_given_twice_the_last_counts_as_it_is_the_one_that_is_sent() -> None:
    body = b'{"model":"m","messages":[],"messages":[{"role":"user","content":[{"type":"image_url"}]}]}'
    assert marks_of("chat", _fields.decode(body), body).images


def test_what_is_no_chat_can_name_files_alone() -> None:
    assert marks_of("", {}, b'{"input":"\\"image_url\\"","file_id":"f"}') == Marks(files=True)
    assert marks_of("", {}, b"") == Marks()
