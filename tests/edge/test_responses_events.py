"""Responses on their way to a client: what the gateway says of them, and how those end that broke off."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import ProviderInvalidResponse, ProviderTimeout
from switchgear.dialects.responses.conversation import ids_in
from switchgear.edge.openai.responses_events import Overlay, ResponseEvents, readable, status_of

OVERLAY = {"id": "resp_ours", "store": True, "background": False, "previous_response_id": "resp_0"}


def overlay() -> Overlay:
    return Overlay("resp_ours", store=True, background=False, previous_id="resp_0")


def events() -> ResponseEvents:
    made = overlay()
    return ResponseEvents(made, made.bare("m"))


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | fields)}\n\n".encode()


def datas(written: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in written.split(b"\n") if line.startswith(b"data: ")]


def test_a_whole_response_is_ours_and_says_the_rest_as_the_provider_did() -> None:
    told = json.loads(overlay().over(b'{"id": "resp_theirs", "x": [1, {"id": 2}], "store": false}'))
    assert told == OVERLAY | {"x": [1, {"id": 2}]}


WRONG = [b"true", b"[]", b"null", b'"x"', b"1e999", b"not json", b"\xff", b'{"a": "\xff"}', b"[" * 3000 + b"]" * 3000]


@pytest.mark.parametrize("document", WRONG, ids=lambda one: repr(one[:10]))
def test_what_is_no_object_is_never_a_response(document: bytes) -> None:
    with pytest.raises(ProviderInvalidResponse):
        overlay().over(document)
    stream = events()
    before = stream.document
    completed = b'event: response.completed\ndata: {"type":"response.completed","response":%b}\n\n' % document
    for taken in (completed, event("response.output_text.delta", delta="a")):  # for good
        with pytest.raises(ProviderInvalidResponse):
            stream.take(taken)
    assert stream.document == before
    told = datas(stream.fail(ProviderInvalidResponse("It is wrong.")))
    assert [one["type"] for one in told] == ["response.created", "error", "response.failed"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
NAMES = ("type", "sequence_number", "response", "item")
MEMBERS = ("status", "output", "background", "usage", "error", "id")


@given(
    fields=st.dictionaries(st.sampled_from(NAMES), JSON),
    members=st.dictionaries(st.sampled_from(MEMBERS), JSON),
    whole=st.booleans(),
)
def test_whatever_a_provider_says_a_stream_can_be_ended_and_only_what_reads_back_is_kept(
    fields: dict[str, Any], members: dict[str, Any], whole: bool
) -> None:
    stream = events()
    said = fields | ({"response": members} if whole else {})
    with contextlib.suppress(ProviderInvalidResponse):
        stream.take(f"data: {json.dumps(said)}\n\n".encode())
    assert json.loads(stream.document)["id"] == "resp_ours"
    if readable(stream.document):
        assert isinstance(status_of(stream.document), str)
        assert isinstance(ids_in(stream.document), list)
    ending = datas(stream.fail(ProviderTimeout("It took too long.")))
    assert ending[-1]["response"]["status"] == "failed"


def test_events_with_a_response_are_written_over_and_others_pass() -> None:
    delta = event("response.output_text.delta", delta='a "response" \\"response\\"', sequence_number=1)
    created = event("response.created", sequence_number=0, response={"id": "resp_theirs", "status": "in_progress"})
    through = events().take(created + delta)
    assert through.endswith(delta)
    assert datas(through)[0]["response"] == OVERLAY | {"status": "in_progress"}
    assert events().take(delta.replace(b"\n", b"\r\n")) == delta.replace(b"\n", b"\r\n")


def test_a_stream_that_breaks_off_goes_on_counting() -> None:
    stream = events()
    item = {"type": "message", "id": "msg_1"}
    stream.take(
        event("response.created", sequence_number=0, response={"id": "x", "status": "in_progress", "output": []})
    )
    stream.take(event("response.output_item.done", sequence_number=6, item=item))
    stream.take(event("response.output_text.delta", sequence_number=7, delta="a"))
    error, failed = datas(stream.fail(ProviderTimeout("It took too long.")))
    assert (error["type"], error["sequence_number"]) == ("error", 8)
    assert (failed["type"], failed["sequence_number"]) == ("response.failed", 9)
    assert failed["response"] == json.loads(stream.document)
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["output"] == [item]
    assert failed["response"]["error"]["message"].startswith("It took too long.")


def test_a_stream_that_breaks_off_before_its_response_was_told_of_begins_first() -> None:
    created, error, failed = datas(events().fail(ProviderTimeout("It took too long.")))
    assert [created["type"], error["type"], failed["type"]] == ["response.created", "error", "response.failed"]
    assert [one["sequence_number"] for one in (created, error, failed)] == [0, 1, 2]
    assert created["response"]["status"] == "in_progress"
    assert failed["response"]["id"] == "resp_ours"


def test_events_without_numbers_get_them_and_go_on_with_them() -> None:
    stream = events()
    first = stream.take(
        event("response.created", response={"id": "x"}) + event("response.in_progress", response={"id": "x"})
    )
    second = stream.take(event("response.output_text.delta", delta="}"))
    assert [one["sequence_number"] for one in datas(first + second)] == [0, 1, 2]
    assert datas(stream.fail(ProviderTimeout("x")))[0]["sequence_number"] == 3


def test_events_can_be_told_again_when_something_else_holds() -> None:
    stream = events()
    end = stream.take(event("response.completed", sequence_number=0, response={"id": "x", "status": "completed"}))
    stream.overlay.say({"store": False})
    assert datas(stream.restated(end))[0]["response"]["store"] is False
    assert json.loads(stream.document)["store"] is False
