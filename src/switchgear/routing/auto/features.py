"""What can be told of a request at once: what its last message says, in numbers, and what comes with it.

No more is read than the last message of the user, at most 16 KB of it, and the sizes of the rest.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from switchgear.routing.select import Ask

_MOST_READ: Final = 1024 * 1024
"""Bytes of a conversation above which nobody looks for its last message."""
_MOST_TEXT: Final = 16 * 1024
_LOOKED_AT: Final = 1024
"""Characters of a text whose words are looked at."""
_LOOKED_BACK: Final = 16
"""How many messages are passed over on the way to the last one of the user."""
_CODE: Final = ("```", "def ", "function ", "SELECT ", "#include", "=> {", "class ", "();", "import ")

# Beginnings of words, in the languages of the examples.
_HARD: Final = (
    "prov", "proof", "deriv", "theorem", "design", "architect", "analy", "optimi", "deadlock", "race condition", "concurren",
    "distribut", "consensus", "algorithm", "complexity", "strateg", "trade-off", "formal", "refactor", "diagnos", "verify", "fault",
    "protocol", "beweis", "leite", "entwirf", "ursache", "démontr", "prouv", "conçois", "demuestra", "diseñ", "dimostra", "progett",
    "projeta", "udowodnij", "докаж", "спроектируй", "证明", "設計", "设计", "死锁", "推导", "証明", "分析", "증명", "설계", "حلّل", "أثبت",
)  # fmt: skip
_SIMPLE: Final = (
    "translate", "capital of", "what is the", "which", "who ", "name ", "hello", "hi ", "thank", "spell", "synonym", "opposite", "yes or no",
    "one word", "nothing else", "only", "extract", "copy", "count", "übersetze", "hauptstadt", "wie heißt", "traduis", "capitale", "traduce",
    "capital", "merci", "hola", "переведи", "столица", "привет", "翻译", "首都", "你好", "訳し", "こんにちは", "수도", "عاصمة",
)  # fmt: skip

NAMES: Final = ("length", "long", "words", "commas", "digits", "questions", "code", "hard", "simple", "wide")
"""What ``numbers`` tells, in order."""


class Features(msgspec.Struct):
    """What is known of a request. ``text`` is the user's last message, ``""`` where there is none to read.

    ``ends`` is whether the conversation ends with it: what a tool answered has no say about what the user asked again.
    ``prompt_tokens`` is an estimate of all of it; ``wanted`` what the answer may have, None where nothing is said.
    """

    text: str = ""
    ends: bool = False
    messages: int = 0
    prompt_tokens: int = 0
    wanted: int | None = None
    tools: bool = False
    images: bool = False
    schema: bool = False
    effort: str = ""
    code: bool = False


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None


class _Said(msgspec.Struct):
    role: str | None = None
    type: str | None = None
    content: str | list[_Part] | None = None


class _Thinking(msgspec.Struct):
    effort: str | None = None


_raws = msgspec.json.Decoder(str | list[msgspec.Raw])
_said = msgspec.json.Decoder(_Said)
_thinking = msgspec.json.Decoder(_Thinking)
_text = msgspec.json.Decoder(str)
_MEDIA: Final = frozenset({"image_url", "input_image", "image", "input_audio", "input_file", "document", "file"})


def features_of(ask: Ask) -> Features:
    """What can be told of a call. Never raises: what cannot be read is not there."""
    fields = ask.fields
    found = Features(prompt_tokens=ask.prompt_tokens, wanted=ask.max_tokens)
    found.tools = "tools" in fields or "functions" in fields
    found.schema = "response_format" in fields or b'"json_schema"' in bytes(fields.get("text", b""))
    found.effort = _effort(ask)
    given = fields.get("messages") or fields.get("input") or fields.get("prompt")
    if given is not None and len(bytes(given)) <= _MOST_READ:
        _read(given, found)
    found.code = any(mark in found.text[:_LOOKED_AT] for mark in _CODE)
    return found


def numbers(text: str) -> tuple[float, ...]:
    """A text in numbers of about 0 to 1, in the order of ``NAMES``."""
    if not text:
        return (0.0,) * len(NAMES)
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    wide = 1.0 - len(text) / size
    text = text[:_LOOKED_AT]
    lower = text.lower()
    words = text.count(" ") + 1
    digits = sum(text.count(digit) for digit in "0123456789")
    return (
        math.log1p(size) / 8,
        min(size / 1000, 1.0),
        min(len(text) / words / 10, 1.0),
        min(text.count(",") / 8, 1.0),
        min(4 * digits / len(text), 1.0),
        min((text.count("?") + text.count("？")) / 3, 1.0),
        float(any(mark in text for mark in _CODE)),
        min(sum(word in lower for word in _HARD) / 3, 1.0),
        min(sum(word in lower for word in _SIMPLE) / 3, 1.0),
        wide,
    )


def _read(given: msgspec.Raw, found: Features) -> None:
    """The last message of the user, looked for from the end."""
    try:
        messages = _raws.decode(given)
        if isinstance(messages, str):
            found.text, found.ends, found.messages = messages[:_MOST_TEXT], True, 1
            return
        found.messages = len(messages)
        for back, raw in enumerate(reversed(messages[-_LOOKED_BACK:])):
            said = _said.decode(raw)
            if said.role == "user" and (text := _spoken(said, found)):
                found.text, found.ends = text, back == 0
                return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return


def _spoken(said: _Said, found: Features) -> str:
    content = said.content
    if isinstance(content, str):
        return content[:_MOST_TEXT]
    texts = []
    for part in content or ():
        if part.type in _MEDIA:
            found.images = True
        elif part.text and part.type in ("text", "input_text"):
            texts.append(part.text[:_MOST_TEXT])
    return "\n".join(texts)[:_MOST_TEXT]


def _effort(ask: Ask) -> str:
    """How much thinking the client asks for, in whichever field its dialect has for it."""
    try:
        if "reasoning_effort" in ask.fields:
            return _text.decode(ask.fields["reasoning_effort"])
        for name in ("reasoning", "output_config"):
            if name in ask.fields:
                return _thinking.decode(ask.fields[name]).effort or ""
    except msgspec.DecodeError:
        pass
    return ""
