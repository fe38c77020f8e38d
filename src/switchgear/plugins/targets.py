"""Where a plugin may connect to: a host or a pattern of hosts, and a port."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from switchgear.core.structs import Frozen
from switchgear.providers import guard

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST: Final = 253


class Target(Frozen, frozen=True):
    """A host and a port. ``host`` is a lower-case name, an IP address as it is written canonically, ``*.`` before a name for every
    name under it (not that name itself), or ``*`` for every public host.
    """

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def private(self) -> bool:
        """Whether it is an address that is not one of the public internet."""
        return _address(self.host) is not None and not guard.public(self.host)

    def covers(self, other: Target) -> bool:
        """Whether whatever ``other`` allows is allowed by this one too. ``*`` covers no private address: those are named."""
        if self.port != other.port:
            return False
        if self.host == other.host:
            return True
        if self.host == "*":
            return not other.private
        return self.host.startswith("*.") and other.host.removeprefix("*").endswith(self.host[1:])


def parse(text: str) -> Target:
    """The target that ``text`` names: ``api.example.com:443``, ``*.example.com:443``, ``*:443``, ``10.0.0.7:5432``, ``[::1]:80``.

    Raises ValueError with what is wrong, as the end of a sentence that begins with the text.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or host.endswith(":"):
        raise ValueError("has no port; write it behind the host, as in api.example.com:443")
    if not _PORT.fullmatch(port) or int(port) > 65535:
        raise ValueError("has no port from 1 to 65535 behind its last colon")
    return Target(_host(host), int(port))


def never_dialled(host: str) -> bool:
    """Whether a host is a link-local or metadata address, which ``guard`` lets nobody dial, whatever was granted."""
    return _address(host) is not None and guard.forbidden(host)


def may_reach(network: tuple[str, ...], host: str, port: int) -> bool:
    """Whether one of ``network`` (as in Permissions) covers a host, by name or address, and port. Never raises."""
    name = host.lower().rstrip(".")
    if not name or name.startswith("*"):
        return False
    address = _address(name)
    address = getattr(address, "ipv4_mapped", None) or address
    wanted = Target(name if address is None else str(address), port)
    return any(parse(each).covers(wanted) for each in network)


def _host(text: str) -> str:
    if text.startswith("["):
        return _bracketed(text)
    name = text.removeprefix("*.")
    if text == "*":
        return text
    if len(name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        if name.isascii() and _LABEL.fullmatch(name.lower().replace(".", "")[:60]) and name != name.lower():
            raise ValueError("must be written in lower case")
        raise ValueError(
            "is no host name; write names of other scripts in their xn-- form, and IPv6 addresses in brackets"
        )
    # What ends in a number is an address to most software, in forms that mean others than they seem to (0x7f.1).
    # https://url.spec.whatwg.org/#ends-in-a-number-checker
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        address = _address(name)
        if address is None or text != name or str(address) != name:
            raise ValueError("is no IP address of four numbers")
    return text


def _bracketed(text: str) -> str:
    address = _address(text[1:-1]) if text.endswith("]") and "%" not in text else None
    if address is None or isinstance(address, ipaddress.IPv4Address):
        raise ValueError("is no IPv6 address in brackets")
    if address.ipv4_mapped is not None:
        raise ValueError(f"must be written as {address.ipv4_mapped}")
    if str(address) != text[1:-1]:
        raise ValueError(f"must be written as [{address}]")
    return str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
