"""Answers that were asked for longer than they can be: the field that says how long is lowered, never raised.

Fields: https://platform.openai.com/docs/api-reference/chat/create (``max_completion_tokens``, and ``max_tokens`` before it),
``/responses/create`` (``max_output_tokens``), https://platform.claude.com/docs/en/api/messages (``max_tokens``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "chat": ("max_completion_tokens", "max_tokens"),
    "responses": ("max_output_tokens",),
    "messages": ("max_tokens",),
    "": ("max_tokens",),
}
"""The top-level fields that bound an answer, by dialect."""

_number = msgspec.json.Decoder(int | None)


def clamped(fields: dict[str, msgspec.Raw], dialect: str, most: int) -> tuple[dict[str, msgspec.Raw], str]:
    """The fields of a request with an answer of at most ``most`` tokens, and what was changed (``max_tokens=8192``).

    The fields that came are not changed; where nothing is over ``most`` they are given back, and ``""``.
    """
    over = [name for name in FIELDS.get(dialect, ()) if _over(fields.get(name), most)]
    if not over:
        return fields, ""
    lowered = msgspec.Raw(b"%d" % most)
    return fields | dict.fromkeys(over, lowered), ", ".join(f"{name}={most}" for name in over)


def _over(raw: msgspec.Raw | None, most: int) -> bool:
    if raw is None:
        return False
    try:
        wanted = _number.decode(raw)
    except msgspec.DecodeError:
        return False
    return wanted is not None and wanted > most
