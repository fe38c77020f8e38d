"""What carries frames to a tool server and back, whichever transport it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Raw

from switchgear.core.errors import PluginFailed

NOTHING = Raw()


class Outgoing:
    """A request on its way, as far as transports care. ``subject`` is the JSON of the name, URI or task it is about, empty without one.

    ``headers`` are HTTP fields that mirror its arguments (2026-07-28, ``x-mcp-header``); other transports leave them out.
    """

    __slots__ = ("headers", "method", "number", "subject")

    def __init__(
        self, number: int, method: str, subject: Raw = NOTHING, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.number = number
        self.method = method
        self.subject = subject
        self.headers = headers


class Receiver(Protocol):
    """Who takes what a channel receives. Its methods are called in the event loop, must be quick, and do not raise."""

    def frame(self, data: bytes, call: int | None = None) -> int:
        """A frame, or garbage: how many in it (a batch has many) answered no call. ``call`` is the request on whose own stream it came, where there are such."""

    def waits(self, call: int) -> bool:
        """Whether ``call`` still waits for its answer."""

    def failed(self, call: int | None, error: PluginFailed) -> None:
        """The answer to ``call`` cannot come any more, or cannot be told from others' (None)."""

    def renewed(self) -> None:
        """The server lost what it knew of this connection, subscriptions too; it was introduced anew."""

    def closed(self, reason: str) -> None:
        """Nothing more will come. Called once; ``reason`` is a part of a sentence, like "its process ended with status 1"."""


class Channel(Protocol):
    """A connection to one tool server. What goes wrong is told to the receiver; no method raises."""

    @property
    def under_pressure(self) -> bool:
        """Whether the server is slow to take what was sent: ``drain`` before sending more."""

    def start(self, receiver: Receiver) -> None:
        """Begin to receive."""

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        """Send a frame, which is one line; ``call`` when it is a request."""

    def give_up(self, call: Outgoing, frame: bytes) -> None:
        """Nobody waits for ``call`` any more; ``frame`` is the notification that says so, where the transport needs one."""

    def agreed(self, revision: str) -> None:
        """The revision of the protocol that was agreed, from now on; empty while it is agreed by ``initialize``."""

    def last_words(self) -> tuple[str, ...]:
        """The last lines the server wrote for people, oldest first."""

    async def drain(self) -> None:
        """Wait until ``under_pressure`` is over or the channel is closed."""

    async def close(self, grace_seconds: float) -> None:
        """End the connection, and the process behind it if there is one; force it after ``grace_seconds``. Tells ``closed``."""
