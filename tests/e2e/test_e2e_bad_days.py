"""A database that fails while the gateway serves: calls go on, ``/readyz`` and the log say so, nothing is lost."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest
from observed import chat, eventually, usage_row, usage_rows

from switchgear.testing import ScriptedProvider, served

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000
[store]
durability = "{durability}"
spool_max_bytes = {spool}
[providers.test]
kind = "openai"
base_url = "{url}"
"""


NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Python cuts what it keeps of a module at the limit of a file's size, and whoever imports it next fails."""


@pytest.fixture(scope="module")
def echo() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture(scope="module")
def shaken(echo: ScriptedProvider) -> Iterator[served]:
    with served(CONFIG.format(url=echo.base_url, durability="batched", spool=1 << 20), env=NO_BYTECODE) as running:
        yield running


@pytest.fixture(scope="module")
def strict(echo: ScriptedProvider) -> Iterator[served]:
    """With a spool that takes nothing: the room that a file may have under ``disk_full`` is enough for some records."""
    with served(CONFIG.format(url=echo.base_url, durability="strict", spool=1), env=NO_BYTECODE) as running:
        yield running


@contextmanager
def client(gateway: served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as http:
        yield http


@contextmanager
def disk_full(gateway: served) -> Iterator[None]:
    """No page of the database can be written: what a full disk is to SQLite. The log has some room left."""
    pid = gateway.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    assert len(gateway.output()) < 3000, "the log would not fit under the limit either"
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))  # less than the first page of a write-ahead log
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(gateway: served) -> Iterator[None]:
    """Another process holds the database's write lock."""
    with closing(sqlite3.connect(gateway.data_dir / "switchgear.db", isolation_level=None)) as holder:
        holder.execute("begin immediate")
        yield
        holder.execute("rollback")


def usage_part(http: httpx.Client) -> dict[str, str]:
    part: dict[str, str] = http.get("/readyz").json()["parts"]["usage"]
    return part


def gauge(http: httpx.Client, name: str) -> float:
    (line,) = [line for line in http.get("/metrics").text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


def logged(gateway: served, words: str) -> list[dict[str, Any]]:
    return [line for line in gateway.logs() if words in line.get("event", "")]


@pytest.mark.parametrize(
    ("trouble", "reason", "states"),
    [(disk_full, "disk", ("degraded", "spooling")), (locked, "locked by another process", ("spooling",))],
)
def test_serving_goes_on_while_the_database_takes_nothing_and_says_so(
    shaken: served, trouble: Any, reason: str, states: tuple[str, ...]
) -> None:
    with client(shaken) as http:
        calls: list[str] = []

        def told() -> bool:
            answer = chat(http, "test/m", stream=len(calls) % 2 == 1)
            assert answer.status_code == 200
            calls.append(answer.headers["x-request-id"])
            return reason in usage_part(http)["reason"]

        with trouble(shaken):
            eventually(told, 30)
            assert usage_part(http)["state"] in states
            assert http.get("/readyz").status_code == 200  # calls are served: it takes part
            lines = logged(shaken, "usage records cannot be written")
            assert any(reason in line["reason"] for line in lines)
            assert gauge(http, "switchgear_usage_store_degraded") == 1
            kept = ("switchgear_usage_records_pending", "switchgear_usage_spool_bytes")
            assert sum(gauge(http, name) for name in kept) > 0
            assert calls[-1] not in usage_rows(shaken.data_dir)
        for call in calls:  # all of them arrive when it is over
            assert usage_row(shaken.data_dir, call)["outcome"] == "ok"
        eventually(lambda: usage_part(http)["state"] == "ready")
        assert gauge(http, "switchgear_usage_records_lost_total") == 0
        assert logged(shaken, "usage records are written again")
        assert "Traceback" not in shaken.output()


def test_a_full_disk_refuses_changes_with_a_typed_error(shaken: served) -> None:
    with client(shaken) as http:
        with disk_full(shaken):
            answer = http.post("/api/keys", json={"name": "during"})
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert chat(http, "test/m").status_code == 200
        assert http.post("/api/keys", json={"name": "after"}).status_code == 201


def test_strict_refuses_what_it_cannot_keep_and_recovers(strict: served) -> None:
    with client(strict) as http:
        assert chat(http, "test/m").status_code == 200

        def refused() -> httpx.Response | None:
            answer = chat(http, "test/m")
            return answer if answer.status_code != 200 else None

        with disk_full(strict):
            answer = eventually(refused, 30)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
            ready = http.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
            streamed = chat(http, "test/m", stream=True)
            assert '"store_unavailable"' in streamed.text
            assert "[DONE]" not in streamed.text
        eventually(lambda: chat(http, "test/m").status_code == 200)
        eventually(lambda: http.get("/readyz").status_code == 200)


def test_a_log_that_cannot_be_written_stops_nothing(strict: served) -> None:
    pid = strict.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    with client(strict) as http:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
        try:
            assert chat(http, "test/m").status_code == 503
            assert chat(http, "no-such-model").status_code == 404
            assert http.get("/healthz").status_code == 200
            assert http.get("/metrics").status_code == 200
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        eventually(lambda: chat(http, "test/m").status_code == 200)


def test_calls_go_on_while_the_database_file_is_gone(echo: ScriptedProvider) -> None:
    with (
        served(CONFIG.format(url=echo.base_url, durability="batched", spool=1 << 20)) as gateway,
        client(gateway) as http,
    ):
        assert chat(http, "test/m").status_code == 200
        for path in gateway.data_dir.glob("switchgear.db*"):
            path.unlink()
        for _ in range(20):
            assert chat(http, "test/m").status_code == 200
        assert gateway.stop() == 0


def test_a_database_damaged_while_serving_is_told_and_calls_go_on(echo: ScriptedProvider) -> None:
    with (
        served(CONFIG.format(url=echo.base_url, durability="batched", spool=1 << 20)) as gateway,
        client(gateway) as http,
    ):
        answer = chat(http, "test/m")
        usage_row(gateway.data_dir, answer.headers["x-request-id"])
        with closing(sqlite3.connect(gateway.data_dir / "switchgear.db")) as database:
            database.execute("pragma wal_checkpoint(truncate)")
        path = gateway.data_dir / "switchgear.db"
        path.write_bytes(b"\xa5" * path.stat().st_size)

        def told() -> bool:
            assert chat(http, "test/m").status_code == 200
            return "damaged" in usage_part(http)["reason"]

        eventually(told, 20)
        assert usage_part(http)["state"] == "spooling"
        assert logged(gateway, "usage records cannot be written")
        gateway.kill()  # in order it would try to write them for as long as it may
