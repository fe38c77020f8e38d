"""What every provider is to the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

from switchgear.providers.transport import Answer

Redact = Callable[[str], str]
"""Takes secrets out of a text."""


class Operation(StrEnum):
    """What is asked of a model; the value is the path below an OpenAI-compatible base URL."""

    CHAT = "chat/completions"
    COMPLETION = "completions"
    EMBEDDING = "embeddings"


class ProviderState(msgspec.Struct, frozen=True):
    """Whether a provider can be called: ``ready``, ``starting``, ``restarting``, ``failed``, and why."""

    state: str = "ready"
    reason: str = ""


class Provider(Protocol):
    """An account at an API, or an embedded engine."""

    name: str
    embedded: bool
    stream_usage: bool
    """Whether it may be asked for usage in streams (OpenAI's ``stream_options``)."""

    async def send(self, operation: Operation, model: str, body: bytes) -> Answer:
        """Send a request in OpenAI's form; ``model`` is for error texts, the body names it already.

        The answer has a 2xx status. Raises ProviderError, or ModelUnavailable for an embedded model.
        """
        ...

    async def list_models(self) -> list[str]:
        """The models it says it has. Raises ProviderError."""
        ...

    def redact(self, text: str) -> str:
        """What the provider said, without the credentials it was called with and whatever else looks like a secret.

        Nothing a provider says is shown or logged before.
        """
        ...

    def close(self) -> None:
        """Let go of connections; answers under way end first."""
        ...
