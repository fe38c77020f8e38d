"""Characters that a person does not see and a model reads: shown by their numbers, and told of.

What is passed over in reading are controls, the default ignorables of Unicode (UAX #31 section 2.3, DerivedCoreProperties),
directional controls (UAX #9), private characters, tag characters, which spell ASCII unseen, and text that blanks push out of sight.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_EMOJI: Final = "\U0001f000-\U0001faff\u2190-\u2bff\ufe0f"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\uf8ff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
    f"|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"  # between two emoji it makes one of them
)
_JOINED = re.compile(f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])")
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_BLANK: Final = r"[ \t\u00a0\u2000-\u200a\u3000]"
_PUSHED = re.compile(rf"(?<!{_BLANK}){_BLANK}{{60,}}+(?=\S)|\n(?:[^\S\n]*+\n){{11}}")
_LONGEST_SPELT: Final = 200

_DIRECTION: Final = "control of the direction of writing", "controls of the direction of writing"
_WIDTH: Final = "character without width", "characters without width"
_VARIATION: Final = "variation selector", "variation selectors"
_PRIVATE: Final = "private character", "private characters"
_OTHER: Final = "character that is not seen", "characters that are not seen"
_NAMES: Final = (
    ("\u202a", "\u202e", _DIRECTION),
    ("\u2066", "\u2069", _DIRECTION),
    ("\u200e", "\u200f", _DIRECTION),
    ("\u061c", "\u061c", _DIRECTION),
    ("\u200b", "\u200d", _WIDTH),
    ("\u2060", "\u2064", _WIDTH),
    ("\ufeff", "\ufeff", _WIDTH),
    ("\U000e0000", "\U000e007f", ("tag character", "tag characters")),
    ("\U000e0100", "\U000e01ef", _VARIATION),
    ("\ufe00", "\ufe0f", _VARIATION),
    ("\x00", "\x9f", ("control character", "control characters")),
    ("\ue000", "\uf8ff", _PRIVATE),
    ("\U000f0000", "\U0010ffff", _PRIVATE),
)


def shown(text: str) -> str:
    """The text on one line, with what is not seen written as ``\\u{200B}``."""
    return _UNSEEN.sub(_number, text).replace("\n", "⏎")


def unseen(text: str) -> list[str]:
    """What stands in a text and is not seen by its reader, in words: "3 characters without width"; nothing when all is seen."""
    found = Counter[tuple[str, str]]()
    for sign, count in Counter(text).items():
        if _UNSEEN.fullmatch(sign):
            found[_named(sign)] += count - (len(_JOINED.findall(text)) if sign == "\u200d" else 0)
    found = +found  # those that are left
    told = [f"{count:,} {one if count == 1 else many}" for (one, many), count in found.items()]
    tags = "".join(_TAGS.findall(text))[:_LONGEST_SPELT]
    if tags:
        told.append(f'tag characters that spell "{"".join(chr(ord(sign) - 0xE0000) for sign in tags)}"')
    if _PUSHED.search(text.rstrip()):
        told.append("text that blanks push out of sight")
    return told


def _number(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found.group()):04X}}}"


def _named(sign: str) -> tuple[str, str]:
    return next((name for first, last, name in _NAMES if first <= sign <= last), _OTHER)
