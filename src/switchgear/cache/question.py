"""A request taken apart: the text of its last message, and all the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from switchgear.providers.base import Operation

_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_WHERE: Final = {
    Operation.CHAT: ("messages", "text"),
    Operation.MESSAGES: ("messages", "text"),
    Operation.RESPONSES: ("input", "input_text"),
}
"""The field that holds the conversation, and what a part of text is called there."""
_encode = msgspec.json.Encoder().encode
_conversation = msgspec.json.Decoder(str | list[msgspec.Raw]).decode
_message = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_role = msgspec.json.Decoder(str).decode
_content = msgspec.json.Decoder(str | list[dict[str, Any]]).decode


class Question(msgspec.Struct, frozen=True):
    """``text`` is what the user said last; ``fields`` are the request's with everything else that was said in its place."""

    text: str
    fields: Mapping[str, msgspec.Raw]


def question_of(operation: Operation, fields: Mapping[str, msgspec.Raw]) -> Question | None:
    """The question of a request; None where its last message is not a user's, or is more than text (images, files, results of tools)."""
    where = _WHERE.get(operation)
    if where is None or where[0] not in fields:
        return None
    field, kind = where
    try:
        said = _conversation(fields[field])
        if isinstance(said, str):
            text, rest = said, _encode("said")
        else:
            text, last = _last(_message(said[-1]), kind)
            rest = _encode([*said[:-1], last])
    except (*_UNDECODABLE, IndexError, LookupError):
        return None
    return Question(text, {**fields, field: msgspec.Raw(rest)}) if text and not text.isspace() else None


def _last(message: Mapping[str, msgspec.Raw], kind: str) -> tuple[str, Mapping[str, msgspec.Raw]]:
    """The text of the last message, empty where it is something else, and its other members."""
    rest = {name: raw for name, raw in message.items() if name != "content"}
    if _role(message["role"]) != "user":
        return "", rest
    content = _content(message["content"])
    if isinstance(content, str):
        return content, rest
    texts = [part.get("text") for part in content if part.get("type") == kind and part.keys() <= {"type", "text"}]
    whole = len(texts) == len(content) == 1 and isinstance(texts[0], str)
    return (str(texts[0]) if whole else ""), rest
