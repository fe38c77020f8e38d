"""A process of its own with a shared state: it is told its part on the command line and writes what came of it."""

from __future__ import annotations

import asyncio
import sys
import time

import msgspec

from switchgear.state.base import Check, State, Verdict
from switchgear.state.state import StateOptions, open_state


class Part(msgspec.Struct):
    """``role`` is one of the functions below."""

    role: str
    url: str
    name: str = ""
    limit: int = 0
    tasks: int = 0
    turns: int = 0
    span_ms: int = 60_000


def say(**told: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.flush()


async def heard_from_parent() -> str:
    return (await asyncio.to_thread(sys.stdin.readline)).strip()


async def ask(state: State, token: str, checks: list[Check]) -> Verdict:
    verdict = state.counters.take(token, checks, time.time_ns() // 1_000_000)
    return verdict if isinstance(verdict, Verdict) else await verdict


async def take(state: State, part: Part) -> None:
    """Many tasks at once take of one limit, as often as they can."""
    checks = [Check("key:k_1", "rpm", "window", part.limit, 1, part.span_ms)]
    if part.name:  # another slot of a cluster
        checks.append(Check(f"team:{part.name}", "rpm", "window", part.limit, 1, part.span_ms))
    say(ready=True)
    await heard_from_parent()

    async def turns(task: int) -> int:
        verdicts = [await ask(state, f"{part.name}-{task}-{turn}", checks) for turn in range(part.turns)]
        return sum(one.allowed for one in verdicts)

    let_through = await asyncio.gather(*(turns(task) for task in range(part.tasks)))
    say(let_through=sum(let_through), health=state.health.state)


async def hold(state: State, part: Part) -> None:
    """Holds a lease for as long as it lives."""
    check = Check("key:k_1", "concurrency", "lease", part.limit, 1, part.span_ms)
    verdict = await ask(state, part.name, [check])
    say(allowed=verdict.allowed)
    await heard_from_parent()


async def echo(state: State, part: Part) -> None:
    """Answers each message on one channel on another one."""
    state.channels.subscribe("asked", lambda message: state.channels.publish("answered", message + b", " + name))
    name = part.name.encode()
    say(ready=True)
    await heard_from_parent()


async def join(state: State, part: Part) -> None:
    """Is a member for as long as it lives."""
    state.members.join(part.name, {"role": "child"})
    say(ready=True)
    await heard_from_parent()


async def main(part: Part) -> None:
    state = await open_state(part.url, StateOptions(timeout=5.0))
    state.start()
    await globals()[part.role](state, part)
    await state.close()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Part)))
