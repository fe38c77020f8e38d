"""OpenAI's ``POST /v1/embeddings``, read and answered for providers whose own API has another form.

Source: https://platform.openai.com/docs/api-reference/embeddings
"""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Sequence
from typing import Literal

import msgspec

from switchgear.core.errors import NotSupported, ProviderInvalidResponse, RequestError
from switchgear.dialects.body import decode

_MOST_TEXTS = 2048


class _Request(msgspec.Struct):
    input: str | list[str | int | list[int]]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None


class Wanted(msgspec.Struct, frozen=True):
    """Embeddings of ``texts``, in order; ``packed`` asks for base64 instead of numbers."""

    texts: list[str]
    dimensions: int | None = None
    packed: bool = False


_request = msgspec.json.Decoder(_Request)
_numbers = msgspec.json.Decoder(list[float])
_encode = msgspec.json.Encoder().encode


def read_wanted(body: bytes) -> Wanted:
    """What a request in OpenAI's form asks for. Raises InvalidJSON, RequestError."""
    request = decode(_request, body)
    given = [request.input] if isinstance(request.input, str) else request.input
    texts = [text for text in given if isinstance(text, str) and text]
    if any(not isinstance(text, str) for text in given):
        raise NotSupported(
            "input holds token numbers; this provider takes text only, since its vocabulary is another.",
            hint="Send strings; with LangChain set check_embedding_ctx_length=False.",
            param="input",
        )
    if not texts or len(texts) != len(given):
        raise RequestError("input must be a text or a list of texts, none of them empty.", param="input")
    if len(texts) > _MOST_TEXTS:
        raise RequestError(f"input has {len(texts):,} texts; at most {_MOST_TEXTS:,} are taken.", param="input")
    if request.dimensions is not None and request.dimensions < 1:
        raise RequestError("dimensions must be at least 1.", param="dimensions")
    return Wanted(texts, request.dimensions, request.encoding_format == "base64")


def write_vectors(
    provider: str, model: str, wanted: Wanted, vectors: Sequence[msgspec.Raw], tokens: int | None
) -> bytes:
    """The answer in OpenAI's form. ``vectors`` are JSON arrays of numbers; ``tokens`` is None where nobody counted.

    Raises ProviderInvalidResponse when there is not one vector a text.
    """
    if len(vectors) != len(wanted.texts):
        raise unreadable(provider, f"{len(vectors)} vectors for {len(wanted.texts)} texts")
    rows = [_packed(provider, vector) for vector in vectors] if wanted.packed else vectors
    answer: dict[str, object] = {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)],
        "model": model,
    }
    if tokens is not None:
        answer["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
    return _encode(answer)


def _packed(provider: str, vector: msgspec.Raw) -> str:
    """Little-endian 32-bit floats in base64, as OpenAI's clients decode them."""
    try:
        floats = array("f", _numbers.decode(vector))
    except msgspec.DecodeError as error:
        raise unreadable(provider, str(error)) from error
    if sys.byteorder == "big":
        floats.byteswap()
    return base64.b64encode(floats.tobytes()).decode("ascii")


def unreadable(provider: str, cause: str) -> ProviderInvalidResponse:
    """The error for vectors that are none."""
    return ProviderInvalidResponse(
        f"Provider {provider} answered with embeddings that cannot be read.", provider=provider, cause=cause
    )
