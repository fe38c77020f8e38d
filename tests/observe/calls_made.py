"""Records of calls as they might have been: random, or drawn by hypothesis."""

from __future__ import annotations

import random
from typing import Any

from switchgear.core.calls import Attempt, CallRecord, Route, Usage

PROVIDERS = ("openai", "claude", "")
ERRORS = ("provider_timeout", "provider_overloaded", "provider_invalid_response")


def usage(draw: random.Random) -> Usage:
    prompt, completion = draw.randrange(2000), draw.choice((0, draw.randrange(800)))
    return Usage(prompt, completion, draw.randrange(prompt + 1), draw.randrange(completion + 1), draw.randrange(5))


def attempt(draw: random.Random, outcome: Any) -> Attempt:
    failed = outcome in ("failed", "cut")
    return Attempt(
        draw.choice(PROVIDERS[:2]),
        draw.choice(("large", "small")),
        round(draw.random() * 100, 3),
        round(draw.random() * 9000, 3),
        draw.choice((None, round(draw.random() * 300, 3))),
        outcome,
        502 if failed else 200,
        draw.choice(ERRORS) if failed else "",
        f"No answer in {draw.randrange(99)} s from 'x{draw.random()}'." if failed else "",
        draw.choice((None, usage(draw))),
        draw.choice((None, draw.randrange(10**7))),
    )


def route(draw: random.Random, outcome: str) -> Route | None:
    if draw.random() < 0.3:
        return None
    tried = [attempt(draw, draw.choice(("failed", "skipped", "lost"))) for _ in range(draw.randrange(3))]
    if outcome != "refused":
        tried.append(attempt(draw, outcome))
    return Route((), tuple(tried))


def call(draw: random.Random, number: int, at: int) -> CallRecord:
    """A call that began at ``at``; the same for the same state of ``draw``."""
    outcome: Any = draw.choices(("ok", "failed", "cut", "abandoned", "refused"), (70, 10, 5, 5, 5))[0]
    went_wrong = outcome in ("failed", "cut")
    return CallRecord(
        id=f"req_{number:08d}",
        at=at,
        key_id=draw.choice(("key_a", "key_b", "key_c", "")),
        endpoint="chat/completions",
        model=draw.choice(("fast", "smart", "")),
        provider=draw.choice(PROVIDERS),
        deployment=draw.choice(("large", "small")),
        streamed=draw.random() < 0.5,
        outcome=outcome,
        status=502 if went_wrong else 200,
        error=draw.choice(ERRORS) if went_wrong else "",
        usage=usage(draw),
        cost=draw.choice((None, draw.randrange(10**8))),
        latency_ms=round(draw.random() ** 3 * 60_000, 3),
        first_token_ms=draw.choice((None, round(draw.random() * 900, 3))),
        attempts=1,
        team=draw.choice(("search", "")),
        cache=draw.choices(("", "miss", "hit", "semantic", "bypass"), (60, 20, 10, 5, 5))[0],
        message="It took 3 s." if went_wrong else "",
        route=route(draw, outcome),
        saved=draw.choice((None, draw.randrange(10**6))),
    )


def calls(seed: int, count: int, since: int, until: int) -> list[CallRecord]:
    """Calls that began in ``[since, until)``."""
    draw = random.Random(seed)
    return [call(draw, number, draw.randrange(since, until)) for number in range(count)]
