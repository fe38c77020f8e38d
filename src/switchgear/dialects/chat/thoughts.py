"""Reasoning in the fields that chat has for it: ``reasoning_content``, and ``reasoning_details`` where there are signatures.

OpenAI's own Chat Completions shows none. ``reasoning_content`` is DeepSeek's and most others' (https://api-docs.deepseek.com),
``reasoning`` what vLLM, Groq, Cerebras and OpenRouter call it, ``reasoning_details`` is OpenRouter's
(https://openrouter.ai/docs/guides/best-practices/reasoning-tokens), ``thinking`` parts of the content are Mistral's.

Servers are strict about these fields: each takes back the one it gave, and some refuse every other. So where a thought has no
signature, the field it came in is its signature's value, and by the signature's origin it returns only to who made it.

In ``reasoning_details`` the ``format`` says which API's reasoning it is; here it follows from the shape: text with a signature is
Anthropic's, a summary or an id OpenAI's, a signature on a tool call Google's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from switchgear.core.canonical import Part, Reasoning, Signature, ToolCall
from switchgear.dialects.chat.request import ThinkingBlock, WireDetail

CONTENT: Final = "reasoning_content"
PLAIN: Final = "reasoning"
DETAILS: Final = "reasoning_details"
PARTS: Final = "thinking"
FIELDS: Final = frozenset({CONTENT, PLAIN, DETAILS, PARTS})
"""The fields that reasoning without a signature comes in."""
BETWEEN: Final = "\n\n"
"""Stands in ``reasoning_content``, which is one text, between the thoughts of an answer."""

ANTHROPIC: Final = "anthropic-claude-v1"
OPENAI: Final = "openai-responses-v1"
GOOGLE: Final = "google-gemini-v1"
_OPENAI_IDS = "rs_"

Json = dict[str, Any]
Sign = Callable[[str], Signature]


class Recalled:
    """What ``reasoning_details`` say: ``thoughts`` of their own, and ``attached`` signatures by the id of their tool call.

    The key ``""`` is for a signature that belongs to the text.
    """

    __slots__ = ("attached", "thoughts")

    def __init__(self) -> None:
        self.thoughts: list[Reasoning] = []
        self.attached: dict[str, Signature] = {}

    @property
    def told(self) -> bool:
        """Whether any thought is in words."""
        return any(thought.text for thought in self.thoughts)


def read_details(details: Sequence[WireDetail], calls: Collection[str], sign: Sign) -> Recalled:
    """Reasoning from details, which may be whole or the pieces of a stream; ``calls`` are the ids of the message's calls."""
    found = Recalled()
    last: Reasoning | None = None
    place: tuple[str, int | None] = ("", None)
    for detail in details:
        here = (detail.type, detail.index)
        more = last is not None and last.signature is None and here == place and detail.index is not None
        if detail.type == "reasoning.encrypted":
            last = _encrypted(found, detail, calls, sign, last if detail.index == place[1] else None)
        elif detail.type in ("reasoning.text", "reasoning.summary"):
            summary = detail.type == "reasoning.summary"
            if last is None or not more:
                last = Reasoning(summary=summary, id=detail.id or "")
                found.thoughts.append(last)
            last.text += (detail.summary if summary else detail.text) or ""
            last.signature = sign(detail.signature) if detail.signature else None
        place = here
    found.thoughts = [thought for thought in found.thoughts if thought.text or thought.signature]
    return found


def _encrypted(
    found: Recalled, detail: WireDetail, calls: Collection[str], sign: Sign, last: Reasoning | None
) -> Reasoning | None:
    """What is encrypted stands for itself, or for the summary before it, or belongs to a call or text."""
    if not detail.data:
        return last
    signature, name = sign(detail.data), detail.id or ""
    if name in calls:
        found.attached[name] = signature
    elif not name and detail.format == GOOGLE:
        found.attached[""] = signature
    elif last is not None and last.summary and last.signature is None and last.id in ("", name):
        last.signature, last.id = signature, name
    else:
        found.thoughts.append(Reasoning(signature=signature, redacted=True, id=name))
    return None


def read_blocks(blocks: Sequence[ThinkingBlock], sign: Sign) -> list[Reasoning]:
    """Reasoning from LiteLLM's ``thinking_blocks``."""
    thoughts = []
    for block in blocks:
        if block.type == "redacted_thinking" and block.data:
            thoughts.append(Reasoning(signature=sign(block.data), redacted=True))
        elif block.thinking:
            thoughts.append(Reasoning(block.thinking, sign(block.signature) if block.signature else None))
    return thoughts


def google_signature(extra: object) -> str:
    """The thought signature in ``extra_content`` of a tool call (https://ai.google.dev/gemini-api/docs/openai), or nothing."""
    google = extra.get("google") if isinstance(extra, dict) else None
    value = google.get("thought_signature") if isinstance(google, dict) else None
    return value if isinstance(value, str) else ""


def is_attached(thought: Reasoning) -> bool:
    """Whether it is no thought but the signature of the part after it."""
    return thought.signature is not None and not thought.redacted and not thought.text


def call_after(parts: Sequence[Part], place: int) -> str:
    """The id of the tool call that the signature at ``place`` belongs to; empty where it belongs to something else."""
    following = parts[place + 1] if place + 1 < len(parts) else None
    return following.id if isinstance(following, ToolCall) else ""


def details_of(thought: Reasoning, index: int, value: str, call_id: str = "") -> list[Json]:
    """A thought as details: ``value`` is what is written for its signature, ``call_id`` the call that it belongs to.

    Only a summary with a signature takes two.
    """
    if thought.redacted or not thought.text:
        named = thought.id if thought.redacted else call_id
        return [_encrypted_detail(value, named, _format_of(thought), index)]
    if thought.summary:
        detail: Json = {"type": "reasoning.summary", "summary": thought.text, "format": OPENAI, "index": index}
        if thought.id:
            detail["id"] = thought.id
        return [detail, _encrypted_detail(value, thought.id, OPENAI, index)] if value else [detail]
    detail = {
        "type": "reasoning.text",
        "text": thought.text,
        "format": ANTHROPIC if value else "unknown",
        "index": index,
    }
    if thought.id:
        detail["id"] = thought.id
    if value:
        detail["signature"] = value
    return [detail]


def _format_of(thought: Reasoning) -> str:
    if not thought.redacted:
        return GOOGLE
    if not thought.id:
        return ANTHROPIC
    return OPENAI if thought.id.startswith(_OPENAI_IDS) else GOOGLE


def _encrypted_detail(value: str, name: str, form: str, index: int) -> Json:
    detail: Json = {"type": "reasoning.encrypted", "data": value, "format": form, "index": index}
    if name:
        detail["id"] = name
    return detail
