"""What a request is let in by: a key in a header, or else the session of the console in a cookie (RFC 6265).

A browser sends cookies by itself, also for pages that are not ours: whatever is more than a look has to say that it comes from our own.
"""

from __future__ import annotations

from typing import Final

from switchgear.access.keys import token_from
from switchgear.edge.exchange import Exchange
from switchgear.edge.origins import check_origin

_LOOKING: Final = frozenset({"GET", "HEAD"})


def token_of(exchange: Exchange, cookie: str) -> bytes:
    """The key that a data-plane request carries, or the session in ``cookie``, or nothing. Raises PermissionDenied for a page of another origin."""
    token = token_from(exchange.header(b"authorization"), exchange.header(b"x-api-key"))
    return token or session_of(exchange, cookie)


def session_of(exchange: Exchange, cookie: str) -> bytes:
    """The session that a data-plane request without a key carries in ``cookie``, or nothing. Raises PermissionDenied."""
    token = session_in(exchange.header(b"cookie"), cookie)
    if token and exchange.method not in _LOOKING:
        origin = exchange.header(b"origin")
        host = exchange.header(b"host").decode("latin-1")
        check_origin(origin.decode("latin-1") if origin else None, host, None, "Calls with the console's session")
    return token


def session_in(cookies: bytes, cookie: str) -> bytes:
    """The console's session among a request's cookies: what the one of this name has, or nothing."""
    wanted = cookie.encode()
    for one in cookies.split(b";"):
        name, _, value = one.strip().partition(b"=")
        if name == wanted:
            return value.strip()
    return b""
