"""What Anthropic's models take, by their names.

Sources: https://platform.claude.com/docs/en/about-claude/models, ``/build-with-claude/effort``, ``/build-with-claude/adaptive-thinking``,
``/build-with-claude/structured-outputs``, ``/api/errors`` ("Prefill not supported"), and the capability fields of the price map
(``supports_adaptive_thinking``, ``supports_sampling_params``, ``thinking_always_on`` …). A version that is not known is taken for
one of the newest; a model that is not Claude, behind an API in Anthropic's form, for one that takes what the API first took.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from switchgear.core.canonical import Effort


class ModelTraits(msgspec.Struct, frozen=True):
    """What a model takes.

    ``claude``: it is one of Anthropic's own. ``budgets``: thinking with ``budget_tokens``; ``adaptive``: thinking with ``output_config.effort``. ``efforts``: the efforts
    it knows, none for models without that field. ``always_thinks``: thinking cannot be switched off. ``sampling``:
    ``temperature``, ``top_p`` and ``top_k``; ``one_sampling``: not ``temperature`` and ``top_p`` both. ``prefill``: an answer may be
    begun for it. ``forced_tools``: ``tool_choice`` may be ``any`` or ``tool``. ``later_system``: system messages may stand
    between others. ``schemas``: ``output_config.format`` and strict tools. ``max_output``: tokens, where no more exact
    number is known.
    """

    claude: bool = True
    budgets: bool = True
    adaptive: bool = False
    efforts: tuple[Effort, ...] = ()
    always_thinks: bool = False
    sampling: bool = True
    one_sampling: bool = False
    prefill: bool = True
    forced_tools: bool = True
    later_system: bool = False
    schemas: bool = False
    max_output: int = 4096


_VERSION = re.compile(r"(?:claude-(?P<family>[a-z]+)-|claude-)(?P<major>\d)(?:[-._](?P<minor>\d{1,2}))?(?!\d)")
_LOW_TO_HIGH: tuple[Effort, ...] = ("low", "medium", "high")
_OTHER = ModelTraits(claude=False, max_output=8192)
_NEWEST = (5, 9)


@lru_cache(maxsize=512)
def traits_of(model: str) -> ModelTraits:
    """What the model of this name takes, however the name is prefixed or dated."""
    name = model.lower()
    if "claude" not in name:
        return _OTHER
    found = _VERSION.search(name)
    family = (found["family"] or "") if found else ""
    version = (int(found["major"]), int(found["minor"] or 0)) if found else _NEWEST
    if version < (4, 0):
        return ModelTraits(budgets=version >= (3, 7), max_output=8192 if version >= (3, 5) else 4096)
    if "mythos-preview" in name:
        version, family = (4, 7), "mythos"
    return _traits(version, family)


def _traits(version: tuple[int, int], family: str) -> ModelTraits:
    """The fourth generation and later."""
    adaptive = version >= (4, 6)
    later = version >= (4, 7)
    efforts: tuple[Effort, ...] = ()
    if later:
        efforts = (*_LOW_TO_HIGH, "xhigh", "max")
    elif adaptive:
        efforts = (*_LOW_TO_HIGH, "max")
    elif version == (4, 5) and family == "opus":
        efforts = _LOW_TO_HIGH
    return ModelTraits(
        budgets=not later,
        adaptive=adaptive,
        efforts=efforts,
        always_thinks=family in ("fable", "mythos") or version >= (5, 5),
        sampling=not later,
        one_sampling=version >= (4, 1),
        prefill=not adaptive,
        forced_tools=version < (5, 1) or family == "haiku",
        later_system=version >= (4, 8),
        schemas=version >= (4, 1),
        max_output=32_000,
    )
