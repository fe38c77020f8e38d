"""Conversations as files: JSON for programs, Markdown for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from switchgear.edge.admin.schemas import conversations as schemas
from switchgear.store.conversation_messages import Message
from switchgear.store.conversations import Conversation

_STATES = {
    "stopped": "Stopped by its reader.",
    "cut": "Cut off before its end.",
    "failed": "No answer.",
    "waiting": "Waits for an approval.",
}


def as_json(conversation: schemas.Conversation, messages: list[schemas.Message]) -> bytes:
    """All that is kept of it, every branch, indented."""
    return schemas.Exported(conversation=conversation, messages=messages).model_dump_json(indent=2).encode()


def as_markdown(held: Conversation, messages: Sequence[Message]) -> str:
    """The branch that is shown: who said what, with models, tools and what was thought."""
    settings = msgspec.json.decode(held.settings)
    blocks = [f"# {held.title or 'Conversation'}", _day(held.created_at)]
    system = settings.get("system") if isinstance(settings, dict) else None
    if isinstance(system, str) and system.strip():
        blocks += ["## System", system.strip()]
    for one in messages:
        who = "You" if one.role == "user" else one.model or "Assistant"
        blocks.append(f"## {who}")
        blocks += [text for part in msgspec.json.decode(one.content) for text in _part(part)]
        if one.state in _STATES:
            blocks.append(f"*{_STATES[one.state]}*")
    return "\n\n".join(blocks) + "\n"


def file_name(title: str) -> str:
    """A title as the name of a file: plain letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _part(part: dict[str, Any]) -> Iterator[str]:
    kind = part.get("type")
    if kind == "text":
        yield part["text"]
    elif kind == "image":
        yield f"*Image: {part.get('alt') or part['image']}*"
    elif kind == "reasoning":
        yield "\n".join(f"> {line}" for line in f"Reasoning: {part['text']}".splitlines())
    elif kind == "tool":
        yield f"**Tool `{part['name']}`** {part.get('status', '')}".rstrip()
        yield from (_fenced(part[field]) for field in ("arguments", "result") if part.get(field))
    elif kind == "error":
        yield f"*{part['text']}*"


def _fenced(text: str) -> str:
    """A block of code whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
