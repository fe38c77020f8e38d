"""Requests beside chat: images, speech, moderations, rankings as JSON, and forms with files.

Sources: https://platform.openai.com/docs/api-reference (images, audio, moderations); for rerank, which OpenAI does not have, the
form that Cohere's and Jina's APIs and the compatible servers share: ``model``, ``query``, ``documents``, ``top_n``, ``return_documents``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from switchgear.core.errors import RequestError
from switchgear.dialects.body import check_spelling, decode, fields_of
from switchgear.edge.openai.forms import IncomingForm
from switchgear.pipeline.call import ModelRequest
from switchgear.providers.base import Operation

DEFAULT_MODERATION = "omni-moderation-latest"
"""The model of a moderation that names none, as OpenAI has it."""


class _Image(msgspec.Struct):
    model: str
    prompt: str
    stream: bool | None = None
    n: int | None = None


class _ImageEdit(msgspec.Struct):
    model: str
    prompt: str
    images: list[dict[str, Any]]
    stream: bool | None = None


class _Speech(msgspec.Struct):
    model: str
    input: str
    stream_format: str | None = None


class _Moderation(msgspec.Struct):
    input: str | list[str | dict[str, Any]]
    model: str | None = None


class _Rerank(msgspec.Struct):
    model: str
    query: str | dict[str, Any]
    documents: list[str | dict[str, Any]]
    top_n: int | None = None
    return_documents: bool | None = None


_DECODERS: Mapping[Operation, msgspec.json.Decoder[Any]] = {
    Operation.IMAGE: msgspec.json.Decoder(_Image),
    Operation.IMAGE_EDIT: msgspec.json.Decoder(_ImageEdit),
    Operation.SPEECH: msgspec.json.Decoder(_Speech),
    Operation.MODERATION: msgspec.json.Decoder(_Moderation),
    Operation.RERANK: msgspec.json.Decoder(_Rerank),
}
_READ = frozenset({"model", "stream"})
_TRUE = frozenset({b"true", b"1"})
_NULL = msgspec.Raw(b"null")


def decode_media(operation: Operation, body: bytes) -> ModelRequest:
    """The request in a JSON body. Raises InvalidJSON or RequestError, naming place and reason."""
    fields = fields_of(body)
    check_spelling(fields, _READ)
    wanted = decode(_DECODERS[operation], body)
    characters = len(wanted.input) if isinstance(wanted, _Speech) else 0
    stream = isinstance(wanted, _Image | _ImageEdit) and wanted.stream is True
    return ModelRequest(wanted.model or DEFAULT_MODERATION, stream, fields, prompt_characters=characters, body=body)


def read_form(form: IncomingForm) -> ModelRequest:
    """The request in a form, once it was read as far as its first file. Raises RequestError."""
    name = form.value("model")
    if name is None:
        raise RequestError("model is missing.", param="model")
    try:
        model = name.decode()
    except UnicodeDecodeError as error:
        raise RequestError("model is not UTF-8.", param="model") from error
    stream = (form.value("stream") or b"").strip().lower() in _TRUE
    return ModelRequest(model, stream, {field: _NULL for field, _ in form.fields}, form=form)
