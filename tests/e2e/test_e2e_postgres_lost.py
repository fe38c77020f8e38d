"""PostgreSQL goes away under load and comes back: calls go on, and every record is there in the end, once."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import httpx
import pytest
from observed import chat, eventually

from postgres_server import Postgres, postgres_process
from switchgear.testing import ScriptedProvider, ServeFailed, served

CONFIG = """
[local]
enabled = false
[server]
secret = "env:SHARED_SECRET"
[store]
url = "env:DATABASE_URL"
durability = "{durability}"
[providers.test]
base_url = "{url}"
"""


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A server of the test's own."""
    with postgres_process() as running:
        yield running


def url_of(database: Postgres) -> str:
    return database.url.format(name="postgres")


def calls(database: Postgres) -> list[str]:
    """The ids of all records, with repetitions if there were any."""

    async def ask() -> list[str]:
        connection = await asyncpg.connect(url_of(database))
        try:
            return [row["id"] for row in await connection.fetch("SELECT id FROM usage")]
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


def gateway_on(database: Postgres, provider: ScriptedProvider, folder: Path, durability: str) -> served:
    config = CONFIG.format(url=provider.base_url, durability=durability)
    return served(config, env={"DATABASE_URL": url_of(database), "SHARED_SECRET": "5e" * 32}, data_dir=folder)


def client(gateway: served) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False)


def usage_state(gateway: served) -> str:
    found: str = httpx.get(f"{gateway.url}/readyz", timeout=30, trust_env=False).json()["parts"]["usage"]["state"]
    return found


@pytest.mark.parametrize("durability", ["strict", "batched"])
def test_calls_go_on_while_it_is_away_and_all_records_arrive_once(
    database: Postgres, provider: ScriptedProvider, tmp_path: Path, durability: str
) -> None:
    finished: list[str] = []
    refused: list[str] = []
    done = threading.Event()

    def load() -> None:
        with client(gateway) as http:
            while not done.is_set():
                answer = chat(http, "test/m")
                if answer.status_code == 200:
                    finished.append(answer.headers["x-request-id"])
                else:
                    refused.append(answer.text)

    with gateway_on(database, provider, tmp_path, durability) as gateway, ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load) for _ in range(4)]
        try:
            eventually(lambda: len(finished) > 50, 30)
            database.stop()
            eventually(lambda: usage_state(gateway) == "spooling", 30)
            count = len(finished)
            eventually(lambda: len(finished) > count + 100, 30)
            metrics = httpx.get(f"{gateway.url}/metrics", trust_env=False).text
            assert "switchgear_usage_spool_bytes 0.0" not in metrics
            database.start()
            eventually(lambda: usage_state(gateway) == "ready", 60)
        finally:
            done.set()
        for one in loads:
            one.result()
        assert refused == []
        assert gateway.stop() == 0
    kept = calls(database)
    assert len(kept) == len(set(kept))
    assert set(kept) == set(finished)
    assert not list((tmp_path / "spool").rglob("*"))


def test_records_of_a_killed_gateway_arrive_with_the_next(
    database: Postgres, provider: ScriptedProvider, tmp_path: Path
) -> None:
    with gateway_on(database, provider, tmp_path, "strict") as gateway, client(gateway) as http:
        finished = [chat(http, "test/m").headers["x-request-id"] for _ in range(3)]
        database.stop()
        for _ in range(20):
            answer = chat(http, "test/m")
            assert answer.status_code == 200
            finished.append(answer.headers["x-request-id"])
        assert gateway.kill() == -signal.SIGKILL
    with pytest.raises(ServeFailed, match="cannot be reached"), gateway_on(database, provider, tmp_path, "strict"):
        pass
    database.start()
    with gateway_on(database, provider, tmp_path, "strict") as gateway:
        eventually(lambda: usage_state(gateway) == "ready", 30)
        eventually(lambda: sorted(calls(database)) == sorted(finished), 30)


def test_workers_keep_their_records_while_it_is_away_and_so_does_one_that_is_killed(
    database: Postgres, provider: ScriptedProvider, tmp_path: Path, valkey_url: str
) -> None:
    """What the killed one had on disk is taken over by its successor, which comes up when the database is back."""

    def workers() -> dict[int, int]:
        with client(gateway) as http:
            found = http.get("/api/status").json()["workers"]
        return {each["number"]: each["pid"] for each in found if each["state"] == "ready"}

    def call() -> str:
        with client(gateway) as http:  # on a connection of its own: whichever worker gets it
            answer = chat(http, "test/m")
        assert answer.status_code == 200
        return answer.headers["x-request-id"]

    def spooled() -> int:
        metrics = httpx.get(f"{gateway.url}/metrics", timeout=30, trust_env=False).text
        return len(re.findall(r'^switchgear_usage_spool_bytes\{worker="\d"\} [1-9]', metrics, re.MULTILINE))

    config = CONFIG.format(url=provider.base_url, durability="strict")
    config = config.replace("[server]", '[state]\nurl = "env:STATE"\n[server]\nworkers = 2')
    env = {"DATABASE_URL": url_of(database), "SHARED_SECRET": "5e" * 32, "STATE": valkey_url}
    with served(config, env=env, data_dir=tmp_path) as gateway:
        eventually(lambda: len(workers()) == 2, 60)
        finished = [call() for _ in range(4)]
        database.stop()
        eventually(lambda: finished.append(call()) or spooled() == 2, 60)
        before = workers()
        os.kill(before[2], signal.SIGKILL)
        eventually(lambda: 2 not in workers(), 30)
        finished += [call() for _ in range(10)]
        database.start()
        eventually(lambda: workers().get(2, before[2]) != before[2], 60)
        eventually(lambda: sorted(calls(database)) == sorted(finished), 60)
        assert gateway.stop() == 0
    assert sorted(calls(database)) == sorted(finished)
    assert not list((tmp_path / "spool").rglob("*"))


def test_it_starts_as_little_as_before_without_its_database(
    database: Postgres, provider: ScriptedProvider, tmp_path: Path
) -> None:
    database.stop()
    with pytest.raises(ServeFailed) as raised, gateway_on(database, provider, tmp_path, "strict"):
        pass
    assert "exit code 5" in str(raised.value)
    assert "The PostgreSQL database" in str(raised.value)
    assert "Traceback" not in str(raised.value)
