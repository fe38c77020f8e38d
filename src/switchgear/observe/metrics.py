"""What is counted of calls and of the process, for Prometheus.

A call costs one dictionary look-up and a few additions on plain integers: the numbers are turned into
Prometheus families when somebody scrapes (``observe.exposition``), not while a call is served. The children of
``prometheus_client`` take a lock for every number, which makes five microseconds of one call.

Names follow Prometheus (https://prometheus.io/docs/practices/naming/): base units, ``_total`` on counters.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from switchgear.core.batches import BatchLinesFinished
from switchgear.core.calls import CallRecord
from switchgear.events.limits import LimitRefused
from switchgear.observe.attempt_metrics import AttemptMetrics
from switchgear.observe.health import HealthMetrics
from switchgear.observe.tool_metrics import ToolMetrics
from switchgear.state.base import StateHealth

if TYPE_CHECKING:
    from switchgear.observe.exposition import Exposition

MODELS = 500
"""How many distinct model names become series of their own; the rest are counted as ``other``."""

OTHER = "other"

LATENCY_BUCKETS = (
    0.005,
    0.01,
    0.02,
    0.04,
    0.08,
    0.16,
    0.32,
    0.64,
    1.28,
    2.56,
    5.12,
    10.24,
    20.48,
    40.96,
    81.92,
    163.84,
    327.68,
)
"""Seconds. OpenTelemetry's advice for ``gen_ai.server.request.duration``, with a finer start and a longer end."""

FIRST_TOKEN_BUCKETS = (
    0.001,
    0.005,
    0.01,
    0.02,
    0.04,
    0.06,
    0.08,
    0.1,
    0.25,
    0.5,
    0.75,
    1.0,
    2.5,
    5.0,
    7.5,
    10.0,
    30.0,
    60.0,
)
"""Seconds. OpenTelemetry's advice for ``gen_ai.server.time_to_first_token``, with a longer end."""

LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds that a timer came late."""

_UNADMITTED = frozenset({"model_not_found", "model_not_allowed", "provider_model_not_found", "invalid_request"})
"""Errors after which a model name is not worth a series: most likely there is no such model."""


class Distribution:
    """A histogram: how many observations fell into each bucket, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count ``value``, in the unit of the bounds."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> Iterator[tuple[str, float]]:
        """The buckets as Prometheus wants them: upper bound as text, observations at or below it."""
        below = 0
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            below += count
            yield bound, below


class Work:
    """What one model at one provider did: tokens, money and time. ``cost`` is in nano-dollars."""

    __slots__ = ("cached", "completion", "cost", "first_token", "latency", "prompt", "reasoning", "unpriced")

    def __init__(self) -> None:
        self.prompt = 0
        self.completion = 0
        self.cached = 0
        self.reasoning = 0
        self.cost = 0
        self.unpriced = 0
        self.latency = Distribution(LATENCY_BUCKETS)
        self.first_token = Distribution(FIRST_TOKEN_BUCKETS)


class _Series:
    """What one kind of call adds to: its own count and the work of its model."""

    __slots__ = ("calls", "work")

    def __init__(self, work: Work) -> None:
        self.calls = 0
        self.work = work


class Kind(NamedTuple):
    """What makes calls alike: the labels of ``switchgear_calls_total`` and the error code."""

    model: str
    provider: str
    endpoint: str
    outcome: str
    status: int
    error: str


_Key = Kind | tuple[str, str, str, str, int, str]


class UsageWriterHealth(Protocol):
    """How the usage writer is doing."""

    @property
    def state(self) -> str:
        """``ok``, or anything else while the store takes no records."""
        ...

    @property
    def pending(self) -> int:
        """Records not yet in the store."""
        ...

    @property
    def lost(self) -> int:
        """Records that will never be there."""
        ...

    @property
    def spooled(self) -> int:
        """Records on disk that wait for the store."""
        ...

    @property
    def spool_bytes(self) -> int:
        """Bytes they take there."""
        ...


class Metrics:
    """Counts calls; ``render`` answers a scrape.

    Counting belongs to the event loop's thread; ``render`` may run in another, which is kind to the loop when there
    are many series. What others know is read at every scrape, by the callables they give.
    """

    def __init__(self, version: str = "") -> None:
        self.version = version
        self.loop_lag = Distribution(LAG_BUCKETS)
        self.in_flight: Callable[[], int] | None = None
        self.usage_writer: Callable[[], UsageWriterHealth] | None = None
        self.local_model: Callable[[], str] | None = None
        self.health: HealthMetrics | None = None
        self.state: Callable[[], tuple[StateHealth, int]] | None = None
        self._refusals: dict[tuple[str, str], int] = {}
        self.before = b""
        self._series: dict[_Key, _Series] = {}
        self._work: dict[tuple[str, str, str], Work] = {}
        self._models: set[str] = set()
        self.attempts = AttemptMetrics()
        self.tools = ToolMetrics()
        self.batches: Callable[[], Mapping[str, int]] | None = None
        self.batch_lines = {"completed": 0, "failed": 0}
        self._exposition: Exposition | None = None

    def on_call(self, record: CallRecord) -> None:
        """Count a finished call. About a microsecond."""
        key = (record.model, record.provider, record.endpoint, record.outcome, record.status, record.error)
        series = self._series.get(key)
        if series is None:
            series = self._admit(Kind(*key))
        series.calls += 1
        work = series.work
        usage = record.usage
        work.prompt += usage.prompt_tokens
        work.completion += usage.completion_tokens
        if usage.cached_tokens:
            work.cached += usage.cached_tokens
        if usage.reasoning_tokens:
            work.reasoning += usage.reasoning_tokens
        cost = record.cost
        if cost:
            work.cost += cost
        elif cost is None and (usage.prompt_tokens or usage.completion_tokens):
            work.unpriced += 1
        if record.outcome != "refused":
            work.latency.observe(record.latency_ms * 0.001)
        first = record.first_token_ms
        if first is not None and record.streamed:
            work.first_token.observe(first * 0.001)
        self.attempts.on_call(record)

    def on_refusal(self, refused: LimitRefused) -> None:
        """Count a call that a limit had no room for."""
        of = (refused.what, refused.of)
        self._refusals[of] = self._refusals.get(of, 0) + 1

    def refusals(self) -> dict[tuple[str, str], int]:
        """Calls that limits had no room for, by (what is limited, who has the limit)."""
        return self._refusals.copy()

    def on_batch_lines(self, event: BatchLinesFinished) -> None:
        """Count finished lines of batches."""
        self.batch_lines["completed"] += event.completed
        self.batch_lines["failed"] += event.failed

    def watch_batches(self, read: Callable[[], Mapping[str, int]]) -> None:
        """Show how many batches have not ended, by status."""
        self.batches = read

    def watch_in_flight(self, read: Callable[[], int]) -> None:
        """Show how many calls are being served."""
        self.in_flight = read

    def watch_usage_writer(self, read: Callable[[], UsageWriterHealth]) -> None:
        """Show what the usage writer still holds, what it lost, and whether the store takes records."""
        self.usage_writer = read

    def watch_state(self, read: Callable[[], tuple[StateHealth, int]]) -> None:
        """Show whether the shared state answers, and how many gateways share it."""
        self.state = read

    def watch_local_model(self, read: Callable[[], str]) -> None:
        """Show the embedded model's state, one of ``exposition.LOCAL_STATES`` or any other word."""
        self.local_model = read

    def watch_health(self, health: HealthMetrics) -> None:
        """Show how deployments are doing."""
        self.health = health

    def calls(self) -> dict[tuple[str, str, str, str, int], int]:
        """Finished calls by (model, provider, endpoint, outcome, status)."""
        found: dict[tuple[str, str, str, str, int], int] = {}
        for key, series in list(self._series.items()):
            found[key[:5]] = found.get(key[:5], 0) + series.calls
        return found

    def work(self) -> dict[tuple[str, str, str], Work]:
        """The work done, by (model, provider, endpoint)."""
        return self._work.copy()

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The answer to a scrape: body and content type, OpenMetrics if ``accept`` (the header) asks for it."""
        return self._exposed().render(accept)

    def counted(self) -> bytes:
        """All of it for the other workers of this host, with what the worker before this one had counted (``before``)."""
        return self._exposed().counted(self.before)

    def render_all(
        self, accept: str, counted: Sequence[tuple[int, bytes]], states: Sequence[tuple[int, bool, int]]
    ) -> tuple[bytes, str]:
        """As ``render``, for several workers: what each ``counted`` by its number, and of each whether it is ready and its restarts."""
        from switchgear.observe.exposition import render_together  # noqa: PLC0415 - as in _exposed

        return render_together(accept, counted, states)

    def _exposed(self) -> Exposition:
        if self._exposition is None:
            from switchgear.observe.exposition import (  # noqa: PLC0415 - prometheus_client loads at the first scrape, not at the start
                Exposition,
            )

            self._exposition = Exposition(self)
        return self._exposition

    def _admit(self, kind: Kind) -> _Series:
        """The series for a kind of call seen for the first time; a model too many is counted as ``other``.

        Names come from clients, and ``provider/anything`` reaches a provider: without a limit a client could make
        series, and so memory, at will. Such a name is not remembered at all.
        """
        model = kind.model
        if not model.isprintable():  # a scrape is read on terminals, and is UTF-8
            model = "".join(each if each.isprintable() else "\ufffd" for each in model)
            kind = kind._replace(model=model)
        if model and model not in self._models:
            if kind.error in _UNADMITTED or len(self._models) >= MODELS:
                kind = kind._replace(model=OTHER)
            else:
                self._models.add(model)
        series = self._series.get(kind)
        if series is None:
            where = (kind.model, kind.provider, kind.endpoint)
            work = self._work.get(where)
            if work is None:
                work = self._work[where] = Work()
            series = self._series[kind] = _Series(work)
        return series


class LoopLag:
    """Measures how late the event loop runs a timer: what every call waits on top of its own work."""

    __slots__ = ("_due", "_every", "_handle", "_into")

    def __init__(self, into: Distribution, every: float = 0.5) -> None:
        self._into = into
        self._every = every
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        """Measure on the running loop every ``every`` seconds, until ``stop``."""
        self.stop()
        loop = asyncio.get_running_loop()
        self._due = loop.time() + self._every
        self._handle = loop.call_at(self._due, self._tick, loop)

    def stop(self) -> None:
        """Stop measuring; what was measured stays."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        self._into.observe(max(0.0, now - self._due))
        self._due = now + self._every
        self._handle = loop.call_at(self._due, self._tick, loop)
