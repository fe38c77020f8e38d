"""The bytes of a document as a tree: JSON, or YAML of which only what JSON can say is taken.

Hostile until shown otherwise. YAML's events are put together here, and not by a loader that makes objects: there are text, numbers,
booleans, null, lists and mappings, and what aliases repeat counts each time it is repeated.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import msgspec

from switchgear.config.problems import quoted
from switchgear.plugins.openapi.mistakes import Mistake, invalid

LARGEST: Final = 16 << 20
"""Bytes of a document."""
LARGEST_YAML: Final = 8 << 20
"""Bytes of one in YAML, which takes some twenty times as long to read."""
MOST_VALUES: Final = 2_000_000
"""Values in a document, those that aliases repeat counted as often as they stand there."""
DEEPEST: Final = 128

Tree = dict[str, Any]

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,300}")
_OTHER_BASE: Final = re.compile(r"0(?:o[0-7]{1,40}|x[0-9a-fA-F]{1,40})")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]{1,300}|[0-9]{1,300}(?:\.[0-9]{0,300})?)(?:[eE][-+]?[0-9]{1,5})?")
_TAG: Final = "tag:yaml.org,2002:"
_INT64: Final = 1 << 63
_MERGE: Final = "<<"


def load(data: bytes) -> Tree:
    """The object that a document is. Raises InvalidApiDocument for one that is too large, too deep, or neither JSON nor YAML."""
    if len(data) > LARGEST:
        _refuse(f"is no document of at most {LARGEST:,} bytes: it has {len(data):,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("is no text in UTF-8")
    tree = _json(text, data) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
    if not isinstance(tree, dict):
        _refuse("is no object")
    return tree


def _refuse(what: str) -> NoReturn:
    raise invalid([Mistake("#", what)])


# ------------------------------------------------------------ JSON


def _json(text: str, data: bytes) -> object:
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MOST_VALUES:
        _refuse(f"has more than {MOST_VALUES:,} values")
    try:
        tree = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite, parse_int=_bounded
        )
        if "\\u" in text:
            msgspec.json.decode(text)  # half a surrogate pair is no text
    except RecursionError:
        _refuse("is nested too deeply")
    except ValueError as error:  # also what is no JSON to either reader
        _refuse(f"is not JSON: {_reason(error)}")
    if _deeper(tree):
        _refuse(f"is nested more than {DEEPEST} deep")
    return tree


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    return quoted(str(error))[1:-1]


def _object(pairs: list[tuple[str, Any]]) -> Tree:
    found = dict(pairs)
    if len(found) != len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{quoted(twice)[1:-1]} stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_number(text[:40])
    return number


def _bounded(text: str) -> int | float:
    """A whole number, as a float where it does not fit into 64 bits."""
    number = int(text) if len(text) < 20 else math.inf
    return int(number) if -_INT64 <= number < _INT64 else _finite(text)


def _deeper(tree: object) -> bool:
    level = [tree]
    for _ in range(DEEPEST):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)  # type: ignore[attr-defined]  # lists only, see below
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


# ------------------------------------------------------------ YAML


def _yaml(text: str) -> object:
    import yaml  # noqa: PLC0415 - 10 ms and 2 MB that only documents in YAML need

    if len(text) > LARGEST_YAML:
        _refuse(f"is no document in YAML of at most {LARGEST_YAML:,} bytes; as JSON it may have {LARGEST:,}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Composer().composed(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark is not None else ""
        _refuse(f"is neither JSON nor YAML: {quoted(error.problem or 'it cannot be read')[1:-1]}{where}")
    except (yaml.YAMLError, RecursionError):
        _refuse("is neither JSON nor YAML: it has characters that cannot stand in a text")


class _Open:
    """A list or mapping that is being read. ``size`` counts the values in it, ``depth`` how deep they go, ``key`` is the name whose value comes next."""

    __slots__ = ("anchor", "depth", "key", "line", "merged", "size", "value")

    def __init__(self, value: dict[str, Any] | list[Any], anchor: str | None, line: int) -> None:
        self.value = value
        self.anchor = anchor
        self.line = line
        self.key: str | None = None
        self.merged: list[Tree] = []
        self.size = 1
        self.depth = 0


class _Composer:
    """Puts the events of one document together, without recursion."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[object, int, int]] = {}
        self._root: object = None
        self._documents = 0
        self._values = 0

    def composed(self, events: Iterator[Any]) -> object:
        """The tree. Raises InvalidApiDocument."""
        for event in events:
            kind = type(event).__name__
            line = event.start_mark.line + 1
            if kind == "ScalarEvent":
                self._scalar(event, line)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._begin(event, {} if kind == "MappingStartEvent" else [], line)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._end()
            elif kind == "AliasEvent":
                value, size, depth = self._anchors.get(event.anchor, (None, 0, 0))
                if not size:
                    self._fail(f"names *{event.anchor[:40]} where there is no such thing yet", line)
                self._put(value, size, line, depth)
            elif kind == "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    self._fail("begins a second document", line)
        return self._root

    def _fail(self, what: str, line: int) -> NoReturn:
        _refuse(f"in line {line} {quoted(what)[1:-1]}")

    def _begin(self, event: Any, value: dict[str, Any] | list[Any], line: int) -> None:
        if len(self._stack) >= DEEPEST:
            self._fail(f"is nested more than {DEEPEST} deep", line)
        if event.tag not in (None, "!", _TAG + "map", _TAG + "seq"):
            self._fail(f"has the tag {event.tag[:60]}, which is not known", line)
        if self._stack and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None:
            self._fail("has a name that is no text", line)
        self._stack.append(_Open(value, event.anchor, line))

    def _end(self) -> None:
        done = self._stack.pop()
        if isinstance(done.value, dict):
            for one in done.merged:
                for name, value in one.items():
                    done.value.setdefault(name, value)
        if done.anchor is not None:
            self._anchors[done.anchor] = (done.value, done.size, done.depth + 1)
        self._put(done.value, done.size, done.line, done.depth + 1)

    def _scalar(self, event: Any, line: int) -> None:
        inside = self._stack[-1] if self._stack else None
        if inside is not None and isinstance(inside.value, dict) and inside.key is None:
            if event.value in inside.value or (event.value == _MERGE and inside.merged):
                self._fail(f"says {event.value[:60]} twice in one mapping", line)
            inside.key = event.value
            if event.anchor is not None:
                self._anchors[event.anchor] = (event.value, 1, 0)
            return
        value = self._resolved(event, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, 0)
        self._put(value, 1, line)

    def _put(self, value: object, size: int, line: int, depth: int = 0) -> None:
        """Put a whole value where it belongs, and count it."""
        self._values += 1
        if not self._stack:
            self._root = value
            return
        inside = self._stack[-1]
        inside.size += size
        inside.depth = max(inside.depth, depth)
        if len(self._stack) + depth > DEEPEST:
            self._fail(f"is nested more than {DEEPEST} deep", line)
        if inside.size > MOST_VALUES or self._values > MOST_VALUES:
            self._fail(f"has more than {MOST_VALUES:,} values", line)
        if isinstance(inside.value, list):
            inside.value.append(value)
        elif inside.key is None:
            if not isinstance(value, str):
                self._fail("has a name that is no text", line)
            inside.key = value
        elif inside.key == _MERGE:
            inside.merged += self._mappings(value, line)
            inside.key = None
        else:
            inside.value[inside.key] = value
            inside.key = None

    def _mappings(self, value: object, line: int) -> list[Tree]:
        """What a merge key takes in (https://yaml.org/type/merge.html)."""
        found: list[Any] = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in found):
            self._fail("merges what is no mapping", line)
        return found

    def _resolved(self, event: Any, line: int) -> object:
        """What a scalar is by YAML 1.2's core schema (section 10.3.2), less the numbers that JSON does not have."""
        text: str = event.value
        tag = event.tag
        if tag is None and event.implicit[0]:
            return _plain(text)
        if tag is None or tag in ("!", _TAG + "str"):
            return text
        value = _plain(text)
        kinds: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,)}
        if tag == _TAG + "null":
            return None
        if not tag.startswith(_TAG) or tag[len(_TAG) :] not in kinds:
            self._fail(f"has the tag {tag[:60]}, which is not known", line)
        if not isinstance(value, kinds[tag[len(_TAG) :]]):
            self._fail(f"has a value that is no {tag[len(_TAG) :]}", line)
        return value


def _plain(text: str) -> object:
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return _number(text)
    if _OTHER_BASE.fullmatch(text):
        return _number(str(int(text, 0)))
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _number(text: str) -> int | float | str:
    try:
        return _bounded(text)
    except ValueError:  # beyond what a float holds
        return text
