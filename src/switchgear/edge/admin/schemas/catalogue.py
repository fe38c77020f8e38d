"""The catalogue as the admin API takes and shows it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body
from switchgear.edge.admin.schemas.models import Abilities, Price


class Origin(Answer):
    """Which catalogue holds."""

    entries: int = Field(description="How many entries it has.")
    fetched_from: str = Field(description="Where it was fetched from; empty for the one of the package.")
    fetched_at: str = Field(description="When; empty for the one of the package.")
    note: str = Field(description="Why it is empty, or not the one that was kept; empty when all is well.")


class LongPrice(Answer):
    """What calls with a long prompt cost."""

    above: int = Field(description="Prompt tokens above which it holds, for the whole call.")
    price: Price


class Entry(Answer):
    """What is known of a model at a provider."""

    name: str = Field(description="Its name in the catalogue.", examples=["gpt-5-mini"])
    provider: str = Field(description="Its provider in the catalogue, as `prices` of a provider names it.")
    mode: str = Field(description="What it is for.", examples=["chat"])
    price: Price | None = Field(description="Null when not known.")
    long_prices: list[LongPrice]
    context: int | None = Field(description="Tokens that prompt and answer may have together; null when not known.")
    max_output: int | None = Field(description="Tokens that an answer may have; null when not known.")
    capabilities: Abilities
    prompt_caching: bool | None = Field(description="Whether its provider caches prompts.")
    web_search: bool | None = Field(description="Whether its provider can search the web for it.")
    deprecated: date | None = Field(description="The day on which it is taken away; null when none is known.")


class EntryList(Answer):
    """Entries, by provider and name, and what there is in all."""

    origin: Origin
    providers: dict[str, int] = Field(description="How many entries each provider has.")
    data: list[Entry]
    next: str | None = Field(description="Send it as `before` for the next page; null on the last.")


class Refresh(Body):
    """Where to fetch a newer catalogue from."""

    from_: Annotated[str, StringConstraints(max_length=2048, pattern=PRINTABLE)] | None = Field(
        None, alias="from", description="An https URL; LiteLLM's public map when left out."
    )
    dry_run: bool = Field(False, description="Only tell what would change.")
    expect: str | None = Field(
        None,
        max_length=64,
        description="`digest` of a dry run: the catalogue is taken only if it is still the same (409 otherwise).",
    )


class Change(Answer):
    """One thing that is different of a model. Prices are US dollars, of tokens per million; empty is nothing."""

    model: str
    provider: str
    field: str = Field(examples=["input", "output above 200000", "max_output", "deprecated"])
    before: str
    after: str


class Refreshed(Answer):
    """What a newer catalogue changes."""

    taken: bool = Field(description="Whether it holds now; false for a dry run, and where nothing changes.")
    digest: str = Field(description="What the fetched catalogue is known by.")
    origin: Origin = Field(description="Of the catalogue that holds now.")
    added: list[str] = Field(description="Entries that are new.")
    removed: list[str] = Field(description="Entries that are gone.")
    changed: list[Change]
