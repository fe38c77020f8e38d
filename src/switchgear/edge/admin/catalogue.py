"""Models and providers as an administrator sees them, put together from the settings, the store and the directory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, get_args

from switchgear.config.models import AliasSettings
from switchgear.config.schema import EMBEDDED_MODEL, LOCAL_PROVIDER
from switchgear.core.capabilities import Capabilities
from switchgear.edge.admin.schemas.models import Abilities, Deployment, Model, Price, Source, State
from switchgear.edge.admin.services import GatewayControl
from switchgear.providers import catalogue
from switchgear.providers.catalogue.changes import million, one
from switchgear.routing import directory as routing

_STATES: Final = get_args(State)


class Catalogue:
    """One moment of a gateway's models. ``stored`` are the aliases of the store by name."""

    def __init__(self, gateway: GatewayControl, stored: Mapping[str, AliasSettings]) -> None:
        self._settings = gateway.settings
        self._directory = gateway.directory()
        self._stored = stored
        self._sources = gateway.sources
        self._embedded = gateway.embedded.states() if gateway.embedded is not None else {}

    def all(self) -> list[Model]:
        """Every model: aliases, those without a usable deployment too, then the providers' own."""
        models = {name: self.model(name) for name in self._directory.names(lambda _: True)}
        for name in (*self._settings.models, *self._stored):
            if name not in models:
                models[name] = self._unusable(name)
        return sorted(
            (model for model in models.values() if model is not None), key=lambda model: model.kind == "provider"
        )

    def model(self, name: str) -> Model | None:
        """The model clients would get under ``name``, None when there is none."""
        found = self._directory.find(name)
        if found is None:
            return self._unusable(name)
        deployments = [
            self._deployment(deployment, weight)
            for deployment, weight in zip(found.deployments, self._weights(name, found), strict=True)
        ]
        first = deployments[0]
        source = self._source(name, first.provider)
        kind: str = "alias" if name in self._directory.aliases else "provider"
        if source == "embedded":
            kind = "embedded"
        alias = self._alias(name)
        return Model.model_validate(
            {
                "name": name,
                "kind": kind,
                "source": source,
                "strategy": alias.strategy if alias is not None else "ordered",
                "deployments": deployments,
                "price": first.price,
                "context": first.context,
                "state": first.state,
                "reason": first.reason,
                "settings": _settings_shown(alias if kind == "alias" else None),
            }
        )

    def provider_source(self, name: str) -> Source:
        """Where a provider is defined."""
        if name == LOCAL_PROVIDER:
            return "embedded"
        if name in self._settings.providers:
            return "environment" if self._sources.get(f"providers.{name}") == "environment" else "file"
        return "store"

    def _alias(self, name: str) -> AliasSettings | None:
        return self._settings.models.get(name) or self._stored.get(name)

    def _source(self, name: str, provider: str) -> Source:
        if name in self._settings.models:
            return "file"
        if name in self._stored:
            return "store"
        return self.provider_source(provider)

    def _weights(self, name: str, found: routing.Model) -> list[int]:
        alias = self._alias(name) if name in self._directory.aliases else None
        weights = {(one.provider, one.model): one.weight for one in alias.deployments} if alias is not None else {}
        return [weights.get((one.provider.name, one.model), 1) for one in found.deployments]

    def _deployment(self, deployment: routing.Deployment, weight: int) -> Deployment:
        card, able = deployment.card, deployment.capabilities
        state, reason = self.state(deployment.provider.name, deployment.model)
        context = able.context
        if deployment.provider.embedded and deployment.model == EMBEDDED_MODEL:
            context = self._settings.local.context
        return Deployment(
            provider=deployment.provider.name,
            model=deployment.model,
            weight=weight,
            known=card is not None,
            mode=card.mode if card is not None else "",
            price=price_shown(deployment.price),
            capabilities=abilities_shown(able),
            deprecated=day_shown(card.deprecated if card is not None else ""),
            context=context,
            max_output=able.max_output,
            state=state,
            reason=reason,
        )

    def state(self, provider: str, model: str) -> tuple[State, str]:
        """How a provider's model is, and why. A remote one counts as ready: only a call can tell."""
        if provider != LOCAL_PROVIDER:
            return "ready", ""
        found = self._embedded.get(model)
        if found is None:
            return "ready", ""
        state = found["state"]
        return (state if state in _STATES else "failed"), str(found["reason"])

    def _unusable(self, name: str) -> Model | None:
        """An alias that is defined and has no deployment that could answer."""
        alias = self._alias(name)
        if alias is None:
            return None
        missing = ", ".join(sorted({one.provider for one in alias.deployments}))
        reason = f"No provider {missing} is there."
        unknown = {
            "known": False,
            "mode": "",
            "price": None,
            "capabilities": abilities_shown(Capabilities()),
            "deprecated": None,
            "context": None,
            "max_output": None,
            "state": "failed",
            "reason": reason,
        }
        named = {"provider", "model", "weight"}
        return Model.model_validate(
            {
                "name": name,
                "kind": "alias",
                "source": self._source(name, ""),
                "strategy": alias.strategy,
                "deployments": [one.model_dump(include=named) | unknown for one in alias.deployments],
                "price": None,
                "context": None,
                "state": "failed",
                "reason": reason,
                "settings": _settings_shown(alias),
            }
        )


def price_shown(price: catalogue.Price | None) -> Price | None:
    """A price for short prompts, in dollars; what stands in for a price that is missing is shown in its place."""
    if price is None:
        return None
    rates, units = price.rates, price.units
    return Price(
        input=million(rates.input) or None,
        cached_input=million(rates.cached_input if rates.cached_input is not None else rates.input) or None,
        cache_write=million(rates.cache_write if rates.cache_write is not None else rates.input) or None,
        output=million(rates.output) or None,
        reasoning=million(rates.reasoning if rates.reasoning is not None else rates.output) or None,
        image=one(units.image) or None,
        second=one(units.second) or None,
        characters=million(units.character) or None,
        query=one(units.query) or None,
    )


def abilities_shown(able: Capabilities) -> Abilities:
    """What a model can do, under the names of the configuration."""
    return Abilities(
        tools=able.tools,
        parallel_tools=able.parallel_tools,
        tool_choice=able.tool_choice,
        json_schema=able.schema,
        vision=able.vision,
        audio_input=able.audio_input,
        pdf_input=able.pdf_input,
        image_urls=able.image_urls,
        reasoning=able.reasoning,
        prefill=able.prefill,
        system=able.system,
    )


def _settings_shown(alias: AliasSettings | None) -> dict[str, object] | None:
    return None if alias is None else alias.model_dump(mode="json")


def day_shown(day: str) -> date | None:
    """A day of the catalogue; None for what is none."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None
