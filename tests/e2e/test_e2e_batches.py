"""Batches through a served gateway with the unmodified ``openai`` client."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from batching import begin, ended, jsonl, line, read
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
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: ScriptedProvider) -> Iterator[served]:
    with served(CONFIG.format(url=provider.base_url)) as running:
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

    def make(name: str, models: list[str] | None = None) -> OpenAI:
        made = admin.post("/api/keys", json={"name": name, "models": models or ["*"]}).json()
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
