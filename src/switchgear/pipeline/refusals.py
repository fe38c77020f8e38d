"""Answers that a content policy refused with a good status and without a word: another model may be asked in their place.

OpenAI's chat tells it by ``finish_reason: "content_filter"``, Messages by ``stop_reason: "refusal"``, Responses by
``incomplete_details.reason: "content_filter"``, Gemini by its finish reasons and ``blockReason``.
"""

from __future__ import annotations

import re
from typing import Final

from switchgear.core.canonical import Answer, Finish, Reasoning, Refusal, Text
from switchgear.core.capabilities import Target
from switchgear.core.errors import ContentPolicyViolation
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import DialectName, NotThisDialectError
from switchgear.dialects.registry import BACKS
from switchgear.providers.sse import event_data, split_events

FILTERED: Final[frozenset[Finish]] = frozenset({"content_filter", "refusal"})
_TELLS: Final = re.compile(rb':\s*"(?:content_filter|refusal|safety|sensitive|recitation)"', re.IGNORECASE)
"""One of these words as a value: what has none is not read."""
_DONE: Final = b"[DONE]"


def refused(answer: Answer) -> bool:
    """Whether an answer was filtered and says nothing; why it was, and thoughts before it, are not part of what it says."""
    if answer.finish not in FILTERED:
        return False
    return all(
        isinstance(part, Refusal | Reasoning) or (isinstance(part, Text) and not part.text) for part in answer.parts
    )


def body_refused(dialect: DialectName, body: bytes, target: Target) -> bool:
    """The same of a whole answer in ``dialect``; one that cannot be read is none."""
    if _TELLS.search(body) is None:
        return False
    try:
        return refused(BACKS[dialect].read_answer(body, target))
    except NotThisDialectError:
        return False


def stream_refused(dialect: DialectName, events: bytes, target: Target) -> bool:
    """The same of a stream, as far as it has come."""
    if _TELLS.search(events) is None:
        return False
    reader, assembly = BACKS[dialect].reader(target), Assembly()
    try:
        for event in split_events(events):
            data = event_data(event)
            if data and data.strip() != _DONE:
                assembly.add(reader.read(data))
    except NotThisDialectError:
        return False
    return refused(assembly.answer())


def refusal(provider: str) -> ContentPolicyViolation:
    """The error that stands for such an answer."""
    return ContentPolicyViolation(
        f"Provider {provider} answered nothing: its content policy refused it.", provider=provider
    )
