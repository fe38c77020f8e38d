"""Several workers of one gateway, for real: they share the load, and one that dies takes nothing with it."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from observed import HI, chat, eventually, usage_rows

from switchgear.testing import FaultUpstream, ScriptedProvider, ServeFailed, faults, served
from switchgear.testing.shapes import chat_completion
from valkey_server import valkey_server

CONFIG = """
[local]
enabled = false
[server]
workers = 3
drain_timeout = {drain}
[state]
url = "env:STATE"
[store]
durability = "strict"
[providers.test]
base_url = "{url}"
[models.fast]
deployments = [{{ provider = "test", model = "alpha" }}]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


def workers(url: str, valkey_url: str, *, drain: float = 10, data_dir: Path | None = None) -> served:
    return served(CONFIG.format(url=url, drain=drain), env={"STATE": valkey_url}, data_dir=data_dir)


@pytest.fixture(scope="module")
def standing(provider: ScriptedProvider) -> Iterator[served]:
    """A gateway that tests share that leave it as it was, on a Valkey of its own."""
    with valkey_server() as valkey, workers(provider.base_url, valkey.url) as running:
        all_ready(running)
        yield running


@pytest.fixture
def gateway(provider: ScriptedProvider, valkey_url: str) -> Iterator[served]:
    with workers(provider.base_url, valkey_url) as running:
        all_ready(running)
        yield running


def client(gateway: served) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False)


def status(gateway: served) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    found: dict[str, Any] = httpx.get(f"{gateway.url}/api/status", headers=headers, timeout=30, trust_env=False).json()
    return found


def all_ready(gateway: served) -> list[dict[str, Any]]:
    """The workers, as soon as all of them are ready."""

    def look() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = status(gateway)["workers"]
        return found if len(found) == 3 and all(each["state"] == "ready" for each in found) else None

    return eventually(look, 30) or []


def processes(gateway: served) -> dict[int, psutil.Process]:
    """The worker processes by number."""
    return {each["number"]: psutil.Process(each["pid"]) for each in all_ready(gateway)}


def metric(gateway: served, name: str) -> dict[str, float]:
    """The values of a metric by its labels as text."""
    text = httpx.get(f"{gateway.url}/metrics", timeout=30, trust_env=False).text
    found = re.findall(rf"^{name}(\{{.*\}})? (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


# ---------------------------------------------------------------- serving together


def test_connections_are_shared_evenly(standing: served) -> None:
    clients = [client(standing) for _ in range(30)]
    for each in clients:
        assert chat(each, "fast").status_code == 200
    held = [len(process.net_connections("tcp")) for process in processes(standing).values()]
    for each in clients:
        each.close()
    assert min(held) >= 8, held


def test_metrics_and_status_are_of_all_workers_whichever_is_asked(standing: served) -> None:
    before = sum(metric(standing, "switchgear_calls_total").values())
    for _ in range(12):
        with client(standing) as http:
            assert chat(http, "fast").status_code == 200
    for _ in range(4):
        assert sum(metric(standing, "switchgear_calls_total").values()) == before + 12
        assert metric(standing, "switchgear_worker_ready") == {f'{{worker="{number}"}}': 1 for number in (1, 2, 3)}
        assert len(metric(standing, "process_resident_memory_bytes")) == 3
        assert [each["number"] for each in status(standing)["workers"]] == [1, 2, 3]
    assert len({each["pid"] for each in status(standing)["workers"]}) == 3
    assert standing.process.pid not in {each["pid"] for each in status(standing)["workers"]}


def test_a_record_can_be_read_at_any_worker_at_once(provider: ScriptedProvider, valkey_url: str) -> None:
    config = CONFIG.format(url=provider.base_url, drain=5).replace('"strict"', '"batched"')
    with served(config, env={"STATE": valkey_url}) as gateway:
        all_ready(gateway)
        for _ in range(9):
            with client(gateway) as http:
                answer = chat(http, "fast")
            with client(gateway) as http:
                assert http.get(f"/api/usage/{answer.headers['x-request-id']}").status_code == 200


def test_a_key_holds_and_ends_in_all_workers(standing: served) -> None:
    with client(standing) as http:
        made = http.post("/api/keys", json={"name": "ci"}).json()
    headers = {"authorization": f"Bearer {made['key']}"}
    asked = {"model": "fast", "messages": HI}

    def answers() -> set[int]:
        url = f"{standing.base_url}/chat/completions"
        return {httpx.post(url, json=asked, headers=headers, timeout=30, trust_env=False).status_code for _ in range(9)}

    eventually(lambda: answers() == {200})
    with client(standing) as http:
        http.post(f"/api/keys/{made['id']}/revoke")
    eventually(lambda: answers() == {401})


def test_log_lines_name_their_worker(standing: served) -> None:
    with client(standing) as http:
        assert http.put("/api/log", json={"level": "debug"}).status_code == 200

    def named() -> set[int]:
        with client(standing) as http:
            chat(http, "fast")
        return {line["worker"] for line in standing.logs() if line["event"] == "call ok"}

    eventually(lambda: named() == {1, 2, 3}, 30)


def test_the_banner_is_printed_once_with_the_first_key(standing: served) -> None:
    eventually(lambda: "Workers" in standing.output())
    assert standing.output().count("shown now and never again") == 1
    (key,) = re.findall(r"sk-sg-\w{40}", standing.output())
    assert httpx.get(f"{standing.url}/v1/models", headers={"x-api-key": key}, trust_env=False).status_code == 200


def test_the_supervisor_stays_small(standing: served) -> None:
    supervisor = psutil.Process(standing.process.pid)
    assert "switchgear.app.supervisor" in supervisor.cmdline()
    smallest = min(process.memory_info().rss for process in processes(standing).values())
    assert supervisor.memory_info().rss < smallest / 2


class OneAfterAnother(BaseHTTPRequestHandler):
    """A provider that holds every call until ``let_go``, and counts how many it has at once."""

    let_go: threading.Event
    counting: threading.Lock
    running: int
    peak: int

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        cls = type(self)
        with cls.counting:
            cls.running += 1
            cls.peak = max(cls.peak, cls.running)
        cls.let_go.wait(60)
        body = json.dumps(chat_completion("Hi")).encode()
        with cls.counting:
            cls.running -= 1
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def test_what_a_deployment_takes_at_once_is_for_all_workers_together(valkey_url: str) -> None:
    class Provider(OneAfterAnother):
        let_go, counting, running, peak = threading.Event(), threading.Lock(), 0, 0

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = CONFIG.format(url=f"http://127.0.0.1:{server.server_port}/v1", drain=5)
    config = config.replace('model = "alpha" }', 'model = "alpha", concurrency = 3 }')

    def call() -> int:
        with client(gateway) as http:
            return chat(http, "fast").status_code

    def in_flight(calls: int) -> bool:
        return bool(status(gateway)["calls_in_flight"] == calls)

    try:
        with served(config, env={"STATE": valkey_url}) as gateway, ThreadPoolExecutor(90) as pool:
            all_ready(gateway)
            answers: list[Future[int]] = []
            try:
                while Provider.running < 3 and len(answers) < 90:  # which worker a connection comes to is chance
                    answers += [pool.submit(call) for _ in range(18)]
                    eventually(partial(in_flight, len(answers)), 30)
                eventually(lambda: Provider.running == 3, 30)
            finally:
                Provider.let_go.set()
            assert {answer.exception() or answer.result() for answer in answers} == {200}, gateway.output()
    finally:
        server.shutdown()
        server.server_close()
    assert Provider.peak == 3


# ---------------------------------------------------------------- reloading


def test_a_reload_reaches_every_worker_and_an_invalid_file_none(gateway: served) -> None:
    right = gateway.config_file.read_text()
    gateway.config_file.write_text(right + '[models.more]\ndeployments = [{ provider = "test", model = "beta" }]\n')
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: answers_of(gateway, "more") == {200})
    gateway.config_file.write_text(right + "[modles]\n")
    with client(gateway) as http:
        refused = http.post("/api/config/reload")
    assert refused.status_code == 409, refused.text
    assert "modles" in refused.text
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: any("nothing was changed" in line["event"] for line in gateway.logs()))
    assert answers_of(gateway, "more") == {200}


def test_a_worker_that_is_replaced_has_the_configuration_that_holds_not_the_one_on_the_disk(gateway: served) -> None:
    gateway.config_file.write_text("[modles]\n")
    process = processes(gateway)[2]
    process.kill()
    eventually(lambda: processes(gateway)[2].pid != process.pid, 30)
    assert answers_of(gateway, "fast") == {200}


def answers_of(gateway: served, model: str) -> set[int]:
    found = set()
    for _ in range(9):
        with client(gateway) as http:
            found.add(chat(http, model).status_code)
    return found


# ---------------------------------------------------------------- dying


def test_a_killed_worker_is_replaced_and_calls_of_others_never_fail(gateway: served) -> None:
    """Calls of connections that are made after the kill, and of those at other workers, all succeed."""
    done = threading.Event()
    failed: list[str] = []

    def load() -> int:
        count = 0
        while not done.is_set():
            try:
                with client(gateway) as http:
                    answer = chat(http, "fast")
                if answer.status_code != 200:
                    failed.append(answer.text)
            except httpx.RemoteProtocolError:
                pass  # the call was the killed worker's own
            except httpx.HTTPError as error:
                if not isinstance(error, httpx.ReadError):
                    failed.append(repr(error))
            count += 1
        return count

    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load) for _ in range(4)]
        for number in (1, 3):
            process = processes(gateway)[number]
            process.kill()
            eventually(lambda number=number, pid=process.pid: processes(gateway)[number].pid != pid, 30)
        done.set()
        assert sum(each.result() for each in loads) > 0
    assert failed == []
    restarts = {each["number"]: each["restarts"] for each in all_ready(gateway)}
    assert restarts == {1: 1, 2: 0, 3: 1}


def test_counters_do_not_fall_when_a_worker_dies(gateway: served) -> None:
    for _ in range(12):
        with client(gateway) as http:
            chat(http, "fast")
    assert sum(metric(gateway, "switchgear_calls_total").values()) == 12
    process = processes(gateway)[1]
    process.kill()
    for _ in range(5):
        assert sum(metric(gateway, "switchgear_calls_total").values()) == 12
    eventually(lambda: processes(gateway)[1].pid != process.pid, 30)
    assert sum(metric(gateway, "switchgear_calls_total").values()) == 12


def test_readiness_tells_which_worker_is_not_ready(gateway: served) -> None:
    process = processes(gateway)[2]
    process.suspend()
    try:
        found = eventually(lambda: silent(gateway), 30)
    finally:
        process.resume()
    assert found["parts"]["worker 2"]["state"] == "silent"
    assert found["parts"]["worker 1"]["state"] == "ready"
    assert found["status"] == "ready"  # the others serve


def silent(gateway: served) -> dict[str, Any] | None:
    """What the gateway says of itself while a worker hangs; asked until one that does not hang is met."""
    try:
        found: dict[str, Any] = httpx.get(f"{gateway.url}/readyz", timeout=5, trust_env=False).json()
    except httpx.HTTPError:
        return None
    return found if found["parts"]["worker 2"]["state"] == "silent" else None


def test_no_process_is_left_when_the_supervisor_is_killed(provider: ScriptedProvider, valkey_url: str) -> None:
    with workers(provider.base_url, valkey_url, drain=1) as gateway:
        left = list(processes(gateway).values())
        gateway.kill()
        _, alive = psutil.wait_procs(left, timeout=20)
        assert alive == []


# ---------------------------------------------------------------- ending


def test_sigterm_ends_all_in_order(provider: ScriptedProvider, valkey_url: str, tmp_path: Path) -> None:
    with FaultUpstream.in_thread() as upstream, ThreadPoolExecutor(6) as pool:
        upstream.always(faults.stall_mid_stream())
        with workers(upstream.base_url, valkey_url, drain=0.5, data_dir=tmp_path) as gateway:
            left = list(processes(gateway).values())
            answers = [pool.submit(streamed, gateway) for _ in range(6)]
            eventually(lambda: status(gateway)["calls_in_flight"] == 6)
            gateway.process.send_signal(signal.SIGTERM)
            assert gateway.process.wait(20) == 0
            assert not any(process.is_running() for process in left)
            assert "Traceback" not in gateway.output()
        texts = [answer.result() for answer in answers]
    assert all("shutting_down" in text for text in texts)
    assert [row["error"] for row in usage_rows(tmp_path).values()] == ["shutting_down"] * 6
    assert not (tmp_path / "server.json").exists()


def streamed(gateway: served) -> str:
    with client(gateway) as http:
        return chat(http, "fast", stream=True).text


def test_a_second_signal_ends_all_at_once(provider: ScriptedProvider, valkey_url: str, tmp_path: Path) -> None:
    with FaultUpstream.in_thread() as upstream, ThreadPoolExecutor(3) as pool:
        upstream.always(faults.stall_mid_stream())
        with workers(upstream.base_url, valkey_url, drain=3600, data_dir=tmp_path) as gateway:
            all_ready(gateway)
            answers = [pool.submit(streamed, gateway) for _ in range(3)]
            eventually(lambda: status(gateway)["calls_in_flight"] == 3)
            gateway.process.send_signal(signal.SIGTERM)
            eventually(lambda: refuses(gateway))
            assert gateway.process.poll() is None
            gateway.process.send_signal(signal.SIGTERM)
            assert gateway.process.wait(20) == 0
        assert all("shutting_down" in answer.result() for answer in answers)
    assert len(usage_rows(tmp_path)) == 3


def refuses(gateway: served) -> bool:
    try:
        httpx.get(f"{gateway.url}/healthz", trust_env=False, timeout=1)
    except httpx.HTTPError:
        return True
    return False


# ---------------------------------------------------------------- starting


def test_more_than_one_worker_without_a_shared_state_refuses_to_start(provider: ScriptedProvider) -> None:
    config = CONFIG.format(url=provider.base_url, drain=1)
    with (
        pytest.raises(ServeFailed, match=r"needs a state that all workers share"),
        served(config, env={"STATE": "memory:"}),
    ):
        pass


def test_the_data_folder_stays_held(standing: served) -> None:
    with (
        pytest.raises(ServeFailed, match="Another gateway serves the data folder"),
        served("[local]\nenabled = false\n", data_dir=standing.data_dir),
    ):
        pass
    assert os.path.exists(standing.data_dir / "server.json")


# ---------------------------------------------------------------- the embedded model

EMBEDDED = """
[server]
workers = 2
[state]
url = "env:STATE"
"""


def command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""  # it has ended


def test_the_embedded_model_runs_once_and_outlives_a_worker(valkey_url: str) -> None:
    with served(EMBEDDED, env={"STATE": valkey_url}, start_timeout=60) as gateway:
        supervisor = psutil.Process(gateway.process.pid)

        def models() -> list[int]:
            return [each.pid for each in supervisor.children(recursive=True) if "chat_server" in command(each)]

        def says() -> set[int]:
            found = set()
            for _ in range(6):
                with client(gateway) as http:
                    found.add(chat(http, "smollm2", max_tokens=3).status_code)
            return found

        eventually(lambda: says() == {200}, 60)
        (model,) = models()
        worker = psutil.Process(status(gateway)["workers"][0]["pid"])
        worker.kill()
        eventually(lambda: says() == {200}, 30)
        assert models() == [model]
        os.kill(model, signal.SIGKILL)
        eventually(lambda: models() not in ([], [model]), 30)
        eventually(lambda: says() == {200}, 60)
