"""The cheapest deployment that is good enough: Thompson sampling on what people thought of answers, by how much a request takes.

How likely a deployment's answer is to do is a Beta distribution: it begins with what the deployment's quality says, and opinions
move it. Once there are opinions of a level a draw from it decides, and not its mean, so that what is little known is tried now and
then (Thompson, 1933; Chapelle and Li, "An Empirical Evaluation of Thompson Sampling", 2011).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Final

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.opinions import Level
from switchgear.providers.catalogue import cost
from switchgear.routing.auto.complexity import Complexity, Judge
from switchgear.routing.auto.features import Features, features_of
from switchgear.routing.auto.memory import Choice, Choices, sketch
from switchgear.routing.auto.scores import Scores
from switchgear.routing.auto.vectors import Embedder, VectorMemory, shown
from switchgear.routing.deployment import Deployment
from switchgear.routing.estimates import answer_tokens
from switchgear.routing.select import Ask, Latency, Ranking, first_of, labelled, money, parted, unwell

_NAMED: Final = 4
_TAKES: Final[dict[Level, float]] = {"simple": 0.35, "medium": 0.55, "hard": 1.0}
"""What part of a deployment's failings a request of that level meets."""
_PRIOR: Final = 20.0
"""Opinions that what the configuration says of a quality is worth."""
_MILD: Final = 0.3
"""What part of a bad answer it is when a question is asked again."""
_AGAIN: Final = 2
"""How often a question may come again; what comes more often is sent by a program."""


class Desk(msgspec.Struct):
    """What all auto policies of a gateway share. ``embedder`` is None where there is no embedded model."""

    judge: Judge
    scores: Scores
    choices: Choices
    embedder: Embedder | None
    clock: Callable[[], float]
    random: Random
    vectors: VectorMemory = msgspec.field(default_factory=VectorMemory)


class Offer(msgspec.Struct):
    """A deployment, how likely its answer is to do, and what it is expected to cost in nano-dollars."""

    deployment: Deployment
    good: float
    cost: int | None


class Auto:
    """One alias's policy. ``quality`` is how likely an answer has to be good; ``embed`` whether texts are looked at by vector."""

    name = "auto"

    def __init__(self, desk: Desk, quality: float, *, embed: bool = True) -> None:
        self._desk = desk
        self._quality = quality
        self._embed = embed
        self._latency = Latency(desk.clock, desk.random)

    def rank(self, candidates: Sequence[Deployment], ask: Ask) -> Ranking | Awaitable[Ranking]:
        """Those that are good enough by cost, then the others by how good they are; why tells the level and both numbers."""
        features = features_of(ask)
        embedder = self._desk.embedder
        if not features.text or embedder is None or not self._embed:
            return self._ranked(candidates, ask, features, None)
        vector = self._desk.vectors.get(features.text)
        if vector is not None:
            return self._ranked(candidates, ask, features, vector)
        return self._embedded(candidates, ask, features, embedder)

    async def _embedded(
        self, candidates: Sequence[Deployment], ask: Ask, features: Features, embedder: Embedder
    ) -> Ranking:
        vector = await embedder.vector(shown(features.text))
        if vector is not None:
            self._desk.vectors.put(features.text, vector)
        return self._ranked(candidates, ask, features, vector)

    def _ranked(
        self, candidates: Sequence[Deployment], ask: Ask, features: Features, vector: Sequence[float] | None
    ) -> Ranking:
        complexity = self._desk.judge.judge(features, vector)
        self._remember(ask, features, complexity.level)
        well, ill = parted(candidates, self._desk.clock())
        doubt = _doubt(candidates, features, complexity)
        if doubt:
            return self._by_latency(well, ill, ask, doubt)
        offers = self._offers(well, candidates, ask, complexity.level)
        enough = [one for one in offers if one.good >= self._quality]
        if len(enough) > 1 and all(one.cost is None for one in enough):
            return self._by_latency([one.deployment for one in enough], ill, ask, "no prices are known", offers)
        enough.sort(key=lambda one: (one.cost is None, one.cost or 0, -one.good))
        others = sorted((one for one in offers if one.good < self._quality), key=lambda one: -one.good)
        order = [*(one.deployment for one in (*enough, *others)), *ill]
        return Ranking(order, self._told(complexity, offers, order, ill))

    def _offers(
        self, well: Sequence[Deployment], candidates: Sequence[Deployment], ask: Ask, level: Level
    ) -> list[Offer]:
        scores = self._desk.scores
        usage = Usage(ask.prompt_tokens, round(answer_tokens(candidates, ask.max_tokens)))
        said = [scores.of(one.id, level) for one in well]
        drawn = any(good or bad for good, bad in said)
        offers = []
        for one, (good, bad) in zip(well, said, strict=True):
            first = (1.0 - (1.0 - (one.quality or 0.0)) * _TAKES[level]) * _PRIOR
            # a draw needs both above nothing
            likely, unlikely = max(first + good, 0.01), max(_PRIOR - first + bad, 0.01)
            chance = self._desk.random.betavariate(likely, unlikely) if drawn else likely / (likely + unlikely)
            offers.append(Offer(one, chance, cost(one.price, usage)))
        return offers

    def _by_latency(
        self,
        well: Sequence[Deployment],
        ill: Sequence[Deployment],
        ask: Ask,
        doubt: str,
        offers: Sequence[Offer] = (),
    ) -> Ranking:
        """As the policy ``latency`` would, and said so."""
        rest = [one.deployment for one in offers if one.deployment not in well]
        if not well:
            return Ranking([*rest, *ill], f"auto: unsure, {doubt}: {unwell(ill, well)}")
        found = self._latency.rank(well, ask)
        return Ranking([*found.order, *rest, *ill], f"auto: unsure, {doubt}: {found.why}")

    def _remember(self, ask: Ask, features: Features, level: Level) -> None:
        """For opinions that come later; and a question that is asked again is an opinion itself."""
        if not ask.call_id:
            return
        choices = self._desk.choices
        told = sketch(features.text) if features.ends else frozenset()
        before = choices.asked_again(ask.key_id, told)
        again = before.again + 1 if before is not None else 0
        if before is not None and again <= _AGAIN:
            self._desk.scores.add(before.deployment, before.level, 0.0, _MILD)
        choices.begun(ask.call_id, Choice(ask.key_id, level, told, again=again))

    def _told(
        self, complexity: Complexity, offers: Sequence[Offer], order: Sequence[Deployment], ill: Sequence[Deployment]
    ) -> str:
        by_id = {id(one.deployment): one for one in offers}
        parts = [
            f"{label} {by_id[id(one)].good:.2f} {money(by_id[id(one)].cost)}"
            for label, one in labelled(order)
            if id(one) in by_id
        ][:_NAMED]
        if ill:
            parts.append(unwell(ill, [one.deployment for one in offers]))
        by = "" if complexity.by_vector else ", by features"
        told = ", ".join(parts)
        return f"auto: {complexity.level} ({complexity.score:.2f}{by}), needs {self._quality:.2f}: {told} → {first_of(order)}"


def _doubt(candidates: Sequence[Deployment], features: Features, complexity: Complexity) -> str:
    """Why nothing can be said of which is good enough; ``""`` when something can."""
    if not features.text:
        return "no text to judge by"
    unknown = [one.id for one in candidates if one.quality is None]
    if unknown:
        return f"{unknown[0]} has no known quality"
    return "" if complexity.sure else f"{complexity.level} is a guess"
