"""Files through a served gateway with the unmodified ``openai`` client: whose they are, and where they go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest
from observed import usage_row
from openai import OpenAI

from switchgear.testing import Delay, FaultUpstream, ReadBody, Send, faults, http1, served

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[providers.first]
kind = "openai"
base_url = "{first}"
api_key = "env:FIRST_KEY"
dialects = ["chat", "responses"]
models = ["gpt-5"]
max_response_bytes = 65536

[providers.second]
kind = "openai"
base_url = "{second}"

[providers.nobody]
kind = "anthropic"
base_url = "{second}"
"""
CONTENT = b'{"custom_id": "a"}\n' * 5000


@pytest.fixture(scope="module")
def first() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def second() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(first: FaultUpstream, second: FaultUpstream) -> Iterator[served]:
    config = CONFIG.format(first=first.base_url, second=second.base_url)
    with served(config, env={"FIRST_KEY": "sk-first-0123456789"}) as running:
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

    def make(name: str, models: list[str] | None = None, provider: str = "first") -> OpenAI:
        made = admin.post("/api/keys", json={"name": name, "models": models or ["*"]}).json()
        headers = {"x-switchgear-provider": provider} if provider else {}
        opened.append(OpenAI(base_url=gateway.base_url, api_key=made["key"], max_retries=0, default_headers=headers))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def document(number: int, **fields: Any) -> dict[str, Any]:
    told = {"id": f"file-{number}", "object": "file", "bytes": len(CONTENT), "created_at": 1_790_000_000 + number}
    return told | {"filename": f"{number}.jsonl", "purpose": "batch", "status": "processed"} | fields


def put(client: OpenAI, upstream: FaultUpstream, number: int, **fields: Any) -> None:
    upstream.answer(faults.ok(document(number, **fields)))
    told = client.files.create(file=(f"{number}.jsonl", CONTENT), purpose="batch")
    assert told.id == f"file-{number}"


def test_a_file_is_uploaded_looked_at_fetched_and_deleted(
    client_of: Callable[..., OpenAI], gateway: served, first: FaultUpstream
) -> None:
    client = client_of("whole life")
    first.answer(faults.ok(document(1)))
    told = client.files.with_raw_response.create(file=("1.jsonl", CONTENT), purpose="batch")
    assert told.parse().status == "processed"
    assert told.headers["x-switchgear-provider"] == "first"
    request = first.requests[-1]
    assert (request.method, request.path) == ("POST", "/v1/files")
    assert request.header("authorization") == "Bearer sk-first-0123456789"
    assert CONTENT in request.body
    assert b'name="purpose"\r\n\r\nbatch\r\n' in request.body
    row = usage_row(gateway.data_dir, told.headers["x-request-id"])
    assert (row["endpoint"], row["provider"], row["outcome"], row["cost"]) == ("files", "first", "ok", None)

    first.answer(faults.ok(document(1, status="error")))
    assert client.files.retrieve("file-1").status == "error"  # what the provider says now
    assert (first.requests[-1].method, first.requests[-1].path) == ("GET", "/v1/files/file-1")

    first.answer(ReadBody(), Send(http1.response(CONTENT, 200, {"content-type": "application/jsonl"})))
    fetched = client.files.content("file-1")
    assert fetched.content == CONTENT  # more than max_response_bytes, which is for answers
    assert fetched.response.headers["content-type"] == "application/jsonl"
    assert first.requests[-1].path == "/v1/files/file-1/content"

    first.answer(faults.ok({"id": "file-1", "object": "file", "deleted": True}))
    assert client.files.delete("file-1").deleted
    assert (first.requests[-1].method, first.requests[-1].path) == ("DELETE", "/v1/files/file-1")
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve("file-1")


def test_a_key_sees_and_touches_its_own_files_and_an_admin_key_all(
    client_of: Callable[..., OpenAI], gateway: served, first: FaultUpstream
) -> None:
    mine, theirs = client_of("mine"), client_of("theirs")
    put(mine, first, 21)
    put(theirs, first, 22)
    before = len(first.requests)
    assert [one.id for one in mine.files.list()] == ["file-21"]
    for touch in (mine.files.retrieve, mine.files.content, mine.files.delete):
        with pytest.raises(openai.NotFoundError) as caught:
            touch("file-22")
        assert caught.value.code == "not_found"
    assert len(first.requests) == before
    with OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0) as admin:
        assert {"file-21", "file-22"} <= {one.id for one in admin.files.list()}
        first.answer(faults.ok(document(22)))
        assert admin.files.retrieve("file-22").id == "file-22"


def test_a_list_comes_in_pages(client_of: Callable[..., OpenAI], first: FaultUpstream) -> None:
    client = client_of("pages")
    for number in range(31, 36):
        put(client, first, number, purpose="vision" if number == 33 else "batch")
    newest_first = [f"file-{number}" for number in (35, 34, 33, 32, 31)]
    page = client.files.list(limit=2)
    assert [one.id for one in page.data] == newest_first[:2]
    assert page.has_more
    assert [one.id for one in page] == newest_first  # the client goes on by itself
    assert [one.id for one in client.files.list(order="asc")] == newest_first[::-1]
    assert [one.id for one in client.files.list(purpose="vision")] == ["file-33"]
    assert page.data[0].bytes == len(CONTENT)
    assert page.data[0].filename == "35.jsonl"


@pytest.mark.parametrize(
    ("query", "param"),
    [({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"limit": "10001"}, "limit"), ({"order": "up"}, "order")],
)
def test_a_list_asked_for_wrongly_is_refused(admin: httpx.Client, query: dict[str, str], param: str) -> None:
    answer = admin.get("/v1/files", params=query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_which_provider_is_said_unless_there_is_one_only(
    client_of: Callable[..., OpenAI], first: FaultUpstream, second: FaultUpstream
) -> None:
    unsaid = client_of("unsaid", provider="")
    with pytest.raises(openai.BadRequestError) as caught:
        unsaid.files.create(file=("a", b"x"), purpose="user_data")
    assert caught.value.param == "provider"
    assert "first, second" in str(caught.value)
    assert "x-switchgear-provider" in str(caught.value)
    with pytest.raises(openai.BadRequestError, match="These do: first, second"):
        client_of("wrong", provider="nobody").files.create(file=("a", b"x"), purpose="batch")
    second.answer(faults.ok(document(41)))
    told = unsaid.files.create(file=("a", b"x"), purpose="batch", extra_query={"provider": "second"})
    assert told.id == "file-41"
    limited = client_of("limited", models=["first/*"], provider="")
    first.answer(faults.ok(document(42)))
    assert limited.files.create(file=("a", b"x"), purpose="user_data").id == "file-42"
    with pytest.raises(openai.BadRequestError, match="These do: first"):
        limited.files.create(file=("a", b"x"), purpose="batch", extra_query={"provider": "second"})


def test_the_same_id_at_two_providers_asks_for_the_provider(
    client_of: Callable[..., OpenAI], first: FaultUpstream, second: FaultUpstream
) -> None:
    client = client_of("twice", provider="")
    for upstream, name in ((first, "first"), (second, "second")):
        upstream.answer(faults.ok(document(51)))
        client.files.create(file=("a", b"x"), purpose="batch", extra_query={"provider": name})
    with pytest.raises(openai.BadRequestError, match="at each of first, second"):
        client.files.retrieve("file-51")
    second.answer(faults.ok(document(51, filename="second")))
    assert client.files.retrieve("file-51", extra_query={"provider": "second"}).filename == "second"


def test_a_file_the_provider_has_no_more_is_forgotten(client_of: Callable[..., OpenAI], first: FaultUpstream) -> None:
    client = client_of("gone")
    put(client, first, 61)
    put(client, first, 62)
    first.answer(faults.status(404))
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve("file-61")
    first.answer(faults.status(404))
    assert client.files.delete("file-62").deleted
    assert list(client.files.list()) == []


def test_content_that_breaks_off_does_not_end_as_if_it_were_whole(
    client_of: Callable[..., OpenAI], first: FaultUpstream
) -> None:
    client = client_of("cut")
    put(client, first, 71)
    first.answer(
        ReadBody(), Send(http1.head(200, {"content-length": "5000"}) + b"x" * 1000), Delay(0.2), faults.hang_up()[1:]
    )
    with pytest.raises((openai.APIConnectionError, httpx.RemoteProtocolError)):
        client.files.content("file-71")


@pytest.mark.parametrize(
    ("plan", "status", "code"),
    [
        (faults.status(404), 400, "not_supported"),
        (faults.status(400), 400, "provider_rejected_request"),
        (faults.status(401), 502, "provider_authentication_failed"),
        (faults.ok(b"not json"), 502, "provider_invalid_response"),
        (faults.ok({"object": "file"}), 502, "provider_invalid_response"),
    ],
)
def test_an_upload_that_comes_to_nothing_leaves_no_file(
    client_of: Callable[..., OpenAI], first: FaultUpstream, plan: Any, status: int, code: str
) -> None:
    client = client_of(f"nothing {status} {code} {len(first.requests)}")
    first.answer(plan)
    with pytest.raises(openai.APIStatusError) as caught:
        client.files.create(file=("a", CONTENT), purpose="batch")
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert list(client.files.list()) == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/files", "GET, POST"),
        ("POST", "/v1/files/file-1", "GET, DELETE"),
        ("DELETE", "/v1/files/file-1/content", "GET"),
    ],
)
def test_other_methods_are_refused_with_those_that_are_not(
    admin: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = admin.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["/v1/files/a/b", "/v1/files/a/content/c", "/v1/files/..%2f..%2fadmin", "/v1/files/%00"]
)
def test_paths_that_name_no_file_are_not_found(admin: httpx.Client, first: FaultUpstream, path: str) -> None:
    before = len(first.requests)
    answer = admin.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert len(first.requests) == before


def test_a_request_without_a_key_and_one_that_is_no_form_are_refused(gateway: served, admin: httpx.Client) -> None:
    assert httpx.get(f"{gateway.url}/v1/files", trust_env=False).status_code == 401
    assert admin.post("/v1/files", json={"purpose": "batch"}).status_code == 415
    answer = admin.post("/v1/files", data={"purpose": "batch"}, files={"other": ("", b"")})
    assert answer.status_code == 400, json.dumps(answer.json())


def test_a_key_without_the_scope_to_call_is_refused(
    gateway: served, admin: httpx.Client, client_of: Callable[..., OpenAI], first: FaultUpstream
) -> None:
    put(client_of("owner"), first, 81)
    made = admin.post("/api/keys", json={"name": "reader", "models": ["*"], "scopes": ["admin:read"]}).json()
    answer = httpx.get(f"{gateway.url}/v1/files", headers={"authorization": f"Bearer {made['key']}"}, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")


def test_a_file_that_two_keys_have_under_one_id_is_deleted_with_the_last(
    client_of: Callable[..., OpenAI], first: FaultUpstream
) -> None:
    one, other = client_of("one of two"), client_of("the other of two")
    put(one, first, 871, filename="mine.jsonl")
    put(other, first, 871, filename="theirs.jsonl")
    assert [file.filename for file in one.files.list()] == ["mine.jsonl"]
    assert [file.filename for file in other.files.list()] == ["theirs.jsonl"]
    before = len(first.requests)
    assert one.files.delete("file-871").deleted
    assert len(first.requests) == before
    with pytest.raises(openai.NotFoundError):
        one.files.retrieve("file-871")
    first.answer(faults.ok({"id": "file-871", "object": "file", "deleted": True}))
    assert other.files.delete("file-871").deleted
    assert first.requests[-1].method == "DELETE"
    assert list(other.files.list()) == []


@pytest.mark.parametrize(
    ("kind", "path", "asked"),
    [
        ("chat", "/chat/completions", {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "@"}}]}]}),
        ("input", "/responses", {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "@"}]}]}),
        ("container", "/responses", {"input": "x", "tools": [{"type": "code_interpreter", "container": {"file_ids": ["@"]}}]}),
    ],
)  # fmt: skip
def test_another_keys_file_cannot_be_given_to_a_model(
    client_of: Callable[..., OpenAI], first: FaultUpstream, kind: str, path: str, asked: dict[str, Any]
) -> None:
    mine, theirs = client_of(f"reader of files, {kind}"), client_of(f"writer of files, {kind}")
    put(mine, first, 881)
    put(theirs, first, 882)
    before = len(first.requests)

    def ask(client: OpenAI, file_id: str) -> None:
        body = json.loads(json.dumps({"model": "first/gpt-5"} | asked).replace("@", file_id))
        client.post(path, body=body, cast_to=object)

    with pytest.raises(openai.NotFoundError) as told:
        ask(mine, "file-882")
    assert told.value.param == "file_id"
    assert len(first.requests) == before
    for client, file_id in ((mine, "file-881"), (theirs, "file-882"), (mine, "file-uploaded-elsewhere")):
        first.answer(faults.ok({"object": "anything", "choices": [{}], "output": []}))
        ask(client, file_id)
        assert file_id.encode() in first.requests[-1].body
