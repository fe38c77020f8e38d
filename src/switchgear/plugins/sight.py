"""What of all plugins one key may see and use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from typing import Final

from switchgear.plugins.naming import prefixed

ALL: Final = "*"
_BETWEEN: Final = "__"
_OF_PLUGINS: Final = re.compile(r"(?:[a-z0-9*?-]|\[!?[a-z0-9-]+\])+")
_OF_TOOLS: Final = re.compile(r"(?:[^\s,\[\]]|\[!?[^\s,!\[\]]+\])+")
_NOTHING: Final = "(?!)"
MAY_BE: Final = (
    "A plugin is named in lower-case letters, digits and hyphens, with * and ? for any and [abc] or [!a-c] for one of some; "
    "a tool of it behind two underscores, as in files__read_*"
)


class Sight:
    """Patterns of a key: ``*`` for everything, ``files`` or ``git*`` for all of a plugin, ``files__read_*`` for tools of one.

    Resources and prompts are seen where all of their plugin is: who is given single tools is given those alone.
    """

    __slots__ = ("_partly", "_plugins", "_tools", "everything", "patterns")

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(sorted(set(patterns)))
        self.everything = ALL in self.patterns
        self._plugins = _any_of(one for one in self.patterns if _BETWEEN not in one)
        self._tools = _any_of(one for one in self.patterns if _BETWEEN in one)
        self._partly = _any_of(one.partition(_BETWEEN)[0] for one in self.patterns if _BETWEEN in one)

    def plugin(self, plugin: str) -> bool:
        """Whether all of a plugin is seen."""
        return self.everything or self._plugins.fullmatch(plugin) is not None

    def some(self, plugin: str) -> bool:
        """Whether a plugin is seen, or tools of it may be."""
        return self.plugin(plugin) or self._partly.fullmatch(plugin) is not None

    def tool(self, plugin: str, name: str) -> bool:
        """Whether a tool, by its plugin and its own name, is seen and may be called."""
        return self.plugin(plugin) or self._tools.fullmatch(prefixed(plugin, name)) is not None


def pattern_fault(pattern: str) -> str:
    """Why a pattern could never match anything, as the end of a sentence that begins with it; ``""`` where it could.

    Spaces and commas, which a list in one text would have, are taken for mistakes: ``?`` stands for one in a tool's name.
    """
    if not pattern:
        return "is empty"
    plugin, between, tool = pattern.partition(_BETWEEN)
    if not _OF_PLUGINS.fullmatch(plugin):
        return "names no plugin that there can be"
    if between and not _OF_TOOLS.fullmatch(tool):
        return "names no tool that there can be"
    return "has a class that holds nothing" if _NOTHING in translate(pattern) else ""


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(one) for one in patterns) or _NOTHING)
