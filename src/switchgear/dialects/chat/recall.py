"""Reasoning that goes back to the server which made it.

A server takes back what it signed itself; what it thought without signing it only within a running tool loop, and only in the
field it gave it in (see ``thoughts``). Nothing goes to a server that did not make it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from switchgear.core.canonical import Call, Message, Part, Reasoning, Signature
from switchgear.core.capabilities import Target
from switchgear.dialects.chat import thoughts
from switchgear.dialects.chat.models import Traits

Json = dict[str, Any]

_GEMINI = ("gemini", "models/gemini")


class Recall:
    """The reasoning of one message, as far as the target may have it back. ``loop``: its turn is still running."""

    __slots__ = ("_call", "_details", "_fields", "_loop", "_target", "_traits")

    def __init__(self, call: Call, target: Target, traits: Traits, *, loop: bool) -> None:
        self._call = call
        self._target = target
        self._traits = traits
        self._loop = loop
        self._fields: dict[str, str] = {}
        self._details: list[tuple[Reasoning, str, str]] = []

    def add(self, parts: list[Part], place: int) -> None:
        """The reasoning at ``place`` of a message's parts."""
        thought = parts[place]
        if self._traits.openai or not isinstance(thought, Reasoning):
            return
        field = self._field(thought)
        if field == thoughts.DETAILS:
            if self._loop or self._call.dialect == "chat":
                self._details.append((thought, "", ""))
        elif field:
            if self._loop:
                self._fields[field] = self._fields.get(field, "") + thought.text
        elif thought.signature is not None and self._ours(thought.signature):
            call_id = thoughts.call_after(parts, place) if thoughts.is_attached(thought) else ""
            self._details.append((thought, thought.signature.value, call_id))

    def _field(self, thought: Reasoning) -> str:
        """The field that a thought without a provider's signature goes back in; empty where it does not."""
        signature = thought.signature
        if signature is None:
            if self._call.dialect != "chat" or self._traits.mistral:
                return ""
            return thoughts.DETAILS if thought.summary or thought.id else thoughts.CONTENT
        if signature.value not in thoughts.FIELDS:
            return ""
        written_here = not signature.origin and self._call.dialect == "chat"
        return signature.value if written_here or signature.origin == self._target.provider else ""

    def _ours(self, signature: Signature) -> bool:
        if signature.value in thoughts.FIELDS:
            return False
        if signature.origin:
            return signature.origin == self._target.provider
        return bool(self._call.dialect) and self._target.native_signatures == self._call.dialect

    def write(self, written: Json) -> None:
        """Put it into the message, as it is written so far."""
        for field, text in self._fields.items():
            if field == thoughts.PARTS:
                _think_in_content(written, text)
            else:
                written[field] = text
        details: list[Json] = []
        for index, (thought, value, call_id) in enumerate(self._details):
            if call_id and self._target.kind == "openai" and self._target.model.lower().startswith(_GEMINI):
                _sign_call(written, call_id, value)
            else:
                details += thoughts.details_of(thought, index, value, call_id)
        if details:
            written["reasoning_details"] = details


def _think_in_content(written: Json, text: str) -> None:
    content = written["content"]
    said = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    written["content"] = [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}, *said]


def _sign_call(written: Json, call_id: str, value: str) -> None:
    for call in written.get("tool_calls", ()):
        if call["id"] == call_id:
            call["extra_content"] = {"google": {"thought_signature": value}}


def turn_of(messages: Sequence[Message]) -> int:
    """The place of the user message that began the turn which is running.

    One that follows results of tools is said into the turn, as clients do that add a note to the results.
    """
    for place in range(len(messages) - 1, -1, -1):
        if messages[place].role == "user" and (place == 0 or messages[place - 1].role != "tool"):
            return place
    return -1
