"""An OpenAPI document as something that may be installed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidApiDocument, InvalidSettings
from switchgear.core.structs import Frozen
from switchgear.plugins.manifest import plugin_name
from switchgear.plugins.openapi.choices import read_settings, secrets_of
from switchgear.plugins.openapi.document import read_document
from switchgear.plugins.openapi.loading import load
from switchgear.plugins.openapi.reach import permissions_of
from switchgear.plugins.openapi.tools import tools_of
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.targets import never_dialled, parse

_NUMBERS: Final = re.compile(r"\d{1,9}")
_NOWHERE: Final = "https://api.invalid"
"""Stands for where an API is that nobody has said yet (RFC 6761 section 6.4)."""
_LONGEST_NAME: Final = 64
_LONGEST_DESCRIPTION: Final = 2000


class ApiPlugin(Frozen, frozen=True):
    """What a document makes: a plugin that has yet to be granted what it asks for.

    ``document`` is the document as JSON. ``secrets`` are the names of those that its chosen operations need, with what they are for.
    ``tools`` are the names of what it offers, ``operations`` the methods and paths that these call, by the names; ``faults`` are sentences
    on what of the document is left out or missing.
    """

    name: str
    version: str
    title: str
    description: str
    document: str
    asked: Permissions
    secrets: Mapping[str, str]
    tools: tuple[str, ...]
    operations: Mapping[str, str]
    faults: tuple[str, ...]


async def api_plugin(data: bytes, settings: Mapping[str, object], document_url: str = "") -> ApiPlugin:
    """What the document in ``data`` makes with these settings (``choices.SETTINGS``), read in a thread.

    ``document_url`` is where it came from, which relative servers in it are resolved against. Raises InvalidApiDocument, InvalidSettings.
    """
    return await asyncio.to_thread(_plugin, data, settings, document_url)


def _plugin(data: bytes, settings: Mapping[str, object], document_url: str) -> ApiPlugin:
    document = read_document(data)
    found = read_settings(settings)
    toolset = tools_of(document, found.choices)
    chosen = [each.operation for each in toolset.tools.values()]
    faults = list(toolset.faults)
    try:
        asked = permissions_of(
            document, found.base_url, document_url=document_url, variables=found.server_variables, chosen=chosen
        )
    except InvalidSettings as error:  # what is missing may still be filled in
        if found.base_url:
            raise
        faults.append(f"{error.message} {error.advice}")
        asked = permissions_of(document, _NOWHERE, chosen=chosen)
        asked = replace(asked, network=())
    _check_dialled(asked, given=bool(found.base_url))
    told = secrets_of(document)
    return ApiPlugin(
        name=plugin_name(document.title)[:_LONGEST_NAME].strip("-") or "api",
        version=version_of(document.release),
        title=document.title[:200],
        description=document.description[:_LONGEST_DESCRIPTION],
        document=msgspec.json.encode(load(data)).decode(),
        asked=asked,
        secrets={name: told[name] for name in asked.secrets},
        tools=tuple(toolset.tools),
        operations={name: each.operation.words for name, each in toolset.tools.items()},
        faults=tuple(faults),
    )


def _check_dialled(asked: Permissions, *, given: bool) -> None:
    """Raise for what could be granted and yet never be reached: where its operator says that it is, or the document."""
    for host in (parse(each).host for each in asked.network):
        if never_dialled(host):
            told = f"The API is at {quoted(host)}, a link-local or metadata address, which is never dialled."
            raise InvalidSettings(told) if given else InvalidApiDocument(told, param="#/servers")


def version_of(release: str) -> str:
    """The version of a document as one that can be compared: its first three numbers, whatever is around them."""
    numbers = [str(int(each)) for each in _NUMBERS.findall(release)[:3]]
    return ".".join([*numbers, "0", "0", "0"][:3])
