"""Which operations of a document become tools, and what they are called: a person's choice."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Final

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidSettings
from switchgear.core.structs import Frozen
from switchgear.plugins.manifest import Setting
from switchgear.plugins.openapi.document import ApiDocument
from switchgear.plugins.openapi.operations import Operation

MOST: Final = 1_000
"""Operations that become tools unless another number is set."""


class Selection(Frozen, frozen=True):
    """A choice by tag, operationId, method and path: globs, where ``*`` matches anything, slashes too."""

    tags: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def judged(self, operation: Operation) -> list[bool]:
        """For each kind of pattern that there is, whether one of them matches."""
        return [
            any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns for value in values)
            for patterns, values in (
                (self.tags, operation.tags),
                (self.operations, (operation.id, operation.words)),
                (tuple(each.upper() for each in self.methods), (operation.method,)),
                (self.paths, (operation.path,)),
            )
            if patterns
        ]


class Choices(Frozen, frozen=True):
    """What is offered: ``include`` of which every kind has to match, less what matches any kind of ``exclude``.

    ``names`` and ``descriptions`` replace those of the document, by operationId or ``METHOD /path``. ``most`` caps the number.
    """

    include: Selection = Selection()
    exclude: Selection = Selection()
    names: Mapping[str, str] = {}
    descriptions: Mapping[str, str] = {}
    most: int = MOST
    deprecated: bool = False

    def takes(self, operation: Operation) -> bool:
        """Whether an operation is chosen."""
        if operation.deprecated and not self.deprecated:
            return False
        return all(self.include.judged(operation)) and not any(self.exclude.judged(operation))


class ApiSettings(Frozen, frozen=True):
    """How a document is used: where the API is, if not where the document says; what its URL's variables are; what is offered."""

    base_url: str = ""
    server_variables: Mapping[str, str] = {}
    choices: Choices = Choices()


_LISTS: Final = {
    "tags": "Only operations with one of these tags.",
    "operations": "Only these operations, by operationId or as METHOD /path.",
    "methods": "Only operations with one of these methods.",
    "paths": "Only operations at these paths.",
    "without_tags": "No operations with one of these tags.",
    "without_operations": "Not these operations.",
    "without_methods": "No operations with one of these methods.",
    "without_paths": "No operations at these paths.",
    "names": "Other names for tools, each as OPERATION=NAME.",
    "descriptions": "Other descriptions of tools, each as OPERATION=TEXT.",
    "server_variables": "Parts of the server's URL, each as NAME=VALUE.",
}
SETTINGS: Final[Mapping[str, Setting]] = {
    "base_url": Setting("string", "Base URL", "Where the API is, if not where its document says."),
    **{
        name: Setting("string", name.replace("_", " ").capitalize(), told, multiple=True)
        for name, told in _LISTS.items()
    },
    "most": Setting("number", "Most tools", "Operations that become tools at most.", default=MOST, min=1, max=MOST * 5),
    "deprecated": Setting("boolean", "Deprecated", "Offer deprecated operations too.", default=False),
}
"""What a person may fill in besides the secrets (``secrets_of``)."""


def secrets_of(document: ApiDocument) -> dict[str, str]:
    """The names of the secrets that a document's security schemes need, with what they are for."""
    return {
        name: scheme.description or f"For the API's security scheme {scheme.name}."
        for scheme in document.schemes.values()
        for name in scheme.secrets
    }


def read_settings(values: Mapping[str, object]) -> ApiSettings:
    """The settings in ``values``, by the names of ``SETTINGS``; others are not looked at. Raises InvalidSettings.

    Lists may be tuples, and pairs a mapping.
    """
    deprecated, most, base_url = values.get("deprecated", False), values.get("most", MOST), values.get("base_url", "")
    if not isinstance(deprecated, bool):
        raise InvalidSettings('"deprecated" has to be true or false.')
    if isinstance(most, bool) or not isinstance(most, int | float) or not 1 <= most <= MOST * 5:
        raise InvalidSettings(f'"most" has to be a number from 1 to {MOST * 5:,}.')
    if not isinstance(base_url, str):
        raise InvalidSettings('"base_url" has to be text.')

    def selection(prefix: str) -> Selection:
        return Selection(**{each: _texts(values, prefix + each) for each in ("tags", "operations", "methods", "paths")})

    return ApiSettings(
        base_url=base_url,
        server_variables=_pairs(values, "server_variables"),
        choices=Choices(
            include=selection(""),
            exclude=selection("without_"),
            names=_pairs(values, "names"),
            descriptions=_pairs(values, "descriptions"),
            most=int(most),
            deprecated=deprecated,
        ),
    )


def _texts(values: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = values.get(name, ())
    found = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(each, str) for each in found):
        raise InvalidSettings(f'"{name}" has to be a list of texts.')
    return tuple(each for each in found if each)


def _pairs(values: Mapping[str, object], name: str) -> dict[str, str]:
    value = values.get(name)
    if isinstance(value, Mapping):
        pairs = [(str(key), str(each)) for key, each in value.items()]
    else:
        pairs = [(each.partition("=")[0], each.partition("=")[2]) for each in _texts(values, name)]
    found = {}
    for key, text in pairs:
        if not key.strip() or not text.strip():
            raise InvalidSettings(f'"{name}": {quoted(key)} has to be written as NAME=VALUE.')
        found[key.strip()] = text.strip()
    return found
