"""Opinions on answers: taken from those who asked, kept in the store, and shared by all processes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final, get_args

import msgspec
import structlog

from switchgear.core.calls import CallRecord
from switchgear.core.errors import NotFound, SwitchgearError
from switchgear.core.opinions import Level
from switchgear.routing.auto.memory import Choices
from switchgear.routing.auto.scores import Scores
from switchgear.store.opinions import Opinions
from switchgear.store.usage import UsageLog

_log = structlog.get_logger(__name__)
_EVERY: Final = 10.0
_HOUR: Final = 3600.0
_MOST_OF_A_KEY: Final = 120
"""Opinions of one key in an hour that are learned from; more are kept and change nothing, so that no key decides for all."""
_MOST_KEYS: Final = 4096
_LEVELS: Final = frozenset(get_args(Level))
_SAID: Final = "auto: "


class Given(msgspec.Struct, frozen=True):
    """What became of an opinion: the deployment it is of, and whether it was learned from."""

    deployment: str
    learned: bool


class Feedback:
    """Takes opinions of calls. ``clock`` counts seconds."""

    def __init__(
        self,
        scores: Scores,
        choices: Choices,
        opinions: Opinions,
        usage: UsageLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scores = scores
        self._choices = choices
        self._opinions = opinions
        self._usage = usage
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}

    async def give(self, call_id: str, key_id: str, score: float) -> Given:
        """The key ``key_id`` says of its call how good the answer was, from 0 to 1. The last word of a call counts, once.

        Raises NotFound for a call that is not known, or is another key's, and StoreUnavailable.
        """
        deployment, level = await self._looked_up(call_id, key_id)
        before = await self._opinions.give(call_id, key_id, score)
        if level is None or before == score or not self._allowed(key_id):
            return Given(deployment, learned=False)
        if before is None:
            self._scores.add(deployment, level, score, 1.0 - score)
        else:
            self._scores.add(deployment, level, score - before, before - score)
        return Given(deployment, learned=True)

    async def _looked_up(self, call_id: str, key_id: str) -> tuple[str, Level | None]:
        """The deployment that answered a call, and the level it was found to have, if the policy chose."""
        choice = self._choices.of(call_id)
        if choice is not None and choice.key_id == key_id:
            return choice.deployment, choice.level
        record = await self._recorded(call_id) if choice is None else None
        if record is None or record.key_id != key_id or record.outcome == "refused":
            raise NotFound(
                f'No call "{call_id[:64]}" of this key.',
                hint="Give the x-request-id of an answer; calls are known a second after they end.",
            )
        level = None
        for attempt in record.route.attempts if record.route is not None else ():
            level = level_in(attempt.why) or level
        return f"{record.provider}/{record.deployment}", level

    async def _recorded(self, call_id: str) -> CallRecord | None:
        try:
            return await self._usage.get(call_id)
        except NotFound:
            return None

    def _allowed(self, key_id: str) -> bool:
        now = self._clock()
        since, count = self._counts.get(key_id, (now, 0))
        if now - since >= _HOUR:
            since, count = now, 0
        if key_id not in self._counts and len(self._counts) >= _MOST_KEYS:
            del self._counts[next(iter(self._counts))]
        self._counts[key_id] = (since, count + 1)
        return count < _MOST_OF_A_KEY


def level_in(why: str) -> Level | None:
    """The level in what the policy told of a choice (``auto: simple (0.12), …``); None in what others tell."""
    if not why.startswith(_SAID):
        return None
    word = why[len(_SAID) :].partition(" ")[0]
    return word if word in _LEVELS else None  # type: ignore[return-value]  # it is one of them


class Learning:
    """Keeps what was learned, and takes over what other processes learned, every few seconds."""

    def __init__(self, scores: Scores, opinions: Opinions, seconds: float = _EVERY) -> None:
        self._scores = scores
        self._opinions = opinions
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    def start(self, used: Callable[[], bool]) -> None:
        """Begin; where nothing is ``used``, the store is left alone."""
        self._task = asyncio.create_task(self._run(used), name="auto learning")

    async def close(self) -> None:
        """End; what was learned last is kept first, if it can be."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        with contextlib.suppress(SwitchgearError):
            await self._keep()

    async def exchange(self) -> None:
        """Keep what is new here and read what is known everywhere. Raises StoreUnavailable."""
        await self._keep()
        self._scores.load(await self._opinions.all())

    async def _keep(self) -> None:
        new = self._scores.taken()
        try:
            await self._opinions.add(new)
        except BaseException:
            self._scores.give_back(new)
            raise

    async def _run(self, used: Callable[[], bool]) -> None:
        failing = False
        while True:
            try:
                if used():
                    await self.exchange()
                failing = False
            except SwitchgearError as error:
                if not failing:
                    _log.warning("What was learned of answers cannot be kept now: %s", error)
                failing = True
            await asyncio.sleep(self._seconds)
