"""How conversations are searched: all words of what is asked for, each as the beginning of a word, whatever its accents and case.

Both engines are given words that were taken apart here, so that they find the same.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, literal, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switchgear.store import conversation_tables as tables

MOST_CHARACTERS: Final = 100_000
"""Characters of a message that are searched, from its beginning: PostgreSQL takes no more than 1 MB of words."""
_MOST_WORDS: Final = 12
_LONGEST_WORD: Final = 64
# Scripts that do not divide words: each character is one.
_ALONE: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD: Final = re.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[^\W_])+")
_BEFORE: Final = 40
_AFTER: Final = 160


class Snippet(msgspec.Struct, frozen=True):
    """A piece of a text, and where in it words that were searched for stand: pairs of first and after last character."""

    text: str
    marks: tuple[tuple[int, int], ...]


def folded(text: str) -> str:
    """``text`` without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(one for one in apart if not unicodedata.combining(one)))


def words_of(text: str) -> str:
    """The words of a text as they are kept to be searched, with a space between two."""
    found = _WORD.findall(folded(text[:MOST_CHARACTERS]))
    return " ".join(one[:_LONGEST_WORD] for one in found)[:MOST_CHARACTERS]


def asked_words(search: str) -> list[str]:
    """The words of a search, each once, and no more than can be looked for."""
    return list(dict.fromkeys(words_of(search).split()))[:_MOST_WORDS]


def in_title(words: list[str]) -> ColumnElement[bool]:
    """That a conversation's title has all the words."""
    title = literal(" ") + tables.conversations.c.words
    return and_(*(title.contains(f" {word}", autoescape=True) for word in words))


async def in_messages(connection: AsyncConnection, words: list[str]) -> ColumnElement[bool]:
    """That one message has all the words, by the index that the database has."""
    columns = tables.messages.c
    if connection.dialect.name == "postgresql":
        asked = " & ".join(f"{word}:*" for word in words)
        vector = func.to_tsvector(literal_column("'simple'::regconfig"), columns.words)
        return vector.op("@@")(func.to_tsquery(literal_column("'simple'::regconfig"), asked))
    if not await _indexed(connection):
        padded = literal(" ") + columns.words
        return and_(*(padded.contains(f" {word}", autoescape=True) for word in words))
    matching = text("SELECT rowid FROM conversation_search WHERE conversation_search MATCH :asked").bindparams(
        bindparam("asked", " ".join(f'"{word}"*' for word in words))
    )
    return columns.number.in_(matching.columns(literal_column("rowid")))


async def _indexed(connection: AsyncConnection) -> bool:
    probe: Any = select(literal_column("1")).select_from(text("sqlite_master"))
    return (await connection.execute(probe.where(text("name = 'conversation_search'")))).first() is not None


def snippet(text: str, words: list[str]) -> Snippet:
    """The piece of ``text`` around the first word that was searched for, with all that stand in it marked."""
    places = [
        (found.start(), found.end())
        for found in _WORD.finditer(text[:MOST_CHARACTERS])
        if any(folded(found.group()).startswith(word) for word in words)
    ]
    first = places[0][0] if places else 0
    start = max(0, first - _BEFORE)
    if start:
        gap = text.find(" ", start, first)
        start = start if gap < 0 else gap + 1
    piece = text[start : first + _AFTER].replace("\n", " ")
    marks = tuple((a - start, b - start) for a, b in places if a >= start and b - start <= len(piece))
    return Snippet(piece, marks)
