"""Which vocabulary a model's tokens are of, as far as its name tells, and what stands around the text.

Sources: https://github.com/openai/tiktoken (``model.py``: which of OpenAI's models has which encoding),
https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken (tokens around a message),
https://platform.claude.com/docs/en/about-claude/models (Claude's newer vocabularies are not published; they make more tokens of the
same text than the one that is).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

import msgspec

VocabularyName = Literal["o200k", "cl100k", "claude", "smollm2", "minilm"]


class Family(msgspec.Struct, frozen=True):
    """Models that count alike.

    ``vocabulary`` is theirs where ``exact``, and else the nearest that there is, of whose tokens they make ``scale`` as many.
    ``message`` are the tokens around a message beside its role, ``answer`` those that begin the answer, ``media`` what an image of usual size is.
    ``prompt_alone`` says that the context which the catalogue knows is for the prompt alone, the answer has its own room.
    """

    name: str
    vocabulary: VocabularyName
    exact: bool = False
    scale: float = 1.0
    message: int = 3
    answer: int = 3
    media: int = 1500
    prompt_alone: bool = False


_O200K: Final = Family("o200k", "o200k", exact=True, media=1105)
_CL100K: Final = Family("cl100k", "cl100k", exact=True, media=1105)
_CLAUDE: Final = Family("claude", "claude", scale=1.1)
_LATE_CLAUDE: Final = Family("claude", "claude", scale=1.3)
_GEMINI: Final = Family("gemini", "o200k", media=258, prompt_alone=True)
_UNKNOWN: Final = Family("unknown", "o200k")
_NEAR_CL100K: Final = Family("near cl100k", "cl100k")
"""Llama 3 and Qwen began with cl100k; https://github.com/meta-llama/llama3/blob/main/llama/tokenizer.py, Qwen's tokenization note."""
_SMOLLM2: Final = Family("smollm2", "smollm2", exact=True, message=4, answer=4)
_MINILM: Final = Family("minilm", "minilm", exact=True, message=2, answer=0)

_BY_NAME: Final[tuple[tuple[str, Family], ...]] = (
    ("smollm2", _SMOLLM2),
    ("all-minilm-l6-v2", _MINILM),
    ("gpt-4o", _O200K),
    ("gpt-4.1", _O200K),
    ("gpt-4.5", _O200K),
    ("gpt-5", _O200K),
    ("gpt-oss", _O200K),
    ("chatgpt-4o", _O200K),
    ("codex-", _O200K),
    ("gpt-4", _CL100K),
    ("gpt-3.5", _CL100K),
    ("gpt-35", _CL100K),  # as Azure spells it
    ("text-embedding-3", _CL100K),
    ("text-embedding-ada", _CL100K),
    ("gemini", _GEMINI),
    ("gemma", _GEMINI),
    ("llama-3", _NEAR_CL100K),
    ("llama3", _NEAR_CL100K),
    ("llama-4", _UNKNOWN),
    ("qwen", _NEAR_CL100K),
)
_REASONING: Final = re.compile(r"(?:^|[/:])o[1-9](?:-|$)")
_FIFTH: Final = re.compile(r"(?:^|[/:])gpt-5(?!\S*chat)")
_CLAUDE_VERSION: Final = re.compile(r"claude-(?:[a-z]+-)?(\d)(?:[-._](\d{1,2}))?(?!\d)")
_ANSWER_APART: Final = frozenset({272_000, 922_000})
"""What the catalogue says of the fifth generation where it tells the prompt's part of the window (400,000 and 1,050,000) alone."""


@lru_cache(maxsize=1024)
def family_of(model: str, listed_as: str = "") -> Family:
    """The family of a model by its name; ``listed_as`` is its name in the catalogue, for those that are called otherwise."""
    return _named(model.lower()) or _named(listed_as.lower()) or _UNKNOWN


def prompt_alone(model: str, listed_as: str, context: int) -> bool:
    """Whether ``context``, as the catalogue has it, is what the prompt alone may have."""
    if family_of(model, listed_as).prompt_alone:
        return True
    return context in _ANSWER_APART and any(_FIFTH.search(name) is not None for name in (model, listed_as))


def _named(name: str) -> Family | None:
    if not name:
        return None
    if "claude" in name:
        found = _CLAUDE_VERSION.search(name)
        version = (int(found[1]), int(found[2] or 0)) if found else (9, 0)
        return _LATE_CLAUDE if version >= (4, 7) else _CLAUDE
    if _REASONING.search(name):
        return _O200K
    return next((family for part, family in _BY_NAME if part in name), None)
