"""A pool to a test's upstream, and requests for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from switchgear.providers.transport import Origin, OriginSettings, Timeouts

LONG = Timeouts(connect=20, first_byte=20, between_bytes=20, total=20)


@asynccontextmanager
async def origin_to(url: str, *, proxy: str | None = "none", **settings: Any) -> AsyncIterator[Origin]:
    """A pool that is closed afterwards; no limit of time matters unless the test sets it."""
    origin = Origin(OriginSettings(provider="p", base_url=url, proxy=proxy, **{"timeouts": LONG, **settings}))
    try:
        yield origin
    finally:
        origin.close()


def request(origin: Origin, body: bytes = b"{}") -> bytes:
    """A chat request as bytes."""
    return origin.request_line(b"POST", b"/v1/chat/completions") + b"content-length: %d\r\n\r\n%b" % (len(body), body)


async def ask(origin: Origin, body: bytes = b"{}", timeouts: Timeouts | None = None) -> bytes:
    """The body of the answer to one request."""
    with await origin.send(request(origin, body), timeouts) as answer:
        return await answer.body()
