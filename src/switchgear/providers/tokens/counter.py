"""Counting a request with the vocabulary of its model's family."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.providers.tokens.content import Content
from switchgear.providers.tokens.families import Family
from switchgear.providers.tokens.vocabularies import Vocabularies

BYTES_PER_TOKEN: Final = 4.0
"""The usual rule of thumb for English text and JSON, where nothing better is known."""
_UNSURE: Final = 0.1
"""By how much of it an estimate may be wrong before anything is refused for it."""


class Count(msgspec.Struct, frozen=True, gc=False):
    """Tokens of a prompt, and whether that is exactly what the provider will count.

    ``guessed`` is one of a request that could not be read: nothing is refused for it.
    """

    tokens: int
    exact: bool = False
    guessed: bool = False

    @property
    def at_least(self) -> int:
        """What it is in any case: an estimate is taken to be too high by a tenth."""
        if self.guessed:
            return 0
        return self.tokens if self.exact else int(self.tokens * (1 - _UNSURE))

    @property
    def at_most(self) -> int:
        """What it is at most: an estimate is taken to be too low by a tenth."""
        return self.tokens if self.exact else int(self.tokens * (1 + _UNSURE)) + 1


class TokenCounter:
    """Counts. Methods block while a vocabulary is loaded and while a large text is counted; they may be called on any thread."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        self._vocabularies = vocabularies

    def ready(self, family: Family) -> bool:
        """Whether nothing has to be loaded to count for that family."""
        return self._vocabularies.loaded(family.vocabulary)

    def count(self, content: Content, family: Family) -> Count:
        """The tokens of ``content`` for models of ``family``."""
        vocabulary = self._vocabularies.get(family.vocabulary)
        around = content.counted + content.media * family.media
        if content.messages:
            around += content.messages * family.message + family.answer
        if vocabulary is None:
            size = sum(len(text.encode("utf-8", "replace")) for text in content.texts)
            return Count(around + int(size / BYTES_PER_TOKEN) + (size > 0))
        tokens = vocabulary.count(content.texts)
        if family.scale != 1.0:
            tokens = int(tokens * family.scale)
        return Count(around + tokens, family.exact and content.pure)
