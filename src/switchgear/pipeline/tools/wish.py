"""What a client says of tools in a chat, in the field ``switchgear`` of a request of any dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Raw

from switchgear.dialects.body import decode

FIELD: Final = "switchgear"
"""The field of requests, and of what is told with answers."""

_PATTERN = Annotated[str, Meta(min_length=1, max_length=200)]
_STEPS = Annotated[int, Meta(ge=1, le=100)]
_SECONDS = Annotated[float, Meta(gt=0, le=3600)]
_USD = Annotated[float, Meta(gt=0)]


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """``tools`` are patterns of what the model is offered, as for keys: ``time``, ``files__read_*``, ``*``.

    ``max_steps`` bounds how often the model is asked, ``max_seconds`` and ``max_usd`` what the whole may take. With ``approval`` at
    ``ask`` a call of a tool that may destroy something waits for the client, who answers with ``approvals``, by the ids that
    it was told. With ``run`` false the client runs the tools. ``messages`` asks for everything that was said on the way.
    """

    tools: list[_PATTERN] = []
    max_steps: _STEPS = 16
    max_seconds: _SECONDS = 600.0
    max_usd: _USD | None = None
    approval: Literal["auto", "ask"] = "auto"
    approvals: dict[str, bool] = {}
    run: bool = True
    messages: bool = False


_wish = msgspec.json.Decoder(Wish)
_NULL: Final = b"null"


def wish_in(fields: Mapping[str, Raw]) -> Wish:
    """The wish in the top-level fields of a request; the usual one where nothing is said. Raises RequestError."""
    raw = fields.get(FIELD)
    return Wish() if raw is None or bytes(raw) == _NULL else decode(_wish, raw, FIELD)
