"""Batches at a provider's own batch API, through a served gateway and a provider that has OpenAI's and Anthropic's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from batching import begin, ended, jsonl, line, read, until
from openai import OpenAI

from switchgear.testing import BatchProvider, chat_completion, served
from switchgear.testing.batch_provider import said

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[providers.native]
kind = "openai"
base_url = "{url}/v1"
api_key = "env:NATIVE_KEY"
dialects = ["chat", "responses"]
batches = true

[providers.claude]
kind = "anthropic"
base_url = "{url}/v1"
batches = true

[providers.plain]
kind = "openai"
base_url = "{url}/v1"

[models.fast]
deployments = [{{ provider = "native", model = "gpt-x", price = {{ input = 1.0, output = 10.0 }} }}]

[models.thoughtful]
deployments = [{{ provider = "claude", model = "claude-x", price = {{ input = 2.0, output = 20.0 }} }}]

[models.slow]
deployments = [{{ provider = "plain", model = "gpt-x" }}]

[batches]
lease = 1.5
poll = 0.2

[limits.terse]
budget = {{ usd = 1, per = "day" }}
output_tokens = 33

[limits.poor]
budget = {{ usd = 0.001, per = "day" }}
"""
KEY = {"NATIVE_KEY": "sk-native-0123456789"}


def config_for(provider: BatchProvider) -> str:
    return CONFIG.format(url=provider.url)


@pytest.fixture
def provider() -> Iterator[BatchProvider]:
    with BatchProvider.in_thread() as running:
        running.clock = time.time
        yield running


@pytest.fixture
def gateway(provider: BatchProvider) -> Iterator[served]:
    with served(config_for(provider), env=KEY) as running:
        yield running


@pytest.fixture
def client(gateway: served) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as one:
        yield one


@pytest.fixture
def admin(gateway: served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as one:
        yield one


def lines(count: int, model: str = "fast", **body: Any) -> bytes:
    return jsonl(line(number, model=model, **body) for number in range(count))


def counts(batch: Any) -> dict[str, int]:
    return batch.request_counts.model_dump()


def reason(batch: Any) -> str:
    return (batch.model_extra or {})["reason"] or ""


def made(provider: BatchProvider) -> int:
    return len(provider.batches)


def calls(provider: BatchProvider, path: str = "/v1/chat/completions") -> int:
    """Requests that were sent one by one."""
    return sum(request.path == path for request in provider.requests)


def test_a_batch_of_one_model_goes_to_the_providers_batch_api(
    client: OpenAI, provider: BatchProvider, admin: httpx.Client
) -> None:
    batch = begin(client, lines(150), metadata={"run": "1"})
    done = ended(client, batch.id)
    assert (done.status, counts(done)) == ("completed", {"total": 150, "completed": 150, "failed": 0})
    assert (made(provider), calls(provider)) == (1, 0)
    sent = next(request for request in provider.requests if (request.method, request.path) == ("POST", "/v1/batches"))
    assert sent.json["endpoint"] == "/v1/chat/completions"
    assert sent.header("idempotency-key") == batch.id
    assert sent.header("authorization") == "Bearer sk-native-0123456789"
    got = read(client, done.output_file_id)
    assert [one["custom_id"] for one in got] == [f"line-{number}" for number in range(150)]
    for number, one in enumerate(got):
        assert one["response"]["body"]["choices"][0]["message"]["content"] == f"number {number}"
    assert done.usage is not None
    assert done.usage.input_tokens == 1500
    told = admin.get(f"/api/batches/{batch.id}").json()
    assert (told["runner"], told["provider"]) == ("native", "native")
    # half of 150 * (10 * $1 + 2 * $10) a million
    assert float(told["cost"]) == pytest.approx(150 * 30e-6 / 2)
    assert provider.deleted  # what was sent there, and what came of it
    assert provider.files == {}


def test_every_line_is_recorded_as_a_call_at_half_the_price(client: OpenAI, admin: httpx.Client) -> None:
    batch = begin(client, lines(3))
    done = ended(client, batch.id)
    calls_ = admin.get("/api/usage", params={"model": "fast"}).json()["data"]
    assert len(calls_) == 3
    assert {(one["endpoint"], one["provider"], one["cost"]) for one in calls_} == {
        ("batches/chat/completions", "native", "0.000015")
    }
    first = read(client, done.output_file_id)[0]["response"]["request_id"]
    told = admin.get(f"/api/usage/{first}").json()
    assert batch.id in told["route"]["steps"][0]["told"]


def test_errors_of_single_lines_come_back_as_they_would_from_a_call(client: OpenAI, provider: BatchProvider) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["messages"][0]["content"] == "number 3":
            return 400, {"error": {"message": "Too long.", "code": "context_length_exceeded"}}
        return 200, said(body)

    provider.answer_line = answer
    content = lines(5) + jsonl([line(6, model="fast", messages="not a list"), line(7, model="fast")])
    done = ended(client, begin(client, content).id)
    assert counts(done) == {"total": 7, "completed": 5, "failed": 2}
    bad = read(client, done.error_file_id)
    assert [one["custom_id"] for one in bad] == ["line-3", "line-6"]
    assert [one["response"]["status_code"] for one in bad] == [400, 400]
    assert bad[0]["response"]["body"]["error"]["code"] == "context_length_exceeded"
    assert "messages" in bad[1]["response"]["body"]["error"]["message"]
    assert calls(provider) == 0


@pytest.mark.parametrize(
    ("endpoint", "body", "place"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "hello"}]}, ("choices", 0, "message")),
        ("/v1/messages", {"max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}, ("content", 0)),
        ("/v1/responses", {"input": "hello"}, ("output", 0, "content", 0)),
    ],
)
def test_lines_cross_into_anthropics_batches_and_back(
    client: OpenAI, provider: BatchProvider, endpoint: str, body: dict[str, Any], place: tuple[Any, ...]
) -> None:
    provider.answer_line = lambda params: (200, said(params, messages=True))
    asked = [
        {"custom_id": f"é {number}", "method": "POST", "url": endpoint, "body": {"model": "thoughtful"} | body}
        for number in range(70)
    ]
    done = ended(client, begin(client, jsonl(asked), endpoint).id)
    assert (done.status, counts(done)) == ("completed", {"total": 70, "completed": 70, "failed": 0})
    assert made(provider) == 1
    assert calls(provider, "/v1/messages") == 0
    got = read(client, done.output_file_id)
    assert [one["custom_id"] for one in got] == [f"é {number}" for number in range(70)]
    found = got[0]["response"]["body"]
    for step in place:
        found = found[step]
    assert "hello" in (found.get("text"), found.get("content"))
    if endpoint == "/v1/responses":
        assert client.responses.retrieve(got[0]["response"]["body"]["id"]).output_text == "hello"


def test_errors_of_anthropics_lines_come_back_in_the_clients_form(client: OpenAI, provider: BatchProvider) -> None:
    refused = {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long"}}
    provider.answer_line = lambda _: (400, refused)
    done = ended(client, begin(client, lines(2, "thoughtful")).id)
    assert counts(done) == {"total": 2, "completed": 0, "failed": 2}
    bad = read(client, done.error_file_id)[0]["response"]
    assert bad["status_code"] == 400
    assert "prompt is too long" in bad["body"]["error"]["message"]


def test_what_is_wrong_by_the_provider_comes_back_with_the_clients_line_numbers(
    client: OpenAI, provider: BatchProvider
) -> None:
    provider.mistakes = [{"code": "invalid_request", "message": "No such field.", "line": 3, "param": "body.x"}]
    content = b"\n\n" + jsonl([line(91, model="fast", messages=5)]) + lines(5)
    done = ended(client, begin(client, content).id)
    assert done.status == "failed"
    assert done.errors is not None
    told = (done.errors.data or [])[0]
    # two empty lines, and one that was not sent
    assert (told.code, told.line, told.param, told.message) == ("invalid_request", 6, "body.x", "No such field.")


@pytest.mark.parametrize("how", ["header", "metadata", "two models", "another provider"])
def test_some_batches_are_sent_line_by_line(client: OpenAI, provider: BatchProvider, how: str) -> None:
    content, more = lines(4, "slow" if how == "another provider" else "fast"), {}
    if how == "header":
        more = {"extra_headers": {"x-switchgear-batch": "gateway"}}
    elif how == "metadata":
        more = {"metadata": {"x-switchgear-batch": "gateway"}}
    elif how == "two models":
        content += jsonl([line(9, model="slow")])
    done = ended(client, begin(client, content, **more).id)
    assert done.status == "completed"
    assert made(provider) == 0
    assert calls(provider) >= 4


@pytest.mark.parametrize(
    ("what", "status"), [("POST /v1/files", 404), ("POST /v1/files", 403), ("POST /v1/batches", 400)]
)
def test_a_provider_that_takes_no_batches_after_all_gets_the_lines_one_by_one(
    client: OpenAI, provider: BatchProvider, what: str, status: int
) -> None:
    provider.refuse[what] = (status, {"error": {"message": "No batches for you."}})
    done = ended(client, begin(client, lines(4)).id)
    assert (done.status, counts(done)["completed"]) == ("completed", 4)
    assert (made(provider), calls(provider)) == (0, 4)


def test_a_provider_that_fails_for_a_moment_is_asked_again(client: OpenAI, provider: BatchProvider) -> None:
    provider.refuse["POST /v1/files"] = (503, {})
    done = ended(client, begin(client, lines(3)).id)
    assert (done.status, made(provider), calls(provider)) == ("completed", 1, 0)


@pytest.mark.parametrize("model", ["fast", "thoughtful"])
def test_an_answer_that_got_lost_makes_no_second_batch(client: OpenAI, provider: BatchProvider, model: str) -> None:
    provider.drop.append("POST /v1/batches" if model == "fast" else "POST /v1/messages/batches")
    if model == "thoughtful":
        provider.answer_line = lambda params: (200, said(params, messages=True))
    done = ended(client, begin(client, lines(10, model)).id)
    assert (done.status, counts(done)["completed"]) == ("completed", 10)
    assert (made(provider), provider.drop) == (1, [])


def test_a_batch_of_somebody_else_that_looks_the_same_is_left_alone(client: OpenAI, provider: BatchProvider) -> None:
    provider.answer_line = lambda params: (200, said(params, messages=True))
    theirs = [{"custom_id": f"x{n}", "params": {"model": "m", "messages": []}} for n in range(10)]
    httpx.post(f"{provider.url}/v1/messages/batches", json={"requests": theirs}, trust_env=False)
    provider.refuse["POST /v1/messages/batches"] = (500, {})
    done = ended(client, begin(client, lines(10, "thoughtful")).id)
    assert (done.status, counts(done)["completed"]) == ("completed", 10)
    assert made(provider) == 2


def test_a_batch_that_is_cancelled_is_cancelled_there_and_keeps_what_was_answered(
    client: OpenAI, provider: BatchProvider
) -> None:
    provider.hold = True
    provider.answer_line = lambda body: (
        (200, said(body)) if int(body["messages"][0]["content"].split()[1]) < 4 else None
    )
    batch = begin(client, lines(10))
    until(client, batch.id, lambda one: one.status == "in_progress" and made(provider) == 1)
    assert client.batches.cancel(batch.id).status == "cancelling"
    done = ended(client, batch.id)
    assert (done.status, counts(done)) == ("cancelled", {"total": 10, "completed": 4, "failed": 6})
    assert [one["custom_id"] for one in read(client, done.output_file_id)] == [f"line-{n}" for n in range(4)]
    assert {one["error"]["code"] for one in read(client, done.error_file_id)} == {"batch_cancelled"}


def test_a_batch_that_expires_there_expires_here(client: OpenAI, provider: BatchProvider) -> None:
    provider.hold = True
    provider.answer_line = lambda body: (200, said(body)) if body["messages"][0]["content"] == "number 1" else None
    batch = begin(client, lines(4))
    until(client, batch.id, lambda _: made(provider) == 1)
    provider.finish("expired")
    done = ended(client, batch.id)
    assert (done.status, counts(done)) == ("expired", {"total": 4, "completed": 1, "failed": 3})
    assert {one["error"]["code"] for one in read(client, done.error_file_id)} == {"batch_expired"}


def test_a_revoked_key_ends_its_batch_there_too(
    client: OpenAI, provider: BatchProvider, gateway: served, admin: httpx.Client
) -> None:
    provider.hold = True
    made_key = admin.post("/api/keys", json={"name": "leaver"}).json()
    with OpenAI(base_url=gateway.base_url, api_key=made_key["key"], max_retries=0) as leaver:
        batch = begin(leaver, lines(4))
    until(client, batch.id, lambda _: made(provider) == 1)
    assert admin.post(f"/api/keys/{made_key['id']}/revoke").status_code == 200
    done = ended(client, batch.id)
    assert done.status == "failed"
    assert done.errors is not None
    assert (done.errors.data or [])[0].code == "revoked_api_key"
    assert any(request.path.endswith("/cancel") for request in provider.requests)
    assert counts(done)["completed"] == 4  # what the provider had done by then is not thrown away


def test_progress_there_is_shown_here(client: OpenAI, provider: BatchProvider) -> None:
    provider.hold = True
    batch = begin(client, lines(4))
    running = until(client, batch.id, lambda _: made(provider) == 1)
    assert counts(running)["total"] == 4
    provider.finish()
    assert counts(ended(client, batch.id))["completed"] == 4


def test_a_batch_that_does_not_fit_into_the_budget_is_sent_line_by_line(
    client: OpenAI, provider: BatchProvider, gateway: served, admin: httpx.Client
) -> None:
    made_key = admin.post("/api/keys", json={"name": "poor", "limits": "poor"}).json()
    with OpenAI(base_url=gateway.base_url, api_key=made_key["key"], max_retries=0) as poor:
        dear = begin(poor, lines(60, max_tokens=20))
        until(poor, dear.id, lambda one: counts(one)["completed"] > 0 or reason(one) != "")
        assert made(provider) == 0
        assert poor.batches.cancel(dear.id).status == "cancelling"
        ended(poor, dear.id)


def test_lines_that_name_no_length_are_held_to_what_is_reserved_for_them(
    provider: BatchProvider, gateway: served, admin: httpx.Client
) -> None:
    asked: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        asked.append(body)
        return 200, chat_completion("x")

    provider.answer_line = answer
    made_key = admin.post("/api/keys", json={"name": "terse", "limits": "terse"}).json()
    with OpenAI(base_url=gateway.base_url, api_key=made_key["key"], max_retries=0) as terse:
        assert ended(terse, begin(terse, lines(2)).id).status == "completed"
    assert made(provider) == 1
    assert [body.get("max_tokens", body.get("max_completion_tokens")) for body in asked] == [33, 33]


def test_what_a_batch_cost_counts_towards_the_budget(
    provider: BatchProvider, gateway: served, admin: httpx.Client
) -> None:
    made_key = admin.post("/api/keys", json={"name": "careful", "limits": "poor"}).json()
    with OpenAI(base_url=gateway.base_url, api_key=made_key["key"], max_retries=0) as careful:
        cheap = ended(careful, begin(careful, lines(50, max_tokens=2)).id)
        assert (cheap.status, made(provider)) == ("completed", 1)
        # 50 * $0.000015 of $0.001 are spent: another such batch does not fit, nor do many calls
        with pytest.raises(openai.RateLimitError, match="has used"):
            careful.chat.completions.create(model="fast", messages=[{"role": "user", "content": "hi"}], max_tokens=90)


def test_what_a_batch_may_use_is_held_until_its_results_are_there(
    provider: BatchProvider, gateway: served, admin: httpx.Client
) -> None:
    provider.hold = True
    made_key = admin.post("/api/keys", json={"name": "keen", "limits": "poor"}).json()
    with OpenAI(base_url=gateway.base_url, api_key=made_key["key"], max_retries=0) as keen:
        asked = lines(2, max_tokens=20, n=3)  # $0.0006 at most, of $0.001
        first = begin(keen, asked)
        until(keen, first.id, lambda _: made(provider) == 1)
        second = begin(keen, asked)
        until(keen, second.id, lambda one: reason(one) != "")
        assert (made(provider), calls(provider)) == (1, 0)
        with pytest.raises(openai.RateLimitError, match="budget"):
            keen.chat.completions.create(model="fast", messages=[{"role": "user", "content": "hi"}], max_tokens=60)
        keen.batches.cancel(second.id)
        provider.hold = False
        provider.finish()
        assert ended(keen, first.id).status == "completed"
        assert ended(keen, begin(keen, asked).id).status == "completed"
        assert (made(provider), calls(provider)) == (2, 0)


# ---------------------------------------------------------------- a process that dies in between


def killed_when(
    provider: BatchProvider, data: Path, content: bytes, happened: Callable[[], bool], **more: Any
) -> tuple[str, str]:
    """A batch whose gateway was killed as soon as ``happened``; its id and the key."""
    with served(config_for(provider), env=KEY, data_dir=data) as gateway:
        with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as client:
            batch = begin(client, content, **more)
        deadline = time.monotonic() + 30
        while not happened():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        gateway.kill()
        return batch.id, gateway.key


@pytest.mark.parametrize("model", ["fast", "thoughtful"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_killed_around_the_making_makes_no_second_batch(
    provider: BatchProvider, tmp_path: Path, model: str, when: str
) -> None:
    if model == "thoughtful":
        provider.answer_line = lambda params: (200, said(params, messages=True))
    what = "POST /v1/batches" if model == "fast" else "POST /v1/messages/batches"
    provider.stall[what] = when
    batch_id, _ = killed_when(provider, tmp_path, lines(90, model), lambda: provider.stalled == 1)
    assert made(provider) == (1 if when == "after" else 0)
    check(provider, tmp_path, batch_id, 90)
    assert made(provider) == 1


def test_a_process_killed_in_the_middle_of_the_upload_uploads_again(provider: BatchProvider, tmp_path: Path) -> None:
    provider.stall["POST /v1/files"] = "after"
    batch_id, _ = killed_when(provider, tmp_path, lines(90), lambda: provider.stalled == 1)
    assert made(provider) == 0
    check(provider, tmp_path, batch_id, 90)
    assert made(provider) == 1


def test_a_process_killed_while_the_provider_works_goes_on_asking(provider: BatchProvider, tmp_path: Path) -> None:
    provider.hold = True
    asked = "/v1/batches/batch_p2"
    batch_id, _ = killed_when(
        provider, tmp_path, lines(90), lambda: any(request.path == asked for request in provider.requests)
    )
    provider.finish()
    check(provider, tmp_path, batch_id, 90)
    assert made(provider) == 1


def test_a_process_killed_while_it_fetches_counts_no_line_twice(provider: BatchProvider, tmp_path: Path) -> None:
    def fetching() -> bool:
        return any(request.path.endswith("/content") for request in provider.requests)

    batch_id, _ = killed_when(provider, tmp_path, lines(3000), fetching)
    check(provider, tmp_path, batch_id, 3000)
    assert made(provider) == 1


def check(provider: BatchProvider, data: Path, batch_id: str, count: int) -> None:
    """The batch goes on in another process, and every line is in the output and in the books once."""
    with (
        served(config_for(provider), env=KEY, data_dir=data) as gateway,
        OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as client,
    ):
        done = ended(client, batch_id, 90)
        assert (done.status, counts(done)) == ("completed", {"total": count, "completed": count, "failed": 0})
        got = read(client, done.output_file_id)
        assert [one["custom_id"] for one in got] == [f"line-{number}" for number in range(count)]
        headers = {"authorization": f"Bearer {gateway.key}"}
        told = httpx.get(f"{gateway.url}/api/usage/summary", headers=headers, trust_env=False).json()
        assert told["total"]["prompt_tokens"] == 10 * count, json.dumps(told)
    assert calls(provider) + calls(provider, "/v1/messages") == 0
