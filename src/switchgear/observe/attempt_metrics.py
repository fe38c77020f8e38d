"""What is counted of attempts, fallbacks and the cache, for Prometheus: providers' errors as they were met, also where a call was saved."""

from __future__ import annotations

from itertools import pairwise

from switchgear.core.attempts import FAILED, attempts_of
from switchgear.core.calls import CallRecord
from switchgear.core.errors import ProviderError, every_error


class AttemptMetrics:
    """Counts by provider, outcome and code, all of which are known sets: no client can make series.

    ``attempts`` are by (provider, outcome), ``errors`` by (provider, code), ``fallbacks`` by the provider that had failed, and
    ``cache`` by what the cache did.
    """

    def __init__(self) -> None:
        self.attempts: dict[tuple[str, str], int] = {}
        self.errors: dict[tuple[str, str], int] = {}
        self.fallbacks: dict[str, int] = {}
        self.cache: dict[str, int] = {}
        self._codes = frozenset(kind.code for kind in every_error() if issubclass(kind, ProviderError))

    def on_call(self, record: CallRecord) -> None:
        """Count a finished call's attempts. Half a microsecond for one that was answered at once."""
        if record.cache:
            self.cache[record.cache] = self.cache.get(record.cache, 0) + 1
        route = record.route
        attempts = attempts_of(record) if route is None else route.attempts
        counts = self.attempts
        for attempt in attempts:
            key = (attempt.provider, attempt.outcome)
            counts[key] = counts.get(key, 0) + 1
            if attempt.outcome in FAILED and attempt.error in self._codes:
                where = (attempt.provider, attempt.error)
                self.errors[where] = self.errors.get(where, 0) + 1
        if len(attempts) > 1:
            for before, after in pairwise([attempt for attempt in attempts if attempt.outcome != "skipped"]):
                moved = (before.provider, before.deployment) != (after.provider, after.deployment)
                if moved and before.outcome in FAILED:
                    self.fallbacks[before.provider] = self.fallbacks.get(before.provider, 0) + 1
