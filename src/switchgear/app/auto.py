"""The parts of the auto policy, put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from switchgear.config.models import AliasSettings
from switchgear.core.calls import CallRecord
from switchgear.events.bus import EventBus
from switchgear.providers.base import Provider
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.providers.local.hosting import ModelHost
from switchgear.routing.auto.complexity import Judge, Weights
from switchgear.routing.auto.learning import Feedback, Learning
from switchgear.routing.auto.memory import Choices
from switchgear.routing.auto.policy import Auto, Desk
from switchgear.routing.auto.scores import Scores
from switchgear.routing.directory import Directory
from switchgear.store.store import Store


class AutoRouting:
    """What the auto policies of a gateway share. ``models`` are the embedded ones with their ``provider``,
    where there are any.
    """

    def __init__(
        self,
        store: Store,
        models: ModelHost | None,
        provider: Provider | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        scores, choices = Scores(), Choices(clock)
        self._embedder = LocalEmbedder(models, provider) if models is not None and provider is not None else None
        self._desk = Desk(Judge(Weights.shipped()), scores, choices, self._embedder, clock, Random())
        self.feedback = Feedback(scores, choices, store.opinions, store.usage, clock)
        self._learning = Learning(scores, store.opinions)

    def policy(self, alias: AliasSettings) -> Auto:
        """The policy of an alias."""
        return Auto(self._desk, alias.auto.quality, embed=alias.auto.embeddings)

    def start(self, bus: EventBus, directory: Callable[[], Directory]) -> None:
        """Begin to learn. What is known is exchanged while a model of the directory is routed by it."""
        bus.subscribe(CallRecord, self._desk.choices.finished)

        def used() -> bool:
            return any(isinstance(model.policy, Auto) for model in directory().aliases.values())

        self._learning.start(used)

    async def close(self) -> None:
        """End; what was learned is kept first."""
        if self._embedder is not None:
            await self._embedder.close()
        await self._learning.close()
