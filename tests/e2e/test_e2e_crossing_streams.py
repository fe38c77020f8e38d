"""Streams between every client and every provider: right answers however they come, and on a bad day never a clean end."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import httpx
import pytest
from crossing_clients import Client, Heard
from crossing_providers import HELLO, Calls, Counts, Ends, Says, Writes, error, frame, streamed, wire
from observed import eventually, usage_row

from switchgear.testing import Close, FaultUpstream, Gate, Reset, Send, Stall, Trickle, http1, served

PROVIDERS = ["chat", "responses", "messages", "gemini", "ollama"]
every_provider = pytest.mark.parametrize("provider", PROVIDERS)
CUT = HELLO[:1]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}


def ask(front: Client, model: str, **fields: Any) -> tuple[Heard, str]:
    """A whole stream, and the id of its request."""
    answer = front.ask(model, stream=True, **fields)
    assert answer.status_code == 200, answer.text
    return front.heard(answer.content), answer.headers["x-request-id"]


# ---------------------------------------------------------------- right answers, however they come


@every_provider
def test_a_stream_of_one_byte_chunks_is_an_answer(
    front: Client, crossings: served, behind: FaultUpstream, provider: str
) -> None:
    events = b"".join(wire(provider, HELLO))
    chunks = b"".join(http1.chunk(events[place : place + 1]) for place in range(len(events)))
    start = streamed(provider, [], Trickle(chunks, size=6), Send(http1.LAST_CHUNK))
    behind.answer(start)
    heard, request_id = ask(front, f"{provider}/m")
    assert (heard.text, heard.clean, heard.answer.finish) == ("Hello.", True, "stop")
    row = usage_row(crossings.data_dir, request_id)
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == ("ok", 21, 34, 0)


@every_provider
def test_usage_that_is_told_twice_counts_with_what_was_told_last(
    front: Client, crossings: served, behind: FaultUpstream, provider: str
) -> None:
    behind.answer(streamed(provider, wire(provider, [Says("Hel"), Counts(3, 1), Says("lo."), Ends(21, 34)])))
    fields = {"stream_options": {"include_usage": True}} if front.dialect == "chat" else {}
    heard, request_id = ask(front, f"{provider}/m", **fields)
    assert (heard.text, heard.clean) == ("Hello.", True)
    usage = heard.answer.usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (21, 34)
    row = usage_row(crossings.data_dir, request_id)
    assert (row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == (21, 34, 0)


OUT_OF_ORDER = [
    Says("Both:"), Calls(0, "weather"), Calls(1, "weather"), Writes(1, '{"city": '), Writes(0, '{"ci'), Writes(1, '"\\u00c5l\\ud83d'),
    Writes(0, 'ty": "Os'), Writes(1, '\\ude00"'), Writes(1, "}"), Writes(0, 'lo"}'), Ends(21, 34),
]  # fmt: skip


@every_provider
def test_fragments_of_tool_calls_in_turns_arrive_whole_and_in_order(
    front: Client, behind: FaultUpstream, provider: str
) -> None:
    behind.answer(streamed(provider, wire(provider, OUT_OF_ORDER)))
    heard, _ = ask(front, f"{provider}/m", tools=[front.tool("weather", WEATHER)])
    assert heard.calls == [("weather", {"city": "Oslo"}), ("weather", {"city": "Ål😀"})]
    assert (heard.text, heard.clean, heard.answer.finish) == ("Both:", True, "tool_calls")


def test_a_fragment_for_a_later_call_may_come_before_the_earlier_one_begins(
    front: Client, behind: FaultUpstream
) -> None:
    steps = [
        Calls(1, "second"),
        Writes(1, '{"a":1}'),
        Calls(0, "first"),
        Writes(0, '{"b"'),
        Writes(0, ":2}"),
        Ends(2, 3),
    ]
    behind.answer(streamed("chat", wire("chat", steps)))
    heard, _ = ask(front, "chat/m", tools=[front.tool("first", WEATHER), front.tool("second", WEATHER)])
    assert sorted(heard.calls) == [("first", {"b": 2}), ("second", {"a": 1})]
    assert heard.clean


def test_a_character_that_was_cut_in_two_is_whole_again(front: Client, behind: FaultUpstream) -> None:
    """As servers that count text in UTF-16 send it."""
    steps = [Says("Hi \ud83d"), Says("\ude00!"), Ends(2, 3)]
    for provider in ("chat", "messages", "ollama"):
        if provider == front.dialect:
            continue  # bytes that pass are the client's to read
        behind.answer(streamed(provider, wire(provider, steps)))
        heard, _ = ask(front, f"{provider}/m")
        assert (heard.text, heard.clean) == ("Hi 😀!", True)


# ---------------------------------------------------------------- before anything was said


def failed(front: Client, crossings: served, model: str, status: int, code: str) -> dict[str, Any]:
    answer = front.ask(model, stream=True)
    assert answer.status_code == status, answer.text
    found = front.error(answer)
    if front.dialect != "messages":
        assert found["code"] == code
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["status"], row["error"], row["completion_tokens"]) == ("failed", status, code, 0)
    return found


@every_provider
def test_an_empty_stream_is_an_error(front: Client, crossings: served, behind: FaultUpstream, provider: str) -> None:
    behind.answer(streamed(provider, []))
    found = failed(front, crossings, f"{provider}/m", 502, "provider_invalid_response")
    assert "empty stream" in found["message"]


@every_provider
def test_a_stream_that_begins_with_an_error_is_that_error(
    front: Client, crossings: served, behind: FaultUpstream, provider: str
) -> None:
    behind.answer(streamed(provider, [error(provider)]))
    code, status = ("provider_failed", 502) if provider == "ollama" else ("provider_overloaded", 503)
    failed(front, crossings, f"{provider}/m", status, code)


# ---------------------------------------------------------------- in the middle

MIDWAY: dict[str, tuple[Any, str]] = {
    "is cut": ((Close(),), "provider_disconnected"),
    "is reset": ((Reset(),), "provider_disconnected"),
    "ends in order but unfinished": ((Send(http1.LAST_CHUNK),), "provider_disconnected"),
    "sends nonsense": (None, "provider_invalid_response"),
}


def broken(front: Client, crossings: served, heard: Heard, request_id: str, code: str) -> None:
    """A stream whose end no client can take for a clean one, with the words that passed and their usage counted."""
    assert heard.text == "Hel"
    assert not heard.clean
    assert heard.error is not None
    assert heard.kinds[-1] == ("response.failed" if front.dialect == "responses" else "error")
    assert not {"[DONE]", "message_stop", "message_delta", "response.completed"} & set(heard.kinds)
    if front.dialect == "chat":
        assert (heard.error["code"], heard.error["request_id"]) == (code, request_id)
    row = usage_row(crossings.data_dir, request_id)
    assert (row["outcome"], row["error"], row["streamed"]) == ("cut", code, 1)
    assert row["prompt_tokens"] > 0
    assert row["completion_tokens"] > 0


def broken_off(front: Client, behind: FaultUpstream, model: str, provider: str, *end: Any) -> tuple[Heard, str]:
    """What a client hears of a stream that does ``end`` once its first word is through."""
    gate = Gate()
    behind.answer(streamed(provider, wire(provider, CUT), gate, *end))
    seen = b""
    with front.stream(model) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            seen += piece
            if b"Hel" in seen:
                gate.open()
    return front.heard(seen), answer.headers["x-request-id"]


@pytest.mark.parametrize("how", MIDWAY)
@every_provider
def test_a_stream_that_breaks_off_never_ends_as_a_whole_one(
    front: Client, crossings: served, behind: FaultUpstream, provider: str, how: str
) -> None:
    end, code = MIDWAY[how]
    if end is None and provider == front.dialect:
        return  # bytes that pass are the client's to read
    steps = end or (Send(http1.chunk(frame(provider, '{"choices": ['))), Send(http1.LAST_CHUNK))
    heard, request_id = broken_off(front, behind, f"{provider}/m", provider, *steps)
    broken(front, crossings, heard, request_id, code)


@every_provider
def test_an_error_in_the_middle_of_a_stream_is_told_as_what_it_is(
    front: Client, crossings: served, behind: FaultUpstream, provider: str
) -> None:
    end = (Send(http1.chunk(error(provider))), Send(http1.LAST_CHUNK))
    heard, request_id = broken_off(front, behind, f"{provider}/m", provider, *end)
    broken(front, crossings, heard, request_id, "provider_failed" if provider == "ollama" else "provider_overloaded")
    assert "Overloaded." in json.dumps(heard.error)


@pytest.mark.parametrize(("model", "provider"), [("hasty/m", "chat"), ("hasty-messages/m", "messages")])
def test_a_stream_that_stalls_ends_with_a_timeout(
    front: Client, crossings: served, behind: FaultUpstream, model: str, provider: str
) -> None:
    heard, request_id = broken_off(front, behind, model, provider, Stall())
    broken(front, crossings, heard, request_id, "provider_timeout")


@pytest.mark.parametrize("provider", ["chat", "messages"])
def test_usage_that_came_before_a_cut_is_kept(
    front: Client, crossings: served, behind: FaultUpstream, provider: str
) -> None:
    gate = Gate()
    behind.answer(streamed(provider, wire(provider, [Says("Hel"), Counts(21, 34), Says("lo")]), gate, Close()))
    seen = b""
    with front.stream(f"{provider}/m") as answer:
        for piece in answer.iter_bytes():
            seen += piece
            if b"lo" in seen.rpartition(b"Hel")[2]:
                gate.open()
    assert not front.heard(seen).clean
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"], row["estimated"]) == ("cut", 21, 34, 0)


# ---------------------------------------------------------------- the client


@pytest.mark.parametrize("provider", ["chat", "messages", "gemini"])
def test_a_client_that_leaves_ends_the_providers_stream_and_is_recorded(
    front: Client, crossings: served, behind: FaultUpstream, provider: str
) -> None:
    behind.answer(streamed(provider, wire(provider, [Says(f"word{n} ") for n in range(10)]), Stall()))
    with front.stream(f"{provider}/m") as answer:
        seen = b""
        for piece in answer.iter_bytes():
            seen += piece
            if b"word9" in seen:
                break
        connection = behind.connections[-1]
        left = time.monotonic()
    behind.wait_until(lambda: connection.peer_closed_at)
    assert (connection.peer_closed_at or 0) - left < 2.0
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["status"], row["error"]) == ("abandoned", 499, "client_closed_request")
    assert 10 <= row["completion_tokens"] <= 25


def test_a_slow_client_holds_the_provider_back_and_gets_everything(
    front: Client, crossings: served, behind: FaultUpstream
) -> None:
    """More of events than all the sockets between hold, while nobody reads: the provider is made to wait."""
    word = "x" * 8000
    events = wire("gemini", [Says(word) for _ in range(3000)])
    end = wire("gemini", [Says("end"), Ends(21, 34)])[-4:]
    done = Gate()
    done.open()
    behind.answer(streamed("gemini", events + end, done, Send(http1.LAST_CHUNK)))
    small = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)])
    headers = {"authorization": f"Bearer {crossings.key}"}
    with (
        httpx.Client(base_url=crossings.url, headers=headers, timeout=20, transport=small) as http,
        Client(front.dialect, http).stream("gemini/m") as answer,
    ):
        pieces = answer.iter_bytes()
        first = next(pieces)
        assert eventually(lambda: _settled(behind))
        assert done.reached == 0, "the provider was let send everything"
        rest = b"".join(pieces)
    heard = front.heard(first + rest)
    assert heard.clean
    assert heard.text == word * 3000 + "end"
    row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
    assert (row["outcome"], row["completion_tokens"]) == ("ok", 34)


def _settled(behind: FaultUpstream) -> int:
    """How much the provider has sent, once that does not grow any more."""
    connection = behind.connections[-1]
    before = connection.bytes_sent
    time.sleep(0.2)
    return before if before == connection.bytes_sent else 0
