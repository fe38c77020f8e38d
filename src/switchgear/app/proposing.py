"""What a source names, fetched and looked at: the first half of every installation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from switchgear.app.discovering import Discovering
from switchgear.config.plugins import PluginSettings
from switchgear.core.errors import InvalidSource
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.bundle import Bundle, keep
from switchgear.plugins.installed import Installed, Setup
from switchgear.plugins.manifest import plugin_name
from switchgear.plugins.openapi.installing import api_plugin
from switchgear.plugins.openapi.loading import LARGEST
from switchgear.plugins.permissions import NOTHING, Permissions, joined
from switchgear.plugins.proposals import Proposal, Proposals, Proposed
from switchgear.plugins.sandbox.sandbox import Sandbox
from switchgear.plugins.sources.discovery import Found
from switchgear.plugins.sources.fetching import Means, fetched
from switchgear.plugins.sources.grammar import Source, parse_source
from switchgear.plugins.sources.making import short_name, variables_in, with_variables
from switchgear.plugins.sources.probe import probe
from switchgear.plugins.sources.registry import RemoteServer
from switchgear.providers import guard
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import PublicOnly
from switchgear.state.counters import epoch_ms

_log = logging.getLogger(__name__)
OPENAPI: Final = "openapi:"
_TOLD_FAULTS: Final = 5
"""Before the URL of an OpenAPI document, as a source."""
_FETCH_SECONDS: Final = 60.0
NO_VARIABLES: Final[Mapping[str, bool]] = {}
_LOCAL: Final = frozenset({"folder", "file", "document"})
_DOCUMENTS: Final = (".json", ".yaml", ".yml")


class Proposing:
    """Fetches what sources name. ``settings`` are those that hold now, ``installed`` gives a plugin by its name."""

    def __init__(
        self,
        proposals: Proposals,
        sandbox: Sandbox,
        indexes: Indexes,
        settings: Callable[[], PluginSettings],
        discovering: Discovering,
        installed: Callable[[str], Installed | None],
    ) -> None:
        self._proposals = proposals
        self._discovering = discovering
        self._installed = installed
        self._sandbox = sandbox
        self._indexes = indexes
        self._settings = settings

    async def propose(
        self,
        text: str,
        arguments: tuple[str, ...],
        name: str,
        more: Permissions | None,
        variables: Mapping[str, bool] = NO_VARIABLES,
    ) -> Proposal:
        """Look at what ``text`` names; ``more`` is granted besides what it asks for.

        ``variables`` are settings of a package that become variables of its environment, and whether each is a secret. Raises PluginError,
        OSError.
        """
        if text.startswith(OPENAPI):
            return await self._api(text.removeprefix(OPENAPI), name, more)
        found = (await self.discovered()).get(text)
        source = parse_source(found.source if found is not None else text)
        if found is None and source.kind in _LOCAL:
            raise _local(source)
        settings = self._settings()
        lines: list[str] = []
        means = Means(
            sandbox=self._sandbox,
            indexes=self._indexes,
            guard=PublicOnly(),
            registry=str(settings.registry),
            told=lines.append,
            accepted=frozenset(settings.sandbox.accept),
            seconds=settings.install_timeout,
        )
        place = await self._proposals.place()
        wishes = with_variables({**self._variables(source, name), **variables}, name)
        proposed = Proposed("", "bundle", str(source), setup=Setup(granted=more or NOTHING, arguments=arguments))
        async with fetched(source, place, means, wishes) as fetch:
            if isinstance(fetch, Bundle):
                await asyncio.to_thread(keep, fetch, place / "bundle")
            else:
                proposed = await self._remote(fetch, str(source), name, more)
        return await self._proposals.kept(place, proposed, epoch_ms())

    async def describe(self, document: bytes, url: str, name: str, more: Permissions | None) -> Proposal:
        """Look at an OpenAPI document, which was at ``url`` if that is known. Raises PluginError."""
        found = await api_plugin(document, {}, url)
        for fault in found.faults[:_TOLD_FAULTS]:
            _log.warning("The OpenAPI document of %s: %s", found.name, fault)
        proposed = Proposed(
            "",
            "openapi",
            f"openapi:{url}" if url else "an OpenAPI document",
            name=name or found.name,
            version=found.version,
            title=found.title,
            description=found.description[:500],
            document=found.document,
            setup=Setup(url=url),
            asked=found.asked if more is None else joined(found.asked, more),
            secrets=found.secrets,
            operations=found.operations,
        )
        return await self._proposals.described(proposed, epoch_ms())

    async def _api(self, url: str, name: str, more: Permissions | None) -> Proposal:
        fetched_document = await Fetcher(PublicOnly(), LARGEST, _FETCH_SECONDS).fetch(url, "source")
        return await self.describe(fetched_document.data, url, name, more)

    async def discovered(self) -> dict[str, Found]:
        """What lies in the folders of the configuration, and what packages of this Python bring, by name."""
        return {each.name: each for each in (await self._discovering.found()).values()}

    def _variables(self, source: Source, name: str) -> dict[str, bool]:
        """The variables that a package has already which is installed, so that another version of it has them too."""
        if source.kind not in {"pypi", "npm"}:
            return {}
        before = self._installed(name or short_name(source.name.partition("[")[0]))
        same = before is not None and before.source.startswith(f"{source.kind}:{source.name}")
        return variables_in(before.manifest) if before is not None and before.manifest is not None and same else {}

    async def _remote(self, server: RemoteServer, source: str, name: str, more: Permissions | None) -> Proposed:
        """A server elsewhere, asked who it is. Of a registry's word no private address is dialled."""
        private = not source.startswith("registry:") and await _is_private(server.url)
        told = await probe(server.url, guard_of(server.url, private=private))
        parts = urlsplit(server.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        asked = Permissions(network=(f"{host}:{port}",))
        title = server.title or told.server.name or server.name
        return Proposed(
            "",
            "remote",
            source,
            name=name or plugin_name(server.name.rpartition("/")[2]) or told.name,
            version=server.version or told.version or "1",
            title=title,
            description=server.description or told.server.instructions[:500],
            setup=Setup(url=server.url, transport=server.transport or told.transport or "http", private=private),
            asked=asked if more is None else joined(asked, more),
            wanted=tuple(server.headers),
            signs_in=told.needs_authorization,
        )


def _local(source: Source) -> InvalidSource:
    """What is said of a file or folder, which is not read here."""
    if source.name.lower().endswith(_DOCUMENTS):
        return InvalidSource(
            f"{source.name} is no bundle.", hint=f"If it is an OpenAPI document, say {OPENAPI}{source.name}"
        )
    return InvalidSource(
        f"{source.name} is a file or folder of the gateway's machine.",
        hint="Send it as a bundle, as switchgear plugin install does, or put it into a folder of [plugins] folders.",
    )


def guard_of(url: str, *, private: bool) -> PublicOnly:
    """The guard of a remote server's URL: an address that is not public is dialled only where that was known when it was installed."""
    host = urlsplit(url).hostname or ""
    return PublicOnly((), (host,) if private else ())


async def _is_private(url: str) -> bool:
    """Whether the host of a URL that an operator wrote has an address that is not public."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    try:
        found = await guard.resolve(loop, parts.hostname or "", parts.port or 443)
    except OSError:
        return False
    return not all(guard.public(each) for each in found)
