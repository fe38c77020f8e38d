"""The metrics as Prometheus and OpenMetrics text, made when somebody scrapes.

``prometheus_client`` encodes, with a registry of our own; the numbers come from ``observe.metrics``. Every metric
there is, is named in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from switchgear.core.health import BREAKER_STATES
from switchgear.observe import families
from switchgear.observe.health import HealthMetrics
from switchgear.observe.metrics import Distribution, Metrics, Work

LOCAL_STATES = ("off", "starting", "ready", "restarting", "failed")
"""The states of the embedded model that are always shown; exactly one series is 1."""

BATCH_STATUSES = ("validating", "in_progress", "finalizing", "cancelling")
"""The statuses of batches that are always shown."""

_NANO = 1_000_000_000


class Exposition:
    """Renders one ``Metrics``, and with it the process's own numbers (memory, CPU, files, garbage collector)."""

    def __init__(self, metrics: Metrics) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Calls(metrics))
        self._registry.register(_Gateway(metrics))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def render(self, accept: str) -> tuple[bytes, str]:
        """The text in the format that ``accept`` asks for, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def counted(self, before: bytes) -> bytes:
        """All of it for another process, with what a predecessor had counted."""
        return families.packed(self._registry.collect(), before)


def render_together(
    accept: str, counted: Sequence[tuple[int, bytes]], states: Sequence[tuple[int, bool, int]]
) -> tuple[bytes, str]:
    """The text of several workers, ``(number, counted)`` each, with ``(number, ready, restarts)`` of all there are."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Made([*families.together(counted), *families.workers(states)]))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Made(Collector):
    """Metrics that are there already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._metrics


class _Calls(Collector):
    """What was counted call by call."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield self._calls()
        yield from self._attempts()
        yield self._refusals()
        yield self._seconds(
            "switchgear_call_duration_seconds",
            "Time from a call's first byte to its end; refused calls are not in it.",
            lambda work: work.latency,
        )
        yield self._seconds(
            "switchgear_first_token_seconds",
            "Time from a call's first byte to the first byte of its streamed answer.",
            lambda work: work.first_token,
        )
        yield self._tokens()
        yield from self._money()
        yield from self._tools()

    def _calls(self) -> Metric:
        labels = ("model", "provider", "endpoint", "outcome", "status")
        family = CounterMetricFamily("switchgear_calls", "Finished calls.", labels=labels)
        for key, count in self._metrics.calls().items():
            family.add_metric([str(part) for part in key], count)
        return family

    def _attempts(self) -> Iterator[Metric]:
        counted = self._metrics.attempts
        errors = CounterMetricFamily(
            "switchgear_upstream_errors",
            "Attempts that a provider failed, by error code; also those of calls that another attempt saved.",
            labels=("provider", "code"),
        )
        attempts = CounterMetricFamily(
            "switchgear_attempts",
            "Attempts at deployments, by how they ended; skipped ones were passed over.",
            labels=("provider", "outcome"),
        )
        fallbacks = CounterMetricFamily(
            "switchgear_fallbacks",
            "Calls that went on at another deployment, by the provider that had failed.",
            labels=("provider",),
        )
        cache = CounterMetricFamily("switchgear_cache_results", "Calls by what the cache did.", labels=("result",))
        for family, counts in ((errors, counted.errors), (attempts, counted.attempts)):
            for key, count in list(counts.items()):
                family.add_metric(key, count)
        for family, by_name in ((fallbacks, counted.fallbacks), (cache, counted.cache)):
            for name, count in list(by_name.items()):
                family.add_metric((name,), count)
        yield from (errors, attempts, fallbacks, cache)

    def _tools(self) -> Iterator[Metric]:
        counted = self._metrics.tools
        calls = CounterMetricFamily(
            "switchgear_tool_calls",
            "Finished calls of plugins, by how they ended; error: the tool said that it failed.",
            labels=("plugin", "method", "outcome"),
        )
        errors = CounterMetricFamily(
            "switchgear_tool_errors", "Calls of plugins without a result, by error code.", labels=("plugin", "code")
        )
        sizes = CounterMetricFamily(
            "switchgear_tool_bytes", "Bytes of params (in) and results (out).", labels=("plugin", "direction")
        )
        seconds = HistogramMetricFamily(
            "switchgear_tool_duration_seconds",
            "Time that calls of plugins took; refused ones are not in it.",
            labels=("plugin",),
        )
        for key, count in list(counted.calls.items()):
            calls.add_metric(key, count)
        for family, counts in ((errors, counted.errors), (sizes, counted.bytes)):
            for labels, count in list(counts.items()):
                family.add_metric(labels, count)
        for plugin, times in list(counted.times.items()):
            seconds.add_metric((plugin,), times.buckets(), times.total)
        yield from (calls, errors, sizes, seconds)
        yield _gauge("switchgear_tool_calls_in_flight", "Calls of plugins under way.", counted.in_flight())
        yield _gauge("switchgear_approvals_waiting", "Calls of plugins that wait for a person here.", counted.waiting())

    def _refusals(self) -> Metric:
        family = CounterMetricFamily(
            "switchgear_limit_refusals",
            "Calls that a limit had no room for, by what is limited (usd, tokens, rpm, tpm, concurrency) and whose limit it is.",
            labels=("limit", "of"),
        )
        for key, count in self._metrics.refusals().items():
            family.add_metric(key, count)
        return family

    def _seconds(self, name: str, text: str, of: Callable[[Work], Distribution]) -> Metric:
        family = HistogramMetricFamily(name, text, labels=("model", "provider", "endpoint"))
        for key, work in self._metrics.work().items():
            seen = of(work)
            if any(seen.counts):
                family.add_metric(key, buckets=list(seen.cumulative()), sum_value=seen.total)
        return family

    def _tokens(self) -> Metric:
        family = CounterMetricFamily(
            "switchgear_tokens",
            "Tokens by kind: cached ones are part of prompt, reasoning ones of completion.",
            labels=("model", "provider", "kind"),
        )
        for (model, provider), works in self._by_model().items():
            family.add_metric((model, provider, "prompt"), sum(work.prompt for work in works))
            family.add_metric((model, provider, "completion"), sum(work.completion for work in works))
            family.add_metric((model, provider, "cached"), sum(work.cached for work in works))
            family.add_metric((model, provider, "reasoning"), sum(work.reasoning for work in works))
        return family

    def _money(self) -> Iterator[Metric]:
        cost = CounterMetricFamily(
            "switchgear_cost_usd",
            "Cost of the calls whose price is known, in US dollars.",
            labels=("model", "provider"),
        )
        unpriced = CounterMetricFamily(
            "switchgear_calls_unpriced",
            "Calls that used tokens whose price is not known.",
            labels=("model", "provider"),
        )
        for key, works in self._by_model().items():
            cost.add_metric(key, sum(work.cost for work in works) / _NANO)
            unpriced.add_metric(key, sum(work.unpriced for work in works))
        yield cost
        yield unpriced

    def _by_model(self) -> dict[tuple[str, str], list[Work]]:
        """The work of calls that reached a provider, by (model, provider)."""
        found: dict[tuple[str, str], list[Work]] = {}
        for (model, provider, _), work in self._metrics.work().items():
            if provider:
                found.setdefault((model, provider), []).append(work)
        return found


class _Gateway(Collector):
    """How the gateway itself is doing now."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        if self._metrics.in_flight is not None:
            yield _gauge("switchgear_calls_in_flight", "Calls being served.", self._metrics.in_flight())
        lag = self._metrics.loop_lag
        yield HistogramMetricFamily(
            "switchgear_event_loop_lag_seconds",
            "How late the event loop ran a timer.",
            buckets=list(lag.cumulative()),
            sum_value=lag.total,
        )
        info = GaugeMetricFamily("switchgear_build_info", "Always 1; the version is a label.", labels=("version",))
        info.add_metric((self._metrics.version,), 1)
        yield info
        yield from self._usage_writer()
        yield from self._local_model()
        yield from self._batches()
        yield from self._state()
        if self._metrics.health is not None:
            yield from _deployments(self._metrics.health)

    def _usage_writer(self) -> Iterator[Metric]:
        if self._metrics.usage_writer is None:
            return
        health = self._metrics.usage_writer()
        yield _gauge("switchgear_usage_records_pending", "Usage records not yet in the store.", health.pending)
        yield CounterMetricFamily("switchgear_usage_records_lost", "Usage records that were lost.", value=health.lost)
        yield _gauge("switchgear_usage_spool_records", "Usage records on disk that wait for the store.", health.spooled)
        yield _gauge("switchgear_usage_spool_bytes", "Bytes of the usage records on disk.", health.spool_bytes)
        yield _gauge(
            "switchgear_usage_store_degraded", "1 while the store takes no records.", int(health.state != "ok")
        )

    def _state(self) -> Iterator[Metric]:
        if self._metrics.state is None:
            return
        health, members = self._metrics.state()
        yield _gauge(
            "switchgear_state_degraded", "1 while the shared state does not answer.", int(health.state != "ok")
        )
        yield _gauge("switchgear_state_members", "Gateways that share the state, this one included.", members)

    def _batches(self) -> Iterator[Metric]:
        if self._metrics.batches is None:
            return
        now = self._metrics.batches()
        family = GaugeMetricFamily("switchgear_batches", "Batches that have not ended.", labels=("status",))
        for status in dict.fromkeys((*BATCH_STATUSES, *now)):
            family.add_metric((status,), now.get(status, 0))
        yield family
        lines = CounterMetricFamily("switchgear_batch_lines", "Lines of batches finished here.", labels=("outcome",))
        for outcome, count in self._metrics.batch_lines.items():
            lines.add_metric((outcome,), count)
        yield lines

    def _local_model(self) -> Iterator[Metric]:
        if self._metrics.local_model is None:
            return
        now = self._metrics.local_model()
        family = GaugeMetricFamily("switchgear_local_model_state", "State of the embedded model.", labels=("state",))
        for state in dict.fromkeys((*LOCAL_STATES, now)):
            family.add_metric((state,), int(state == now))
        yield family


def _deployments(health: HealthMetrics) -> Iterator[Metric]:
    """How deployments are doing, and how often their breakers changed."""
    label = ("deployment",)
    state = GaugeMetricFamily(
        "switchgear_deployment_state", "1 for the state of a deployment's breaker.", labels=("deployment", "state")
    )
    first = GaugeMetricFamily(
        "switchgear_deployment_first_token_seconds",
        "Time to first token of late, the slow ones weighing more.",
        labels=label,
    )
    speed = GaugeMetricFamily("switchgear_deployment_tokens_per_second", "Tokens a second of late.", labels=label)
    busy = GaugeMetricFamily("switchgear_deployment_calls_in_flight", "Calls under way at a deployment.", labels=label)
    for name, one in health.standings():
        for each in BREAKER_STATES:
            state.add_metric((name, each), int(each == one.state))
        busy.add_metric((name,), one.in_flight)
        if one.ttft:
            first.add_metric((name,), one.ttft)
        if one.speed:
            speed.add_metric((name,), one.speed)
    changes = CounterMetricFamily(
        "switchgear_breaker_changes", "Changes of breakers, by the state after.", labels=("deployment", "state")
    )
    for key, count in list(health.changes.items()):
        changes.add_metric(key, count)
    probes = CounterMetricFamily("switchgear_probes", "Probes of deployments.", labels=("deployment", "outcome"))
    for key, count in list(health.probes.items()):
        probes.add_metric(key, count)
    yield from (state, first, speed, busy, changes, probes)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
