"""The one guard that every outbound address passes after its name was resolved.

Private and loopback addresses are where people run models. Link-local ones are not: they are the metadata
services of clouds, which give credentials to whoever asks from the machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

_METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200")})


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
    """Whether an IP address is one that is never dialled, IPv4 in IPv6 notation included."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_link_local or parsed in _METADATA
