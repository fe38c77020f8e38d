"""OpenAI's ``POST /v1/embeddings`` over sentence vectors, as a raw ASGI application for the embeddings child.

Source: https://platform.openai.com/docs/api-reference/embeddings
"""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Protocol

import msgspec
import numpy as np

from switchgear.core.errors import (
    GatewayError,
    InvalidJSON,
    MethodNotAllowed,
    MissingKey,
    ModelNotFound,
    NotFound,
    RequestError,
    RequestTooLarge,
    SwitchgearError,
    UnknownKey,
)
from switchgear.providers.local.vectors import DIMENSIONS, Batch, Vectors

MAX_BODY = 8 * 1024 * 1024
MAX_TEXTS = 2048
MAX_WAITING = 64

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Engine(Protocol):
    """What ``SentenceVectors`` does; blocking, used from one thread."""

    def batches(self, texts: list[str]) -> list[Batch]:
        """The texts as batches of token ids."""

    def run(self, batch: Batch) -> Vectors:
        """One vector a text of the batch."""


class EmbeddingRequest(msgspec.Struct):
    """The body. ``input`` is checked by hand, so that a list of tokens gets an answer that says what is wrong."""

    input: Any
    model: str
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


class EmbeddingAPI:
    """The application. Requires ``key`` as bearer; serves the one model ``model``; ``GET /health`` needs no key.

    Texts over 256 tokens are truncated, as the model's own pipeline does. ``usage.prompt_tokens`` counts what the model
    has seen: after truncation, with its two special tokens a text. At most 2,048 texts a request and 8 MiB a body;
    over 64 requests at once are refused with 503. The engine runs in one thread, a batch at a time, so that a short
    request beside a long one waits for one batch only.
    """

    def __init__(self, engine: Engine, model: str, key: str) -> None:
        self._engine = engine
        self._model = model
        self._expected = f"Bearer {key}".encode()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="vectors")
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection; only ``http`` ones are served."""
        if scope["type"] != "http":
            return
        try:
            status, answer = 200, await self._answer(scope, receive)
        except SwitchgearError as error:
            status, answer = error.http_status, msgspec.json.encode(_openai_error(error))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        path, method = scope["path"], scope["method"]
        if path == "/health":
            return b'{"status":"ok"}'
        self._check_key(scope["headers"])
        if path == "/v1/models" and method == "GET":
            entry = {"id": self._model, "object": "model", "created": 0, "owned_by": "switchgear"}
            return msgspec.json.encode({"object": "list", "data": [entry]})
        if path != "/v1/embeddings":
            raise NotFound(f"There is nothing at {path}.")
        if method != "POST":
            raise MethodNotAllowed(f"{path} takes POST, not {method}.")
        if self._waiting >= MAX_WAITING:
            raise GatewayError(f"{self._waiting} requests are being embedded already.", retry_after=1.0)
        self._waiting += 1
        try:
            return await self._embed(_decode(await _body(receive), self._model))
        finally:
            self._waiting -= 1

    def _check_key(self, headers: list[tuple[bytes, bytes]]) -> None:
        given = [value for name, value in headers if name == b"authorization"]
        if not given:
            raise MissingKey("The request carries no key.")
        if len(given) > 1 or not hmac.compare_digest(given[0], self._expected):
            raise UnknownKey("The key is not the one of this server.")

    async def _embed(self, request: EmbeddingRequest) -> bytes:
        texts = _texts(request.input)
        loop = asyncio.get_running_loop()
        batches = await loop.run_in_executor(self._worker, self._engine.batches, texts)
        rows: list[str | list[float]] = [""] * len(texts)
        for batch in batches:
            vectors = await loop.run_in_executor(self._worker, self._engine.run, batch)
            for place, vector in zip(batch.places, vectors, strict=True):
                rows[place] = _as_base64(vector) if request.encoding_format == "base64" else vector.tolist()
        tokens = sum(batch.tokens for batch in batches)
        return msgspec.json.encode(
            {
                "object": "list",
                "data": [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)],
                "model": self._model,
                "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            }
        )


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError("The client left before its body was complete.")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise RequestTooLarge(f"The body is over {MAX_BODY:,} bytes.")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _decode(body: bytes, model: str) -> EmbeddingRequest:
    try:
        request = msgspec.json.decode(body, type=EmbeddingRequest)
    except msgspec.ValidationError as error:
        raise RequestError(f"The body is not an embeddings request: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidJSON(f"The body is not JSON: {error}") from error
    if request.model != model:
        raise ModelNotFound(f'No model "{request.model}" here, only "{model}".', param="model")
    if request.dimensions not in (None, DIMENSIONS):
        raise RequestError(
            f"dimensions must be {DIMENSIONS}, not {request.dimensions}: {model} has no other size.", param="dimensions"
        )
    return request


def _texts(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise RequestError("input must be a text or a list of texts that is not empty.", param="input")
    if len(texts) > MAX_TEXTS:
        raise RequestError(f"input has {len(texts):,} texts; at most {MAX_TEXTS:,} are taken.", param="input")
    for place, text in enumerate(texts):
        if isinstance(text, int | list):
            raise RequestError(
                "input holds token numbers; this model takes text only, since its vocabulary is not OpenAI's.",
                hint="Send strings; with LangChain set check_embedding_ctx_length=False.",
                param="input",
            )
        if not isinstance(text, str) or not text:
            raise RequestError(f"input[{place}] must be a text that is not empty.", param="input")
    return texts


def _as_base64(vector: Vectors) -> str:
    """Little-endian 32-bit floats, as OpenAI's clients decode them."""
    return base64.b64encode(vector.astype(np.dtype("<f4")).tobytes()).decode("ascii")


def _openai_error(error: SwitchgearError) -> dict[str, Any]:
    # The gateway adds the general advice of the class; only what is said of this case goes along.
    advice = "" if error.advice == type(error).hint else error.advice
    message = f"{error.message} {advice}".strip()
    return {"error": {"message": message, "type": error.openai_type, "code": error.code, "param": error.param}}
