"""Answers of a provider as Chat Completions: passed as they are, or translated when they are whole or as they stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from switchgear.core.errors import ProviderError, ProviderInvalidResponse, RequestError, SwitchgearError
from switchgear.providers.base import Redact
from switchgear.providers.connection import Sink
from switchgear.providers.errors import error_in_body
from switchgear.providers.litellm.chunks import DONE, ChunkWriter
from switchgear.providers.litellm.framing import Framing
from switchgear.providers.transport import Answer

Parse = Callable[[dict[str, Any]], Any]
"""One of LiteLLM's chunk parsers: a document of the provider to a chunk of LiteLLM's."""
DROPPED = b"x-switchgear-dropped"
"""The field that ``header`` answers with the names of what the provider was not asked, ``, `` between them."""

_LONGEST_SAYING = 200
_END_MARKER = b"[DONE]"


@contextmanager
def asking(provider: str, litellm_provider: str) -> Iterator[None]:
    """Around LiteLLM's translation of a request: whatever it raises becomes a RequestError.

    Its sayings often quote the request or the account; only a short one that quotes nothing is passed on.
    """
    try:
        yield
    except SwitchgearError:
        raise
    except Exception as error:  # noqa: BLE001 - LiteLLM raises its own classes, OpenAI's and any of Python's
        raise RequestError(
            f"Provider {provider}: the request cannot be put into the form of {litellm_provider}{_saying(error)}.",
            hint="Ask it more plainly: the field that cannot be translated is not known.",
            cause=_where(error),
        ) from None


@contextmanager
def reading(provider: str) -> Iterator[None]:
    """Around LiteLLM's translation of an answer: whatever it raises becomes a ProviderInvalidResponse."""
    try:
        yield
    except SwitchgearError:
        raise
    except Exception as error:  # noqa: BLE001 - as above, and what a provider sends can be anything
        raise ProviderInvalidResponse(
            f"Provider {provider} answered in a form that LiteLLM cannot read.",
            provider=provider, cause=_where(error),
        ) from None  # fmt: skip


def _where(error: Exception) -> str:
    """The class of an error and the line that raised it: for the log, which its message is not for."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _saying(error: Exception) -> str:
    text = str(getattr(error, "message", "") or error).partition("\n")[0].strip().rstrip(".")
    if not text or len(text) > _LONGEST_SAYING or any(mark in text for mark in "{}[]='\"`") or "http" in text:
        return ""
    return f": {text.removeprefix('litellm.BadRequestError: ')}"


class PassedAnswer:
    """A provider's answer that is a Chat Completion already. ``dropped`` names what the provider was not asked."""

    __slots__ = ("_answer", "dropped")

    def __init__(self, answer: Answer, dropped: tuple[str, ...]) -> None:
        self._answer = answer
        self.dropped = dropped

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._answer.status

    def header(self, name: bytes) -> bytes:
        """The first field of that (lower-case) name, or nothing; ``DROPPED`` is ours."""
        return ", ".join(self.dropped).encode() if name == DROPPED else self._answer.header(name)

    async def body(self) -> bytes:
        """The whole body. Raises ProviderError."""
        return await self._answer.body()

    async def pipe(self, sink: Sink) -> None:
        """Hand the body to ``sink`` as it arrives. Raises ProviderError, or what the sink raised."""
        await self._answer.pipe(sink)

    def pause(self) -> None:
        """Make the provider wait."""
        self._answer.pause()

    def resume(self) -> None:
        """Take more from the provider."""
        self._answer.resume()

    def hurry(self, seconds: float) -> None:
        """Give the answer at most this long to end."""
        self._answer.hurry(seconds)

    def close(self) -> None:
        """Let go of it. A second time has no effect."""
        self._answer.close()

    def __enter__(self) -> PassedAnswer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class WholeAnswer(PassedAnswer):
    """An answer that is translated when it is there. ``streamed`` gives it out as the one event of a stream."""

    __slots__ = ("_streamed", "_translate")

    def __init__(
        self, answer: Answer, dropped: tuple[str, ...], translate: Callable[[bytes], bytes], *, streamed: bool = False
    ) -> None:
        super().__init__(answer, dropped)
        self._translate = translate
        self._streamed = streamed

    def header(self, name: bytes) -> bytes:
        """As before, with the type of what it becomes."""
        if name == b"content-type":
            return b"text/event-stream" if self._streamed else b"application/json"
        return super().header(name)

    async def body(self) -> bytes:
        """The translated body. Raises ProviderError."""
        return self._translate(await self._answer.body())

    async def pipe(self, sink: Sink) -> None:
        """The translated body at once."""
        sink(await self.body())


class Translation:
    """One stream on its way: cut by ``framing``, parsed by LiteLLM, written as Chat Completions' events."""

    __slots__ = ("_done", "_failure", "_framing", "_parse", "_provider", "_writer")

    def __init__(self, provider: str, framing: Framing, parse: Parse, writer: ChunkWriter) -> None:
        self._provider = provider
        self._framing = framing
        self._parse = parse
        self._writer = writer
        self._failure: ProviderError | None = None
        self._done = False

    def feed(self, data: bytes) -> bytes:
        """The events of what arrived. An error comes after the events that were before it. Raises ProviderError."""
        if self._failure is not None:
            raise self._failure
        return self._take(self._framing.feed(data))

    def finish(self) -> bytes:
        """The last events, once the provider's answer ended."""
        if self._failure is not None:
            raise self._failure
        events = self._take(self._framing.finish())
        return events if self._done or self._failure is not None else events + self._writer.end()

    def _take(self, documents: list[bytes]) -> bytes:
        events = b""
        for document in documents:
            if self._done:
                break
            if document == _END_MARKER:
                self._done = True
                return events + (self._writer.end() or DONE)
            try:
                with reading(self._provider):
                    events += self._read(document)
            except ProviderError as error:
                if not events:
                    raise
                self._failure = error
                break
        return events

    def _read(self, document: bytes) -> bytes:
        told = msgspec.json.decode(document)
        if b'"error"' in document and isinstance(told, dict) and told.get("error") and not told.get("choices"):
            self._done = True
            return b"data: %b\n\n" % msgspec.json.encode({"error": told["error"]})
        return self._writer.write(self._parse(told))


class StreamedAnswer(PassedAnswer):
    """An answer that is translated as it streams."""

    __slots__ = ("_translation",)

    def __init__(self, answer: Answer, dropped: tuple[str, ...], translation: Translation) -> None:
        super().__init__(answer, dropped)
        self._translation = translation

    def header(self, name: bytes) -> bytes:
        """As before, with the type of what it becomes."""
        return b"text/event-stream" if name == b"content-type" else super().header(name)

    async def body(self) -> bytes:
        """All of its events. Raises ProviderError."""
        parts: list[bytes] = []
        await self.pipe(parts.append)
        return b"".join(parts)

    async def pipe(self, sink: Sink) -> None:
        """The translated events as they arrive."""
        feed = self._translation.feed

        def forward(data: bytes) -> None:
            if events := feed(data):
                sink(events)

        await self._answer.pipe(forward)
        if rest := self._translation.finish():
            sink(rest)


def whole(provider: str, redact: Redact, translate: Callable[[bytes], bytes], body: bytes) -> bytes:
    """``body`` translated. Raises ProviderError: the one that the body tells of, when it is no answer."""
    try:
        with reading(provider):
            return translate(body)
    except ProviderError:
        if (told := error_in_body(provider, body, redact)) is not None:
            raise told from None
        raise
