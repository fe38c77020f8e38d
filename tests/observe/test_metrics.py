import asyncio
import time
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from switchgear.core.calls import Attempt, CallRecord, Route, Usage
from switchgear.observe.metrics import MODELS, Distribution, LoopLag, Metrics

CALL = CallRecord(
    id="req_1",
    at=1_700_000_000_000,
    key_id="key_1",
    endpoint="chat/completions",
    model="fast",
    provider="openai",
    deployment="gpt-5-mini",
    streamed=True,
    outcome="ok",
    status=200,
    error="",
    usage=Usage(prompt_tokens=100, completion_tokens=20, cached_tokens=40, reasoning_tokens=5),
    cost=1_500_000_000,
    latency_ms=300.0,
    first_token_ms=45.0,
)


def call(**changes: Any) -> CallRecord:
    return msgspec.structs.replace(CALL, **changes)


def samples(metrics: Metrics, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    body, _ = metrics.render()
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for family in parse_text(body.decode())
        for sample in family.samples
        if sample.name == name
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = [count for key, count in samples(metrics, name).items() if labels.items() <= dict(key).items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def test_calls_are_counted_by_model_provider_endpoint_outcome_and_status():
    metrics = Metrics()
    for _ in range(3):
        metrics.on_call(CALL)
    metrics.on_call(call(outcome="failed", status=504, error="provider_timeout"))

    assert samples(metrics, "switchgear_calls_total") == {
        (
            ("endpoint", "chat/completions"),
            ("model", "fast"),
            ("outcome", "ok"),
            ("provider", "openai"),
            ("status", "200"),
        ): 3,
        (
            ("endpoint", "chat/completions"),
            ("model", "fast"),
            ("outcome", "failed"),
            ("provider", "openai"),
            ("status", "504"),
        ): 1,
    }


def test_calls_that_differ_only_in_their_error_are_one_series():
    metrics = Metrics()
    metrics.on_call(call(outcome="failed", status=502, error="provider_disconnected"))
    metrics.on_call(call(outcome="failed", status=502, error="provider_invalid_response"))

    assert list(samples(metrics, "switchgear_calls_total").values()) == [2]
    assert value(metrics, "switchgear_upstream_errors_total", code="provider_disconnected", provider="openai") == 1


def test_errors_of_the_gateway_itself_are_not_upstream_errors():
    metrics = Metrics()
    metrics.on_call(call(outcome="refused", status=401, error="invalid_api_key", provider="", model=""))

    assert samples(metrics, "switchgear_upstream_errors_total") == {}


def test_attempts_fallbacks_and_the_cache_are_counted_as_they_were_met():
    metrics = Metrics()
    tried = (
        Attempt("openai", "gpt", 0.0, outcome="skipped"),
        Attempt("openai", "gpt", 0.0, outcome="failed", error="provider_timeout"),
        Attempt("openai", "gpt", 0.0, outcome="failed", error="invalid_request"),
        Attempt("claude", "haiku", 0.0),
    )
    metrics.on_call(call(provider="claude", route=Route((), tried), cache="miss"))
    metrics.on_call(call(provider="openai", cache="hit", route=Route()))
    metrics.on_call(CALL)

    assert value(metrics, "switchgear_attempts_total", provider="openai", outcome="failed") == 2
    assert value(metrics, "switchgear_attempts_total", provider="openai", outcome="skipped") == 1
    assert value(metrics, "switchgear_attempts_total", provider="openai", outcome="ok") == 1
    assert value(metrics, "switchgear_attempts_total", provider="claude", outcome="ok") == 1
    assert samples(metrics, "switchgear_upstream_errors_total") == {
        (("code", "provider_timeout"), ("provider", "openai")): 1
    }
    assert samples(metrics, "switchgear_fallbacks_total") == {(("provider", "openai"),): 1}
    assert value(metrics, "switchgear_cache_results_total", result="miss") == 1
    assert value(metrics, "switchgear_cache_results_total", result="hit") == 1


def test_tokens_and_cost_are_summed_by_model_and_provider_over_endpoints():
    metrics = Metrics()
    metrics.on_call(CALL)
    metrics.on_call(call(endpoint="completions", cost=None))

    tokens = {
        kind: value(metrics, "switchgear_tokens_total", kind=kind)
        for kind in ("prompt", "completion", "cached", "reasoning")
    }
    assert tokens == {"prompt": 200, "completion": 40, "cached": 80, "reasoning": 10}
    assert value(metrics, "switchgear_cost_usd_total") == 1.5
    assert value(metrics, "switchgear_calls_unpriced_total") == 1


def test_a_failed_call_without_tokens_is_not_an_unpriced_one():
    metrics = Metrics()
    metrics.on_call(call(outcome="failed", error="provider_timeout", usage=Usage(), cost=None))

    assert value(metrics, "switchgear_calls_unpriced_total") == 0


def test_latency_and_first_token_are_histograms_in_seconds():
    metrics = Metrics()
    metrics.on_call(CALL)

    assert value(metrics, "switchgear_call_duration_seconds_sum") == pytest.approx(0.3)
    assert value(metrics, "switchgear_call_duration_seconds_bucket", le="0.16") == 0
    assert value(metrics, "switchgear_call_duration_seconds_bucket", le="0.32") == 1
    assert value(metrics, "switchgear_call_duration_seconds_bucket", le="+Inf") == 1
    assert value(metrics, "switchgear_first_token_seconds_sum") == pytest.approx(0.045)


def test_a_bucket_holds_its_own_bound():
    seen = Distribution((1.0, 2.0))
    for observation in (1.0, 2.0, 2.1):
        seen.observe(observation)

    assert list(seen.cumulative()) == [("1.0", 1), ("2.0", 2), ("+Inf", 3)]


def test_the_first_token_of_an_answer_that_is_not_streamed_is_not_measured():
    metrics = Metrics()
    metrics.on_call(call(streamed=False))

    assert samples(metrics, "switchgear_first_token_seconds_count") == {}


def test_refused_calls_do_not_make_the_gateway_look_fast():
    metrics = Metrics()
    metrics.on_call(call(outcome="refused", status=403, error="model_not_allowed", latency_ms=0.1))

    assert samples(metrics, "switchgear_call_duration_seconds_count") == {}
    assert sum(samples(metrics, "switchgear_calls_total").values()) == 1


@pytest.mark.parametrize("accept", ["", "application/openmetrics-text; version=1.0.0"])
def test_control_characters_of_a_model_name_do_not_reach_a_scrape(accept: str):
    metrics = Metrics()
    for name in ("m\x1b[2J", "m\x07[2J", "m\0", "m\r", "m\n", "m\x85", "m\u202e", "m\ud800", "été 模型"):
        metrics.on_call(call(model=name))
        metrics.on_call(call(model=name))

    text = metrics.render(accept)[0].decode()
    assert all(line.isprintable() for line in text.split("\n"))
    found = samples(metrics, "switchgear_calls_total")
    assert {dict(labels)["model"]: count for labels, count in found.items()} == {
        "m\ufffd[2J": 4,
        "m\ufffd": 12,
        "été 模型": 2,
    }


def test_models_beyond_the_limit_become_other_and_are_not_remembered():
    metrics = Metrics()
    for number in range(MODELS + 1000):
        metrics.on_call(call(model=f"openai/invented-{number}"))

    models = {dict(key)["model"] for key in samples(metrics, "switchgear_calls_total")}
    assert len(models) == MODELS + 1
    assert value(metrics, "switchgear_calls_total", model="other") == 1000
    assert len(metrics._series) == MODELS + 1
    assert len(metrics._models) == MODELS


def test_a_model_known_before_the_limit_keeps_its_name_after_it():
    metrics = Metrics()
    metrics.on_call(call(model="ours"))
    for number in range(MODELS + 5):
        metrics.on_call(call(model=f"openai/invented-{number}"))
    metrics.on_call(call(model="ours", status=504, outcome="failed", error="provider_timeout"))

    assert value(metrics, "switchgear_calls_total", model="ours", outcome="failed") == 1


def test_a_name_the_provider_does_not_know_takes_no_room():
    metrics = Metrics()
    for number in range(10):
        metrics.on_call(call(model=f"openai/typo-{number}", outcome="failed", error="provider_model_not_found"))

    assert value(metrics, "switchgear_calls_total", model="other") == 10


def test_what_others_know_is_read_at_every_scrape():
    metrics = Metrics("1.2.3")
    health = SimpleNamespace(state="ok", pending=3, lost=1, spooled=5, spool_bytes=800)
    metrics.watch_usage_writer(lambda: health)
    metrics.watch_in_flight(lambda: 7)
    metrics.watch_local_model(lambda: "ready")

    assert value(metrics, "switchgear_usage_records_pending") == 3
    assert value(metrics, "switchgear_usage_records_lost_total") == 1
    assert value(metrics, "switchgear_usage_store_degraded") == 0
    assert value(metrics, "switchgear_calls_in_flight") == 7
    assert value(metrics, "switchgear_local_model_state", state="ready") == 1
    assert value(metrics, "switchgear_local_model_state", state="failed") == 0
    assert value(metrics, "switchgear_build_info", version="1.2.3") == 1

    health.state = "degraded"
    assert value(metrics, "switchgear_usage_store_degraded") == 1


def test_a_state_without_a_name_of_ours_is_shown_as_it_is():
    metrics = Metrics()
    metrics.watch_local_model(lambda: "thinking")

    assert value(metrics, "switchgear_local_model_state", state="thinking") == 1


def test_the_process_is_measured():
    metrics = Metrics()

    assert value(metrics, "process_resident_memory_bytes") > 1_000_000
    assert value(metrics, "process_open_fds") > 0
    assert value(metrics, "process_cpu_seconds_total") > 0


def test_two_metrics_do_not_share_anything():
    one, other = Metrics(), Metrics()
    one.on_call(CALL)

    assert samples(one, "switchgear_calls_total")
    assert not samples(other, "switchgear_calls_total")


def test_without_an_accept_header_the_answer_is_prometheus_text():
    body, content_type = Metrics().render()

    assert content_type.startswith("text/plain")
    assert b"# EOF" not in body


def test_open_metrics_is_given_to_those_who_accept_it():
    metrics = Metrics()
    metrics.on_call(CALL)
    metrics.watch_in_flight(lambda: 0)

    body, content_type = metrics.render("application/openmetrics-text;version=1.0.0,text/plain;q=0.5")

    assert content_type.startswith("application/openmetrics-text")
    families = {family.name: family for family in parse_openmetrics(body.decode())}
    assert families["switchgear_calls"].samples[0].value == 1


def test_names_that_come_from_clients_are_escaped():
    metrics = Metrics()
    metrics.on_call(call(model='a"b\\c\\nd'))

    assert value(metrics, "switchgear_calls_total", model='a"b\\c\\nd') == 1


async def test_the_event_loops_lag_is_measured():
    seen = Distribution((0.02, 10.0))
    lag = LoopLag(seen, every=0.01)
    lag.start()
    deadline = time.monotonic() + 10
    while not sum(seen.counts):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
    before = sum(seen.counts[1:])
    time.sleep(0.1)  # holds the loop up, which is what is measured
    while sum(seen.counts[1:]) == before:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
    lag.stop()
    lag.stop()

    assert seen.total > 0.02
