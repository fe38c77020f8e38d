"""Batches survive the process that works on them: killed, stopped, or one of two."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from batching import begin, ended, jsonl, line, read, until
from openai import OpenAI
from openai.types import Batch

from switchgear.testing import Connection, Delay, Plan, ReadBody, Request, Send, chat_completion, http1, served
from switchgear.testing.listener import Listener, threaded

CONFIG = """
[local]
enabled = false

[providers.echo]
kind = "openai"
base_url = "{url}/v1"
models = ["test-model"]

[store]
url = "{store}"

[batches]
lease = 1.5
concurrency = 8
"""
LINES = 500


class Numbers(Listener):
    """A provider that answers a chat with what was asked, after a while, and counts how often it was asked that."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.seconds = 0.01

    def plan_for(self, request: Request) -> Plan:
        return (ReadBody(), _Answer(self))


class _Answer:
    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    async def run(self, connection: Connection) -> None:
        text = json.loads(connection.requests[-1].body)["messages"][0]["content"]
        self._numbers.asked[text] += 1
        await Delay(self._numbers.seconds).run(connection)
        await Send(http1.response(chat_completion(text))).run(connection)


@pytest.fixture
def numbers() -> Iterator[Numbers]:
    with threaded(Numbers()) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/shared.db"
        return
    another: Callable[[], AbstractAsyncContextManager[str]] = request.getfixturevalue("another_postgres")
    async with another() as url:
        yield url


def client_of(gateway: served) -> OpenAI:
    return OpenAI(base_url=gateway.base_url, api_key=gateway.key, max_retries=0)


def completed(batch: Batch) -> int:
    return batch.request_counts.completed if batch.request_counts is not None else 0


def check_output(client: OpenAI, batch_id: str, lines: int = LINES) -> None:
    """Every line is in the output once, with its own answer."""
    done = ended(client, batch_id, 90)
    assert done.status == "completed"
    got = read(client, done.output_file_id)
    assert [one["custom_id"] for one in got] == [f"line-{number}" for number in range(lines)]
    for number, one in enumerate(got):
        assert one["response"]["body"]["choices"][0]["message"]["content"] == f"number {number}"
    assert done.request_counts is not None
    assert done.request_counts.model_dump() == {"total": lines, "completed": lines, "failed": 0}


@pytest.mark.parametrize("after", [1, 150, 400])
def test_a_killed_process_loses_no_line_and_repeats_none_that_was_kept(
    store: str, tmp_path: Path, numbers: Numbers, after: int
) -> None:
    config = CONFIG.format(url=numbers.url, store=store)
    data = tmp_path / "data"
    with served(config, data_dir=data) as first, client_of(first) as client:
        batch = begin(client, jsonl(line(number) for number in range(LINES)))
        until(client, batch.id, lambda one: completed(one) >= after)
        first.kill()
        sum_before = sum(numbers.asked.values())
    with served(config, data_dir=data) as second, client_of(second) as client:
        kept = completed(client.batches.retrieve(batch.id))
        assert after <= kept < LINES
        check_output(client, batch.id)
    assert len(numbers.asked) == LINES
    again = [text for text, count in numbers.asked.items() if count > 1]
    assert len(again) <= sum_before - kept  # those that were under way, or answered and not kept yet; no other
    assert max(numbers.asked.values()) <= 2


def test_a_process_killed_again_and_again_comes_to_an_end(tmp_path: Path, numbers: Numbers) -> None:
    config = CONFIG.format(url=numbers.url, store=f"sqlite:{tmp_path}/shared.db")
    batch_id = ""
    for round_ in range(1, 5):
        with served(config, data_dir=tmp_path / "data") as gateway, client_of(gateway) as client:
            if not batch_id:
                batch_id = begin(client, jsonl(line(number) for number in range(LINES))).id
            until(client, batch_id, lambda one, wanted=round_ * 90: completed(one) >= wanted)  # type: ignore[misc]
            gateway.kill()
    with served(config, data_dir=tmp_path / "data") as gateway, client_of(gateway) as client:
        check_output(client, batch_id)


def test_a_process_that_is_stopped_repeats_no_line(tmp_path: Path, numbers: Numbers) -> None:
    config = CONFIG.format(url=numbers.url, store=f"sqlite:{tmp_path}/shared.db").replace("lease = 1.5", "lease = 3600")
    with served(config, data_dir=tmp_path / "data") as first, client_of(first) as client:
        batch = begin(client, jsonl(line(number) for number in range(LINES)))
        until(client, batch.id, lambda one: completed(one) >= 100)
        assert first.stop() == 0
    with served(config, data_dir=tmp_path / "data") as second, client_of(second) as client:
        check_output(client, batch.id)
    assert set(numbers.asked.values()) == {1}


async def test_two_gateways_on_one_database_share_a_batch_and_one_of_them_dies(
    another_postgres: Callable[[], AbstractAsyncContextManager[str]], tmp_path: Path, numbers: Numbers
) -> None:
    numbers.seconds = 0.05  # so that the other one has heard of it before all is done
    async with another_postgres() as url:
        config = CONFIG.format(url=numbers.url, store=url) + '\n[server]\nsecret = "env:SHARED"\n'
        env = {"SHARED": "ab" * 32}
        with served(config, data_dir=tmp_path / "one", env=env) as one, client_of(one) as client:
            with served(config, data_dir=tmp_path / "two", env=env) as two:
                with OpenAI(base_url=two.base_url, api_key=one.key, max_retries=0) as other:
                    batch = begin(client, jsonl(line(number) for number in range(2 * LINES)))
                    until(other, batch.id, lambda it: completed(it) >= 300 and _calls(two) > 0)
                two.kill()
            check_output(client, batch.id, 2 * LINES)
            assert _calls(one) > 0


def _calls(gateway: served) -> int:
    """Lines that a gateway has finished itself."""
    text = httpx.get(f"{gateway.url}/metrics", trust_env=False).text
    found = [one for one in text.splitlines() if one.startswith('switchgear_batch_lines_total{outcome="completed"}')]
    return int(float(found[0].rpartition(" ")[2])) if found else 0
