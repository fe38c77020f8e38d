"""Learns the weights of the auto policy from its labelled requests: ``python scripts/auto_weights.py``.

Needs the extra ``local`` (the sentence vectors, numpy). Writes ``src/switchgear/routing/auto/weights.json``. Multinomial logistic
regression, so that what is shipped is three weights for each input and judging takes a few microseconds.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from switchgear.providers.local.models import MINILM
from switchgear.providers.local.vectors import SentenceVectors
from switchgear.routing.auto.complexity import LEVELS
from switchgear.routing.auto.features import numbers
from switchgear.routing.auto.vectors import shown

FOLDER = Path(__file__).parents[1] / "src/switchgear/routing/auto"
EXAMPLES = FOLDER / "examples.txt"
WEIGHTS = FOLDER / "weights.json"

Matrix = npt.NDArray[np.float64]


def read_examples() -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """The texts, their languages, and their levels as numbers."""
    rows = [
        line.split(" | ", 2) for line in EXAMPLES.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    return [row[2] for row in rows], [row[1] for row in rows], np.array([LEVELS.index(row[0]) for row in rows])


def number_inputs(texts: list[str]) -> Matrix:
    """What ``features.numbers`` tells of each."""
    return np.array([numbers(text) for text in texts])


def vectors_of(texts: list[str]) -> Matrix:
    """The sentence vectors, as the embedded model makes them."""
    model, tokenizer = MINILM.locate()
    engine = SentenceVectors(model, tokenizer, 1)
    found = np.zeros((len(texts), 384))
    for batch in engine.batches([shown(text) for text in texts]):
        for place, vector in zip(batch.places, engine.run(batch), strict=True):
            found[place] = vector
    return found


def train(inputs: Matrix, levels: npt.NDArray[np.int64], decay: float, rounds: int = 800, rate: float = 2.0) -> Matrix:
    """One column of weights for each level; the last row stands alone."""
    count = len(levels)
    given = np.hstack([inputs, np.ones((count, 1))])
    wanted = np.eye(len(LEVELS))[levels]
    weights = np.zeros((given.shape[1], len(LEVELS)))
    for _ in range(rounds):
        scores = given @ weights
        likely = np.exp(scores - scores.max(1, keepdims=True))
        likely /= likely.sum(1, keepdims=True)
        weights -= rate * (given.T @ (likely - wanted) / count + decay * weights)
    return weights


def learn_numbers(inputs: Matrix, levels: npt.NDArray[np.int64]) -> Matrix:
    """The weights for numbers alone."""
    return train(inputs, levels, 0.001, rounds=2000, rate=1.0)


def learn_vectors(inputs: Matrix, levels: npt.NDArray[np.int64]) -> Matrix:
    """The weights for vectors and numbers together."""
    return train(inputs, levels, 0.0005)


def examples_hash() -> str:
    """The SHA-256 of the examples."""
    return hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()


def main() -> None:
    """Learn and write."""
    texts, _, levels = read_examples()
    plain = number_inputs(texts)
    both = np.hstack([vectors_of(texts), plain])
    told = {
        "examples": examples_hash(),
        "model": MINILM.files[0].sha256,
        "numbers": [[round(float(x), 4) for x in column] for column in learn_numbers(plain, levels).T],
        "vector": [[round(float(x), 4) for x in column] for column in learn_vectors(both, levels).T],
    }
    WEIGHTS.write_text(json.dumps(told) + "\n", "utf-8")
    print(f"{len(texts)} examples → {WEIGHTS.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
