"""Hedging: a second attempt while the first one is silent, and only the faster one answers (Dean and Barroso, The Tail at Scale)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from switchgear.routing.trial import Trial

Attempt = Callable[[Trial], Awaitable[None]]


async def race(
    first: Trial, second: Callable[[], Awaitable[Trial | None]], after: float, attempt: Attempt
) -> list[Trial]:
    """Attempt ``first``, and ``second`` beside it if it has not committed after so many seconds; those that were attempted.

    Returns when one has answered whole, or all have failed (``Trial.failure`` says how). Raises what is wrong beside that.
    """
    loop = asyncio.get_running_loop()
    won: asyncio.Future[None] = loop.create_future()
    running: dict[asyncio.Future[None], Trial] = {}

    def win(winner: Trial) -> None:
        for task, trial in running.items():
            if trial is not winner:
                trial.lose()
                task.cancel()
        if not won.done():
            won.set_result(None)

    def start(trial: Trial) -> asyncio.Future[None]:
        trial.on_win = win
        task = asyncio.ensure_future(attempt(trial))
        running[task] = trial
        return task

    try:
        task = start(first)
        done, _ = await asyncio.wait({task, won}, timeout=after, return_when=asyncio.FIRST_COMPLETED)
        other = None if done else await second()
        if other is not None:
            start(other)
        pending = set(running)
        while pending and not any(trial.answered for trial in running.values()):
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                _raise_defect(ended, running[ended])
    finally:
        left = [task for task in running if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
    return list(running.values())


def _raise_defect(task: asyncio.Future[None], trial: Trial) -> None:
    """Raise what is no failure of the attempt, such as a client that left."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None and error is not trial.failure and trial.outcome != "lost":
        raise error
