"""What the servers behind Chat Completions take, as far as the model's name tells: OpenAI's own, Mistral's, and everyone else's.

Sources: https://platform.openai.com/docs/guides/reasoning and the models' own pages (which efforts each takes, and that sampling
may be set only where a model does not reason), https://docs.mistral.ai/api (which refuses every field it does not know).
A name with a slash is one of a broker (``openai/gpt-5``), which takes what all of its models have in common.
"""

from __future__ import annotations

import msgspec

from switchgear.core.canonical import Effort
from switchgear.core.capabilities import Target

_OPENAI = ("gpt-", "o1", "o3", "o4", "chatgpt-", "codex-", "computer-use-", "ft:gpt-", "ft:o")
_OPEN_WEIGHTS = ("gpt-oss", "gpt-j", "gpt-neo", "gpt-2")
_MISTRAL = ("mistral-", "ministral-", "magistral-", "codestral-", "devstral-", "pixtral-", "voxtral-", "open-mi")
_THREE: tuple[Effort, ...] = ("low", "medium", "high")
_COMPATIBLE: tuple[Effort, ...] = ("none", "low", "medium", "high")


class Traits(msgspec.Struct, frozen=True):
    """What a server takes.

    ``openai``: it is OpenAI's own (or Azure's), which knows ``max_completion_tokens``, ``developer`` and custom tools and no
    field of others. ``mistral``: it is Mistral's. ``reasons``: it is one of OpenAI's reasoning models. ``efforts``: what
    ``reasoning_effort`` may be, from least to most; none for models without it.
    """

    openai: bool = False
    mistral: bool = False
    reasons: bool = False
    efforts: tuple[Effort, ...] = _COMPATIBLE


_ELSE = Traits()
_OF_MISTRAL = Traits(mistral=True)
_NOT_REASONING = Traits(openai=True, efforts=())


def traits_of(target: Target) -> Traits:
    """What ``target`` takes."""
    name = target.model.lower()
    if "/" not in name and target.kind != "litellm":  # which takes OpenAI's words for every model, and translates them
        if name.startswith(_MISTRAL):
            return _OF_MISTRAL
        if target.kind == "azure" or (name.startswith(_OPENAI) and not name.startswith(_OPEN_WEIGHTS)):
            return _openai(name.removeprefix("ft:"))
    return _ELSE


def _openai(name: str) -> Traits:
    if name[:1] == "o" and name[1:2].isdigit():
        return Traits(openai=True, reasons=True, efforts=_THREE)
    if name.startswith("codex-"):
        return Traits(openai=True, reasons=True, efforts=_THREE)
    version, _, variant = name.removeprefix("gpt-").partition("-")
    major, _, minor = version.partition(".")
    if not major.isdigit() or int(major) < 5 or variant.startswith(("chat", "search")):
        return _NOT_REASONING
    number = (int(major), int(minor) if minor.isdigit() else 0)
    return Traits(openai=True, reasons=True, efforts=_efforts(number, variant))


def _efforts(number: tuple[int, int], variant: str) -> tuple[Effort, ...]:
    """The efforts of a model of the fifth generation or a later one."""
    if variant.startswith("pro"):
        return ("high",) if number < (5, 2) else ("medium", "high", "xhigh")
    if number == (5, 0):
        return _THREE if variant.startswith("codex") else ("minimal", *_THREE)
    if number == (5, 1):
        return (*_THREE, "xhigh") if variant.startswith("codex-max") else ("none", *_THREE)
    return ("none", *_THREE, "xhigh") if number < (5, 6) else ("none", *_THREE, "xhigh", "max")
