"""The seam between what was said and what goes on from there: what the second repeats of the first is found and left out."""

from __future__ import annotations

from typing import Final

_WINDOW: Final = 96
"""Characters of the second text that are looked at before any of it passes."""
_SHORTEST: Final = 8
"""A repetition of fewer characters is taken for chance, unless it is all there is of the first text."""


class Seam:
    """Joins a text to the end of ``said``. ``feed`` gives what may pass; nothing does before it is known how much repeats ``said``.

    The second text may begin with all of the first (the model began again), with its end (it took a run-up), or go right on.
    ``stripped`` says that who wrote it was not told of the white space at the end of the first.
    """

    __slots__ = ("_found", "_said", "_stripped", "_text")

    def __init__(self, said: str, *, stripped: bool = False) -> None:
        self._said = said
        self._stripped = stripped
        self._text = ""
        self._found = False

    def feed(self, text: str) -> str:
        """What of the text so far may pass."""
        if self._found:
            return text
        self._text += text
        if len(self._text) < _WINDOW and len(self._text) <= len(self._said):
            return ""
        if len(self._text) < len(self._said) and self._said.startswith(self._text):
            return ""
        return self._join()

    def finish(self) -> str:
        """What is left, now that nothing more comes."""
        return "" if self._found else self._join()

    def _join(self) -> str:
        self._found = True
        text, said = self._text, self._said
        if text.startswith(said):
            return text[len(said) :]
        if len(text) >= _SHORTEST and said.startswith(text):
            return ""  # it began again, and ended before it came as far
        for length in range(min(len(text), len(said)), _SHORTEST - 1, -1):
            if said.endswith(text[:length]):
                return text[length:]
        if not self._stripped:
            return text
        blank, leading = len(said) - len(said.rstrip()), len(text) - len(text.lstrip())
        return text[min(blank, leading) :]
