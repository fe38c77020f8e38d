"""How good models are, as far as their names tell: what is taken where the configuration does not say.

A quality is about the share of hard requests that a model answers well, from 0 to 1. The numbers are coarse on purpose: they put
families in order, and what people say of answers corrects them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_BY_NAME: Final[tuple[tuple[str, float], ...]] = (
    ("smollm2", 0.05),
    ("claude-opus", 0.95),
    ("claude-fable", 0.95),
    ("claude-mythos", 0.97),
    ("claude-sonnet", 0.9),
    ("claude-haiku-4", 0.75),
    ("claude-haiku-5", 0.8),
    ("claude-3-7-sonnet", 0.82),
    ("claude-3-5-sonnet", 0.78),
    ("claude-3-opus", 0.75),
    ("haiku", 0.6),
    ("gpt-5-nano", 0.6),
    ("gpt-5-mini", 0.8),
    ("gpt-5-chat", 0.8),
    ("gpt-5", 0.93),
    ("gpt-4.1-nano", 0.45),
    ("gpt-4.1-mini", 0.62),
    ("gpt-4.1", 0.75),
    ("gpt-4o-mini", 0.5),
    ("gpt-4o", 0.7),
    ("gpt-4", 0.6),
    ("gpt-3.5", 0.35),
    ("gpt-oss-120b", 0.75),
    ("gpt-oss-20b", 0.6),
    ("o4-mini", 0.82),
    ("o3-mini", 0.75),
    ("o3", 0.88),
    ("o1-mini", 0.65),
    ("o1", 0.8),
    ("gemini-3", 0.92),
    ("gemini-2.5-pro", 0.88),
    ("gemini-2.5-flash-lite", 0.6),
    ("gemini-2.5-flash", 0.75),
    ("gemini-2.0-flash", 0.6),
    ("gemini-1.5-pro", 0.62),
    ("gemini-1.5-flash", 0.45),
    ("deepseek-r1", 0.85),
    ("deepseek-reasoner", 0.87),
    ("deepseek", 0.8),
    ("grok-4", 0.88),
    ("grok-3-mini", 0.72),
    ("grok", 0.75),
    ("kimi-k2", 0.82),
    ("qwen3-max", 0.85),
    ("mistral-large", 0.7),
    ("mistral-medium", 0.7),
    ("magistral", 0.7),
    ("mistral-small", 0.55),
    ("ministral", 0.35),
    ("codestral", 0.55),
    ("command-a", 0.65),
    ("command-r", 0.5),
)
_SIZE: Final = re.compile(r"(?:^|[-_:/ ])(\d{1,3}(?:\.\d)?)b(?:$|[-_:/ ])")
_BY_SIZE: Final = ((3, 0.2), (9, 0.4), (16, 0.48), (35, 0.58), (80, 0.66), (1000, 0.75))
"""Billions of weights, and what models of up to that size make of it."""


@lru_cache(maxsize=1024)
def usual_quality(model: str) -> float | None:
    """The quality of a model by its name; None for one that nobody knows."""
    name = model.lower()
    for part, quality in _BY_NAME:
        if part in name:
            return quality
    size = _SIZE.search(name)
    if size is None:
        return None
    return next((quality for most, quality in _BY_SIZE if float(size[1]) <= most), _BY_SIZE[-1][1])
