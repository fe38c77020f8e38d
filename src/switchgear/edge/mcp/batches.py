"""Several messages in one body, which 2025-03-26 has and other revisions do not (JSON-RPC 2.0 section 6)."""

from __future__ import annotations

from typing import Final

from switchgear.edge.mcp.refusals import INVALID_REQUEST, Refusal
from switchgear.plugins.mcp.frames import InvalidFrame, read_batch

REVISION: Final = "2025-03-26"
MOST: Final = 100
"""Messages of one batch."""


def messages_of(body: bytes) -> list[bytes]:
    """The messages of a batch, each still to be read; none when ``body`` is no batch. Raises Refusal."""
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        return []
    try:
        found = read_batch(body)
    except InvalidFrame:
        raise Refusal(INVALID_REQUEST, "The body is a batch that cannot be read.") from None
    if not found or len(found) > MOST:
        raise Refusal(INVALID_REQUEST, f"A batch has one message at least and {MOST} at most.")
    return [bytes(each) for each in found]


class BatchPlace:
    """The answer to one request of a batch: what would be said before it is not."""

    __slots__ = ("document", "headers", "streams", "under_pressure")

    def __init__(self) -> None:
        self.document = b""
        self.headers = b""
        self.streams = False
        self.under_pressure = True

    def expect_silence(self) -> None:
        """Nothing is said before all are answered."""

    def push(self, frame: bytes) -> bool:  # noqa: ARG002 - as Sink has it
        """There is no place for it."""
        return False

    def end(self, status: int, document: bytes) -> None:  # noqa: ARG002 - a batch has one status
        """The answer."""
        self.document = document

    def end_without(self) -> None:
        """There is no answer."""
