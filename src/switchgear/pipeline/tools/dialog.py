"""What the loop needs of a dialect: the conversation as it grows, and the client's answer as it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

import msgspec
from msgspec import Raw

from switchgear.core.calls import Usage
from switchgear.core.canonical import Answer, Event, Finish
from switchgear.dialects.base import DialectName
from switchgear.pipeline.call import ModelRequest
from switchgear.pipeline.tools.offered import Offered, Server
from switchgear.pipeline.tools.results import Outcome
from switchgear.pipeline.tools.wish import Wish

Reason = Literal["", "approval", "max_steps", "max_seconds", "max_usd"]
"""Why the loop stopped before the model had answered."""


_encode = msgspec.json.Encoder().encode


class Waits(msgspec.Struct):
    """An approval that a call waits for: the ``client``'s own, or an ``operator``'s. ``id`` is what it is answered by."""

    id: str
    by: Literal["client", "operator"]
    told: str


class Called(msgspec.Struct):
    """A call of a tool of ours that the model made. ``id`` is the model's, ``arguments`` as the model wrote them.

    ``shown`` is the id by which the client knows it. ``approved`` is what the client said to it, ``request`` the id of the approval that it asked for before. Once it ran, ``outcome`` is there
    and ``ms`` how long it took; where it did not, ``waits`` is what for.
    """

    id: str
    tool: Offered
    arguments: str
    approved: bool | None = None
    request: str = ""
    outcome: Outcome | None = None
    waits: Waits | None = None
    ms: float = 0.0
    shown: str = ""


def next_request(asked: ModelRequest, fields: dict[str, Raw], sized: Iterable[str]) -> ModelRequest:
    """The request of a step of the chat that ``asked`` began: ``fields`` are all it has, those that are ``sized`` its prompt."""
    return ModelRequest(
        asked.model,
        asked.stream,
        fields,
        wants_usage=asked.wants_usage,
        prompt_characters=sum(len(bytes(fields[name])) for name in sized if name in fields),
        body=_encode(fields),
        headers=asked.headers,
        max_tokens=asked.max_tokens,
        keepable=asked.keepable,
    )


class Ending(msgspec.Struct):
    """How the loop ended: the ``finish`` of the model's last answer, or the ``reason`` why there was none, in words in ``note``."""

    finish: Finish = "stop"
    reason: Reason = ""
    note: str = ""
    steps: int = 0
    usage: Usage = Usage()
    cost: int | None = None
    called: list[Called] = []
    unfinished: bool = False
    """Whether calls of the client's own tools wait, so that it needs what was said on the way."""


class Dialog(Protocol):
    """One chat, in its client's dialect.

    ``servers`` is what the client means of the catalogue. ``heard`` to ``whole`` give what the client is told: bytes of a stream, or the answer at once.
    """

    wish: Wish
    servers: Sequence[Server]
    dialect: DialectName
    max_calls: int | None

    # ------------------------------------------------------------ the conversation

    def offer(self, tools: Sequence[Offered]) -> None:
        """The model is offered these, besides the client's own."""
        ...

    def waiting(self) -> list[Called]:
        """Calls at the end of the conversation that have no result yet."""
        ...

    def shown_id(self, call_id: str) -> str:
        """The id by which the client knows a call that the model made."""
        ...

    def asks(self, one: Called) -> bool:
        """Whether the client wants to be asked before this call."""
        ...

    def request(self) -> ModelRequest:
        """The request of the next step."""
        ...

    def said(self, answer: Answer) -> None:
        """The model called tools."""
        ...

    def answered(self, called: Sequence[Called]) -> None:
        """What became of its calls; those that wait have no outcome."""
        ...

    # ------------------------------------------------------------ what the client is told

    def opening(self) -> bytes:
        """What comes before the model's first word."""
        ...

    def heard(self, events: Sequence[Event]) -> bytes:
        """More of what the model says; its calls of our tools are not among it."""
        ...

    def calling(self, called: Sequence[Called]) -> bytes:
        """The model made these calls."""
        ...

    def running(self, one: Called) -> bytes:
        """A call begins."""
        ...

    def progressed(self, one: Called, progress: bytes) -> bytes:
        """A tool tells of its progress: the params of the notification."""
        ...

    def returned(self, one: Called) -> bytes:
        """A call has its outcome, or waits."""
        ...

    def end(self, ending: Ending) -> bytes:
        """The end of the stream."""
        ...

    def whole(self, ending: Ending) -> bytes:
        """The answer at once, after everything else was called."""
        ...
