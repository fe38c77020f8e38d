"""What an embedded model may be asked, checked and bounded before its process sees it.

The engines take more than OpenAI's fields, and without a bound a small model can talk until its context is full:
one such answer holds a slot for minutes. Fields: https://platform.openai.com/docs/api-reference and, for llama.cpp's
own, https://github.com/ggml-org/llama.cpp/tree/master/tools/server.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.errors import RequestError
from switchgear.core.json_schema import Schema, without_root_references
from switchgear.providers.base import Operation
from switchgear.providers.local.models import EMBEDDED, MINILM, SMOLLM2

ANSWER_TOKENS = 1024
"""Tokens of an answer where the request does not say how many it wants."""

MOST_TOKENS = 8192
"""What a larger wish is cut to, so that it fits the engine's numbers; the context ends most answers before."""

_LIMITS = ("max_completion_tokens", "max_tokens")
_ENGINES_OWN = ("n_predict", "ignore_eos", "n_keep", "n_discard", "n_cmpl", "id_slot", "lora")
"""Fields of llama.cpp's that lift the bound or reach for a slot or an adapter; nothing of OpenAI's is lost with them."""
_EMPTY = (b'""', b"[]")

_encode = msgspec.json.Encoder().encode
_response_format = msgspec.json.Decoder(dict[str, Any]).decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_tokens = msgspec.json.Decoder(int | None).decode
_messages = msgspec.json.Decoder(list[msgspec.Raw] | None).decode
_prompt = msgspec.json.Decoder(str | list[msgspec.Raw] | None).decode


def check_kind(operation: Operation, model: str) -> None:
    """Raise ``RequestError`` when ``model`` is of the kind that cannot do ``operation``."""
    known = EMBEDDED.get(model)
    if known is None:
        return
    if known.kind == "chat" and operation is Operation.EMBEDDING:
        raise RequestError(f"{model} chats; it makes no embeddings. Use {MINILM.name}.", param="model", hint="")
    if known.kind == "embedding" and operation is not Operation.EMBEDDING:
        raise RequestError(f"{model} makes embeddings; it does not chat. Use {SMOLLM2.name}.", param="model", hint="")


def bounded(operation: Operation, body: bytes) -> bytes:
    """``body``, a JSON object, as it may go to the engine: with ``max_tokens``, and nothing that goes beyond it.

    Raises ``RequestError`` for empty messages, an empty prompt, or a limit that is not a number of tokens.
    """
    if operation is Operation.EMBEDDING:
        return body
    fields = _fields(body)
    if operation is Operation.COMPLETION:
        _check_prompt(fields)
    else:  # a chat, in whichever dialect it was asked for
        _check_messages(fields)
    if "response_format" in fields:
        fields["response_format"] = _format(fields["response_format"])
    limit = min(*_wanted(fields), MOST_TOKENS)
    for name in (*_LIMITS, *_ENGINES_OWN):
        fields.pop(name, None)
    fields["max_tokens"] = msgspec.Raw(b"%d" % limit)
    return msgspec.json.encode(fields)


def _wanted(fields: dict[str, msgspec.Raw]) -> list[int]:
    """The limits the request names; ``ANSWER_TOKENS`` when it names none."""
    found = []
    for name in _LIMITS:
        try:
            tokens = _tokens(fields.get(name, b"null"))
        except msgspec.DecodeError:
            tokens = -1
        if tokens is None:
            continue
        if tokens < 0:
            raise RequestError(f"{name} must be a whole number of tokens, not negative.", param=name)
        found.append(tokens)
    return found or [ANSWER_TOKENS]


def _format(given: msgspec.Raw) -> msgspec.Raw:
    """A response format whose schema the engine can decode under: it knows references to definitions only."""
    try:
        wanted = _response_format(given)
    except msgspec.DecodeError as error:
        raise RequestError("response_format is not one of OpenAI's forms.", param="response_format") from error
    wrapped = wanted.get("json_schema")
    schema = wrapped.get("schema") if isinstance(wrapped, dict) else None
    if not isinstance(wrapped, dict) or not isinstance(schema, dict):
        return given
    Schema(schema, "response_format.json_schema.schema")
    rooted = without_root_references(schema)
    return given if rooted is schema else msgspec.Raw(_encode(wanted | {"json_schema": wrapped | {"schema": rooted}}))


def _check_messages(fields: dict[str, msgspec.Raw]) -> None:
    try:
        messages = _messages(fields.get("messages", b"null"))
    except msgspec.DecodeError as error:
        raise RequestError("messages must be a list of messages.", param="messages") from error
    if not messages:
        raise RequestError("messages must not be empty.", param="messages")


def _check_prompt(fields: dict[str, msgspec.Raw]) -> None:
    try:
        prompt = _prompt(fields.get("prompt", b"null"))
    except msgspec.DecodeError as error:
        raise RequestError("prompt must be a text or a list of texts.", param="prompt") from error
    if not prompt or (isinstance(prompt, list) and any(bytes(part) in _EMPTY for part in prompt)):
        raise RequestError("prompt must not be empty.", param="prompt")
