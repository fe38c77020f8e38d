"""The providers of the soak: one that is always well, three that come and go, all of which remember when they were asked what."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from switchgear.testing import (
    Close,
    Connection,
    Plan,
    Request,
    Send,
    Stall,
    chat_chunk,
    chat_completion,
    chat_stream,
    faults,
    http1,
    sse,
    tokens,
)
from switchgear.testing.listener import Listener

FLAPPING = ("flap1", "flap2", "flap3")
WAYS = ("well", "500", "hangs", "cuts", "429")
USED = tokens(5, 5)
"""What every answer says it used."""


def reply_to(question: str) -> str:
    """What is answered to a question, so that a client knows its own answer."""
    return f"You asked {question}, and this is all there is to say of {question}."


class Providers(Listener):
    """All of them on one port, told apart by the model that they are asked for.

    ``arrived`` has the moments (``time.monotonic``) at which a question came for the first time, by what comes before its ``#``.
    ``asked`` counts how often each question came.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ways = dict.fromkeys(FLAPPING, "well")
        self.arrived: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self.asked: Counter[str] = Counter()

    def plan_for(self, request: Request) -> Plan:
        """Decided when the body is there."""
        return (_Answer(self),)

    def shuffle(self, rng: random.Random) -> None:
        """Let those that come and go do something else."""
        self.ways = {name: rng.choice(WAYS) for name in FLAPPING}

    def answer(self, body: dict[str, Any]) -> Plan:
        """What to do about a request."""
        question = body["messages"][0]["content"]
        self.asked[question] += 1
        self.arrived[question.partition("#")[0]].setdefault(question, time.monotonic())
        text, stream = reply_to(question), bool(body.get("stream"))
        match self.ways.get(body["model"], "well"):
            case "500":
                return faults.status(500)
            case "429":
                return faults.retry_after_seconds(2)
            case "hangs":
                return (Stall(),)
            case "cuts" if stream:
                head = http1.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
                return (Send(head + http1.chunk(sse([chat_chunk(text[:20])], done=False))), Close())
            case "cuts":
                return faults.truncated(chat_completion(text), keep=60)
            case _ if stream:
                return faults.stream(chat_stream([text[:20], text[20:]], usage=USED))
            case _:
                return faults.ok(chat_completion(text, usage=USED))


class _Answer(NamedTuple):
    providers: Providers

    async def run(self, connection: Connection) -> None:
        await connection.read_body()
        body = json.loads(connection.requests[-1].body)
        del connection.requests[:-1]  # ten minutes of them are too many to keep
        for step in self.providers.answer(body):
            await step.run(connection)
