"""Responses on their way to a client: what the gateway says of them, and how those end that broke off."""

from __future__ import annotations

import json
from typing import Any

from switchgear.core.errors import ProviderTimeout
from switchgear.edge.openai.responses_events import Overlay, ResponseEvents

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
    assert overlay().over(b"not json") == b"not json"


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
