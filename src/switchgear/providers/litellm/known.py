"""What each of LiteLLM's providers supports here: data that ships with us.

``known.json`` is written by ``scripts/litellm_survey.py``, which tries every provider of the installed LiteLLM; a test holds the
one to the other, so that an upgrade that changes a row is seen.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Road = Literal["passed", "translated", "own"]
"""How calls go: ``passed``: the API has OpenAI's form, answers pass as bytes; ``translated``: LiteLLM translates, over our
transport; ``own``: LiteLLM calls by itself, which costs milliseconds a call."""


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """One provider. ``needs`` are the settings that must be there beside ``api_key``; ``kind`` is the one of our own kinds
    that serves the same API better; ``image_urls`` whether the API fetches images itself."""

    title: str
    chat: Road | None = None
    stream: Road | None = None
    embeddings: Road | None = None
    rerank: Road | None = None
    needs: tuple[str, ...] = ()
    base_url: str = ""
    kind: str = ""
    image_urls: bool = False


class _Table(msgspec.Struct):
    litellm: str
    providers: dict[str, Known]


@cache
def _table() -> _Table:
    return msgspec.json.decode((Path(__file__).parent / "known.json").read_bytes(), type=_Table)


def version() -> str:
    """The version of LiteLLM that the table is about."""
    return _table().litellm


def providers() -> Mapping[str, Known]:
    """Every provider of LiteLLM that can be called here, by LiteLLM's name for it."""
    return _table().providers


def find(name: str) -> Known:
    """One provider. Raises ValueError, with the nearest name, for one that cannot be called."""
    found = _table().providers.get(name)
    if found is None:
        near = difflib.get_close_matches(name, _table().providers, 1)
        more = f', did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'LiteLLM has no provider "{name}" that can be called{more}')
    return found
