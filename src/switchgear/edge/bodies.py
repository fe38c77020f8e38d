"""What waits of an exchange: for the request's body, for its client to read, and for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from switchgear.core.errors import RequestTimeout, RequestTooLarge
from switchgear.edge.exchange import ClientGoneError, Endpoint, Exchange

SLOWEST_BODY = 16 * 1024  # bytes a second; who sends slower holds a connection and little else


async def run(endpoint: Endpoint, exchange: Exchange, ran: Callable[[Exchange], None]) -> None:
    """Have a request answered; ``ran`` is called at the end, whatever it is."""
    try:
        await endpoint(exchange)
    except ClientGoneError:
        pass
    finally:
        ran(exchange)


async def body_of(exchange: Exchange, limit: int, seconds: float) -> bytes:
    """The whole request body.

    Raises RequestTooLarge past ``limit`` bytes (at once if the length is declared), RequestTimeout when
    it is not here after ``seconds`` and one more for every 16 KiB of it, ClientGoneError when the client
    leaves.
    """
    here = exchange.here
    if here is not None and len(here) <= limit:
        return bytes(here)
    declared = exchange.declared_length
    if (declared is not None and declared > limit) or exchange.come > limit:
        raise _too_large(exchange, limit)
    try:
        async with asyncio.timeout(seconds) as clock:
            return await _collected(exchange, limit, clock)
    except TimeoutError as error:
        exchange.close_after()
        raise RequestTimeout(f"The request body was not complete after {seconds:g} s.") from error


async def _collected(exchange: Exchange, limit: int, clock: asyncio.Timeout) -> bytes:
    parts: list[bytes] = []
    size = 0
    due = clock.when() or 0.0
    more = True
    while more:
        message: Any = await exchange.receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        parts.append(message["body"])
        size += len(message["body"])
        if size > limit:
            raise _too_large(exchange, limit)
        clock.reschedule(due + size / SLOWEST_BODY)
        more = message["more_body"]
    return b"".join(parts)


async def pieces_of(exchange: Exchange, limit: int, seconds: float) -> AsyncGenerator[bytes]:
    """The request body as it comes; the client is made to wait while nobody asks for the next piece.

    Raises RequestTooLarge past ``limit`` bytes (at once if the length is declared), RequestTimeout when the client lets us
    wait for more than ``seconds``, ClientGoneError when it leaves. Waiting adds up; 16 KiB that come make up for a second,
    and at most twice ``seconds`` are to be had in that way.
    """
    hint = "Send less, or raise server.max_upload_bytes."
    declared = exchange.declared_length
    if declared is not None and declared > limit:
        raise _too_large(exchange, limit, hint)
    clock = asyncio.get_running_loop().time
    patience = seconds
    more = True
    size = 0
    while more:
        began = clock()
        try:
            async with asyncio.timeout(patience):
                message: Any = await exchange.receive()
        except TimeoutError as error:
            exchange.close_after()
            raise RequestTimeout(f"The request body stopped coming: {size} bytes of it are here.") from error
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece: bytes = message["body"]
        size += len(piece)
        if size > limit:
            raise _too_large(exchange, limit, hint)
        patience = min(patience + len(piece) / SLOWEST_BODY - (clock() - began), 2 * seconds)
        more = message["more_body"]
        yield piece


async def drained(exchange: Exchange) -> None:
    """Wait until the client has taken what was written, or has left."""
    if exchange.under_pressure:
        await exchange.drain()


def _too_large(exchange: Exchange, limit: int, hint: str | None = None) -> RequestTooLarge:
    exchange.close_after()
    return RequestTooLarge(f"The request body is over the limit of {limit} bytes.", hint=hint)
