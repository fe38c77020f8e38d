"""``/healthz``, ``/readyz``, ``/metrics``, and the admin API beside them."""

from __future__ import annotations

import re

import httpx
import pytest
from observed import chat, eventually

from switchgear.testing import served

from prometheus_client.parser import text_string_to_metric_families  # isort: skip


def samples(text: str, name: str) -> list[tuple[dict[str, str], float]]:
    return [
        (sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    ]


def count(http: httpx.Client, **labels: str) -> float:
    text = http.get("/metrics").text
    return sum(value for found, value in samples(text, "switchgear_calls_total") if labels.items() <= found.items())


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_need_no_key_and_take_no_other_method(gateway: served, path: str) -> None:
    assert httpx.get(gateway.url + path, trust_env=False).status_code == 200
    answer = httpx.post(gateway.url + path, trust_env=False)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_healthz_says_that_the_process_serves(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}


def test_readyz_tells_the_state_of_each_part(http: httpx.Client) -> None:
    answer = http.get("/readyz").json()
    assert answer["status"] == "ready"
    assert answer["parts"]["store"] == {"state": "ready", "reason": ""}
    assert answer["parts"]["usage"] == {"state": "ready", "reason": ""}


def test_metrics_count_calls_by_model_provider_and_outcome(http: httpx.Client) -> None:
    labels = {"model": "test/counted", "provider": "test"}
    for _ in range(3):
        chat(http, "test/counted")
    chat(http, "test/counted", stream=True)
    eventually(lambda: count(http, outcome="ok", status="200", **labels) == 4)
    text = http.get("/metrics").text
    used = {labels["kind"]: value for labels, value in samples(text, "switchgear_tokens_total")
            if labels["model"] == "test/counted"}  # fmt: skip
    assert (used["prompt"], used["completion"]) == (4, 4)
    first = [value for labels, value in samples(text, "switchgear_first_token_seconds_count")
             if labels["model"] == "test/counted"]  # fmt: skip
    assert first == [1.0]


def test_metrics_count_what_was_refused_and_what_failed(http: httpx.Client) -> None:
    refused, failed = count(http, outcome="refused"), count(http, outcome="failed", provider="gone")
    chat(http, "no-such-model")
    chat(http, "gone/any")
    eventually(lambda: count(http, outcome="refused") == refused + 1)
    eventually(lambda: count(http, outcome="failed", provider="gone") == failed + 1)


def test_names_a_client_makes_up_do_not_become_labels_without_end(http: httpx.Client) -> None:
    for number in range(40):
        chat(http, f"made-up-{number}")
    text = http.get("/metrics").text
    assert "made-up" not in text


def test_metrics_are_text_or_openmetrics_as_asked(http: httpx.Client) -> None:
    assert http.get("/metrics").headers["content-type"].startswith("text/plain")
    answer = http.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_metrics_tell_of_the_process_and_the_writer(http: httpx.Client) -> None:
    text = http.get("/metrics").text
    for name in (
        "switchgear_calls_in_flight", "switchgear_usage_records_pending", "switchgear_usage_store_degraded",
        "switchgear_usage_records_lost_total", "switchgear_build_info", "process_resident_memory_bytes",
    ):  # fmt: skip
        assert samples(text, name), name
    assert samples(text, "switchgear_usage_store_degraded")[0][1] == 0


def test_no_probe_tells_a_secret(gateway: served) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        text = httpx.get(gateway.url + path, trust_env=False).text
        assert not re.search(r"sk-[A-Za-z0-9-]{8,}|provider's-own-key", text)


def test_the_admin_api_answers_beside_the_calls(http: httpx.Client) -> None:
    document = http.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert http.get("/api/status").status_code == 200
