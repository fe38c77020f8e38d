"""Thought signatures, and what else Gemini wants back as it gave it.

A signature is canonically a value of its own that belongs to the part after it. Two of Gemini's say more, and carry a mark that
base64 has no sign for: one that stood on a thought, and a whole part of a tool that ran at Google
(https://ai.google.dev/gemini-api/docs/thought-signatures, https://ai.google.dev/gemini-api/docs/tool-combination).
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from switchgear.core.canonical import Call, Signature
from switchgear.core.capabilities import Target

NO_SIGNATURE = "skip_thought_signature_validator"
"""What Google documents for function calls that another model made, or that nobody signed."""

_ON_THOUGHT = "thought."
_WHOLE_PART = "part."


class ServerPart(msgspec.Struct, omit_defaults=True):
    """A call of a tool that ran at Google, or what came of it; both are opaque to us."""

    toolCall: Any = None  # noqa: N815 - Google's word
    toolResponse: Any = None  # noqa: N815 - Google's word
    thoughtSignature: str = ""  # noqa: N815 - Google's word


_encode = msgspec.json.Encoder().encode
_server_part = msgspec.json.Decoder(ServerPart)


def of_next(target: Target, value: str) -> Signature:
    """The signature of the part that follows."""
    return Signature(target.provider, value)


def of_thought(target: Target, value: str) -> Signature:
    """The signature of a thought itself."""
    return Signature(target.provider, _ON_THOUGHT + value)


def of_server_part(target: Target, part: ServerPart) -> Signature:
    """A part that is to be given back whole."""
    return Signature(target.provider, _WHOLE_PART + base64.urlsafe_b64encode(_encode(part)).decode().rstrip("="))


def read(signature: Signature, call: Call, target: Target) -> tuple[str, ServerPart | None, bool]:
    """What a signature says to ``target``: its value, or the part it stands for, and whether it stood on a thought.

    Empty for one that another provider made, or whose origin is not known.
    """
    value = signature.value
    ours = signature.origin == target.provider if signature.origin else target.native_signatures == call.dialect != ""
    if not ours or not value:
        return "", None, False
    if value.startswith(_WHOLE_PART):
        return "", _part(value.removeprefix(_WHOLE_PART)), False
    if value.startswith(_ON_THOUGHT):
        return value.removeprefix(_ON_THOUGHT), None, True
    return value, None, False


def _part(text: str) -> ServerPart | None:
    try:
        part = _server_part.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (msgspec.DecodeError, ValueError, RecursionError):  # changed on its way: it is left out like a foreign one
        return None
    return part if part.toolCall or part.toolResponse else None
