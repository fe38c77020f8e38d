"""Which models there are, compiled from the settings and the store; replaced as a whole when either changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, Literal

from switchgear.config.models import DeploymentSettings
from switchgear.core.caching import CachePolicy
from switchgear.core.errors import ModelNotFound
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Catalog, overridden
from switchgear.routing.board import Board
from switchgear.routing.deployment import Deployment
from switchgear.routing.queue import Queue
from switchgear.routing.rules import RouteRules
from switchgear.routing.select import Ordered, Policy, policy_named

__all__ = ["Answers", "Deployment", "Directory", "Model"]

Answers = Literal["trust", "check", "repair"]

_REMEMBERED: Final = 4096
_LONGEST_NAME: Final = 256
_NAMED: Final = 5
"""How many models an error names."""
_RULES: Final = RouteRules()
_ORDERED: Final = Ordered()


class Model:
    """What a client names: an alias and its deployments in order, or ``provider/model`` with the one it is.

    ``answers`` is what the gateway does about answers that are not what was asked for; ``vision_fallback`` names the model
    that takes calls with images when this one sees nothing. ``rules`` and ``policy`` say how its calls are routed,
    ``cache`` how its answers are kept; None where they are not. ``priced`` is whether the price of all its deployments is known.
    """

    __slots__ = ("answers", "cache", "deployments", "name", "policy", "priced", "rules", "vision_fallback")

    def __init__(
        self,
        name: str,
        deployments: tuple[Deployment, ...],
        answers: Answers = "check",
        vision_fallback: str = "",
        rules: RouteRules = _RULES,
        policy: Policy = _ORDERED,
    ) -> None:
        self.name = name
        self.deployments = deployments
        self.priced = all(one.price is not None for one in deployments)
        self.answers = answers
        self.vision_fallback = vision_fallback
        self.rules = rules
        self.policy = policy
        self.cache: CachePolicy | None = None


def _dearness(deployment: Deployment) -> int:
    """What a token more costs, of prompt and answer; less than nothing where that is not known."""
    price = deployment.price
    if price is None:
        return -1
    weights = price.rates.weights
    return (weights[0] or 0) + (weights[3] or 0)


class Directory:
    """Models by name. It is filled while it is compiled and not changed after, but for a memory of names looked up.

    ``providers`` are callable as ``provider/model``; ``listed`` names the models to show for each of them, and
    ``priced_as`` the provider of the price catalogue whose prices hold. ``board`` has the health of deployments, ``rules`` are those
    of models that have none of their own, and ``cached`` gives how the answers of ``provider/model`` are kept.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        catalog: Catalog,
        listed: Mapping[str, Iterable[str]],
        priced_as: Mapping[str, str] | None = None,
        board: Board | None = None,
        rules: RouteRules = _RULES,
    ) -> None:
        self.cached: Callable[[Provider, str], CachePolicy | None] | None = None
        self.board = board or Board()
        self.rules = rules
        self.aliases: dict[str, Model] = {}
        self.providers = dict(providers)
        self._catalog = catalog
        self._priced_as = dict(priced_as or {})
        self._listed = [f"{provider}/{model}" for provider, models in listed.items() for model in models]
        self._found: dict[str, Model] = {}
        self._dearest: dict[str, Deployment] = {}
        self._queues: dict[str, Queue] = {}
        self._places: dict[str, tuple[int, int | None]] = {}
        self._priced: dict[str, Deployment] = {}
        """By their ids, of the deployments with a price of their own the dearest: it holds for calls as ``provider/model`` too."""

    def define(self, model: Model) -> None:
        """Add an alias."""
        self.aliases[model.name] = model
        self._found[model.name] = model

    def deployment(self, provider: Provider, model: str, own: DeploymentSettings | None = None) -> Deployment:
        """A provider's model; what its ``own`` settings say stands before what the catalogue says.

        Without ``own`` its price is the dearest that was said of it before.
        """
        card = self._catalog.find(self._priced_as.get(provider.name, provider.name), model)
        name = f"{provider.name}/{model}"
        health = self.board.of(name)
        if own is None:
            plain = Deployment(provider, model, card, health, queue=self._queues.get(name))
            if name in self._priced:
                plain.price = self._priced[name].price
            return plain
        health.noted = True
        queue = self._queue(name, own)
        made = Deployment(provider, model, overridden(card, own), health, own.weight, own.context, queue)
        if own.quality is not None:
            made.quality = own.quality
        if own.price is not None:
            self._priced[name] = max(self._priced.get(name, made), made, key=_dearness)
        return made

    def _queue(self, name: str, own: DeploymentSettings) -> Queue | None:
        """The queue of that deployment, which all models have in common: where they say different numbers, the smallest hold."""
        if own.concurrency is not None:
            limit, most = self._places.get(name, (own.concurrency, None))
            if "queue" in own.model_fields_set:
                most = own.queue if most is None else min(most, own.queue)
            limit = min(limit, own.concurrency)
            self._places[name] = limit, most
            self._queues[name] = self.board.queues.of(name, limit, own.queue if most is None else most)
        return self._queues.get(name)

    def policy(self, strategy: str) -> Policy:
        """The policy of that name, on the clock of the deployments' health."""
        return policy_named(strategy, self.board.clock)

    def seeing(self, may_call: Callable[[str], bool]) -> list[str]:
        """Aliases that may be called and are known to take images, and a few of the listed models where there are none."""
        able = [name for name in self.names(may_call) if name in self.aliases and _sees(self.aliases[name])]
        for name in self._listed if not able else ():
            model = self.find(name) if may_call(name) else None
            if model is not None and _sees(model):
                able.append(name)
            if len(able) >= _NAMED:
                break
        return able[:_NAMED]

    def find(self, name: str) -> Model | None:
        """The model of that name: an alias, or ``provider/model``."""
        return self._found.get(name) or self._direct(name)

    def dearest(self, model: Model) -> Deployment:
        """The deployment at which a token more costs most, of all that a call of ``model`` may come to, by its fallbacks too."""
        found = self._dearest.get(model.name)
        if found is None:
            found = max(self._reached(model), key=_dearness)
            if len(self._dearest) < _REMEMBERED:
                self._dearest[model.name] = found
        return found

    def _reached(self, model: Model) -> Iterator[Deployment]:
        """The deployments of a model and of all that stand behind it."""
        waiting, seen = [model], {model.name}
        for one in waiting:
            yield from one.deployments
            rules = one.rules
            for name in (*rules.fallbacks, *rules.context_fallbacks, *rules.content_fallbacks, one.vision_fallback):
                other = self.find(name) if name and name not in seen else None
                if other is not None:
                    seen.add(name)
                    waiting.append(other)

    def _direct(self, name: str) -> Model | None:
        """``provider/model`` without an alias."""
        provider_name, _, model_name = name.partition("/")
        provider = self.providers.get(provider_name)
        if provider is None or not model_name or len(name) > _LONGEST_NAME:
            return None
        if provider.embedded and name not in self._listed:
            return None
        model = Model(name, (self.deployment(provider, model_name),), rules=self.rules)
        if self.cached is not None:
            model.cache = self.cached(provider, model_name)
        if len(self._found) < _REMEMBERED:
            self._found[name] = model
        return model

    def not_found(self, name: str, may_call: Callable[[str], bool]) -> ModelNotFound:
        """The error for a name that is no model, with the nearest of the names that may be called."""
        callable_names = self.names(may_call)
        shown = name if len(name) <= 100 else name[:100] + "…"
        message = f'No model "{shown}".'
        if len(name) > _LONGEST_NAME:
            return ModelNotFound(message, param="model")
        tails = {known.rpartition("/")[2]: known for known in callable_names}
        near = get_close_matches(name, callable_names, 3, 0.5) or [
            tails[tail] for tail in get_close_matches(name.rpartition("/")[2], list(tails), 3, 0.5)
        ]
        if near:
            message += " Nearest: " + ", ".join(f'"{match}"' for match in near) + "."
        count = len(callable_names)
        return ModelNotFound(
            message,
            param="model",
            hint=f"This key can call {count} model{'' if count == 1 else 's'}: GET /v1/models.",
        )

    def names(self, may_call: Callable[[str], bool]) -> list[str]:
        """The names to list for who may call them: aliases first, then each provider's known models."""
        return [name for name in (*self.aliases, *self._listed) if may_call(name)]

    def owner(self, name: str) -> str:
        """The provider that answers for a listed name first."""
        model = self.aliases.get(name)
        return model.deployments[0].provider.name if model else name.partition("/")[0]


def _sees(model: Model) -> bool:
    return model.deployments[0].capabilities.vision is True
