"""What every provider is to the pipeline."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from switchgear.core.capabilities import Capabilities
from switchgear.dialects.base import DialectName

Redact = Callable[[str], str]
"""Takes secrets out of a text."""


class Operation(StrEnum):
    """What a client asks of a model; the value is the path below an OpenAI-compatible base URL, or Anthropic's."""

    CHAT = "chat/completions"
    RESPONSES = "responses"
    MESSAGES = "messages"
    COUNT_TOKENS = "messages/count_tokens"
    COMPLETION = "completions"
    EMBEDDING = "embeddings"
    MODERATION = "moderations"
    RERANK = "rerank"
    IMAGE = "images/generations"
    IMAGE_EDIT = "images/edits"
    IMAGE_VARIATION = "images/variations"
    SPEECH = "audio/speech"
    TRANSCRIPTION = "audio/transcriptions"
    TRANSLATION = "audio/translations"
    FILES = "files"


OPENAI_OPERATIONS = frozenset(Operation) - {
    Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES, Operation.COUNT_TOKENS, Operation.FILES,
}  # fmt: skip
"""What an API in OpenAI's form may offer beside chat."""


class Upload(Protocol):
    """A request's body that is sent as it comes, never held whole."""

    @property
    def content_type(self) -> str:
        """Its media type, with what belongs to it."""
        ...

    @property
    def length(self) -> int | None:
        """Bytes of it all; None when that is not known before its end."""
        ...

    def pieces(self) -> AsyncGenerator[bytes]:
        """The body, once, in pieces of any size. May raise SwitchgearError, which ends the call."""
        ...


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A request on its way to a provider.

    ``dialect`` is the form of ``body`` when a chat is asked for, and ``""`` for every other operation, whose body has OpenAI's
    form (Anthropic's for ``COUNT_TOKENS``). ``model`` is the provider's name for the model; the body names it already, where its
    form has a place for it. ``headers`` are further whole field lines. ``upload`` is the body where that is a form with files, and
    ``body`` is empty then.
    """

    operation: Operation
    dialect: DialectName | Literal[""]
    model: str
    body: bytes
    stream: bool = False
    headers: bytes = b""
    upload: Upload | None = None


class ProviderState(msgspec.Struct, frozen=True):
    """Whether a provider can be called: ``ready``, ``starting``, ``restarting``, ``failed``, and why."""

    state: str = "ready"
    reason: str = ""


class Answer(Protocol):
    """A provider's answer in progress. Use as a context manager: leaving it frees or ends what it holds."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    def header(self, name: bytes) -> bytes:
        """The first field of that (lower-case) name, or nothing."""
        ...

    async def body(self) -> bytes:
        """The whole body. Raises ProviderError."""
        ...

    async def pipe(self, sink: Callable[[bytes], None]) -> None:
        """Hand the body to ``sink`` as it arrives. Raises ProviderError, or what the sink raised."""
        ...

    def pause(self) -> None:
        """Make the provider wait."""
        ...

    def resume(self) -> None:
        """Take more from the provider."""
        ...

    def hurry(self, seconds: float) -> None:
        """Give the answer at most this long to end."""
        ...

    def close(self) -> None:
        """Let go of it. A second time has no effect."""
        ...

    def __enter__(self) -> Answer: ...

    def __exit__(self, *exc: object) -> None: ...


class Provider(Protocol):
    """An account at an API, or an embedded engine."""

    name: str
    kind: str
    """Which API it is: ``openai``, ``anthropic``, ``gemini``, ``azure``, ``ollama``, ``litellm``, ``local``."""
    embedded: bool
    dialects: tuple[DialectName, ...]
    """The forms of chat it takes. The first is the one that calls in other forms are translated to."""
    operations: frozenset[Operation]
    """What else it takes, in OpenAI's form (``COUNT_TOKENS`` in Anthropic's), and answers in that form."""
    capabilities: Capabilities
    """What holds for this API whatever the model is."""
    stream_usage: bool
    """Whether it may be asked for usage in streams (OpenAI's ``stream_options``)."""

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send a request. The answer has a 2xx status, and the form of the request.

        Raises ProviderError, or ModelUnavailable for an embedded model.
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
