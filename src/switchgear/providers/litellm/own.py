"""Calls that LiteLLM makes itself, for providers that it cannot translate for without its own HTTP client.

They run on a thread with an event loop of its own, because some of them block. Such a call costs milliseconds; the provider's
limits in time hold, and what passes is paced by what is taken of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from switchgear.core.errors import ProviderError, ProviderTimeout, ProviderUnreachable, SwitchgearError
from switchgear.providers.base import Answer, Operation
from switchgear.providers.connection import Sink, Timeouts
from switchgear.providers.errors import provider_error
from switchgear.providers.guard import resolve
from switchgear.providers.litellm.answers import DROPPED
from switchgear.providers.litellm.chat import NO_KEY, Json
from switchgear.providers.litellm.chunks import DONE, ChunkWriter
from switchgear.providers.litellm.embedding import embeddings
from switchgear.providers.litellm.engine import Library
from switchgear.providers.litellm.fields import callers_may, nameable
from switchgear.providers.litellm.rerank import ranking
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.whole import completion

_METHODS: Final = {Operation.CHAT: "acompletion", Operation.EMBEDDING: "aembedding", Operation.RERANK: "arerank"}
_LONGEST_MESSAGE: Final = 2000
_NEVER_SENT: Final = frozenset({"stream_options", "model", "stream"})
_UNSPOKEN: Final = frozenset({"model", "stream", "stream_options", "user", "messages"})
_FIELDS: Final = {
    Operation.EMBEDDING: frozenset({"input", "dimensions", "encoding_format", "user"}),
    Operation.RERANK: frozenset(
        {"query", "documents", "top_n", "rank_fields", "return_documents", "max_chunks_per_doc", "max_tokens_per_doc"}
    ),
}


class OwnTransport:
    """LiteLLM's own calls. The thread begins with the first of them and ends with ``close``."""

    def __init__(self, settings: LiteLLMSettings, redact: Callable[[str], str]) -> None:
        self._settings = settings
        self._redact = redact
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, library: Library, operation: Operation, model: str, call: Json, *, stream: bool) -> Answer:
        """Make a call. Raises ProviderError."""
        await self._guard()
        known = _FIELDS.get(operation, library.openai_fields | {"messages"})
        named = {name for name in call if name not in _NEVER_SENT and callers_may(name, known, in_body=False)}
        given = {name: call[name] for name in named if call[name] is not None}
        asked = {
            **self._settings.plain(), **given,
            "model": f"{self._settings.litellm_provider}/{model}",
            "api_key": self._settings.api_key.reveal() if self._settings.api_key else NO_KEY,
            "api_base": self._settings.base_url, "timeout": self._settings.origin.timeouts.total,
            "num_retries": 0, "max_retries": 0, "drop_params": True,
        }  # fmt: skip
        if operation is Operation.CHAT:
            asked |= {"stream": stream, "_skip_mcp_handler": True}
        if self._settings.headers:
            asked["extra_headers"] = {name: value.reveal() for name, value in self._settings.headers.items()}
        method = getattr(library.litellm, _METHODS[operation])
        limits = self._settings.origin.timeouts

        async def ask() -> Any:
            with library.own_transport():
                async with asyncio.timeout(limits.first_byte if stream else limits.total):
                    return await method(**asked)

        with _Translating(self._settings, self._redact, model, limits):
            answer = await asyncio.wrap_future(self._run(ask()))
        dropped = self._dropped(library, operation, model, call, named)
        if stream:
            return StreamedCall(self, answer, ChunkWriter(model, library.finish_of), model, dropped)
        write = {Operation.CHAT: completion, Operation.EMBEDDING: embeddings, Operation.RERANK: ranking}[operation]
        return WholeCall(write(answer, model), dropped)

    async def _guard(self) -> None:
        """Refuse an address that is never dialled. Raises ProviderUnreachable."""
        if not self._settings.base_url:
            return
        parts = urlsplit(self._settings.base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            await resolve(asyncio.get_running_loop(), parts.hostname or "", port)
        except (OSError, UnicodeError) as error:
            name = self._settings.origin.provider
            raise ProviderUnreachable(
                f"Provider {name} cannot be reached at {parts.hostname}: {error}.", provider=name
            ) from error

    def _dropped(
        self, library: Library, operation: Operation, model: str, call: Json, named: set[str]
    ) -> tuple[str, ...]:
        """What LiteLLM was not told, and what it will leave out."""
        if operation is Operation.CHAT:
            supported = library.supported(self._settings.litellm_provider, model) | _UNSPOKEN
            named = {name for name in named if name in supported or name not in library.openai_fields}
        return nameable(name for name in call if name not in named and name not in _UNSPOKEN)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            name = f"litellm-{self._settings.origin.provider}"
            threading.Thread(target=_serve, args=(self._loop,), name=name, daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def next_of(self, chunks: AsyncIterator[Any]) -> Future[Any]:
        """The next chunk of a stream, or None at its end."""
        return self._run(_next(chunks, self._settings.origin.timeouts.between_bytes))

    def translating(self, model: str) -> _Translating:
        """Around what LiteLLM does: whatever it raises becomes a ProviderError."""
        return _Translating(self._settings, self._redact, model, self._settings.origin.timeouts)

    def drop(self, chunks: AsyncIterator[Any]) -> None:
        """Let go of a stream that was not taken to its end."""
        self._run(_let_go(chunks))

    def close(self) -> None:
        """End the thread; calls under way end with it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def _next(chunks: AsyncIterator[Any], seconds: float) -> Any:
    async with asyncio.timeout(seconds):
        return await anext(chunks, None)


async def _let_go(chunks: Any) -> None:
    """Close a stream and the one of the provider beneath it, which LiteLLM leaves open."""
    for stream in (getattr(chunks, "completion_stream", None), chunks):
        for name in ("aclose", "close"):
            if callable(close := getattr(stream, name, None)):
                with contextlib.suppress(Exception):  # there is nobody to tell
                    closing = close()
                    if inspect.isawaitable(closing):
                        await closing
                break


class _Translating:
    """Around a call that LiteLLM makes: its exceptions become ours, by status and by what the provider said."""

    def __init__(self, settings: LiteLLMSettings, redact: Callable[[str], str], model: str, limits: Timeouts) -> None:
        self._settings = settings
        self._redact = redact
        self._model = model
        self._limits = limits

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, SwitchgearError):
            raise self._ours(error) from None

    def _ours(self, error: Exception) -> ProviderError:
        name = self._settings.origin.provider
        if isinstance(error, TimeoutError) or type(error).__name__ == "Timeout":
            return ProviderTimeout(f"Provider {name} did not answer within its limits.", provider=name)
        told = _told(error)
        if told is error and type(error).__name__ == "APIConnectionError":
            return ProviderUnreachable(f"Provider {name} cannot be reached.", provider=name, cause=type(error).__name__)
        status = getattr(told, "status_code", None)
        status = status if isinstance(status, int) and 400 <= status < 600 else 502
        headers = getattr(told, "headers", None) or {}
        return provider_error(
            name, status, lambda field: str(headers.get(field.decode(), "")).encode("latin-1", "replace"), _body(told),
            self._redact, model=self._model,
        )  # fmt: skip


def _told(error: BaseException) -> BaseException:
    """What the HTTP client or the provider's translation raised, beneath what LiteLLM made of it with a status of its own."""
    found = cause = error
    while (below := cause.__cause__ or cause.__context__) is not None:
        cause = below
        if isinstance(getattr(cause, "status_code", None), int):
            found = cause
    return found


def _body(error: BaseException) -> bytes:
    """What the provider said: often it is the message of the exception, as it was."""
    said = str(getattr(error, "message", "") or "")
    try:
        msgspec.json.decode(said)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        said = said.partition("\n")[0].rpartition("Exception - ")[2][:_LONGEST_MESSAGE]
        return msgspec.json.encode({"error": {"message": said}})
    return said.encode()


class WholeCall:
    """A whole answer of a call that LiteLLM made."""

    status = 200

    def __init__(self, body: bytes, dropped: tuple[str, ...]) -> None:
        self._body = body
        self.dropped = dropped

    def header(self, name: bytes) -> bytes:
        """The type of the body, and what the provider was not asked."""
        if name == DROPPED:
            return ", ".join(self.dropped).encode()
        return b"application/json" if name == b"content-type" else b""

    async def body(self) -> bytes:
        """The body."""
        return self._body

    async def pipe(self, sink: Sink) -> None:
        """The body at once."""
        sink(self._body)

    def pause(self) -> None:
        """Nothing waits any more."""

    def resume(self) -> None:
        """Nothing waits any more."""

    def hurry(self, seconds: float) -> None:
        """It is there."""

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> WholeCall:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class StreamedCall:
    """A streamed answer of a call that LiteLLM makes. The next chunk is asked for when the one before was taken."""

    status = 200

    def __init__(
        self, own: OwnTransport, chunks: AsyncIterator[Any], writer: ChunkWriter, model: str, dropped: tuple[str, ...]
    ) -> None:
        self._own = own
        self._chunks = chunks
        self._writer = writer
        self._model = model
        self._open = True
        self._going = asyncio.Event()
        self._going.set()
        self.dropped = dropped

    def header(self, name: bytes) -> bytes:
        """The type of the body, and what the provider was not asked."""
        if name == DROPPED:
            return ", ".join(self.dropped).encode()
        return b"text/event-stream" if name == b"content-type" else b""

    async def body(self) -> bytes:
        """All of its events. Raises ProviderError."""
        parts: list[bytes] = []
        await self.pipe(parts.append)
        return b"".join(parts)

    async def pipe(self, sink: Sink) -> None:
        """The events as they arrive. Raises ProviderError, or what the sink raised."""
        while True:
            await self._going.wait()
            with self._own.translating(self._model):
                chunk = await asyncio.wrap_future(self._own.next_of(self._chunks))
            if chunk is None:
                break
            if events := self._writer.write(chunk):
                sink(events)
        self._open = False
        sink(self._writer.end() or DONE)

    def pause(self) -> None:
        """Ask for no more."""
        self._going.clear()

    def resume(self) -> None:
        """Ask again."""
        self._going.set()

    def hurry(self, seconds: float) -> None:
        """All that matters ends with the stream."""

    def close(self) -> None:
        """Let go of it. A second time has no effect."""
        if self._open:
            self._open = False
            self._own.drop(self._chunks)

    def __enter__(self) -> StreamedCall:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
