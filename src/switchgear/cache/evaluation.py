"""What a threshold costs: how often questions of one answer would be found, and how often others would get a wrong one.

Measured over labelled pairs: a question whose answer is kept, and one that is asked. The set that is meant for this comes in the package
``fow-cache`` (600 pairs, CC BY 4.0, by Mabon ap Gwyn); its file is read where it was installed, and nothing of the package is imported.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from switchgear.cache.guard import agree, sense_of
from switchgear.config.cache import DEFAULT_THRESHOLD
from switchgear.core.errors import ExtraMissing, StartupError

PACKAGE: Final = "fow_cache"
INSTALL: Final = "pip install 'switchgear[cache-eval]'"
THRESHOLDS: Final = (0.80, 0.85, 0.90, 0.95, 0.97, 0.98, DEFAULT_THRESHOLD, 0.995)


class Pair(msgspec.Struct, frozen=True):
    """Two questions. Where it depends on the application whether one answer serves both, it is taken not to."""

    a: str
    b: str
    same_answer: bool
    ambiguous: str | None = None

    @property
    def same(self) -> bool:
        """Whether the answer to the one may be given to the other."""
        return self.same_answer and not self.ambiguous


class Rate(msgspec.Struct, frozen=True):
    """What one threshold gives, as shares from 0 to 1: of the pairs with one answer, and of those without."""

    threshold: float
    hits: float
    wrong: float
    guarded_hits: float
    guarded_wrong: float


_pair = msgspec.json.Decoder(Pair)


def bundled_pairs() -> Path:
    """The file of the package. Raises ExtraMissing where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ExtraMissing(f"The labelled pairs are not installed. Install them with: {INSTALL}")
    return Path(next(iter(spec.submodule_search_locations))) / "data" / "pairs.jsonl"


def read_pairs(file: Path) -> list[Pair]:
    """The pairs in a file, one JSON object a line. Raises StartupError for one that cannot be read, naming the line."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise StartupError(f"{file} cannot be read: {(error.strerror or 'no reason given').lower()}.") from error
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            pairs.append(_pair.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise StartupError(
                f"{file}:{number} is not a pair: {error}.",
                hint='A line looks like {"a": "…", "b": "…", "same_answer": true}.',
            ) from error
    if not any(pair.same for pair in pairs) or all(pair.same for pair in pairs):
        raise StartupError(f"{file} has to hold pairs with one answer, and pairs without.")
    return pairs


def rates(pairs: Sequence[Pair], vectors: Sequence[bytes], thresholds: Sequence[float]) -> list[Rate]:
    """The rates at each threshold. ``vectors`` are those of all first questions, then of all second ones."""
    unit = np.array([np.frombuffer(vector, dtype=np.float32) for vector in vectors])
    alike = (unit[: len(pairs)] * unit[len(pairs) :]).sum(axis=1)
    same = np.array([pair.same for pair in pairs])
    agreed = np.array([_agreed(pair) for pair in pairs])
    found = []
    for threshold in thresholds:
        near = alike >= threshold
        found.append(
            Rate(
                threshold,
                float(near[same].mean()),
                float(near[~same].mean()),
                float((near & agreed)[same].mean()),
                float((near & agreed)[~same].mean()),
            )
        )
    return found


def _agreed(pair: Pair) -> bool:
    one, other = sense_of(pair.a), sense_of(pair.b)
    return one is not None and other is not None and agree(one, other)
