"""Who gets to ``/mcp``: pages of other sites do not, nor who has no key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from switchgear.access.keys import Key
from switchgear.config.schema import ServerSettings
from switchgear.core.errors import SwitchgearError
from switchgear.edge.exchange import Exchange
from switchgear.edge.origins import check_host, check_origin

_MOST_CHECKED: Final = 256
"""Names and origins that are known to be good."""


class Protection(Protocol):
    """Authenticates requests, and tells who is refused what would help."""

    async def authenticate(self, exchange: Exchange) -> Key:
        """The key that a request stands for. Raises AuthenticationError."""
        ...

    def challenge(self, path: str, error: SwitchgearError) -> bytes:
        """The field lines that go with an error's answer."""
        ...


class Door:
    """Lets requests in. ``server`` gives the settings as they are."""

    def __init__(self, protection: Protection, server: Callable[[], ServerSettings]) -> None:
        self._protection = protection
        self._server = server
        self._checked: set[tuple[bytes, bytes]] = set()
        self._checked_for: ServerSettings | None = None

    async def admit(self, exchange: Exchange) -> Key:
        """Whose request it is. Raises PermissionDenied for a page of another site (DNS rebinding too), AuthenticationError."""
        server = self._server()
        if server is not self._checked_for:
            self._checked, self._checked_for = set(), server
        asked = exchange.header(b"host"), exchange.header(b"origin")
        if asked not in self._checked:
            _check(*asked, server)
            if len(self._checked) < _MOST_CHECKED:
                self._checked.add(asked)
        return await self._protection.authenticate(exchange)

    def challenge(self, path: str, error: SwitchgearError) -> bytes:
        """The field lines that go with a refusal."""
        return self._protection.challenge(path, error)


def _check(host: bytes, origin: bytes, server: ServerSettings) -> None:
    """Refuse a request by another name, or of a page of another site. Raises PermissionDenied."""
    name = host.decode("latin-1")
    check_host(name, server)
    if origin:
        scheme = None if server.trusted_proxy else ("https" if server.tls_cert else "http")
        check_origin(origin.decode("latin-1"), name, scheme, "Requests of /mcp")
