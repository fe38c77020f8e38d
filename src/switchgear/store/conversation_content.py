"""What a message is made of, as far as the store has to know: an array of parts, some of which have text."""

from __future__ import annotations

from typing import Any, Final

import msgspec

_PARTS: Final = msgspec.json.Decoder(list[dict[str, Any]])
_READ: Final = frozenset({"text", "error"})
"""Parts that are searched; what tools said and what a model thought are not."""


def text_of(content: str | bytes) -> str:
    """The text of a message, from the JSON of its parts."""
    parts = _PARTS.decode(content)
    return "\n".join(str(part.get("text", "")) for part in parts if part.get("type") in _READ)
