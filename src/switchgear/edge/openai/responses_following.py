"""The events of a response made in the background, as one client reads them."""

from __future__ import annotations

from switchgear.edge.bodies import drained
from switchgear.edge.exchange import Exchange
from switchgear.edge.openai.responses_background import BackgroundRun


def event_headers(more: bytes) -> bytes:
    """The header lines of a stream of events."""
    return (
        b"content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-accel-buffering: no\r\n" + more
    )


async def follow(exchange: Exchange, run: BackgroundRun, after: int) -> None:
    """Write the events with a number over ``after``, those of the past at once and others as they come, to the last."""
    place = 0
    while True:
        done, news = run.done, run.news
        pending = run.events[place:]
        place += len(pending)
        if events := b"".join(event for number, event in pending if number > after):
            exchange.write(events)
        if done:
            break
        await drained(exchange)
        await news.wait()
    exchange.end()
