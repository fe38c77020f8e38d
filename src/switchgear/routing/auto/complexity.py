"""How much it takes to answer a request: simple, medium or hard, each with its probability.

Two sets of weights are shipped, both learned from the labelled requests in ``examples.txt``: one for a text's numbers alone, one for
those together with its sentence vector. ``scripts/auto_weights.py`` makes them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import resources
from operator import mul
from typing import Final

import msgspec

from switchgear.core.opinions import Level
from switchgear.routing.auto.features import Features, numbers

LEVELS: Final[tuple[Level, ...]] = ("simple", "medium", "hard")

_UNSURE: Final = 0.42
"""Where the likeliest level is no likelier than this, nothing is known: with three levels chance has 0.33."""
_TOOLS: Final = 0.5
_LONG: Final = 4000
"""Tokens of a prompt above which it takes more to find what matters in it."""
_EFFORTS: Final = {"none": -1.0, "minimal": -1.0, "low": -0.5, "high": 1.0, "xhigh": 1.5, "max": 2.0}


class Weights(msgspec.Struct, frozen=True):
    """What was learned: by level, a weight for each input and one more. ``vector`` is for sentence vectors followed by the numbers.

    ``examples`` is the SHA-256 of the examples they were learned from, ``model`` that of the model that made the vectors.
    """

    examples: str
    model: str
    numbers: tuple[tuple[float, ...], ...]
    vector: tuple[tuple[float, ...], ...]

    @classmethod
    def shipped(cls) -> Weights:
        """Those of the package."""
        data = resources.files(__package__).joinpath("weights.json").read_bytes()
        return msgspec.json.decode(data, type=cls)


class Complexity(msgspec.Struct, frozen=True):
    """The probabilities of the three levels, and whether a sentence vector had a part in it."""

    simple: float
    medium: float
    hard: float
    by_vector: bool = False

    @property
    def score(self) -> float:
        """From 0, surely simple, to 1, surely hard."""
        return self.medium / 2 + self.hard

    @property
    def level(self) -> Level:
        """The likeliest."""
        return max(zip((self.simple, self.medium, self.hard), LEVELS, strict=True))[1]

    @property
    def sure(self) -> bool:
        """Whether that is more than a guess."""
        return max(self.simple, self.medium, self.hard) > _UNSURE


class Judge:
    """Judges requests by weights."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def judge(self, features: Features, vector: Sequence[float] | None = None) -> Complexity:
        """How much a request takes. ``vector`` is of its text, None where there is none."""
        inputs = numbers(features.text)
        if vector is None:
            scores = [_dot(weights, inputs) for weights in self._weights.numbers]
        else:
            together = (*vector, *inputs)
            scores = [_dot(weights, together) for weights in self._weights.vector]
        scores[2] += _more(features)
        simple, medium, hard = _probabilities(scores)
        return Complexity(simple, medium, hard, vector is not None)


def _more(features: Features) -> float:
    """What the examples cannot tell, as they are texts alone: tools, a long conversation, and what the client says of it."""
    more = _EFFORTS.get(features.effort, 0.0)
    if features.tools:
        more += _TOOLS
    if features.prompt_tokens > _LONG:
        more += min(math.log2(features.prompt_tokens / _LONG) / 4, 1.0)
    return more


def _dot(weights: Sequence[float], inputs: Sequence[float]) -> float:
    """The weighted sum; the last weight stands alone."""
    return float(sum(map(mul, weights, inputs))) + weights[-1]


def _probabilities(scores: Sequence[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]
