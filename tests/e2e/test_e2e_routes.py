"""Calls that are tried again: at the same deployment, at others, at fallbacks, before a stream and in the middle of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from observed import HI, chat, events, eventually, usage_row

from switchgear.core.calls import Attempt
from switchgear.store import routes
from switchgear.testing import FaultUpstream, Gate, Request, chat_chunk, chat_stream, faults, served, tokens

CONFIG = """
[local]
enabled = false

[retry]
backoff = 0.01
longest_pause = 2

[health]
errors = 10000
calls = 1000000

[providers.first]
base_url = "{first}"
timeouts = {{ connect = 1, first_byte = 0.6, between_bytes = 5, total = 20 }}

[providers.patient]
base_url = "{first}"

[providers.second]
base_url = "{second}"

[providers.prefixed]
kind = "anthropic"
base_url = "{prefixed}"
"""
ALIAS = """
[models.{name}]
deployments = [{{ provider = "first", model = "{name}" }}, {{ provider = "second", model = "{name}" }}]
{more}
"""
ALIASES = {
    "pair": "",
    "limited": "",
    "limited-by-date": "",
    "watched": "timeouts = { first_token = 0.3, between_tokens = 0.3 }",
    "carried": 'stream_recovery = "continue"',
    "held": 'stream_recovery = "hold"',
    "hedged": "hedge = { after = 0.05 }",
    "short": "timeouts = { total = 0.4 }",
}
OTHERS = """
[models.alone]
deployments = [{ provider = "first", model = "alone" }]
fallbacks = ["behind"]
context_fallbacks = ["long"]
content_fallbacks = ["mild"]

[models.narrow]
deployments = [{ provider = "patient", model = "narrow", concurrency = 1, queue = 2 }]
timeouts = { total = 20 }

[models.behind]
deployments = [{ provider = "second", model = "behind" }]

[models.long]
deployments = [{ provider = "second", model = "long" }]

[models.mild]
deployments = [{ provider = "second", model = "mild" }]

[models.prefixed]
stream_recovery = "continue"
deployments = [
  { provider = "first", model = "a" },
  { provider = "prefixed", model = "claude-3-5-haiku", capabilities = { prefill = true } },
]
"""


@dataclass
class Rig:
    http: httpx.Client
    gateway: served
    first: FaultUpstream
    second: FaultUpstream
    prefixed: FaultUpstream
    seen: dict[int, int] = field(default_factory=dict)

    def asked(self, upstream: FaultUpstream) -> list[Request]:
        """The requests of this test."""
        return upstream.requests[self.seen[id(upstream)] :]

    def row(self, answer: httpx.Response) -> dict[str, Any]:
        return usage_row(self.gateway.data_dir, answer.headers["x-request-id"])

    def route(self, answer: httpx.Response) -> list[tuple[str, str]]:
        return [(one.provider, one.error or one.outcome) for one in self.attempts(answer)]

    def attempts(self, answer: httpx.Response) -> tuple[Attempt, ...]:
        route = routes.read(self.row(answer)["route"])
        assert route is not None
        return route.attempts


@pytest.fixture(scope="module")
def rigged() -> Iterator[Rig]:
    with (
        FaultUpstream.in_thread() as first,
        FaultUpstream.in_thread() as second,
        FaultUpstream.in_thread() as prefixed,
    ):
        config = CONFIG.format(first=first.base_url, second=second.base_url, prefixed=prefixed.base_url) + OTHERS
        config += "".join(ALIAS.format(name=name, more=more) for name, more in ALIASES.items())
        with (
            served(config) as gateway,
            httpx.Client(
                base_url=gateway.url, headers={"authorization": f"Bearer {gateway.key}"}, timeout=30, trust_env=False
            ) as http,
        ):
            yield Rig(http, gateway, first, second, prefixed)


@pytest.fixture
def rig(rigged: Rig) -> Rig:
    for upstream in (rigged.first, rigged.second, rigged.prefixed):
        upstream.forget()
    rigged.seen = {id(one): len(one.requests) for one in (rigged.first, rigged.second, rigged.prefixed)}
    return rigged


def said(answer: httpx.Response) -> str:
    """The text of a streamed answer."""
    assert answer.status_code == 200, answer.text
    chunks = [json.loads(event) for event in events(answer.text) if event != "[DONE]"]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk.get("choices", ()))


def begun(*pieces: str) -> list[Any]:
    return [chat_chunk({"role": "assistant", "content": ""}), *(chat_chunk(piece) for piece in pieces)]


# ---------------------------------------------------------------- before the first byte


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    "plan",
    [
        faults.status(500),
        faults.status(503),
        faults.status(529),
        faults.status(401),
        faults.hang_up(),
        faults.hang_up("reset"),
        faults.stall_before_first_byte(),
        faults.garbage(),
        faults.not_json(),
        faults.ok({"error": {"message": "not today", "type": "overloaded_error"}}),
    ],
    ids=["500", "503", "529", "401", "gone", "reset", "hung", "garbage", "no JSON", "200 error"],
)  # fmt: skip
def test_a_failure_before_the_first_byte_is_not_seen(rig: Rig, plan: Any, stream: bool) -> None:
    rig.first.answer(plan, times=2)  # a kept connection that is closed without an answer is tried once more by itself
    if stream:
        rig.second.answer(faults.stream())
    answer = chat(rig.http, "pair", stream=stream)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-switchgear-provider"] == "second"
    assert [provider for provider, _ in rig.route(answer)] == ["first", "second"]
    assert rig.row(answer)["attempts"] == 2


@pytest.mark.parametrize("limited", [faults.retry_after_seconds, faults.retry_after_date], ids=["seconds", "date"])
def test_a_deployment_that_is_limited_rests_until_it_may_be_asked_again(rig: Rig, limited: Any) -> None:
    name = "limited-by-date" if limited is faults.retry_after_date else "limited"
    rig.first.answer(limited(30))  # from now, and not from when the tests were collected
    answers = [chat(rig.http, name) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(rig.asked(rig.first)) == 1
    (attempt,) = rig.attempts(answers[2])
    assert attempt.provider == "second"
    assert "first open" in attempt.why


def test_a_single_deployment_is_tried_again(rig: Rig) -> None:
    rig.first.answer(faults.status(500))
    answer = chat(rig.http, f"first/{uuid4()}")
    assert answer.status_code == 200
    assert rig.route(answer) == [("first", "provider_failed"), ("first", "ok")]


def test_a_short_wait_that_the_provider_asks_for_is_waited(rig: Rig) -> None:
    rig.first.answer(faults.retry_after_seconds(1))
    answer = chat(rig.http, f"first/{uuid4()}")
    assert answer.status_code == 200
    assert rig.row(answer)["latency_ms"] >= 900


def test_a_long_wait_is_left_to_the_client(rig: Rig) -> None:
    rig.first.answer(faults.retry_after_seconds(60))
    answer = chat(rig.http, f"first/{uuid4()}")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert len(rig.asked(rig.first)) == 1


def test_what_the_client_caused_is_not_tried_again(rig: Rig) -> None:
    rig.first.answer(faults.status(400, {"error": {"message": "temperature is too high", "param": "temperature"}}))
    answer = chat(rig.http, "pair")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "provider_rejected_request")
    assert (len(rig.asked(rig.first)), len(rig.asked(rig.second))) == (1, 0)


def test_fallbacks_are_asked_when_every_deployment_failed(rig: Rig) -> None:
    rig.first.answer(faults.status(500), times=2)
    answer = chat(rig.http, "alone")
    assert answer.headers["x-switchgear-model"] == "behind"
    assert json.loads(rig.asked(rig.second)[-1].body)["model"] == "behind"


@pytest.mark.parametrize(("code", "model"), [("context_length_exceeded", "long"), ("content_policy_violation", "mild")])
def test_there_are_fallbacks_for_what_is_too_long_and_for_what_is_refused(rig: Rig, code: str, model: str) -> None:
    rig.first.answer(faults.status(400, {"error": {"message": "no", "code": code}}))
    answer = chat(rig.http, "alone")
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-switchgear-model"] == model
    assert len(rig.asked(rig.first)) == 1


def test_when_everybody_fails_the_client_is_told_of_the_last(rig: Rig) -> None:
    rig.first.always(faults.status(500))
    rig.second.always(faults.status(503))
    answer = chat(rig.http, "pair")
    assert answer.status_code in (502, 503)
    assert rig.row(answer)["outcome"] == "failed"
    assert len(rig.asked(rig.first)) == 2
    assert len(rig.asked(rig.second)) == 2


def test_a_stream_that_only_announced_itself_is_replaced_unseen(rig: Rig) -> None:
    rig.first.answer(faults.cut_mid_stream(begun()))
    rig.second.answer(faults.stream(chat_stream("Hello", usage=tokens(3, 1))))
    answer = chat(rig.http, "pair", stream=True)
    assert said(answer) == "Hello"
    assert answer.headers["x-switchgear-provider"] == "second"
    assert answer.text.count('"role":"assistant"') == 1


# ---------------------------------------------------------------- silence


def test_a_model_that_says_nothing_is_replaced_whatever_its_provider_sends(rig: Rig) -> None:
    rig.first.answer(faults.stall_mid_stream([": keep-alive"]))
    rig.second.answer(faults.stream(chat_stream("Here")))
    answer = chat(rig.http, "watched", stream=True)
    assert said(answer) == "Here"
    assert rig.route(answer) == [("first", "provider_timeout"), ("second", "ok")]


def test_a_model_that_falls_silent_is_given_up(rig: Rig) -> None:
    rig.first.answer(faults.stall_mid_stream(begun("Well")))
    answer = chat(rig.http, "watched", stream=True)
    last = json.loads(events(answer.text)[-1])
    assert last["error"]["code"] == "provider_timeout"
    assert "between_tokens" in last["error"]["message"]
    assert rig.row(answer)["outcome"] == "cut"


def test_the_whole_call_has_a_limit_over_its_attempts(rig: Rig) -> None:
    rig.first.always(faults.stall_before_first_byte())
    rig.second.always(faults.stall_before_first_byte())
    answer = chat(rig.http, "short")
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "provider_timeout")
    assert "raise timeouts.total of the model" in answer.json()["error"]["message"]


# ---------------------------------------------------------------- in the middle of a stream


def test_a_stream_that_breaks_off_is_carried_on_by_another_deployment(rig: Rig) -> None:
    rig.first.answer(faults.cut_mid_stream(begun("The capital of France ", "is Par")))
    rig.second.answer(faults.stream(chat_stream("is.", usage=tokens(20, 2))))
    answer = chat(rig.http, "carried", stream=True, stream_options={"include_usage": True})
    assert said(answer) == "The capital of France is Paris."
    told = [json.loads(event) for event in events(answer.text) if event != "[DONE]"]
    assert told[-1]["switchgear"]["continued"] == [{"provider": "second", "model": "carried", "after": 28}]
    assert len({chunk["id"] for chunk in told}) == 1
    sent = json.loads(rig.asked(rig.second)[-1].body)["messages"]
    assert sent[1] == {"role": "assistant", "content": "The capital of France is Par"}
    assert sent[2]["role"] == "user"
    row = rig.row(answer)
    assert (row["outcome"], row["attempts"]) == ("ok", 2)
    assert row["completion_tokens"] > 2


def test_an_answer_that_begins_again_is_not_repeated(rig: Rig) -> None:
    rig.first.answer(faults.cut_mid_stream(begun("One, two, ", "three")))
    rig.second.answer(faults.stream(chat_stream(["One, two, ", "three, four."])))
    assert said(chat(rig.http, "carried", stream=True)) == "One, two, three, four."


def test_a_model_that_takes_the_beginning_of_its_answer_gets_it(rig: Rig) -> None:
    rig.first.answer(faults.cut_mid_stream(begun("It is a ")))
    rig.prefixed.answer(faults.stream([*_messages_stream(" dog.")], done=False))
    answer = chat(rig.http, "prefixed", stream=True)
    assert said(answer) == "It is a dog."
    sent = json.loads(rig.asked(rig.prefixed)[-1].body)["messages"]
    assert (sent[-1]["role"], len(sent)) == ("assistant", 2)
    assert "It is a" in json.dumps(sent[-1])
    assert "It is a " not in json.dumps(sent[-1]).replace('It is a"', "")


def _messages_stream(text: str) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": 5, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    block = {"type": "text", "text": ""}
    yield from (
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    )


def test_a_tool_call_that_breaks_off_is_not_carried_on(rig: Rig) -> None:
    call = {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a'}}]}
    rig.first.answer(faults.cut_mid_stream([*begun(), chat_chunk(call)]))
    answer = chat(rig.http, "carried", stream=True)
    assert json.loads(events(answer.text)[-1])["error"]["code"] == "provider_disconnected"
    assert not rig.asked(rig.second)


def test_a_held_stream_is_whole_or_another_ones(rig: Rig) -> None:
    rig.first.answer(faults.cut_mid_stream(begun("Half of an ")))
    rig.second.answer(faults.stream(chat_stream("A whole answer")))
    answer = chat(rig.http, "held", stream=True)
    assert said(answer) == "A whole answer"
    assert answer.headers["x-switchgear-provider"] == "second"


def test_a_held_stream_that_ends_and_does_not_say_why_is_another_ones(rig: Rig) -> None:
    rig.first.answer(faults.stream(begun("Half of an ")))
    rig.second.answer(faults.stream(chat_stream("A whole answer")))
    answer = chat(rig.http, "held", stream=True)
    assert said(answer) == "A whole answer"
    assert rig.route(answer) == [("first", "provider_disconnected"), ("second", "ok")]


def test_a_stream_that_ends_and_does_not_say_why_is_carried_on(rig: Rig) -> None:
    rig.first.answer(faults.stream(begun("One, two, ", "three")))
    rig.second.answer(faults.stream(chat_stream([", four."])))
    answer = chat(rig.http, "carried", stream=True)
    assert said(answer) == "One, two, three, four."
    assert rig.route(answer) == [("first", "provider_disconnected"), ("second", "ok")]


def test_without_recovery_a_provider_that_never_says_why_is_passed_on_as_it_is(rig: Rig) -> None:
    rig.first.answer(faults.stream(begun("All of it.")))
    answer = chat(rig.http, "pair", stream=True)
    assert said(answer) == "All of it."
    assert events(answer.text)[-1] == "[DONE]"
    rig.first.answer(faults.stream(begun("All of it.")))
    crossed = rig.http.post("/v1/messages", json={"model": "pair", "max_tokens": 9, "stream": True, "messages": HI})
    assert "All of it." in crossed.text
    assert '"stop_reason":null' in crossed.text
    assert "message_stop" in crossed.text
    assert "end_turn" not in crossed.text


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_nothing_reaches_the_client_that_comes_after_the_end_marker(rig: Rig, path: str) -> None:
    whole = chat_stream(["All of it."])
    rig.first.answer(faults.stream([*whole, "[DONE]", chat_chunk(" And more."), "no JSON"]))
    answer = rig.http.post(path, json={"model": "pair", "max_tokens": 9, "stream": True, "messages": HI})
    assert answer.status_code == 200, answer.text
    assert "All of it." in answer.text
    assert "And more" not in answer.text
    assert answer.text.count("[DONE]") == (path == "/v1/chat/completions")


def test_a_held_stream_with_an_event_that_nobody_can_read_is_another_ones(rig: Rig) -> None:
    rig.first.answer(faults.garbage_event())
    rig.second.answer(faults.stream(chat_stream("A whole answer")))
    answer = chat(rig.http, "held", stream=True)
    assert said(answer) == "A whole answer"
    assert rig.route(answer) == [("first", "provider_invalid_response"), ("second", "ok")]


def test_without_recovery_a_cut_stream_is_an_error(rig: Rig) -> None:
    rig.first.answer(faults.cut_mid_stream(begun("Half")))
    answer = chat(rig.http, "pair", stream=True)
    assert json.loads(events(answer.text)[-1])["error"]["code"] == "provider_disconnected"
    assert not rig.asked(rig.second)


# ---------------------------------------------------------------- two at once


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_silent_deployment_is_hedged_and_the_faster_one_answers(rig: Rig, stream: bool) -> None:
    rig.first.answer(faults.stall_before_first_byte())
    rig.second.always(faults.stream(chat_stream("Quick", usage=tokens(9, 1))) if stream else faults.ok())
    answer = chat(rig.http, "hedged", stream=stream)
    assert answer.status_code == 200
    assert answer.headers["x-switchgear-provider"] == "second"
    row = rig.row(answer)
    attempts = rig.attempts(answer)
    assert [(one.provider, one.outcome) for one in attempts] == [("first", "lost"), ("second", "ok")]
    assert attempts[0].usage is not None
    assert attempts[0].usage.prompt_tokens > 0
    assert row["latency_ms"] < 450  # the first one alone would be given up after 500


def test_a_call_without_messages_of_a_hurry_is_not_hedged(rig: Rig) -> None:
    answer = rig.http.post("/v1/chat/completions", json={"model": "hedged", "messages": HI})
    assert len(rig.route(answer)) == 1


# ---------------------------------------------------------------- queues, and what clients wish


def test_calls_wait_for_a_place_and_are_refused_when_too_many_wait(rig: Rig) -> None:
    gate = Gate()
    rig.first.always(gate, faults.ok())
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(chat, rig.http, "narrow") for _ in range(4)]
        refused = next(as_completed(calls)).result()
        gate.open()
        answers = [one.result() for one in calls if one.result() is not refused]
    assert refused.status_code == 503
    assert [answer.status_code for answer in answers] == [200] * 3
    assert refused.json()["error"]["code"] == "overloaded"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["x-should-retry"] == "true"
    waited = [rig.attempts(answer)[0].waited_ms for answer in answers]
    assert min(waited) == 0
    assert max(waited) > 0


def test_a_call_that_only_waited_for_a_place_is_not_told_that_the_provider_was_slow(rig: Rig) -> None:
    gate = Gate()
    rig.first.always(gate, faults.ok())
    with ThreadPoolExecutor(1) as pool:
        before = len(rig.first.requests)
        holds = pool.submit(chat, rig.http, "narrow")
        eventually(lambda: len(rig.first.requests) > before)
        answer = rig.http.post(
            "/v1/chat/completions", json={"model": "narrow", "messages": HI}, headers={"x-switchgear-timeout": "0.2"}
        )
        gate.open()
        assert holds.result().status_code == 200
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], answer.headers["retry-after"]) == (503, "overloaded", "1")
    assert "waited 0.2 s for a place at patient/narrow" in error["message"]
    assert answer.headers["x-switchgear-attempts"] == "0"
    assert len(rig.first.requests) == before + 1


def test_a_client_says_how_long_it_waits(rig: Rig) -> None:
    rig.first.always(faults.stall_before_first_byte())
    answer = rig.http.post(
        "/v1/chat/completions",
        json={"model": f"first/{uuid4()}", "messages": HI},
        headers={"x-switchgear-timeout": "0.2"},
    )
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (504, "provider_timeout")
    assert "0.2 s that the client waits (x-switchgear-timeout)" in error["message"]
    assert "timeouts.total" not in error["message"]


def test_a_client_is_told_why_its_call_went_where_it_went(rig: Rig) -> None:
    rig.first.answer(faults.status(500))
    answer = rig.http.post(
        "/v1/chat/completions", json={"model": "pair", "messages": HI}, headers={"x-switchgear-explain": "1"}
    )
    told = answer.headers["x-switchgear-route"]
    assert "first/pair" in told
    assert "provider_failed" in told
    assert "second/pair (after provider_failed): ok" in told
    assert answer.headers["x-switchgear-attempts"] == "2"


@pytest.mark.parametrize(
    "wish", [{"x-switchgear-priority": "urgent"}, {"x-switchgear-timeout": "soon"}, {"x-switchgear-timeout": "-1"}]
)
def test_a_wish_that_makes_no_sense_is_refused(rig: Rig, wish: dict[str, str]) -> None:
    answer = rig.http.post("/v1/chat/completions", json={"model": "pair", "messages": HI}, headers=wish)
    assert answer.status_code == 400
    assert next(iter(wish)) in answer.json()["error"]["message"]
