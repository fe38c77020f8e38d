"""What is known of a model, as lines for a person: a word and what there is to say about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_UNITS: Final = {
    "image": "an image",
    "second": "a second of audio",
    "characters": "a million characters",
    "query": "a query",
}
_ABILITIES: Final = {
    "parallel_tools": "several tools at once",
    "tool_choice": "tools on demand",
    "vision": "images",
    "audio_input": "audio",
    "pdf_input": "documents",
    "reasoning": "reasoning",
    "prefill": "begun answers",
}
_TOOLS: Final = {"native": "yes", "prompted": "by prompt", "none": "no"}
_SCHEMAS: Final = {"native": "held by the provider", "checked": "checked by the gateway"}
_BY_TOKEN: Final = {"input": "in", "output": "out", "cached_input": "cached", "cache_write": "cache write"}


def price(told: dict[str, Any] | None, *, known: bool = True) -> Iterator[tuple[str, str]]:
    """What a model costs, a line a unit; that it is not known where it is not."""
    if told is None:
        why = "" if known else "the catalogue does not know the model; "
        yield "price", f"not known: {why}calls are recorded without a cost"
        return
    tokens = ", ".join(f"{name} ${value}" for name, value in by_token(told))
    if tokens:
        yield "price", f"{tokens} a million tokens"
    for name, unit in _UNITS.items():
        if told[name]:
            yield "price", f"${told[name]} {unit}"


def by_token(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The prices of tokens that are known, with a word for each."""
    return [(word, told[name]) for name, word in _BY_TOKEN.items() if told[name]]


def limits(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How many tokens a model takes and makes."""
    for name, word in (("context", "context"), ("max_output", "longest answer")):
        yield word, f"{told[name]:,} tokens" if told[name] else "not known"


def abilities(able: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a model can do and what it cannot; nothing about what is not known."""
    if able["tools"]:
        yield "tools", _TOOLS[able["tools"]]
    if able["json_schema"]:
        yield "JSON schemas", _SCHEMAS[able["json_schema"]]
    for word, wanted in (("takes", True), ("does not take", False)):
        names = [told for name, told in _ABILITIES.items() if able[name] is wanted]
        if names:
            yield word, ", ".join(names)
