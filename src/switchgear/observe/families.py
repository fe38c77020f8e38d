"""Metric families of several processes as one: counters and histograms are summed, gauges named by worker.

A family travels as bytes between the workers of a host. What a worker that ended had counted goes on counting with its
successor, so that no sum ever falls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

_ALIKE = frozenset({"switchgear_build_info", "switchgear_local_model_state", "python_info"})
"""Gauges that say the same in every worker."""

_SUMMED = frozenset({"counter", "histogram", "gaugehistogram", "summary"})


class _Sample(msgspec.Struct, array_like=True):
    name: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, array_like=True):
    """One metric of one process."""

    name: str
    text: str
    kind: str
    unit: str
    samples: list[_Sample]


_decode = msgspec.msgpack.Decoder(list[Family]).decode
_encode = msgspec.msgpack.Encoder().encode


def packed(metrics: Iterable[Metric], before: bytes = b"") -> bytes:
    """``metrics`` as bytes, with what a predecessor had counted (``before``) added."""
    families = [
        Family(one.name, one.documentation, one.type, one.unit, [_Sample(*sample[:3]) for sample in one.samples])
        for one in metrics
    ]
    if before:
        gone = [family for family in _decode(before) if family.kind in _SUMMED]
        families = _merged([families, gone], lambda _, sample: sample)
    return _encode(families)


def together(packed_by_worker: Sequence[tuple[int, bytes]]) -> list[Metric]:
    """The metrics of several workers, each given as its number and what ``packed`` made."""
    numbers = [number for number, _ in packed_by_worker]

    def named(index: int, sample: _Sample) -> _Sample:
        return _Sample(sample.name, {**sample.labels, "worker": str(numbers[index])}, sample.value)

    return [_metric(family) for family in _merged([_decode(body) for _, body in packed_by_worker], named)]


def _merged(many: Sequence[list[Family]], named: Callable[[int, _Sample], _Sample]) -> list[Family]:
    """One family of each name; ``named`` tells a gauge of one process (by its index) from those of others."""
    found: dict[str, Family] = {}
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], _Sample] = {}
    for index, families in enumerate(many):
        for family in families:
            into = found.setdefault(family.name, Family(family.name, family.text, family.kind, family.unit, []))
            for sample in family.samples:
                own = sample if family.kind in _SUMMED or family.name in _ALIKE else named(index, sample)
                key = (own.name, tuple(sorted(own.labels.items())))
                known = sums.get(key)
                if known is None:
                    sums[key] = kept = _Sample(own.name, own.labels, own.value)
                    into.samples.append(kept)
                elif family.kind in _SUMMED:
                    known.value += own.value
                else:
                    known.value = max(known.value, own.value)
    return list(found.values())


def _metric(family: Family) -> Metric:
    metric = Metric(family.name, family.text, family.kind, family.unit)
    metric.samples = [Sample(each.name, each.labels, each.value) for each in family.samples]
    return metric


def workers(states: Sequence[tuple[int, bool, int]]) -> list[Metric]:
    """What is known of the workers themselves: number, whether it is ready, and how often it was replaced."""
    ready = Metric("switchgear_worker_ready", "1 while the worker takes calls.", "gauge")
    restarts = Metric("switchgear_worker_restarts", "How often the worker was replaced.", "counter")
    for number, is_ready, count in states:
        ready.add_sample("switchgear_worker_ready", {"worker": str(number)}, int(is_ready))
        restarts.add_sample("switchgear_worker_restarts_total", {"worker": str(number)}, count)
    return [ready, restarts]
