"""Answers that were asked for longer than they can be: the field that says how long is lowered, never raised.

Where limits hold for a call that says nothing of it, the length that was reserved for its answer is said in its place.

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


def bounded(fields: dict[str, msgspec.Raw], dialect: str, most: int, name: str) -> dict[str, msgspec.Raw]:
    """The fields of a request that names no longest answer, with one of ``most`` tokens. Those that came are not changed."""
    return fields | dict.fromkeys(unbounded(fields, dialect, name), msgspec.Raw(b"%d" % most))


def unbounded(fields: Mapping[str, msgspec.Raw], dialect: str, name: str) -> list[str]:
    """The fields that say it then: those that came saying nothing, else the dialect's own, which is ``name`` in chats."""
    names = _FIELDS.get(dialect, ())
    return [one for one in names if one in fields] or [name if name in names else names[0]]


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
