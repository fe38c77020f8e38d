"""Every fault of ``misfortunes``, in every dialect in front, whole and streamed: what the client sees, how long it waits, what is recorded.

With one deployment the client is told what is wrong; with another one beside it, it gets its answer.
"""

from __future__ import annotations

import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import httpx
import pytest
import trustme
from crossing_clients import Client, Heard
from misfortunes import COMPLETION, FAULTS, PECULIAR, PROMPT, SAID, SHORT, TEXT, Dialect, Fault, Misfortunes
from observed import usage_row

from switchgear.core.calls import Attempt
from switchgear.store import routes
from switchgear.testing import FaultUpstream, served, unused_port

LONGEST = 20.0
"""Seconds within which every call here has ended. The limits that would end it otherwise are 30 s and more."""
CLOCKS = 50.0
"""Milliseconds by which two clocks may differ about the same wait."""
KINDS = {
    "chat": 'kind = "openai"',
    "responses": 'kind = "openai"\ndialects = ["responses"]',
    "messages": 'kind = "anthropic"',
}
CONFIG = """
[local]
enabled = false

[retry]
attempts = 2
backoff = 0.01
share = 1

[store]
durability = "strict"

[health]
errors = 2
calls = 1000000
pause = 600
longest_pause = 600
"""
DOWN = ("500", "hung-before-headers", "connection-refused")
"""What is wrong with every deployment of a model, where nobody is well."""
LAST = "dns-failure"
"""What is wrong with the one it falls back to."""
Set = Literal["alone", "pair", "hold", "continue"]
"""What stands behind an alias: the deployment that fails, or that and one that answers, with one rule for streams or another."""


class Lane(NamedTuple):
    """A client and a provider, by the dialect of each. Bytes pass between two of the same."""

    front: Dialect
    back: Dialect

    @property
    def passes(self) -> bool:
        return self.front == self.back


LANES = [Lane("chat", "chat"), Lane("responses", "chat"), Lane("messages", "chat"), Lane("responses", "responses"), Lane("messages", "messages")]  # fmt: skip


@dataclass
class Seen:
    """One call: what the client got, after how many seconds, and what is known of it afterwards.

    ``asked`` is how often the provider was.
    """

    answer: httpx.Response
    seconds: float
    row: dict[str, Any]
    health: dict[str, Any] = field(default_factory=dict)
    asked: int = 0

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        route = routes.read(self.row["route"])
        assert route is not None
        return route.attempts

    @property
    def tried(self) -> list[tuple[str, str]]:
        """Who was tried, and how that went."""
        return [(one.provider.partition("-")[0], one.error or one.outcome) for one in self.attempts]


@dataclass
class Rig:
    http: httpx.Client
    gateway: served
    provider: Misfortunes

    def call(self, name: str, lane: Lane, kind: Set, *, stream: bool) -> Seen:
        """One call of the model that stands for a fault, its deployment in good health."""
        fault = FAULTS.get(name)
        deployment = f"{fault.provider if fault else 'faulty'}-{lane.back}/{name}"
        if fault is not None:
            self.reset(deployment)
        before = self.provider.asked[name]
        seen = self.ask(f"{name}-{lane.back}-{kind}", lane, stream=stream)
        seen.health, seen.asked = self.health(deployment), self.provider.asked[name] - before
        return seen

    def ask(self, model: str, lane: Lane, *, stream: bool) -> Seen:
        """One call."""
        began = time.monotonic()
        answer = Client(lane.front, self.http).ask(model, **({"stream": True} if stream else {}))
        seconds = time.monotonic() - began
        return Seen(answer, seconds, usage_row(self.gateway.data_dir, answer.headers["x-request-id"]))

    def reset(self, deployment: str) -> None:
        """Forget what is held against a deployment."""
        self.http.post(f"/api/health/{deployment}/reset").raise_for_status()

    def health(self, deployment: str) -> dict[str, Any]:
        found = self.http.get("/api/health").json()["data"]
        return next(one for one in found if one["deployment"] == deployment)

    def reader(self, lane: Lane) -> Client:
        return Client(lane.front, self.http)

    def heard(self, lane: Lane, seen: Seen, *, stream: bool) -> Heard:
        reader = self.reader(lane)
        if not stream:
            return reader.read(seen.answer)
        assert seen.answer.status_code == 200, seen.answer.text
        return reader.heard(seen.answer.content)


def configured(urls: dict[str, str]) -> str:
    """Providers of every kind, and for each fault and each kind its aliases."""
    parts = [CONFIG]
    for name, url in urls.items():
        limits = f"timeouts = {{ first_byte = {SHORT}, between_bytes = {SHORT} }}" if name == "hasty" else ""
        parts += [
            f'[providers.{name}-{back}]\n{kind}\nbase_url = "{url}"\napi_key = "env:PROVIDER_KEY"\n{limits}'
            for back, kind in KINDS.items()
        ]
    for back in KINDS:
        steady = f'{{ provider = "steady-{back}", model = "m", price = {{ input = 1, output = 2 }} }}'
        parts.append(f"[models.steady-{back}]\ndeployments = [{steady}]")
        peculiar = {name: Fault(does, "") for name, does in PECULIAR.items()}
        for name, fault in {**FAULTS, **peculiar}.items():
            parts += _aliases(name, fault, back, steady)
        down = [_deployment(FAULTS[name], name, back) for name in DOWN]
        parts.append(f'[models.down-{back}]\ndeployments = [{", ".join(down)}]\nfallbacks = ["down-too-{back}"]')
        parts.append(
            f"[models.resting-{back}]\ndeployments = [{_deployment(FAULTS['529'], '529', back)}]\n"
            f'fallbacks = ["steady-{back}"]'
        )
        parts.append(f"[models.down-too-{back}]\ndeployments = [{_deployment(FAULTS[LAST], LAST, back)}]")
    return "\n\n".join(parts)


def _deployment(fault: Fault, name: str, back: str) -> str:
    return f'{{ provider = "{fault.provider}-{back}", model = "{name}", price = {{ input = 1, output = 2 }} }}'


def _aliases(name: str, fault: Fault, back: str, steady: str) -> Iterator[str]:
    shaky = _deployment(fault, name, back)
    sets = {"alone": [shaky], "pair": [shaky] if fault.helps else [shaky, steady]}
    if fault.midway:
        sets |= {"hold": [shaky, steady], "continue": [shaky, steady]}
    for kind, deployments in sets.items():
        more = [fault.rules]
        if kind == "pair" and fault.helps:
            more.append(f'{fault.helps} = ["steady-{back}"]')
        if kind in ("hold", "continue"):
            more.append(f'stream_recovery = "{kind}"')
        yield "\n".join([f"[models.{name}-{back}-{kind}]", f"deployments = [{', '.join(deployments)}]", *more])


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(stranger)
    environment = {"PROVIDER_KEY": "k", "RES_OPTIONS": "timeout:1 attempts:1"}
    with ExitStack() as stack:
        provider = stack.enter_context(Misfortunes.in_thread())
        untrusted = stack.enter_context(FaultUpstream.in_thread(ssl_context=stranger))
        config = configured(
            {
                **dict.fromkeys(("faulty", "hasty", "steady"), provider.base_url),
                "untrusted": untrusted.base_url,
                "unknown": "http://nobody.invalid/v1",
                "closed": f"http://127.0.0.1:{unused_port()}/v1",
            }
        )
        gateway = stack.enter_context(served(config, env=environment))
        headers = {"authorization": f"Bearer {gateway.key}"}
        http = stack.enter_context(httpx.Client(base_url=gateway.url, headers=headers, timeout=60, trust_env=False))
        yield Rig(http, gateway, provider)


def cases() -> list[Any]:
    """Every fault with every lane, whole and streamed."""
    found = []
    for name, fault in FAULTS.items():
        for lane in LANES:
            for stream in fault.streams:
                if not (stream and fault.passes and lane.passes):
                    words = f"{name}-{lane.front}-of-{lane.back}-{'streamed' if stream else 'whole'}"
                    found.append(pytest.param(name, lane, stream, id=words))
    return found


def broken_streams() -> list[Any]:
    """Every fault after the first words of a stream, with every lane and both ways to recover."""
    return [
        pytest.param(name, lane, rule, id=f"{name}-{lane.front}-of-{lane.back}-{rule}")
        for name, fault in FAULTS.items()
        for lane in LANES
        for rule in ("hold", "continue")
        if fault.midway and True in fault.streams and (rule == "hold" or not (fault.passes and lane.passes))
    ]


every_fault = pytest.mark.parametrize(("name", "lane", "stream"), cases())


def both(test: Callable[..., None]) -> Callable[..., None]:
    """The same in every dialect, whole and streamed."""
    streamed = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
    return streamed(pytest.mark.parametrize("lane", LANES, ids=lambda lane: f"{lane.front}-of-{lane.back}")(test))


def the_books_are_right(seen: Seen, waits: float = 0.0) -> None:
    """The usage row is the sum of the attempts in its route, at the price of the deployments, and tells no more time than went by.

    Whoever failed was waited for for at least ``waits`` seconds, and hardly longer than that is needed for.
    """
    row, attempts = seen.row, seen.attempts
    for one in attempts:
        assert one.ms >= (0 if one.outcome == "ok" else waits * 1000 - CLOCKS)
    assert sum(one.ms for one in attempts) <= row["latency_ms"] + CLOCKS
    used = [one.usage for one in attempts if one.usage is not None]
    assert row["prompt_tokens"] == sum(usage.prompt_tokens for usage in used)
    assert row["completion_tokens"] == sum(usage.completion_tokens for usage in used)
    assert row["cost"] == (sum(one.cost or 0 for one in attempts) if used else None)
    assert (row["cost"] or 0) == 1000 * row["prompt_tokens"] + 2000 * row["completion_tokens"]
    assert row["attempts"] == sum(one.outcome != "skipped" for one in attempts)
    assert row["latency_ms"] <= seen.seconds * 1000 + 1
    assert seen.seconds < LONGEST


def is_left_alone(seen: Seen, fault: Fault, tries: int) -> None:
    """The deployment's breaker says what it should after so many tries."""
    health = seen.health
    if not fault.blamed:
        assert (health["state"], health["calls"]) == ("closed", 0)
    elif fault.rests:
        assert (health["state"], health["reason"]) == ("open", fault.code)
        wait = (datetime.fromisoformat(health["retry_at"]) - datetime.now(UTC)).total_seconds()
        assert fault.rests - LONGEST < wait <= fault.rests + 1
    else:
        assert (health["calls"], health["error_rate"]) == (tries, 1.0)
        assert health["state"] == ("open" if tries == 2 else "closed")
        if tries == 2:
            assert health["reason"] == f"2 failures in a row: {fault.code}"


# ---------------------------------------------------------------- one deployment: told what is wrong


@every_fault
def test_with_one_deployment_the_client_is_told_what_is_wrong(rig: Rig, name: str, lane: Lane, stream: bool) -> None:
    fault = FAULTS[name]
    seen = rig.call(name, lane, "alone", stream=stream)
    the_books_are_right(seen, fault.waits)
    if stream and fault.midway:
        it_is_cut(rig, fault, lane, seen)
        return
    assert seen.answer.status_code == fault.status, seen.answer.text
    error = rig.reader(lane).error(seen.answer)
    if lane.front != "messages":
        assert error["code"] == fault.code
    assert f"{fault.provider}-{lane.back}" in error["message"]
    row = seen.row
    assert (row["outcome"], row["status"], row["error"]) == ("failed", fault.status, fault.code)
    assert row["message"]
    assert row["first_token_ms"] is None
    assert seen.tried == [(fault.provider, fault.code)] * fault.tries
    assert seen.asked in fault.asks(fault.tries)
    is_left_alone(seen, fault, fault.tries)
    if fault.rests:
        assert fault.rests - LONGEST < int(seen.answer.headers["retry-after"]) <= fault.rests


def it_is_cut(rig: Rig, fault: Fault, lane: Lane, seen: Seen) -> None:
    """What was said is heard once, the end is an error, and nothing else is asked."""
    heard = rig.heard(lane, seen, stream=True)
    assert heard.text == SAID
    assert not heard.clean
    assert heard.error is not None
    assert heard.kinds[-1] == ("response.failed" if lane.front == "responses" else "error")
    assert not {"[DONE]", "message_stop", "message_delta", "response.completed"} & set(heard.kinds)
    if lane.front == "chat":
        assert heard.error["code"] == fault.code
    row = seen.row
    assert (row["outcome"], row["status"], row["error"]) == ("cut", fault.status, fault.code)
    assert row["prompt_tokens"] > 0
    assert 0 < row["completion_tokens"] < COMPLETION
    assert row["first_token_ms"] is not None
    assert [(one.outcome, one.error) for one in seen.attempts] == [("cut", fault.code)]
    assert seen.asked in fault.asks(1)
    is_left_alone(seen, fault, 1)


# ---------------------------------------------------------------- two: an answer


@pytest.mark.parametrize(
    ("name", "lane", "stream"), [case for case in cases() if not (case.values[2] and FAULTS[case.values[0]].midway)]
)
def test_with_another_deployment_the_client_sees_an_answer(rig: Rig, name: str, lane: Lane, stream: bool) -> None:
    fault = FAULTS[name]
    seen = rig.call(name, lane, "pair", stream=stream)
    the_books_are_right(seen, fault.waits)
    it_is_answered(rig, fault, lane, seen, stream=stream)
    answered = seen.attempts[-1].usage
    assert answered is not None
    assert (answered.prompt_tokens, answered.completion_tokens, answered.estimated) == (PROMPT, COMPLETION, False)
    assert seen.answer.headers["x-switchgear-provider"] == f"steady-{lane.back}"
    assert seen.answer.headers["x-switchgear-attempts"] == "2"


@pytest.mark.parametrize(("name", "lane", "rule"), broken_streams())
def test_a_stream_that_breaks_is_an_answer_where_another_deployment_may_help(
    rig: Rig, name: str, lane: Lane, rule: Set
) -> None:
    fault = FAULTS[name]
    seen = rig.call(name, lane, rule, stream=True)
    the_books_are_right(seen, fault.waits)
    it_is_answered(rig, fault, lane, seen, stream=True)
    assert seen.row["completion_tokens"] > COMPLETION, "what the first one said was paid too"
    assert (b'"continued":' in seen.answer.content) == (rule == "continue")


def it_is_answered(rig: Rig, fault: Fault, lane: Lane, seen: Seen, *, stream: bool) -> None:
    """The whole of the answer is heard, once; the first deployment failed and the second one answered."""
    heard = rig.heard(lane, seen, stream=stream)
    assert heard.text == TEXT
    assert heard.clean
    assert heard.error is None
    assert (seen.row["outcome"], seen.row["status"], seen.row["error"]) == ("ok", 200, "")
    assert seen.tried == [(fault.provider, fault.code), ("steady", "ok")]
    assert seen.asked in fault.asks(1)
    is_left_alone(seen, fault, 1)


# ---------------------------------------------------------------- nobody


@both
def test_when_all_providers_are_down_the_client_is_told_so_and_how_long_to_stay_away(
    rig: Rig, lane: Lane, stream: bool
) -> None:
    down = [FAULTS[name] for name in (*DOWN, LAST)]
    for name, fault in zip((*DOWN, LAST), down, strict=True):
        rig.reset(f"{fault.provider}-{lane.back}/{name}")
    seen = rig.ask(f"down-{lane.back}", lane, stream=stream)
    the_books_are_right(seen)
    assert seen.answer.status_code == FAULTS[LAST].status
    assert f"unknown-{lane.back}" in rig.reader(lane).error(seen.answer)["message"]
    assert (seen.row["outcome"], seen.row["error"]) == ("failed", FAULTS[LAST].code)
    assert seen.tried[:3] == [(fault.provider, fault.code) for fault in down[:3]]
    assert Counter(seen.tried) == {(fault.provider, fault.code): 2 for fault in down}

    seen = rig.ask(f"down-{lane.back}", lane, stream=stream)
    the_books_are_right(seen)
    assert seen.answer.status_code == 503
    assert 0 < int(seen.answer.headers["retry-after"]) <= 600
    assert (seen.row["outcome"], seen.row["error"], seen.row["cost"]) == ("failed", "deployments_resting", None)
    assert {one.outcome for one in seen.attempts} == {"skipped"}
    assert {one.deployment for one in seen.attempts} == {*DOWN, LAST}


@both
def test_a_model_whose_deployments_all_rest_falls_back(rig: Rig, lane: Lane, stream: bool) -> None:
    rig.reset(f"faulty-{lane.back}/529")
    for tries in (2, 0):
        seen = rig.ask(f"resting-{lane.back}", lane, stream=stream)
        the_books_are_right(seen)
        assert rig.heard(lane, seen, stream=stream).text == TEXT
        assert seen.row["attempts"] == tries + 1
        assert seen.tried[-1] == ("steady", "ok")


# ---------------------------------------------------------------- answers, though not what was hoped for


@both
def test_a_model_that_had_nothing_to_say_has_answered(rig: Rig, lane: Lane, stream: bool) -> None:
    seen = rig.call("says-nothing", lane, "pair", stream=stream)
    the_books_are_right(seen)
    heard = rig.heard(lane, seen, stream=stream)
    assert (heard.text, heard.clean, heard.error) == ("", True, None)
    assert (seen.row["outcome"], seen.tried) == ("ok", [("faulty", "ok")])
    assert (seen.health["state"], seen.health["error_rate"]) == ("closed", 0)


@both
def test_an_answer_that_a_filter_ended_says_so(rig: Rig, lane: Lane, stream: bool) -> None:
    seen = rig.call("declines", lane, "pair", stream=stream)
    the_books_are_right(seen)
    heard = rig.heard(lane, seen, stream=stream)
    assert (heard.text, heard.error) == (TEXT, None)
    assert heard.clean or heard.kinds[-1] == "response.incomplete"
    assert heard.answer.finish in ("content_filter", "refusal")
    assert (seen.row["outcome"], seen.tried) == ("ok", [("faulty", "ok")])
    assert (seen.health["state"], seen.health["error_rate"]) == ("closed", 0)


# ---------------------------------------------------------------- more than one call


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("lane", LANES[:3], ids=lambda lane: lane.front)
def test_a_deployment_that_fails_every_second_time_answers_every_call(rig: Rig, lane: Lane, stream: bool) -> None:
    rig.provider.asked["flapping"] = 0
    for _ in range(3):
        seen = rig.call("flapping", lane, "alone", stream=stream)
        assert rig.heard(lane, seen, stream=stream).text == TEXT
        assert seen.tried == [("faulty", "provider_failed"), ("faulty", "ok")]
        assert (seen.health["state"], seen.health["error_rate"]) == ("closed", 0.5)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("lane", LANES[:3], ids=lambda lane: lane.front)
def test_a_deployment_that_rests_is_not_asked_and_the_client_is_told_when_to_come_back(
    rig: Rig, lane: Lane, stream: bool
) -> None:
    rig.call("500", lane, "alone", stream=stream)
    before = rig.provider.asked["500"]
    seen = rig.ask(f"500-{lane.back}-alone", lane, stream=stream)
    row = seen.row
    assert seen.answer.status_code == 503
    assert 0 < int(seen.answer.headers["retry-after"]) <= 600
    assert (row["outcome"], row["error"], row["attempts"], row["cost"]) == ("failed", "deployments_resting", 0, None)
    assert rig.provider.asked["500"] == before
    assert rig.health(f"steady-{lane.back}/m")["state"] == "closed"
