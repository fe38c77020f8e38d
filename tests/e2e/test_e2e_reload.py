"""The configuration read again while the gateway serves: SIGHUP, the admin API, and ``--dev``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from observed import chat, eventually, usage_row

from switchgear.testing import (
    FaultUpstream,
    Gate,
    ReadBody,
    ScriptedProvider,
    Send,
    chat_chunk,
    chat_stream,
    http1,
    served,
    sse,
)  # fmt: skip

BASE = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000
[providers.test]
kind = "openai"
base_url = "{url}"
"""
ALIAS = """
[models.{name}]
deployments = [{{ provider = "test", model = "{model}" }}]
"""
SSE = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}


@pytest.fixture(scope="module")
def echo() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread() as running:
        yield running


@pytest.fixture
def base(echo: ScriptedProvider) -> str:
    return BASE.format(url=echo.base_url)


@pytest.fixture(scope="module")
def gateway(echo: ScriptedProvider) -> Iterator[served]:
    with served(BASE.format(url=echo.base_url)) as running:
        yield running


@pytest.fixture
def http(gateway: served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


def write(gateway: served, config: str) -> None:
    """Replace the file whole: a reload must not meet half of it."""
    fresh = gateway.config_file.with_suffix(".new")
    fresh.write_text(config)
    fresh.replace(gateway.config_file)


def reload(gateway: served, config: str) -> None:
    write(gateway, config)
    gateway.process.send_signal(signal.SIGHUP)


def reloaded(gateway: served, config: str) -> None:
    """Reload a valid file, and wait until it is in force."""
    before = logged(gateway, "Configuration reloaded")
    reload(gateway, config)
    eventually(lambda: logged(gateway, "Configuration reloaded") > before)


def logged(gateway: served, words: str) -> int:
    return sum(words in line.get("event", "") for line in gateway.logs())


def test_a_valid_file_swaps_in_on_sighup(
    gateway: served, http: httpx.Client, base: str, echo: ScriptedProvider
) -> None:
    assert chat(http, "fresh").status_code == 404
    before = logged(gateway, "Configuration reloaded")
    reload(gateway, base + ALIAS.format(name="fresh", model="one"))
    eventually(lambda: chat(http, "fresh").status_code == 200)
    assert echo.requests[-1].json["model"] == "one"
    reload(gateway, base + ALIAS.format(name="fresh", model="two"))
    eventually(lambda: chat(http, "fresh").is_success and echo.requests[-1].json["model"] == "two")
    reload(gateway, base)
    eventually(lambda: chat(http, "fresh").status_code == 404)
    eventually(lambda: logged(gateway, "Configuration reloaded") == before + 3)  # the last is told after it holds


@pytest.mark.parametrize(
    ("mistake", "word"),
    [
        ("this is not TOML [", "TOML"),
        ('[models.next]\ndeployments = [{ provider = "tset", model = "x" }]\n', '"test"'),
        ("[server]\nprot = 1\n", '"port"'),
        ('[providers.more]\nbase_url = "http://127.0.0.1:1"\napi_key = "env:NO_SUCH_KEY"\n', "NO_SUCH_KEY"),
    ],
)
def test_an_invalid_file_changes_nothing_and_is_told(
    gateway: served, http: httpx.Client, base: str, mistake: str, word: str
) -> None:
    reloaded(gateway, base + ALIAS.format(name="kept", model="one"))
    before = logged(gateway, "not reloaded")
    reload(gateway, base + mistake)  # which would also take "kept" away
    eventually(lambda: logged(gateway, "not reloaded") > before)
    (*_, told) = [line["event"] for line in gateway.logs() if "not reloaded" in line.get("event", "")]
    assert word in told
    assert str(gateway.config_file) in told
    assert chat(http, "kept").status_code == 200
    answer = http.post("/api/config/reload")
    assert answer.status_code in (400, 409, 422)
    assert word in str(answer.json())
    assert chat(http, "kept").status_code == 200


def test_a_file_that_is_gone_changes_nothing(gateway: served, http: httpx.Client, base: str) -> None:
    reloaded(gateway, base + ALIAS.format(name="kept", model="one"))
    before = logged(gateway, "not reloaded")
    gateway.config_file.unlink()
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: logged(gateway, "not reloaded") > before)
    assert chat(http, "kept").status_code == 200


def test_the_admin_api_reloads_too_and_says_what_changed(gateway: served, http: httpx.Client, base: str) -> None:
    write(gateway, base)
    assert http.post("/api/config/reload").status_code == 200
    write(gateway, base + ALIAS.format(name="asked", model="one") + "[server]\nport = 4999\n")
    answer = http.post("/api/config/reload").json()
    assert answer["changed"] == ["models"]
    assert "asked" in [model["id"] for model in http.get("/v1/models").json()["data"]]


def test_streams_under_way_finish_on_the_provider_they_began_with(
    gateway: served, http: httpx.Client, base: str
) -> None:
    gate = Gate()
    opening = Send(http1.head(200, SSE) + http1.chunk(sse(chat_stream(["Hel"])[:2], done=False)))
    ending = Send(http1.chunk(sse([chat_chunk("lo"), chat_chunk(finish_reason="stop")])) + http1.LAST_CHUNK)
    with FaultUpstream.in_thread() as old, ThreadPoolExecutor(1) as pool:
        old.always(ReadBody(), opening, gate, ending)
        reloaded(gateway, base + f'[providers.old]\nbase_url = "{old.base_url}"\n')
        answer = pool.submit(chat, http, "old/m", stream=True)
        old.wait_until(lambda: gate.reached == 1)
        reloaded(gateway, base)
        assert httpx.get(f"{gateway.base_url}/models/old/m", headers=http.headers, trust_env=False).status_code == 404
        assert not answer.done()
        gate.open()
        text = answer.result().text
        assert '"lo"' in text
        assert text.endswith("data: [DONE]\n\n")
        assert usage_row(gateway.data_dir, answer.result().headers["x-request-id"])["provider"] == "old"
        old.wait_until(lambda: old.connections[0].closed_at)  # and its connection is let go of


def test_a_provider_that_did_not_change_keeps_its_connections(
    gateway: served, http: httpx.Client, base: str, echo: ScriptedProvider
) -> None:
    reloaded(gateway, base)
    assert chat(http, "test/m").is_success
    before = len(echo.connections)
    reloaded(gateway, base + ALIAS.format(name="kept", model="one"))
    assert len(echo.connections) == before


def test_calls_never_fail_while_the_file_is_reloaded_again_and_again(
    gateway: served, http: httpx.Client, base: str
) -> None:
    both = [base + ALIAS.format(name="steady", model=model) for model in ("one", "two")]
    reloaded(gateway, both[0])
    for number in range(60):
        reload(gateway, both[number % 2])
        assert chat(http, "steady", stream=number % 3 == 0).status_code == 200


def test_dev_reloads_when_the_file_changes(base: str, echo: ScriptedProvider) -> None:
    with served(base, args=["--dev"]) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as http:
            assert chat(http, "seen").status_code == 404

            def called() -> bool:  # the watch may begin after the first change
                write(gateway, base + ALIAS.format(name="seen", model="one"))
                return chat(http, "seen").status_code == 200

            eventually(called, 20)
            write(gateway, "nonsense [")
            eventually(lambda: logged(gateway, "not reloaded"), 20)
            assert chat(http, "seen").status_code == 200
