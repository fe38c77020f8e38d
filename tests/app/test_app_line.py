"""The line between supervisor and worker: questions and answers both ways, and its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from switchgear.app.line import Line, LineFailed

Answer = Callable[[str, bytes], Awaitable[bytes]]


async def echo(name: str, body: bytes) -> bytes:
    return name.encode() + b":" + body


@asynccontextmanager
async def line(here: Answer = echo, there: Answer = echo) -> AsyncIterator[tuple[Line, Line]]:
    """Both ends of a line."""
    ends = socket.socketpair()
    made = await Line.over(ends[0], here), await Line.over(ends[1], there)
    running = [asyncio.create_task(one.run()) for one in made]
    yield made
    for one in made:
        one.close()
    await asyncio.gather(*running)


async def test_both_ends_ask_and_answer_at_once() -> None:
    async with line() as (one, other):
        questions = [(one if number % 2 else other).ask("q", str(number).encode()) for number in range(100)]
        answers = await asyncio.gather(*questions)
    assert answers == [f"q:{number}".encode() for number in range(100)]


async def test_a_large_body_goes_through_whole() -> None:
    async with line() as (one, _):
        body = bytes(range(256)) * 20_000
        assert await one.ask("big", body, seconds=20) == b"big:" + body


async def test_what_is_told_arrives_in_order_and_needs_no_answer() -> None:
    heard: list[str] = []

    async def listen(name: str, _: bytes) -> bytes:
        heard.append(name)
        return b""

    async with line(there=listen) as (one, _):
        for number in range(10):
            one.tell(str(number))
        await one.ask("last")
    assert heard == [*map(str, range(10)), "last"]


async def test_a_defect_of_the_other_side_is_told_to_who_asked(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: str, __: bytes) -> bytes:
        raise ValueError("broken")

    async with line(there=fail) as (one, _):
        with pytest.raises(LineFailed, match="ValueError: broken"):
            await one.ask("q")
    assert "failed: q" in caplog.text


async def test_an_answer_that_does_not_come_is_not_waited_for_longer_than_said() -> None:
    never = asyncio.Event()

    async def hang(_: str, __: bytes) -> bytes:
        await never.wait()
        return b""

    async with line(there=hang) as (one, _):
        with pytest.raises(LineFailed, match=r"no answer within 0\.05 s"):
            await one.ask("q", seconds=0.05)
        never.set()


async def test_when_the_other_side_is_gone_all_who_wait_are_told() -> None:
    never = asyncio.Event()

    async def hang(_: str, __: bytes) -> bytes:
        await never.wait()
        return b""

    async with line(there=hang) as (one, other):
        waiting = asyncio.create_task(one.ask("q", seconds=20))
        await asyncio.sleep(0)
        other.close()
        with pytest.raises(LineFailed, match="it is gone"):
            await waiting
        with pytest.raises(LineFailed, match="it is gone"):
            await one.ask("q")
        one.tell("nobody hears")
        never.set()
