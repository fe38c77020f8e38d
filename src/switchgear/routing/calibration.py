"""How many bytes of a request a deployment counts as a token: learned from the usage it reports."""

from __future__ import annotations

from typing import Final

USUAL: Final = 4.0
"""Where nothing is known: the rule of thumb for English text and JSON."""
_SLOWEST: Final = 0.05
"""How much a call moves the ratio once many were seen."""
_LEAST, _MOST = 1.5, 8.0
"""Calls outside of this are no text (images by URL, escapes) and teach nothing; nobody can move the ratio out of it."""
_SHORTEST: Final = 256
"""In shorter requests the JSON around the text weighs more than the text."""


class TokenRatio:
    """Bytes of a request's prompt, as JSON, for each token of it: an average in which newer calls weigh more."""

    __slots__ = ("_seen", "ratio")

    def __init__(self) -> None:
        self.ratio = USUAL
        self._seen = 0

    def tokens(self, size: int) -> int:
        """About how many tokens a prompt of ``size`` bytes is."""
        return int(size / self.ratio) + 1

    def learn(self, size: int, tokens: int) -> None:
        """A prompt of ``size`` bytes was counted as ``tokens`` by the provider."""
        if size < _SHORTEST or tokens <= 0:
            return
        found = size / tokens
        if _LEAST <= found <= _MOST:
            self._seen += 1
            self.ratio += (found - self.ratio) * max(1.0 / (self._seen + 1), _SLOWEST)
