"""Whether a question that looks like another one may have its answer.

An embedding model finds that "from A to B" and "from B to A" are all but the same. The guard looks at what it overlooks: numbers, dates,
units, negation and what else turns a question round, degrees, whose matter it is, names, quotations, code, addresses, and which way round
two things stand. Where two questions differ in one of those they are different questions. It errs on that side.

It knows English. Text with letters of other scripts has to agree in every one of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from switchgear.cache import words

LONGEST: Final = 2000
"""Characters of a text that is looked at; a longer one is never taken for another."""

_TOKEN: Final = re.compile(
    r"""(?P<code>`[^`\n]*`|"[^"\n]*"|“[^”\n]*”|«[^»\n]*»)
    |(?P<address>https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]+)
    |(?P<number>[-+]?[£$€¥₹#]?\d+(?:[.,:/-]\d+)*(?:\s?[%°]|[A-Za-z]{1,4}\b)?)
    |(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)
    |(?P<identifier>\w+)
    |(?P<sign>[^\w\s])""",
    re.VERBOSE,
)
_JOINED: Final = re.compile(r"[a-z][A-Z]|[A-Za-z]_|_[A-Za-z]|[A-Za-z]\d|\d[A-Za-z]|\w\.\w|::|->|/\w")
"""Identifiers, file names and paths: what has capitals, digits, underscores, dots or slashes inside."""
_ENDS: Final = frozenset(".!?:\n")
_QUIET: Final = frozenset(".,!?;:'’\"“”()-–—…")
_CONTRACTIONS: Final = {"'s": "", "’s": ""}
_TIED: Final = 3
"""Words after one that ties, among which the thing it ties is looked for."""
_SIDE: Final = 4
"""Words on either side of one that turns."""
_COURTESIES: Final = re.compile(
    r"\b(?:"
    + "|".join(re.escape(each) for each in sorted(words.COURTESIES, key=len, reverse=True))
    + r")\b[\s,.!:;-]*",
    re.IGNORECASE,
)


class Sense(msgspec.Struct, frozen=True):
    """What of a text must be the same in another one that means the same."""

    exact: tuple[tuple[str, int], ...]
    names: frozenset[str]
    stems: frozenset[str]
    tied: frozenset[tuple[str, str]]
    sides: frozenset[tuple[str, str, bool]]


def sense_of(text: str) -> Sense | None:
    """The sense of a text; None for one that is too long to be compared."""
    if len(text) > LONGEST:
        return None
    heard = _Heard(text)
    return Sense(
        tuple(sorted(heard.exact.items())),
        frozenset(heard.names),
        frozenset(_stem(word) for word in heard.spoken),
        frozenset(_tied(heard.spoken)),
        frozenset(_sides(heard.spoken)),
    )


class _Heard:
    """What is in a text: ``exact`` counts what must be the same, ``spoken`` are its words in order, ``names`` those of somebody."""

    def __init__(self, text: str) -> None:
        self.exact: Counter[str] = Counter()
        self.spoken: list[str] = []
        self.names: set[str] = set()
        opens = True
        for found in _TOKEN.finditer(_COURTESIES.sub(" ", text)):
            kind, token = str(found.lastgroup), found[0]
            self._hear(kind, token, opens=opens)
            opens = token in _ENDS or (opens and kind == "sign")
        for piece in text.split():
            if _JOINED.search(piece):
                self.exact[f"joined {piece.strip('.,!?;:')}"] += 1
        if not text.isascii():
            self.exact.update(
                f"letter {letter.lower()}" for letter in text if letter.isalpha() and not letter.isascii()
            )

    def _hear(self, kind: str, token: str, *, opens: bool) -> None:
        if kind == "word":
            self.spoken += _said(token, self.exact)
            named = token[0].isupper() and token.lower() not in words.OPENERS
            if named and not (opens and _plain(token)):
                self.names.add(_stem(_bare(token)))
        elif kind == "number":
            self.exact[f"number {token.replace(',', '').replace(' ', '').lower()}"] += 1
        elif kind != "sign":
            self.exact[f"{kind} {token}"] += 1
        elif token not in _QUIET:
            self.exact[f"sign {token}"] += 1


def agree(one: Sense, other: Sense) -> bool:
    """Whether two texts that look alike may have one answer."""
    return one == other or (
        one.exact == other.exact
        and one.names <= other.stems
        and other.names <= one.stems
        and not _turned(one.stems, other.stems)
        and not _crossed(one, other)
    )


def _plain(token: str) -> bool:
    """Whether a word that begins a sentence is written as any other would be there."""
    return token[1:].islower() or len(token) == 1


def _bare(token: str) -> str:
    """A word without the ``'s`` of a genitive, or of ``is``."""
    return token[:-2] if token[-2:] in {"'s", "’s"} else token


def _said(token: str, exact: Counter[str]) -> list[str]:
    """The words in a token, as they are compared; what they say of number, time, degree and the like goes to ``exact``."""
    word = token.lower().replace("’", "'")
    said = []
    if word.endswith("n't") or word == "cannot":
        exact["polarity not"] += 1
        word = {"can't": "can", "won't": "will", "cannot": "can", "shan't": "shall"}.get(word, word[:-3])
    head, _, tail = word.partition("'")
    if tail == "s" and head not in {"what", "it", "that", "there", "where", "who", "how", "when", "here", "let"}:
        exact[f"whose {_stem(head)}"] += 1
    for part in (head, *([] if tail in {"s", "d", "ll", "m", "re", "ve"} else [tail])):
        if part:
            said.append(part)
            _note(part, exact)
    return said


def _note(word: str, exact: Counter[str]) -> None:
    if word == "not":
        exact["polarity not"] += 1
    elif word in words.NUMBERS:
        exact[f"number {words.NUMBERS[word]}"] += 1
    elif word in words.TIMES or (word.endswith("s") and word[:-1] in words.TIMES):
        exact[f"time {word.rstrip('s')}"] += 1
    elif word in words.UNITS or (word.endswith("s") and word[:-1] in words.UNITS):
        exact[f"unit {word.rstrip('s')}"] += 1
    elif word in words.DEGREES or (len(word) > 5 and word.endswith("est") and word not in words.NOT_SUPERLATIVES):
        exact[f"degree {word}"] += 1
    elif word in words.POLARITY:
        exact[f"polarity {word}"] = 1
    elif word in words.PERSONS:
        exact[f"person {words.PERSONS[word]}"] = 1


def _stem(word: str) -> str:
    """A word without its commonest endings, so that one and several of a thing are the same."""
    word = word.lower()
    for ending in ("ies", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2 and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def _turned(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a word of one stands in the other with something before it that makes it its opposite (``safe``, ``unsafe``)."""
    return _turns(one - other, other) or _turns(other - one, one)


def _turns(alone: Iterable[str], others: frozenset[str]) -> bool:
    return any(
        word.startswith(prefix) and len(word) > len(prefix) + 2 and word[len(prefix) :] in others
        for word in alone
        for prefix in words.NEGATING
    ) or any(word.endswith("less") and (word[:-4] in others or word[:-4] + "ful" in others) for word in alone)


def _tied(spoken: list[str]) -> Iterable[tuple[str, str]]:
    """Each word that ties, with the things that follow it up to the next one."""
    for at, word in enumerate(spoken):
        if word not in words.DIRECTED:
            continue
        taken = 0
        for thing in spoken[at + 1 :]:
            if thing in words.DIRECTED or taken == _TIED:
                break
            if thing not in words.FILLERS:
                taken += 1
                yield word, _stem(thing)


def _sides(spoken: list[str]) -> Iterable[tuple[str, str, bool]]:
    """What stands before and after each word whose sides are not the same; True for after."""
    for at, word in enumerate(spoken):
        if word in words.TURNING:
            for after, near in ((False, spoken[max(0, at - _SIDE) : at]), (True, spoken[at + 1 : at + 1 + _SIDE])):
                yield from ((word, _stem(thing), after) for thing in near if thing not in words.FILLERS)


def _crossed(one: Sense, other: Sense) -> bool:
    """Whether a thing is tied otherwise in the other text, or has changed sides (``from A to B``, ``from B to A``)."""
    mine, theirs = _ties(one), _ties(other)
    if any(thing in theirs and theirs[thing].isdisjoint(said) for thing, said in mine.items()):
        return True
    return any(
        (word, thing, not after) in other.sides and (word, thing, after) not in other.sides
        for word, thing, after in one.sides
    )


def _ties(sense: Sense) -> dict[str, set[str]]:
    ties: dict[str, set[str]] = {}
    for word, thing in sense.tied:
        ties.setdefault(thing, set()).add(word)
    return ties
