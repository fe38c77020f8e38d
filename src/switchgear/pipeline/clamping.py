"""Answers that were asked for longer than they can be: the field that says how long is lowered, never raised.

Fields: https://platform.openai.com/docs/api-reference/chat/create (``max_completion_tokens``, and ``max_tokens`` before it),
``/responses/create`` (``max_output_tokens``), https://platform.claude.com/docs/en/api/messages (``max_tokens``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "chat": ("max_completion_tokens", "max_tokens"),
    "responses": ("max_output_tokens",),
    "messages": ("max_tokens",),
    "": ("max_tokens",),
}
"""The top-level fields that bound an answer, by dialect."""

_number = msgspec.json.Decoder(int | None)


def clamped(fields: dict[str, msgspec.Raw], dialect: str, most: int) -> dict[str, msgspec.Raw]:
    """The fields of a request with an answer of at most ``most`` tokens. Those that came are not changed."""
    over = lowered(fields, dialect, most)
    return fields | dict.fromkeys(over, msgspec.Raw(b"%d" % most)) if over else fields


def lowered(fields: Mapping[str, msgspec.Raw], dialect: str, most: int) -> list[str]:
    """The fields that ask for more than ``most``."""
    return [name for name in _FIELDS.get(dialect, ()) if _over(fields.get(name), most)]


def _over(raw: msgspec.Raw | None, most: int) -> bool:
    if raw is None:
        return False
    try:
        wanted = _number.decode(raw)
    except msgspec.DecodeError:
        return False
    return wanted is not None and wanted > most
