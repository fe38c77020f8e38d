"""What can go wrong at a provider, one row a fault: what it does on the wire, and what is to come of a call that meets it.

A provider here is told what to do by the name of the model it is asked for, in whichever dialect it is asked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Literal, NamedTuple

from crossing_providers import Ends, Says, error, frame, streamed, whole, wire

from switchgear.testing import Close, Delay, Plan, Request, Reset, Send, Stall, Trickle, faults, http1
from switchgear.testing.connection import Connection
from switchgear.testing.listener import Listener, threaded

SAID = "The capital of Norway is Os"
TEXT = f"{SAID}lo."
PROMPT, COMPLETION = 21, 34
"""What a whole answer tells of its tokens."""

Dialect = Literal["chat", "responses", "messages"]
_PATHS: dict[str, Dialect] = {
    "/v1/chat/completions": "chat", "/v1/responses": "responses", "/v1/messages": "messages",
}  # fmt: skip


class Asked(NamedTuple):
    """One request for an answer: the ``number`` th for its model."""

    dialect: Dialect
    model: str
    stream: bool
    number: int
    body: bytes

    def answer(self) -> Plan:
        """A right answer; the rest of it where its beginning is in the request."""
        text = "lo." if f'"{SAID}"'.encode() in self.body else TEXT
        if not self.stream:
            return whole(self.dialect, text)
        return streamed(self.dialect, wire(self.dialect, [Says(text), Ends(PROMPT, COMPLETION)]))

    def broken_off(self, *end: Any) -> Plan:
        """The beginning of an answer in one piece, and then ``end``."""
        if self.stream:
            begun = b"".join(wire(self.dialect, [Says(SAID)]))
            return streamed(self.dialect, [begun], *end)
        body = http1.encode_body({"id": "x", "choices": [{"message": {"content": SAID}}]})[:-9]
        head = http1.head(200, {"content-type": "application/json", "content-length": str(len(body) + 99)})
        return (Send(head + body), *end)


Does = Callable[[Asked], Plan]


class Misfortunes(Listener):
    """A provider in three dialects: models named like a row below do as it says, all others answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    @classmethod
    def in_thread(cls) -> AbstractContextManager[Misfortunes]:
        """One on an event loop in a thread of its own."""
        return threaded(cls())

    def plan_for(self, request: Request) -> Plan:
        """Decided when the body is there."""
        return (_Decide(self),)

    def decide(self, request: Request) -> Plan:
        """What to do about a request whose body has been read."""
        document = json.loads(request.body)
        model = document["model"]
        self.asked[model] += 1
        asked = Asked(_PATHS[request.path], model, bool(document.get("stream")), self.asked[model], request.body)
        if model in PECULIAR:
            return PECULIAR[model](asked)
        fault = FAULTS.get(model)
        return fault.does(asked) if fault is not None else asked.answer()


class _Decide(NamedTuple):
    provider: Misfortunes

    async def run(self, connection: Connection) -> None:
        await connection.read_body()
        for step in self.provider.decide(connection.requests[-1]):
            await step.run(connection)


# ---------------------------------------------------------------- what is done on the wire


def always(plan: Plan) -> Does:
    """The same, however it is asked."""
    return lambda _asked: plan


def midway(*end: Any) -> Does:
    """``end`` after the beginning of an answer."""
    return lambda asked: asked.broken_off(*end)


def keeps_alive(asked: Asked, said: bytes = b"") -> Plan:
    """A stream in which nothing is said (any more), though bytes come all the time."""
    ping = http1.chunk(b": ping\n\n")
    return streamed(asked.dialect, [said] if said else [], Trickle(ping * 400, len(ping), 0.05), Stall())


def silent(asked: Asked) -> Plan:
    """The same after a few words."""
    return keeps_alive(asked, b"".join(wire(asked.dialect, [Says(SAID)])))


def half_a_document(asked: Asked) -> Plan:
    """JSON that stops in the middle, in a message that is framed as it should be."""
    if not asked.stream:
        return faults.not_json()
    return asked.broken_off(Send(http1.chunk(frame(asked.dialect, '{"choices": ['))), Send(http1.LAST_CHUNK))


def error_with_200(asked: Asked) -> Plan:
    """An error where an answer should be."""
    return faults.ok(error_document(asked.dialect, "overloaded_error", "server_is_overloaded"))


def error_event(asked: Asked) -> Plan:
    """A stream that begins with an error."""
    return streamed(asked.dialect, [error(asked.dialect)])


def garbled(asked: Asked) -> Plan:
    """An event that is no JSON after the first words, and no end."""
    return asked.broken_off(Send(http1.chunk(frame(asked.dialect, '{"choices": ['))), Stall())


def error_midway(asked: Asked) -> Plan:
    """A stream that turns into an error."""
    return asked.broken_off(Send(http1.chunk(error(asked.dialect))), Send(http1.LAST_CHUNK))


def nothing(asked: Asked) -> Plan:
    """An answer without a byte in it."""
    return streamed(asked.dialect, []) if asked.stream else faults.ok(b"")


def nothing_in_it(asked: Asked) -> Plan:
    """JSON, but no answer; a stream that is alive, and ends."""
    return streamed(asked.dialect, [b": hello\n\n"]) if asked.stream else faults.ok({})


def only_begun(asked: Asked) -> Plan:
    """A stream that announces an answer and ends."""
    return streamed(asked.dialect, wire(asked.dialect, []))


def refuses(kind: str, code: str, message: str) -> Does:
    """400 with an error of that kind."""

    def does(asked: Asked) -> Plan:
        return faults.status(400, error_document(asked.dialect, kind, code, message))

    return does


def every_second(asked: Asked) -> Plan:
    """Fails, answers, fails, answers."""
    return faults.status(500) if asked.number % 2 else asked.answer()


def says_nothing(asked: Asked) -> Plan:
    """A whole answer of a model that had nothing to say."""
    if not asked.stream:
        return whole(asked.dialect, "")
    return streamed(asked.dialect, wire(asked.dialect, [Ends(PROMPT, COMPLETION)]))


_FILTERED_OUT: dict[Dialect, list[tuple[bytes, bytes]]] = {
    "chat": [(b'"stop"', b'"content_filter"')],
    "responses": [
        (b'"completed"', b'"incomplete","incomplete_details":{"reason":"content_filter"}'),
        (b"response.completed", b"response.incomplete"),
    ],
    "messages": [(b'"end_turn"', b'"refusal"')],
}


def declines(asked: Asked) -> Plan:
    """An answer that a filter ended: its status is 200, and the reason is at its end."""

    def ended(document: bytes) -> bytes:
        for usual, reason in _FILTERED_OUT[asked.dialect]:
            document = document.replace(usual, reason)
        return document

    if asked.stream:
        events = wire(asked.dialect, [Says(TEXT), Ends(PROMPT, COMPLETION)])
        return streamed(asked.dialect, [ended(event) for event in events])
    sent = next(step.data for step in asked.answer() if isinstance(step, Send))
    return faults.ok(ended(sent.partition(b"\r\n\r\n")[2]))


def error_document(dialect: Dialect, kind: str, code: str, message: str = "Not today.") -> dict[str, Any]:
    """An error as that API writes it."""
    if dialect == "messages":
        return {"type": "error", "error": {"type": kind, "message": message}}
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


# ---------------------------------------------------------------- the rows

Provider = Literal["faulty", "hasty", "untrusted", "unknown", "closed"]
"""Who is asked. ``hasty`` has short limits on waiting; ``untrusted`` has a certificate of nobody's, ``unknown`` a name that nobody
knows, ``closed`` a port where nobody listens."""


class Fault(NamedTuple):
    """One fault, and what comes of it.

    ``code`` and ``status`` are what a client is told when nobody else can answer; ``tries`` is how often the only deployment is
    asked for that. What is ``midway`` comes after the first words of a stream. ``rests`` are the seconds the deployment asks to be left
    alone for. ``helps`` is the kind of fallback for what the call itself is to blame for, and not the deployment. ``passes`` says that
    bytes between two sides of one dialect go through, for the client to read; ``unheard`` that a request over a kept connection may
    never have arrived, and is sent once more. ``rules`` are the model's.
    """

    does: Does
    code: str
    status: int = 502
    tries: int = 2
    provider: Provider = "faulty"
    streams: tuple[bool, ...] = (False, True)
    midway: bool = False
    rests: int = 0
    helps: Literal["", "content_fallbacks", "context_fallbacks"] = ""
    passes: bool = False
    unheard: bool = False
    rules: str = ""

    @property
    def blamed(self) -> bool:
        """Whether it speaks against the deployment."""
        return not self.helps

    @property
    def waits(self) -> float:
        """Seconds that an attempt takes at least."""
        return SHORT if self.provider == "hasty" or self.rules else 0.0

    @property
    def reached(self) -> bool:
        """Whether the request reaches the provider."""
        return self.provider in ("faulty", "hasty")

    def asks(self, tries: int) -> range:
        """How often the provider can have been asked in so many tries."""
        if not self.reached:
            return range(1)
        return range(tries, (2 * tries if self.unheard else tries) + 1)


_ONLY_STREAMS = (True,)
SHORT = 0.15
"""Seconds that a provider may be silent where silence is the fault."""
_TOKENS = f"timeouts = {{ first_token = {SHORT}, between_tokens = {SHORT} }}"
_FILTERED = "Output blocked by content filtering policy"
_TOO_LONG = "prompt is too long: 9001 tokens > 8192 maximum"
_REFUSAL = "invalid_request_error"

FAULTS: dict[str, Fault] = {
    # nothing comes, or nothing more
    "hung-before-headers": Fault(always(faults.stall_before_first_byte()), "provider_timeout", 504, provider="hasty"),
    "slow-first-token": Fault(keeps_alive, "provider_timeout", 504, streams=_ONLY_STREAMS, rules=_TOKENS),
    "stall-midway": Fault(midway(Stall()), "provider_timeout", 504, provider="hasty", midway=True),
    "silence-midway": Fault(silent, "provider_timeout", 504, streams=_ONLY_STREAMS, midway=True, rules=_TOKENS),
    # it breaks off
    "cut-midway": Fault(midway(Close()), "provider_disconnected", midway=True),
    "reset-midway": Fault(midway(Delay(0.05), Reset()), "provider_disconnected", midway=True),
    "unfinished": Fault(midway(Send(http1.LAST_CHUNK)), "provider_disconnected", streams=_ONLY_STREAMS, midway=True),
    "only-begun": Fault(only_begun, "provider_disconnected", streams=_ONLY_STREAMS),
    "connection-reset": Fault(always(faults.hang_up("reset")), "provider_disconnected", unheard=True),
    "connection-closed": Fault(always(faults.hang_up()), "provider_disconnected", unheard=True),
    # it lies, or makes no sense
    "truncated-json": Fault(half_a_document, "provider_invalid_response", midway=True, passes=True),
    "garbled-event": Fault(garbled, "provider_invalid_response", streams=_ONLY_STREAMS, midway=True, passes=True),
    "200-with-an-error": Fault(error_with_200, "provider_overloaded", 503),
    "stream-of-an-error": Fault(error_event, "provider_overloaded", 503, streams=_ONLY_STREAMS),
    "error-midway": Fault(error_midway, "provider_overloaded", 503, streams=_ONLY_STREAMS, midway=True),
    "empty": Fault(nothing, "provider_invalid_response"),
    "nothing-in-it": Fault(nothing_in_it, "provider_invalid_response"),
    "no-http": Fault(always(faults.garbage()), "provider_invalid_response"),
    # it says no
    "429-with-seconds": Fault(always(faults.retry_after_seconds(40)), "provider_rate_limited", 429, tries=1, rests=40),
    "429-with-a-date": Fault(lambda _: faults.retry_after_date(40), "provider_rate_limited", 429, tries=1, rests=40),
    "429": Fault(always(faults.status(429)), "provider_rate_limited", 429),
    "401": Fault(always(faults.status(401)), "provider_authentication_failed", tries=1),
    "500": Fault(always(faults.status(500)), "provider_failed"),
    "503": Fault(always(faults.status(503)), "provider_overloaded", 503),
    "529": Fault(always(faults.status(529)), "provider_overloaded", 503),
    "content-filter": Fault(
        refuses(_REFUSAL, "content_filter", _FILTERED), "content_policy_violation", 400, 1, helps="content_fallbacks"
    ),
    "context-overflow": Fault(
        refuses(_REFUSAL, "context_length_exceeded", _TOO_LONG), "context_length_exceeded", 400, 1, helps="context_fallbacks"
    ),
    # nobody is there
    "tls-failure": Fault(always(()), "provider_unreachable", provider="untrusted"),
    "dns-failure": Fault(always(()), "provider_unreachable", provider="unknown"),
    "connection-refused": Fault(always(()), "provider_unreachable", provider="closed"),
}  # fmt: skip

PECULIAR: dict[str, Does] = {"flapping": every_second, "says-nothing": says_nothing, "declines": declines}
"""What is no fault, or not always."""
