"""What an API's plugin may connect to, and what it asks for: the network and the secrets of its document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from switchgear.config.problems import quoted
from switchgear.core.errors import InvalidSettings
from switchgear.plugins.openapi.document import ApiDocument
from switchgear.plugins.openapi.operations import Operation
from switchgear.plugins.openapi.schemes import Scheme
from switchgear.plugins.openapi.servers import base_of, parts_of, port_of, resolved
from switchgear.plugins.permissions import Permissions, joined
from switchgear.plugins.sandbox.egress import Egress, EgressRefused
from switchgear.plugins.targets import Target, parse
from switchgear.providers import guard


class Granted:
    """The guard of an API's requests: hosts that were granted, and private addresses only where they were granted themselves.

    The addresses that were judged are those that are dialled.
    """

    def __init__(self, network: tuple[str, ...], lookup: guard.Resolve = guard.resolve) -> None:
        self._egress = Egress(network, lookup)

    async def __call__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:  # noqa: ARG002 - of every guard
        """The addresses that may be dialled. Raises OSError."""
        try:
            return await self._egress.addresses(host, port)
        except EgressRefused as refused:
            raise ConnectionError(str(refused)) from refused


def permissions_of(
    document: ApiDocument,
    base_url: str = "",
    *,
    document_url: str = "",
    variables: Mapping[str, str] | None = None,
    chosen: Iterable[Operation] | None = None,
) -> Permissions:
    """What a plugin of ``document`` needs: its servers, by host and port, where its tokens come from, and its secrets.

    Only of the ``chosen`` operations, if they are given. Raises InvalidSettings where the API is at no usable URL.
    """
    operations = document.operations if chosen is None else tuple(chosen)
    found: dict[str, None] = {}
    for servers in {id(each.servers): each.servers for each in operations}.values():
        found[_target(base_of(servers, base_url, document_url, variables))] = None
    names = {name for each in operations for way in each.security for name in way}
    schemes = [each for name, each in document.schemes.items() if name in names]
    for scheme in schemes:
        if scheme.token_url:
            base = base_of(document.servers, base_url, document_url, variables)
            found[_target(token_url_of(scheme, base))] = None
    return Permissions(network=tuple(found), secrets=tuple(name for each in schemes for name in each.secrets))


def with_base(granted: Permissions, settings: Mapping[str, object]) -> Permissions:
    """What was granted, and the host of the ``base_url`` in ``settings``: whoever says where the API is lets it be called there.

    Raises InvalidSettings for one that is no URL.
    """
    base_url = settings.get("base_url")
    if not isinstance(base_url, str) or not base_url:
        return granted
    return joined(granted, Permissions(network=(_target(base_of((), base_url)),)))


def token_url_of(scheme: Scheme, base: str) -> str:
    """Where tokens of a scheme come from, for an API at ``base``. Raises InvalidSettings."""
    url = resolved(f"{base}/", scheme.token_url)
    if parts_of(url) is None:
        raise InvalidSettings(
            f"The tokens of {quoted(scheme.name)} come from {quoted(url)}, which is no http:// or https:// URL."
        )
    return url


def _target(url: str) -> str:
    """The host and port of a URL, as permissions have them. Raises InvalidSettings."""
    parts = urlsplit(url)
    try:
        return str(parse(str(Target((parts.hostname or "").rstrip("."), port_of(parts)))))
    except ValueError as error:
        raise InvalidSettings(
            f"The API is at {quoted(parts.netloc)}, which {error}.", hint="Set base_url to where the API is."
        ) from error
