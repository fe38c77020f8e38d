"""The one guard that every outbound address passes after its name was resolved.

Private and loopback addresses are where people run models. Link-local ones are not: they are the metadata
services of clouds, which give credentials to whoever asks from the machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection

_METADATA = frozenset(
    {
        ipaddress.ip_address("fd00:ec2::254"),
        ipaddress.ip_address("100.100.100.200"),
        ipaddress.ip_address("168.63.129.16"),
    }
)


Resolve = Callable[[asyncio.AbstractEventLoop, str, int], Awaitable[list[str]]]
"""Gives the addresses of a host and port that may be dialled. Raises OSError when there are none."""


_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
"""RFC 9637, younger than Python 3.11."""
_CARRYING = tuple(
    ipaddress.ip_network(network) for network in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
"""Networks whose addresses end in an IPv4 address."""


async def resolve(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:
    """The addresses of ``host`` that may be dialled, in the resolver's order; dial these and not the name.

    Raises OSError when the name has none, or only addresses that are not dialled.
    """
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    allowed = [address for address in addresses if not forbidden(address)]
    if not allowed:
        raise ConnectionError(f"{addresses[0]} is a link-local or metadata address, which is never dialled")
    return allowed


def forbidden(address: str) -> bool:
    """Whether an IP address is one that is never dialled, IPv4 inside IPv6 included."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return any(each.is_link_local or each in _METADATA for each in (parsed, *_embedded(parsed)))


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and so is every IPv4 address that is inside it."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inside = _embedded(parsed)
    if inside:
        return all(each.is_global and not each.is_multicast for each in inside)
    if isinstance(parsed, ipaddress.IPv6Address) and (parsed not in _GLOBAL_UNICAST or parsed in _DOCUMENTATION):
        return False
    return parsed.is_global and not parsed.is_multicast


class PublicOnly:
    """The guard for URLs that come from clients: only addresses of the public internet, and what ``private`` lets in.

    ``private`` are host names, addresses and networks; ``hosts``, if there are any, are the only names that may be asked, each with
    its subdomains.
    """

    def __init__(self, hosts: Collection[str] = (), private: Collection[str] = ()) -> None:
        self._hosts = tuple(host.lower().rstrip(".") for host in hosts)
        self._names = {name.lower() for name in private}
        self._networks = [found for name in private if (found := _network(name)) is not None]

    async def __call__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[str]:
        """The addresses of ``host`` that may be dialled. Raises OSError."""
        name = host.lower().rstrip(".")
        if self._hosts and not any(name == known or name.endswith("." + known) for known in self._hosts):
            raise ConnectionError(f"{host} is not one of the hosts that may be asked")
        found = await resolve(loop, host, port)
        if name in self._names:
            return found
        allowed = [address for address in found if self._public(address)]
        if not allowed:
            raise ConnectionError(f"{found[0]} is not a public address")
        return allowed

    def _public(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if any(parsed in network for network in self._networks):
            return True
        return public(address)


def _embedded(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, translated, compatible, 6to4, Teredo, NAT64.

    RFC 4291 section 2.5.5, RFC 2765 section 2.1, RFC 6052 section 2.1, RFC 8215.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _CARRYING):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [inside for inside in found if inside is not None]


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        return None
