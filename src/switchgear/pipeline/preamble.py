"""The first events of a stream, which say nothing yet: held back, a provider that fails after them can still be replaced unseen."""

from __future__ import annotations

import re
from typing import Final

from switchgear.dialects.base import DialectName

HELD_SECONDS: Final = 5.0
"""How long events are held back: a client should not take a model that thinks for a while for a dead connection."""
_HELD_BYTES = 4096

_SAYS: dict[DialectName | str, re.Pattern[bytes]] = {
    "chat": re.compile(
        rb'"(?:content|text|refusal|arguments|name|reasoning|reasoning_content|finish_reason|data)":\s*"[^"]'
        rb'|"(?:usage|audio|error|reasoning_details|images)":\s*[{\[]'
    ),
    "messages": re.compile(rb"content_block_delta|message_delta|message_stop|error"),
    "responses": re.compile(rb'\.delta"|\.done"|response\.(?:completed|failed|incomplete)|error"'),
}


def says_something(dialect: str, events: bytes) -> bool:
    """Whether there is more in ``events`` than the announcement of an answer; what is not known to be that counts as more."""
    pattern = _SAYS.get(dialect)
    return pattern is None or len(events) > _HELD_BYTES or pattern.search(events) is not None
