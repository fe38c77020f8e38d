"""Messages requests and answers that pass as bytes: usage, and the marks on signatures.

A mark tells which provider signed (``core.canonical.Signature``). Only thinking blocks carry signatures, so only those are looked
at, whatever a text may hold; every other byte stays as it came.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import SIGNATURE_MARK, Signature
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.dialects.messages.usage import WireUsage
from switchgear.providers.base import Redact
from switchgear.providers.errors import error_in_body
from switchgear.providers.openai_stream import tokens_of

Fields: TypeAlias = dict[str, msgspec.Raw]
"""A JSON object, its values still encoded."""
UNDECODABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)

_MARK = SIGNATURE_MARK.encode()
_SIGNATURES = {b'"thinking"': "signature", b'"signature_delta"': "signature", b'"redacted_thinking"': "data"}
"""Where blocks and deltas keep their signature, by their type as encoded."""


class _Tail(msgspec.Struct):
    type: str = ""
    content: msgspec.Raw = msgspec.Raw()
    usage: WireUsage | None = None


_tail = msgspec.json.Decoder(_Tail)
_fields = msgspec.json.Decoder(Fields)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_string = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode


def usage_of_message(provider: str, body: bytes, redact: Redact) -> Usage | None:
    """The usage in a whole answer, or None if the provider gave none that can be read.

    Raises ProviderInvalidResponse when the body is not a JSON object or has no answer in it, ProviderError when it is an error that
    came with a good status; what is shown of that went through ``redact``.
    """
    try:
        tail = _tail.decode(body)
    except UNDECODABLE as error:
        if (told := error_in_body(provider, body, redact)) is not None:
            raise told from error
        if _object(body) is not None:
            return None  # an answer all the same, only its usage has a form we do not know
        raise ProviderInvalidResponse(
            f"Provider {provider} answered with something that is not the JSON it should be.",
            provider=provider,
            cause=str(error),
        ) from error
    if tail.type != "message" and (told := error_in_body(provider, body, redact)) is not None:
        raise told
    if not bytes(tail.content):
        raise ProviderInvalidResponse(f"Provider {provider} answered with nothing in it.", provider=provider)
    return tail.usage.usage() if tail.usage is not None else None


def estimate_of_message(body: bytes, prompt_characters: int) -> Usage:
    """Usage of a whole answer that told none, counted from the text in it."""
    return Usage(tokens_of(prompt_characters), tokens_of(text_size(body)), estimated=True)


def text_size(document: bytes) -> int:
    """Bytes of text, as encoded, that an answer holds or that a delta adds to one."""
    try:
        told = msgspec.json.decode(document)
    except UNDECODABLE:
        return 0
    if not isinstance(told, dict):
        return 0
    blocks = told.get("content")
    pieces: list[Any] = blocks if isinstance(blocks, list) else [told.get("delta")]
    size = 0
    for piece in pieces:
        if isinstance(piece, dict):
            for name in ("text", "thinking", "partial_json"):
                text = piece.get(name)
                size += len(_encode(text)) - 2 if isinstance(text, str) else 0
            if piece.get("input"):
                size += len(_encode(piece["input"]))
    return size


# ---------------------------------------------------------------- marks


def mark_signatures(body: bytes, provider: str) -> bytes:
    """A whole answer with its signatures marked as made by ``provider``."""
    if b"thinking" not in body or (fields := _object(body)) is None:
        return body
    blocks = _blocks(fields.get("content"))
    changed = False
    for place, block in enumerate(blocks):
        told = _object(block)
        if told is not None and marked_field(told, provider):
            blocks[place] = msgspec.Raw(_encode(told))
            changed = True
    if not changed:
        return body
    fields["content"] = msgspec.Raw(_encode(blocks))
    return _encode(fields)


def marked_field(block: Fields, provider: str) -> bool:
    """Mark the signature of a block or delta in place, if it has one; whether it has."""
    name, value = _signature(block)
    if not value:
        return False
    block[name] = msgspec.Raw(_encode(Signature(provider, value).marked()))
    return True


def unmark(body: bytes, provider: str) -> tuple[bytes, bool]:
    """A request with the marks of ``provider`` taken off its signatures, and whether signatures of others are in it.

    What is not a request is given back as it is, for its reader to say so.
    """
    fields = _object(body)
    messages = _blocks(fields.get("messages")) if fields is not None else []
    foreign = changed = False
    for place, message in enumerate(messages):
        if _MARK not in bytes(message) or (told := _object(message)) is None:
            continue
        blocks = _blocks(told.get("content"))
        own, others = _unmark_blocks(blocks, provider)
        foreign = foreign or others
        if own:
            changed = True
            told["content"] = msgspec.Raw(_encode(blocks))
            messages[place] = msgspec.Raw(_encode(told))
    if changed and fields is not None:
        fields["messages"] = msgspec.Raw(_encode(messages))
        return _encode(fields), foreign
    return body, foreign


def _unmark_blocks(blocks: list[msgspec.Raw], provider: str) -> tuple[bool, bool]:
    """Take the provider's marks off in place. Whether there were any, and whether there are others'."""
    own = foreign = False
    for place, block in enumerate(blocks):
        if _MARK not in bytes(block) or (told := _object(block)) is None:
            continue
        name, value = _signature(told)
        signature = Signature.read(value)
        if signature.origin == provider:
            own = True
            told[name] = msgspec.Raw(_encode(signature.value))
            blocks[place] = msgspec.Raw(_encode(told))
        elif signature.origin:
            foreign = True
    return own, foreign


def _signature(block: Fields) -> tuple[str, str]:
    """The field of a block's signature, and the signature; both empty for blocks of other kinds."""
    name = _SIGNATURES.get(bytes(block.get("type", b"")), "")
    if not name or name not in block:
        return "", ""
    try:
        return name, _string.decode(block[name])
    except UNDECODABLE:
        return "", ""


def _object(data: bytes | msgspec.Raw) -> Fields | None:
    """The fields of a JSON object, still encoded; None for anything else."""
    try:
        fields: Fields = _fields.decode(data)
    except UNDECODABLE:
        return None
    return fields


def _blocks(data: msgspec.Raw | None) -> list[msgspec.Raw]:
    """The elements of a JSON array, still encoded; none for anything else."""
    try:
        return _list.decode(data) if data is not None else []
    except UNDECODABLE:
        return []
