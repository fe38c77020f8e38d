"""Answers that pass as bytes, by dialect: what is read from them on the way, and what little is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from switchgear.core.calls import Usage
from switchgear.dialects.base import DialectName
from switchgear.providers import openai_stream
from switchgear.providers.base import Redact
from switchgear.providers.messages_stream import MessagesPassing
from switchgear.providers.openai_stream import StreamReader
from switchgear.providers.responses_stream import ResponsesPassing


class Passage(Protocol):
    """One streamed answer on its way through. ``feed`` takes what arrives and gives back what the client gets."""

    done: bool
    """Whether the provider has said all that matters."""
    usage: Usage | None

    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, possibly none. Raises ProviderError."""
        ...

    def finish(self) -> bytes:
        """What was held back, once the provider's answer ended. Raises ProviderError for one that is not whole."""
        ...

    def ending(self, usage: Usage) -> bytes:
        """The very last bytes, once ``usage`` is settled."""
        ...

    def estimate(self, prompt_characters: int) -> Usage:
        """Usage of a stream that told none, counted from what passed."""
        ...


class Passing(Protocol):
    """How answers of one dialect pass."""

    def reader(self, provider: str, redact: Redact, *, show_usage: bool) -> Passage:
        """A reader for one stream."""
        ...

    def usage_of(self, provider: str, body: bytes, redact: Redact) -> Usage | None:
        """The usage in a whole answer. Raises ProviderError for one that is an error or is not one."""
        ...

    def estimate_of(self, body: bytes, prompt_characters: int) -> Usage:
        """Usage of a whole answer that told none."""
        ...

    def mark(self, body: bytes, provider: str) -> bytes:
        """A whole answer with its signatures marked as the provider's (``core.canonical.Signature``)."""
        ...

    def unmark(self, body: bytes, provider: str) -> tuple[bytes, bool]:
        """A request with the provider's own marks taken off, and whether signatures of others are in it."""
        ...


class ChatPassing:
    """OpenAI's Chat Completions, Completions and Embeddings."""

    def reader(self, provider: str, redact: Redact, *, show_usage: bool) -> Passage:
        """A reader for one stream."""
        return StreamReader(provider, redact, show_usage=show_usage)

    def usage_of(self, provider: str, body: bytes, redact: Redact) -> Usage | None:
        """The usage in a whole answer."""
        return openai_stream.usage_of(provider, body, redact)

    def estimate_of(self, body: bytes, prompt_characters: int) -> Usage:
        """Usage of a whole answer that told none."""
        return openai_stream.estimate_of(body, prompt_characters)

    def mark(self, body: bytes, provider: str) -> bytes:
        """A whole answer with the signatures of its reasoning marked as the provider's."""
        return openai_stream.mark_details(body, provider) if b'"reasoning_details"' in body else body

    def unmark(self, body: bytes, provider: str) -> tuple[bytes, bool]:  # noqa: ARG002 - the protocol's
        """Marks in a chat are looked at in the canonical call."""
        return body, True


PASSINGS: Mapping[DialectName, Passing] = {
    "chat": ChatPassing(),
    "messages": MessagesPassing(),
    "responses": ResponsesPassing(),
}
