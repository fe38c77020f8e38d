"""Who may ask from a browser: the names that this gateway is called by, and pages of its own origin.

A page of ``evil.example`` whose name is made to lead to 127.0.0.1 has our address as its own origin (DNS rebinding); the Host header
still says by which name the browser came.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from switchgear.config.checks import is_loopback
from switchgear.config.schema import ServerSettings
from switchgear.core.errors import PermissionDenied

_HOST: Final = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{0,5})?")
"""The Host header (RFC 9110, section 7.2)."""


def check_host(host: str, server: ServerSettings) -> None:
    """Refuse a request for another host than this machine while only this machine is listened for.

    Behind a proxy names are the proxy's matter. Raises PermissionDenied.
    """
    if server.trusted_proxy or not is_loopback(server.host):
        return
    form = _HOST.fullmatch(host)
    name = "" if form is None else (form["address"] or form["name"]).lower()
    if not (is_loopback(name) or name == server.host.lower()):
        raise PermissionDenied(
            "This gateway listens on this machine only, and the Host header names another.",
            hint="Call it by localhost or 127.0.0.1; behind a reverse proxy set server.trusted_proxy.",
        )


def check_origin(origin: str | None, host: str, scheme: str | None, what: str = "Changes") -> None:
    """Refuse what a page of another site asks a browser for (Fetch standard, section 3.2: Origin).

    ``scheme`` is the one the request came by; ``None`` when a proxy may have taken TLS off; ``what``, in the
    plural, is what was asked for. Raises PermissionDenied.
    """
    if origin is None:
        return
    try:
        parts = urlsplit(origin)
        same = parts.netloc.lower() == host.lower() != ""
    except ValueError:
        same = False
    else:
        same = same and scheme in {None, parts.scheme}
    if not same:
        raise PermissionDenied(
            f"{what} are not taken from a page of another origin.", hint="Call the API from its own origin."
        )
