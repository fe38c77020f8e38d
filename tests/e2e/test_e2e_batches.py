"""Batches through a served gateway with the unmodified ``openai`` client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest
from batching import begin, ended, jsonl, line, read, until
from openai import OpenAI

from switchgear.testing import ScriptedProvider, served

CONFIG = """
[local]
enabled = false

[providers.echo]
kind = "openai"
base_url = "{url}"
models = ["test-model"]

[batches]
lease = 2

[limits.small]
budget = { tokens = 200, per = "day" }

[limits.large]
budget = { tokens = 2000000, per = "day" }

[limits.two]
concurrency = 2
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: ScriptedProvider) -> Iterator[served]:
    with served(CONFIG.replace("{url}", provider.base_url)) as running:
        yield running


@pytest.fixture
def admin(gateway: served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as one:
        yield one


@pytest.fixture
def client_of(gateway: served, admin: httpx.Client) -> Iterator[Callable[..., OpenAI]]:
    """Makes a key and a client that uses it."""
    opened: list[OpenAI] = []

    def make(name: str, models: list[str] | None = None, limits: str = "") -> OpenAI:
        made = admin.post("/api/keys", json={"name": name, "models": models or ["*"], "limits": limits}).json()
        opened.append(OpenAI(base_url=gateway.base_url, api_key=made["key"], max_retries=0))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_a_batch_is_answered_line_by_line(client_of: Callable[..., OpenAI]) -> None:
    client = client_of("whole life")
    batch = begin(client, jsonl(line(number) for number in range(150)), metadata={"run": "1"})
    assert (batch.object, batch.status, batch.endpoint) == ("batch", "validating", "/v1/chat/completions")
    assert batch.metadata == {"run": "1"}
    done = ended(client, batch.id)
    assert done.status == "completed"
    assert done.request_counts is not None
    assert done.request_counts.model_dump() == {"total": 150, "completed": 150, "failed": 0}
    assert done.model == "echo/test-model"
    assert done.error_file_id is None
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens > 0
    assert done.in_progress_at is not None
    assert done.completed_at is not None
    assert done.expires_at == done.created_at + 86_400
    lines = read(client, done.output_file_id)
    assert [one["custom_id"] for one in lines] == [f"line-{number}" for number in range(150)]
    assert len({one["id"] for one in lines}) == 150
    for number, one in enumerate(lines):
        assert one["error"] is None
        assert one["response"]["status_code"] == 200
        assert one["response"]["request_id"].startswith("req_")
        assert one["response"]["body"]["choices"][0]["message"]["content"] == f"number {number}"
    kept = client.files.retrieve(done.output_file_id or "")
    assert (kept.purpose, kept.filename) == ("batch_output", f"{batch.id}_output.jsonl")
    assert kept.bytes == len(client.files.content(kept.id).content)


def test_the_calls_of_a_batch_are_recorded_as_any_call(client_of: Callable[..., OpenAI], admin: httpx.Client) -> None:
    client = client_of("recorded")
    batch = begin(client, jsonl([line(1), line(2)]))
    ended(client, batch.id)
    calls = admin.get("/api/usage", params={"key": "recorded"}).json()["data"]
    told = [call for call in calls if call["endpoint"] == "batches/chat/completions"]
    assert len(told) == 2
    assert {call["outcome"] for call in told} == {"ok"}
    assert not [call for call in calls if call["endpoint"] not in ("batches/chat/completions", "files")]
    steps = admin.get(f"/api/usage/{told[0]['id']}").json()["route"]["steps"]
    assert {"stage": "batch", "told": f"{batch.id}, line 2"}.items() <= next(
        one for one in steps if one["stage"] == "batch"
    ).items()


@pytest.mark.parametrize(
    ("endpoint", "body", "place"),
    [
        ("/v1/completions", {"prompt": "hello"}, ("choices", 0, "text")),
        ("/v1/embeddings", {"input": "hello"}, ("data", 0, "object")),
        ("/v1/responses", {"input": "hello"}, ("output", 0, "content", 0, "text")),
        (
            "/v1/messages",
            {"max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]},
            ("content", 0, "text"),
        ),
    ],
)
def test_every_endpoint_answers_in_its_own_form(
    client_of: Callable[..., OpenAI], endpoint: str, body: dict[str, Any], place: tuple[Any, ...]
) -> None:
    client = client_of(f"endpoint {endpoint}")
    lines = [
        {"custom_id": "good", "method": "POST", "url": endpoint, "body": {"model": "echo/test-model"} | body},
        {"custom_id": "bad", "method": "POST", "url": endpoint, "body": {"model": "echo/test-model", "input": 5}},
    ]
    done = ended(client, begin(client, jsonl(lines), endpoint).id)
    assert done.status == "completed"
    good, bad = read(client, done.output_file_id), read(client, done.error_file_id)
    assert [one["custom_id"] for one in (*good, *bad)] == ["good", "bad"]
    found = good[0]["response"]["body"]
    for step in place:
        found = found[step]
    assert found in ("hello", "embedding")
    assert bad[0]["response"]["status_code"] == 400
    assert bad[0]["response"]["body"]["error"]["message"]
    if endpoint == "/v1/responses":  # it is kept, as one that was asked for alone
        kept = client.responses.retrieve(good[0]["response"]["body"]["id"])
        assert kept.output_text == "hello"


def test_a_file_with_bad_lines_fails_the_batch_and_every_one_is_told(client_of: Callable[..., OpenAI]) -> None:
    client = client_of("bad lines", models=["echo/*"])
    lines: list[Any] = [line(1), "not json", line(1), line(4) | {"url": "/v1/embeddings"}, line(5, model="gpt-9"), ""]
    lines += [line(7, stream=True), line(8) | {"method": "GET"}, {"custom_id": "x"}, line(10)]
    done = ended(client, begin(client, jsonl(lines)).id)
    assert (done.status, done.output_file_id, done.error_file_id) == ("failed", None, None)
    assert done.failed_at is not None
    assert done.errors is not None
    assert [(one.line, one.code, one.param) for one in done.errors.data or []] == [
        (2, "invalid_json_line", None),
        (3, "duplicate_custom_id", "custom_id"),
        (4, "url_mismatch", "url"),
        (5, "model_not_found", "body.model"),
        (7, "invalid_request", "body.stream"),
        (8, "invalid_method", "method"),
        (9, "missing_required_parameter", "method"),
        (9, "missing_required_parameter", "url"),
        (9, "missing_required_parameter", "body"),
    ]


def test_an_empty_file_fails_the_batch(client_of: Callable[..., OpenAI]) -> None:
    client = client_of("empty")
    done = ended(client, begin(client, b"\n\n").id)
    assert done.errors is not None
    assert [one.code for one in done.errors.data or []] == ["empty_file"]


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"endpoint": "/v1/audio/speech"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"input_file_id": "file-nothing"}, "input_file_id"),
        ({"input_file_id": None}, "input_file_id"),
        ({"metadata": {"a": 1}}, "metadata[...]"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "metadata"),
        ({"metadata": {"x" * 65: "x"}}, "metadata"),
        ({"output_expires_after": {"anchor": "created_at", "seconds": 60}}, "output_expires_after.seconds"),
        ({"output_expires_after": {"anchor": "now", "seconds": 3600}}, "output_expires_after.anchor"),
        ({"metadata": {"x-switchgear-batch": "provider"}}, "x-switchgear-batch"),
    ],
    ids=str,
)
def test_a_batch_that_is_asked_for_wrongly_is_refused(
    gateway: served, admin: httpx.Client, asked: dict[str, Any], param: str
) -> None:
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as client:
        file = client.files.create(file=("a", b"{}\n"), purpose="batch")
    whole = {"input_file_id": file.id, "endpoint": "/v1/embeddings", "completion_window": "24h"} | asked
    answer = admin.post("/v1/batches", json=whole)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["param"] == param


def test_a_file_of_another_purpose_is_no_input(client_of: Callable[..., OpenAI]) -> None:
    client = client_of("other purpose")
    done = ended(client, begin(client, jsonl([line(1)])).id)
    with pytest.raises(openai.BadRequestError, match="batch_output"):
        client.batches.create(
            input_file_id=done.output_file_id or "", endpoint="/v1/chat/completions", completion_window="24h"
        )


def test_a_key_sees_and_cancels_its_own_batches_and_an_admin_key_all(
    client_of: Callable[..., OpenAI], gateway: served
) -> None:
    mine, theirs = client_of("mine"), client_of("theirs")
    first, second = begin(mine, jsonl([line(1)])), begin(theirs, jsonl([line(1)]))
    assert [one.id for one in mine.batches.list()] == [first.id]
    for touch in (mine.batches.retrieve, mine.batches.cancel):
        with pytest.raises(openai.NotFoundError):
            touch(second.id)
    done = ended(theirs, second.id)
    with pytest.raises(openai.NotFoundError):
        mine.files.content(done.output_file_id or "")
    with pytest.raises(openai.NotFoundError):
        mine.batches.create(
            input_file_id=second.input_file_id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as admin:
        assert {first.id, second.id} <= {one.id for one in admin.batches.list()}
        assert admin.batches.retrieve(second.id).status == "completed"


def test_a_list_comes_in_pages(client_of: Callable[..., OpenAI]) -> None:
    client = client_of("pages")
    made = [begin(client, jsonl([line(1)])).id for _ in range(5)]
    page = client.batches.list(limit=2)
    assert [one.id for one in page.data] == made[:2:-1]
    assert page.has_more
    assert [one.id for one in page] == made[::-1]
    with pytest.raises(openai.BadRequestError):
        client.batches.list(limit=101)
    with pytest.raises(openai.NotFoundError):
        client.batches.list(after="batch_nothing")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/v1/batches", 405),
        ("DELETE", "/v1/batches/batch_1", 405),
        ("GET", "/v1/batches/batch_1/cancel", 405),
        ("GET", "/v1/batches/batch_1/other", 404),
        ("GET", "/v1/batches/%00", 404),
        ("POST", "/v1/batches", 400),
    ],
)
def test_other_methods_and_paths_are_refused(admin: httpx.Client, method: str, path: str, status: int) -> None:
    assert admin.request(method, path).status_code == status


def test_without_a_key_nothing_is_told(gateway: served) -> None:
    for path in ("/v1/batches", "/v1/batches/batch_1"):
        assert httpx.get(gateway.url + path, trust_env=False).status_code == 401


def test_a_revoked_key_stops_its_batch(
    client_of: Callable[..., OpenAI], gateway: served, admin: httpx.Client, provider: ScriptedProvider
) -> None:
    client = client_of("revoked")
    for _ in range(32):  # all that are under way at the same time
        provider.reply("slow", delay=1.5)
    batch = begin(client, jsonl(line(number) for number in range(500)))
    until(client, batch.id, lambda one: one.status == "in_progress")
    key = next(one for one in admin.get("/api/keys").json()["data"] if one["name"] == "revoked")
    assert admin.post(f"/api/keys/{key['id']}/revoke").status_code == 200
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as other:
        done = ended(other, batch.id)
        assert done.status == "failed"
        assert done.errors is not None
        assert (done.errors.data or [])[0].code == "revoked_api_key"
        lines = read(other, done.output_file_id) + read(other, done.error_file_id)
        assert len({one["custom_id"] for one in lines}) == len(lines) == 500


def test_a_budget_that_is_used_up_pauses_the_batch_until_there_is_more(
    client_of: Callable[..., OpenAI], admin: httpx.Client
) -> None:
    client = client_of("poor", limits="small")
    batch = begin(client, jsonl(line(number, max_tokens=10) for number in range(60)))
    waiting = until(client, batch.id, lambda one: bool((one.model_extra or {})["reason"]))
    assert waiting.status == "in_progress"
    assert waiting.request_counts is not None
    assert 0 < waiting.request_counts.completed < 60
    assert waiting.request_counts.failed == 0
    assert "200 tokens a day" in (waiting.model_extra or {})["reason"]
    key = next(one for one in admin.get("/api/keys").json()["data"] if one["name"] == "poor")
    assert admin.patch(f"/api/keys/{key['id']}", json={"limits": "large"}).status_code == 200
    done = ended(client, batch.id)
    assert (done.status, (done.model_extra or {})["reason"]) == ("completed", None)
    assert done.request_counts is not None
    assert done.request_counts.model_dump() == {"total": 60, "completed": 60, "failed": 0}
    refused = admin.get("/api/usage", params={"key": "poor", "outcome": "refused"}).json()["data"]
    assert refused == []  # nobody was refused: they waited


def test_a_limit_of_calls_at_once_slows_the_batch_down_and_fails_no_line(
    client_of: Callable[..., OpenAI], provider: ScriptedProvider
) -> None:
    client = client_of("two at once", limits="two")
    for _ in range(4):
        provider.reply("slow", delay=0.3)
    done = ended(client, begin(client, jsonl(line(number) for number in range(40))).id)
    assert done.request_counts is not None
    assert done.request_counts.model_dump() == {"total": 40, "completed": 40, "failed": 0}


def test_a_batch_is_cancelled_with_what_was_answered_kept(
    client_of: Callable[..., OpenAI], provider: ScriptedProvider
) -> None:
    client = client_of("cancelled")
    batch = begin(client, jsonl(line(number) for number in range(3000)))
    until(client, batch.id, lambda one: one.request_counts is not None and one.request_counts.completed > 0)
    assert client.batches.cancel(batch.id).status == "cancelling"
    done = ended(client, batch.id)
    assert done.status == "cancelled"
    assert done.cancelled_at is not None
    lines, unsent = read(client, done.output_file_id), read(client, done.error_file_id)
    assert len(lines) + len(unsent) == 3000
    assert {one["error"]["code"] for one in unsent} == {"batch_cancelled"}
    with pytest.raises(openai.ConflictError):
        client.batches.cancel(batch.id)


def test_output_lives_as_long_as_was_asked_for(client_of: Callable[..., OpenAI]) -> None:
    client = client_of("expiring")
    content = jsonl([line(1)])
    file = client.files.create(
        file=("a", content), purpose="batch", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert file.expires_at == file.created_at + 3600
    batch = client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        output_expires_after={"anchor": "created_at", "seconds": 7200},
    )
    output = client.files.retrieve(ended(client, batch.id).output_file_id or "")
    assert output.expires_at == output.created_at + 7200
    assert client.files.delete(output.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.content(output.id)


# ---------------------------------------------------------------- the files


@pytest.mark.parametrize("order", ["purpose first", "purpose last", "unknown length"])
def test_the_gateways_own_files_are_kept_however_the_form_comes(admin: httpx.Client, order: str) -> None:
    content = b"x" * 700_000 + b"\r\n--almost\r\n" + b"y" * 10
    purpose = b'--B12345678901234567890\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    file = b'--B12345678901234567890\r\ncontent-disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n'
    parts = [purpose, file + content + b"\r\n"]
    whole = b"".join(parts[::-1] if order == "purpose last" else parts) + b"--B12345678901234567890--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=B12345678901234567890"}
    sent = iter([whole[:1000], whole[1000:]]) if order == "unknown length" else whole
    answer = admin.post("/v1/files", content=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["object"], told["purpose"], told["bytes"]) == ("file", "batch", len(content))
    assert told["filename"] == "in.jsonl"
    assert "x-switchgear-provider" not in answer.headers
    assert admin.get(f"/v1/files/{told['id']}/content").content == content
    assert admin.get(f"/v1/files/{told['id']}").json() == told
    assert told["id"] in {one["id"] for one in admin.get("/v1/files", params={"purpose": "batch"}).json()["data"]}
    assert admin.delete(f"/v1/files/{told['id']}").json()["deleted"]
    assert admin.get(f"/v1/files/{told['id']}/content").status_code == 404


def test_two_files_in_a_form_and_a_wrong_expiry_are_refused_and_nothing_is_kept(admin: httpx.Client) -> None:
    before = admin.get("/v1/files").json()["data"]
    two = admin.post("/v1/files", data={"purpose": "batch"}, files=[("file", ("a", b"x")), ("file", ("b", b"y"))])
    assert (two.status_code, two.json()["error"]["param"]) == (400, "file")
    wrong = {"purpose": "batch", "expires_after[anchor]": "created_at", "expires_after[seconds]": "5"}
    answer = admin.post("/v1/files", data=wrong, files={"file": ("a", b"x")})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "expires_after[seconds]")
    assert admin.get("/v1/files").json()["data"] == before


def test_the_input_of_a_batch_that_has_not_ended_is_not_deleted(
    client_of: Callable[..., OpenAI], provider: ScriptedProvider
) -> None:
    client = client_of("needed")
    provider.reply("slow", delay=2)
    batch = begin(client, jsonl([line(1)]))
    until(client, batch.id, lambda one: one.status == "in_progress")
    with pytest.raises(openai.ConflictError, match=batch.id):
        client.files.delete(batch.input_file_id)
    ended(client, batch.id)
    assert client.files.delete(batch.input_file_id).deleted
