"""Items of conversations that are kept: expanded, referred to, listed."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from switchgear.core.calls import Usage
from switchgear.core.canonical import TextDelta
from switchgear.core.errors import RequestError
from switchgear.dialects.responses import FRONT, conversation

USER = {"role": "user", "content": "Hi"}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": []}


def raw(*items: Any) -> list[bytes]:
    return [json.dumps(item).encode() for item in items]


def loaded(items: list[bytes]) -> list[Any]:
    return [json.loads(item) for item in items]


def read(value: Any) -> list[Any]:
    return loaded(conversation.read_input(msgspec.Raw(json.dumps(value).encode())))


def test_an_input_is_items_whatever_it_was_sent_as() -> None:
    assert read("Hi\n") == [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi\n"}]}]
    assert read([USER, THOUGHT]) == [USER, THOUGHT]
    assert conversation.read_input(None) == []
    assert read(None) == []


@pytest.mark.parametrize("value", [5, {"role": "user"}])
def test_an_input_that_is_neither_text_nor_items_is_refused(value: Any) -> None:
    with pytest.raises(RequestError) as told:
        read(value)
    assert told.value.param == "input"


def test_items_that_are_referred_to_are_put_in_place() -> None:
    items = raw(
        {"type": "item_reference", "id": "msg_1"},
        USER,
        {"id": "rs_1"},
        {"role": "user", "content": "item_reference"},
        3,
    )
    assert conversation.references(items) == ["msg_1", "rs_1"]
    found = {"msg_1": b'{"a":1}', "rs_1": b'{"b":2}'}
    assert loaded(conversation.resolved(items, found)) == [
        {"a": 1}, USER, {"b": 2}, {"role": "user", "content": "item_reference"}, 3,
    ]  # fmt: skip


def test_an_item_that_is_not_kept_is_named() -> None:
    with pytest.raises(RequestError) as told:
        conversation.resolved(raw(USER, {"type": "item_reference", "id": "msg_1"}), {})
    assert told.value.param == "input[1]"
    assert '"msg_1"' in told.value.message


def test_a_history_is_every_request_followed_by_its_answer() -> None:
    turns = [
        (b'[{"n":1},{"n":2}]', b'{"id":"resp_1","output":[{"n":3}]}'),
        (b"[]", b'{"output":[{"n":4}],"usage":null}'),
    ]
    assert [item["n"] for item in loaded(conversation.history(turns))] == [1, 2, 3, 4]
    assert json.loads(conversation.array(conversation.history(turns))) == [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}]
    assert conversation.array([]) == b"[]"


def test_items_are_listed_with_ids_that_stay_the_same() -> None:
    items = raw(USER, THOUGHT, {"type": "function_call_output", "call_id": "c", "output": "1"}, {"type": "telepathy"},
                {"type": "message", "id": "msg_x", **USER}, {"id": "msg_y", **USER}, {})  # fmt: skip
    found = conversation.identified(items, "resp_abc")
    assert [one for one, _ in found] == [
        "msg_abc_in0", "rs_1", "fco_abc_in2", "item_abc_in3", "msg_x", "msg_y", "item_abc_in6",
    ]  # fmt: skip
    assert json.loads(found[0][1]) == {"type": "message", "id": "msg_abc_in0", **USER}
    assert json.loads(found[5][1]) == {"type": "message", "id": "msg_y", **USER}
    assert json.loads(found[6][1]) == {"id": "item_abc_in6"}
    for item_id, item in found:
        assert json.loads(item)["id"] == item_id
    assert conversation.identified([item for _, item in found], "resp_zzz") == found


def test_the_ids_of_an_answers_items_are_known() -> None:
    assert conversation.ids_in(b'{"output":[{"type":"message","id":"msg_1"},{"type":"x"},{"id":"rs_1"}]}') == [
        "msg_1",
        "rs_1",
    ]


def test_thoughts_that_only_their_ids_stand_for_are_not_sent() -> None:
    signed = THOUGHT | {"encrypted_content": "x"}
    said = {"role": "user", "content": 'about "reasoning"'}
    items = raw(THOUGHT, signed, said, USER)
    assert loaded(conversation.sendable(items)) == [signed, said, USER]
    assert conversation.sendable(raw(USER)) == raw(USER)


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_response_under_way_has_no_successor_yet(status: str) -> None:
    with pytest.raises(RequestError) as told:
        conversation.refuse_unfinished("resp_1", status)
    assert told.value.param == "previous_response_id"
    conversation.refuse_unfinished("resp_1", "incomplete")


def test_a_conversation_goes_on_from_the_output_of_a_response() -> None:
    asked = FRONT.read_call(json.dumps({"model": "m", "input": "What is 2 + 2?"}).encode())
    writer = FRONT.writer(asked, "req_1")
    writer.write([TextDelta(0, "4")])
    writer.finish(Usage())
    items = conversation.history([(b'[{"role":"user","content":"What is 2 + 2?"}]', writer.document)])
    again = FRONT.read_call(
        b'{"model":"m","input":%b}' % conversation.array([*items, b'{"role":"user","content":"And?"}'])
    )
    assert [message.role for message in again.messages] == ["user", "assistant", "user"]
