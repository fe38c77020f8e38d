"""Thought signatures, and what else Gemini wants back as it gave it.

A signature is canonically a value of its own that belongs to the part after it. Three of Gemini's say more, and carry a mark that
base64 has no sign for: one that stood on a thought, one that ended a text, and a whole part of a tool that ran at Google
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
_ON_TEXT = "text."
_WHOLE_PART = "part."


class ServerPart(msgspec.Struct, rename="camel", omit_defaults=True):
    """A call of a tool that ran at Google, or what came of it; both are opaque to us."""

    tool_call: Any = None
    tool_response: Any = None
    thought_signature: str = ""


_encode = msgspec.json.Encoder().encode
_server_part = msgspec.json.Decoder(ServerPart)


def of_next(target: Target, value: str) -> Signature:
    """The signature of the part that follows."""
    return Signature(target.provider, value)


def of_thought(target: Target, value: str) -> Signature:
    """The signature of a thought itself."""
    return Signature(target.provider, _ON_THOUGHT + value)


def of_text(target: Target, value: str) -> Signature:
    """The signature of the text before it, which comes at the end of a text that streams."""
    return Signature(target.provider, _ON_TEXT + value)


def of_server_part(target: Target, part: ServerPart) -> Signature:
    """A part that is to be given back whole."""
    return Signature(target.provider, _WHOLE_PART + base64.urlsafe_b64encode(_encode(part)).decode().rstrip("="))


def read(signature: Signature, thought: str, call: Call, target: Target) -> tuple[str, dict[str, Any] | None]:
    """What a signature says to ``target``: the value for the part that follows, or a part of its own.

    ``thought`` is the text that came with it. Empty for a signature that another provider made, or whose origin is not known.
    """
    value = signature.value
    ours = signature.origin == target.provider if signature.origin else target.native_signatures == call.dialect != ""
    if not ours or not value:
        return "", None
    if value.startswith(_ON_THOUGHT):
        return "", {"text": thought, "thought": True, "thoughtSignature": value.removeprefix(_ON_THOUGHT)}
    if value.startswith(_ON_TEXT):
        return "", {"text": "", "thoughtSignature": value.removeprefix(_ON_TEXT)}
    if value.startswith(_WHOLE_PART):
        return "", _part(value.removeprefix(_WHOLE_PART))
    return value, None


def _part(text: str) -> dict[str, Any] | None:
    try:
        part = _server_part.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (msgspec.DecodeError, ValueError, RecursionError):  # changed on its way: it is left out like a foreign one
        return None
    return msgspec.to_builtins(part) if part.tool_call or part.tool_response else None
