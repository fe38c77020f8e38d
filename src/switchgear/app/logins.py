"""Logins to remote plugins, wired: their store, and the address that browsers come back to."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from switchgear.config.checks import is_loopback
from switchgear.config.schema import Settings
from switchgear.plugins.oauth.addresses import Remote, guard_for
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.oauth.renewal import Means
from switchgear.providers.guard import Resolve
from switchgear.store.store import Store


class Listening(Protocol):
    """What listens at ``url``, empty while it does not."""

    url: str

    @property
    def settings(self) -> Settings:
        """Those that hold now."""
        ...


def logins_of(store: Store, gateway: Listening) -> Logins:
    """The logins of a gateway."""

    def address() -> str:
        """Where browsers come back to: over TLS, or on the machine itself (MCP, Communication Security)."""
        url = gateway.settings.server.public_url or gateway.url
        parts = urlsplit(url)
        return url if parts.scheme == "https" or is_loopback(parts.hostname or "") else ""

    def guard(remote: Remote) -> Resolve:
        return guard_for(remote, gateway.settings.plugins.login_private)

    return Logins(Means(store.plugin_secrets, store.leases, guard), address)
