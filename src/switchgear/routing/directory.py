"""Which models there are, compiled from the settings and the store; replaced as a whole when either changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

import msgspec

from switchgear.core.errors import ModelNotFound
from switchgear.providers.base import Provider
from switchgear.providers.catalog import Catalog, Price

_REMEMBERED: Final = 4096
_LONGEST_NAME: Final = 256


class Deployment:
    """One provider's model behind an alias."""

    __slots__ = ("model", "model_json", "price", "provider")

    def __init__(self, provider: Provider, model: str, price: Price | None) -> None:
        self.provider = provider
        self.model = model
        self.model_json = msgspec.Raw(msgspec.json.encode(model))
        self.price = price


class Model:
    """What a client names: an alias and its deployments in order, or ``provider/model`` with the one it is."""

    __slots__ = ("deployments", "header", "name")

    def __init__(self, name: str, deployments: tuple[Deployment, ...]) -> None:
        self.name = name
        self.deployments = deployments
        first = deployments[0]
        self.header = b"x-switchgear-model: %b\r\nx-switchgear-provider: %b\r\n" % (
            _visible(first.model),
            _visible(first.provider.name),
        )


class Directory:
    """Models by name. It is filled while it is compiled and not changed after, but for a memory of names looked up.

    ``providers`` are callable as ``provider/model``; ``listed`` names the models to show for each of them, and
    ``priced_as`` the provider of the price catalogue whose prices hold.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        catalog: Catalog,
        listed: Mapping[str, Iterable[str]],
        priced_as: Mapping[str, str] | None = None,
    ) -> None:
        self.aliases: dict[str, Model] = {}
        self.providers = dict(providers)
        self._catalog = catalog
        self._priced_as = dict(priced_as or {})
        self._listed = [f"{provider}/{model}" for provider, models in listed.items() for model in models]
        self._found: dict[str, Model] = {}

    def define(self, model: Model) -> None:
        """Add an alias."""
        self.aliases[model.name] = model
        self._found[model.name] = model

    def deployment(self, provider: Provider, model: str) -> Deployment:
        """A provider's model with its price."""
        price = self._catalog.price(self._priced_as.get(provider.name, provider.name), model)
        return Deployment(provider, model, price)

    def find(self, name: str) -> Model | None:
        """The model of that name: an alias, or ``provider/model``."""
        return self._found.get(name) or self._direct(name)

    def _direct(self, name: str) -> Model | None:
        """``provider/model`` without an alias."""
        provider_name, _, model_name = name.partition("/")
        provider = self.providers.get(provider_name)
        if provider is None or not model_name or len(name) > _LONGEST_NAME:
            return None
        if provider.embedded and name not in self._listed:
            return None
        model = Model(name, (self.deployment(provider, model_name),))
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


def _visible(text: str) -> bytes:
    """Text as a header field value: anything but visible ASCII is replaced (RFC 9110 section 5.5)."""
    return "".join(character if " " < character < "\x7f" else "?" for character in text).encode("ascii")
