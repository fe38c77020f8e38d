"""Which tools fit a few words best: Okapi BM25 over the fields of their definitions, kept up to date tool by tool.

BM25F as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3.6: a word counts by the field it stands in. Words are cut to
stems, and the few verbs that say the same of tools (delete, remove, drop) find each other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from heapq import nsmallest
from math import log
from typing import Any, Final

import msgspec

from switchgear.plugins.offer import Definition

_K1: Final = 1.2
_B: Final = 0.4
_LONGEST: Final = 4_000
"""Characters of a text that are looked at."""
_MOST_WORDS: Final = 64
"""Words of a question that are looked for."""
_ALIKE: Final = 0.5
"""What a word counts that says the same as the one that was asked for."""
_NAME: Final = 4.0
_TITLE: Final = 2.0
_PLUGIN: Final = 1.5
_DESCRIPTION: Final = 1.0
_PARAMETER: Final = 0.6
_ABOUT: Final = 0.25
_MOST_PARAMETERS: Final = 60

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_PLURALS = re.compile(r"(?<=[A-Z]{2})s\b|['’]\w{1,2}\b")  # PDFs, folder's, I'll
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PAIRS = re.compile(r"(?=([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}))")
_STOP: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "for",
        "from",
        "has",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "them",
        "this",
        "to",
        "us",
        "use",
        "used",
        "using",
        "want",
        "was",
        "we",
        "what",
        "when",
        "which",
        "will",
        "with",
        "you",
        "your",
        "please",
        "need",
        "would",
        "like",
        "should",
        "could",
        "there",
        "all",
        "any",
        "one",
    ]
)
_ALIKES: Final = (
    "delete remove erase drop destroy trash", "create add new make insert open", "update edit change modify set patch rename",
    "get read fetch retrieve show view open look display load", "list show enumerate all browse", "search find query lookup look",
    "send post publish deliver write mail message", "write save store put", "run execute start launch trigger invoke", "stop cancel abort end kill terminate",
    "copy duplicate clone", "move transfer relocate", "directory folder", "file document", "picture image photo", "repository repo", "email mail message",
    "meeting event appointment calendar", "ticket issue bug", "user person member account people", "database db sql table", "url link page web website",
    "weather forecast temperature", "translate translation language", "convert conversion", "invoice bill", "payment charge pay", "customer client",
    "chat message channel", "task todo reminder", "schedule plan book", "comment reply note", "merge pull", "history log commit", "download fetch",
    "upload attach", "archive zip compress", "summarize summary", "count number total", "stock share price quote", "money currency", "cheap price cost",
    "buy purchase order", "delivery shipping shipment package parcel", "undo revert restore", "permission access share", "phone call", "test check verify validate",
)  # fmt: skip


class Tool:
    """One tool as it is looked for. Two of them are never equal."""

    __slots__ = ("definition", "length", "name", "plugin", "words")

    def __init__(self, plugin: str, definition: Definition, words: Mapping[str, float]) -> None:
        self.plugin = plugin
        self.name = definition.name
        self.definition = definition
        self.words = words
        self.length = sum(words.values())


class Ranking:
    """The tools that can be found."""

    def __init__(self) -> None:
        self._by_word: dict[str, dict[Tool, float]] = {}
        self._count = 0
        self._length = 0.0

    def put(self, tool: Tool) -> None:
        """Find it from now on."""
        self._count += 1
        self._length += tool.length
        for word, weight in tool.words.items():
            self._by_word.setdefault(word, {})[tool] = weight

    def drop(self, tool: Tool) -> None:
        """Find it no more."""
        self._count -= 1
        self._length -= tool.length
        for word in tool.words:
            tools = self._by_word[word]
            del tools[tool]
            if not tools:
                del self._by_word[word]

    def ranked(self, question: str, seen: Collection[Tool] | None, most: int) -> list[Tool]:
        """The tools that fit, the best first; of those that are ``seen``, or of all."""
        if not self._count:
            return []
        scores: dict[Tool, float] = {}
        slope = _K1 * _B * self._count / (self._length or 1.0)
        for word, weight in asked_words(question).items():
            tools = self._by_word.get(word)
            if tools is None:
                continue
            gain = weight * (_K1 + 1) * log(1 + (self._count - len(tools) + 0.5) / (len(tools) + 0.5))
            for tool, often in tools.items():
                if seen is None or tool in seen:
                    score = gain * often / (often + _K1 * (1 - _B) + slope * tool.length)
                    scores[tool] = scores.get(tool, 0.0) + score
        return nsmallest(most, scores, key=lambda tool: (-scores[tool], tool.plugin, tool.name))


# ------------------------------------------------------------ words


def described(plugin: str, definition: Definition) -> Tool:
    """A tool with the words that it is found by."""
    words: dict[str, float] = {}
    for text, weight in _fields(plugin, definition):
        for word in _stems(text[:_LONGEST]):
            words[word] = words.get(word, 0.0) + weight
    return Tool(plugin, definition, words)


def asked_words(question: str) -> dict[str, float]:
    """The words of a question, and those that say the same, by what they count."""
    asked = dict.fromkeys([*_stems(question[:_LONGEST])][:_MOST_WORDS], 1.0)
    for word in [*asked]:
        for alike in _same.get(word, ()):
            asked.setdefault(alike, _ALIKE)
    return asked


def _fields(plugin: str, definition: Definition) -> Iterator[tuple[str, float]]:
    yield plugin, _PLUGIN
    yield definition.name, _NAME
    try:
        said = msgspec.json.decode(definition.document)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict):
        return
    yield _text(said.get("title")), _TITLE
    yield _text(said.get("description")), _DESCRIPTION
    schema = said.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict):
        for name, one in [*properties.items()][:_MOST_PARAMETERS]:
            yield name, _PARAMETER
            yield _text(one.get("description")) if isinstance(one, dict) else "", _ABOUT


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _stems(text: str) -> Iterator[str]:
    for found in _WORDS.findall(_HUMPS.sub(" ", _PLURALS.sub("", text))):
        if _WIDE.search(found):
            yield from _PAIRS.findall(found)  # no blanks between words there
            continue
        word = found.lower()
        if word not in _STOP:
            yield _stem(word)


def _stem(word: str) -> str:
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _groups() -> dict[str, frozenset[str]]:
    groups = [frozenset(_stem(word) for word in line.split()) for line in _ALIKES]
    known = {word for group in groups for word in group}
    return {word: frozenset().union(*(group for group in groups if word in group)) - {word} for word in known}


_same: Final = _groups()
