"""From settings and stored documents to the objects a call uses: compiled once, swapped as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec
from pydantic import ValidationError

from switchgear.app.accounts import Built, build
from switchgear.app.ambient import with_ambient
from switchgear.app.caching import CachePolicies
from switchgear.app.routes import rules_of
from switchgear.config.models import AliasSettings
from switchgear.config.providers import DEFAULT_KIND, AnyProvider, LiteLLMProviderSettings, parse_provider
from switchgear.config.references import Resolver
from switchgear.config.schema import LOCAL_PROVIDER, Settings
from switchgear.config.stored import outside_store
from switchgear.core.errors import UnresolvedReference
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Catalog, provider_for
from switchgear.providers.litellm.engine import Engine
from switchgear.routing.board import Board
from switchgear.routing.directory import Directory, Model
from switchgear.routing.select import Policy

_OWN_NAMES: Final = frozenset({"azure", "ollama"})
"""Kinds whose models are called what the account's owner calls them: the catalogue cannot know which there are."""

DRAFT: Final = "draft"
"""What errors call a provider that is tried before it is kept."""

Documents = Mapping[str, Mapping[str, object]]


class Runtime(msgspec.Struct, frozen=True):
    """What calls use. ``notes`` are what was passed over.

    ``sources`` tells where each ``providers.NAME`` and ``models.NAME`` is defined: file, store, environment, embedded.
    ``draft`` builds a provider that is not among them, to be tried and closed by who asked; it raises UnresolvedReference,
    and ValueError for what cannot be.
    """

    directory: Directory
    built: dict[str, Built]
    sources: dict[str, str]
    notes: tuple[str, ...]
    draft: Callable[[AnyProvider], Provider]


class RuntimeCompiler:
    """Compiles a Runtime. ``embedded`` is the embedded provider with the names of its models, if there is one.

    ``board`` knows how deployments are doing, whatever is compiled anew; ``auto`` makes the policies of that name, without it they
    are those of "latency".
    """

    def __init__(
        self,
        catalog: Catalog,
        embedded: tuple[Provider, tuple[str, ...]] | None,
        board: Board | None = None,
        auto: Callable[[AliasSettings], Policy] | None = None,
    ) -> None:
        self._auto = auto
        self._board = board or Board()
        self._catalog = catalog
        self._embedded = embedded
        self._engine = Engine()

    def compile(
        self,
        settings: Settings,
        found: Iterable[str],
        stored: tuple[Documents, Documents],
        resolver: Resolver,
        previous: Runtime | None = None,
    ) -> Runtime:
        """The runtime of ``settings``, the providers ``found`` in the environment among them, and of what is stored.

        ``stored`` are the store's providers and models. What the file defines wins a clash of names; a stored
        document that cannot be used is passed over and noted. Providers that did not change keep their connections.
        """
        notes: list[str] = []
        in_environment = set(found)
        sources = {
            f"providers.{name}": "environment" if name in in_environment else "file" for name in settings.providers
        }
        chosen = {name: with_ambient(one, resolver) for name, one in settings.providers.items()}
        for name, provider_settings in self._stored_providers(stored[0], settings, notes):
            chosen[name] = provider_settings
            sources[f"providers.{name}"] = "store"
        built: dict[str, Built] = {}
        for name, provider_settings in chosen.items():
            try:
                built[name] = build(
                    name, provider_settings, resolver, self._engine, previous.built.get(name) if previous else None
                )
            except (UnresolvedReference, ValueError) as error:
                notes.append(f'Provider "{name}" is left out: {error}')
        policies = CachePolicies(settings, chosen)
        directory = self._directory(settings, chosen, built, policies)
        self._add_aliases(directory, settings, stored[1], policies, (sources, notes))

        def draft(one: AnyProvider) -> Provider:
            return build(DRAFT, one, resolver, self._engine, None).provider

        return Runtime(directory, built, sources, tuple(notes), draft)

    def _stored_providers(
        self, documents: Documents, settings: Settings, notes: list[str]
    ) -> Iterable[tuple[str, AnyProvider]]:
        for name, document in documents.items():
            if name in settings.providers or name == LOCAL_PROVIDER:
                notes.append(f'Provider "{name}" of the store is hidden by the one of that name in the configuration.')
                continue
            try:
                found = parse_provider(document)
            except ValidationError as error:
                notes.append(f'Provider "{name}" of the store is left out: {error.error_count()} fields are wrong.')
                continue
            outside = outside_store(found)
            if outside is None:
                yield name, found
            else:
                notes.append(
                    f'Provider "{name}" of the store is left out: {outside} names a file or the environment, '
                    "which only the configuration file may do."
                )

    def _directory(
        self,
        settings: Settings,
        chosen: Mapping[str, AnyProvider],
        built: Mapping[str, Built],
        policies: CachePolicies,
    ) -> Directory:
        providers: dict[str, Provider] = {name: one.provider for name, one in built.items()}
        listed: dict[str, Iterable[str]] = {}
        priced_as: dict[str, str] = {}
        if self._embedded is not None:
            provider, models = self._embedded
            providers[provider.name] = provider
            listed[provider.name] = models
        for name in built:
            one = chosen[name]
            priced_as[name] = one.prices or _priced_as(one) or name
            listed[name] = one.models or (() if one.kind in _OWN_NAMES else self._catalog.models(priced_as[name]))
        directory = Directory(providers, self._catalog, listed, priced_as, self._board, rules_of(None, settings.retry))
        directory.cached = policies.of_model
        if self._embedded is not None:
            provider, models = self._embedded
            for name in models:
                if name not in settings.models:
                    model = Model(name, (directory.deployment(provider, name),), rules=directory.rules)
                    model.cache = policies.of_model(provider, name)
                    directory.define(model)
        return directory

    def _add_aliases(
        self,
        directory: Directory,
        settings: Settings,
        documents: Documents,
        policies: CachePolicies,
        told: tuple[dict[str, str], list[str]],
    ) -> None:
        sources, notes = told
        aliases: dict[str, AliasSettings] = dict(settings.models)
        for name in directory.aliases:
            sources[f"models.{name}"] = "embedded"
        for name in settings.models:
            sources[f"models.{name}"] = "file"
        for name, document in documents.items():
            if name in settings.models:
                notes.append(f'Model "{name}" of the store is hidden by the one of that name in the file.')
                continue
            try:
                aliases[name] = AliasSettings.model_validate(document)
                sources[f"models.{name}"] = "store"
            except ValidationError as error:
                notes.append(f'Model "{name}" of the store is left out: {error.error_count()} fields are wrong.')
        for name, alias in aliases.items():
            known = [one for one in alias.deployments if one.provider in directory.providers]
            missing = {one.provider for one in alias.deployments} - {one.provider for one in known}
            if missing:
                notes.append(
                    f'Model "{name}": no provider {", ".join(sorted(missing))}; those deployments are left out.'
                )
            if known:
                deployments = (directory.deployment(directory.providers[one.provider], one.model, one) for one in known)
                policy = self._policy(directory, alias)
                rules = rules_of(alias, settings.retry)
                model = Model(name, tuple(deployments), alias.answers, alias.vision_fallback or "", rules, policy)
                model.cache = policies.of_alias(name, alias, known)
                directory.define(model)
            else:
                sources.pop(f"models.{name}", None)

    def _policy(self, directory: Directory, alias: AliasSettings) -> Policy:
        if alias.strategy != "auto":
            return directory.policy(alias.strategy)
        return self._auto(alias) if self._auto is not None else directory.policy("latency")


def _priced_as(settings: AnyProvider) -> str | None:
    """The provider of the catalogue whose models those of ``settings`` are, as far as kind and address tell."""
    if isinstance(settings, LiteLLMProviderSettings):
        return settings.litellm_provider
    return provider_for(settings.base_url) if settings.kind == DEFAULT_KIND else settings.kind


def close_unused(previous: Runtime, current: Runtime) -> None:
    """Let go of the connections of providers that a reload replaced; their answers under way end first."""
    kept = {id(one.provider) for one in current.built.values()}
    for one in previous.built.values():
        if id(one.provider) not in kept:
            one.provider.close()
