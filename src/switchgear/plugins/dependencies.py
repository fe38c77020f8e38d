"""Plugins that need other plugins: whether what is installed goes together, with a change that is about to be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from switchgear.plugins import versions
from switchgear.plugins.manifest import Manifest


def check(installed: Iterable[Manifest], new: Manifest) -> None:
    """Whether ``new`` goes with those that are installed, in place of the one that has its name.

    Raises DependencyConflict, which names who needs what and what there is.
    """
    after = {each.plugin: each for each in installed} | {new.plugin: new}
    needs = list(_needs(after))
    versions.resolve(needs, lambda name: _candidates(after, name))


def needed_by(installed: Iterable[Manifest], name: str) -> list[str]:
    """The plugins that need the one of this name."""
    return sorted(each.plugin for each in installed if name in each.dependencies and each.plugin != name)


def _needs(plugins: Mapping[str, Manifest]) -> Iterable[versions.Need]:
    for each in plugins.values():
        for name, wanted in each.dependencies.items():
            yield versions.Need(name, wanted, f'"{each.plugin}" {each.version}')


def _candidates(plugins: Mapping[str, Manifest], name: str) -> list[versions.Candidate]:
    found = plugins.get(name)
    return [] if found is None else [versions.Candidate(found.parsed_version)]
