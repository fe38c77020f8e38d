"""Responses requests and answers that pass as bytes: usage, and the marks on signatures.

A mark tells which provider encrypted (``core.canonical.Signature``). Only ``encrypted_content`` of items is marked; every other
byte stays as it came. Quotes inside a JSON string are escaped, so its name in quotes is always the member itself.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import SIGNATURE_MARK, Signature
from switchgear.core.errors import ProviderError, ProviderInvalidResponse
from switchgear.dialects.responses.answers import UNDECODABLE, usage_of
from switchgear.dialects.responses.wire import WireUsage
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body
from switchgear.providers.openai_stream import tokens_of

_ENCRYPTED: Final = re.compile(rb'("encrypted_content"\s*:\s*")(?=[^"])')
_MARKED: Final = re.compile(rb'("encrypted_content"\s*:\s*")sg1\.([^".\\]*)\.([^"~]*)(?:~r)?"')
"""``~r`` is how the dialect says that a signature stands for the whole of a thought, which at its origin needs no saying."""
_NAME: Final = b'"encrypted_content"'
_UNDER_WAY: Final = frozenset({"queued", "in_progress"})


class Told(msgspec.Struct):
    """What is read of a response that passes."""

    usage: WireUsage | None = None
    status: str | None = None
    error: msgspec.Raw = msgspec.Raw()
    output: msgspec.Raw = msgspec.Raw()


class _Part(msgspec.Struct):
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct):
    content: list[_Part] | None = None
    summary: list[_Part] | None = None
    arguments: str | None = None
    input: str | None = None


class _Outputs(msgspec.Struct):
    output: list[msgspec.Raw] | None = None


class _Holder(msgspec.Struct):
    output: msgspec.Raw = msgspec.Raw()
    response: dict[str, msgspec.Raw] | None = None


_told = msgspec.json.Decoder(Told)
_outputs = msgspec.json.Decoder(_Outputs)
_item = msgspec.json.Decoder(_Item)
_holder = msgspec.json.Decoder(_Holder)


def usage_of_response(provider: str, body: bytes, redact: Redact) -> Usage | None:
    """The usage in a whole answer, or None if the provider gave none that can be read.

    Raises ProviderInvalidResponse when the body is not a response or has no answer in it, ProviderError when it is an error that came with a good status,
    or a response that failed; what is shown of that went through ``redact``.
    """
    try:
        told = _told.decode(body)
    except UNDECODABLE as error:
        if (failure := error_in_body(provider, body, redact)) is not None:
            raise failure from error
        if isinstance(error, msgspec.ValidationError) and body.lstrip().startswith(b"{"):
            return None  # an answer all the same, only its usage has a form we do not know
        raise ProviderInvalidResponse(
            f"Provider {provider} answered with something that is not the JSON it should be.",
            provider=provider,
            cause=str(error),
        ) from error
    if bytes(told.error) not in (b"", b"null") or told.status in ("failed", "cancelled"):
        failure = error_in_body(provider, body, redact)
        raise failure or ProviderError(f"Provider {provider} could not complete the response.", provider=provider)
    if not bytes(told.output) and told.status not in _UNDER_WAY:
        raise ProviderInvalidResponse(f"Provider {provider} answered with nothing in it.", provider=provider)
    return usage_of(told.usage)


def estimate_of_response(body: bytes, prompt_characters: int) -> Usage:
    """Usage of a whole answer that told none, counted from the text in it."""
    return Usage(tokens_of(prompt_characters), tokens_of(_text_size(body)), estimated=True)


def _text_size(body: bytes) -> int:
    try:
        items = _outputs.decode(body).output or ()
    except UNDECODABLE:
        return 0
    size = 0
    for raw in items:
        try:
            item = _item.decode(raw)
        except UNDECODABLE:
            continue
        size += len(item.arguments or "") + len(item.input or "")
        size += sum(len(part.text or part.refusal or "") for part in (*(item.content or ()), *(item.summary or ())))
    return size


# ---------------------------------------------------------------- marks


def mark_items(event: bytes, provider: str) -> bytes:
    """Bytes that hold nothing but items, with their signatures marked as made by ``provider``."""
    if _NAME not in event:
        return event
    mark = Signature(provider, "").marked().encode()
    return _ENCRYPTED.sub(lambda found: found[1] + mark, event)


def mark_response(whole: bytes, document: bytes, provider: str) -> bytes:
    """Bytes that hold a response, or an event with one, with the signatures of its output marked as made by ``provider``.

    ``document`` is the JSON in them. What a response repeats of its request stays as it is.
    """
    if _NAME not in whole:
        return whole
    try:
        holder = _holder.decode(document)
    except UNDECODABLE:
        return whole
    output = bytes(holder.response.get("output", b"") if holder.response is not None else holder.output)
    return whole.replace(output, mark_items(output, provider), 1) if output else whole


def unmark(body: bytes, provider: str) -> tuple[bytes, bool]:
    """A request with the provider's own marks taken off, and whether signatures of others are in it."""
    foreign = False

    def plain(found: re.Match[bytes]) -> bytes:
        nonlocal foreign
        if found[2].decode() != provider:
            foreign = True
            return found[0]
        return b'%b%b"' % (found[1], found[3])

    if SIGNATURE_MARK.encode() in body:
        body = _MARKED.sub(plain, body)
    return body, foreign
