"""What makes two errors the same: their messages with everything taken out that differs from one call to the next."""

from __future__ import annotations

import hashlib
import re
from typing import Final

LONGEST_PATTERN: Final = 200

# In this order: what is quoted may hold anything, an address holds numbers, an id holds digits. None can be slow: each begins where
# a word does, has one way to match, and ends somewhere.
_PARTS: Final = (
    (re.compile(r'"[^"]*"|`[^`]*`|“[^”]*”|«[^»]*»|(?<!\w)\'[^\']*\'(?!\w)'), "…"),
    (re.compile(r"\b[a-z][a-z0-9+.-]{0,15}://[^\s,;)\]}>]+", re.IGNORECASE), "URL"),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}"), "ADDRESS"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), "ID"),
    (re.compile(r"(?<![\w-])(?=[\w-]{0,127}\d)(?=[\w-]{0,127}[A-Za-z])[\w-]{12,128}(?![\w-])", re.ASCII), "ID"),
    (re.compile(r"\b0x[0-9a-f]+\b|\b(?=[a-f]{0,64}\d)[0-9a-f]{8,64}\b", re.IGNORECASE), "ID"),
    (re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\d.])"), "HOST"),
    (re.compile(r"[-+]?\d+(?:[.,:_/-]?\d+)*"), "#"),
    (re.compile(r"[\s\x00-\x1f\x7f-\x9f]+"), " "),
)


def pattern_of(message: str) -> str:
    """``message`` without what is quoted, addresses, hosts by number, ids and numbers; at most LONGEST_PATTERN characters.

    Two messages of one cause have one pattern: "Retry in 3 s (req_1f…)" and "Retry in 12 s (req_9a…)".
    """
    text = message
    for part, word in _PARTS:
        text = part.sub(word, text)
    return text.strip()[:LONGEST_PATTERN]


def fingerprint(code: str, provider: str, deployment: str, endpoint: str, pattern: str) -> str:
    """16 hex digits that stand for errors with this code, at this place, of this pattern."""
    told = f"{code}\x1f{provider}\x1f{deployment}\x1f{endpoint}\x1f{pattern}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
